package evidence

import (
	"testing"
	"time"
)

// What was read counts from the retrievals: to the first of them, and from what
// the last could still see.
func TestReachWindow(t *testing.T) {
	at := func(day, hour int) time.Time { return time.Date(2026, 3, day, hour, 0, 0, 0, time.UTC) }
	it := Item{Provenance: []Provenance{{RetrievedAt: at(20, 9), ConfirmedAt: at(21, 9)}, {RetrievedAt: at(21, 11)}, {RetrievedAt: at(21, 8)}}}
	const day = 24 * time.Hour
	for name, c := range map[string]struct {
		reach Reach
		item  Item
		from  time.Time
		why   Reason
	}{
		"not read":             {Reach{Oldest: at(1, 0)}, it, time.Time{}, ""},
		"never retrieved":      {Reach{Read: true, Oldest: at(1, 0)}, Item{}, time.Time{}, ""},
		"to its oldest entry":  {Reach{Read: true, Oldest: at(1, 0)}, it, at(1, 0), Expired},
		"as long as it keeps":  {Reach{Read: true, Oldest: at(1, 0), Keeps: 5 * day}, it, at(16, 11), Expired},
		"it keeps longer":      {Reach{Read: true, Oldest: at(12, 0), Keeps: 90 * day}, it, at(12, 0), Expired},
		"under its name":       {Reach{Read: true, Oldest: at(1, 0), Named: at(9, 0)}, it, at(9, 0), Truncated},
		"named before all":     {Reach{Read: true, Oldest: at(10, 0), Named: at(9, 0)}, it, at(10, 0), Expired},
		"without oldest entry": {Reach{Read: true, Keeps: 5 * day}, it, at(16, 11), Expired},
	} {
		w := c.reach.Window(c.item)
		if !w.From.Equal(c.from) || w.Reason != c.why || (w.Limit == "") != c.from.IsZero() {
			t.Errorf("%s: %+v", name, w)
		}
		if !c.from.IsZero() && !w.To.Equal(at(21, 8)) {
			t.Errorf("%s: read to %s, want the first retrieval", name, w.To)
		}
		if w.Covers(c.from.Add(-time.Second)) || w.Covers(at(21, 8)) || w.Covers(c.from) != !c.from.IsZero() {
			t.Errorf("%s: it covers what it must not, or not its own beginning", name)
		}
	}
}
