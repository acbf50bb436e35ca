package policy

import (
	"slices"
	"time"

	"github.com/tickmark-dev/tickmark/internal/yamlfile"
)

// BusinessHours are the hours that count where a limit is in business hours.
type BusinessHours struct {
	Days     []time.Weekday
	From, To time.Duration // since midnight
	Holidays []string      // days
}

// Windows are when changes may be deployed.
type Windows struct {
	Tolerance time.Duration
	Weekly    []Window
	Freezes   []Freeze
}

// Window is a stretch of some days of every week.
type Window struct {
	Days     []time.Weekday
	From, To time.Duration // since midnight
}

// Freeze is a period in which nothing is deployed; To is the first day that
// no longer counts.
type Freeze struct{ Name, From, To string }

// Elapsed gives the time from one moment to another as the limits of the
// policy count it: all of it, or that which lies in business hours.
func (p *Policy) Elapsed(from, to time.Time, business bool) time.Duration {
	if !business || !to.After(from) {
		return to.Sub(from)
	}
	var sum time.Duration
	for day := midnight(from.In(p.Zone)); day.Before(to); day = day.AddDate(0, 0, 1) {
		if !slices.Contains(p.Business.Days, day.Weekday()) || slices.Contains(p.Business.Holidays, day.Format(time.DateOnly)) {
			continue
		}
		begin, end := at(day, p.Business.From), at(day, p.Business.To)
		begin, end = later(begin, from), earlier(end, to)
		if end.After(begin) {
			sum += end.Sub(begin)
		}
		if sum > 10*365*24*time.Hour {
			break
		}
	}
	return sum
}

// Allows reports whether the weekly windows allow a moment; without windows
// every moment is allowed.
func (w Windows) Allows(t time.Time, zone *time.Location) bool {
	local := t.In(zone)
	for _, win := range w.Weekly {
		for _, day := range []time.Time{midnight(local), midnight(local).AddDate(0, 0, -1), midnight(local).AddDate(0, 0, 1)} {
			if slices.Contains(win.Days, day.Weekday()) && !t.Before(at(day, win.From).Add(-w.Tolerance)) && !t.After(at(day, win.To).Add(w.Tolerance)) {
				return true
			}
		}
	}
	return len(w.Weekly) == 0
}

// Frozen gives the freeze that a moment lies in.
func (w Windows) Frozen(t time.Time, zone *time.Location) (Freeze, bool) {
	day := t.In(zone).Format(time.DateOnly)
	for _, f := range w.Freezes {
		if f.From <= day && day < f.To {
			return f, true
		}
	}
	return Freeze{}, false
}

func midnight(t time.Time) time.Time {
	y, m, d := t.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, t.Location())
}

// at gives a time of a day by the clock on the wall, also where clocks change.
func at(day time.Time, sinceMidnight time.Duration) time.Time {
	y, m, d := day.Date()
	return time.Date(y, m, d, 0, int(sinceMidnight/time.Minute), 0, 0, day.Location())
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// clock reads a time of day, "00:00" to "24:00".
func clock(v yamlfile.Value) time.Duration {
	s := v.Text()
	if s == "24:00" {
		return 24 * time.Hour
	}
	t, err := time.Parse("15:04", s)
	if err != nil {
		v.Problem("%s is not a time of day; write it as \"09:00\", with the quotes", yamlfile.Describe(v.Node))
		return 0
	}
	return time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute
}

var weekdays = [...]string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

func readDays(v yamlfile.Value) []time.Weekday {
	var out []time.Weekday
	v.List(func(e yamlfile.Value) {
		d := time.Weekday(slices.Index(weekdays[:], e.OneOf(weekdays[:]...)))
		if d >= 0 && slices.Contains(out, d) {
			e.Problem("%s occurs twice", weekdays[d])
		}
		out = append(out, d)
	})
	if len(out) == 0 {
		v.Problem("is an empty list; name days such as mon")
	}
	return out
}

// span reads a stretch of a day into from and to.
func span(from, to *time.Duration, days *[]time.Weekday, more yamlfile.Keys) func(yamlfile.Value) {
	return func(v yamlfile.Value) {
		keys := yamlfile.Keys{
			"days": func(v yamlfile.Value) { *days = readDays(v) },
			"from": func(v yamlfile.Value) { *from = clock(v) },
			"to":   func(v yamlfile.Value) { *to = clock(v) },
		}
		for k, read := range more {
			keys[k] = read
		}
		v.Mapping(keys, "days", "from", "to")
		switch {
		case v.Child("from") == nil || v.Child("to") == nil || *to > *from:
		case *to == *from:
			v.Problem("is of no length: it begins and ends at the same time; a whole day is written as 00:00 to 24:00")
		default:
			v.Problem("ends before it begins; a window past midnight is written as two")
		}
	}
}
