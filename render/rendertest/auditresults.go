package rendertest

import (
	"fmt"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// auditTitles names the attributes from A to Z.
func auditTitles() []string {
	return []string{"Change request exists and is linked", "Requested before work and release", "Required content", "Risk assessed before deployment", "Independent approval", "Required number and roles",
		"Approval before merge and deployment", "Approval covers the final code", "No outstanding objection", "Branch control not bypassed", "Required CI passed on what merged", "Tests adequate for the tier",
		"Static and security analysis", "Pre-production verified first", "Deployed is what was approved", "Emergency conditions", "Deployer authorised, duties separated", "Deployment logged and successful",
		"Post-deployment validation", "Rollback plan before deployment", "In the change window", "Ticket life cycle coherent", "Configuration difference captured", "Data and privacy review", "Components traceable", "Outcome and incident follow-up"}
}

func auditAttributes() []evidence.Attribute {
	focus := [][]int{{1, 4, 5}, {2}, {4, 10}, {10}, {8, 9}, {8}, {8}, {8}, {8}, {9}, {7}, {7}, {7}, {7}, {9}, {13}, {9}, {9}, {7}, {9}, {9}, {5}, {6, 12}, {16, 17, 18}, {5}, {11}}
	var all []evidence.Attribute
	for i, title := range auditTitles() {
		letter := string(rune('A' + i))
		a := evidence.Attribute{Letter: letter, Title: title, Text: "For every change: " + title + ".", Criterion: "CC8.1", Focus: focus[i], Version: 1,
			Procedure: "Inspect the records of the change in its folder and compare them with the policy: " + title + ".", Key: letter == "A" || letter == "E" || letter == "G" || letter == "H" || letter == "K" || letter == "O" || letter == "R" || letter == "P"}
		switch letter {
		case "P":
			a.Thresholds = []evidence.Fact{{Name: "formal record within", Value: "24 h, calendar"}, {Name: "share of changes", Value: "less than 10 %"}, {Name: "per quarter", Value: "fewer than 2"}}
		case "F":
			a.Thresholds = []evidence.Fact{{Name: "high risk", Value: "2 approvals, one by an engineering manager"}, {Name: "medium risk", Value: "1 by a technical lead or senior engineer"}, {Name: "low risk", Value: "1 by any peer"}}
		case "S":
			a.Thresholds = []evidence.Fact{{Name: "validated within", Value: "24 h"}}
		}
		all = append(all, a)
	}
	return all
}

// auditResults gives outcomes of all attributes, the same for the same change.
func auditResults(i int, byTicket bool) []evidence.Result {
	var all []evidence.Result
	for n, title := range auditTitles() {
		letter := string(rune('A' + n))
		r := evidence.Result{Attribute: letter, Outcome: evidence.Met, Code: "MET", Why: "The records show it: " + title + ".", Policy: "starter policy 1"}
		code := byTicket && n >= 6 && n <= 14
		switch h := (i*31 + n*17) % 97; {
		case letter == "P":
			auditEmergencyResult(&r, i)
		case code:
			r.Outcome, r.Code, r.Why = evidence.NotApplicable, "NO_CODE", "The change was made by ticket: there is no code."
		case h < 3:
			r.Outcome, r.Code, r.Why = evidence.Exception, "NOT_SHOWN", fmt.Sprintf("The records of the change do not show it: %s.", title)
		case h < 7:
			r.Outcome, r.Code, r.Why = evidence.NeedsReview, "UNMAPPED_IDENTITY", "Nobody has confirmed whose account this is, so a person has to look."
		case h < 10 || letter == "J":
			r.Outcome, r.Code, r.Why = evidence.Unable, "NO_AUDIT_LOG", "The audit log was not obtained; it would decide this."
		case h > 92:
			r.Outcome, r.Code, r.Why = evidence.NotApplicable, "POLICY_OFF", "The policy does not ask for it here."
		}
		if letter == "D" {
			r.Read = []evidence.Fact{{Name: "declared by the ticket", Value: "Medium"}, {Name: "derived", Value: []string{"Low", "Medium", "High"}[i%3]}}
		}
		all = append(all, r)
	}
	return all
}

func auditEmergencyResult(r *evidence.Result, i int) {
	if !auditEmergency(i) {
		r.Outcome, r.Code, r.Why = evidence.NotApplicable, "NOT_EMERGENCY", "The change is no emergency."
		return
	}
	r.Read = []evidence.Fact{{Name: "truly an emergency", Value: "met: incident was open when the change was deployed."}, {Name: "incident", Value: fmt.Sprintf("INC-%d", 10+i)},
		{Name: "authorized", Value: "met: Dana Smith, who may do so, wrote so before the change was deployed."}, {Name: "authorization", Value: "Dana Smith, 02:14 UTC, comment on the incident"},
		{Name: "documented", Value: "met: the change was documented in time."}, {Name: "elapsed", Value: "6 h 30 min after the deployment"}, {Name: "limit", Value: "24 h 0 min in calendar hours"},
		{Name: "approved afterwards", Value: "met: Rita Ruiz, who did not implement the change, approved it in time."}, {Name: "elapsed to the approval", Value: "7 h 2 min after the deployment"}, {Name: "called an emergency by", Value: "the category of the ticket"}}
	r.Why = "The emergency change was linked to an incident, authorized, documented and approved in time."
	if i%2 == 1 {
		r.Outcome, r.Code, r.Why = evidence.Exception, "DOCUMENTED_LATE", "The change was documented 54 h 46 min after the deployment, and the policy allows 24 h 0 min in calendar hours."
		r.Read[4].Value, r.Read[5].Value = "exception: "+r.Why, "54 h 46 min after the deployment; 55 h 1 min after the authorization"
		r.Read[7].Value = "exception: nobody approved the change within 24 h 0 min of the deployment."
	}
}

func auditIdentities() []evidence.Identity {
	return []evidence.Identity{
		{Name: "Alice Doe", Kind: "human", Accounts: []evidence.Person{{System: "github", Login: "alice"}, {System: "jira", ID: "5b9", Name: "Alice Doe"}}, Roles: []evidence.RolePeriod{{Role: "senior engineer", From: "2025-03-01"}}},
		{Name: "Erin Álvarez", Kind: "human", Accounts: []evidence.Person{{System: "github", Login: "erin"}}, Roles: []evidence.RolePeriod{{Role: "developer", From: "2025-09-01"}}},
		{Name: "Greta Holm", Kind: "human", Accounts: []evidence.Person{{System: "github", Login: "greta"}}, Roles: []evidence.RolePeriod{{Role: "technical lead", From: "2024-01-01", To: "2026-04-01"}, {Role: "engineering manager", From: "2026-04-01"}}},
		{Name: "Release robot", Kind: "bot", Accounts: []evidence.Person{{System: "github", Login: "deploy-bot"}}},
		{Name: "Rita Ruiz", Kind: "human", Accounts: []evidence.Person{{System: "jira", ID: "5b1", Name: "Rita Ruiz"}}, Roles: []evidence.RolePeriod{{Role: "product owner"}}},
	}
}
