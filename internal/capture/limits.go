package capture

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// A policy says how hard the transport tries. Tests make it impatient.
//
// The retries are our own: go-retryablehttp decides before the body is read,
// and a body that is cut short, a 403 whose body alone says that it is a
// limit, and one pause shared by all requests of a system need it afterwards.
type policy struct {
	tries   int           // attempts of one request, where the source fails
	limits  int           // attempts of one request, where the source says "later"
	base    time.Duration // the first pause; it doubles
	most    time.Duration // of one pause after a failure
	total   time.Duration // of all pauses of one request; GitHub's limits reset within an hour
	idle    time.Duration // without a byte of an answer
	sleep   func(context.Context, time.Duration) error
	shorten func(time.Duration) time.Duration // jitter
}

func defaultPolicy(first time.Duration) policy {
	return policy{
		tries: 5, limits: 8,
		base: cmp.Or(first, 500*time.Millisecond), most: 30 * time.Second, total: 65 * time.Minute, idle: time.Minute,
		sleep: sleep,
		shorten: func(d time.Duration) time.Duration {
			return d/2 + rand.N(d/2+1) //nolint:gosec // spreads load; nothing depends on it being unguessable
		},
	}
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// pause is how long to wait after the n-th failure.
func (p policy) pause(n int) time.Duration {
	d := p.base << min(n-1, 20)
	if d > p.most || d <= 0 {
		d = p.most
	}
	return p.shorten(d)
}

// A limiter keeps the requests to one system within bounds.
type limiter struct {
	slots chan struct{}

	mu    sync.Mutex
	until map[string]time.Time // by class of request: nothing is sent before
	dead  int                  // requests in a row that the source did not answer
}

// limiter gives the system's; clients of one system share it.
func (s *Session) limiter(e Endpoint) *limiter {
	s.mu.Lock()
	defer s.mu.Unlock()
	l := s.limiters[e.System]
	if l == nil {
		n := e.Concurrency
		if n <= 0 {
			n = defaultConcurrency
		}
		l = &limiter{slots: make(chan struct{}, n), until: map[string]time.Time{}}
		s.limiters[e.System] = l
	}
	return l
}

func (l *limiter) acquire(ctx context.Context) error {
	select {
	case l.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (l *limiter) release() { <-l.slots }

// hold stops the class until then.
func (l *limiter) hold(class string, until time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if until.After(l.until[class]) {
		l.until[class] = until
	}
}

// waiting is how long the class must still wait.
func (l *limiter) waiting(class string, now time.Time) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	until, ok := l.until[class]
	if !ok {
		return 0
	}
	if !until.After(now) {
		delete(l.until, class)
		return 0
	}
	return until.Sub(now)
}

// waited ends a hold that somebody has sat out.
func (l *limiter) waited(class string, until time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.until[class].After(until) {
		delete(l.until, class)
	}
}

// answered and failed count what the source did with whole requests. A source
// that failed three in a row is asked once a request, not five times, until it
// answers again: an outage must not cost every request its pauses.
func (l *limiter) answered() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.dead = 0
}

func (l *limiter) failed() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.dead++
}

func (l *limiter) seemsDead() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.dead >= 3
}

const classGraphQL = "graphql"

// classOf names the limit that a request counts against: GitHub counts
// searches and GraphQL apart.
func classOf(path string) string {
	switch {
	case strings.HasSuffix(path, "/graphql"):
		return classGraphQL
	case strings.HasPrefix(path, "/search/"), strings.Contains(path, "/api/v3/search/"):
		return "search"
	}
	return ""
}

// isLimited reports whether a response says "too many requests": by its
// status, or as GitHub does, by a 403 with Retry-After, with nothing
// remaining, or whose body says that it is the secondary limit.
func isLimited(status int, h http.Header, body []byte) bool {
	if status == http.StatusTooManyRequests {
		return true
	}
	if status != http.StatusForbidden {
		return false
	}
	text := strings.ToLower(string(body))
	return h.Get("Retry-After") != "" || h.Get("X-Ratelimit-Remaining") == "0" ||
		strings.Contains(text, "secondary rate limit") || strings.Contains(text, "abuse detection mechanism")
}

// isLimitedQuery reports whether a GraphQL answer says so, which it may do
// under a 200: in an error, not in what was asked for.
func isLimitedQuery(status int, body []byte) bool {
	if status != http.StatusOK || !bytes.Contains(body, []byte(`"errors"`)) {
		return false
	}
	var answer struct {
		Errors []struct{ Type, Message string }
	}
	if json.Unmarshal(body, &answer) != nil {
		return false
	}
	for _, e := range answer.Errors {
		if e.Type == "RATE_LIMITED" || strings.Contains(strings.ToLower(e.Message), "secondary rate limit") {
			return true
		}
	}
	return false
}

// limitPause is how long a limited source asks to wait; n counts the times in
// a row. Times are taken against the source's own clock where it tells it.
func limitPause(h http.Header, now time.Time, n int) time.Duration {
	if date, err := http.ParseTime(h.Get("Date")); err == nil {
		now = date
	}
	if d, ok := retryAfter(h, now); ok {
		return d
	}
	if at, ok := resetTime(h, now); ok && h.Get("X-Ratelimit-Remaining") == "0" {
		return max(at.Sub(now), 0) + time.Second
	}
	return time.Minute << min(n-1, 6) // as GitHub asks for where it names no time
}

func retryAfter(h http.Header, now time.Time) (time.Duration, bool) {
	v := strings.TrimSpace(h.Get("Retry-After"))
	if v == "" {
		return 0, false
	}
	if n, err := strconv.ParseFloat(v, 64); err == nil && n >= 0 && n < 1e9 {
		return time.Duration(n * float64(time.Second)), true
	}
	if at, err := http.ParseTime(v); err == nil {
		return max(at.Sub(now), 0), true
	}
	return 0, false
}

// resetTime reads X-RateLimit-Reset: GitHub sends Unix seconds, Jira Cloud
// RFC 3339, others seconds from now.
func resetTime(h http.Header, now time.Time) (time.Time, bool) {
	v := strings.TrimSpace(h.Get("X-Ratelimit-Reset"))
	if v == "" {
		v = strings.TrimSpace(h.Get("Ratelimit-Reset"))
	}
	if n, err := strconv.ParseInt(v, 10, 64); err == nil && n >= 0 {
		if n < 1e8 {
			return now.Add(time.Duration(n) * time.Second), true
		}
		return time.Unix(n, 0), true
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04Z07:00"} {
		if at, err := time.Parse(layout, v); err == nil {
			return at, true
		}
	}
	return time.Time{}, false
}

// a turn is the patience of one request: what it may still wait.
type turn struct {
	t      *transport
	spent  time.Duration
	class  string
	host   string
	limits int
}

// wait sleeps, where the request may still wait that long.
func (w *turn) wait(ctx context.Context, d time.Duration) error {
	p := &w.t.s.policy
	if w.spent+d > p.total {
		return rateLimited(w.host, w.t.s.now().Add(d))
	}
	w.spent += d
	if d >= 10*time.Second {
		w.t.s.log.Debug("waiting", "system", w.t.e.System, "for", d.String())
	}
	if err := p.sleep(ctx, d); err != nil {
		return err
	}
	return nil
}

// ready waits until the class may be sent again.
func (w *turn) ready(ctx context.Context) error {
	now := w.t.s.now()
	d := w.t.limit.waiting(w.class, now)
	if d == 0 {
		return nil
	}
	if err := w.wait(ctx, d); err != nil {
		return err
	}
	w.t.limit.waited(w.class, now.Add(d))
	return nil
}

// limited takes note of a limit. It gives an error where it lies too far off.
func (w *turn) limited(h http.Header) error {
	w.limits++
	now := w.t.s.now()
	d := limitPause(h, now, w.limits)
	if w.limits > w.t.s.policy.limits {
		return fmt.Errorf("%w: %s asked %d times to come back later: run again later; what was recorded is kept", ErrRateLimited, w.host, w.limits)
	}
	if w.spent+d > w.t.s.policy.total {
		return rateLimited(w.host, now.Add(d))
	}
	// The jitter keeps those who wait from coming back as one.
	until := now.Add(d + w.t.s.policy.shorten(time.Second))
	w.t.limit.hold(w.class, until)
	w.t.s.log.Warn("the source asks to wait", "system", w.t.e.System, "until", until.Format(time.RFC3339))
	return nil
}
