package forge_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/tickmark-dev/tickmark/internal/simulate/forge"
	"github.com/tickmark-dev/tickmark/internal/simulate/forge/schematest"
)

func now() time.Time { return hour(24 * 10) }

// admin is a token that may see everything.
const admin = "gho_admin"

func (s *sample) options() forge.Options {
	return forge.Options{Now: now, Tokens: map[string]forge.Token{
		admin:       {User: s.ann, Scopes: []string{"repo", "read:org", "read:audit_log"}, Admin: true},
		"gho_plain": {User: s.bob, Scopes: []string{"read:user"}},
		"pat_fine":  {User: s.bob, Fine: true, Repos: []string{"api"}, Expires: hour(900)},
	}}
}

func serve(t testing.TB, h http.Handler) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return server
}

func fetch(t testing.TB, server *httptest.Server, path string, headers ...string) (*http.Response, string) {
	t.Helper()
	r, err := http.NewRequest(http.MethodGet, server.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+admin)
	for i := 0; i+1 < len(headers); i += 2 {
		if r.Header.Set(headers[i], headers[i+1]); headers[i+1] == "" {
			r.Header.Del(headers[i])
		}
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res, string(b)
}

// paths is every route over everything that the sample has, and what goes
// wrong there.
func (s *sample) paths() []string {
	out := append(s.Paths(), "/users/left-us", "/orgs/nobody", "/orgs/acme/repos?per_page=1&type=private", "/repos/acme/nothing", "/repos/acme/web/commits",
		"/search/issues?q="+url.QueryEscape(`"PAY-1" repo:acme/api is:pr is:merged`), "/search/issues?q="+url.QueryEscape("org:acme type:pr small")+"&per_page=100&page=2",
		"/search/issues?q=", "/search/issues?q=x&page=34&per_page=30")
	api := "/repos/acme/api"
	for _, p := range []string{"/contents/docs", "/contents/README.md?ref=v1", "/contents/none", "/contents/a?ref=none", "/branches/feature/one", "/branches/none", "/rulesets/1",
		"/pulls", "/pulls?state=closed&sort=updated&direction=asc&page=2", "/pulls?state=bad", "/pulls/999", "/issues?state=open", "/issues?labels=needs%20review&state=all&since=2025-10-01T00:00:00Z",
		"/issues/1/timeline?per_page=5&page=3", "/commits", "/commits?sha=feature/one&since=2025-10-01T00:00:00Z&until=2025-10-02T00:00:00Z", "/commits?path=go.mod&per_page=1", "/commits?sha=nothing",
		"/commits/main", "/commits/feature/one", "/commits/0000000000000000000000000000000000000000", "/commits/v1/status", "/commits/heads/feature/one/check-runs?check_name=lint&filter=latest",
		"/environments/none", "/deployments?environment=production&sha=" + s.squash.SHA, "/deployments?ref=v1&task=deploy", "/deployments/1", "/actions/workflows/ci.yml",
		"/actions/runs?event=schedule&branch=x", "/actions/runs?created=2025-10-01..2025-10-02&status=success&actor=ann", "/actions/runs?created=x", "/actions/runs/1", "/actions/jobs/1",
		fmt.Sprintf("/actions/runs/%d/attempts/9", s.run.ID), fmt.Sprintf("/actions/runs/%d/artifacts?name=junit", s.run.ID), fmt.Sprintf("/actions/runs/%d/attempts/1/logs", s.run.ID)} {
		out = append(out, api+p)
	}
	for _, pair := range []string{"main...main", s.base.SHA + "..." + s.squash.SHA, "main..." + s.base.SHA, "side...feature/one", "side...main?per_page=1&page=2", "main..." + s.unrelated.SHA, "main", "none...main"} {
		out = append(out, api+"/compare/"+pair)
	}
	return out
}

// Every answer of every route is what GitHub's own description says it is.
func TestRESTKeepsToGitHubsDescription(t *testing.T) {
	s := newSample(t)
	h := s.Handler(s.options())
	schematest.Load(t)
	server := serve(t, schematest.Validating(t, h))
	statuses := map[int]int{}
	for _, path := range s.paths() {
		for _, token := range []string{admin, "gho_plain", "pat_fine", "wrong", ""} {
			if token != admin && (strings.Contains(path, "?") || strings.Contains(path, "/commits/")) {
				continue
			}
			auth := ""
			if token != "" {
				auth = "Bearer " + token
			}
			res, _ := fetch(t, server, path, "Authorization", auth)
			statuses[res.StatusCode]++
		}
		fetch(t, server, "/api/v3"+path)
	}
	for _, status := range []int{200, 302, 401, 403, 404, 410, 422} {
		if statuses[status] == 0 {
			t.Errorf("no answer was %d: %v", status, statuses)
		}
	}
}

func decode[T any](t testing.TB, body string) (v T) {
	t.Helper()
	if err := json.Unmarshal([]byte(body), &v); err != nil {
		t.Fatalf("%v: %.200s", err, body)
	}
	return v
}

func TestComparison(t *testing.T) {
	s := newSample(t)
	server := serve(t, s.Handler(s.options()))
	type answer struct {
		Status   string `json:"status"`
		Ahead    int    `json:"ahead_by"`
		Behind   int    `json:"behind_by"`
		Total    int    `json:"total_commits"`
		MergedAt struct {
			SHA string `json:"sha"`
		} `json:"merge_base_commit"`
		Commits []struct {
			SHA string `json:"sha"`
		} `json:"commits"`
	}
	for name, test := range map[string]struct {
		base, head, status string
		ahead, behind      int
		mergeBase          string
	}{
		"itself":   {s.merge.SHA, s.merge.SHA, "identical", 0, 0, s.merge.SHA},
		"ahead":    {s.base.SHA, s.squash.SHA, "ahead", 3, 0, s.base.SHA},
		"behind":   {s.squash.SHA, s.feature1.SHA, "behind", 0, 2, s.feature1.SHA},
		"diverged": {s.side.SHA, s.squash.SHA, "diverged", 3, 1, s.base.SHA},
	} {
		t.Run(name, func(t *testing.T) {
			_, body := fetch(t, server, "/repos/acme/api/compare/"+test.base+"..."+test.head)
			got := decode[answer](t, body)
			if got.Status != test.status || got.Ahead != test.ahead || got.Behind != test.behind || got.MergedAt.SHA != test.mergeBase || got.Total != test.ahead || len(got.Commits) != test.ahead {
				t.Errorf("got %+v", got)
			}
		})
	}
	_, body := fetch(t, server, "/repos/acme/api/compare/"+s.base.SHA+"..."+s.squash.SHA)
	var shas []string
	for _, c := range decode[answer](t, body).Commits {
		shas = append(shas, c.SHA)
	}
	if want := []string{s.feature1.SHA, s.merge.SHA, s.squash.SHA}; fmt.Sprint(shas) != fmt.Sprint(want) {
		t.Errorf("commits %v, want oldest first %v", shas, want)
	}
}

var next = regexp.MustCompile(`<([^>]+)>; rel="next"`)

func TestPagesAreWholeAndLinked(t *testing.T) {
	s := newSample(t)
	server := serve(t, s.Handler(s.options()))
	seen := map[int]bool{}
	path := "/repos/acme/api/pulls?state=all&per_page=7"
	pages := 0
	for path != "" {
		res, body := fetch(t, server, path)
		for _, p := range decode[[]struct{ Number int }](t, body) {
			if seen[p.Number] {
				t.Errorf("%d came twice", p.Number)
			}
			seen[p.Number] = true
		}
		path = ""
		if m := next.FindStringSubmatch(res.Header.Get("Link")); m != nil {
			path = strings.TrimPrefix(m[1], server.URL)
		}
		pages++
	}
	if len(seen) != len(s.api.PullRequests) || pages != 18 {
		t.Errorf("%d pull requests on %d pages", len(seen), pages)
	}
}

func TestHeaders(t *testing.T) {
	s := newSample(t)
	server := serve(t, s.Handler(s.options()))
	res, body := fetch(t, server, "/repos/acme/api/pulls/1")
	for name, want := range map[string]string{
		"X-RateLimit-Limit": "15000", "X-RateLimit-Resource": "core", "X-OAuth-Scopes": "repo, read:org, read:audit_log", "X-GitHub-Media-Type": "github.v3; format=json",
		"Date": now().Format(http.TimeFormat), "Content-Type": "application/json; charset=utf-8",
	} {
		if got := res.Header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if res.Header.Get("X-GitHub-Request-Id") == "" || body == "" {
		t.Error("no request id or no body")
	}
	res, body = fetch(t, server, "/repos/acme/api/pulls/1", "If-None-Match", res.Header.Get("ETag"))
	if res.StatusCode != http.StatusNotModified || body != "" {
		t.Errorf("with the ETag: %d, %q", res.StatusCode, body)
	}
	res, _ = fetch(t, server, "/user", "Authorization", "Bearer pat_fine")
	if _, there := res.Header["X-Oauth-Scopes"]; there || res.Header.Get("GitHub-Authentication-Token-Expiration") == "" {
		t.Errorf("a fine-grained token has no scopes but an end: %v", res.Header)
	}
}

func TestWhoMaySeeWhat(t *testing.T) {
	s := newSample(t)
	server := serve(t, s.Handler(s.options()))
	for name, test := range map[string]struct {
		auth, path string
		status     int
		says       string
	}{
		"wrong token":                {"Bearer nope", "/user", 401, "Bad credentials"},
		"no token":                   {"", "/user", 401, "Requires authentication"},
		"private without scope":      {"Bearer gho_plain", "/repos/acme/api", 404, "Not Found"},
		"private without token":      {"", "/repos/acme/api", 404, "Not Found"},
		"public without token":       {"", "/repos/acme/web", 200, "acme/web"},
		"fine-grained":               {"token pat_fine", "/repos/acme/api", 200, "acme/api"},
		"protection without admin":   {"Bearer pat_fine", "/repos/acme/api/branches/main/protection", 404, "Not Found"},
		"protection that is missing": {"Bearer " + admin, "/repos/acme/api/branches/feature%2Fone/protection", 404, "Branch not protected"},
		"graphql without token":      {"", "/graphql", 404, "Not Found"},
	} {
		t.Run(name, func(t *testing.T) {
			res, body := fetch(t, server, test.path, "Authorization", test.auth)
			if res.StatusCode != test.status || !strings.Contains(body, test.says) {
				t.Errorf("%d %s", res.StatusCode, body)
			}
		})
	}
}

func TestLogsAreElsewhere(t *testing.T) {
	s := newSample(t)
	server := serve(t, s.Handler(s.options()))
	job := fmt.Sprintf("/repos/acme/api/actions/jobs/%d/logs", s.run.Attempts[0].Jobs[0].ID)
	res, _ := fetch(t, server, job)
	at, err := res.Location()
	if err != nil || res.StatusCode != http.StatusFound {
		t.Fatal(res.StatusCode, err)
	}
	if "http://"+at.Host == server.URL {
		t.Errorf("the log is on the same host: %s", at)
	}
	get := func(auth string) (int, string) {
		r, _ := http.NewRequest(http.MethodGet, at.String(), nil)
		if auth != "" {
			r.Header.Set("Authorization", auth)
		}
		res, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		b, _ := io.ReadAll(res.Body)
		return res.StatusCode, string(b)
	}
	if status, body := get(""); status != 200 || !strings.Contains(body, "hello") {
		t.Errorf("%d %q", status, body)
	}
	if status, body := get("Bearer " + admin); status != 401 || strings.Contains(body, "hello") {
		t.Errorf("with a credential: %d %q", status, body)
	}
	late := s.options()
	late.Now = func() time.Time { return start.AddDate(0, 0, 91) }
	old := serve(t, s.Handler(late))
	if res, body := fetch(t, old, job); res.StatusCode != http.StatusGone {
		t.Errorf("after 91 days: %d %s", res.StatusCode, body)
	}
}

func TestFaults(t *testing.T) {
	s := newSample(t)
	o := s.options()
	o.Faults = []*forge.Fault{
		{Path: regexp.MustCompile(`/pulls/1$`), Times: 2, Status: 502, RetryAfter: 3},
		{Path: regexp.MustCompile(`/pulls/2$`), Times: -1, Status: 200, Type: "text/html", Body: "<html>"},
		{Path: regexp.MustCompile(`/pulls/4$`), Skip: 1, Times: 1, Cut: 10},
	}
	server := serve(t, s.Handler(o))
	for i, want := range []int{502, 502, 200} {
		res, _ := fetch(t, server, "/repos/acme/api/pulls/1")
		if res.StatusCode != want || want == 502 && res.Header.Get("Retry-After") != "3" {
			t.Errorf("request %d: %d", i, res.StatusCode)
		}
	}
	if _, body := fetch(t, server, "/repos/acme/api/pulls/2"); body != "<html>" {
		t.Errorf("got %q", body)
	}
	fetch(t, server, "/repos/acme/api/pulls/4")
	r, _ := http.NewRequest(http.MethodGet, server.URL+"/repos/acme/api/pulls/4", nil)
	r.Header.Set("Authorization", "Bearer "+admin)
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if b, err := io.ReadAll(res.Body); err != io.ErrUnexpectedEOF || len(b) != 10 {
		t.Errorf("%d bytes and %v; a cut body must be noticed", len(b), err)
	}
}

func TestRateLimit(t *testing.T) {
	s := newSample(t)
	o := s.options()
	o.RateLimit = 2
	server := serve(t, s.Handler(o))
	for i, want := range []int{200, 200, 403} {
		res, body := fetch(t, server, "/user")
		if res.StatusCode != want || want == 403 && (!strings.Contains(body, "API rate limit exceeded") || res.Header.Get("X-RateLimit-Remaining") != "0") {
			t.Errorf("request %d: %d %s", i, res.StatusCode, body)
		}
	}
}
