package capture

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"runtime"
	"strings"
	"syscall"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// What an error of this package may wrap.
var (
	ErrNotRecorded = errors.New("not recorded in the vault")
	ErrTooLarge    = errors.New("the answer is larger than allowed")
	ErrVault       = errors.New("the vault cannot be used")
	ErrInUse       = errors.New("the vault is in use")
	ErrChain       = errors.New("the vault's journal is damaged")
	ErrRateLimited = errors.New("the source asks to wait")
	ErrWebPage     = errors.New("a web page instead of data")
	ErrRefused     = errors.New("refused to send") // by us: it would not have been safe

	errEcho     = errors.New("the answer repeats our own credential and was not recorded")
	errCutShort = errors.New("the answer was cut short")
	errStalled  = errors.New("the answer stopped coming")
)

// A SourceError is a request that got no usable answer. Its text holds no
// secret.
type SourceError struct {
	System string
	URL    string // credentials removed
	Reason evidence.Reason
	Detail string // one plain sentence
	Err    error  // the cause, or nil
}

func (e *SourceError) Error() string { return e.Detail }

// Unwrap gives the cause. A source's own time limit is not passed on as the
// end of the caller's context.
func (e *SourceError) Unwrap() error {
	if errors.Is(e.Err, context.DeadlineExceeded) {
		return nil
	}
	return e.Err
}

// quiet is an error whose text was cleaned; the cause can be asked for, and
// does not print.
type quiet struct {
	text string
	err  error
}

func (q *quiet) Error() string { return q.text }
func (q *quiet) Unwrap() error { return q.err }

// ReasonFor turns the status of an answer into the reason of a gap; "" where
// the status is a success. A 404 means that there is no such record only where
// the login is proven: many sources answer so to whoever may not see it.
func ReasonFor(status int, header http.Header, proven bool) evidence.Reason {
	switch {
	case status >= 200 && status < 300 || status == http.StatusNotModified:
		return ""
	case status == http.StatusUnauthorized, status == http.StatusUnavailableForLegalReasons:
		return evidence.Denied
	case status == http.StatusForbidden && isLimited(status, header, nil):
		return evidence.Unreachable
	case status == http.StatusForbidden:
		return evidence.Denied
	case status == http.StatusNotFound && (!proven || strings.EqualFold(header.Get("X-Ausername"), "anonymous")):
		return evidence.Ambiguous
	case status == http.StatusNotFound:
		return evidence.NotFound
	case status == http.StatusGone:
		return evidence.Expired
	}
	return evidence.Unreachable
}

// ReasonOfError turns an error of a request into the reason of a gap and one
// plain sentence that says what to do. It gives "" for nil.
func ReasonOfError(err error) (evidence.Reason, string) {
	if err == nil {
		return "", ""
	}
	if source, ok := errors.AsType[*SourceError](err); ok {
		return source.Reason, source.Detail
	}
	if errors.Is(err, context.Canceled) || isDeadline(err) {
		return evidence.Canceled, "the run was interrupted before this was collected"
	}
	if errors.Is(err, ErrNotRecorded) {
		return evidence.NotAsked, innermostText(err)
	}
	if errors.Is(err, ErrVault) {
		return evidence.Unreachable, innermostText(err)
	}
	host := "the source"
	if ue, ok := errors.AsType[*url.Error](err); ok {
		if u, err := url.Parse(ue.URL); err == nil && u.Host != "" {
			host = u.Host
		}
	}
	return explain(host, err)
}

// innermostText drops what net/http puts before an error: the address, which
// the error itself names.
func innermostText(err error) string {
	if ue, ok := errors.AsType[*url.Error](err); ok {
		return ue.Err.Error()
	}
	return err.Error()
}

// isDeadline reports whether a context's time ran out. A connection's own time
// limit claims to be the same by its Is method, so that is not asked.
func isDeadline(err error) bool {
	for ; err != nil; err = errors.Unwrap(err) {
		if err == context.DeadlineExceeded { //nolint:errorlint // see above
			return true
		}
	}
	return false
}

// A hostError says at which host of a chain of redirects it failed.
type hostError struct {
	host string
	err  error
}

func (e *hostError) Error() string { return e.err.Error() }
func (e *hostError) Unwrap() error { return e.err }

// atHost keeps of net/http's wrapping the host alone: the address may hold a
// signature.
func atHost(err error) error {
	ue, ok := errors.AsType[*url.Error](err)
	if !ok {
		return err
	}
	if u, parseErr := url.Parse(ue.URL); parseErr == nil && u.Host != "" {
		return &hostError{host: u.Host, err: ue.Err}
	}
	return ue.Err
}

// explain says in one sentence what went wrong with a host and what to do.
func explain(host string, err error) (evidence.Reason, string) {
	if at, ok := errors.AsType[*hostError](err); ok {
		host = at.host
	}
	if why := explainTLS(host, err); why != "" {
		return evidence.Unreachable, why
	}
	if dns, ok := errors.AsType[*net.DNSError](err); ok {
		if isUnknownHost(dns) {
			return evidence.Unreachable, fmt.Sprintf("there is no host %s: check the address in the configuration, and whether this machine must be on another network or a VPN to know it", host)
		}
		return evidence.Unreachable, fmt.Sprintf("the name %s could not be looked up: check this machine's network connection", host)
	}
	var timeout net.Error
	switch {
	case errors.Is(err, ErrTooLarge):
		return evidence.Truncated, fmt.Sprintf("%s: %s; none of it was kept", host, innermostText(err))
	case errors.Is(err, ErrWebPage):
		return evidence.Unreachable, host + " answered with a web page instead of data; is the base URL right, or is a login or proxy page in between?"
	case errors.Is(err, errEcho):
		return evidence.Unreachable, host + ": " + errEcho.Error()
	case errors.Is(err, ErrRefused), errors.Is(err, ErrRateLimited):
		return evidence.Unreachable, innermostText(err)
	case errors.Is(err, errCutShort), errors.Is(err, io.ErrUnexpectedEOF):
		return evidence.Unreachable, host + " broke off in the middle of its answer: try again; if it stays so, ask who runs it"
	case errors.Is(err, errStalled), errors.As(err, &timeout) && timeout.Timeout():
		return evidence.Unreachable, host + " did not answer in time: try again later, or check whether a firewall is in between"
	case isErrno(err, syscall.ECONNREFUSED, 10061):
		return evidence.Unreachable, host + " refused the connection: check the address and the port in the configuration, and that the server runs"
	case isErrno(err, syscall.ENETUNREACH, 10051), isErrno(err, syscall.EHOSTUNREACH, 10065):
		return evidence.Unreachable, host + " cannot be reached from this network: check the connection, the VPN and the proxy"
	case isErrno(err, syscall.ECONNRESET, 10054), isErrno(err, syscall.EPIPE, 10053), errors.Is(err, io.EOF):
		return evidence.Unreachable, host + " closed the connection without an answer: try again; if it stays so, check the proxy and the port"
	}
	return evidence.Unreachable, fmt.Sprintf("%s could not be asked: %s", host, innermostText(err))
}

func isUnknownHost(err error) bool {
	dns, ok := errors.AsType[*net.DNSError](err)
	return ok && dns.IsNotFound
}

// isErrno knows a system's error by its Unix name and its number on Windows.
func isErrno(err error, unix syscall.Errno, windows uintptr) bool {
	return errors.Is(err, unix) || runtime.GOOS == "windows" && errors.Is(err, syscall.Errno(windows))
}

func explainTLS(host string, err error) string {
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		return fmt.Sprintf("the certificate of %s is not trusted by this machine: install the certificate authority of whoever runs it, or of the proxy in between, on this machine", host)
	}
	if _, ok := errors.AsType[x509.HostnameError](err); ok {
		return fmt.Sprintf("the certificate of %s is for another name: check the address in the configuration", host)
	}
	if invalid, ok := errors.AsType[x509.CertificateInvalidError](err); ok {
		if invalid.Reason == x509.Expired {
			return fmt.Sprintf("the certificate of %s is expired or not valid yet: check this machine's clock, then ask who runs the server", host)
		}
		return fmt.Sprintf("the certificate of %s is not valid: ask who runs the server", host)
	}
	if _, ok := errors.AsType[tls.RecordHeaderError](err); ok {
		return fmt.Sprintf("%s does not speak HTTPS at this port: check the address in the configuration", host)
	}
	if strings.Contains(err.Error(), "server gave HTTP response to HTTPS client") {
		return fmt.Sprintf("%s does not speak HTTPS at this port: check the address in the configuration", host)
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return fmt.Sprintf("the certificate of %s could not be verified: ask who runs the server", host)
	}
	if op, ok := errors.AsType[*net.OpError](err); ok && op.Op == "remote error" {
		return fmt.Sprintf("%s ended the secure connection: it may ask for a client certificate, or for another version of TLS", host)
	}
	return ""
}

// vaultError says what could not be done with the vault and what helps.
func vaultError(doing string, err error) error {
	if err == nil || errors.Is(err, ErrVault) {
		return err
	}
	hint := ""
	switch {
	case isErrno(err, syscall.ENOSPC, 112), isErrno(err, syscall.EDQUOT, 1295):
		hint = ": make room on the disk and run again; what was recorded before is safe"
	case errors.Is(err, fs.ErrPermission):
		hint = ": check that you may write there"
	case isErrno(err, syscall.EROFS, 19):
		hint = ": the disk can only be read; name another folder"
	}
	return fmt.Errorf("%w: could not %s: %w%s", ErrVault, doing, err, hint)
}

func tooLarge(limit int64) error {
	return fmt.Errorf("%w: it is longer than %s", ErrTooLarge, byteSize(limit))
}

func byteSize(n int64) string {
	switch {
	case n >= 1<<20:
		return fmt.Sprintf("%d MiB", n>>20)
	case n >= 1<<10:
		return fmt.Sprintf("%d KiB", n>>10)
	}
	return fmt.Sprintf("%d bytes", n)
}

func rateLimited(host string, until time.Time) error {
	return fmt.Errorf("%w: %s takes requests again at %s: run again then; what was recorded is kept", ErrRateLimited, host, until.UTC().Format(time.RFC3339))
}
