package control

import (
	"strings"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// inWindow is U: the change was deployed when it was planned and when
// deployments are allowed.
func inWindow(x *exam) verdict {
	planned, plan, l := x.plannedWindow()
	if l != nil {
		return unable(l)
	}
	w := x.p.Windows
	if plan == "" && len(w.Weekly) == 0 && len(w.Freezes) == 0 {
		if x.main.t != nil && plans(x.main.t) {
			return notApplicable("NO_WINDOW", "Neither the ticket nor the policy named a time for the deployment before it; the ticket's planned time was written down afterwards.").on(x.subjectRef(), x.main.ref)
		}
		return notApplicable("NO_WINDOW", "Neither the ticket nor the policy names a time for the deployment.").on(x.subjectRef(), x.main.ref)
	}
	switch {
	case x.tdep.lack != nil:
		return unable(x.tdep.lack)
	case x.tdep.none:
		return x.undeployed()
	}
	v := asOf(x.tdep, func(at time.Time) verdict {
		if f, frozen := w.Frozen(at, x.p.Zone); frozen {
			return review("DEPLOYED_IN_FREEZE", "The change was deployed during the freeze %s; a person must say who allowed that.", quote(f.Name))
		}
		switch {
		case plan == "unclear":
			return review("PLANNED_TIME_UNCLEAR", "The ticket's planned time %s cannot be read.", quote(planned.text))
		case plan != "" && (at.Before(planned.from.Add(-w.Tolerance)) || at.After(planned.to.Add(w.Tolerance))):
			return exception("OUTSIDE_PLANNED_WINDOW", "The change was deployed outside the time that was planned for it.")
		case !w.Allows(at, x.p.Zone):
			return exception("OUTSIDE_CHANGE_WINDOW", "The change was deployed outside the policy's change windows.")
		}
		return met("IN_WINDOW", "The change was deployed in the time that was planned or allowed for it.")
	})
	return v.with("planned", planned.text).with("deployed", x.tdep.String()).with("tolerance", hours(w.Tolerance)).on(x.main.ref, planned.ref).on(x.tdep.basis...)
}

type stretch struct {
	from, to time.Time
	text     string
	ref      evidence.Ref // of the ticket that says so
}

// plans reports whether a ticket names a planned time.
func plans(t *evidence.Ticket) bool {
	start, _ := t.Field("planned_start")
	end, _ := t.Field("planned_end")
	return strings.TrimSpace(start.Value.Source+end.Value.Source) != ""
}

// plannedWindow reads the ticket's planned time as it stood at the deployment:
// plan is "", "unclear" or how it was given.
func (x *exam) plannedWindow() (s stretch, plan string, l *lack) {
	var t *evidence.Ticket
	for _, l := range x.tickets { // of several the one that plans it: code may have a change request beside its ticket
		if !l.strong {
			continue
		}
		if lost := x.lacks(l.ref, "the planned time of ticket "+l.t.Key, "field planned", "history"); lost != nil {
			return s, "", lost
		}
		if t == nil || plans(l.t) && !plans(t) {
			t, s.ref = l.t, l.ref
		}
	}
	if t == nil {
		return s, "", x.lostTicket()
	}
	at := func(name string) string {
		f, ok := t.Field(name)
		if !ok {
			return ""
		}
		return strings.TrimSpace(fieldAt(t, f.Value, f.Title, f.ID, x.judged()).text)
	}
	start, end := at("planned_start"), at("planned_end")
	if start == "" && end == "" {
		return s, "", nil
	}
	s.text = strings.Trim(start+" to "+end, " ")
	from, fromDay, ok1 := x.readTime(start)
	to, toDay, ok2 := x.readTime(end)
	switch {
	case start == "" || end != "" && !ok2 || !ok1:
		return s, "unclear", nil
	case end == "" && fromDay:
		s.from, s.to = from, from.AddDate(0, 0, 1)
		return s, "day", nil
	case end == "":
		// A start alone leaves open how long it may take.
		s.from, s.to = from, from.Add(24*time.Hour)
		return s, "start", nil
	}
	if toDay {
		to = to.AddDate(0, 0, 1)
	}
	s.from, s.to = from, to
	return s, "window", nil
}

// readTime reads a time or day as trackers write it; a day is of the policy's
// zone.
func (x *exam) readTime(s string) (t time.Time, day, ok bool) {
	for _, layout := range []string{"2006-01-02T15:04:05Z0700", time.RFC3339, "2006-01-02 15:04 MST", "2006-01-02 15:04 UTC"} {
		if t, err := time.Parse(layout, s); err == nil && (layout != "2006-01-02 15:04 MST" || strings.HasSuffix(s, "UTC")) {
			return t.UTC(), false, true
		}
	}
	for _, layout := range []string{"2006-01-02 15:04", "2006-01-02T15:04"} {
		if t, err := time.ParseInLocation(layout, s, x.p.Zone); err == nil {
			return t, false, true
		}
	}
	t, err := time.ParseInLocation(time.DateOnly, s, x.p.Zone)
	return t, true, err == nil
}
