package jira

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// Search calls each with the key of every ticket that jql finds, each key
// once, asking for fields ("key" alone where there are none). Total is how many
// Jira counts; Cloud does not count, so there known is false and total is how
// many keys came. Order the query by something that does not change ("ORDER BY
// key"): a list that moves while it is read loses entries. Where Jira counts
// more than it gave, the error is a Truncated gap.
func (c *Collector) Search(ctx context.Context, jql string, fields []string, each func(key string) error) (total int, known bool, err error) {
	if len(fields) == 0 {
		fields = []string{"key"}
	}
	query := url.Values{"jql": {jql}, "fields": {strings.Join(fields, ",")}, "maxResults": {strconv.Itoa(pageSize)}}
	seen := map[string]bool{}
	give := func(found []found) (fresh int, err error) {
		for _, f := range found {
			if f.Key == "" {
				return fresh, &formatError{err: fmt.Errorf("a ticket in it has no key")}
			}
			if seen[f.Key] {
				continue
			}
			seen[f.Key] = true
			fresh++
			if err := each(f.Key); err != nil {
				return fresh, err
			}
		}
		return fresh, nil
	}
	if c.config.Cloud {
		err = c.searchByToken(ctx, query, give)
		return len(seen), false, err
	}
	total, err = c.searchByStart(ctx, query, give)
	if err == nil && len(seen) < total {
		err = cut("tickets", len(seen), total)
	}
	return total, true, err
}

type found struct {
	Key string `json:"key"`
}

type searchPage struct {
	Total  *int            `json:"total"`
	Issues json.RawMessage `json:"issues"`
	Token  string          `json:"nextPageToken"`
	IsLast *bool           `json:"isLast"`
}

func (p searchPage) found() ([]found, error) {
	if isNull(p.Issues) {
		return nil, &formatError{err: fmt.Errorf("it has no %q", "issues")}
	}
	var out []found
	if err := json.Unmarshal(p.Issues, &out); err != nil {
		return nil, &formatError{err: err}
	}
	return out, nil
}

// searchByToken walks Cloud's search, whose every page names the next.
func (c *Collector) searchByToken(ctx context.Context, query url.Values, give func([]found) (int, error)) error {
	for {
		var p searchPage
		if _, err := c.get(ctx, "rest/api/3/search/jql", query, &p); err != nil {
			return c.gap("search", "the search", err)
		}
		issues, err := p.found()
		if err != nil {
			return c.gap("search", "the search", err)
		}
		fresh, err := give(issues)
		if err != nil {
			return err
		}
		if p.Token == "" {
			if p.IsLast != nil && !*p.IsLast {
				return &evidence.GapError{Part: "search", Reason: evidence.Truncated,
					Detail: "Jira says that more tickets follow and does not say where"}
			}
			return nil
		}
		if p.IsLast != nil && *p.IsLast {
			return nil
		}
		// An empty page with a new token is allowed; a token that repeats is a loop.
		if p.Token == query.Get("nextPageToken") || fresh == 0 && len(issues) > 0 {
			return &evidence.GapError{Part: "search", Reason: evidence.Truncated,
				Detail: "Jira gives the same page of the search again and again"}
		}
		query.Set("nextPageToken", p.Token)
	}
}

// searchByStart walks Data Center's search, which counts.
func (c *Collector) searchByStart(ctx context.Context, query url.Values, give func([]found) (int, error)) (total int, err error) {
	for at := 0; ; {
		query.Set("startAt", strconv.Itoa(at))
		var p searchPage
		if _, err := c.get(ctx, "rest/api/2/search", query, &p); err != nil {
			return total, c.gap("search", "the search", err)
		}
		issues, err := p.found()
		if err == nil && p.Total == nil {
			err = &formatError{err: fmt.Errorf("it has no %q", "total")}
		}
		if err != nil {
			return total, c.gap("search", "the search", err)
		}
		total = *p.Total
		fresh, err := give(issues)
		if err != nil {
			return total, err
		}
		at += len(issues)
		if fresh == 0 || at >= total {
			return total, nil
		}
	}
}
