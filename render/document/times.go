package document

import (
	"fmt"
	"math"
	"strings"
	"time"
)

// A Clock writes times for people: in UTC, and beside it in the zone in which
// the organisation counts its days.
type Clock struct{ Zone *time.Location }

// Time gives "2026-03-02 14:11 UTC (15:11 Europe/Berlin)"; the day is repeated
// where it is another one in the zone. A zero time is "not stated".
func (c Clock) Time(t time.Time) string { return c.format(t, "15:04") }

// Exact is Time with seconds.
func (c Clock) Exact(t time.Time) string { return c.format(t, "15:04:05") }

// UTC gives "2026-03-02 14:11:05 UTC", "not stated" for a zero time.
func (c Clock) UTC(t time.Time) string {
	if t.IsZero() {
		return notStated
	}
	return t.UTC().Format("2006-01-02 15:04:05 UTC")
}

// Local gives "15:11:05 Europe/Berlin", with the day where it is another one
// than in UTC; "" where the zone is UTC or none is known.
func (c Clock) Local(t time.Time) string {
	if t.IsZero() || c.isUTC() {
		return ""
	}
	return c.local(t, "15:04:05")
}

const notStated = "not stated"

func (c Clock) isUTC() bool {
	return c.Zone == nil || c.Zone == time.UTC || c.Zone.String() == "UTC" || c.Zone.String() == "Etc/UTC"
}

func (c Clock) format(t time.Time, clock string) string {
	if t.IsZero() {
		return notStated
	}
	u := t.UTC()
	s := u.Format("2006-01-02 " + clock + " UTC")
	if c.isUTC() {
		return s
	}
	return s + " (" + c.local(t, clock) + ")"
}

func (c Clock) local(t time.Time, clock string) string {
	u, l := t.UTC(), t.In(c.Zone)
	if l.YearDay() != u.YearDay() || l.Year() != u.Year() {
		clock = "2006-01-02 " + clock
	}
	return l.Format(clock) + " " + c.Zone.String()
}

// duration gives "1 h 05 min", "2 min 03 s", "850 ms".
func duration(d time.Duration) string {
	switch {
	case d < 0:
		return "−" + duration(-d)
	case d < time.Second:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	case d < time.Minute:
		return strings.TrimSuffix(fmt.Sprintf("%.1f", math.Floor(d.Seconds()*10)/10), ".0") + " s"
	case d < time.Hour:
		return fmt.Sprintf("%d min %02d s", int(d.Minutes()), int(d.Seconds())%60)
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h %02d min", int(d.Hours()), int(d.Minutes())%60)
	}
	return fmt.Sprintf("%d d %d h", int(d.Hours())/24, int(d.Hours())%24)
}

// between gives the time between two moments, "" where either is unknown.
func between(from, to time.Time) string {
	if from.IsZero() || to.IsZero() {
		return ""
	}
	return duration(to.Sub(from))
}
