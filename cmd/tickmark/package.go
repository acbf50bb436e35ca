package main

import (
	"encoding/json"
	"fmt"

	"github.com/tickmark-dev/tickmark/internal/evidence"
	runner "github.com/tickmark-dev/tickmark/internal/run"
	"github.com/urfave/cli/v2"
)

func packageFlags(own ...cli.Flag) []cli.Flag {
	return shared(append(own,
		&cli.StringFlag{Name: "out", Aliases: []string{"o"}, Value: runner.DefaultOut, Usage: "the `FOLDER` to write; where one stands already it is kept and the new one gets a number"},
		&cli.BoolFlag{Name: "zip", Usage: "write a ZIP file beside the folder as well", DisableDefaultText: true},
		&cli.BoolFlag{Name: "json", Usage: "print the result as JSON", DisableDefaultText: true},
	)...)
}

const packageStatus = "Exit status: 0 complete, 1 failed, 2 wrong usage, 3 written but with gaps or request\nlines that match nothing, 130 interrupted."

func packageCommand(t terminal) *cli.Command {
	return &cli.Command{
		Name:      "package",
		Usage:     "collects the evidence for the auditor's samples and writes the package",
		ArgsUsage: "REFERENCE…",
		UsageText: "tickmark package [options] --request FILE\n" +
			"tickmark package [options] REFERENCE…\n" +
			"tickmark package --selection selection.json\n" +
			"tickmark package --all --dry-run",
		Description: "Each sample becomes a folder of PDFs beside Change Log.xlsx. What could not be had is listed\n" +
			"as a gap, with the reason. A request is the auditor's list, a CSV or Excel (.xlsx) file as\n" +
			"auditors send them. A reference is a pull request (acme/api#1234), a ticket (PAY-123), a\n" +
			"commit, a deployment, or the web address of one.\n\n" + packageStatus,
		Flags: packageFlags(
			&cli.StringSliceFlag{Name: "request", Aliases: []string{"r"}, Usage: "the auditor's list, a `FILE` (.csv, .xlsx); may be given several times"},
			&cli.StringFlag{Name: "selection", Usage: "the `FILE` of a sample that tickmark select drew"},
			&cli.BoolFlag{Name: "all", Usage: "every change of the period", DisableDefaultText: true},
			&cli.BoolFlag{Name: "sample-results-only", Usage: "leave out of the workbook what management's test came to for changes that were not sampled; the list of all changes and its reconciliation stay", DisableDefaultText: true},
			&cli.BoolFlag{Name: "dry-run", Usage: "collect and test, and write the readiness report instead of the package; with --json, print a line for each change", DisableDefaultText: true},
			&cli.BoolFlag{Name: "offline", Usage: "use what was collected before; ask no system", DisableDefaultText: true},
		),
		Action: func(c *cli.Context) error {
			args, err := operands(c, 0, -1)
			if err != nil {
				return err
			}
			files := c.StringSlice("request")
			if len(args)+len(files) == 0 && c.String("selection") == "" && !c.Bool("all") {
				return usagef("name the changes: `tickmark package acme/api#1234 PAY-123`, or give the auditor's list with --request FILE")
			}
			req := runner.Request{Files: files, Args: args, All: c.Bool("all"), Out: c.String("out"), Zip: c.Bool("zip"), DryRun: c.Bool("dry-run"),
				SampleResultsOnly: c.Bool("sample-results-only")}
			if file := c.String("selection"); file != "" {
				if req.Selection, err = runner.ReadDrawn(file); err != nil {
					return err
				}
			}
			if req.DryRun {
				if req.Zip {
					return usagef("--dry-run writes no package, so there is none to --zip")
				}
				if req.SampleResultsOnly {
					return usagef("--dry-run reports on every change that is asked for; --sample-results-only is for a package")
				}
				return dryRun(c, t, req)
			}
			return makePackage(c, t, c.Bool("offline"), func(r *runner.Run) (runner.Result, error) {
				return r.Package(c.Context, req)
			})
		},
	}
}

func renderCommand(t terminal) *cli.Command {
	return &cli.Command{
		Name:        "render",
		Usage:       "writes the last package again from what was collected, without any system",
		ArgsUsage:   " ",
		Description: "Asks no system and needs no token: for a changed policy, or to see that the same evidence gives\nthe same files.\n\n" + packageStatus,
		Flags:       packageFlags(),
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

// dryRun tests the changes, and says what came of it in place of a package.
func dryRun(c *cli.Context, t terminal, req runner.Request) error {
	if !c.IsSet("out") {
		req.Out = runner.DefaultReadiness
	}
	cfg, err := load(c, t)
	if err != nil {
		return err
	}
	r, err := open(c, t, runner.Options{Config: cfg, Offline: c.Bool("offline")})
	if err != nil {
		return err
	}
	overall := map[string]int{}
	left, settled := 0, 0
	out := json.NewEncoder(t.out)
	out.SetEscapeHTML(false)
	req.Each = func(tested runner.TestedChange) error {
		overall[tested.Overall]++
		for _, a := range tested.Attributes {
			if a.Outcome == "review" || a.Outcome == "unable" {
				left++
				if a.Conclusion != nil && a.Conclusion.Settles {
					settled++
				}
			}
		}
		if !c.Bool("json") {
			return nil
		}
		return out.Encode(testedLine{schemaVersion, "tested change", tested})
	}
	res, err := r.Package(c.Context, req)
	r.Done()
	if closed := r.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return err
	}
	for _, u := range res.Unmatched {
		warnUnmatched(t, u)
	}
	if !c.Bool("json") {
		fmt.Fprintln(t.out, res.Folder)
		for _, o := range evidence.Overalls() {
			if n := overall[o.Word()]; n > 0 || o != evidence.Untested {
				fmt.Fprintf(t.out, "  %5d  %s\n", n, o)
			}
		}
		if left > 0 {
			fmt.Fprintf(t.out, "  %s\n", openText(left, settled))
		}
		fmt.Fprintln(t.err, "tickmark: note: no package was written; the report names each change and why")
	}
	if res.Gaps > 0 || len(res.Unmatched) > 0 {
		return exitError(exitGaps)
	}
	return nil
}

// testedLine is what a machine reads of one tested change.
type testedLine struct {
	SchemaVersion int    `json:"schema_version"`
	Record        string `json:"record"` // "tested change"
	runner.TestedChange
}

// makePackage runs one way to a package and says what came of it.
func makePackage(c *cli.Context, t terminal, offline bool, do func(*runner.Run) (runner.Result, error)) error {
	cfg, err := load(c, t)
	if err != nil {
		return err
	}
	r, err := open(c, t, runner.Options{Config: cfg, Offline: offline})
	if err != nil {
		return err
	}
	res, err := do(r)
	r.Done()
	if closed := r.Close(); err == nil { // what ended the run comes before what it led to
		err = closed
	}
	if err != nil {
		return err
	}
	if c.Bool("json") {
		err := json.NewEncoder(t.out).Encode(struct {
			SchemaVersion int `json:"schema_version"`
			runner.Result
		}{schemaVersion, res})
		if err != nil {
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
