package ledger

import (
	"context"
	"slices"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// Assemble gives a change with the records that the lists hold of it: pull
// requests, commits, tickets, builds, the deployment that brought it and those
// that were begun with it before, and what CI said of heads and merges. Its
// items say themselves what a list does not tell (Item.Unread). That a
// deployment contains the commits is the ledger's own answer, by the branch's
// line; so is which changes name a ticket.
//
// The caller numbers the sample, and dates the change.
func (l *Ledger) Assemble(ctx context.Context, e evidence.Entry) (evidence.Change, error) {
	c := evidence.Change{Sample: evidence.Sample{Requested: e.ID, Label: e.ID, Ref: e.Ref}}
	for it, err := range rows(ctx, l, `SELECT r.item FROM changes c JOIN change_records x ON x.change = c.id JOIN records r ON r.id = x.record
		WHERE c.change = ? AND c.kind = ? AND c.system = ? ORDER BY r.kind, r.system, r.name`, []any{e.ID, e.Kind, e.Ref.System}, l.readItem) {
		if err == nil {
			err = l.together(ctx, &it)
		}
		if err != nil {
			return c, err
		}
		c.Items = append(c.Items, it)
	}
	if err := l.join(ctx, &c, checked(c.Items, e)...); err != nil {
		return c, err
	}
	if err := l.ticketsOf(ctx, &c, e); err != nil {
		return c, err
	}
	if !e.Deployment.IsZero() {
		contain(c.Items, e)
		if err := l.attempted(ctx, &c, e); err != nil {
			return c, err
		}
		oldestFirst(&c)
	}
	if err := l.shared(ctx, &c, e); err != nil {
		return c, err
	}
	slices.SortStableFunc(c.Items, func(a, b evidence.Item) int { return a.Ref.Compare(b.Ref) })
	return c, nil
}

// checked names what CI may have said something of: the heads of the pull
// requests, and what landed.
func checked(items []evidence.Item, e evidence.Entry) []evidence.Ref {
	var refs []evidence.Ref
	add := func(system, id string) {
		ref := evidence.Ref{Kind: evidence.KindChecks, System: system, ID: id}
		if !slices.Contains(refs, ref) {
			refs = append(refs, ref)
		}
	}
	for _, it := range items {
		if pr := it.PullRequest; pr != nil && pr.Head.SHA != "" {
			add(it.Ref.System, pr.Repository+"@"+pr.Head.SHA)
		}
	}
	for _, sha := range e.Commits {
		add(e.Ref.System, e.Repository+"@"+sha)
	}
	return refs
}

// contain says of each commit of the change that the deployment which brought
// it contains it.
func contain(items []evidence.Item, e evidence.Entry) {
	for i, it := range items {
		if it.Commit == nil || !slices.Contains(e.Commits, it.Commit.SHA) {
			continue
		}
		items[i].Unread = slices.DeleteFunc(it.Unread, func(part string) bool { return part == containing })
		it.Commit.ContainedIn = append(it.Commit.ContainedIn, evidence.Containment{Deployment: e.Deployment, Status: "ahead"})
	}
}

func (l *Ledger) readItem(s scan) (evidence.Item, error) {
	var packed []byte
	if err := s(&packed); err != nil {
		return evidence.Item{}, err
	}
	return l.unpack(packed)
}

// Owner gives the change that a record stands for: that is collected from it,
// or of which it is a part, as a second pull request that landed by the same
// commit, a commit that landed, a ticket by an older key. Ok is false where no
// change is known to have it, and where several do.
func (l *Ledger) Owner(ctx context.Context, ref evidence.Ref) (e evidence.Entry, ok bool, err error) {
	for e, err := range l.Changes(ctx, Filter{Ref: ref}) {
		return e, err == nil, err
	}
	var owners []evidence.Ref
	// A ticket that changes of code answer to names none of them.
	for owner, err := range rows(ctx, l, `SELECT c.kind, c.system, c.record_name FROM records r JOIN change_records x ON x.record = r.id JOIN changes c ON c.id = x.change
		  WHERE r.kind = ?1 AND r.system = ?2 AND r.name = ?3 AND (x.role = 'pull request' OR x.role = 'commit' OR x.role = 'ticket' AND c.kind = 'ticket')
		UNION SELECT c.kind, c.system, c.record_name FROM ticket_keys k JOIN change_records x ON x.record = k.record JOIN changes c ON c.id = x.change
		  WHERE ?1 = 'ticket' AND k.key = ?3 AND k.system = ?2 AND x.role = 'ticket' AND c.kind = 'ticket'
		LIMIT 2`, []any{ref.Kind, ref.System, ref.ID}, func(s scan) (o evidence.Ref, err error) { return o, s(&o.Kind, &o.System, &o.ID) }) {
		if err != nil {
			return evidence.Entry{}, false, err
		}
		owners = append(owners, owner)
	}
	if len(owners) != 1 {
		return evidence.Entry{}, false, nil
	}
	for e, err := range l.Changes(ctx, Filter{Ref: owners[0]}) {
		return e, err == nil, err
	}
	return evidence.Entry{}, false, nil
}

// ChangeOf gives the change that a commit of a system's repository belongs to:
// as one that landed, or as one of a pull request's own. Ok is false where no change
// is known to have it.
func (l *Ledger) ChangeOf(ctx context.Context, system, repository, sha string) (change string, ok bool, err error) {
	for id, err := range rows(ctx, l, `SELECT change FROM (
		  SELECT c.change, 0 AS n FROM change_commits x JOIN changes c ON c.id = x.change WHERE x.sha = ?2 AND c.repository = ?1 AND c.system = ?3
		  UNION ALL
		  SELECT c.change, 1 FROM pull_request_commits p JOIN change_records x ON x.record = p.record AND x.role = 'pull request' JOIN changes c ON c.id = x.change
		  WHERE p.sha = ?2 AND c.repository = ?1 AND c.system = ?3)
		ORDER BY n, change LIMIT 1`, []any{repository, sha, system}, func(s scan) (id string, err error) { return id, s(&id) }) {
		return id, err == nil, err
	}
	return "", false, nil
}
