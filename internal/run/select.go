package run

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"

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
	population, err := r.selectable(ctx, l)
	if err != nil {
		return Drawn{}, err
	}
	s, err := selection.Select(population, selection.Options{
		Seed: req.Seed, SeedByAuditor: req.SeedByAuditor, Rule: selection.Rule{Fixed: req.Size, Risk: selection.Risk(req.Risk)},
		Emergencies: !req.RandomOnly, HighRisk: !req.RandomOnly, EachSystem: !req.RandomOnly, EachMonth: req.EachMonth,
		Period: p.Period, Zone: r.cfg.Zone, Void: req.Void,
	})
	if err != nil {
		return Drawn{}, err
	}
	return Drawn{SchemaVersion: drawnVersion, Tool: Tool(r.version), Organization: r.cfg.Organization, Period: p.Period, Zone: p.Zone, Incomplete: p.Truncations(), Selection: s}, nil
}

// selectable gives the population as far as selecting needs to know it.
func (r *Run) selectable(ctx context.Context, l *ledger.Ledger) ([]selection.Change, error) {
	r.progress.Stage("Looking at every change", 0)
	var all []selection.Change
	for e, err := range l.Changes(ctx, ledger.Filter{InPopulation: true}) {
		if err != nil {
			return nil, err
		}
		c, err := l.Assemble(ctx, e)
		if err != nil {
			return nil, err
		}
		c.AsOf = r.session.AsOf()
		class := control.Classify(&c, r.tests)
		system := e.Repository
		if system == "" {
			system = e.Ref.System
		}
		all = append(all, selection.Change{ID: e.ID, Emergency: class.Emergency, HighRisk: class.HighRisk, System: system, Deployed: e.Deployed})
		r.progress.Step(e.ID)
	}
	return all, nil
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
	return &d.Selection, nil
}

// WriteDrawn writes a selection's file. It overwrites nothing.
func WriteDrawn(file string, d Drawn) error {
	data, err := json.MarshalIndent(d, "", "  ")
	if err != nil {
		return err
	}
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if errors.Is(err, fs.ErrExist) {
		return &HintError{fmt.Errorf("%s is there already; a selection is not written over another", file), "name another file with --out"}
	}
	if err != nil {
		return fmt.Errorf("writing the selection: %w", err)
	}
	_, err = f.Write(append(data, '\n'))
	if err == nil {
		err = f.Sync()
	}
	if err := errors.Join(err, f.Close()); err != nil {
		return errors.Join(fmt.Errorf("writing the selection: %w", err), os.Remove(file))
	}
	return nil
}
