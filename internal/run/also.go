package run

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tickmark-dev/tickmark/internal/evidence"
	"github.com/tickmark-dev/tickmark/internal/request"
)

// partOfRequest is what a gap calls the line of the request that a sample comes
// from.
const partOfRequest = "line of the request"

// alsoNamed notes as a gap what a line of the request names beside its sample,
// and no record of the sample is: whoever asked takes them for one change.
func (r *Run) alsoNamed(changes []evidence.Change, lines []request.Line) {
	resolver := request.NewResolver(scope(r.cfg))
	byPlace := map[string]request.Line{}
	for _, l := range lines {
		byPlace[l.Where] = l
	}
	for i := range changes {
		c := &changes[i]
		line := byPlace[c.Sample.Where]
		for j, other := range resolver.Others(line) {
			if slices.ContainsFunc(other.Candidates, func(ref evidence.Ref) bool { return isOf(c, ref) }) {
				continue
			}
			c.Gaps = append(c.Gaps, evidence.Gap{Ref: c.Sample.Ref, Part: partOfRequest, Reason: evidence.Ambiguous, Collector: "request", At: c.AsOf,
				Detail: fmt.Sprintf("the request's line names %q too, and no record ties that to this change; ask whether both are meant", line.Also[j])})
		}
	}
}

// isOf reports whether a record that somebody named is one of a change's. A
// commit may be named by the beginning of its hash, a ticket by its old key.
func isOf(c *evidence.Change, ref evidence.Ref) bool {
	return ref == c.Sample.Ref || slices.ContainsFunc(c.Items, func(it evidence.Item) bool {
		switch {
		case it.Ref.Kind != ref.Kind || it.Ref.System != ref.System:
			return false
		case it.Ticket != nil:
			return it.Ref.ID == ref.ID || it.Ticket.Key == ref.ID || it.Ticket.Requested == ref.ID
		case it.Commit != nil:
			return strings.HasPrefix(it.Ref.ID, ref.ID)
		}
		return it.Ref == ref
	})
}
