package prometheus

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/tickmark-dev/tickmark/internal/capture"
	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// Query is one named measurement of one service.
type Query struct {
	Service   string
	Name      string
	Expr      string // PromQL
	Unit      string
	Threshold evidence.Threshold
}

// Config says which server to read, and what to ask it.
type Config struct {
	Name      string              // the system's configured name
	BaseURL   *url.URL            // with the path prefix that the server is under, if any
	Authorize func(*http.Request) // adds the credential; nil where there is none
	Queries   []Query
	Before    time.Duration // length of the window that ends at the deployment
	After     time.Duration // length of the window that begins there
	Step      time.Duration // between two points; 0 means a minute, or more where the windows are too long for that
}

// A Collector measures around deployments. It is safe for use by several
// goroutines.
type Collector struct {
	config  Config
	session *capture.Session
	http    *http.Client
	version string
	queries map[string][]Query // by service, in order of name
}

const (
	maxPoints   = 11000 // a series, at the server
	defaultStep = time.Minute
)

// New gives the collector of one server. Version is tickmark's own.
func New(c Config, s *capture.Session, version string) (*Collector, error) {
	switch {
	case c.Name == "":
		return nil, errors.New("prometheus: the system has no name")
	case c.BaseURL == nil || c.BaseURL.Host == "":
		return nil, fmt.Errorf("prometheus system %q: base URL is missing; give the address of the server, such as https://prometheus.example.com", c.Name)
	case c.BaseURL.User != nil:
		return nil, fmt.Errorf("prometheus system %q: the base URL holds a login; give the credential by token instead", c.Name)
	case c.Before <= 0 || c.After <= 0:
		return nil, fmt.Errorf("prometheus system %q: the windows before and after a deployment must be longer than nothing", c.Name)
	}
	var err error
	if c.Step, err = step(max(c.Before, c.After), c.Step); err != nil {
		return nil, fmt.Errorf("prometheus system %q: %w", c.Name, err)
	}
	col := &Collector{config: c, session: s, version: version, queries: map[string][]Query{}}
	for _, q := range c.Queries {
		if err := col.add(q); err != nil {
			return nil, fmt.Errorf("prometheus system %q: %w", c.Name, err)
		}
	}
	col.http = s.Client(capture.Endpoint{System: c.Name, BaseURL: c.BaseURL, Authorize: c.Authorize})
	return col, nil
}

// step gives the configured step, or one that keeps the window within what the
// server gives.
func step(window, configured time.Duration) (time.Duration, error) {
	least := (window/(maxPoints-1) + time.Second).Truncate(time.Second)
	if configured == 0 {
		return max(defaultStep, least), nil
	}
	if configured < time.Millisecond {
		return 0, fmt.Errorf("step %s is too short; the shortest is 1ms", configured)
	}
	if points := window/configured + 1; points > maxPoints {
		return 0, fmt.Errorf("step %s needs %d points for a window of %s, and a server gives at most %d: use a step of %s or more",
			configured, points, window, maxPoints, least)
	}
	return configured, nil
}

func (c *Collector) add(q Query) error {
	switch {
	case q.Service == "" || q.Name == "" || strings.TrimSpace(q.Expr) == "":
		return fmt.Errorf("query %q of service %q: service, name and expression are all needed", q.Name, q.Service)
	case strings.Contains(q.Name, "@"):
		return fmt.Errorf("query %q of service %q: the name must not hold %q", q.Name, q.Service, "@")
	case slices.ContainsFunc(c.queries[q.Service], func(o Query) bool { return o.Name == q.Name }):
		return fmt.Errorf("query %q of service %q is configured twice", q.Name, q.Service)
	}
	all := append(c.queries[q.Service], q)
	slices.SortFunc(all, func(a, b Query) int { return strings.Compare(a.Name, b.Name) })
	c.queries[q.Service] = all
	return nil
}

// Name gives the configured name of the system.
func (c *Collector) Name() string { return c.config.Name }

// Kinds gives what Collect expands: signals.
func (c *Collector) Kinds() []evidence.Kind { return []evidence.Kind{evidence.KindSignal} }

// Collect emits one item for each query of the service that ref names
// ("SERVICE@TIME"), with the ref "SERVICE@TIME/QUERY". Such a ref is collected
// too, and gives that one item.
func (c *Collector) Collect(ctx context.Context, ref evidence.Ref, emit func(evidence.Item) error) error {
	if ref.Kind != evidence.KindSignal || ref.System != c.config.Name {
		return fmt.Errorf("prometheus system %q does not keep %s", c.config.Name, ref)
	}
	service, at, name, err := parseID(ref.ID)
	if err != nil {
		return err
	}
	queries := c.queries[service]
	if name != "" {
		queries = slices.DeleteFunc(slices.Clone(queries), func(q Query) bool { return q.Name != name })
	}
	if len(queries) == 0 {
		what := fmt.Sprintf("service %q", service)
		if name != "" {
			what = fmt.Sprintf("%q of service %q", name, service)
		}
		return &evidence.GapError{Reason: evidence.NotConfigured,
			Detail: fmt.Sprintf("%s has no query for %s; add one to the configuration to have it measured after deployments", c.config.Name, what)}
	}
	job := capture.JobFrom(ctx)
	if job == nil {
		job = capture.NewJob("prometheus " + c.version)
		ctx = capture.WithJob(ctx, job)
	}
	var gaps []error
	for _, q := range queries {
		m := &measuring{c: c, job: job, query: q, at: at,
			ref: evidence.Ref{Kind: ref.Kind, System: ref.System, ID: itemID(service, at, q.Name)}}
		item, ok := m.measure(ctx)
		gaps = append(gaps, m.gaps...)
		if !ok {
			continue
		}
		if err := emit(item); err != nil {
			return err
		}
	}
	return errors.Join(gaps...)
}

func itemID(service string, at time.Time, query string) string {
	return service + "@" + at.Format(time.RFC3339Nano) + "/" + query
}

// parseID takes "SERVICE@TIME" or "SERVICE@TIME/QUERY" apart.
func parseID(id string) (service string, at time.Time, query string, err error) {
	i := strings.LastIndex(id, "@")
	if i > 0 {
		var when string
		service = id[:i]
		when, query, _ = strings.Cut(id[i+1:], "/")
		if at, err = time.Parse(time.RFC3339, when); err == nil {
			return service, at.UTC(), query, nil
		}
	}
	return "", time.Time{}, "", &evidence.GapError{Reason: evidence.NotFound,
		Detail: fmt.Sprintf("%q does not name a measurement, which looks like SERVICE@2025-10-15T14:30:00Z", id)}
}
