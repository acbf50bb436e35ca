package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	runner "github.com/tickmark-dev/tickmark/internal/run"
	"github.com/urfave/cli/v2"
)

func doctorCommand(t terminal) *cli.Command {
	return &cli.Command{
		Name:        "doctor",
		Usage:       "proves each credential, and says what it can and cannot see",
		ArgsUsage:   " ",
		Description: "Asks every configured system who it takes us for, with which rights, which of the configured\nrepositories and projects are visible, and what its retention will soon delete.",
		Flags:       []cli.Flag{&cli.BoolFlag{Name: "json", Usage: "print the result as JSON"}},
		Action: func(c *cli.Context) error {
			if _, err := operands(c, 0, 0); err != nil {
				return err
			}
			cfg, err := load(c, t)
			if err != nil {
				return err
			}
			r, err := open(c, t, cfg, false)
			if err != nil {
				return err
			}
			checkups := r.Doctor(c.Context)
			r.Done()
			if err := r.Close(); err != nil {
				return err
			}
			if err := c.Context.Err(); err != nil {
				return err
			}
			return diagnose(c, t, checkups)
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

func diagnose(c *cli.Context, t terminal, checkups []runner.Checkup) error {
	var failed, hidden int
	for _, up := range checkups {
		p := up.Principal
		d := diagnosis{System: up.System, Kind: up.Kind, URL: up.URL, Token: up.Token, OK: up.Err == nil,
			Name: p.Name, Scopes: p.Scopes, Visible: p.Visible, Hidden: p.Hidden, Notes: p.Notes}
		if !p.Expires.IsZero() {
			d.Expires = &p.Expires
		}
		if up.Err != nil {
			d.Error = up.Err.Error()
			failed++
		}
		hidden += len(p.Hidden)
		if c.Bool("json") {
			if err := json.NewEncoder(t.out).Encode(d); err != nil {
				return err
			}
			continue
		}
		printDiagnosis(t, d)
	}
	if failed > 0 {
		return fmt.Errorf("%s did not answer as needed", plural(failed, "system"))
	}
	if hidden > 0 {
		return fmt.Errorf("%d configured repositories or projects cannot be seen; evidence from them would be missing", hidden)
	}
	return nil
}

func printDiagnosis(t terminal, d diagnosis) {
	mark := "✓"
	if !d.OK {
		mark = "✗"
	} else if len(d.Hidden) > 0 {
		mark = "?"
	}
	fmt.Fprintf(t.out, "%s %s (%s, %s)\n", mark, d.System, d.Kind, d.URL)
	row := func(label string, value string) {
		if value != "" {
			fmt.Fprintf(t.out, "    %-12s %s\n", label, value)
		}
	}
	row("error", d.Error)
	row("login", d.Name)
	if d.OK && d.Token != "nowhere" {
		row("token from", d.Token)
	}
	row("scopes", strings.Join(d.Scopes, ", "))
	if d.Expires != nil {
		row("expires", d.Expires.UTC().Format("2006-01-02 15:04 UTC"))
	}
	row("visible", strings.Join(d.Visible, ", "))
	row("not visible", strings.Join(d.Hidden, ", "))
	for _, n := range d.Notes {
		row("note", n)
	}
}
