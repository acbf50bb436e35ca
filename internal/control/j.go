package control

import (
	"slices"
	"strings"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// branchControl is J: the change came by pull request, the branch's rules were
// in force at the merge, and nobody went round them.
//
// Rules are collected as they are now. What they were at the merge follows from
// the audit log where it was read whole from the merge to the retrieval: without
// an entry between, they were as they are. That nobody went round a branch's own
// protection follows from the same log; that nobody went round a ruleset, which
// the log is not documented to tell, from how the push was judged, or from the
// ruleset itself where it lets nobody.
func branchControl(x *exam) verdict {
	switch x.lane {
	case byTicket:
		return notApplicable("NO_CODE", "No code changed, so no branch was concerned.").on(x.main.ref)
	case byCommit:
		return x.pushedDirectly("the branch's rules did not ask for one, or were bypassed")
	}
	if x.tmerge.lack != nil {
		return unable(x.tmerge.lack)
	}
	past := x.branchPast()
	if v, ok := past.bypassed(); ok {
		return v
	}
	if slices.Contains(x.p.Deployment.WithoutBranchControl, x.prRef.System) {
		return notApplicable("NO_BRANCH_CONTROL", "The policy says that %s offers no control of branches.", x.prRef.System).on(x.prRef)
	}
	it, ok := x.c.Find(past.rulesRef)
	if !ok || it.BranchRules == nil {
		return unable(x.lacks(past.rulesRef, "the rules of the branch "+x.pr.Base.Ref))
	}
	past.now = it.BranchRules
	if l := past.unread(); l != nil {
		if !past.now.Protected && x.partial(past.rulesRef, "", "protection", "rulesets") == nil {
			return past.told(review("NOT_PROTECTED_NOW", "The branch %s is not protected now; whether it was at the merge is not known.", quote(x.pr.Base.Ref)))
		}
		return past.told(unable(l))
	}
	return past.told(past.judge())
}

// judge says what rules were in force at the merge, and whether anybody could
// have gone round them unseen.
func (p *branchPast) judge() verdict {
	branch := quote(p.x.pr.Base.Ref)
	sources := p.sources()
	of := func(s state) (out []ruleSource) {
		for _, r := range sources {
			if r.state == s {
				out = append(out, r)
			}
		}
		return out
	}
	on, open, off := of(inForce), of(notTold), of(notInForce)
	asks := func(r ruleSource) bool { return r.asksPull }
	if slices.ContainsFunc(on, asks) {
		if l := p.seen(append(slices.Clone(on), open...)); l != nil {
			return unable(l)
		}
		return met("RULES_IN_FORCE", "At the merge %s asked for a pull request on the branch %s, and nobody is recorded to have gone round it.", list(namesOf(on, asks)), branch).
			with("in force at the merge", strings.Join(namesOf(on, nil), "; "))
	}
	if l := p.hiddenRules(); l != nil {
		return unable(l)
	}
	if l := p.pastLost(open); l != nil {
		return unable(l)
	}
	switch {
	case len(open) > 0:
		e := open[0].event
		if p.x.tmerge.order(e.At) == 0 {
			return review("WITHIN_CLOCK_SKEW", "The rules of the branch %s were changed so close to the merge that nobody can say which came first (%s).", branch, p.event(e))
		}
		return review("RULES_CHANGED_SINCE", "The rules of the branch %s were changed after the merge (%s), and what they asked for at the merge is not told.", branch, p.event(e))
	case slices.ContainsFunc(off, func(r ruleSource) bool { return !r.event.At.IsZero() && r.switchedOff }):
		r := off[slices.IndexFunc(off, func(r ruleSource) bool { return !r.event.At.IsZero() && r.switchedOff })]
		return exception("RULES_OFF_AT_MERGE", "At the merge %s was switched off: %s; it was put in force again afterwards (%s).", r.name, p.event(r.before), p.event(r.event))
	case len(on) > 0:
		return review("RULES_WITHOUT_PULL_REQUEST", "At the merge the rules of the branch %s asked for no pull request; a person must say whether they suffice.", branch).
			with("in force at the merge", strings.Join(namesOf(on, nil), "; "))
	}
	return exception("NOT_PROTECTED_AT_MERGE", "At the merge no rule was in force for the branch %s.", branch)
}

func namesOf(list []ruleSource, only func(ruleSource) bool) (out []string) {
	for _, r := range list {
		if only == nil || only(r) {
			out = append(out, r.name)
		}
	}
	return out
}

// bypasses are the words of sources for going round a branch's rules.
var bypasses = []string{evidence.PolicyOverride, "policy_override", "bypass", "rule_bypass"}

// bypassed finds a record that somebody went round the rules with this merge.
func (p *branchPast) bypassed() (verdict, bool) {
	x := p.x
	for _, e := range x.pr.Timeline {
		if slices.Contains(bypasses, e.Kind) && !e.At.After(x.tmerge.hi) {
			return exception("RULES_BYPASSED", "%s bypassed the rules of the branch.", x.who.identify(e.Actor).shown).at("bypassed", e.At).with("message", e.Message).on(x.prRef), true
		}
	}
	for _, s := range p.suites() {
		if s.Result == "bypass" {
			return exception("RULES_BYPASSED", "%s bypassed the rules of the branch.", x.who.identify(s.Actor).shown).at("bypassed", s.At).
				with("commit", s.After).with("rules not kept", failedRules(s)).on(p.ref, x.prRef), true
		}
	}
	var near *evidence.RuleEvent
	for _, e := range p.log {
		if e.Kind != evidence.PolicyOverride {
			continue
		}
		switch ofMerge, close := p.ofMerge(e), x.tmerge.order(e.At) == 0; {
		case ofMerge:
			return p.override(exception("RULES_BYPASSED", "%s bypassed the rules of the branch.", x.who.identify(e.Actor).shown), e), true
		case close && (e.After == "" || x.m == ""):
			near = &e
		}
	}
	if near != nil {
		return p.override(review("BYPASS_NEAR_MERGE", "%s bypassed the rules of a branch at the time of the merge; the record does not say whether with this change.", x.who.identify(near.Actor).shown), *near), true
	}
	return verdict{}, false
}

// ofMerge reports whether somebody went round the rules with this merge: by
// what it moved the branch to, else by who did it and when.
func (p *branchPast) ofMerge(e evidence.RuleEvent) bool {
	if e.After != "" && p.x.m != "" {
		return e.After == p.x.m
	}
	return p.x.tmerge.order(e.At) == 0 && sameAccount(e.Actor, p.x.pr.MergedBy)
}

func sameAccount(a, b *evidence.Person) bool {
	if a == nil || b == nil {
		return false
	}
	if a.ID != "" && b.ID != "" {
		return a.ID == b.ID
	}
	return a.Login != "" && strings.EqualFold(a.Login, b.Login)
}

func (p *branchPast) override(v verdict, e evidence.RuleEvent) verdict {
	return v.at("bypassed", e.At).with("message", e.Message).with("codes", strings.Join(e.Codes, ", ")).with("commit", e.After).on(p.ref, p.x.prRef)
}

func failedRules(s evidence.RuleSuite) string {
	var out []string
	for _, f := range s.Failed {
		said := f.Type
		if f.Details != "" {
			said += " (" + f.Details + ")"
		}
		out = append(out, said)
	}
	return strings.Join(out, "; ")
}
