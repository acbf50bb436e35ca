package control

import (
	"strings"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// noObjection is I: nobody's objection was open when the change was merged,
// and no author took one away.
func noObjection(x *exam) verdict {
	switch x.lane {
	case byCommit:
		return notApplicable("NO_PULL_REQUEST", "No pull request brought the commit, so nobody could object in one.").on(x.landedRef)
	case byTicket:
		return x.ticketObjection()
	}
	return asOf(x.tmerge, func(cut time.Time) verdict {
		all, l := x.effective(cut)
		if l != nil {
			return unable(l)
		}
		v := met("NO_OBJECTION", "No reviewer's request for changes was open at the merge.")
		for _, s := range all {
			if s.state != "CHANGES_REQUESTED" {
				continue
			}
			if w := x.objection(s, cut); worse(w, v) {
				v = w
			}
		}
		return v.with("reviews in force", shownStandings(all)).at("merged", x.tmerge.at).on(x.prRef)
	})
}

// objection judges one request for changes.
func (x *exam) objection(s standing, cut time.Time) verdict {
	switch {
	case s.by.machine && s.dismissed == nil:
		return review("OBJECTION_BY_MACHINE", "%s asked for changes and is a bot or service account; a person must say whether it had to be heeded.", s.by.shown)
	case s.by.ghost && s.dismissed == nil:
		return review("OBJECTION_BY_DELETED_ACCOUNT", "Somebody whose account no longer exists had asked for changes; whether they later agreed cannot be seen.")
	case s.dismissed == nil:
		return exception("OBJECTION_OPEN", "%s had asked for changes, and this was open at the merge.", s.by.shown)
	}
	by := x.who.identify(s.dismissed.Actor)
	authors, l := x.authors(cut)
	for _, a := range authors {
		if !a.mergesOnly && x.who.compare(by, a.party) == same {
			return exception("OBJECTION_DISMISSED_BY_AUTHOR", "%s had asked for changes, and %s, an author, dismissed this.", s.by.shown, by.shown).
				at("dismissed", s.dismissed.At).with("message", s.dismissed.Message)
		}
	}
	if l != nil {
		return unable(l)
	}
	return review("OBJECTION_DISMISSED", "%s had asked for changes, and %s dismissed this; a person must say whether they might.", s.by.shown, by.shown).
		at("dismissed", s.dismissed.At).with("message", s.dismissed.Message)
}

// ticketObjection looks at the approval steps of a change by ticket alone.
func (x *exam) ticketObjection() verdict {
	if x.tdep.none {
		return x.undeployed()
	}
	if l := first(x.lacks(x.main.ref, "the approvals of the ticket", "approval"), x.lacks(x.main.ref, "the history of the ticket", "history")); l != nil {
		return unable(l)
	}
	return asOf(x.tdep, func(cut time.Time) verdict {
		for _, step := range x.main.t.Approvals {
			if !declined(step) || step.Completed.After(cut) {
				continue
			}
			if step.Completed.IsZero() {
				return review("DECLINED_WHEN", "The approval step %s was declined, and the source does not say when.", quote(step.Name)).on(x.main.ref)
			}
			switch again, other := x.approvedSince(step, cut); {
			case again:
			case other:
				return review("DECLINED_ELSEWHERE_APPROVED", "The approval step %s was declined, and only another step was approved since; a person must say whether that answers it.", quote(step.Name)).at("declined", step.Completed).on(x.main.ref)
			default:
				return exception("DECLINED", "The approval step %s was declined before the deployment.", quote(step.Name)).at("declined", step.Completed).on(x.main.ref)
			}
		}
		if s := statusAt(x.main.t, cut); withdrawn.MatchString(s) {
			return exception("DECLINED", "The ticket's status at the deployment was %s.", quote(s)).on(x.main.ref)
		}
		return met("NO_OBJECTION", "No approval step of the ticket was declined before the deployment.").on(x.main.ref).on(x.tdep.basis...)
	})
}

func declined(s evidence.TicketApproval) bool {
	return strings.EqualFold(s.Decision, "declined") || strings.EqualFold(s.Decision, "rejected")
}

// approvedSince reports whether a step of the same name was approved after one
// that was declined, or one of another.
func (x *exam) approvedSince(step evidence.TicketApproval, cut time.Time) (again, other bool) {
	for _, s := range x.main.t.Approvals {
		if !strings.EqualFold(s.Decision, "approved") || !s.Completed.After(step.Completed) || s.Completed.After(cut) {
			continue
		}
		if strings.EqualFold(s.Name, step.Name) {
			again = true
		} else {
			other = true
		}
	}
	return again, other
}

// worse orders verdicts by what a reader must see first.
func worse(a, b verdict) bool { return weight(a.outcome) > weight(b.outcome) }

func weight(o evidence.Outcome) int {
	switch o {
	case evidence.Exception:
		return 4
	case evidence.Unable:
		return 3
	case evidence.NeedsReview:
		return 2
	case evidence.Met:
		return 1
	}
	return 0
}

func shownStandings(all []standing) string {
	out := ""
	for _, s := range all {
		if out != "" {
			out += "; "
		}
		out += s.by.shown + ": " + s.state
		if s.dismissed != nil {
			out += ", dismissed"
		}
	}
	return out
}
