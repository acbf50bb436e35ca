package main

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"

	runner "github.com/tickmark-dev/tickmark/internal/run"
	"github.com/urfave/cli/v2"
)

func selectCommand(t terminal) *cli.Command {
	return &cli.Command{
		Name:      "select",
		Usage:     "draws a sample from the population, in a way that anybody can repeat",
		ArgsUsage: " ",
		UsageText: "tickmark select --seed 20261015 --auditors-seed [-n 25]",
		Description: "Orders the changes by the SHA-256 of the seed and the change, and takes the first n; then the\n" +
			"next emergencies, high-risk changes and changes of each repository, where chance left too few\n" +
			"of them. docs/selection.md shows how to repeat it with sha256sum.\n\n" +
			"The selection is written to a file, from which `tickmark package --selection` makes the package.\n" +
			"The population must be closed and its SHA-256 exchanged before anybody names the seed.",
		Flags: shared(
			&cli.StringFlag{Name: "seed", Usage: "a `WORD` or number that decides the order, best one that the auditor names"},
			&cli.BoolFlag{Name: "auditors-seed", Usage: "the auditor named the seed; without it the selection says that they did not", DisableDefaultText: true},
			&cli.IntFlag{Name: "size", Aliases: []string{"n"}, Usage: "how many changes to draw at random, as a `NUMBER`; left out: by the size of the population", DefaultText: "by table"},
			&cli.StringFlag{Name: "risk", Value: "low", Usage: "low, moderate or high: how many changes of a large population (`RISK`)"},
			&cli.BoolFlag{Name: "random-only", Usage: "draw no further emergencies, high-risk changes or repositories", DisableDefaultText: true},
			&cli.BoolFlag{Name: "each-month", Usage: "draw at least one change of each month", DisableDefaultText: true},
			&cli.StringSliceFlag{Name: "void", Usage: "a change that cannot be tested and why, as `CHANGE=REASON`; it stays listed and the next takes its place; may be given several times"},
			&cli.StringFlag{Name: "out", Aliases: []string{"o"}, Value: "selection.json", Usage: "the `FILE` to write"},
			&cli.BoolFlag{Name: "json", Usage: "print the selection as JSON instead of writing it", DisableDefaultText: true},
		),
		Action: func(c *cli.Context) error {
			if _, err := operands(c, 0, 0); err != nil {
				return err
			}
			req, err := selectRequest(c)
			if err != nil {
				return err
			}
			cfg, err := load(c, t)
			if err != nil {
				return err
			}
			r, err := open(c, t, runner.Options{Config: cfg, Offline: true})
			if err != nil {
				return err
			}
			drawn, err := r.Select(c.Context, req)
			r.Done()
			if closed := r.Close(); err == nil {
				err = closed
			}
			if err != nil {
				return err
			}
			return tellSelection(c, t, drawn)
		},
	}
}

func selectRequest(c *cli.Context) (runner.SelectRequest, error) {
	req := runner.SelectRequest{Seed: c.String("seed"), SeedByAuditor: c.Bool("auditors-seed"), Size: c.Int("size"), Risk: c.String("risk"),
		RandomOnly: c.Bool("random-only"), EachMonth: c.Bool("each-month"), Void: map[string]string{}}
	if req.Seed == "" {
		return req, usagef("selecting needs a seed: `tickmark select --seed 20261015`; let the auditor name it, and add --auditors-seed")
	}
	if c.IsSet("size") && req.Size < 1 {
		return req, usagef("a sample of %d changes is not possible; name at least 1", req.Size)
	}
	for _, v := range c.StringSlice("void") {
		id, why, ok := strings.Cut(v, "=")
		if id, why = strings.TrimSpace(id), strings.TrimSpace(why); !ok || id == "" || why == "" {
			return req, usagef("--void %q names no change or no reason; write it as --void \"acme/api#12=was not deployed to production\"", v)
		}
		req.Void[id] = why
	}
	return req, nil
}

func tellSelection(c *cli.Context, t terminal, d runner.Drawn) error {
	if c.Bool("json") {
		out := json.NewEncoder(t.out)
		out.SetEscapeHTML(false)
		return out.Encode(d)
	}
	file := c.String("out")
	if err := runner.WriteDrawn(file, d); err != nil {
		return err
	}
	fmt.Fprintln(t.out, filepath.Clean(file))
	row := func(label, format string, args ...any) {
		for _, line := range wrap(tame(fmt.Sprintf(format, args...)), columns-15) {
			fmt.Fprintf(t.out, "  %-12s %s\n", label, line)
			label = ""
		}
	}
	row("population", "%s, SHA-256 %s", plural(d.PopulationSize, "change"), d.PopulationSHA256)
	by := "not chosen by the auditor"
	if d.SeedByAuditor {
		by = "chosen by the auditor"
	}
	row("seed", "%s (%s)", d.Seed, by)
	row("size", "%d at random (%s); %d in all", d.Size, d.Rule, len(d.Sample()))
	fmt.Fprintln(t.out)
	fmt.Fprintf(t.out, "  %5s  %-44s %s\n", "rank", "change", "stratum")
	for _, it := range d.Items {
		line := fmt.Sprintf("  %5d  %-44s %s", it.Rank, it.ID, it.Stratum)
		if it.Void != "" {
			line += "; void: " + it.Void
		}
		if it.Replaces != "" {
			line += "; in place of " + it.Replaces
		}
		fmt.Fprintln(t.out, tame(line))
	}
	for _, note := range d.Notes {
		fmt.Fprintln(t.err, "tickmark: note:", tame(note))
	}
	for _, cut := range d.Incomplete {
		fmt.Fprintln(t.err, "tickmark: warning: the population is incomplete:", shorten(tame(cut), 300))
	}
	if len(d.Incomplete) > 0 {
		return exitError(exitGaps)
	}
	return nil
}
