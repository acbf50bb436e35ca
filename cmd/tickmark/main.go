// Command tickmark makes the evidence that an auditor asks for when testing
// change management.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

func main() { os.Exit(tickmark()) }

func tickmark() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	return run(ctx, os.Args, terminal{in: os.Stdin, out: os.Stdout, err: os.Stderr, getenv: os.LookupEnv})
}
