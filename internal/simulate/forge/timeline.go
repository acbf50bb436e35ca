package forge

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// entry is one entry of a timeline: a commit, review, comment, review comment
// without a review, or event.
type entry struct {
	at time.Time
	of any
}

// timeline puts a conversation's commits, reviews, comments and events in
// order of time; where times are equal, in that order.
func (t thread) timeline() []entry {
	var out []entry
	if t.pull != nil {
		p := pull{t.r, t.pull}
		for _, sha := range t.pull.Commits {
			c := t.r.Commits[sha]
			out = append(out, entry{c.Committer.Date, pullCommit{p, commit{t.r, c}}})
		}
		for _, v := range t.pull.Reviews {
			if v.State != "PENDING" {
				out = append(out, entry{v.Submitted, review{p, v}})
			}
		}
		for _, n := range t.pull.ReviewComments {
			if n.ReviewID == 0 {
				out = append(out, entry{n.Created, revnote{p, n}})
			}
		}
	}
	for _, m := range t.c.Comments {
		out = append(out, entry{m.Created, comment{t, m}})
	}
	for _, e := range t.c.Events {
		out = append(out, entry{e.At, event{t, e}})
	}
	slices.SortStableFunc(out, func(a, b entry) int { return a.at.Compare(b.at) })
	return out
}

// pullCommit is a commit as part of a pull request.
type pullCommit struct {
	pull
	commit commit
}

func eventNode(e event) string { return nodeID(eventPrefix(e.Kind), e.r.ID, e.ID) }

func eventPrefix(kind string) string {
	var b strings.Builder
	for _, w := range strings.FieldsFunc(kind, func(r rune) bool { return r == '_' || r == '-' }) {
		b.WriteString(strings.ToUpper(w[:1]))
	}
	return b.String() + "EV"
}

// event renders an event as the timeline and the list of events do.
func (s *site) event(e event) object {
	if e.Kind == "cross-referenced" {
		o := object{"event": e.Kind, "created_at": at(e.At), "updated_at": at(e.At), "source": object{"type": "issue", "issue": s.source(e.Source)}}
		if a := s.user(e.Actor); a != nil {
			o["actor"] = a
		}
		return o
	}
	o := object{
		"id": e.ID, "node_id": eventNode(e), "url": fmt.Sprintf("%s/issues/events/%d", s.repoURL(e.r), e.ID), "actor": s.user(e.Actor),
		"event": e.Kind, "commit_id": nil, "commit_url": nil, "created_at": at(e.At), "performed_via_github_app": nil,
	}
	if e.Commit != "" && e.Kind != "review_dismissed" {
		o["commit_id"], o["commit_url"] = e.Commit, s.repoURL(e.r)+"/commits/"+e.Commit
	}
	switch e.Kind {
	case "assigned", "unassigned":
		o["assignee"] = s.author(e.User)
	case "labeled", "unlabeled":
		o["label"] = object{"name": e.Label.Name, "color": or(e.Label.Color, "ededed")}
	case "milestoned", "demilestoned":
		o["milestone"] = object{"title": e.Title}
	case "renamed":
		o["rename"] = object{"from": e.From, "to": e.To}
	case "locked":
		o["lock_reason"] = orNull(e.Message)
	case "closed", "reopened":
		o["state_reason"] = orNull(e.StateReason)
	case "review_requested", "review_request_removed":
		o["review_requester"] = s.author(e.Actor)
		if e.Team != nil {
			o["requested_team"] = s.team(e.Team)
		} else {
			o["requested_reviewer"] = s.author(e.User)
		}
	case "review_dismissed":
		d := object{"state": strings.ToLower(e.State), "review_id": e.reviewID(), "dismissal_message": orNull(e.Message)}
		if e.Commit != "" {
			d["dismissal_commit_id"] = e.Commit
		}
		o["dismissed_review"] = d
	}
	return o
}

func (e *Event) reviewID() int64 {
	if e.Review == nil {
		return 0
	}
	return e.Review.ID
}

// source renders what a conversation was mentioned in.
func (s *site) source(ref *Reference) any {
	if ref == nil || ref.Repo == nil {
		return nil
	}
	t, ok := ref.Repo.idx.threads[ref.Number]
	if !ok {
		return nil
	}
	o := s.issue(t)
	o["repository"] = s.repo(ref.Repo)
	return o
}

// timelineEntry renders one entry of REST's timeline.
func (s *site) timelineEntry(e entry) any {
	switch v := e.of.(type) {
	case pullCommit:
		c := v.commit
		full := s.gitCommit(c)
		return object{
			"event": "committed", "sha": c.SHA, "node_id": commitNode(c), "url": s.repoURL(c.r) + "/git/commits/" + c.SHA,
			"html_url": s.repoWeb(c.r) + "/commit/" + c.SHA, "author": full["author"], "committer": full["committer"], "tree": full["tree"],
			"message": c.Message, "parents": s.parents(c), "verification": full["verification"],
		}
	case review:
		o := s.review(v)
		o["event"], o["state"] = "reviewed", strings.ToLower(v.State)
		return o
	case comment:
		o := s.comment(v)
		o["event"], o["actor"] = "commented", o["user"]
		return o
	case revnote:
		return object{"event": "line-commented", "node_id": revnoteNode(v), "comments": []any{s.reviewComment(v)}}
	case event:
		return s.event(v)
	}
	return nil
}

func (c *call) listTimeline(t thread) (any, error) {
	return paged(c, t.timeline(), c.timelineEntry), nil
}

// listEvents lists what the timeline does, without what is no event.
func (c *call) listEvents(t thread) (any, error) {
	var list []*Event
	for _, e := range t.c.Events {
		if e.Kind != "cross-referenced" {
			list = append(list, e)
		}
	}
	slices.SortStableFunc(list, func(a, b *Event) int { return cmp.Compare(a.At.UnixNano(), b.At.UnixNano()) })
	return paged(c, list, func(e *Event) any {
		o := c.event(event{t, e})
		if e.Kind == "assigned" || e.Kind == "unassigned" {
			o["assigner"] = c.author(e.Actor) // the timeline does not say
		}
		return o
	}), nil
}
