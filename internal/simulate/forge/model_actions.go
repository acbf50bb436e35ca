package forge

import "time"

// Workflow is one Actions workflow.
type Workflow struct {
	ID      int64
	Name    string
	Path    string // ".github/workflows/ci.yml"
	State   string // "active" where ""
	Created time.Time
}

// Run is one workflow run with all its attempts. Its check suite, and one
// check run for each job with the job's ID, follow from it.
type Run struct {
	ID           int64
	Number       int
	Workflow     *Workflow
	Title        string // display title; the workflow's name where ""
	Event        string // "push", "pull_request", "merge_group", "workflow_dispatch", "schedule", "deployment"
	Branch       string
	SHA          string
	PullRequests []int
	SuiteID      int64
	Actor        *User
	Created      time.Time
	Attempts     []*Attempt // at least one, in order
	Approvals    []*RunApproval
	Pending      []*Environment // environments that it waits for
	Artifacts    []*Artifact
	LogsExpired  bool // answered with 410, whatever its age
}

// Attempt is one attempt of a run.
type Attempt struct {
	Status     string // "queued", "in_progress", "completed", "waiting"
	Conclusion string // "success", "failure", "cancelled", "timed_out", "action_required", "skipped"; "" is null
	Actor      *User  // who triggered it; the run's actor where nil
	Started    time.Time
	Updated    time.Time
	Jobs       []*Job
}

// Job is one job of an attempt.
type Job struct {
	ID          int64
	Name        string
	Status      string
	Conclusion  string
	Created     time.Time // Started where zero
	Started     time.Time
	Completed   time.Time
	Runner      string // "" is null
	RunnerGroup string
	Labels      []string // "ubuntu-latest" where empty
	Steps       []*Step
	Annotations int
	Log         string        // lines as GitHub keeps them, each "2025-10-15T13:04:05.1234567Z text"
	LogFunc     func() string // makes the log when it is asked for, where Log is ""
	LogExpired  bool
}

// Step is one step of a job.
type Step struct {
	Number     int // its place from 1 where 0
	Name       string
	Status     string
	Conclusion string
	Started    time.Time
	Completed  time.Time
}

// RunApproval is a person's answer to a run that waited for an environment.
type RunApproval struct {
	User         *User
	State        string // "approved", "rejected", "pending"
	Comment      string
	Environments []*Environment
}

// Artifact is a file that a run left behind; it is served as a zip of Files.
type Artifact struct {
	ID        int64
	Name      string
	Files     []ArtifactFile
	FilesFunc func() []ArtifactFile // makes them when they are asked for, where Files is nil
	Size      int64                 // in bytes; that of the zip where 0 and Files is set
	Created   time.Time
	Expires   time.Time // by the repository's retention where zero
	Expired   bool
	Digest    string // "" is made from the zip where Files is set, else null
}

// ArtifactFile is one file in an artifact.
type ArtifactFile struct {
	Name    string
	Content []byte
}

// CheckSuite is what one app other than Actions said of one commit.
type CheckSuite struct {
	ID           int64
	SHA          string
	Branch       string // "" is null
	App          *App
	Status       string
	Conclusion   string
	Before       string
	After        string
	PullRequests []int
	Created      time.Time
	Updated      time.Time
	Runs         []*CheckRun
}

// CheckRun is one check.
type CheckRun struct {
	ID          int64
	Name        string
	Status      string // "queued", "in_progress", "completed"
	Conclusion  string // "" is null
	Started     time.Time
	Completed   time.Time
	ExternalID  string
	DetailsURL  string
	Title       string
	Summary     string // Markdown
	Text        string
	Annotations int
}

// Status is one commit status that somebody posted.
type Status struct {
	ID          int64
	SHA         string
	Context     string
	State       string // "success", "failure", "error", "pending"
	Description string
	TargetURL   string
	Creator     *User
	Created     time.Time
}
