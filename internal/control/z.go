package control

import (
	"regexp"
	"strings"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// unsuccessful is how tickets say that a change failed or was taken back.
var unsuccessful = regexp.MustCompile(`(?i)\b(failed|failure|unsuccessful|rolled back|roll(ed)?-?back|backed out|reverted)\b`)

// tookBack is how people record that a change was taken back.
var tookBack = regexp.MustCompile(`(?i)\b(rolled back|taken back|took (it|this) back|rolling back|rollback (done|complete|executed|performed)|backed out|reverted|incident|INC-[0-9]+|post-?mortem)\b`)

// denies is how people say that there was no need.
var denies = regexp.MustCompile(`(?i)\bno (incident|rollback|roll-back|need)\b`)

// outcomeFollowedUp is Z: where the change failed, somebody took it back or
// opened an incident.
func outcomeFollowedUp(x *exam) verdict {
	switch {
	case x.tdep.lack != nil:
		return unable(x.tdep.lack)
	case x.tdep.none:
		return x.undeployed()
	}
	what, refs := x.failedOutcome()
	if what == "" {
		return x.succeeded().on(x.subjectRef()).on(x.tdep.basis...)
	}
	if record := x.followUp(); record != "" {
		return met("FAILURE_FOLLOWED_UP", "The change failed (%s), and this was followed up (%s).", what, record).on(refs...).on(x.subjectRef()).on(x.tdep.basis...)
	}
	if l := x.remarksLack(); l != nil {
		return unable(l)
	}
	return exception("FAILURE_NOT_FOLLOWED_UP", "The change failed (%s), and neither a rollback nor an incident is recorded.", what).on(refs...).on(x.subjectRef()).on(x.tdep.basis...)
}

// followUp finds a record that the change was taken back, or an incident.
func (x *exam) followUp() string {
	if d, ok := x.takenOut(); ok {
		return "deployment " + d.ID + " of what ran before"
	}
	for _, it := range x.c.All(evidence.KindTicket) {
		if t := it.Ticket; t != nil && x.isIncident(t) && t.Created.After(x.tdep.at) {
			return "incident " + t.Key
		}
	}
	for _, m := range x.remarks() {
		if m.Created.After(x.tdep.at) && says(plain(m.Body), tookBack.MatchString) == stated && !denies.MatchString(plain(m.Body)) {
			return m.where
		}
	}
	if t := x.main.t; t != nil && x.main.strong {
		for _, s := range []string{t.Resolution, t.Status} {
			if tookBack.MatchString(s) {
				return "ticket " + t.Key + ": " + s
			}
		}
		if r, ok := x.incidentLink(); ok {
			return "ticket " + r.Key
		}
	}
	return ""
}

// incidentLink gives the ticket that the change request is linked to as cause
// or consequence of an incident.
func (x *exam) incidentLink() (evidence.TicketLink, bool) {
	if x.main.t == nil || !x.main.strong {
		return evidence.TicketLink{}, false
	}
	for _, r := range x.main.t.Related {
		if names(r.Relation, "incident") || names(r.Relation, "causes") || names(r.Relation, "cause of") {
			return r, true // "is caused by" tells of what went before
		}
	}
	return evidence.TicketLink{}, false
}

// succeeded looks for signs of trouble after a change that nothing calls
// failed.
func (x *exam) succeeded() verdict {
	for _, it := range x.c.All(evidence.KindTicket) {
		t := it.Ticket
		if t != nil && x.isIncident(t) && t.Created.After(x.tdep.at) && t.Created.Before(x.tdep.at.Add(24*time.Hour)) {
			return review("INCIDENT_AFTERWARDS", "Incident %s was opened within 24 hours of the deployment; a person must say whether the change caused it.", t.Key).at("incident opened", t.Created).on(it.Ref)
		}
	}
	var out []string
	for _, it := range x.c.All(evidence.KindSignal) {
		if s := it.Signal; s != nil && !holds(s.After, s.Threshold) && holds(s.Before, s.Threshold) {
			out = append(out, s.Name)
		}
	}
	if link, ok := x.incidentLink(); ok && len(out) > 0 {
		return met("FAILURE_FOLLOWED_UP", "After the deployment %s went out of bounds, and the change is linked to incident %s, which followed that up.", list(out), link.Key).with("measured", strings.Join(out, ", ")).on(x.main.ref)
	}
	if len(out) > 0 {
		return review("MEASUREMENTS_OUT_OF_BOUNDS", "After the deployment %s went out of bounds, and nothing says that the change failed.", list(out)).with("measured", strings.Join(out, ", "))
	}
	return notApplicable("SUCCEEDED", "The deployment succeeded, and nothing that was collected says that the change failed.")
}
