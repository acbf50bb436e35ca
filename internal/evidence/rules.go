package evidence

import (
	"strconv"
	"time"
)

// RuleHistory is what a source still tells of the past of one branch's rules:
// who changed them, who went round them, and how pushes were judged by them.
type RuleHistory struct {
	Repository string `json:"repository"`
	Branch     string `json:"branch"`
	URL        string `json:"url,omitempty"`
	// Log says how far back the audit log was read. Events are all that it holds
	// of the branch there, oldest first.
	Log    Reach       `json:"log"`
	Events []RuleEvent `json:"events,omitempty"`
	// Insights says how far back it was read how pushes were judged.
	Insights Reach       `json:"insights"`
	Suites   []RuleSuite `json:"suites,omitempty"` // oldest first
	// Rulesets are those that hold for the branch now, by number.
	Rulesets []Ruleset `json:"rulesets,omitempty"`
}

// Reach is how far back a source tells. It holds only what the source says, so
// that it is the same whenever it is read; Window counts from the retrieval.
type Reach struct {
	Read   bool          `json:"read"`              // whole, and without a page missing
	Oldest time.Time     `json:"oldest,omitzero"`   // of the oldest entry that there still is, whatever it speaks of
	Keeps  time.Duration `json:"keeps_ns,omitzero"` // how long the source keeps an entry; 0 where it does not say
	Named  time.Time     `json:"named,omitzero"`    // since when the repository has its name and owner; zero: as long as the source tells
}

// ReadWindow is a stretch of time of which a source was read whole. It is zero
// where nothing was.
type ReadWindow struct {
	From, To time.Time
	// Reason and Limit say why nothing before From was read.
	Reason Reason
	Limit  string
}

// Covers reports whether the time lies in the window.
func (w ReadWindow) Covers(t time.Time) bool {
	return !w.From.IsZero() && !t.Before(w.From) && t.Before(w.To)
}

// Window gives the stretch that was read for an item: to the first of its
// retrievals, as later ones may have missed what happened meanwhile, and from
// what the last of them could still see.
func (r Reach) Window(it Item) ReadWindow {
	first, last := it.Retrieved()
	if !r.Read || first.IsZero() {
		return ReadWindow{}
	}
	const layout = "2006-01-02 15:04 UTC"
	w := ReadWindow{From: r.Oldest, To: first, Reason: Expired, Limit: "the oldest entry still kept is of " + r.Oldest.UTC().Format(layout)}
	if kept := last.Add(-r.Keeps); r.Keeps > 0 && kept.After(w.From) {
		w.From, w.Limit = kept, "the source keeps it for "+strconv.Itoa(int(r.Keeps/(24*time.Hour)))+" days"
	}
	if r.Named.After(w.From) {
		w.From, w.Reason = r.Named, Truncated
		w.Limit = "on " + r.Named.UTC().Format(layout) + " the repository got its present name or owner, and what happened before stands under the old one"
	}
	return w
}

// Retrieved gives the times of the first and the last retrieval of an item, zero
// where none is known.
func (it Item) Retrieved() (first, last time.Time) {
	for _, p := range it.Provenance {
		t := p.RetrievedAt
		if p.ConfirmedAt.After(t) {
			t = p.ConfirmedAt
		}
		if first.IsZero() || t.Before(first) {
			first = t
		}
		if t.After(last) {
			last = t
		}
	}
	return first, last
}

// PolicyOverride is the kind of event of somebody who went round the rules of a
// branch.
const PolicyOverride = "protected_branch.policy_override"

// RuleEvent is one entry of an audit log that speaks of rules. Addresses,
// locations and programs of those who acted are left out.
type RuleEvent struct {
	ID             string    `json:"id,omitempty"`
	Kind           string    `json:"kind"` // the source's word: "protected_branch.policy_override", "repository_ruleset.update", …
	Actor          *Person   `json:"actor,omitempty"`
	At             time.Time `json:"at"`
	Branch         string    `json:"branch,omitempty"`  // or the pattern of branches that the rule is for; "" where the source does not say
	Ruleset        string    `json:"ruleset,omitempty"` // its number
	RulesetName    string    `json:"ruleset_name,omitempty"`
	Enforcement    string    `json:"enforcement,omitempty"`     // of the ruleset after the event
	WasEnforcement string    `json:"was_enforcement,omitempty"` // and before it; "" where it stayed
	Before         string    `json:"before,omitempty"`          // commits of the push that went round the rules
	After          string    `json:"after,omitempty"`
	Codes          []string  `json:"codes,omitempty"`   // which rules were overridden
	Message        string    `json:"message,omitempty"` // what the source says of them
	Changed        []Fact    `json:"changed,omitempty"` // other settings that the event names, by the source's names
}

// RuleSuite is how one push to the branch was judged by the rules in force.
type RuleSuite struct {
	ID     string    `json:"id"`
	Actor  *Person   `json:"actor,omitempty"`
	At     time.Time `json:"at"`
	Before string    `json:"before,omitempty"`
	After  string    `json:"after"`  // the commit that the branch was moved to
	Result string    `json:"result"` // "pass", "fail" or "bypass"
	// Failed are the rules that it did not keep; read for bypasses alone.
	Failed []FailedRule `json:"failed,omitempty"`
}

// FailedRule is a rule that a push did not keep.
type FailedRule struct {
	Type    string `json:"type"`
	Source  string `json:"source,omitempty"` // the ruleset's name, or the kind of rule's source
	Details string `json:"details,omitempty"`
}

// Ruleset is a ruleset as it is at the time of retrieval.
type Ruleset struct {
	ID          string    `json:"id"`
	Name        string    `json:"name,omitempty"`
	SourceType  string    `json:"source_type,omitempty"` // "Repository", "Organization"
	Source      string    `json:"source,omitempty"`      // the repository or organisation that it belongs to
	Enforcement string    `json:"enforcement,omitempty"`
	Created     time.Time `json:"created,omitzero"`
	Updated     time.Time `json:"updated,omitzero"`
	// Bypass says who may go round it. It is nil where the source does not tell
	// the reader, and empty where nobody may.
	Bypass []string `json:"bypass"`
}
