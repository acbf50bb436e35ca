package metrics

import (
	"hash/fnv"
	"math"
	"time"
)

// Curve is how a value goes over time: a level, a daily rhythm with its
// height at noon, a little unrest, and what happened.
type Curve struct {
	Name   string // of the unrest: equal names are equally restless
	Base   float64
	Daily  float64 // added at the busiest hour
	Unrest float64 // at most this much to either side
	Floor  float64
	Bumps  []Bump
	Gaps   []Gap
	Zone   *time.Location
}

// Bump raises the value by Height between From and To, with a slope of a few
// minutes to either side.
type Bump struct {
	From, To time.Time
	Height   float64
}

// Gap is a stretch without samples.
type Gap struct{ From, To time.Time }

// At gives the value at a time.
func (c Curve) At(at time.Time) (float64, bool) {
	for _, g := range c.Gaps {
		if !at.Before(g.From) && at.Before(g.To) {
			return 0, false
		}
	}
	local := at.In(c.Zone)
	hour := float64(local.Hour()) + float64(local.Minute())/60
	v := c.Base + c.Daily*math.Max(0, math.Sin((hour-6)/16*math.Pi)) + c.Unrest*c.noise(at)
	for _, b := range c.Bumps {
		v += b.Height * b.share(at)
	}
	return math.Round(math.Max(v, c.Floor)*1e6) / 1e6, true
}

func (b Bump) share(at time.Time) float64 {
	const slope = 4 * time.Minute
	switch {
	case at.Before(b.From) || at.After(b.To.Add(slope)):
		return 0
	case at.Before(b.From.Add(slope)):
		return float64(at.Sub(b.From)) / float64(slope)
	case at.After(b.To):
		return 1 - float64(at.Sub(b.To))/float64(slope)
	}
	return 1
}

// noise is between -1 and 1 and depends on the name and the minute.
func (c Curve) noise(at time.Time) float64 {
	h := fnv.New64a()
	minute := at.Unix() / 60
	_, _ = h.Write([]byte(c.Name))
	_, _ = h.Write([]byte{byte(minute), byte(minute >> 8), byte(minute >> 16), byte(minute >> 24), byte(minute >> 32)})
	x := h.Sum64()
	x ^= x >> 33
	x *= 0xff51afd7ed558ccd
	x ^= x >> 33
	return float64(x%20001)/10000 - 1
}
