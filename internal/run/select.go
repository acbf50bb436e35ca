package run

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/tickmark-dev/tickmark/internal/control"
	"github.com/tickmark-dev/tickmark/internal/evidence"
	"github.com/tickmark-dev/tickmark/internal/ledger"
	"github.com/tickmark-dev/tickmark/internal/selection"
)

// SelectRequest says how to draw a sample.
type SelectRequest struct {
	Seed          string
	SeedByAuditor bool
	Size          int    // as somebody asked; 0 goes by the population and the risk
	Risk          string // "low", "moderate" or "high"; "" is low
	RandomOnly    bool   // without strata
	EachMonth     bool
	Void          map[string]string // why changes cannot be tested, by ID
}

// Drawn is a selection as it stands in its file.
type Drawn struct {
	SchemaVersion int             `json:"schema_version"`
	Tool          string          `json:"tool"`
	Organization  string          `json:"organization"`
	Period        evidence.Period `json:"period"`
	Zone          string          `json:"zone"`
	Incomplete    []string        `json:"incomplete,omitempty"` // signs that the population is
	evidence.Selection
}

// drawnVersion is of the selection's file.
const drawnVersion = 1

// Select draws a sample from the newest reading of the population; no source
// is asked.
func (r *Run) Select(ctx context.Context, req SelectRequest) (Drawn, error) {
	l, err := r.required(ctx)
	if err != nil {
		return Drawn{}, err
	}
	p, err := r.summary(ctx, l)
	if err != nil {
		return Drawn{}, err
	}
	population, err := r.selectable(ctx, l, !req.RandomOnly)
	if err != nil {
		return Drawn{}, err
	}
	s, err := selection.Select(population, selection.Options{
		Seed: req.Seed, SeedByAuditor: req.SeedByAuditor, Rule: selection.Rule{Fixed: req.Size, Risk: selection.Risk(req.Risk)},
		Emergencies: !req.RandomOnly, HighRisk: !req.RandomOnly, EachSystem: !req.RandomOnly, EachMonth: req.EachMonth,
		Period: p.Period, Zone: r.cfg.Zone, Void: req.Void, Policy: r.tests.Policy.Ref().String(),
	})
	if err != nil {
		return Drawn{}, err
	}
	return Drawn{SchemaVersion: drawnVersion, Tool: Tool(r.version), Organization: r.cfg.Organization, Period: p.Period, Zone: p.Zone, Incomplete: p.Truncations(), Selection: s}, nil
}

// selectable gives the population as far as selecting needs to know it. Which
// changes are emergencies and of high risk is told where it is asked for.
func (r *Run) selectable(ctx context.Context, l *ledger.Ledger, classes bool) ([]selection.Change, error) {
	r.progress.Stage("Looking at every change", 0)
	var all []selection.Change
	for e, err := range l.Changes(ctx, ledger.Filter{InPopulation: true}) {
		if err != nil {
			return nil, err
		}
		var class control.Class
		if classes {
			c, err := l.Assemble(ctx, e)
			if err != nil {
				return nil, err
			}
			c.AsOf = r.session.AsOf()
			class = control.Classify(&c, r.tests)
		}
		system := e.Repository
		if system == "" {
			system = e.Ref.System
		}
		all = append(all, selection.Change{ID: e.ID, Emergency: class.Emergency, HighRisk: class.HighRisk, System: system, Deployed: r.deployed(e)})
		r.progress.Step(e.ID)
	}
	return all, nil
}

// deployed gives when a change reached production. A day alone is that day in
// the zone in which months are counted, as it is in the ledger.
func (r *Run) deployed(e evidence.Entry) time.Time {
	if e.DayOnly {
		if day, err := time.ParseInLocation(time.DateOnly, e.Day, r.cfg.Zone); err == nil {
			return day
		}
	}
	return e.Deployed
}

// maxDrawn bounds the file of a selection, in bytes.
const maxDrawn = 64 << 20

// ReadDrawn reads a selection's file.
func ReadDrawn(file string) (*evidence.Selection, error) {
	data, err := readBounded(file, maxDrawn)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, &HintError{fmt.Errorf("there is no file %s", file), "`tickmark select` writes one"}
	case err != nil:
		return nil, fmt.Errorf("reading the selection: %w", err)
	}
	var d Drawn
	if err := json.Unmarshal(data, &d); err != nil || d.SchemaVersion == 0 || d.PopulationSHA256 == "" {
		return nil, fmt.Errorf("%s is no selection of `tickmark select`", file)
	}
	if d.SchemaVersion > drawnVersion {
		return nil, fmt.Errorf("%s was written by a newer version of tickmark (%s); use that version", file, d.Tool)
	}
	if d.Options.Risk == "" {
		return nil, &HintError{fmt.Errorf("%s does not say by which options it was drawn, so it cannot be checked", file), "draw it again with the same seed, `tickmark select`"}
	}
	return &d.Selection, nil
}

// WriteDrawn writes a selection's file, whole or not at all. It overwrites
// nothing.
func WriteDrawn(file string, d Drawn) error {
	data, err := json.MarshalIndent(d, "", "  ")
	if err != nil {
		return err
	}
	taken := &HintError{fmt.Errorf("%s is there already; a selection is not written over another", file), "name another file with --out"}
	if _, err := os.Lstat(file); err == nil {
		return taken
	}
	f, err := os.CreateTemp(filepath.Dir(file), "."+filepath.Base(file)+".partial-*")
	if err != nil {
		return fmt.Errorf("writing the selection: %w", err)
	}
	_, err = f.Write(append(data, '\n'))
	if err = errors.Join(err, f.Chmod(0o644), f.Sync(), f.Close()); err == nil {
		err = place(f.Name(), file)
	}
	if gone := os.Remove(f.Name()); gone != nil && !errors.Is(gone, fs.ErrNotExist) {
		err = errors.Join(err, gone)
	}
	if errors.Is(err, fs.ErrExist) {
		return taken
	}
	if err != nil {
		return fmt.Errorf("writing the selection: %w", err)
	}
	return nil
}

// place gives a file that is whole its name, which another must not have. A
// rename would take it from that one; where a second name cannot be given, a
// rename is all there is.
func place(whole, name string) error {
	err := os.Link(whole, name)
	if err == nil || errors.Is(err, fs.ErrExist) {
		return err
	}
	if _, err := os.Lstat(name); err == nil {
		return fs.ErrExist
	}
	return os.Rename(whole, name)
}
