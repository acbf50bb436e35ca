package run

import (
	"context"
	"slices"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

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
		for _, kind := range []evidence.Kind{evidence.KindBranchRules, evidence.KindRuleHistory} {
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
