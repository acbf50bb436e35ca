package github

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

const suitesRoute = "/repos/acme/api/rulesets/rule-suites?ref=refs%2Fheads%2Fmain&rule_suite_result=all&time_period=month"

var historyRef = ref(evidence.KindRuleHistory, "acme/api:main")

// auditRoute is the stub's route of a question to acme's audit log.
func auditRoute(include, phrase, perPage string) string {
	q := url.Values{"include": {include}, "order": {"asc"}, "phrase": {strings.TrimSpace(phrase + " created:>=2008-01-01")}}
	if perPage != "" {
		q.Set("per_page", perPage)
	}
	return "/orgs/acme/audit-log?" + q.Encode()
}

func TestRuleHistory(t *testing.T) {
	item, gaps := collectOne(t, world(t), historyRef)
	wantGaps(t, gaps)
	cleo := &evidence.Person{System: "github", Login: "cleo", ID: "3"}
	want := &evidence.RuleHistory{
		Log:        evidence.Reach{Read: true, Oldest: utc("2025-10-01T09:00:00Z"), Keeps: 180 * 24 * time.Hour},
		Insights:   evidence.Reach{Read: true, Keeps: 28 * 24 * time.Hour},
		Repository: "acme/api", Branch: "main", URL: "https://github.example/organizations/acme/settings/audit-log?q=repo%3Aacme%2Fapi",
		Events: []evidence.RuleEvent{
			{ID: "e1", Kind: "protected_branch.update_required_approving_review_count", Actor: &evidence.Person{System: "github", Login: "ben", ID: "2"}, At: utc("2026-01-02T08:00:00Z"), Branch: "main",
				Changed: []evidence.Fact{{Name: "required_approving_review_count", Value: "1"}}},
			{ID: "e5", Kind: "repository_ruleset.update", Actor: &evidence.Person{System: "github", Login: "rules-bot", Type: "Bot"}, At: utc("2026-01-02T08:01:40Z"), Ruleset: "5", RulesetName: "everywhere",
				Enforcement: "active", WasEnforcement: "evaluate", Changed: []evidence.Fact{{Name: "ruleset_rules_added", Value: `[{"type":"deletion"}]`}}},
			{ID: "e4", Kind: evidence.PolicyOverride, Actor: cleo, At: utc("2026-01-02T10:00:00Z"), Branch: "main", Before: sha("0"), After: sha("c"),
				Codes: []string{"review_policy_not_satisfied"}, Message: "At least 1 approving review is required."},
		},
		Suites: []evidence.RuleSuite{
			{ID: "21", Actor: &evidence.Person{System: "github", Login: "ben", ID: "2"}, At: utc("2026-01-02T10:00:00Z"), Before: sha("0"), After: sha("b"), Result: "pass"},
			{ID: "22", Actor: cleo, At: utc("2026-01-02T11:00:00Z"), Before: sha("0"), After: sha("c"), Result: "bypass",
				Failed: []evidence.FailedRule{{Type: "pull_request", Source: "protected_branch", Details: "Changes must be made through a pull request."}}},
		},
		Rulesets: []evidence.Ruleset{{ID: "5", Name: "everywhere", SourceType: "Organization", Source: "acme", Enforcement: "active", Created: utc("2025-05-01T06:00:00Z"), Updated: utc("2026-01-02T08:01:40Z"),
			Bypass: []string{"RepositoryRole 5 (pull_request)", "OrganizationAdmin (always)"}}},
	}
	if diff := cmp.Diff(want, item.RuleHistory); diff != "" {
		t.Errorf("history (-want +got):\n%s", diff)
	}
}

// What decides which rulesets hold for the branch is among the events.
func TestRuleHistoryOfWhatRulesetsHoldFor(t *testing.T) {
	const entry = `[{"@timestamp":1767340800000,"_document_id":"d1","action":"%s","actor":"ben","repo":"acme/api"}]`
	for _, action := range []string{"repo.update_default_branch", "custom_property_value.update"} {
		kind := strings.TrimSuffix(action, ".update")
		item, gaps := collectOne(t, with(world(t), map[string]any{auditRoute("all", "repo:acme/api action:"+kind, ""): fmt.Sprintf(entry, action)}), historyRef)
		wantGaps(t, gaps)
		if !slices.ContainsFunc(item.RuleHistory.Events, func(e evidence.RuleEvent) bool { return e.ID == "d1" && e.Kind == action && e.Branch == "" }) {
			t.Errorf("%s is not among %+v", action, item.RuleHistory.Events)
		}
		if !item.RuleHistory.Log.Named.IsZero() {
			t.Errorf("%s gives the repository no name", action)
		}
	}
}

// Nothing of where somebody acted from is kept in the record.
func TestRuleHistoryHasNoAddresses(t *testing.T) {
	item, _ := collectOne(t, world(t), historyRef)
	said := fmt.Sprintf("%+v", item.RuleHistory.Events)
	for _, secret := range []string{"203.0.113.9", "Firefox", "abc", "DE}"} {
		if strings.Contains(said, secret) {
			t.Errorf("the events hold %q: %s", secret, said)
		}
	}
}

// Denied, hidden, unreachable, empty and cut short are different words, and
// none of them is a window in which nothing happened.
func TestRuleHistoryThatIsNotThere(t *testing.T) {
	reach, branches, renames := auditRoute("web", "", "1"), auditRoute("all", "repo:acme/api action:protected_branch", ""), auditRoute("all", "repo:acme/api action:repo.rename", "")
	for name, c := range map[string]struct {
		routes   map[string]any
		gaps     []string
		log      bool
		insights bool
	}{
		"no such plan":          {map[string]any{reach: 404}, []string{"audit log: denied"}, false, true},
		"no such right":         {map[string]any{reach: 403}, []string{"audit log: denied"}, false, true},
		"broken":                {map[string]any{reach: `<html>`}, []string{"audit log: unreachable"}, false, true},
		"an empty log":          {map[string]any{reach: `[]`}, []string{"audit log: not found"}, false, true},
		"one question refused":  {map[string]any{renames: 403}, []string{"audit log: denied"}, false, true},
		"an entry without time": {map[string]any{branches: `[{"action":"protected_branch.destroy","repo":"acme/api","name":"main"}]`}, []string{"audit log: unreachable"}, false, true},
		"nothing happened":      {map[string]any{branches: `[]`}, nil, true, true},
		"suites are denied":     {map[string]any{suitesRoute: 404}, []string{"rule suites: denied"}, true, false},
		"a ruleset is hidden":   {map[string]any{"/repos/acme/api/rulesets/5": 404}, []string{"ruleset 5: not found"}, true, true},
		"which rule is hidden":  {map[string]any{"/repos/acme/api/rulesets/rule-suites/22": 403}, []string{"rules that push 22 bypassed: denied"}, true, true},
	} {
		t.Run(name, func(t *testing.T) {
			item, gaps := collectOne(t, with(world(t), c.routes), historyRef)
			wantGaps(t, gaps, c.gaps...)
			if item.RuleHistory == nil {
				t.Fatal("no item")
			}
			if got := item.RuleHistory.Log.Read; got != c.log {
				t.Errorf("the log was read: %v, %+v", got, item.RuleHistory.Log)
			}
			if got := item.RuleHistory.Insights.Read; got != c.insights {
				t.Errorf("the judged pushes were read: %v", got)
			}
		})
	}
}

// The log is read as far back as it goes, no further than GitHub keeps it, and
// not before the repository had its name.
func TestHowFarBackTheLogGoes(t *testing.T) {
	ago := func(days int) string { return fmt.Sprint(utc("2026-01-15T12:00:00Z").AddDate(0, 0, -days).UnixMilli()) }
	reach, renames, transfers := auditRoute("web", "", "1"), auditRoute("all", "repo:acme/api action:repo.rename", ""), auditRoute("all", "repo:acme/api action:repo.transfer", "")
	entry := func(days int, action string) string {
		return `[{"@timestamp":` + ago(days) + `,"action":"` + action + `","repo":"acme/api","old_name":"acme/core"}]`
	}
	for name, c := range map[string]struct {
		routes map[string]any
		change []func(*Config)
		days   int
		reason evidence.Reason
	}{
		"young":                    {map[string]any{reach: entry(20, "org.create")}, nil, 20, evidence.Expired},
		"old":                      {map[string]any{reach: entry(900, "org.create")}, nil, 180, evidence.Expired},
		"renamed":                  {map[string]any{reach: entry(900, "org.create"), renames: entry(40, "repo.rename")}, nil, 40, evidence.Truncated},
		"transferred":              {map[string]any{reach: entry(30, "org.create"), transfers: entry(10, "repo.transfer")}, nil, 10, evidence.Truncated},
		"its organisation renamed": {map[string]any{reach: entry(900, "org.create"), auditRoute("all", "action:org.rename", ""): `[{"@timestamp":` + ago(50) + `,"action":"org.rename","org":"acme","old_login":"acme-inc"}]`}, nil, 50, evidence.Truncated},
		"renamed long ago":         {map[string]any{reach: entry(30, "org.create"), renames: entry(40, "repo.rename")}, nil, 30, evidence.Expired},
	} {
		t.Run(name, func(t *testing.T) {
			item, gaps := collectOne(t, with(world(t), c.routes), historyRef, c.change...)
			wantGaps(t, gaps)
			w := item.RuleHistory.Log.Window(item)
			if days := int(w.To.Sub(w.From).Round(24*time.Hour) / (24 * time.Hour)); days != c.days || w.Reason != c.reason {
				t.Errorf("%d days, %s: %s", days, w.Reason, w.Limit)
			}
		})
	}
	t.Run("of a server of one's own", func(t *testing.T) {
		routes := map[string]any{}
		for k, v := range with(world(t), map[string]any{reach: entry(900, "org.create")}) {
			routes["/api/v3"+k] = v
		}
		item, gaps := collectOne(t, routes, historyRef, func(c *Config) { c.BaseURL = c.BaseURL.JoinPath("api/v3/") })
		wantGaps(t, gaps)
		if w := item.RuleHistory.Log.Window(item); w.To.Sub(w.From) < 890*24*time.Hour {
			t.Errorf("read %+v: what such a server keeps is its owner's to say", w)
		}
	})
}

// Every page of the log is followed, by its cursor.
func TestAuditLogIsReadToItsEnd(t *testing.T) {
	first := auditRoute("all", "repo:acme/api action:protected_branch", "")
	entry := func(id string) string {
		return `[{"@timestamp":1767340800000,"_document_id":"` + id + `","action":"protected_branch.destroy","repo":"acme/api","name":"main"}]`
	}
	u, _ := url.Parse(first)
	q := u.Query()
	q.Set("after", "MS:1|x")
	item, gaps := collectOne(t, with(world(t), map[string]any{
		first: func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Link", `<https://elsewhere.example`+u.Path+"?"+q.Encode()+`&per_page=100>; rel="next"`)
			handler(entry("one"))(w, r)
		},
		u.Path + "?" + q.Encode(): entry("two"),
	}), historyRef)
	wantGaps(t, gaps)
	var ids []string
	for _, e := range item.RuleHistory.Events {
		ids = append(ids, e.ID)
	}
	if !slices.Equal(ids, []string{"one", "two", "e5"}) {
		t.Errorf("entries %q", ids)
	}
	_, gaps = collectOne(t, with(world(t), map[string]any{first: func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Link", `<`+first+`>; rel="next"`)
		handler(entry("round and round"))(w, r)
	}}), historyRef)
	wantGaps(t, gaps, "audit log: unreachable")
}

func TestBranchesOfPatterns(t *testing.T) {
	for pattern, want := range map[string]bool{"": true, "main": true, "ma*": true, "*": true, "release/*": false, "mai": false, "**/x": true, "[": true, "side": false,
		"[!r]*": true, "ma[!x]n": true, "[!m]*": false, "[^m]*": false, "{main,release}": true, `ma\in`: true, "[!": true} {
		if got := matches(pattern, "main"); got != want {
			t.Errorf("%q: %v", pattern, got)
		}
	}
}
