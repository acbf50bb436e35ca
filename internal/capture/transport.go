package capture

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// maxQuery bounds a request body.
const maxQuery = 1 << 20

// A transport speaks to one endpoint.
type transport struct {
	s     *Session
	e     Endpoint
	limit *limiter
}

// A flight is a request that is under way; whoever asks the same meanwhile
// waits for it.
type flight struct {
	done chan struct{}
	rec  *record
	err  error
}

// RoundTrip answers a request: from this run's own records, from the source,
// or, offline, from the vault. The response is made from what is recorded,
// always.
func (t *transport) RoundTrip(req *http.Request) (*http.Response, error) {
	body, err := readQuery(req)
	if err != nil {
		return nil, err
	}
	if err := mayAsk(req.Method, req.URL); err != nil {
		return nil, t.explained(req.Context(), req.URL, err)
	}
	ask := t.question(req, body)
	job := JobFrom(req.Context())
	ask.Collector = job.name()
	slot := job.begin()
	rec, err := t.s.lookup(req.Context(), ask, func(ctx context.Context) (*record, error) {
		return t.exchange(ctx, req, body, ask)
	})
	if err != nil {
		return nil, t.explained(req.Context(), req.URL, err)
	}
	resp, err := t.response(req, rec)
	if err != nil {
		return nil, t.explained(req.Context(), req.URL, err)
	}
	job.done(slot, rec.provenance())
	return resp, nil
}

func readQuery(req *http.Request) ([]byte, error) {
	if req.Body == nil || req.Body == http.NoBody {
		return nil, nil
	}
	b, err := io.ReadAll(io.LimitReader(req.Body, maxQuery+1))
	if err := errors.Join(err, req.Body.Close()); err != nil {
		return nil, fmt.Errorf("reading the query to send: %w", err)
	}
	if len(b) > maxQuery {
		return nil, fmt.Errorf("%w: the query is longer than %s", ErrRefused, byteSize(maxQuery))
	}
	return b, nil
}

// mayAsk refuses what would not be safe to send.
func mayAsk(method string, u *url.URL) error {
	if err := safeURL(u); err != nil {
		return err
	}
	if !isRead(method, u.Path) {
		return fmt.Errorf("%w: %s to %s could change something there, and this program only reads", ErrRefused, method, u.Host)
	}
	return nil
}

// safeURL refuses plain HTTP to anything but this machine.
func safeURL(u *url.URL) error {
	switch {
	case u.Host == "" && (u.Scheme == "" || strings.HasPrefix(strings.ToLower(u.Scheme), "http")):
		return fmt.Errorf("%w: the address has no host", ErrRefused)
	case strings.EqualFold(u.Scheme, "https"):
		return nil
	case strings.EqualFold(u.Scheme, "http") && isLoopback(u.Hostname()):
		return nil
	case strings.EqualFold(u.Scheme, "http"):
		return fmt.Errorf("%w: %s would be asked over plain HTTP, where everybody on the way can read along and change the answer: use its https address", ErrRefused, u.Host)
	}
	return fmt.Errorf("%w: sources are asked by https only, not by %q", ErrRefused, u.Scheme)
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}

// isRead reports whether a request reads only. A POST is a read at the
// addresses where the sources take long queries.
func isRead(method, path string) bool {
	switch method {
	case "", http.MethodGet, http.MethodHead:
		return true
	case http.MethodPost:
		for _, end := range []string{
			"/graphql", "/search/jql", "/search", "/search/approximate-count", "/issue/bulkfetch",
			"/query", "/query_range",
		} {
			if strings.HasSuffix(path, end) {
				return true
			}
		}
	}
	return false
}

// question is the part of the record that says what is asked.
func (t *transport) question(req *http.Request, body []byte) *record {
	r := &record{
		System: t.e.System, Method: req.Method,
		URL:        t.s.secrets.cleanURL(req.URL, sameOrigin(req.URL, t.e.BaseURL)),
		Accept:     t.s.secrets.clean(strings.Join(req.Header.Values("Accept"), ", ")),
		APIVersion: req.Header.Get("X-Github-Api-Version"),
		Range:      req.Header.Get("Range"),
	}
	if r.Method == "" {
		r.Method = http.MethodGet
	}
	if len(body) > 0 {
		r.QuerySHA = hashOf(body)
		r.Query = t.s.secrets.clean(strings.ToValidUTF8(string(body), "\uFFFD"))
	}
	return r
}

// response makes what the SDK sees out of a record.
func (t *transport) response(req *http.Request, rec *record) (*http.Response, error) {
	resp := &http.Response{
		Status:     fmt.Sprintf("%d %s", rec.Status, http.StatusText(rec.Status)),
		StatusCode: rec.Status,
		Proto:      "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header:        http.Header{},
		Body:          http.NoBody,
		ContentLength: rec.Size,
		Request:       req,
	}
	for name, values := range rec.Header {
		if name = http.CanonicalHeaderKey(name); !isLimitHeader(name) && name != "Retry-After" {
			resp.Header[name] = append([]string(nil), values...)
		}
	}
	if err := expectJSON(rec); err != nil {
		return nil, err
	}
	if rec.Method == http.MethodHead || rec.SHA256 == "" {
		return resp, nil
	}
	body, err := t.s.vault.body(rec.SHA256, rec.Size)
	if err != nil {
		return nil, err
	}
	resp.Body = body
	return resp, nil
}

// expectJSON refuses a page for people where data was asked for: a login page
// or a proxy's, with a friendly 200.
func expectJSON(rec *record) error {
	if rec.Status < 200 || rec.Status > 299 || !strings.Contains(rec.Accept, "json") || strings.Contains(rec.Accept, "html") {
		return nil
	}
	if strings.HasPrefix(strings.ToLower(strings.TrimSpace(rec.Header.Get("Content-Type"))), "text/html") {
		return ErrWebPage
	}
	return nil
}

// explained makes err one that says what happened, to which host, and what to
// do, without any secret. The end of the caller's own context stays itself.
func (t *transport) explained(ctx context.Context, u *url.URL, err error) error {
	if ctxErr := ctx.Err(); ctxErr != nil {
		return ctxErr
	}
	if _, ok := errors.AsType[*SourceError](err); ok {
		return err
	}
	clean := t.s.secrets.cleanURL(u, sameOrigin(u, t.e.BaseURL))
	se := &SourceError{System: t.e.System, URL: clean}
	switch {
	case errors.Is(err, ErrNotRecorded):
		se.Reason, se.Detail = evidence.NotAsked, err.Error()
	case errors.Is(err, ErrVault):
		se.Reason, se.Detail = evidence.Unreachable, err.Error()
	default:
		se.Reason, se.Detail = explain(u.Host, err)
	}
	se.Detail = t.s.secrets.clean(se.Detail)
	se.Err = &quiet{text: t.s.secrets.clean(innermostText(err)), err: withoutURL(err)}
	return se
}

// withoutURL drops net/http's own wrapping, which holds the address as it was
// sent.
func withoutURL(err error) error {
	if ue, ok := errors.AsType[*url.Error](err); ok {
		return ue.Err
	}
	return err
}

// source gives the bytes of a query anew for each attempt.
func source(body []byte) (io.ReadCloser, error) {
	return io.NopCloser(bytes.NewReader(body)), nil
}
