package forge

import "time"

// Label is a label of a repository.
type Label struct {
	ID          int64
	Name        string
	Color       string // six hexadecimal digits; "ededed" where ""
	Description string
}

// Milestone is a milestone of a repository.
type Milestone struct {
	ID          int64
	Number      int
	Title       string
	Description string
	Creator     *User
	Created     time.Time
	Due         time.Time
	Closed      time.Time
}

// Conversation is what issues and pull requests have in common.
type Conversation struct {
	Number    int
	Title     string
	Body      string // "" is served as null
	Author    *User
	Created   time.Time
	Updated   time.Time // the latest thing that happened where zero
	Closed    time.Time // zero: open
	ClosedBy  *User
	Locked    bool
	Labels    []*Label
	Assignees []*User
	Milestone *Milestone
	// Association of the author: "MEMBER", "CONTRIBUTOR", "NONE", …; made from the author where "".
	Association string
	Comments    []*Comment
	Events      []*Event // in order of time; commits, reviews and comments are not events: they are merged in
	Edits       []*Edit  // of Body, oldest first; GraphQL alone shows them
}

// Edit is one edit of a description.
type Edit struct {
	ID     int64
	Editor *User
	At     time.Time
	Before string // what the description had said until then
	// Erased is when somebody deleted Before from the history, which people may
	// do to take a secret out; zero: nobody did. ErasedBy is who.
	Erased   time.Time
	ErasedBy *User
}

// Issue is an issue that is not a pull request.
type Issue struct {
	ID int64
	Conversation
	StateReason string // "completed", "not_planned", "reopened", "duplicate"; "" is null
}

// Comment is one comment of a conversation.
type Comment struct {
	ID      int64
	Author  *User
	Body    string
	Created time.Time
	Updated time.Time // Created where zero
	// Association as in Conversation.
	Association string
}

// PullRequest is one pull request.
type PullRequest struct {
	ID      int64
	IssueID int64 // REST's number for it as an issue
	Conversation
	Draft bool

	Merged      time.Time // zero: not merged. Closed must be set too
	MergedBy    *User
	MergeCommit string // what landed on the base branch; before the merge GitHub's test merge, or ""

	Base Side
	Head Side

	Commits []string // SHAs of Repo.Commits, oldest first
	Files   []File   // against the base; counts follow from it

	Reviews            []*Review        // in order of submission
	ReviewComments     []*ReviewComment // in order of creation
	RequestedReviewers []*User          // still asked
	RequestedTeams     []*Team

	AutoMerge *AutoMerge // who enabled it; kept after the merge
	Closes    []int      // issues that GitHub links as closed by it
}

// Side is one end of a pull request.
type Side struct {
	Ref   string
	SHA   string
	Repo  *Repo // the repository of the pull request where nil, unless Gone
	Owner *User // of a head in a fork; the repository's owner where nil
	Gone  bool  // the fork was deleted: repo is null
}

// AutoMerge says that a pull request merges as soon as the rules allow.
type AutoMerge struct {
	EnabledBy *User
	EnabledAt time.Time
	Method    string // "merge", "squash", "rebase"
	Title     string
	Message   string
}

// Review is one review as it now stands. A dismissed one has State
// "DISMISSED", and an event "review_dismissed" says what it was.
type Review struct {
	ID          int64
	Author      *User
	State       string // "APPROVED", "CHANGES_REQUESTED", "COMMENTED", "DISMISSED", "PENDING"
	Body        string
	CommitID    string // the head that the reviewer saw; "" is null: force-pushed away
	Submitted   time.Time
	Association string
}

// ReviewComment is one comment on a line.
type ReviewComment struct {
	ID             int64
	ReviewID       int64 // of Review; 0: none
	Review         *Review
	InReplyTo      int64
	Author         *User
	Body           string
	Path           string
	Hunk           string
	Side           string // "RIGHT" where ""
	Line           int    // 0 is null: the comment is outdated
	OriginalLine   int
	CommitID       string
	OriginalCommit string // CommitID where ""
	Created        time.Time
	Updated        time.Time
	Association    string
}

// Event is one entry of a timeline that is not a commit, review or comment.
// Kind is REST's word; GraphQL's type follows from it:
//
//	"assigned" "unassigned"                          User
//	"labeled" "unlabeled"                            Label
//	"milestoned" "demilestoned"                      Title (the milestone's)
//	"renamed"                                        From, To
//	"review_requested" "review_request_removed"      User or Team
//	"review_dismissed"                               Review, State (what it had been: "APPROVED", …), Message, Commit
//	"head_ref_force_pushed" "base_ref_force_pushed"  Before, Commit (after)
//	"base_ref_changed"                               From, To
//	"head_ref_deleted" "head_ref_restored"
//	"merged"                                         Commit
//	"closed"                                         Commit (that closed it) or PullRequest, StateReason
//	"reopened" "locked" "unlocked" "pinned" "unpinned"
//	"ready_for_review" "convert_to_draft"
//	"added_to_merge_queue" "removed_from_merge_queue" Message (the reason of a removal), Before (what the queue had tried)
//	"auto_merge_enabled" "auto_squash_enabled" "auto_rebase_enabled" "auto_merge_disabled" Message (the reason of a disabling)
//	"referenced"                                     Commit
//	"cross-referenced"                               Source
//	"connected" "disconnected"                       Source
//	"mentioned" "subscribed" "unsubscribed"
//	"deployed"                                       Deployment
//	"comment_deleted"                                User (who wrote the comment)
type Event struct {
	ID          int64
	Kind        string
	Actor       *User
	At          time.Time
	User        *User
	Team        *Team
	Label       *Label
	Title       string
	From, To    string
	Before      string
	Commit      string
	Review      *Review
	State       string
	Message     string
	StateReason string
	Deployment  *Deployment
	Source      *Reference
	PullRequest *PullRequest
}

// Reference is the issue or pull request that another one was mentioned in.
type Reference struct {
	Repo   *Repo
	Number int
}
