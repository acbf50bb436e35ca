package control

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
	"github.com/tickmark-dev/tickmark/internal/policy"
)

// independence says whether an approval counts as an independent human's. One
// that nobody has judged is unresolved.
type independence int

const (
	unresolved  independence = iota // nobody has said who is who
	independent                     // by a human who is known not to be an author
	byAuthor
	byMachine
)

// approval is one approval of the change, from wherever it was given.
type approval struct {
	by     party
	at     time.Time // zero: the source does not say
	from   string    // "review", "ticket PAY-1", "gate of the deployment"
	commit string    // that a review is bound to
	kind   independence
	code   string // why it does not count
	why    string
	ref    evidence.Ref
	// nowhere is set where the source does not say which gate was passed.
	nowhere bool
}

func (a approval) String() string {
	s := a.by.shown + ", " + a.from + ", " + moment{at: a.at}.String()
	if a.commit != "" {
		s += ", on " + short(a.commit)
	}
	return s
}

// judge says whether an approver counts, given AUTHORS.
func (x *exam) judge(a approval, authors []author) approval {
	switch {
	case a.by.machine:
		a.kind, a.code, a.why = byMachine, "APPROVED_BY_MACHINE", a.by.shown+" is a bot or service account"
		return a
	case a.by.ghost:
		a.kind, a.code, a.why = unresolved, "APPROVER_DELETED", "the approver's account no longer exists, so nobody can say who it was"
	}
	for _, o := range authors {
		switch x.who.compare(a.by, o.party) {
		case same:
			if o.asked {
				a.kind, a.code, a.why = byAuthor, "APPROVED_BY_REQUESTER", a.by.shown+" also asked for the change ("+strings.Join(o.did, ", ")+")"
				return a
			}
			if o.mergesOnly {
				a.kind, a.code = unresolved, "APPROVER_MERGED_BASE"
				a.why = a.by.shown + " also brought the base branch in (" + strings.Join(o.did, ", ") + "); whether that held code of their own cannot be seen"
				continue
			}
			a.kind, a.code, a.why = byAuthor, "APPROVED_BY_AUTHOR", a.by.shown+" is also an author ("+strings.Join(o.did, ", ")+")"
			return a
		case undecided:
			if a.code == "" {
				a.kind, a.code, a.why = x.undecided(a.by, o)
			}
		}
	}
	switch {
	case a.code != "":
	case a.by.human(): // nothing speaks against them
		a.kind = independent
	default: // there are no authors to compare with, or all are programs
		a.kind, a.code, a.why = x.undecided(a.by, author{party: a.by})
	}
	return a
}

// undecided says why it is not known whether two accounts are one human.
func (x *exam) undecided(by party, o author) (independence, string, string) {
	switch {
	case by.doubt != "":
		return unresolved, "IDENTITY_CONTRADICTORY", by.doubt
	case o.doubt != "":
		return unresolved, "IDENTITY_CONTRADICTORY", o.doubt
	case x.o.People == nil:
		return unresolved, "IDENTITIES_NOT_CONFIRMED", "nobody has confirmed who is who (people in tickmark.yaml)"
	case !by.human():
		return unresolved, "APPROVER_UNMAPPED", "the people file does not say which human " + by.shown + " is"
	case o.ghost:
		return unresolved, "AUTHOR_UNKNOWN", "an author (" + strings.Join(o.did, ", ") + ") is " + o.shown
	}
	return unresolved, "AUTHOR_UNMAPPED", "the people file does not say which human the author " + o.shown + " is"
}

// reviewApprovals gives the approvals of the pull request that stood at a
// cut-off, judged against AUTHORS.
func (x *exam) reviewApprovals(cut time.Time) ([]approval, *lack) {
	if x.lane != byPullRequest {
		return nil, nil
	}
	all, l := x.effective(cut)
	if l != nil {
		return nil, l
	}
	var out []approval
	for _, s := range all {
		if s.state == "APPROVED" && s.dismissed == nil {
			out = append(out, approval{by: s.by, at: s.review.Submitted, from: "review", commit: s.review.CommitID, ref: x.prRef})
		}
	}
	authors, l := x.authors(cut)
	authors, lost := x.askers(authors)
	l = first(l, lost)
	if l != nil && len(out) > 0 {
		// Whoever is an author for certain does not count, whatever is missing.
		out = x.judgeAll(out, authors)
		if slices.ContainsFunc(out, func(a approval) bool { return a.kind == independent || a.kind == unresolved }) {
			return out, l
		}
		return out, nil
	}
	return x.judgeAll(out, authors), nil
}

func (x *exam) judgeAll(all []approval, authors []author) []approval {
	for i := range all {
		all[i] = x.judge(all[i], authors)
	}
	return all
}

var withdrawn = regexp.MustCompile(`(?i)declin|reject|cancel|withdraw|denied`)

// ticketApprovals gives the approvals that the change request holds at a
// cut-off: of its approval steps, and by moving it to an approved status.
func (x *exam) ticketApprovals(cut time.Time) ([]approval, *lack) {
	t, ref := x.main.t, x.main.ref
	if t == nil || !x.main.strong { // what was approved on a ticket that is only named in passing is something else
		return nil, nil
	}
	l := first(x.lacks(ref, "the approvals of ticket "+t.Key, "approval"), x.lacks(ref, "the history of ticket "+t.Key, "history"))
	var out []approval
	for _, step := range t.Approvals {
		if !strings.EqualFold(step.Decision, "approved") || step.Completed.After(cut) {
			continue
		}
		for _, d := range step.Approvers {
			if strings.EqualFold(d.Decision, "approved") {
				out = append(out, approval{by: x.who.identify(d.Person), at: step.Completed, from: "ticket " + t.Key, ref: ref})
			}
		}
	}
	var moved []approval
	for _, h := range t.History {
		switch {
		case !isField(h, "status", "") || h.At.After(cut):
		case withdrawn.MatchString(h.To): // of the steps too
			moved = nil
			out = slices.DeleteFunc(out, func(a approval) bool { return !a.at.After(h.At) })
		case slices.Contains(x.p.Approvals.TicketStatuses, policy.Fold(h.To)):
			moved = append(moved, approval{by: x.who.identify(h.Author), at: h.At, from: "ticket " + t.Key + " moved to " + h.To, ref: ref})
		}
	}
	if len(out)+len(moved) == 0 {
		return nil, l
	}
	authors, missing := x.authors(cut)
	if x.lane != byTicket { // who asks for a change does not approve it either
		authors, _ = x.askers(authors)
	}
	out = x.judgeAll(append(out, moved...), authors)
	for i := range out {
		if out[i].at.IsZero() && out[i].kind == independent {
			out[i].kind, out[i].code, out[i].why = unresolved, "APPROVAL_NOT_DATED", "the source does not say when it was given"
		}
	}
	return out, first(l, missing)
}

// gateApprovals gives who let the first deployment pass its gate. The source
// does not say when; the deployment waited for it.
func (x *exam) gateApprovals() ([]approval, *lack) {
	if x.first.Deployment == nil {
		return nil, nil
	}
	build := x.first.Deployment.Build
	if build.IsZero() { // the source was asked, and names no run with a gate
		return nil, nil
	}
	l := x.lacks(build, "who approved the deployment", "approval")
	it, ok := x.c.Find(build)
	if !ok || it.Build == nil {
		return nil, l
	}
	authors, missing := x.authors(x.c.AsOf)
	var out []approval
	for _, a := range it.Build.Approvals {
		if strings.EqualFold(a.State, "approved") && (len(a.Environments) == 0 || slices.ContainsFunc(a.Environments, func(e string) bool { return strings.EqualFold(e, x.first.Deployment.Environment) })) {
			out = append(out, approval{by: x.who.identify(a.Person), at: a.At, from: "gate of the deployment", ref: build, nowhere: len(a.Environments) == 0})
		}
	}
	out = x.judgeAll(out, authors)
	for i, a := range out {
		if a.kind == independent && a.nowhere {
			out[i].kind, out[i].code, out[i].why = unresolved, "GATE_NOT_NAMED", "the source does not say which environment was let pass"
		}
	}
	return out, first(l, missing)
}

// pick gives the approvals of some kinds.
func pick(all []approval, kinds ...independence) []approval {
	var out []approval
	for _, a := range all {
		if slices.Contains(kinds, a.kind) {
			out = append(out, a)
		}
	}
	return out
}

func shownApprovals(all []approval) string {
	var out []string
	for _, a := range all {
		s := a.String()
		if a.why != "" {
			s += " (does not count: " + a.why + ")"
			if a.kind == unresolved {
				s = a.String() + " (" + a.why + ")"
			}
		}
		out = append(out, s)
	}
	return strings.Join(out, "; ")
}
