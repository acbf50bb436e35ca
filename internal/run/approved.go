package run

import (
	"context"
	"sync"

	"github.com/tickmark-dev/tickmark/internal/control"
	"github.com/tickmark-dev/tickmark/internal/evidence"
	"github.com/tickmark-dev/tickmark/internal/ledger"
)

// approvals keeps what attribute E came to for changes of the population, by
// their names there, system by system: a deployment of many changes asks for each of them as
// often as it brought one. Samples are judged by their whole records, all other
// changes by what the lists hold of them. It may be used by several goroutines.
type approvals struct {
	mu    sync.Mutex
	known map[changeOf]evidence.Outcome
}

// changeOf is a change by its name in a system: two systems may have a repository
// of one name.
type changeOf struct{ system, change string }

func (a *approvals) get(change changeOf) (evidence.Outcome, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	outcome, ok := a.known[change]
	return outcome, ok
}

func (a *approvals) set(change changeOf, outcome evidence.Outcome) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.known == nil {
		a.known = map[changeOf]evidence.Outcome{}
	}
	a.known[change] = outcome
}

// approved says what attribute E came to for a change of the population; ok is
// false where the population does not hold it.
func (r *Run) approved(ctx context.Context, l *ledger.Ledger, change changeOf) (outcome evidence.Outcome, ok bool, err error) {
	if outcome, ok = r.approvals.get(change); ok {
		return outcome, true, nil
	}
	for e, err := range l.Changes(ctx, ledger.Filter{ID: change.change}) {
		if err != nil {
			return "", false, err
		}
		if e.Ref.System != change.system {
			continue
		}
		c, err := l.Assemble(ctx, e)
		if err != nil {
			return "", false, err
		}
		c.AsOf = r.session.AsOf()
		outcome, ok = control.Approved(&c, r.tests), true
	}
	if ok {
		r.approvals.set(change, outcome)
	}
	return outcome, ok, nil
}
