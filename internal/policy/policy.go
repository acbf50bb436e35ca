// Package policy turns policy.yaml and people.yaml into typed values. Every
// mistake is reported with its file, line, key and what is allowed, and all of
// them at once.
//
// It says what an organisation asks of its changes. Whether a change meets it
// is for package control to say.
package policy

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
	"github.com/tickmark-dev/tickmark/internal/yamlfile"
	"github.com/tickmark-dev/tickmark/templates"
)

// StarterName is what results call the policy that comes with tickmark.
const StarterName = "starter policy"

// Policy is what changes are tested by. It is not changed after it was read
// and may be used by several goroutines.
type Policy struct {
	Name    string
	Version string
	SHA256  string         // of its text, hex
	Zone    *time.Location // windows, freezes, business hours and days of roles are counted in it
	Skew    time.Duration  // two times that are closer cannot be put in order
	Roles   []string
	Key     []string // letters; an exception to one is an exception to the change

	Request       Request
	Categories    []Category
	Risk          Risk
	Approvals     Approvals
	Exempt        []ExemptClass
	Checks        Checks
	Testing       Testing
	Analysis      Analysis
	PreProduction PreProduction
	Deployment    Delivery
	Emergency     Emergency
	Business      BusinessHours
	Validation    Validation
	Rollback      Rollback
	Windows       Windows
	Lifecycle     Lifecycle
	Privacy       Privacy
	Components    Components
}

// Request is what a change request must hold.
type Request struct {
	PullRequest bool                // one that holds all the fields may stand for a ticket
	BeforeWork  bool                // the ticket must be older than the work
	Fields      []string            // of RequestFields
	ByType      map[string][]string // type of ticket, in lower case, to fields that it must hold besides
	LeastWords  int                 // in prose fields
	Boilerplate []string            // texts that say nothing, in lower case
}

// Category is one kind of change. A change belongs to all that fit.
type Category struct {
	Name string
	Rule Rule
}

// Rule says by what a change is recognised; any of it is enough.
type Rule struct {
	Paths  []Pattern
	Labels []string // in lower case
	Types  []string // of tickets, in lower case
	Values []string // of the tickets' category field, in lower case
}

// Risk is how a change's tier is derived.
type Risk struct {
	Default string
	Tiers   []Tier // lowest first
}

// Tier is one level of risk, with what makes a change belong to it.
type Tier struct {
	Name       string
	Words      []string // with which people declare it, in lower case
	Categories []string
	Rule       Rule
}

// Rank gives a tier's place from the lowest, 0; -1 for one that is not known.
func (r Risk) Rank(tier string) int {
	return slices.IndexFunc(r.Tiers, func(t Tier) bool { return t.Name == tier })
}

// Approvals is who must approve.
type Approvals struct {
	Gate           string   // "merge" or "deploy"
	TicketStatuses []string // moving a ticket there is an approval; lower case
	Tiers          map[string]Requirement
	Categories     map[string]Requirement // added to the tier's
}

// Requirement is what one line of the approval matrix asks for.
type Requirement struct {
	Count int      // approvals by different humans
	OneOf []string // roles, one of which an approver has
	Each  []string // roles, each of which an approver has
}

// ExemptClass is a standard change that somebody approved as a class.
type ExemptClass struct {
	Name         string
	Attributes   []string // letters
	Accounts     Accounts // nobody else may have contributed
	Paths        []Pattern
	Update       string // "", "patch" or "minor", by the title
	ChecksPassed bool
	ApprovedBy   string
	ApprovedOn   string // a day
	Record       string // where the approval of the class is kept
}

// Accounts are accounts by the configured name of their system; "email" holds
// e-mails of commits.
type Accounts map[string][]string

// Checks are the checks that must have passed on what merged.
type Checks struct {
	Required []RequiredCheck
	NotFor   []string // categories
}

// RequiredCheck is one check by its name, and the app that must have posted
// it; "" for any.
type RequiredCheck struct {
	Name Pattern
	App  string
}

// Testing is which kinds of test there must be evidence of.
type Testing struct {
	Evidence    map[string][]Pattern // kind to names of checks, jobs and reports
	Tiers       map[string][]string
	Categories  map[string][]string // added to the tier's
	WithoutCode []string            // of changes by ticket alone, instead
	NoCodeFor   []string            // categories; WithoutCode holds also where every file is of one
}

// Analysis is the static and security analysis.
type Analysis struct {
	Checks []Pattern
	OffFor []string // repositories
}

// PreProduction is how verification before production is recognised.
type PreProduction struct {
	Environments []Pattern
	Jobs         []Pattern
	NotFor       []string // tiers
}

// Delivery is how production is deployed to.
type Delivery struct {
	FullyAutomated       bool
	WithoutBranchControl []string // systems that offer none
}

// Emergency is the emergency lane.
type Emergency struct {
	Rule          Rule     // Labels, Values, Types; no paths
	IncidentTypes []string // of tickets, lower case
	Within        time.Duration
	BusinessHours bool     // Within counts business hours
	Authorizers   []string // roles
	Approvers     []string // roles, afterwards
	LimitPercent  int
	LimitQuarter  int
}

// Validation is the check after a deployment.
type Validation struct {
	Within               time.Duration
	NotFor               []string          // tiers
	Words                []string          // lower case
	Statuses             []string          // lower case
	SignOff              map[string]string // tier to role
	ChecklistFor         []string          // tiers
	OtherThanImplementer bool
}

// Rollback says for which categories a plan need not be written, and for which
// "revert" is none.
type Rollback struct {
	Automated    []string
	Irreversible []string
}

// Lifecycle is how a ticket ends.
type Lifecycle struct {
	Closed      []string // statuses, lower case
	CloseWithin time.Duration
}

// Privacy is how changes to personal and confidential data are recognised, and
// who must review them.
type Privacy struct {
	Rule      Rule
	Words     []string // lower case
	Reviewers []string // roles
}

// Components are files that tools write.
type Components struct{ Generated []Pattern }

// Ref names the policy as results do.
func (p *Policy) Ref() evidence.PolicyRef {
	return evidence.PolicyRef{Name: p.Name, Version: p.Version, SHA256: p.SHA256}
}

// IsKey reports whether an exception to the attribute is one to the change.
func (p *Policy) IsKey(letter string) bool { return slices.Contains(p.Key, letter) }

// Starter gives the policy that comes with tickmark.
func Starter() *Policy {
	p, err := Parse("policy.yaml", templates.ControlPolicy())
	if err != nil {
		panic(err) // the file is part of the program: a test reads it
	}
	return p
}

// Load reads and checks a policy file. A file with mistakes gives
// yamlfile.Problems.
func Load(file string) (*Policy, error) {
	data, err := yamlfile.Load(file, "policy")
	if err != nil {
		return nil, err
	}
	return Parse(file, data)
}

// Parse is Load for a file already read.
func Parse(file string, data []byte) (*Policy, error) {
	sum := sha256.Sum256(data)
	p := &Policy{SHA256: hex.EncodeToString(sum[:])}
	if err := yamlfile.Read(file, "policy", data, "templates/policy.yaml is one to start from", p.read); err != nil {
		return nil, err
	}
	return p, nil
}
