package github

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// partOf names the part of a pull request that a field of the query asks for.
func partOf(field string) string {
	switch field {
	case "labels", "assignees", "reviews", "commits", "files", "comments":
		return field
	case "reviewRequests":
		return "requested reviewers"
	case "closingIssuesReferences":
		return "issues that it closes"
	case "timelineItems":
		return "timeline"
	case "includesCreatedEdit", "lastEditedAt", "editor":
		return "edits of the description"
	}
	return ""
}

// restOfSuites notes the further pages of the runs of a commit's suites.
func (l *listing) restOfSuites(c *checkedNode, missed *[]string) []*more {
	if c.Suites == nil {
		return nil
	}
	var out []*more
	for _, s := range c.Suites.all() {
		out = append(out, rest(&s.Runs, more{id: s.ID, on: "CheckSuite", field: "checkRuns", args: ", filterBy: {checkType: ALL}", nodes: selectRun,
			record: "commit " + c.OID, part: checksOf(c), missed: missed})...)
	}
	return out
}

// emitChecks emits what CI said of a commit: every run of a check, and the
// status in force of each context, as GraphQL keeps no earlier one. Of is the
// record that it came with; partly says that some of it did not come.
func (l *listing) emitChecks(d *dataset, of string, c *checkedNode, partly bool, from []evidence.Provenance) error {
	if !commitHash.MatchString(c.OID) {
		return nil
	}
	out := &evidence.Checks{Repository: l.repository, SHA: c.OID}
	unread := []string{"check suites"}
	if c.Suites == nil {
		partly = true
	} else {
		suites := c.Suites.all()
		if len(suites) < c.Suites.Total {
			d.cut("%s: %d of %d check suites of %s were obtained", of, len(suites), c.Suites.Total, c.OID)
			partly = true
		}
		for _, s := range suites {
			for _, r := range s.Runs.all() {
				run := mapCheckRun(r.checkRun(s))
				run.LogExpired = s.App != nil && s.App.Slug == actionsApp && l.expired(run.Completed)
				out.Runs = append(out.Runs, run)
			}
			if got := len(s.Runs.all()); got < s.Runs.Total {
				d.cut("%s: %d of %d checks of %s were obtained", of, got, s.Runs.Total, c.OID)
				partly = true
			}
		}
	}
	if c.Status != nil {
		for _, s := range c.Status.Contexts {
			if s != nil {
				out.Statuses = append(out.Statuses, l.c.mapCommitStatus(s.commitStatus()))
			}
		}
		unread = append(unread, "earlier runs")
	}
	if partly {
		unread = append(unread, "check runs", "commit statuses")
	}
	slices.SortStableFunc(out.Runs, func(a, b evidence.CheckRun) int {
		return cmp.Or(a.Started.Compare(b.Started), cmp.Compare(a.Name, b.Name), byNumber(a.ID, b.ID))
	})
	slices.SortStableFunc(out.Statuses, func(a, b evidence.CommitStatus) int { return a.Created.Compare(b.Created) })
	return l.emit(evidence.Item{Ref: l.c.ref(evidence.KindChecks, "%s@%s", l.repository, c.OID), Checks: out, Provenance: from, Unread: unread})
}

// actionsApp is the app whose checks are jobs of workflows, of which GitHub
// keeps logs.
const actionsApp = "github-actions"

// expired reports whether the log of a job that ended then is deleted by now.
func (l *listing) expired(ended time.Time) bool {
	days, _ := l.c.retentionOf(l.repository)
	return !ended.IsZero() && l.deployments.ipe.Ended.Sub(ended) > time.Duration(days)*24*time.Hour
}

// queryChecks asks what CI said of commits that came by no pull request.
const queryChecks = `query Checks($ids: [ID!]!) {
  nodes(ids: $ids) {
    __typename
    ... on Commit { ` + selectChecks + ` }
  }
}`

// checksOfPushed emits what CI said of the commits that GitHub ties to no pull
// request. What it said of the others comes with their pull requests.
func (l *listing) checksOfPushed(ctx context.Context, pushed []*step) error {
	for i := 0; i < len(pushed); {
		var batch []*step
		var a struct {
			Nodes []*checkedNode `json:"nodes"`
		}
		got, err := l.sized(ctx, l.checked, func(n int) (answer, error) {
			batch, a.Nodes = pushed[i:min(i+n, len(pushed))], nil
			var ids []string
			for _, s := range batch {
				ids = append(ids, s.c.ID)
			}
			return l.put(ctx, l.commits, queryChecks, map[string]any{"ids": ids}, &a)
		})
		i += len(batch)
		if err != nil {
			if fatal := l.fatal(ctx, err); fatal != nil {
				return fatal
			}
			for _, s := range batch {
				l.commits.absent("what CI said of commit "+s.c.OID, l.why(err))
			}
			continue
		}
		l.commits.page(l.text(queryChecks, "ids: of the commits that GitHub ties to no pull request"), 0)
		l.partial(l.commits, got.errors, func(n int) string { return "commit " + batch[min(n, len(batch)-1)].c.OID })
		if err := l.takeChecks(ctx, a.Nodes, got); err != nil {
			return err
		}
	}
	return nil
}

func (l *listing) takeChecks(ctx context.Context, nodes []*checkedNode, got answer) error {
	nodes = slices.DeleteFunc(nodes, func(c *checkedNode) bool { return c == nil })
	var missed []string
	var further []*more
	for _, c := range nodes {
		if c.Suites != nil {
			further = append(further, rest(c.Suites, more{id: c.ID, on: "Commit", field: "checkSuites", nodes: selectSuite, record: "commit " + c.OID, part: checksOf(c), missed: &missed})...)
		}
	}
	extra, err := l.follow(ctx, l.commits, further)
	if err != nil {
		return err
	}
	further = nil
	for _, c := range nodes {
		further = append(further, l.restOfSuites(c, &missed)...)
	}
	runs, err := l.follow(ctx, l.commits, further)
	if err != nil {
		return err
	}
	for _, c := range nodes {
		partly := len(got.errors) > 0 || slices.Contains(missed, checksOf(c))
		if err := l.emitChecks(l.commits, "commit "+c.OID, c, partly, slices.Concat(got.provenance, extra, runs)); err != nil {
			return err
		}
	}
	return nil
}
