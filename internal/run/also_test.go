package run

import (
	"strings"
	"testing"

	"github.com/tickmark-dev/tickmark/internal/config"
	"github.com/tickmark-dev/tickmark/internal/evidence"
	"github.com/tickmark-dev/tickmark/internal/request"
)

func TestAlsoNamed(t *testing.T) {
	cfg, err := config.Parse("tickmark.yaml", []byte(`schema_version: 1
organization: Acme
time_zone: UTC
period: {from: 2026-01-01, to: 2026-07-01}
systems:
  - {name: github, kind: github, token: {env: A}, repositories: [acme/api]}
  - {name: jira, kind: jira, url: "https://acme.atlassian.net", user: a@acme.example, token: {env: B}, projects: [PAY]}
`))
	if err != nil {
		t.Fatal(err)
	}
	ref := func(kind evidence.Kind, system, id string) evidence.Ref {
		return evidence.Ref{Kind: kind, System: system, ID: id}
	}
	sha := strings.Repeat("ab", 20)
	for also, want := range map[string]int{"PAY-7": 0, "PAY-1": 0, "PAY-8": 1, "acme/api@abababab": 0, "acme/api#12": 0, "acme/api#13": 1, "words and words": 1} {
		pull := ref(evidence.KindPullRequest, "github", "acme/api#12")
		changes := []evidence.Change{{Sample: evidence.Sample{Number: 1, Where: "list.csv, line 2", Ref: pull}, Items: []evidence.Item{
			{Ref: pull, PullRequest: &evidence.PullRequest{}},
			{Ref: ref(evidence.KindTicket, "jira", "PAY-7"), Ticket: &evidence.Ticket{Key: "PAY-7", Requested: "PAY-1"}},
			{Ref: ref(evidence.KindCommit, "github", "acme/api@"+sha), Commit: &evidence.Commit{SHA: sha}},
		}}}
		(&Run{cfg: cfg}).alsoNamed(changes, []request.Line{{Where: "list.csv, line 1", Also: []string{"PAY-9"}}, {Where: "list.csv, line 2", Text: "#12", Also: []string{also}}})
		gaps := changes[0].Gaps
		if len(gaps) != want || want == 1 && !strings.Contains(gaps[0].Detail, also) {
			t.Errorf("%s: %v", also, gaps)
		}
	}
}
