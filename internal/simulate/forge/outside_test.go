package forge_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-github/v60/github"
)

// GitHub's most used Go client reads what is served, page by page, and makes
// of errors what it makes of GitHub's.
func TestGoGitHubReadsIt(t *testing.T) {
	s := newSample(t)
	ctx := context.Background()
	for name, enterprise := range map[string]bool{"github.com": false, "enterprise": true} {
		t.Run(name, func(t *testing.T) {
			server := serve(t, s.Handler(s.options()))
			client := github.NewClient(nil).WithAuthToken(admin)
			if enterprise {
				var err error
				if client, err = client.WithEnterpriseURLs(server.URL, server.URL); err != nil {
					t.Fatal(err)
				}
			} else {
				client.BaseURL, _ = client.BaseURL.Parse(server.URL + "/")
			}
			var numbers []int
			o := &github.PullRequestListOptions{State: "all", ListOptions: github.ListOptions{PerPage: 50}}
			for {
				list, res, err := client.PullRequests.List(ctx, "acme", "api", o)
				if err != nil {
					t.Fatal(err)
				}
				for _, p := range list {
					numbers = append(numbers, p.GetNumber())
				}
				if o.Page = res.NextPage; o.Page == 0 {
					break
				}
			}
			if len(numbers) != len(s.api.PullRequests) {
				t.Errorf("%d pull requests", len(numbers))
			}
			p, _, err := client.PullRequests.Get(ctx, "acme", "api", 1)
			if err != nil || !p.GetMerged() || p.GetMergedBy().GetLogin() != "bob" || p.GetMergeCommitSHA() != s.merge.SHA || !p.GetMergedAt().Equal(github.Timestamp{Time: hour(20)}) {
				t.Errorf("%v, %v", p, err)
			}
			c, _, err := client.Repositories.CompareCommits(ctx, "acme", "api", "feature/one", "main", nil)
			if err != nil || c.GetStatus() != "ahead" || c.GetAheadBy() != 2 {
				t.Errorf("%v, %v", c, err)
			}
			at, _, err := client.Actions.GetWorkflowJobLogs(ctx, "acme", "api", s.run.Attempts[1].Jobs[1].ID, 1)
			if err != nil || !strings.Contains(at.String(), "/_storage/") {
				t.Errorf("%v, %v", at, err)
			}
			text, _, _, err := client.Repositories.GetContents(ctx, "acme", "api", ".github/CODEOWNERS", nil)
			if err != nil {
				t.Fatal(err)
			}
			if content, err := text.GetContent(); err != nil || content != "* @acme/payments\n" {
				t.Errorf("%q, %v", content, err)
			}
			if _, _, err := client.Repositories.GetBranchProtection(ctx, "acme", "api", "feature/one"); !errors.Is(err, github.ErrBranchNotProtected) {
				t.Errorf("an unprotected branch: %v", err)
			}
			if _, _, err := client.Repositories.GetBranchProtection(ctx, "acme", "api", "main"); err != nil {
				t.Error(err)
			}
			found, _, err := client.Search.Issues(ctx, `repo:acme/api is:pr "a feature"`, nil)
			if err != nil || found.GetTotal() != 1 {
				t.Errorf("%v, %v", found, err)
			}
		})
	}
	limited := s.options()
	limited.RateLimit = 1
	server := serve(t, s.Handler(limited))
	client := github.NewClient(nil).WithAuthToken(admin)
	client.BaseURL, _ = client.BaseURL.Parse(server.URL + "/")
	_, _, _ = client.Users.Get(ctx, "") // uses up the limit
	var limit *github.RateLimitError
	if _, _, err := client.Repositories.Get(ctx, "acme", "api"); !errors.As(err, &limit) {
		t.Errorf("past the limit: %v", err)
	}
}

type exchange struct {
	Method, Path string
	Status       int
	Date         time.Time
	Body         string
}

// recorded reads real exchanges; the test is skipped where there are none.
func recorded(t testing.TB, each func(exchange)) {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for dir != filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		dir = filepath.Dir(dir)
	}
	f, err := os.Open(filepath.Join(dir, "..", "shared", "data", "github-exchanges.jsonl"))
	if err != nil {
		t.Skip("the recorded exchanges are not here: ", err)
	}
	defer f.Close()
	r := bufio.NewReaderSize(f, 1<<20)
	for {
		line, err := r.ReadBytes('\n')
		var x struct {
			Method string
			Path   string
			Status int
			Date   string
			Body   *string
		}
		if len(line) > 0 {
			if err := json.Unmarshal(line, &x); err != nil {
				t.Fatal(err)
			}
			if x.Body != nil {
				date, _ := http.ParseTime(x.Date) // zero, and so old, where it is none
				each(exchange{x.Method, x.Path, x.Status, date, *x.Body})
			}
		}
		if err == io.EOF {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// Errors say what recorded errors say, in the same fields.
func TestErrorsAreWordedAsRecorded(t *testing.T) {
	s := newSample(t)
	server := serve(t, s.Handler(s.options()))
	said := map[string]bool{}
	recorded(t, func(x exchange) {
		var e struct{ Message string }
		if x.Status >= 400 && json.Unmarshal([]byte(x.Body), &e) == nil {
			said[fmt.Sprint(x.Status, " ", e.Message)] = true
		}
	})
	for _, test := range []struct{ path, auth string }{
		{"/user", "Bearer wrong"}, {"/repos/acme/none", "Bearer " + admin}, {"/repos/acme/api/branches/feature%2Fone/protection", "Bearer " + admin},
		{"/repos/acme/api/actions/artifacts/1", "Bearer " + admin}, {"/repos/acme/api/environments/none", "Bearer " + admin},
	} {
		res, body := fetch(t, server, test.path, "Authorization", test.auth)
		got := decode[map[string]string](t, body)
		if key := fmt.Sprint(res.StatusCode, " ", got["message"]); !said[key] {
			t.Errorf("%s: %q is not among the recorded errors", test.path, key)
		}
		if !strings.HasPrefix(got["documentation_url"], "https://docs.github.com/") {
			t.Errorf("%s: %v", test.path, got)
		}
	}
}

// What is served of a record has every field that recorded answers of the
// last years have of it.
func TestFieldsAreThoseRecorded(t *testing.T) {
	s := newSample(t)
	server := serve(t, s.Handler(s.options()))
	var all []exchange
	recorded(t, func(x exchange) {
		if x.Method == http.MethodGet && x.Status == 200 && x.Date.Year() >= 2022 {
			all = append(all, x)
		}
	})
	for name, test := range map[string]struct {
		ours string
		like func(exchange) bool
	}{
		"pull request":  {"/repos/acme/api/pulls/1", func(x exchange) bool { return ends(x.Path, "pulls", "*") }},
		"workflow run":  {fmt.Sprintf("/repos/acme/api/actions/runs/%d", s.run.ID), func(x exchange) bool { return ends(x.Path, "runs", "*") }},
		"check run":     {fmt.Sprintf("/repos/acme/api/check-runs/%d", s.run.Attempts[0].Jobs[0].ID), func(x exchange) bool { return ends(x.Path, "check-runs", "*") }},
		"environment":   {"/repos/acme/api/environments/production", func(x exchange) bool { return ends(x.Path, "environments", "*") }},
		"commit":        {"/repos/acme/api/commits/main", func(x exchange) bool { return ends(x.Path, "commits", "*") && !strings.Contains(x.Path, "/git/") }},
		"check suite":   {fmt.Sprintf("/repos/acme/api/check-suites/%d", s.run.SuiteID), func(x exchange) bool { return ends(x.Path, "check-suites", "*") }},
		"artifact":      {fmt.Sprintf("/repos/acme/api/actions/artifacts/%d", s.run.Artifacts[0].ID), func(x exchange) bool { return ends(x.Path, "artifacts", "*") }},
		"rate limit":    {"/rate_limit", func(x exchange) bool { return ends(x.Path, "rate_limit") }},
		"issue":         {"/repos/acme/api/issues/3", func(x exchange) bool { return ends(x.Path, "issues", "*") }},
		"comparison":    {"/repos/acme/api/compare/main...side", func(x exchange) bool { return ends(x.Path, "compare", "*") }},
		"authenticated": {"/users/ann", func(x exchange) bool { return ends(x.Path, "users", "*") }},
	} {
		t.Run(name, func(t *testing.T) {
			_, body := fetch(t, server, test.ours)
			ours := decode[map[string]any](t, body)
			n := 0
			for _, x := range all {
				var v map[string]any
				if !test.like(x) || json.Unmarshal([]byte(x.Body), &v) != nil {
					continue
				}
				n++
				for field := range v {
					if _, ok := ours[field]; !ok {
						t.Errorf("%s has %q", x.Path, field)
					}
				}
			}
			if n == 0 {
				t.Error("no recorded answer of this kind")
			}
		})
	}
}

// ends reports whether a path ends in those parts, where "*" is any.
func ends(path string, parts ...string) bool {
	have := strings.Split(path, "/")
	if len(have) < len(parts) {
		return false
	}
	for i, p := range have[len(have)-len(parts):] {
		if parts[i] != "*" && parts[i] != p {
			return false
		}
	}
	return true
}
