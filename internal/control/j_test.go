package control

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

var pastRef = ref(evidence.KindRuleHistory, repo+":main")

// ruled is good with the past of its branch's rules: the branch's own
// protection asks for a pull request, and the audit log was read from 1
// February to 30 April.
func ruled(t testing.TB) *world {
	w := good(t)
	w.rules.Protection = json.RawMessage(`{"required_pull_request_reviews":{"required_approving_review_count":1},"required_status_checks":{"contexts":["unit"]}}`)
	read := clock("30 12:00").AddDate(0, 1, 0)
	w.Items = append(w.Items, evidence.Item{Ref: pastRef, Provenance: []evidence.Provenance{{RetrievedAt: read}}, RuleHistory: &evidence.RuleHistory{
		Repository: repo, Branch: "main", Log: evidence.Reach{Read: true, Oldest: clock("01 00:00").AddDate(0, -1, 0)}, Insights: evidence.Reach{Read: true, Keeps: 28 * 24 * time.Hour},
	}})
	return w
}

// inRuleset is ruled by a ruleset alone, which lets nobody go round it.
func inRuleset(t testing.TB) *world {
	w := ruled(t)
	w.rules.Protection = nil
	w.rules.Rules = []evidence.BranchRule{{Type: "deletion", Ruleset: "5"}, {Type: "pull_request", Ruleset: "5"}}
	w.past().Rulesets = []evidence.Ruleset{{ID: "5", Name: "main", SourceType: "Repository", Bypass: []string{}}}
	return w
}

func (w *world) past() *evidence.RuleHistory {
	i := slices.IndexFunc(w.Items, func(it evidence.Item) bool { return it.Ref == pastRef })
	return w.Items[i].RuleHistory
}

// dated says when ruleset 5 was made, and when it was last changed.
func (w *world) dated(created, updated string) {
	w.past().Rulesets[0].Created, w.past().Rulesets[0].Updated = clock(created), clock(updated)
}

// rulesRead says when the branch's rules were read.
func (w *world) rulesRead(at time.Time) {
	i := slices.IndexFunc(w.Items, func(it evidence.Item) bool { return it.Ref == rulesRef })
	w.Items[i].Provenance = []evidence.Provenance{{RetrievedAt: at}}
}

// did adds an entry to the audit log.
func (w *world) did(kind, who, at string, more ...func(*evidence.RuleEvent)) {
	e := evidence.RuleEvent{ID: kind + at, Kind: kind, Actor: gh(who), At: clock(at), Branch: "main"}
	for _, f := range more {
		f(&e)
	}
	w.past().Events = append(w.past().Events, e)
}

// rulesetDid adds an entry about ruleset 5, from one enforcement to another.
func (w *world) rulesetDid(kind, at, from, to string, changed ...string) {
	w.did("repository_ruleset."+kind, "grace", at, func(e *evidence.RuleEvent) {
		e.Branch, e.Ruleset, e.WasEnforcement, e.Enforcement = "", "5", from, to
		for _, c := range changed {
			e.Changed = append(e.Changed, evidence.Fact{Name: c, Value: "[1]"})
		}
	})
}

func moved(sha string) func(*evidence.RuleEvent) {
	return func(e *evidence.RuleEvent) { e.After = sha }
}

func (w *world) judged(result, sha string) {
	w.past().Suites = append(w.past().Suites, evidence.RuleSuite{ID: "9", Actor: gh("ada"), At: clock("10:30"), After: sha, Result: result,
		Failed: []evidence.FailedRule{{Type: "pull_request", Details: "1 approval is missing."}}})
}

const override = evidence.PolicyOverride

func TestJ(t *testing.T) {
	table(t, "J", map[string]one{
		"pushed directly":        {direct, nil, bad, "DIRECT_PUSH"},
		"no such feature":        {nil, func(w *world) { w.policy.Deployment.WithoutBranchControl = []string{"github"} }, na, "NO_BRANCH_CONTROL"},
		"by ticket":              {byHand, nil, na, "NO_CODE"},
		"when it merged is lost": {ruled, func(w *world) { w.gap(prRef, "merge", evidence.Unreachable) }, unsure, "EVIDENCE_UNREACHABLE"},

		// What was read, and what not.
		"in force":            {ruled, nil, ok, "RULES_IN_FORCE"},
		"no past":             {nil, nil, unsure, "EVIDENCE_ABSENT"},
		"past lost":           {ruled, func(w *world) { w.lose(pastRef, evidence.Unreachable) }, unsure, "EVIDENCE_UNREACHABLE"},
		"log denied":          {ruled, func(w *world) { w.past().Log = evidence.Reach{}; w.gap(pastRef, "audit log", evidence.Denied) }, unsure, "EVIDENCE_DENIED"},
		"log cut":             {ruled, func(w *world) { w.gap(pastRef, "audit log", evidence.Truncated) }, unsure, "EVIDENCE_TRUNCATED"},
		"log not read":        {ruled, func(w *world) { w.past().Log = evidence.Reach{} }, unsure, "EVIDENCE_ABSENT"},
		"log begins later":    {ruled, func(w *world) { w.past().Log.Oldest = clock("03 00:00") }, unsure, "EVIDENCE_EXPIRED"},
		"log begins then":     {ruled, func(w *world) { w.past().Log.Oldest = clock("10:29") }, unsure, "EVIDENCE_EXPIRED"},
		"log is kept 40 days": {ruled, func(w *world) { w.past().Log.Keeps = 40 * 24 * time.Hour }, unsure, "EVIDENCE_EXPIRED"},
		"log is kept longer":  {ruled, func(w *world) { w.past().Log.Keeps = 90 * 24 * time.Hour }, ok, "RULES_IN_FORCE"},
		"renamed since":       {ruled, func(w *world) { w.past().Log.Named = clock("04 00:00") }, unsure, "EVIDENCE_TRUNCATED"},
		"read before the merge": {ruled, func(w *world) {
			for i := range w.Items {
				if w.Items[i].Ref == pastRef {
					w.Items[i].Provenance[0].RetrievedAt = clock("10:31")
				}
			}
		}, unsure, "EVIDENCE_NOT_READ"},
		"rules read a month later":       {ruled, func(w *world) { w.rulesRead(clock("30 12:00").AddDate(0, 2, 0)) }, unsure, "EVIDENCE_NOT_READ"},
		"rules read a day later":         {ruled, func(w *world) { w.rulesRead(clock("30 12:00").AddDate(0, 1, 1).Add(time.Minute)) }, unsure, "EVIDENCE_NOT_READ"},
		"rules read in the run":          {ruled, func(w *world) { w.rulesRead(clock("30 12:00").AddDate(0, 1, 0).Add(5 * time.Hour)) }, ok, "RULES_IN_FORCE"},
		"rules lost":                     {ruled, func(w *world) { w.lose(rulesRef, evidence.Denied) }, unsure, "EVIDENCE_DENIED"},
		"own protection hidden":          {ruled, func(w *world) { w.rules.Protection = nil; w.gap(rulesRef, "classic protection", evidence.Ambiguous) }, unsure, "EVIDENCE_AMBIGUOUS"},
		"own protection hidden, ruleset": {inRuleset, func(w *world) { w.gap(rulesRef, "classic protection", evidence.Ambiguous) }, ok, "RULES_IN_FORCE"},
		"rulesets lost":                  {ruled, func(w *world) { w.gap(rulesRef, "rulesets", evidence.Unreachable) }, unsure, "EVIDENCE_UNREACHABLE"},
		"insights denied":                {ruled, func(w *world) { w.gap(pastRef, "rule suites", evidence.Denied) }, ok, "RULES_IN_FORCE"},

		// Bypasses.
		"timeline says so": {ruled, func(w *world) {
			w.pr.Timeline = append(w.pr.Timeline, evidence.Event{Kind: override, Actor: gh("ada"), At: clock("10:30")})
		}, bad, "RULES_BYPASSED"},
		"timeline, later": {ruled, func(w *world) {
			w.pr.Timeline = append(w.pr.Timeline, evidence.Event{Kind: override, Actor: gh("ada"), At: clock("12:30")})
		}, ok, "RULES_IN_FORCE"},
		"with this merge": {ruled, func(w *world) { w.did(override, "ada", "10:30", moved(mm)) }, bad, "RULES_BYPASSED"},
		"with this merge, log denied": {ruled, func(w *world) {
			w.did(override, "ada", "10:30", moved(mm))
			w.gap(pastRef, "audit log", evidence.Denied)
		}, bad, "RULES_BYPASSED"},
		"with this merge, rules lost":   {ruled, func(w *world) { w.did(override, "ada", "10:30", moved(mm)); w.lose(rulesRef, evidence.Denied) }, bad, "RULES_BYPASSED"},
		"with another push":             {ruled, func(w *world) { w.did(override, "ada", "10:30", moved(c1)) }, ok, "RULES_IN_FORCE"},
		"by the merger, without commit": {ruled, func(w *world) { w.did(override, "ada", "10:31") }, bad, "RULES_BYPASSED"},
		"by another, without commit":    {ruled, func(w *world) { w.did(override, "ken", "10:31") }, look, "BYPASS_NEAR_MERGE"},
		"by nobody, without commit":     {ruled, func(w *world) { w.did(override, "ken", "10:29", func(e *evidence.RuleEvent) { e.Actor = nil }) }, look, "BYPASS_NEAR_MERGE"},
		"long before, without commit":   {ruled, func(w *world) { w.did(override, "ada", "10:20") }, ok, "RULES_IN_FORCE"},
		"landed commit not known": {ruled, func(w *world) {
			w.did(override, "ada", "10:30", moved(c1))
			w.pr.MergeCommit = ""
			w.drop(landedRef)
		}, bad, "RULES_BYPASSED"},
		"judged a bypass":        {ruled, func(w *world) { w.judged("bypass", mm) }, bad, "RULES_BYPASSED"},
		"another judged so":      {ruled, func(w *world) { w.judged("bypass", c1) }, ok, "RULES_IN_FORCE"},
		"refused, then let pass": {ruled, func(w *world) { w.judged("fail", mm); w.judged("pass", mm) }, ok, "RULES_IN_FORCE"},

		// The branch's own protection over time.
		"changed before":       {ruled, func(w *world) { w.did("protected_branch.update_admin_enforced", "grace", "09:00") }, ok, "RULES_IN_FORCE"},
		"changed after":        {ruled, func(w *world) { w.did("protected_branch.update_admin_enforced", "grace", "12:00") }, look, "RULES_CHANGED_SINCE"},
		"changed at the merge": {ruled, func(w *world) { w.did("protected_branch.update_admin_enforced", "grace", "10:29") }, look, "WITHIN_CLOCK_SKEW"},
		"removed after": {ruled, func(w *world) {
			w.rules.Protection = nil
			w.rules.Protected = false
			w.did("protected_branch.destroy", "grace", "12:00")
		}, look, "RULES_CHANGED_SINCE"},
		"made after": {ruled, func(w *world) { w.did("protected_branch.create", "grace", "12:00") }, look, "RULES_CHANGED_SINCE"},
		"off at the merge": {ruled, func(w *world) {
			w.did("protected_branch.destroy", "ada", "10:20")
			w.did("protected_branch.create", "ada", "10:40")
		}, bad, "RULES_OFF_AT_MERGE"},
		"of another branch, off then": {ruled, func(w *world) {
			w.did("protected_branch.destroy", "ada", "10:20", func(e *evidence.RuleEvent) { e.Branch = "ma*" })
			w.did("protected_branch.create", "ada", "10:40")
		}, look, "RULES_CHANGED_SINCE"},
		"off and on before": {ruled, func(w *world) {
			w.did("protected_branch.destroy", "ada", "09:20")
			w.did("protected_branch.create", "ada", "09:40")
		}, ok, "RULES_IN_FORCE"},
		"never protected": {ruled, func(w *world) { w.rules.Protection = nil; w.rules.Protected = false }, bad, "NOT_PROTECTED_AT_MERGE"},
		"not protected now": {ruled, func(w *world) {
			w.rules.Protected = false
			w.rules.Protection = nil
			w.past().Log.Oldest = clock("03 00:00")
		}, look, "NOT_PROTECTED_NOW"},
		"no past, not protected": {nil, func(w *world) { w.rules.Protected = false }, look, "NOT_PROTECTED_NOW"},
		"not protected, not sure": {ruled, func(w *world) {
			w.rules.Protected = false
			w.rules.Protection = nil
			w.past().Log.Oldest = clock("03 00:00")
			w.gap(rulesRef, "classic protection", evidence.Denied)
		}, unsure, "EVIDENCE_EXPIRED"},
		"asks for no pull request": {ruled, func(w *world) { w.rules.Protection = json.RawMessage(`{"required_pull_request_reviews":null}`) }, look, "RULES_WITHOUT_PULL_REQUEST"},

		// Rulesets over time.
		"by ruleset":            {inRuleset, nil, ok, "RULES_IN_FORCE"},
		"ruleset asks for none": {inRuleset, func(w *world) { w.rules.Rules = w.rules.Rules[:1] }, look, "RULES_WITHOUT_PULL_REQUEST"},
		"ruleset made after":    {inRuleset, func(w *world) { w.rulesetDid("create", "12:00", "", "active") }, bad, "NOT_PROTECTED_AT_MERGE"},
		"ruleset made after, own protection": {inRuleset, func(w *world) {
			w.rules.Protection = json.RawMessage(`{"required_pull_request_reviews":{}}`)
			w.rulesetDid("create", "12:00", "", "active")
		}, ok, "RULES_IN_FORCE"},
		"ruleset off at the merge": {inRuleset, func(w *world) {
			w.rulesetDid("update", "10:20", "active", "disabled")
			w.rulesetDid("update", "10:40", "disabled", "active")
		}, bad, "RULES_OFF_AT_MERGE"},
		"ruleset on trial then": {inRuleset, func(w *world) { w.rulesetDid("update", "12:00", "evaluate", "active") }, bad, "NOT_PROTECTED_AT_MERGE"},
		"ruleset off later": {inRuleset, func(w *world) {
			w.rulesetDid("update", "12:00", "active", "disabled")
			w.rulesetDid("update", "13:00", "disabled", "active")
		}, ok, "RULES_IN_FORCE"},
		"ruleset off, near": {inRuleset, func(w *world) {
			w.rulesetDid("update", "10:31", "active", "disabled")
			w.rulesetDid("update", "13:00", "disabled", "active")
		}, look, "WITHIN_CLOCK_SKEW"},
		"ruleset's name changed":  {inRuleset, func(w *world) { w.rulesetDid("update", "12:00", "", "active") }, ok, "RULES_IN_FORCE"},
		"ruleset's rules changed": {inRuleset, func(w *world) { w.rulesetDid("update", "12:00", "", "active", "ruleset_rules_added") }, look, "RULES_CHANGED_SINCE"},
		"its branches changed":    {inRuleset, func(w *world) { w.rulesetDid("update", "12:00", "", "active", "ruleset_conditions_updated") }, look, "RULES_CHANGED_SINCE"},
		"its rules changed later": {inRuleset, func(w *world) {
			w.rulesetDid("update", "12:00", "active", "disabled")
			w.rulesetDid("update", "13:00", "disabled", "active", "ruleset_rules_deleted")
		}, look, "RULES_CHANGED_SINCE"},
		"who may bypass changed": {inRuleset, func(w *world) { w.rulesetDid("update", "12:00", "", "active", "ruleset_bypass_actors_deleted") }, unsure, "AUDIT_LOG_NOT_OBTAINED"},
		"ruleset destroyed":      {inRuleset, func(w *world) { w.rules.Rules = nil; w.rulesetDid("destroy", "12:00", "", "active") }, look, "RULES_CHANGED_SINCE"},
		"an enterprise's":        {inRuleset, func(w *world) { w.past().Rulesets[0].SourceType = "Enterprise" }, unsure, "AUDIT_LOG_NOT_OBTAINED"},
		"somebody may bypass":    {inRuleset, func(w *world) { w.past().Rulesets[0].Bypass = []string{"RepositoryRole 5 (always)"} }, unsure, "AUDIT_LOG_NOT_OBTAINED"},
		"who may is not told":    {inRuleset, func(w *world) { w.past().Rulesets[0].Bypass = nil }, unsure, "AUDIT_LOG_NOT_OBTAINED"},
		"ruleset hidden":         {inRuleset, func(w *world) { w.past().Rulesets = nil; w.gap(pastRef, "ruleset 5", evidence.NotFound) }, unsure, "EVIDENCE_NOT_FOUND"},
		"somebody may, and did not": {inRuleset, func(w *world) {
			w.past().Rulesets[0].Bypass = []string{"RepositoryRole 5 (always)"}
			w.judged("pass", mm)
		}, ok, "RULES_IN_FORCE"},
		"made after, no entry":     {inRuleset, func(w *world) { w.dated("05 00:00", "05 00:00") }, unsure, "AUDIT_LOG_NOT_OBTAINED"},
		"changed after, no entry":  {inRuleset, func(w *world) { w.dated("01 00:00", "05 00:00") }, unsure, "AUDIT_LOG_NOT_OBTAINED"},
		"changed then, no entry":   {inRuleset, func(w *world) { w.dated("01 00:00", "10:31") }, unsure, "AUDIT_LOG_NOT_OBTAINED"},
		"changed before, no entry": {inRuleset, func(w *world) { w.dated("01 00:00", "10:20") }, ok, "RULES_IN_FORCE"},
		"changed after, as logged": {inRuleset, func(w *world) { w.dated("01 00:00", "12:00"); w.rulesetDid("update", "12:00", "", "active") }, ok, "RULES_IN_FORCE"},
		"changed again, no entry":  {inRuleset, func(w *world) { w.dated("01 00:00", "05 00:00"); w.rulesetDid("update", "12:00", "", "active") }, unsure, "AUDIT_LOG_NOT_OBTAINED"},
		"made after, no entry, own protection": {inRuleset, func(w *world) {
			w.rules.Protection = json.RawMessage(`{"required_pull_request_reviews":{}}`)
			w.dated("05 00:00", "05 00:00")
		}, ok, "RULES_IN_FORCE"},

		// What decides which rulesets hold.
		"another default branch":         {inRuleset, func(w *world) { w.did("repo.update_default_branch", "grace", "12:00") }, look, "RULES_CHANGED_SINCE"},
		"another default branch before":  {inRuleset, func(w *world) { w.did("repo.update_default_branch", "grace", "09:00") }, ok, "RULES_IN_FORCE"},
		"another default branch, near":   {inRuleset, func(w *world) { w.did("repo.update_default_branch", "grace", "10:31") }, look, "WITHIN_CLOCK_SKEW"},
		"default branch, own protection": {ruled, func(w *world) { w.did("repo.update_default_branch", "grace", "12:00") }, ok, "RULES_IN_FORCE"},
		"default branch, no rules now": {ruled, func(w *world) {
			w.rules.Protection = nil
			w.did("repo.update_default_branch", "grace", "12:00")
		}, look, "RULES_CHANGED_SINCE"},
		"property set, its own ruleset": {inRuleset, func(w *world) { w.did("custom_property_value.update", "grace", "12:00") }, ok, "RULES_IN_FORCE"},
		"property set, organisation's": {inRuleset, func(w *world) {
			w.past().Rulesets[0].SourceType = "Organization"
			w.did("custom_property_value.create", "grace", "12:00")
		}, look, "RULES_CHANGED_SINCE"},

		"beside own protection": {inRuleset, func(w *world) {
			w.rules.Protection = json.RawMessage(`{"required_pull_request_reviews":{}}`)
			w.past().Rulesets[0].Bypass = nil
		}, unsure, "AUDIT_LOG_NOT_OBTAINED"},
	})
}

// J is not met when any record that it rests on is taken away, and each outcome
// names the window that was read.
func TestBranchControlNeedsItsRecords(t *testing.T) {
	r := ruled(t).result("J")
	if r.Outcome != ok || !slices.Contains(r.Basis, pastRef) || !slices.Contains(r.Basis, rulesRef) || !slices.Contains(r.Basis, prRef) {
		t.Fatalf("%s rests on %v", r.Code, r.Basis)
	}
	for _, taken := range []evidence.Ref{pastRef, rulesRef, prRef} {
		w := ruled(t)
		w.drop(taken)
		if got := w.result("J"); got.Outcome == ok {
			t.Errorf("without %s it is met: %s", taken, got.Why)
		}
	}
	read := ""
	for _, f := range r.Read {
		read += f.Name + ": " + f.Value + "\n"
	}
	for _, say := range []string{"audit log read: 2026-02-01 00:00 UTC to 2026-04-30 12:00 UTC", "merged: 2026-03-02 10:30:00 UTC", "the branch's own protection (pull request with 1 approval)"} {
		if !strings.Contains(read, say) {
			t.Errorf("it does not say %q: %s", say, read)
		}
	}
}

// In which order the source tells its events says nothing.
func TestBranchControlWhateverTheOrder(t *testing.T) {
	w := inRuleset(t)
	w.rulesetDid("update", "10:40", "disabled", "active")
	w.rulesetDid("update", "10:20", "active", "disabled")
	if r := w.result("J"); r.Code != "RULES_OFF_AT_MERGE" {
		t.Errorf("%s: %s", r.Code, r.Why)
	}
}

// A push that the rules refused moved nothing, and is not among what was read.
func TestRefusedPushIsNoJudgement(t *testing.T) {
	w := ruled(t)
	w.judged("fail", mm)
	for _, f := range w.result("J").Read {
		if f.Name == "the push was judged" {
			t.Errorf("a refused push is read as %q", f.Value)
		}
	}
}
