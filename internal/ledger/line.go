package ledger

// lines puts the commits of each repository's deployed branch in order: by
// first parents from the newest, which has place 0, to the oldest, whose place
// is the lowest. Dates play no part in it: anyone can set a commit's dates.
func (ld *Load) lines() {
	type repo struct {
		id                   int64
		system, name, branch string
	}
	var all []repo
	ld.w.each(`SELECT id, system, name, branch FROM repositories ORDER BY system, name`, nil, func(s scan) error {
		var r repo
		err := s(&r.id, &r.system, &r.name, &r.branch)
		all = append(all, r)
		return err
	})
	for _, r := range all {
		branch, ok := ld.markedBranch(r.id, r.name, r.branch)
		if !ok {
			ld.inferLine(r.id, r.name)
			continue
		}
		ld.w.do(`UPDATE repositories SET branch = ? WHERE id = ?`, branch, r.id)
		ld.markedLine(r.id, r.name, branch)
	}
}

// markedBranch gives the branch whose line the lister walked.
func (ld *Load) markedBranch(repo int64, name, configured string) (string, bool) {
	var branch string
	found := ld.w.one(`SELECT branch FROM commits WHERE repository = ? AND branch <> '' GROUP BY branch ORDER BY branch = ? DESC, count(*) DESC, branch LIMIT 1`,
		[]any{repo, configured}, &branch)
	if found && configured != "" && branch != configured {
		ld.note("%s: the configured branch %s has no listed commits; the first-parent line is that of %s", name, configured, branch)
	}
	return branch, found
}

func (ld *Load) markedLine(repo int64, name, branch string) {
	var count int64
	ld.w.one(`SELECT count(*) FROM commits WHERE repository = ? AND branch = ?`, []any{repo, branch}, &count)
	var tips []string
	ld.w.each(`SELECT c.sha FROM commits c WHERE c.repository = ? AND c.branch = ? AND NOT EXISTS (
			SELECT 1 FROM parents p CROSS JOIN commits k ON k.repository = p.repository AND k.sha = p.sha AND k.branch = c.branch
			WHERE p.repository = c.repository AND p.parent = c.sha AND p.n = 0)
		ORDER BY c.committed DESC, c.sha LIMIT 10000`, []any{repo, branch}, func(s scan) error {
		var sha string
		err := s(&sha)
		tips = append(tips, sha)
		return err
	})
	placed := int64(0)
	for _, tip := range tips {
		placed += ld.w.do(`INSERT OR IGNORE INTO line (repository, pos, sha)
			WITH RECURSIVE walk (sha, pos) AS (
			  VALUES (?2, ?3)
			  UNION ALL
			  SELECT p.parent, walk.pos - 1 FROM walk
			  CROSS JOIN parents p ON p.repository = ?1 AND p.sha = walk.sha AND p.n = 0
			  CROSS JOIN commits c ON c.repository = p.repository AND c.sha = p.parent AND c.branch = ?4
			  WHERE walk.pos > ?5 AND NOT EXISTS (SELECT 1 FROM line l WHERE l.repository = ?1 AND l.sha = p.parent))
			SELECT ?1, pos, sha FROM walk`, repo, tip, -placed, branch, -count)
	}
	if len(tips) > 1 {
		ld.note("%s: the first-parent line of %s is broken in %d places, since commits between are not listed; what was deployed there may be counted with a later deployment", name, branch, len(tips)-1)
	}
	if placed < count {
		ld.note("%s: %d of %d commits of %s could not be placed on its first-parent line, since their parents form a circle", name, count-placed, count, branch)
	}
}

// inferLine takes the longest first-parent line among the listed commits
// where no lister said of which branch they are.
func (ld *Load) inferLine(repo int64, name string) {
	const walk = `WITH RECURSIVE walk (sha, pos) AS (
		  VALUES (?2, 0)
		  UNION ALL
		  SELECT p.parent, walk.pos - 1 FROM walk
		  CROSS JOIN parents p ON p.repository = ?1 AND p.sha = walk.sha AND p.n = 0
		  CROSS JOIN commits c ON c.repository = p.repository AND c.sha = p.parent
		  CROSS JOIN records r ON r.id = c.record AND r.nested = 0
		  WHERE walk.pos > ?3)`
	var count int64
	ld.w.one(`SELECT count(*) FROM commits c JOIN records r ON r.id = c.record WHERE c.repository = ? AND r.nested = 0`, []any{repo}, &count)
	if count == 0 {
		return
	}
	var tips []string
	ld.w.each(`SELECT c.sha FROM commits c JOIN records r ON r.id = c.record WHERE c.repository = ? AND r.nested = 0 AND NOT EXISTS (
			SELECT 1 FROM parents p CROSS JOIN commits k ON k.repository = p.repository AND k.sha = p.sha CROSS JOIN records q ON q.id = k.record AND q.nested = 0
			WHERE p.repository = c.repository AND p.parent = c.sha AND p.n = 0)
		ORDER BY c.committed DESC, c.sha LIMIT 1000`, []any{repo}, func(s scan) error {
		var sha string
		err := s(&sha)
		tips = append(tips, sha)
		return err
	})
	best, longest := "", int64(0)
	for _, tip := range tips {
		var n int64
		ld.w.one(walk+`SELECT count(*) FROM walk`, []any{repo, tip, -count}, &n)
		if n > longest || n == longest && tip < best {
			best, longest = tip, n
		}
	}
	if best == "" {
		ld.note("%s: the parents of its %d listed commits form a circle, so that they have no order", name, count)
		return
	}
	ld.w.do(`INSERT OR IGNORE INTO line (repository, pos, sha) `+walk+` SELECT ?1, pos, sha FROM walk`, repo, best, -count)
	if longest < count {
		ld.note("%s: the source does not say which commits are of the deployed branch; the longest first-parent line was taken, with %d of %d listed commits", name, longest, count)
	}
}
