package github

import (
	"context"
	"slices"
	"strings"
	"time"

	gh "github.com/google/go-github/v60/github"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// timelineEvent is an entry of a timeline. go-github's type has no dismissed
// review, and reads the author of a commit where other entries have accounts.
type timelineEvent struct {
	ID            int64         `json:"id"`
	Event         string        `json:"event"`
	Actor         *gh.User      `json:"actor"`
	CreatedAt     *gh.Timestamp `json:"created_at"`
	CommitID      string        `json:"commit_id"`
	Label         *gh.Label     `json:"label"`
	Milestone     *gh.Milestone `json:"milestone"`
	Assignee      *gh.User      `json:"assignee"`
	Reviewer      *gh.User      `json:"requested_reviewer"`
	RequestedTeam *gh.Team      `json:"requested_team"`
	Requester     *gh.User      `json:"review_requester"`
	LockReason    string        `json:"lock_reason"`
	StateReason   string        `json:"state_reason"`
	Rename        *struct {
		From string `json:"from"`
		To   string `json:"to"`
	} `json:"rename"`
	Dismissed *struct {
		State    string `json:"state"`
		ReviewID int64  `json:"review_id"`
		Message  string `json:"dismissal_message"`
		CommitID string `json:"dismissal_commit_id"`
	} `json:"dismissed_review"`
	Source *struct {
		Issue *gh.Issue `json:"issue"`
	} `json:"source"`
}

// elsewhere are the kinds of entry that other fields of the record already
// hold, or that only say who gets e-mail.
var elsewhere = []string{
	"commented", "reviewed", "committed", "line-commented", "commit-commented",
	"subscribed", "unsubscribed", "mentioned",
}

func (c *Collector) mapEvent(in timelineEvent) evidence.Event {
	out := evidence.Event{Kind: in.Event, Actor: c.person(in.Actor), At: at(in.CreatedAt), After: in.CommitID}
	switch {
	case in.Rename != nil:
		out.Before, out.Subject = in.Rename.From, in.Rename.To
	case in.Label != nil:
		out.Subject = in.Label.GetName()
	case in.Milestone != nil:
		out.Subject = in.Milestone.GetTitle()
	case in.Reviewer != nil:
		out.Subject = in.Reviewer.GetLogin()
	case in.RequestedTeam != nil:
		out.Subject = in.RequestedTeam.GetSlug()
		if out.Subject == "" {
			out.Subject = in.RequestedTeam.GetName()
		}
	case in.Assignee != nil:
		out.Subject = in.Assignee.GetLogin()
	case in.Source != nil && in.Source.Issue != nil:
		out.Subject = in.Source.Issue.GetHTMLURL()
		out.Message = in.Source.Issue.GetTitle()
	}
	if out.Actor == nil && in.Requester != nil {
		out.Actor = c.person(in.Requester)
	}
	if d := in.Dismissed; d != nil {
		out.ReviewID, out.DismissedState, out.Message = id(d.ReviewID), strings.ToUpper(d.State), d.Message
		if d.CommitID != "" {
			out.After = d.CommitID
		}
	}
	if out.Message == "" {
		out.Message = in.LockReason + in.StateReason
	}
	return out
}

// sortEvents orders by time. An entry without one stays behind the entry that
// the source put before it.
func sortEvents(events []evidence.Event) {
	type keyed struct {
		at    time.Time
		event evidence.Event
	}
	var all []keyed
	var last time.Time
	for _, e := range events {
		if !e.At.IsZero() {
			last = e.At
		}
		all = append(all, keyed{last, e})
	}
	slices.SortStableFunc(all, func(a, b keyed) int { return a.at.Compare(b.at) })
	for i := range all {
		events[i] = all[i].event
	}
}

// pullRequestTimeline reads the timeline, with the details that only GraphQL
// has. It also gives the issues that the pull request was linked to by hand or
// by keyword, and the commits that the merge queue tried.
func (c *Collector) pullRequestTimeline(ctx context.Context, r *retrieval, n name, pr *evidence.PullRequest) (tickets []evidence.Ref, tried []string) {
	raw, err := list[timelineEvent](ctx, c, n.path("/issues/%d/timeline", n.number))
	r.miss("timeline", err)
	for _, e := range raw {
		if e.Event != "" && !slices.Contains(elsewhere, e.Event) {
			pr.Timeline = append(pr.Timeline, c.mapEvent(e))
		}
	}
	sortEvents(pr.Timeline)
	needed := err != nil || needsDetails(pr)
	d, err := c.details(ctx, n)
	if err != nil {
		r.miss("edits of the description", err)
		if needed {
			r.miss("details of the timeline (force-pushes, base branches, merge queue, linked issues)", err)
		}
		return nil, nil
	}
	c.takeEdits(r, pr, d)
	pr.Timeline = c.addDetails(pr.Timeline, d.events)
	sortEvents(pr.Timeline)
	for _, e := range pr.Timeline {
		if strings.HasSuffix(e.Kind, "_force_pushed") && (e.Before == "" || e.After == "") {
			r.gap("force-push at "+e.At.Format(time.RFC3339), evidence.NotFound, "GitHub no longer says which commits it replaced")
		}
		if e.Kind == "removed_from_merge_queue" && e.Before != "" {
			tried = append(tried, e.Before)
		}
	}
	// A pull request may name issues anywhere; only those in scope are collected.
	for _, issue := range d.issues {
		repository, number, _ := strings.Cut(issue, "#")
		if configured, ok := c.configured(repository); ok {
			tickets = append(tickets, c.ref(evidence.KindTicket, "%s#%s", configured, number))
		}
	}
	return tickets, tried
}

// needsDetails reports whether GraphQL knows anything about the pull request
// that the timeline does not say.
func needsDetails(pr *evidence.PullRequest) bool {
	if len(evidence.ClosingIssues(pr.Body.Source, pr.Repository)) > 0 {
		return true
	}
	return slices.ContainsFunc(pr.Timeline, func(e evidence.Event) bool {
		switch e.Kind {
		case "head_ref_force_pushed", "base_ref_force_pushed", "base_ref_changed", "automatic_base_change_succeeded",
			"added_to_merge_queue", "removed_from_merge_queue", "connected", "disconnected":
			return true
		}
		return false
	})
}

// addDetails puts what GraphQL says of an event into the same event of the
// REST timeline. One that the REST timeline lacks is added.
func (c *Collector) addDetails(events, details []evidence.Event) []evidence.Event {
	used := map[int]bool{}
	for _, d := range details {
		i := slices.IndexFunc(events, func(e evidence.Event) bool { return e.Kind == d.Kind && e.At.Equal(d.At) })
		for i >= 0 && used[i] {
			next := slices.IndexFunc(events[i+1:], func(e evidence.Event) bool { return e.Kind == d.Kind && e.At.Equal(d.At) })
			if next < 0 {
				i = -1
				break
			}
			i += 1 + next
		}
		if i < 0 {
			events = append(events, d)
			used[len(events)-1] = true
			continue
		}
		used[i] = true
		e := &events[i]
		e.Before, e.Subject, e.Message = first(d.Before, e.Before), first(d.Subject, e.Subject), first(d.Message, e.Message)
		e.After = first(d.After, e.After)
		if e.Actor == nil {
			e.Actor = d.Actor
		}
	}
	return events
}

func first(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
