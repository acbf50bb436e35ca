package simulate

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/tickmark-dev/tickmark/internal/simulate/company"
	"github.com/tickmark-dev/tickmark/internal/simulate/forge"
	"github.com/tickmark-dev/tickmark/internal/simulate/forge/schematest"
)

// TestCompanyFitsTheSchemasOfGitHub asks for everything of a third of the
// changes, and of every one with something rare, and holds each answer to
// GitHub's own description.
func TestCompanyFitsTheSchemasOfGitHub(t *testing.T) {
	schematest.Load(t)
	c := company.New(company.DefaultSeed)
	hub := c.Forge.Handler(forge.Options{
		Tokens: map[string]forge.Token{"t": {User: c.Reader, Scopes: []string{"repo"}, Admin: true}}, Now: func() time.Time { return c.Now },
	})
	server := httptest.NewServer(schematest.Validating(t, hub))
	defer server.Close()
	ask := func(path string) {
		if code, body, _ := get(t, server.URL+path, "", "t"); code != http.StatusOK {
			t.Errorf("%s answers %d %s", path, code, body[:min(len(body), 200)])
		}
	}
	seen := map[string]bool{}
	for i, ch := range c.Truth.Changes {
		rare := false
		for _, s := range ch.Situations {
			rare = rare || !seen[s.ID]
			seen[s.ID] = true
		}
		if ch.Repository == "" || !rare && i%3 != 0 {
			continue
		}
		at := "/repos/" + ch.Repository
		ask(at + "/commits/" + ch.MergeSHA)
		ask(at + "/commits/" + ch.MergeSHA + "/check-runs")
		ask(at + "/commits/" + ch.MergeSHA + "/pulls")
		if n := ch.PullRequest; n != 0 {
			for _, p := range []string{"/pulls/%d", "/pulls/%d/reviews?per_page=100", "/pulls/%d/comments?per_page=100", "/pulls/%d/commits?per_page=100", "/pulls/%d/files?per_page=100", "/issues/%d/timeline?per_page=100", "/issues/%d/comments"} {
				ask(at + fmt.Sprintf(p, n))
			}
		}
	}
	for _, r := range c.Forge.Repos {
		at := "/repos/harbourline/" + r.Name
		for _, p := range []string{"", "/branches/main/protection", "/rules/branches/main", "/environments", "/deployments?environment=production", "/actions/runs?per_page=30"} {
			ask(at + p)
		}
		for i, run := range r.Runs {
			if i%25 == 0 || len(run.Attempts) > 1 {
				for _, p := range []string{"", "/jobs?filter=all", "/approvals", "/artifacts"} {
					ask(fmt.Sprintf("%s/actions/runs/%d%s", at, run.ID, p))
				}
				ask(fmt.Sprintf("%s/actions/runs/%d/attempts/1", at, run.ID))
			}
		}
		for i, d := range r.Deployments {
			if i%9 == 0 {
				ask(fmt.Sprintf("%s/deployments/%d/statuses", at, d.ID))
			}
		}
	}
}

// TestNothingReadsAsAnEmptyPlaceholder looks for texts that were not filled in.
func TestNothingReadsAsAnEmptyPlaceholder(t *testing.T) {
	c := company.New(company.DefaultSeed)
	for _, r := range c.Forge.Repos {
		for _, p := range r.PullRequests {
			text := p.Title + p.Body + p.Head.Ref
			for _, sha := range p.Commits {
				text += r.Commits[sha].Message
			}
			for _, f := range p.Files {
				text += f.Path + f.Patch
			}
			for _, bad := range []string{"{A}", "{a}", "{b}", "%!", "<nil>", "lorem", "TODO"} {
				if strings.Contains(text, bad) {
					t.Errorf("%s#%d has %q in it", r.Name, p.Number, bad)
				}
			}
		}
	}
}
