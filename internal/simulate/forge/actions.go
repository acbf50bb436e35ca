package forge

import (
	"fmt"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"
)

// mostRuns is what a filtered list of runs shows at most, and a search of issues too.
const mostRuns = 1000

func runNode(u run) string { return nodeID("WFR", u.r.ID, u.ID) }

func (s *site) runURL(u run) string { return fmt.Sprintf("%s/actions/runs/%d", s.repoURL(u.r), u.ID) }
func (s *site) runWeb(u run) string { return fmt.Sprintf("%s/actions/runs/%d", s.repoWeb(u.r), u.ID) }
func (s *site) jobWeb(j job) string { return fmt.Sprintf("%s/job/%d", s.runWeb(j.run), j.ID) }

// attempt renders a run as it stood after its nth attempt.
func (s *site) attempt(u run, n int) object {
	a := u.Attempts[n-1]
	api := s.runURL(u)
	suiteURL := fmt.Sprintf("%s/check-suites/%d", s.repoURL(u.r), u.SuiteID)
	actor := a.Actor
	if actor == nil {
		actor = u.Actor
	}
	var previous any
	if n > 1 {
		previous = fmt.Sprintf("%s/attempts/%d", api, n-1)
	}
	return object{
		"id": u.ID, "name": u.Workflow.Name, "node_id": runNode(u), "check_suite_id": u.SuiteID, "check_suite_node_id": nodeID("CS", u.r.ID, u.SuiteID),
		"head_branch": orNull(u.Branch), "head_sha": u.SHA, "path": u.Workflow.Path, "run_number": u.Number, "run_attempt": n,
		"referenced_workflows": []any{}, "event": u.Event, "status": a.Status, "conclusion": orNull(a.Conclusion), "workflow_id": u.Workflow.ID,
		"url": api, "html_url": s.runWeb(u), "pull_requests": s.pullMinimal(u.r, u.PullRequests), "created_at": at(u.Created),
		"updated_at": at(later(a.Started, a.Updated)), "actor": s.author(u.Actor), "triggering_actor": s.author(actor), "run_started_at": at(a.Started),
		"jobs_url": api + "/jobs", "logs_url": api + "/logs", "check_suite_url": suiteURL, "artifacts_url": api + "/artifacts",
		"cancel_url": api + "/cancel", "rerun_url": api + "/rerun", "previous_attempt_url": previous,
		"workflow_url": fmt.Sprintf("%s/actions/workflows/%d", s.repoURL(u.r), u.Workflow.ID), "head_commit": s.headCommit(u.r, u.SHA),
		"repository": s.minimalRepo(u.r), "head_repository": s.minimalRepo(u.r), "display_title": or(u.Title, u.Workflow.Name),
	}
}

func (c *call) getRun(u run) (any, error) { return c.attempt(u, len(u.Attempts)), nil }

func (c *call) getAttempt(u run) (any, error) {
	n, err := c.nth(u)
	if err != nil {
		return nil, err
	}
	return c.attempt(u, n), nil
}

// nth reads the attempt from the path; the last where it names none.
func (c *call) nth(u run) (int, error) {
	if c.r.PathValue("attempt") == "" {
		return len(u.Attempts), nil
	}
	n, err := c.number("attempt")
	if err != nil || n < 1 || int(n) > len(u.Attempts) {
		return 0, notFound()
	}
	return int(n), nil
}

func (c *call) listRuns() (any, error) {
	q := c.r.URL.Query()
	from, to, err := created(q.Get("created"))
	if err != nil {
		return nil, err
	}
	filtered := false
	for _, key := range []string{"actor", "branch", "check_suite_id", "created", "event", "head_sha", "status"} {
		filtered = filtered || q.Get(key) != ""
	}
	is := func(key, have string) bool { return q.Get(key) == "" || q.Get(key) == have }
	var list []*Run
	for _, u := range c.repo.idx.runs {
		last := u.Attempts[len(u.Attempts)-1]
		actor := ""
		if u.Actor != nil {
			actor = u.Actor.Login
		}
		if is("head_sha", u.SHA) && is("event", u.Event) && is("branch", u.Branch) && is("actor", actor) && is("check_suite_id", strconv.FormatInt(u.SuiteID, 10)) &&
			(is("status", last.Status) || is("status", last.Conclusion)) && !u.Created.Before(from) && (to.IsZero() || u.Created.Before(to)) {
			list = append(list, u)
		}
	}
	total := len(list)
	if filtered {
		list = list[:min(total, mostRuns)]
	}
	return object{"total_count": total, "workflow_runs": paged(c, list, func(u *Run) any { return c.attempt(run{c.repo, u}, len(u.Attempts)) })}, nil
}

// created reads a range of dates as GitHub's searches have it: "2025-01-01..2025-02-01",
// ">=2025-01-01", "<2025-02-01" or one date, each a day or a time. The
// bounds are [from, to).
func created(s string) (from, to time.Time, err error) {
	bound := func(s string, after bool) (t time.Time) {
		if s == "*" || err != nil {
			return t
		}
		if d, e := time.Parse(time.DateOnly, s); e == nil {
			if after {
				return d.AddDate(0, 0, 1)
			}
			return d
		}
		d, e := time.Parse(time.RFC3339, s)
		if e != nil {
			err = &failure{status: http.StatusUnprocessableEntity, message: "Invalid date: " + s}
		} else if after {
			d = d.Add(time.Second)
		}
		return d
	}
	switch a, b, isRange := strings.Cut(s, ".."); {
	case s == "":
	case isRange:
		from, to = bound(a, false), bound(b, true)
	case strings.HasPrefix(s, ">="):
		from = bound(s[2:], false)
	case strings.HasPrefix(s, ">"):
		from = bound(s[1:], true)
	case strings.HasPrefix(s, "<="):
		to = bound(s[2:], true)
	case strings.HasPrefix(s, "<"):
		to = bound(s[1:], false)
	default:
		from, to = bound(s, false), bound(s, true)
	}
	return from, to, err
}

func (s *site) job(j job) object {
	api := fmt.Sprintf("%s/actions/jobs/%d", s.repoURL(j.run.r), j.ID)
	steps := []any{}
	for _, t := range j.Steps {
		steps = append(steps, object{"name": t.Name, "status": t.Status, "conclusion": orNull(t.Conclusion), "number": t.Number, "started_at": at(t.Started), "completed_at": at(t.Completed)})
	}
	labels := j.Labels
	if len(labels) == 0 {
		labels = []string{"ubuntu-latest"}
	}
	var runner, group any
	if j.Runner != "" {
		runner, group = ID("runner", j.Runner)%100000, 0
	}
	return object{
		"id": j.ID, "run_id": j.run.ID, "run_url": s.runURL(j.run), "run_attempt": j.attempt, "node_id": nodeID("CR", j.run.r.ID, j.ID),
		"head_sha": j.run.SHA, "url": api, "html_url": s.jobWeb(j), "status": j.Status, "conclusion": orNull(j.Conclusion),
		"created_at": at(j.Job.Created), "started_at": at(later(j.Job.Created, j.Started)), "completed_at": at(j.Completed), "name": j.Name, "steps": steps,
		"check_run_url": fmt.Sprintf("%s/check-runs/%d", s.repoURL(j.run.r), j.ID), "labels": labels, "runner_id": runner,
		"runner_name": orNull(j.Runner), "runner_group_id": group, "runner_group_name": orNull(j.RunnerGroup), "workflow_name": j.run.Workflow.Name,
		"head_branch": orNull(j.run.Branch),
	}
}

// jobs gives the jobs of the nth attempt.
func (u run) jobs(n int) []job {
	var out []job
	for _, j := range u.Attempts[n-1].Jobs {
		out = append(out, job{u, n, j})
	}
	return out
}

func (c *call) jobPage(list []job) (any, error) {
	return object{"total_count": len(list), "jobs": paged(c, list, func(j job) any { return c.job(j) })}, nil
}

func (c *call) listAttemptJobs(u run) (any, error) {
	n, err := c.nth(u)
	if err != nil {
		return nil, err
	}
	return c.jobPage(u.jobs(n))
}

func (c *call) listJobs(u run) (any, error) {
	if c.r.URL.Query().Get("filter") != "all" {
		return c.jobPage(u.jobs(len(u.Attempts)))
	}
	var all []job
	for n := len(u.Attempts); n > 0; n-- {
		all = append(all, u.jobs(n)...)
	}
	return c.jobPage(all)
}

func (c *call) getJob(j job) (any, error) { return c.job(j), nil }

func (s *site) place(e place) object {
	o := s.environment(e)
	for _, key := range []string{"protection_rules", "deployment_branch_policy", "can_admins_bypass"} {
		delete(o, key)
	}
	return o
}

func (c *call) listApprovals(u run) (any, error) {
	out := []any{}
	for _, a := range u.Approvals {
		envs := []any{}
		for _, e := range a.Environments {
			envs = append(envs, c.place(place{u.r, e}))
		}
		out = append(out, object{"environments": envs, "state": a.State, "user": c.author(a.User), "comment": a.Comment})
	}
	return out, nil
}

func (c *call) listPending(u run) (any, error) {
	out := []any{}
	for _, e := range u.Pending {
		reviewers := []any{}
		for _, p := range e.Users {
			reviewers = append(reviewers, object{"type": "User", "reviewer": c.user(p)})
		}
		for _, t := range e.Teams {
			reviewers = append(reviewers, object{"type": "Team", "reviewer": c.team(t)})
		}
		o := c.place(place{u.r, e})
		delete(o, "created_at")
		delete(o, "updated_at")
		out = append(out, object{"environment": o, "wait_timer": e.WaitMinutes, "wait_timer_started_at": at(u.Created), "current_user_can_approve": false, "reviewers": reviewers})
	}
	return out, nil
}

func (s *site) workflow(r *Repo, w *Workflow) object {
	api := fmt.Sprintf("%s/actions/workflows/%d", s.repoURL(r), w.ID)
	created := later(r.Created, w.Created)
	return object{
		"id": w.ID, "node_id": nodeID("W", r.ID, w.ID), "name": w.Name, "path": w.Path, "state": or(w.State, "active"), "created_at": at(created),
		"updated_at": at(created), "url": api, "html_url": s.repoWeb(r) + "/blob/" + r.DefaultBranch + "/" + w.Path,
		"badge_url": s.repoWeb(r) + "/workflows/" + pathEscape(w.Name) + "/badge.svg",
	}
}

func (c *call) listWorkflows() (any, error) {
	return object{"total_count": len(c.repo.Workflows), "workflows": paged(c, c.repo.Workflows, func(w *Workflow) any { return c.workflow(c.repo, w) })}, nil
}

func (c *call) getWorkflow() (any, error) {
	id := c.r.PathValue("id")
	i := slices.IndexFunc(c.repo.Workflows, func(w *Workflow) bool { return strconv.FormatInt(w.ID, 10) == id || path.Base(w.Path) == id })
	if i < 0 {
		return nil, notFound()
	}
	return c.workflow(c.repo, c.repo.Workflows[i]), nil
}

func (c *call) getRetention() (any, error) {
	if !c.token.Admin {
		return nil, &failure{status: http.StatusForbidden, message: "Resource not accessible by personal access token"}
	}
	return object{"days": c.repo.retention(), "maximum_allowed_days": max(400, c.repo.retention())}, nil
}

func (r *Repo) retention() int {
	if r.RetentionDays > 0 {
		return r.RetentionDays
	}
	return 90
}
