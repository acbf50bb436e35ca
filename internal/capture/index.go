package capture

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"time"

	"golang.org/x/sync/errgroup"
)

// An index finds the newest record of a request. It holds positions only, so
// that a vault of millions of records fits into memory.
type index struct {
	runs      []string
	answers   map[key]location // the newest answer
	successes map[key]location // the newest success, where a refusal came after it
	failures  map[key]location // the newest failure
	who       map[string]login // by system
	newest    time.Time        // answer
	begun     time.Time        // of the last run
	lastLine  string           // SHA-256 of the last line of the last run
}

// A login is what the newest run with an answer of a system knew of it.
type login struct {
	run       int32
	principal string
}

func newIndex() *index {
	return &index{
		answers: map[key]location{}, successes: map[key]location{}, failures: map[key]location{},
		who: map[string]login{},
	}
}

// A note is what the index keeps of a record, on its way in.
type note struct {
	kind              kind
	key               key
	loc               location
	time              time.Time
	system, principal string
}

func (r *record) note(loc location) note {
	loc.success = r.success()
	n := note{kind: r.Kind, loc: loc, time: r.Time, system: r.System, principal: r.RetrievedBy}
	if r.Kind == kindAnswer || r.Kind == kindFailure {
		n.key = r.key()
	}
	return n
}

// add takes a record in, which is newer than all before it.
func (ix *index) add(n note) {
	switch n.kind {
	case kindRun:
		ix.opened(n.time)
	case kindPrincipal:
		ix.who[n.system] = login{run: n.loc.run, principal: n.principal}
	case kindAnswer:
		if n.loc.success {
			delete(ix.successes, n.key)
		} else if old, ok := ix.answers[n.key]; ok && old.success {
			ix.successes[n.key] = old
		}
		ix.answers[n.key] = n.loc
		if l, ok := ix.who[n.system]; !ok || l.run != n.loc.run {
			ix.who[n.system] = login{run: n.loc.run}
		}
		if n.time.After(ix.newest) {
			ix.newest = n.time
		}
	case kindFailure:
		ix.failures[n.key] = n.loc
	}
}

func (ix *index) opened(at time.Time) { ix.begun = at }

func (ix *index) asOf() time.Time {
	if ix.newest.IsZero() {
		return ix.begun
	}
	return ix.newest
}

func (ix *index) principals() map[string]string {
	out := map[string]string{}
	for system, l := range ix.who {
		if l.principal != "" {
			out[system] = l.principal
		}
	}
	return out
}

// success gives the newest success.
func (ix *index) success(k key) (location, bool) {
	if loc, ok := ix.answers[k]; ok && loc.success {
		return loc, true
	}
	loc, ok := ix.successes[k]
	return loc, ok
}

// current reports whether the record was made in the last run.
func (ix *index) current(loc location) bool { return int(loc.run) == len(ix.runs)-1 }

// loadIndex reads the journals of all runs and proves their chains.
func loadIndex(ctx context.Context, v *vault, runs []string) (*index, error) {
	type loaded struct {
		notes []note
		last  string
	}
	ix := newIndex()
	ix.runs = append(ix.runs, runs...)
	// Journals are read side by side, a few at a time, and taken in in order.
	width := runtime.GOMAXPROCS(0)
	for at := 0; at < len(runs); at += width {
		batch := runs[at:min(at+width, len(runs))]
		results := make([]loaded, len(batch))
		g, ctx := errgroup.WithContext(ctx)
		for i, run := range batch {
			g.Go(func() error {
				f, err := os.Open(v.journalPath(run))
				if err != nil {
					return vaultError("read the journal "+run, err)
				}
				defer func() { _ = f.Close() }()
				results[i].last, err = readJournal(f, v.journalPath(run), func(r *record, loc location) error {
					loc.run = int32(at + i)
					results[i].notes = append(results[i].notes, r.note(loc))
					return ctx.Err()
				})
				return err
			})
		}
		if err := g.Wait(); err != nil {
			if errors.Is(err, ErrChain) {
				err = fmt.Errorf("%w; restore the vault from a copy", err)
			}
			return nil, err
		}
		for _, res := range results {
			for _, n := range res.notes {
				ix.add(n)
			}
			ix.lastLine = res.last
		}
	}
	return ix, nil
}
