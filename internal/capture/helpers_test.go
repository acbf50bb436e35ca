package capture

import (
	"bytes"
	"context"
	"io"
	"log"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// clock counts up by a second each time it is read.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func newClock(day int) *clock {
	return &clock{t: time.Date(2026, 1, day, 9, 0, 0, 0, time.UTC)}
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(time.Second)
	return c.t
}

// sleeps notes what would have been slept.
type sleeps struct {
	mu   sync.Mutex
	list []time.Duration
}

func (s *sleeps) sleep(ctx context.Context, d time.Duration) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.list = append(s.list, d)
	return ctx.Err()
}

func (s *sleeps) total() time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	var sum time.Duration
	for _, d := range s.list {
		sum += d
	}
	return sum
}

type run struct {
	*Session
	t      *testing.T
	sleeps *sleeps
	logs   *bytes.Buffer
}

// begin opens a run on the given day that does not really sleep.
func begin(t *testing.T, dir string, day int, offline bool) *run {
	t.Helper()
	r := &run{t: t, sleeps: &sleeps{}, logs: &bytes.Buffer{}}
	log := slog.New(slog.NewTextHandler(&lockedWriter{w: r.logs}, &slog.HandlerOptions{Level: slog.LevelDebug}))
	s, err := Open(t.Context(), Options{Dir: dir, Offline: offline, Tool: "tickmark test", Now: newClock(day).now, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	s.policy.sleep = r.sleeps.sleep
	s.policy.shorten = func(d time.Duration) time.Duration { return d }
	r.Session = s
	t.Cleanup(func() { _ = s.Close() })
	return r
}

type lockedWriter struct {
	mu sync.Mutex
	w  io.Writer
}

func (w *lockedWriter) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.w.Write(p)
}

func (r *run) close() {
	r.t.Helper()
	if err := r.Close(); err != nil {
		r.t.Fatal(err)
	}
}

// got is all that a collector can see of an answer.
type got struct {
	Status     int
	Body       string
	Header     http.Header
	Provenance []evidence.Provenance
}

func (r *run) client(base string) *http.Client {
	return r.Client(Endpoint{System: "sys", BaseURL: mustURL(r.t, base)})
}

func mustURL(t *testing.T, s string) *url.URL {
	t.Helper()
	u, err := url.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// try sends a GET, or a POST where there is a body, within a job of its own.
func (r *run) try(c *http.Client, address string, edit ...func(*http.Request)) (got, error) {
	r.t.Helper()
	job := NewJob("collector 1.0")
	req, err := http.NewRequestWithContext(WithJob(r.t.Context(), job), http.MethodGet, address, nil)
	if err != nil {
		r.t.Fatal(err)
	}
	for _, f := range edit {
		f(req)
	}
	resp, err := c.Do(req)
	if err != nil {
		return got{Provenance: job.Provenance()}, err
	}
	b, err := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	return got{resp.StatusCode, string(b), resp.Header, job.Provenance()}, err
}

func (r *run) get(c *http.Client, address string, edit ...func(*http.Request)) got {
	r.t.Helper()
	g, err := r.try(c, address, edit...)
	if err != nil {
		r.t.Fatalf("%s: %v", address, err)
	}
	return g
}

func header(name, value string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set(name, value) }
}

func post(body string) func(*http.Request) {
	return func(r *http.Request) {
		r.Method, r.Body = http.MethodPost, io.NopCloser(strings.NewReader(body))
	}
}

func serve(t *testing.T, h http.HandlerFunc) *httptest.Server {
	t.Helper()
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	return srv
}

func vaultDir(t *testing.T) string {
	t.Helper()
	return filepath.Join(t.TempDir(), "vault")
}

// vaultText gives every file of the vault by its path, uncompressed.
func vaultText(t *testing.T, dir string) map[string]string {
	t.Helper()
	dec, err := zstd.NewReader(nil)
	if err != nil {
		t.Fatal(err)
	}
	defer dec.Close()
	out := map[string]string{}
	err = filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if strings.HasSuffix(path, ".zst") {
			if b, err = dec.DecodeAll(b, nil); err != nil {
				return err
			}
		}
		rel, err := filepath.Rel(dir, path)
		out[filepath.ToSlash(rel)] = string(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func check(t *testing.T, dir string) CheckReport {
	t.Helper()
	rep, err := Check(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	return rep
}

func mustBeSound(t *testing.T, dir string) CheckReport {
	t.Helper()
	rep := check(t, dir)
	if len(rep.Problems) > 0 {
		t.Fatalf("the vault has problems: %q", rep.Problems)
	}
	return rep
}

func discard() *slog.Logger { return slog.New(slog.DiscardHandler) }

func newDiscardLog() *log.Logger { return log.New(io.Discard, "", 0) }
