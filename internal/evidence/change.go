package evidence

import (
	"context"
	"iter"
	"slices"
	"time"
)

// Period is the stretch of time that an audit looks at: from From, up to and
// without To.
type Period struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

// Contains reports whether t lies in [From, To).
func (p Period) Contains(t time.Time) bool { return !t.Before(p.From) && t.Before(p.To) }

// Principal is whom a source takes us for, and what it lets us see.
type Principal struct {
	System  string    `json:"system"`
	Name    string    `json:"name"`              // login or account name; "anonymous" where there is no login
	Scopes  []string  `json:"scopes,omitempty"`  // as the source words them; empty where it does not say
	Expires time.Time `json:"expires,omitzero"`  // of the credential, where the source says
	Visible []string  `json:"visible,omitempty"` // configured repositories or projects that it can see
	Hidden  []string  `json:"hidden,omitempty"`  // configured ones that it cannot see, or that do not exist
	Notes   []string  `json:"notes,omitempty"`   // retention, clock skew, excess rights: for a person to read
	// Retentions say what the source will delete, and when.
	Retentions []Retention `json:"retentions,omitempty"`
}

// A Collector expands one ref. What it emitted before an error is kept; the
// error becomes a gap, and the run goes on. Collect is called from several
// goroutines at once, for different refs.
type Collector interface {
	Name() string // the configured name of the system
	Kinds() []Kind
	Collect(ctx context.Context, ref Ref, emit func(Item) error) error
}

// A Preflighter proves its credentials, principal and visible scope.
type Preflighter interface {
	Preflight(ctx context.Context) (Principal, error)
}

// Sample is one change that was asked for.
type Sample struct {
	Number    int    `json:"number"`          // in the package, from 1
	Label     string `json:"label"`           // the auditor's own number or name for it; Number where they gave none
	Requested string `json:"requested"`       // the reference as they wrote it
	Note      string `json:"note,omitempty"`  // theirs
	Where     string `json:"where,omitempty"` // file and line or cell
	Ref       Ref    `json:"ref"`             // the record that collection starts from; of the population's, Entry.Ref
}

// Change is everything that was collected about one sample.
type Change struct {
	Sample Sample    `json:"sample"`
	AsOf   time.Time `json:"as_of"` // UTC: the last retrieval of the run; stands for "now"
	Items  []Item    `json:"items"` // in order of Ref
	Gaps   []Gap     `json:"gaps,omitempty"`
}

// Outcome is what a test of an attribute came to.
type Outcome string

// The outcomes.
const (
	Met           Outcome = "met"
	Exception     Outcome = "exception"
	NotApplicable Outcome = "not applicable"
	NeedsReview   Outcome = "needs review"
	Unable        Outcome = "unable"
)

// Fact is one value that an attribute read.
type Fact struct {
	Name  string `json:"name"`
	Value string `json:"value"`
	// Times are the moments that the value tells of, to the second, in UTC:
	// those of events in the records of Result.Basis. They are the test's own,
	// and never read out of a stranger's text.
	Times []time.Time `json:"times,omitempty"`
}

// Result is the outcome of one attribute for one change.
type Result struct {
	Attribute string  `json:"attribute"` // its letter
	Outcome   Outcome `json:"outcome"`
	Code      string  `json:"code"`             // lasting, for machines: "APPROVED_AFTER_MERGE"
	Why       string  `json:"why"`              // one plain sentence
	Read      []Fact  `json:"read,omitempty"`   // the values that decided it
	Basis     []Ref   `json:"basis,omitempty"`  // the records that it relies on
	Policy    string  `json:"policy,omitempty"` // PolicyRef.String of the policy that it was tested by
}

// Dossier is all that a renderer may look at for one sample.
type Dossier struct {
	Change  Change   `json:"change"`
	Results []Result `json:"results,omitempty"`
}

// Package is all that a renderer may look at for a whole package.
type Package struct {
	Organization string         `json:"organization"`
	Simulated    bool           `json:"simulated,omitempty"` // the sources are the sample company's; every page says so
	Zone         *time.Location `json:"-"`                   // in which days are counted and local times shown
	Period       Period         `json:"period"`
	AsOf         time.Time      `json:"as_of"`
	Tool         string         `json:"tool"` // "tickmark 0.1.0"
	Principals   []Principal    `json:"principals,omitempty"`
	Dossiers     []Dossier      `json:"dossiers"`
	Unmatched    []Unmatched    `json:"unmatched,omitempty"`
	// RequestSHA256 names what was asked for, and is the same whenever the same is
	// asked for again; "" where nobody said.
	RequestSHA256 string       `json:"request_sha256,omitempty"`
	Files         []PackedFile `json:"files,omitempty"` // of the samples, in order of path; known once they are rendered

	// What follows is of the whole period. Population is nil, and Log too,
	// where nobody has asked the sources for it.
	Population *Population `json:"population,omitempty"`
	// SampleResultsOnly says that the results of changes that are no samples were
	// left out at the wish of who made the package; Log then gives those without.
	SampleResultsOnly bool       `json:"sample_results_only,omitempty"`
	Selection         *Selection `json:"selection,omitempty"` // by which the samples were drawn; nil where a list named them
	// Log gives every change of the population, in order of deployment and then
	// ID: of a sample its own dossier, of every other what the lists tell, with
	// sample number 0. It may be walked several times.
	Log iter.Seq2[Dossier, error] `json:"-"`

	Attributes []Attribute `json:"attributes,omitempty"` // that were tested, in order of letter
	Policy     PolicyRef   `json:"policy,omitzero"`
	Responses  []Response  `json:"responses,omitempty"`  // to exceptions, by number
	Identities []Identity  `json:"identities,omitempty"` // who is who, by name
}

// Unmatched is a line of the request that became no sample.
type Unmatched struct {
	Where     string   `json:"where"` // file and line or cell
	Requested string   `json:"requested"`
	Label     string   `json:"label,omitempty"`
	Reason    Reason   `json:"reason"`
	Tried     []string `json:"tried,omitempty"` // what was looked for, and with what result
}

// PackedFile is one file of a package.
type PackedFile struct {
	Path    string       `json:"path"` // from the package's folder, with "/"
	Size    int64        `json:"size"`
	SHA256  string       `json:"sha256"`
	Sample  int          `json:"sample,omitempty"`
	Title   string       `json:"title,omitempty"`
	Method  string       `json:"method,omitempty"`  // "rendered", "source payload", "manual exhibit", "template"
	Sources []Provenance `json:"sources,omitempty"` // of the payloads that it was rendered from
}

// All gives the items of one kind, in order.
func (c *Change) All(kind Kind) []Item {
	var items []Item
	for _, it := range c.Items {
		if it.Ref.Kind == kind {
			items = append(items, it)
		}
	}
	return items
}

// Find gives the item with that ref.
func (c *Change) Find(ref Ref) (Item, bool) {
	i := slices.IndexFunc(c.Items, func(it Item) bool { return it.Ref == ref })
	if i < 0 {
		return Item{}, false
	}
	return c.Items[i], true
}

// GapsOf gives the gaps of one record.
func (c *Change) GapsOf(ref Ref) []Gap {
	var gaps []Gap
	for _, g := range c.Gaps {
		if g.Ref == ref {
			gaps = append(gaps, g)
		}
	}
	return gaps
}

// ID names the change as the population does: owner/repo#number,
// owner/repo@sha or a ticket's key.
func (c *Change) ID() string {
	if it, ok := c.Find(c.Sample.Ref); ok && it.Ticket != nil && it.Ticket.Key != "" {
		return it.Ticket.Key
	}
	return c.Sample.Ref.ID
}

// Subject gives the pull request that the change was made by; ok is false for
// a change made by ticket alone. Of several it is the sample's own, else the
// first that was merged.
func (c *Change) Subject() (Item, bool) {
	if it, ok := c.Find(c.Sample.Ref); ok && it.PullRequest != nil {
		return it, true
	}
	prs := c.All(KindPullRequest)
	for _, it := range prs {
		if !it.PullRequest.Merged.IsZero() {
			return it, true
		}
	}
	if len(prs) > 0 {
		return prs[0], true
	}
	return Item{}, false
}

// Landed gives the commit that brought the change to its base branch.
func (c *Change) Landed() (Item, bool) {
	if it, ok := c.Find(c.Sample.Ref); ok && it.Commit != nil {
		return it, true
	}
	pr, ok := c.Subject()
	if !ok || pr.PullRequest.MergeCommit == "" {
		return Item{}, false
	}
	return c.Find(Ref{KindCommit, pr.Ref.System, pr.PullRequest.Repository + "@" + pr.PullRequest.MergeCommit})
}

// Deployments gives the production deployments that contain the change, in
// order of creation: the one that first brought it, and re-deployments.
func (c *Change) Deployments() []Item {
	landed, ok := c.Landed()
	if !ok {
		return nil
	}
	var deps []Item
	for _, in := range landed.Commit.ContainedIn {
		if it, ok := c.Find(in.Deployment); ok && in.Contains() && it.Deployment.Production {
			deps = append(deps, it)
		}
	}
	slices.SortStableFunc(deps, func(a, b Item) int { return a.Deployment.Created.Compare(b.Deployment.Created) })
	return deps
}

// FirstDeployment gives the first successful production deployment that
// contains the change.
func (c *Change) FirstDeployment() (Item, bool) {
	var first Item
	var at time.Time
	for _, it := range c.Deployments() {
		if t := it.Deployment.SucceededAt(); !t.IsZero() && (at.IsZero() || t.Before(at)) {
			first, at = it, t
		}
	}
	return first, !at.IsZero()
}

// DeployedAt is when the change first reached production: by its first
// successful deployment, or, for a change by ticket alone, when the ticket
// says so. It is zero where neither is known.
func (c *Change) DeployedAt() time.Time {
	if it, ok := c.FirstDeployment(); ok {
		return it.Deployment.SucceededAt()
	}
	if _, ok := c.Subject(); ok {
		return time.Time{}
	}
	if it, ok := c.Find(c.Sample.Ref); ok && it.Ticket != nil {
		return it.Ticket.Deployed
	}
	return time.Time{}
}

// DeployedDayOnly reports whether DeployedAt stands for a whole day, because
// the ticket names no time: it is then the start of that day in UTC, and is
// the same day in every zone.
func (c *Change) DeployedDayOnly() bool {
	if _, ok := c.Subject(); ok || c.DeployedAt().IsZero() {
		return false
	}
	it, ok := c.Find(c.Sample.Ref)
	return ok && it.Ticket != nil && it.Ticket.DeployedDay
}
