package evidence

import (
	"testing"
	"time"
)

func TestStateAtMerge(t *testing.T) {
	at := func(hour int) time.Time { return time.Date(2026, 3, 2, hour, 0, 0, 0, time.UTC) }
	dismissed := Review{ID: "7", State: "DISMISSED", Submitted: at(9)}
	for name, tt := range map[string]struct {
		merged, gone time.Time
		review       Review
		want         string
		late         bool
	}{
		"dismissed after the merge":     {at(12), at(13), dismissed, "APPROVED", true},
		"dismissed before the merge":    {at(12), at(11), dismissed, "DISMISSED", false},
		"nobody says when":              {at(12), time.Time{}, dismissed, "DISMISSED", false},
		"not merged":                    {time.Time{}, at(13), dismissed, "DISMISSED", false},
		"stands":                        {at(12), at(13), Review{ID: "8", State: "APPROVED"}, "APPROVED", false},
		"another review was dismissed":  {at(12), at(13), Review{ID: "9", State: "DISMISSED"}, "DISMISSED", false},
		"a review without id is nobody": {at(12), at(13), Review{State: "DISMISSED"}, "DISMISSED", false},
	} {
		pr := &PullRequest{Merged: tt.merged, Timeline: []Event{{Kind: "review_dismissed", ReviewID: "7", DismissedState: "approved", At: tt.gone}, {Kind: "review_dismissed", DismissedState: "approved", At: at(14)}}}
		if state, late := pr.StateAtMerge(tt.review); state != tt.want || late != tt.late {
			t.Errorf("%s: %s, %v", name, state, late)
		}
		if got := !pr.DismissedAfterMerge(tt.review).IsZero(); got != tt.late {
			t.Errorf("%s: dismissed after the merge: %v", name, got)
		}
	}
}
