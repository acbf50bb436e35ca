// Package evidence holds the domain: the records that sources keep, where each
// came from, what could not be had, and the change that they are about.
//
// It does no I/O and imports nothing but the standard library. Everything that
// tickmark writes is a function of these types.
package evidence

import (
	"cmp"
	"fmt"
	"strings"
	"time"
)

// Kind says what sort of record a Ref names.
type Kind string

// The kinds, with the form of their IDs. REPO is "owner/name" at a forge and
// the configured name for a local git repository.
const (
	KindTicket      Kind = "ticket"       // PAY-123, or REPO#12 for a forge's issue
	KindPullRequest Kind = "pull_request" // REPO#1234
	KindCommit      Kind = "commit"       // REPO@<full hash>
	KindChecks      Kind = "checks"       // REPO@<full hash>: everything that CI said of one commit
	KindBuild       Kind = "build"        // REPO/runs/123456
	KindDeployment  Kind = "deployment"   // REPO/deployments/55
	KindBranchRules Kind = "branch_rules" // REPO:branch
	KindRuleHistory Kind = "rule_history" // REPO:branch
	KindEnvironment Kind = "environment"  // REPO/environments/name
	KindMention     Kind = "mention"      // any text: the pull requests that name it
	KindSignal      Kind = "signal"       // SERVICE@<RFC 3339 time of the deployment, UTC>
	KindExhibit     Kind = "exhibit"      // a change's reference, as a person would write it
)

// A Ref names one record in one system, for example
// {PullRequest, "github", "acme/api#1234"}. System is the name that the
// configuration gives to the system, not its kind.
type Ref struct {
	Kind   Kind   `json:"kind"`
	System string `json:"system"`
	ID     string `json:"id"`
}

// String gives "kind:system:id", which ParseRef reads back.
func (r Ref) String() string { return string(r.Kind) + ":" + r.System + ":" + r.ID }

// IsZero reports whether the ref names nothing.
func (r Ref) IsZero() bool { return r == Ref{} }

// Compare orders refs by kind, system and ID.
func (r Ref) Compare(o Ref) int {
	return cmp.Or(cmp.Compare(r.Kind, o.Kind), cmp.Compare(r.System, o.System), cmp.Compare(r.ID, o.ID))
}

// ParseRef reads what Ref.String wrote.
func ParseRef(s string) (Ref, error) {
	kind, rest, ok := strings.Cut(s, ":")
	system, id, ok2 := strings.Cut(rest, ":")
	if !ok || !ok2 || kind == "" || system == "" || id == "" {
		return Ref{}, fmt.Errorf("reference %q is not of the form kind:system:id", s)
	}
	return Ref{Kind(kind), system, id}, nil
}

// Provenance says where one payload came from and how to repeat the retrieval.
type Provenance struct {
	System      string    `json:"system"`
	URL         string    `json:"url"`             // as requested, credentials removed
	Query       string    `json:"query,omitempty"` // request body (GraphQL, JQL), where there was one
	RetrievedAt time.Time `json:"retrieved_at"`    // UTC: when the body was received
	ConfirmedAt time.Time `json:"confirmed_at,omitzero"`
	// ConfirmedAt is when the source last said that the body is unchanged (304); zero if it never had to.
	RetrievedBy string `json:"retrieved_by"` // principal that the source authenticated; "" where it did not say
	Collector   string `json:"collector"`    // name and version
	Status      int    `json:"status"`       // HTTP status; 0 where not HTTP
	SHA256      string `json:"sha256"`       // of the raw payload in the vault, hex
	Size        int64  `json:"size"`         // bytes of the raw payload
}

// An Item is one piece of evidence. Exactly one record field is set, and it
// agrees with Ref.Kind.
type Item struct {
	Ref        Ref          `json:"ref"`
	Links      []Ref        `json:"links,omitempty"` // what this record points at, collected next
	Provenance []Provenance `json:"provenance"`      // in order of retrieval; the first is the record's own payload
	// Unread names the parts of the record that were not asked for, because it
	// comes from a list or beside another record ("comments", "patches"): their
	// absence says nothing of the record. It is empty for a record that was
	// collected.
	Unread []string `json:"unread,omitempty"`

	Ticket      *Ticket      `json:"ticket,omitempty"`
	PullRequest *PullRequest `json:"pull_request,omitempty"`
	Commit      *Commit      `json:"commit,omitempty"`
	Checks      *Checks      `json:"checks,omitempty"`
	Build       *Build       `json:"build,omitempty"`
	Deployment  *Deployment  `json:"deployment,omitempty"`
	BranchRules *BranchRules `json:"branch_rules,omitempty"`
	RuleHistory *RuleHistory `json:"rule_history,omitempty"`
	Environment *Environment `json:"environment,omitempty"`
	Mention     *Mention     `json:"mention,omitempty"`
	Signal      *Signal      `json:"signal,omitempty"`
	Exhibit     *Exhibit     `json:"exhibit,omitempty"`
}

// Person is an account as one source reports it. Whether two accounts are one
// human is not known here.
type Person struct {
	System string `json:"system"`
	Login  string `json:"login,omitempty"` // what people call the account; it can be renamed
	ID     string `json:"id,omitempty"`    // what stays when the account is renamed
	Name   string `json:"name,omitempty"`
	Email  string `json:"email,omitempty"`
	Type   string `json:"type,omitempty"` // as the source says: "User", "Bot", "atlassian", "app"; "" where it does not
}

// String gives the best name for people to read: the name with the login, or
// whichever there is; "(unknown account)" for an account that the source no
// longer knows.
func (p *Person) String() string {
	switch {
	case p == nil:
		return "(unknown account)"
	case p.Name != "" && p.Login != "" && p.Name != p.Login:
		return p.Name + " (" + p.Login + ")"
	case p.Name != "":
		return p.Name
	case p.Login != "":
		return p.Login
	case p.Email != "":
		return p.Email
	case p.ID != "":
		return "account " + p.ID
	}
	return "(unknown account)"
}

// Markup names the language of a Text.
type Markup string

// The markup languages that sources send.
const (
	Plain    Markup = "plain"
	Markdown Markup = "markdown" // GitHub flavoured
	Wiki     Markup = "wiki"     // Jira wiki markup
	ADF      Markup = "adf"      // Atlassian Document Format, JSON
)

// Text is prose as its author wrote it.
type Text struct {
	Markup Markup `json:"markup,omitempty"`
	Source string `json:"source,omitempty"`
}

// Comment is one remark on a record.
type Comment struct {
	ID      string    `json:"id"`
	Author  *Person   `json:"author,omitempty"`
	Created time.Time `json:"created,omitzero"`
	Updated time.Time `json:"updated,omitzero"` // zero or equal to Created if never edited
	Body    Text      `json:"body"`
	URL     string    `json:"url,omitempty"`

	// Set for review comments only.
	Path     string `json:"path,omitempty"`
	Line     int    `json:"line,omitempty"` // 0 where the line no longer exists
	ReviewID string `json:"review_id,omitempty"`
	CommitID string `json:"commit_id,omitempty"`
	ReplyTo  string `json:"reply_to,omitempty"`

	// Set for ticket comments only.
	Internal bool `json:"internal,omitempty"` // visible to the service desk's agents alone
}
