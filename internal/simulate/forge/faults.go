package forge

import (
	"net/http"
	"regexp"
	"strconv"
	"sync"
	"time"
)

// Fault is something that goes wrong on requests whose path matches, for
// tests of what the product does then. The zero fault does nothing.
type Fault struct {
	Path  *regexp.Regexp // matched against method, space and path: "GET /repos/acme/api/pulls/1"
	Skip  int            // that many matching requests are answered properly first
	Times int            // then that many go wrong; for ever where negative

	Status     int           // answered instead; the proper answer where 0
	Body       string        // with Status; GitHub's error for it where ""
	Type       string        // of Body; JSON where ""
	Header     http.Header   // added, such as Retry-After
	RetryAfter int           // seconds, as header
	Delay      time.Duration // before the answer
	Cut        int           // hang up after that many bytes of the body, with its whole length announced

	mu   sync.Mutex
	seen int
}

// due reports whether the fault strikes this request.
func (f *Fault) due(r *http.Request) bool {
	if f.Path == nil || !f.Path.MatchString(r.Method+" "+r.URL.Path) {
		return false
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.seen++
	return f.seen > f.Skip && (f.Times < 0 || f.seen <= f.Skip+f.Times)
}

// inject lets the first fault that is due strike, and reports whether the
// request is thereby answered; if not, the answer goes to the writer given back.
func inject(faults []*Fault, w http.ResponseWriter, r *http.Request) (http.ResponseWriter, bool) {
	for _, f := range faults {
		if !f.due(r) {
			continue
		}
		if f.Delay > 0 {
			select {
			case <-time.After(f.Delay):
			case <-r.Context().Done():
				return w, true
			}
		}
		for k, v := range f.Header {
			w.Header()[k] = v
		}
		if f.RetryAfter > 0 {
			w.Header().Set("Retry-After", strconv.Itoa(f.RetryAfter))
		}
		if f.Cut > 0 {
			w = &cutter{w, f.Cut}
		}
		if f.Status == 0 {
			return w, false
		}
		f.answer(w)
		return w, true
	}
	return w, false
}

func (f *Fault) answer(w http.ResponseWriter) {
	kind, body := f.Type, []byte(f.Body)
	if kind == "" {
		kind = "application/json; charset=utf-8"
	}
	if f.Body == "" {
		body, _ = marshal(object{"message": http.StatusText(f.Status), "documentation_url": "https://docs.github.com/rest", "status": strconv.Itoa(f.Status)})
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(f.Status)
	_, _ = w.Write(body) // the caller hung up: nobody to tell
}

// cutter swallows all but the first bytes, so that the server hangs up on a
// caller who was promised more.
type cutter struct {
	http.ResponseWriter
	left int
}

func (c *cutter) Write(b []byte) (int, error) {
	n := min(len(b), c.left)
	c.left -= n
	if _, err := c.ResponseWriter.Write(b[:n]); err != nil {
		return 0, err
	}
	return len(b), nil
}
