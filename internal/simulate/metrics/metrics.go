// Package metrics is an in-memory Prometheus: it answers its HTTP API for the
// expressions that it was told, with values that depend on time alone.
//
// It answers api/v1/query, query_range, labels, label/{name}/values, series,
// status/buildinfo, status/flags, status/runtimeinfo, -/healthy and -/ready,
// by GET and, where Prometheus does, by POST. An expression that it does not
// know, and a parameter that Prometheus would refuse, is refused in
// Prometheus's words.
package metrics

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// Metrics is one server. It must not be changed while it serves.
type Metrics struct {
	Version   string
	Retention string    // as in the flags: "400d"
	Now       time.Time // no sample is newer
	Oldest    time.Time // no sample is older
	Exprs     []Expr
}

// Expr is one expression and the series that it evaluates to.
type Expr struct {
	Text   string
	Series []Series
}

// Series is one line. Value is asked for times within the server's history;
// ok is false where there is no sample.
type Series struct {
	Labels map[string]string
	Value  func(at time.Time) (v float64, ok bool)
}

const maxPoints = 11000 // Prometheus's own bound on one series of an answer

// Handler serves the metrics.
func (m *Metrics) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/api/v1/query", both(m.query))
	mux.HandleFunc("/api/v1/query_range", both(m.queryRange))
	mux.HandleFunc("/api/v1/series", both(m.series))
	mux.HandleFunc("/api/v1/labels", both(m.labels))
	mux.HandleFunc("GET /api/v1/label/{name}/values", m.labelValues)
	mux.HandleFunc("GET /api/v1/status/buildinfo", func(w http.ResponseWriter, _ *http.Request) {
		succeed(w, map[string]any{
			"version": m.Version, "revision": "harbourline-simulated", "branch": "HEAD", "buildUser": "harbourline sample company (simulated)",
			"buildDate": "20251201-00:00:00", "goVersion": "go1.25.4",
		})
	})
	mux.HandleFunc("GET /api/v1/status/flags", func(w http.ResponseWriter, _ *http.Request) {
		succeed(w, map[string]any{
			"query.lookback-delta": "5m", "query.max-samples": "50000000", "query.timeout": "2m",
			"storage.tsdb.path": "data/", "storage.tsdb.retention.time": m.Retention, "web.enable-admin-api": "false", "web.enable-lifecycle": "false",
		})
	})
	mux.HandleFunc("GET /api/v1/status/runtimeinfo", func(w http.ResponseWriter, _ *http.Request) {
		succeed(w, map[string]any{
			"startTime": m.Oldest.UTC().Format(time.RFC3339), "CWD": "/prometheus", "reloadConfigSuccess": true, "lastConfigTime": m.Oldest.UTC().Format(time.RFC3339),
			"corruptionCount": 0, "goroutineCount": 42, "GOMAXPROCS": 4, "GOGC": "", "GODEBUG": "", "storageRetention": m.Retention, "serverTime": m.Now.UTC().Format(time.RFC3339),
		})
	})
	for path, text := range map[string]string{"/-/healthy": "Prometheus Server is Healthy.\n", "/-/ready": "Prometheus Server is Ready.\n"} {
		mux.HandleFunc("GET "+path, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, text) })
	}
	return mux
}

func both(h http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodPost {
			http.Error(w, "Method Not Allowed", http.StatusMethodNotAllowed)
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, 1<<20)
		h(w, r)
	}
}

func succeed(w http.ResponseWriter, data any) {
	answer(w, http.StatusOK, map[string]any{"status": "success", "data": data})
}

func refuse(w http.ResponseWriter, status int, kind, format string, args ...any) {
	answer(w, status, map[string]any{"status": "error", "errorType": kind, "error": fmt.Sprintf(format, args...)})
}

func answer(w http.ResponseWriter, status int, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(body) // the client went away
}

func (m *Metrics) expr(w http.ResponseWriter, text string) (Expr, bool) {
	for _, e := range m.Exprs {
		if e.Text == text {
			return e, true
		}
	}
	switch text {
	case "":
		refuse(w, http.StatusBadRequest, "bad_data", `invalid parameter "query": 1:1: parse error: no expression found in input`)
	default:
		refuse(w, http.StatusBadRequest, "bad_data", `invalid parameter "query": 1:1: parse error: unknown expression %q`, text)
	}
	return Expr{}, false
}

func (m *Metrics) query(w http.ResponseWriter, r *http.Request) {
	at := m.Now
	if s := r.FormValue("time"); s != "" {
		var ok bool
		if at, ok = moment(s); !ok {
			refuse(w, http.StatusBadRequest, "bad_data", `invalid parameter "time": Invalid time value for 'time': cannot parse %q to a valid timestamp`, s)
			return
		}
	}
	e, ok := m.expr(w, r.FormValue("query"))
	if !ok {
		return
	}
	result := []any{}
	for _, s := range e.Series {
		if v, ok := m.value(s, at); ok {
			result = append(result, map[string]any{"metric": s.Labels, "value": point(at, v)})
		}
	}
	succeed(w, map[string]any{"resultType": "vector", "result": result})
}

func (m *Metrics) queryRange(w http.ResponseWriter, r *http.Request) {
	times := map[string]time.Time{}
	for _, name := range []string{"start", "end"} {
		at, ok := moment(r.FormValue(name))
		if !ok {
			refuse(w, http.StatusBadRequest, "bad_data", `invalid parameter %q: cannot parse %q to a valid timestamp`, name, r.FormValue(name))
			return
		}
		times[name] = at
	}
	start, end := times["start"], times["end"]
	if end.Before(start) {
		refuse(w, http.StatusBadRequest, "bad_data", `invalid parameter "end": end timestamp must not be before start time`)
		return
	}
	step, ok := duration(r.FormValue("step"))
	switch {
	case !ok:
		refuse(w, http.StatusBadRequest, "bad_data", `invalid parameter "step": cannot parse %q to a valid duration`, r.FormValue("step"))
		return
	case step <= 0:
		refuse(w, http.StatusBadRequest, "bad_data", `invalid parameter "step": zero or negative query resolution step widths are not accepted. Try a positive integer`)
		return
	case end.Sub(start)/step > maxPoints:
		refuse(w, http.StatusBadRequest, "bad_data", "exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query resolution (?step=XX)")
		return
	}
	e, known := m.expr(w, r.FormValue("query"))
	if !known {
		return
	}
	result := []any{}
	for _, s := range e.Series {
		values := []any{}
		for at := start; !at.After(end); at = at.Add(step) {
			if v, ok := m.value(s, at); ok {
				values = append(values, point(at, v))
			}
		}
		if len(values) > 0 {
			result = append(result, map[string]any{"metric": s.Labels, "values": values})
		}
	}
	succeed(w, map[string]any{"resultType": "matrix", "result": result})
}

func (m *Metrics) value(s Series, at time.Time) (float64, bool) {
	if at.After(m.Now) || at.Before(m.Oldest) {
		return 0, false
	}
	return s.Value(at)
}

// point writes a sample as Prometheus does: seconds, and the value as text.
func point(at time.Time, v float64) []any {
	ms := at.UnixMilli()
	seconds := json.Number(strconv.FormatFloat(float64(ms)/1000, 'f', -1, 64))
	switch {
	case math.IsInf(v, 1):
		return []any{seconds, "+Inf"}
	case math.IsInf(v, -1):
		return []any{seconds, "-Inf"}
	}
	return []any{seconds, strconv.FormatFloat(v, 'f', -1, 64)}
}

func moment(s string) (time.Time, bool) {
	if f, err := strconv.ParseFloat(s, 64); err == nil && !math.IsNaN(f) && !math.IsInf(f, 0) {
		return time.UnixMilli(int64(math.Round(f * 1000))).UTC(), true
	}
	at, err := time.Parse(time.RFC3339Nano, s)
	return at, err == nil
}

func duration(s string) (time.Duration, bool) {
	if f, err := strconv.ParseFloat(s, 64); err == nil {
		return time.Duration(f * float64(time.Second)), true
	}
	d, err := time.ParseDuration(s)
	return d, err == nil
}

func (m *Metrics) series(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil || len(r.Form["match[]"]) == 0 {
		refuse(w, http.StatusBadRequest, "bad_data", "no match[] parameter provided")
		return
	}
	out := []any{}
	for _, e := range m.Exprs {
		if slices.Contains(r.Form["match[]"], e.Text) {
			for _, s := range e.Series {
				out = append(out, s.Labels)
			}
		}
	}
	succeed(w, out)
}

func (m *Metrics) labels(w http.ResponseWriter, _ *http.Request) {
	names := map[string]bool{"__name__": true}
	for _, e := range m.Exprs {
		for _, s := range e.Series {
			for name := range s.Labels {
				names[name] = true
			}
		}
	}
	succeed(w, slices.Sorted(maps.Keys(names)))
}

func (m *Metrics) labelValues(w http.ResponseWriter, r *http.Request) {
	values := map[string]bool{}
	for _, e := range m.Exprs {
		for _, s := range e.Series {
			if v, ok := s.Labels[r.PathValue("name")]; ok {
				values[v] = true
			}
		}
	}
	out := slices.SortedFunc(maps.Keys(values), cmp.Compare[string])
	succeed(w, append([]string{}, out...))
}
