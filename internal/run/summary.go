package run

import (
	"context"
	"iter"
	"slices"
	"strings"

	"github.com/tickmark-dev/tickmark/internal/evidence"
	"github.com/tickmark-dev/tickmark/internal/ledger"
)

// summary gives what documents say of the population, worked out once a run.
func (r *Run) summary(ctx context.Context, l *ledger.Ledger) (*evidence.Population, error) {
	if r.summed == nil {
		p, err := r.summarize(ctx, l)
		if err != nil {
			return nil, err
		}
		r.summed = p
	}
	return r.summed, nil
}

// summarize gives what documents say of a population.
func (r *Run) summarize(ctx context.Context, l *ledger.Ledger) (*evidence.Population, error) {
	period, zone, err := l.Period()
	if err != nil {
		return nil, err
	}
	p := &evidence.Population{Period: period, Zone: zone.String()}
	for _, read := range []func() error{
		func() (err error) { p.Size, p.SHA256, err = l.PopulationHash(ctx); return err },
		func() (err error) { p.Datasets, err = l.Datasets(ctx); return err },
		func() (err error) { p.Visible, err = l.Visible(ctx); return err },
		func() (err error) { p.Months, err = l.Months(ctx); return err },
		func() (err error) { p.Orphans, err = gathered(l.Orphans(ctx)); return err },
		func() (err error) { p.Releases, err = gathered(l.Deployments(ctx)); return err },
		func() (err error) { p.NumberGaps, err = gathered(l.NumberGaps(ctx)); return err },
		func() (err error) { p.Messages, err = l.Messages(ctx); return err },
		func() (err error) { p.Notes, err = l.Notes(ctx); return err },
		func() (err error) { p.Edges, err = gathered(l.Changes(ctx, ledger.Filter{OnEdge: true})); return err },
		func() (err error) { p.Expiring, err = r.expiring(ctx, l, zone); return err },
	} {
		if err := read(); err != nil {
			return nil, err
		}
	}
	slices.SortStableFunc(p.Edges, func(a, b evidence.Entry) int { return strings.Compare(a.Edge, b.Edge) })
	return p, nil
}

// gathered makes a slice of what the ledger gives one by one.
func gathered[T any](all iter.Seq2[T, error]) (out []T, err error) {
	for v, err := range all {
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, nil
}
