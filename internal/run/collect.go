package run

import (
	"context"
	"sync"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// collect gathers every sample's records. The changes come back in the order
// of the samples.
func (r *Run) collect(ctx context.Context, samples []evidence.Sample) []evidence.Change {
	r.progress.Stage("Collecting evidence", len(samples))
	changes := make([]evidence.Change, len(samples))
	var wg sync.WaitGroup
	for i, s := range samples {
		wg.Go(func() {
			changes[i] = r.engine.Collect(ctx, s)
			r.progress.Step(s.Requested)
		})
	}
	wg.Wait()
	asOf := r.session.AsOf()
	for i := range changes {
		changes[i].AsOf = asOf
		stampGaps(changes[i].Gaps, asOf)
	}
	return changes
}

// stampGaps dates the gaps by the run's "now": when exactly a source failed to
// answer is in the journal, and would differ between two runs of one vault.
func stampGaps(gaps []evidence.Gap, at time.Time) {
	for i := range gaps {
		if gaps[i].At.IsZero() {
			gaps[i].At = at
		}
	}
}
