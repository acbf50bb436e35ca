package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
	runner "github.com/tickmark-dev/tickmark/internal/run"
	"github.com/urfave/cli/v2"
)

func doctorCommand(t terminal) *cli.Command {
	return &cli.Command{
		Name:      "doctor",
		Usage:     "checks each login, and says what it can and cannot see",
		ArgsUsage: " ",
		Description: "Asks every configured system who it takes us for, with which rights, which of the configured\n" +
			"repositories and projects are visible, and what its retention will soon delete.\n\n" +
			"Exit status: 0 everything can be seen, 1 something failed or is hidden, 2 wrong usage.",
		Flags: shared(&cli.BoolFlag{Name: "json", Usage: "print the result as JSON", DisableDefaultText: true}),
		Action: func(c *cli.Context) error {
			if _, err := operands(c, 0, 0); err != nil {
				return err
			}
			cfg, err := load(c, t)
			if err != nil {
				return err
			}
			r, err := open(c, t, runner.Options{Config: cfg, Diagnose: true})
			if err != nil {
				return err
			}
			checkups := r.Doctor(c.Context)
			// A population that cannot be read now is not what doctor is asked for.
			expiring, unread := r.Expiring(c.Context, checkups)
			r.Done()
			if err := r.Close(); err != nil {
				return err
			}
			if err := c.Err(); err != nil {
				return err
			}
			if unread != nil {
				fmt.Fprintln(t.err, "tickmark: warning:", tame(unread.Error()))
			}
			return diagnose(c, t, checkups, expiring)
		},
	}
}

// diagnosis is a checkup as JSON.
type diagnosis struct {
	System  string     `json:"system"`
	Kind    string     `json:"kind"`
	URL     string     `json:"url"`
	Token   string     `json:"token"`
	OK      bool       `json:"ok"`
	Error   string     `json:"error,omitempty"`
	Name    string     `json:"principal,omitempty"`
	Scopes  []string   `json:"scopes,omitempty"`
	Expires *time.Time `json:"expires,omitempty"`
	Visible []string   `json:"visible,omitempty"`
	Hidden  []string   `json:"hidden,omitempty"`
	Notes   []string   `json:"notes,omitempty"`
}

func newDiagnosis(up runner.Checkup) diagnosis {
	p := up.Principal
	d := diagnosis{System: up.System, Kind: up.Kind, URL: up.URL, Token: up.Token, OK: up.Err == nil,
		Name: p.Name, Scopes: p.Scopes, Visible: p.Visible, Hidden: p.Hidden, Notes: p.Notes}
	if !p.Expires.IsZero() {
		at := p.Expires.UTC()
		d.Expires = &at
	}
	if up.Err != nil {
		d.Error = up.Err.Error()
	}
	return d
}

func diagnose(c *cli.Context, t terminal, checkups []runner.Checkup, expiring []evidence.Expiry) error {
	all := make([]diagnosis, 0, len(checkups))
	var failed, hidden int
	for _, up := range checkups {
		d := newDiagnosis(up)
		if !d.OK {
			failed++
		}
		hidden += len(d.Hidden)
		all = append(all, d)
	}
	if c.Bool("json") {
		err := json.NewEncoder(t.out).Encode(struct {
			SchemaVersion int               `json:"schema_version"`
			Systems       []diagnosis       `json:"systems"`
			Expiring      []evidence.Expiry `json:"expiring,omitempty"` // evidence of the population
		}{schemaVersion, all, expiring})
		if err != nil {
			return err
		}
	} else {
		for i, d := range all {
			if i > 0 {
				fmt.Fprintln(t.out)
			}
			printDiagnosis(t, d)
		}
		printExpiring(t, expiring)
	}
	switch {
	case failed > 0:
		return fmt.Errorf("%d of %s did not answer as needed; nothing can be collected until all do", failed, plural(len(all), "system"))
	case hidden > 0:
		return fmt.Errorf("%s cannot be seen with the configured token; evidence from there would be missing", plural(hidden, "configured item"))
	}
	return nil
}

// printExpiring says what the sources will delete next.
func printExpiring(t terminal, expiring []evidence.Expiry) {
	const most = 8
	shown := 0
	for _, x := range expiring {
		if x.First.IsZero() {
			continue // is gone already
		}
		if shown == 0 {
			fmt.Fprintln(t.out, "\nevidence of the population that its sources will delete")
		}
		if shown == most {
			fmt.Fprintln(t.out, "  and more; `tickmark population` names all")
			return
		}
		what := fmt.Sprintf("%s of %s in %s", x.What, plural(x.Changes-x.Gone, "change"), x.System)
		if x.Scope != "" {
			what = fmt.Sprintf("%s of %s of %s", x.What, plural(x.Changes-x.Gone, "change"), x.Scope)
		}
		if x.Assumed {
			what += " (by the source's default)"
		}
		label := x.First.UTC().Format(time.DateOnly)
		for _, line := range wrap(tame(what), columns-16) {
			fmt.Fprintf(t.out, "  %-13s %s\n", label, line)
			label = ""
		}
		shown++
	}
}

func printDiagnosis(t terminal, d diagnosis) {
	state := "ok"
	switch {
	case !d.OK:
		state = "FAILED"
	case len(d.Hidden) > 0:
		state = "PARTLY HIDDEN"
	}
	fmt.Fprintf(t.out, "%s: %s (%s, %s)\n", tame(d.System), state, d.Kind, tame(d.URL))
	row := func(label string, value string) {
		if value == "" {
			return
		}
		for _, line := range wrap(tame(value), columns-16) {
			fmt.Fprintf(t.out, "  %-13s %s\n", label, line)
			label = ""
		}
	}
	row("error", d.Error)
	row("login", d.Name)
	if d.Token != "nowhere" {
		row("token from", d.Token)
	}
	row("scopes", strings.Join(d.Scopes, ", "))
	if d.Expires != nil {
		row("expires", d.Expires.Format("2006-01-02 15:04 UTC"))
	}
	row("visible", strings.Join(d.Visible, ", "))
	row("not visible", strings.Join(d.Hidden, ", "))
	for _, n := range d.Notes {
		row("note", n)
	}
}
