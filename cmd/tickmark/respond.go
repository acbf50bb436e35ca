package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
	runner "github.com/tickmark-dev/tickmark/internal/run"
	"github.com/urfave/cli/v2"
)

func respondCommand(t terminal) *cli.Command {
	return &cli.Command{
		Name:      "respond",
		Usage:     "writes down what people say to an exception or a \"?\"",
		ArgsUsage: "CHANGE ATTRIBUTE",
		UsageText: "tickmark respond --cause \"he was on leave\" --owner Ada \"acme/api#1234\" G\n" +
			"tickmark respond --conclusion met --basis \"read the chat\" \"acme/api#1234\" S\n" +
			"tickmark respond --list [CHANGE]\n" +
			"tickmark respond",
		Description: "Keeps what is said in responses.yaml beside the configuration, which you may\n" +
			"edit as well. It stands on the sheet Exceptions & Responses and in the\n" +
			"sample's summary of the next package, and of every one after it. Nothing\n" +
			"that is said changes an outcome or a count.\n\n" +
			"An exception takes a response. A result that needs review, or could not be\n" +
			"tested, takes a conclusion, with its basis. The change is named as in a\n" +
			"request (#12, api#12, PAY-123, its web address) and tested again from what\n" +
			"was collected; no system is asked.\n\n" +
			"--list shows what still awaits a response or a conclusion. Without a change,\n" +
			"`tickmark respond` shows what was said so far.",
		Flags: shared(
			&cli.StringFlag{Name: "condition", Usage: "what was observed, in place of the test's words"},
			&cli.StringFlag{Name: "criteria", Usage: "what should have been, in place of the policy's"},
			&cli.StringFlag{Name: "cause", Usage: "why it happened"},
			&cli.StringFlag{Name: "effect", Usage: "what came of it, and how far it reaches"},
			&cli.StringFlag{Name: "compensating-control", Usage: "what else caught it, or would have"},
			&cli.StringFlag{Name: "response", Usage: "what management does about it"},
			&cli.StringFlag{Name: "owner", Usage: "who does it"},
			&cli.StringFlag{Name: "due", Usage: "until which `DAY` (2026-09-30)"},
			&cli.StringFlag{Name: "status", Usage: strings.Join(runner.ResponseStatuses(), ", ")},
			&cli.StringFlag{Name: "conclusion", Usage: strings.Join(evidence.Conclusions(), ", ")},
			&cli.StringFlag{Name: "basis", Usage: "what the person looked at to conclude that"},
			&cli.StringFlag{Name: "by", Usage: "who says this (default: this account's name)"},
			&cli.BoolFlag{Name: "list", Usage: "show what awaits a response or a conclusion", DisableDefaultText: true},
			&cli.BoolFlag{Name: "json", Usage: "with --list, print a line of JSON for each", DisableDefaultText: true},
		),
		Action: func(c *cli.Context) error {
			args, err := operands(c, 0, 2)
			switch {
			case err != nil:
				return err
			case c.Bool("list"):
				return listAwaiting(c, t, args)
			case c.Bool("json"):
				return usagef("--json belongs to --list")
			case len(args) == 1:
				return usagef("name the attribute's letter too: `tickmark respond %s G`", args[0])
			case len(args) == 0:
				return showResponses(c, t)
			}
			return respond(c, t, args)
		},
	}
}

func showResponses(c *cli.Context, t terminal) error {
	if i := slices.IndexFunc(said(), func(name string) bool { return c.String(name) != "" }); i >= 0 {
		return usagef("name the change and the attribute's letter that --%s is about", said()[i])
	}
	cfg, err := load(c, t)
	if err != nil {
		return err
	}
	all, err := runner.Responses(cfg)
	if err != nil {
		return err
	}
	printResponses(t, all)
	return nil
}

// said are the options that hold what is said.
func said() []string {
	return []string{"condition", "criteria", "cause", "effect", "compensating-control", "response", "owner", "due", "status", "conclusion", "basis"}
}

func respond(c *cli.Context, t terminal, args []string) error {
	answer, err := responseOf(c, args)
	if err != nil {
		return err
	}
	r, err := offline(c, t)
	if err != nil {
		return err
	}
	file, to, err := r.Respond(c.Context, answer)
	r.Done()
	if closed := r.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return err
	}
	fmt.Fprintln(t.out, file)
	row := rows(t.out, 2, 11)
	row("change", strings.TrimSpace(to.Change+"  "+to.Title))
	row("attribute", to.Attribute+"  "+to.Name)
	row("outcome", outcomeText(to)+": "+to.Why)
	if answer.Conclusion != "" {
		row("conclusion", answer.Conclusion+", by "+answer.ConcludedBy)
	}
	if was := to.Response; answer.Conclusion == "" && was != nil && was.Conclusion != "" && was.Conclusion != string(evidence.Exception) {
		fmt.Fprintf(t.err, "tickmark: note: it was concluded to be %s by %s before it was an exception; that stands in the file as a comment now\n", tame(was.Conclusion), tame(was.ConcludedBy))
	}
	fmt.Fprintln(t.err, "tickmark: note: the next `tickmark package` or `tickmark render` shows it; the outcome stays as it is")
	return nil
}

// offline opens a run that asks no system.
func offline(c *cli.Context, t terminal) (*runner.Run, error) {
	cfg, err := load(c, t)
	if err != nil {
		return nil, err
	}
	return open(c, t, runner.Options{Config: cfg, Offline: true})
}

func responseOf(c *cli.Context, args []string) (evidence.Response, error) {
	text := func(name string) string { return strings.TrimSpace(c.String(name)) }
	r := evidence.Response{
		Change: args[0], Attribute: strings.ToUpper(args[1]), Condition: text("condition"), Criteria: text("criteria"), Cause: text("cause"), Effect: text("effect"),
		Compensating: text("compensating-control"), Response: text("response"), Owner: text("owner"), Due: text("due"), Status: text("status"),
		Conclusion: strings.ToLower(text("conclusion")), Basis: text("basis"),
	}
	if r.Conclusion == "n/a" {
		r.Conclusion = string(evidence.NotApplicable)
	}
	switch {
	case !r.Answers() && r.Conclusion+r.Basis == "":
		return r, usagef("say something: --cause, --response, --owner, --due, --status, or --conclusion and --basis; `tickmark help respond` lists them")
	case r.Conclusion == "" && r.Basis != "":
		return r, usagef("--basis belongs to a --conclusion: %s", strings.Join(evidence.Conclusions(), ", "))
	case r.Conclusion != "" && !slices.Contains(evidence.Conclusions(), r.Conclusion):
		return r, usagef("--conclusion %q is not known; it is one of %s", r.Conclusion, strings.Join(evidence.Conclusions(), ", "))
	case r.Conclusion != "" && r.Basis == "":
		return r, usagef("a conclusion needs --basis: what the person looked at")
	case r.Status != "" && !slices.Contains(runner.ResponseStatuses(), r.Status):
		return r, usagef("--status %q is not known; it is one of %s", r.Status, strings.Join(runner.ResponseStatuses(), ", "))
	}
	if r.Due != "" {
		if _, err := time.Parse(time.DateOnly, r.Due); err != nil {
			return r, usagef("--due %q is no day; write it as 2026-09-30", r.Due)
		}
	}
	by := text("by")
	if by == "" {
		if by = accountName(); by == "" {
			return r, usagef("say who says this with --by NAME")
		}
	}
	at := time.Now().UTC().Format(time.RFC3339)
	if r.Answers() {
		r.By, r.At = by, at
	}
	if r.Conclusion != "" {
		r.ConcludedBy, r.ConcludedAt = by, at
	}
	return r, nil
}

func printResponses(t terminal, all []evidence.Response) {
	for i, r := range all {
		if i > 0 {
			fmt.Fprintln(t.out)
		}
		fmt.Fprintf(t.out, "%s  %s\n", tame(r.Change), r.Attribute)
		row := rows(t.out, 4, 14)
		row("condition", r.Condition)
		row("criteria", r.Criteria)
		row("cause", r.Cause)
		row("effect", r.Effect)
		row("compensating", r.Compensating)
		row("response", r.Response)
		row("owner", r.Owner)
		row("due", r.Due)
		row("status", r.Status)
		if r.Answers() {
			row("by", strings.TrimSpace(r.By+" "+r.At))
		}
		row("conclusion", r.Conclusion)
		row("basis", r.Basis)
		row("concluded on", strings.TrimSpace(r.Code+"  "+r.Why))
		row("concluded by", strings.TrimSpace(r.ConcludedBy+" "+r.ConcludedAt))
	}
	fmt.Fprintf(t.err, "tickmark: note: %s\n", plural(len(all), "response"))
}
