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

// terminal is where a command reads and writes.
type terminal struct {
	in       io.Reader
	out, err io.Writer
	getenv   func(string) (string, bool)
}

// usageError is a mistake in how the command was called.
type usageError struct{ error }

func usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

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
		fmt.Fprintln(t.err, "tickmark: error: interrupted; what was collected is kept, and the same command goes on from there")
		return exitInterrupted
	}
	for _, line := range strings.Split(err.Error(), "\n") {
		fmt.Fprintln(t.err, "tickmark: error:", line)
	}
	if errors.As(err, &hint) && hint.Hint != "" {
		fmt.Fprintln(t.err, "tickmark: hint:", hint.Hint)
	}
	if errors.As(err, &usage) {
		return exitUsage
	}
	return exitFailed
}

func newApp(t terminal) *cli.App {
	app := &cli.App{
		Name:                 "tickmark",
		Usage:                "makes the evidence that an auditor asks for when testing change management (SOC 2 CC8.1)",
		Version:              version,
		HideVersion:          true,
		EnableBashCompletion: true,
		Suggest:              true,
		Reader:               t.in,
		Writer:               t.out,
		ErrWriter:            t.err,
		// A comma is a part of many values here (titles, paths).
		DisableSliceFlagSeparator: true,
		ExitErrHandler:            func(*cli.Context, error) {},
		OnUsageError:              func(_ *cli.Context, err error, _ bool) error { return usageError{err} },
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "config", Aliases: []string{"c"}, Value: config.DefaultFile, Usage: "the configuration `FILE`", EnvVars: []string{"TICKMARK_CONFIG"}},
			&cli.BoolFlag{Name: "verbose", Usage: "say on stderr what is asked of whom"},
		},
		Commands: []*cli.Command{
			initCommand(t), doctorCommand(t), packageCommand(t), renderCommand(t),
			verifyCommand(t), attachCommand(t), demoCommand(t), completionCommand(t), versionCommand(t),
		},
		Action: func(c *cli.Context) error {
			if name := c.Args().First(); name != "" {
				return usagef("there is no command %q; `tickmark help` lists them", name)
			}
			return cli.ShowAppHelp(c)
		},
	}
	for _, c := range app.Commands {
		c.OnUsageError = app.OnUsageError
	}
	return app
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
		return nil, usagef("%s does not take %q", c.Command.FullName(), args[most])
	}
	return args, nil
}

// load reads the configuration and says its warnings.
func load(c *cli.Context, t terminal) (*config.Config, error) {
	cfg, err := config.Load(c.String("config"))
	if err != nil {
		return nil, err
	}
	for _, w := range cfg.Warnings {
		fmt.Fprintln(t.err, "tickmark: warning:", w)
	}
	return cfg, nil
}

// open begins a run.
func open(c *cli.Context, t terminal, cfg *config.Config, offline bool) (*runner.Run, error) {
	level := slog.LevelError
	if c.Bool("verbose") {
		level = slog.LevelInfo
	}
	return runner.Open(c.Context, runner.Options{
		Config: cfg, Offline: offline, Version: version, Now: time.Now, Getenv: t.getenv,
		Log:      slog.New(slog.NewTextHandler(t.err, &slog.HandlerOptions{Level: level})),
		Progress: newProgress(t),
	})
}

// isTerminal reports whether a person is at the other end.
func isTerminal(w any) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
