package run

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
	"github.com/tickmark-dev/tickmark/internal/ledger"
)

// Filter says which changes a query is about.
type Filter = ledger.Filter

// Component gives what tells whether a component is one that a filter's
// pattern means.
func Component(pattern string) (func(string) bool, error) { return ledger.Component(pattern) }

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

// Basis says of what population an answer is: how many changes it has, and its
// first and last day with their zone.
func (r *Run) Basis(ctx context.Context) (size int, days string, err error) {
	l, err := r.required(ctx)
	if err != nil {
		return 0, "", err
	}
	period, zone, err := l.Period()
	if err != nil {
		return 0, "", err
	}
	size, _, err = l.PopulationHash(ctx)
	return size, daysOf(period, zone) + ", " + zone.String(), err
}

// Warn logs, as warnings, why there may be more than an answer to f shows: the
// population is incomplete, which cut reports, f reaches beyond it, or it can
// tell no more.
func (r *Run) Warn(ctx context.Context, f Filter) (cut bool, err error) {
	l, err := r.required(ctx)
	if err != nil {
		return false, err
	}
	period, zone, err := l.Period()
	if err != nil {
		return false, err
	}
	notes, err := l.Notes(ctx)
	if err != nil {
		return false, err
	}
	for _, text := range append(beyond(f, period, zone, l.Scope()), notes...) {
		r.log.Warn(text)
	}
	var p evidence.Population
	if p.Datasets, err = l.Datasets(ctx); err != nil {
		return false, err
	}
	if p.Visible, err = l.Visible(ctx); err != nil {
		return false, err
	}
	n := len(p.Truncations())
	if n > 0 {
		r.log.Warn(fmt.Sprintf("the population is incomplete, so there may be more: %s, which `tickmark population` names", counted(n, "sign")+" of it"))
	}
	return n > 0, nil
}

// beyond says what of a question a population of that period and scope cannot
// answer: that it knows nothing of it does not mean that nothing happened.
func beyond(f Filter, period evidence.Period, zone *time.Location, scope ledger.Scope) []string {
	var all []string
	const unknown = "%s lies outside the period of the population (%s, %s): what reached production then is not known"
	if day, err := time.Parse(time.DateOnly, f.On); f.On != "" && err == nil && len(daysMeant(day, period, zone)) == 0 {
		all = append(all, fmt.Sprintf(unknown, f.On, daysOf(period, zone), zone))
	}
	first, last := f.Period.From, f.Period.To
	if !first.IsZero() && (first.Before(period.From) || !first.Before(period.To)) || !last.IsZero() && (last.After(period.To) || !last.After(period.From)) {
		part := "a part of the time that was asked for"
		if !first.IsZero() && !first.Before(period.To) || !last.IsZero() && !last.After(period.From) {
			part = "the time that was asked for"
		}
		all = append(all, fmt.Sprintf(unknown, part, daysOf(period, zone), zone))
	}
	if f.Repository != "" && !slices.ContainsFunc(scope.Repositories, func(x ledger.Repository) bool { return x.Name == f.Repository }) {
		var names []string
		for _, x := range scope.Repositories {
			names = append(names, x.Name)
		}
		all = append(all, fmt.Sprintf("%q is no repository of the population, so its changes are not known; there are %s", f.Repository, strings.Join(names, ", ")))
	}
	return all
}

func counted(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return fmt.Sprintf("%d %ss", n, word)
}
