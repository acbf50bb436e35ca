package forge

import (
	"fmt"
	"strconv"
	"strings"
)

// anyEdge stands for the edges of all connections.
const anyEdge = "Edge"

// f is the fields of one Go type: by GraphQL name, how the value answers.
type f[T any] = map[string]func(q *asker, of T, a args) any

// newGraph is every type that queries may ask about.
func newGraph() graph {
	g := graph{"Query": rootFields(), "PageInfo": pageFields(), anyEdge: edgeFields()}
	for _, types := range []graph{accountTypes(), repositoryTypes(), conversationTypes(), reviewTypes(), eventTypes(), commitTypes(), editTypes(), checkTypes(), deploymentTypes()} {
		for name, fields := range types {
			g[name] = fields
		}
	}
	return g
}

// typeOf names the GraphQL type of what a resolver gave.
func typeOf(v any) string {
	switch v := v.(type) {
	case root:
		return "Query"
	case *connection:
		return v.name
	case page:
		return "PageInfo"
	case edge:
		switch name := strings.TrimSuffix(v.c.name, "Connection"); name {
		case "CommitHistory", "ComparisonCommit":
			return "CommitEdge"
		default:
			return name + "Edge"
		}
	case *User:
		switch v.Type {
		case Bot, Organization:
			return v.Type
		}
		return "User"
	case event:
		return eventType(v.Kind)
	case version:
		return "UserContentEdit"
	case thread:
		if v.pull != nil {
			return "PullRequest"
		}
		return "Issue"
	}
	name := fmt.Sprintf("%T", v)
	return map[string]string{
		"*forge.Repo": "Repository", "forge.pull": "PullRequest", "forge.issue": "Issue", "forge.comment": "IssueComment",
		"forge.review": "PullRequestReview", "forge.revnote": "PullRequestReviewComment", "forge.pullCommit": "PullRequestCommit",
		"forge.pullFile": "PullRequestChangedFile", "forge.autoMerge": "AutoMergeRequest", "forge.request": "ReviewRequest",
		"forge.labelOf": "Label", "forge.milestoneOf": "Milestone", "*forge.Team": "Team", "*forge.App": "App",
		"forge.commit": "Commit", "forge.gitActor": "GitActor", "forge.signature": "GpgSignature", "forge.ref": "Ref", "forge.blob": "Blob",
		"forge.comparing": "Comparison", "forge.rollup": "StatusCheckRollup", "forge.combined": "Status", "forge.status": "StatusContext",
		"forge.check": "CheckRun", "forge.suite": "CheckSuite", "forge.stepOf": "CheckStep", "forge.run": "WorkflowRun", "forge.workflowOf": "Workflow",
		"forge.runFile": "WorkflowRunFile", "forge.approval": "DeploymentReview", "forge.deploy": "Deployment", "forge.report": "DeploymentStatus",
		"forge.place": "Environment", "forge.placeRule": "DeploymentProtectionRule", "forge.rules": "BranchProtectionRule", "forge.rate": "RateLimit",
	}[name]
}

// is reports whether an object of a type meets a fragment's condition: the
// type itself, or an interface or union that it belongs to.
func is(typ, condition string) bool {
	if typ == condition {
		return true
	}
	member := func(of ...string) bool {
		for _, t := range of {
			if t == typ {
				return true
			}
		}
		return false
	}
	switch condition {
	case "Node":
		return !member("GitActor", "GpgSignature", "PullRequestChangedFile", "AutoMergeRequest", "CheckStep", "DeploymentProtectionRule", "RateLimit", "Query", "PageInfo") && !strings.HasSuffix(typ, "Connection") && !strings.HasSuffix(typ, "Edge")
	case "Actor", "RepositoryOwner":
		return member("User", "Organization") || typ == "Bot" && condition == "Actor"
	case "RequestedReviewer":
		return member("User", "Bot", "Team")
	case "DeploymentReviewer":
		return member("User", "Team")
	case "Assignee":
		return member("User", "Bot", "Organization")
	case "GitObject":
		return member("Commit", "Blob")
	case "GitSignature":
		return member("GpgSignature")
	case "StatusCheckRollupContext":
		return member("CheckRun", "StatusContext")
	case "Closer":
		return member("Commit", "PullRequest")
	case "IssueOrPullRequest", "ReferencedSubject", "MilestoneItem", "RenamedTitleSubject", "SearchResultItem", "Lockable", "Labelable", "Assignable":
		return member("Issue", "PullRequest")
	case "Closable":
		return member("Issue", "PullRequest", "Milestone")
	case "Comment", "RepositoryNode":
		return member("Issue", "PullRequest", "IssueComment", "PullRequestReview", "PullRequestReviewComment")
	case "UniformResourceLocatable":
		return member("Issue", "PullRequest", "Repository", "User", "Bot", "Organization", "Commit", "CheckRun", "WorkflowRun", "WorkflowRunFile", "Workflow", "Milestone", "PullRequestCommit", "MergedEvent", "ClosedEvent", "ReviewDismissedEvent", "ReadyForReviewEvent", "ConvertToDraftEvent", "CrossReferencedEvent")
	case "PullRequestTimelineItems":
		return strings.HasSuffix(typ, "Event") || member("PullRequestCommit", "PullRequestReview", "IssueComment")
	case "IssueTimelineItems":
		return member("IssueComment", "AssignedEvent", "UnassignedEvent", "LabeledEvent", "UnlabeledEvent", "MilestonedEvent", "DemilestonedEvent", "RenamedTitleEvent", "ClosedEvent",
			"ReopenedEvent", "LockedEvent", "UnlockedEvent", "PinnedEvent", "UnpinnedEvent", "MentionedEvent", "SubscribedEvent", "UnsubscribedEvent", "ReferencedEvent",
			"CrossReferencedEvent", "ConnectedEvent", "DisconnectedEvent", "CommentDeletedEvent")
	}
	return false
}

// The little records that GraphQL has and REST has not.
type (
	rate    struct{ of object }
	labelOf struct {
		r *Repo
		*Label
	}
	milestoneOf struct {
		r *Repo
		*Milestone
	}
	ref struct {
		r         *Repo
		full, sha string
	}
	blob struct {
		r          *Repo
		path, text string
	}
	comparing struct {
		r          *Repo
		base, head *Commit
		comparison
	}
)

func rootFields() map[string]resolver {
	return on(f[root]{
		"viewer": func(q *asker, _ root, _ args) any { return q.viewer(q.token) },
		"rateLimit": func(q *asker, _ root, _ args) any {
			all, _ := q.getRateLimit()
			return rate{all.(object)["rate"].(object)}
		},
		"repository":      func(q *asker, _ root, a args) any { return q.repository(a.text("owner"), a.text("name")) },
		"repositoryOwner": func(q *asker, _ root, a args) any { return q.account(q.users[strings.ToLower(a.text("login"))]) },
		"organization": func(q *asker, _ root, a args) any {
			if !strings.EqualFold(a.text("login"), q.f.Org.Login) {
				return &failure{message: fmt.Sprintf("Could not resolve to an Organization with the login of '%s'.", a.text("login"))}
			}
			return q.f.Org
		},
		"user": func(q *asker, _ root, a args) any {
			if u := q.users[strings.ToLower(a.text("login"))]; u != nil && typeOf(u) == "User" {
				return u
			}
			return &failure{message: fmt.Sprintf("Could not resolve to a User with the login of '%s'.", a.text("login"))}
		},
		"node": func(q *asker, _ root, a args) any { return q.node(a.text("id")) },
		"nodes": func(q *asker, _ root, a args) any {
			out := []any{}
			for _, id := range a.texts("ids") {
				out = append(out, q.node(id))
			}
			return out
		},
		"search": func(q *asker, _ root, a args) any {
			if t := a.text("type"); t != "ISSUE" && t != "ISSUE_ADVANCED" {
				return &failure{doc: "UNPROCESSABLE", message: "Only searches of type ISSUE are answered here."}
			}
			found, err := q.search(a.text("query"), "", "")
			if err != nil {
				return &failure{doc: "UNPROCESSABLE", message: err.Error()}
			}
			total := len(found)
			c := conn("SearchResultItemConnection", found[:min(total, mostRuns)], a, func(t thread) any { return t })
			return c.with(map[string]any{"issueCount": total, "repositoryCount": 0, "userCount": 0, "codeCount": 0, "wikiCount": 0, "discussionCount": 0})
		},
	})
}

func (q *asker) repository(owner, name string) any {
	r := q.repos[strings.ToLower(owner+"/"+name)]
	if r == nil || !q.sees(r) {
		return &failure{message: fmt.Sprintf("Could not resolve to a Repository with the name '%s/%s'.", owner, name)}
	}
	return r
}

// account gives an account, or nothing where it does not exist (any more).
func (q *asker) account(u *User) any {
	if u == nil || u.Deleted {
		return nil
	}
	return u
}

// someone gives an account that may not be null: "ghost" for one that is gone.
func (q *asker) someone(u *User) any {
	if u == nil || u.Deleted {
		return ghost()
	}
	return u
}

// accounts gives a connection of people: bots are no users in GraphQL.
func (q *asker) accounts(name string, list []*User, a args) *connection {
	var there []*User
	for _, u := range list {
		if u != nil && !u.Deleted && typeOf(u) == "User" {
			there = append(there, u)
		}
	}
	return conn(name, there, a, func(u *User) any { return u })
}

// node finds a record by its global id.
func (q *asker) node(id string) any {
	missing := &failure{message: fmt.Sprintf("Could not resolve to a node with the global id of '%s'", id)}
	prefix, numbers, names, ok := parseNodeID(id)
	if !ok || len(numbers) == 0 {
		return missing
	}
	if prefix == "U" || prefix == "BOT" || prefix == "O" {
		for _, u := range q.users {
			if u.ID == numbers[0] {
				return u
			}
		}
		return missing
	}
	for _, r := range q.f.Repos {
		if r.ID != numbers[0] || !q.sees(r) {
			continue
		}
		if v := r.node(prefix, numbers[1:], names); v != nil {
			return v
		}
	}
	return missing
}

func (r *Repo) node(prefix string, numbers []int64, names []string) any {
	switch {
	case prefix == "R":
		return r
	case prefix == "C" && len(names) > 0:
		if c := r.Commits[names[0]]; c != nil {
			return commit{r, c}
		}
	case len(numbers) == 0:
	case prefix == "PR":
		for _, p := range r.PullRequests {
			if p.ID == numbers[0] {
				return pull{r, p}
			}
		}
	case prefix == "I":
		for _, i := range r.Issues {
			if i.ID == numbers[0] {
				return issue{r, i}
			}
		}
	case prefix == "PRR":
		for _, p := range r.PullRequests {
			for _, v := range p.Reviews {
				if v.ID == numbers[0] {
					return review{pull{r, p}, v}
				}
			}
		}
	case prefix == "DE":
		if d := r.idx.deployByID[numbers[0]]; d != nil {
			return deploy{r, d}
		}
	case prefix == "CR":
		if k, ok := r.idx.checkByID[numbers[0]]; ok {
			return k
		}
	case prefix == "CS":
		if u, ok := r.idx.suiteByID[numbers[0]]; ok {
			return u
		}
	case prefix == "WFR":
		if u := r.idx.runByID[numbers[0]]; u != nil {
			return run{r, u}
		}
	}
	return nil
}

func accountTypes() graph {
	account := f[*User]{
		"id":    func(_ *asker, u *User, _ args) any { return userNode(u) },
		"login": func(_ *asker, u *User, _ args) any { return strings.TrimSuffix(u.Login, "[bot]") },
		"url":   func(q *asker, u *User, _ args) any { return q.userObject(u)["html_url"] },
		"resourcePath": func(q *asker, u *User, _ args) any {
			return strings.TrimPrefix(q.userObject(u)["html_url"].(string), q.web)
		},
		"avatarUrl":  func(q *asker, u *User, _ args) any { return q.userObject(u)["avatar_url"] },
		"databaseId": func(_ *asker, u *User, _ args) any { return u.ID },
		"createdAt":  func(q *asker, u *User, _ args) any { return q.profile(u)["created_at"] },
	}
	named := f[*User]{
		"name":  func(_ *asker, u *User, _ args) any { return orNull(u.Name) },
		"email": func(_ *asker, u *User, _ args) any { return u.Email },
	}
	person := f[*User]{
		"isSiteAdmin": func(_ *asker, u *User, _ args) any { return u.SiteAdmin },
		"company":     func(_ *asker, u *User, _ args) any { return orNull(u.Company) },
	}
	organization := f[*User]{
		"repositories": func(q *asker, _ *User, a args) any {
			var list []*Repo
			for _, r := range q.f.Repos {
				if q.sees(r) {
					list = append(list, r)
				}
			}
			return conn("RepositoryConnection", list, a, func(r *Repo) any { return r })
		},
	}
	join := func(parts ...f[*User]) map[string]resolver {
		all := f[*User]{}
		for _, p := range parts {
			for k, v := range p {
				all[k] = v
			}
		}
		return on(all)
	}
	return graph{
		"User": join(account, named, person), "Bot": join(account), "Organization": join(account, named, organization),
		"Team": on(f[*Team]{
			"id":           func(q *asker, t *Team, _ args) any { return nodeID("T", q.server.f.Org.ID, t.ID) },
			"name":         func(_ *asker, t *Team, _ args) any { return or(t.Name, t.Slug) },
			"slug":         func(_ *asker, t *Team, _ args) any { return t.Slug },
			"combinedSlug": func(q *asker, t *Team, _ args) any { return q.server.f.Org.Login + "/" + t.Slug },
			"databaseId":   func(_ *asker, t *Team, _ args) any { return t.ID },
			"url":          func(q *asker, t *Team, _ args) any { return q.teamSimple(t)["html_url"] },
			"members":      func(q *asker, t *Team, a args) any { return q.accounts("TeamMemberConnection", t.Members, a) },
		}),
		"App": on(f[*App]{
			"id":         func(_ *asker, x *App, _ args) any { return nodeID("A", x.ID) },
			"name":       func(_ *asker, x *App, _ args) any { return or(x.Name, x.Slug) },
			"slug":       func(_ *asker, x *App, _ args) any { return x.Slug },
			"databaseId": func(_ *asker, x *App, _ args) any { return x.ID },
		}),
		"RateLimit": on(f[rate]{
			"limit":     func(_ *asker, r rate, _ args) any { return r.of["limit"] },
			"remaining": func(_ *asker, r rate, _ args) any { return r.of["remaining"] },
			"used":      func(_ *asker, r rate, _ args) any { return r.of["used"] },
			"cost":      func(_ *asker, _ rate, _ args) any { return 1 },
			"nodeCount": func(_ *asker, _ rate, _ args) any { return 0 },
			"resetAt":   func(q *asker, _ rate, _ args) any { return q.o.Now().UTC().Truncate(3600e9).Add(3600e9) },
		}),
	}
}

func bigID(id int64) string { return strconv.FormatInt(id, 10) }
