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
	"github.com/tickmark-dev/tickmark/internal/control"
	"github.com/tickmark-dev/tickmark/internal/engine"
	"github.com/tickmark-dev/tickmark/internal/evidence"
	"github.com/tickmark-dev/tickmark/internal/ledger"
	"github.com/tickmark-dev/tickmark/internal/redact"
)

// Options opens a run.
type Options struct {
	Config   *config.Config
	Offline  bool // use what the vault holds; ask no source
	Diagnose bool // a system whose credential is missing is reported by Doctor and does not end Open
	Version  string
	Now      func() time.Time
	Getenv   func(string) (string, bool)
	Log      *slog.Logger
	Progress Progress // nil for none

	FirstPause time.Duration // before a request that failed is repeated; 0 for the default
}

// Progress hears how far a run is.
type Progress interface {
	Stage(name string, total int) // a new stage begins; total is 0 where it is not known
	Step(what string)             // one more of the total is done
}

// A Run is one use of one configuration over one vault. Close it.
type Run struct {
	cfg       *config.Config
	session   *capture.Session
	sources   []evidence.Collector
	engine    *engine.Engine
	redactor  *redact.Redactor
	progress  Progress
	offline   bool
	version   string
	log       *slog.Logger
	missing   map[string]error // systems without their credential; only with Diagnose
	options   Options
	tests     control.Options      // what changes are tested by
	approvals approvals            // of changes that went out together with others
	ledger    *ledger.Ledger       // nil until it is needed
	summed    *evidence.Population // of the ledger; nil until it is needed
	cuts      []string             // signs of incompleteness of the reading under way
	readings  []reading            // of it, when each data set was read

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
	tests, err := rules(o.Config)
	if err != nil {
		return nil, err
	}
	secrets, missing := credentials(o)
	if len(missing) > 0 && !o.Diagnose {
		return nil, lacking(o.Config, missing)
	}
	var literals []string
	for _, s := range o.Config.Systems {
		if v := secrets[s.Name]; !v.IsZero() {
			literals = append(literals, v.Reveal())
		}
	}
	session, err := capture.Open(ctx, capture.Options{
		Dir: o.Config.Vault, Offline: o.Offline, Tool: Tool(o.Version), Now: o.Now, Log: o.Log, FirstPause: o.FirstPause,
	})
	if err != nil {
		return nil, err
	}
	r := &Run{cfg: o.Config, session: session, redactor: redact.New(literals), progress: o.Progress,
		offline: o.Offline, version: o.Version, log: o.Log, missing: missing, options: o, tests: tests}
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
	r.engine = r.newEngine()
	return r, nil
}

func (r *Run) newEngine() *engine.Engine {
	return engine.New(r.sources, links(r.cfg), collecting)
}

// Close ends the run and releases the vault and the ledger.
func (r *Run) Close() error {
	var err error
	if r.ledger != nil {
		err = r.ledger.Close()
		r.ledger = nil
	}
	return errors.Join(r.session.Close(), err)
}

// Tool is how the program names itself in what it writes.
func Tool(version string) string { return "tickmark " + version }

type silent struct{}

func (silent) Stage(string, int) {}
func (silent) Step(string)       {}

// credentials reads every system's, and gives by system why one is missing.
func credentials(o Options) (map[string]config.Secret, map[string]error) {
	secrets, missing := map[string]config.Secret{}, map[string]error{}
	if o.Offline {
		return secrets, missing
	}
	for _, s := range o.Config.Systems {
		secret, err := s.Token.Resolve(o.Getenv)
		if err != nil {
			missing[s.Name] = err
		}
		secrets[s.Name] = secret
	}
	return secrets, missing
}

// lacking reports all credentials that are missing at once.
func lacking(c *config.Config, missing map[string]error) error {
	var errs []error
	hint := "`tickmark doctor` checks every system and its token"
	for _, s := range c.Systems {
		err, ok := missing[s.Name]
		if !ok {
			continue
		}
		errs = append(errs, fmt.Errorf("%s: %w", s.Name, err))
		if s.Token.Env != "" {
			hint = "set it in this window first: `$env:NAME = \"...\"` in PowerShell, `export NAME=...` elsewhere; or keep the token in a file (token: {file: PATH})"
		}
	}
	return &HintError{errors.Join(errs...), hint}
}

// recorded ties what a collector retrieves to the items that it emits, so no
// collector can forget provenance. One that says itself which payloads an item
// was read from knows better.
type recorded struct {
	evidence.Collector
	version string
}

func (c recorded) Collect(ctx context.Context, ref evidence.Ref, emit func(evidence.Item) error) error {
	job := capture.NewJob(c.version)
	return c.Collector.Collect(capture.WithJob(ctx, job), ref, func(it evidence.Item) error {
		if len(it.Provenance) == 0 {
			it.Provenance = job.Provenance()
		}
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
