package github

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	gh "github.com/google/go-github/v60/github"
)

// maxPages bounds one listing. At 100 entries a page it is far above what
// GitHub serves; it ends a server that pages in circles.
const maxPages = 1000

// apiVersion is sent with every request: later versions leave
// merge_commit_sha out of pull requests.
const apiVersion = "2022-11-28"

// send asks for path below the API's address and gives the answer's body,
// which the caller closes. An answer that is not 2xx is one of go-github's
// errors.
//
// Requests are built and errors classified by go-github, but not sent by it:
// it refuses requests by its own reading of the clock and rate limit, which
// the transport below has already waited for, and which mean nothing offline.
func (c *Collector) send(ctx context.Context, method, path string, body any, accept string) (*http.Response, error) {
	req, err := c.api.NewRequest(method, path, body, gh.WithVersion(apiVersion))
	if err != nil {
		return nil, err
	}
	if accept != "" {
		req.Header.Set("Accept", accept)
	}
	resp, err := c.http.Do(req.WithContext(ctx))
	if err != nil {
		return nil, err
	}
	if err := gh.CheckResponse(resp); err != nil {
		_ = resp.Body.Close()
		return nil, err
	}
	return resp, nil
}

// get decodes the answer to GET path into v. An empty answer is an error.
func (c *Collector) get(ctx context.Context, path string, v any) (http.Header, error) {
	return c.exchange(ctx, http.MethodGet, path, nil, v)
}

func (c *Collector) exchange(ctx context.Context, method, path string, body, v any) (http.Header, error) {
	resp, err := c.send(ctx, method, path, body, "")
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, fmt.Errorf("read the answer: %w", err)
	}
	if err := json.Unmarshal(raw, v); err != nil {
		return nil, &notJSON{sample: raw, err: err}
	}
	return resp.Header, nil
}

// notJSON is an answer that does not have the documented form.
type notJSON struct {
	sample []byte
	err    error
}

func (e *notJSON) Error() string {
	start := strings.ToLower(strings.TrimSpace(string(e.sample[:min(len(e.sample), 64)])))
	switch {
	case len(e.sample) == 0:
		return "the answer is empty where GitHub documents JSON"
	case strings.HasPrefix(start, "<"):
		return "the answer is a web page and not JSON; a proxy or sign-in page may stand between, or the configured address is not that of the API"
	}
	return "the answer is not the JSON that GitHub documents: " + e.err.Error()
}

func (e *notJSON) Unwrap() error { return e.err }

// list follows every page of a listing whose body is an array. What was read
// before an error is given with it.
func list[T any](ctx context.Context, c *Collector, path string) ([]T, error) {
	var all []T
	_, err := pages(ctx, c, path, func(page []T) bool {
		all = append(all, page...)
		return true
	})
	return all, err
}

// pages calls each with every page of a listing until it returns false. Page
// is the body's form: a slice, or a struct that holds one. Complete is false
// where each stopped it.
func pages[P any](ctx context.Context, c *Collector, path string, each func(P) bool) (complete bool, err error) {
	first, err := withQuery(path, url.Values{"per_page": {"100"}})
	if err != nil {
		return false, err
	}
	seen := []string{}
	for next := first; next != ""; {
		if slices.Contains(seen, next) || len(seen) == maxPages {
			return false, fmt.Errorf("the listing %s does not end; %d pages were read", path, len(seen))
		}
		seen = append(seen, next)
		var page P
		header, err := c.get(ctx, next, &page)
		if err != nil {
			return false, err
		}
		if !each(page) {
			return false, nil
		}
		if next, err = nextPage(first, header); err != nil {
			return false, err
		}
	}
	return true, nil
}

// nextPage gives the path of the page that a Link header calls next, or "".
// Only its query is taken from the header, never its host or path.
func nextPage(first string, h http.Header) (string, error) {
	for _, link := range strings.Split(strings.Join(h.Values("Link"), ","), ",") {
		target, attributes, ok := strings.Cut(strings.TrimSpace(link), ">")
		if !ok || !strings.HasPrefix(target, "<") || !strings.Contains(attributes, `rel="next"`) {
			continue
		}
		u, err := url.Parse(target[1:])
		if err != nil {
			return "", fmt.Errorf("the address of the next page is broken: %w", err)
		}
		return withQuery(first, u.Query())
	}
	return "", nil
}

// withQuery sets query parameters of a path; those that it has stay.
func withQuery(path string, set url.Values) (string, error) {
	u, err := url.Parse(path)
	if err != nil {
		return "", err
	}
	q := u.Query()
	for k, v := range set {
		if k != "per_page" || !q.Has(k) {
			q[k] = v
		}
	}
	u.RawQuery = q.Encode()
	return u.String(), nil
}
