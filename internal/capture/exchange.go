package capture

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"
)

const maxRedirects = 10

func newBaseTransport() *http.Transport {
	return &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		ForceAttemptHTTP2:      true,
		MaxResponseHeaderBytes: 256 << 10,
		MaxIdleConns:           64,
		MaxIdleConnsPerHost:    16,
		IdleConnTimeout:        90 * time.Second,
		TLSHandshakeTimeout:    15 * time.Second,
		ResponseHeaderTimeout:  2 * time.Minute,
		ExpectContinueTimeout:  time.Second,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
	}
}

// An outcome is what one attempt brought.
type outcome struct {
	status int
	header http.Header // as received
	final  *url.URL
	body   *staged // nil where the status is 304
}

// exchange asks the source until it answers or patience ends, and records
// what came of it. A response that is no answer is given with its record; an
// error means that there is nothing to give.
func (t *transport) exchange(ctx context.Context, req *http.Request, query []byte, ask *record) (*record, error) {
	prior := t.s.validator(t.e, ask)
	w := &turn{t: t, class: classOf(req.URL.Path), host: req.URL.Host}
	replace := false
	for try, sent := 1, 1; ; sent++ {
		if err := w.ready(ctx); err != nil {
			return nil, t.noAnswer(ctx, ask, sent, nil, err)
		}
		out, err := t.attempt(ctx, req, query, prior)
		t.s.stats.requests.Add(1)
		if sent > 1 {
			t.s.stats.retries.Add(1)
		}
		if prior != nil && out != nil && out.status == http.StatusNotModified {
			rec, err := t.confirm(ask, prior, out, sent)
			if err == nil || t.s.Err() != nil {
				return rec, err
			}
			// The recorded body cannot be read: get it anew and mend the vault.
			prior, replace = nil, true
			t.s.log.Warn("a recorded body is damaged and is fetched again", "url", ask.URL, "error", err)
			continue
		}
		last := try >= t.s.policy.tries || t.limit.seemsDead()
		switch {
		case err != nil:
			if last || ctx.Err() != nil || !retryable(err) {
				t.limit.failed()
				return nil, t.noAnswer(ctx, ask, sent, nil, err)
			}
			if err := t.failedTry(ctx, ask, sent, err.Error(), 0); err != nil {
				return nil, err
			}
		case isLimited(out.status, out.header, out.body.memory), w.class == classGraphQL && isLimitedQuery(out.status, out.body.memory):
			out.body.discard()
			if err := w.limited(out.header); err != nil {
				return nil, t.noAnswer(ctx, ask, sent, out, err)
			}
			if err := t.failedTry(ctx, ask, sent, "rate limit", out.status); err != nil {
				return nil, err
			}
			continue // being asked to wait is no failure
		case out.status >= 500 && !last:
			out.body.discard()
			if err := t.failedTry(ctx, ask, sent, http.StatusText(out.status), out.status); err != nil {
				return nil, err
			}
		default:
			if out.status >= 500 {
				t.limit.failed()
			} else {
				t.limit.answered()
			}
			t.heed(out, w)
			return t.keep(ask, out, sent, replace)
		}
		if err := t.pause(ctx, w, out, try); err != nil {
			return nil, t.noAnswer(ctx, ask, sent, nil, err)
		}
		try++
	}
}

// pause waits before the next try, as long as the source asks for where it
// does.
func (t *transport) pause(ctx context.Context, w *turn, out *outcome, try int) error {
	d := t.s.policy.pause(try)
	if out != nil {
		if asked, ok := retryAfter(out.header, t.s.now()); ok {
			d = max(d, asked)
		}
	}
	return w.wait(ctx, d)
}

// heed stops the class beforehand where this was the last request that the
// source takes for now.
func (t *transport) heed(out *outcome, w *turn) {
	if out.header.Get("X-Ratelimit-Remaining") != "0" {
		return
	}
	now := t.s.now()
	server := now
	if date, err := http.ParseTime(out.header.Get("Date")); err == nil {
		server = date
	}
	if at, ok := resetTime(out.header, server); ok && at.After(server) {
		t.limit.hold(w.class, now.Add(at.Sub(server)+time.Second))
	}
}

// keep records a response: the body first, then the line that names it.
func (t *transport) keep(ask *record, out *outcome, sent int, replace bool) (*record, error) {
	rec := t.recordOf(ask, out, sent)
	rec.Kind = kindAnswer
	if out.status >= 500 || out.status == http.StatusUnauthorized || out.status == http.StatusNotModified || out.status == http.StatusProxyAuthRequired || expectJSON(rec) != nil {
		rec.Kind, rec.Error = kindFailure, http.StatusText(out.status)
	}
	if err := expectJSON(rec); err != nil {
		rec.Error = err.Error()
	}
	rec.SHA256, rec.Size = out.body.sha, out.body.size
	if err := out.body.commit(replace); err != nil {
		return nil, t.s.fail(err)
	}
	t.s.stats.bytes.Add(out.body.size)
	if rec.success() {
		t.s.stats.downloads.Add(1)
	}
	if _, err := t.s.append(rec); err != nil {
		return nil, err
	}
	t.s.log.Debug("recorded", "system", rec.System, "method", rec.Method, "url", rec.URL, "status", rec.Status, "size", rec.Size, "attempt", sent)
	return rec, nil
}

func (t *transport) recordOf(ask *record, out *outcome, sent int) *record {
	rec := *ask
	rec.Time, rec.Attempt, rec.RetrievedBy = t.s.now(), sent, t.s.Principal(t.e.System)
	if out != nil {
		rec.Status = out.status
		rec.Header = t.s.secrets.recordHeader(out.header, func(v string) string { return t.cleanLocation(out.final, v) })
		if final := t.cleanTarget(out.final); final != rec.URL {
			rec.FinalURL = final
		}
	}
	return &rec
}

func (t *transport) cleanTarget(u *url.URL) string {
	return t.s.secrets.cleanURL(u, sameOrigin(u, t.e.BaseURL))
}

func (t *transport) cleanLocation(from *url.URL, location string) string {
	u, err := from.Parse(location)
	if err != nil {
		return ""
	}
	return t.cleanTarget(u)
}

// confirm records that a body is unchanged. It fails, with nothing recorded,
// where the recorded body cannot be read.
func (t *transport) confirm(ask, prior *record, out *outcome, sent int) (*record, error) {
	body, err := t.s.vault.body(prior.SHA256, prior.Size)
	if err != nil {
		return nil, err
	}
	_ = body.Close()
	rec := t.recordOf(ask, out, sent)
	rec.Kind, rec.FromCache = kindAnswer, true
	rec.Status, rec.SHA256, rec.Size, rec.FinalURL = prior.Status, prior.SHA256, prior.Size, prior.FinalURL
	rec.Header = mergeHeader(prior.Header, rec.Header)
	rec.RetrievedAt = cmp.Or(prior.RetrievedAt, prior.Time)
	rec.RetrievedBy, rec.Collector = prior.RetrievedBy, prior.Collector
	t.limit.answered()
	t.s.stats.notModified.Add(1)
	if _, err := t.s.append(rec); err != nil {
		return nil, err
	}
	return rec, nil
}

// failedTry journals an attempt that is going to be repeated.
func (t *transport) failedTry(ctx context.Context, ask *record, sent int, why string, status int) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	rec := t.recordOf(ask, nil, sent)
	rec.Kind, rec.Status, rec.Error = kindFailure, status, t.s.secrets.clean(why)
	t.s.log.Debug("to be tried again", "system", rec.System, "url", rec.URL, "status", status, "error", rec.Error, "attempt", sent)
	_, err := t.s.append(rec)
	return err
}

// noAnswer journals the end of a request that got no response to give, and
// gives the error that says why.
func (t *transport) noAnswer(ctx context.Context, ask *record, sent int, out *outcome, cause error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if errors.Is(cause, ErrVault) {
		return t.s.fail(cause)
	}
	u, err := url.Parse(ask.URL)
	if err != nil {
		u = t.e.BaseURL
	}
	explained := t.explained(ctx, u, cause)
	rec := t.recordOf(ask, out, sent)
	rec.Kind, rec.Error = kindFailure, explained.Error()
	rec.Reason, _ = ReasonOfError(explained)
	if _, err := t.s.append(rec); err != nil {
		return err
	}
	return explained
}

// validator gives the recorded success that the source may confirm instead of
// sending the body again: one that the same principal got for the same
// request. Before the login is proven nobody knows whose a body is: then only
// an entity tag may be sent, which names the very bytes.
func (s *Session) validator(e Endpoint, ask *record) *record {
	if ask.Method != http.MethodGet || ask.Range != "" {
		return nil
	}
	s.mu.Lock()
	loc, ok := s.index.answers[ask.key()]
	principal := s.principals[ask.System]
	s.mu.Unlock()
	if !ok {
		return nil
	}
	rec, err := s.read(ask, loc)
	if err != nil || rec.Status != http.StatusOK || rec.RetrievedBy != principal || !s.vault.has(rec.SHA256) {
		return nil
	}
	if rec.Header.Get("Etag") == "" && (rec.Header.Get("Last-Modified") == "" || principal == "" && e.Authorize != nil) {
		return nil
	}
	return rec
}

// attempt sends the request once, follows redirects, and stages the body.
func (t *transport) attempt(ctx context.Context, req *http.Request, query []byte, prior *record) (*outcome, error) {
	if err := t.limit.acquire(ctx); err != nil {
		return nil, err
	}
	defer t.limit.release()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)

	out, err := http.NewRequestWithContext(ctx, req.Method, req.URL.String(), nil)
	if err != nil {
		return nil, fmt.Errorf("%w: the address is not valid", ErrRefused)
	}
	out.Header = req.Header.Clone()
	if out.Header == nil {
		out.Header = http.Header{}
	}
	for _, own := range []string{"Accept-Encoding", "If-None-Match", "If-Modified-Since", "Cookie", "Referer"} {
		out.Header.Del(own)
	}
	out.URL.User = nil
	if len(query) > 0 {
		out.GetBody = func() (io.ReadCloser, error) { return source(query) }
		out.Body, _ = out.GetBody()
		out.ContentLength = int64(len(query))
	}
	client := &http.Client{Transport: &hop{t: t, prior: prior}, CheckRedirect: checkRedirect}
	resp, err := client.Do(out)
	if err != nil {
		return nil, atHost(err)
	}
	defer func() { _ = resp.Body.Close() }()
	got := &outcome{status: resp.StatusCode, header: resp.Header, final: resp.Request.URL}
	if resp.StatusCode == http.StatusNotModified && prior != nil {
		return got, nil
	}
	body := &watched{r: resp.Body, limit: t.s.policy.idle, stop: func() { cancel(errStalled) }}
	got.body, err = t.s.vault.stage(body, t.e.MaxBody, t.s.secrets)
	switch {
	case err == nil:
		return got, nil
	case ctx.Err() != nil:
		return nil, context.Cause(ctx)
	case errors.Is(err, ErrVault), errors.Is(err, ErrTooLarge), errors.Is(err, errEcho):
		return nil, err
	}
	return nil, fmt.Errorf("%w: %w", errCutShort, err)
}

// checkRedirect refuses redirects that would take the request into the open,
// or a query to where it would change something.
func checkRedirect(next *http.Request, via []*http.Request) error {
	if len(via) > maxRedirects {
		return fmt.Errorf("%w: %s redirects more than %d times", ErrRefused, via[0].URL.Host, maxRedirects)
	}
	if last := via[len(via)-1]; last.URL.Scheme == "https" && next.URL.Scheme != "https" {
		return fmt.Errorf("%w: %s redirects from https to plain HTTP at %s", ErrRefused, last.URL.Host, next.URL.Host)
	}
	return mayAsk(next.Method, next.URL)
}

// A hop sends one request of a chain of redirects. It alone decides who gets a
// credential: the configured scheme, host and port, and nobody else.
type hop struct {
	t     *transport
	prior *record
}

func (h *hop) RoundTrip(req *http.Request) (*http.Response, error) {
	out := req.Clone(req.Context())
	if out.Header.Get("User-Agent") == "" && h.t.s.agent != "" {
		out.Header.Set("User-Agent", h.t.s.agent)
	}
	if sameOrigin(out.URL, h.t.e.BaseURL) {
		if h.t.e.Authorize != nil {
			h.t.e.Authorize(out)
			h.t.s.secrets.learn(req, out)
		}
	} else {
		for name := range out.Header {
			if !foreignHeader(name) {
				out.Header.Del(name)
			}
		}
	}
	// What confirms a body goes only to where the body came from.
	if h.prior != nil && h.t.cleanTarget(req.URL) == cmp.Or(h.prior.FinalURL, h.prior.URL) {
		if tag := h.prior.Header.Get("Etag"); tag != "" {
			out.Header.Set("If-None-Match", tag)
		} else {
			out.Header.Set("If-Modified-Since", h.prior.Header.Get("Last-Modified"))
		}
	}
	return h.t.s.base.RoundTrip(out)
}

// watched ends a request whose body stops coming.
type watched struct {
	r     io.Reader
	limit time.Duration
	stop  func()
	timer *time.Timer
}

func (w *watched) Read(p []byte) (int, error) {
	if w.timer == nil {
		w.timer = time.AfterFunc(w.limit, w.stop)
	} else {
		w.timer.Reset(w.limit)
	}
	defer w.timer.Stop()
	return w.r.Read(p)
}

// retryable reports whether the same request may succeed a moment later.
func retryable(err error) bool {
	for _, never := range []error{ErrVault, ErrTooLarge, ErrRefused, ErrRateLimited, errEcho} {
		if errors.Is(err, never) {
			return false
		}
	}
	return explainTLS("", err) == "" && !isUnknownHost(err)
}
