package github

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	gh "github.com/google/go-github/v60/github"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// build collects a workflow run with all its attempts, their jobs and logs,
// the people who let it pass a gate, and the test reports that it left.
func (c *Collector) build(ctx context.Context, r *retrieval, item *evidence.Item) error {
	n, err := splitRef(r.ref)
	if err != nil {
		return err
	}
	var raw workflowRun
	if _, err := c.get(ctx, n.path("/actions/runs/%d", n.number), &raw); err != nil {
		return c.gapError("", err)
	}
	if raw.GetID() != n.number {
		return &evidence.GapError{Reason: evidence.Unreachable, Detail: fmt.Sprintf("GitHub answered with run %d where %d was asked for", raw.GetID(), n.number)}
	}
	out := c.mapRun(n.repository, &raw)
	item.Build = out
	c.attempts(ctx, r, n, out)
	c.jobs(ctx, r, n, out)
	c.gateApprovals(ctx, r, n, out)
	c.artifacts(ctx, r, n, out)
	return nil
}

// workflowRun is a run with a field that go-github's type lacks.
type workflowRun struct {
	gh.WorkflowRun
	Path string `json:"path"`
}

func (c *Collector) mapRun(repository string, in *workflowRun) *evidence.Build {
	return &evidence.Build{
		Repository: repository, ID: id(in.GetID()), Number: in.GetRunNumber(), Name: in.GetName(), Title: in.GetDisplayTitle(), Path: in.Path,
		URL: in.GetHTMLURL(), Event: in.GetEvent(), Branch: in.GetHeadBranch(), SHA: in.GetHeadSHA(),
		Status: in.GetStatus(), Conclusion: in.GetConclusion(), Attempt: in.GetRunAttempt(),
		Actor: c.person(in.Actor), TriggeringActor: c.person(in.TriggeringActor),
		Created: at(in.CreatedAt), Started: at(in.RunStartedAt), Updated: at(in.UpdatedAt),
	}
}

func (c *Collector) mapAttempt(in *gh.WorkflowRun) evidence.BuildAttempt {
	return evidence.BuildAttempt{
		Attempt: in.GetRunAttempt(), Status: in.GetStatus(), Conclusion: in.GetConclusion(), Actor: c.person(in.TriggeringActor),
		Started: at(in.RunStartedAt), Updated: at(in.UpdatedAt),
	}
}

// attempts reads the attempts before the latest, which is the run itself.
func (c *Collector) attempts(ctx context.Context, r *retrieval, n name, out *evidence.Build) {
	for attempt := 1; attempt < out.Attempt && attempt <= maxPages; attempt++ {
		var raw gh.WorkflowRun
		_, err := c.get(ctx, n.path("/actions/runs/%d/attempts/%d", n.number, attempt), &raw)
		if err != nil {
			r.miss(fmt.Sprintf("attempt %d", attempt), err)
			continue
		}
		a := c.mapAttempt(&raw)
		a.Attempt = attempt
		out.Attempts = append(out.Attempts, a)
	}
	out.Attempts = append(out.Attempts, evidence.BuildAttempt{
		Attempt: out.Attempt, Status: out.Status, Conclusion: out.Conclusion, Actor: out.TriggeringActor, Started: out.Started, Updated: out.Updated,
	})
}

// jobs reads the jobs of all attempts, and their logs.
func (c *Collector) jobs(ctx context.Context, r *retrieval, n name, out *evidence.Build) {
	total, got := 0, 0
	_, err := pages(ctx, c, n.path("/actions/runs/%d/jobs?filter=all", n.number), func(p gh.Jobs) bool {
		total = p.GetTotalCount()
		for _, j := range p.Jobs {
			if j.GetID() > 0 {
				out.Jobs = append(out.Jobs, mapJob(j))
				got++
			}
		}
		return true
	})
	if err != nil {
		r.miss("jobs", err)
	} else {
		r.cut("jobs", got, total, "GitHub lists no more")
	}
	slices.SortStableFunc(out.Jobs, func(a, b evidence.Job) int {
		return cmp.Or(cmp.Compare(a.Attempt, b.Attempt), a.Started.Compare(b.Started), cmp.Compare(len(a.ID), len(b.ID)), cmp.Compare(a.ID, b.ID))
	})
	for i := range out.Jobs {
		c.jobLog(ctx, r, n, &out.Jobs[i])
	}
}

func mapJob(in *gh.WorkflowJob) evidence.Job {
	out := evidence.Job{
		ID: id(in.GetID()), Name: in.GetName(), Attempt: int(in.GetRunAttempt()), Status: in.GetStatus(), Conclusion: in.GetConclusion(),
		Started: at(in.StartedAt), Completed: at(in.CompletedAt), Runner: in.GetRunnerName(), URL: in.GetHTMLURL(),
	}
	for _, s := range in.Steps {
		out.Steps = append(out.Steps, evidence.Step{
			Number: int(s.GetNumber()), Name: s.GetName(), Status: s.GetStatus(), Conclusion: s.GetConclusion(),
			Started: at(s.StartedAt), Completed: at(s.CompletedAt),
		})
	}
	return out
}

// gateApprovals reads who approved or rejected the run at a protected
// environment. GitHub does not say when.
func (c *Collector) gateApprovals(ctx context.Context, r *retrieval, n name, out *evidence.Build) {
	var raw []struct {
		State        string   `json:"state"`
		Comment      string   `json:"comment"`
		User         *gh.User `json:"user"`
		Environments []struct {
			Name string `json:"name"`
		} `json:"environments"`
	}
	if _, err := c.get(ctx, n.path("/actions/runs/%d/approvals", n.number), &raw); err != nil {
		r.miss("environment approvals", err)
		return
	}
	for _, a := range raw {
		approval := evidence.GateApproval{Person: c.person(a.User), State: a.State, Comment: a.Comment}
		for _, e := range a.Environments {
			approval.Environments = append(approval.Environments, e.Name)
		}
		out.Approvals = append(out.Approvals, approval)
	}
}
