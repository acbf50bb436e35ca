package github

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	gh "github.com/google/go-github/v60/github"

	"github.com/tickmark-dev/tickmark/internal/capture"
	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// retrieval is the collection of one record, with what could not be had of it.
type retrieval struct {
	c      *Collector
	ref    evidence.Ref
	gaps   []error
	beside []evidence.Item // records without which this one cannot be judged
}

// miss notes that a part of the record was not obtained because of err; of
// joined errors each is noted.
func (r *retrieval) miss(part string, err error) {
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		for _, e := range many.Unwrap() {
			r.miss(part, e)
		}
		return
	}
	if err != nil {
		r.gaps = append(r.gaps, r.c.gapError(part, err))
	}
}

// gap notes that a part of the record was not obtained.
func (r *retrieval) gap(part string, reason evidence.Reason, format string, a ...any) {
	r.gaps = append(r.gaps, &evidence.GapError{Part: part, Reason: reason, Detail: fmt.Sprintf(format, a...)})
}

// cut notes that only got of total entries were obtained.
func (r *retrieval) cut(part string, got, total int, why string) {
	if got < total {
		r.gap(part, evidence.Truncated, "%d of %d were obtained; %s", got, total, why)
	}
}

// gapError says why a part ("" for the whole record) was not obtained.
func (c *Collector) gapError(part string, err error) error {
	var known *evidence.GapError
	if errors.As(err, &known) {
		whole := *known
		whole.Part = first(known.Part, part)
		return &whole
	}
	reason, detail := c.reason(err)
	return &evidence.GapError{Part: part, Reason: reason, Detail: detail, Err: err}
}

// reason maps an error of a request to a reason and a plain sentence.
func (c *Collector) reason(err error) (evidence.Reason, string) {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return evidence.Canceled, "the run was interrupted before this was collected"
	}
	if resp, message := answered(err); resp != nil {
		code := resp.StatusCode
		// GitHub's way to say that a repository has no such commit.
		if code == http.StatusUnprocessableEntity && strings.HasPrefix(message, "No commit found") {
			code = http.StatusNotFound
		}
		// A success that is no answer has no reason of its own.
		reason := cmp.Or(capture.ReasonFor(code, resp.Header, c.session.Proven(c.cfg.Name)), evidence.Unreachable)
		if reason == evidence.NotFound && c.isHidden(resp.Request) {
			reason, message = evidence.Ambiguous, "the login may not see the repository, so this says nothing of what is in it"
		}
		if message != "" {
			message = ": " + message
		}
		return reason, fmt.Sprintf("GitHub answered %d %s%s", resp.StatusCode, strings.ToLower(http.StatusText(resp.StatusCode)), message)
	}
	var form *notJSON
	if errors.As(err, &form) {
		return evidence.Unreachable, form.Error()
	}
	return capture.ReasonOfError(err)
}

// isHidden reports whether a request was for a repository that preflight found
// the login cannot see.
func (c *Collector) isHidden(req *http.Request) bool {
	if req == nil {
		return false
	}
	path, ok := strings.CutPrefix(req.URL.Path, c.cfg.BaseURL.Path+"repos/")
	owner, rest, _ := strings.Cut(path, "/")
	repository, _, _ := strings.Cut(rest, "/")
	c.mu.Lock()
	defer c.mu.Unlock()
	return ok && c.hidden[strings.ToLower(owner+"/"+repository)]
}

// answered gives the response and message of an answer that was an error.
func answered(err error) (*http.Response, string) {
	var plain *gh.ErrorResponse
	var primary *gh.RateLimitError
	var secondary *gh.AbuseRateLimitError
	var accepted *gh.AcceptedError
	switch {
	case errors.As(err, &plain):
		return plain.Response, oneLine(plain.Message)
	case errors.As(err, &primary):
		return primary.Response, oneLine(primary.Message)
	case errors.As(err, &secondary):
		return secondary.Response, oneLine(secondary.Message)
	case errors.As(err, &accepted):
		return &http.Response{StatusCode: http.StatusAccepted}, "GitHub is still preparing the answer; ask again later"
	}
	return nil, ""
}

// status gives the HTTP status of an error answer, 0 where there was none.
func status(err error) int {
	resp, _ := answered(err)
	if resp == nil {
		return 0
	}
	return resp.StatusCode
}

// oneLine bounds a message of the source for use in a sentence.
func oneLine(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if len(s) > 300 {
		s = strings.ToValidUTF8(s[:300], "") + "…"
	}
	return s
}
