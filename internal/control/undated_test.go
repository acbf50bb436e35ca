package control

import (
	"testing"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// A label that makes a change an emergency, and of which nobody knows when it
// was set, excuses from nothing. What is the same with and without it stays.
func TestLabelsOfNoKnownDate(t *testing.T) {
	late := func(w *world) { // written up and approved after the deployment
		w.pr.Labels = []string{"emergency"}
		w.pr.Reviews[0].Submitted = clock("14:00")
		w.ticket.Created = clock("15:00")
		w.pr.Updated = clock("16:00")
	}
	lost := func(w *world) { late(w); w.gap(prRef, "timeline", evidence.Unreachable) }
	listed := func(w *world) { late(w); w.unread(prRef, "timeline") }
	silent := func(w *world) { late(w); w.pr.Timeline = nil }
	before := func(w *world) { // nothing happened since
		silent(w)
		w.pr.Reviews[0].Submitted = clock("10:00")
		w.pr.Updated = clock("10:30")
	}
	for name, c := range map[string]struct {
		letter string
		edit   func(*world)
		want   evidence.Outcome
		code   string
	}{
		"timeline lost":             {"B", lost, unsure, "EVIDENCE_UNREACHABLE"},
		"timeline lost, matrix":     {"F", lost, unsure, "EVIDENCE_UNREACHABLE"},
		"timeline lost, in time":    {"G", lost, unsure, "EVIDENCE_UNREACHABLE"},
		"timeline lost, emergency":  {"P", lost, unsure, "EVIDENCE_UNREACHABLE"},
		"timeline not read":         {"B", listed, unsure, "EVIDENCE_NOT_READ"},
		"timeline empty":            {"G", silent, unsure, "EVIDENCE_ABSENT"},
		"the same either way":       {"A", lost, ok, "TICKET_LINKED"},
		"another label":             {"B", func(w *world) { lost(w); w.pr.Labels = []string{"backend"} }, bad, "REQUESTED_AFTER_DEPLOYMENT"},
		"set before, as known":      {"B", func(w *world) { late(w); w.labelled("10:00") }, na, "EMERGENCY"},
		"set afterwards, as known":  {"B", func(w *world) { late(w); w.labelled("12:00") }, bad, "REQUESTED_AFTER_DEPLOYMENT"},
		"nothing happened since":    {"B", before, na, "EMERGENCY"},
		"the ticket says so anyway": {"B", func(w *world) { lost(w); w.ticket.Type = "Emergency" }, na, "EMERGENCY"},
	} {
		w := good(t)
		c.edit(w)
		if r := w.result(c.letter); r.Outcome != c.want || r.Code != c.code {
			t.Errorf("%s: %s is %s %s: %s\nwant %s %s", name, c.letter, r.Outcome, r.Code, r.Why, c.want, c.code)
		}
	}
}

func (w *world) labelled(at string) {
	w.pr.Timeline = append(w.pr.Timeline, evidence.Event{Kind: "labeled", Actor: gh("ada"), At: clock(at), Subject: "emergency"})
}
