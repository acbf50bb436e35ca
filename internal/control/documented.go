package control

import (
	"fmt"
	"regexp"
	"slices"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
	"github.com/tickmark-dev/tickmark/internal/policy"
)

// documentedInTime tests that a ticket with testing, rollback, outcome and
// lessons was there within the time that the policy allows.
func (x *exam) documentedInTime() verdict {
	t := x.main.t
	if t == nil || !x.main.strong {
		if a := x.outcome("A"); a.outcome != evidence.Met {
			a.why = "there is no ticket that could be tested: " + lower(a.why)
			return a
		}
		return exception("NOT_DOCUMENTED", "there is no ticket that documents the change.")
	}
	limit := fmt.Sprintf("%s in %s", hours(x.p.Emergency.Within), hoursWord(x.p.Emergency.BusinessHours))
	elapsed := "before the deployment"
	if t.Created.After(x.tdep.at) {
		elapsed = hours(t.Created.Sub(x.tdep.at)) + " after the deployment"
		if x.p.Emergency.BusinessHours {
			elapsed += ", of which " + hours(x.after(t.Created)) + " in business hours"
		}
	}
	if a := x.firstAuthorization(); !a.IsZero() && t.Created.After(a) {
		elapsed += "; " + hours(t.Created.Sub(a)) + " after the authorization"
	}
	facts := func(v verdict) verdict {
		return v.at("ticket created", t.Created).with("elapsed", elapsed).with("limit", limit).on(x.main.ref)
	}
	switch n := x.inTime(t.Created); {
	case t.Created.IsZero():
		return facts(unable(&lack{x.main.ref, "when ticket " + t.Key + " was created", "the source does not say", "EVIDENCE_ABSENT"}))
	case n > 0:
		return facts(exception("DOCUMENTED_LATE", "the change was documented %s, and the policy allows %s.", elapsed, limit))
	case n == 0 || x.tdep.dayOnly:
		return facts(review("WITHIN_CLOCK_SKEW", "the change was documented so close to the limit of %s that the clocks do not say whether it was in time.", limit))
	}
	return facts(x.writtenUp())
}

// firstAuthorization gives the time of the first recorded approval or remark
// that authorizes, by whomever.
func (x *exam) firstAuthorization() time.Time {
	var at time.Time
	see := func(t time.Time) {
		if !t.IsZero() && !t.After(x.tdep.at) && (at.IsZero() || t.Before(at)) {
			at = t
		}
	}
	for _, m := range x.remarks() {
		if says(plain(m.Body), grants.MatchString) == stated {
			see(m.Created)
		}
	}
	for _, a := range x.incidentSteps() {
		see(a.at)
	}
	if tickets, _ := x.ticketApprovals(x.tdep.at); len(tickets) > 0 {
		for _, a := range tickets {
			see(a.at)
		}
	}
	return at
}

// writtenUp tests what the ticket says by the end of the time.
func (x *exam) writtenUp() verdict {
	cut := x.deadline()
	var missing []string
	var lost *lack
	for _, part := range []string{"testing", "rollback_plan", "outcome", "lessons"} {
		ok, l := x.says(part, cut)
		switch {
		case ok:
		case l != nil:
			lost = first(lost, l)
		default:
			missing = append(missing, fieldWord(part))
		}
	}
	switch {
	case lost != nil:
		return unable(lost)
	case len(missing) > 0 && !x.due():
		return review("NOT_YET_DUE", "the time to document the change is not over; still missing: %s.", list(missing))
	case len(missing) > 0 && len(x.writings()) > 0:
		return review("DOCUMENTED_BY_EXHIBIT", "in the time that the policy allows, the ticket did not come to hold: %s; and %s.", list(missing), attached(x.writings()[0]))
	case len(missing) > 0:
		return exception("DOCUMENTED_IN_PART", "in the time that the policy allows, the ticket did not come to hold: %s.", list(missing))
	}
	return met("DOCUMENTED_IN_TIME", "the change was documented in time, with testing, rollback, outcome and lessons.")
}

// writings gives the exhibits that may document an emergency.
func (x *exam) writings() []*evidence.Exhibit {
	return slices.Concat(x.exhibits("testing"), x.exhibits("rollback"), x.exhibits("incident"))
}

var lessons = regexp.MustCompile(`(?i)\blessons?(?: (?:learned|learnt))?\s*:\s*(.+)`)

// says reports whether the change request, the pull request or a remark says
// something under a heading by a cut-off.
func (x *exam) says(part string, cut time.Time) (bool, *lack) {
	a := x.ticketAnswer(x.main, part, cut)
	if a.lack == nil && x.worth(part, a) == substance {
		return true, nil
	}
	if part == "outcome" {
		status := policy.Fold(statusAt(x.main.t, cut))
		if slices.Contains(x.p.Lifecycle.Closed, status) || x.main.t.Resolution != "" && !x.main.t.Resolved.IsZero() && !x.main.t.Resolved.After(cut) {
			return true, nil
		}
	}
	if x.pr != nil && (part == "testing" || part == "rollback_plan") {
		if said := x.pullText(cut); said.sure && x.judgeText(x.sections(said.text)[part], 1) == substance {
			return true, nil
		}
	}
	var edited *lack
	for _, m := range x.remarks() {
		text := plain(m.Body)
		told := x.judgeText(x.sections(text)[part], 1) == substance
		if part == "lessons" && !told { // reviews of incidents name them within a paragraph
			if found := lessons.FindStringSubmatch(text); found != nil {
				told = x.judgeText(found[1], 3) == substance
			}
		}
		switch {
		case m.Created.After(cut) || !told:
		case m.edited && m.Updated.After(cut):
			edited = first(edited, &lack{m.ref, "what the " + m.where + " said before it was edited", "the source keeps no history of it", "EVIDENCE_ABSENT"})
		default:
			return true, nil
		}
	}
	if part == "testing" && x.outcome("K").outcome == evidence.Met {
		return true, nil
	}
	return false, first(a.lack, edited, x.remarksLack())
}
