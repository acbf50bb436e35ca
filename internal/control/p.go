package control

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// emergencyConditions is P: the four tests that an auditor makes of an
// emergency. It was one; it was authorised; it was documented and approved in
// time; and it is rare, which only the period can tell.
func emergencyConditions(x *exam) verdict {
	e := x.emergency()
	switch {
	case !e.is && e.late:
		return review("CALLED_EMERGENCY_AFTERWARDS", "The change was called an emergency only after it had been deployed (%s); it is tested as a normal change.", e.where).on(x.subjectRef(), x.main.ref)
	case !e.is:
		if l := x.emergencyLack(); l != nil {
			return unable(l)
		}
		return notApplicable("NOT_EMERGENCY", "Nothing calls the change an emergency.").on(x.subjectRef(), x.main.ref)
	case x.tdep.lack != nil:
		return unable(x.tdep.lack)
	case x.tdep.none:
		return x.undeployed()
	}
	tests := []struct {
		name string
		v    verdict
	}{
		{"truly an emergency", x.incident()},
		{"authorized", x.authorized()},
		{"documented", x.documentedInTime()},
		{"approved afterwards", x.retroApproved()},
	}
	v := met("EMERGENCY_CONDITIONS_MET", "The emergency change was linked to an incident, authorized, documented and approved in time.")
	var parts []string
	for _, t := range tests {
		if weight(t.v.outcome) > weight(v.outcome) {
			v = verdict{outcome: t.v.outcome, code: t.v.code, read: v.read, basis: v.basis}
		}
	}
	for _, t := range tests {
		if t.v.outcome == v.outcome && v.outcome != evidence.Met {
			parts = append(parts, strings.TrimSuffix(t.v.why, "."))
		}
		v = v.with(t.name, string(t.v.outcome)+": "+t.v.why).facts(t.v)
	}
	if len(parts) > 0 {
		v.why = strings.Join(parts, "; ") + "."
	}
	limit := fmt.Sprintf("counted over the period: no more than %d %% of all changes, and %d a quarter", x.p.Emergency.LimitPercent, x.p.Emergency.LimitQuarter)
	return v.with("rare", limit).with("called an emergency by", e.where).with("deployed", x.tdep.String()).on(x.subjectRef(), x.main.ref).on(x.tdep.basis...)
}

// emergencyLack says that a record which could call the change an emergency is
// missing.
func (x *exam) emergencyLack() *lack {
	if l := x.lostTicket(); l != nil {
		return l
	}
	if x.pr != nil {
		if l := x.lacks(x.prRef, "the labels of the pull request", "labels"); l != nil {
			return l
		}
	}
	for _, t := range x.tickets {
		if t.strong || t.ref == x.main.ref {
			if l := x.lacks(t.ref, "the category of ticket "+t.t.Key, "field category", "history"); l != nil {
				return l
			}
		}
	}
	if x.lane == byTicket {
		return x.lacks(x.main.ref, "the category of ticket "+x.main.t.Key, "field category", "history")
	}
	return nil
}

var incidentKey = regexp.MustCompile(`[A-Z][A-Z0-9_]+-[0-9]+|#[0-9]+|\bP[0-9A-Z]{6,}\b`)

// incident tests that the change is linked to an incident which was open when
// it was deployed.
func (x *exam) incident() verdict {
	var named []string
	var found verdict
	for _, it := range x.incidents() { // of several the one that says most for it
		v := x.openIncident(it.Ticket)
		if v.outcome == evidence.Met && !x.ticketNames(it.Ticket.Key) && x.namedOnlyAfter(x.namedBy(), it.Ref, it.Ticket.Key) {
			v = review("NAMED_AFTERWARDS", "the change names incident %s only since its title or description was changed, after the time for writing it up; a person must say whether it was made for that incident.", it.Ticket.Key)
		}
		if v = v.on(it.Ref); found.code == "" || rankOf(v) > rankOf(found) {
			found = v
		}
	}
	if found.code != "" {
		return found
	}
	for _, l := range x.tickets {
		if f, ok := l.t.Field("incident"); ok && l.strong {
			if s := words(fieldAt(l.t, f.Value, f.Title, f.ID, x.deadline()).text); s != "" && !nothings.MatchString(s) {
				named = append(named, s)
			}
		}
		for _, r := range l.t.Related {
			if l.strong && names(r.Relation, "incident") {
				named = append(named, r.Key)
			}
		}
	}
	if x.pr != nil {
		if s := incidentKey.FindString(x.sections(plain(x.pr.Body))["incident"]); s != "" {
			named = append(named, s)
		}
	}
	if l := x.lostTicket(); l != nil {
		return unable(l)
	}
	switch {
	case len(named) > 0:
		return unable(&lack{x.main.ref, "the record of incident " + quote(named[0]), "it is named and was not collected, so that it is not known when it was opened", "INCIDENT_NOT_OBTAINED"}).with("incident", strings.Join(named, ", "))
	case len(x.exhibits("incident")) > 0:
		return review("INCIDENT_BY_EXHIBIT", "no incident is linked to the change, and %s.", attached(x.exhibits("incident")[0]))
	}
	if l := x.ticketLack("field incident"); l != nil {
		return unable(l)
	}
	return exception("NO_INCIDENT", "no incident is linked to the change.")
}

// openIncident tests that an incident was open when the change was deployed.
func (x *exam) openIncident(t *evidence.Ticket) verdict {
	if t.Created.IsZero() {
		ref := x.main.ref
		return unable(&lack{ref, "when incident " + t.Key + " was opened", "the source does not say", "EVIDENCE_ABSENT"})
	}
	return asOf(x.tdep, func(cut time.Time) verdict {
		switch {
		case t.Created.After(cut):
			return exception("INCIDENT_OPENED_AFTERWARDS", "incident %s was opened only after the change had been deployed.", t.Key)
		case !t.Resolved.IsZero() && t.Resolved.Before(cut):
			return review("INCIDENT_RESOLVED_BEFORE", "incident %s was resolved before the change was deployed; a person must say whether the change was still urgent.", t.Key).at("resolved", t.Resolved)
		}
		return met("INCIDENT_LINKED", "incident %s was open when the change was deployed.", t.Key)
	}).with("incident", t.Key).at("incident opened", t.Created)
}

// namesIncident reports whether the change or its ticket names an incident.
func (x *exam) namesIncident(ref evidence.Ref, key string) bool {
	return len(x.linkOf(ref, key).places) > 0 || x.ticketNames(key)
}

// ticketNames reports whether a ticket of the change names an incident.
func (x *exam) ticketNames(key string) bool {
	for _, l := range x.tickets {
		f, _ := l.t.Field("incident")
		texts := []string{plain(f.Value), plain(l.t.Body), l.t.Title}
		if slices.ContainsFunc(texts, func(s string) bool { return x.speaksOf(s, key) }) ||
			slices.ContainsFunc(l.t.Related, func(r evidence.TicketLink) bool { return strings.EqualFold(r.Key, key) }) {
			return true
		}
	}
	return false
}

// ticketLack says that parts of the change request are missing.
func (x *exam) ticketLack(parts ...string) *lack {
	if x.main.t == nil {
		return x.lostTicket()
	}
	return x.lacks(x.main.ref, "the whole of ticket "+x.main.t.Key, append(parts, "history")...)
}

// retroApproved tests that somebody who may do so, and did not implement the
// change, approved it within the time.
func (x *exam) retroApproved() verdict {
	cut := x.deadline()
	all, l := x.anywhere(cut)
	all = slices.DeleteFunc(all, func(a approval) bool { return a.at.IsZero() || x.inTime(a.at) > 0 })
	var best verdict
	for _, a := range all {
		has, known := x.roleOf(a.by, a.at, x.p.Emergency.Approvers)
		w := verdict{}
		switch {
		case a.kind == byAuthor || a.kind == byMachine:
			w = exception("RETRO_APPROVAL_MISSING", "only who made the change, or a program, approved it: %s.", a.why)
		case known && !has:
			w = exception("RETRO_APPROVAL_MISSING", "%s approved and is not one of those who may (%s).", a.by.shown, strings.Join(x.p.Emergency.Approvers, ", "))
		case a.kind == unresolved:
			w = review(a.code, "the change was approved, and it is not certain that this counts: %s.", a.why)
		case !known:
			w = review("ROLE_UNKNOWN", "%s approved, and the people file does not say which role they had.", a.by.shown)
		case x.inTime(a.at) == 0:
			w = review("WITHIN_CLOCK_SKEW", "%s approved so close to the limit that the clocks do not say whether it was in time.", a.by.shown)
		default:
			w = met("RETRO_APPROVED", "%s, who did not implement the change, approved it in time.", a.by.shown)
		}
		w = w.with("approval", a.String()).with("elapsed to the approval", elapsedWord(a.at.Sub(x.tdep.at))).on(a.ref)
		if best.code == "" || better(w, best) {
			best = w
		}
	}
	switch {
	case best.outcome == evidence.Met && x.authorsLack(cut) != nil:
		return unable(x.authorsLack(cut))
	case best.outcome == evidence.Met || best.outcome == evidence.NeedsReview:
		return best
	case l != nil:
		return unable(l)
	case !x.due():
		return review("NOT_YET_DUE", "the time to approve the change afterwards is not over, and nobody has.")
	case best.code != "":
		return best
	}
	late := x.lateApprovals(cut)
	if ex := x.exhibits("approval"); late == "" && len(ex) > 0 {
		return review("RETRO_APPROVAL_BY_EXHIBIT", "no record shows an approval afterwards, and %s.", attached(ex[0]))
	}
	v := exception("RETRO_APPROVAL_MISSING", "nobody approved the change within %s of the deployment.", hours(x.p.Emergency.Within))
	if late != "" {
		v = v.with("approved too late", late)
	}
	return v
}

func elapsedWord(d time.Duration) string {
	if d < 0 {
		return hours(-d) + " before the deployment"
	}
	return hours(d) + " after the deployment"
}
