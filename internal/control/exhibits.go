package control

import (
	"fmt"
	"slices"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// exhibits gives what people attached in support of something, and what they
// attached without saying in support of what: that may be it.
//
// A file that a person attached cannot be read by a program, and is as reliable
// as that person. It makes nothing met. Where all that speaks against a change is
// that a human's record is missing, it may be that record: a person must read it.
func (x *exam) exhibits(supports string) []*evidence.Exhibit {
	var out []*evidence.Exhibit
	for _, it := range x.c.All(evidence.KindExhibit) {
		if it.Exhibit != nil && slices.Contains([]string{supports, "other", ""}, it.Exhibit.Supports) {
			out = append(out, it.Exhibit)
		}
	}
	// What says that it is the record comes before what may be.
	slices.SortStableFunc(out, func(a, b *evidence.Exhibit) int {
		switch {
		case (a.Supports == supports) == (b.Supports == supports):
			return 0
		case a.Supports == supports:
			return -1
		}
		return 1
	})
	return out
}

// attached says what a person attached, and that somebody must read it.
func attached(e *evidence.Exhibit) string {
	return fmt.Sprintf("a person (%s) attached %s on %s as %s; read it", best(oneLine(e.By), "who does not say their name"), quote(e.File), e.At.UTC().Format(time.DateOnly), quote(best(e.Shows, "something that they do not name")))
}

// keptByPeople are the attributes that a record kept by people decides, and what an
// exhibit supports that may be this record.
var keptByPeople = map[string][]string{
	"L": {"testing"}, "P": {"incident", "approval", "testing", "rollback"}, "S": {"monitoring", "deployment"}, "T": {"rollback"}, "X": {"approval"},
}

// mention adds to a verdict that says what is missing what people attached.
func (x *exam) mention(letter string, v verdict) verdict {
	if v.outcome != evidence.Exception && v.outcome != evidence.Unable {
		return v
	}
	for _, supports := range keptByPeople[letter] {
		if ex := x.exhibits(supports); len(ex) > 0 {
			v.why = v.why + " Beside the records " + attached(ex[0]) + "."
			return v.with("attached by a person", ex[0].File)
		}
	}
	return v
}
