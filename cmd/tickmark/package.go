package main

import (
	"encoding/json"

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
			"tickmark package [options] REFERENCE…",
		Description: "Each sample becomes a folder of PDFs beside Change Log.xlsx. What could not be had is listed\n" +
			"as a gap, with the reason. A request is the auditor's list, a CSV or Excel (.xlsx) file as\n" +
			"auditors send them. A reference is a pull request (acme/api#1234), a ticket (PAY-123), a\n" +
			"commit, a deployment, or the web address of one.\n\n" + packageStatus,
		Flags: packageFlags(
			&cli.StringSliceFlag{Name: "request", Aliases: []string{"r"}, Usage: "the auditor's list, a `FILE` (.csv, .xlsx); may be given several times"},
			&cli.BoolFlag{Name: "offline", Usage: "use what was collected before; ask no system", DisableDefaultText: true},
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
