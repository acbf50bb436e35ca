package forge

import "time"

// Environment is a deployment target.
type Environment struct {
	ID                int64
	Name              string
	Created           time.Time
	Updated           time.Time
	WaitMinutes       int
	Users             []*User // required reviewers
	Teams             []*Team
	PreventSelfReview bool
	AdminsBypass      bool
	ProtectedBranches bool     // only protected branches may deploy
	BranchPolicies    []string // name patterns that may deploy; empty: any
}

// Deployment is one deployment of one commit.
type Deployment struct {
	ID          int64
	SHA         string
	Ref         string
	Task        string // "deploy" where ""
	Environment string
	Description string
	Payload     any // {} where nil
	Creator     *User
	Created     time.Time
	Updated     time.Time // the last status's time where zero
	Transient   bool
	Production  bool
	App         *App // that it was performed through
	Statuses    []*DeploymentStatus
}

// DeploymentStatus is one report of how a deployment went.
type DeploymentStatus struct {
	ID             int64
	State          string // "queued", "pending", "in_progress", "success", "failure", "error", "inactive"
	Description    string
	Creator        *User
	Created        time.Time
	LogURL         string
	EnvironmentURL string
	// Run and Job make the log URL that Actions writes, where LogURL is "".
	Run *Run
	Job *Job
}

// BranchProtection is a classic protection rule. Nil parts are absent.
type BranchProtection struct {
	Reviews                *RequiredReviews
	Checks                 *RequiredChecks
	Restrictions           *Restrictions
	EnforceAdmins          bool
	LinearHistory          bool
	AllowForcePushes       bool
	AllowDeletions         bool
	ConversationResolution bool
	Signatures             bool
	BlockCreations         bool
	LockBranch             bool
	AllowForkSyncing       bool
}

// RequiredReviews is the protection's part on reviews.
type RequiredReviews struct {
	Count                   int
	DismissStale            bool
	CodeOwners              bool
	LastPushApproval        bool
	DismissalUsers          []*User
	DismissalTeams          []*Team
	BypassUsers             []*User
	BypassTeams             []*Team
	RestrictsWhoMayDismiss  bool
	AllowsSomeToBypassAsked bool
}

// RequiredChecks is the protection's part on status checks.
type RequiredChecks struct {
	Strict   bool
	Contexts []string
	App      *App // that must post them; any where nil
}

// Restrictions says who may push.
type Restrictions struct {
	Users []*User
	Teams []*Team
	Apps  []*App
}

// Ruleset is one ruleset of a repository or of the organisation.
type Ruleset struct {
	ID          int64
	Name        string
	Target      string // "branch" where ""
	OfOrg       bool   // its source is the organisation
	Enforcement string // "active" where ""; "disabled", "evaluate"
	Bypass      []BypassActor
	Include     []string // ref names: "~DEFAULT_BRANCH", "~ALL", "refs/heads/release/*"
	Exclude     []string
	Rules       []Rule
	Created     time.Time
	Updated     time.Time
}

// BypassActor may bypass a ruleset.
type BypassActor struct {
	ID   int64  // 0 is null
	Type string // "RepositoryRole", "Team", "Integration", "OrganizationAdmin"
	Mode string // "always", "pull_request"
}

// Rule is one rule: Type and Parameters as GitHub words them; no parameters
// where nil.
type Rule struct {
	Type       string
	Parameters map[string]any
}
