package company

import (
	"slices"
	"time"

	"github.com/tickmark-dev/tickmark/internal/simulate/forge"
)

// auditKept is how long the company has its audit log kept.
const auditKept = 150 * 24 * time.Hour

// payoutRules is the ruleset that asks for a review in payout-worker. It lets
// nobody go round it, so who wants to has to switch it off.
func payoutRules() *forge.Ruleset {
	return &forge.Ruleset{ID: 884307, Name: "review before merge", Include: []string{"~DEFAULT_BRANCH"}, Created: day(2025, 9, 1),
		Rules: []forge.Rule{{Type: "pull_request", Parameters: map[string]any{
			"required_approving_review_count": 1, "dismiss_stale_reviews_on_push": false, "require_code_owner_review": false,
			"require_last_push_approval": false, "required_review_thread_resolution": false, "allowed_merge_methods": []string{"merge", "rebase"},
		}}}}
}

// ownersRuled is when identity-gateway began to ask for the code owners' review,
// arrived is when infrastructure came from the organisation of the platform
// team, and queueBegan is when checkout-web got its merge queue.
func (s *story) ownersRuled() time.Time { return s.clock(2, 16, 18, 40) }
func (s *story) arrived() time.Time     { return s.clock(3, 16, 19, 5) }
func (s *story) queueBegan() time.Time  { return s.clock(4, 1, 7, 30) }

// logBegins is the oldest entry that the audit log still has.
func (s *story) logBegins() time.Time { return s.clock(2, 3, 9, 12) }

// openAudit writes what the organisation's audit log has beside the merges.
func (s *story) openAudit() {
	s.Forge.AuditKept = auditKept
	repo := func(name string) *forge.Repo {
		return s.houses[slices.IndexFunc(s.houses, func(h *house) bool { return h.name == name })].repo
	}
	s.log(s.clock(1, 12, 10, 0), "team.add_member", s.who["marta"], nil, map[string]any{"team": s.Org + "/payments-core", "user": "gustavholm"})
	s.log(s.logBegins(), "team.add_member", s.who["hannah"], nil, map[string]any{"team": s.Org + "/release", "user": "robin-marlow"})
	s.houses[3].ruled = s.ownersRuled()
	s.log(s.ownersRuled(), "protected_branch.update_require_code_owner_review", s.who["aarav"], repo("identity-gateway"), map[string]any{"name": "main", "require_code_owner_review": true})
	s.log(s.clock(3, 2, 9, 30), "org.add_member", s.who["marta"], nil, map[string]any{"user": "gustavholm"})
	s.log(s.arrived(), "repo.transfer", s.who["hannah"], repo("infrastructure"), map[string]any{"repo_was": "harbourline-platform/infrastructure", "visibility": "private"})
	s.log(s.queueBegan(), "repository_ruleset.create", s.who["ciaran"], repo("checkout-web"), map[string]any{"ruleset_id": 884201, "ruleset_name": "main", "ruleset_enforcement": "active", "ruleset_source_type": "Repository"})
	s.log(s.clock(5, 18, 9, 5), "org.remove_member", s.who["marta"], nil, map[string]any{"user": "bvanderlinde"})
}

func (s *story) log(at time.Time, action string, actor *Person, r *forge.Repo, fields map[string]any) {
	s.Forge.Audit = append(s.Forge.Audit, &forge.AuditEntry{At: at, Action: action, Actor: actor.GitHub, Repo: r, Fields: fields})
}

// unmet says which rules of main the pull request did not keep when it was
// merged, in GitHub's words. GitHub counts the approval of anybody but who
// opened it, and takes a skipped check for a passed one.
func (t *telling) unmet() (codes, reasons []string) {
	last := map[*forge.User]string{}
	for _, rv := range t.pr.Reviews {
		if rv.Author != t.pr.Author && rv.State != "COMMENTED" {
			last[rv.Author] = rv.State
		}
	}
	approved, refused := false, false
	for _, state := range last {
		approved, refused = approved || state == "APPROVED", refused || state == "CHANGES_REQUESTED"
	}
	if !approved || refused {
		codes, reasons = append(codes, "review_policy_not_satisfied"), append(reasons, "At least 1 approving review is required by reviewers with write access.")
	}
	var jobs []*forge.Job
	for _, run := range t.house.repo.Runs {
		if run.SHA == t.head && run.Event == "pull_request" {
			jobs = run.Attempts[len(run.Attempts)-1].Jobs
		}
	}
	for _, name := range t.house.repo.Protection["main"].Checks.Contexts {
		if !slices.ContainsFunc(jobs, func(j *forge.Job) bool {
			return j.Name == name && (j.Conclusion == "success" || j.Conclusion == "skipped")
		}) {
			return append(codes, "required_status_checks"), append(reasons, "Required status check \""+name+"\" is expected or failing.")
		}
	}
	return codes, reasons
}

// logMerge writes what GitHub logs of a merge to main: that somebody went round
// the branch's own protection, and how the push was judged. A ruleset that lets
// nobody go round it is switched off for it.
func (t *telling) logMerge(before string, merger *Person) {
	codes, reasons := t.unmet()
	if t.house.name == "payout-worker" && slices.Contains(codes, "review_policy_not_satisfied") {
		t.switchOff(t.house, t.merged, t.who["yusuf"])
		t.ruledOut = true
		codes, reasons = codes[1:], reasons[1:]
	}
	if t.has("late-label") {
		t.removeProtection(t.house, t.merged, t.who["aarav"])
		t.ruledOut = true
		codes = nil
	}
	if len(codes) > 0 {
		if merger.Machine { // no machine of the company may
			merger = t.author
		}
		t.override(t.house, t.merged, merger, before, t.sha, codes, reasons)
		t.overridden = true
	}
	t.judge(t.house, t.merged, merger, before, t.sha, codes)
}

func (s *story) override(h *house, at time.Time, by *Person, before, after string, codes, reasons []string) {
	said := []any{}
	for i, c := range codes {
		said = append(said, map[string]any{"code": c, "message": reasons[i]})
	}
	s.log(at.Add(time.Second), "protected_branch.policy_override", by, h.repo, map[string]any{
		"branch": "refs/heads/main", "before": before, "after": after, "overridden_codes": codes, "reasons": said,
	})
}

// switchOff takes the house's ruleset out of force for eleven minutes.
func (s *story) switchOff(h *house, at time.Time, by *Person) {
	set := h.repo.Rulesets[0]
	for _, step := range []struct {
		at       time.Duration
		was, now string
	}{{-6 * time.Minute, "active", "disabled"}, {5 * time.Minute, "disabled", "active"}} {
		s.log(at.Add(step.at), "repository_ruleset.update", by, h.repo, map[string]any{
			"ruleset_id": set.ID, "ruleset_name": set.Name, "ruleset_old_enforcement": step.was, "ruleset_enforcement": step.now, "ruleset_source_type": "Repository",
		})
		set.Updated = at.Add(step.at)
	}
}

// removeProtection takes the branch's own protection away for eleven minutes.
// What it asked for before is in no entry.
func (s *story) removeProtection(h *house, at time.Time, by *Person) {
	s.log(at.Add(-6*time.Minute), "protected_branch.destroy", by, h.repo, map[string]any{"name": "main"})
	s.log(at.Add(5*time.Minute), "protected_branch.create", by, h.repo, map[string]any{"name": "main"})
	h.ruled = at.Add(5 * time.Minute)
}

// judge notes how a push to main was judged by the rules in force.
func (s *story) judge(h *house, at time.Time, by *Person, before, after string, unmet []string) {
	one := &forge.RuleSuite{Ref: "refs/heads/main", Actor: by.GitHub, Before: before, After: after, At: at, Result: "pass"}
	for _, rule := range []struct{ code, kind string }{{"review_policy_not_satisfied", "pull_request"}, {"required_status_checks", "required_status_checks"}} {
		e := forge.RuleEvaluation{Type: rule.kind, Result: "pass"}
		if slices.Contains(unmet, rule.code) {
			one.Result, e.Result, e.Details = "bypass", "fail", "The rule was not kept, and the push was let through."
		}
		one.Evaluations = append(one.Evaluations, e)
	}
	h.repo.Suites = append(h.repo.Suites, one)
}

// logPush writes what GitHub logs of a push to main without a pull request.
func (s *story) logPush(p *plan, before string) {
	unmet := []string{"review_policy_not_satisfied", "required_status_checks"}
	reasons := []string{"Changes must be made through a pull request.", "3 of 3 required status checks are expected."}
	if p.house.name == "payout-worker" {
		s.switchOff(p.house, p.merged, s.who["marta"])
		unmet, reasons = unmet[1:], reasons[1:]
	}
	s.override(p.house, p.merged, p.author, before, p.sha, unmet, reasons)
	s.judge(p.house, p.merged, p.author, before, p.sha, unmet)
}

// remarkRules notes what can still be told of the rules at the merge.
func (s *story) remarkRules(p *plan) {
	c := p.change
	month := s.Now.AddDate(0, 0, -30)
	switch name := p.house.name; {
	case p.direct || p.base != "":
	case p.merged.Before(s.logBegins()):
		c.tell("audit-log-gone")
	case name == "infrastructure" && p.merged.Before(s.arrived()):
		c.tell("audit-log-elsewhere")
	case p.ruledOut:
		c.tell("rules-switched-off")
	case p.overridden:
		c.tell("rules-overridden")
	case p.merged.Before(p.house.ruled):
		c.tell("rules-changed-since")
	case name == "checkout-web" && p.merged.After(s.queueBegan()) && p.merged.Before(month):
		c.tell("bypass-not-told")
	}
}
