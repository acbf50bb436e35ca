package run

import (
	"context"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/tickmark-dev/tickmark/internal/evidence"
	"github.com/tickmark-dev/tickmark/internal/ledger"
)

// collect gathers every sample's records. The changes come back in the order
// of the samples.
func (r *Run) collect(ctx context.Context, l *ledger.Ledger, samples []evidence.Sample) ([]evidence.Change, error) {
	r.progress.Stage("Collecting evidence", len(samples))
	changes := make([]evidence.Change, len(samples))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(samplesAtOnce)
	for i, s := range samples {
		group.Go(func() error {
			known, err := linkedTickets(ctx, l, s)
			if err != nil {
				return err
			}
			changes[i] = r.engine.Collect(ctx, s, known...)
			r.progress.Step(s.Requested)
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	asOf := r.session.AsOf()
	for i := range changes {
		changes[i].AsOf = asOf
		stampGaps(changes[i].Gaps, asOf)
	}
	return changes, nil
}

// samplesAtOnce bounds the samples whose records are gathered side by side.
const samplesAtOnce = 64

// linkedTickets gives the tickets that the ledger ties to a sample. One that
// points at its change is found from the whole period only: the change does not
// name it.
func linkedTickets(ctx context.Context, l *ledger.Ledger, s evidence.Sample) ([]evidence.Ref, error) {
	if l == nil {
		return nil, nil
	}
	var refs []evidence.Ref
	for e, err := range l.Changes(ctx, ledger.Filter{ID: s.Ref.ID}) {
		if err != nil {
			return nil, err
		}
		if e.Ref != s.Ref || len(e.Tickets) == 0 {
			continue
		}
		c, err := l.Assemble(ctx, e)
		if err != nil {
			return nil, err
		}
		for _, it := range c.All(evidence.KindTicket) {
			if it.Ref != s.Ref {
				refs = append(refs, it.Ref)
			}
		}
	}
	return refs, nil
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
