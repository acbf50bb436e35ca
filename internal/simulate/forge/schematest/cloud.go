package schematest

// cloudCorrections are those of the description of GitHub Enterprise Cloud
// alone. It has the fields that all entries of an audit log have, and few of
// what an action has beside. These are from GitHub's list of events:
// https://docs.github.com/en/enterprise-cloud@latest/organizations/keeping-your-organization-secure/managing-security-settings-for-your-organization/audit-log-events-for-your-organization
func cloudCorrections() []correction {
	const entry = "audit-log-event"
	out := []correction{
		{entry + "/properties/actor_location", has("country_code", "string")},
		{entry, has("overridden_codes", "array")}, {entry, has("reasons", "array")},
	}
	for typ, names := range map[string][]string{
		"string": {"actor_ip", "user_agent", "branch", "before", "after", "old_name", "ruleset_name", "ruleset_old_name", "ruleset_enforcement", "ruleset_old_enforcement",
			"ruleset_source_type", "repo_was", "visibility", "policy", "programmatic_access_type"},
		"integer": {"repo_id", "ruleset_id", "required_approving_review_count", "pull_request_reviews_enforcement_level", "required_status_checks_enforcement_level"},
		"boolean": {"public_repo", "actor_is_bot", "admin_enforced", "require_code_owner_review"},
		"array": {"ruleset_rules_added", "ruleset_rules_deleted", "ruleset_rules_updated", "ruleset_conditions_added", "ruleset_conditions_deleted", "ruleset_conditions_updated",
			"ruleset_bypass_actors_added", "ruleset_bypass_actors_deleted", "ruleset_bypass_actors_updated", "ruleset_rules", "ruleset_conditions", "ruleset_bypass_actors", "authorized_actor_names"},
	} {
		for _, name := range names {
			out = append(out, correction{entry, has(name, typ)})
		}
	}
	return out
}
