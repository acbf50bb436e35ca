package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
	runner "github.com/tickmark-dev/tickmark/internal/run"
	"github.com/urfave/cli/v2"
)

func respondCommand(t terminal) *cli.Command {
	return &cli.Command{
		Name:      "respond",
		Usage:     "writes down what management says to an exception",
		ArgsUsage: "CHANGE ATTRIBUTE",
		UsageText: "tickmark respond --cause \"the reviewer was on leave\" --owner \"Ada\" --due 2026-09-30 acme/api#1234 G\n" +
			"tickmark respond",
		Description: "Keeps the answer in responses.yaml beside the configuration, which you may edit as well. It stands\n" +
			"on the sheet Exceptions & Responses and in the sample's summary of the next package, and of every one\n" +
			"after it. A response never changes an outcome. Without a change, it shows the responses there are.",
		Flags: shared(
			&cli.StringFlag{Name: "condition", Usage: "what was observed, instead of what the test says"},
			&cli.StringFlag{Name: "criteria", Usage: "what should have been, instead of what the attribute says"},
			&cli.StringFlag{Name: "cause", Usage: "why it happened"},
			&cli.StringFlag{Name: "effect", Usage: "what came of it, and how far it reaches"},
			&cli.StringFlag{Name: "compensating-control", Usage: "what else caught or would have caught it"},
			&cli.StringFlag{Name: "response", Usage: "what management does about it"},
			&cli.StringFlag{Name: "owner", Usage: "who does it"},
			&cli.StringFlag{Name: "due", Usage: "until which `DAY` (2026-09-30)"},
			&cli.StringFlag{Name: "status", Usage: strings.Join(runner.ResponseStatuses(), ", ")},
			&cli.StringFlag{Name: "by", Usage: "who writes this (default: the name of this account)"},
		),
		Action: func(c *cli.Context) error {
			args, err := operands(c, 0, 2)
			if err != nil {
				return err
			}
			if len(args) == 1 {
				return usagef("name the attribute's letter too: `tickmark respond %s G`", args[0])
			}
			cfg, err := load(c, t)
			if err != nil {
				return err
			}
			if len(args) == 0 {
				all, err := runner.Responses(cfg)
				if err != nil {
					return err
				}
				printResponses(t, all)
				return nil
			}
			r, err := responseOf(c, args)
			if err != nil {
				return err
			}
			file, err := runner.Respond(cfg, r)
			if err != nil {
				return err
			}
			fmt.Fprintln(t.out, file)
			fmt.Fprintln(t.err, "tickmark: note: the next `tickmark package` or `tickmark render` shows it")
			return nil
		},
	}
}

func responseOf(c *cli.Context, args []string) (evidence.Response, error) {
	text := func(name string) string { return strings.TrimSpace(c.String(name)) }
	r := evidence.Response{
		Change: args[0], Attribute: strings.ToUpper(args[1]), Condition: text("condition"), Criteria: text("criteria"), Cause: text("cause"), Effect: text("effect"),
		Compensating: text("compensating-control"), Response: text("response"), Owner: text("owner"), Due: text("due"), Status: text("status"), By: text("by"),
	}
	if r.Condition+r.Criteria+r.Cause+r.Effect+r.Compensating+r.Response+r.Owner+r.Due+r.Status == "" {
		return r, usagef("say something: --cause, --response, --owner, --due, --status and so on; `tickmark help respond` lists them")
	}
	if r.Due != "" {
		if _, err := time.Parse(time.DateOnly, r.Due); err != nil {
			return r, usagef("--due %q is no day; write it as 2026-09-30", r.Due)
		}
	}
	if r.By == "" {
		if r.By = accountName(); r.By == "" {
			return r, usagef("say who writes this with --by NAME")
		}
	}
	r.At = time.Now().UTC().Format(time.RFC3339)
	return r, nil
}

func printResponses(t terminal, all []evidence.Response) {
	for i, r := range all {
		if i > 0 {
			fmt.Fprintln(t.out)
		}
		fmt.Fprintf(t.out, "%s  %s\n", tame(r.Change), r.Attribute)
		for _, f := range [][2]string{{"condition", r.Condition}, {"criteria", r.Criteria}, {"cause", r.Cause}, {"effect", r.Effect}, {"compensating", r.Compensating},
			{"response", r.Response}, {"owner", r.Owner}, {"due", r.Due}, {"status", r.Status}, {"by", strings.TrimSpace(r.By + " " + r.At)}} {
			label := f[0]
			for _, line := range wrap(tame(f[1]), columns-19) {
				if line != "" {
					fmt.Fprintf(t.out, "    %-14s %s\n", label, line)
				}
				label = ""
			}
		}
	}
	fmt.Fprintf(t.err, "tickmark: note: %s\n", plural(len(all), "response"))
}
