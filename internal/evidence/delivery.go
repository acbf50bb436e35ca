package evidence

import (
	"encoding/json"
	"math"
	"time"
)

// Checks is everything that CI systems said of one commit.
type Checks struct {
	Repository string         `json:"repository"`
	SHA        string         `json:"sha"`
	Runs       []CheckRun     `json:"runs,omitempty"`
	Suites     []CheckSuite   `json:"suites,omitempty"`
	Statuses   []CommitStatus `json:"statuses,omitempty"` // every one that was posted, oldest first; the last of a context is in force
}

// CheckRun is one check, as often as it ran.
type CheckRun struct {
	ID         string    `json:"id"`
	Name       string    `json:"name"`
	Status     string    `json:"status"`     // "queued", "in_progress", "completed"
	Conclusion string    `json:"conclusion"` // "success", "failure", "skipped", "neutral", …; "" while running
	App        string    `json:"app,omitempty"`
	SuiteID    string    `json:"suite_id,omitempty"`
	Started    time.Time `json:"started,omitzero"`
	Completed  time.Time `json:"completed,omitzero"`
	URL        string    `json:"url,omitempty"`
	Title      string    `json:"title,omitempty"`
	Summary    string    `json:"summary,omitempty"` // Markdown

	// LogExpired is set by lists, which read no logs: the source keeps logs for
	// a set time, which is over. Of a build that was collected a gap says it.
	LogExpired bool `json:"log_expired,omitempty"`
}

// CheckSuite is the group of checks that one app ran for a commit.
type CheckSuite struct {
	ID         string    `json:"id"`
	App        string    `json:"app"`
	Branch     string    `json:"branch,omitempty"`
	Status     string    `json:"status"`
	Conclusion string    `json:"conclusion"`
	Created    time.Time `json:"created,omitzero"`
	Updated    time.Time `json:"updated,omitzero"`
}

// CommitStatus is a status that somebody with write access posted on a commit.
type CommitStatus struct {
	Context     string    `json:"context"`
	State       string    `json:"state"` // "success", "failure", "error", "pending"
	Description string    `json:"description,omitempty"`
	Creator     *Person   `json:"creator,omitempty"`
	Created     time.Time `json:"created,omitzero"`
	URL         string    `json:"url,omitempty"`
}

// Build is one run of a CI or delivery pipeline, with all its attempts.
type Build struct {
	Repository      string    `json:"repository"`
	ID              string    `json:"id"`
	Number          int       `json:"number,omitempty"`
	Name            string    `json:"name"`            // of the workflow
	Title           string    `json:"title,omitempty"` // of this run
	Path            string    `json:"path,omitempty"`  // of the workflow's definition
	URL             string    `json:"url,omitempty"`
	Event           string    `json:"event,omitempty"` // what started it: "push", "pull_request", "merge_group", …
	Branch          string    `json:"branch,omitempty"`
	SHA             string    `json:"sha"`
	Status          string    `json:"status"`
	Conclusion      string    `json:"conclusion"`
	Attempt         int       `json:"attempt"`                    // the latest, from 1
	Actor           *Person   `json:"actor,omitempty"`            // who started the first attempt
	TriggeringActor *Person   `json:"triggering_actor,omitempty"` // who started the latest
	Created         time.Time `json:"created,omitzero"`
	Started         time.Time `json:"started,omitzero"` // of the latest attempt
	Updated         time.Time `json:"updated,omitzero"`

	Attempts  []BuildAttempt `json:"attempts,omitempty"` // earlier ones and the latest, in order
	Jobs      []Job          `json:"jobs,omitempty"`     // of all attempts, by attempt and start
	Approvals []GateApproval `json:"approvals,omitempty"`
	Artifacts []Artifact     `json:"artifacts,omitempty"`
	Tests     []TestReport   `json:"tests,omitempty"`
}

// BuildAttempt is the outcome of one attempt of a run.
type BuildAttempt struct {
	Attempt    int       `json:"attempt"`
	Status     string    `json:"status"`
	Conclusion string    `json:"conclusion"`
	Actor      *Person   `json:"actor,omitempty"`
	Started    time.Time `json:"started,omitzero"`
	Updated    time.Time `json:"updated,omitzero"`
}

// Job is one job of one attempt.
type Job struct {
	ID         string    `json:"id"`
	Name       string    `json:"name"`
	Attempt    int       `json:"attempt"`
	Status     string    `json:"status"`
	Conclusion string    `json:"conclusion"`
	Started    time.Time `json:"started,omitzero"`
	Completed  time.Time `json:"completed,omitzero"`
	Runner     string    `json:"runner,omitempty"`
	URL        string    `json:"url,omitempty"`
	Steps      []Step    `json:"steps,omitempty"`
	Log        *Log      `json:"log,omitempty"` // nil where it was not obtained; the gap says why
}

// Step is one step of a job.
type Step struct {
	Number     int       `json:"number"`
	Name       string    `json:"name"`
	Status     string    `json:"status"`
	Conclusion string    `json:"conclusion"`
	Started    time.Time `json:"started,omitzero"`
	Completed  time.Time `json:"completed,omitzero"`
}

// Log is what was kept of a log: failed steps whole, the rest by its tail.
type Log struct {
	Parts      []LogPart `json:"parts,omitempty"`
	TotalLines int       `json:"total_lines"` // of the log at the source
	TotalBytes int64     `json:"total_bytes"`
	SHA256     string    `json:"sha256,omitempty"` // of the whole log, in the vault
}

// LogPart is a run of consecutive lines.
type LogPart struct {
	Title     string   `json:"title"`      // the step, or "whole log"
	FirstLine int      `json:"first_line"` // from 1, in the whole log
	Lines     []string `json:"lines"`      // without line ends and terminal colours
	Omitted   int      `json:"omitted"`    // lines left out before FirstLine since the last part
}

// GateApproval is a person's answer to a pipeline that waits for one.
type GateApproval struct {
	Person       *Person   `json:"person,omitempty"`
	State        string    `json:"state"` // "approved", "rejected"
	Comment      string    `json:"comment,omitempty"`
	Environments []string  `json:"environments,omitempty"`
	At           time.Time `json:"at,omitzero"` // zero: the source does not say
}

// Artifact is a file that a run left behind.
type Artifact struct {
	ID      string    `json:"id"`
	Name    string    `json:"name"`
	Size    int64     `json:"size"`
	Expired bool      `json:"expired,omitempty"`
	Digest  string    `json:"digest,omitempty"`
	Created time.Time `json:"created,omitzero"`
	Expires time.Time `json:"expires,omitzero"`
}

// TestReport is one test suite's results, from a JUnit XML report.
type TestReport struct {
	Artifact string        `json:"artifact"`
	File     string        `json:"file"`
	Name     string        `json:"name"`
	Tests    int           `json:"tests"`
	Failures int           `json:"failures"`
	Errors   int           `json:"errors"`
	Skipped  int           `json:"skipped"`
	Duration time.Duration `json:"duration_ns"`
	Failed   []TestFailure `json:"failed,omitempty"`
}

// TestFailure is one test that failed or had an error.
type TestFailure struct {
	Class   string `json:"class,omitempty"`
	Name    string `json:"name"`
	Message string `json:"message,omitempty"`
}

// Deployment is one deployment of one commit to one environment.
type Deployment struct {
	Repository  string             `json:"repository"`
	ID          string             `json:"id"`
	URL         string             `json:"url,omitempty"`
	Environment string             `json:"environment"`
	Production  bool               `json:"production"` // the configuration counts this environment as production
	Branch      string             `json:"ref"`        // branch or tag that was asked for
	SHA         string             `json:"sha"`
	Task        string             `json:"task,omitempty"`
	Description string             `json:"description,omitempty"`
	Creator     *Person            `json:"creator,omitempty"`
	Created     time.Time          `json:"created,omitzero"`
	Statuses    []DeploymentStatus `json:"statuses,omitempty"` // oldest first
	Build       Ref                `json:"build,omitzero"`     // the run that carried it out, where the source says

	Previous Ref              `json:"previous,omitzero"` // the last successful one before it to the same environment
	Range    *DeploymentRange `json:"range,omitempty"`   // nil where there is no previous, or it was not obtained
}

// DeploymentStatus is one report of how a deployment went.
type DeploymentStatus struct {
	ID          string    `json:"id"`
	State       string    `json:"state"` // "queued", "in_progress", "success", "failure", "error", "inactive"
	Description string    `json:"description,omitempty"`
	Creator     *Person   `json:"creator,omitempty"`
	Created     time.Time `json:"created,omitzero"`
	LogURL      string    `json:"log_url,omitempty"`
	URL         string    `json:"url,omitempty"` // of the environment
}

// DeploymentRange is what a deployment brought: the commits in (Base, Head].
type DeploymentRange struct {
	Base    string   `json:"base"`
	Head    string   `json:"head"`
	Status  string   `json:"status"`            // of Head against Base: "ahead"; "behind" is a rollback; "identical" a re-deployment
	Commits []Commit `json:"commits,omitempty"` // oldest first; without files
	Total   int      `json:"total"`
}

// SucceededAt is when the deployment was first reported successful; zero if
// it never was. A later "inactive" only means that another one followed.
func (d *Deployment) SucceededAt() time.Time {
	for _, s := range d.Statuses {
		if s.State == "success" {
			return s.Created
		}
	}
	return time.Time{}
}

// Environment is how a deployment target is protected at the time of retrieval.
type Environment struct {
	Repository     string   `json:"repository"`
	Name           string   `json:"name"`
	URL            string   `json:"url,omitempty"`
	Reviewers      []string `json:"reviewers,omitempty"` // users and teams, one of whom must approve
	PreventsSelf   bool     `json:"prevents_self_review"`
	WaitMinutes    int      `json:"wait_minutes,omitempty"`
	AdminsBypass   bool     `json:"admins_can_bypass"`
	BranchPolicies []string `json:"branch_policies,omitempty"`
}

// Signal is one measurement around a deployment: one named query, one window
// before and one after.
type Signal struct {
	Service   string    `json:"service"`
	Name      string    `json:"name"`
	Query     string    `json:"query"`
	Unit      string    `json:"unit,omitempty"`
	At        time.Time `json:"at"` // the deployment
	Threshold Threshold `json:"threshold"`
	Before    Window    `json:"before"`
	After     Window    `json:"after"`
	URL       string    `json:"url,omitempty"`   // for a person to open
	Notes     []string  `json:"notes,omitempty"` // what the source remarked on its answers, in its words
}

// Threshold is what the configuration calls normal. Op is one of "<", "<=",
// ">", ">="; "" where none is configured.
type Threshold struct {
	Op    string  `json:"op,omitempty"`
	Value float64 `json:"value,omitempty"`
}

// Holds reports whether a value is within the threshold. Without one every
// value is; a value that is not a number never is.
func (t Threshold) Holds(v float64) bool {
	switch t.Op {
	case "<":
		return v < t.Value
	case "<=":
		return v <= t.Value
	case ">":
		return v > t.Value
	case ">=":
		return v >= t.Value
	}
	return v == v
}

// Window is the answer for one stretch of time.
type Window struct {
	From   time.Time     `json:"from"`
	To     time.Time     `json:"to"`
	Step   time.Duration `json:"step_ns"`
	Series []Series      `json:"series,omitempty"` // by labels; empty where the source has no data
}

// Series is one line of values over time.
type Series struct {
	Labels string  `json:"labels"` // {a="b", …}, sorted; "" for none
	Points []Point `json:"points"`
}

// Point is one value. A value that is not a number is written as null.
type Point struct {
	At    time.Time `json:"at"`
	Value float64   `json:"value"`
}

// Exhibit is a file that a person put beside the records. It is as reliable
// as that person, and is labelled so.
type Exhibit struct {
	Change    string    `json:"change"` // the reference that the person wrote
	Shows     string    `json:"shows"`  // what it shows, in the person's words
	Supports  string    `json:"supports,omitempty"`
	By        string    `json:"by"`
	At        time.Time `json:"at"` // when it was attached
	File      string    `json:"file"`
	MediaType string    `json:"media_type"`
	Size      int64     `json:"size"`
	SHA256    string    `json:"sha256"`
	Content   []byte    `json:"-"`
}

// MarshalJSON writes a value that is not a number, which JSON cannot hold, as null.
func (p Point) MarshalJSON() ([]byte, error) {
	type point struct {
		At    time.Time `json:"at"`
		Value *float64  `json:"value"`
	}
	out := point{At: p.At}
	if !math.IsNaN(p.Value) && !math.IsInf(p.Value, 0) {
		out.Value = &p.Value
	}
	return json.Marshal(out)
}
