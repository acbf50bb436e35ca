package run

import (
	"context"
	"errors"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/tickmark-dev/tickmark/internal/evidence"
	"github.com/tickmark-dev/tickmark/internal/ledger"
)

// readRules asks for the rules of all branches that changes were merged into,
// and for what became of them, before anything is said to be as of a time: what
// was read later would make that time another one.
func (r *Run) readRules(ctx context.Context, l *ledger.Ledger) error {
	if l == nil {
		return nil
	}
	r.progress.Stage("Reading the rules of branches", 0)
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(collecting)
	for ref, err := range l.Branches(ctx) {
		if err != nil {
			return errors.Join(err, group.Wait())
		}
		for _, kind := range ruleKinds() {
			group.Go(func() error {
				of := evidence.Ref{Kind: kind, System: ref.System, ID: ref.ID}
				r.engine.Record(ctx, of) // what is missing of it is a gap where it is asked for
				return nil
			})
		}
	}
	return group.Wait()
}

// ruleKinds are the records that tell of a branch's rules.
func ruleKinds() []evidence.Kind {
	return []evidence.Kind{evidence.KindBranchRules, evidence.KindRuleHistory}
}

// withRules gives a change as it is tested from lists: with the rules of the
// branches that its pull requests were merged into, and what became of them.
// No list holds these, they are the same for all changes of a branch, and each
// is asked for once a run. The change itself stays as it is, since what
// is shared must not be cleaned or kept with each.
func (r *Run) withRules(ctx context.Context, c evidence.Change) evidence.Change {
	items, gaps := slices.Clone(c.Items), slices.Clone(c.Gaps)
	for _, it := range c.Items {
		pr := it.PullRequest
		if pr == nil || pr.Merged.IsZero() || pr.Base.Ref == "" {
			continue
		}
		for _, kind := range ruleKinds() {
			ref := evidence.Ref{Kind: kind, System: it.Ref.System, ID: pr.Repository + ":" + pr.Base.Ref}
			if slices.ContainsFunc(items, func(o evidence.Item) bool { return o.Ref == ref }) {
				continue
			}
			found, lost := r.engine.Record(ctx, ref)
			items, gaps = append(items, found...), append(gaps, lost...)
		}
	}
	slices.SortStableFunc(items, func(a, b evidence.Item) int { return a.Ref.Compare(b.Ref) })
	c.Items, c.Gaps = items, gaps
	return c
}
