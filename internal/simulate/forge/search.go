package forge

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

func pathID(id int64) string { return strconv.FormatInt(id, 10) }

// query is a search of issues, taken apart.
type query struct {
	text  []string            // words and quoted phrases, in lower case
	quals map[string][]string // qualifiers by name
	not   map[string][]string
}

// parseQuery reads GitHub's search language: words, "quoted phrases",
// qualifiers (repo:a/b, is:merged, label:"needs review") and -qualifiers.
func parseQuery(q string) query {
	out := query{quals: map[string][]string{}, not: map[string][]string{}}
	for q = strings.TrimSpace(q); q != ""; q = strings.TrimSpace(q) {
		var word string
		quoted, end := false, len(q)
		for i, r := range q {
			if r == '"' {
				quoted = !quoted
			}
			if r == ' ' && !quoted {
				end = i
				break
			}
		}
		word, q = q[:end], q[end:]
		key, value, ok := strings.Cut(word, ":")
		value = strings.Trim(value, `"`)
		switch negated := strings.TrimPrefix(key, "-"); {
		case !ok || strings.HasPrefix(word, `"`) || value == "":
			out.text = append(out.text, strings.ToLower(strings.ReplaceAll(word, `"`, "")))
		case negated != key:
			out.not[negated] = append(out.not[negated], value)
		default:
			out.quals[key] = append(out.quals[key], value)
		}
	}
	return out
}

// matches reports whether a conversation answers the query.
func (q query) matches(t thread) (bool, error) {
	for key, values := range q.quals {
		ok := false
		for _, v := range values { // of one qualifier any value will do, except of those that narrow
			is, err := t.is(key, v)
			if err != nil {
				return false, err
			}
			if !is && (key == "is" || key == "label" || key == "created" || key == "merged" || key == "in") {
				return false, nil
			}
			ok = ok || is
		}
		if !ok {
			return false, nil
		}
	}
	for key, values := range q.not {
		for _, v := range values {
			if is, err := t.is(key, v); is || err != nil {
				return false, err
			}
		}
	}
	return q.textIn(t), nil
}

// textIn reports whether every word is in the title, body or comments, or
// where the qualifier in: says.
func (q query) textIn(t thread) bool {
	where := q.quals["in"]
	var hay strings.Builder
	if len(where) == 0 || slices.Contains(where, "title") {
		hay.WriteString(t.c.Title + "\n")
	}
	if len(where) == 0 || slices.Contains(where, "body") {
		hay.WriteString(t.c.Body + "\n")
	}
	if len(where) == 0 || slices.Contains(where, "comments") {
		for _, m := range t.c.Comments {
			hay.WriteString(m.Body + "\n")
		}
	}
	text := strings.ToLower(hay.String())
	return !slices.ContainsFunc(q.text, func(w string) bool { return !strings.Contains(text, w) })
}

// is reports whether a conversation has what a qualifier says.
func (t thread) is(key, v string) (bool, error) {
	merged := t.pull != nil && !t.pull.Merged.IsZero()
	switch key {
	case "repo":
		return strings.EqualFold(v, t.r.full()), nil
	case "org", "user":
		return strings.EqualFold(v, t.r.Owner.Login), nil
	case "type", "is", "state":
		switch v {
		case "pr", "pull-request":
			return t.pull != nil, nil
		case "issue":
			return t.of != nil, nil
		case "merged":
			return merged, nil
		case "unmerged":
			return t.pull != nil && !merged, nil
		case "open", "closed":
			return t.c.state() == v, nil
		case "draft":
			return t.pull != nil && t.pull.Draft, nil
		case "private":
			return t.r.Private, nil
		case "public":
			return !t.r.Private, nil
		}
	case "author":
		return t.c.Author != nil && !t.c.Author.Deleted && strings.EqualFold(v, t.c.Author.Login), nil
	case "label":
		return t.c.hasLabels([]string{v}), nil
	case "base":
		return t.pull != nil && t.pull.Base.Ref == v, nil
	case "head":
		return t.pull != nil && t.pull.Head.Ref == v, nil
	case "in":
		return true, nil
	case "sha":
		return t.pull != nil && len(v) >= 7 && slices.ContainsFunc(append(t.pull.Commits, t.pull.MergeCommit), func(s string) bool { return strings.HasPrefix(s, v) }), nil
	case "created", "updated", "closed", "merged":
		var when time.Time
		switch key {
		case "created":
			when = t.c.Created
		case "updated":
			when = t.c.Updated
		case "closed":
			when = t.c.Closed
		case "merged":
			if merged {
				when = t.pull.Merged
			}
		}
		from, to, err := created(v)
		return !when.IsZero() && !when.Before(from) && (to.IsZero() || when.Before(to)), err
	}
	return false, invalid("Search", "q", "invalid")
}

// search gives what answers the query and the caller may see, the newest
// first unless sort and order say otherwise.
func (c *call) search(text, sort, order string) ([]thread, error) {
	q := parseQuery(text)
	var out []thread
	for _, r := range c.f.Repos {
		if !c.sees(r) {
			continue
		}
		for _, t := range r.idx.threads {
			ok, err := q.matches(t)
			if err != nil {
				return nil, err
			}
			if ok {
				out = append(out, t)
			}
		}
	}
	slices.SortFunc(out, func(a, b thread) int { return strings.Compare(a.r.full(), b.r.full()) })
	sortConversations(out, func(t thread) *Conversation { return t.c }, sort, order)
	return out, nil
}

func (c *call) searchIssues() (any, error) {
	p := c.r.URL.Query()
	if strings.TrimSpace(p.Get("q")) == "" {
		return nil, invalid("Search", "q", "missing")
	}
	if len(p.Get("q")) > 256+400 { // GitHub allows 256 characters besides the qualifiers
		return nil, &failure{status: http.StatusUnprocessableEntity, message: "Validation Failed",
			errors: []any{object{"message": "The search is longer than 256 characters.", "resource": "Search", "field": "q", "code": "invalid"}}}
	}
	found, err := c.search(p.Get("q"), p.Get("sort"), p.Get("order"))
	if err != nil {
		return nil, err
	}
	w := c.asked(30, 100)
	if (w.page-1)*w.per >= mostRuns {
		return nil, &failure{status: http.StatusUnprocessableEntity, message: "Only the first 1000 search results are available"}
	}
	shown := found[:min(len(found), mostRuns)]
	return object{
		"total_count": len(found), "incomplete_results": false, "search_type": "lexical",
		"items": paged(c, shown, func(t thread) any {
			o := c.issue(t)
			o["score"] = 1.0
			o["body"] = t.c.Body
			return o
		}),
	}, nil
}
