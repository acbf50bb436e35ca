package github

import (
	"strings"
	"testing"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// A payload is its creator's own text; some letters have more bytes in lower case.
func TestRunNamedInAPayloadOfOddLetters(t *testing.T) {
	path := "/repos/acme/api/deployments/902"
	payload := `{"note":"` + strings.Repeat("Ⱥ", 200) + `","run":"https://GitHub.example/acme/API/actions/runs/500"}`
	item, gaps := collectOne(t, with(world(t), map[string]any{
		path:               strings.Replace(text(t, world(t)[path]), `"payload":{}`, `"payload":`+payload, 1),
		path + "/statuses": `[{"id":22,"state":"success","created_at":"2026-01-02T12:10:00Z"}]`,
	}), ref(evidence.KindDeployment, "acme/api/deployments/902"))
	wantGaps(t, gaps)
	if got, want := item.Deployment.Build.ID, "acme/api/runs/500"; got != want {
		t.Errorf("build is %q, want %q", got, want)
	}
}

func TestBranchNameInAQuery(t *testing.T) {
	const branch = "a+b&ref=main"
	escaped := "/repos/acme/api/branches/a+b&ref=main"
	query := "?ref=a%2Bb%26ref%3Dmain"
	item, gaps := collectOne(t, map[string]any{
		escaped:                 `{"name":"a+b&ref=main","protected":true}`,
		escaped + "/protection": `{}`,
		"/repos/acme/api/rules/branches/a+b&ref=main":         `[]`,
		"/repos/acme/api/contents/.github/CODEOWNERS" + query: 404,
		"/repos/acme/api/contents/CODEOWNERS" + query:         `{"type":"file","encoding":"base64","size":2,"content":"Kgo="}`,
	}, ref(evidence.KindBranchRules, "acme/api:"+branch))
	wantGaps(t, gaps)
	if item.BranchRules.OwnersPath != "CODEOWNERS" {
		t.Errorf("CODEOWNERS is %q", item.BranchRules.OwnersPath)
	}
}

// People write a repository's name in any case; it is one repository.
func TestLinksAreSpelledAsConfigured(t *testing.T) {
	item, _ := collectOne(t, with(world(t), map[string]any{
		"/graphql": strings.ReplaceAll(text(t, world(t)["/graphql"]), `"nameWithOwner":"acme/api"`, `"nameWithOwner":"Acme/API"`),
	}), ref(evidence.KindPullRequest, "acme/api#7"))
	for _, l := range item.Links {
		if l.Kind == evidence.KindTicket && l.ID != "acme/api#12" {
			t.Errorf("links to %s", l)
		}
	}
}
