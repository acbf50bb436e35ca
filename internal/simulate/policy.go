package simulate

import (
	"fmt"
	"strings"

	"github.com/tickmark-dev/tickmark/templates"
)

// PolicyFile is where the configuration looks for the company's policy.
const PolicyFile = "policy.yaml"

// difference is one place at which the company edited the starter policy.
type difference struct{ old, new string }

// Policy gives the text of a policy.yaml for the company. As most companies do
// it took the starter policy and edited it: each place has a comment that says
// why. None of them makes less of what the story plants.
func Policy() string {
	text := string(templates.ControlPolicy())
	head, rest, _ := strings.Cut(text, "schema_version:")
	_ = head // it says how to adopt the starter, which the company did
	text = ConfigTitle + "\n# The starter policy of tickmark, adopted in December 2025. What begins with\n# \"Ours:\" says where we differ from it, and why.\nschema_version:" + rest
	for _, d := range differences() {
		if strings.Count(text, d.old) != 1 {
			panic(fmt.Sprintf("the starter policy has no single place that reads %q", d.old)) // a test makes it
		}
		text = strings.Replace(text, d.old, d.new, 1)
	}
	return text
}

func differences() []difference {
	return []difference{
		{"name: starter policy\n", "name: Harbourline change policy\n"},
		{`version: "1"`, `version: "2025-12"`},
		{"time_zone: UTC\n", "time_zone: Europe/Berlin\n"},
		{"  fields: [description, justification, systems, risk, planned_start, requester]\n",
			"  # Ours: code goes out with the next release, so that its tickets hold no\n  # planned date. Change requests do.\n" +
				"  fields: [description, justification, systems, risk, requester]\n  fields_by_type: {Change: [planned_start]}\n"},
		{`"**/permissions/**", "*.profile-meta.xml"`,
			"\"**/permissions/**\",\n      # Ours: what decides in the identity gateway who may come in.\n" +
				`      "**/gateway/webauthn/**", "**/gateway/signin/**", "**/gateway/token/**", "**/gateway/keys/**", "**/gateway/stepup/**", "**/gateway/providers/**",` + "\n      " + `"*.profile-meta.xml"`},
		{`    paths: ["**/config/**", "**/conf/**", "**/configs/**", "*.env", "*.properties", `,
			"    # Ours: .properties hold the texts of pages, and no settings; deploy/ holds those\n    # of the cluster.\n" + `    paths: ["**/config/**", "**/conf/**", "**/configs/**", "**/deploy/**", "*.env", `},
		{`    paths: ["*.css", "*.scss", "*.less", "**/styles/**", "*.svg", "*.png"]` + "\n",
			`    paths: ["*.css", "*.scss", "*.less", "**/styles/**", "*.svg", "*.png", "*.properties"]` + "\n"},
		{"    infrastructure: {each: [devops lead]}\n",
			"    network: {each: [security]}\n    # Ours: the platform is two people, who approve each other's work.\n    infrastructure: {one_of: [devops lead, technical lead, senior engineer]}\n"},
		{"    security: [security, ", "    # Ours: the names of our scans.\n    security: [DepGuard, vulnerabilities, bandit, dependency-check, security, "},
		{"  approvers: [engineering manager]   # afterwards", "  # Ours: of what a security incident asked for the security team approves.\n  approvers: [engineering manager, security]   # afterwards"},
		{"  without_code: [staging, basic]   # of", "  # Ours: what is no code is tried on staging.\n  without_code: [staging]   # of"},
		{"  # without_code_for: [infrastructure]   # and", "  without_code_for: [infrastructure]   # and"},
		{"  checks: [codeql, ", "  # Ours: lint is ESLint, golangci-lint and Ruff; policy is Conftest over the plan.\n  checks: [DepGuard, vulnerabilities, lint, policy, codeql, "},
		{"  labels: [pii, privacy, personal data, personal-data, gdpr]\n  words: [personal data, ",
			"  labels: [pii, privacy, personal data, personal-data, gdpr]\n  # Ours: what may hold people's data though its name does not say so.\n" +
				"  words: [audit trail, nightly backup, log retention, disputes bucket, personal data, "},
	}
}
