package ledger

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// row is one change before it is judged.
type row struct {
	id         string
	kind       evidence.Kind
	system     string
	name       string // of the record that it is collected from
	repository string
	title, url string
	why        string // set where the change is none whatever its time
	deployed   moment
	dayOnly    bool
	before     bool // in production before the first deployment that is listed
	env, dep   string
	sha        string
	merged     moment
}

// The edges of the period.
const (
	EdgeMergedBefore  = "merged before the period, deployed inside"
	EdgeDeployedAfter = "merged inside the period, deployed after"
	EdgeNotDeployed   = "merged inside the period, not deployed"
)

// judge says whether a change is in the population, and why.
func (ld *Load) judge(r *row) (in bool, why, edge string) {
	p := ld.about.Period
	mergedInside := !r.merged.IsZero() && p.Contains(r.merged.Time)
	at := ld.local(r.deployed.Time, r.dayOnly)
	switch {
	case r.why != "":
		return false, r.why, ""
	case r.before:
		return false, "reached production before the first deployment that is listed", ""
	case r.deployed.IsZero():
		if mergedInside {
			edge = EdgeNotDeployed
		}
		return false, "no successful production deployment contains it", edge
	case at.Before(p.From):
		return false, "first deployed before the period", ""
	case !at.Before(p.To):
		if mergedInside {
			edge = EdgeDeployedAfter
		}
		return false, "first deployed after the period", edge
	}
	if !r.merged.IsZero() && r.merged.Before(p.From) {
		edge = EdgeMergedBefore
	}
	if r.kind == evidence.KindTicket {
		return true, "the ticket says that it went live inside the period", edge
	}
	return true, "first deployed inside the period", edge
}

// local gives the time in the zone in which days are counted. A day alone is
// the same day in every zone.
func (ld *Load) local(t time.Time, dayOnly bool) time.Time {
	if dayOnly {
		y, m, d := t.UTC().Date()
		return time.Date(y, m, d, 0, 0, 0, 0, ld.zone)
	}
	return t.In(ld.zone)
}

func (ld *Load) add(r *row) int64 {
	in, why, edge := ld.judge(r)
	day, month, mergedMonth := "", "", ""
	if !r.deployed.IsZero() {
		at := ld.local(r.deployed.Time, r.dayOnly)
		day, month = at.Format(time.DateOnly), at.Format("2006-01")
	}
	if !r.merged.IsZero() {
		mergedMonth = r.merged.In(ld.zone).Format("2006-01")
	}
	return ld.w.insert(`INSERT INTO changes (change, kind, system, repository, title, url, population, why, edge, reached, record_name, t_dep, t_dep_day_only, day, month,
			environment, deployment, merge_sha, merged, merged_month) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		r.id, r.kind, r.system, r.repository, r.title, r.url, in, why, edge, r.before || !r.deployed.IsZero(), r.name, when(r.deployed.Time), r.dayOnly, day, month,
		r.env, r.dep, r.sha, when(r.merged.Time), mergedMonth)
}

func (ld *Load) part(change, record int64, role string) {
	ld.w.do(`INSERT INTO change_records (change, record, role) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`, change, record, role)
}

// reach adds what the landing of a change says: the commit, its deployment and
// the run that carried that out.
type reach struct {
	sha        string
	before     bool
	deployment int64 // 0: none
	dep, env   string
	succeeded  moment
	buildSys   string
	build      string
}

const reachColumns = ` coalesce(d.record, 0), coalesce(dr.name, ''), coalesce(d.environment, ''), d.succeeded, coalesce(d.build_system, ''), coalesce(d.build, '')`

func (x *reach) dest() []any {
	return []any{&x.sha, &x.before, &x.deployment, &x.dep, &x.env, &x.succeeded, &x.buildSys, &x.build}
}

func (x *reach) into(r *row) {
	r.before, r.env, r.dep, r.deployed = x.before, x.env, x.dep, x.succeeded
	r.sha = cmp.Or(r.sha, x.sha)
}

func (ld *Load) delivered(change int64, x *reach) {
	if x.deployment == 0 {
		return
	}
	ld.part(change, x.deployment, "deployment")
	var build int64
	if x.build != "" && ld.w.one(`SELECT id FROM records WHERE kind = 'build' AND system = ? AND name = ?`, []any{x.buildSys, x.build}, &build) {
		ld.part(change, build, "build")
	}
}

// pullRequestChanges makes a change of every merged pull request, also of
// those that did not reach production.
func (ld *Load) pullRequestChanges() {
	ld.w.each(`SELECT p.record, p.repository, r.system, r.name, g.name, r.title, r.url, p.base, g.branch, p.merged, p.merge_sha
		FROM pull_requests p JOIN records r ON r.id = p.record JOIN repositories g ON g.id = p.repository
		WHERE p.state = 'merged' AND p.owner = p.record`, nil, func(s scan) error {
		r := row{kind: evidence.KindPullRequest}
		var record, repo int64
		var base, branch string
		if err := s(&record, &repo, &r.system, &r.name, &r.repository, &r.title, &r.url, &base, &branch, &r.merged, &r.sha); err != nil {
			return err
		}
		r.id = r.name
		var x reach
		found := ld.w.one(`SELECT y.sha, coalesce(l.before, 0),`+reachColumns+`
			FROM landed y LEFT JOIN line l ON l.repository = y.repository AND l.sha = y.sha LEFT JOIN beside b ON b.repository = y.repository AND b.sha = y.sha
			LEFT JOIN deployments d ON d.record = coalesce(l.deployment, b.deployment) LEFT JOIN records dr ON dr.id = d.record
			WHERE y.pull = ? ORDER BY y.sha = ? DESC, l.pos DESC, y.sha LIMIT 1`, []any{record, r.sha}, x.dest()...)
		if found {
			x.into(&r)
			if r.merged.IsZero() { // a source without merge times: the landed commit's own date
				ld.w.one(`SELECT committed FROM commits WHERE repository = ? AND sha = ?`, []any{repo, x.sha}, &r.merged)
			}
		} else {
			r.why = ld.elsewhere(record, repo, base, branch, r.sha)
		}
		id := ld.add(&r)
		ld.pullRequestParts(id, record)
		ld.delivered(id, &x)
		return nil
	})
}

// elsewhere says why a merged pull request is not on the deployed branch.
func (ld *Load) elsewhere(record, repo int64, base, branch, sha string) string {
	var by string
	if sha != "" && ld.w.one(`SELECT r.name FROM pull_request_commits k JOIN pull_requests p ON p.record = k.record AND p.repository = ? AND p.state = 'merged'
			JOIN records r ON r.id = p.record WHERE k.sha = ? AND k.record <> ? ORDER BY p.number LIMIT 1`, []any{repo, sha, record}, &by) {
		return fmt.Sprintf("merged into %s, and brought on by %s", base, by)
	}
	if base != "" && branch != "" && base != branch {
		return fmt.Sprintf("merged into %s, which is not the deployed branch", base)
	}
	return "its merge commit is not among the listed commits of the deployed branch"
}

func (ld *Load) pullRequestParts(id, owner int64) {
	ld.w.do(`INSERT INTO change_records (change, record, role) SELECT ?, record, 'pull request' FROM pull_requests WHERE record = ?
		UNION ALL SELECT ?, q.record, 'pull request' FROM pull_requests p JOIN pull_requests q ON q.repository = p.repository AND q.merge_sha = p.merge_sha
		WHERE p.record = ? AND q.owner = p.record AND q.record <> p.record AND p.merge_sha <> ''`, id, owner, id, owner)
	ld.w.do(`INSERT INTO change_pull_requests (change, name) SELECT DISTINCT c.change, r.name FROM change_records c JOIN records r ON r.id = c.record WHERE c.change = ? AND c.role = 'pull request'`, id)
	ld.w.do(`INSERT OR IGNORE INTO change_records (change, record, role) SELECT ?, c.record, 'commit'
		FROM landed y JOIN commits c ON c.repository = y.repository AND c.sha = y.sha WHERE y.pull = ?`, id, owner)
	ld.w.do(`INSERT OR IGNORE INTO change_commits (change, sha) SELECT ?, sha FROM landed WHERE pull = ?`, id, owner)
}

// unlistedChanges makes a change of every pull request that the source names
// for a commit and that no list holds.
func (ld *Load) unlistedChanges() {
	ld.w.each(`SELECT DISTINCT y.repository, g.name, y.system, y.name FROM landed y JOIN repositories g ON g.id = y.repository WHERE y.pull IS NULL`, nil, func(s scan) error {
		r := row{kind: evidence.KindPullRequest}
		var repo int64
		if err := s(&repo, &r.repository, &r.system, &r.name); err != nil {
			return err
		}
		r.id = r.name
		var x reach
		ld.w.one(`SELECT y.sha, coalesce(l.before, 0),`+reachColumns+`
			FROM landed y LEFT JOIN line l ON l.repository = y.repository AND l.sha = y.sha LEFT JOIN beside b ON b.repository = y.repository AND b.sha = y.sha
			LEFT JOIN deployments d ON d.record = coalesce(l.deployment, b.deployment) LEFT JOIN records dr ON dr.id = d.record
			WHERE y.pull IS NULL AND y.repository = ? AND y.system = ? AND y.name = ? ORDER BY l.pos DESC, y.sha LIMIT 1`, []any{repo, r.system, r.name}, x.dest()...)
		x.into(&r)
		ld.w.one(`SELECT c.committed, q.title FROM commits c JOIN records q ON q.id = c.record WHERE c.repository = ? AND c.sha = ?`, []any{repo, x.sha}, &r.merged, &r.title)
		id := ld.add(&r)
		ld.w.do(`INSERT INTO change_pull_requests (change, name) VALUES (?, ?)`, id, r.name)
		ld.w.do(`INSERT OR IGNORE INTO change_records (change, record, role) SELECT ?, c.record, 'commit' FROM landed y JOIN commits c ON c.repository = y.repository AND c.sha = y.sha
			WHERE y.pull IS NULL AND y.repository = ? AND y.system = ? AND y.name = ?`, id, repo, r.system, r.name)
		ld.w.do(`INSERT OR IGNORE INTO change_commits (change, sha) SELECT ?, sha FROM landed WHERE pull IS NULL AND repository = ? AND system = ? AND name = ?`, id, repo, r.system, r.name)
		ld.delivered(id, &x)
		return nil
	})
}

// commitChanges makes a change of every commit of the line that no pull
// request brought.
func (ld *Load) commitChanges() {
	ld.directChanges(`SELECT g.system, g.name, coalesce(c.record, 0), coalesce(q.title, ''), coalesce(q.url, ''), c.committed, l.sha, l.before,` + reachColumns + `
		FROM line l JOIN repositories g ON g.id = l.repository
		LEFT JOIN commits c ON c.repository = l.repository AND c.sha = l.sha LEFT JOIN records q ON q.id = c.record
		LEFT JOIN deployments d ON d.record = l.deployment LEFT JOIN records dr ON dr.id = d.record
		WHERE NOT EXISTS (SELECT 1 FROM landed y WHERE y.repository = l.repository AND y.sha = l.sha)`)
}

// besideChanges makes a change of every commit that was deployed beside the
// branch and that no pull request brought. Nothing may be known of it but that
// it was deployed.
func (ld *Load) besideChanges() {
	ld.directChanges(`SELECT g.system, g.name, coalesce(c.record, 0), coalesce(q.title, ''), coalesce(q.url, ''), c.committed, b.sha, 0,` + reachColumns + `
		FROM beside b JOIN repositories g ON g.id = b.repository
		LEFT JOIN commits c ON c.repository = b.repository AND c.sha = b.sha LEFT JOIN records q ON q.id = c.record
		LEFT JOIN deployments d ON d.record = b.deployment LEFT JOIN records dr ON dr.id = d.record
		WHERE NOT EXISTS (SELECT 1 FROM landed y WHERE y.repository = b.repository AND y.sha = b.sha)`)
}

func (ld *Load) directChanges(query string) {
	ld.w.each(query, nil, func(s scan) error {
		r := row{kind: evidence.KindCommit}
		var record int64
		var x reach
		if err := s(append([]any{&r.system, &r.repository, &record, &r.title, &r.url, &r.merged}, x.dest()...)...); err != nil {
			return err
		}
		x.into(&r)
		r.id = r.repository + "@" + r.sha
		r.name = r.id
		id := ld.add(&r)
		if record != 0 {
			ld.part(id, record, "commit")
		}
		ld.w.do(`INSERT INTO change_commits (change, sha) VALUES (?, ?) ON CONFLICT DO NOTHING`, id, r.sha)
		ld.delivered(id, &x)
		return nil
	})
}

// undone are Jira's own resolutions for what was not carried out. A ticket
// that was closed with one brought nothing to production.
// https://confluence.atlassian.com/adminjiraserver/defining-resolution-field-values-938847099.html
func undone(resolution string) bool {
	switch strings.ToLower(strings.ReplaceAll(resolution, "’", "'")) {
	case "won't do", "won't fix", "duplicate", "cannot reproduce", "declined", "canceled", "cancelled", "rejected", "invalid", "not a bug", "abandoned":
		return true
	}
	return false
}

// ticketChanges makes a change of every ticket that says it went live and that
// no change of code which reached production answers.
func (ld *Load) ticketChanges() {
	ld.w.each(`SELECT t.record, r.system, r.name, t.key, r.title, r.url, t.deployed, t.deployed_day, t.resolution
		FROM tickets t JOIN records r ON r.id = t.record WHERE t.deployed IS NOT NULL AND NOT EXISTS (
		  SELECT 1 FROM change_tickets x JOIN changes c ON c.id = x.change WHERE x.record = t.record AND c.kind <> 'ticket' AND c.reached)`, nil, func(s scan) error {
		r := row{kind: evidence.KindTicket}
		var record int64
		var resolution string
		if err := s(&record, &r.system, &r.name, &r.id, &r.title, &r.url, &r.deployed, &r.dayOnly, &resolution); err != nil {
			return err
		}
		r.id = cmp.Or(r.id, r.name)
		if undone(resolution) {
			r.why = fmt.Sprintf("closed with the resolution %q: nothing was carried out", resolution)
		}
		id := ld.add(&r)
		ld.part(id, record, "ticket")
		ld.w.do(`INSERT INTO change_tickets (change, key, place, record) VALUES (?, ?, 'the ticket itself', ?)`, id, r.id, record)
		return nil
	})
}

// linkTickets ties changes to the tickets that their records name, and to
// those that point at their pull requests.
func (ld *Load) linkTickets() {
	ld.w.do(`INSERT OR IGNORE INTO change_tickets (change, key, place, record)
		SELECT x.change, coalesce(nullif(t.key, ''), n.key), min(n.place), min(t.record)
		FROM change_records x JOIN named_tickets n ON n.record = x.record
		LEFT JOIN ticket_keys k ON k.key = n.key LEFT JOIN tickets t ON t.record = k.record
		WHERE x.role IN ('pull request', 'commit') AND (n.place <> 'closing words' OR t.record IS NOT NULL)
		GROUP BY 1, 2`)
	ld.w.do(`INSERT OR IGNORE INTO change_tickets (change, key, place, record)
		SELECT x.change, coalesce(nullif(t.key, ''), r.name), 'link of the ticket', min(t.record)
		FROM ticket_links k JOIN pull_requests p ON p.link = k.link AND p.link <> '' JOIN change_records x ON x.record = p.record AND x.role = 'pull request'
		JOIN tickets t ON t.record = k.record JOIN records r ON r.id = t.record
		GROUP BY 1, 2`)
	ld.w.do(`INSERT OR IGNORE INTO change_records (change, record, role) SELECT change, record, 'ticket' FROM change_tickets WHERE record IS NOT NULL`)
}
