package forge

import (
	"fmt"
	"slices"
	"strings"
)

type (
	stepOf     struct{ *Step }
	workflowOf struct {
		r *Repo
		*Workflow
	}
	runFile  struct{ run run }
	approval struct {
		run run
		n   int
	}
)

// rollup gives what all checks and statuses of a commit come to; nothing
// where there are none.
func (r *Repo) rollup(sha string) any {
	c := r.Commits[sha]
	if c == nil || len(r.idx.suites[sha]) == 0 && len(r.idx.statuses[sha]) == 0 {
		return nil
	}
	return rollup{commit{r, c}}
}

// contexts gives the check runs and statuses that are in force.
func (o rollup) contexts() []any {
	var out []any
	for _, k := range latestChecks(o.commit.r.checks(o.commit.SHA)) {
		out = append(out, k)
	}
	for _, t := range o.commit.r.latestStatuses(o.commit.SHA) {
		out = append(out, status{o.commit.r, t})
	}
	return out
}

func (o rollup) state() string {
	state := "SUCCESS"
	for _, c := range o.contexts() {
		word := ""
		switch v := c.(type) {
		case check:
			word = or(v.CheckRun.Conclusion, "pending")
		case status:
			word = v.State
		}
		switch word {
		case "success", "neutral", "skipped":
		case "pending", "action_required":
			if state == "SUCCESS" {
				state = "PENDING"
			}
		case "error":
			if state != "FAILURE" {
				state = "ERROR"
			}
		default:
			state = "FAILURE"
		}
	}
	return state
}

func contextConnection(list []any, a args) *connection {
	checks := 0
	for _, v := range list {
		if _, ok := v.(check); ok {
			checks++
		}
	}
	c := conn("StatusCheckRollupContextConnection", list, a, func(v any) any { return v })
	return c.with(map[string]any{"checkRunCount": checks, "statusContextCount": len(list) - checks})
}

func checkTypes() graph {
	required := func(r *Repo, a args, name string) any {
		n, _ := a.number("pullRequestNumber")
		t, ok := r.idx.threads[n]
		if !ok || t.pull == nil {
			return false
		}
		p := r.Protection[t.pull.Base.Ref]
		return p != nil && p.Checks != nil && slices.Contains(p.Checks.Contexts, name)
	}
	return graph{
		"StatusCheckRollup": on(f[rollup]{
			"id":       func(_ *asker, o rollup, _ args) any { return nodeID("SCR", o.commit.r.ID, o.commit.SHA) },
			"state":    func(_ *asker, o rollup, _ args) any { return o.state() },
			"commit":   func(_ *asker, o rollup, _ args) any { return o.commit },
			"contexts": func(_ *asker, o rollup, a args) any { return contextConnection(o.contexts(), a) },
		}),
		"Status": on(f[combined]{
			"id":     func(_ *asker, o combined, _ args) any { return nodeID("ST", o.commit.r.ID, o.commit.SHA) },
			"state":  func(_ *asker, o combined, _ args) any { return o.state() },
			"commit": func(_ *asker, o combined, _ args) any { return o.commit },
			"contexts": func(_ *asker, o combined, _ args) any {
				out := []any{}
				for _, t := range o.commit.r.latestStatuses(o.commit.SHA) {
					out = append(out, status{o.commit.r, t})
				}
				return out
			},
		}),
		"StatusContext": on(f[status]{
			"id":          func(_ *asker, t status, _ args) any { return statusNode(t) },
			"context":     func(_ *asker, t status, _ args) any { return t.Context },
			"state":       func(_ *asker, t status, _ args) any { return upper(t.State) },
			"description": func(_ *asker, t status, _ args) any { return orNull(t.Description) },
			"targetUrl":   func(_ *asker, t status, _ args) any { return orNull(t.TargetURL) },
			"createdAt":   func(_ *asker, t status, _ args) any { return t.Created },
			"creator":     func(q *asker, t status, _ args) any { return q.account(t.Creator) },
			"commit":      func(_ *asker, t status, _ args) any { return t.r.commitOrNil(t.SHA) },
			"isRequired":  func(_ *asker, t status, a args) any { return required(t.r, a, t.Context) },
		}),
		"CheckRun": on(f[check]{
			"id":           func(_ *asker, k check, _ args) any { return checkNode(k) },
			"databaseId":   func(_ *asker, k check, _ args) any { return k.CheckRun.ID },
			"name":         func(_ *asker, k check, _ args) any { return k.Name },
			"status":       func(_ *asker, k check, _ args) any { return upper(k.CheckRun.Status) },
			"conclusion":   func(_ *asker, k check, _ args) any { return orNull(upper(k.CheckRun.Conclusion)) },
			"startedAt":    func(_ *asker, k check, _ args) any { return k.Started },
			"completedAt":  func(_ *asker, k check, _ args) any { return k.Completed },
			"externalId":   func(_ *asker, k check, _ args) any { return orNull(k.ExternalID) },
			"detailsUrl":   func(q *asker, k check, _ args) any { return q.check(k)["details_url"] },
			"url":          func(q *asker, k check, _ args) any { return q.check(k)["html_url"] },
			"permalink":    func(q *asker, k check, _ args) any { return q.check(k)["html_url"] },
			"resourcePath": func(q *asker, k check, _ args) any { return strings.TrimPrefix(q.check(k)["html_url"].(string), q.web) },
			"title":        func(_ *asker, k check, _ args) any { return orNull(k.Title) },
			"summary":      func(_ *asker, k check, _ args) any { return orNull(k.Summary) },
			"text":         func(_ *asker, k check, _ args) any { return orNull(k.Text) },
			"checkSuite":   func(_ *asker, k check, _ args) any { return k.suite },
			"repository":   func(_ *asker, k check, _ args) any { return k.suite.r },
			"isRequired":   func(_ *asker, k check, a args) any { return required(k.suite.r, a, k.Name) },
			"steps": func(_ *asker, k check, a args) any {
				if k.job == nil {
					return nil
				}
				return conn("CheckStepConnection", k.job.Steps, a, func(s *Step) any { return stepOf{s} })
			},
		}),
		"CheckStep": on(f[stepOf]{
			"name":        func(_ *asker, s stepOf, _ args) any { return s.Name },
			"number":      func(_ *asker, s stepOf, _ args) any { return s.Number },
			"status":      func(_ *asker, s stepOf, _ args) any { return upper(s.Status) },
			"conclusion":  func(_ *asker, s stepOf, _ args) any { return orNull(upper(s.Conclusion)) },
			"startedAt":   func(_ *asker, s stepOf, _ args) any { return s.Started },
			"completedAt": func(_ *asker, s stepOf, _ args) any { return s.Completed },
		}),
		"CheckSuite": on(f[suite]{
			"id":         func(_ *asker, u suite, _ args) any { return suiteNode(u) },
			"databaseId": func(_ *asker, u suite, _ args) any { return u.ID },
			"status":     func(_ *asker, u suite, _ args) any { return upper(u.Status) },
			"conclusion": func(_ *asker, u suite, _ args) any { return orNull(upper(u.Conclusion)) },
			"createdAt":  func(_ *asker, u suite, _ args) any { return u.Created },
			"updatedAt":  func(_ *asker, u suite, _ args) any { return later(u.Created, u.Updated) },
			"app":        func(_ *asker, u suite, _ args) any { return u.App },
			"commit":     func(_ *asker, u suite, _ args) any { return u.r.commitOrNil(u.SHA) },
			"branch":     func(_ *asker, u suite, _ args) any { return u.r.ref(u.Branch) },
			"repository": func(_ *asker, u suite, _ args) any { return u.r },
			"url": func(q *asker, u suite, _ args) any {
				return fmt.Sprintf("%s/commit/%s/checks?check_suite_id=%d", q.repoWeb(u.r), u.SHA, u.ID)
			},
			"checkRuns": func(_ *asker, u suite, a args) any {
				by, _ := a["filterBy"].(map[string]any)
				list := u.checks()
				if by["checkType"] != "ALL" {
					list = latestChecks(list)
				}
				list = slices.DeleteFunc(list, func(k check) bool { return by["checkName"] != nil && by["checkName"] != k.Name })
				return conn("CheckRunConnection", list, a, func(k check) any { return k })
			},
			"workflowRun": func(_ *asker, u suite, _ args) any {
				if u.run == nil {
					return nil
				}
				return run{u.r, u.run}
			},
			"matchingPullRequests": func(_ *asker, u suite, a args) any {
				var list []*PullRequest
				for _, n := range u.PullRequests {
					if t, ok := u.r.idx.threads[n]; ok && t.pull != nil {
						list = append(list, t.pull)
					}
				}
				return u.r.pullConnection(list, a)
			},
		}),
		"WorkflowRun": on(f[run]{
			"id":         func(_ *asker, u run, _ args) any { return runNode(u) },
			"databaseId": func(_ *asker, u run, _ args) any { return u.ID },
			"runNumber":  func(_ *asker, u run, _ args) any { return u.Number },
			"event":      func(_ *asker, u run, _ args) any { return u.Event },
			"createdAt":  func(_ *asker, u run, _ args) any { return u.Created },
			"updatedAt":  func(_ *asker, u run, _ args) any { return later(u.Created, u.Attempts[len(u.Attempts)-1].Updated) },
			"url":        func(q *asker, u run, _ args) any { return q.runWeb(u) },
			"workflow":   func(_ *asker, u run, _ args) any { return workflowOf{u.r, u.Workflow} },
			"file":       func(_ *asker, u run, _ args) any { return runFile{u} },
			"checkSuite": func(_ *asker, u run, _ args) any { return u.r.idx.suiteByID[u.SuiteID] },
			"deploymentReviews": func(_ *asker, u run, a args) any {
				list := make([]approval, len(u.Approvals))
				for i := range list {
					list[i] = approval{u, i}
				}
				return conn("DeploymentReviewConnection", list, a, func(v approval) any { return v })
			},
		}),
		"WorkflowRunFile": on(f[runFile]{
			"id":   func(_ *asker, x runFile, _ args) any { return nodeID("WRF", x.run.r.ID, x.run.ID) },
			"path": func(_ *asker, x runFile, _ args) any { return x.run.Workflow.Path },
			"run":  func(_ *asker, x runFile, _ args) any { return x.run },
		}),
		"Workflow": on(f[workflowOf]{
			"id":         func(_ *asker, w workflowOf, _ args) any { return nodeID("W", w.r.ID, w.ID) },
			"databaseId": func(_ *asker, w workflowOf, _ args) any { return w.ID },
			"name":       func(_ *asker, w workflowOf, _ args) any { return w.Name },
			"url": func(q *asker, w workflowOf, _ args) any {
				return q.repoWeb(w.r) + "/actions/workflows/" + w.Path[strings.LastIndex(w.Path, "/")+1:]
			},
		}),
		"DeploymentReview": on(f[approval]{
			"id":      func(_ *asker, v approval, _ args) any { return nodeID("DRV", v.run.r.ID, v.run.ID, fmt.Sprint(v.n)) },
			"comment": func(_ *asker, v approval, _ args) any { return v.run.Approvals[v.n].Comment },
			"state":   func(_ *asker, v approval, _ args) any { return upper(v.run.Approvals[v.n].State) },
			"user":    func(q *asker, v approval, _ args) any { return q.someone(v.run.Approvals[v.n].User) },
			"environments": func(_ *asker, v approval, a args) any {
				return conn("EnvironmentConnection", v.run.Approvals[v.n].Environments, a, func(e *Environment) any { return place{v.run.r, e} })
			},
		}),
	}
}

func (o combined) state() string {
	var list []any
	for _, t := range o.commit.r.latestStatuses(o.commit.SHA) {
		list = append(list, t.State)
	}
	switch {
	case slices.Contains(list, any("failure")):
		return "FAILURE"
	case slices.Contains(list, any("error")):
		return "ERROR"
	case slices.Contains(list, any("pending")):
		return "PENDING"
	}
	return "SUCCESS"
}
