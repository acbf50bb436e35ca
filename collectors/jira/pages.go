package jira

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

const (
	pageSize = 100
	// maxPages bounds a list that never ends; 100,000 entries at Jira's page size.
	maxPages = 1000
)

// listing says how one paged list is asked for.
type listing struct {
	path  string
	query url.Values
	key   string // the member that holds the entries
	noun  string // what the entries are, for a person
	start string // names of the parameters: "startAt" and "maxResults", or "start" and "limit"
	limit string
}

type pageFrame struct {
	Total      *int  `json:"total"`
	IsLast     *bool `json:"isLast"`
	IsLastPage *bool `json:"isLastPage"`
}

func (f pageFrame) last() bool {
	return f.IsLast != nil && *f.IsLast || f.IsLastPage != nil && *f.IsLastPage
}

// more reports whether Jira says that another page follows.
func (f pageFrame) more() bool {
	return f.IsLast != nil && !*f.IsLast || f.IsLastPage != nil && !*f.IsLastPage
}

// list walks every page of l. Entries that come twice (the list changed while
// it was read) are kept once. What was had before an error is given with it;
// fewer entries than Jira counts are a Truncated gap.
func list[T any](ctx context.Context, c *Collector, l listing, id func(T) string) ([]T, error) {
	var all []T
	seen := map[string]bool{}
	total := -1
	for at, n := 0, 0; ; n++ {
		if n == maxPages {
			return all, cut(l.noun, len(all), total)
		}
		entries, frame, err := page[T](ctx, c, l, at)
		if err != nil {
			return all, err
		}
		fresh := 0
		for _, e := range entries {
			if k := id(e); k == "" || !seen[k] {
				seen[k] = true
				all = append(all, e)
				fresh++
			}
		}
		at += len(entries)
		if frame.Total != nil {
			total = *frame.Total
		}
		if frame.last() || total >= 0 && at >= total {
			break
		}
		if fresh == 0 && total < 0 && frame.more() {
			return all, cut(l.noun, len(all), total)
		}
		if fresh == 0 {
			break
		}
	}
	if len(all) < total {
		return all, cut(l.noun, len(all), total)
	}
	return all, nil
}

func page[T any](ctx context.Context, c *Collector, l listing, at int) ([]T, pageFrame, error) {
	query := maps.Clone(l.query)
	if query == nil {
		query = url.Values{}
	}
	query.Set(l.start, strconv.Itoa(at))
	query.Set(l.limit, strconv.Itoa(pageSize))
	var members map[string]json.RawMessage
	if _, err := c.get(ctx, l.path, query, &members); err != nil {
		return nil, pageFrame{}, err
	}
	raw := members[l.key]
	if isNull(raw) {
		return nil, pageFrame{}, &formatError{err: fmt.Errorf("it has no %q", l.key)}
	}
	var frame pageFrame
	var entries []T
	for _, m := range []struct {
		name string
		into any
	}{{"total", &frame.Total}, {"isLast", &frame.IsLast}, {"isLastPage", &frame.IsLastPage}} {
		if raw, ok := members[m.name]; ok {
			if err := json.Unmarshal(raw, m.into); err != nil {
				return nil, frame, &formatError{err: fmt.Errorf("member %q: %w", m.name, err)}
			}
		}
	}
	if err := json.Unmarshal(raw, &entries); err != nil {
		return nil, frame, &formatError{err: fmt.Errorf("%s: %w", l.noun, err)}
	}
	return entries, frame, nil
}

// cut is the gap of a list that came short.
func cut(noun string, got, total int) *evidence.GapError {
	detail := fmt.Sprintf("only %d %s were obtained, and Jira did not say where the list ends", got, noun)
	if total >= 0 {
		detail = fmt.Sprintf("Jira counts %d %s and gave %d", total, noun, got)
	}
	return &evidence.GapError{Part: noun, Reason: evidence.Truncated, Detail: detail}
}

// sortedKeys gives the keys of m in order.
func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }
