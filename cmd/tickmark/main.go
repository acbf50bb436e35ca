// Command tickmark makes the evidence that an auditor asks for when testing
// change management.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	os.Exit(tickmark(terminal{in: os.Stdin, out: os.Stdout, err: os.Stderr, getenv: os.LookupEnv}))
}

func tickmark(t terminal) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	// The first Ctrl-C ends the run in good order; a second one ends it at once.
	context.AfterFunc(ctx, stop)
	return run(ctx, os.Args, t)
}
