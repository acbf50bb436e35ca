package capture

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// hijack ends the connection in a rude way.
func hijack(t *testing.T, w http.ResponseWriter, raw string) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		t.Error(err)
		return
	}
	_, _ = io.WriteString(conn, raw)
	_ = conn.Close()
}

func TestRetries(t *testing.T) {
	date := time.Date(2026, 1, 1, 9, 0, 0, 0, time.UTC)
	in := func(d time.Duration) string { return strconv.FormatInt(date.Add(d).Unix(), 10) }
	set := func(w http.ResponseWriter, status int, body string, h ...string) {
		w.Header().Set("Date", date.Format(http.TimeFormat))
		for i := 0; i < len(h); i += 2 {
			w.Header().Set(h[i], h[i+1])
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
	type bad func(w http.ResponseWriter)
	status := func(status int, body string, h ...string) bad {
		return func(w http.ResponseWriter) { set(w, status, body, h...) }
	}
	for name, c := range map[string]struct {
		bad      bad
		times    int // bad answers before a good one
		edit     func(*http.Request)
		wantSent int
		status   int // 0: an error
		says     string
		min, max time.Duration // slept in all
	}{
		"500 once":            {bad: status(500, "x"), times: 1, wantSent: 2, status: 200, min: time.Second / 2, max: time.Second},
		"503 four times":      {bad: status(503, "x"), times: 4, wantSent: 5, status: 200, min: 7 * time.Second, max: 8 * time.Second},
		"502 for ever":        {bad: status(502, "x"), times: 99, wantSent: 5, status: 502},
		"503, asks to wait":   {bad: status(503, "x", "Retry-After", "20"), times: 1, wantSent: 2, status: 200, min: 20 * time.Second, max: 20 * time.Second},
		"503, till a date":    {bad: status(503, "x", "Retry-After", date.Add(time.Minute).Format(http.TimeFormat)), times: 1, wantSent: 2, status: 200, min: 50 * time.Second, max: time.Minute},
		"429":                 {bad: status(429, "x", "Retry-After", "7"), times: 1, wantSent: 2, status: 200, min: 7 * time.Second, max: 9 * time.Second},
		"429 without a time":  {bad: status(429, "x"), times: 2, wantSent: 3, status: 200, min: 3 * time.Minute, max: 4 * time.Minute},
		"429 for ever":        {bad: status(429, "x", "Retry-After", "1"), times: 99, wantSent: 9, says: "asked 9 times to come back later"},
		"primary limit":       {bad: status(403, "x", "X-RateLimit-Remaining", "0", "X-RateLimit-Reset", in(10*time.Minute)), times: 1, wantSent: 2, status: 200, min: 10 * time.Minute, max: 11 * time.Minute},
		"primary limit, 429":  {bad: status(429, "x", "X-RateLimit-Remaining", "0", "X-RateLimit-Reset", in(10*time.Minute)), times: 1, wantSent: 2, status: 200, min: 10 * time.Minute, max: 11 * time.Minute},
		"limit till tomorrow": {bad: status(403, "x", "X-RateLimit-Remaining", "0", "X-RateLimit-Reset", in(15*time.Hour)), times: 1, wantSent: 1, says: "takes requests again at 2026-01-02T00:0"},
		"limit of Jira Cloud": {bad: status(429, "x", "X-RateLimit-Remaining", "0", "X-RateLimit-Reset", date.Add(5*time.Minute).Format(time.RFC3339)), times: 1, wantSent: 2, status: 200, min: 5 * time.Minute, max: 6 * time.Minute},
		"secondary, header":   {bad: status(403, "x", "Retry-After", "30"), times: 1, wantSent: 2, status: 200, min: 30 * time.Second, max: 35 * time.Second},
		"secondary, body":     {bad: status(403, `{"message":"You have exceeded a secondary rate limit."}`), times: 1, wantSent: 2, status: 200, min: time.Minute, max: 2 * time.Minute},
		"503 till tomorrow":   {bad: status(503, "x", "Retry-After", "80000"), times: 1, wantSent: 1, says: "takes requests again at 2026-01-02T07:1"},
		"denied":              {bad: status(403, `{"message":"Resource not accessible"}`, "X-RateLimit-Remaining", "4000"), times: 1, wantSent: 1, status: 403},
		"not found":           {bad: status(404, "x"), times: 1, wantSent: 1, status: 404},
		"rejected":            {bad: status(401, "x"), times: 1, wantSent: 1, status: 401},
		"cut short":           {bad: func(w http.ResponseWriter) { set(w, 200, "half", "Content-Length", "100") }, times: 2, wantSent: 3, status: 200},
		"cut short for ever":  {bad: func(w http.ResponseWriter) { set(w, 200, "half", "Content-Length", "100") }, times: 99, wantSent: 5, says: "broke off in the middle"},
		"cut chunks": {bad: func(w http.ResponseWriter) {
			hijack(t, w, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n")
		}, times: 1, wantSent: 2, status: 200},
		"no answer": {bad: func(w http.ResponseWriter) { hijack(t, w, "") }, times: 99, wantSent: 5, says: "closed the connection"},
		"nonsense":  {bad: func(w http.ResponseWriter) { hijack(t, w, "HTTP/9 what\r\n\r\n") }, times: 1, wantSent: 2, status: 200},
		"a query":   {bad: status(500, "x"), times: 1, edit: post(`{"query":"q"}`), wantSent: 2, status: 200},
		"limit inside an answer": {
			bad:   status(200, `{"errors":[{"type":"RATE_LIMITED","message":"API rate limit exceeded"}]}`, "X-RateLimit-Remaining", "0", "X-RateLimit-Reset", in(time.Minute)),
			times: 1, edit: post(`{"query":"q"}`), wantSent: 2, status: 200, min: time.Minute, max: 2 * time.Minute,
		},
		"the word alone is no limit": {bad: status(200, `{"data":{"title":"RATE_LIMITED"},"errors":[{"message":"x"}]}`), times: 9, edit: post(`{"query":"q"}`), wantSent: 1, status: 200},
	} {
		t.Run(name, func(t *testing.T) {
			var mu sync.Mutex
			sent := 0
			srv := serve(t, func(w http.ResponseWriter, r *http.Request) {
				mu.Lock()
				sent++
				n := sent
				mu.Unlock()
				if b, _ := io.ReadAll(r.Body); c.edit != nil && string(b) != `{"query":"q"}` {
					t.Errorf("attempt %d sent %q", n, b)
				}
				if n <= c.times {
					c.bad(w)
					return
				}
				_, _ = io.WriteString(w, "good")
			})
			dir := vaultDir(t)
			r := begin(t, dir, 1, false)
			edit := c.edit
			if edit == nil {
				edit = func(*http.Request) {}
			}
			g, err := r.try(r.client(srv.URL), srv.URL+"/graphql", edit)
			mu.Lock()
			// net/http repeats by itself what was cut off before any answer.
			if sent != c.wantSent && !(name == "no answer" && sent >= c.wantSent) {
				t.Errorf("sent %d times, want %d", sent, c.wantSent)
			}
			mu.Unlock()
			if c.status == 0 {
				if reason, why := ReasonOfError(err); reason != evidence.Unreachable || !strings.Contains(why, c.says) {
					t.Errorf("error %v; %s: %s", err, reason, why)
				}
			} else if err != nil || g.Status != c.status || c.status == 200 && sent > 1 && g.Body != "good" {
				t.Errorf("%+v, %v", g, err)
			}
			if s := r.sleeps.total(); s+2*time.Second < c.min || // the test's clock counts up while it is read
				c.max > 0 && s > c.max {
				t.Errorf("slept %s (%v)", s, r.sleeps.list)
			}
			r.close()
			mustBeSound(t, dir)
		})
	}
}

// Being asked to wait uses up none of the tries that failures have.
func TestWaitsAreNoFailures(t *testing.T) {
	answers := []int{429, 500, 429, 500, 429, 500, 429, 500, 200}
	sent := 0
	srv := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Retry-After", "1")
		w.WriteHeader(answers[sent])
		sent++
	})
	r := begin(t, vaultDir(t), 1, false)
	if g := r.get(r.client(srv.URL), srv.URL); g.Status != 200 {
		t.Errorf("%d after %d requests", g.Status, sent)
	}
	if s := r.Stats(); s.Requests != 9 || s.Retries != 8 {
		t.Errorf("%+v", s)
	}
}

// The pause of one request holds the others of its kind back, once.
func TestLimitHoldsOthersBack(t *testing.T) {
	var sent atomic.Int32
	srv := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if sent.Add(1) == 1 {
			w.Header().Set("Retry-After", "100")
			w.WriteHeader(http.StatusTooManyRequests)
		}
	})
	r := begin(t, vaultDir(t), 1, false)
	c := r.client(srv.URL)
	sleeping, wake := make(chan struct{}, 10), make(chan struct{})
	r.policy.sleep = func(ctx context.Context, d time.Duration) error {
		if d < 80*time.Second {
			t.Errorf("slept only %s", d)
		}
		sleeping <- struct{}{}
		<-wake
		return nil
	}
	var wg sync.WaitGroup
	wg.Go(func() { r.get(c, srv.URL+"/first") })
	<-sleeping
	for i := range 4 {
		wg.Go(func() { r.get(c, srv.URL+fmt.Sprint("/", i)) })
		<-sleeping
	}
	wg.Go(func() { r.get(c, srv.URL+"/graphql", post("q")) }) // counted apart: not held back
	for sent.Load() < 2 {
		time.Sleep(time.Millisecond)
	}
	if n := sent.Load(); n != 2 {
		t.Errorf("%d were sent during the pause", n)
	}
	close(wake)
	wg.Wait()
	if n := sent.Load(); n != 7 {
		t.Errorf("sent %d", n)
	}
}

// The last request of a limit's window makes the next one wait beforehand.
func TestUsedUpLimitIsHeeded(t *testing.T) {
	srv := serve(t, func(w http.ResponseWriter, r *http.Request) {
		now := time.Now()
		w.Header().Set("Date", now.UTC().Format(http.TimeFormat))
		w.Header().Set("X-RateLimit-Remaining", "0")
		w.Header().Set("X-RateLimit-Reset", strconv.FormatInt(now.Add(10*time.Minute).Unix(), 10))
	})
	r := begin(t, vaultDir(t), 1, false)
	c := r.client(srv.URL)
	r.get(c, srv.URL+"/1")
	if r.sleeps.total() != 0 {
		t.Errorf("slept %s before the first", r.sleeps.total())
	}
	r.get(c, srv.URL+"/2")
	if s := r.sleeps.total(); s < 9*time.Minute || s > 11*time.Minute {
		t.Errorf("slept %s", s)
	}
}

// An outage does not cost every request its pauses.
func TestDeadSourceIsNotBegged(t *testing.T) {
	var sent atomic.Int32
	var good atomic.Bool
	srv := serve(t, func(w http.ResponseWriter, r *http.Request) {
		sent.Add(1)
		if !good.Load() {
			w.WriteHeader(http.StatusInternalServerError)
		}
	})
	r := begin(t, vaultDir(t), 1, false)
	c := r.client(srv.URL)
	for i := range 10 {
		r.get(c, srv.URL+fmt.Sprint("/", i))
	}
	if n := sent.Load(); n != 3*5+7 {
		t.Errorf("sent %d", n)
	}
	good.Store(true)
	r.get(c, srv.URL+"/good")
	good.Store(false)
	sent.Store(0)
	r.get(c, srv.URL+"/bad again")
	if n := sent.Load(); n != 5 {
		t.Errorf("after it came back: sent %d", n)
	}
}

func TestConcurrencyIsBounded(t *testing.T) {
	var now, most atomic.Int32
	srv := serve(t, func(w http.ResponseWriter, r *http.Request) {
		n := now.Add(1)
		for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
		}
		time.Sleep(2 * time.Millisecond)
		now.Add(-1)
	})
	r := begin(t, vaultDir(t), 1, false)
	e := Endpoint{System: "sys", BaseURL: mustURL(t, srv.URL), Concurrency: 3}
	a, b := r.Client(e), r.Client(e) // share the bound
	var wg sync.WaitGroup
	for i := range 40 {
		c := a
		if i%2 == 0 {
			c = b
		}
		wg.Go(func() { r.get(c, srv.URL+fmt.Sprint("/", i)) })
	}
	wg.Wait()
	if m := most.Load(); m != 3 {
		t.Errorf("%d at once, want 3", m)
	}
}

func TestStalledBody(t *testing.T) {
	done := make(chan struct{})
	srv := serve(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, "half")
		_ = http.NewResponseController(w).Flush()
		select {
		case <-done:
		case <-r.Context().Done():
		}
	})
	defer close(done)
	r := begin(t, vaultDir(t), 1, false)
	r.policy.idle, r.policy.tries = 30*time.Millisecond, 2
	_, err := r.try(r.client(srv.URL), srv.URL)
	if reason, why := ReasonOfError(err); reason != evidence.Unreachable || !strings.Contains(why, "did not answer in time") {
		t.Errorf("%v; %s: %s", err, reason, why)
	}
	if n := r.Stats().Requests; n != 2 {
		t.Errorf("tried %d times", n)
	}
}

func TestTooLarge(t *testing.T) {
	for _, size := range []int{99, 100, 101, smallBody, 3 * smallBody} {
		srv := serve(t, func(w http.ResponseWriter, r *http.Request) { _, _ = w.Write(make([]byte, size)) })
		for _, limit := range []int64{100, smallBody, 2 * smallBody} {
			dir := vaultDir(t)
			r := begin(t, dir, 1, false)
			c := r.Client(Endpoint{System: "sys", BaseURL: mustURL(t, srv.URL), MaxBody: limit})
			g, err := r.try(c, srv.URL)
			reason, why := ReasonOfError(err)
			switch {
			case int64(size) <= limit && (err != nil || len(g.Body) != size):
				t.Errorf("%d of %d: %v", size, limit, err)
			case int64(size) > limit && (!errors.Is(err, ErrTooLarge) || reason != evidence.Truncated || !strings.Contains(why, byteSize(limit))):
				t.Errorf("%d of %d: %v; %s: %s", size, limit, err, reason, why)
			}
			if n := r.Stats().Requests; n != 1 {
				t.Errorf("asked %d times", n)
			}
			r.close()
			mustBeSound(t, dir)
		}
	}
}

func TestInterrupted(t *testing.T) {
	started := make(chan struct{})
	srv := serve(t, func(w http.ResponseWriter, r *http.Request) { close(started); <-r.Context().Done() })
	dir := vaultDir(t)
	r := begin(t, dir, 1, false)
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-started; cancel() }()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, srv.URL, nil)
	must(t, err)
	_, err = r.client(srv.URL).Do(req)
	if reason, why := ReasonOfError(err); reason != evidence.Canceled || !errors.Is(err, context.Canceled) {
		t.Errorf("%v; %s: %s", err, reason, why)
	}
	r.close()
	mustBeSound(t, dir)
}

func TestOnlyReads(t *testing.T) {
	sent := 0
	srv := serve(t, func(http.ResponseWriter, *http.Request) { sent++ })
	r := begin(t, vaultDir(t), 1, false)
	c := r.client(srv.URL)
	for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete} {
		_, err := r.try(c, srv.URL+"/repos/a/b/issues", func(r *http.Request) { r.Method = method })
		if _, why := ReasonOfError(err); !errors.Is(err, ErrRefused) || !strings.Contains(why, "only reads") {
			t.Errorf("%s: %v", method, err)
		}
	}
	if sent != 0 {
		t.Errorf("%d were sent", sent)
	}
}
