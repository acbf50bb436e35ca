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
			"or renamed. Exit status: 0 unchanged, 4 different.",
		Flags: []cli.Flag{&cli.BoolFlag{Name: "json", Usage: "print the result as JSON"}},
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
				if err := json.NewEncoder(t.out).Encode(rep); err != nil {
					return err
				}
			} else {
				fmt.Fprint(t.out, rep.Text())
			}
			if !rep.OK() {
				return exitError(exitMismatch)
			}
			return nil
		},
	}
}
