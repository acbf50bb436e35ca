package main

import (
	"fmt"
	"os/user"
	"strings"
	"time"

	runner "github.com/tickmark-dev/tickmark/internal/run"
	"github.com/urfave/cli/v2"
)

func attachCommand(t terminal) *cli.Command {
	return &cli.Command{
		Name:      "attach",
		Usage:     "adds a file of your own (a screenshot, an e-mail, a report) to the evidence of a change",
		ArgsUsage: "FILE",
		Description: "Copies the file into the configured exhibits folder and writes beside it for which change it is,\n" +
			"what it shows, who attached it and when. In the package it is marked as a manual exhibit.",
		Flags: shared(
			&cli.StringSliceFlag{Name: "change", Usage: "the change it belongs to, `REFERENCE` (acme/api#1234, PAY-123); may be given several times"},
			&cli.StringFlag{Name: "shows", Usage: "what it shows, in a sentence"},
			&cli.StringFlag{Name: "supports", Usage: "what it is evidence of: " + strings.Join(runner.Supports(), ", ")},
			&cli.StringFlag{Name: "by", Usage: "who attaches it (default: the name of this account)"},
			&cli.StringFlag{Name: "system", Usage: "the exhibits `SYSTEM`, where several are configured"},
		),
		Action: func(c *cli.Context) error {
			args, err := operands(c, 1, 1)
			if err != nil {
				return err
			}
			if len(c.StringSlice("change")) == 0 || strings.TrimSpace(c.String("shows")) == "" {
				return usagef("attach needs --change REFERENCE (for which change it is) and --shows TEXT (what it shows), before the file")
			}
			cfg, err := load(c, t)
			if err != nil {
				return err
			}
			by := c.String("by")
			if by == "" {
				if by = accountName(); by == "" {
					return usagef("say who attaches it with --by NAME")
				}
			}
			path, err := runner.Attach(cfg, c.String("system"), args[0], runner.Attachment{
				Changes: c.StringSlice("change"), Shows: c.String("shows"), Supports: c.String("supports"), By: by, At: time.Now(),
			})
			if err != nil {
				return err
			}
			fmt.Fprintln(t.out, path)
			fmt.Fprintln(t.err, "tickmark: note: the next `tickmark package` takes it in; `tickmark render` and --offline only use what was collected before")
			return nil
		},
	}
}

func accountName() string {
	u, err := user.Current()
	if err != nil {
		return ""
	}
	if u.Name != "" {
		return u.Name
	}
	return u.Username
}
