package main

import (
	"encoding/json"
	"errors"
	"fmt"

	runner "github.com/tickmark-dev/tickmark/internal/run"
	"github.com/urfave/cli/v2"
)

func packageFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "out", Aliases: []string{"o"}, Value: runner.DefaultOut, Usage: "the `FOLDER` to write; an existing one is kept and the new one gets a number"},
		&cli.BoolFlag{Name: "zip", Usage: "write a ZIP file beside the folder as well"},
		&cli.BoolFlag{Name: "json", Usage: "print the result as JSON"},
	}
}

func packageCommand(t terminal) *cli.Command {
	return &cli.Command{
		Name:      "package",
		Usage:     "collects the evidence for the auditor's samples and writes the package",
		ArgsUsage: "REFERENCE… (such as acme/api#1234, PAY-123, a commit, a web address) or --request FILE",
		Description: "Each sample becomes a folder of PDFs beside Change Log.xlsx. A request is a CSV or Excel file\n" +
			"as auditors send them. What could not be had is listed as a gap, with the reason.\n\n" +
			"Exit status: 0 complete, 1 failed, 2 wrong usage, 3 written with gaps, 130 interrupted.",
		Flags: append(packageFlags(),
			&cli.StringSliceFlag{Name: "request", Aliases: []string{"r"}, Usage: "the auditor's list, a `FILE` (.csv, .xlsx); may be given several times"},
			&cli.BoolFlag{Name: "offline", Usage: "use what was collected before; ask no system"},
		),
		Action: func(c *cli.Context) error {
			args, err := operands(c, 0, -1)
			if err != nil {
				return err
			}
			files := c.StringSlice("request")
			if len(args)+len(files) == 0 {
				return usagef("name the changes: `tickmark package acme/api#1234 PAY-123`, or give the auditor's list with --request FILE")
			}
			return makePackage(c, t, c.Bool("offline"), func(r *runner.Run) (runner.Result, error) {
				return r.Package(c.Context, runner.Request{Files: files, Args: args, Out: c.String("out"), Zip: c.Bool("zip")})
			})
		},
	}
}

func renderCommand(t terminal) *cli.Command {
	return &cli.Command{
		Name:      "render",
		Usage:     "writes the last package again from what was collected, without any system",
		ArgsUsage: " ",
		Flags:     packageFlags(),
		Action: func(c *cli.Context) error {
			if _, err := operands(c, 0, 0); err != nil {
				return err
			}
			return makePackage(c, t, true, func(r *runner.Run) (runner.Result, error) {
				return r.Render(c.Context, c.String("out"), c.Bool("zip"))
			})
		},
	}
}

// makePackage runs one way to a package and says what came of it.
func makePackage(c *cli.Context, t terminal, offline bool, do func(*runner.Run) (runner.Result, error)) error {
	cfg, err := load(c, t)
	if err != nil {
		return err
	}
	r, err := open(c, t, cfg, offline)
	if err != nil {
		return err
	}
	res, err := do(r)
	r.Done()
	if err := errors.Join(err, r.Close()); err != nil {
		return err
	}
	if c.Bool("json") {
		enc := json.NewEncoder(t.out)
		if err := enc.Encode(res); err != nil {
			return err
		}
	} else {
		report(t, res)
	}
	if res.Gaps > 0 || len(res.Unmatched) > 0 {
		return exitError(exitGaps)
	}
	return nil
}

// report says what was written, and what is missing from it.
func report(t terminal, res runner.Result) {
	fmt.Fprintf(t.out, "%s\n", res.Folder)
	for _, s := range res.Samples {
		fmt.Fprintf(t.out, "  %-44s %2d documents", s.Folder, s.Documents)
		if s.Gaps > 0 {
			fmt.Fprintf(t.out, ", %s", plural(s.Gaps, "gap"))
		}
		fmt.Fprintln(t.out)
	}
	if res.Zip != "" {
		fmt.Fprintf(t.out, "%s\n", res.Zip)
	}
	if res.Supersedes != "" {
		fmt.Fprintf(t.err, "tickmark: note: this package supersedes %s, which is kept as it was\n", res.Supersedes)
	}
	for _, u := range res.Unmatched {
		fmt.Fprintf(t.err, "tickmark: warning: %s: %q became no sample (%s)\n", u.Where, u.Requested, u.Reason)
		for _, tried := range u.Tried {
			fmt.Fprintf(t.err, "  %s\n", tried)
		}
	}
	if res.Gaps > 0 {
		fmt.Fprintf(t.err, "tickmark: note: %s; the sheet Gaps of Change Log.xlsx lists what could not be had, and why\n", plural(res.Gaps, "gap"))
	}
}

func plural(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return fmt.Sprintf("%d %ss", n, word)
}
