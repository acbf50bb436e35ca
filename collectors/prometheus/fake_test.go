package prometheus

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/tickmark-dev/tickmark/collectors/collectortest"
	"github.com/tickmark-dev/tickmark/internal/capture"
	"github.com/tickmark-dev/tickmark/internal/evidence"
)

const testToken = "s3cr3t-prometheus-token"

// deployed lies before the clock of the suite's sessions.
var deployed = time.Date(2025, 10, 15, 14, 30, 0, 0, time.UTC)

// fake answers range queries by expression, the same for both windows unless
// a "before:" or "after:" stands in front, and other paths as they are.
type fake struct {
	server *httptest.Server
	ranges map[string]http.HandlerFunc
	paths  map[string]http.HandlerFunc
}

func newFake(t testing.TB) *fake {
	f := &fake{ranges: map[string]http.HandlerFunc{}, paths: map[string]http.HandlerFunc{}}
	f.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := f.paths[r.URL.Path]
		if r.URL.Path == "/api/v1/query_range" {
			which := "before:"
			if start, err := time.Parse(time.RFC3339, r.FormValue("start")); err == nil && !start.Before(deployed) {
				which = "after:"
			}
			expr := r.FormValue("query")
			if h = f.ranges[which+expr]; h == nil {
				h = f.ranges[expr]
			}
		}
		if h == nil {
			http.NotFound(w, r)
			return
		}
		h(w, r)
	}))
	t.Cleanup(f.server.Close)
	return f
}

func answer(code int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(code)
		fmt.Fprint(w, body)
	}
}

// matrixOf is a success with the given series.
func matrixOf(result, beside string) http.HandlerFunc {
	return answer(200, `{"status":"success","data":{"resultType":"matrix","result":[`+result+`]}`+beside+`}`)
}

func (f *fake) config(queries ...Query) Config {
	base, _ := url.Parse(f.server.URL)
	return Config{Name: "prom", BaseURL: base, Queries: queries, Before: 30 * time.Minute, After: time.Hour, Step: time.Minute,
		Authorize: func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+testToken) }}
}

func newCollector(t *testing.T, c Config, s *capture.Session) *Collector {
	t.Helper()
	col, err := New(c, s, "test")
	if err != nil {
		t.Fatal(err)
	}
	return col
}

func session(t *testing.T) *capture.Session { return collectortest.Session(t, t.TempDir(), false) }

func ref(id string) evidence.Ref {
	return evidence.Ref{Kind: evidence.KindSignal, System: "prom", ID: id}
}

func collect(t *testing.T, c *Collector, id string) ([]evidence.Item, []evidence.Gap) {
	t.Helper()
	var items []evidence.Item
	err := c.Collect(context.Background(), ref(id), func(it evidence.Item) error {
		items = append(items, it)
		return nil
	})
	return items, evidence.Gaps(ref(id), "prom", err, deployed)
}

func summary(gaps []evidence.Gap) string {
	var all []string
	for _, g := range gaps {
		all = append(all, strings.TrimSpace(g.Part+" "+string(g.Reason)))
	}
	return strings.Join(all, "; ")
}
