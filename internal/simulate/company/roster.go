package company

import (
	"slices"
	"time"
)

// Member is one person, or one account that is nobody's, as the company's own
// list of people has it.
type Member struct {
	Name   string
	Kind   string   // "human", "bot" or "service"
	GitHub []string // logins
	Jira   []string // account ids
	Email  []string // addresses, also those that only commits carry
	Roles  []RolePeriod
}

// RolePeriod is a role that somebody had from a day until before another; the
// zero time is an open end.
type RolePeriod struct {
	Role     string
	From, To time.Time
}

// roles are those of the policy that the list gives, by short name. They say
// what somebody may approve, which is not their title.
func roles() map[string][]RolePeriod {
	since := func(from time.Time, names ...string) (out []RolePeriod) {
		for _, n := range names {
			out = append(out, RolePeriod{Role: n, From: from})
		}
		return out
	}
	then := func(at time.Time) []RolePeriod {
		return []RolePeriod{{Role: "developer", From: day(2024, 2, 1), To: at}, {Role: "senior engineer", From: at}}
	}
	old := day(2023, 1, 1)
	return map[string][]RolePeriod{
		"marta":  since(old, "engineering manager", "technical lead"),
		"jide":   since(old, "technical lead", "incident commander"),
		"szymon": since(old, "senior engineer"),
		"olek":   {{Role: "developer", From: day(2024, 5, 1), To: day(2026, 2, 27)}},
		"gustav": since(day(2026, 3, 2), "developer"),
		"yui":    since(old, "senior engineer"),
		// Two who became senior in the half-year: what they approved before does
		// not count as a senior's.
		"ana":       then(day(2026, 2, 1)),
		"seunghyun": then(day(2026, 4, 1)),
		"ciaran":    since(old, "engineering manager", "technical lead", "incident commander"),
		"mingyu":    since(old, "senior engineer", "incident commander"),
		"yusuf":     since(old, "engineering manager", "technical lead", "incident commander"),
		"aarav":     since(old, "engineering manager", "technical lead"),
		"felicie":   since(old, "senior engineer"),
		"bram":      {{Role: "senior engineer", From: old, To: day(2026, 5, 16)}},
		"dmytro":    since(old, "senior engineer", "dba"), // stands in for Katri
		"hannah":    since(old, "devops lead", "technical lead", "incident commander"),
		"nadia":     since(old, "security", "senior engineer", "incident commander"),
		"katri":     since(old, "dba", "senior engineer"),
		"lucia":     since(old, "qa", "senior engineer"),
		"ingrid":    since(old, "change advisory board"),
		"tobias":    since(old, "change advisory board"),
		"amelie":    since(old, "product owner"),
	}
}

// unlisted is the colleague whom nobody has entered since she joined in April.
const unlisted = "priya"

// had reports whether the list gives somebody one of the roles at a time.
func (s *story) had(p *Person, at time.Time, names ...string) bool {
	for short, list := range roles() {
		if s.who[short] != p {
			continue
		}
		for _, r := range list {
			if slices.Contains(names, r.Role) && !at.Before(r.From) && (r.To.IsZero() || at.Before(r.To)) {
				return true
			}
		}
	}
	return false
}

// manager is who answers for the house's risky changes; of one of their own,
// Märta.
func (s *story) manager(p *plan) *Person {
	m := s.who[map[string]string{"checkout-web": "ciaran", "payout-worker": "yusuf", "identity-gateway": "aarav", "infrastructure": "hannah"}[p.house.name]]
	if m == nil || m == p.author || p.has("co-authored") && m == p.reviewer {
		return s.who["marta"]
	}
	return m
}

// roster is the company's list of people, in the order of the cast.
func (s *story) roster() []Member {
	var out []Member
	for _, c := range cast() {
		p := s.who[c.short]
		if c.short == unlisted {
			continue
		}
		m := Member{Name: p.Name, Kind: "human", Roles: roles()[c.short]}
		switch {
		case p.Role == "bot", p.Role == "GitHub's own account":
			m.Kind = "bot"
		case p.Machine:
			m.Kind = "service"
		}
		if m.Name == "" || c.short == "webflow" {
			m.Name = p.Login
		}
		if p.Login != "" {
			m.GitHub = []string{p.Login}
		}
		if p.Jira != nil && !p.Jira.Deleted {
			m.Jira = []string{p.Jira.AccountID}
		}
		if p.Email != "" {
			m.Email = []string{p.Email}
		}
		if c.short == "szymon" { // the address of his account's old name
			m.Email = append(m.Email, p.signature(day(2026, 1, 1)).Email)
		}
		out = append(out, m)
	}
	auto := s.who["automation"]
	return append(out, Member{Name: auto.Name, Kind: "service", Jira: []string{auto.Jira.AccountID}})
}
