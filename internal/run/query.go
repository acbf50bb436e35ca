package run

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"github.com/tickmark-dev/tickmark/internal/evidence"
	"github.com/tickmark-dev/tickmark/internal/ledger"
)

// Filter says which changes a query is about.
type Filter = ledger.Filter

// Query gives the changes that a filter describes, from the newest reading of
// the population; no source is asked.
func (r *Run) Query(ctx context.Context, f Filter) (iter.Seq2[evidence.Entry, error], error) {
	l, err := r.required(ctx)
	if err != nil {
		return nil, err
	}
	return l.Changes(ctx, f), nil
}

// required gives the ledger, or says how to come by it.
func (r *Run) required(ctx context.Context) (*ledger.Ledger, error) {
	l, err := r.population(ctx)
	if err == nil && l == nil {
		err = &HintError{errors.New("the population was not read yet, so no change is known"), "run `tickmark population` first"}
	}
	return l, err
}

// Warn logs, as a warning, that the population is incomplete, where it is.
func (r *Run) Warn(ctx context.Context) error {
	l, err := r.required(ctx)
	if err != nil {
		return err
	}
	p, err := r.summary(ctx, l)
	if err != nil {
		return err
	}
	if n := len(p.Truncations()); n > 0 {
		r.log.Warn(fmt.Sprintf("the population is incomplete, so there may be more: %d signs of it, which `tickmark population` names", n))
	}
	return nil
}
