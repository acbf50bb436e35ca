package prometheus

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tickmark-dev/tickmark/internal/capture"
	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// measuring is the work on one query of one deployment.
type measuring struct {
	c     *Collector
	job   *capture.Job
	query Query
	at    time.Time
	ref   evidence.Ref
	gaps  []error
	asked []url.Values // what this query asked for: its provenance
	notes []string

	askedRetention bool
}

// measure asks for both windows. It gives no item where neither was answered.
func (m *measuring) measure(ctx context.Context) (evidence.Item, bool) {
	before, okBefore := m.window(ctx, "before", m.at.Add(-m.c.config.Before), m.at)
	after, okAfter := m.window(ctx, "after", m.at, m.at.Add(m.c.config.After))
	if !okBefore && !okAfter {
		return evidence.Item{}, false
	}
	return evidence.Item{
		Ref:        m.ref,
		Provenance: m.provenance(),
		Signal: &evidence.Signal{
			Service: m.query.Service, Name: m.query.Name, Query: m.query.Expr, Unit: m.query.Unit,
			At: m.at, Threshold: m.query.Threshold, Before: before, After: after,
			URL: m.graphURL(), Notes: m.notes,
		},
	}, true
}

// window asks for one stretch of time; ok is false where it was not answered.
func (m *measuring) window(ctx context.Context, which string, from, to time.Time) (w evidence.Window, ok bool) {
	w = evidence.Window{From: from, To: to, Step: m.c.config.Step}
	params := url.Values{
		"query": {m.query.Expr},
		"start": {from.Format(time.RFC3339Nano)},
		"end":   {to.Format(time.RFC3339Nano)},
		"step":  {strconv.FormatFloat(w.Step.Seconds(), 'f', -1, 64)},
	}
	m.asked = append(m.asked, params)
	var data matrix
	remarks, err := m.c.get(ctx, "api/v1/query_range", params, &data)
	if err != nil {
		m.gap(which, m.c.failure(err))
		return w, false
	}
	series, histograms, err := data.series()
	if err != nil {
		m.gap(which, evidence.GapError{Reason: evidence.Unreachable, Detail: "the server's answer could not be read: " + err.Error(), Err: err})
		return w, false
	}
	w.Series = series
	if histograms > 0 {
		m.gap(which, evidence.GapError{Reason: evidence.Truncated,
			Detail: fmt.Sprintf("%d series are native histograms, which have no single value; query a quantile or a rate of them", histograms)})
	}
	m.remark(which, remarks)
	if len(series) == 0 && histograms == 0 {
		m.gap(which, m.nothing(ctx, from))
	}
	if read := m.readAt(params); !read.IsZero() && to.After(read) {
		m.gap(which, evidence.GapError{Reason: evidence.Truncated,
			Detail: fmt.Sprintf("the window ends at %s and was read at %s, before it had ended; collect again later", to.Format(time.RFC3339), read.Format(time.RFC3339))})
	}
	return w, true
}

// gap notes what is missing of a window.
func (m *measuring) gap(which string, g evidence.GapError) {
	g.Ref, g.Part = m.ref, which
	m.gaps = append(m.gaps, &g)
}

// remark keeps what the server says about its answer. A warning means that the
// answer may lack something; an info does not.
func (m *measuring) remark(which string, r remarks) {
	for _, w := range r.Warnings {
		m.notes = append(m.notes, which+": warning: "+w)
		m.gap(which, evidence.GapError{Reason: evidence.Truncated, Detail: "the server warns that its answer may be incomplete: " + w})
	}
	for _, i := range r.Infos {
		m.notes = append(m.notes, which+": info: "+i)
	}
}

// nothing is the gap of a window without data: expired where the server says
// that it no longer keeps that time.
func (m *measuring) nothing(ctx context.Context, from time.Time) evidence.GapError {
	m.askedRetention = true
	keeps, stated := m.c.retention(ctx)
	if err := ctx.Err(); err != nil {
		return m.c.failure(err)
	}
	read := m.readAt(m.asked[len(m.asked)-1])
	if keeps > 0 && from.Before(read.Add(-keeps)) {
		return evidence.GapError{Reason: evidence.Expired,
			Detail: fmt.Sprintf("no data for %q: the server keeps %s, and this window began at %s", m.query.Expr, stated, from.Format(time.RFC3339))}
	}
	detail := fmt.Sprintf("no data for %q in this window: nothing was measured, or the query names a series that does not exist", m.query.Expr)
	if keeps == 0 {
		detail += ", or the server no longer keeps that time (it does not say how long it keeps data)"
	}
	return evidence.GapError{Reason: evidence.NotFound, Detail: detail}
}

// provenance is the part of the job's that this query caused.
func (m *measuring) provenance() []evidence.Provenance {
	var mine []evidence.Provenance
	for _, p := range m.job.Provenance() {
		own := slices.ContainsFunc(m.asked, func(params url.Values) bool { return isRange(p, params) })
		if own || m.askedRetention && strings.HasSuffix(p.URL, runtimeInfo) {
			mine = append(mine, p)
		}
	}
	return mine
}

// readAt is when the server gave, or last confirmed, the answer to params.
func (m *measuring) readAt(params url.Values) (at time.Time) {
	for _, p := range m.job.Provenance() {
		if isRange(p, params) {
			at = latest(at, latest(p.RetrievedAt, p.ConfirmedAt))
		}
	}
	return at
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// isRange reports whether p is the answer to a query_range with params.
func isRange(p evidence.Provenance, params url.Values) bool {
	u, err := url.Parse(p.URL)
	if err != nil || !strings.HasSuffix(u.Path, "/api/v1/query_range") {
		return false
	}
	got := u.Query()
	return !slices.ContainsFunc([]string{"query", "start", "end", "step"}, func(k string) bool { return got.Get(k) != params.Get(k) })
}

// graphURL opens both windows in the server's own page.
func (m *measuring) graphURL() string {
	q := url.Values{
		"g0.expr":        {m.query.Expr},
		"g0.tab":         {"0"},
		"g0.range_input": {strconv.FormatInt(int64((m.c.config.Before+m.c.config.After).Seconds()), 10) + "s"},
		"g0.end_input":   {m.at.Add(m.c.config.After).Format(time.DateTime)},
	}
	return m.c.address("graph") + "?" + q.Encode()
}

// failure says why a query was not answered.
func (c *Collector) failure(err error) evidence.GapError {
	var refused *statusError
	if !errors.As(err, &refused) {
		reason, why := capture.ReasonOfError(err)
		return evidence.GapError{Reason: reason, Detail: "the server was not read: " + why, Err: err}
	}
	g := evidence.GapError{Err: err, Detail: refused.Error(),
		Reason: capture.ReasonFor(refused.status, refused.header, c.session.Proven(c.config.Name))}
	switch refused.status {
	case http.StatusOK: // and an error inside
		g.Reason = evidence.Unreachable
	case http.StatusBadRequest, http.StatusUnprocessableEntity:
		g.Detail += "; correct the query in the configuration"
	case http.StatusNotFound:
		// The interface itself is missing: this says nothing about the data.
		g.Reason = evidence.Unreachable
		g.Detail += "; check that the base URL is that of a Prometheus server"
	}
	return g
}
