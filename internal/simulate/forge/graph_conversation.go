package forge

import (
	"slices"
	"strings"
)

type (
	pullFile  struct{ File }
	autoMerge struct {
		pull
		*AutoMerge
	}
	request struct {
		pull
		user *User
		team *Team
	}
)

func conversationTypes() graph {
	// shared is what issues and pull requests have in common. Both are
	// answered by the same Go type, thread.
	shared := f[thread]{
		"id":                func(_ *asker, t thread, _ args) any { return issueNode(t) },
		"number":            func(_ *asker, t thread, _ args) any { return t.c.Number },
		"title":             func(_ *asker, t thread, _ args) any { return t.c.Title },
		"body":              func(_ *asker, t thread, _ args) any { return t.c.Body },
		"bodyText":          func(_ *asker, t thread, _ args) any { return t.c.Body },
		"url":               func(q *asker, t thread, _ args) any { return q.threadWeb(t) },
		"resourcePath":      func(q *asker, t thread, _ args) any { return strings.TrimPrefix(q.threadWeb(t), q.web) },
		"author":            func(q *asker, t thread, _ args) any { return q.account(t.c.Author) },
		"authorAssociation": func(q *asker, t thread, _ args) any { return q.association(t.c.Association, t.c.Author) },
		"createdAt":         func(_ *asker, t thread, _ args) any { return t.c.Created },
		"publishedAt":       func(_ *asker, t thread, _ args) any { return t.c.Created },
		"updatedAt":         func(_ *asker, t thread, _ args) any { return t.c.Updated },
		"lastEditedAt":      func(_ *asker, t thread, _ args) any { return t.lastEdit().At },
		"editor":            func(q *asker, t thread, _ args) any { return q.account(t.lastEdit().Editor) },
		"closed":            func(_ *asker, t thread, _ args) any { return !t.c.Closed.IsZero() },
		"closedAt":          func(_ *asker, t thread, _ args) any { return t.c.Closed },
		"locked":            func(_ *asker, t thread, _ args) any { return t.c.Locked },
		"repository":        func(_ *asker, t thread, _ args) any { return t.r },
		"assignees":         func(q *asker, t thread, a args) any { return q.accounts("UserConnection", t.c.Assignees, a) },
		"labels":            func(_ *asker, t thread, a args) any { return labelConnection(t.r, t.c.Labels, a) },
		"fullDatabaseId":    func(_ *asker, t thread, _ args) any { return bigID(t.databaseID()) },
		"databaseId":        func(_ *asker, t thread, _ args) any { return t.databaseID() },
		"milestone": func(_ *asker, t thread, _ args) any {
			if t.c.Milestone == nil {
				return nil
			}
			return milestoneOf{t.r, t.c.Milestone}
		},
		"comments": func(_ *asker, t thread, a args) any {
			return conn("IssueCommentConnection", t.c.Comments, a, func(m *Comment) any { return comment{t, m} })
		},
		"timelineItems":       func(_ *asker, t thread, a args) any { return t.graphTimeline(a) },
		"includesCreatedEdit": func(_ *asker, t thread, _ args) any { return len(t.c.Edits) > 0 },
		"userContentEdits": func(_ *asker, t thread, a args) any {
			return conn("UserContentEditConnection", t.versions(), a, func(v version) any { return v })
		},
		"participants": func(q *asker, t thread, a args) any {
			list := []*User{t.c.Author}
			for _, e := range t.timeline() {
				var u *User
				switch v := e.of.(type) {
				case comment:
					u = v.Author
				case review:
					u = v.Review.Author
				}
				if u != nil && !slices.Contains(list, u) {
					list = append(list, u)
				}
			}
			return q.accounts("UserConnection", list, a)
		},
	}
	issues := f[thread]{
		"state":       func(_ *asker, t thread, _ args) any { return upper(t.c.state()) },
		"stateReason": func(_ *asker, t thread, _ args) any { return orNull(upper(t.of.StateReason)) },
		"closedByPullRequestsReferences": func(_ *asker, t thread, a args) any {
			return t.r.pullConnection(slices.DeleteFunc(slices.Clone(t.r.PullRequests), func(p *PullRequest) bool { return !slices.Contains(p.Closes, t.c.Number) }), a)
		},
	}
	pulls := map[string]resolver{}
	for name, resolve := range on(pullFields()) {
		pulls[name] = func(q *asker, of any, a args) any { t := of.(thread); return resolve(q, pull{t.r, t.pull}, a) }
	}
	return graph{
		"Issue": asThread(on(shared), on(issues)), "PullRequest": asThread(on(shared), pulls),
		"IssueComment": on(f[comment]{
			"id":                func(_ *asker, m comment, _ args) any { return commentNode(m) },
			"fullDatabaseId":    func(_ *asker, m comment, _ args) any { return bigID(m.ID) },
			"databaseId":        func(_ *asker, m comment, _ args) any { return m.ID },
			"author":            func(q *asker, m comment, _ args) any { return q.account(m.Author) },
			"authorAssociation": func(q *asker, m comment, _ args) any { return q.association(m.Association, m.Author) },
			"body":              func(_ *asker, m comment, _ args) any { return m.Body },
			"bodyText":          func(_ *asker, m comment, _ args) any { return m.Body },
			"createdAt":         func(_ *asker, m comment, _ args) any { return m.Created },
			"updatedAt":         func(_ *asker, m comment, _ args) any { return m.Updated },
			"lastEditedAt": func(_ *asker, m comment, _ args) any {
				if m.Updated.Equal(m.Created) {
					return nil
				}
				return m.Updated
			},
			"isMinimized": func(_ *asker, _ comment, _ args) any { return false },
			"url":         func(q *asker, m comment, _ args) any { return q.commentWeb(m) },
			"repository":  func(_ *asker, m comment, _ args) any { return m.r },
		}),
		"Label": on(f[labelOf]{
			"id":          func(_ *asker, l labelOf, _ args) any { return nodeID("LA", l.r.ID, l.ID) },
			"name":        func(_ *asker, l labelOf, _ args) any { return l.Name },
			"color":       func(_ *asker, l labelOf, _ args) any { return or(l.Color, "ededed") },
			"description": func(_ *asker, l labelOf, _ args) any { return orNull(l.Description) },
		}),
		"Milestone": on(f[milestoneOf]{
			"id":          func(_ *asker, m milestoneOf, _ args) any { return nodeID("MI", m.r.ID, m.ID) },
			"number":      func(_ *asker, m milestoneOf, _ args) any { return m.Number },
			"title":       func(_ *asker, m milestoneOf, _ args) any { return m.Title },
			"description": func(_ *asker, m milestoneOf, _ args) any { return orNull(m.Description) },
			"dueOn":       func(_ *asker, m milestoneOf, _ args) any { return m.Due },
			"closedAt":    func(_ *asker, m milestoneOf, _ args) any { return m.Closed },
			"createdAt":   func(_ *asker, m milestoneOf, _ args) any { return m.Created },
			"url":         func(q *asker, m milestoneOf, _ args) any { return q.milestoneObject(m.r, m.Milestone)["html_url"] },
		}),
	}
}

// asThread joins fields of threads, and lets them answer for the narrower
// types too.
func asThread(parts ...map[string]resolver) map[string]resolver {
	out := map[string]resolver{}
	for _, part := range parts {
		for name, resolve := range part {
			out[name] = func(q *asker, of any, a args) any {
				switch v := of.(type) {
				case pull:
					of = v.thread()
				case issue:
					of = v.thread()
				}
				return resolve(q, of, a)
			}
		}
	}
	return out
}

func (t thread) databaseID() int64 {
	if t.pull != nil {
		return t.pull.ID
	}
	return t.of.ID
}

// graphTimeline is the timeline as GraphQL pages it, by the arguments
// itemTypes and since.
func (t thread) graphTimeline(a args) *connection {
	all := t.timeline()
	since := a.time("since")
	var list []entry
	for _, e := range all {
		name := typeOf(e.of)
		if _, note := e.of.(revnote); note || name == "" || e.at.Before(since) { // a comment without a review is a thread in GraphQL
			continue
		}
		if a.allows("itemTypes", enum(name)) {
			list = append(list, e)
		}
	}
	c := conn("PullRequestTimelineItemsConnection", list, a, func(e entry) any { return e.of })
	if t.pull == nil {
		c.name = "IssueTimelineItemsConnection"
	}
	c.extra = map[string]any{"filteredCount": len(list), "pageCount": len(list), "updatedAt": t.c.Updated, "totalCount": len(all)}
	return c
}

// enum writes the name of a type as enumerations do: ReviewDismissedEvent as
// REVIEW_DISMISSED_EVENT.
func enum(name string) string {
	var b strings.Builder
	for i, r := range name {
		if i > 0 && r >= 'A' && r <= 'Z' {
			b.WriteByte('_')
		}
		b.WriteRune(r)
	}
	return upper(b.String())
}

func pullFields() f[pull] {
	return f[pull]{
		"state":             func(_ *asker, p pull, _ args) any { return p.graphState() },
		"isDraft":           func(_ *asker, p pull, _ args) any { return p.Draft },
		"merged":            func(_ *asker, p pull, _ args) any { return !p.Merged.IsZero() },
		"mergedAt":          func(_ *asker, p pull, _ args) any { return p.Merged },
		"mergedBy":          func(q *asker, p pull, _ args) any { return q.account(p.MergedBy) },
		"permalink":         func(q *asker, p pull, _ args) any { return q.pullWeb(p) },
		"baseRefName":       func(_ *asker, p pull, _ args) any { return p.Base.Ref },
		"baseRefOid":        func(_ *asker, p pull, _ args) any { return p.Base.SHA },
		"headRefName":       func(_ *asker, p pull, _ args) any { return p.Head.Ref },
		"headRefOid":        func(_ *asker, p pull, _ args) any { return p.Head.SHA },
		"baseRef":           func(_ *asker, p pull, _ args) any { return p.r.ref(p.Base.Ref) },
		"headRef":           func(_ *asker, p pull, _ args) any { return p.headRef() },
		"baseRepository":    func(_ *asker, p pull, _ args) any { return p.r },
		"isCrossRepository": func(_ *asker, p pull, _ args) any { return p.Head.Gone || p.Head.Repo != nil && p.Head.Repo != p.r },
		"headRepository": func(_ *asker, p pull, _ args) any {
			switch {
			case p.Head.Gone:
				return nil
			case p.Head.Repo != nil:
				return p.Head.Repo
			}
			return p.r
		},
		"headRepositoryOwner": func(q *asker, p pull, _ args) any {
			switch {
			case p.Head.Owner != nil:
				return q.account(p.Head.Owner)
			case p.Head.Gone:
				return nil
			}
			return p.r.Owner
		},
		"additions":    func(_ *asker, p pull, _ args) any { n, _ := changes(p.Files); return n },
		"deletions":    func(_ *asker, p pull, _ args) any { _, n := changes(p.Files); return n },
		"changedFiles": func(_ *asker, p pull, _ args) any { return len(p.Files) },
		"files": func(_ *asker, p pull, a args) any {
			return conn("PullRequestChangedFileConnection", p.Files[:min(len(p.Files), mostPullFiles)], a, func(x File) any { return pullFile{x} })
		},
		"commits": func(_ *asker, p pull, a args) any {
			c := conn("PullRequestCommitConnection", p.PullRequest.Commits[:min(len(p.PullRequest.Commits), mostPullCommits)], a, func(sha string) any { return pullCommit{p, commit{p.r, p.r.Commits[sha]}} })
			return c.with(map[string]any{"totalCount": len(p.PullRequest.Commits)})
		},
		"mergeCommit": func(_ *asker, p pull, _ args) any {
			if p.Merged.IsZero() {
				return nil
			}
			return p.r.commitOrNil(p.MergeCommit)
		},
		"potentialMergeCommit": func(_ *asker, p pull, _ args) any {
			if !p.Closed.IsZero() {
				return nil
			}
			return p.r.commitOrNil(p.MergeCommit)
		},
		"mergeable": func(_ *asker, p pull, _ args) any {
			return map[bool]string{true: "MERGEABLE", false: "UNKNOWN"}[p.Closed.IsZero()]
		},
		"mergeStateStatus": func(_ *asker, p pull, _ args) any {
			return map[bool]string{true: "CLEAN", false: "UNKNOWN"}[p.Closed.IsZero()]
		},
		"maintainerCanModify": func(_ *asker, _ pull, _ args) any { return false },
		"mergeQueueEntry":     func(_ *asker, _ pull, _ args) any { return nil },
		"isInMergeQueue":      func(_ *asker, _ pull, _ args) any { return false },
		"autoMergeRequest": func(_ *asker, p pull, _ args) any {
			if p.AutoMerge == nil {
				return nil
			}
			return autoMerge{p, p.AutoMerge}
		},
		"reviewDecision": func(_ *asker, p pull, _ args) any { return p.decision() },
		"reviews": func(_ *asker, p pull, a args) any {
			return p.reviewConnection(slices.DeleteFunc(slices.Clone(p.Reviews), func(v *Review) bool {
				by := a.text("author")
				return !a.allows("states", v.State) || by != "" && (v.Author == nil || !strings.EqualFold(v.Author.Login, by))
			}), a)
		},
		"latestReviews": func(_ *asker, p pull, a args) any { return p.reviewConnection(p.latestReviews(false), a) },
		"latestOpinionatedReviews": func(_ *asker, p pull, a args) any {
			return p.reviewConnection(p.latestReviews(true), a)
		},
		"reviewRequests": func(_ *asker, p pull, a args) any {
			var list []request
			for _, u := range p.RequestedReviewers {
				list = append(list, request{p, u, nil})
			}
			for _, t := range p.RequestedTeams {
				list = append(list, request{p, nil, t})
			}
			return conn("ReviewRequestConnection", list, a, func(r request) any { return r })
		},
		"statusCheckRollup": func(_ *asker, p pull, _ args) any { return p.r.rollup(p.Head.SHA) },
		"closingIssuesReferences": func(_ *asker, p pull, a args) any {
			var list []thread
			for _, n := range p.Closes {
				if t, ok := p.r.idx.threads[n]; ok && t.of != nil {
					list = append(list, t)
				}
			}
			return conn("IssueConnection", list, a, func(t thread) any { return t })
		},
	}
}

func (p pull) headRef() any {
	if p.Head.Gone || p.Head.Repo != nil && p.Head.Repo != p.r {
		return nil
	}
	return p.r.ref(p.Head.Ref)
}

// latestReviews gives each reviewer's last review; of those that approve,
// refuse or were dismissed alone, where opinionated.
func (p pull) latestReviews(opinionated bool) []*Review {
	var out []*Review
	for _, v := range p.Reviews {
		if v.State == "PENDING" || opinionated && v.State == "COMMENTED" {
			continue
		}
		out = slices.DeleteFunc(out, func(o *Review) bool { return o.Author != nil && o.Author == v.Author })
		out = append(out, v)
	}
	return out
}

// decision is what the reviews come to where the branch requires any; null
// where it does not.
func (p pull) decision() any {
	rule := p.r.Protection[p.Base.Ref]
	if rule == nil || rule.Reviews == nil || rule.Reviews.Count == 0 {
		return nil
	}
	approvals := 0
	for _, v := range p.latestReviews(true) {
		switch v.State {
		case "CHANGES_REQUESTED":
			return "CHANGES_REQUESTED"
		case "APPROVED":
			approvals++
		}
	}
	if approvals >= rule.Reviews.Count {
		return "APPROVED"
	}
	return "REVIEW_REQUIRED"
}

func (p pull) reviewConnection(list []*Review, a args) *connection {
	return conn("PullRequestReviewConnection", list, a, func(v *Review) any { return review{p, v} })
}
