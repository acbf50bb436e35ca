// Package run holds the stages in order: preflight, request, collect, render,
// seal. It is the only room that sees collectors and renderers both.
package run

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/tickmark-dev/tickmark/collectors"
	"github.com/tickmark-dev/tickmark/internal/capture"
	"github.com/tickmark-dev/tickmark/internal/config"
	"github.com/tickmark-dev/tickmark/internal/engine"
	"github.com/tickmark-dev/tickmark/internal/evidence"
	"github.com/tickmark-dev/tickmark/internal/redact"
)

// Options opens a run.
type Options struct {
	Config   *config.Config
	Offline  bool // use what the vault holds; ask no source
	Version  string
	Now      func() time.Time
	Getenv   func(string) (string, bool)
	Log      *slog.Logger
	Progress Progress // nil for none
}

// Progress hears how far a run is.
type Progress interface {
	Stage(name string, total int) // a new stage begins; total is 0 where it is not known
	Step(what string)             // one more of the total is done
}

// A Run is one use of one configuration over one vault. Close it.
type Run struct {
	cfg      *config.Config
	session  *capture.Session
	sources  []evidence.Collector
	engine   *engine.Engine
	redactor *redact.Redactor
	progress Progress
	offline  bool
	version  string
	log      *slog.Logger

	principals []evidence.Principal
}

// HintError is an error with what to do about it.
type HintError struct {
	Err  error
	Hint string
}

func (e *HintError) Error() string { return e.Err.Error() }
func (e *HintError) Unwrap() error { return e.Err }

// collecting bounds the records that are collected at once; each system's own
// bound holds besides.
const collecting = 16

// Open reads the credentials, opens the vault and makes a collector for each
// system. Offline it reads no credential.
func Open(ctx context.Context, o Options) (*Run, error) {
	secrets, err := credentials(o)
	if err != nil {
		return nil, err
	}
	var literals []string
	for _, s := range o.Config.Systems {
		if v := secrets[s.Name]; !v.IsZero() {
			literals = append(literals, v.Reveal())
		}
	}
	session, err := capture.Open(ctx, capture.Options{
		Dir: o.Config.Vault, Offline: o.Offline, Tool: Tool(o.Version), Now: o.Now, Log: o.Log,
	})
	if err != nil {
		return nil, err
	}
	r := &Run{cfg: o.Config, session: session, redactor: redact.New(literals), progress: o.Progress,
		offline: o.Offline, version: o.Version, log: o.Log}
	if r.progress == nil {
		r.progress = silent{}
	}
	for _, s := range o.Config.Systems {
		c, err := collectors.New(s, collectors.Needs{Config: o.Config, Secret: secrets[s.Name], Session: session, Version: o.Version})
		if err != nil {
			return nil, errors.Join(fmt.Errorf("%s: %w", s.Name, err), session.Close())
		}
		r.sources = append(r.sources, recorded{c, s.Kind + " " + o.Version})
	}
	r.engine = engine.New(r.sources, links(o.Config), collecting)
	return r, nil
}

// Close ends the run and releases the vault.
func (r *Run) Close() error { return r.session.Close() }

// Tool is how the program names itself in what it writes.
func Tool(version string) string { return "tickmark " + version }

type silent struct{}

func (silent) Stage(string, int) {}
func (silent) Step(string)       {}

// credentials reads every system's, and reports all that are missing at once.
func credentials(o Options) (map[string]config.Secret, error) {
	secrets := map[string]config.Secret{}
	if o.Offline {
		return secrets, nil
	}
	var missing []error
	for _, s := range o.Config.Systems {
		secret, err := s.Token.Resolve(o.Getenv)
		if err != nil {
			missing = append(missing, fmt.Errorf("%s: %w", s.Name, err))
		}
		secrets[s.Name] = secret
	}
	if len(missing) > 0 {
		return nil, &HintError{errors.Join(missing...), "`tickmark doctor` says which token each system needs and with which rights"}
	}
	return secrets, nil
}

// recorded ties what a collector retrieves to the items that it emits, so no
// collector can forget provenance.
type recorded struct {
	evidence.Collector
	version string
}

func (c recorded) Collect(ctx context.Context, ref evidence.Ref, emit func(evidence.Item) error) error {
	job := capture.NewJob(c.version)
	return c.Collector.Collect(capture.WithJob(ctx, job), ref, func(it evidence.Item) error {
		it.Provenance = job.Provenance()
		return emit(it)
	})
}

func (c recorded) Preflight(ctx context.Context) (evidence.Principal, error) {
	if p, ok := c.Collector.(evidence.Preflighter); ok {
		return p.Preflight(capture.WithJob(ctx, capture.NewJob(c.version)))
	}
	return evidence.Principal{System: c.Name(), Name: "no login"}, nil
}

// Done tells the progress display that the run has said its last.
func (r *Run) Done() {
	if p, ok := r.progress.(interface{ Done() }); ok {
		p.Done()
	}
}
