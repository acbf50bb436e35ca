package ledger

import (
	"context"
	"slices"
	"strings"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// mostSharers bounds the changes of a ticket that are named: a ticket of a
// release may stand for thousands, and each of them tells of the others.
const mostSharers = 20

// shareTickets notes which changes of code each ticket stands for: the pull
// requests that name it or to which it links, also those that are no changes of
// their own, and the commits that no pull request brought.
func (ld *Load) shareTickets() {
	ld.w.do(`INSERT INTO ticket_changes (record, kind, system, name, total)
		WITH named (record, kind, system, name) AS (
		  SELECT t.record, c.kind, c.system, c.record_name FROM change_tickets t JOIN changes c ON c.id = t.change WHERE t.record IS NOT NULL
		  UNION
		  SELECT k.record, r.kind, r.system, r.name FROM named_tickets n JOIN ticket_keys k ON k.key = n.key
		  JOIN pull_requests p ON p.record = n.record JOIN records r ON r.id = p.record
		  UNION
		  SELECT k.record, r.kind, r.system, r.name FROM ticket_links k JOIN pull_requests p ON p.link = k.link AND p.link <> '' JOIN records r ON r.id = p.record)
		SELECT record, kind, system, name, total FROM (SELECT *, count(*) OVER (PARTITION BY record) AS total,
		  row_number() OVER (PARTITION BY record ORDER BY system, name, kind) AS n FROM named) WHERE n <= ?`, mostSharers)
}

// ticketsOf adds to a change by ticket alone what its ticket is related to, as
// the incident that asked for it; and to tickets that were moved the key by
// which the change names them.
func (l *Ledger) ticketsOf(ctx context.Context, c *evidence.Change, e evidence.Entry) error {
	var related []evidence.Ref
	for i, it := range c.Items {
		t := it.Ticket
		switch {
		case t == nil:
		case it.Ref == e.Ref:
			for _, r := range t.Related {
				if r.Relation != "parent" && r.Relation != "sub-task" && len(related) < mostSharers {
					related = append(related, evidence.Ref{Kind: evidence.KindTicket, System: it.Ref.System, ID: r.Key})
				}
			}
		case t.Requested == "" && slices.ContainsFunc(t.History, func(h evidence.HistoryEntry) bool { return strings.EqualFold(h.Field, "key") }):
			for key, err := range rows(ctx, l, `SELECT n.key FROM changes c JOIN change_records x ON x.change = c.id JOIN named_tickets n ON n.record = x.record
				JOIN ticket_keys k ON k.key = n.key AND k.system = ?1 JOIN records r ON r.id = k.record AND r.kind = 'ticket' AND r.system = ?1 AND r.name = ?2
				WHERE c.change = ?3 AND c.kind = ?4 AND c.system = ?5 ORDER BY n.key = ?6 DESC, n.key LIMIT 1`, []any{it.Ref.System, it.Ref.ID, e.ID, e.Kind, e.Ref.System, t.Key},
				func(s scan) (key string, err error) { return key, s(&key) }) {
				if err != nil {
					return err
				}
				if !strings.EqualFold(key, t.Key) {
					c.Items[i].Ticket.Requested = key
				}
			}
		}
	}
	return l.join(ctx, c, related...)
}

// shared answers, for each ticket of the change, which changes name it, as far
// as the lists reach: they hold nothing that was merged before the population
// begins or after the period. Where there could be such, the answer says that it
// was not read.
func (l *Ledger) shared(ctx context.Context, c *evidence.Change, e evidence.Entry) error {
	for _, it := range c.All(evidence.KindTicket) {
		if it.Ticket == nil || it.Ref == e.Ref {
			continue
		}
		m := &evidence.Mention{Text: it.Ticket.Key, Query: "the pull requests and commits of the period's lists that name the ticket"}
		for f, err := range rows(ctx, l, `SELECT t.kind, t.system, t.name, t.total FROM records r JOIN ticket_changes t ON t.record = r.id
			WHERE r.kind = 'ticket' AND r.system = ? AND r.name = ? ORDER BY t.kind, t.system, t.name`, []any{it.Ref.System, it.Ref.ID},
			func(s scan) (f evidence.Ref, err error) { return f, s(&f.Kind, &f.System, &f.ID, &m.Total) }) {
			if err != nil {
				return err
			}
			m.Found = append(m.Found, f)
		}
		answer := evidence.Item{Ref: evidence.Ref{Kind: evidence.KindMention, System: e.Ref.System, ID: it.Ticket.Key}, Mention: m}
		if slices.Contains(l.about.Scope.Searched, e.Ref.System) && l.reachesOut(it) {
			answer.Unread = []string{"pull requests outside of the period"}
		}
		if _, there := c.Find(answer.Ref); !there {
			c.Items = append(c.Items, answer)
		}
	}
	return nil
}

// reachesOut reports whether a pull request that no list holds could name the
// ticket: it was there before the period began, or is not done and may have been
// named since the period ended.
func (l *Ledger) reachesOut(it evidence.Item) bool {
	t, p := it.Ticket, l.about.Period
	if t.Created.IsZero() || t.Created.Before(p.From) {
		return true
	}
	open := t.Resolved.IsZero() || !t.Resolved.Before(p.To)
	return open && retrieved(it) >= p.To.UTC().Format(stamp)
}
