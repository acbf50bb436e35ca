package ledger

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/klauspost/compress/zstd"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// ErrEmpty is what reading gives where no period was loaded yet.
var ErrEmpty = errors.New("the ledger holds no population yet: run `tickmark population` first")

// Ledger is an open ledger. It may be read from several goroutines at once.
// One load at a time may be under way; until it is finished, reading gives
// what was there before.
type Ledger struct {
	path    string
	db      *sql.DB
	rebuilt string
	about   about
	decoder *zstd.Decoder // of records; may be used by several goroutines
}

// about is what a load was told first.
type about struct {
	Period evidence.Period `json:"period"`
	Zone   string          `json:"zone"`
	Scope  Scope           `json:"scope"`
	Source string          `json:"source,omitempty"`
}

// Scope is what the configuration puts into the population.
type Scope struct {
	Repositories []Repository `json:"repositories"`
	Projects     []Project    `json:"projects"`
	Production   []string     `json:"production"` // names of environments, as configured
	// Keys are further projects whose tickets messages may name, and which no
	// configured tracker keeps.
	Keys []string `json:"keys,omitempty"`
	// Searched are the systems that can be asked which pull requests name a text.
	Searched []string `json:"searched,omitempty"`
}

// Repository is one configured repository and its deployed branch; Branch is
// "" for its default branch.
type Repository struct {
	System string `json:"system"`
	Name   string `json:"name"`
	Branch string `json:"branch,omitempty"`
}

// Project is one configured project of a tracker.
type Project struct {
	System string `json:"system"`
	Key    string `json:"key"`
}

// Open opens the ledger at path, or makes an empty one. A file that is damaged
// is moved aside and a new one made; Rebuilt says so. A file that a newer
// version of tickmark made, or that is no ledger, is an error and left alone.
func Open(path string) (*Ledger, error) {
	decoder, err := zstd.NewReader(nil, zstd.WithDecoderMaxMemory(maxItem), zstd.WithDecoderConcurrency(0))
	if err != nil {
		return nil, fmt.Errorf("ledger: %w", err)
	}
	l := &Ledger{path: path, decoder: decoder}
	if err := l.open(); err != nil {
		decoder.Close()
		return nil, fmt.Errorf("ledger: %w", err)
	}
	return l, nil
}

// Close closes the file.
func (l *Ledger) Close() error {
	l.decoder.Close()
	return l.db.Close()
}

// Rebuilt says in one sentence that the file was damaged, or of an older
// version, and that it has to be loaded again; "" where it was not.
func (l *Ledger) Rebuilt() string { return l.rebuilt }

// Loaded reports whether a period was loaded.
func (l *Ledger) Loaded() bool { return !l.about.Period.To.IsZero() }

// Period gives the period that was loaded, and the zone in which its days are counted.
func (l *Ledger) Period() (evidence.Period, *time.Location, error) {
	if !l.Loaded() {
		return evidence.Period{}, nil, ErrEmpty
	}
	zone, err := time.LoadLocation(l.about.Zone)
	if err != nil {
		return evidence.Period{}, nil, fmt.Errorf("ledger: zone %q is not known on this machine: %w", l.about.Zone, err)
	}
	return l.about.Period, zone, nil
}

// Scope gives the scope that was loaded.
func (l *Ledger) Scope() Scope { return l.about.Scope }

// Source is what Load.Source was told: of which listing this is.
func (l *Ledger) Source() string { return l.about.Source }

// Notes are remarks on how complete the population can be, sorted.
func (l *Ledger) Notes(ctx context.Context) ([]string, error) {
	var out []string
	for n, err := range rows(ctx, l, `SELECT text FROM notes ORDER BY text`, nil, func(s scan) (n string, err error) { return n, s(&n) }) {
		if err != nil {
			return nil, err
		}
		out = append(out, n)
	}
	return out, nil
}

// Datasets are the data sets that were loaded, in order of system, name and scope.
func (l *Ledger) Datasets(ctx context.Context) ([]evidence.IPE, error) {
	var out []evidence.IPE
	for d, err := range rows(ctx, l, `SELECT ipe FROM datasets ORDER BY system, dataset, scope`, nil, func(s scan) (d evidence.IPE, err error) {
		var text string
		if err := s(&text); err != nil {
			return d, err
		}
		return d, json.Unmarshal([]byte(text), &d)
	}) {
		if err != nil {
			return nil, err
		}
		out = append(out, d)
	}
	return out, nil
}
