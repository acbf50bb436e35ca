package run

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// desk is a tracker whose every ticket is large. It watches how much of them is
// held at once.
type desk struct {
	t    *testing.T
	most *uint64
}

func (desk) Name() string           { return "jira" }
func (desk) Kinds() []evidence.Kind { return []evidence.Kind{evidence.KindTicket} }
func (d desk) Collect(_ context.Context, ref evidence.Ref, emit func(evidence.Item) error) error {
	if strings.HasSuffix(ref.ID, "00") { // now and then
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		*d.most = max(*d.most, m.HeapAlloc)
	}
	// Each has its own text, so none of it is shared.
	return emit(evidence.Item{Ref: ref, Ticket: &evidence.Ticket{Key: ref.ID, Deployed: day2025(1), Body: evidence.Text{Source: strings.Repeat(ref.ID, 100_000/len(ref.ID))}}})
}

func day2025(n int) time.Time { return time.Date(2025, 3, n, 9, 0, 0, 0, time.UTC) }

// However many tickets no change names, they are not all held at once; each is
// read and counted.
func TestUnnamedTicketsAreReadInBatches(t *testing.T) {
	const n = 3000
	s := newSite(t, "  - {name: jira, kind: jira, url: https://jira.example.com, projects: [OPS], token: {env: T}}\n", map[string]string{"T": "t"})
	r := s.open(t, false)
	defer r.Close()
	var most uint64
	r.sources = []evidence.Collector{desk{t, &most}}
	r.engine = r.newEngine()
	l, err := r.openLedger()
	if err != nil {
		t.Fatal(err)
	}
	load, err := l.Begin(t.Context(), r.cfg.Period, r.cfg.Zone, ledgerScope(r.cfg))
	if err != nil {
		t.Fatal(err)
	}
	for i := range n {
		key := fmt.Sprintf("OPS-%d", i+1)
		if err := load.Item(evidence.Item{Ref: evidence.Ref{Kind: evidence.KindTicket, System: "jira", ID: key}, Ticket: &evidence.Ticket{Key: key, Deployed: day2025(1)}}); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.readUnnamed(t.Context(), load); err != nil {
		t.Fatal(err)
	}
	if err := load.Finish(t.Context()); err != nil {
		t.Fatal(err)
	}
	datasets, err := l.Datasets(t.Context())
	if err != nil || len(datasets) != 1 || datasets[0].Received != n || datasets[0].Queries[0].Pages != n || datasets[0].Totals.MinID != "OPS-1" {
		t.Errorf("data sets %+v, %v", datasets, err)
	}
	if most > 150<<20 { // all of them are 300 MB
		t.Errorf("%d MB were held", most>>20)
	}
}
