// Package templates holds what people may edit: policies, forms, the text that
// greets whoever opens a package, and the starter configuration. A template is
// filled with plain values; nothing in it is executed.
package templates

import (
	"embed"
	"fmt"
	"strings"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

//go:embed policies/*.md
var policies embed.FS

//go:embed forms/pull_request_template.md
var pullRequestForm string

//go:embed forms/change_ticket_template.md
var changeTicketForm string

//go:embed readme.txt
var readme string

// Policy is one policy or procedure, in Markdown.
type Policy struct {
	Name  string // of its file, without extension
	Title string
	Text  string
}

// Policies gives the starter policies, which say of themselves that they are
// starters, for an organization; in the order of the package.
func Policies(organization string) []Policy {
	if strings.TrimSpace(organization) == "" {
		organization = "(organization not named)"
	}
	fill := strings.NewReplacer("{{organization}}", inline(organization))
	list := []Policy{
		{Name: "change_management_policy", Title: "Change Management Policy"},
		{Name: "emergency_change_procedure", Title: "Emergency Change Procedure"},
		{Name: "rollback_procedures", Title: "Rollback Procedures"},
	}
	for i := range list {
		text, err := policies.ReadFile("policies/" + list[i].Name + ".md")
		if err != nil {
			panic(err) // the file is part of the program: a test reads every one
		}
		list[i].Text = fill.Replace(string(text))
	}
	return list
}

// inline makes a name safe to stand in a line of Markdown, as itself.
func inline(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	return strings.NewReplacer(`\`, `\\`, "*", `\*`, "_", `\_`, "`", "\\`", "[", `\[`, "]", `\]`, "<", `\<`, ">", `\>`, "|", `\|`, "#", `\#`).Replace(s)
}

// PullRequestForm is a pull request template, to be put into a repository as
// .github/pull_request_template.md.
func PullRequestForm() string { return pullRequestForm }

// ChangeTicketForm is a template for change tickets, in Markdown.
func ChangeTicketForm() string { return changeTicketForm }

// Readme gives README.txt of a package: what it is, how it is laid out, how to
// verify it.
func Readme(p evidence.Package) string {
	zone := "UTC"
	if p.Zone != nil {
		zone = p.Zone.String()
	}
	simulated := ""
	if p.Simulated {
		simulated = "\n*** SIMULATED: this is the sample company's data, not that of a real one. ***\n"
	}
	gaps := 0
	for _, d := range p.Dossiers {
		gaps += len(d.Change.Gaps)
	}
	return strings.NewReplacer(
		"{{simulated}}", simulated,
		"{{organization}}", line(p.Organization),
		"{{period}}", period(p),
		"{{as_of}}", p.AsOf.UTC().Format("2006-01-02 15:04:05 UTC"),
		"{{zone}}", zone,
		"{{tool}}", line(p.Tool),
		"{{holds}}", fmt.Sprintf("%s, %s, %s without a match", count(len(p.Dossiers), "sample"), count(gaps, "gap"), count(len(p.Unmatched), "request line")),
		"{{results}}", results(p),
		"{{samples}}", samples(p),
		"{{unmatched}}", unmatched(p),
		"{{principals}}", principals(p),
	).Replace(readme)
}

// results says whose results the workbook holds.
func results(p evidence.Package) string {
	if !p.SampleResultsOnly {
		return ""
	}
	return "      Results of changes that were not sampled are left out of the workbook at\n      the wish of who made the package; the list of all changes is whole.\n"
}

// period words a period of whole days by its first and last day.
func period(p evidence.Package) string {
	if p.Period.From.IsZero() && p.Period.To.IsZero() {
		return "not stated"
	}
	zone := p.Zone
	if zone == nil {
		zone = time.UTC
	}
	from, to := p.Period.From.In(zone), p.Period.To.In(zone)
	if midnight(from) && midnight(to) {
		return from.Format(time.DateOnly) + " to " + to.AddDate(0, 0, -1).Format(time.DateOnly) + ", both days included"
	}
	return "from " + from.Format(time.RFC3339) + " up to and without " + to.Format(time.RFC3339)
}

func midnight(t time.Time) bool { return t.Hour() == 0 && t.Minute() == 0 && t.Second() == 0 }

func samples(p evidence.Package) string {
	var b strings.Builder
	for _, d := range p.Dossiers {
		s := d.Change.Sample
		fmt.Fprintf(&b, "  %-4d %s  %s\n", s.Number, deployed(&d.Change, p.Zone), line(title(&d.Change)))
		fmt.Fprintf(&b, "       asked for as %s", line(s.Requested))
		if s.Label != "" && s.Label != fmt.Sprint(s.Number) {
			fmt.Fprintf(&b, " (auditor's reference %s)", line(s.Label))
		}
		if n := len(d.Change.Gaps); n > 0 {
			fmt.Fprintf(&b, "; %s", count(n, "gap"))
		}
		if where := folder(p.Files, s.Number); where != "" {
			fmt.Fprintf(&b, "\n       %s/", where)
		}
		b.WriteString("\n\n")
	}
	if b.Len() == 0 {
		return "  none\n\n"
	}
	return b.String()
}

// deployed gives the day on which a change reached production, as folders do.
func deployed(c *evidence.Change, zone *time.Location) string {
	at := c.DeployedAt()
	switch {
	case at.IsZero():
		return "(no date)"
	case c.DeployedDayOnly() || zone == nil:
		return at.UTC().Format(time.DateOnly)
	}
	return at.In(zone).Format(time.DateOnly)
}

// title gives the change's own title, as its source has it.
func title(c *evidence.Change) string {
	said := ""
	if it, ok := c.Find(c.Sample.Ref); ok && it.Ticket != nil {
		said = it.Ticket.Title
	} else if it, ok := c.Subject(); ok {
		said = it.PullRequest.Title
	} else if it, ok := c.Landed(); ok {
		said, _, _ = strings.Cut(it.Commit.Message, "\n")
	}
	if strings.TrimSpace(said) == "" {
		return "(its title was not obtained)"
	}
	return said
}

// folder gives the folder of a sample's files.
func folder(files []evidence.PackedFile, sample int) string {
	for _, f := range files {
		if parts := strings.Split(f.Path, "/"); f.Sample == sample && len(parts) > 2 {
			return strings.Join(parts[:2], "/")
		}
	}
	return ""
}

func unmatched(p evidence.Package) string {
	if len(p.Unmatched) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString("LINES OF THE REQUEST THAT BECAME NO SAMPLE\n\nNo other change was put in their place.\n\n")
	for _, u := range p.Unmatched {
		fmt.Fprintf(&b, "  %s: %s: %s\n", line(u.Where), line(u.Requested), u.Reason)
		for _, tried := range u.Tried {
			fmt.Fprintf(&b, "      %s\n", line(tried))
		}
	}
	return b.String() + "\n"
}

func principals(p evidence.Package) string {
	var b strings.Builder
	for _, a := range p.Principals {
		fmt.Fprintf(&b, "  %s: %s", line(a.System), line(a.Name))
		if len(a.Scopes) > 0 {
			fmt.Fprintf(&b, ", with %s", line(strings.Join(a.Scopes, ", ")))
		}
		b.WriteByte('\n')
	}
	if b.Len() == 0 {
		return "  none stated\n"
	}
	return b.String()
}

// line keeps a stranger's text on one line and out of the terminal's commands.
func line(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 || r == 0x061c || r == 0x200e || r == 0x200f || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 {
			return -1
		}
		return r
	}, s)
	if r := []rune(s); len(r) > 200 {
		return string(r[:200]) + " …"
	}
	return s
}

func count(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return fmt.Sprintf("%d %ss", n, word)
}
