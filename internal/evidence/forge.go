package evidence

import (
	"encoding/json"
	"time"
)

// PullRequest is a request to merge, with everything that was said and done on it.
type PullRequest struct {
	Repository string `json:"repository"`
	Number     int    `json:"number"`
	URL        string `json:"url"` // for a person to open
	Title      string `json:"title"`
	Body       Text   `json:"body"`
	State      string `json:"state"` // "open", "closed" or "merged"
	Draft      bool   `json:"draft,omitempty"`

	Author  *Person   `json:"author,omitempty"` // nil: the account no longer exists
	Created time.Time `json:"created,omitzero"`
	Updated time.Time `json:"updated,omitzero"`
	Closed  time.Time `json:"closed,omitzero"`

	Merged      time.Time  `json:"merged,omitzero"` // zero: not merged
	MergedBy    *Person    `json:"merged_by,omitempty"`
	MergeCommit string     `json:"merge_commit,omitempty"` // what landed on the base branch; "" if not merged or not known
	AutoMerge   *AutoMerge `json:"auto_merge,omitempty"`

	Base Branch `json:"base"`
	Head Branch `json:"head"`

	Labels             []string `json:"labels,omitempty"`
	Milestone          string   `json:"milestone,omitempty"`
	Assignees          []Person `json:"assignees,omitempty"`
	RequestedReviewers []string `json:"requested_reviewers,omitempty"` // logins and team slugs still asked

	Commits      []Commit `json:"commits,omitempty"` // oldest first; without files
	CommitsTotal int      `json:"commits_total"`     // as the source counts
	Files        []File   `json:"files,omitempty"`
	FilesTotal   int      `json:"files_total"`
	Additions    int      `json:"additions"`
	Deletions    int      `json:"deletions"`

	Reviews        []Review  `json:"reviews,omitempty"` // in order of submission
	ReviewComments []Comment `json:"review_comments,omitempty"`
	Comments       []Comment `json:"comments,omitempty"`
	Timeline       []Event   `json:"timeline,omitempty"` // in order of time

	// BodyEdits is what the source keeps of the edits of Body; nil where it was
	// not asked, or keeps nothing.
	BodyEdits *TextEdits `json:"body_edits,omitempty"`

	// Statement is set where the record was pieced together from commits by a
	// source that keeps no pull requests (a git repository alone): it says so.
	Statement string `json:"statement,omitempty"`
}

// TextEdits is what a source keeps of the edits of a text.
type TextEdits struct {
	Last     time.Time     `json:"last,omitzero"`      // UTC; zero: it was never edited
	By       *Person       `json:"by,omitempty"`       // who made the last edit; nil: the source does not say
	Versions []TextVersion `json:"versions,omitempty"` // oldest first; the first is the text as it was created, where the source keeps that
}

// TextVersion is a text as it stood from At until the next version.
type TextVersion struct {
	At     time.Time `json:"at"` // UTC
	Author *Person   `json:"author,omitempty"`
	Text   Text      `json:"text"`
	Lost   bool      `json:"lost,omitempty"` // the source does not show the text any more
}

// Version gives the text as it stood at a time. Ok is false where the source
// does not say: it keeps no version of then, or does not show its text.
func (e *TextEdits) Version(at time.Time) (v TextVersion, ok bool) {
	for _, one := range e.Versions {
		if !one.At.After(at) {
			v, ok = one, !one.Lost
		}
	}
	return v, ok
}

// Branch is one end of a pull request.
type Branch struct {
	Ref        string `json:"ref"`
	SHA        string `json:"sha"`
	Repository string `json:"repository,omitempty"` // "" where the fork was deleted
}

// AutoMerge says who let the forge merge as soon as its rules allow.
type AutoMerge struct {
	EnabledBy *Person `json:"enabled_by,omitempty"`
	Method    string  `json:"method,omitempty"` // "merge", "squash", "rebase"
}

// Review is one review as it now stands at the source. What a dismissed
// review had said is in the timeline.
type Review struct {
	ID        string    `json:"id"`
	Author    *Person   `json:"author,omitempty"` // nil: the account no longer exists
	State     string    `json:"state"`            // "APPROVED", "CHANGES_REQUESTED", "COMMENTED", "DISMISSED", "PENDING"
	Submitted time.Time `json:"submitted,omitzero"`
	CommitID  string    `json:"commit_id,omitempty"` // the head that the reviewer saw; "" where the source lost it
	Body      Text      `json:"body"`
	URL       string    `json:"url,omitempty"`
}

// Event is one entry of a pull request's timeline. Fields that an event of
// its kind does not have are empty.
type Event struct {
	Kind           string    `json:"kind"` // the source's word: "review_dismissed", "head_ref_force_pushed", "labeled", …
	Actor          *Person   `json:"actor,omitempty"`
	At             time.Time `json:"at,omitzero"`
	Subject        string    `json:"subject,omitempty"`         // the label, reviewer, team, milestone, branch or new title
	Before         string    `json:"before,omitempty"`          // commit before a push, or old title or base
	After          string    `json:"after,omitempty"`           // commit after a push, or the event's commit
	ReviewID       string    `json:"review_id,omitempty"`       // of review_dismissed
	DismissedState string    `json:"dismissed_state,omitempty"` // what the review had said: "APPROVED", "CHANGES_REQUESTED"
	Message        string    `json:"message,omitempty"`
}

// File is one path that a change touches.
type File struct {
	Path         string `json:"path"`
	PreviousPath string `json:"previous_path,omitempty"` // of a rename
	Status       string `json:"status,omitempty"`        // "added", "modified", "removed", "renamed", …
	Additions    int    `json:"additions"`
	Deletions    int    `json:"deletions"`
	Patch        string `json:"patch,omitempty"` // unified diff without the file header; "" for binary or too large
	// Blob is the hash of the file's content as the change leaves it, of a removed
	// file as it was; "" where the source does not say.
	Blob string `json:"blob,omitempty"`
}

// Commit is one commit of a repository.
type Commit struct {
	Repository string    `json:"repository"`
	SHA        string    `json:"sha"`
	Parents    []string  `json:"parents,omitempty"`
	URL        string    `json:"url,omitempty"`
	Message    string    `json:"message"`
	Author     Signature `json:"author"`
	Committer  Signature `json:"committer"`
	Verified   bool      `json:"verified,omitempty"` // the source verified a signature on it
	VerifiedAs string    `json:"verified_as,omitempty"`
	Trailers   []Trailer `json:"trailers,omitempty"`
	Files      []File    `json:"files,omitempty"`
	FilesTotal int       `json:"files_total,omitempty"`

	// Branch is the branch on whose first-parent line a Lister found the commit;
	// "" where it was not listed as one of a line.
	Branch string `json:"branch,omitempty"`
	// PullRequests are those that the source says brought this commit.
	PullRequests []Ref `json:"pull_requests,omitempty"`
	// ContainedIn says, for each deployment that was looked at, how its commit
	// relates to this one, oldest deployment first.
	ContainedIn []Containment `json:"contained_in,omitempty"`
}

// Signature is the name, address and date that a commit carries. All three
// are the committer's own statement: anyone can set them.
type Signature struct {
	Name    string    `json:"name"`
	Email   string    `json:"email,omitempty"`
	Date    time.Time `json:"date,omitzero"`
	Account *Person   `json:"account,omitempty"` // to whom the source attributes it, if to anyone
}

// Trailer is a line such as "Reviewed-by: A <a@b>" at the end of a commit
// message. It is the committer's statement, not a record of a review.
type Trailer struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

// Containment is the source's answer to "compare this commit with that
// deployment's": "identical" and "ahead" mean that the deployment contains the
// commit, "behind" and "diverged" that it does not.
type Containment struct {
	Deployment Ref    `json:"deployment"`
	Status     string `json:"status"`
}

// Contains reports whether the deployment contains the commit.
func (c Containment) Contains() bool { return c.Status == "identical" || c.Status == "ahead" }

// Mention is the answer to "which pull requests name this text?".
type Mention struct {
	Text  string `json:"text"`
	Query string `json:"query"` // exactly as put to the source
	Found []Ref  `json:"found,omitempty"`
	Total int    `json:"total"` // as the source counts; more than len(Found) where it was cut
}

// BranchRules is how a branch is protected at the time of retrieval, which is
// not the time of the change.
type BranchRules struct {
	Repository string          `json:"repository"`
	Branch     string          `json:"branch"`
	URL        string          `json:"url,omitempty"`
	Protected  bool            `json:"protected"`
	Protection json.RawMessage `json:"protection,omitempty"` // classic protection as the source words it; nil where there is none
	Rules      []BranchRule    `json:"rules,omitempty"`      // of rulesets
	Codeowners Text            `json:"codeowners"`
	OwnersPath string          `json:"owners_path,omitempty"`
}

// BranchRule is one rule of a ruleset that applies to a branch.
type BranchRule struct {
	Type       string          `json:"type"` // "pull_request", "required_status_checks", …
	Ruleset    string          `json:"ruleset,omitempty"`
	Source     string          `json:"source,omitempty"`
	Parameters json.RawMessage `json:"parameters,omitempty"`
}
