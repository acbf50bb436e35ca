package ledger

import (
	"cmp"
	"context"
	"slices"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// mostAttempts bounds the deployments without success that a change is given
// with. Where there were more it is not known how often it was tried.
const mostAttempts = 100

// containing is how a commit from a list names what it does not hold.
const containing = "deployments that contain the commit"

// waiting are deployments that were begun and hold commits of the line that no
// success has brought yet, in the order in which they were begun. Mostly the
// next success settles them all.
type waiting struct {
	begun []attempt
	lost  int64 // furthest place of those beyond the bound
}

type attempt struct{ record, pos int64 }

// settle forgets those of which all is in production.
func (w *waiting) settle(best int64) {
	w.begun = slices.DeleteFunc(w.begun, func(a attempt) bool { return a.pos <= best })
	if w.lost <= best {
		w.lost = nowhere
	}
}

// begun follows the beginning of a deployment, of which it is not known yet
// whether it will succeed.
func (ld *Load) begun(h *history, d *deployed) {
	pos, onLine := ld.place(h.repository, d.sha)
	if !onLine {
		pos, _ = ld.joins(h.repository, d.sha)
		ld.begunBeside(h.repository, d)
	}
	switch {
	case pos <= h.best:
	case len(h.begun) < mostAttempts:
		h.waiting.begun = append(h.waiting.begun, attempt{d.record, pos})
	default:
		h.lost = max(h.lost, pos)
	}
}

// begunBeside marks the commits beside the branch that a deployment of one of
// them holds and no success has brought yet.
func (ld *Load) begunBeside(repository int64, d *deployed) {
	ld.w.do(`INSERT OR IGNORE INTO begun_beside (repository, sha, deployment)
		WITH RECURSIVE walk (sha, n) AS (
		  SELECT ?2, 0 WHERE ?2 <> '' AND (SELECT count(*) FROM begun_beside b WHERE b.repository = ?1 AND b.sha = ?2) <= ?4
		    AND NOT EXISTS (SELECT 1 FROM beside b WHERE b.repository = ?1 AND b.sha = ?2)
		  UNION ALL
		  SELECT p.parent, walk.n + 1 FROM walk CROSS JOIN parents p ON p.repository = ?1 AND p.sha = walk.sha AND p.n = 0
		  WHERE walk.n < 10000
		    AND NOT EXISTS (SELECT 1 FROM line l WHERE l.repository = ?1 AND l.sha = p.parent)
		    AND NOT EXISTS (SELECT 1 FROM beside b WHERE b.repository = ?1 AND b.sha = p.parent)
		    AND EXISTS (SELECT 1 FROM commits c WHERE c.repository = ?1 AND c.sha = p.parent))
		SELECT ?1, sha, ?3 FROM walk`, repository, d.sha, d.record, mostAttempts)
}

// tried notes the deployments that held some of what this success brings, and
// were begun before it. A row without an attempt stands for those beyond the
// bound.
func (ld *Load) tried(h *history, deployment int64) {
	const add = `INSERT OR IGNORE INTO attempts (deployment, pos, attempt) VALUES (?, ?, ?)`
	for _, a := range h.waiting.begun {
		if a.record != deployment && a.pos > h.best { // the first success may move the best
			ld.w.do(add, deployment, a.pos, a.record)
		}
	}
	if h.lost > h.best {
		ld.w.do(add, deployment, h.lost, 0)
	}
}

// attempted adds the production deployments that hold a commit of the change
// and were begun before the one that brought it succeeded, those that failed
// among them, with the runs that carried them out. Where there are too many,
// the commit says that they were not read.
func (l *Ledger) attempted(ctx context.Context, c *evidence.Change, e evidence.Entry) error {
	type found struct{ sha, attempt, buildSystem, build string }
	known := map[string]bool{}
	for f, err := range rows(ctx, l, `WITH change (id, repository, deployment) AS (
		  SELECT c.id, g.id, d.id FROM changes c CROSS JOIN repositories g ON g.system = c.system AND g.name = c.repository
		  CROSS JOIN records d ON d.kind = 'deployment' AND d.system = ?4 AND d.name = ?5
		  WHERE c.change = ?1 AND c.kind = ?2 AND c.system = ?3),
		found (sha, attempt) AS (
		  SELECT y.sha, a.attempt FROM change c CROSS JOIN change_commits y ON y.change = c.id
		  CROSS JOIN line l ON l.repository = c.repository AND l.sha = y.sha AND l.deployment = c.deployment
		  CROSS JOIN attempts a ON a.deployment = c.deployment AND a.pos >= l.pos
		  UNION
		  SELECT y.sha, b.deployment FROM change c CROSS JOIN change_commits y ON y.change = c.id
		  CROSS JOIN beside s ON s.repository = c.repository AND s.sha = y.sha AND s.deployment = c.deployment
		  CROSS JOIN begun_beside b ON b.repository = c.repository AND b.sha = y.sha AND b.deployment <> c.deployment)
		SELECT f.sha, coalesce(r.name, ''), coalesce(d.build_system, ''), coalesce(d.build, '') FROM found f
		LEFT JOIN deployments d ON d.record = f.attempt LEFT JOIN records r ON r.id = f.attempt
		ORDER BY d.created, r.name, f.sha`, []any{e.ID, e.Kind, e.Ref.System, e.Deployment.System, e.Deployment.ID},
		func(s scan) (f found, err error) { return f, s(&f.sha, &f.attempt, &f.buildSystem, &f.build) }) {
		if err != nil {
			return err
		}
		i := slices.IndexFunc(c.Items, func(it evidence.Item) bool {
			return it.Commit != nil && it.Commit.SHA == f.sha && it.Commit.Repository == e.Repository
		})
		if i < 0 {
			continue // no list holds the commit
		}
		if f.attempt == "" || len(known) == mostAttempts && !known[f.attempt] {
			if !slices.Contains(c.Items[i].Unread, containing) {
				c.Items[i].Unread = append(c.Items[i].Unread, containing)
			}
			continue
		}
		ref := evidence.Ref{Kind: evidence.KindDeployment, System: e.Deployment.System, ID: f.attempt}
		c.Items[i].Commit.ContainedIn = append(c.Items[i].Commit.ContainedIn, evidence.Containment{Deployment: ref, Status: "ahead"})
		if !known[f.attempt] {
			known[f.attempt] = true
			if err := l.join(ctx, c, ref, evidence.Ref{Kind: evidence.KindBuild, System: f.buildSystem, ID: f.build}); err != nil {
				return err
			}
		}
	}
	return nil
}

// join adds records that the lists hold, each once.
func (l *Ledger) join(ctx context.Context, c *evidence.Change, refs ...evidence.Ref) error {
	for _, ref := range refs {
		if _, there := c.Find(ref); there {
			continue
		}
		it, ok, err := l.Item(ctx, ref)
		if err != nil {
			return err
		}
		if ok {
			c.Items = append(c.Items, it)
		}
	}
	return nil
}

// oldestFirst puts what is said of the deployments that contain a commit in order
// of their creation, and says which of them deployed that very commit.
func oldestFirst(c *evidence.Change) {
	at := map[evidence.Ref]*evidence.Deployment{}
	for _, it := range c.Items {
		if it.Deployment != nil {
			at[it.Ref] = it.Deployment
		}
	}
	for _, it := range c.Items {
		if it.Commit == nil {
			continue
		}
		in := it.Commit.ContainedIn
		for i := range in {
			if d := at[in[i].Deployment]; d != nil && d.SHA == it.Commit.SHA {
				in[i].Status = "identical"
			}
		}
		slices.SortStableFunc(in, func(a, b evidence.Containment) int {
			if x, y := at[a.Deployment], at[b.Deployment]; x != nil && y != nil {
				return cmp.Or(x.Created.Compare(y.Created), a.Deployment.Compare(b.Deployment))
			}
			return a.Deployment.Compare(b.Deployment)
		})
	}
}
