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

// readUnnamed reads the whole record of each ticket that was done and that no
// change names: it may name the change itself, by a link that no list holds.
// Nothing is called an orphan before it was looked at whole.
func (r *Run) readUnnamed(ctx context.Context, load *ledger.Load) error {
	refs, err := load.Unnamed(ctx)
	if err != nil || len(refs) == 0 {
		return err
	}
	r.progress.Stage("Reading tickets that no change names", len(refs))
	type answer struct {
		items []evidence.Item
		gaps  []evidence.Gap
	}
	answers := make([]answer, len(refs))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(collecting)
	for i, ref := range refs {
		group.Go(func() error {
			answers[i].items, answers[i].gaps = r.engine.Record(ctx, ref)
			r.progress.Step(ref.ID)
			return ctx.Err()
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	datasets := map[string]*evidence.IPE{}
	ids := map[string][]string{}
	for i, ref := range refs {
		d := datasets[ref.System]
		if d == nil {
			d = &evidence.IPE{Dataset: "whole records of tickets that no change names, of " + ref.System, System: ref.System, Scope: "tickets that were done",
				Principal: r.session.Principal(ref.System), Period: r.cfg.Period,
				Notes: []string{"a ticket's links to other systems are in no list, so each of these was read by itself"}}
			datasets[ref.System] = d
		}
		for _, it := range answers[i].items {
			if it.Ref.Kind != evidence.KindTicket {
				continue
			}
			d.Received++
			ids[ref.System] = append(ids[ref.System], it.Ref.ID)
			span(d, it.Provenance)
			if err := load.Item(it); err != nil {
				return err
			}
		}
		for _, g := range answers[i].gaps {
			if g.Reason != evidence.NotConfigured {
				d.Truncations = append(d.Truncations, strings.TrimSpace(fmt.Sprintf("%s %s: %s", ref.ID, g.Part, g.Detail)))
			}
		}
	}
	for _, system := range slices.Sorted(maps.Keys(datasets)) {
		d := datasets[system]
		slices.Sort(ids[system])
		d.Rows, d.Totals = d.Received, evidence.Totals{IDsSHA256: evidence.HashIDs(ids[system])}
		if n := len(ids[system]); n > 0 {
			d.Totals.MinID, d.Totals.MaxID = ids[system][0], ids[system][n-1]
		}
		d.Queries = []evidence.Query{{Text: "each ticket by its key, with its links, comments and approvals", Pages: len(refs), Reported: -1, Received: d.Received}}
		if err := load.Dataset(*d); err != nil {
			return err
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
