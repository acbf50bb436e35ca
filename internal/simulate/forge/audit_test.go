package forge_test

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tickmark-dev/tickmark/internal/simulate/forge"
)

func auditOf(t *testing.T, s *sample, o forge.Options, query string, headers ...string) (status int, actions []string, link string) {
	t.Helper()
	res, body := fetch(t, serve(t, s.Handler(o)), "/orgs/acme/audit-log?"+query, headers...)
	if res.StatusCode != 200 {
		return res.StatusCode, nil, ""
	}
	for _, e := range decode[[]map[string]any](t, body) {
		actions = append(actions, e["action"].(string))
	}
	return 200, actions, res.Header.Get("Link")
}

func TestAuditLog(t *testing.T) {
	ask := func(phrase string) string { return "order=asc&phrase=" + url.QueryEscape(phrase) }
	for name, c := range map[string]struct {
		query string
		want  string
	}{
		"web events":    {ask("created:>=2008-01-01"), "protected_branch.create repository_ruleset.update protected_branch.policy_override"},
		"all":           {ask("created:>=2008-01-01") + "&include=all", "protected_branch.create repository_ruleset.update protected_branch.policy_override git.push"},
		"of Git":        {"include=git", "git.push"},
		"newest first":  {"phrase=repo:acme/api", "protected_branch.policy_override protected_branch.create"},
		"a category":    {ask("action:protected_branch repo:ACME/api"), "protected_branch.create protected_branch.policy_override"},
		"one action":    {ask("action:protected_branch.create"), "protected_branch.create"},
		"no such":       {ask("action:protected"), ""},
		"another day":   {ask("created:>=2025-10-02"), "protected_branch.policy_override"},
		"not described": {ask("actor:bob"), "422"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSample(t)
			status, got, _ := auditOf(t, s, s.options(), c.query)
			said := strings.Join(got, " ")
			if status != 200 {
				said = fmt.Sprint(status)
			}
			if said != c.want {
				t.Errorf("got %s", said)
			}
		})
	}
}

// An audit log is walked by a cursor, and has no numbers of pages.
func TestAuditLogByCursor(t *testing.T) {
	s := newSample(t)
	server := serve(t, s.Handler(s.options()))
	path, seen := "/orgs/acme/audit-log?order=asc&include=all&per_page=3", []string{}
	for path != "" {
		res, body := fetch(t, server, path)
		for _, e := range decode[[]map[string]any](t, body) {
			seen = append(seen, e["_document_id"].(string))
		}
		path, _, _ = strings.Cut(strings.TrimPrefix(res.Header.Get("Link"), "<"+server.URL), ">")
	}
	if len(seen) != 4 || len(slices.Compact(slices.Clone(seen))) != 4 {
		t.Errorf("entries %q", seen)
	}
	if res, _ := fetch(t, server, "/orgs/acme/audit-log?after=nonsense"); res.StatusCode != 422 {
		t.Errorf("a cursor that is none: %d", res.StatusCode)
	}
}

func TestWhoReadsTheAuditLog(t *testing.T) {
	s := newSample(t)
	for token, want := range map[string]int{admin: 200, "gho_plain": 404, "pat_fine": 404, "": 404} {
		if got, _, _ := auditOf(t, s, s.options(), "", "Authorization", strings.TrimSpace("Bearer "+token)); got != want && token != "" {
			t.Errorf("%q: %d, want %d", token, got, want)
		}
	}
	s.NoAuditLog = true
	if got, _, _ := auditOf(t, s, s.options(), ""); got != 404 {
		t.Errorf("without the plan: %d", got)
	}
}

// What is older than it is kept is not there, and an answer without a day shows
// three months.
func TestAuditLogForgets(t *testing.T) {
	for days, want := range map[int]int{1: 3, 80: 3, 100: 0, 179: 3, 200: 0} {
		s := newSample(t)
		o := s.options()
		o.Now = func() time.Time { return hour(21).AddDate(0, 0, days) }
		query := ""
		if days == 179 || days == 200 {
			query = "phrase=created:%3E%3D2008-01-01"
		}
		if days == 179 { // the first of the day is gone an hour before the last
			o.Now = func() time.Time { return hour(0).Add(180*24*time.Hour - time.Minute) }
		}
		if _, got, _ := auditOf(t, s, o, query); len(got) != want {
			t.Errorf("after %d days: %q", days, got)
		}
	}
}

func TestRuleSuites(t *testing.T) {
	type row struct {
		ID     int64
		Result string
		After  string `json:"after_sha"`
	}
	for query, want := range map[string]string{
		"time_period=month": "[22 21]", "time_period=month&ref=refs/heads/main": "[21]", "time_period=month&ref=side": "[22]",
		"time_period=month&rule_suite_result=bypass": "[21]", "time_period=month&rule_suite_result=fail": "[]", "time_period=day": "[]", "": "[]", "time_period=week": "[]",
	} {
		s := newSample(t)
		_, body := fetch(t, serve(t, s.Handler(s.options())), "/repos/acme/api/rulesets/rule-suites?"+query)
		ids := []int64{}
		for _, r := range decode[[]row](t, body) {
			ids = append(ids, r.ID)
		}
		if fmt.Sprint(ids) != want {
			t.Errorf("%s: %v", query, ids)
		}
	}
	s := newSample(t)
	server := serve(t, s.Handler(s.options()))
	_, body := fetch(t, server, "/repos/acme/api/rulesets/rule-suites/21")
	if !strings.Contains(body, `"result":"fail"`) || !strings.Contains(body, `"type":"protected_branch"`) {
		t.Errorf("suite is %s", body)
	}
	if res, _ := fetch(t, server, "/repos/acme/api/rulesets/rule-suites?time_period=year"); res.StatusCode != 422 {
		t.Errorf("a period that is none: %d", res.StatusCode)
	}
	if res, _ := fetch(t, server, "/repos/acme/api/rulesets/rule-suites", "Authorization", "Bearer pat_fine"); res.StatusCode != 404 {
		t.Errorf("no administrator: %d", res.StatusCode)
	}
}
