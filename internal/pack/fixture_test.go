package pack

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
	"github.com/tickmark-dev/tickmark/internal/redact"
)

var deployedAt = time.Date(2025, 10, 15, 22, 30, 0, 0, time.UTC) // the 16th in Berlin

func berlin(t testing.TB) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func ref(kind evidence.Kind, id string) evidence.Ref {
	return evidence.Ref{Kind: kind, System: "github", ID: id}
}

// pullRequest gives a change made by pull request and deployed at deployedAt.
func pullRequest(number int, repo string, pr int) evidence.Change {
	const sha = "0123456789abcdef0123456789abcdef01234567"
	self, dep := ref(evidence.KindPullRequest, fmt.Sprintf("%s#%d", repo, pr)), ref(evidence.KindDeployment, repo+"/deployments/55")
	return evidence.Change{
		Sample: evidence.Sample{Number: number, Label: fmt.Sprint(number), Requested: fmt.Sprintf("#%d", pr), Ref: self},
		Items: []evidence.Item{
			{Ref: self, PullRequest: &evidence.PullRequest{Repository: repo, Number: pr, Title: "Add MFA to admin panel", Merged: deployedAt.Add(-time.Hour), MergeCommit: sha}},
			{Ref: ref(evidence.KindCommit, repo+"@"+sha), Commit: &evidence.Commit{Repository: repo, SHA: sha, ContainedIn: []evidence.Containment{{Deployment: dep, Status: "identical"}}}},
			{Ref: dep, Deployment: &evidence.Deployment{Repository: repo, ID: "55", Production: true, Statuses: []evidence.DeploymentStatus{{State: "success", Created: deployedAt}}}},
		},
	}
}

func ticket(number int, key string) evidence.Change {
	self := evidence.Ref{Kind: evidence.KindTicket, System: "jira", ID: key}
	return evidence.Change{
		Sample: evidence.Sample{Number: number, Label: "B-2", Requested: key, Ref: self},
		Items:  []evidence.Item{{Ref: self, Ticket: &evidence.Ticket{Key: key, Title: "Update rate limits", Deployed: deployedAt}}},
		Gaps:   []evidence.Gap{{Ref: self, Part: "comments", Collector: "jira", Reason: evidence.Denied, Detail: "the account may not read comments", At: deployedAt}},
	}
}

func fixture(t testing.TB) evidence.Package {
	return evidence.Package{
		Organization: "Acme GmbH", Zone: berlin(t), Tool: "tickmark 0.1.0", AsOf: deployedAt.Add(240 * time.Hour),
		Period:     evidence.Period{From: time.Date(2025, 7, 1, 0, 0, 0, 0, time.UTC), To: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)},
		Principals: []evidence.Principal{{System: "github", Name: "auditor-bot", Scopes: []string{"repo:read"}}},
		Dossiers:   []evidence.Dossier{{Change: pullRequest(1, "acme/api", 1234)}, {Change: ticket(2, "CHG-789")}},
		Unmatched:  []evidence.Unmatched{{Where: "samples.csv line 4", Requested: "PR 99999", Reason: evidence.NotFound, Tried: []string{"acme/api#99999: no such pull request"}}},
	}
}

// build seals the fixture's package at root.
func build(t testing.TB, root string) Sealed {
	t.Helper()
	return buildFor(t, root, strings.Repeat("5a", 32))
}

// buildFor builds the package as that of a request.
func buildFor(t testing.TB, root, request string) Sealed {
	t.Helper()
	b, err := New(root, Options{Redactor: redact.New(nil)})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Abort()
	p := fixture(t)
	p.RequestSHA256 = request
	add := func(path, content string, m Meta) {
		t.Helper()
		if _, err := b.Add(path, []byte(content), m); err != nil {
			t.Fatal(err)
		}
	}
	prov := []evidence.Provenance{{System: "github", URL: "https://api.github.com/repos/acme/api/pulls/1234", RetrievedAt: p.AsOf, RetrievedBy: "auditor-bot", Collector: "github 0.1.0", Status: 200, SHA256: strings.Repeat("ab", 32), Size: 10}}
	one, two := SampleFolder(&p.Dossiers[0].Change, p.Zone), SampleFolder(&p.Dossiers[1].Change, p.Zone)
	add(one+"/pull_request.pdf", "%PDF one", Meta{Sample: 1, Title: "Pull request #1234", Method: "rendered", Sources: prov})
	add(one+"/"+SourceFolder+"/"+SourceName(1, 2, p.Dossiers[0].Change.Sample.Ref, ".json"), `{"a":1}`, Meta{Sample: 1, Method: "source payload", Sources: prov})
	add(two+"/change_ticket.pdf", "%PDF two", Meta{Sample: 2, Title: "CHG-789", Method: "rendered"})
	add(ReadmeFile, "read me\n", Meta{Method: "template"})
	add(ChangeLogFile, "PK workbook", Meta{Method: "rendered"})
	add(PoliciesFolder+"/change_management_policy.pdf", "%PDF policy", Meta{Method: "template"})
	sealed, err := b.Seal(context.Background(), p, []redact.Hit{{Where: "pull_request:github:acme/api#1234 body", Rule: "github_token", Count: 1}})
	if err != nil {
		t.Fatal(err)
	}
	return sealed
}

// tree lists everything under dir, folders with "/".
func tree(t testing.TB, dir string) []string {
	t.Helper()
	var list []string
	err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil || p == dir {
			return err
		}
		rel, _ := filepath.Rel(dir, p)
		if d.IsDir() {
			rel += "/"
		}
		list = append(list, filepath.ToSlash(rel))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func read(t testing.TB, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}
