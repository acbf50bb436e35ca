package evidence

import (
	"context"
	"errors"
	"time"
)

// Reason says why evidence was not obtained.
type Reason string

// The reasons. They are different words because they call for different acts.
const (
	Unreachable   Reason = "unreachable"    // the source did not answer, or not sensibly
	Denied        Reason = "denied"         // the source knows us and refuses
	NotFound      Reason = "not found"      // the source, with a proven login and visible scope, has no such record
	Ambiguous     Reason = "ambiguous"      // a 404 that may as well mean "you may not see it", or a reference with several meanings
	Expired       Reason = "expired"        // gone at the source by its retention
	Truncated     Reason = "truncated"      // only a part was obtained; Detail says how much
	NotConfigured Reason = "not configured" // no configured system keeps this kind of record
	Canceled      Reason = "canceled"       // the run was interrupted before it was asked for
	NotAsked      Reason = "not asked"      // the run was offline, and nobody collected it before
	Duplicate     Reason = "duplicate"      // of a request's line: it names a change that another line names already
)

// A Gap is evidence that was asked for and not obtained. It is never a pass,
// and by itself never an exception.
type Gap struct {
	Ref       Ref       `json:"ref"`
	Part      string    `json:"part,omitempty"` // which part of the record: "reviews", "log of job build"; "" for the whole
	Collector string    `json:"collector"`
	Reason    Reason    `json:"reason"`
	Detail    string    `json:"detail"` // one plain sentence, for a person who does not program
	At        time.Time `json:"at"`     // UTC
}

// GapError is how a collector reports a gap. A collector that obtained a part
// of a record emits the record and returns the missing parts, several of them
// with errors.Join.
type GapError struct {
	Ref    Ref    // the record; the ref being collected where zero
	Part   string // as in Gap
	Reason Reason
	Detail string
	Err    error // the cause, or nil
}

func (e *GapError) Error() string {
	s := string(e.Reason)
	if e.Part != "" {
		s = e.Part + ": " + s
	}
	if e.Detail != "" {
		s += ": " + e.Detail
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

func (e *GapError) Unwrap() error { return e.Err }

// Gaps turns what a collector returned for ref into gaps, one for each joined
// error. An error that does not know its reason is Unreachable, or Canceled
// where the context was.
func Gaps(ref Ref, collector string, err error, at time.Time) []Gap {
	if err == nil {
		return nil
	}
	if many := joined(err); many != nil {
		var gaps []Gap
		for _, e := range many {
			gaps = append(gaps, Gaps(ref, collector, e, at)...)
		}
		return gaps
	}
	g := Gap{Ref: ref, Collector: collector, Reason: Unreachable, Detail: err.Error(), At: at}
	var known *GapError
	switch {
	case errors.As(err, &known):
		g.Part, g.Reason, g.Detail = known.Part, known.Reason, known.Detail
		if !known.Ref.IsZero() {
			g.Ref = known.Ref
		}
		if g.Detail == "" && known.Err != nil {
			g.Detail = known.Err.Error()
		}
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		g.Reason, g.Detail = Canceled, "the run was interrupted before this was collected"
	}
	return []Gap{g}
}

// joined gives the errors of errors.Join. An error that wraps several in one
// sentence is one: its parts say less than it does.
func joined(err error) []error {
	many, ok := err.(interface{ Unwrap() []error })
	if !ok || err.Error() != errors.Join(many.Unwrap()...).Error() {
		return nil
	}
	return many.Unwrap()
}
