package jira

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/tickmark-dev/tickmark/internal/capture"
	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// maxErrorBody bounds what is read of an answer that is an error.
const maxErrorBody = 64 << 10

// statusError is an answer of Jira that is not a success.
type statusError struct {
	status  int
	header  http.Header
	message string // Jira's own words, or ""
}

func (e *statusError) Error() string {
	if e.message != "" {
		return fmt.Sprintf("Jira answered %d: %s", e.status, e.message)
	}
	return fmt.Sprintf("Jira answered %d", e.status)
}

// formatError is a success whose body is not what was asked for.
type formatError struct {
	mediaType string
	err       error
}

func (e *formatError) Error() string {
	if strings.HasPrefix(e.mediaType, "text/html") {
		return "Jira answered with a web page instead of data: a login page or a proxy is in between"
	}
	return "Jira's answer could not be read: " + e.err.Error()
}

func (e *formatError) Unwrap() error { return e.err }

// get asks for path under the base URL and decodes the answer into v. The
// error of an answer that is not a success is a *statusError.
func (c *Collector) get(ctx context.Context, path string, query url.Values, v any) (http.Header, error) {
	if len(query) > 0 {
		path += "?" + query.Encode()
	}
	return c.ask(ctx, http.MethodGet, path, nil, v)
}

// ask sends one request and decodes the answer into v. Body is sent as JSON.
func (c *Collector) ask(ctx context.Context, method, path string, body, v any) (http.Header, error) {
	req, err := c.client.NewRequestWithContext(ctx, method, path, body)
	if err != nil {
		return nil, fmt.Errorf("request for %q: %w", path, err)
	}
	if body == nil {
		req.Header.Del("Content-Type") // go-jira sets it; there is no body
	}
	req.Header.Set("Accept", "application/json")
	resp, err := c.client.Do(req, nil)
	if resp == nil {
		return nil, err
	}
	defer resp.Body.Close()
	if err != nil {
		return resp.Header, refusal(resp.Response)
	}
	answer, err := io.ReadAll(resp.Body) // bounded by the transport
	if err != nil {
		return resp.Header, err
	}
	if err := json.Unmarshal(answer, v); err != nil {
		return resp.Header, &formatError{resp.Header.Get("Content-Type"), err}
	}
	return resp.Header, nil
}

// refusal reads what Jira says about an answer that is not a success.
func refusal(resp *http.Response) *statusError {
	e := &statusError{status: resp.StatusCode, header: resp.Header}
	var said struct {
		Messages     []string          `json:"errorMessages"`
		Errors       map[string]string `json:"errors"`
		ErrorMessage string            `json:"errorMessage"` // of the service desk
		Message      string            `json:"message"`
	}
	// A body cut short or of another kind leaves the message empty: the status stands.
	body, _ := io.ReadAll(io.LimitReader(resp.Body, maxErrorBody))
	_ = json.Unmarshal(body, &said)
	words := append(said.Messages, said.ErrorMessage, said.Message)
	for _, field := range sortedKeys(said.Errors) {
		words = append(words, field+": "+said.Errors[field])
	}
	for _, w := range words {
		if w = strings.TrimSpace(w); w == "" {
			continue
		}
		if e.message != "" {
			e.message += "; "
		}
		e.message += w
	}
	e.message = shorten(e.message, 300)
	return e
}

// gap turns a failure into the gap of one part of the ticket ("" for the
// whole). What names it for a person.
func (c *Collector) gap(part, what string, err error) *evidence.GapError {
	g := &evidence.GapError{Part: part, Err: err}
	var refused *statusError
	var format *formatError
	switch {
	case errors.As(err, &refused):
		if why := c.loginRefused(refused.header); why != "" {
			g.Reason, g.Detail = evidence.Denied, why+" So it did not give "+what
			return g
		}
		g.Reason = cmp.Or(capture.ReasonFor(refused.status, refused.header, c.session.Proven(c.config.Name)), evidence.Unreachable)
		g.Detail = fmt.Sprintf("Jira did not give %s (%s)", what, refused)
		if g.Reason == evidence.Ambiguous {
			g.Detail += ": with a login that was not proven this can also mean that it may not be seen; run doctor"
		}
	case errors.As(err, &format):
		g.Reason, g.Detail = evidence.Unreachable, what+" was not read: "+format.Error()
	default:
		var why string
		g.Reason, why = capture.ReasonOfError(err)
		g.Detail = what + " was not read: " + why
	}
	return g
}

// loginRefused says, where the answer shows it, that Jira did not accept the
// login. Jira then answers many requests as it answers anybody.
func (c *Collector) loginRefused(h http.Header) string {
	if h == nil {
		return ""
	}
	if strings.Contains(h.Get("X-Authentication-Denied-Reason"), "CAPTCHA") {
		return "Jira demands a CAPTCHA for the login of " + c.config.Name + ": sign in once in a browser, then check the token."
	}
	reason := strings.ToUpper(strings.Join(h.Values("X-Seraph-LoginReason"), ","))
	for _, failed := range []string{"AUTHENTICATED_FAILED", "AUTHENTICATION_DENIED"} {
		if strings.Contains(reason, failed) {
			return "Jira did not accept the login of " + c.config.Name + " (" + failed + "): check the token."
		}
	}
	if c.config.Authorize != nil && strings.EqualFold(h.Get("X-AUSERNAME"), "anonymous") {
		return "Jira took the login of " + c.config.Name + " for nobody (anonymous): check the token."
	}
	return ""
}

// shorten cuts s to at most n runes, visibly.
func shorten(s string, n int) string {
	runes := []rune(s)
	if len(runes) <= n {
		return s
	}
	return string(runes[:n]) + "…"
}
