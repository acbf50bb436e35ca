package github

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tickmark-dev/tickmark/collectors/collectortest"
	"github.com/tickmark-dev/tickmark/internal/evidence"
)

func user(header map[string]string) func(http.ResponseWriter, *http.Request) {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Date", "Thu, 15 Jan 2026 12:00:01 GMT")
		for k, v := range header {
			w.Header().Set(k, v)
		}
		handler(`{"login":"auditor","id":7,"type":"User"}`)(w, r)
	}
}

const retentionPath = "/repos/acme/api/actions/permissions/artifact-and-log-retention"

var auditReachPath = auditRoute("web", "", "1")

func preflight(t *testing.T, routes map[string]any, change ...func(*Config)) (*Collector, evidence.Principal, error) {
	t.Helper()
	s := newStub(t, routes)
	s.strict = true
	cfg := testConfig(t, s.URL)
	cfg.Repositories = []string{"acme/api", "acme/hidden"}
	for _, f := range change {
		f(&cfg)
	}
	c := newCollector(t, collectortest.Session(t, t.TempDir(), false), cfg)
	p, err := c.Preflight(context.Background())
	return c, p, err
}

func TestPreflight(t *testing.T) {
	c, p, err := preflight(t, map[string]any{
		"/user":              user(map[string]string{"X-OAuth-Scopes": "repo, read:org", "GitHub-Authentication-Token-Expiration": "2026-03-01 09:30:00 UTC"}),
		"/repos/acme/api":    `{"full_name":"acme/api","permissions":{"pull":true,"push":true}}`,
		"/repos/acme/hidden": 404,
		retentionPath:        `{"days":30,"maximum_allowed_days":400}`,
		auditReachPath:       `[{"@timestamp":1752998400000,"action":"org.create"}]`,
	})
	if err != nil {
		t.Fatal(err)
	}
	want := evidence.Principal{
		System: "github", Name: "auditor", Scopes: []string{"read:org", "repo"}, Expires: utc("2026-03-01T09:30:00Z"),
		Visible: []string{"acme/api"}, Hidden: []string{"acme/hidden"},
		Retentions: []evidence.Retention{{What: "CI logs and artifacts", Scope: "acme/api", Keeps: 30 * 24 * time.Hour}, {What: "audit log of branch rules", Scope: "acme/api", Keeps: 180 * 24 * time.Hour, Assumed: true}},
	}
	notes := p.Notes
	p.Notes = nil
	if diff := cmp.Diff(want, p); diff != "" {
		t.Errorf("principal (-want +got):\n%s", diff)
	}
	for _, say := range []string{"allows writing", "may write to acme/api", "for 30 days", "audit log of acme can be read; its oldest entry is of 2025-07-20"} {
		if !slices.ContainsFunc(notes, func(n string) bool { return strings.Contains(n, say) }) {
			t.Errorf("no note says %q: %q", say, notes)
		}
	}
	if slices.ContainsFunc(notes, func(n string) bool { return strings.Contains(n, "clock") }) {
		t.Errorf("the clocks agree and a note says they do not: %q", notes)
	}
	if !c.session.Proven("github") {
		t.Error("the login is not proven")
	}
	if days, known := c.retentionOf("acme/api"); days != 30 || !known {
		t.Errorf("logs are kept for %d days", days)
	}
}

func TestPreflightFindings(t *testing.T) {
	base := map[string]any{"/user": user(nil), "/repos/acme/api": `{"full_name":"acme/api"}`, "/repos/acme/hidden": 404, retentionPath: 403, auditReachPath: 404}
	t.Run("refused token", func(t *testing.T) {
		_, _, err := preflight(t, map[string]any{"/user": func(w http.ResponseWriter, _ *http.Request) { fail(w, 401, "Bad credentials") }})
		if err == nil || !strings.Contains(err.Error(), "refuses the token") || strings.Contains(err.Error(), testToken) {
			t.Errorf("error is %v", err)
		}
	})
	t.Run("installation of an app", func(t *testing.T) {
		c, p, err := preflight(t, with(base, map[string]any{"/user": 403, "/installation/repositories?per_page=1": `{"total_count":1,"repositories":[]}`}))
		if err != nil || p.Name != "app installation" || !c.session.Proven("github") {
			t.Errorf("principal is %q, error %v", p.Name, err)
		}
	})
	t.Run("renamed repository", func(t *testing.T) {
		_, p, err := preflight(t, with(base, map[string]any{"/repos/acme/api": `{"full_name":"acme/core"}`}))
		if err != nil || !strings.Contains(strings.Join(p.Notes, "\n"), "now called acme/core") {
			t.Errorf("notes are %q, error %v", p.Notes, err)
		}
	})
	t.Run("no audit log", func(t *testing.T) {
		for _, answer := range []any{404, 403, `<html>`, `[]`} {
			_, p, err := preflight(t, with(base, map[string]any{auditReachPath: answer}))
			if said := strings.Join(p.Notes, "\n"); err != nil || !strings.Contains(said, "audit log of acme cannot be read") || !strings.Contains(said, "optional") || len(p.Retentions) != 1 {
				t.Errorf("%v: notes are %q, error %v", answer, p.Notes, err)
			}
		}
	})
	t.Run("wrong clock", func(t *testing.T) {
		_, p, err := preflight(t, with(base, map[string]any{"/user": user(map[string]string{"Date": "Thu, 15 Jan 2026 11:50:00 GMT"})}))
		if err != nil || !strings.Contains(strings.Join(p.Notes, "\n"), "clock differs from GitHub's by 10m") {
			t.Errorf("notes are %q, error %v", p.Notes, err)
		}
	})
}

// Offline there is no credential to configure, and the answers are those that
// the credential once got.
func TestPreflightOfflineWithoutACredential(t *testing.T) {
	s := newStub(t, with(world(t), map[string]any{"/user": user(nil), "/repos/acme/api": `{"full_name":"acme/api"}`, retentionPath: 403}))
	dir := t.TempDir()
	online := collectortest.Session(t, dir, false)
	want, err := newCollector(t, online, testConfig(t, s.URL)).Preflight(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if err := online.Close(); err != nil {
		t.Fatal(err)
	}
	cfg := testConfig(t, s.URL)
	cfg.Authorize = nil
	got, err := newCollector(t, collectortest.Session(t, dir, true), cfg).Preflight(context.Background())
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("error %v, principal (-online +offline):\n%s", err, diff)
	}
}

func TestPreflightAnonymous(t *testing.T) {
	server := http.NewServeMux()
	server.HandleFunc("/rate_limit", handler(`{"resources":{}}`))
	server.HandleFunc("/repos/acme/api", handler(`{"full_name":"acme/api"}`))
	s := newPlain(t, server)
	cfg := testConfig(t, s)
	cfg.Authorize = nil
	c := newCollector(t, collectortest.Session(t, t.TempDir(), false), cfg)
	p, err := c.Preflight(context.Background())
	if err != nil || p.Name != "anonymous" || len(p.Visible) != 1 {
		t.Errorf("principal is %+v, error %v", p, err)
	}
}

func TestRetentionDecidesWhatHasExpired(t *testing.T) {
	// The log of the world's job is 13 days old; the repository keeps logs for 10.
	s := newStub(t, with(world(t), map[string]any{
		"/user": user(nil), "/repos/acme/api": `{"full_name":"acme/api"}`, retentionPath: `{"days":10}`, logPath: 404,
	}))
	c := newCollector(t, collectortest.Session(t, t.TempDir(), false), testConfig(t, s.URL))
	if _, err := c.Preflight(context.Background()); err != nil {
		t.Fatal(err)
	}
	r := ref(evidence.KindBuild, "acme/api/runs/500")
	_, err := collectortest.Collect(context.Background(), t, c, r)
	gaps := evidence.Gaps(r, "github", err, time.Time{})
	wantGaps(t, gaps, "log of job test: expired")
	if !strings.Contains(gaps[0].Detail, "10 days") {
		t.Errorf("detail is %q", gaps[0].Detail)
	}
}

func TestNewRefuses(t *testing.T) {
	session := collectortest.Session(t, t.TempDir(), false)
	for name, change := range map[string]func(*Config){
		"no name":       func(c *Config) { c.Name = "" },
		"no address":    func(c *Config) { c.BaseURL = nil },
		"no repository": func(c *Config) { c.Repositories = []string{"https://github.com/acme/api"} },
	} {
		cfg := testConfig(t, "https://api.github.com")
		change(&cfg)
		if _, err := New(cfg, session, "0"); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestAddresses(t *testing.T) {
	session := collectortest.Session(t, t.TempDir(), false)
	for base, want := range map[string][2]string{
		"https://api.github.com":              {"https://github.com", "https://api.github.com/graphql"},
		"https://git.acme.example/api/v3":     {"https://git.acme.example", "https://git.acme.example/api/graphql"},
		"http://127.0.0.1:8080":               {"http://127.0.0.1:8080", "http://127.0.0.1:8080/graphql"},
		"https://git.acme.example/sub/api/v3": {"https://git.acme.example", "https://git.acme.example/sub/api/graphql"},
	} {
		cfg := testConfig(t, base)
		cfg.WebURL = nil
		c := newCollector(t, session, cfg)
		req, err := c.api.NewRequest(http.MethodPost, c.graphqlURL, nil)
		if err != nil || c.web != want[0] || req.URL.String() != want[1] {
			t.Errorf("%s: web %s, graphql %v, error %v; want %v", base, c.web, req.URL, err, want)
		}
	}
}

func TestProductionPatterns(t *testing.T) {
	c := newCollector(t, collectortest.Session(t, t.TempDir(), false), testConfig(t, "https://api.github.com"))
	for environment, want := range map[string]bool{"production": true, "Production": true, "prod-eu": true, "prod-eu/west": true, "preproduction": false, "production-test": false, "prod": false, "": false} {
		if got := c.isProduction(environment); got != want {
			t.Errorf("%q: production is %v, want %v", environment, got, want)
		}
	}
}
