package jira

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/tickmark-dev/tickmark/collectors/collectortest"
	"github.com/tickmark-dev/tickmark/internal/capture"
	"github.com/tickmark-dev/tickmark/internal/evidence"
)

const testToken = "s3cr3t-jira-token"

// fake answers paths with fixed bodies. A path that it does not know is a 404.
type fake struct {
	t      testing.TB
	routes map[string]http.HandlerFunc // by path, or by path and query
	server *httptest.Server

	mu    sync.Mutex
	asked []string
}

func newFake(t testing.TB) *fake {
	f := &fake{t: t, routes: map[string]http.HandlerFunc{}}
	f.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f.mu.Lock()
		f.asked = append(f.asked, r.URL.String())
		f.mu.Unlock()
		h := f.routes[r.URL.RequestURI()]
		if h == nil {
			h = f.routes[r.URL.Path]
		}
		if h == nil {
			h = status(http.StatusNotFound, `{"errorMessages":["Issue does not exist or you do not have permission to see it."],"errors":{}}`)
		}
		h(w, r)
	}))
	t.Cleanup(f.server.Close)
	return f
}

func status(code int, body string, header ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json;charset=UTF-8")
		for i := 0; i+1 < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(code)
		fmt.Fprint(w, body)
	}
}

func (f *fake) json(path, body string, header ...string) {
	f.t.Helper()
	if !json.Valid([]byte(body)) {
		f.t.Fatalf("the body for %s is not JSON: %s", path, body)
	}
	f.routes[path] = status(http.StatusOK, body, header...)
}

// ticket serves one issue with nothing beside it. Fields is the inside of the
// "fields" object, extra further members of the issue.
func (f *fake) ticket(cloud bool, key, fields, extra string) {
	api := "/rest/api/2/"
	if cloud {
		api = "/rest/api/3/"
		f.json(api+"issue/"+key+"/changelog", `{"startAt":0,"maxResults":100,"total":0,"isLast":true,"values":[]}`)
	} else if !strings.Contains(extra, "changelog") {
		extra += `,"changelog":{"startAt":0,"maxResults":0,"total":0,"histories":[]}`
	}
	f.json(api+"issue/"+key, fmt.Sprintf(`{"id":"1","key":%q,"fields":{%s}%s}`, key, fields, extra))
	f.json(api+"issue/"+key+"/comment", `{"startAt":0,"maxResults":100,"total":0,"comments":[]}`)
	f.json(api+"issue/"+key+"/remotelink", `[]`)
}

func (f *fake) config(cloud bool) Config {
	base, err := url.Parse(f.server.URL)
	if err != nil {
		f.t.Fatal(err)
	}
	return Config{Name: "jira", BaseURL: base, Cloud: cloud, Authorize: func(r *http.Request) {
		r.Header.Set("Authorization", "Bearer "+testToken)
	}}
}

func session(t *testing.T) *capture.Session { return collectortest.Session(t, t.TempDir(), false) }

func newCollector(t *testing.T, c Config, s *capture.Session) *Collector {
	t.Helper()
	col, err := New(c, s, "test")
	if err != nil {
		t.Fatal(err)
	}
	return col
}

func ref(key string) evidence.Ref {
	return evidence.Ref{Kind: evidence.KindTicket, System: "jira", ID: key}
}

// collect gives the ticket, or nil, and the gaps as "part: reason" in order.
func collect(t *testing.T, c *Collector, key string) (*evidence.Ticket, []evidence.Gap) {
	t.Helper()
	var ticket *evidence.Ticket
	err := c.Collect(context.Background(), ref(key), func(it evidence.Item) error {
		if it.Ref != ref(key) || len(it.Provenance) == 0 {
			t.Errorf("item %s has the provenance %v", it.Ref, it.Provenance)
		}
		ticket = it.Ticket
		return nil
	})
	gaps := evidence.Gaps(ref(key), "jira", err, testTime)
	for _, g := range gaps {
		if strings.Contains(g.Detail, testToken) {
			t.Errorf("the token occurs in %q", g.Detail)
		}
	}
	return ticket, gaps
}

func summary(gaps []evidence.Gap) string {
	var all []string
	for _, g := range gaps {
		all = append(all, cmp.Or(g.Part, "whole")+": "+string(g.Reason))
	}
	return strings.Join(all, "; ")
}
