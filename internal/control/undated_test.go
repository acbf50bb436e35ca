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

// A ticket or incident counts as named where it was named in time.
func TestNamedOnlyAfterwards(t *testing.T) {
	edited := func(w *world, before, now, at string) {
		w.pr.Body = text(now)
		w.pr.BodyEdits = &evidence.TextEdits{Last: clock(at), Versions: []evidence.TextVersion{{At: clock("08:30"), Text: text(before)}, {At: clock(at), Text: text(now)}}}
	}
	renamed := func(w *world, before, at string) {
		w.pr.Timeline = append(w.pr.Timeline, evidence.Event{Kind: "renamed", Actor: gh("ada"), At: clock(at), Before: before, Subject: w.pr.Title})
	}
	untitled := func(w *world) { w.pr.Title = "Round half to even" }
	for name, c := range map[string]struct {
		letter string
		start  func(testing.TB) *world
		edit   func(*world)
		want   evidence.Outcome
		code   string
	}{
		"in the description, later":   {"A", good, func(w *world) { untitled(w); edited(w, "Rounds.", "PAY-7", "20 09:00") }, look, "NAMED_AFTERWARDS"},
		"in the description, in time": {"A", good, func(w *world) { untitled(w); edited(w, "Rounds.", "PAY-7", "10:50") }, ok, "TICKET_LINKED"},
		"there all along":             {"A", good, func(w *world) { untitled(w); edited(w, "For PAY-7", "PAY-7", "20 09:00") }, ok, "TICKET_LINKED"},
		"nobody sees what it said": {"A", good, func(w *world) {
			untitled(w)
			edited(w, "", "PAY-7", "20 09:00")
			w.pr.BodyEdits.Versions[0].Lost = true
		}, look, "NAMED_AFTERWARDS"},
		"in the title, later":     {"A", good, func(w *world) { renamed(w, "Round", "20 09:00") }, look, "NAMED_AFTERWARDS"},
		"in the title, in time":   {"A", good, func(w *world) { renamed(w, "Round", "10:50") }, ok, "TICKET_LINKED"},
		"the title had it before": {"A", good, func(w *world) { renamed(w, "PAY-7 round", "20 09:00") }, ok, "TICKET_LINKED"},
		"and in a commit":         {"A", good, func(w *world) { renamed(w, "Round", "20 09:00"); w.pr.Commits[0].Message = "PAY-7 Round" }, ok, "TICKET_LINKED"},
		"incident, later": {"P", urgent, func(w *world) {
			w.pr.Title = "PAY-7: stop the double charge"
			edited(w, "Stops.", "Stops INC-3.", "20 09:00")
		}, look, "NAMED_AFTERWARDS"},
		"incident, in time": {"P", urgent, func(w *world) {
			w.pr.Title = "PAY-7: stop the double charge"
			edited(w, "Stops.", "Stops INC-3.", "16:00")
		}, ok, "EMERGENCY_CONDITIONS_MET"},
	} {
		w := c.start(t)
		c.edit(w)
		if r := w.result(c.letter); r.Outcome != c.want || r.Code != c.code {
			t.Errorf("%s: %s is %s %s: %s\nwant %s %s", name, c.letter, r.Outcome, r.Code, r.Why, c.want, c.code)
		}
	}
}
