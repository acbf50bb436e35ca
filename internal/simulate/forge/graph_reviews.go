package forge

import (
	"fmt"
	"slices"
)

func reviewTypes() graph {
	return graph{
		"PullRequestCommit": on(f[pullCommit]{
			"id":          func(_ *asker, c pullCommit, _ args) any { return nodeID("PURC", c.r.ID, c.ID, c.commit.SHA) },
			"commit":      func(_ *asker, c pullCommit, _ args) any { return c.commit },
			"pullRequest": func(_ *asker, c pullCommit, _ args) any { return c.pull },
			"url":         func(q *asker, c pullCommit, _ args) any { return q.pullWeb(c.pull) + "/commits/" + c.commit.SHA },
			"resourcePath": func(_ *asker, c pullCommit, _ args) any {
				return fmt.Sprintf("/%s/pull/%d/commits/%s", c.r.full(), c.Number, c.commit.SHA)
			},
		}),
		"PullRequestChangedFile": on(f[pullFile]{
			"path":      func(_ *asker, x pullFile, _ args) any { return x.Path },
			"additions": func(_ *asker, x pullFile, _ args) any { return x.Additions },
			"deletions": func(_ *asker, x pullFile, _ args) any { return x.Deletions },
			"changeType": func(_ *asker, x pullFile, _ args) any {
				return map[string]string{"removed": "DELETED"}[x.Status] + map[bool]string{true: upper(or(x.Status, "modified"))}[x.Status != "removed"]
			},
			"viewerViewedState": func(_ *asker, _ pullFile, _ args) any { return "UNVIEWED" },
		}),
		"AutoMergeRequest": on(f[autoMerge]{
			"enabledAt":      func(_ *asker, m autoMerge, _ args) any { return m.EnabledAt },
			"enabledBy":      func(q *asker, m autoMerge, _ args) any { return q.account(m.EnabledBy) },
			"mergeMethod":    func(_ *asker, m autoMerge, _ args) any { return upper(or(m.Method, "merge")) },
			"commitHeadline": func(_ *asker, m autoMerge, _ args) any { return orNull(m.AutoMerge.Title) },
			"commitBody":     func(_ *asker, m autoMerge, _ args) any { return orNull(m.Message) },
			"pullRequest":    func(_ *asker, m autoMerge, _ args) any { return m.pull },
		}),
		"ReviewRequest": on(f[request]{
			"id":          func(_ *asker, r request, _ args) any { return nodeID("RRQ", r.r.ID, r.ID, fmt.Sprint(r.user, r.team)) },
			"asCodeOwner": func(_ *asker, _ request, _ args) any { return false },
			"pullRequest": func(_ *asker, r request, _ args) any { return r.pull },
			"requestedReviewer": func(q *asker, r request, _ args) any {
				if r.team != nil {
					return r.team
				}
				return q.account(r.user)
			},
		}),
		"PullRequestReview": on(f[review]{
			"id":                func(_ *asker, v review, _ args) any { return reviewNode(v) },
			"fullDatabaseId":    func(_ *asker, v review, _ args) any { return bigID(v.Review.ID) },
			"databaseId":        func(_ *asker, v review, _ args) any { return v.Review.ID },
			"state":             func(_ *asker, v review, _ args) any { return v.State },
			"author":            func(q *asker, v review, _ args) any { return q.account(v.Review.Author) },
			"authorAssociation": func(q *asker, v review, _ args) any { return q.association(v.Review.Association, v.Review.Author) },
			"body":              func(_ *asker, v review, _ args) any { return v.Review.Body },
			"bodyText":          func(_ *asker, v review, _ args) any { return v.Review.Body },
			"submittedAt":       func(_ *asker, v review, _ args) any { return v.Submitted },
			"createdAt":         func(_ *asker, v review, _ args) any { return later(v.pull.Created, v.Submitted) },
			"updatedAt":         func(_ *asker, v review, _ args) any { return later(v.pull.Created, v.Submitted) },
			"commit":            func(_ *asker, v review, _ args) any { return v.r.commitOrNil(v.CommitID) },
			"url":               func(q *asker, v review, _ args) any { return q.reviewWeb(v) },
			"pullRequest":       func(_ *asker, v review, _ args) any { return v.pull },
			"repository":        func(_ *asker, v review, _ args) any { return v.r },
			"comments": func(_ *asker, v review, a args) any {
				var list []*ReviewComment
				for _, n := range v.ReviewComments {
					if n.ReviewID == v.Review.ID {
						list = append(list, n)
					}
				}
				return conn("PullRequestReviewCommentConnection", list, a, func(n *ReviewComment) any { return revnote{v.pull, n} })
			},
			"onBehalfOf": func(q *asker, v review, a args) any {
				var list []*Team
				for _, t := range q.server.f.Teams {
					if slices.Contains(v.RequestedTeams, t) && slices.Contains(t.Members, v.Review.Author) {
						list = append(list, t)
					}
				}
				return conn("TeamConnection", list, a, func(t *Team) any { return t })
			},
		}),
		"PullRequestReviewComment": on(f[revnote]{
			"id":             func(_ *asker, n revnote, _ args) any { return revnoteNode(n) },
			"fullDatabaseId": func(_ *asker, n revnote, _ args) any { return bigID(n.ReviewComment.ID) },
			"databaseId":     func(_ *asker, n revnote, _ args) any { return n.ReviewComment.ID },
			"author":         func(q *asker, n revnote, _ args) any { return q.account(n.ReviewComment.Author) },
			"authorAssociation": func(q *asker, n revnote, _ args) any {
				return q.association(n.ReviewComment.Association, n.ReviewComment.Author)
			},
			"body":      func(_ *asker, n revnote, _ args) any { return n.ReviewComment.Body },
			"path":      func(_ *asker, n revnote, _ args) any { return n.Path },
			"diffHunk":  func(_ *asker, n revnote, _ args) any { return n.Hunk },
			"createdAt": func(_ *asker, n revnote, _ args) any { return n.ReviewComment.Created },
			"updatedAt": func(_ *asker, n revnote, _ args) any { return n.ReviewComment.Updated },
			"outdated":  func(_ *asker, n revnote, _ args) any { return n.Line == 0 },
			"line": func(_ *asker, n revnote, _ args) any {
				if n.Line == 0 {
					return nil
				}
				return n.Line
			},
			"originalLine": func(_ *asker, n revnote, _ args) any {
				if line := max(n.OriginalLine, n.Line); line > 0 {
					return line
				}
				return nil
			},
			"commit":         func(_ *asker, n revnote, _ args) any { return n.r.commitOrNil(n.CommitID) },
			"originalCommit": func(_ *asker, n revnote, _ args) any { return n.r.commitOrNil(or(n.OriginalCommit, n.CommitID)) },
			"url":            func(q *asker, n revnote, _ args) any { return q.reviewComment(n)["html_url"] },
			"pullRequest":    func(_ *asker, n revnote, _ args) any { return n.pull },
			"replyTo": func(_ *asker, n revnote, _ args) any {
				for _, o := range n.ReviewComments {
					if o.ID == n.InReplyTo {
						return revnote{n.pull, o}
					}
				}
				return nil
			},
			"pullRequestReview": func(_ *asker, n revnote, _ args) any {
				for _, v := range n.Reviews {
					if v.ID == n.ReviewID {
						return review{n.pull, v}
					}
				}
				return nil
			},
		}),
	}
}
