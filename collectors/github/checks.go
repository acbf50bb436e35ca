package github

import (
	"cmp"
	"context"
	"slices"

	gh "github.com/google/go-github/v60/github"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// checks collects everything that CI said of one commit: check runs with their
// re-runs, suites and statuses.
func (c *Collector) checks(ctx context.Context, r *retrieval, item *evidence.Item) error {
	n, err := splitRef(r.ref)
	if err != nil {
		return err
	}
	out := &evidence.Checks{Repository: n.repository, SHA: n.text}
	runsErr := c.checkRuns(ctx, r, n, out)
	suitesErr := c.checkSuites(ctx, r, n, out)
	statuses, statusesErr := list[*gh.RepoStatus](ctx, c, n.path("/commits/%s/statuses", n.text))
	for _, s := range statuses {
		out.Statuses = append(out.Statuses, c.mapCommitStatus(s))
	}
	// GitHub lists the newest first; several may share a second.
	slices.Reverse(out.Statuses)
	slices.SortStableFunc(out.Statuses, func(a, b evidence.CommitStatus) int { return a.Created.Compare(b.Created) })
	if runsErr != nil && suitesErr != nil && statusesErr != nil {
		return c.gapError("", runsErr)
	}
	r.miss("check runs", runsErr)
	r.miss("check suites", suitesErr)
	r.miss("commit statuses", statusesErr)
	item.Checks = out
	return nil
}

func (c *Collector) checkRuns(ctx context.Context, r *retrieval, n name, out *evidence.Checks) error {
	total := 0
	_, err := pages(ctx, c, n.path("/commits/%s/check-runs?filter=all", n.text), func(p gh.ListCheckRunsResults) bool {
		total = p.GetTotal()
		for _, v := range p.CheckRuns {
			out.Runs = append(out.Runs, mapCheckRun(v))
		}
		return true
	})
	slices.SortStableFunc(out.Runs, func(a, b evidence.CheckRun) int {
		return cmp.Or(a.Started.Compare(b.Started), cmp.Compare(a.Name, b.Name), cmp.Compare(len(a.ID), len(b.ID)), cmp.Compare(a.ID, b.ID))
	})
	if err == nil {
		r.cut("check runs", len(out.Runs), total, "GitHub shows the runs of the newest 1,000 suites")
	}
	return err
}

func (c *Collector) checkSuites(ctx context.Context, r *retrieval, n name, out *evidence.Checks) error {
	total := 0
	_, err := pages(ctx, c, n.path("/commits/%s/check-suites", n.text), func(p gh.ListCheckSuiteResults) bool {
		total = p.GetTotal()
		for _, v := range p.CheckSuites {
			out.Suites = append(out.Suites, mapCheckSuite(v))
		}
		return true
	})
	slices.SortStableFunc(out.Suites, func(a, b evidence.CheckSuite) int {
		return cmp.Or(a.Created.Compare(b.Created), cmp.Compare(len(a.ID), len(b.ID)), cmp.Compare(a.ID, b.ID))
	})
	if err == nil {
		r.cut("check suites", len(out.Suites), total, "GitHub lists no more")
	}
	return err
}

func mapCheckRun(in *gh.CheckRun) evidence.CheckRun {
	return evidence.CheckRun{
		ID: id(in.GetID()), Name: in.GetName(), Status: in.GetStatus(), Conclusion: in.GetConclusion(),
		App: first(in.GetApp().GetName(), in.GetApp().GetSlug()), SuiteID: id(in.GetCheckSuite().GetID()),
		Started: at(in.StartedAt), Completed: at(in.CompletedAt), URL: first(in.GetHTMLURL(), in.GetDetailsURL()),
		Title: in.GetOutput().GetTitle(), Summary: in.GetOutput().GetSummary(),
	}
}

func mapCheckSuite(in *gh.CheckSuite) evidence.CheckSuite {
	return evidence.CheckSuite{
		ID: id(in.GetID()), App: first(in.GetApp().GetName(), in.GetApp().GetSlug()), Branch: in.GetHeadBranch(),
		Status: in.GetStatus(), Conclusion: in.GetConclusion(), Created: at(in.CreatedAt), Updated: at(in.UpdatedAt),
	}
}

func (c *Collector) mapCommitStatus(in *gh.RepoStatus) evidence.CommitStatus {
	return evidence.CommitStatus{
		Context: in.GetContext(), State: in.GetState(), Description: in.GetDescription(), Creator: c.person(in.Creator),
		Created: at(in.CreatedAt), URL: in.GetTargetURL(),
	}
}
