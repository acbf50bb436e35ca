package forge_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/tickmark-dev/tickmark/internal/simulate/forge"
	"github.com/tickmark-dev/tickmark/internal/simulate/forge/schematest"
)

// large is a forge with many merged pull requests of two commits each, on one
// line of merge commits.
func large(t testing.TB, pulls int) (*forge.Forge, *forge.Repo) {
	t.Helper()
	f := forge.New("acme")
	ann := f.AddUser(&forge.User{Login: "ann"})
	r := f.AddRepo("api")
	wf := &forge.Workflow{Name: "CI", Path: ".github/workflows/ci.yml"}
	r.Workflows = []*forge.Workflow{wf}
	tip := r.AddCommit(&forge.Commit{Author: sign(ann, "Ann", 0), Committer: sign(ann, "Ann", 0), Message: "start"})
	for n := 1; n <= pulls; n++ {
		at := n * 2
		files := []forge.File{{Path: fmt.Sprintf("f%d.go", n), Additions: 1, Patch: "@@ -1 +1 @@"}}
		parent := tip.SHA
		var shas []string
		for range 2 {
			c := r.AddCommit(&forge.Commit{Author: sign(ann, "Ann", at), Committer: sign(ann, "Ann", at), Message: fmt.Sprintf("PAY-%d %d", n, len(shas)), Parents: []string{parent}, Files: files})
			parent = c.SHA
			shas = append(shas, c.SHA)
		}
		tip = r.AddCommit(&forge.Commit{Author: sign(ann, "Ann", at+1), Committer: sign(ann, "Ann", at+1), Message: fmt.Sprintf("Merge pull request #%d", n), Parents: []string{tip.SHA, parent}})
		r.PullRequests = append(r.PullRequests, &forge.PullRequest{
			Conversation: forge.Conversation{Number: n, Title: fmt.Sprintf("PAY-%d", n), Author: ann, Created: hour(at), Closed: hour(at + 1)}, Merged: hour(at + 1), MergedBy: ann, MergeCommit: tip.SHA,
			Base: forge.Side{Ref: "main", SHA: tip.SHA}, Head: forge.Side{Ref: "b", SHA: parent}, Commits: shas, Files: files,
			Reviews: []*forge.Review{{Author: ann, State: "APPROVED", CommitID: parent, Submitted: hour(at)}},
		})
		r.Runs = append(r.Runs, &forge.Run{Number: n, Workflow: wf, Event: "push", Branch: "main", SHA: tip.SHA, Actor: ann, Created: hour(at + 1), Attempts: []*forge.Attempt{{Status: "completed", Conclusion: "success", Jobs: []*forge.Job{{Name: "build", Status: "completed", Conclusion: "success", Started: hour(at + 1)}}}}})
		r.Deployments = append(r.Deployments, &forge.Deployment{SHA: tip.SHA, Ref: "main", Environment: "production", Creator: ann, Created: hour(at + 1), Statuses: []*forge.DeploymentStatus{{State: "success", Creator: ann, Created: hour(at + 1)}}})
	}
	r.Branches["main"] = tip.SHA
	return f, r
}

// count follows pages to the last and counts what list finds on them.
func count(t testing.TB, h http.Handler, path string, list func(body string) int) (n, pages int) {
	server := serve(t, h)
	for path != "" {
		res, body := fetch(t, server, path)
		if res.StatusCode != http.StatusOK {
			t.Fatalf("%s: %d %s", path, res.StatusCode, body)
		}
		n += list(body)
		pages++
		path = ""
		if m := next.FindStringSubmatch(res.Header.Get("Link")); m != nil {
			path = strings.TrimPrefix(m[1], server.URL)
		}
	}
	return n, pages
}

// What GitHub cuts off is cut off here at the same place.
func TestLimits(t *testing.T) {
	f, r := large(t, 1100)
	p := r.PullRequests[0]
	for i := range 3100 {
		p.Files = append(p.Files, forge.File{Path: fmt.Sprintf("g%d", i), Additions: 1})
	}
	p.Commits = nil
	for sha := range r.Commits {
		if len(p.Commits) < 300 {
			p.Commits = append(p.Commits, sha)
		}
	}
	tip := r.Commits[r.Branches["main"]]
	tip.Files = p.Files
	h := schematest.Validating(t, f.Handler(forge.Options{Now: now}))
	items := func(body string) int { return len(decode[[]json.RawMessage](t, body)) }
	in := func(key string) func(string) int {
		return func(body string) int { return items(string(decode[map[string]json.RawMessage](t, body)[key])) }
	}
	for name, test := range map[string]struct {
		path     string
		list     func(string) int
		n, pages int
	}{
		"commits of a pull request":   {"/repos/acme/api/pulls/1/commits?per_page=100", items, 250, 3},
		"files of a pull request":     {"/repos/acme/api/pulls/1/files?per_page=100", items, 3000, 30},
		"files of a commit":           {"/repos/acme/api/commits/main", in("files"), 3000, 10},
		"commits of a comparison":     {"/repos/acme/api/compare/" + r.PullRequests[500].MergeCommit + "...main?per_page=100", in("commits"), 599 * 3, 18},
		"a comparison without pages":  {"/repos/acme/api/compare/" + r.PullRequests[500].MergeCommit + "...main", in("commits"), 250, 1},
		"a search":                    {"/search/issues?q=PAY&per_page=100", in("items"), 1000, 10},
		"runs with a filter":          {"/repos/acme/api/actions/runs?event=push&per_page=100", in("workflow_runs"), 1000, 10},
		"runs without":                {"/repos/acme/api/actions/runs?per_page=100", in("workflow_runs"), 1100, 11},
		"commits":                     {"/repos/acme/api/commits?per_page=100", items, 3301, 34},
		"more on a page than allowed": {"/repos/acme/api/pulls?state=all&per_page=1000", items, 1100, 11},
	} {
		t.Run(name, func(t *testing.T) {
			if n, pages := count(t, h, test.path, test.list); n != test.n || pages != test.pages {
				t.Errorf("%d on %d pages, want %d on %d", n, pages, test.n, test.pages)
			}
		})
	}
}

func BenchmarkServe(b *testing.B) {
	for _, n := range []int{300, 10000} {
		f, r := large(b, n)
		h := f.Handler(forge.Options{Now: now})
		paths := map[string]string{
			"pulls page":    fmt.Sprintf("/repos/acme/api/pulls?state=closed&sort=updated&direction=desc&per_page=100&page=%d", n/200),
			"pull":          fmt.Sprintf("/repos/acme/api/pulls/%d", n/2),
			"commits page":  fmt.Sprintf("/repos/acme/api/commits?per_page=100&page=%d", n/100),
			"compare near":  fmt.Sprintf("/repos/acme/api/compare/%s...%s", r.PullRequests[n/2].MergeCommit, r.PullRequests[n/2+3].MergeCommit),
			"compare far":   fmt.Sprintf("/repos/acme/api/compare/%s...%s?per_page=1", r.PullRequests[0].MergeCommit, r.PullRequests[n-1].MergeCommit),
			"deployments":   fmt.Sprintf("/repos/acme/api/deployments?environment=production&per_page=100&page=%d", n/200),
			"runs of a sha": fmt.Sprintf("/repos/acme/api/actions/runs?head_sha=%s", r.PullRequests[n/2].MergeCommit),
			"search":        "/search/issues?q=PAY-77+is:merged",
		}
		queries := map[string]string{
			"graphql pulls":   `{ repository(owner: "acme", name: "api") { pullRequests(last: 100, states: MERGED, orderBy: {field: UPDATED_AT, direction: DESC}) { nodes { number title author { login } mergeCommit { oid } reviews(first: 20) { nodes { state author { login } } } } } } }`,
			"graphql history": `{ repository(owner: "acme", name: "api") { defaultBranchRef { target { ... on Commit { history(last: 100) { nodes { oid message associatedPullRequests(first: 3) { nodes { number } } } } } } } } }`,
		}
		run := func(name, method, path, body string) {
			b.Run(fmt.Sprintf("%d/%s", n, name), func(b *testing.B) {
				for b.Loop() {
					serveOnce(b, h, method, path, body)
				}
			})
		}
		for name, path := range paths {
			run(name, http.MethodGet, path, "")
		}
		for name, q := range queries {
			body, _ := json.Marshal(map[string]string{"query": q})
			run(name, http.MethodPost, "/graphql", string(body))
		}
	}
}

func serveOnce(b *testing.B, h http.Handler, method, path, body string) {
	r, err := http.NewRequest(method, "http://127.0.0.1"+path, strings.NewReader(body))
	if err != nil {
		b.Fatal(err)
	}
	r.Host = "127.0.0.1"
	r.Header.Set("User-Agent", "test")
	w := &sink{header: http.Header{}}
	h.ServeHTTP(w, r)
	if w.status > 299 || w.n == 0 {
		b.Fatal(w.status)
	}
}

type sink struct {
	header    http.Header
	status, n int
}

func (s *sink) Header() http.Header         { return s.header }
func (s *sink) WriteHeader(status int)      { s.status = status }
func (s *sink) Write(b []byte) (int, error) { s.n += len(b); return len(b), nil }
