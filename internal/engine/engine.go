// Package engine follows links from a sample's first record, round by round,
// and gathers what the collectors know about each. An error becomes a gap.
package engine

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// Bounds of one sample. A change that needs more is cut, and a gap says so.
const (
	maxRounds  = 12
	maxRecords = 2000
)

// Engine collects changes. It remembers every record of its life, so samples
// that share a record (a batch deployment, a ticket) ask for it once. It is
// safe for use by several goroutines.
type Engine struct {
	collectors map[string]evidence.Collector
	links      Links
	jobs       chan struct{} // a token for each job that may run

	mu      sync.Mutex
	results map[evidence.Ref]*result
}

type result struct {
	once sync.Once
	answer
}

// answer is what one record gave.
type answer struct {
	items []evidence.Item
	gaps  []evidence.Gap
}

// New gives an engine over collectors, each under its own name, that runs at
// most parallel jobs at once.
func New(collectors []evidence.Collector, links Links, parallel int) *Engine {
	e := &Engine{
		collectors: map[string]evidence.Collector{},
		links:      links,
		jobs:       make(chan struct{}, max(1, parallel)),
		results:    map[evidence.Ref]*result{},
	}
	for _, c := range collectors {
		e.collectors[c.Name()] = c
	}
	return e
}

// Record collects one record alone, without following its links.
func (e *Engine) Record(ctx context.Context, ref evidence.Ref) ([]evidence.Item, []evidence.Gap) {
	e.mu.Lock()
	r, ok := e.results[ref]
	if !ok {
		r = new(result)
		e.results[ref] = r
	}
	e.mu.Unlock()
	r.once.Do(func() { r.items, r.gaps = e.collect(ctx, ref) })
	return r.items, r.gaps
}

// collect runs one collector. What it emitted before an error is kept. The
// gaps' times are left to the caller, who knows what "now" is.
func (e *Engine) collect(ctx context.Context, ref evidence.Ref) (items []evidence.Item, gaps []evidence.Gap) {
	c, ok := e.collectors[ref.System]
	if !ok {
		return nil, []evidence.Gap{{Ref: ref, Reason: evidence.NotConfigured,
			Detail: fmt.Sprintf("no system named %q is configured", ref.System)}}
	}
	if !slices.Contains(c.Kinds(), ref.Kind) {
		return nil, []evidence.Gap{{Ref: ref, Collector: c.Name(), Reason: evidence.NotConfigured,
			Detail: fmt.Sprintf("%s keeps no records of the kind %q", c.Name(), ref.Kind)}}
	}
	select {
	case e.jobs <- struct{}{}:
		defer func() { <-e.jobs }()
	case <-ctx.Done():
	}
	if err := ctx.Err(); err != nil {
		return nil, evidence.Gaps(ref, c.Name(), err, time.Time{})
	}
	err := c.Collect(ctx, ref, func(it evidence.Item) error {
		items = append(items, it)
		return ctx.Err()
	})
	return items, evidence.Gaps(ref, c.Name(), err, time.Time{})
}

// Collect gathers everything about one sample. Rounds are barriers: each
// round's records are taken in the order in which they were asked for, so no
// result depends on timing. AsOf and the gaps' times are left to the caller.
//
// Known are records that the caller knows to belong to the change: what only
// the whole period can tell.
func (e *Engine) Collect(ctx context.Context, s evidence.Sample, known ...evidence.Ref) evidence.Change {
	c := evidence.Change{Sample: s}
	asked := map[evidence.Ref]bool{}
	frontier := e.links.start(s)
	for _, ref := range known {
		if !slices.Contains(frontier, ref) {
			frontier = append(frontier, ref)
		}
	}
	for round := 0; len(frontier) > 0; round++ {
		if round == maxRounds || len(asked)+len(frontier) > maxRecords {
			c.Gaps = append(c.Gaps, evidence.Gap{Ref: s.Ref, Part: "linked records", Reason: evidence.Truncated,
				Detail: fmt.Sprintf("links were followed for %d rounds and %d records; %d more were not followed", round, len(asked), len(frontier))})
			break
		}
		for _, ref := range frontier {
			asked[ref] = true
		}
		found := e.round(ctx, frontier)
		frontier = nil
		want := func(refs []evidence.Ref) {
			for _, ref := range refs {
				if !asked[ref] && !slices.Contains(frontier, ref) {
					frontier = append(frontier, ref)
				}
			}
		}
		for _, r := range found {
			c.Items = append(c.Items, r.items...)
			c.Gaps = append(c.Gaps, r.gaps...)
		}
		for _, r := range found {
			for _, it := range r.items {
				want(e.links.follow(s, it))
			}
		}
		want(e.links.signals(&c))
	}
	c.Gaps = append(c.Gaps, e.links.absent(&c)...)
	normalise(&c)
	return c
}

func (e *Engine) round(ctx context.Context, frontier []evidence.Ref) []answer {
	found := make([]answer, len(frontier))
	var wg sync.WaitGroup
	for i, ref := range frontier {
		wg.Go(func() { found[i].items, found[i].gaps = e.Record(ctx, ref) })
	}
	wg.Wait()
	return found
}

// normalise puts the change in an order that depends on its content alone,
// and keeps each record once.
func normalise(c *evidence.Change) {
	slices.SortStableFunc(c.Items, func(a, b evidence.Item) int { return a.Ref.Compare(b.Ref) })
	c.Items = slices.CompactFunc(c.Items, func(a, b evidence.Item) bool { return a.Ref == b.Ref })
	slices.SortStableFunc(c.Gaps, compareGaps)
	c.Gaps = slices.CompactFunc(c.Gaps, func(a, b evidence.Gap) bool { return compareGaps(a, b) == 0 })
}
