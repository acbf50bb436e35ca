package github

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/tickmark-dev/tickmark/internal/capture"
	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// graphError is one error under HTTP 200.
type graphError struct {
	Type    string `json:"type"`
	Message string `json:"message"`
	Path    []any  `json:"path"`
}

func (e graphError) String() string { return oneLine(e.Message) }

// heavy reports whether GitHub gave up because the query was too much for it.
func (e graphError) heavy() bool {
	text := strings.ToLower(e.Message)
	return e.Type == "RESOURCE_LIMITS_EXCEEDED" || e.Type == "MAX_NODE_LIMIT_EXCEEDED" || strings.Contains(text, "timeout") ||
		strings.Contains(text, "something went wrong") || strings.Contains(text, "resource limits")
}

// answer is what came of a query: all of it, or a part with errors.
type answer struct {
	errors     []graphError
	provenance []evidence.Provenance
}

// heavy gives the first error that a smaller query may not meet.
func (a answer) heavy() (graphError, bool) {
	for _, e := range a.errors {
		if e.heavy() {
			return e, true
		}
	}
	return graphError{}, false
}

// put asks GraphQL and decodes the data, also where errors came with it. An
// error means that there is no data.
func (l *listing) put(ctx context.Context, d *dataset, query string, variables map[string]any, into any) (answer, error) {
	job := capture.NewJob("github " + l.c.version)
	var raw struct {
		Data   json.RawMessage `json:"data"`
		Errors []graphError    `json:"errors"`
	}
	header, err := l.c.exchange(capture.WithJob(ctx, job), http.MethodPost, l.c.graphqlURL, map[string]any{"query": query, "variables": variables}, &raw)
	out := answer{errors: raw.Errors, provenance: job.Provenance()}
	if err != nil {
		return out, err
	}
	d.heard(out.provenance, header)
	if len(raw.Data) == 0 || string(raw.Data) == "null" {
		if len(raw.Errors) > 0 {
			return out, &refused{raw.Errors[0]}
		}
		return out, &evidence.GapError{Reason: evidence.Unreachable, Detail: "GitHub's GraphQL interface answered without data"}
	}
	if err := json.Unmarshal(raw.Data, into); err != nil {
		return out, &notJSON{sample: raw.Data, err: err}
	}
	return out, nil
}

// refused is an answer of errors alone.
type refused struct{ graphError }

func (e *refused) Error() string {
	return "GitHub's GraphQL interface refused: " + e.graphError.String()
}

// tooMuch reports whether a smaller query may be answered where this one was not.
func tooMuch(err error) bool {
	var no *refused
	switch {
	case errors.As(err, &no):
		return no.heavy()
	case errors.Is(err, capture.ErrRateLimited), errors.Is(err, capture.ErrRefused), errors.Is(err, capture.ErrVault),
		errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return false
	case status(err) != 0:
		return status(err) >= http.StatusInternalServerError
	}
	// No answer at all, an answer that is too long or breaks off. Offline, a
	// query that never got an answer is followed by the smaller ones that did.
	var silent *capture.SourceError
	return errors.As(err, &silent)
}

// fatal reports whether nothing more can be asked or recorded.
func (l *listing) fatal(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if errors.Is(err, capture.ErrVault) {
		return err
	}
	return nil
}

// why says in a sentence why an answer did not come.
func (l *listing) why(err error) string {
	var no *refused
	if errors.As(err, &no) {
		return no.Error()
	}
	var known *evidence.GapError
	if errors.As(err, &known) {
		return known.Detail
	}
	_, detail := l.c.reason(err)
	return detail
}

// A size is how much one query asks for. It halves where GitHub gives up, and
// grows again, up to where it began, after many answers.
type size struct{ now, most, good int }

const growAfter = 20

func newSize(n int) *size { return &size{now: n, most: n} }

// smaller reports whether there is a smaller size, and takes it.
func (s *size) smaller() bool {
	s.good = 0
	if s.now <= 1 {
		return false
	}
	s.now = (s.now + 1) / 2
	return true
}

func (s *size) worked() {
	if s.good++; s.good >= growAfter {
		s.now, s.good = min(s.now*2, s.most), 0
	}
}

// sized puts a query that depends on a size, smaller and smaller until GitHub
// answers it whole. What came with the last errors is kept, and they are given.
func (l *listing) sized(ctx context.Context, s *size, ask func(n int) (answer, error)) (answer, error) {
	for {
		a, err := ask(s.now)
		if err != nil {
			if tooMuch(err) && ctx.Err() == nil && s.smaller() {
				continue
			}
			return a, err
		}
		if _, heavy := a.heavy(); heavy && s.smaller() {
			continue
		}
		s.worked()
		return a, nil
	}
}

// more is the rest of an inner connection, to be asked for page by page.
type more struct {
	id, on string // of the record that has it, and its type
	wrap   string // field between the record and the connection
	field  string
	args   string // of the field besides the page, each after a comma
	nodes  string // selection
	after  string // "" for the first page
	take   func(json.RawMessage) (pageInfo, error)
	record string // for a person
	part   string
	missed *[]string // takes the part that did not come whole; nil: nobody asks
}

// lost notes that a page did not come.
func (m *more) lost(d *dataset, format string, a ...any) {
	d.cut(format, a...)
	if m.missed != nil {
		*m.missed = append(*m.missed, m.part)
	}
}

// perFollow is how many connections one query follows, each by 100.
const perFollow = 20

// follow asks for the rest of connections until each is at its end. What does
// not come is a truncation.
func (l *listing) follow(ctx context.Context, d *dataset, rest []*more) ([]evidence.Provenance, error) {
	var sources []evidence.Provenance
	for round := 0; len(rest) > 0; round++ {
		if round == maxPages {
			for _, m := range rest {
				m.lost(d, "%s: the list of %s does not end; %d pages were read", m.record, m.part, round)
			}
			return sources, nil
		}
		var next []*more
		for at := 0; at < len(rest); {
			var batch []*more
			var pages map[string]json.RawMessage
			a, err := l.sized(ctx, l.followed, func(n int) (answer, error) {
				batch, pages = rest[at:min(at+n, len(rest))], nil
				query, variables := followQuery(batch)
				return l.put(ctx, d, query, variables, &pages)
			})
			at += len(batch)
			sources = append(sources, a.provenance...)
			if err != nil {
				if err := l.fatal(ctx, err); err != nil {
					return sources, err
				}
				for _, m := range batch {
					m.lost(d, "%s: a page of the %s did not come: %s", m.record, m.part, l.why(err))
				}
				continue
			}
			d.page("inner pages: "+followText(batch[0]), len(batch))
			again, err := l.takenPages(d, batch, pages, a.errors)
			if err != nil {
				return sources, err
			}
			next = append(next, again...)
		}
		rest = next
	}
	return sources, nil
}

// takenPages hands each connection its page, and gives those that have another.
func (l *listing) takenPages(d *dataset, batch []*more, pages map[string]json.RawMessage, errs []graphError) ([]*more, error) {
	var next []*more
	for i, m := range batch {
		alias := fmt.Sprintf("n%d", i)
		raw := pages[alias]
		for _, field := range []string{m.wrap, m.field} {
			var of map[string]json.RawMessage
			if field == "" {
				continue
			}
			if json.Unmarshal(raw, &of) != nil || of == nil {
				raw = nil
				break
			}
			raw = of[field]
		}
		for _, e := range errs {
			if len(e.Path) > 0 && e.Path[0] == alias {
				d.leftOut(m.record+" ("+m.part+")", e.String())
				if m.missed != nil {
					*m.missed = append(*m.missed, m.part)
				}
			}
		}
		info, err := pageInfo{}, error(nil)
		if len(raw) == 0 || string(raw) == "null" {
			m.lost(d, "%s: a page of the %s did not come", m.record, m.part)
			continue
		}
		if info, err = m.take(raw); err != nil {
			m.lost(d, "%s: a page of the %s is not what GitHub documents", m.record, m.part)
			continue
		}
		if info.HasNextPage {
			if info.EndCursor == "" || info.EndCursor == m.after {
				m.lost(d, "%s: the list of %s does not say where it goes on", m.record, m.part)
				continue
			}
			again := *m
			again.after = info.EndCursor
			next = append(next, &again)
		}
	}
	return next, nil
}

// followText is the part of a query that follows one connection.
func followText(m *more) string {
	text := fmt.Sprintf("%s(first: 100, after: $after%s) { %s%s }", m.field, m.args, selectPage, m.nodes)
	if m.wrap != "" {
		text = m.wrap + " { " + text + " }"
	}
	return fmt.Sprintf("node(id: $id) { __typename ... on %s { %s } }", m.on, text)
}

func followQuery(batch []*more) (string, map[string]any) {
	var heads, bodies []string
	variables := map[string]any{}
	for i, m := range batch {
		id, after := fmt.Sprintf("id%d", i), fmt.Sprintf("after%d", i)
		variables[id], variables[after] = m.id, nil
		if m.after != "" {
			variables[after] = m.after
		}
		heads = append(heads, "$"+id+": ID!, $"+after+": String")
		text := strings.NewReplacer("$id", "$"+id, "$after", "$"+after).Replace(followText(m))
		bodies = append(bodies, fmt.Sprintf("  n%d: %s", i, text))
	}
	return "query InnerPages(" + strings.Join(heads, ", ") + ") {\n" + strings.Join(bodies, "\n") + "\n}", variables
}

// rest notes the further pages of an inner connection, if it has any.
func rest[T any](of *connection[T], m more) []*more {
	if !of.PageInfo.HasNextPage {
		return nil
	}
	m.after = of.PageInfo.EndCursor
	return []*more{whole(of, m)}
}

// whole asks for an inner connection from m.after on.
func whole[T any](of *connection[T], m more) *more {
	m.take = func(raw json.RawMessage) (pageInfo, error) {
		var page connection[T]
		if err := json.Unmarshal(raw, &page); err != nil {
			return pageInfo{}, err
		}
		of.Nodes = append(of.Nodes, page.Nodes...)
		of.Total = page.Total
		return page.PageInfo, nil
	}
	return &m
}
