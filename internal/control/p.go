package control

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
	"github.com/tickmark-dev/tickmark/internal/policy"
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
	if x.main.t != nil {
		return x.lacks(x.main.ref, "the category of ticket "+x.main.t.Key, "field category", "history")
	}
	return nil
}

var incidentKey = regexp.MustCompile(`[A-Z][A-Z0-9_]+-[0-9]+|#[0-9]+|\bP[0-9A-Z]{6,}\b`)

// incident tests that the change is linked to an incident which was open when
// it was deployed.
func (x *exam) incident() verdict {
	var named []string
	for _, it := range x.c.All(evidence.KindTicket) {
		t := it.Ticket
		if t == nil || !x.isIncident(t) || !x.namesIncident(it.Ref, t.Key) {
			continue
		}
		v := asOf(x.tdep, func(cut time.Time) verdict {
			if t.Created.IsZero() || t.Created.After(cut) {
				return exception("INCIDENT_OPENED_AFTERWARDS", "incident %s was opened only after the change had been deployed.", t.Key)
			}
			return met("INCIDENT_LINKED", "incident %s was open when the change was deployed.", t.Key)
		})
		return v.with("incident", t.Key).at("incident opened", t.Created).on(it.Ref)
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
		if s := incidentKey.FindString(sections(plain(x.pr.Body))["incident"]); s != "" {
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
		e := x.exhibits("incident")[0]
		return review("INCIDENT_BY_EXHIBIT", "the incident is shown by an exhibit (%s) that a person must read.", quote(e.File))
	}
	if l := x.ticketLack("field incident"); l != nil {
		return unable(l)
	}
	return exception("NO_INCIDENT", "no incident is linked to the change.")
}

// namesIncident reports whether the change or its ticket names an incident.
func (x *exam) namesIncident(ref evidence.Ref, key string) bool {
	if len(x.linkOf(ref, key).places) > 0 {
		return true
	}
	for _, l := range x.tickets {
		f, _ := l.t.Field("incident")
		texts := []string{plain(f.Value), plain(l.t.Body), l.t.Title}
		if slices.ContainsFunc(texts, func(s string) bool { return namesKey(s, key, false, x.repository()) }) ||
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

var grants = regexp.MustCompile(`(?i)\b(authori[sz]ed?|authori[sz]ing|approved?|approving|go ahead|permission granted|permit)\b`)
var refuses = regexp.MustCompile(`(?i)\b(not|don'?t|cannot|can'?t|never|un)[ -]?(be )?(authori[sz]|approv|permit)|\bneeds? (to be )?(authori[sz]|approv)|\bplease (authori[sz]|approv)|\b(who|can (you|someone|anyone)|could (you|someone)) .*(authori[sz]|approv)`)

// authorized tests that somebody who may do so authorised the change before it
// was deployed.
func (x *exam) authorized() verdict {
	return asOf(x.tdep, func(cut time.Time) verdict {
		authors, _ := x.authors(cut)
		var best verdict
		consider := func(a approval, record string) {
			if a.at.IsZero() || a.at.After(cut) {
				return
			}
			if w := x.mayAuthorize(x.judge(a, authors), record); best.code == "" || better(w, best) {
				best = w
			}
		}
		var lost *lack
		if x.lane == byPullRequest {
			reviews, l := x.reviewApprovals(cut)
			lost = l
			for _, a := range reviews {
				consider(a, "approved the pull request")
			}
		}
		tickets, l := x.ticketApprovals(cut)
		lost = first(lost, l)
		for _, a := range tickets {
			consider(a, "approved on the ticket")
		}
		for _, m := range x.remarks() {
			if grants.MatchString(plain(m.Body)) && !refuses.MatchString(plain(m.Body)) {
				if m.edited {
					if w := review("AUTHORIZATION_EDITED", "the remark that authorizes the change was edited afterwards."); best.code == "" || better(w, best) {
						best = w.at("edited", m.Updated)
					}
					continue
				}
				consider(approval{by: x.who.identify(m.Author), at: m.Created, from: m.where, ref: m.ref}, "wrote so")
			}
		}
		if best.outcome == evidence.Met {
			return best
		}
		if ex := x.exhibits("approval"); len(ex) > 0 && best.outcome != evidence.NeedsReview {
			best = review("AUTHORIZED_BY_EXHIBIT", "the authorization is shown by an exhibit (%s) that a person must read.", quote(ex[0].File))
		}
		switch {
		case best.outcome == evidence.NeedsReview:
			return best
		case lost != nil:
			return unable(lost)
		case x.remarksLack() != nil:
			return unable(x.remarksLack())
		case x.incident().outcome == evidence.Unable: // it may be written there
			return x.incident()
		case best.code != "":
			return best
		}
		return exception("NOT_AUTHORIZED", "nobody who may do so is recorded to have authorized the change before it was deployed.")
	})
}

// mayAuthorize judges one authorization by who gave it.
func (x *exam) mayAuthorize(a approval, did string) verdict {
	has, known := x.roleOf(a.by, a.at, x.p.Emergency.Authorizers)
	v := verdict{}
	switch {
	case a.by.machine:
		v = exception("NOT_AUTHORIZED", "only a bot or service account authorized the change.")
	case a.by.entry == nil:
		v = review("AUTHORIZER_UNMAPPED", "%s %s, and nobody has said who that is.", a.by.shown, did)
	case !known:
		v = review("ROLE_UNKNOWN", "%s %s, and the people file does not say which role they had.", a.by.shown, did)
	case !has:
		v = exception("NOT_AUTHORIZED", "%s %s, and may not authorize emergencies.", a.by.shown, did)
	case a.kind == byAuthor:
		v = review("AUTHORIZER_IS_IMPLEMENTER", "%s authorized the change and also made it.", a.by.shown)
	case a.kind != independent:
		v = review(a.code, "%s %s: %s.", a.by.shown, did, a.why)
	default:
		v = met("AUTHORIZED", "%s, who may do so, %s before the change was deployed.", a.by.shown, did)
	}
	return v.with("authorization", a.String()).with("before the deployment", hours(x.tdep.at.Sub(a.at))).on(a.ref)
}

// remark is a comment with its place.
type remark struct {
	evidence.Comment
	ref    evidence.Ref
	where  string
	edited bool
}

// remarks gives the comments on the change's records, oldest first.
func (x *exam) remarks() []remark {
	var out []remark
	add := func(ref evidence.Ref, where string, all []evidence.Comment) {
		for _, m := range all {
			out = append(out, remark{m, ref, where, m.Updated.Sub(m.Created) > time.Minute})
		}
	}
	if x.pr != nil {
		add(x.prRef, "comment on the pull request", x.pr.Comments)
	}
	for _, it := range x.c.All(evidence.KindTicket) {
		if it.Ticket != nil && (x.isIncident(it.Ticket) && x.namesIncident(it.Ref, it.Ticket.Key) || it.Ref == x.main.ref) {
			add(it.Ref, "comment on "+it.Ticket.Key, it.Ticket.Comments)
		}
	}
	slices.SortStableFunc(out, func(a, b remark) int { return a.Created.Compare(b.Created) })
	return out
}

func (x *exam) remarksLack() *lack {
	if x.pr != nil {
		for _, g := range x.c.GapsOf(x.prRef) {
			if g.Part == "comments" {
				return lackOf(g, "the comments on the pull request")
			}
		}
		if l := x.lacks(x.prRef, "the comments on the pull request"); l != nil {
			return l
		}
		if it, _ := x.c.Find(x.prRef); slices.Contains(it.Unread, "comments") {
			return x.lacks(x.prRef, "the comments on the pull request", "comments")
		}
	}
	if x.main.t != nil {
		return x.lacks(x.main.ref, "the comments on ticket "+x.main.t.Key, "comments")
	}
	return x.lostTicket()
}

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
		if grants.MatchString(plain(m.Body)) && !refuses.MatchString(plain(m.Body)) {
			see(m.Created)
		}
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
		return review("NOT_YET_DUE", "the time to document the change is not over, and still missing is %s.", list(missing))
	case len(missing) > 0:
		return exception("DOCUMENTED_IN_PART", "the ticket did not say within the time: %s.", list(missing))
	}
	return met("DOCUMENTED_IN_TIME", "the change was documented in time, with testing, rollback, outcome and lessons.")
}

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
	if x.pr != nil && x.judgeText(sections(plain(x.pr.Body))[part], 1) == substance && (part == "testing" || part == "rollback_plan") && x.pullDated(cut) {
		return true, nil
	}
	for _, m := range x.remarks() {
		if !m.Created.After(cut) && x.judgeText(sections(plain(m.Body))[part], 1) == substance {
			return true, nil
		}
	}
	if part == "testing" && x.outcome("K").outcome == evidence.Met {
		return true, nil
	}
	return false, first(a.lack, x.remarksLack())
}

// retroApproved tests that somebody who may do so, and did not implement the
// change, approved it within the time.
func (x *exam) retroApproved() verdict {
	cut := x.deadline()
	all, l := x.counted(cut, cut)
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
	case best.outcome == evidence.Met || best.outcome == evidence.NeedsReview:
		return best
	case l != nil:
		return unable(l)
	case !x.due():
		return review("NOT_YET_DUE", "the time to approve the change afterwards is not over, and nobody has.")
	case best.code != "":
		return best
	}
	v := exception("RETRO_APPROVAL_MISSING", "nobody approved the change within %s of the deployment.", hours(x.p.Emergency.Within))
	if late := x.lateApprovals(cut); late != "" {
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
