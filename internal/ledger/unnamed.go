package ledger

import (
	"context"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// Unnamed gives the listed tickets that were done and that no listed pull
// request or commit names, in order. Only their whole records can tell whether
// they point at a change themselves: what a list holds of a ticket has no
// links to other systems.
func (ld *Load) Unnamed(ctx context.Context) ([]evidence.Ref, error) {
	var refs []evidence.Ref
	ld.w.each(`SELECT r.system, r.name FROM tickets t JOIN records r ON r.id = t.record
		WHERE (t.deployed IS NOT NULL OR t.resolved IS NOT NULL)
		AND NOT EXISTS (SELECT 1 FROM named_tickets n JOIN ticket_keys k ON k.key = n.key WHERE k.record = t.record)
		ORDER BY r.system, r.name`, nil, func(s scan) error {
		ref := evidence.Ref{Kind: evidence.KindTicket}
		if err := s(&ref.System, &ref.ID); err != nil {
			return err
		}
		refs = append(refs, ref)
		return ctx.Err()
	})
	return refs, ld.failed()
}
