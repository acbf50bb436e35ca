package control

import (
	"slices"
	"strings"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// lack is evidence that an attribute needs and that was not obtained.
type lack struct {
	ref    evidence.Ref
	what   string // "the reviews of the pull request"
	reason string // for people
	code   string
}

// A list does not hold all of a record.
const (
	notRead = "EVIDENCE_NOT_READ"
	ofList  = "the record comes from a list that does not hold it; collecting the change would read it"
)

// unable is the one place where what was not obtained becomes an outcome: the
// attribute could not be tested. It says what would decide it.
func unable(l *lack) verdict {
	v := verdict{outcome: evidence.Unable, code: l.code}
	v.why = "Could not be tested without " + l.what + ", which tickmark did not obtain (" + l.reason + ")."
	return v.with("not obtained", l.what).on(l.ref)
}

// lacks says whether a record, or one of its named parts, was not obtained:
// the record is absent, a gap names it or the part, or it comes from a list
// that does not hold the part. Nil means that the source was asked and
// answered.
func (x *exam) lacks(ref evidence.Ref, what string, parts ...string) *lack {
	gap, ok := x.gap(ref, parts...)
	if ok {
		return &lack{ref, what, gapReason(gap), gapCode(gap.Reason)}
	}
	it, found := x.c.Find(ref)
	if !found {
		return &lack{ref, what, "nothing in what was collected says why", "EVIDENCE_ABSENT"}
	}
	for _, part := range parts {
		if slices.ContainsFunc(it.Unread, func(u string) bool { return names(u, part) }) {
			return &lack{ref, what, ofList, notRead}
		}
	}
	return nil
}

// gap finds the gap of a whole record or of one of its parts.
func (x *exam) gap(ref evidence.Ref, parts ...string) (evidence.Gap, bool) {
	for _, g := range x.c.Gaps {
		if g.Ref == ref && (g.Part == "" || slices.ContainsFunc(parts, func(p string) bool { return names(g.Part, p) })) {
			return g, true
		}
	}
	return evidence.Gap{}, false
}

// gapOfKind finds a gap of any record of a kind.
func (x *exam) gapOfKind(kind evidence.Kind) (evidence.Gap, bool) {
	i := slices.IndexFunc(x.c.Gaps, func(g evidence.Gap) bool { return g.Ref.Kind == kind })
	if i < 0 {
		return evidence.Gap{}, false
	}
	return x.c.Gaps[i], true
}

func lackOf(g evidence.Gap, what string) *lack {
	return &lack{g.Ref, what, gapReason(g), gapCode(g.Reason)}
}

// names reports whether the name of a part speaks of another: "log of job
// build" of "log".
func names(part, of string) bool {
	return strings.Contains(strings.ToLower(part), strings.ToLower(of))
}

func gapReason(g evidence.Gap) string {
	s := string(g.Reason)
	if g.Detail != "" {
		s += ": " + strings.TrimSuffix(oneLine(g.Detail), ".")
	}
	return s
}

func gapCode(r evidence.Reason) string {
	return "EVIDENCE_" + strings.ToUpper(strings.ReplaceAll(string(r), " ", "_"))
}

// first gives the first lack that there is.
func first(lacks ...*lack) *lack {
	for _, l := range lacks {
		if l != nil {
			return l
		}
	}
	return nil
}
