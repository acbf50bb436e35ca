package jira

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	gojira "github.com/andygrunwald/go-jira"

	"github.com/tickmark-dev/tickmark/internal/capture"
	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// JQL reads dates in the zone of the login's profile. The queries ask for
// whole days that hold the period in every zone; what is too much is excluded.
const (
	easternmost = 14 * time.Hour // ahead of UTC
	westernmost = 12 * time.Hour // behind UTC
	day         = 24 * time.Hour
)

// days gives the first day whose beginning is in no zone after from, and the
// first whose beginning is in no zone before to.
func days(p evidence.Period) (from, to string) {
	first := p.From.UTC().Add(-westernmost).Truncate(day)
	end := p.To.UTC().Add(easternmost)
	if t := end.Truncate(day); t.Before(end) {
		end = t.Add(day)
	}
	return first.Format(time.DateOnly), end.Format(time.DateOnly)
}

// A query is one search, and the rule by which rows of it are left out.
type query struct {
	jql      string
	excludes func(*evidence.Ticket) string // the rule; "" keeps the ticket
}

const byKey = " ORDER BY key ASC"

// queries gives the searches of the project. No ticket is found by two of them.
func (d *dataset) queries() []query {
	from, to := days(d.l.period)
	project := `project = "` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(d.project) + `"`
	all := []query{{
		jql: fmt.Sprintf(`%s AND created < "%s" AND updated >= "%s"%s`, project, to, from, byKey),
		excludes: func(t *evidence.Ticket) string {
			switch {
			case !t.Created.IsZero() && !t.Created.Before(d.l.period.To):
				return "created at or after the end of the period (the query asks for whole days, which hold the period in every zone)"
			case !t.Updated.IsZero() && t.Updated.Before(d.l.period.From):
				return "not changed since the start of the period (the query asks for whole days, which hold the period in every zone)"
			}
			return ""
		},
	}}
	for _, f := range d.l.deployedFields() {
		clause := f.ID
		if n, ok := strings.CutPrefix(f.ID, "customfield_"); ok {
			clause = "cf[" + n + "]"
		}
		if !slices.Contains([]string{"date", "datetime"}, f.Schema.Type) {
			d.note("the field %q (%s) is no date to Jira (%s), so that tickets which it says were deployed in the period, and which were not changed since its start, could not be searched for", f.Name, f.ID, f.Schema.Type)
			continue
		}
		all = append(all, query{
			jql: fmt.Sprintf(`%s AND %s >= "%s" AND %s < "%s" AND updated < "%s"%s`, project, clause, from, clause, to, from, byKey),
			excludes: func(t *evidence.Ticket) string {
				if d.l.deployedInPeriod(t) {
					return ""
				}
				return fmt.Sprintf("not changed since the start of the period, and field %q (%s) names no time in it", f.Name, f.ID)
			},
		})
	}
	return all
}

// deployedFields gives the fields that may be meant by the one that says when
// a change went live.
func (l *lister) deployedFields() []gojira.Field {
	for _, f := range l.fields {
		if f.name == l.c.config.DeployedField && l.c.config.DeployedField != "" {
			return f.known
		}
	}
	return nil
}

// listPage is a page of either search. Names and schemas are those of the page.
type listPage struct {
	Total  *int            `json:"total"`
	Issues json.RawMessage `json:"issues"`
	Token  string          `json:"nextPageToken"`
	IsLast *bool           `json:"isLast"`
}

func (p listPage) rows() ([]issueBody, error) {
	if isNull(p.Issues) {
		return nil, &formatError{err: fmt.Errorf("it has no %q", "issues")}
	}
	var rows []issueBody
	if err := json.Unmarshal(p.Issues, &rows); err != nil {
		return nil, &formatError{err: err}
	}
	return rows, nil
}

// A walk is the state of one search while its pages are read.
type walk struct {
	query
	params url.Values
	asked  evidence.Query
	seen   map[string]bool // ids of tickets of this search
	tokens map[string]bool
	stale  int // pages in a row that brought nothing new
}

// run reads every page of one search. Its error is that of emit.
func (d *dataset) run(ctx context.Context, q query) error {
	w := &walk{query: q, asked: evidence.Query{Text: q.jql, Reported: -1}, seen: map[string]bool{}, tokens: map[string]bool{}, params: url.Values{
		"jql": {q.jql}, "fields": {strings.Join(d.l.fieldIDs(), ",")}, "expand": {"changelog"}, "maxResults": {strconv.Itoa(d.l.size)}}}
	path := "rest/api/2/search"
	if d.l.c.config.Cloud {
		path = "rest/api/3/search/jql"
		d.approximate(ctx, q)
	}
	defer func() { d.ipe.Queries = append(d.ipe.Queries, w.asked) }()
	for {
		job := capture.NewJob("jira " + d.l.c.version)
		var p listPage
		header, err := d.l.c.get(capture.WithJob(ctx, job), path, w.params, &p)
		d.span(job.Provenance(), header)
		var rows []issueBody
		if err == nil {
			rows, err = p.rows()
		}
		if err != nil {
			d.cut(d.l.c.gap("tickets of "+d.project, fmt.Sprintf("page %d of the tickets of project %s", w.asked.Pages+1, d.project), err))
			return nil
		}
		if why := d.l.c.loginRefused(header); why != "" && w.asked.Pages == 0 {
			d.cutf(evidence.Denied, "%s It gave the list as anybody may see it: tickets that need a login are missing", why)
		}
		w.asked.Pages++
		w.asked.Received += len(rows)
		if err := d.page(ctx, w, rows, job.Provenance()); err != nil {
			return err
		}
		if !d.next(w, p, len(rows)) {
			return nil
		}
	}
}

// maxStale is how many pages in a row may bring nothing new.
const maxStale = 20

// next sets the parameters of the page that follows; ok is false after the
// last. A list that ends where it should not is noted.
func (d *dataset) next(w *walk, p listPage, rows int) (ok bool) {
	if w.stale > maxStale {
		d.cutf(evidence.Truncated, "Jira gives the same tickets of project %s again and again; the list ends after %d", d.project, len(w.seen))
		return false
	}
	if !d.l.c.config.Cloud {
		return d.nextStart(w, p, rows)
	}
	switch {
	case p.IsLast != nil && *p.IsLast:
		return false
	case p.Token == "" && p.IsLast == nil:
		return false
	case p.Token == "":
		d.cutf(evidence.Truncated, "Jira says that more tickets of project %s follow and does not say where; the list ends after %d", d.project, len(w.seen))
		return false
	case w.tokens[p.Token]:
		d.cutf(evidence.Truncated, "Jira gives the same page of the tickets of project %s again; the list ends after %d", d.project, len(w.seen))
		return false
	}
	w.tokens[p.Token] = true
	w.params.Set("nextPageToken", p.Token)
	return true
}

// nextStart goes on in Data Center's list, which is counted.
func (d *dataset) nextStart(w *walk, p listPage, rows int) (ok bool) {
	if p.Total == nil {
		d.cutf(evidence.Truncated, "Jira does not say how many tickets project %s has; the list ends after %d", d.project, len(w.seen))
		return false
	}
	if w.asked.Reported >= 0 && *p.Total != w.asked.Reported {
		d.note("Jira counted %d tickets at first and %d on page %d: some came or left while the list was read", w.asked.Reported, *p.Total, w.asked.Pages)
	}
	w.asked.Reported = *p.Total
	if rows > 0 && w.asked.Received < *p.Total {
		w.params.Set("startAt", strconv.Itoa(w.asked.Received))
		return true
	}
	if len(w.seen) < *p.Total {
		d.cutf(evidence.Truncated, "Jira counts %d tickets of project %s and gave %d different ones", *p.Total, d.project, len(w.seen))
	}
	return false
}

// approximate asks for Cloud's own estimate, which decides nothing.
func (d *dataset) approximate(ctx context.Context, q query) {
	var answer struct {
		Count *int `json:"count"`
	}
	body := map[string]string{"jql": strings.TrimSuffix(q.jql, byKey)}
	_, err := d.l.c.ask(ctx, http.MethodPost, "rest/api/3/search/approximate-count", body, &answer)
	if err != nil || answer.Count == nil {
		d.note("Jira Cloud does not count what a search finds, and gave no estimate: %s", q.jql)
		return
	}
	d.note("Jira Cloud does not count what a search finds; its estimate was %d: %s", *answer.Count, q.jql)
}
