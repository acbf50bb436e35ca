package yamlfile

import (
	"time"
	_ "time/tzdata" // Windows has no zone database of its own
)

// Zone reads the name of a time zone.
func (v Value) Zone() *time.Location {
	name := v.Text()
	// Local would make the same file mean different days on different machines.
	if name == "" || name == "Local" {
		v.Problem("name a zone such as Europe/Berlin, America/New_York or UTC")
		return nil
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		v.Problem("%q is not a known time zone; use a name such as Europe/Berlin, America/New_York or UTC", name)
		return nil
	}
	return zone
}

// Duration reads a duration between two bounds.
func (v Value) Duration(lowest, highest time.Duration) time.Duration {
	d, err := time.ParseDuration(v.Text())
	if err != nil || d < lowest || d > highest {
		v.Problem("expected a duration from %s to %s such as 30m or 2h, found %s", lowest, highest, Describe(v.Node))
		return 0
	}
	return d
}

// Day reads a day, as text that orders by time: 2026-01-31.
func (v Value) Day() string {
	s := v.Text()
	if _, err := time.Parse(time.DateOnly, s); err != nil {
		v.Problem("%s is not a date; write it as 2026-01-31", Describe(v.Node))
		return ""
	}
	return s
}
