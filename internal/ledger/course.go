package ledger

import (
	"math"
	"time"
)

// deployed is one production deployment on its way through the history.
type deployed struct {
	record               int64
	repository           int64
	repositoryName, name string
	environment, sha     string
	succeeded            moment
	rangeBase, status    string
}

// history is what production of one repository has seen so far.
type history struct {
	repository int64
	based      bool             // the first success was seen
	best       int64            // furthest place on the line that any production environment has reached
	live       map[string]place // by environment
	waiting                     // deployments that hold what is not in production yet
}

type place struct {
	sha string
	pos int64 // on the line, or where the commit's own history leaves it
}

const nowhere = math.MinInt64

// courses goes through the production deployments in the order in which they
// were created and succeeded, and marks what each brought first. A commit is
// brought by the first deployment that contains it, to whichever production
// environment; a deployment that goes back brings nothing.
func (ld *Load) courses() {
	var h *history
	ld.w.each(`SELECT e.success, d.record, d.repository, g.name, r.name, d.environment, d.sha, d.succeeded, d.range_base, d.range_status
		FROM (SELECT record, 0 AS success, coalesce(created, succeeded) AS at FROM deployments WHERE production
		  UNION ALL SELECT record, 1, succeeded FROM deployments WHERE production AND succeeded IS NOT NULL) e
		CROSS JOIN deployments d ON d.record = e.record JOIN records r ON r.id = d.record JOIN repositories g ON g.id = d.repository
		ORDER BY g.system, g.name, e.at, e.success, d.created, r.name`, nil, func(s scan) error {
		var d deployed
		var success bool
		if err := s(&success, &d.record, &d.repository, &d.repositoryName, &d.name, &d.environment, &d.sha, &d.succeeded, &d.rangeBase, &d.status); err != nil {
			return err
		}
		if h == nil || h.repository != d.repository {
			h = &history{repository: d.repository, best: nowhere, live: map[string]place{}, waiting: waiting{lost: nowhere}}
		}
		if !success {
			ld.begun(h, &d)
			return nil
		}
		if !h.based {
			h.based = true
			ld.baseline(h, &d)
		}
		course := ld.course(h, &d)
		ld.w.do(`UPDATE deployments SET course = ? WHERE record = ?`, course, d.record)
		return nil
	})
	ld.w.each(`SELECT g.name FROM repositories g WHERE EXISTS (SELECT 1 FROM line l WHERE l.repository = g.id)
		AND NOT EXISTS (SELECT 1 FROM deployments d WHERE d.repository = g.id AND d.production AND d.succeeded IS NOT NULL) ORDER BY g.system, g.name`, nil, func(s scan) error {
		var name string
		err := s(&name)
		ld.note("%s: no successful production deployment is listed, so none of its changes is known to have reached production", name)
		return err
	})
}

// baseline sets what production ran before the first deployment that is listed.
func (ld *Load) baseline(h *history, d *deployed) {
	if pos, ok := ld.place(h.repository, d.rangeBase); ok && d.rangeBase != d.sha {
		h.best = pos
		ld.w.do(`UPDATE line SET before = 1 WHERE repository = ? AND pos <= ?`, h.repository, pos)
		return
	}
	if !d.succeeded.Before(ld.about.Period.From) {
		ld.note("%s: no production deployment before the period is listed, so everything that %s of %s contains counts as brought by it",
			d.repositoryName, d.name, d.succeeded.Format(time.RFC3339))
	}
}

func (ld *Load) place(repository int64, sha string) (pos int64, ok bool) {
	if sha == "" {
		return 0, false
	}
	ok = ld.w.one(`SELECT pos FROM line WHERE repository = ? AND sha = ?`, []any{repository, sha}, &pos)
	return pos, ok
}

// course follows one deployment and gives what it was.
func (ld *Load) course(h *history, d *deployed) string {
	was, ran := h.live[d.environment]
	pos, onLine := ld.place(h.repository, d.sha)
	if !onLine {
		return ld.courseBeside(h, d, was, ran)
	}
	h.live[d.environment] = place{d.sha, pos}
	ld.bring(h, d.record, pos)
	switch {
	case !ran:
		return "first listed"
	case was.sha == d.sha:
		return "redeployment"
	case pos < was.pos:
		return "rollback"
	}
	return "forward"
}

// bring marks what lies between the furthest place so far and this one.
func (ld *Load) bring(h *history, deployment, pos int64) {
	if pos <= h.best {
		return
	}
	ld.w.do(`UPDATE line SET deployment = ? WHERE repository = ? AND pos > ? AND pos <= ?`, deployment, h.repository, h.best, pos)
	ld.tried(h, deployment)
	h.best = pos
	h.settle(pos)
}

// courseBeside follows the deployment of a commit that is not on the deployed
// branch: of a release branch, of a tag that was never merged, or of one that
// nobody listed. Its own first-parent line up to the branch is what it brings,
// beside what it contains of the branch itself.
func (ld *Load) courseBeside(h *history, d *deployed, was place, ran bool) string {
	if ran && was.sha == d.sha {
		return "redeployment"
	}
	joins, known := ld.joins(h.repository, d.sha)
	h.live[d.environment] = place{d.sha, joins}
	if !known && (d.status == "behind" || d.status == "identical") {
		return "rollback" // the source says so of a commit from before what is listed
	}
	ld.w.do(`INSERT OR IGNORE INTO beside (repository, sha, deployment)
		WITH RECURSIVE walk (sha, n) AS (
		  VALUES (?2, 0)
		  UNION ALL
		  SELECT p.parent, walk.n + 1 FROM walk CROSS JOIN parents p ON p.repository = ?1 AND p.sha = walk.sha AND p.n = 0
		  WHERE walk.n < 10000
		    AND NOT EXISTS (SELECT 1 FROM line l WHERE l.repository = ?1 AND l.sha = p.parent)
		    AND EXISTS (SELECT 1 FROM commits c WHERE c.repository = ?1 AND c.sha = p.parent))
		SELECT ?1, sha, ?3 FROM walk`, h.repository, d.sha, d.record)
	if known {
		ld.bring(h, d.record, joins)
	}
	if joins == nowhere {
		return "commit not on the branch"
	}
	return "beside the branch"
}

// joins gives the furthest place of the line that a commit beside it contains;
// known is false where the listed commits do not tell.
func (ld *Load) joins(repository int64, sha string) (pos int64, known bool) {
	var found any
	ld.w.one(`WITH RECURSIVE reach (sha) AS (
		  VALUES (?2)
		  UNION
		  SELECT p.parent FROM reach CROSS JOIN parents p ON p.repository = ?1 AND p.sha = reach.sha
		  WHERE NOT EXISTS (SELECT 1 FROM line l WHERE l.repository = ?1 AND l.sha = reach.sha))
		SELECT max(l.pos) FROM reach CROSS JOIN line l ON l.repository = ?1 AND l.sha = reach.sha`, []any{repository, sha}, &found)
	if n, ok := found.(int64); ok {
		return n, true
	}
	return nowhere, false
}
