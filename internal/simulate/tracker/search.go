package tracker

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// query is a search as either flavour words it.
type query struct {
	JQL           string `json:"jql"`
	Fields        any    `json:"fields"`
	Expand        any    `json:"expand"`
	MaxResults    *int   `json:"maxResults"`
	StartAt       int    `json:"startAt"`
	NextPageToken string `json:"nextPageToken"`
}

func (q *request) query() (query, bool) {
	var in query
	if q.Method == http.MethodPost {
		if err := json.NewDecoder(http.MaxBytesReader(q.w, q.Body, 1<<20)).Decode(&in); err != nil {
			q.refuse(http.StatusBadRequest, "Invalid request payload. Refer to the REST API documentation and try again.")
			return in, false
		}
		return in, true
	}
	v := q.URL.Query()
	in.JQL, in.NextPageToken, in.StartAt = v.Get("jql"), v.Get("nextPageToken"), q.number("startAt", 0)
	in.Fields, in.Expand = strings.Join(v["fields"], ","), strings.Join(v["expand"], ",")
	if n, err := strconv.Atoi(v.Get("maxResults")); err == nil {
		in.MaxResults = &n
	}
	return in, true
}

func list(v any) []string {
	switch v := v.(type) {
	case string:
		return split([]string{v})
	case []any:
		var out []string
		for _, x := range v {
			out = append(out, fmt.Sprint(x))
		}
		return split(out)
	}
	return nil
}

// searchJQL is Cloud's search, which has pages and no total.
func (s *server) searchJQL(q *request) {
	if s.Flavour == DataCenter {
		s.deadLink(q.w, q.Request)
		return
	}
	in, ok := q.query()
	if !ok {
		return
	}
	if bounded := strings.TrimSpace(orderBy.ReplaceAllString(in.JQL, "")); bounded == "" {
		q.refuse(http.StatusBadRequest, "Unbounded JQL queries are not allowed here. Please add a search restriction to your query.")
		return
	}
	found, ok := s.matching(q, in.JQL)
	if !ok {
		return
	}
	start := 0
	if in.NextPageToken != "" {
		raw, err := base64.RawURLEncoding.DecodeString(in.NextPageToken)
		n, err2 := strconv.Atoi(strings.TrimPrefix(string(raw), "after:"))
		if err != nil || err2 != nil {
			q.refuse(http.StatusBadRequest, "The provided next page token is invalid or expired.")
			return
		}
		start = n
	}
	size := 50
	if in.MaxResults != nil {
		size = min(*in.MaxResults, 100)
	}
	from, to := window(len(found), start, size)
	fields := list(in.Fields)
	if len(fields) == 0 {
		fields = []string{"id"}
	}
	page := map[string]any{"issues": s.rows(q, found[from:to], fields, list(in.Expand)), "isLast": to == len(found)}
	if to < len(found) {
		page["nextPageToken"] = base64.RawURLEncoding.EncodeToString([]byte("after:" + strconv.Itoa(to)))
	}
	q.answer(http.StatusOK, page)
}

// approximateCount is Cloud's: the search itself does not count.
func (s *server) approximateCount(q *request) {
	if s.Flavour == DataCenter {
		s.deadLink(q.w, q.Request)
		return
	}
	in, ok := q.query()
	if !ok {
		return
	}
	if found, ok := s.matching(q, in.JQL); ok {
		q.answer(http.StatusOK, map[string]any{"count": len(found)})
	}
}

// search is Data Center's. Cloud removed it.
func (s *server) search(q *request) {
	if s.Flavour == Cloud {
		q.refuse(http.StatusGone, "The requested API has been removed. Please migrate to the /rest/api/3/search/jql API. A full migration guideline is available at https://developer.atlassian.com/changelog/#CHANGE-2046")
		return
	}
	in, ok := q.query()
	if !ok {
		return
	}
	found, ok := s.matching(q, in.JQL)
	if !ok {
		return
	}
	size := 50
	if in.MaxResults != nil {
		size = min(*in.MaxResults, 100)
	}
	from, to := window(len(found), in.StartAt, size)
	fields := list(in.Fields)
	if len(fields) == 0 {
		fields = []string{"*navigable"}
	}
	q.answer(http.StatusOK, map[string]any{
		"expand": "schema,names", "startAt": in.StartAt, "maxResults": size, "total": len(found), "issues": s.rows(q, found[from:to], fields, list(in.Expand)),
	})
}

func (s *server) rows(q *request, found []*Issue, fields, expand []string) []any {
	rows := []any{}
	for _, is := range found {
		row := s.issueBody(q, is, fields, expand)
		if len(fields) == 1 && fields[0] == "id" {
			row = map[string]any{"id": is.ID}
		}
		rows = append(rows, row)
	}
	return rows
}

var (
	orderBy = regexp.MustCompile(`(?i)\s*order\s+by\s+.*$`)
	and     = regexp.MustCompile(`(?i)\s+and\s+`)
	clause  = regexp.MustCompile(`(?i)^\(?\s*(cf\[\d+\]|"?[\w ]+"?)\s*(=|!=|>=|<=|>|<|~|not in|in)\s*(.+?)\s*\)?$`)
)

// matching answers a query in the part of JQL that this Jira knows: clauses on
// project, key, status, statusCategory, type, created, updated, resolved, text
// and custom fields that hold a time (cf[10042]), joined with AND.
func (s *server) matching(q *request, jql string) ([]*Issue, bool) {
	var out []*Issue
	for _, is := range s.Issues {
		if q.known && !is.Project.Hidden {
			out = append(out, is)
		}
	}
	order := orderBy.FindString(jql)
	body := strings.TrimSpace(orderBy.ReplaceAllString(jql, ""))
	if body != "" {
		for _, part := range and.Split(body, -1) {
			m := clause.FindStringSubmatch(strings.TrimSpace(part))
			if m == nil {
				q.refuse(http.StatusBadRequest, fmt.Sprintf("Error in the JQL Query: The character or word in %q could not be understood. (line 1, character %d)", part, strings.Index(jql, part)+1))
				return nil, false
			}
			keep, message := s.condition(q, strings.ToLower(strings.Trim(m[1], `" `)), strings.ToLower(m[2]), m[3])
			if message != "" {
				q.refuse(http.StatusBadRequest, message)
				return nil, false
			}
			out = slices.DeleteFunc(out, func(is *Issue) bool { return !keep(is) })
		}
	}
	slices.SortStableFunc(out, func(a, b *Issue) int {
		switch o := strings.ToLower(order); {
		case strings.Contains(o, "updated"):
			return direction(o, a.Updated.Compare(b.Updated))
		case strings.Contains(o, "key"):
			return direction(o, strings.Compare(padded(a.Key), padded(b.Key)))
		default:
			return direction(o, a.Created.Compare(b.Created))
		}
	})
	return out, true
}

func padded(key string) string {
	p, n, _ := strings.Cut(key, "-")
	return fmt.Sprintf("%s-%08s", p, n)
}

func direction(order string, c int) int {
	if strings.Contains(order, "desc") {
		return -c
	}
	return c
}

func (s *server) condition(q *request, field, op, value string) (keep func(*Issue) bool, message string) {
	values := strings.Split(strings.Trim(value, "() "), ",")
	for i := range values {
		values[i] = strings.Trim(strings.TrimSpace(values[i]), `"'`)
	}
	is := func(of func(*Issue) string) func(*Issue) bool {
		return func(x *Issue) bool {
			in := slices.ContainsFunc(values, func(v string) bool { return strings.EqualFold(v, of(x)) })
			return in == (op == "=" || op == "in")
		}
	}
	when := func(of func(*Issue) time.Time) (func(*Issue) bool, string) {
		at, ok := s.moment(values[0])
		if !ok {
			return nil, fmt.Sprintf("Date value '%s' for field '%s' is invalid. Valid formats include: 'yyyy/MM/dd HH:mm', 'yyyy-MM-dd HH:mm', 'yyyy/MM/dd', 'yyyy-MM-dd', or a period format e.g. '-5d', '4w 2d'.", values[0], field)
		}
		return func(x *Issue) bool {
			t := of(x)
			return !t.IsZero() && map[string]bool{">=": !t.Before(at), ">": t.After(at), "<=": !t.After(at), "<": t.Before(at)}[op]
		}, ""
	}
	switch field {
	case "project":
		for _, v := range values {
			if p := s.Project(v); p == nil || p.Hidden || !q.known {
				return nil, fmt.Sprintf("The value '%s' does not exist for the field 'project'.", v)
			}
		}
		return is(func(x *Issue) string { return x.Project.Key }), ""
	case "key", "issuekey", "issue", "id":
		for _, v := range values {
			if x := s.Issue(v); x == nil || x.Project.Hidden || !q.known {
				return nil, fmt.Sprintf("An issue with key '%s' does not exist for field '%s'.", v, field)
			}
		}
		return is(func(x *Issue) string { return x.Key }), ""
	case "status":
		return is(func(x *Issue) string { return x.Status.Name }), ""
	case "statuscategory":
		return is(func(x *Issue) string {
			return map[string]string{"new": "To Do", "indeterminate": "In Progress", "done": "Done"}[x.Status.Category]
		}), ""
	case "type", "issuetype":
		return is(func(x *Issue) string { return x.Type }), ""
	case "created":
		return when(func(x *Issue) time.Time { return x.Created })
	case "updated":
		return when(func(x *Issue) time.Time { return x.Updated })
	case "resolved", "resolutiondate":
		return when(func(x *Issue) time.Time { return x.Resolved })
	case "text", "summary":
		return func(x *Issue) bool {
			return strings.Contains(strings.ToLower(x.Summary+"\n"+string(x.Body)), strings.ToLower(values[0]))
		}, ""
	}
	for _, f := range s.Fields {
		if f.Kind == DateTime && field == fmt.Sprintf("cf[%d]", f.Number) {
			return when(func(x *Issue) time.Time { return x.Custom[f.Number].Time })
		}
	}
	return nil, fmt.Sprintf("Field '%s' does not exist or you do not have permission to view it.", field)
}

// moment reads a time of JQL, which is in the zone of whoever asks.
func (s *server) moment(v string) (time.Time, bool) {
	for _, layout := range []string{"2006/01/02 15:04", "2006-01-02 15:04", "2006/01/02", "2006-01-02"} {
		if at, err := time.ParseInLocation(layout, v, s.Zone); err == nil {
			return at, true
		}
	}
	if n, err := strconv.Atoi(strings.TrimSuffix(strings.TrimPrefix(v, "-"), "d")); err == nil && strings.HasSuffix(v, "d") {
		return s.Now.AddDate(0, 0, -n), true
	}
	return time.Time{}, false
}
