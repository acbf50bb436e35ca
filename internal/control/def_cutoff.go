package control

import (
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// A moment is a time up to which an attribute looks: a cut-off. It is as sure
// as its band: two systems' clocks differ by up to the policy's skew, and a
// ticket may name the day alone.
//
// T_merge is the cut-off of a pull request's approval, T_dep that of an
// approval to release; for an emergency both give way to T_dep and the time
// that the policy allows afterwards.
type moment struct {
	at      time.Time
	lo, hi  time.Time // the band: before lo is before, after hi is after
	dayOnly bool
	lack    *lack          // it could not be learned
	none    bool           // the source was asked, and it never happened
	basis   []evidence.Ref // the records that say so
}

func (m moment) known() bool { return m.lack == nil && !m.none && !m.at.IsZero() }

// String writes the time as results show it.
func (m moment) String() string {
	switch {
	case m.at.IsZero():
		return "not known"
	case m.dayOnly:
		return m.at.UTC().Format(time.DateOnly) + " (the day alone)"
	}
	return m.at.UTC().Format("2006-01-02 15:04:05 UTC")
}

// band gives a moment its band.
func (x *exam) band(t time.Time, basis ...evidence.Ref) moment {
	return moment{at: t, lo: t.Add(-x.p.Skew), hi: t.Add(x.p.Skew), basis: basis}
}

// day is the moment of a day alone: anywhere in the world where it is that day.
func (x *exam) day(t time.Time, basis ...evidence.Ref) moment {
	return moment{at: t, lo: t.Add(-14*time.Hour - x.p.Skew), hi: t.Add(36*time.Hour + x.p.Skew), dayOnly: true, basis: basis}
}

// asOf judges as of a cut-off, and at both ends of its band. Where these differ
// nobody can say, and a person must look.
func asOf(m moment, judge func(cut time.Time) verdict) verdict {
	if m.lack != nil {
		return unable(m.lack)
	}
	v, begin, end := judge(m.at), judge(m.lo), judge(m.hi)
	if v.outcome == begin.outcome && v.outcome == end.outcome {
		return v
	}
	code, why := "WITHIN_CLOCK_SKEW", "It happened so close to the cut-off ("+m.String()+") that the clocks of the sources do not say which came first."
	if m.dayOnly {
		code, why = "DAY_ONLY", "Only the day of the deployment is known ("+m.at.UTC().Format(time.DateOnly)+"), which does not say which came first."
	}
	return review(code, "%s", why).facts(end).on(m.basis...)
}

// order compares a time with a moment: -1 before its band, 1 after it, 0 inside.
func (m moment) order(t time.Time) int {
	switch {
	case t.Before(m.lo):
		return -1
	case t.After(m.hi):
		return 1
	}
	return 0
}
