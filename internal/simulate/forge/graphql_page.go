package forge

import (
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
)

// connection is a list that is read in pages.
type connection struct {
	name  string // of the type, such as "PullRequestCommitConnection"
	items []any
	a     args
	extra map[string]any // further fields
	total int            // where items are the first of a longer list; 0: items are all

	from, to int // of the page, within items
}

// page is one page's place.
type page struct{ c *connection }

// edge is one node with its place.
type edge struct {
	c *connection
	n int
}

// conn gives a connection over what list has.
func conn[T any](name string, list []T, a args, wrap func(T) any) *connection {
	items := make([]any, 0, len(list))
	for _, x := range list {
		items = append(items, wrap(x))
	}
	return &connection{name: name, items: items, a: a}
}

func (c *connection) with(extra map[string]any) *connection { c.extra = extra; return c }

// cut finds the page by first, last, after and before.
func (c *connection) cut(field string) *failure {
	first, hasFirst := c.a.number("first")
	last, hasLast := c.a.number("last")
	switch {
	case !hasFirst && !hasLast:
		return &failure{doc: "MISSING_PAGINATION_BOUNDARIES", message: fmt.Sprintf("You must provide a `first` or `last` value to properly paginate the `%s` connection.", field)}
	case first > 100 || last > 100:
		return &failure{doc: "EXCESSIVE_PAGINATION", message: fmt.Sprintf("Requesting %d records on the `%s` connection exceeds the `first` limit of 100 records.", max(first, last), field)}
	}
	c.from, c.to = 0, len(c.items)
	if s := c.a.text("after"); s != "" {
		n, ok := placeOf(s)
		if !ok {
			return &failure{doc: "INVALID_CURSOR_ARGUMENTS", message: fmt.Sprintf("`%s` does not appear to be a valid cursor.", s)}
		}
		c.from = min(n, len(c.items))
	}
	if n, ok := placeOf(c.a.text("before")); ok {
		c.to = max(min(n-1, len(c.items)), c.from)
	}
	if hasFirst {
		c.to = min(c.from+first, c.to)
	} else {
		c.from = max(c.to-last, c.from)
	}
	return nil
}

// A cursor is the number of a node, counted from 1.
func cursor(n int) string {
	return base64.StdEncoding.EncodeToString([]byte("cursor:v2:" + strconv.Itoa(n)))
}

func placeOf(s string) (int, bool) {
	b, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		return 0, false
	}
	n, err := strconv.Atoi(strings.TrimPrefix(string(b), "cursor:v2:"))
	return n, err == nil && n > 0
}

func (c *connection) field(name string) (any, bool) {
	switch name {
	case "totalCount", "issueCount":
		return max(len(c.items), c.total), true
	case "nodes":
		return c.items[c.from:c.to], true
	case "pageInfo":
		return page{c}, true
	case "edges":
		edges := []any{}
		for n := c.from; n < c.to; n++ {
			edges = append(edges, edge{c, n})
		}
		return edges, true
	}
	v, ok := c.extra[name]
	return v, ok
}

func pageFields() map[string]resolver {
	return on(map[string]func(*asker, page, args) any{
		"hasNextPage":     func(_ *asker, p page, _ args) any { return p.c.to < len(p.c.items) },
		"hasPreviousPage": func(_ *asker, p page, _ args) any { return p.c.from > 0 },
		"startCursor": func(_ *asker, p page, _ args) any {
			if p.c.from == p.c.to {
				return nil
			}
			return cursor(p.c.from + 1)
		},
		"endCursor": func(_ *asker, p page, _ args) any {
			if p.c.from == p.c.to {
				return nil
			}
			return cursor(p.c.to)
		},
	})
}

func edgeFields() map[string]resolver {
	return on(map[string]func(*asker, edge, args) any{
		"cursor": func(_ *asker, e edge, _ args) any { return cursor(e.n + 1) },
		"node":   func(_ *asker, e edge, _ args) any { return e.c.items[e.n] },
	})
}
