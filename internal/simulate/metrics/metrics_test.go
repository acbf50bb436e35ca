package metrics

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"sort"
	"strings"
	"testing"
	"time"
)

const known = `vector(1)` // an expression that both the fake and the real server answer

func fake(now time.Time) *httptest.Server {
	m := &Metrics{Version: "2.42.0", Retention: "15d", Now: now, Oldest: now.AddDate(-1, 0, 0), Exprs: []Expr{{Text: known, Series: []Series{{
		Labels: map[string]string{}, Value: Curve{Name: "x", Base: 1, Zone: time.UTC}.At,
	}}}}}
	return httptest.NewServer(m.Handler())
}

// real starts the Prometheus that is installed, or skips the test.
func real(t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath("prometheus")
	if err != nil {
		t.Skip("prometheus is not installed")
	}
	dir := t.TempDir()
	config := filepath.Join(dir, "prometheus.yml")
	if err := os.WriteFile(config, []byte("global: {scrape_interval: 1h}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, path, "--config.file="+config, "--storage.tsdb.path="+filepath.Join(dir, "data"), "--web.listen-address="+address)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cancel(); _ = cmd.Wait() })
	base := "http://" + address
	for range 200 {
		if res, err := http.Get(base + "/-/ready"); err == nil {
			_ = res.Body.Close()
			if res.StatusCode == http.StatusOK {
				return base
			}
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatal("prometheus did not become ready")
	return ""
}

func ask(t *testing.T, address string) (int, map[string]any) {
	t.Helper()
	res, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	var body map[string]any
	if err := json.Unmarshal(raw, &body); err != nil {
		t.Fatalf("%v: %s", err, raw)
	}
	return res.StatusCode, body
}

// shape writes which keys and kinds of value a body has.
func shape(v any) any {
	switch v := v.(type) {
	case map[string]any:
		var keys []string
		for k, x := range v {
			keys = append(keys, fmt.Sprintf("%s:%v", k, shape(x)))
		}
		sort.Strings(keys)
		return keys
	case []any:
		var out []any
		for _, x := range v {
			s := shape(x)
			if len(out) == 0 || !reflect.DeepEqual(out[len(out)-1], s) {
				out = append(out, s)
			}
		}
		return out
	}
	return reflect.TypeOf(v)
}

// TestAnswersAreShapedAsPrometheusShapesThem puts the same questions to the
// fake and to the Prometheus that is installed.
func TestAnswersAreShapedAsPrometheusShapesThem(t *testing.T) {
	there := real(t)
	now := time.Now().UTC().Truncate(time.Second)
	here := fake(now)
	defer here.Close()
	q := url.QueryEscape(known)
	at := func(d time.Duration) string { return fmt.Sprint(now.Add(d).Unix()) }
	for name, path := range map[string]string{
		"instant":        "/api/v1/query?query=" + q + "&time=" + at(-time.Minute),
		"range":          "/api/v1/query_range?query=" + q + "&start=" + at(-time.Hour) + "&end=" + at(-time.Minute) + "&step=60s",
		"range, RFC3339": "/api/v1/query_range?query=" + q + "&start=" + now.Add(-time.Hour).Format(time.RFC3339) + "&end=" + now.Format(time.RFC3339) + "&step=1m",
		"no start":       "/api/v1/query_range?query=" + q + "&end=" + at(0) + "&step=60",
		"end first":      "/api/v1/query_range?query=" + q + "&start=" + at(0) + "&end=" + at(-time.Hour) + "&step=60",
		"no step":        "/api/v1/query_range?query=" + q + "&start=" + at(-time.Hour) + "&end=" + at(0),
		"zero step":      "/api/v1/query_range?query=" + q + "&start=" + at(-time.Hour) + "&end=" + at(0) + "&step=0",
		"too fine":       "/api/v1/query_range?query=" + q + "&start=" + at(-24*time.Hour) + "&end=" + at(0) + "&step=1",
		"bad time":       "/api/v1/query?query=" + q + "&time=yesterday",
		"no query":       "/api/v1/query?time=" + at(0),
		"no match":       "/api/v1/series",
	} {
		t.Run(name, func(t *testing.T) {
			code, body := ask(t, here.URL+path)
			code2, body2 := ask(t, there+path)
			if code != code2 || !reflect.DeepEqual(shape(body), shape(body2)) {
				t.Errorf("here %d %v\nthere %d %v", code, shape(body), code2, shape(body2))
			}
			if body["errorType"] != body2["errorType"] || body["error"] != body2["error"] {
				t.Errorf("here %v: %v\nthere %v: %v", body["errorType"], body["error"], body2["errorType"], body2["error"])
			}
		})
	}
	for _, path := range []string{"/api/v1/status/buildinfo", "/api/v1/status/runtimeinfo"} {
		_, body := ask(t, here.URL+path)
		_, body2 := ask(t, there+path)
		for k, v := range body["data"].(map[string]any) {
			if real, ok := body2["data"].(map[string]any)[k]; ok && reflect.TypeOf(real) != reflect.TypeOf(v) {
				t.Errorf("%s: %s is %T here, %T there", path, k, v, real)
			}
		}
	}
}

func TestUnknownExpressionIsRefused(t *testing.T) {
	s := fake(time.Now())
	defer s.Close()
	code, body := ask(t, s.URL+"/api/v1/query?query=never_heard_of")
	if code != http.StatusBadRequest || body["errorType"] != "bad_data" || !strings.Contains(body["error"].(string), "never_heard_of") {
		t.Errorf("got %d %v", code, body)
	}
}

func TestCurve(t *testing.T) {
	noon := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	c := Curve{Name: "c", Base: 1, Unrest: 0.5, Zone: time.UTC, Bumps: []Bump{{From: noon, To: noon.Add(time.Hour), Height: 50}}, Gaps: []Gap{{From: noon.Add(5 * time.Hour), To: noon.Add(6 * time.Hour)}}}
	tests := map[string]struct {
		at        time.Duration
		low, high float64
		ok        bool
	}{
		"before": {-time.Minute, 0.5, 1.5, true}, "on the slope": {2 * time.Minute, 20, 30, true}, "in it": {30 * time.Minute, 50.5, 51.5, true},
		"after": {2 * time.Hour, 0.5, 1.5, true}, "no samples": {5*time.Hour + time.Minute, 0, 0, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			v, ok := c.At(noon.Add(tt.at))
			w, _ := c.At(noon.Add(tt.at))
			if ok != tt.ok || v < tt.low || v > tt.high || v != w {
				t.Errorf("got %v %v, and %v again", v, ok, w)
			}
		})
	}
}
