// Package collectortest is the conformance suite that every collector passes,
// and servers of recorded data for the tests of collectors and of whole runs.
package collectortest

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tickmark-dev/tickmark/internal/capture"
	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// Tool is what the suite's sessions call themselves.
const Tool = "tickmark test"

// Options says what the suite runs on.
type Options struct {
	// New makes the collector over a session. The source behind it must be
	// able to answer for every ref. It is called once for each session.
	New func(s *capture.Session) evidence.Collector
	// Unreachable makes the collector for a source that does not answer; nil
	// where a collector has no such thing.
	Unreachable func(s *capture.Session) evidence.Collector
	// Refs are collected, each in every check. Each must give an item.
	Refs []evidence.Ref
	// Missing are refs that the source does not have. Each must give an error
	// and no item.
	Missing []evidence.Ref
	// Token is a credential that New configures. It may occur nowhere.
	Token string
}

// Run holds a collector to what evidence.Collector promises.
func Run(t *testing.T, o Options) {
	t.Helper()
	if len(o.Refs) == 0 {
		t.Fatal("the conformance suite needs at least one ref")
	}
	type check struct {
		name string
		run  func(*testing.T, Options)
	}
	checks := []check{
		{"items agree with their refs", itemsAgree},
		{"kinds are declared", kindsDeclared},
		{"missing records are errors", missingAreErrors},
		{"the error of emit stops collection", emitErrorStops},
		{"a canceled context is a canceled gap", canceled},
		{"several goroutines get what one gets", concurrent},
		{"offline gives what online gave", offline},
	}
	if o.Unreachable != nil {
		checks = append(checks, check{"an unreachable source is an error", unreachable})
	}
	if o.Token != "" {
		checks = append(checks, check{"the token occurs nowhere", tokenHidden})
	}
	for _, c := range checks {
		t.Run(c.name, func(t *testing.T) { c.run(t, o) })
	}
}

// Session opens a session over a vault in dir that is closed with the test.
// Its clock stands at noon UTC of 2026-01-15 and moves a second a reading.
func Session(t *testing.T, dir string, offline bool) *capture.Session {
	t.Helper()
	var mu sync.Mutex
	now := time.Date(2026, 1, 15, 12, 0, 0, 0, time.UTC)
	s, err := capture.Open(context.Background(), capture.Options{
		Dir: dir, Offline: offline, Tool: Tool, Log: slog.New(slog.DiscardHandler),
		Now: func() time.Time {
			mu.Lock()
			defer mu.Unlock()
			now = now.Add(time.Second)
			return now
		},
	})
	if err != nil {
		t.Fatalf("open a session: %v", err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// Collect gives what a collector emits for a ref, with its error. An item that
// breaks the rules of evidence.Item fails the test.
func Collect(ctx context.Context, t *testing.T, c evidence.Collector, ref evidence.Ref) ([]evidence.Item, error) {
	t.Helper()
	var items []evidence.Item
	job := capture.NewJob(c.Name() + " test")
	err := c.Collect(capture.WithJob(ctx, job), ref, func(it evidence.Item) error {
		items = append(items, it)
		return nil
	})
	for _, it := range items {
		checkItem(t, it, job.Provenance())
	}
	return items, err
}

func checkItem(t *testing.T, it evidence.Item, recorded []evidence.Provenance) {
	t.Helper()
	if set := Records(it); len(set) != 1 || set[0] != it.Ref.Kind {
		t.Errorf("item %s has the records %v, want exactly its own kind", it.Ref, set)
	}
	if len(it.Provenance) == 0 {
		t.Errorf("item %s has no provenance", it.Ref)
	}
	for _, p := range it.Provenance {
		if p.System != it.Ref.System || p.URL == "" || p.RetrievedAt.IsZero() || len(p.SHA256) != 64 {
			t.Errorf("item %s has a provenance that does not say where it comes from: %+v", it.Ref, p)
		}
	}
	if len(recorded) == 0 {
		t.Errorf("item %s: its requests were not recorded for the job of the context", it.Ref)
	}
	for _, l := range it.Links {
		if _, err := evidence.ParseRef(l.String()); err != nil {
			t.Errorf("item %s has a link that names nothing: %v", it.Ref, err)
		}
	}
}

// Records gives the kinds of the record fields that are set in an item.
func Records(it evidence.Item) []evidence.Kind {
	fields := []struct {
		kind evidence.Kind
		set  bool
	}{
		{evidence.KindTicket, it.Ticket != nil},
		{evidence.KindPullRequest, it.PullRequest != nil},
		{evidence.KindCommit, it.Commit != nil},
		{evidence.KindChecks, it.Checks != nil},
		{evidence.KindBuild, it.Build != nil},
		{evidence.KindDeployment, it.Deployment != nil},
		{evidence.KindBranchRules, it.BranchRules != nil},
		{evidence.KindRuleHistory, it.RuleHistory != nil},
		{evidence.KindEnvironment, it.Environment != nil},
		{evidence.KindMention, it.Mention != nil},
		{evidence.KindSignal, it.Signal != nil},
		{evidence.KindExhibit, it.Exhibit != nil},
	}
	var kinds []evidence.Kind
	for _, f := range fields {
		if f.set {
			kinds = append(kinds, f.kind)
		}
	}
	return kinds
}

func itemsAgree(t *testing.T, o Options) {
	c := o.New(Session(t, t.TempDir(), false))
	for _, ref := range o.Refs {
		if ref.System != c.Name() {
			t.Errorf("ref %s is not of the system %q", ref, c.Name())
		}
		items, err := Collect(t.Context(), t, c, ref)
		if len(items) == 0 {
			t.Errorf("%s gave no item: %v", ref, err)
			continue
		}
		if !slices.ContainsFunc(items, func(it evidence.Item) bool { return it.Ref == ref }) {
			t.Errorf("%s gave items of other refs only: %s", ref, items[0].Ref)
		}
	}
}

func kindsDeclared(t *testing.T, o Options) {
	c := o.New(Session(t, t.TempDir(), false))
	emitted := map[evidence.Kind]bool{}
	for _, ref := range o.Refs {
		items, _ := Collect(t.Context(), t, c, ref)
		for _, it := range items {
			emitted[it.Ref.Kind] = true
			if !slices.Contains(c.Kinds(), it.Ref.Kind) {
				t.Errorf("%s gave an item of the undeclared kind %q", ref, it.Ref.Kind)
			}
		}
	}
	for _, k := range c.Kinds() {
		if !emitted[k] {
			t.Errorf("kind %q is declared and no ref of the suite gave an item of it", k)
		}
	}
	refused := evidence.Ref{Kind: "no such kind", System: c.Name(), ID: "x"}
	if items, err := Collect(t.Context(), t, c, refused); err == nil || len(items) > 0 {
		t.Errorf("an unknown kind gave %d items and the error %v, want an error alone", len(items), err)
	}
}

func missingAreErrors(t *testing.T, o Options) {
	c := o.New(Session(t, t.TempDir(), false))
	for _, ref := range o.Missing {
		items, err := Collect(t.Context(), t, c, ref)
		if err == nil || len(items) > 0 {
			t.Errorf("%s gave %d items and the error %v, want an error alone", ref, len(items), err)
		}
	}
}

func emitErrorStops(t *testing.T, o Options) {
	c := o.New(Session(t, t.TempDir(), false))
	stop := errors.New("stop here")
	for _, ref := range o.Refs {
		calls := 0
		err := c.Collect(t.Context(), ref, func(evidence.Item) error { calls++; return stop })
		if !errors.Is(err, stop) || calls != 1 {
			t.Errorf("%s: emit failed and was called %d times, error %v; want one call and that error", ref, calls, err)
		}
	}
}

func canceled(t *testing.T, o Options) {
	c := o.New(Session(t, t.TempDir(), false))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, ref := range o.Refs {
		begun := time.Now()
		err := c.Collect(ctx, ref, func(evidence.Item) error { return nil })
		if took := time.Since(begun); took > 2*time.Second {
			t.Errorf("%s took %v to notice that it was canceled", ref, took)
		}
		gaps := evidence.Gaps(ref, c.Name(), err, time.Time{})
		if len(gaps) == 0 {
			t.Errorf("%s: canceled and no error", ref)
		}
		for _, g := range gaps {
			if g.Reason != evidence.Canceled {
				t.Errorf("%s: canceled and the gap says %q: %s", ref, g.Reason, g.Detail)
			}
		}
	}
}

func unreachable(t *testing.T, o Options) {
	// Retrying is the transport's; a deadline keeps the check short.
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
	defer cancel()
	c := o.Unreachable(Session(t, t.TempDir(), false))
	items, err := Collect(ctx, t, c, o.Refs[0])
	if err == nil || len(items) > 0 {
		t.Errorf("an unreachable source gave %d items and the error %v, want an error alone", len(items), err)
	}
}

func concurrent(t *testing.T, o Options) {
	dir := t.TempDir()
	one := collectAll(t, o.New(Session(t, dir, false)), o.Refs)
	c := o.New(Session(t, t.TempDir(), false))
	got := make([][]evidence.Item, 3*len(o.Refs))
	var wg sync.WaitGroup
	for i := range got {
		wg.Go(func() {
			_ = c.Collect(t.Context(), o.Refs[i%len(o.Refs)], func(it evidence.Item) error {
				got[i] = append(got[i], it)
				return nil
			})
		})
	}
	wg.Wait()
	for i, items := range got {
		ref := o.Refs[i%len(o.Refs)]
		if diff := cmp.Diff(untimed(one[ref].items), untimed(items)); diff != "" {
			t.Errorf("%s collected at once with others differs (-alone +together):\n%s", ref, diff)
		}
	}
}

type collected struct {
	items []evidence.Item
	gaps  []evidence.Gap
}

func collectAll(t *testing.T, c evidence.Collector, refs []evidence.Ref) map[evidence.Ref]collected {
	t.Helper()
	all := map[evidence.Ref]collected{}
	for _, ref := range refs {
		items, err := Collect(t.Context(), t, c, ref)
		all[ref] = collected{items, evidence.Gaps(ref, c.Name(), err, time.Time{})}
	}
	return all
}

// untimed takes away what depends on who asked, when and in which order.
func untimed(items []evidence.Item) []evidence.Item {
	var out []evidence.Item
	for _, it := range items {
		it.Provenance = slices.Clone(it.Provenance)
		for i := range it.Provenance {
			it.Provenance[i].Collector = ""
			it.Provenance[i].RetrievedAt, it.Provenance[i].ConfirmedAt = time.Time{}, time.Time{}
		}
		out = append(out, it)
	}
	return out
}

func offline(t *testing.T, o Options) {
	dir := t.TempDir()
	s := Session(t, dir, false)
	online := collectAll(t, o.New(s), o.Refs)
	if err := s.Close(); err != nil {
		t.Fatalf("close the session: %v", err)
	}
	again := Session(t, dir, true)
	for ref, got := range collectAll(t, o.New(again), o.Refs) {
		if diff := cmp.Diff(online[ref].items, got.items); diff != "" {
			t.Errorf("%s: offline items differ (-online +offline):\n%s", ref, diff)
		}
		if diff := cmp.Diff(reasons(online[ref].gaps), reasons(got.gaps)); diff != "" {
			t.Errorf("%s: offline gaps differ (-online +offline):\n%s", ref, diff)
		}
	}
}

func reasons(gaps []evidence.Gap) []string {
	var out []string
	for _, g := range gaps {
		out = append(out, g.Part+": "+string(g.Reason))
	}
	return out
}

func tokenHidden(t *testing.T, o Options) {
	c := o.New(Session(t, t.TempDir(), false))
	for _, ref := range slices.Concat(o.Refs, o.Missing) {
		items, err := Collect(t.Context(), t, c, ref)
		text, marshalErr := json.Marshal(items)
		if marshalErr != nil {
			t.Fatalf("%s: items do not become JSON: %v", ref, marshalErr)
		}
		if strings.Contains(string(text), o.Token) {
			t.Errorf("%s: the token occurs in an item", ref)
		}
		if err != nil && strings.Contains(err.Error(), o.Token) {
			t.Errorf("%s: the token occurs in the error", ref)
		}
	}
}
