package simulate

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/tickmark-dev/tickmark/internal/simulate/tracker"
)

// ConfigTitle is the first line of what Config gives.
const ConfigTitle = "# The sample company. Everything in it is simulated."

// Config gives the text of a tickmark.yaml for the company as it is served.
// Exhibits are looked for in the folder "exhibits" in dir; there are none
// where dir is "".
func Config(s *Servers, dir string) string {
	c := s.Company
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line(ConfigTitle)
	line("schema_version: 1")
	line("organization: %s", c.Name)
	line("simulated: true")
	line("time_zone: %s", c.Zone)
	line("period: {from: %s, to: %s}", c.From.In(c.Zone).Format("2006-01-02"), c.To.In(c.Zone).Format("2006-01-02"))
	if dir != "" {
		line("policy: %s", quoted(filepath.ToSlash(filepath.Join(dir, PolicyFile))))
		line("people: %s", quoted(filepath.ToSlash(filepath.Join(dir, PeopleFile))))
	}
	line("systems:")
	var repositories []string
	for _, v := range c.Config.Services {
		repositories = append(repositories, v.Repositories...)
	}
	line("  - name: github")
	line("    kind: github")
	line("    url: %s", s.GitHubURL)
	line("    token: {env: %s}", GitHubTokenVariable)
	line("    repositories: [%s]", strings.Join(repositories, ", "))
	line("    production: [%s]", strings.Join(c.Config.Production, ", "))
	line("  - name: jira")
	line("    kind: jira")
	line("    url: %s", s.JiraURL)
	if c.Tracker.Flavour == tracker.Cloud {
		line("    cloud: true")
	}
	line("    user: %s", s.JiraUser)
	line("    token: {env: %s}", JiraTokenVariable)
	line("    projects: [%s]", strings.Join(c.Config.Projects, ", "))
	line("    fields:")
	for _, f := range c.Config.Fields {
		line("      %s: %s", f.Word, f.Name)
	}
	line("    deployed: {field: deployed_at, statuses: [%s]}", strings.Join(c.Config.Deployed, ", "))
	line("    service_desk: true")
	line("  - name: prometheus")
	line("    kind: prometheus")
	line("    url: %s", s.PrometheusURL)
	line("    window: {before: 1h, after: 2h, step: 1m}")
	if dir != "" {
		line("  - name: exhibits")
		line("    kind: files")
		line("    path: %s", quoted(filepath.ToSlash(filepath.Join(dir, "exhibits"))))
	}
	line("services:")
	for _, v := range c.Config.Services {
		line("  - name: %s", v.Name)
		line("    repositories: [%s]", strings.Join(v.Repositories, ", "))
		line("    ticket_names: [%s]", strings.Join(v.TicketNames, ", "))
		line("    queries:")
		for _, q := range v.Queries {
			line("      - {name: %s, system: prometheus, expr: %s, unit: %s, threshold: %s}", quoted(q.Name), quoted(q.Expr), quoted(q.Unit), quoted(q.Threshold))
		}
	}
	return b.String()
}

// quoted writes a YAML string that nothing can break out of.
func quoted(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }
