package company

import (
	"hash/fnv"
	"math/rand/v2"
	"sort"
	"time"
)

// calendar is the company's working time: nine to six in Berlin, Monday to
// Friday, without public holidays.
type calendar struct{ zone *time.Location }

const (
	opens  = 9
	closes = 18
)

func holidays() map[string]bool {
	return map[string]bool{
		"2026-01-01": true, "2026-04-03": true, "2026-04-06": true, "2026-05-01": true, "2026-05-14": true, "2026-05-25": true,
	}
}

func (c calendar) works(d time.Time) bool {
	d = d.In(c.zone)
	return d.Weekday() != time.Saturday && d.Weekday() != time.Sunday && !holidays()[d.Format(time.DateOnly)]
}

// at gives a time of a day in the company's zone, as UTC.
func (c calendar) at(d time.Time, hour, minute int) time.Time {
	return time.Date(d.Year(), d.Month(), d.Day(), hour, minute, 0, 0, c.zone).UTC()
}

// days lists the working days in [from, to).
func (c calendar) days(from, to time.Time) []time.Time {
	var out []time.Time
	for d := from; d.Before(to); d = d.AddDate(0, 0, 1) {
		if c.works(time.Date(d.Year(), d.Month(), d.Day(), 12, 0, 0, 0, c.zone)) {
			out = append(out, d)
		}
	}
	return out
}

// minutes counts the working minutes between two times.
func (c calendar) minutes(from, to time.Time) int {
	n := 0
	for d := from.In(c.zone); ; d = d.AddDate(0, 0, 1) {
		open, shut := c.at(d, opens, 0), c.at(d, closes, 0)
		if !open.Before(to) {
			return n
		}
		if c.works(open) {
			a, b := later(open, from), earlier(shut, to)
			if b.After(a) {
				n += int(b.Sub(a) / time.Minute)
			}
		}
	}
}

// add goes forward by working minutes.
func (c calendar) add(from time.Time, minutes int) time.Time {
	left := time.Duration(minutes) * time.Minute
	for d := from.In(c.zone); ; d = d.AddDate(0, 0, 1) {
		open, shut := later(c.at(d, opens, 0), from), c.at(d, closes, 0)
		if !c.works(open) || !open.Before(shut) {
			continue
		}
		if room := shut.Sub(open); left >= room {
			left -= room
			continue
		}
		return open.Add(left).UTC()
	}
}

// back goes backward by working minutes.
func (c calendar) back(from time.Time, minutes int) time.Time {
	left := time.Duration(minutes) * time.Minute
	for d := from.In(c.zone); ; d = d.AddDate(0, 0, -1) {
		open, shut := c.at(d, opens, 0), earlier(c.at(d, closes, 0), from)
		if !c.works(open) || !open.Before(shut) {
			continue
		}
		if room := shut.Sub(open); left >= room {
			left -= room
			continue
		}
		return shut.Add(-left).UTC()
	}
}

// spread gives n times in working hours between from and to, in order, at
// least gap apart.
func (c calendar) spread(r *rand.Rand, n int, from, to time.Time, gap time.Duration) []time.Time {
	days := c.days(from, to)
	out := make([]time.Time, n)
	for i := range out {
		out[i] = c.at(days[r.IntN(len(days))], 9, 40+r.IntN(460)).Add(time.Duration(r.IntN(60)) * time.Second)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Before(out[j]) })
	for i := 1; i < n; i++ {
		if out[i].Sub(out[i-1]) < gap {
			out[i] = out[i-1].Add(gap)
		}
	}
	return out
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// dice gives the random numbers for one part of the story, so that a change in
// one part leaves the others as they were.
func dice(seed uint64, part string) *rand.Rand {
	h := fnv.New64a()
	_, _ = h.Write([]byte(part))
	return rand.New(rand.NewPCG(seed, h.Sum64()))
}

func pick[T any](r *rand.Rand, from []T) T { return from[r.IntN(len(from))] }

func between(r *rand.Rand, low, high int) int { return low + r.IntN(high-low+1) }
