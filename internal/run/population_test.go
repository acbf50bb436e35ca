package run

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/tickmark-dev/tickmark/internal/config"
	"github.com/tickmark-dev/tickmark/internal/evidence"
	"github.com/tickmark-dev/tickmark/internal/ledger"
	"github.com/tickmark-dev/tickmark/internal/simulate"
	"github.com/tickmark-dev/tickmark/internal/simulate/company"
)

// harbourline serves the sample company and gives a site that reads it on the
// day on which the story ends.
func harbourline(t *testing.T) (*site, *company.Company) {
	t.Helper()
	c := company.New(company.DefaultSeed)
	return served(t, c), c
}

// served serves a company that a test may have changed.
func served(t *testing.T, c *company.Company) *site {
	t.Helper()
	servers, err := simulate.StartAt(t.Context(), c, func() time.Time { return c.Now })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(servers.Close)
	s := &site{dir: t.TempDir(), env: servers.Environment(), begins: c.Now}
	if err := os.WriteFile(filepath.Join(s.dir, simulate.PolicyFile), []byte(simulate.Policy()), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(s.dir, simulate.PeopleFile), []byte(simulate.People(servers)), 0o600); err != nil {
		t.Fatal(err)
	}
	if s.config, err = config.Parse(filepath.Join(s.dir, "tickmark.yaml"), []byte(simulate.Config(servers, s.dir))); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(s.dir, "exhibits"), 0o755); err != nil {
		t.Fatal(err)
	}
	return s
}

// told is everything that a ledger gives, as text.
func everything(t *testing.T, r *Run) string {
	t.Helper()
	l, err := r.required(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	p, err := r.summary(t.Context(), l)
	if err != nil {
		t.Fatal(err)
	}
	entries, err := gathered(l.Changes(t.Context(), ledger.Filter{}))
	if err != nil {
		t.Fatal(err)
	}
	out, err := json.MarshalIndent([]any{p, entries}, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// The population that the collectors list from the sample company's servers is
// what its story tells, and the ledger can be made again without them.
func TestPopulationOfTheSampleCompany(t *testing.T) {
	s, c := harbourline(t)
	r := s.open(t, false)
	if err := r.prove(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if err := r.enumerate(t.Context()); err != nil {
		t.Fatal(err)
	}
	online := everything(t, r)
	p := r.summed
	t.Logf("%d changes, %d data sets, %d requests", p.Size, len(p.Datasets), r.session.Stats().Requests)
	for _, cut := range p.Truncations() {
		t.Errorf("truncated: %s", cut)
	}
	entries := map[string]evidence.Entry{}
	for e, err := range r.ledger.Changes(t.Context(), ledger.Filter{}) {
		if err != nil {
			t.Fatal(err)
		}
		entries[e.ID] = e
	}
	period := evidence.Period{From: c.From, To: c.To}
	planted := 0
	for _, w := range c.Truth.Changes {
		e, ok := entries[w.RecordID()]
		switch {
		case !ok:
			t.Errorf("%s (%s) was not listed", w.ID, w.Title)
		case !e.Deployed.Equal(w.Deployed), e.InPopulation != period.Contains(w.Deployed):
			t.Errorf("%s: deployed %s, in the population %t; want %s", w.ID, e.Deployed, e.InPopulation, w.Deployed)
		case e.InPopulation:
			planted++
		}
	}
	// What is in it besides are tickets that say that they went live: those of
	// nothing, and one that its own push does not name.
	for id, e := range entries {
		if e.InPopulation && e.Kind != evidence.KindTicket && !slices.ContainsFunc(c.Truth.Changes, func(w *company.Change) bool { return w.RecordID() == id }) {
			t.Errorf("%s is in the population, and was not planted", id)
		}
	}
	if planted < 200 || p.Size < planted || p.Size > planted+10 {
		t.Errorf("%d changes in the population, of them %d planted", p.Size, planted)
	}
	orphans := map[string][]string{}
	for _, o := range p.Orphans {
		orphans[o.Kind] = append(orphans[o.Kind], o.Ref.ID)
	}
	for kind, want := range c.Orphans() {
		slices.Sort(orphans[kind])
		if diff := cmp.Diff(want, slices.Compact(orphans[kind]), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("orphans %q (-planted +found):\n%s", kind, diff)
		}
		delete(orphans, kind)
	}
	if len(orphans) > 0 {
		t.Errorf("orphans that were not planted: %v", orphans)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}

	t.Run("offline", func(t *testing.T) {
		if err := os.Remove(s.config.Ledger); err != nil {
			t.Fatal(err)
		}
		s.log.Reset()
		again := s.open(t, true)
		defer again.Close()
		if err := again.prove(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(strings.Split(online, "\n"), strings.Split(everything(t, again), "\n")); diff != "" {
			t.Errorf("the ledger that was made again differs (-online +offline):\n%s", diff)
		}
		if !strings.Contains(s.log.String(), "made from the vault again") {
			t.Errorf("nothing says that the ledger was made again: %s", s.log.String())
		}
	})
	t.Run("damaged", func(t *testing.T) {
		data, err := os.ReadFile(s.config.Ledger)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(s.config.Ledger, data[:len(data)/2], 0o600); err != nil {
			t.Fatal(err)
		}
		s.log.Reset()
		again := s.open(t, true)
		defer again.Close()
		if err := again.prove(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		if everything(t, again) != online {
			t.Error("the ledger that was made again differs")
		}
		if !strings.Contains(s.log.String(), "was damaged") {
			t.Errorf("nothing says that the ledger was damaged: %s", s.log.String())
		}
	})
}
