package run

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/tickmark-dev/tickmark/internal/evidence"
	"github.com/tickmark-dev/tickmark/internal/ledger"
)

// readTogether is how many whole tickets are held at once.
const readTogether = 256

// readUnnamed reads the whole record of each ticket that was done and that no
// change names: it may name the change itself, by a link that no list holds.
// Nothing is called an orphan before it was looked at whole.
func (r *Run) readUnnamed(ctx context.Context, load *ledger.Load) error {
	refs, err := load.Unnamed(ctx)
	if err != nil || len(refs) == 0 {
		return err
	}
	r.progress.Stage("Reading tickets that no change names", len(refs))
	sets := map[string]*wholeTickets{}
	for batch := range slices.Chunk(refs, readTogether) {
		if err := r.readWhole(ctx, load, batch, sets); err != nil {
			return err
		}
	}
	for _, system := range slices.Sorted(maps.Keys(sets)) {
		if err := load.Dataset(sets[system].done()); err != nil {
			return err
		}
	}
	return nil
}

// wholeTickets is the data set of one system's.
type wholeTickets struct {
	ipe   evidence.IPE
	asked int
	ids   []string
}

func (w *wholeTickets) done() evidence.IPE {
	slices.Sort(w.ids)
	d := w.ipe
	d.Rows, d.Totals = d.Received, evidence.Totals{IDsSHA256: evidence.HashIDs(w.ids)}
	if n := len(w.ids); n > 0 {
		d.Totals.MinID, d.Totals.MaxID = w.ids[0], w.ids[n-1]
	}
	d.Queries = []evidence.Query{{Text: "each ticket by its key, with its links, comments and approvals", Pages: w.asked, Reported: -1, Received: d.Received}}
	return d
}

// readWhole reads some tickets side by side, and loads them.
func (r *Run) readWhole(ctx context.Context, load *ledger.Load, refs []evidence.Ref, sets map[string]*wholeTickets) error {
	type answer struct {
		items []evidence.Item
		gaps  []evidence.Gap
	}
	answers := make([]answer, len(refs))
	each := r.newEngine() // it remembers what it collects, and goes with it
	group, within := errgroup.WithContext(ctx)
	group.SetLimit(collecting)
	for i, ref := range refs {
		group.Go(func() error {
			answers[i].items, answers[i].gaps = each.Record(within, ref)
			r.progress.Step(ref.ID)
			return within.Err()
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	for i, ref := range refs {
		w := sets[ref.System]
		if w == nil {
			w = &wholeTickets{ipe: evidence.IPE{Dataset: "whole records of tickets that no change names, of " + ref.System, System: ref.System, Scope: "tickets that were done",
				Principal: r.session.Principal(ref.System), Period: r.cfg.Period,
				Notes: []string{"a ticket's links to other systems are in no list, so each of these was read by itself"}}}
			sets[ref.System] = w
		}
		w.asked++
		for _, it := range answers[i].items {
			if it.Ref.Kind != evidence.KindTicket {
				continue
			}
			w.ipe.Received++
			w.ids = append(w.ids, it.Ref.ID)
			span(&w.ipe, it.Provenance)
			if err := load.Item(it); err != nil {
				return err
			}
		}
		for _, g := range answers[i].gaps {
			if g.Reason != evidence.NotConfigured {
				w.ipe.Truncations = append(w.ipe.Truncations, strings.TrimSpace(fmt.Sprintf("%s %s: %s", ref.ID, g.Part, g.Detail)))
			}
		}
	}
	return nil
}

// span widens the time of a data set to that of its payloads.
func span(d *evidence.IPE, from []evidence.Provenance) {
	for _, p := range from {
		for _, t := range []time.Time{p.RetrievedAt, p.ConfirmedAt} {
			if t.IsZero() {
				continue
			}
			if d.Started.IsZero() || t.Before(d.Started) {
				d.Started = t
			}
			if t.After(d.Ended) {
				d.Ended = t
			}
			if d.URL == "" {
				d.URL = p.URL
			}
		}
	}
}
