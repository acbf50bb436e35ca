package evidence

import (
	"slices"
	"time"
)

// Population is every production change of a period as the ledger counts and
// reconciles it, with how each of its data sets was obtained. The changes
// themselves are too many to hold at once; Package.Log gives them.
type Population struct {
	Period Period `json:"period"`
	Zone   string `json:"zone"`   // IANA name; days and months are counted in it
	Size   int    `json:"size"`   // changes in the population
	SHA256 string `json:"sha256"` // HashIDs of their ids

	Datasets   []IPE        `json:"datasets"` // by system, name and scope
	Visible    []Visibility `json:"visible"`  // by system, kind and name
	Months     []MonthCount `json:"months"`   // of the period, those without any among them
	Orphans    []Orphan     `json:"orphans"`  // by kind, time and record
	Edges      []Entry      `json:"edges"`    // changes on an edge of the period, by Entry.Edge and time
	Releases   []Release    `json:"releases"` // production deployments by repository and time
	NumberGaps []NumberGap  `json:"number_gaps"`
	Messages   []Messages   `json:"messages"`
	Expiring   []Expiry     `json:"expiring,omitempty"` // soonest first
	Notes      []string     `json:"notes,omitempty"`    // remarks on how complete it can be
}

// Truncations gives every sign that the population may be incomplete, in the
// words of the data sets: what was cut, and configured places that the source
// does not show. Any of them makes the population incomplete.
func (p *Population) Truncations() []string {
	var all []string
	for _, d := range p.Datasets {
		name := d.Dataset
		if slices.ContainsFunc(p.Datasets, func(other IPE) bool { return other.Dataset == name && other.System != d.System }) {
			name += " of " + d.System // two systems may have a repository of one name
		}
		for _, t := range d.Truncations {
			all = append(all, name+": "+t)
		}
	}
	for _, v := range p.Visible {
		if v.State == "hidden" {
			all = append(all, v.Kind+" "+v.Name+" of "+v.System+" is configured and cannot be seen")
		}
	}
	return all
}

// Entry is one change as the ledger knows it: in the population, or on its way
// to production, or at an edge of the period.
type Entry struct {
	ID         string `json:"change"` // owner/repo#number, owner/repo@sha or a ticket's key
	Kind       Kind   `json:"kind"`   // pull_request, commit or ticket
	Ref        Ref    `json:"ref"`    // the record to collect it from
	Title      string `json:"title"`
	URL        string `json:"url,omitempty"`
	Repository string `json:"repository,omitempty"`

	InPopulation bool   `json:"in_population"`
	Why          string `json:"why"`            // it is in, or is not, in words
	Edge         string `json:"edge,omitempty"` // of the period, where it lies on one

	Deployed    time.Time `json:"t_dep,omitzero"` // UTC: first successful production deployment, or when the ticket says so
	DayOnly     bool      `json:"t_dep_day_only,omitempty"`
	Day         string    `json:"day,omitempty"` // of Deployed, in the zone of the population
	Environment string    `json:"environment,omitempty"`
	Deployment  Ref       `json:"deployment,omitzero"`
	MergeSHA    string    `json:"merge_sha,omitempty"`
	Merged      time.Time `json:"merged,omitzero"` // UTC; of a direct push, the date that the commit carries

	PullRequests []string `json:"pull_requests"`
	Commits      []string `json:"commits"`
	Tickets      []string `json:"tickets"`
	Unlisted     []string `json:"unlisted_tickets,omitempty"` // keys that it names and that no list holds
	Authors      []string `json:"authors"`
	Approvers    []string `json:"approvers"` // as the sources list them: of reviews, of tickets and of deployments
	// Approvals are those of Approvers, each with its kind and account.
	Approvals []Approval `json:"approvals"`
	// GateUnknown is set where the run that deployed it was not collected, so
	// that whether somebody approved at its gate is not known.
	GateUnknown bool     `json:"gate_not_collected,omitempty"`
	Components  []string `json:"components"`
	Orphans     []string `json:"orphans"` // kinds

	Writers []Person `json:"-"` // the accounts of Authors
}

// The kinds of approval.
const (
	ApprovalReview = "review" // of the pull request
	ApprovalTicket = "ticket" // in an approval step of a ticket
	ApprovalGate   = "gate"   // of the deployment, in the pipeline
)

// Approval is one approval as a source lists it, whether it came in time or not.
type Approval struct {
	Kind   string `json:"kind"`
	Name   string `json:"name"` // for people to read: who it is, with the account
	Person Person `json:"person"`
}

// Orphan is a record without its counterpart in another system.
type Orphan struct {
	Kind   string    `json:"orphan"`
	Ref    Ref       `json:"ref"`
	Change string    `json:"change"` // that it belongs to
	At     time.Time `json:"at,omitzero"`
	Detail string    `json:"detail,omitempty"`
}

// MonthCount is what happened in one month of the period, counted in its zone.
type MonthCount struct {
	Month        string `json:"month"` // 2006-01
	Changes      int    `json:"changes"`
	PullRequests int    `json:"pull_requests"` // of the changes, by how they were made
	Commits      int    `json:"commits"`
	Tickets      int    `json:"tickets"`
	Merged       int    `json:"merged"` // changes that were merged in the month, whenever they were deployed
}

// NumberGap is a run of numbers, First to Last, between those of a
// repository's merged pull requests, and what is known of them.
type NumberGap struct {
	System      string `json:"system"`
	Repository  string `json:"repository"`
	First       int    `json:"first"`
	Last        int    `json:"last"`
	Explanation string `json:"explanation"`
}

// Release is one production deployment, and what became of it.
type Release struct {
	Ref         Ref       `json:"ref"`
	Repository  string    `json:"repository"`
	Environment string    `json:"environment"`
	SHA         string    `json:"sha"`
	Created     time.Time `json:"created,omitzero"`
	Succeeded   time.Time `json:"succeeded,omitzero"` // zero: it never did
	// Course is "first listed", "forward", "rollback", "redeployment",
	// "beside the branch" or "commit not on the branch"; "" where it failed.
	Course  string   `json:"course,omitempty"`
	Changes []string `json:"changes"` // that it brought first
}

// Visibility is one configured repository or project, and what was seen of it.
type Visibility struct {
	System  string `json:"system"`
	Kind    string `json:"kind"` // "repository" or "project"
	Name    string `json:"name"`
	State   string `json:"state"`   // "visible" or "hidden", as the source said; "" where it was not asked
	Records int    `json:"records"` // that were listed of it
}

// Messages counts what the messages of the commits on a repository's
// first-parent line say. They are the committers' statements.
type Messages struct {
	System      string `json:"system"`
	Repository  string `json:"repository"`
	Commits     int    `json:"commits"`
	PullRequest int    `json:"with_pull_request_number"`
	Ticket      int    `json:"with_ticket_key"`
	Reviewers   int    `json:"with_reviewers"`
	Neither     int    `json:"with_neither_number_nor_key"`
	Reverts     int    `json:"reverts"`
}

// Retention is how long a source keeps one kind of evidence.
type Retention struct {
	What  string        `json:"what"`            // "CI logs and artifacts", "measurements"
	Scope string        `json:"scope,omitempty"` // repository; "" for the whole system
	Keeps time.Duration `json:"keeps_ns"`
	// Assumed is set where the source does not say, and its documented default is taken.
	Assumed bool `json:"assumed,omitempty"`
}

// Expiry is evidence of changes of the population that its source deletes at a
// known time: one kind of evidence of the changes of one month together.
type Expiry struct {
	System  string    `json:"system"`
	What    string    `json:"what"`
	Scope   string    `json:"scope,omitempty"`
	Month   string    `json:"month"` // in which the evidence came about
	Changes int       `json:"changes"`
	Gone    int       `json:"gone"`           // of them, those whose evidence is beyond the retention already
	First   time.Time `json:"first,omitzero"` // when the first of those that are left is deleted
	Last    time.Time `json:"last,omitzero"`
	Assumed bool      `json:"assumed,omitempty"` // the retention is the source's documented default
}
