package main

import (
	"encoding/json"
	"fmt"

	runner "github.com/tickmark-dev/tickmark/internal/run"
	"github.com/urfave/cli/v2"
)

func verifyCommand(t terminal) *cli.Command {
	return &cli.Command{
		Name:      "verify",
		Usage:     "checks that a package is as it was sealed",
		ArgsUsage: "PACKAGE (the folder, or its .zip)",
		Description: "Needs no configuration and no network. Names every file that was changed, is missing, was added\n" +
			"or renamed.\n\nExit status: 0 as sealed, 1 no package there, 2 wrong usage, 4 not as sealed.",
		Flags: []cli.Flag{&cli.BoolFlag{Name: "json", Usage: "print the result as JSON", DisableDefaultText: true}},
		Action: func(c *cli.Context) error {
			args, err := operands(c, 1, 1)
			if err != nil {
				return err
			}
			rep, err := runner.Verify(args[0])
			if err != nil {
				return err
			}
			if c.Bool("json") {
				err := json.NewEncoder(t.out).Encode(struct {
					SchemaVersion int  `json:"schema_version"`
					OK            bool `json:"ok"`
					runner.Verification
				}{schemaVersion, rep.OK(), rep})
				if err != nil {
					return err
				}
			} else {
				fmt.Fprint(t.out, tame(rep.Text()))
			}
			if !rep.OK() {
				return exitError(exitMismatch)
			}
			return nil
		},
	}
}
