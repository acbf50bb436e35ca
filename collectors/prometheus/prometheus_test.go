package prometheus

import (
	"fmt"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/tickmark-dev/tickmark/collectors/collectortest"
	"github.com/tickmark-dev/tickmark/internal/capture"
	"github.com/tickmark-dev/tickmark/internal/evidence"
)

const apiAt = "api@2025-10-15T14:30:00Z"

func TestConformance(t *testing.T) {
	f := newFake(t)
	f.ranges["up"] = matrixOf(`{"metric":{"job":"api"},"values":[[1760538600,"1"]]}`, "")
	f.ranges["gone"] = matrixOf("", "")
	closed, err := url.Parse("http://127.0.0.1:1")
	if err != nil {
		t.Fatal(err)
	}
	at := func(base *url.URL) func(s *capture.Session) evidence.Collector {
		return func(s *capture.Session) evidence.Collector {
			c := f.config(Query{Service: "api", Name: "up", Expr: "up"}, Query{Service: "api", Name: "gone", Expr: "gone"})
			if base != nil {
				c.BaseURL = base
			}
			return newCollector(t, c, s)
		}
	}
	collectortest.Run(t, collectortest.Options{
		New: at(nil), Unreachable: at(closed),
		Refs:    []evidence.Ref{ref(apiAt + "/up"), ref(apiAt + "/gone")},
		Missing: []evidence.Ref{ref("web@2025-10-15T14:30:00Z"), ref(apiAt + "/other"), ref("api"), ref("api@yesterday"), ref("@2025-10-15T14:30:00Z")},
		Token:   testToken,
	})
}

func TestOneItemPerQuery(t *testing.T) {
	f := newFake(t)
	threshold := evidence.Threshold{Op: "<", Value: 0.01}
	for _, q := range []string{"a", "b", "c"} {
		f.ranges[q] = matrixOf(`{"metric":{},"values":[[1760538600,"1"]]}`, "")
	}
	f.ranges["b"] = matrixOf("", "")
	c := newCollector(t, f.config(
		Query{Service: "api", Name: "errors", Expr: "c", Unit: "ratio", Threshold: threshold},
		Query{Service: "web", Name: "errors", Expr: "a"},
		Query{Service: "api", Name: "alive", Expr: "a"},
		Query{Service: "api", Name: "empty", Expr: "b"},
	), session(t))
	items, gaps := collect(t, c, "api@2025-10-15T16:30:00+02:00")
	var refs []string
	for _, it := range items {
		refs = append(refs, it.Ref.ID)
		for _, p := range it.Provenance {
			u, err := url.Parse(p.URL)
			if err != nil {
				t.Fatal(err)
			}
			if q := u.Query().Get("query"); q != "" && q != it.Signal.Query {
				t.Errorf("%s has the provenance of another query: %s", it.Ref.ID, p.URL)
			}
		}
		if want := 2; it.Signal.Name != "empty" && len(it.Provenance) != want {
			t.Errorf("%s has %d payloads, want the two windows", it.Ref.ID, len(it.Provenance))
		}
	}
	want := []string{apiAt + "/alive", apiAt + "/empty", apiAt + "/errors"}
	if diff := cmp.Diff(want, refs); diff != "" {
		t.Errorf("refs (-want +got):\n%s", diff)
	}
	if got := summary(gaps); got != "before not found; after not found" || gaps[0].Ref.ID != apiAt+"/empty" {
		t.Errorf("gaps %q of %s", got, gaps[0].Ref.ID)
	}
	s := items[2].Signal
	if s.Unit != "ratio" || s.Threshold != threshold || s.Service != "api" || !s.At.Equal(deployed) {
		t.Errorf("signal %+v", s)
	}
	if s.Before.From != deployed.Add(-30*time.Minute) || s.Before.To != deployed || s.After.From != deployed || s.After.To != deployed.Add(time.Hour) || s.After.Step != time.Minute {
		t.Errorf("windows %+v and %+v", s.Before, s.After)
	}
	if u, err := url.Parse(s.URL); err != nil || u.Path != "/graph" || u.Query().Get("g0.expr") != "c" || u.Query().Get("g0.end_input") != "2025-10-15 15:30:00" {
		t.Errorf("URL %q", s.URL)
	}
}

func TestAnswers(t *testing.T) {
	one := `{"metric":{},"values":[[1760538600,"1"]]}`
	keeps := func(s string) http.HandlerFunc {
		return answer(200, `{"status":"success","data":{"storageRetention":"`+s+`"}}`)
	}
	for name, test := range map[string]struct {
		at     string
		before http.HandlerFunc
		after  http.HandlerFunc
		keeps  http.HandlerFunc
		gaps   string
		detail string
		notes  string
		none   bool // no item
	}{
		"both there":                 {before: matrixOf(one, ""), after: matrixOf(one, "")},
		"empty, retention not said":  {before: matrixOf(one, ""), after: matrixOf("", ""), gaps: "after not found", detail: "does not say how long"},
		"empty, older than kept":     {before: matrixOf("", ""), after: matrixOf("", ""), keeps: keeps("15d"), gaps: "before expired; after expired", detail: "keeps 15d"},
		"empty, older, size as well": {before: matrixOf("", ""), after: matrixOf(one, ""), keeps: keeps("15d or 10GiB"), gaps: "before expired"},
		"empty and still kept":       {before: matrixOf("", ""), after: matrixOf(one, ""), keeps: keeps("1y"), gaps: "before not found", detail: "nothing was measured"},
		"empty, kept by size alone":  {before: matrixOf("", ""), after: matrixOf(one, ""), keeps: keeps("10GiB"), gaps: "before not found", detail: "does not say how long"},
		"one window failed":          {before: matrixOf(one, ""), after: answer(422, `{"status":"error","errorType":"execution","error":"too many samples"}`), gaps: "after unreachable", detail: "execution: too many samples"},
		"bad query":                  {before: answer(400, `{"status":"error","errorType":"bad_data","error":"parse error"}`), after: answer(400, `{"status":"error"}`), gaps: "before unreachable; after unreachable", detail: "correct the query", none: true},
		"denied":                     {before: answer(403, `no`), after: answer(403, `no`), gaps: "before denied; after denied", none: true},
		"not Prometheus":             {before: answer(404, `no`), after: answer(404, `no`), gaps: "before unreachable; after unreachable", detail: "base URL", none: true},
		"error with 200":             {before: answer(200, `{"status":"error","errorType":"timeout","error":"slow"}`), after: matrixOf(one, ""), gaps: "before unreachable", detail: "timeout: slow"},
		"cut body":                   {before: answer(200, `{"status":"success","data":{"res`), after: matrixOf(one, ""), gaps: "before unreachable"},
		"a vector":                   {before: answer(200, `{"status":"success","data":{"resultType":"vector","result":[]}}`), after: matrixOf(one, ""), gaps: "before unreachable", detail: "vector"},
		"value that is no number":    {before: matrixOf(`{"metric":{},"values":[[1,"x"]]}`, ""), after: matrixOf(one, ""), gaps: "before unreachable", detail: `"x"`},
		"time that is no number":     {before: matrixOf(`{"metric":{},"values":[[null,"1"]]}`, ""), after: matrixOf(one, ""), gaps: "before unreachable"},
		"warning":                    {before: matrixOf(one, `,"warnings":["store gateway is down"]`), after: matrixOf(one, ""), gaps: "before truncated", detail: "store gateway", notes: "before: warning: store gateway is down"},
		"info":                       {before: matrixOf(one, ""), after: matrixOf(one, `,"infos":["metric might not be a counter"]`), notes: "after: info: metric might not be a counter"},
		"histograms":                 {before: matrixOf(`{"metric":{},"histograms":[[1,{}]]}`, ""), after: matrixOf(one, ""), gaps: "before truncated", detail: "native histograms"},
		"window not over":            {at: "2026-01-15T11:30:00Z", before: matrixOf(one, ""), after: matrixOf(one, ""), gaps: "after truncated", detail: "before it had ended"},
		"deployment still to come":   {at: "2026-01-15T18:00:00Z", before: matrixOf(one, ""), after: matrixOf(one, ""), gaps: "before truncated; after truncated"},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake(t)
			f.ranges["before:q"], f.ranges["after:q"] = test.before, test.after
			if test.keeps != nil {
				f.paths["/api/v1/status/runtimeinfo"] = test.keeps
			}
			at := test.at
			if at == "" {
				at = "2025-10-15T14:30:00Z"
			}
			items, gaps := collect(t, newCollector(t, f.config(Query{Service: "api", Name: "q", Expr: "q"}), session(t)), "api@"+at)
			if summary(gaps) != test.gaps || test.detail != "" && !slices.ContainsFunc(gaps, func(g evidence.Gap) bool { return strings.Contains(g.Detail, test.detail) }) {
				t.Errorf("gaps %+v, want %q with %q", gaps, test.gaps, test.detail)
			}
			if (len(items) == 0) != test.none {
				t.Fatalf("%d items", len(items))
			}
			if len(items) > 0 && strings.Join(items[0].Signal.Notes, "; ") != test.notes {
				t.Errorf("notes %q, want %q", items[0].Signal.Notes, test.notes)
			}
		})
	}
}

func TestValues(t *testing.T) {
	f := newFake(t)
	f.ranges["q"] = matrixOf(`
		{"metric":{"z":"1","a":"x\"y"},"values":[[1760538600.5,"NaN"],[1760538601,"+Inf"],[1760538602,"-Inf"],[1760538603,"1e-7"]]},
		{"metric":{},"values":[[1760538600,"0"]]},
		{"metric":{"__name__":"up","a":"b"},"values":[[1760538600,"12345.678"]]}`, "")
	items, gaps := collect(t, newCollector(t, f.config(Query{Service: "api", Name: "q", Expr: "q"}), session(t)), apiAt)
	if len(items) != 1 || len(gaps) > 0 {
		t.Fatalf("%d items, gaps %+v", len(items), gaps)
	}
	at := func(ms int64) time.Time { return time.UnixMilli(1760538600000 + ms).UTC() }
	want := []evidence.Series{
		{Labels: "", Points: []evidence.Point{{At: at(0), Value: 0}}},
		{Labels: `{__name__="up", a="b"}`, Points: []evidence.Point{{At: at(0), Value: 12345.678}}},
		{Labels: `{a="x\"y", z="1"}`, Points: []evidence.Point{{At: at(500), Value: math.NaN()}, {At: at(1000), Value: math.Inf(1)}, {At: at(2000), Value: math.Inf(-1)}, {At: at(3000), Value: 1e-7}}},
	}
	if diff := cmp.Diff(want, items[0].Signal.Before.Series, cmpopts.EquateNaNs()); diff != "" {
		t.Errorf("series (-want +got):\n%s", diff)
	}
}

func TestLabels(t *testing.T) {
	metric := map[string]string{"h": "8", "b": "2", "a": "1", "g": "7", "d": "4", "f": "6", "e": "5", "c": "3"}
	const want = `{a="1", b="2", c="3", d="4", e="5", f="6", g="7", h="8"}`
	for range 20 {
		if got := labels(metric); got != want {
			t.Fatalf("labels %s, want %s", got, want)
		}
	}
}

func TestNew(t *testing.T) {
	q := Query{Service: "api", Name: "up", Expr: "up"}
	for name, test := range map[string]struct {
		change func(c *Config)
		want   string // in the error; "" for none
		step   time.Duration
	}{
		"good":                    {change: func(*Config) {}, step: time.Minute},
		"step chosen":             {change: func(c *Config) { c.Step = 0 }, step: time.Minute},
		"step chosen, long":       {change: func(c *Config) { c.Step, c.After = 0, 60*24*time.Hour }, step: 472 * time.Second},
		"most points":             {change: func(c *Config) { c.Step, c.After = time.Second, 10999*time.Second }, step: time.Second},
		"too many points":         {change: func(c *Config) { c.Step, c.After = time.Second, 11000*time.Second }, want: "use a step of 2s or more"},
		"negative step":           {change: func(c *Config) { c.Step = -time.Second }, want: "too short"},
		"no window":               {change: func(c *Config) { c.After = 0 }, want: "windows"},
		"no name":                 {change: func(c *Config) { c.Name = "" }, want: "no name"},
		"no address":              {change: func(c *Config) { c.BaseURL = nil }, want: "base URL"},
		"login in the address":    {change: func(c *Config) { u := *c.BaseURL; u.User = url.User("ada"); c.BaseURL = &u }, want: "login"},
		"query without a name":    {change: func(c *Config) { c.Queries = []Query{{Service: "api", Expr: "up"}} }, want: "all needed"},
		"query without an expr":   {change: func(c *Config) { c.Queries = []Query{{Service: "api", Name: "up", Expr: " "}} }, want: "all needed"},
		"query named twice":       {change: func(c *Config) { c.Queries = []Query{q, q} }, want: "twice"},
		"query with an @ in it":   {change: func(c *Config) { c.Queries = []Query{{Service: "api", Name: "a@b", Expr: "up"}} }, want: "@"},
		"service with an @ in it": {change: func(c *Config) { c.Queries = []Query{{Service: "a@b", Name: "up", Expr: "up"}} }, step: time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			c := newFake(t).config(q)
			test.change(&c)
			col, err := New(c, session(t), "test")
			if test.want != "" {
				if err == nil || !strings.Contains(err.Error(), test.want) {
					t.Errorf("error %v, want %q", err, test.want)
				}
				return
			}
			if err != nil || col.config.Step != test.step {
				t.Errorf("step %v, error %v; want %v", col, err, test.step)
			}
		})
	}
}

func TestParseDuration(t *testing.T) {
	day := 24 * time.Hour
	for in, want := range map[string]time.Duration{
		"15d": 15 * day, "1y": 365 * day, "1w2d": 9 * day, "1h30m": 90 * time.Minute, "500ms": 500 * time.Millisecond,
		"0s": 0, "": 0, "10GiB": 0, "d": 0, "15": 0, "99999999y": 0,
	} {
		got, ok := parseDuration(in)
		if ok != (want > 0) || ok && got != want {
			t.Errorf("%q gave %v (%t), want %v", in, got, ok, want)
		}
	}
}

func TestPreflight(t *testing.T) {
	build := answer(200, `{"status":"success","data":{"version":"2.42.0"}}`)
	vector := func(result string) http.HandlerFunc {
		return answer(200, `{"status":"success","data":{"resultType":"vector","result":[`+result+`]}}`)
	}
	for name, test := range map[string]struct {
		build, query http.HandlerFunc
		anonymous    bool
		principal    string
		notes        []string
		not          string
		reason       evidence.Reason
	}{
		"good":         {build: build, query: vector(`{"metric":{},"value":[1,"1"]}`), principal: "not named by the source", notes: []string{"Prometheus 2.42.0", "keeps data for 15d"}, not: "query"},
		"anonymous":    {build: build, query: vector(`{"metric":{},"value":[1,"1"]}`), anonymous: true, principal: "anonymous"},
		"no data":      {build: build, query: vector(""), principal: "not named by the source", notes: []string{`query "up" of service "api": has no data`}},
		"bad query":    {build: build, query: answer(400, `{"status":"error","errorType":"bad_data","error":"parse error"}`), principal: "not named by the source", notes: []string{"parse error"}},
		"denied":       {build: answer(401, ``), reason: evidence.Denied},
		"other server": {build: answer(404, ``), reason: evidence.Unreachable},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake(t)
			f.paths["/api/v1/status/buildinfo"], f.paths["/api/v1/query"] = test.build, test.query
			f.paths["/api/v1/status/runtimeinfo"] = answer(200, `{"status":"success","data":{"storageRetention":"15d"}}`)
			c := f.config(Query{Service: "api", Name: "up", Expr: "up"})
			if test.anonymous {
				c.Authorize = nil
			}
			p, err := newCollector(t, c, session(t)).Preflight(t.Context())
			if test.reason != "" {
				if gaps := evidence.Gaps(ref(""), "prom", err, deployed); len(gaps) != 1 || gaps[0].Reason != test.reason {
					t.Errorf("error %v, want %q", err, test.reason)
				}
				return
			}
			notes := strings.Join(p.Notes, "\n")
			if err != nil || p.Name != test.principal || test.not != "" && strings.Contains(notes, test.not) {
				t.Errorf("principal %q, notes %q, error %v", p.Name, notes, err)
			}
			for _, n := range test.notes {
				if !strings.Contains(notes, n) {
					t.Errorf("notes %q lack %q", notes, n)
				}
			}
		})
	}
}

func TestCredentialIsSent(t *testing.T) {
	f := newFake(t)
	sent := ""
	f.ranges["q"] = func(w http.ResponseWriter, r *http.Request) {
		sent = r.Header.Get("Authorization")
		matrixOf(fmt.Sprintf(`{"metric":{},"values":[[%d,"1"]]}`, deployed.Unix()), "")(w, r)
	}
	collect(t, newCollector(t, f.config(Query{Service: "api", Name: "q", Expr: "q"}), session(t)), apiAt)
	if sent != "Bearer "+testToken {
		t.Errorf("authorization %q", sent)
	}
}
