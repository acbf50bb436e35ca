package jira

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

func TestSearch(t *testing.T) {
	for name, test := range map[string]struct {
		cloud bool
		serve func(f *fake)
		keys  string
		total int
		known bool
		gap   string
	}{
		"cloud, two pages": {cloud: true, keys: "A-1 A-2 A-3", total: 3, serve: func(f *fake) {
			f.routes["/rest/api/3/search/jql"] = func(w http.ResponseWriter, r *http.Request) {
				body := `{"issues":[{"key":"A-1"},{"key":"A-2"}],"nextPageToken":"n1","isLast":false}`
				if r.FormValue("nextPageToken") == "n1" {
					body = `{"issues":[{"key":"A-2"},{"key":"A-3"}],"isLast":true}`
				}
				status(200, body)(w, r)
			}
		}},
		"cloud, nothing found": {cloud: true, serve: func(f *fake) { f.json("/rest/api/3/search/jql", `{"issues":[],"isLast":true}`) }},
		"cloud, page that repeats": {cloud: true, keys: "A-1", total: 1, gap: "truncated", serve: func(f *fake) {
			f.json("/rest/api/3/search/jql", `{"issues":[{"key":"A-1"}],"nextPageToken":"n1","isLast":false}`)
		}},
		"cloud, more without saying where": {cloud: true, keys: "A-1", total: 1, gap: "truncated", serve: func(f *fake) {
			f.json("/rest/api/3/search/jql", `{"issues":[{"key":"A-1"}],"isLast":false}`)
		}},
		"cloud, the old answer": {cloud: true, gap: "unreachable", serve: func(f *fake) { f.json("/rest/api/3/search/jql", `{"values":[]}`) }},
		"cloud, bad query": {cloud: true, gap: "unreachable", serve: func(f *fake) {
			f.routes["/rest/api/3/search/jql"] = status(400, `{"errorMessages":["The value 'X' does not exist for the field 'project'."]}`)
		}},
		"server, two pages": {keys: "A-1 A-2 A-3", total: 3, known: true, serve: func(f *fake) {
			f.routes["/rest/api/2/search"] = func(w http.ResponseWriter, r *http.Request) {
				body := `{"total":3,"issues":[{"key":"A-1"},{"key":"A-2"}]}`
				if r.FormValue("startAt") == "2" {
					body = `{"total":3,"issues":[{"key":"A-3"}]}`
				}
				status(200, body)(w, r)
			}
		}},
		"server, fewer than counted": {keys: "A-1", total: 9, known: true, gap: "truncated", serve: func(f *fake) {
			f.json("/rest/api/2/search", `{"total":9,"issues":[{"key":"A-1"}]}`)
		}},
		"server, no count": {known: true, gap: "unreachable", serve: func(f *fake) { f.json("/rest/api/2/search", `{"issues":[{"key":"A-1"}]}`) }},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake(t)
			test.serve(f)
			var keys []string
			total, known, err := newCollector(t, f.config(test.cloud), session(t)).Search(t.Context(), "project = A ORDER BY key", nil,
				func(key string) error { keys = append(keys, key); return nil })
			var gap *evidence.GapError
			if (err != nil) != (test.gap != "") || errors.As(err, &gap) && string(gap.Reason) != test.gap {
				t.Errorf("error %v, want %q", err, test.gap)
			}
			if got := strings.Join(keys, " "); got != test.keys || total != test.total || known != test.known {
				t.Errorf("keys %q, total %d, known %t; want %q, %d, %t", got, total, known, test.keys, test.total, test.known)
			}
		})
	}
}

func TestSearchStopsOnError(t *testing.T) {
	f := newFake(t)
	f.json("/rest/api/2/search", `{"total":2,"issues":[{"key":"A-1"},{"key":"A-2"}]}`)
	stop := errors.New("stop")
	_, _, err := newCollector(t, f.config(false), session(t)).Search(t.Context(), "x", []string{"key"}, func(string) error { return stop })
	if !errors.Is(err, stop) {
		t.Errorf("error %v, want that of the caller", err)
	}
}
