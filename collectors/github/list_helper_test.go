package github

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tickmark-dev/tickmark/internal/capture"
	"github.com/tickmark-dev/tickmark/internal/evidence"
	"github.com/tickmark-dev/tickmark/internal/simulate/forge"
	"github.com/tickmark-dev/tickmark/internal/simulate/forge/schematest"
)

// hub is a GitHub of package forge with an ear for what it is asked.
type hub struct {
	*httptest.Server
	clock time.Time

	mu     sync.Mutex
	asked  []string                                             // by name: "Merged", "GET repos/…"
	before func(n int, name string, r *http.Request)            // each request, which it may change
	answer func(n int, name string, w http.ResponseWriter) bool // instead of the forge, where true
}

// newHub serves a forge. Where nothing is to be answered wrongly, each answer
// is held to GitHub's published descriptions.
func newHub(t testing.TB, f *forge.Forge, reader *forge.User, now time.Time, faulty bool) *hub {
	t.Helper()
	h := &hub{clock: now}
	next := f.Handler(forge.Options{Tokens: map[string]forge.Token{testToken: {User: reader, Scopes: []string{"repo"}, Admin: true}}, Now: func() time.Time { return now }})
	if !faulty {
		next = schematest.Validating(t, next)
	}
	h.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := r.Method + " " + r.URL.Path
		if r.Method == http.MethodPost {
			body, _ := io.ReadAll(r.Body)
			var q struct{ Query string }
			_ = json.Unmarshal(body, &q)
			name = q.Query[:strings.IndexAny(q.Query, "({")]
			name = strings.TrimSpace(strings.TrimPrefix(name, "query "))
			r.Body = io.NopCloser(bytes.NewReader(body))
		}
		h.mu.Lock()
		h.asked = append(h.asked, name)
		n := len(h.asked)
		for _, x := range h.asked[:n-1] {
			if x != name {
				n--
			}
		}
		h.mu.Unlock() // n is how often this was asked
		if h.before != nil {
			h.before(n, name, r)
		}
		if h.answer == nil || !h.answer(n, name, w) {
			next.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(h.Close)
	return h
}

// count says how often something was asked; "" for all.
func (h *hub) count(name string) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	n := 0
	for _, a := range h.asked {
		if name == "" || a == name {
			n++
		}
	}
	return n
}

// listed is what a listing gave.
type listed struct {
	items map[evidence.Ref]evidence.Item
	ipes  map[string]evidence.IPE // by the words before " of "
	all   []evidence.IPE
	err   error
}

// list lists with a session over dir, whose clock is the hub's.
func (h *hub) list(t testing.TB, dir string, offline bool, p evidence.Period, change ...func(*Config)) listed {
	t.Helper()
	clock := h.clock
	var mu sync.Mutex
	s, err := capture.Open(context.Background(), capture.Options{Dir: dir, Offline: offline, Tool: "tickmark test", Log: quietLog(), Now: func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		clock = clock.Add(time.Millisecond)
		return clock
	}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}()
	if !offline {
		s.Authenticated("github", "auditor")
	}
	base, _ := url.Parse(h.URL + "/")
	cfg := Config{
		Name: "github", BaseURL: base, Repositories: []string{"acme/api"}, Production: []string{"production"},
		Authorize: func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+testToken) },
	}
	for _, f := range change {
		f(&cfg)
	}
	c, err := New(cfg, s, "0.1.0")
	if err != nil {
		t.Fatal(err)
	}
	out := listed{items: map[evidence.Ref]evidence.Item{}, ipes: map[string]evidence.IPE{}}
	out.all, out.err = c.List(context.Background(), p, func(it evidence.Item) error {
		if it.Ref.Kind != evidence.KindChecks { // a head may be of several pull requests
			if _, again := out.items[it.Ref]; again {
				t.Errorf("%s was emitted twice", it.Ref)
			}
		}
		for _, from := range it.Provenance {
			if from.SHA256 == "" || from.RetrievedAt.IsZero() || from.Collector != "github 0.1.0" {
				t.Errorf("%s comes from %+v", it.Ref, from)
			}
		}
		if len(it.Provenance) == 0 {
			t.Errorf("%s comes from nowhere", it.Ref)
		}
		out.items[it.Ref] = it
		return nil
	})
	for _, ipe := range out.all {
		kind, _, _ := strings.Cut(ipe.Dataset, " of ")
		out.ipes[kind] = ipe
		excluded := 0
		for _, e := range ipe.Exclusions {
			excluded += len(e.IDs)
		}
		if ipe.Received != ipe.Rows+ipe.Duplicates+excluded {
			t.Errorf("%s: %d received are not %d rows, %d duplicates and %d excluded", ipe.Dataset, ipe.Received, ipe.Rows, ipe.Duplicates, excluded)
		}
	}
	return out
}

// ids gives the IDs of a kind, without what they have in common.
func (l listed) ids(kind evidence.Kind) []string {
	var out []string
	for ref := range l.items {
		if ref.Kind == kind {
			out = append(out, ref.ID)
		}
	}
	slices.Sort(out)
	return out
}

// truncations gives all of them.
func (l listed) truncations() []string {
	var out []string
	for _, ipe := range l.all {
		out = append(out, ipe.Truncations...)
	}
	return out
}

func wantCut(t *testing.T, l listed, want ...string) {
	t.Helper()
	got := l.truncations()
	if l.err != nil {
		t.Errorf("listing: %v", l.err)
	}
	for _, w := range want {
		if !slices.ContainsFunc(got, func(g string) bool { return strings.Contains(g, w) }) {
			t.Errorf("no truncation says %q; there are\n  %s", w, strings.Join(got, "\n  "))
		}
	}
	if len(want) == 0 && len(got) > 0 {
		t.Errorf("truncations:\n  %s", strings.Join(got, "\n  "))
	}
}

// shop is a repository to be filled, with an ear for its server.
type shop struct{ *forge.Shop }

func newShop() *shop { return &shop{forge.NewShop()} }

func clock(s string) time.Time {
	v, err := time.Parse(time.RFC3339, s)
	if err != nil {
		panic(err)
	}
	return v
}

func (s *shop) hub(t testing.TB, faulty bool) *hub {
	t.Helper()
	return newHub(t, s.Forge, s.Ana, clock("2026-12-01T00:00:00Z"), faulty)
}

func month(m int) time.Time { return time.Date(2026, time.Month(m), 1, 0, 0, 0, 0, time.UTC) }

func quarter() evidence.Period { return evidence.Period{From: month(4), To: month(7)} }

// collector gives a collector of the hub's to collect with.
func (h *hub) collector(t testing.TB, dir string, change ...func(*Config)) (*Collector, func()) {
	t.Helper()
	s, err := capture.Open(context.Background(), capture.Options{Dir: dir, Tool: "tickmark test", Log: quietLog(), Now: func() time.Time { return h.clock }})
	if err != nil {
		t.Fatal(err)
	}
	s.Authenticated("github", "auditor")
	base, _ := url.Parse(h.URL + "/")
	cfg := Config{
		Name: "github", BaseURL: base, Repositories: []string{"acme/api"}, Production: []string{"production"},
		Authorize: func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+testToken) },
	}
	for _, f := range change {
		f(&cfg)
	}
	c, err := New(cfg, s, "0.1.0")
	if err != nil {
		t.Fatal(err)
	}
	return c, func() { _ = s.Close() }
}

// pullID gives the global id of pull request 1.
func pullID(h *hub, t testing.TB) string {
	req, _ := http.NewRequest(http.MethodGet, h.URL+"/repos/acme/api/pulls/1", nil)
	req.Header.Set("Authorization", "Bearer "+testToken)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Error(err)
		return ""
	}
	defer resp.Body.Close()
	var p struct {
		NodeID string `json:"node_id"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&p); err != nil {
		t.Error(err)
	}
	return p.NodeID
}
