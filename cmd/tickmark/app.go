package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/tickmark-dev/tickmark/internal/config"
	runner "github.com/tickmark-dev/tickmark/internal/run"
	"github.com/urfave/cli/v2"
	"golang.org/x/term"
)

// Exit codes. Scripts depend on them.
const (
	exitComplete    = 0
	exitFailed      = 1
	exitUsage       = 2
	exitGaps        = 3   // sealed, with gaps or unmatched lines
	exitMismatch    = 4   // verify found differences
	exitInterrupted = 130 // Ctrl-C
)

// version is set by the linker for a release: -X main.version=1.2.3.
var version = "0.1.0-dev"

// schemaVersion is of everything that --json prints.
const schemaVersion = 1

// terminal is where a command reads and writes.
type terminal struct {
	in       io.Reader
	out, err io.Writer
	getenv   func(string) (string, bool)

	now        func() time.Time // nil for the clock of the machine; the demo lives by its story's
	firstPause time.Duration    // before a request that failed is repeated; tests shorten it
}

// exitError ends a command that said all there is to say.
type exitError int

func (e exitError) Error() string { return fmt.Sprintf("exit %d", int(e)) }

// run runs one command line and gives its exit code.
func run(ctx context.Context, args []string, t terminal) int {
	err := newApp(t).RunContext(ctx, args)
	var exit exitError
	var usage usageError
	var hint *runner.HintError
	switch {
	case err == nil:
		return exitComplete
	case errors.As(err, &exit):
		return int(exit)
	case ctx.Err() != nil || errors.Is(err, context.Canceled):
		complain(t.err, "interrupted; what was collected is kept, and the same command goes on from there")
		return exitInterrupted
	}
	complain(t.err, err.Error())
	if errors.As(err, &hint) && hint.Hint != "" {
		fmt.Fprintln(t.err, "tickmark: hint:", hint.Hint)
	}
	if errors.As(err, &usage) {
		return exitUsage
	}
	return exitFailed
}

// complain prints an error: each line that is a sentence of its own as one,
// the indented lines below it as they are.
func complain(w io.Writer, text string) {
	for line := range strings.SplitSeq(tame(text), "\n") {
		if strings.HasPrefix(line, "  ") {
			fmt.Fprintln(w, line)
			continue
		}
		fmt.Fprintln(w, "tickmark: error:", line)
	}
}

const introduction = `Where to start:

   tickmark demo                             see a package first: of an invented company, without credentials
   tickmark init                             write tickmark.yaml for your own systems
   tickmark doctor                           check it: logins, rights, and what cannot be seen
   tickmark package --request samples.xlsx   answer the auditor's list

` + "`tickmark help COMMAND` explains one command."

func newApp(t terminal) *cli.App {
	app := &cli.App{
		Name:                 "tickmark",
		Usage:                "makes the evidence that an auditor asks for when testing change management",
		UsageText:            "tickmark COMMAND [options]",
		Description:          introduction,
		Version:              version,
		HideVersion:          true,
		HideHelpCommand:      true,
		EnableBashCompletion: true,
		Reader:               t.in,
		Writer:               t.out,
		ErrWriter:            t.err,
		// A comma is a part of many values here (titles, paths).
		DisableSliceFlagSeparator: true,
		ExitErrHandler:            func(*cli.Context, error) {},
		OnUsageError:              misused,
		Flags: []cli.Flag{
			&cli.StringFlag{Name: configFlag, Aliases: []string{"c"}, Value: config.DefaultFile, Usage: "the configuration `FILE`", EnvVars: []string{"TICKMARK_CONFIG"}},
			&cli.BoolFlag{Name: verboseFlag, Usage: "say on stderr what is asked of whom", DisableDefaultText: true},
		},
		Commands: []*cli.Command{
			initCommand(t), doctorCommand(t), packageCommand(t), populationCommand(t), selectCommand(t), queryCommand(t), renderCommand(t),
			verifyCommand(t), attachCommand(t), respondCommand(t), peopleCommand(t), demoCommand(t), completionCommand(t), versionCommand(t), helpCommand(),
		},
		Action: func(c *cli.Context) error {
			if name := c.Args().First(); name != "" {
				return noCommand(c.App, name)
			}
			return cli.ShowAppHelp(c)
		},
	}
	for _, c := range app.Commands {
		c.OnUsageError = misused
		c.HideHelpCommand = true
	}
	return app
}

const (
	configFlag  = "config"
	verboseFlag = "verbose"
)

// shared are the options that may stand before the command or behind it.
func shared(own ...cli.Flag) []cli.Flag {
	return append(own,
		&cli.StringFlag{Name: configFlag, Aliases: []string{"c"}, Usage: "the configuration `FILE` (default: \"" + config.DefaultFile + "\")"},
		&cli.BoolFlag{Name: verboseFlag, Usage: "say on stderr what is asked of whom", DisableDefaultText: true},
	)
}

// configFile gives the configuration that the command line names.
func configFile(c *cli.Context) string {
	for _, at := range c.Lineage() {
		if file := at.String(configFlag); file != "" {
			return file
		}
	}
	return config.DefaultFile
}

func verbose(c *cli.Context) bool {
	return slices.ContainsFunc(c.Lineage(), func(at *cli.Context) bool { return at.Bool(verboseFlag) })
}

// operands gives the arguments that are not flags. The library takes a flag
// behind an operand for an operand; such a call would do something other than
// was asked.
func operands(c *cli.Context, least, most int) ([]string, error) {
	args := c.Args().Slice()
	if i := slices.IndexFunc(args, func(a string) bool { return strings.HasPrefix(a, "-") && len(a) > 1 }); i >= 0 {
		return nil, usagef("put the option %s before %s", args[i], strings.Join(args[:i], " "))
	}
	if len(args) < least {
		return nil, usagef("%s needs %s", c.Command.FullName(), c.Command.ArgsUsage)
	}
	if most >= 0 && len(args) > most {
		return nil, usagef("%s does not take %q; `tickmark help %s` shows what it takes", c.Command.FullName(), args[most], c.Command.FullName())
	}
	return args, nil
}

// load reads the configuration and says its warnings.
func load(c *cli.Context, t terminal) (*config.Config, error) {
	cfg, err := config.Load(configFile(c))
	if err != nil {
		return nil, err
	}
	for _, w := range cfg.Warnings {
		fmt.Fprintln(t.err, "tickmark: warning:", tame(w))
	}
	return cfg, nil
}

// open begins a run.
func open(c *cli.Context, t terminal, o runner.Options) (*runner.Run, error) {
	level := slog.LevelWarn
	if verbose(c) {
		level = slog.LevelDebug
	}
	bars := newProgress(t, verbose(c))
	o.Version, o.Now, o.Getenv, o.FirstPause = version, time.Now, t.getenv, t.firstPause
	if t.now != nil {
		o.Now = t.now
	}
	o.Log = slog.New(&logHandler{least: level, mu: new(sync.Mutex), t: t, progress: bars})
	o.Progress = bars
	return runner.Open(c.Context, o)
}

// isTerminal reports whether a person is at the other end.
func isTerminal(w any) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
