package jira

import (
	"context"
	"errors"
	"net/url"
	"slices"

	gojira "github.com/andygrunwald/go-jira"
	"golang.org/x/sync/errgroup"

	"github.com/tickmark-dev/tickmark/internal/capture"
	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// fieldIDs gives the fields that a list asks for: those of facts and related,
// and the configured ones.
func (l *lister) fieldIDs() []string {
	ids := []string{"summary", "description", "project", "issuetype", "status", "resolution", "priority",
		"reporter", "creator", "assignee", "created", "updated", "resolutiondate", "duedate",
		"labels", "components", "fixVersions", "parent", "subtasks", "issuelinks"}
	for _, f := range l.fields {
		for _, k := range f.known {
			if !slices.Contains(ids, k.ID) {
				ids = append(ids, k.ID)
			}
		}
	}
	return ids
}

// page reads the tickets of a page, several at once where their histories must
// be asked for, and emits them in order.
func (d *dataset) page(ctx context.Context, w *walk, rows []issueBody, provenance []evidence.Provenance) error {
	readings := make([]*reading, len(rows))
	extra := make([][]evidence.Provenance, len(rows))
	var group errgroup.Group
	group.SetLimit(8)
	w.stale++
	for i := range rows {
		row := &rows[i]
		id := row.ID
		if id == "" {
			id = row.Key
		}
		switch {
		case !issueKey.MatchString(row.Key) || row.Fields == nil:
			d.cutf(evidence.Unreachable, "a row of the tickets of project %s is no ticket: its key is %q; see the raw record", d.project, shorten(row.Key, 60))
			continue
		case w.seen[id]:
			d.ipe.Duplicates++
			continue
		}
		w.seen[id], w.stale = true, 0
		if d.l.seen[id] { // it was moved here after it was listed there
			d.ipe.Duplicates++
			continue
		}
		d.l.seen[id] = true
		readings[i] = &reading{c: d.l.c, body: row, ticket: &evidence.Ticket{}}
		group.Go(func() error {
			extra[i] = d.l.read(ctx, readings[i])
			return nil
		})
	}
	_ = group.Wait() // what fails is a gap of its ticket
	for i, r := range readings {
		if r == nil {
			continue
		}
		d.span(extra[i], nil)
		if err := d.take(w.query, r, slices.Concat(provenance, extra[i])); err != nil {
			return err
		}
	}
	return nil
}

// read maps one row as Collect maps a ticket, and gives the provenance of what
// had to be asked for beside it.
func (l *lister) read(ctx context.Context, r *reading) []evidence.Provenance {
	job := capture.NewJob("jira " + l.c.version)
	r.facts()
	r.related()
	l.readFields(r)
	l.readHistory(capture.WithJob(ctx, job), r)
	r.deployed()
	return job.Provenance()
}

// readFields reads the configured fields that are on the ticket.
func (l *lister) readFields(r *reading) {
	for _, f := range l.fields {
		var on []gojira.Field
		for _, k := range f.known {
			if _, ok := r.body.Fields[k.ID]; ok {
				on = append(on, k)
			}
		}
		switch found := match(on, f.want); len(found) {
		case 0:
		case 1:
			r.ticket.Fields = append(r.ticket.Fields, evidence.Field{Name: f.name, Title: found[0].Name, ID: found[0].ID,
				Value: l.c.value(r.body.Fields[found[0].ID], found[0].Schema)})
		default:
			r.note(ambiguousField("field "+f.name, f.want, found))
		}
	}
}

// cloudHistories is how many histories Cloud puts into a row of a search; its
// "total" may be the number in the row.
const cloudHistories = 40

// readHistory takes the changelog of the row where it is whole, and else asks
// for all of it.
func (l *lister) readHistory(ctx context.Context, r *reading) {
	log := r.body.Changelog
	whole := log != nil && log.Total != nil && len(log.Histories) >= *log.Total
	switch {
	case whole && (!l.c.config.Cloud || len(log.Histories) < cloudHistories):
		r.keepHistory(log.Histories)
		return
	case !l.c.config.Cloud:
		var body issueBody
		_, err := l.c.get(ctx, l.c.api+"issue/"+r.body.Key, url.Values{"fields": {"summary"}, "expand": {"changelog"}}, &body)
		if err != nil {
			r.failed("history", "the history", err)
			if log != nil {
				r.keepHistory(log.Histories)
			}
			return
		}
		r.body.Changelog = body.Changelog
	}
	r.history(ctx)
}

// asGap gives a failure as a gap of its own, which may be changed.
func (c *Collector) asGap(part, what string, err error) *evidence.GapError {
	var known *evidence.GapError
	if errors.As(err, &known) {
		same := *known
		return &same
	}
	return c.gap(part, what, err)
}
