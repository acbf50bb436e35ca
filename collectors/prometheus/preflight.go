package prometheus

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// Preflight proves that the server answers, and that each configured query can
// be run.
func (c *Collector) Preflight(ctx context.Context) (evidence.Principal, error) {
	p := evidence.Principal{System: c.config.Name, Name: "anonymous"}
	if c.config.Authorize != nil {
		p.Name = "not named by the source"
	}
	var build struct {
		Version string `json:"version"`
	}
	if _, err := c.get(ctx, "api/v1/status/buildinfo", nil, &build); err != nil {
		g := c.failure(err)
		return p, &g
	}
	p.Notes = append(p.Notes, "Prometheus "+build.Version)
	if keeps, stated := c.retention(ctx); stated != "" {
		if keeps > 0 {
			p.Retentions = append(p.Retentions, evidence.Retention{What: "measurements", Keeps: keeps})
		}
		p.Notes = append(p.Notes, "keeps data for "+stated+"; what is older cannot be collected")
	} else {
		p.Notes = append(p.Notes, "does not say how long it keeps data; an empty window may be one that it no longer keeps")
	}
	for _, service := range slices.Sorted(maps.Keys(c.queries)) {
		for _, q := range c.queries[service] {
			if note := c.try(ctx, q); note != "" {
				p.Notes = append(p.Notes, fmt.Sprintf("query %q of service %q: %s", q.Name, service, note))
			}
		}
	}
	return p, nil
}

// try runs a query once and says what is wrong with it, if anything.
func (c *Collector) try(ctx context.Context, q Query) string {
	var data struct {
		Type   string          `json:"resultType"`
		Result json.RawMessage `json:"result"`
	}
	if _, err := c.get(ctx, "api/v1/query", url.Values{"query": {q.Expr}}, &data); err != nil {
		return c.failure(err).Detail
	}
	if string(data.Result) == "[]" {
		return "has no data at present; check that it names a series that exists"
	}
	if data.Type == "string" || data.Type == "matrix" {
		return fmt.Sprintf("gives a %s; a query must give numbers at one time", data.Type)
	}
	return ""
}
