package forge

import (
	"fmt"
	"slices"
)

func deployNode(d deploy) string { return nodeID("DE", d.r.ID, d.ID) }
func reportNode(t report) string { return nodeID("DES", t.r.ID, t.DeploymentStatus.ID) }
func placeNode(e place) string   { return nodeID("EN", e.r.ID, e.ID) }

func (s *site) deployURL(d deploy) string {
	return fmt.Sprintf("%s/deployments/%d", s.repoURL(d.r), d.ID)
}

func (s *site) deployment(d deploy) object {
	payload := d.Payload
	if payload == nil {
		payload = object{}
	}
	return object{
		"url": s.deployURL(d), "id": d.ID, "node_id": deployNode(d), "sha": d.SHA, "ref": d.Ref, "task": or(d.Task, "deploy"), "payload": payload,
		"original_environment": d.Environment, "environment": d.Environment, "description": orNull(d.Description), "creator": s.user(d.Creator),
		"created_at": at(d.Created), "updated_at": at(d.Updated), "statuses_url": s.deployURL(d) + "/statuses", "repository_url": s.repoURL(d.r),
		"transient_environment": d.Transient, "production_environment": d.Production, "performed_via_github_app": s.app(d.App),
	}
}

// logURL is where a status points: what it says itself, or the job that
// carried it out.
func (s *site) logURL(t report) string {
	switch u := t.DeploymentStatus; {
	case u.LogURL != "" || u.Run == nil:
		return u.LogURL
	case u.Job != nil:
		return s.jobWeb(job{run{t.r, u.Run}, 0, u.Job})
	default:
		return s.runWeb(run{t.r, u.Run})
	}
}

func (s *site) report(t report) object {
	u := t.DeploymentStatus
	log := s.logURL(t)
	return object{
		"url": fmt.Sprintf("%s/statuses/%d", s.deployURL(t.deploy), u.ID), "id": u.ID, "node_id": reportNode(t), "state": u.State,
		"creator": s.user(u.Creator), "description": u.Description, "environment": t.deploy.Environment, "target_url": log, "created_at": at(u.Created),
		"updated_at": at(u.Created), "deployment_url": s.deployURL(t.deploy), "repository_url": s.repoURL(t.r),
		"environment_url": u.EnvironmentURL, "log_url": log, "performed_via_github_app": s.app(t.App),
	}
}

func (c *call) listDeployments() (any, error) {
	q := c.r.URL.Query()
	var list []*Deployment
	for _, d := range c.repo.idx.deployments {
		keep := true
		for key, have := range map[string]string{"environment": d.Environment, "sha": d.SHA, "ref": d.Ref, "task": or(d.Task, "deploy")} {
			if want := q.Get(key); want != "" && want != "none" && want != have {
				keep = false
			}
		}
		if keep {
			list = append(list, d)
		}
	}
	return paged(c, list, func(d *Deployment) any { return c.deployment(deploy{c.repo, d}) }), nil
}

func (c *call) getDeployment(d deploy) (any, error) { return c.deployment(d), nil }

// newestFirst gives the statuses of a deployment as GitHub lists them.
func (d *Deployment) newestFirst() []*DeploymentStatus {
	list := slices.Clone(d.Statuses)
	slices.Reverse(list)
	slices.SortStableFunc(list, func(a, b *DeploymentStatus) int { return b.Created.Compare(a.Created) })
	return list
}

func (c *call) listDeploymentStatuses(d deploy) (any, error) {
	return paged(c, d.newestFirst(), func(t *DeploymentStatus) any { return c.report(report{d, t}) }), nil
}

func (s *site) environment(e place) object {
	api := s.repoURL(e.r) + "/environments/" + pathEscape(e.Name)
	created := later(e.r.Created, e.Created)
	rules := []any{}
	rule := func(kind string, more object) {
		id := ID("protection rule", e.r.ID, e.ID, kind)
		more["id"], more["node_id"], more["type"] = id, nodeID("GA", e.r.ID, id), kind
		rules = append(rules, more)
	}
	if e.WaitMinutes > 0 {
		rule("wait_timer", object{"wait_timer": e.WaitMinutes})
	}
	if len(e.Users)+len(e.Teams) > 0 {
		reviewers := []any{}
		for _, u := range e.Users {
			reviewers = append(reviewers, object{"type": "User", "reviewer": s.user(u)})
		}
		for _, t := range e.Teams {
			reviewers = append(reviewers, object{"type": "Team", "reviewer": s.team(t)})
		}
		rule("required_reviewers", object{"prevent_self_review": e.PreventSelfReview, "reviewers": reviewers})
	}
	var policy any
	if e.ProtectedBranches || len(e.BranchPolicies) > 0 {
		rule("branch_policy", object{})
		policy = object{"protected_branches": e.ProtectedBranches, "custom_branch_policies": !e.ProtectedBranches}
	}
	return object{
		"id": e.ID, "node_id": placeNode(e), "name": e.Name, "url": api,
		"html_url":   s.repoWeb(e.r) + "/deployments/activity_log?environments_filter=" + pathEscape(e.Name),
		"created_at": at(created), "updated_at": at(later(created, e.Updated)), "can_admins_bypass": e.AdminsBypass,
		"protection_rules": rules, "deployment_branch_policy": policy,
	}
}

func (c *call) listEnvironments() (any, error) {
	return object{
		"total_count":  len(c.repo.Environments),
		"environments": paged(c, c.repo.Environments, func(e *Environment) any { return c.environment(place{c.repo, e}) }),
	}, nil
}

func (c *call) getEnvironment() (any, error) {
	e := c.repo.idx.environment[c.r.PathValue("name")]
	if e == nil {
		return nil, notFound()
	}
	return c.environment(place{c.repo, e}), nil
}

func (c *call) listBranchPolicies() (any, error) {
	e := c.repo.idx.environment[c.r.PathValue("name")]
	if e == nil {
		return nil, notFound()
	}
	return object{"total_count": len(e.BranchPolicies), "branch_policies": paged(c, e.BranchPolicies, func(name string) any {
		id := ID("branch policy", c.repo.ID, e.ID, name)
		return object{"id": id, "node_id": nodeID("BP", c.repo.ID, id), "name": name, "type": "branch"}
	})}, nil
}
