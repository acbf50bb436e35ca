package evidence

import (
	"strings"
	"time"
)

// StateAtMerge gives what a review stood at when the pull request was merged,
// as its timeline tells, and late: whether it was dismissed only afterwards. A
// source gives a dismissed review no other state than that, whenever it was
// dismissed. Of a pull request that is not merged it is the state of now.
func (pr *PullRequest) StateAtMerge(r Review) (state string, late bool) {
	if r.State != "DISMISSED" || pr.Merged.IsZero() {
		return r.State, false
	}
	e, ok := pr.dismissal(r)
	if !ok || !e.At.After(pr.Merged) {
		return r.State, false
	}
	return strings.ToUpper(e.DismissedState), true
}

// dismissal finds the entry of the timeline that says what a dismissed review
// had said, and when it was dismissed.
func (pr *PullRequest) dismissal(r Review) (Event, bool) {
	for _, e := range pr.Timeline {
		if e.Kind == "review_dismissed" && r.ID != "" && e.ReviewID == r.ID && e.DismissedState != "" && !e.At.IsZero() {
			return e, true
		}
	}
	return Event{}, false
}

// ApprovedAtMerge gives the reviews that stood as approvals at the merge, and
// those that were given after it. Their order is the source's.
func (pr *PullRequest) ApprovedAtMerge() []Review {
	var out []Review
	for _, r := range pr.Reviews {
		if state, _ := pr.StateAtMerge(r); state == "APPROVED" {
			out = append(out, r)
		}
	}
	return out
}

// DismissedAfterMerge says when an approval that stood at the merge was
// dismissed; the zero time where it was not.
func (pr *PullRequest) DismissedAfterMerge(r Review) time.Time {
	if _, late := pr.StateAtMerge(r); late {
		e, _ := pr.dismissal(r)
		return e.At
	}
	return time.Time{}
}
