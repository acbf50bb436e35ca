package forge

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// window is which part of a list was asked for.
type window struct{ page, per int }

// asked reads page and per_page: 1 and 30 where they are missing or make no
// sense, and never more than most on a page.
func (c *call) asked(usual, most int) window {
	q := c.r.URL.Query()
	w := window{1, usual}
	if n, err := strconv.Atoi(q.Get("page")); err == nil && n > 0 {
		w.page = n
	}
	if n, err := strconv.Atoi(q.Get("per_page")); err == nil && n > 0 {
		w.per = min(n, most)
	}
	return w
}

// slice gives the bounds of the window within n records.
func (w window) slice(n int) (from, to int) {
	from = min((w.page-1)*w.per, n)
	return from, min(from+w.per, n)
}

// paged renders the part of a list that was asked for, and says in the Link
// header where the rest is.
func paged[T any](c *call, list []T, render func(T) any) []any {
	w := c.asked(30, 100)
	c.link(w, len(list))
	from, to := w.slice(len(list))
	out := make([]any, 0, to-from)
	for _, x := range list[from:to] {
		out = append(out, render(x))
	}
	return out
}

// link sets the Link header for a list of n records.
func (c *call) link(w window, n int) {
	last := max((n+w.per-1)/w.per, 1)
	var links []string
	add := func(rel string, page int) {
		u := url.URL{Path: c.r.URL.Path, RawPath: c.r.URL.RawPath}
		q := c.r.URL.Query()
		q.Set("page", strconv.Itoa(page))
		u.RawQuery = q.Encode()
		links = append(links, fmt.Sprintf(`<%s%s>; rel="%s"`, c.api, u.String(), rel))
	}
	if w.page > 1 {
		add("prev", min(w.page-1, last))
	}
	if w.page < last {
		add("next", w.page+1)
		add("last", last)
	}
	if w.page > 1 {
		add("first", 1)
	}
	if len(links) > 0 {
		c.w.Header().Set("Link", strings.Join(links, ", "))
	}
}

// number reads a number from the path.
func (c *call) number(name string) (int64, error) {
	n, err := strconv.ParseInt(c.r.PathValue(name), 10, 64)
	if err != nil {
		return 0, notFound()
	}
	return n, nil
}

func invalid(resource, field, code string) error {
	return &failure{status: http.StatusUnprocessableEntity, message: "Validation Failed",
		errors: []any{object{"resource": resource, "field": field, "code": code}}}
}
