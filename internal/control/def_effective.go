package control

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// standing is a reviewer's word as it stood at a cut-off.
type standing struct {
	by        party
	review    evidence.Review
	state     string          // what the review said: "APPROVED" or "CHANGES_REQUESTED"
	dismissed *evidence.Event // by which it was dismissed before the cut-off; nil where it stood
}

// EFFECTIVE is each reviewer's latest review that was no mere comment, as it
// stood at the cut-off: reviews and dismissals after it do not count, a later
// comment does not replace an approval, and asking again withdraws none.
//
// A dismissed review says only that it was dismissed; what it had said, and
// when that ended, is in the timeline.
func (x *exam) effective(cut time.Time) ([]standing, *lack) {
	if l := x.lacks(x.prRef, "the reviews of the pull request", "reviews", "approvals"); l != nil {
		return nil, l
	}
	reviews := slices.Clone(x.pr.Reviews)
	slices.SortStableFunc(reviews, func(a, b evidence.Review) int {
		return cmp.Or(a.Submitted.Compare(b.Submitted), cmp.Compare(len(a.ID), len(b.ID)), cmp.Compare(a.ID, b.ID))
	})
	var out []standing
	for _, r := range reviews {
		if r.Submitted.IsZero() && (r.State == "CHANGES_REQUESTED" || r.State == "DISMISSED") { // it may be an objection
			return nil, &lack{x.prRef, "when a review of the pull request was submitted", "the source does not say", "EVIDENCE_ABSENT"}
		}
		if r.Submitted.IsZero() || r.Submitted.After(cut) || r.State == "COMMENTED" || r.State == "PENDING" {
			continue
		}
		s := standing{by: x.who.identify(r.Author), review: r, state: r.State}
		if r.State == "DISMISSED" {
			e, l := x.dismissal(r)
			if l != nil {
				return nil, l
			}
			if s.state = e.DismissedState; s.state == "COMMENTED" {
				continue
			}
			if !e.At.After(cut) {
				s.dismissed = &e
			}
		}
		out = append(out, s)
	}
	latest := map[string]int{}
	for i, s := range out {
		latest[s.by.id] = i
	}
	i := -1
	return slices.DeleteFunc(out, func(s standing) bool {
		i++ // of deleted accounts nobody knows which are one
		return !s.by.ghost && latest[s.by.id] != i
	}), nil
}

// dismissal finds in the timeline what a dismissed review had said.
func (x *exam) dismissal(r evidence.Review) (evidence.Event, *lack) {
	const what = "what the dismissed review had said, and when it was dismissed"
	if l := x.lacks(x.prRef, what, "timeline"); l != nil {
		return evidence.Event{}, l
	}
	for _, e := range x.pr.Timeline {
		if e.Kind == "review_dismissed" && e.ReviewID == r.ID && e.DismissedState != "" && !e.At.IsZero() {
			e.DismissedState = strings.ToUpper(e.DismissedState)
			return e, nil
		}
	}
	return evidence.Event{}, &lack{x.prRef, what, "the timeline does not say", "EVIDENCE_ABSENT"}
}
