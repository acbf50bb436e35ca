package github

import (
	"regexp"
	"slices"
	"strings"

	gh "github.com/google/go-github/v60/github"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// eventTypes are the entries of a timeline that a list asks for: what was done
// on the pull request itself. Left out is what only points elsewhere (mentions,
// references, linked issues, deployments), and what other lists hold.
const (
	eventTypes = plainEvents + ", ADDED_TO_MERGE_QUEUE_EVENT, REMOVED_FROM_MERGE_QUEUE_EVENT"

	plainEvents = `MERGED_EVENT, CLOSED_EVENT, REOPENED_EVENT, REVIEW_DISMISSED_EVENT, REVIEW_REQUESTED_EVENT, REVIEW_REQUEST_REMOVED_EVENT, READY_FOR_REVIEW_EVENT, CONVERT_TO_DRAFT_EVENT,
        HEAD_REF_FORCE_PUSHED_EVENT, HEAD_REF_DELETED_EVENT, HEAD_REF_RESTORED_EVENT, BASE_REF_FORCE_PUSHED_EVENT, BASE_REF_CHANGED_EVENT, AUTOMATIC_BASE_CHANGE_SUCCEEDED_EVENT,
        LABELED_EVENT, UNLABELED_EVENT, ASSIGNED_EVENT, UNASSIGNED_EVENT, MILESTONED_EVENT, DEMILESTONED_EVENT, RENAMED_TITLE_EVENT, LOCKED_EVENT, UNLOCKED_EVENT, COMMENT_DELETED_EVENT,
        AUTO_MERGE_ENABLED_EVENT, AUTO_SQUASH_ENABLED_EVENT, AUTO_REBASE_ENABLED_EVENT, AUTO_MERGE_DISABLED_EVENT`

	// Aliases: one name has several types in the members of the union.
	selectEvent = `{ __typename
        ... on MergedEvent {` + selectDone + ` after: commit { oid } }
        ... on ClosedEvent {` + selectDone + ` stateReason closer { ... on Commit { oid } } }
        ... on ReopenedEvent {` + selectDone + ` }
        ... on ReviewDismissedEvent {` + selectDone + ` previousReviewState dismissalMessage review { fullDatabaseId } pullRequestCommit { commit { oid } } }
        ... on ReviewRequestedEvent {` + selectDone + ` requestedReviewer ` + selectReviewer + ` }
        ... on ReviewRequestRemovedEvent {` + selectDone + ` requestedReviewer ` + selectReviewer + ` }
        ... on ReadyForReviewEvent {` + selectDone + ` }
        ... on ConvertToDraftEvent {` + selectDone + ` }
        ... on HeadRefForcePushedEvent {` + selectDone + ` before: beforeCommit { oid } after: afterCommit { oid } }
        ... on HeadRefDeletedEvent {` + selectDone + ` }
        ... on HeadRefRestoredEvent {` + selectDone + ` }
        ... on BaseRefForcePushedEvent {` + selectDone + ` before: beforeCommit { oid } after: afterCommit { oid } }
        ... on BaseRefChangedEvent {` + selectDone + ` from: previousRefName to: currentRefName }
        ... on AutomaticBaseChangeSucceededEvent {` + selectDone + ` from: oldBase to: newBase }
        ... on LabeledEvent {` + selectDone + ` label { name } }
        ... on UnlabeledEvent {` + selectDone + ` label { name } }
        ... on AssignedEvent {` + selectDone + ` assignee` + selectAssignee + ` }
        ... on UnassignedEvent {` + selectDone + ` assignee` + selectAssignee + ` }
        ... on MilestonedEvent {` + selectDone + ` to: milestoneTitle }
        ... on DemilestonedEvent {` + selectDone + ` to: milestoneTitle }
        ... on RenamedTitleEvent {` + selectDone + ` from: previousTitle to: currentTitle }
        ... on LockedEvent {` + selectDone + ` lockReason }
        ... on UnlockedEvent {` + selectDone + ` }
        ... on CommentDeletedEvent {` + selectDone + ` }
        ... on AutoMergeEnabledEvent {` + selectDone + ` }
        ... on AutoSquashEnabledEvent {` + selectDone + ` }
        ... on AutoRebaseEnabledEvent {` + selectDone + ` }
        ... on AutoMergeDisabledEvent {` + selectDone + ` }` + queueEvents + `
      }`
	queueEvents = `
        ... on AddedToMergeQueueEvent {` + selectDone + ` }
        ... on RemovedFromMergeQueueEvent {` + selectDone + ` before: beforeCommit { oid } reason }`

	selectDone     = ` createdAt actor` + selectActor
	selectAssignee = ` { __typename ... on User { login databaseId } ... on Bot { login databaseId } ... on Organization { login databaseId } ... on Mannequin { login databaseId } }`
)

// unreadEvents names what a list does not hold of a timeline.
const unreadEvents = "mentions, references and deployments of the pull request"

// withoutQueue takes the events of the merge queue out of a query where the
// server does not know them.
func (l *listing) withoutQueue(query string) string {
	if !l.noQueue {
		return query
	}
	return strings.NewReplacer(eventTypes, plainEvents, queueEvents, "").Replace(query)
}

type eventNode struct {
	Type       string        `json:"__typename"`
	Created    *gh.Timestamp `json:"createdAt"`
	Actor      *actorNode    `json:"actor"`
	Before     *oidNode      `json:"before"`
	After      *oidNode      `json:"after"`
	Closer     *oidNode      `json:"closer"`
	From       string        `json:"from"`
	To         string        `json:"to"`
	Reason     string        `json:"reason"`
	Lock       string        `json:"lockReason"`
	State      string        `json:"stateReason"`
	Label      *labelNode    `json:"label"`
	Assignee   *actorNode    `json:"assignee"`
	Reviewer   *reviewerNode `json:"requestedReviewer"`
	Dismissed  string        `json:"previousReviewState"`
	Dismissal  string        `json:"dismissalMessage"`
	Review     *reviewNode   `json:"review"`
	PullCommit *struct {
		Commit *oidNode `json:"commit"`
	} `json:"pullRequestCommit"`
}

// kind gives REST's word for a GraphQL type: its words, in lower case.
func (n *eventNode) kind() string {
	if n.Type == "RenamedTitleEvent" {
		return "renamed"
	}
	word := capital.ReplaceAllString(strings.TrimSuffix(n.Type, "Event"), "_$0")
	return strings.ToLower(strings.TrimPrefix(word, "_"))
}

var capital = regexp.MustCompile(`[A-Z]`)

// mapListed maps an entry of a timeline as mapEvent and addDetails do.
func (c *Collector) mapListed(n *eventNode) evidence.Event {
	out := evidence.Event{Kind: n.kind(), Actor: c.person(n.Actor.user()), At: at(n.Created), Message: n.Reason}
	if n.Before != nil {
		out.Before = n.Before.OID
	}
	for _, commit := range []*oidNode{n.After, n.Closer} {
		if commit != nil {
			out.After = commit.OID
		}
	}
	if n.From+n.To != "" {
		out.Before, out.Subject = n.From, n.To
	}
	switch {
	case n.Label != nil:
		out.Subject = n.Label.Name
	case n.Reviewer != nil:
		out.Subject = n.Reviewer.name()
	case n.Assignee != nil:
		out.Subject = n.Assignee.user().GetLogin()
	case n.Type == "ReviewDismissedEvent":
		out.DismissedState, out.Message = n.Dismissed, n.Dismissal
		if n.Review != nil {
			out.ReviewID = n.Review.ID.String()
		}
		if n.PullCommit != nil && n.PullCommit.Commit != nil {
			out.After = n.PullCommit.Commit.OID
		}
	case n.Lock != "":
		out.Message = lockReason(n.Lock)
	case n.State != "":
		out.Message = strings.ToLower(n.State)
	}
	return out
}

// lockReason gives REST's word: "off-topic", "too heated", "resolved", "spam".
func lockReason(s string) string {
	s = strings.ToLower(s)
	if s == "off_topic" {
		return "off-topic"
	}
	return strings.ReplaceAll(s, "_", " ")
}

func (c *Collector) mapTimeline(n *pullNode) []evidence.Event {
	var out []evidence.Event
	for _, e := range n.Timeline.all() {
		if strings.HasSuffix(e.Type, "Event") {
			out = append(out, c.mapListed(e))
		}
	}
	sortEvents(out)
	return slices.Clip(out)
}
