package company

import "time"

// Truth is what really happened, written down by the story while it tells it,
// from what the people did and not from what any test of a control thinks of
// it. It is in order of time.
type Truth struct {
	Seed        uint64
	Changes     []*Change
	Releases    []*Release
	Abandoned   []Abandoned // tickets and pull requests that never became a change
	NotDeployed []string    // ids of changes that were merged and had not reached production when the story ends
}

// Change is one change to production, or one that was merged on its way there.
type Change struct {
	ID          string // "ledger-api#1203", "CHG-641", "payout-worker@1f2e3d4"
	Kind        string // "code", "dependency", "infrastructure", "configuration"
	Title       string
	Service     string // as configured
	Repository  string // "harbourline/ledger-api"; "" for a change by ticket alone
	PullRequest int    // 0: none
	Tickets     []string
	Authors     []string // names of those who wrote it
	MergedBy    string
	MergeSHA    string // what landed
	Merged      time.Time

	Deployment int64     // first successful one to production that contains it; 0 for none, or for a change by ticket alone
	Deployed   time.Time // when that was reported successful, or when the ticket says so
	Later      []int64   // production deployments of exactly the same commit afterwards
	RolledBack int64     // the deployment that took it out again; 0
	Emergency  bool
	Incident   string // "INC-71"

	Situations []Situation

	// Expect is what the test of each attribute ought to come to, by its
	// letter, "A" to "Z". All 26 are there.
	Expect map[string]Expected
}

// Outcome is what the test of an attribute comes to, in the words of a test
// sheet.
type Outcome string

// The outcomes.
const (
	Met           Outcome = "met"
	Exception     Outcome = "exception"
	NotApplicable Outcome = "not applicable"
	NeedsReview   Outcome = "needs review"
	Unable        Outcome = "unable"
)

// Expected is the outcome that is right for one attribute of one change, and
// the sentence of the story that makes it so.
type Expected struct {
	Outcome Outcome
	Because string
}

// Letters are those of the attributes.
const Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

// Situation is something worth noticing that the story put there.
type Situation struct {
	ID    string
	Words string
}

// Has reports whether the situation was put there.
func (c *Change) Has(id string) bool {
	for _, s := range c.Situations {
		if s.ID == id {
			return true
		}
	}
	return false
}

func (c *Change) note(id, words string) {
	if !c.Has(id) {
		c.Situations = append(c.Situations, Situation{id, words})
	}
}

// Release is one deployment to production.
type Release struct {
	Repository   string
	Deployment   int64
	SHA          string
	Ref          string
	Run          int64
	Created      time.Time
	Succeeded    time.Time // zero: it failed
	Outcome      string    // "success", "failure", "rejected"
	Rollback     bool      // to something older than what was there
	Redeployment bool      // of exactly what was there
	Changes      []string  // ids of the changes that it brought first
}

// Abandoned is work that ended without a change to production.
type Abandoned struct {
	ID    string // "PAY-1840", "checkout-web#2210"
	Words string
}
