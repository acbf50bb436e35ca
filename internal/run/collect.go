package run

import (
	"context"
	"slices"
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
			listed, err := assembled(ctx, l, s)
			if err != nil {
				return err
			}
			changes[i] = r.engine.Collect(ctx, s, linkedTickets(listed)...)
			complete(&changes[i], listed)
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

// assembled gives a sample as the ledger knows it; without records where there
// is no ledger, or the sample is in no list.
func assembled(ctx context.Context, l *ledger.Ledger, s evidence.Sample) (evidence.Change, error) {
	if l == nil {
		return evidence.Change{}, nil
	}
	for e, err := range l.Changes(ctx, ledger.Filter{ID: s.Ref.ID}) {
		if err != nil {
			return evidence.Change{}, err
		}
		if e.Ref == s.Ref {
			return l.Assemble(ctx, e)
		}
	}
	return evidence.Change{}, nil
}

// linkedTickets gives the tickets that the ledger ties to a sample. One that
// points at its change is found from the whole period only: the change does not
// name it.
func linkedTickets(listed evidence.Change) (refs []evidence.Ref) {
	for _, it := range listed.All(evidence.KindTicket) {
		if it.Ref != listed.Sample.Ref {
			refs = append(refs, it.Ref)
		}
	}
	return refs
}

// complete takes from the lists what nobody has collected: an offline run knows
// of most changes no more than that.
func complete(c *evidence.Change, listed evidence.Change) {
	for _, it := range listed.Items {
		if _, ok := c.Find(it.Ref); ok {
			continue
		}
		c.Items = append(c.Items, it)
		c.Gaps = slices.DeleteFunc(c.Gaps, func(g evidence.Gap) bool {
			return g.Ref == it.Ref && g.Part == "" && g.Reason == evidence.NotAsked
		})
	}
	slices.SortStableFunc(c.Items, func(a, b evidence.Item) int { return a.Ref.Compare(b.Ref) })
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
