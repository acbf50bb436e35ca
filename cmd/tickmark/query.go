package main

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/rivo/uniseg"
	"github.com/tickmark-dev/tickmark/internal/config"
	"github.com/tickmark-dev/tickmark/internal/evidence"
	runner "github.com/tickmark-dev/tickmark/internal/run"
	"github.com/urfave/cli/v2"
)

func queryCommand(t terminal) *cli.Command {
	return &cli.Command{
		Name:      "query",
		Usage:     "finds changes by day, person, ticket, component or words",
		ArgsUsage: "[WORD…]",
		UsageText: "tickmark query --on 2026-02-10\n" +
			"tickmark query --component Contact --quarter 2026Q1\n" +
			"tickmark query [options] [WORD…]",
		Description: "Answers from the population that `tickmark population` read; no system is\n" +
			"asked. All options must hold at once. Words are looked for in titles,\n" +
			"descriptions and messages.\n\n" +
			"Approvals are those that the sources list, whether they came in time or not:\n" +
			"by review, on a ticket, or at the gate of the deployment. Gates are known of\n" +
			"changes that were collected (`tickmark package`). People are named as\n" +
			"people.yaml has them. --person and --approver take a part of a name, or the\n" +
			"whole of a login, an address or any account that people.yaml gives somebody.\n\n" +
			"A component is a path (internal/login.go), a folder (migrations/), a pattern\n" +
			"of one (**/*.tf) or the name of a Salesforce object or field (Contact,\n" +
			"Contact.Email__c).\n\n" +
			"Exit status: 0 answered, 1 failed, 2 wrong usage, 3 answered from a\n" +
			"population that is incomplete.",
		Flags: shared(
			&cli.StringFlag{Name: "on", Usage: "that reached production on this `DAY`"},
			&cli.StringFlag{Name: "from", Usage: "from this `DAY` on"},
			&cli.StringFlag{Name: "until", Usage: "up to and including this `DAY`"},
			&cli.StringFlag{Name: "quarter", Usage: "of this `QUARTER` (2026Q1)"},
			&cli.StringFlag{Name: "person", Usage: "in which this `PERSON` had any part"},
			&cli.StringFlag{Name: "approver", Usage: "that this `PERSON` approved"},
			&cli.StringFlag{Name: "ticket", Usage: "that belong to this ticket, by its `KEY`"},
			&cli.StringFlag{Name: "component", Usage: "that touch this `COMPONENT`"},
			&cli.StringFlag{Name: "repository", Usage: "of this `REPOSITORY` (owner/name, or the name)"},
			&cli.BoolFlag{Name: "outside", Usage: "also what was not deployed, or not in the period", DisableDefaultText: true},
			&cli.BoolFlag{Name: "csv", Usage: "print a table for Excel", DisableDefaultText: true},
			&cli.BoolFlag{Name: "json", Usage: "print a line of JSON for each change", DisableDefaultText: true},
		),
		Action: func(c *cli.Context) error {
			words, err := operands(c, 0, -1)
			if err != nil {
				return err
			}
			if c.Bool("csv") && c.Bool("json") {
				return usagef("--csv and --json are two ways to print the same; choose one")
			}
			return query(c, t, words)
		},
	}
}

func query(c *cli.Context, t terminal, words []string) error {
	cfg, err := load(c, t)
	if err != nil {
		return err
	}
	filter, err := filterOf(c, cfg, words)
	if err != nil {
		return err
	}
	r, err := open(c, t, runner.Options{Config: cfg, Offline: true})
	if err != nil {
		return err
	}
	err = answerQuery(c, t, r, cfg.Zone, filter)
	r.Done()
	if closed := r.Close(); err == nil {
		err = closed
	}
	return err
}

func answerQuery(c *cli.Context, t terminal, r *runner.Run, zone *time.Location, filter runner.Filter) error {
	entries, err := r.Query(c.Context, filter)
	if err != nil {
		return err
	}
	switch {
	case c.Bool("json"):
		err = printLines(t.out, entries)
	case c.Bool("csv"):
		err = printCSV(t.out, zone, entries)
	default:
		err = printEntries(c, t, r, zone, entries, filter)
	}
	if err != nil {
		return err
	}
	cut, err := r.Warn(c.Context, filter)
	if err == nil && cut {
		return exitError(exitGaps)
	}
	return err
}

// printEntries prints changes for a person, and of how many they are.
func printEntries(c *cli.Context, t terminal, r *runner.Run, zone *time.Location, entries iter.Seq2[evidence.Entry, error], filter runner.Filter) error {
	asked := func(string) bool { return false }
	if filter.Component != "" {
		var err error
		if asked, err = runner.Component(filter.Component); err != nil {
			return err
		}
	}
	n, in := 0, 0
	for e, err := range entries {
		if err != nil {
			return err
		}
		if n > 0 {
			fmt.Fprintln(t.out)
		}
		printEntry(t.out, zone, e, asked)
		n++
		if e.InPopulation {
			in++
		}
	}
	size, days, err := r.Basis(c.Context)
	if err != nil {
		return err
	}
	of := fmt.Sprintf("%d of %s (%s)", n, plural(size, "change"), days)
	switch {
	case !filter.InPopulation:
		of = fmt.Sprintf("%s, of which %d in the population of %d", plural(n, "change"), in, size)
	case n == 0:
		of = fmt.Sprintf("none of %s (%s)", plural(size, "change"), days)
	}
	fmt.Fprintf(t.err, "tickmark: note: %s\n", of)
	return nil
}

// filterOf reads the options.
func filterOf(c *cli.Context, cfg *config.Config, words []string) (runner.Filter, error) {
	f := runner.Filter{
		InPopulation: !c.Bool("outside"), Person: c.String("person"), Approver: c.String("approver"), Ticket: c.String("ticket"),
		Component: c.String("component"), Repository: c.String("repository"), Text: strings.Join(words, " "),
	}
	var err error
	if on := c.String("on"); on != "" {
		if _, err := dayOf(on, "on", cfg.Zone); err != nil {
			return f, err
		}
		f.On = on
	}
	if q := c.String("quarter"); q != "" {
		if c.String("from")+c.String("until") != "" {
			return f, usagef("--quarter stands for --from and --until; give one or the other")
		}
		f.Period, err = quarter(q, cfg.Zone)
		return f, err
	}
	if from := c.String("from"); from != "" {
		if f.Period.From, err = dayOf(from, "from", cfg.Zone); err != nil {
			return f, err
		}
	}
	if until := c.String("until"); until != "" {
		if f.Period.To, err = dayOf(until, "until", cfg.Zone); err != nil {
			return f, err
		}
		f.Period.To = f.Period.To.AddDate(0, 0, 1)
	}
	if !f.Period.From.IsZero() && !f.Period.To.IsZero() && !f.Period.From.Before(f.Period.To) {
		return f, usagef("--from %s lies after --until %s", c.String("from"), c.String("until"))
	}
	return f, nil
}

func dayOf(s, option string, zone *time.Location) (time.Time, error) {
	day, err := time.ParseInLocation(time.DateOnly, s, zone)
	if err != nil {
		return day, usagef("--%s %q is no day; write it as 2026-02-10", option, s)
	}
	return day, nil
}

// quarter gives a quarter of a year, in the zone.
func quarter(s string, zone *time.Location) (evidence.Period, error) {
	var year, n int
	var rest string
	if got, _ := fmt.Sscanf(strings.ToUpper(s)+" .", "%4dQ%1d %s", &year, &n, &rest); got != 3 || rest != "." || n < 1 || n > 4 {
		return evidence.Period{}, usagef("%q is no quarter; write it as 2026Q1", s)
	}
	from := time.Date(year, time.Month(3*n-2), 1, 0, 0, 0, 0, zone)
	return evidence.Period{From: from, To: from.AddDate(0, 3, 0)}, nil
}

// printEntry prints one change for a person. Of the components that it touches
// those that were asked for come first.
func printEntry(w io.Writer, zone *time.Location, e evidence.Entry, asked func(string) bool) {
	head := deployedText(e, zone) + "  " + tame(e.ID)
	if uniseg.StringWidth(head) > columns { // the whole hash of a commit
		head = strings.TrimRight(deployedText(e, zone), " ") + "\n    " + tame(e.ID)
	}
	fmt.Fprintln(w, head)
	line := rows(w, 4, 19)
	row := func(label string, values ...string) { line(label, strings.Join(values, ", ")) }
	column := func(label string, values ...string) {
		for _, v := range values {
			row(label, v)
			label = ""
		}
	}
	row("", e.Title)
	row("authors", e.Authors...)
	approvals := approvalsOf(e)
	if len(e.Approvals) == 0 {
		approvals = append([]string{"none recorded"}, approvals...)
	}
	column("approvers", approvals...)
	row("tickets", or(e.Tickets, "none")...)
	if e.Deployment.ID != "" {
		row("deployment", fmt.Sprintf("%s to %s", strings.TrimPrefix(e.Deployment.ID, e.Repository+"/deployments/"), e.Environment))
	}
	const shown = 6
	touched := slices.Clone(e.Components)
	slices.SortStableFunc(touched, func(a, b string) int {
		switch {
		case asked(a) == asked(b):
			return 0
		case asked(a):
			return -1
		}
		return 1
	})
	if len(touched) > shown+1 {
		touched = append(touched[:shown], fmt.Sprintf("and %d more", len(touched)-shown))
	}
	column("touches", touched...)
	column("remarks", e.Orphans...)
	if !e.InPopulation {
		row("outside", e.Why)
	}
	if e.URL != "" { // too long to stand below the others
		fmt.Fprintf(w, "    %s\n", tame(e.URL))
	}
}

func or(values []string, none string) []string {
	if len(values) == 0 {
		return []string{none}
	}
	return values
}

// approvalsOf says who approved a change and how, one each.
func approvalsOf(e evidence.Entry) []string {
	var all []string
	for _, a := range e.Approvals {
		how := a.Kind
		if a.Kind == evidence.ApprovalGate && e.Environment != "" {
			how = "gate of " + e.Environment
		}
		all = append(all, a.Name+": "+how)
	}
	if e.GateUnknown {
		all = append(all, "gate: not collected")
	}
	return all
}

// deployedText says when a change reached production, with the zone, always as
// wide.
func deployedText(e evidence.Entry, zone *time.Location) string {
	text := e.Deployed.In(zone).Format("2006-01-02 15:04 MST")
	switch {
	case e.Deployed.IsZero():
		text = "not deployed"
	case e.DayOnly:
		text = e.Day
	}
	return fitted(text, len("2006-01-02 15:04 +0545"))
}

// changeLine is what a machine reads of one change.
type changeLine struct {
	SchemaVersion int    `json:"schema_version"`
	Record        string `json:"record"` // "change"
	evidence.Entry
}

// orphanLine is what a machine reads of one record without its counterpart.
type orphanLine struct {
	SchemaVersion int    `json:"schema_version"`
	Record        string `json:"record"` // "orphan"
	evidence.Orphan
}

func printLines(w io.Writer, entries iter.Seq2[evidence.Entry, error]) error {
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	for e, err := range entries {
		if err != nil {
			return err
		}
		if err := out.Encode(changeLine{schemaVersion, "change", e}); err != nil {
			return err
		}
	}
	return nil
}

func printCSV(w io.Writer, zone *time.Location, entries iter.Seq2[evidence.Entry, error]) error {
	// Excel takes a file without this mark for one in an old encoding.
	if _, err := io.WriteString(w, "\uFEFF"); err != nil {
		return err
	}
	out := csv.NewWriter(w)
	out.UseCRLF = true
	rows := [][]string{{"Deployed (UTC)", "Day (" + zone.String() + ")", "Change", "Kind", "Title", "In population", "Why", "Environment", "Deployment",
		"Merge commit", "Pull requests", "Tickets", "Authors", "Approvers", "Components", "Does not reconcile", "URL"}}
	write := func(row []string) error {
		for i := range row {
			row[i] = harmless(row[i])
		}
		return out.Write(row)
	}
	if err := write(rows[0]); err != nil {
		return err
	}
	for e, err := range entries {
		if err != nil {
			return err
		}
		at := ""
		if !e.Deployed.IsZero() && !e.DayOnly {
			at = e.Deployed.UTC().Format("2006-01-02 15:04:05")
		}
		in := "no"
		if e.InPopulation {
			in = "yes"
		}
		list := func(v []string) string { return strings.Join(v, "; ") }
		if err := write([]string{at, e.Day, e.ID, string(e.Kind), e.Title, in, e.Why, e.Environment, e.Deployment.ID, e.MergeSHA,
			list(e.PullRequests), list(e.Tickets), list(e.Authors), list(approvalsOf(e)), list(e.Components), list(e.Orphans), e.URL}); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// harmless keeps a spreadsheet from taking a stranger's text for a formula.
func harmless(s string) string {
	s = strings.ReplaceAll(tame(s), "\n", " ")
	// The wide forms mean the same to an Excel that is set up for Japanese.
	if strings.IndexAny(strings.TrimLeft(s, " "), "=+-@＝＋－＠") == 0 {
		return "'" + s
	}
	return s
}
