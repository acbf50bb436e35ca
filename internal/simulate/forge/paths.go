package forge

import (
	"fmt"
	"slices"
)

// Paths gives every REST path that there is something behind, in order: for
// tests that read all there is. The model must be finished (Finish, Handler).
func (f *Forge) Paths() []string {
	out := []string{"/user", "/rate_limit", "/orgs/" + f.Org.Login, "/orgs/" + f.Org.Login + "/repos?per_page=100", "/orgs/" + f.Org.Login + "/audit-log?include=all&order=asc&phrase=created:%3E%3D2008-01-01"}
	for _, u := range f.Users {
		if !u.Deleted {
			out = append(out, "/users/"+pathEscape(u.Login))
		}
	}
	for _, r := range f.Repos {
		out = append(out, r.paths()...)
	}
	return out
}

func (r *Repo) paths() (out []string) {
	add := func(base string, parts ...string) {
		for _, p := range parts {
			out = append(out, "/repos/"+r.full()+base+p)
		}
	}
	add("", "", "/pulls?state=all&per_page=100", "/issues?state=all&per_page=100", "/rulesets", "/environments", "/deployments?per_page=100",
		"/actions/workflows", "/actions/runs?per_page=100", "/actions/permissions/artifact-and-log-retention")
	for _, name := range sorted(r.Branches) {
		add("/branches/"+pathEscape(name), "", "/protection")
		add("/rules/branches/"+pathEscape(name), "")
	}
	for _, path := range sorted(r.Contents) {
		add("/contents/"+path, "")
	}
	for _, n := range sorted(r.idx.threads) {
		add(fmt.Sprintf("/issues/%d", n), "", "/comments", "/timeline?per_page=100", "/events?per_page=100")
		if r.idx.threads[n].pull != nil {
			add(fmt.Sprintf("/pulls/%d", n), "", "/commits?per_page=100", "/files?per_page=100", "/reviews", "/comments")
		}
	}
	for _, sha := range sorted(r.Commits) {
		add("/commits/"+sha, "", "/pulls", "/check-runs?filter=all", "/check-suites", "/statuses", "/status")
	}
	for _, s := range r.Rulesets {
		add(fmt.Sprintf("/rulesets/%d", s.ID), "")
	}
	add("/rulesets/rule-suites", "?time_period=month&rule_suite_result=all&per_page=100")
	for _, s := range r.Suites {
		add(fmt.Sprintf("/rulesets/rule-suites/%d", s.ID), "")
	}
	for _, e := range r.Environments {
		add("/environments/"+pathEscape(e.Name), "", "/deployment-branch-policies")
	}
	for _, d := range r.Deployments {
		add(fmt.Sprintf("/deployments/%d", d.ID), "", "/statuses")
		add("/compare/"+d.SHA+"..."+r.DefaultBranch, "?per_page=100")
	}
	for _, id := range sorted(r.idx.suiteByID) {
		add(fmt.Sprintf("/check-suites/%d", id), "", "/check-runs")
	}
	for _, id := range sorted(r.idx.checkByID) {
		add(fmt.Sprintf("/check-runs/%d", id), "")
	}
	for _, u := range r.Runs {
		add(fmt.Sprintf("/actions/runs/%d", u.ID), "", "/attempts/1", "/attempts/1/jobs", "/jobs?filter=all&per_page=100", "/approvals", "/pending_deployments", "/artifacts", "/logs")
		for _, a := range u.Attempts {
			for _, j := range a.Jobs {
				add(fmt.Sprintf("/actions/jobs/%d", j.ID), "", "/logs")
			}
		}
		for _, a := range u.Artifacts {
			add(fmt.Sprintf("/actions/artifacts/%d", a.ID), "", "/zip")
		}
	}
	return out
}

func sorted[K int | int64 | string, V any](m map[K]V) []K {
	keys := make([]K, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
