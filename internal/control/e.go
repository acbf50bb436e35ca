package control

import (
	"strings"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// independentApproval is E: somebody who had no hand in the change approved it.
func independentApproval(x *exam) verdict {
	v, exempt, near := x.exempt("E")
	switch {
	case exempt:
		return v
	case x.lane == byCommit:
		return x.pushedDirectly("nobody but its author was asked")
	case x.lane == byTicket:
		v = x.ticketIndependence()
	default:
		v = asOf(x.approvalCutoff(), x.independentReview)
	}
	if near != "" {
		v = v.with("standard change", near)
	}
	return v
}

// pushedDirectly is the verdict of what a commit without a pull request lacks.
func (x *exam) pushedDirectly(what string) verdict {
	return exception("DIRECT_PUSH", "The commit reached %s without a pull request: %s.", x.branchWord(), what).
		with("commit", x.landed.SHA).with("pull requests that brought it", "").on(x.landedRef)
}

func (x *exam) branchWord() string {
	if x.landed != nil && x.landed.Branch != "" {
		return "the branch " + quote(x.landed.Branch)
	}
	return "the branch"
}

func (x *exam) independentReview(cut time.Time) verdict {
	all, l := x.reviewApprovals(cut)
	if l != nil {
		return unable(l)
	}
	authors, _ := x.authors(cut)
	v := x.independenceOf(all, "review")
	if len(all) == 0 {
		if tickets, _ := x.ticketApprovals(cut); len(pick(tickets, independent, unresolved)) > 0 {
			v = review("APPROVED_ON_TICKET_ONLY", "The ticket was approved, and nobody approved the code itself.").with("approvals of the ticket", shownApprovals(tickets)).on(x.main.ref)
		}
	}
	return v.approved(all).with("authors", shownAuthors(authors)).on(x.prRef, x.landedRef)
}

// ticketIndependence is E of a change by ticket alone: its approvals up to the
// deployment.
func (x *exam) ticketIndependence() verdict {
	cut := x.tdep
	if x.emergency().is && x.tdep.known() {
		cut = x.approvalCutoff()
	}
	if cut.none {
		return x.undeployed()
	}
	return asOf(cut, func(at time.Time) verdict {
		all, l := x.ticketApprovals(at)
		if l != nil { // whoever approved may have taken it back in what was not obtained
			return unable(l)
		}
		authors, _ := x.authors(at)
		return x.independenceOf(all, "ticket").approved(all).with("asked for or carried out by", shownAuthors(authors)).on(x.main.ref)
	})
}

// independenceOf judges a set of approvals: one independent is enough; where
// none is, the most doubtful decides nothing.
func (x *exam) independenceOf(all []approval, from string) verdict {
	if ok := pick(all, independent); len(ok) > 0 {
		return met("INDEPENDENT_APPROVAL", "%s, who had no hand in the change, approved it.", ok[0].by.shown)
	}
	if open := pick(all, unresolved); len(open) > 0 {
		return review(open[0].code, "%s approved, and it is not certain that they had no hand in the change: %s.", open[0].by.shown, open[0].why)
	}
	switch {
	case len(all) == 0:
		return exception("NOT_APPROVED", "Nobody had approved the %s.", x.approvedWhat(from))
	case len(pick(all, byAuthor)) == 0:
		return exception("APPROVED_BY_MACHINE", "Only a bot or service account approved: %s.", all[0].by.shown)
	}
	a := pick(all, byAuthor)[0]
	return exception(a.code, "Nobody approved who had no hand in the change: %s.", a.why)
}

// isException reports whether the attribute is not met for certain.
func (v verdict) isException() bool { return v.outcome == evidence.Exception }

// approvedWhat says what was to be approved, and by when.
func (x *exam) approvedWhat(from string) string {
	what := map[string]string{"review": "pull request when it was merged", "ticket": "change when it was deployed"}[from]
	if x.emergency().is {
		what = strings.Split(what, " when ")[0] + " in the time that the policy allows after an emergency"
	}
	return what
}
