package ledger

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// Orphans gives the orphans of the period by kind, time and record.
func (l *Ledger) Orphans(ctx context.Context) iter.Seq2[evidence.Orphan, error] {
	return rows(ctx, l, `SELECT kind, record_kind, system, name, change, at, detail FROM orphans ORDER BY kind, at, name, system, detail`, nil, func(s scan) (o evidence.Orphan, err error) {
		var at moment
		err = s(&o.Kind, &o.Ref.Kind, &o.Ref.System, &o.Ref.ID, &o.Change, &at, &o.Detail)
		o.At = at.Time
		return o, err
	})
}

// Months counts by month, months without any among them.
func (l *Ledger) Months(ctx context.Context) ([]evidence.MonthCount, error) {
	period, zone, err := l.Period()
	if err != nil {
		return nil, err
	}
	known := map[string]evidence.MonthCount{}
	for m, err := range rows(ctx, l, `SELECT month, sum(n), sum(pr), sum(co), sum(ti), sum(merged) FROM (
		  SELECT month, count(*) AS n, sum(kind = 'pull_request') AS pr, sum(kind = 'commit') AS co, sum(kind = 'ticket') AS ti, 0 AS merged
		  FROM changes WHERE population GROUP BY month
		  UNION ALL
		  SELECT merged_month, 0, 0, 0, 0, count(*) FROM changes WHERE merged >= ? AND merged < ? GROUP BY merged_month)
		GROUP BY month`, []any{when(period.From), when(period.To)}, func(s scan) (m evidence.MonthCount, err error) {
		return m, s(&m.Month, &m.Changes, &m.PullRequests, &m.Commits, &m.Tickets, &m.Merged)
	}) {
		if err != nil {
			return nil, err
		}
		known[m.Month] = m
	}
	var out []evidence.MonthCount
	from := period.From.In(zone)
	for at := time.Date(from.Year(), from.Month(), 1, 0, 0, 0, 0, zone); at.Before(period.To); at = at.AddDate(0, 1, 0) {
		m := known[at.Format("2006-01")]
		m.Month = at.Format("2006-01")
		out = append(out, m)
	}
	return out, nil
}

// NumberGaps gives the gaps by repository and number.
func (l *Ledger) NumberGaps(ctx context.Context) iter.Seq2[evidence.NumberGap, error] {
	return rows(ctx, l, `SELECT system, repository, first, last, explanation FROM number_gaps ORDER BY system, repository, first`, nil, func(s scan) (g evidence.NumberGap, err error) {
		return g, s(&g.System, &g.Repository, &g.First, &g.Last, &g.Explanation)
	})
}

// Deployments gives the production deployments by repository and time.
func (l *Ledger) Deployments(ctx context.Context) iter.Seq2[evidence.Release, error] {
	return rows(ctx, l, `SELECT r.system, r.name, g.name, d.environment, d.sha, d.created, d.succeeded, d.course,
		  (SELECT json_group_array(v) FROM (SELECT c.change AS v FROM change_records x JOIN changes c ON c.id = x.change WHERE x.record = d.record AND x.role = 'deployment' ORDER BY 1))
		FROM deployments d JOIN records r ON r.id = d.record JOIN repositories g ON g.id = d.repository
		WHERE d.production ORDER BY g.system, g.name, coalesce(d.succeeded, d.created), r.name`, nil, func(s scan) (d evidence.Release, err error) {
		var created, succeeded moment
		var changes string
		d.Ref.Kind = evidence.KindDeployment
		if err := s(&d.Ref.System, &d.Ref.ID, &d.Repository, &d.Environment, &d.SHA, &created, &succeeded, &d.Course, &changes); err != nil {
			return d, err
		}
		d.Created, d.Succeeded = created.Time, succeeded.Time
		return d, json.Unmarshal([]byte(changes), &d.Changes)
	})
}

// Visible compares what is configured with what was seen.
func (l *Ledger) Visible(ctx context.Context) ([]evidence.Visibility, error) {
	var out []evidence.Visibility
	for v, err := range rows(ctx, l, `SELECT v.system, v.kind, v.name, v.state,
		  CASE v.kind WHEN 'project' THEN (SELECT count(*) FROM tickets t JOIN records r ON r.id = t.record WHERE r.system = v.system AND upper(t.key) LIKE upper(v.name) || '-%')
		  ELSE coalesce((SELECT (SELECT count(*) FROM commits c WHERE c.repository = g.id) + (SELECT count(*) FROM pull_requests p WHERE p.repository = g.id)
		    + (SELECT count(*) FROM deployments d WHERE d.repository = g.id) FROM repositories g WHERE g.system = v.system AND g.name = v.name), 0) END
		FROM visible v ORDER BY v.system, v.kind, v.name`, nil, func(s scan) (v evidence.Visibility, err error) {
		return v, s(&v.System, &v.Kind, &v.Name, &v.State, &v.Records)
	}) {
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, nil
}

// Messages gives the counts by repository.
func (l *Ledger) Messages(ctx context.Context) ([]evidence.Messages, error) {
	var out []evidence.Messages
	for m, err := range rows(ctx, l, `SELECT g.system, g.name, count(*), sum(number IS NOT NULL), sum(ticket), sum(reviewed), sum(number IS NULL AND NOT ticket), sum(reverts) FROM (
		  SELECT l.repository, c.number, c.reviewed, c.reverts, EXISTS (SELECT 1 FROM named_tickets n WHERE n.record = c.record AND n.place = 'commit') AS ticket
		  FROM line l JOIN commits c ON c.repository = l.repository AND c.sha = l.sha) JOIN repositories g ON g.id = repository
		GROUP BY g.id ORDER BY g.system, g.name`, nil, func(s scan) (m evidence.Messages, err error) {
		return m, s(&m.System, &m.Repository, &m.Commits, &m.PullRequest, &m.Ticket, &m.Reviewers, &m.Neither, &m.Reverts)
	}) {
		if err != nil {
			return nil, err
		}
		out = append(out, m)
	}
	return out, nil
}

// maxItem bounds one record as it is unpacked: the file may be anyone's.
const maxItem = 256 << 20

func (l *Ledger) unpack(packed []byte) (it evidence.Item, err error) {
	text, err := l.decoder.DecodeAll(packed, nil)
	if err != nil {
		return it, err
	}
	if err := json.Unmarshal(text, &it); err != nil {
		return it, fmt.Errorf("decode: %w", err)
	}
	return it, nil
}
