package control

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// branchPast is what is known of the rules of the base branch at the merge.
type branchPast struct {
	x             *exam
	rulesRef, ref evidence.Ref
	item          evidence.Item         // of the history; without one where it was not obtained
	log           []evidence.RuleEvent  // oldest first
	now           *evidence.BranchRules // as retrieved
}

func (x *exam) branchPast() *branchPast {
	id := x.pr.Repository + ":" + x.pr.Base.Ref
	p := &branchPast{x: x, rulesRef: evidence.Ref{Kind: evidence.KindBranchRules, System: x.prRef.System, ID: id}, ref: evidence.Ref{Kind: evidence.KindRuleHistory, System: x.prRef.System, ID: id}}
	p.item, _ = x.c.Find(p.ref)
	p.log = slices.Clone(p.history().Events)
	slices.SortStableFunc(p.log, func(a, b evidence.RuleEvent) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.ID, b.ID)) })
	return p
}

func (p *branchPast) history() *evidence.RuleHistory {
	if p.item.RuleHistory == nil {
		return &evidence.RuleHistory{}
	}
	return p.item.RuleHistory
}

// suites are how the push that merged the change was judged. One that the rules
// refused moved nothing.
func (p *branchPast) suites() []evidence.RuleSuite {
	var out []evidence.RuleSuite
	for _, s := range p.history().Suites {
		if p.x.m != "" && s.After == p.x.m && s.Result != "fail" {
			out = append(out, s)
		}
	}
	return out
}

// oneRun is how far apart the records of one run may be: it waits where a
// source limits its questions.
const oneRun = 24 * time.Hour

// unread says why the audit log does not tell of the time from the merge to
// when the rules were read.
func (p *branchPast) unread() *lack {
	const what = "the audit log of what was done to the branch's rules since the merge"
	if l := p.x.lacks(p.ref, what, "audit log"); l != nil {
		return l
	}
	w := p.history().Log.Window(p.item)
	rules, _ := p.x.c.Find(p.rulesRef)
	_, read := rules.Retrieved()
	switch t := p.x.tmerge; {
	case w.From.IsZero():
		return &lack{p.ref, what, "nothing in what was collected says why", "EVIDENCE_ABSENT"}
	case t.lo.Before(w.From):
		return &lack{p.ref, what, "it was read from " + w.From.UTC().Format("2006-01-02 15:04 UTC") + " on: " + w.Limit, gapCode(w.Reason)}
	case !w.Covers(t.hi):
		return &lack{p.ref, what, "it was read at " + w.To.UTC().Format("2006-01-02 15:04 UTC") + ", which is not after the merge", "EVIDENCE_NOT_READ"}
	case read.After(w.To.Add(oneRun)):
		return &lack{p.ref, what, "it was read at " + w.To.UTC().Format("2006-01-02 15:04 UTC") + ", and the rules only at " + read.UTC().Format("2006-01-02 15:04 UTC"), "EVIDENCE_NOT_READ"}
	}
	return nil
}

// told adds what was read to a verdict.
func (p *branchPast) told(v verdict) verdict {
	if w := p.history().Log.Window(p.item); !w.From.IsZero() {
		v = v.with("audit log read", w.From.UTC().Format("2006-01-02 15:04 UTC")+" to "+w.To.UTC().Format("2006-01-02 15:04 UTC"))
	}
	if p.x.tmerge.known() {
		v = v.with("merged", p.x.tmerge.String())
	}
	for _, s := range p.suites() {
		v = v.with("the push was judged", s.Result)
	}
	v = v.on(p.rulesRef, p.x.prRef)
	if p.item.RuleHistory != nil {
		v = v.on(p.ref)
	}
	return v
}

// event names an event: what, when, by whom.
func (p *branchPast) event(e evidence.RuleEvent) string {
	said := e.Kind
	if e.WasEnforcement != "" || e.Enforcement != "" {
		said += " " + strings.Trim(e.WasEnforcement+" to "+e.Enforcement, " ")
	}
	return oneLine(said) + " at " + e.At.UTC().Format("2006-01-02 15:04:05 UTC") + " by " + p.x.who.identify(e.Actor).shown
}

// state is what is known of a set of rules at the merge.
type state int

const (
	notInForce state = iota
	inForce          // as it is now
	notTold          // it was changed since, or so close to the merge that nobody can say
)

// ruleSource is one set of rules that may have held for the branch.
type ruleSource struct {
	name        string
	id          string // of a ruleset
	state       state
	asksPull    bool               // as it is now
	event       evidence.RuleEvent // the first since the merge
	before      evidence.RuleEvent // the last before it
	switchedOff bool               // it was in force before the merge and after it, and not at it
	hidesBypass bool               // somebody may go round it, and the audit log need not tell
	dated       time.Time          // when the ruleset was made or changed since the merge, where no entry says so
}

// sources gives every set of rules that may have held at the merge: the
// branch's own protection, and rulesets.
func (p *branchPast) sources() []ruleSource {
	out := []ruleSource{p.ownProtection()}
	ids := map[string]bool{}
	for _, r := range p.now.Rules {
		ids[r.Ruleset] = true
	}
	for _, e := range p.log {
		if e.Ruleset != "" {
			ids[e.Ruleset] = true
		}
	}
	sorted := []string{}
	for id := range ids {
		sorted = append(sorted, id)
	}
	slices.SortFunc(sorted, func(a, b string) int { return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b)) })
	for _, id := range sorted {
		if s := p.ruleset(id); s.state != notInForce || s.asksPull || s.switchedOff {
			out = append(out, s)
		}
	}
	if _, since := p.split(decidesReach); len(since) > 0 {
		out = append(out, ruleSource{name: "another ruleset", state: notTold, event: since[0]})
	}
	return slices.DeleteFunc(out, func(s ruleSource) bool { return s.name == "" })
}

// ofProperty begins the kinds of events that set a repository's properties.
const ofProperty = "custom_property_value."

// decidesReach reports whether an event decides which rulesets hold for the
// branch, whatever they ask for: they may be for the default branch, and for
// repositories by their properties.
func decidesReach(e evidence.RuleEvent) bool {
	return e.Kind == "repo.update_default_branch" || strings.HasPrefix(e.Kind, ofProperty)
}

// split gives the last of some events before the merge and those since, where
// one within the clocks' skew is among the latter.
func (p *branchPast) split(of func(evidence.RuleEvent) bool) (before evidence.RuleEvent, since []evidence.RuleEvent) {
	for _, e := range p.log {
		switch {
		case !of(e):
		case p.x.tmerge.order(e.At) < 0:
			before = e
		default:
			since = append(since, e)
		}
	}
	return before, since
}

// ownProtection is the branch's own ("classic") protection. Its entries say that
// it was made, changed or removed, and not all that it asked for.
func (p *branchPast) ownProtection() ruleSource {
	var now struct {
		Reviews json.RawMessage `json:"required_pull_request_reviews"`
	}
	has := len(p.now.Protection) > 0 && string(p.now.Protection) != "null"
	_ = json.Unmarshal(p.now.Protection, &now) // what is no object asks for nothing
	s := ruleSource{name: "the branch's own protection", asksPull: has && len(now.Reviews) > 0 && string(now.Reviews) != "null"}
	if s.asksPull {
		s.name += " (" + reviewsWord(now.Reviews) + ")"
	}
	before, since := p.split(func(e evidence.RuleEvent) bool {
		return strings.HasPrefix(e.Kind, "protected_branch.") && e.Kind != evidence.PolicyOverride
	})
	switch {
	case len(since) == 0 && has:
		s.state = inForce
	case len(since) == 0:
		s.name = "" // there was none
	case p.x.tmerge.order(since[0].At) > 0 && since[0].Kind == "protected_branch.create" && before.Kind == "protected_branch.destroy" && before.Branch == since[0].Branch && before.Branch != "":
		s.state, s.event, s.before, s.switchedOff = notInForce, since[0], before, true
	default:
		s.state, s.event = notTold, since[0]
	}
	return s
}

func reviewsWord(raw json.RawMessage) string {
	var r struct {
		Count *int `json:"required_approving_review_count"`
	}
	if json.Unmarshal(raw, &r) != nil || r.Count == nil {
		return "pull request"
	}
	return "pull request with " + count(*r.Count, "approval")
}

// ruleset is what is known of one ruleset at the merge. What was set of it
// without an entry, and what decided since whether it holds for the branch,
// takes the certainty away.
func (p *branchPast) ruleset(id string) ruleSource {
	s, set := p.rulesetLogged(id)
	if s.state != inForce {
		return s
	}
	if t := p.unlogged(id, set.Updated, set.Created); !t.IsZero() {
		s.state, s.event, s.dated = notTold, evidence.RuleEvent{}, t
		return s
	}
	_, since := p.split(func(e evidence.RuleEvent) bool {
		return decidesReach(e) && (set.SourceType != "Repository" || !strings.HasPrefix(e.Kind, ofProperty))
	})
	if len(since) > 0 {
		s.state, s.event = notTold, since[0]
	}
	return s
}

// unlogged gives the first of some times that does not lie before the merge and
// of which the audit log has no entry about the ruleset; zero: there is none.
func (p *branchPast) unlogged(id string, times ...time.Time) time.Time {
	for _, t := range times {
		near := func(e evidence.RuleEvent) bool {
			return e.Ruleset == id && e.At.Sub(t).Abs() <= p.x.p.Skew
		}
		if !t.IsZero() && p.x.tmerge.order(t) >= 0 && !slices.ContainsFunc(p.log, near) {
			return t
		}
	}
	return time.Time{}
}

// rulesetLogged is what a ruleset was at the merge by the entries about it, and
// what it is now. They say how it was enforced before and after, and whether
// its rules were changed.
func (p *branchPast) rulesetLogged(id string) (s ruleSource, set evidence.Ruleset) {
	s = ruleSource{name: "ruleset " + id, id: id}
	holds := false
	for _, r := range p.now.Rules {
		if r.Ruleset == id {
			holds = true
			s.asksPull = s.asksPull || r.Type == "pull_request"
		}
	}
	i := slices.IndexFunc(p.history().Rulesets, func(r evidence.Ruleset) bool { return r.ID == id })
	foreign := true // rules of an enterprise are changed elsewhere
	s.hidesBypass = true
	if i >= 0 {
		set = p.history().Rulesets[i]
		if set.Name != "" {
			s.name += " " + quote(set.Name)
		}
		foreign = set.SourceType != "Repository" && set.SourceType != "Organization"
		s.hidesBypass = set.Bypass == nil || len(set.Bypass) > 0
	}
	before, since := p.split(func(e evidence.RuleEvent) bool { return e.Ruleset == id })
	if len(since) == 0 {
		if holds {
			s.state = inForce
			if foreign {
				s.state = notTold
			}
		} else {
			s.asksPull = false
		}
		return s, set
	}
	s.event, s.before = since[0], before
	then := cmp.Or(since[0].WasEnforcement, since[0].Enforcement)
	changed := func(e evidence.RuleEvent) bool { return settled(e, "ruleset_rules", "ruleset_conditions") }
	switch {
	case p.x.tmerge.order(since[0].At) == 0:
		s.state = notTold
	case since[0].Kind == "repository_ruleset.create":
		s.state = notInForce
	case since[0].Kind == "repository_ruleset.update" && (then == "disabled" || then == "evaluate"):
		s.state = notInForce
		s.switchedOff = holds && s.asksPull && before.Kind == "repository_ruleset.update" && active(before.WasEnforcement)
	case since[0].Kind == "repository_ruleset.update" && active(then) && holds && !slices.ContainsFunc(since, changed):
		s.state = inForce
		s.hidesBypass = s.hidesBypass || slices.ContainsFunc(since, func(e evidence.RuleEvent) bool { return settled(e, "ruleset_bypass") })
	default:
		s.state = notTold
	}
	return s, set
}

func active(enforcement string) bool { return enforcement == "active" || enforcement == "enabled" }

// settled reports whether an event names settings that begin so, and sets them.
func settled(e evidence.RuleEvent, prefixes ...string) bool {
	return slices.ContainsFunc(e.Changed, func(f evidence.Fact) bool {
		return f.Value != "" && f.Value != "[]" && f.Value != "null" && slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(f.Name, p) })
	})
}

// seen says what is missing to know that nobody went round rulesets that let
// somebody: how the push was judged.
func (p *branchPast) seen(sources []ruleSource) *lack {
	if slices.ContainsFunc(p.suites(), func(s evidence.RuleSuite) bool { return s.Result == "pass" }) {
		return nil
	}
	i := slices.IndexFunc(sources, func(s ruleSource) bool { return s.hidesBypass })
	if i < 0 {
		return p.x.partial(p.rulesRef, "the rulesets of the branch", "rulesets")
	}
	why := "GitHub told of no judgement of this push"
	if g, ok := p.x.gap(p.ref, "rule suites"); ok {
		why = gapReason(g)
	} else if w := p.history().Insights.Window(p.item); !w.From.IsZero() && p.x.tmerge.at.Before(w.From) {
		why = "it was read from " + w.From.UTC().Format("2006-01-02") + " on: " + w.Limit
	}
	return &lack{p.ref, "how the push was judged by " + sources[i].name, fmt.Sprintf("somebody may go round that ruleset, which the audit log need not tell; %s", why), "AUDIT_LOG_NOT_OBTAINED"}
}

// pastLost says of which ruleset it is not known what it was at the merge,
// though no entry of the log speaks of it.
func (p *branchPast) pastLost(open []ruleSource) *lack {
	i := slices.IndexFunc(open, func(s ruleSource) bool { return s.event.At.IsZero() })
	if i < 0 {
		return nil
	}
	what := "the past of " + open[i].name
	if g, ok := p.x.gap(p.ref, "ruleset "+open[i].id); ok {
		return lackOf(g, what)
	}
	if t := open[i].dated; !t.IsZero() {
		return &lack{p.ref, what, "it was made or changed at " + t.UTC().Format("2006-01-02 15:04 UTC") + ", not before the merge, and the audit log has no entry of that", "AUDIT_LOG_NOT_OBTAINED"}
	}
	return &lack{p.ref, what, "it is not the repository's or the organisation's own, so that their audit log does not tell who changed it", "AUDIT_LOG_NOT_OBTAINED"}
}

// hiddenRules says which of the rules as they are now were not obtained.
func (p *branchPast) hiddenRules() *lack {
	return p.x.partial(p.rulesRef, "all rules of the branch", "protection", "rulesets")
}
