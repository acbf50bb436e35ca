package ledger

// The kinds of orphans: records without their counterpart in another system.
const (
	CommitWithoutPullRequest     = "commit without pull request"
	PullRequestWithoutCommit     = "pull request without commit on the branch"
	PullRequestNotListed         = "pull request not listed"
	PullRequestNotDeployed       = "pull request not deployed"
	PullRequestWithoutTicket     = "pull request without ticket"
	CommitNotDeployed            = "commit not deployed"
	CommitWithoutTicket          = "commit without ticket"
	DeploymentWithoutPullRequest = "deployment without pull request"
	DeploymentOfUnknownCommit    = "deployment of an unknown commit"
	TicketNotListed              = "named ticket not listed"
	TicketOnly                   = "ticket without pull request"
	TicketWithoutDeployment      = "ticket done without deployment"
	TicketUndone                 = "ticket closed undone"
)

// orphans lists what has no counterpart, as far as it concerns the period: of
// changes in the population, and of records whose own time lies inside it.
func (ld *Load) orphans() {
	from, to := when(ld.about.Period.From), when(ld.about.Period.To)
	const into = `INSERT OR IGNORE INTO orphans (kind, record_kind, system, name, change, at, detail) `
	list := func(kind, recordKind, query string) {
		ld.w.do(into+`SELECT '`+kind+`', '`+recordKind+`', system, name, change, at, detail FROM (`+query+`)
			WHERE population OR at >= ?1 AND at < ?2`, from, to)
	}
	const change = `SELECT c.system, c.record_name AS name, c.change, c.merged AS at, c.population, `
	list(CommitWithoutPullRequest, "commit", change+`c.title AS detail FROM changes c WHERE c.kind = 'commit'
		AND EXISTS (SELECT 1 FROM change_records x WHERE x.change = c.id AND x.role = 'commit')`)
	list(PullRequestWithoutCommit, "pull_request", change+`c.why AS detail FROM changes c WHERE c.kind = 'pull_request'
		AND NOT EXISTS (SELECT 1 FROM change_commits y WHERE y.change = c.id)`)
	list(PullRequestNotListed, "pull_request", change+`'the source names it for a commit, and no list holds it' AS detail FROM changes c
		WHERE c.kind = 'pull_request' AND NOT EXISTS (SELECT 1 FROM change_records x WHERE x.change = c.id AND x.role = 'pull request')`)
	list(PullRequestNotDeployed, "pull_request", change+`c.why AS detail FROM changes c WHERE c.kind = 'pull_request' AND NOT c.reached
		AND EXISTS (SELECT 1 FROM change_commits y WHERE y.change = c.id)`)
	list(CommitNotDeployed, "commit", change+`c.why AS detail FROM changes c WHERE c.kind = 'commit' AND NOT c.reached`)
	list(PullRequestWithoutTicket, "pull_request", change+`c.title AS detail FROM changes c WHERE c.kind = 'pull_request'
		AND EXISTS (SELECT 1 FROM change_commits y WHERE y.change = c.id)
		AND NOT EXISTS (SELECT 1 FROM change_tickets t WHERE t.change = c.id AND t.record IS NOT NULL)`)
	list(CommitWithoutTicket, "commit", change+`c.title AS detail FROM changes c WHERE c.kind = 'commit'
		AND NOT EXISTS (SELECT 1 FROM change_tickets t WHERE t.change = c.id AND t.record IS NOT NULL)`)
	// Of a project of which nothing was listed, nothing can be said to be missing.
	list(TicketNotListed, "ticket", `SELECT (SELECT min(r.system) FROM tickets k JOIN records r ON r.id = k.record
		  WHERE substr(k.key, 1, instr(k.key, '-')) = substr(t.key, 1, instr(t.key, '-'))) AS system, t.key AS name, c.change, c.merged AS at, c.population, 'named by ' || c.change AS detail
		FROM change_tickets t JOIN changes c ON c.id = t.change
		WHERE t.record IS NULL AND substr(t.key, 1, instr(t.key, '-')) IN (SELECT substr(k.key, 1, instr(k.key, '-')) FROM tickets k)`)
	list(DeploymentOfUnknownCommit, "deployment", `SELECT r.system, r.name, c.change, d.succeeded AS at, c.population, 'deployed ' || d.sha || ' to ' || d.environment AS detail
		FROM beside b JOIN deployments d ON d.record = b.deployment AND d.sha = b.sha JOIN records r ON r.id = d.record JOIN repositories g ON g.id = b.repository
		JOIN changes c ON c.change = g.name || '@' || b.sha AND c.system = g.system AND c.kind = 'commit'
		WHERE NOT EXISTS (SELECT 1 FROM commits k WHERE k.repository = b.repository AND k.sha = b.sha)`)
	list(DeploymentWithoutPullRequest, "deployment", `SELECT r.system, r.name, c.change, d.succeeded AS at, c.population, 'brought ' || c.change AS detail
		FROM changes c JOIN change_records x ON x.change = c.id AND x.role = 'deployment' JOIN deployments d ON d.record = x.record JOIN records r ON r.id = d.record
		WHERE c.kind = 'commit'`)
	ld.ticketOrphans(into, from, to)
}

func (ld *Load) ticketOrphans(into string, from, to any) {
	const tickets = ` FROM changes c JOIN change_records x ON x.change = c.id AND x.role = 'ticket' JOIN tickets t ON t.record = x.record
		WHERE c.kind = 'ticket' AND (c.population OR c.t_dep >= ?1 AND c.t_dep < ?2) AND `
	// A change of code that names the ticket and has not reached production.
	const waiting = `EXISTS (SELECT 1 FROM change_tickets y JOIN changes k ON k.id = y.change WHERE y.record = t.record AND k.kind <> 'ticket')`
	undone := `c.why LIKE 'closed with the resolution %'`
	list := func(kind, detail, where string) {
		ld.w.do(into+`SELECT '`+kind+`', 'ticket', c.system, c.record_name, c.change, c.t_dep, `+detail+tickets+where, from, to)
	}
	list(TicketUndone, `c.why`, undone)
	list(TicketWithoutDeployment, `t.basis`, `NOT (`+undone+`) AND (t.by_status OR `+waiting+`)`)
	list(TicketOnly, `t.basis`, `NOT (`+undone+`) AND NOT (t.by_status OR `+waiting+`)`)
}

// numbers explains the numbers of pull requests that are no merged pull request.
func (ld *Load) numbers() {
	const add = `INSERT INTO number_gaps (system, repository, first, last, explanation) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`
	var repo, last int64
	ld.w.each(`SELECT repository, system, name, number, max(what) FROM (
		  SELECT p.repository, g.system, g.name, p.number, CASE p.state WHEN 'merged' THEN '' WHEN 'closed' THEN 'closed without a merge' ELSE p.state END AS what
		  FROM pull_requests p JOIN repositories g ON g.id = p.repository
		  UNION ALL
		  SELECT g.id, g.system, g.name, CAST(substr(r.name, length(g.name) + 2) AS INTEGER), 'an issue'
		  FROM records r JOIN repositories g ON g.system = r.system AND substr(r.name, 1, length(g.name) + 1) = g.name || '#' WHERE r.kind = 'ticket'
		  UNION ALL
		  SELECT g.id, g.system, g.name, o.number, o.what FROM other_numbers o JOIN repositories g ON g.system = o.system AND g.name = o.repository
		  WHERE o.number BETWEEN (SELECT min(number) FROM pull_requests p WHERE p.repository = g.id) AND (SELECT max(number) FROM pull_requests p WHERE p.repository = g.id))
		GROUP BY repository, number ORDER BY repository, number`, nil, func(s scan) error {
		var id, number int64
		var system, name, what string
		if err := s(&id, &system, &name, &number, &what); err != nil {
			return err
		}
		if id == repo && number > last+1 {
			ld.w.do(add, system, name, last+1, number-1, "not listed: an issue, deleted, or not visible")
		}
		if what != "" {
			ld.w.do(add, system, name, number, number, what)
		}
		repo, last = id, number
		return nil
	})
}
