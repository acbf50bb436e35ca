package run

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
	"github.com/tickmark-dev/tickmark/internal/ledger"
)

// expiring gives which evidence of the population its sources will delete, and
// when: counted from the day on which it came about, and grouped by month of
// deployment. It says nothing of what the vault already holds.
func (r *Run) expiring(ctx context.Context, l *ledger.Ledger, zone *time.Location) ([]evidence.Expiry, error) {
	type group struct{ system, what, scope, month string }
	groups := map[group]*evidence.Expiry{}
	now := r.session.AsOf()
	for e, err := range l.Changes(ctx, ledger.Filter{InPopulation: true}) {
		if err != nil {
			return nil, err
		}
		for _, p := range r.principals {
			for _, keep := range p.Retentions {
				from := r.begins(p.System, keep, e)
				if from.IsZero() {
					continue
				}
				g := group{p.System, keep.What, keep.Scope, from.In(zone).Format("2006-01")}
				x := groups[g]
				if x == nil {
					x = &evidence.Expiry{System: g.system, What: g.what, Scope: g.scope, Month: g.month, Assumed: keep.Assumed}
					groups[g] = x
				}
				x.Changes++
				ends := from.Add(keep.Keeps)
				if !ends.After(now) {
					x.Gone++
					continue
				}
				if x.First.IsZero() || ends.Before(x.First) {
					x.First = ends
				}
				if ends.After(x.Last) {
					x.Last = ends
				}
			}
		}
	}
	var all []evidence.Expiry
	for _, x := range groups {
		all = append(all, *x)
	}
	slices.SortFunc(all, func(a, b evidence.Expiry) int {
		if gone := a.First.IsZero(); gone != b.First.IsZero() { // nothing is left to hurry for
			if gone {
				return 1
			}
			return -1
		}
		return cmp.Or(a.First.Compare(b.First), cmp.Compare(a.System, b.System), cmp.Compare(a.What, b.What), cmp.Compare(a.Scope, b.Scope), cmp.Compare(a.Month, b.Month))
	})
	return all, nil
}

// begins gives the moment from which a source counts how long it keeps its
// evidence of a change; zero where it has none. What CI ran lies before the
// merge, and so goes first; a measurement is of the deployment.
func (r *Run) begins(system string, keep evidence.Retention, e evidence.Entry) time.Time {
	if keep.Scope != "" {
		if keep.Scope != e.Repository || system != e.Ref.System || e.Merged.IsZero() {
			return time.Time{}
		}
		return e.Merged
	}
	for _, s := range r.cfg.Services {
		for _, q := range s.Queries {
			if q.System == system && slices.Contains(s.Repositories, e.Repository) {
				return e.Deployed
			}
		}
	}
	return time.Time{}
}

// Expiring gives which evidence of the population the sources will delete, by
// what they said of their retention at a checkup; nothing where the population
// was not read.
func (r *Run) Expiring(ctx context.Context, checkups []Checkup) ([]evidence.Expiry, error) {
	l, err := r.population(ctx)
	if err != nil || l == nil {
		return nil, err
	}
	r.principals = nil
	for _, up := range checkups {
		if up.Err == nil {
			r.principals = append(r.principals, up.Principal)
		}
	}
	return r.expiring(ctx, l, r.cfg.Zone)
}
