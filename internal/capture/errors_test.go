package capture

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

func TestReasonFor(t *testing.T) {
	for name, c := range map[string]struct {
		status int
		header http.Header
		proven bool
		want   evidence.Reason
	}{
		"200":                    {status: 200},
		"204":                    {status: 204},
		"304":                    {status: 304},
		"302":                    {status: 302, want: evidence.Unreachable},
		"400":                    {status: 400, proven: true, want: evidence.Unreachable},
		"401":                    {status: 401, want: evidence.Denied},
		"403":                    {status: 403, want: evidence.Denied},
		"403 proven":             {status: 403, proven: true, want: evidence.Denied},
		"403 primary limit":      {status: 403, header: http.Header{"X-Ratelimit-Remaining": {"0"}}, want: evidence.Unreachable},
		"403 secondary limit":    {status: 403, header: http.Header{"Retry-After": {"60"}}, want: evidence.Unreachable},
		"403 with much left":     {status: 403, header: http.Header{"X-Ratelimit-Remaining": {"10"}}, want: evidence.Denied},
		"404":                    {status: 404, want: evidence.Ambiguous},
		"404 proven":             {status: 404, proven: true, want: evidence.NotFound},
		"404 proven, then lost":  {status: 404, proven: true, header: http.Header{"X-Ausername": {"anonymous"}}, want: evidence.Ambiguous},
		"404 as a user of Jira":  {status: 404, proven: true, header: http.Header{"X-Ausername": {"me"}}, want: evidence.NotFound},
		"407":                    {status: 407, want: evidence.Unreachable},
		"408":                    {status: 408, want: evidence.Unreachable},
		"409":                    {status: 409, want: evidence.Unreachable},
		"410":                    {status: 410, want: evidence.Expired},
		"410 proven":             {status: 410, proven: true, want: evidence.Expired},
		"422":                    {status: 422, want: evidence.Unreachable},
		"429":                    {status: 429, want: evidence.Unreachable},
		"451":                    {status: 451, want: evidence.Denied},
		"500":                    {status: 500, want: evidence.Unreachable},
		"503":                    {status: 503, want: evidence.Unreachable},
		"a number that is not":   {status: 999, want: evidence.Unreachable},
		"no number, not allowed": {status: 0, want: evidence.Unreachable},
	} {
		if got := ReasonFor(c.status, c.header, c.proven); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// Real failures, by the transport, by a plain client, and replayed: the same
// reason, and a sentence that says what to do.
func TestReasonOfError(t *testing.T) {
	quietly := func(h http.HandlerFunc) *httptest.Server {
		srv := httptest.NewUnstartedServer(h)
		srv.Config.ErrorLog = newDiscardLog()
		t.Cleanup(srv.Close)
		return srv
	}
	ok := func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "x") }
	secure := quietly(ok)
	secure.StartTLS()
	clientCert := quietly(ok)
	clientCert.TLS = &tls.Config{ClientAuth: tls.RequireAnyClientCert} //nolint:gosec // a test
	clientCert.StartTLS()
	plain := quietly(ok)
	plain.Start()
	page := quietly(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "Text/HTML; charset=utf-8")
		_, _ = io.WriteString(w, "<html>Log in</html>")
	})
	page.Start()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	nobody := listener.Addr().String()
	must(t, listener.Close())

	for name, c := range map[string]struct {
		url   string
		trust bool
		says  string
	}{
		"refused":            {url: "http://" + nobody, says: nobody + " refused the connection: check the address and the port"},
		"not trusted":        {url: secure.URL, says: "is not trusted by this machine: install the certificate authority"},
		"another name":       {url: strings.Replace(secure.URL, "127.0.0.1", "localhost", 1), trust: true, says: "is for another name"},
		"client certificate": {url: clientCert.URL, trust: true, says: "ended the secure connection"},
		"plain, not secure":  {url: strings.Replace(plain.URL, "http", "https", 1), says: "does not speak HTTPS at this port"},
		"a page":             {url: page.URL, says: "answered with a web page instead of data; is the base URL right, or is a login or proxy page in between?"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := vaultDir(t)
			r := begin(t, dir, 1, false)
			if c.trust {
				r.base.TLSClientConfig.RootCAs = secure.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs
			}
			json := header("Accept", "application/vnd.github+json")
			_, err := r.try(r.client(c.url), c.url, json)
			reason, why := ReasonOfError(err)
			host := mustURL(t, c.url).Host
			if reason != evidence.Unreachable || !strings.Contains(why, c.says) || !strings.Contains(why, host) || strings.Contains(why, "\n") {
				t.Errorf("%v; %s: %s", err, reason, why)
			}
			again, _ := ReasonOfError(fmt.Errorf("listing reviews: %w", err))
			if again != reason {
				t.Errorf("wrapped: %s", again)
			}
			if !errors.Is(err, ErrWebPage) {
				_, err = (&http.Client{Transport: r.base}).Get(c.url) //nolint:noctx // a test
				if reason, plainly := ReasonOfError(err); reason != evidence.Unreachable || plainly != why {
					t.Errorf("not by the transport: %s: %s", reason, plainly)
				}
			}
			r.close()
			off := begin(t, dir, 2, true)
			_, err = off.try(off.client(c.url), c.url, json)
			if _, why := ReasonOfError(err); !strings.Contains(why, c.says) {
				t.Errorf("offline: %s", why)
			}
		})
	}
}

func TestReasonOfErrorsThatAreMade(t *testing.T) {
	at := func(err error) error {
		return &url.Error{Op: "Get", URL: "https://api.example.com/x?access_token=t0ken", Err: err}
	}
	for name, c := range map[string]struct {
		err    error
		reason evidence.Reason
		says   string
	}{
		"nil":             {nil, "", ""},
		"unknown host":    {at(&net.OpError{Err: &net.DNSError{Name: "api.example.com", IsNotFound: true}}), evidence.Unreachable, "there is no host api.example.com"},
		"lookup failed":   {at(&net.DNSError{Name: "api.example.com", IsTimeout: true}), evidence.Unreachable, "could not be looked up"},
		"dial timeout":    {at(&net.OpError{Op: "dial", Err: timeoutError{}}), evidence.Unreachable, "did not answer in time"},
		"header timeout":  {at(timeoutError{}), evidence.Unreachable, "did not answer in time"},
		"no route":        {at(&net.OpError{Err: syscall.EHOSTUNREACH}), evidence.Unreachable, "cannot be reached from this network"},
		"reset":           {at(&net.OpError{Err: syscall.ECONNRESET}), evidence.Unreachable, "closed the connection"},
		"cut short":       {fmt.Errorf("decoding: %w", io.ErrUnexpectedEOF), evidence.Unreachable, "broke off"},
		"canceled":        {at(context.Canceled), evidence.Canceled, "interrupted"},
		"time ran out":    {fmt.Errorf("x: %w", context.DeadlineExceeded), evidence.Canceled, "interrupted"},
		"anything else":   {at(errors.New("strange")), evidence.Unreachable, "api.example.com could not be asked: strange"},
		"disk full":       {vaultError("write", syscall.ENOSPC), evidence.Unreachable, "make room on the disk"},
		"not permitted":   {vaultError("write", syscall.EACCES), evidence.Unreachable, "check that you may write there"},
		"expired at last": {&SourceError{Reason: evidence.Expired, Detail: "d"}, evidence.Expired, "d"},
	} {
		reason, why := ReasonOfError(c.err)
		if reason != c.reason || !strings.Contains(why, c.says) || strings.Contains(why, "t0ken") {
			t.Errorf("%s: %s: %s", name, reason, why)
		}
	}
}

// timeoutError claims to be the end of a context, as net's own do.
type timeoutError struct{}

func (timeoutError) Error() string   { return "i/o timeout" }
func (timeoutError) Timeout() bool   { return true }
func (timeoutError) Temporary() bool { return true }
func (timeoutError) Is(err error) bool {
	return err == context.DeadlineExceeded //nolint:errorlint // as net does
}

// A source that is slow has not interrupted the run.
func TestSourceTimeoutIsNotTheContexts(t *testing.T) {
	release := make(chan struct{})
	srv := serve(t, func(http.ResponseWriter, *http.Request) { <-release })
	defer close(release)
	r := begin(t, vaultDir(t), 1, false)
	r.base.ResponseHeaderTimeout = 20 * time.Millisecond
	_, err := r.try(r.client(srv.URL), srv.URL)
	if reason, why := ReasonOfError(err); reason != evidence.Unreachable || errors.Is(err, context.DeadlineExceeded) || !strings.Contains(why, "did not answer in time") {
		t.Errorf("%v; %s: %s", err, reason, why)
	}
	if gaps := evidence.Gaps(evidence.Ref{}, "c", err, time.Time{}); gaps[0].Reason != evidence.Unreachable {
		t.Errorf("%+v", gaps)
	}
	if n := r.Stats().Requests; n != 5 {
		t.Errorf("asked %d times", n)
	}
}
