package forge

import (
	"net/http"
	"path"
	"slices"
	"strings"
	"time"
)

func (s *site) branchURL(r *Repo, name string) string {
	return s.repoURL(r) + "/branches/" + pathEscape(name)
}

// getBranch answers branches/{branch} and branches/{branch}/protection, where
// a branch may itself have slashes in it.
func (c *call) getBranch() (any, error) {
	name := c.r.PathValue("branch")
	if of, ok := strings.CutSuffix(name, "/protection"); ok && c.repo.Branches[name] == "" {
		return c.getProtection(of)
	}
	sha := c.repo.Branches[name]
	if c.repo.Commits[sha] == nil {
		return nil, &failure{status: http.StatusNotFound, message: "Branch not found"}
	}
	cm := commit{c.repo, c.repo.Commits[sha]}
	api := c.branchURL(c.repo, name)
	p := c.repo.Protection[name]
	checks := object{"enforcement_level": "off", "contexts": []string{}, "checks": []any{}}
	if p != nil && p.Checks != nil {
		checks = c.requiredChecks(p.Checks, api)
		delete(checks, "url")
		delete(checks, "contexts_url")
		delete(checks, "strict")
		checks["enforcement_level"] = "non_admins"
	}
	return object{
		"name": name, "commit": c.commitSimple(cm), "_links": object{"self": api, "html": c.repoWeb(c.repo) + "/tree/" + name},
		"protected":      p != nil || slices.ContainsFunc(c.repo.Rulesets, func(s *Ruleset) bool { return s.applies(c.repo, name) }),
		"protection":     object{"enabled": p != nil, "required_status_checks": checks},
		"protection_url": api + "/protection",
	}, nil
}

func (c *call) getProtection(branch string) (any, error) {
	p := c.repo.Protection[branch]
	switch {
	case !c.token.Admin:
		return nil, notFound()
	case c.repo.Branches[branch] == "":
		return nil, &failure{status: http.StatusNotFound, message: "Branch not found"}
	case p == nil:
		return nil, &failure{status: http.StatusNotFound, message: "Branch not protected"}
	}
	api := c.branchURL(c.repo, branch) + "/protection"
	on := func(b bool) object { return object{"enabled": b} }
	o := object{
		"url": api, "enforce_admins": object{"url": api + "/enforce_admins", "enabled": p.EnforceAdmins},
		"required_signatures":     object{"url": api + "/required_signatures", "enabled": p.Signatures},
		"required_linear_history": on(p.LinearHistory), "allow_force_pushes": on(p.AllowForcePushes), "allow_deletions": on(p.AllowDeletions),
		"block_creations": on(p.BlockCreations), "required_conversation_resolution": on(p.ConversationResolution),
		"lock_branch": on(p.LockBranch), "allow_fork_syncing": on(p.AllowForkSyncing),
	}
	if p.Checks != nil {
		o["required_status_checks"] = c.requiredChecks(p.Checks, api)
	}
	if p.Reviews != nil {
		o["required_pull_request_reviews"] = c.requiredReviews(p.Reviews, api+"/required_pull_request_reviews")
	}
	if x := p.Restrictions; x != nil {
		apps := []any{}
		for _, a := range x.Apps {
			apps = append(apps, c.app(a))
		}
		url := api + "/restrictions"
		o["restrictions"] = object{"url": url, "users_url": url + "/users", "teams_url": url + "/teams", "apps_url": url + "/apps", "users": c.userList(x.Users), "teams": c.teams(x.Teams), "apps": apps}
	}
	return o, nil
}

func (s *site) requiredChecks(k *RequiredChecks, api string) object {
	var app any
	if k.App != nil {
		app = k.App.ID
	}
	checks, contexts := []any{}, []string{}
	for _, name := range k.Contexts {
		contexts = append(contexts, name)
		checks = append(checks, object{"context": name, "app_id": app})
	}
	url := api + "/required_status_checks"
	return object{"url": url, "strict": k.Strict, "contexts": contexts, "contexts_url": url + "/contexts", "checks": checks}
}

func (s *site) requiredReviews(v *RequiredReviews, url string) object {
	o := object{
		"url": url, "dismiss_stale_reviews": v.DismissStale, "require_code_owner_reviews": v.CodeOwners,
		"required_approving_review_count": v.Count, "require_last_push_approval": v.LastPushApproval,
	}
	if v.RestrictsWhoMayDismiss || len(v.DismissalUsers)+len(v.DismissalTeams) > 0 {
		d := url[:strings.LastIndex(url, "/")] + "/dismissal_restrictions"
		o["dismissal_restrictions"] = object{"url": d, "users_url": d + "/users", "teams_url": d + "/teams", "users": s.userList(v.DismissalUsers), "teams": s.teams(v.DismissalTeams), "apps": []any{}}
	}
	if v.AllowsSomeToBypassAsked || len(v.BypassUsers)+len(v.BypassTeams) > 0 {
		o["bypass_pull_request_allowances"] = object{"users": s.userList(v.BypassUsers), "teams": s.teams(v.BypassTeams), "apps": []any{}}
	}
	return o
}

// applies reports whether a ruleset is in force for a branch.
func (s *Ruleset) applies(r *Repo, branch string) bool {
	if or(s.Enforcement, "active") != "active" || or(s.Target, "branch") != "branch" {
		return false
	}
	match := func(patterns []string) bool {
		return slices.ContainsFunc(patterns, func(p string) bool {
			switch p {
			case "~ALL":
				return true
			case "~DEFAULT_BRANCH":
				return branch == r.DefaultBranch
			}
			p = strings.TrimPrefix(p, "refs/heads/")
			if before, ok := strings.CutSuffix(p, "/**/*"); ok && strings.HasPrefix(branch, before+"/") {
				return true
			}
			ok, err := path.Match(p, branch)
			return ok && err == nil
		})
	}
	return match(s.Include) && !match(s.Exclude)
}

func (s *Ruleset) source(r *Repo) (kind, name string) {
	if s.OfOrg {
		return "Organization", r.Owner.Login
	}
	return "Repository", r.full()
}

func (c *call) listBranchRules() (any, error) {
	type inForce struct {
		rule Rule
		set  *Ruleset
	}
	var list []inForce
	for _, s := range c.repo.Rulesets {
		if s.applies(c.repo, c.r.PathValue("branch")) {
			for _, rule := range s.Rules {
				list = append(list, inForce{rule, s})
			}
		}
	}
	return paged(c, list, func(f inForce) any {
		o := f.rule.object()
		o["ruleset_source_type"], o["ruleset_source"] = f.set.source(c.repo)
		o["ruleset_id"] = f.set.ID
		return o
	}), nil
}

func (r Rule) object() object {
	o := object{"type": r.Type}
	if r.Parameters != nil {
		o["parameters"] = r.Parameters
	}
	return o
}

func (s *site) ruleset(r *Repo, set *Ruleset) object {
	kind, source := set.source(r)
	created := set.Created
	if created.IsZero() {
		created = time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	id := pathID(set.ID)
	return object{
		"id": set.ID, "name": set.Name, "target": or(set.Target, "branch"), "source_type": kind, "source": source,
		"enforcement": or(set.Enforcement, "active"), "node_id": nodeID("RRS", r.ID, set.ID),
		"_links":     object{"self": object{"href": s.repoURL(r) + "/rulesets/" + id}, "html": object{"href": s.repoWeb(r) + "/rules/" + id}},
		"created_at": at(created), "updated_at": at(later(created, set.Updated)),
	}
}

func (c *call) listRulesets() (any, error) {
	return paged(c, c.repo.Rulesets, func(s *Ruleset) any { return c.ruleset(c.repo, s) }), nil
}

func (c *call) getRuleset() (any, error) {
	id, err := c.number("id")
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(c.repo.Rulesets, func(s *Ruleset) bool { return s.ID == id })
	if i < 0 {
		return nil, notFound()
	}
	set := c.repo.Rulesets[i]
	o := c.ruleset(c.repo, set)
	rules := []any{}
	for _, r := range set.Rules {
		rules = append(rules, r.object())
	}
	o["rules"] = rules
	o["conditions"] = object{"ref_name": object{"include": texts(set.Include), "exclude": texts(set.Exclude)}}
	o["current_user_can_bypass"] = "never"
	if c.token.Admin { // GitHub tells those who may write alone
		actors := []any{}
		for _, b := range set.Bypass {
			var actor any
			if b.ID != 0 {
				actor = b.ID
			}
			actors = append(actors, object{"actor_id": actor, "actor_type": b.Type, "bypass_mode": or(b.Mode, "always")})
		}
		o["bypass_actors"] = actors
	}
	return o, nil
}

func texts(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}
