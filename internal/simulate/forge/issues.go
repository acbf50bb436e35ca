package forge

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

func issueNode(t thread) string {
	if t.pull != nil {
		return pullNode(pull{t.r, t.pull})
	}
	return nodeID("I", t.r.ID, t.id())
}

// issue renders an issue, or a pull request as an issue.
func (s *site) issue(t thread) object {
	api := s.issueURL(t)
	c := t.c
	assignees := s.userList(c.Assignees)
	var assignee, reason any
	if len(assignees) > 0 {
		assignee = assignees[0]
	}
	if t.of != nil {
		reason = orNull(t.of.StateReason)
	}
	o := object{
		"url": api, "repository_url": s.repoURL(t.r), "labels_url": api + "/labels{/name}", "comments_url": api + "/comments",
		"events_url": api + "/events", "html_url": s.threadWeb(t), "id": t.id(), "node_id": issueNode(t), "number": c.Number, "title": c.Title,
		"user": s.author(c.Author), "labels": s.labels(t.r, c.Labels), "state": c.state(), "locked": c.Locked, "assignee": assignee,
		"assignees": assignees, "milestone": s.milestone(t.r, c.Milestone), "comments": len(c.Comments), "created_at": at(c.Created),
		"updated_at": at(c.Updated), "closed_at": at(c.Closed), "author_association": s.association(c.Association, c.Author),
		"active_lock_reason": nil, "body": orNull(c.Body), "reactions": reactions(api), "timeline_url": api + "/timeline",
		"performed_via_github_app": nil, "state_reason": reason, "type": nil,
		"sub_issues_summary":         object{"total": 0, "completed": 0, "percent_completed": 0},
		"issue_dependencies_summary": object{"blocked_by": 0, "total_blocked_by": 0, "blocking": 0, "total_blocking": 0},
	}
	if t.pull != nil {
		web := s.threadWeb(t)
		o["draft"] = t.pull.Draft
		o["pull_request"] = object{"url": s.pullURL(pull{t.r, t.pull}), "html_url": web, "diff_url": web + ".diff", "patch_url": web + ".patch", "merged_at": at(t.pull.Merged)}
	}
	return o
}

func (c *call) getIssue(t thread) (any, error) {
	o := c.issue(t)
	o["closed_by"], o["pinned_comment"] = c.user(t.c.ClosedBy), nil
	return o, nil
}

func (c *call) listIssues() (any, error) {
	q := c.r.URL.Query()
	state := or(q.Get("state"), "open")
	if state != "open" && state != "closed" && state != "all" {
		return nil, invalid("Issue", "state", "invalid")
	}
	since, _ := time.Parse(time.RFC3339, q.Get("since")) // what GitHub cannot read it ignores
	var want []string
	if l := q.Get("labels"); l != "" {
		want = strings.Split(l, ",")
	}
	var list []thread
	for _, t := range c.repo.idx.threads {
		if (state == "all" || t.c.state() == state) && !t.c.Updated.Before(since) && t.c.hasLabels(want) {
			list = append(list, t)
		}
	}
	sortConversations(list, func(t thread) *Conversation { return t.c }, q.Get("sort"), q.Get("direction"))
	return paged(c, list, func(t thread) any { return c.issue(t) }), nil
}

func (c *Conversation) hasLabels(want []string) bool {
	for _, w := range want {
		if !slices.ContainsFunc(c.Labels, func(l *Label) bool { return strings.EqualFold(l.Name, w) }) {
			return false
		}
	}
	return true
}

func (s *site) commentWeb(m comment) string {
	return fmt.Sprintf("%s#issuecomment-%d", s.threadWeb(m.thread), m.ID)
}

func commentNode(m comment) string { return nodeID("IC", m.r.ID, m.ID) }

func (s *site) comment(m comment) object {
	api := fmt.Sprintf("%s/issues/comments/%d", s.repoURL(m.r), m.ID)
	return object{
		"url": api, "html_url": s.commentWeb(m), "issue_url": s.issueURL(m.thread), "id": m.ID, "node_id": commentNode(m),
		"user": s.author(m.Author), "created_at": at(m.Created), "updated_at": at(m.Updated), "body": m.Body,
		"author_association": s.association(m.Association, m.Author), "reactions": reactions(api), "performed_via_github_app": nil,
	}
}

func (c *call) listComments(t thread) (any, error) {
	since, _ := time.Parse(time.RFC3339, c.r.URL.Query().Get("since")) // what GitHub cannot read it ignores
	var list []*Comment
	for _, m := range t.c.Comments {
		if !m.Updated.Before(since) {
			list = append(list, m)
		}
	}
	return paged(c, list, func(m *Comment) any { return c.comment(comment{t, m}) }), nil
}
