package github

import (
	"context"
	"fmt"
	"slices"
	"strings"

	gh "github.com/google/go-github/v60/github"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// issue collects an issue as a ticket.
func (c *Collector) issue(ctx context.Context, r *retrieval, item *evidence.Item) error {
	n, err := splitRef(r.ref)
	if err != nil {
		return err
	}
	var raw gh.Issue
	if _, err := c.get(ctx, n.path("/issues/%d", n.number), &raw); err != nil {
		return c.gapError("", err)
	}
	if raw.IsPullRequest() {
		return &evidence.GapError{Reason: evidence.NotFound, Detail: r.ref.ID + " is a pull request and not an issue"}
	}
	if int64(raw.GetNumber()) != n.number && !strings.Contains(raw.GetHTMLURL(), "/issues/") {
		return &evidence.GapError{Reason: evidence.Unreachable, Detail: fmt.Sprintf("GitHub answered with issue %d where %d was asked for", raw.GetNumber(), n.number)}
	}
	out := c.mapIssue(n.repository, &raw)
	item.Ticket = out
	if out.Key != r.ref.ID {
		out.Requested = r.ref.ID
	}
	comments, err := list[*gh.IssueComment](ctx, c, n.path("/issues/%d/comments", n.number))
	r.miss("comments", err)
	for _, v := range comments {
		out.Comments = append(out.Comments, c.mapComment(v))
	}
	events, err := list[timelineEvent](ctx, c, n.path("/issues/%d/timeline", n.number))
	r.miss("history", err)
	item.Links = c.issueHistory(n, events, out)
	return nil
}

func (c *Collector) mapIssue(repository string, in *gh.Issue) *evidence.Ticket {
	out := &evidence.Ticket{
		Key: fmt.Sprintf("%s#%d", repository, in.GetNumber()), URL: in.GetHTMLURL(), Project: repository, Type: "issue",
		Title: in.GetTitle(), Status: in.GetState(), Resolution: in.GetStateReason(), Body: markdown(in.GetBody()),
		Reporter: c.person(in.User), Creator: c.person(in.User), Assignee: c.person(in.Assignee),
		Created: at(in.CreatedAt), Updated: at(in.UpdatedAt), Resolved: at(in.ClosedAt), Labels: labelNames(in.Labels),
	}
	if m := in.GetMilestone().GetTitle(); m != "" {
		out.Versions = []string{m}
	}
	// An issue may have been moved to another repository since.
	if moved := strings.TrimPrefix(in.GetHTMLURL(), c.web+"/"); strings.Contains(moved, "/issues/") && moved != in.GetHTMLURL() {
		if repo, number, ok := strings.Cut(moved, "/issues/"); ok && repositoryName.MatchString(repo) {
			out.Key, out.Project = repo+"#"+number, repo
		}
	}
	return out
}

// issueHistory turns a timeline into changes of fields, and gives the commits
// and pull requests of configured repositories that it names.
func (c *Collector) issueHistory(n name, events []timelineEvent, out *evidence.Ticket) []evidence.Ref {
	var links []evidence.Ref
	milestone := ""
	for _, e := range events {
		if e.Event == "cross-referenced" {
			if l, ref, ok := c.crossReference(e); ok {
				out.Related = append(out.Related, l)
				if !ref.IsZero() {
					links = append(links, ref)
				}
			}
			continue
		}
		if e.Event == "closed" && commitHash.MatchString(e.CommitID) {
			links = append(links, c.ref(evidence.KindCommit, "%s@%s", n.repository, e.CommitID))
		}
		field, from, to := fieldChange(e)
		if field == "" {
			continue
		}
		if field == "milestone" {
			from, milestone = first(from, milestone), to
		}
		out.History = append(out.History, evidence.HistoryEntry{ID: id(e.ID), At: at(e.CreatedAt), Author: c.person(e.Actor), Field: field, From: from, To: to})
	}
	slices.SortStableFunc(out.History, func(a, b evidence.HistoryEntry) int { return a.At.Compare(b.At) })
	return links
}

// fieldChange says which field of an issue an event changed; "" for none.
func fieldChange(e timelineEvent) (field, from, to string) {
	switch e.Event {
	case "labeled":
		return "label", "", e.Label.GetName()
	case "unlabeled":
		return "label", e.Label.GetName(), ""
	case "assigned":
		return "assignee", "", e.Assignee.GetLogin()
	case "unassigned":
		return "assignee", e.Assignee.GetLogin(), ""
	case "milestoned":
		return "milestone", "", e.Milestone.GetTitle()
	case "demilestoned":
		return "milestone", e.Milestone.GetTitle(), ""
	case "renamed":
		if e.Rename != nil {
			return "title", e.Rename.From, e.Rename.To
		}
	case "closed":
		if e.StateReason != "" {
			return "status", "open", "closed (" + e.StateReason + ")"
		}
		return "status", "open", "closed"
	case "reopened":
		return "status", "closed", "open"
	case "locked", "unlocked", "transferred", "converted_to_discussion", "pinned", "unpinned":
		return "issue", "", e.Event
	}
	return "", "", ""
}

// crossReference gives the issue or pull request that mentions this one; ref
// is set where it is a pull request of a configured repository.
func (c *Collector) crossReference(e timelineEvent) (evidence.TicketLink, evidence.Ref, bool) {
	if e.Source == nil || e.Source.Issue == nil || e.Source.Issue.GetNumber() == 0 {
		return evidence.TicketLink{}, evidence.Ref{}, false
	}
	from := e.Source.Issue
	repository := from.GetRepository().GetFullName()
	if repository == "" {
		path := strings.TrimPrefix(from.GetHTMLURL(), c.web+"/")
		if parts := strings.Split(path, "/"); len(parts) >= 2 {
			repository = parts[0] + "/" + parts[1]
		}
	}
	l := evidence.TicketLink{Relation: "is mentioned by", Key: fmt.Sprintf("%s#%d", repository, from.GetNumber()), Title: from.GetTitle(), Status: from.GetState()}
	var ref evidence.Ref
	if configured, ok := c.configured(repository); ok && from.IsPullRequest() {
		ref = c.ref(evidence.KindPullRequest, "%s#%d", configured, from.GetNumber())
	}
	return l, ref, true
}

// configured gives a repository as it is configured, so that one record has
// one ref; ok is false where it is not in scope.
func (c *Collector) configured(repository string) (name string, ok bool) {
	i := slices.IndexFunc(c.cfg.Repositories, func(r string) bool { return strings.EqualFold(r, repository) })
	if i < 0 {
		return "", false
	}
	return c.cfg.Repositories[i], true
}
