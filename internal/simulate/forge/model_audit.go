package forge

import "time"

// AuditEntry is one entry of the organisation's audit log.
type AuditEntry struct {
	At     time.Time
	Action string         // "protected_branch.policy_override", "repository_ruleset.update", …
	Actor  *User          // nil where GitHub itself acted
	Repo   *Repo          // nil for what concerns the whole organisation
	Fields map[string]any // what the action has beside, in GitHub's words
	ID     string         // of the entry; made where ""
}

// RuleSuite is how one push was judged by the rules of its branch.
type RuleSuite struct {
	ID            int64
	Ref           string // "refs/heads/main"
	Actor         *User
	Before, After string
	At            time.Time
	Result        string // "pass", "fail", "bypass"
	Evaluations   []RuleEvaluation
}

// RuleEvaluation is how one rule judged it.
type RuleEvaluation struct {
	Ruleset *Ruleset // nil: of the branch's own protection
	Type    string   // "pull_request", "required_status_checks", …
	Result  string   // "pass", "fail"
	Details string   // why it failed
}
