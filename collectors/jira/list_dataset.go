package jira

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/tickmark-dev/tickmark/internal/capture"
	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// A dataset is the tickets of one project, with how they were obtained.
type dataset struct {
	l       *lister
	project string
	ipe     evidence.IPE
	keys    []string
	counted map[string]int // tickets by what happened to them in the period
	notRead []string       // keys of tickets whose history is not whole
}

func (l *lister) open(project string) *dataset {
	who := l.c.session.Principal(l.c.config.Name)
	if who == "" && l.c.config.Authorize == nil {
		who = "anonymous"
	}
	return &dataset{l: l, project: project, counted: map[string]int{}, ipe: evidence.IPE{
		Dataset: "tickets of project " + project, System: l.c.config.Name, Scope: project,
		URL: l.c.page("browse/" + url.PathEscape(project)), Principal: who, Period: l.period,
		Truncations: slices.Clone(l.limits),
	}}
}

// cut notes that something is missing from the dataset.
func (d *dataset) cut(gap *evidence.GapError) {
	d.ipe.Truncations = append(d.ipe.Truncations, gap.Detail)
	d.l.gaps.add("", gap)
}

func (d *dataset) cutf(reason evidence.Reason, format string, args ...any) {
	d.cut(&evidence.GapError{Part: "tickets of " + d.project, Reason: reason, Detail: fmt.Sprintf(format, args...)})
}

func (d *dataset) note(format string, args ...any) {
	d.ipe.Notes = append(d.ipe.Notes, fmt.Sprintf(format, args...))
}

// list runs the queries of the project. Its error is that of emit; what the
// source did not give is noted.
func (d *dataset) list(ctx context.Context) error {
	if !d.visible(ctx) {
		return nil
	}
	queries := d.queries()
	d.ipe.URL = d.l.c.page("issues/?jql=" + url.QueryEscape(queries[0].jql))
	for _, q := range queries {
		if err := d.run(ctx, q); err != nil {
			return err
		}
	}
	return nil
}

// visible finds out whether the login may see the project's tickets: to a
// login that may not, Jira answers a search with nothing, and no error.
func (d *dataset) visible(ctx context.Context) bool {
	if len(d.l.c.config.Projects) == 0 {
		return true // Jira named the project as one that the login may browse
	}
	var p evidence.Principal
	job := capture.NewJob("jira " + d.l.c.version)
	err := d.l.c.checkProject(capture.WithJob(ctx, job), d.project, &p)
	d.span(job.Provenance(), nil)
	switch {
	case err != nil:
		d.cutf(evidence.Ambiguous, "whether the login may see the tickets of project %s could not be found out: %v", d.project, err)
	case len(p.Hidden) > 0:
		d.cutf(evidence.Ambiguous, "project %s does not exist or its tickets may not be seen by this login: none of them is listed; correct the configuration or give the login Browse Projects there", d.project)
		return false
	}
	return true
}

// span takes retrievals into the run times of the dataset, and measures the
// source's clock by the first answer that shows it.
func (d *dataset) span(all []evidence.Provenance, header http.Header) {
	for _, p := range all {
		if d.ipe.Started.IsZero() || p.RetrievedAt.Before(d.ipe.Started) {
			d.ipe.Started = p.RetrievedAt
		}
		if p.RetrievedAt.After(d.ipe.Ended) {
			d.ipe.Ended = p.RetrievedAt
		}
	}
	if at, err := http.ParseTime(header.Get("Date")); err == nil && len(all) > 0 && d.ipe.ClockSkew == 0 {
		d.ipe.ClockSkew = at.Sub(all[len(all)-1].RetrievedAt)
	}
}

// take emits one ticket, or excludes it by the query's rule.
func (d *dataset) take(q query, r *reading, provenance []evidence.Provenance) error {
	t := r.ticket
	ref := evidence.Ref{Kind: evidence.KindTicket, System: d.l.c.config.Name, ID: t.Key}
	for _, err := range r.gaps {
		gap := d.l.c.asGap("", "the ticket "+t.Key, err)
		gap.Ref = ref
		d.l.gaps.add(t.Key, gap)
		if gap.Part == "history" {
			d.notRead = append(d.notRead, t.Key)
		}
	}
	if rule := q.excludes(t); rule != "" {
		d.exclude(rule, t.Key)
		return nil
	}
	it := evidence.Item{Ref: ref, Provenance: provenance, Ticket: t, Unread: []string{"comments", "attachments", "remote links"}}
	if d.l.c.config.ServiceDesk {
		it.Unread = append(it.Unread, "approvals")
	}
	if err := d.l.emit(it); err != nil {
		return err
	}
	d.count(t)
	return nil
}

func (d *dataset) exclude(rule, key string) {
	i := slices.IndexFunc(d.ipe.Exclusions, func(e evidence.Exclusion) bool { return e.Rule == rule })
	if i < 0 {
		i = len(d.ipe.Exclusions)
		d.ipe.Exclusions = append(d.ipe.Exclusions, evidence.Exclusion{Rule: rule})
	}
	d.ipe.Exclusions[i].IDs = append(d.ipe.Exclusions[i].IDs, key)
}

// count takes an emitted ticket into the control totals.
func (d *dataset) count(t *evidence.Ticket) {
	d.keys = append(d.keys, t.Key)
	totals := &d.ipe.Totals
	if !t.Created.IsZero() {
		if totals.MinTime.IsZero() || t.Created.Before(totals.MinTime) {
			totals.MinTime = t.Created
		}
		if t.Created.After(totals.MaxTime) {
			totals.MaxTime = t.Created
		}
	}
	happened := map[string]bool{
		"created": d.l.period.Contains(t.Created), "resolved": d.l.period.Contains(t.Resolved),
		"deployed": d.l.deployedInPeriod(t),
	}
	some := false
	for what, did := range happened {
		if did {
			d.counted[what]++
			some = true
		}
	}
	if !some {
		d.counted["changed only"]++
	}
}

// deployedInPeriod reports whether the ticket says that it went live in the
// period: by its field, or by reaching a deployed status, also again. A day
// without a time counts where it may lie in the period in any zone.
func (l *lister) deployedInPeriod(t *evidence.Ticket) bool {
	switch {
	case t.Deployed.IsZero():
	case t.DeployedDay:
		if t.Deployed.Add(-easternmost).Before(l.period.To) && t.Deployed.Add(24*time.Hour+westernmost).After(l.period.From) {
			return true
		}
	case l.period.Contains(t.Deployed):
		return true
	}
	return slices.ContainsFunc(t.History, func(h evidence.HistoryEntry) bool {
		return (h.Field == "status" || h.FieldID == "status") && l.period.Contains(h.At) &&
			slices.ContainsFunc(l.c.config.DeployedStatuses, func(s string) bool { return strings.EqualFold(s, h.To) })
	})
}

// close counts the dataset.
func (d *dataset) close() evidence.IPE {
	ipe := &d.ipe
	ipe.Rows = len(d.keys)
	for _, q := range ipe.Queries {
		ipe.Received += q.Received
	}
	ipe.Totals.IDsSHA256 = evidence.HashIDs(d.keys)
	if len(d.keys) > 0 {
		ipe.Totals.MinID, ipe.Totals.MaxID = slices.MinFunc(d.keys, compareKeys), slices.MaxFunc(d.keys, compareKeys)
	}
	for i := range ipe.Exclusions {
		slices.SortFunc(ipe.Exclusions[i].IDs, compareKeys)
	}
	if len(d.notRead) > 0 {
		ipe.Truncations = append(ipe.Truncations, fmt.Sprintf("the history of %d tickets is not whole, so that it is not known whether they were deployed in the period: %s",
			len(d.notRead), strings.Join(d.notRead, ", ")))
	}
	if len(ipe.Queries) > 0 {
		d.note("of the %d tickets %d were created in the period, %d were resolved and %d say that they were deployed in it (a ticket may be in several); %d were only changed otherwise, in it or later",
			ipe.Rows, d.counted["created"], d.counted["resolved"], d.counted["deployed"], d.counted["changed only"])
		d.note("tickets that were deleted, moved to another project, or have a security level that the login is not in, are not in the list, and Jira does not count them")
	}
	return *ipe
}
