package main

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/tickmark-dev/tickmark/internal/evidence"
	runner "github.com/tickmark-dev/tickmark/internal/run"
	"github.com/urfave/cli/v2"
)

func populationCommand(t terminal) *cli.Command {
	return &cli.Command{
		Name:      "population",
		Usage:     "finds every production change of the period, and what does not reconcile",
		ArgsUsage: " ",
		UsageText: "tickmark population [options]",
		Description: "Reads commits, pull requests, deployments and tickets of the whole period from every system,\n" +
			"links them, and lists by name what has no counterpart. It writes a readiness report (HTML and\n" +
			"PDF) and the workbook with all changes. A second run asks only for what has changed.\n\n" +
			"Exit status: 0 complete, 1 failed, 2 wrong usage, 3 written, but the population is incomplete,\n" +
			"130 interrupted.",
		Flags: shared(
			&cli.StringFlag{Name: "out", Aliases: []string{"o"}, Value: runner.DefaultReadiness, Usage: "the `FOLDER` to write; where one stands already it is kept and the new one gets a number"},
			&cli.BoolFlag{Name: "rebuild", Usage: "make the ledger and the report again from what was collected before; ask no system", DisableDefaultText: true},
			&cli.BoolFlag{Name: "json", Usage: "print a line of JSON for each change and each record without its counterpart", DisableDefaultText: true},
		),
		Action: func(c *cli.Context) error {
			if _, err := operands(c, 0, 0); err != nil {
				return err
			}
			cfg, err := load(c, t)
			if err != nil {
				return err
			}
			r, err := open(c, t, runner.Options{Config: cfg, Offline: c.Bool("rebuild")})
			if err != nil {
				return err
			}
			res, err := r.Population(c.Context, runner.PopulationRequest{Out: c.String("out")})
			r.Done()
			if err == nil {
				err = tellPopulation(c, t, r, res)
			}
			if closed := r.Close(); err == nil {
				err = closed
			}
			if err != nil {
				return err
			}
			if len(res.Population.Truncations()) > 0 {
				return exitError(exitGaps)
			}
			return nil
		},
	}
}

// tellPopulation prints what came of it.
func tellPopulation(c *cli.Context, t terminal, r *runner.Run, res runner.PopulationResult) error {
	if !c.Bool("json") {
		reportPopulation(t, res)
		return nil
	}
	entries, err := r.Query(c.Context, runner.Filter{})
	if err != nil {
		return err
	}
	if err := printLines(t.out, entries); err != nil {
		return err
	}
	out := json.NewEncoder(t.out)
	out.SetEscapeHTML(false)
	for _, o := range res.Population.Orphans {
		if err := out.Encode(orphanLine{schemaVersion, "orphan", o}); err != nil {
			return err
		}
	}
	warnIncomplete(t, res.Population)
	return nil
}

func reportPopulation(t terminal, res runner.PopulationResult) {
	p := res.Population
	fmt.Fprintf(t.out, "%s\n", res.Folder)
	row := func(label, format string, args ...any) {
		for _, line := range wrap(tame(fmt.Sprintf(format, args...)), columns-15) {
			fmt.Fprintf(t.out, "  %-12s %s\n", label, line)
			label = ""
		}
	}
	var pulls, pushes, tickets int
	for _, m := range p.Months {
		pulls, pushes, tickets = pulls+m.PullRequests, pushes+m.Commits, tickets+m.Tickets
	}
	row("population", "%s reached production: %s, %s without one, %s alone", plural(p.Size, "change"),
		plural(pulls, "pull request"), plural(pushes, "commit"), plural(tickets, "ticket"))
	row("SHA-256", "%s", p.SHA256)
	row("reconciled", "%s without counterpart", plural(len(p.Orphans), "record"))
	for _, k := range orphanKinds(p.Orphans) {
		row("", "%5d  %s", k.n, k.kind)
	}
	row("cut-off", "%s on an edge of the period", plural(len(p.Edges), "change"))
	if x := soonest(p.Expiring); x != nil {
		row("expires next", "%s of %s (%s), from %s on", x.What, plural(x.Changes-x.Gone, "change"), strings.TrimSpace(x.System+" "+x.Scope), x.First.UTC().Format("2006-01-02"))
	}
	row("read", "%s, %s", plural(len(p.Datasets), "data set"), plural(int(res.Requests), "request"))
	warnIncomplete(t, p)
}

// warnIncomplete says on stderr what may be missing.
func warnIncomplete(t terminal, p *evidence.Population) {
	const most = 20
	cut := p.Truncations()
	for i, text := range cut {
		if i == most {
			text = fmt.Sprintf("and %d more; the report names them all", len(cut)-i)
		}
		fmt.Fprintln(t.err, "tickmark: warning: the population is incomplete:", shorten(tame(text), 300))
		if i == most {
			return
		}
	}
}

func shorten(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return s
}

type counted struct {
	kind string
	n    int
}

// orphanKinds counts orphans by kind, in their order.
func orphanKinds(orphans []evidence.Orphan) []counted {
	var all []counted
	for _, o := range orphans {
		if n := len(all); n == 0 || all[n-1].kind != o.Kind {
			all = append(all, counted{kind: o.Kind})
		}
		all[len(all)-1].n++
	}
	return all
}

// soonest gives the evidence that is deleted next, nil where none is.
func soonest(expiring []evidence.Expiry) *evidence.Expiry {
	if len(expiring) == 0 || expiring[0].First.IsZero() {
		return nil
	}
	return &expiring[0]
}
