package forge

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// rules is a branch protection rule with its pattern.
type rules struct {
	r       *Repo
	pattern string
	*BranchProtection
}

func repositoryTypes() graph {
	return graph{
		"Repository": on(f[*Repo]{
			"id":                 func(_ *asker, r *Repo, _ args) any { return repoNode(r) },
			"databaseId":         func(_ *asker, r *Repo, _ args) any { return r.ID },
			"name":               func(_ *asker, r *Repo, _ args) any { return r.Name },
			"nameWithOwner":      func(_ *asker, r *Repo, _ args) any { return r.full() },
			"description":        func(_ *asker, r *Repo, _ args) any { return orNull(r.Description) },
			"owner":              func(_ *asker, r *Repo, _ args) any { return r.Owner },
			"url":                func(q *asker, r *Repo, _ args) any { return q.repoWeb(r) },
			"resourcePath":       func(_ *asker, r *Repo, _ args) any { return "/" + r.full() },
			"isPrivate":          func(_ *asker, r *Repo, _ args) any { return r.Private },
			"isArchived":         func(_ *asker, r *Repo, _ args) any { return r.Archived },
			"isFork":             func(_ *asker, r *Repo, _ args) any { return r.Fork },
			"isEmpty":            func(_ *asker, r *Repo, _ args) any { return len(r.Commits) == 0 },
			"visibility":         func(q *asker, r *Repo, _ args) any { return upper(q.repoObject(r)["visibility"].(string)) },
			"createdAt":          func(q *asker, r *Repo, _ args) any { return q.repoObject(r)["created_at"] },
			"pushedAt":           func(q *asker, r *Repo, _ args) any { return q.repoObject(r)["pushed_at"] },
			"updatedAt":          func(q *asker, r *Repo, _ args) any { return q.repoObject(r)["updated_at"] },
			"mergeCommitAllowed": func(q *asker, r *Repo, _ args) any { return q.repoObject(r)["allow_merge_commit"] },
			"squashMergeAllowed": func(q *asker, r *Repo, _ args) any { return q.repoObject(r)["allow_squash_merge"] },
			"rebaseMergeAllowed": func(q *asker, r *Repo, _ args) any { return q.repoObject(r)["allow_rebase_merge"] },
			"autoMergeAllowed":   func(_ *asker, r *Repo, _ args) any { return r.AutoMerge },
			"defaultBranchRef":   func(_ *asker, r *Repo, _ args) any { return r.ref(r.DefaultBranch) },
			"ref":                func(_ *asker, r *Repo, a args) any { return r.ref(a.text("qualifiedName")) },
			"refs": func(_ *asker, r *Repo, a args) any {
				names, prefix := r.Branches, a.text("refPrefix")
				if prefix == "refs/tags/" {
					names = r.Tags
				}
				var all []string
				for name := range names {
					all = append(all, prefix+name)
				}
				slices.Sort(all)
				return conn("RefConnection", all, a, func(name string) any { return r.ref(name) })
			},
			"object": func(_ *asker, r *Repo, a args) any { return r.object(or(a.text("oid"), a.text("expression"))) },
			"pullRequest": func(_ *asker, r *Repo, a args) any {
				t, missing := r.thread(a, "PullRequest")
				if missing != nil || t.pull == nil {
					return &failure{message: fmt.Sprintf("Could not resolve to a PullRequest with the number of %v.", a["number"])}
				}
				return t
			},
			"issue": func(_ *asker, r *Repo, a args) any {
				t, missing := r.thread(a, "Issue")
				if missing != nil || t.of == nil {
					return &failure{message: fmt.Sprintf("Could not resolve to an Issue with the number of %v.", a["number"])}
				}
				return t
			},
			"issueOrPullRequest": func(_ *asker, r *Repo, a args) any {
				t, missing := r.thread(a, "issue or pull request")
				if missing != nil {
					return missing
				}
				return t
			},
			"pullRequests": func(_ *asker, r *Repo, a args) any { return r.pullConnection(r.PullRequests, a) },
			"issues": func(_ *asker, r *Repo, a args) any {
				list := slices.DeleteFunc(slices.Clone(r.Issues), func(i *Issue) bool { return !a.allows("states", upper(i.state())) })
				sortBy(list, func(i *Issue) *Conversation { return &i.Conversation }, a)
				return conn("IssueConnection", list, a, func(i *Issue) any { return issue{r, i}.thread() })
			},
			"labels":      func(_ *asker, r *Repo, a args) any { return labelConnection(r, r.Labels, a) },
			"deployments": func(_ *asker, r *Repo, a args) any { return r.deployConnection(r.idx.deployments, a) },
			"environments": func(_ *asker, r *Repo, a args) any {
				return conn("EnvironmentConnection", r.Environments, a, func(e *Environment) any { return place{r, e} })
			},
			"environment": func(_ *asker, r *Repo, a args) any {
				if e := r.idx.environment[a.text("name")]; e != nil {
					return place{r, e}
				}
				return nil
			},
			"branchProtectionRules": func(_ *asker, r *Repo, a args) any {
				var names []string
				for name := range r.Protection {
					names = append(names, name)
				}
				slices.Sort(names)
				return conn("BranchProtectionRuleConnection", names, a, func(n string) any { return rules{r, n, r.Protection[n]} })
			},
		}),
		"Ref": on(f[ref]{
			"id":         func(_ *asker, x ref, _ args) any { return nodeID("REF", x.r.ID, x.full) },
			"name":       func(_ *asker, x ref, _ args) any { return x.full[len(x.prefix()):] },
			"prefix":     func(_ *asker, x ref, _ args) any { return x.prefix() },
			"repository": func(_ *asker, x ref, _ args) any { return x.r },
			"target":     func(_ *asker, x ref, _ args) any { return x.r.commitOrNil(x.sha) },
			"associatedPullRequests": func(_ *asker, x ref, a args) any {
				name := x.full[len(x.prefix()):]
				return x.r.pullConnection(slices.DeleteFunc(slices.Clone(x.r.PullRequests), func(p *PullRequest) bool { return p.Head.Ref != name }), a)
			},
			"branchProtectionRule": func(_ *asker, x ref, _ args) any {
				name := x.full[len(x.prefix()):]
				if p := x.r.Protection[name]; p != nil {
					return rules{x.r, name, p}
				}
				return nil
			},
			"compare": func(_ *asker, x ref, a args) any {
				head, ok := x.r.resolve(a.text("headRef"))
				base := x.r.Commits[x.sha]
				if !ok || base == nil {
					return nil
				}
				c := x.r.compare(base, head.Commit)
				if c.mergeBase == nil {
					return &failure{message: fmt.Sprintf("No common ancestor between %s and %s.", x.full, a.text("headRef"))}
				}
				return comparing{x.r, base, head.Commit, c}
			},
		}),
		"Comparison": on(f[comparing]{
			"id":         func(_ *asker, c comparing, _ args) any { return nodeID("CMP", c.r.ID, c.base.SHA, c.head.SHA) },
			"status":     func(_ *asker, c comparing, _ args) any { return upper(c.status) },
			"aheadBy":    func(_ *asker, c comparing, _ args) any { return len(c.ahead) },
			"behindBy":   func(_ *asker, c comparing, _ args) any { return len(c.behind) },
			"baseTarget": func(_ *asker, c comparing, _ args) any { return commit{c.r, c.base} },
			"headTarget": func(_ *asker, c comparing, _ args) any { return commit{c.r, c.head} },
			"commits": func(_ *asker, c comparing, a args) any {
				return commitConnection("ComparisonCommitConnection", c.r, c.ahead, a)
			},
		}),
		"Blob": on(f[blob]{
			"id":             func(_ *asker, b blob, _ args) any { return nodeID("B", b.r.ID, SHA("blob", b.text)) },
			"oid":            func(_ *asker, b blob, _ args) any { return SHA("blob", b.text) },
			"abbreviatedOid": func(_ *asker, b blob, _ args) any { return SHA("blob", b.text)[:7] },
			"text":           func(_ *asker, b blob, _ args) any { return b.text },
			"byteSize":       func(_ *asker, b blob, _ args) any { return len(b.text) },
			"isTruncated":    func(_ *asker, _ blob, _ args) any { return false },
			"isBinary":       func(_ *asker, _ blob, _ args) any { return false },
			"repository":     func(_ *asker, b blob, _ args) any { return b.r },
		}),
		"BranchProtectionRule": on(f[rules]{
			"id":                           func(_ *asker, p rules, _ args) any { return nodeID("BPR", p.r.ID, p.pattern) },
			"pattern":                      func(_ *asker, p rules, _ args) any { return p.pattern },
			"isAdminEnforced":              func(_ *asker, p rules, _ args) any { return p.EnforceAdmins },
			"allowsForcePushes":            func(_ *asker, p rules, _ args) any { return p.AllowForcePushes },
			"allowsDeletions":              func(_ *asker, p rules, _ args) any { return p.AllowDeletions },
			"requiresLinearHistory":        func(_ *asker, p rules, _ args) any { return p.LinearHistory },
			"requiresCommitSignatures":     func(_ *asker, p rules, _ args) any { return p.Signatures },
			"requiresApprovingReviews":     func(_ *asker, p rules, _ args) any { return p.Reviews != nil },
			"requiredApprovingReviewCount": func(_ *asker, p rules, _ args) any { return p.reviews().Count },
			"requiresCodeOwnerReviews":     func(_ *asker, p rules, _ args) any { return p.reviews().CodeOwners },
			"dismissesStaleReviews":        func(_ *asker, p rules, _ args) any { return p.reviews().DismissStale },
			"requireLastPushApproval":      func(_ *asker, p rules, _ args) any { return p.reviews().LastPushApproval },
			"requiresStatusChecks":         func(_ *asker, p rules, _ args) any { return p.Checks != nil },
			"requiresStrictStatusChecks":   func(_ *asker, p rules, _ args) any { return p.Checks != nil && p.Checks.Strict },
			"requiredStatusCheckContexts": func(_ *asker, p rules, _ args) any {
				if p.Checks == nil {
					return []string{}
				}
				return texts(p.Checks.Contexts)
			},
		}),
	}
}

func (p rules) reviews() RequiredReviews {
	if p.Reviews == nil {
		return RequiredReviews{}
	}
	return *p.Reviews
}

func (r *Repo) thread(a args, kind string) (thread, *failure) {
	n, _ := a.number("number")
	t, ok := r.idx.threads[n]
	if !ok {
		return t, &failure{message: fmt.Sprintf("Could not resolve to an %s with the number of %d.", kind, n)}
	}
	return t, nil
}

func (r *Repo) commitOrNil(sha string) any {
	if c := r.Commits[sha]; c != nil {
		return commit{r, c}
	}
	return nil
}

// ref gives a branch or tag by name, "refs/heads/" being understood.
func (r *Repo) ref(name string) any {
	if tag, ok := strings.CutPrefix(name, "refs/tags/"); ok {
		if sha := r.Tags[tag]; sha != "" {
			return ref{r, name, sha}
		}
		return nil
	}
	branch := strings.TrimPrefix(name, "refs/heads/")
	if sha := r.Branches[branch]; sha != "" {
		return ref{r, "refs/heads/" + branch, sha}
	}
	return nil
}

func (x ref) prefix() string {
	if strings.HasPrefix(x.full, "refs/tags/") {
		return "refs/tags/"
	}
	return "refs/heads/"
}

// object gives what a git expression names: a commit, or "main:path" for a file.
func (r *Repo) object(expression string) any {
	if at, path, ok := strings.Cut(expression, ":"); ok {
		if _, known := r.resolve(at); known {
			if text, there := r.Contents[path]; there {
				return blob{r, path, text}
			}
		}
		return nil
	}
	if c, ok := r.resolve(expression); ok {
		return c
	}
	return nil
}

// allows reports whether a list argument names a word, or is not there.
func (a args) allows(name, word string) bool {
	list := a.texts(name)
	return len(list) == 0 || slices.Contains(list, word)
}

// sortBy sorts conversations as the argument orderBy says; by creation, the
// oldest first, where it says nothing.
func sortBy[T any](list []T, of func(T) *Conversation, a args) {
	by, _ := a["orderBy"].(map[string]any)
	field, _ := by["field"].(string)
	direction, _ := by["direction"].(string)
	sort := map[string]string{"UPDATED_AT": "updated", "COMMENTS": "comments"}[field]
	sortConversations(list, of, sort, or(strings.ToLower(direction), "asc"))
}

func (p *PullRequest) graphState() string {
	switch {
	case !p.Merged.IsZero():
		return "MERGED"
	case !p.Closed.IsZero():
		return "CLOSED"
	}
	return "OPEN"
}

func (r *Repo) pullConnection(all []*PullRequest, a args) *connection {
	var list []*PullRequest
	for _, p := range all {
		if a.allows("states", p.graphState()) && a.allows("baseRefName", p.Base.Ref) && a.allows("headRefName", p.Head.Ref) && p.hasLabels(a.texts("labels")) {
			list = append(list, p)
		}
	}
	sortBy(list, func(p *PullRequest) *Conversation { return &p.Conversation }, a)
	return conn("PullRequestConnection", list, a, func(p *PullRequest) any { return pull{r, p} })
}

func (r *Repo) deployConnection(all []*Deployment, a args) *connection {
	list := slices.DeleteFunc(slices.Clone(all), func(d *Deployment) bool { return !a.allows("environments", d.Environment) })
	by, _ := a["orderBy"].(map[string]any)
	slices.SortStableFunc(list, func(x, y *Deployment) int {
		order := cmp.Or(x.Created.Compare(y.Created), cmp.Compare(x.ID, y.ID))
		if by["direction"] == "DESC" {
			return -order
		}
		return order
	})
	return conn("DeploymentConnection", list, a, func(d *Deployment) any { return deploy{r, d} })
}

func labelConnection(r *Repo, list []*Label, a args) *connection {
	return conn("LabelConnection", list, a, func(l *Label) any { return labelOf{r, l} })
}

func commitConnection(name string, r *Repo, list []*Commit, a args) *connection {
	authors := map[string]bool{}
	for _, c := range list {
		authors[c.Author.Email] = true
	}
	c := conn(name, list, a, func(c *Commit) any { return commit{r, c} })
	return c.with(map[string]any{"authorCount": len(authors)})
}
