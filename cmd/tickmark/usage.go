package main

import (
	"errors"
	"flag"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/tickmark-dev/tickmark/internal/config"
	"github.com/urfave/cli/v2"
)

// usageError is a mistake in how the command was called.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

func usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// misused words what the library says of an option.
func misused(c *cli.Context, err error, _ bool) error {
	help := "tickmark help"
	if c.Command != nil && c.Command.Name != "" && c.Command.Name != c.App.Name {
		help += " " + c.Command.Name
	}
	if errors.Is(err, flag.ErrHelp) { // --help of the program itself: its help is a command of ours
		return cli.ShowAppHelp(c)
	}
	text := err.Error()
	if name, ok := strings.CutPrefix(text, "flag provided but not defined: -"); ok {
		return usagef("there is no option %s here%s; `%s` lists them", dashed(name), meant(dashed(name), optionNames(c)), help)
	}
	if name, ok := strings.CutPrefix(text, "flag needs an argument: -"); ok {
		return usagef("the option %s needs a value; `%s` says which", dashed(name), help)
	}
	if m := invalidValue.FindStringSubmatch(text); m != nil {
		value, err := strconv.Unquote(m[1])
		if err != nil {
			value = strings.Trim(m[1], `"`)
		}
		return usagef("%s %q is %s; `%s` says what it takes", dashed(m[2]), oneWord(tame(value)), needed(c, m[2], text), help)
	}
	return usagef("%s; `%s` lists the options", text, help)
}

// invalidValue is what the library says of a value that it cannot read.
var invalidValue = regexp.MustCompile(`(?s)^invalid (?:boolean )?value (".*") for (?:flag )?-([^:\s]+): .*$`)

// needed says what the value of an option is not, by the option's kind.
func needed(c *cli.Context, name, said string) string {
	flags := c.App.Flags
	if c.Command != nil {
		flags = append(slices.Clone(c.Command.Flags), flags...)
	}
	for _, f := range flags {
		if !slices.Contains(f.Names(), name) {
			continue
		}
		switch f.(type) {
		case *cli.IntFlag:
			if strings.HasSuffix(said, "out of range") {
				return "too large a number"
			}
			return "no whole number"
		case *cli.DurationFlag:
			return "no duration such as 30s or 2h"
		case *cli.BoolFlag:
			return "no value for it, as it takes none"
		}
	}
	return "no value for it"
}

func dashed(name string) string {
	if name = strings.TrimLeft(name, "-"); len(name) == 1 {
		return "-" + name
	}
	return "--" + name
}

func optionNames(c *cli.Context) []string {
	flags := c.App.Flags
	if c.Command != nil && len(c.Command.Flags) > 0 {
		flags = c.Command.Flags
	}
	var names []string
	for _, f := range flags {
		for _, n := range f.Names() {
			if len(n) > 1 {
				names = append(names, dashed(n))
			}
		}
	}
	return names
}

func noCommand(app *cli.App, name string) error {
	var names []string
	for _, c := range app.Commands {
		names = append(names, c.Name)
	}
	return usagef("there is no command %q%s; `tickmark help` lists them", name, meant(name, names))
}

// meant is " (did you mean x?)" where one of the names is near.
func meant(got string, names []string) string {
	if near := config.Nearest(got, names); near != "" {
		return fmt.Sprintf(" (did you mean %s?)", near)
	}
	return ""
}

func helpCommand() *cli.Command {
	return &cli.Command{
		Name:      "help",
		Usage:     "explains tickmark, or one command",
		ArgsUsage: "[COMMAND]",
		Action: func(c *cli.Context) error {
			args, err := operands(c, 0, 1)
			if err != nil {
				return err
			}
			if len(args) == 0 {
				return cli.ShowAppHelp(c)
			}
			if c.App.Command(args[0]) == nil {
				return noCommand(c.App, args[0])
			}
			lineage := c.Lineage()
			if len(lineage) < 2 {
				return errors.New("the help cannot be shown")
			}
			return cli.ShowCommandHelp(lineage[1], args[0])
		},
	}
}
