package ledger

// landings ties the commits that could reach production, those of the line and
// those that were deployed beside it, to the pull requests that brought them:
// by the pull request's merge commit; else by the source's own word; else as
// the same commit rebased; else by the number in the message, where the pull
// request names no merge commit. What none of these ties was pushed directly.
func (ld *Load) landings() {
	ld.w.do(`INSERT OR IGNORE INTO landed (repository, sha, pull, system, name, basis)
		SELECT p.repository, p.merge_sha, p.record, r.system, r.name, 'merge commit'
		FROM pull_requests p JOIN records r ON r.id = p.record
		WHERE p.state = 'merged' AND p.merge_sha <> ''
		  AND (EXISTS (SELECT 1 FROM line l WHERE l.repository = p.repository AND l.sha = p.merge_sha)
		    OR EXISTS (SELECT 1 FROM beside b WHERE b.repository = p.repository AND b.sha = p.merge_sha))`)
	const places = `WITH place AS (
		  SELECT repository, sha, pos FROM line UNION ALL SELECT repository, sha, NULL FROM beside),
		open AS (
		  SELECT x.repository, x.sha, x.pos, c.record, c.print, c.number, g.branch FROM place x
		  CROSS JOIN commits c ON c.repository = x.repository AND c.sha = x.sha CROSS JOIN repositories g ON g.id = x.repository
		  WHERE NOT EXISTS (SELECT 1 FROM landed y WHERE y.repository = x.repository AND y.sha = x.sha)) `
	const into = `INSERT INTO landed (repository, sha, pull, system, name, basis) ` + places
	// The nearest merge at or after the commit is the one that brought it.
	const first = `row_number() OVER (PARTITION BY o.repository, o.sha ORDER BY coalesce(m.pos, 1), p.number) AS n`
	ld.w.do(into + `SELECT repository, sha, pull, system, name, 'the source says so' FROM (
		  SELECT o.repository, o.sha, p.record AS pull, r.system, r.name, ` + first + ` FROM open o
		  CROSS JOIN commit_pull_requests q ON q.record = o.record
		  CROSS JOIN records r ON r.kind = 'pull_request' AND r.system = q.system AND r.name = q.name
		  CROSS JOIN pull_requests p ON p.record = r.id AND p.repository = o.repository AND p.state = 'merged'
		  LEFT JOIN line m ON m.repository = p.repository AND m.sha = p.merge_sha
		  WHERE o.pos IS NULL OR m.pos >= o.pos OR p.merge_sha = '' AND p.base IN ('', o.branch)) WHERE n = 1`)
	ld.w.do(into + `SELECT repository, sha, pull, system, name, 'the same commit, rebased' FROM (
		  SELECT o.repository, o.sha, p.record AS pull, r.system, r.name, ` + first + ` FROM open o
		  CROSS JOIN pull_request_commits q ON q.print = o.print
		  CROSS JOIN pull_requests p ON p.record = q.record AND p.repository = o.repository AND p.state = 'merged'
		  CROSS JOIN records r ON r.id = p.record
		  CROSS JOIN line m ON m.repository = p.repository AND m.sha = p.merge_sha
		  WHERE m.pos > o.pos AND m.pos - o.pos < (SELECT count(*) FROM pull_request_commits k WHERE k.record = p.record)) WHERE n = 1`)
	ld.w.do(into + `SELECT repository, sha, pull, system, name, 'number in the message' FROM (
		  SELECT o.repository, o.sha, p.record AS pull, r.system, r.name, ` + first + ` FROM open o
		  CROSS JOIN pull_requests p ON p.repository = o.repository AND p.number = o.number AND p.state = 'merged' AND p.merge_sha = ''
		    AND p.base IN ('', o.branch)
		  CROSS JOIN records r ON r.id = p.record
		  LEFT JOIN line m ON m.repository = p.repository AND m.sha = p.merge_sha) WHERE n = 1`)
	// The source names a pull request that no list holds.
	ld.w.do(into + `SELECT o.repository, o.sha, NULL, q.system, min(q.name), 'the source says so' FROM open o
		CROSS JOIN commit_pull_requests q ON q.record = o.record
		WHERE NOT EXISTS (SELECT 1 FROM records r WHERE r.kind = 'pull_request' AND r.system = q.system AND r.name = q.name)
		GROUP BY o.repository, o.sha, q.system`)
}

// owners makes pull requests that landed by one and the same commit one
// change, which is called after the one to the deployed branch.
func (ld *Load) owners() {
	ld.w.do(`UPDATE pull_requests SET owner = record WHERE state = 'merged'`)
	ld.w.do(`UPDATE pull_requests SET owner = (
		  SELECT q.record FROM pull_requests q JOIN repositories g ON g.id = q.repository
		  WHERE q.repository = pull_requests.repository AND q.merge_sha = pull_requests.merge_sha AND q.state = 'merged'
		  ORDER BY q.base = g.branch DESC, q.number LIMIT 1)
		WHERE state = 'merged' AND merge_sha <> '' AND (SELECT count(*) FROM pull_requests q
		  WHERE q.repository = pull_requests.repository AND q.merge_sha = pull_requests.merge_sha AND q.state = 'merged') > 1`)
}
