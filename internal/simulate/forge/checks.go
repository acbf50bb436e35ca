package forge

import (
	"cmp"
	"fmt"
	"slices"
)

func checkNode(k check) string   { return nodeID("CR", k.suite.r.ID, k.CheckRun.ID) }
func suiteNode(u suite) string   { return nodeID("CS", u.r.ID, u.ID) }
func statusNode(t status) string { return nodeID("SC", t.r.ID, t.ID) }

// checks gives the check runs of a commit, the newest first.
func (r *Repo) checks(sha string) []check {
	var out []check
	for _, u := range r.idx.suites[sha] {
		out = append(out, u.checks()...)
	}
	slices.SortStableFunc(out, func(a, b check) int {
		return cmp.Or(b.Started.Compare(a.Started), cmp.Compare(b.CheckRun.ID, a.CheckRun.ID))
	})
	return out
}

func (u suite) checks() []check {
	var out []check
	for _, k := range u.Runs {
		out = append(out, u.r.idx.checkByID[k.ID])
	}
	return out
}

// latestChecks leaves out what ran again: of each suite the earlier of two
// runs of one name.
func latestChecks(list []check) []check {
	type key struct {
		suite int64
		name  string
	}
	newest := map[key]check{}
	for _, k := range list {
		id := key{k.suite.ID, k.Name}
		if was, ok := newest[id]; !ok || k.nth > was.nth || k.nth == was.nth && k.Started.After(was.Started) {
			newest[id] = k
		}
	}
	var out []check
	for _, k := range list {
		if newest[key{k.suite.ID, k.Name}].CheckRun == k.CheckRun {
			out = append(out, k)
		}
	}
	return out
}

func (s *site) check(k check) object {
	api := fmt.Sprintf("%s/check-runs/%d", s.repoURL(k.suite.r), k.CheckRun.ID)
	html := fmt.Sprintf("%s/runs/%d", s.repoWeb(k.suite.r), k.CheckRun.ID)
	details := k.DetailsURL
	if k.job != nil {
		html = s.jobWeb(job{run{k.suite.r, k.suite.run}, k.nth, k.job})
		details = html
	}
	return object{
		"id": k.CheckRun.ID, "head_sha": k.suite.SHA, "node_id": checkNode(k), "external_id": k.ExternalID, "url": api, "html_url": html,
		"details_url": or(details, html), "status": k.CheckRun.Status, "conclusion": orNull(k.CheckRun.Conclusion),
		"started_at": at(k.Started), "completed_at": at(k.Completed), "name": k.Name, "check_suite": object{"id": k.suite.ID},
		"app": s.app(k.suite.App), "pull_requests": s.pullMinimal(k.suite.r, k.suite.PullRequests),
		"output": object{
			"title": orNull(k.Title), "summary": orNull(k.Summary), "text": orNull(k.Text), "annotations_count": k.CheckRun.Annotations,
			"annotations_url": api + "/annotations",
		},
	}
}

func (s *site) suite(u suite) object {
	api := fmt.Sprintf("%s/check-suites/%d", s.repoURL(u.r), u.ID)
	return object{
		"id": u.ID, "node_id": suiteNode(u), "head_branch": orNull(u.Branch), "head_sha": u.SHA, "status": u.Status,
		"conclusion": orNull(u.Conclusion), "url": api, "before": orNull(u.Before), "after": or(u.After, u.SHA),
		"pull_requests": s.pullMinimal(u.r, u.PullRequests), "app": s.app(u.App), "repository": s.minimalRepo(u.r),
		"created_at": at(u.Created), "updated_at": at(later(u.Created, u.Updated)), "head_commit": s.headCommit(u.r, u.SHA),
		"latest_check_runs_count": len(latestChecks(u.checks())), "check_runs_url": api + "/check-runs", "rerequestable": true, "runs_rerequestable": true,
	}
}

// checkPage lists check runs as their routes do, by the parameters filter,
// check_name, status and app_id.
func (c *call) checkPage(list []check) (any, error) {
	q := c.r.URL.Query()
	switch q.Get("filter") {
	case "", "latest":
		list = latestChecks(list)
	case "all":
	default:
		return nil, invalid("CheckRun", "filter", "invalid")
	}
	list = slices.DeleteFunc(list, func(k check) bool {
		return q.Has("check_name") && k.Name != q.Get("check_name") || q.Has("status") && k.CheckRun.Status != q.Get("status") ||
			q.Has("app_id") && fmt.Sprint(k.suite.App.ID) != q.Get("app_id")
	})
	return object{"total_count": len(list), "check_runs": paged(c, list, func(k check) any { return c.check(k) })}, nil
}

func (c *call) listCheckRuns(cm commit) (any, error) { return c.checkPage(c.repo.checks(cm.SHA)) }

func (c *call) listSuiteRuns() (any, error) {
	id, err := c.number("id")
	if err != nil {
		return nil, err
	}
	u, ok := c.repo.idx.suiteByID[id]
	if !ok {
		return nil, notFound()
	}
	return c.checkPage(u.checks())
}

func (c *call) getCheckRun() (any, error) {
	id, err := c.number("id")
	if err != nil {
		return nil, err
	}
	k, ok := c.repo.idx.checkByID[id]
	if !ok {
		return nil, notFound()
	}
	return c.check(k), nil
}

func (c *call) getCheckSuite() (any, error) {
	id, err := c.number("id")
	if err != nil {
		return nil, err
	}
	u, ok := c.repo.idx.suiteByID[id]
	if !ok {
		return nil, notFound()
	}
	return c.suite(u), nil
}

func (c *call) listCheckSuites(cm commit) (any, error) {
	list := slices.Clone(c.repo.idx.suites[cm.SHA])
	q := c.r.URL.Query()
	list = slices.DeleteFunc(list, func(u suite) bool { return q.Has("app_id") && fmt.Sprint(u.App.ID) != q.Get("app_id") })
	return object{"total_count": len(list), "check_suites": paged(c, list, func(u suite) any { return c.suite(u) })}, nil
}

func (s *site) statusSimple(t status) object {
	avatar := any(nil)
	if t.Creator != nil {
		avatar = fmt.Sprintf("https://avatars.githubusercontent.com/u/%d?v=4", t.Creator.ID)
	}
	return object{
		"url": s.repoURL(t.r) + "/statuses/" + t.SHA, "avatar_url": avatar, "id": t.ID, "node_id": statusNode(t), "state": t.State,
		"description": orNull(t.Description), "target_url": orNull(t.TargetURL), "context": t.Context, "created_at": at(t.Created), "updated_at": at(t.Created),
	}
}

func (c *call) listStatuses(cm commit) (any, error) {
	return paged(c, c.repo.idx.statuses[cm.SHA], func(t *Status) any {
		o := c.statusSimple(status{c.repo, t})
		o["creator"] = c.user(t.Creator)
		return o
	}), nil
}

func (c *call) listStatusesOf() (any, error) {
	cm, err := c.find(c.r.PathValue("sha"))
	if err != nil {
		return nil, err
	}
	return c.listStatuses(cm)
}

// latestStatuses gives the last status of each context, the newest first.
func (r *Repo) latestStatuses(sha string) []*Status {
	var out []*Status
	for _, t := range r.idx.statuses[sha] {
		if !slices.ContainsFunc(out, func(o *Status) bool { return o.Context == t.Context }) {
			out = append(out, t)
		}
	}
	return out
}

func (c *call) getCombinedStatus(cm commit) (any, error) {
	list := c.repo.latestStatuses(cm.SHA)
	state := "success"
	for _, t := range list {
		switch {
		case t.State == "failure" || t.State == "error":
			state = "failure"
		case t.State == "pending" && state == "success":
			state = "pending"
		}
	}
	if len(list) == 0 {
		state = "pending"
	}
	api := c.repoURL(c.repo) + "/commits/" + cm.SHA
	return object{
		"state": state, "sha": cm.SHA, "total_count": len(list), "repository": c.minimalRepo(c.repo), "commit_url": api, "url": api + "/status",
		"statuses": paged(c, list, func(t *Status) any { return c.statusSimple(status{c.repo, t}) }),
	}, nil
}
