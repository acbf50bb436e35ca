package simulate

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/tickmark-dev/tickmark/internal/simulate/company"
)

// PeopleFile is where the configuration looks for the company's people.
const PeopleFile = "people.yaml"

// People gives the text of a people.yaml for the company as it is served: who
// is who in each system, and who had which role when. One colleague is missing,
// as nobody has entered her yet.
func People(s *Servers) string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line(ConfigTitle)
	line("schema_version: 1")
	for _, section := range []struct{ name, kind string }{{"people", "human"}, {"bots", "bot"}, {"services", "service"}} {
		line("%s:", section.name)
		for _, m := range s.Company.Roster {
			if m.Kind != section.kind {
				continue
			}
			line("  - name: %s", quoted(m.Name))
			line("    accounts: {%s}", accounts(m))
			if len(m.Roles) > 0 {
				line("    roles: [%s]", rolesOf(m))
			}
		}
	}
	return b.String()
}

// accounts are those of a member, by the names that the configuration gives to
// the systems, and addresses.
func accounts(m company.Member) string {
	var parts []string
	for _, a := range []struct {
		system string
		ids    []string
	}{{"github", m.GitHub}, {"jira", m.Jira}, {"email", m.Email}} {
		if len(a.ids) == 0 {
			continue
		}
		ids := make([]string, len(a.ids))
		for i, id := range a.ids {
			ids[i] = strconv.Quote(id)
		}
		parts = append(parts, a.system+": ["+strings.Join(ids, ", ")+"]")
	}
	return strings.Join(parts, ", ")
}

func rolesOf(m company.Member) string {
	parts := make([]string, len(m.Roles))
	for i, r := range m.Roles {
		parts[i] = "{role: " + r.Role
		if !r.From.IsZero() {
			parts[i] += ", from: " + r.From.Format(time.DateOnly)
		}
		if !r.To.IsZero() {
			parts[i] += ", to: " + r.To.Format(time.DateOnly)
		}
		parts[i] += "}"
	}
	return strings.Join(parts, ", ")
}
