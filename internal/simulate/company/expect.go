package company

import (
	"slices"
	"strings"
	"time"
)

// The expectations say for each change what the test of each attribute ought
// to come to, once everything that the company's servers still hold has been
// collected. They are told, not computed from the records:
//
//  1. How a change was made (by pull request, by a bot, by ticket alone, by a
//     push) gives all 26 letters: what is right if people did what the company
//     does every day. See ways.
//  2. Each situation that the story puts there says what it changes, and why,
//     in a table beside its words. See the effects.
//  3. Where several situations speak of one letter, the one that decides more
//     wins: not applicable, exception, unable, needs review, met.
//
// They are measured by the company's own policy (simulate.Policy) and by its own
// list of people (Roster), and by what the records of a change can show: what
// only the story knows makes nothing met. Where that leaves room, these rulings
// were made; they are judgement, and can be argued:
//
//   - J follows the audit log, which the company keeps for 150 days: what was
//     merged before its oldest entry is unable, also where it is plain that a
//     rule must have been bypassed. So is what was merged into the infrastructure
//     while it belonged to another organisation. Going round a rule is an
//     exception, and so is a merge while the rule was switched off, or into a
//     branch that never had one. A change of a branch's own protection is logged
//     without all that it asked for before, so what was merged before it needs
//     review. Nothing documents that the log tells who went round a ruleset: of
//     checkout-web, whose merge queue is one that administrators may go round,
//     only the last month is known, from how its pushes were judged.
//   - Logs and reports of CI older than 90 days are gone, and its conclusions
//     are not. K, L and M then need review, also where they would be met; a
//     failure that the checks themselves still state is an exception all the
//     same. That staging was deployed to is known without its log (N).
//   - An approval that does not count counts nowhere: where E is an exception,
//     so are F, G and H, and where E needs review, so do they. An approval in
//     the last two minutes before the merge needs review in all four.
//   - Whoever wrote the ticket asked for the change, and is not independent.
//   - Who lets a deployment pass its gate releases it, and approves nothing of
//     what it brings (Q). What the board says of a change request approves no
//     code: E to H count the reviews of a pull request.
//   - The cut-off of a normal approval is the merge (E, F, H). An approval
//     between merge and deployment leaves E an exception; G needs review.
//   - After a clean merge of main into the branch H needs review: the records
//     do not show that it was clean.
//   - An emergency is what was called one before it was deployed. For it B, F
//     and G are not applicable, as P asks who may authorise; E and H count the
//     approval afterwards. Its ticket may follow within a day: D and T, which
//     ask for what stood there before, then need review, and so does V. A label
//     that comes later excuses nothing, and P needs review.
//   - Where and when somebody authorised an emergency must be on record as a
//     decision; a sentence in a ticket or an incident needs review.
//   - The push of the night of 13 June was an emergency, and no record of it
//     says so: it is a push without ticket, approval or plan, and P is not
//     applicable. Its last check ended within two minutes of its deployment.
//   - C asks a ticket of code for no planned date; a change request has one. A
//     reason of two words is too short.
//   - No ticket: A, B and C are exceptions; D and T look at the pull request; V
//     is not applicable. A ticket that was written after the deployment has no
//     way that followed the change (V needs review).
//   - The policy rates what decides who may come in as High, whatever its
//     author ticked, and goes by category and by where a file lies; the risk was
//     then set too low (D needs review) and the approvals of high risk are asked
//     for (F). A library's update for an advisory is High. Infrastructure and
//     configuration are Medium, but for security, access and the network (High).
//   - At high risk the lead of quality tries it on staging and says so in a
//     remark: a claim, so that L needs review; without it L is an exception. Of
//     an emergency a documented minimum is asked. Infrastructure is tried on
//     staging alone. At low risk L rests on the review, and follows E.
//   - K of a pull request is what had passed on its head when it was merged.
//     What had failed on it, or was cancelled, is an exception; where none ran on
//     it, what passed on main afterwards needs review. The policy names no
//     required checks, so that every check counts. A push has no other run than
//     that on main.
//   - A change by ticket alone has no commit: J, K, M, O and Y are not
//     applicable, and H asks whether the request was changed after its approval.
//     Its test on staging and its difference are the implementer's word: L, N
//     and W need review.
//   - Of a push of configuration there is no request with which its difference
//     could be compared: W needs review.
//   - O: between the merged and the deployed commit lies another change; if that
//     was pushed, it is an exception, and if nobody had approved it, or that is
//     not certain, it needs review.
//   - Q: whoever lets a deployment into production must not be an author; that
//     they also started it is no exception. Where an author lets in what another
//     had started, it needs review. Of a change by ticket it follows E.
//   - S: automatic checks alone and a sentence in a remark need review; the
//     company's form is a signature. At high risk a lead has to sign.
//   - X: the security team may judge it, by approving the change. What a remark
//     tells of a review of people's data needs review.
//   - Y compares the files that landed with those of the pull request, and H their
//     lines. After a rebase each commit that landed is held against the one of the
//     pull request that it was made of: the servers still have both.
//   - Z: rolled back is on record where the change's ticket is linked to the
//     incident; measurements out of bounds alone need review.
//   - Of what is not deployed yet, the letters that look at the deployment are
//     not applicable; D, T and X are taken as of the end of the story.

// effect is what a situation makes of some letters. Where because is "", the
// situation's own words are the sentence.
type effect struct {
	letters string
	outcome Outcome
	because string
}

// weight orders what outranks what.
func (o Outcome) weight() int {
	return slices.Index([]Outcome{Met, NeedsReview, Unable, Exception, NotApplicable}, o)
}

// expect writes down the expectations of all changes, now that all is told.
func (s *story) expect() {
	for _, h := range s.houses {
		for _, p := range h.plans {
			if p.change != nil {
				s.remarkPlan(p)
			}
		}
	}
	for _, c := range s.requests {
		if c.change != nil {
			s.remarkRequest(c)
		}
	}
	s.remarkIncidents()
	byID, b := map[string]*Change{}, openBook()
	for _, c := range s.Truth.Changes {
		byID[c.ID] = c
		c.Expect = b.of(c)
	}
	for _, rel := range s.Truth.Releases { // what lies between the merged and the deployed commit
		for i, id := range rel.Changes {
			s.remarkBatch(byID[id], rel.Changes[i+1:], byID)
		}
	}
	for _, c := range s.Truth.Changes {
		c.Expect = b.of(c)
	}
}

// book is what the expectations are told from.
type book struct{ ways, effects map[string][]effect }

func openBook() book { return book{ways(), effects()} }

// of gives the 26 from the way the change was made and its situations.
func (b book) of(c *Change) map[string]Expected {
	out := map[string]Expected{}
	for _, e := range b.ways[c.way()] {
		for _, l := range e.letters {
			out[string(l)] = Expected{e.outcome, e.because}
		}
	}
	told := map[string]bool{}
	for _, situation := range c.Situations {
		for _, e := range b.effects[situation.ID] {
			for _, r := range e.letters {
				l := string(r)
				if told[l] && e.outcome.weight() <= out[l].Outcome.weight() {
					continue
				}
				told[l] = true
				out[l] = Expected{e.outcome, e.because}
				if e.because == "" {
					out[l] = Expected{e.outcome, sentence(situation.Words)}
				}
			}
		}
	}
	if e := out["E"].Outcome; c.Has("low-risk") && e != Met && e.weight() > out["L"].Outcome.weight() {
		out["L"] = Expected{e, "At low risk the review is what tests it, and of that E says the same."}
	}
	return out
}

// sentence makes one of a situation's words.
func sentence(words string) string {
	first := []rune(words)[:1]
	return strings.ToUpper(string(first)) + strings.TrimPrefix(words, string(first)) + "."
}

// effects is the whole table, by situation.
func effects() map[string][]effect {
	all := map[string][]effect{}
	for _, table := range []map[string][]effect{requestEffects(), reviewEffects(), testEffects(), deliveryEffects(), emergencyEffects()} {
		for id, list := range table {
			all[id] = append(all[id], list...)
		}
	}
	return all
}

// tell notes a situation in its own words.
func (c *Change) tell(id string) { c.note(id, words()[id]) }

// remarkPlan notes what follows from who did what, for a change of code.
func (s *story) remarkPlan(p *plan) {
	c := p.change
	note := func(when bool, id string) {
		if when {
			c.tell(id)
		}
	}
	risk := riskier(p.declared(), p.derived())
	note(p.work.kind == "docs", "docs-only")
	note(risk == low, "low-risk")
	note(risk == low && p.direct, "pushed-unseen")
	note(p.lowest() != "" && riskier(p.lowest(), p.derived()) != p.lowest(), "rated-too-low")
	note(p.logsGone && p.work.kind != "docs", "ci-logs-gone")
	s.remarkTests(p, risk)
	note(risk == high && !signedFor(c), "no-sign-off")
	note(p.recognised(), "recognised-emergency")
	note(p.base != "", "branch-not-protected")
	s.remarkRules(p)
	note(c.RolledBack != 0 && p.causes, "taken-back-on-record")
	note(c.RolledBack != 0 && !p.causes, "taken-back-unsaid")
	note(p.has("cancelled-ci") && p.house.lang != "ts", "scan-cancelled")
	answered := slices.Contains(p.approved, p.reviewer) || p.has("ghost-approval") && p.reviewer == s.who["olek"]
	note(p.has("changes-requested") && !answered, "objection-never-answered")
	note(!p.late.IsZero() && (c.Deployed.IsZero() || p.late.Before(c.Deployed)), "approved-between")
	note(!p.late.IsZero() && !c.Deployed.IsZero() && !p.late.Before(c.Deployed), "approved-after-deployment")
	note(p.reverts != nil || s.reverted(p), "ticket-of-a-revert")
	note(p.reverts != nil, "ticket-closed-before")
	note(slices.Contains(c.Authors, s.who[unlisted].Name), "unmapped-author")
	note(len(p.approved) == 1 && p.approved[0] == s.who[unlisted], "unmapped-approver")
	note(len(p.approved) == 1 && p.approved[0] == s.who["olek"], "ghost-approval")
	note(p.has("hotfix") && p.base != "", "authorisation-recorded")
	note(p.has("hotfix") && p.base == "" && !p.direct, "authorisation-in-text")
	s.remarkPrivacy(c, p.work.title, p.approved, p.merged)
	if len(p.approved) > 0 && !c.Emergency {
		s.remarkApprovers(c, risk, p.areas(), p.approved, p.merged)
	}
}

// signedFor reports whether a lead signed for the change afterwards, or whether
// it is told otherwise what became of that.
func signedFor(c *Change) bool {
	return c.Has("validated-by-lead") || c.Has("claimed-window") || c.Has("late-validation")
}

// remarkTests notes which tests the policy misses beside those of CI.
func (s *story) remarkTests(p *plan, risk string) {
	c := p.change
	if p.recognised() || p.work.kind == "docs" {
		return
	}
	if risk != low && c.Has("staging-skipped") {
		c.tell("staging-asked-for")
	}
	infrastructure := p.house.lang == "hcl" // of which staging is asked alone
	tried := len(p.tickets) > 0 && p.tickets[0].tried && !p.unnamed()
	if risk == high && !infrastructure {
		c.tell(map[bool]string{true: "accepted-in-words", false: "not-accepted"}[tried])
	}
}

// recognised reports whether the records of the change call it an emergency.
func (p *plan) recognised() bool { return p.change.Emergency && !p.direct }

// reverted reports whether another plan takes this one back.
func (s *story) reverted(p *plan) bool {
	return slices.ContainsFunc(p.house.plans, func(o *plan) bool { return o.reverts == p })
}

// areas are the roles that a change of its kind asks for at high risk.
func (p *plan) areas() []string {
	switch {
	case p.work.kind == "migration":
		return []string{"dba"}
	case p.work.kind == "security", slices.Contains(signIn(), p.work.title):
		return []string{"security"}
	}
	return nil
}

// remarkRequest notes the same for a change by ticket alone.
func (s *story) remarkRequest(r *changeRequest) {
	c, risk := r.change, riskier(r.risk, r.ticketWork.rated())
	if risk == low {
		c.tell("low-risk")
	}
	if risk != r.risk && !r.has("no-risk") {
		c.tell("rated-too-low")
	}
	if risk == high && !r.signedOff() {
		c.tell("no-sign-off")
	}
	if len(strings.Fields(r.why)) < 3 {
		c.tell("terse")
	}
	if strings.Contains(r.back, "nothing to take back") && !r.has("no-rollback-plan") {
		c.tell("no-way-back")
	}
	if r.has("emergency-ticket") {
		c.tell(map[bool]string{true: "emergency-documented-after", false: "emergency-without-incident"}[r.incident != nil])
		return
	}
	s.remarkPrivacy(c, r.ticketWork.title, r.approved, c.Deployed)
	var areas []string
	switch {
	case r.category == "Security", r.category == "Network", r.category == "Access":
		areas = []string{"security"}
	case r.systems == "PostgreSQL cluster":
		areas = []string{"dba"}
	}
	s.remarkApprovers(c, risk, areas, r.approved, c.Deployed)
}

// remarkApprovers notes whether those who approved are fewer, or others, than
// the policy asks for at that risk.
func (s *story) remarkApprovers(c *Change, risk string, areas []string, approved []*Person, at time.Time) {
	approved = slices.DeleteFunc(slices.Clone(approved), func(p *Person) bool {
		return slices.Contains(c.Authors, p.Name) || p.Machine || p == s.who[unlisted] || p == s.who["olek"]
	})
	slices.SortFunc(approved, func(a, b *Person) int { return strings.Compare(a.Name, b.Name) })
	approved = slices.Compact(approved)
	has := func(names ...string) bool {
		return slices.ContainsFunc(approved, func(p *Person) bool { return s.had(p, at, names...) })
	}
	switch risk {
	case medium:
		if len(approved) > 0 && !has("technical lead", "senior engineer") {
			c.tell("junior-review")
		}
	case high:
		var lacks []string
		if len(approved) < 2 {
			lacks = append(lacks, "a second approval")
		}
		for _, role := range append([]string{"engineering manager"}, areas...) {
			if !has(role) {
				lacks = append(lacks, map[string]string{"engineering manager": "an engineering manager's", "security": "the security team's", "dba": "a database administrator's"}[role])
			}
		}
		if len(lacks) > 0 {
			list := strings.Join(lacks, ", ")
			if i := strings.LastIndex(list, ", "); i > 0 {
				list = list[:i] + " and " + list[i+2:]
			}
			c.note("short-of-high", "high risk asks for more than was given: missing is "+list)
		}
	}
}

// remarkPrivacy notes who has looked at what the change does with people's
// data. By the policy the security team may judge that.
func (s *story) remarkPrivacy(c *Change, title string, approved []*Person, at time.Time) {
	switch v, ok := privacy()[title]; {
	case !ok:
	case v.labelled && slices.ContainsFunc(approved, func(p *Person) bool { return s.had(p, at, "security") }):
		c.tell("privacy-judged")
	case c.Has("privacy-reviewed"): // it was told with the ticket
		c.note("privacy-claimed", "it touches people's data, and that the one who answers for data protection has looked at it is told in a remark alone")
	case v.claimed != "":
		c.note("privacy-claimed", strings.TrimSuffix(v.claimed, "."))
	case v.unsure != "":
		c.note("privacy-unsure", strings.TrimSuffix(v.unsure, "."))
	default:
		c.tell("privacy-missing")
	}
}

// remarkIncidents notes what went live in the day before an incident of the
// same service, whatever its cause.
func (s *story) remarkIncidents() {
	for _, inc := range s.incidents {
		for _, c := range s.Truth.Changes {
			if c.Service == s.houses[inc.house].service && c.Deployed.Before(inc.opened) && c.Deployed.After(inc.opened.Add(-24*time.Hour)) && c.RolledBack == 0 {
				c.tell("incident-soon-after")
			}
		}
	}
}

// remarkBatch notes what was deployed with a change though it came after it.
func (s *story) remarkBatch(c *Change, after []string, byID map[string]*Change) {
	for _, id := range after {
		switch o := byID[id]; {
		case o.Has("direct-push"):
			c.note("deployed-with-a-push", "it was deployed together with "+o.ID+", which came after it and by no pull request")
		case o.Expect["E"].Outcome == Exception:
			c.note("deployed-with-unapproved", "it was deployed together with "+o.ID+", which came after it and which nobody had rightly approved")
		case o.Expect["E"].Outcome != Met:
			c.note("deployed-with-uncertain", "it was deployed together with "+o.ID+", which came after it and of which it is not certain that somebody else approved it")
		}
	}
}
