package ledger

import (
	"context"
	"iter"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// Branches gives the branches that the pull requests of changes were merged
// into, as refs of their rules, in order.
func (l *Ledger) Branches(ctx context.Context) iter.Seq2[evidence.Ref, error] {
	return rows(ctx, l, `SELECT DISTINCT s.system, s.name || ':' || p.base FROM change_records x
		JOIN pull_requests p ON p.record = x.record JOIN repositories s ON s.id = p.repository
		WHERE p.merged IS NOT NULL AND p.base <> '' ORDER BY 1, 2`, nil, func(s scan) (evidence.Ref, error) {
		ref := evidence.Ref{Kind: evidence.KindBranchRules}
		return ref, s(&ref.System, &ref.ID)
	})
}
