package github

import (
	"encoding/json"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// auditEntry is one entry of an audit log, as GitHub documents its fields
// (https://docs.github.com/en/organizations/keeping-your-organization-secure/managing-security-settings-for-your-organization/audit-log-events-for-your-organization).
// Which it has depends on the action; numbers come as text now and then.
type auditEntry map[string]json.RawMessage

// UnmarshalJSON puts the members of "data", where newer entries keep what is
// their action's own, beside the others.
func (e *auditEntry) UnmarshalJSON(raw []byte) error {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(raw, &fields); err != nil {
		return err
	}
	var inner map[string]json.RawMessage
	if json.Unmarshal(fields["data"], &inner) == nil {
		for k, v := range inner {
			if _, ok := fields[k]; !ok {
				fields[k] = v
			}
		}
	}
	*e = fields
	return nil
}

// text gives a field that is a text, number or truth value; "" where it is none.
func (e auditEntry) text(field string) string {
	raw := e[field]
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return s
	}
	if len(raw) > 0 && (raw[0] == '-' || raw[0] >= '0' && raw[0] <= '9' || string(raw) == "true" || string(raw) == "false") {
		return string(raw)
	}
	return ""
}

// texts gives a field that is a list of texts, or one text.
func (e auditEntry) texts(field string) []string {
	var list []string
	if json.Unmarshal(e[field], &list) == nil {
		return list
	}
	if s := e.text(field); s != "" {
		return []string{s}
	}
	return nil
}

// at gives the entry's time, which GitHub counts in milliseconds.
func (e auditEntry) at() time.Time {
	for _, field := range []string{"@timestamp", "created_at"} {
		var ms int64
		if json.Unmarshal(e[field], &ms) == nil && ms > 0 {
			return time.UnixMilli(ms).UTC()
		}
	}
	return time.Time{}
}

// branch gives the branch of an entry, or the pattern of branches.
func (e auditEntry) branch() string {
	action := e.text("action")
	switch {
	case action == evidence.PolicyOverride:
		return strings.TrimPrefix(e.text("branch"), "refs/heads/")
	case strings.HasPrefix(action, "protected_branch."):
		return e.text("name")
	}
	return ""
}

// concerns reports whether an entry may speak of the rules of a branch. What
// does not say where it belongs does.
func (e auditEntry) concerns(n name) bool {
	if repo := e.text("repo"); repo != "" && !strings.EqualFold(repo, n.repository) {
		return false
	}
	switch e.text("action") {
	case "protected_branch.rejected_ref_update": // the rules held
		return false
	case "repo.rename", "repo.transfer": // of another repository, once of this name
		return false
	}
	return matches(e.branch(), n.text) || matches(e.text("old_name"), n.text) && e.text("old_name") != ""
}

// renames reports whether with an entry the repository got its name or owner.
func (e auditEntry) renames(n name) bool {
	switch e.text("action") {
	case "org.rename":
		return true
	case "repo.rename", "repo.transfer":
		return strings.EqualFold(e.text("repo"), n.repository)
	}
	return false
}

// matches reports whether a branch is of a pattern, as far as it can be told:
// in doubt it is. GitHub's patterns are fnmatch's, which negate with "[!" and
// have more than path.Match knows.
func matches(pattern, branch string) bool {
	if pattern == "" || pattern == branch || strings.Contains(pattern, "**") || strings.ContainsAny(pattern, `{}\`) {
		return true
	}
	ok, err := path.Match(strings.ReplaceAll(pattern, "[!", "[^"), branch)
	return ok || err != nil
}

// ruleEvent maps an entry. Addresses, places and programs of those who acted
// (actor_ip, actor_location, user_agent), and what names their tokens, are not
// needed and stay out.
func (c *Collector) ruleEvent(e auditEntry) evidence.RuleEvent {
	out := evidence.RuleEvent{
		ID: e.text("_document_id"), Kind: e.text("action"), At: e.at(), Branch: e.branch(),
		Ruleset: e.text("ruleset_id"), RulesetName: e.text("ruleset_name"), Enforcement: e.text("ruleset_enforcement"), WasEnforcement: e.text("ruleset_old_enforcement"),
		Before: e.text("before"), After: e.text("after"), Codes: e.texts("overridden_codes"), Message: oneLine(e.reasons()),
	}
	if login, id := e.text("actor"), e.text("actor_id"); login != "" || id != "" {
		out.Actor = &evidence.Person{System: c.cfg.Name, Login: login, ID: id}
		if e.text("actor_is_bot") == "true" {
			out.Actor.Type = "Bot"
		}
	}
	for field, raw := range e {
		if isSetting(field) {
			out.Changed = append(out.Changed, evidence.Fact{Name: field, Value: oneLine(strings.Trim(string(raw), `"`))})
		}
	}
	slices.SortFunc(out.Changed, func(a, b evidence.Fact) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// reasons gives in words which rules were overridden.
func (e auditEntry) reasons() string {
	var list []struct {
		Code    string `json:"code"`
		Message string `json:"message"`
	}
	if json.Unmarshal(e["reasons"], &list) != nil {
		return strings.Join(e.texts("reasons"), "; ")
	}
	var said []string
	for _, r := range list {
		said = append(said, first(r.Message, r.Code))
	}
	return strings.Join(said, "; ")
}

// isSetting reports whether a field says what was set. All others are left out.
func isSetting(field string) bool {
	switch field {
	case "ruleset_id", "ruleset_name", "ruleset_enforcement", "ruleset_old_enforcement":
		return false
	case "admin_enforced", "authorized_actor_names", "authorized_actors", "authorized_actors_only", "create_protected", "dismiss_stale_reviews_on_push",
		"ignore_approvals_from_contributors", "lock_allows_fetch_and_merge", "old_name", "policy", "require_code_owner_review", "require_last_push_approval",
		"required_approving_review_count", "strict_required_status_checks_policy":
		return true
	}
	return strings.HasSuffix(field, "enforcement_level") || strings.HasPrefix(field, "ruleset_")
}
