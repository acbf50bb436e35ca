package evidence

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestGaps(t *testing.T) {
	ref, other := Ref{KindTicket, "jira", "PAY-1"}, Ref{KindTicket, "jira", "PAY-2"}
	cause, use := errors.New("no space left"), errors.New("the vault cannot be used")
	tests := map[string]struct {
		err  error
		want []Gap
	}{
		"none":     {nil, nil},
		"unknown":  {cause, []Gap{{Reason: Unreachable, Detail: "no space left"}}},
		"canceled": {fmt.Errorf("asking: %w", context.Canceled), []Gap{{Reason: Canceled, Detail: "the run was interrupted before this was collected"}}},
		"known":    {&GapError{Part: "reviews", Reason: Denied, Err: cause}, []Gap{{Part: "reviews", Reason: Denied, Detail: "no space left"}}},
		"of another record": {&GapError{Ref: other, Reason: Expired, Detail: "gone"},
			[]Gap{{Ref: other, Reason: Expired, Detail: "gone"}}},
		"joined": {errors.Join(&GapError{Part: "a", Reason: Expired, Detail: "x"}, errors.Join(cause, &GapError{Part: "b", Reason: Denied, Detail: "y"})),
			[]Gap{{Part: "a", Reason: Expired, Detail: "x"}, {Reason: Unreachable, Detail: "no space left"}, {Part: "b", Reason: Denied, Detail: "y"}}},
		"one that wraps two": {fmt.Errorf("%w: could not write: %w", use, cause),
			[]Gap{{Reason: Unreachable, Detail: "the vault cannot be used: could not write: no space left"}}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			for i := range tt.want {
				tt.want[i].Collector, tt.want[i].At = "jira", time.Unix(1, 0)
				if tt.want[i].Ref.IsZero() {
					tt.want[i].Ref = ref
				}
			}
			if diff := cmp.Diff(tt.want, Gaps(ref, "jira", tt.err, time.Unix(1, 0))); diff != "" {
				t.Error(diff)
			}
		})
	}
}
