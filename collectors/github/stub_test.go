package github

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tickmark-dev/tickmark/collectors/collectortest"
	"github.com/tickmark-dev/tickmark/internal/capture"
	"github.com/tickmark-dev/tickmark/internal/evidence"
)

const testToken = "ghp_plantedPlantedPlantedPlantedPlanted12"

// sha gives a commit hash that is easy to tell apart.
func sha(digit string) string { return strings.Repeat(digit, 40) }

// stub is a GitHub server of fixed answers. A request that it has no route for
// fails the test; so does a route that nobody asked for, unless it is optional.
type stub struct {
	*httptest.Server
	mu     sync.Mutex
	routes map[string]http.HandlerFunc // by path and query without per_page=100
	asked  map[string]int
	strict bool
}

func newStub(t *testing.T, routes map[string]any) *stub {
	t.Helper()
	s := &stub{routes: map[string]http.HandlerFunc{}, asked: map[string]int{}}
	for k, v := range routes {
		s.routes[k] = handler(v)
	}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		if q.Get("per_page") == "100" {
			q.Del("per_page")
		}
		key := r.URL.EscapedPath()
		if len(q) > 0 {
			key += "?" + q.Encode()
		}
		s.mu.Lock()
		h, ok := s.routes[key]
		s.asked[key]++
		s.mu.Unlock()
		if !ok {
			t.Errorf("unexpected request %s %s", r.Method, key)
			http.NotFound(w, r)
			return
		}
		if r.Header.Get("Authorization") != "Bearer "+testToken {
			t.Errorf("%s came without the credential", key)
		}
		if got := r.Header.Get("X-GitHub-Api-Version"); got != "2022-11-28" {
			t.Errorf("%s came with API version %q", key, got)
		}
		h(w, r)
	}))
	t.Cleanup(func() {
		s.Close()
		for k := range s.routes {
			if s.strict && s.asked[k] == 0 {
				t.Errorf("nobody asked for %s", k)
			}
		}
	})
	return s
}

// handler makes an answer of a string (JSON), a status, or a function.
func handler(v any) http.HandlerFunc {
	switch v := v.(type) {
	case func(http.ResponseWriter, *http.Request):
		return v
	case int:
		return func(w http.ResponseWriter, _ *http.Request) { fail(w, v, http.StatusText(v)) }
	case string:
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json; charset=utf-8")
			_, _ = io.WriteString(w, v)
		}
	}
	panic(fmt.Sprintf("no handler for %T", v))
}

func fail(w http.ResponseWriter, status int, message string) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]string{"message": message})
}

// with gives base with some routes replaced or added; a nil takes one away.
func with(base map[string]any, changes map[string]any) map[string]any {
	out := map[string]any{}
	for k, v := range base {
		out[k] = v
	}
	for k, v := range changes {
		if out[k] = v; v == nil {
			delete(out, k)
		}
	}
	return out
}

func testConfig(t *testing.T, address string) Config {
	t.Helper()
	base, err := url.Parse(address + "/")
	if err != nil {
		t.Fatal(err)
	}
	web, _ := url.Parse("https://github.example")
	return Config{
		Name: "github", BaseURL: base, WebURL: web, Repositories: []string{"acme/api"}, Production: []string{"production", "prod-*"},
		Authorize: func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+testToken) },
	}
}

func newCollector(t *testing.T, s *capture.Session, c Config) *Collector {
	t.Helper()
	col, err := New(c, s, "0.1.0")
	if err != nil {
		t.Fatal(err)
	}
	return col
}

// collectOne collects a ref of a stub under a proven login.
func collectOne(t *testing.T, routes map[string]any, ref evidence.Ref, change ...func(*Config)) (evidence.Item, []evidence.Gap) {
	t.Helper()
	s := newStub(t, routes)
	session := collectortest.Session(t, t.TempDir(), false)
	session.Authenticated("github", "auditor")
	cfg := testConfig(t, s.URL)
	for _, f := range change {
		f(&cfg)
	}
	c := newCollector(t, session, cfg)
	items, err := collectortest.Collect(context.Background(), t, c, ref)
	gaps := evidence.Gaps(ref, "github", err, time.Time{})
	if len(items) > 1 {
		t.Fatalf("%d items", len(items))
	}
	if len(items) == 0 {
		return evidence.Item{}, gaps
	}
	return items[0], gaps
}

func ref(kind evidence.Kind, id string) evidence.Ref {
	return evidence.Ref{Kind: kind, System: "github", ID: id}
}

func wantGaps(t *testing.T, got []evidence.Gap, want ...string) {
	t.Helper()
	var parts []string
	for _, g := range got {
		parts = append(parts, g.Part+": "+string(g.Reason))
		if g.Detail == "" {
			t.Errorf("the gap %q has no detail", g.Part)
		}
	}
	if fmt.Sprint(parts) != fmt.Sprint(want) {
		t.Errorf("gaps are\n  %s\nwant\n  %s\ndetails: %+v", strings.Join(parts, "\n  "), strings.Join(want, "\n  "), got)
	}
}

// zipOf makes an archive.
func zipOf(t testing.TB, files map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, text := range files {
		w, err := z.Create(name)
		if err == nil {
			_, err = io.WriteString(w, text)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(z.Close()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// storage is a host apart, where GitHub keeps logs and artifacts. It must
// never see the credential.
func storage(t *testing.T, content []byte) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "" {
			t.Error("the credential was sent to another host")
		}
		_, _ = w.Write(content)
	}))
	t.Cleanup(s.Close)
	return s.URL + "/blob?sig=signedSignedSigned"
}

func redirect(to string) func(http.ResponseWriter, *http.Request) {
	return func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, to, http.StatusFound) }
}

// newPlain starts a server without the stub's checks and gives its address.
func newPlain(t *testing.T, h http.Handler) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL
}
