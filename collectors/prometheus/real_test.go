package prometheus

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// sample is the value that the back-filled history has at a minute: rising
// before the deployment, with gaps that are no numbers after it.
func sample(minute int) float64 {
	switch {
	case minute == 5:
		return math.NaN()
	case minute == 6:
		return math.Inf(1)
	case minute < 0:
		return 0.001 * float64(60+minute)
	}
	return 0.25 / float64(minute+1)
}

const firstMinute, lastMinute = -60, 120

// history writes two gauges and a counter around the deployment, in
// OpenMetrics.
func history() string {
	var b strings.Builder
	line := func(metric string, minute int, value float64) {
		fmt.Fprintf(&b, "%s %v %d\n", metric, value, deployed.Add(time.Duration(minute)*time.Minute).Unix())
	}
	b.WriteString("# TYPE error_ratio gauge\n")
	for m := firstMinute; m <= lastMinute; m++ {
		line(`error_ratio{service="api",zone="b"}`, m, sample(m))
	}
	for m := firstMinute; m <= lastMinute; m++ {
		line(`error_ratio{service="api",zone="a"}`, m, float64(m))
	}
	b.WriteString("# TYPE requests counter\n")
	for m := firstMinute; m <= lastMinute; m++ {
		line(`requests_total{service="api"}`, m, float64(120*(m-firstMinute)))
	}
	// A server deletes what is older than its retention as seen from the newest.
	b.WriteString("# TYPE later gauge\n")
	line("later", 60*24*10, 1)
	b.WriteString("# EOF\n")
	return b.String()
}

// startPrometheus starts a real server over the back-filled history.
func startPrometheus(t *testing.T, retention string) *url.URL {
	t.Helper()
	server, err1 := exec.LookPath("prometheus")
	tool, err2 := exec.LookPath("promtool")
	if err1 != nil || err2 != nil {
		t.Skip("prometheus and promtool are not installed on this machine")
	}
	dir := t.TempDir()
	input, data, config := filepath.Join(dir, "history.om"), filepath.Join(dir, "data"), filepath.Join(dir, "prometheus.yml")
	for path, text := range map[string]string{input: history(), config: "global:\n  scrape_interval: 1h\n"} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if out, err := exec.Command(tool, "tsdb", "create-blocks-from", "openmetrics", input, data).CombinedOutput(); err != nil {
		t.Fatalf("back-fill: %v\n%s", err, out)
	}
	// A port that was free a moment ago may be taken since: try again then.
	var failed string
	for range 3 {
		base, out, ok := launch(t, server, config, data, retention)
		if ok {
			return base
		}
		failed = out
	}
	t.Fatalf("prometheus does not start:\n%s", failed)
	return nil
}

func launch(t *testing.T, server, config, data, retention string) (base *url.URL, output string, ok bool) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	l.Close()
	ctx, cancel := context.WithCancel(context.Background())
	var out bytes.Buffer
	cmd := exec.CommandContext(ctx, server, "--config.file="+config, "--storage.tsdb.path="+data, "--storage.tsdb.retention.time="+retention,
		"--web.listen-address="+address, "--log.level=warn")
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { _ = cmd.Wait(); close(ended) }()
	stop := func() { cancel(); <-ended }
	base = &url.URL{Scheme: "http", Host: address}
	for deadline := time.Now().Add(60 * time.Second); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		select {
		case <-ended:
			cancel()
			return nil, out.String(), false
		default:
		}
		resp, err := http.Get(base.String() + "/-/ready")
		if err != nil {
			continue
		}
		resp.Body.Close()
		if resp.StatusCode == http.StatusOK {
			t.Cleanup(stop)
			return base, "", true
		}
	}
	stop()
	return nil, "not ready after a minute:\n" + out.String(), false
}

func realConfig(base *url.URL, queries ...Query) Config {
	return Config{Name: "prom", BaseURL: base, Queries: queries, Before: 30 * time.Minute, After: time.Hour, Step: time.Minute}
}

func TestRealPrometheus(t *testing.T) {
	base := startPrometheus(t, "10y")
	c := newCollector(t, realConfig(base,
		Query{Service: "api", Name: "errors", Expr: `error_ratio{service="api"}`, Unit: "ratio"},
		Query{Service: "api", Name: "rate", Expr: `sum(rate(requests_total[5m]))`},
		Query{Service: "other", Name: "nothing", Expr: `no_such_series`},
		Query{Service: "other", Name: "wrong", Expr: `sum(`},
	), session(t))

	t.Run("values are those that were written", func(t *testing.T) {
		items, gaps := collect(t, c, apiAt+"/errors")
		if len(items) != 1 || len(gaps) > 0 {
			t.Fatalf("%d items, gaps %+v", len(items), gaps)
		}
		s := items[0].Signal
		for name, window := range map[string]struct {
			got      evidence.Window
			from, to int
		}{"before": {s.Before, -30, 0}, "after": {s.After, 0, 60}} {
			want := []evidence.Series{{Labels: `{__name__="error_ratio", service="api", zone="a"}`}, {Labels: `{__name__="error_ratio", service="api", zone="b"}`}}
			for m := window.from; m <= window.to; m++ {
				when := deployed.Add(time.Duration(m) * time.Minute)
				want[0].Points = append(want[0].Points, evidence.Point{At: when, Value: float64(m)})
				want[1].Points = append(want[1].Points, evidence.Point{At: when, Value: sample(m)})
			}
			if diff := cmp.Diff(want, window.got.Series, cmpopts.EquateNaNs()); diff != "" {
				t.Errorf("%s (-written +collected):\n%s", name, diff)
			}
		}
	})
	t.Run("a computed rate", func(t *testing.T) {
		items, gaps := collect(t, c, apiAt+"/rate")
		if len(items) != 1 || len(gaps) > 0 || len(items[0].Signal.After.Series) != 1 {
			t.Fatalf("items %+v, gaps %+v", items, gaps)
		}
		series := items[0].Signal.After.Series[0]
		if series.Labels != "" || len(series.Points) != 61 {
			t.Errorf("labels %q, %d points", series.Labels, len(series.Points))
		}
		for _, p := range series.Points {
			if math.Abs(p.Value-2) > 1e-9 { // 120 a minute
				t.Errorf("rate %v at %v, want 2 a second", p.Value, p.At)
			}
		}
	})
	t.Run("no data and a wrong query are gaps", func(t *testing.T) {
		items, gaps := collect(t, c, "other@2025-10-15T14:30:00Z")
		if len(items) != 1 || summary(gaps) != "before not found; after not found; before unreachable; after unreachable" {
			t.Errorf("%d items, gaps %+v", len(items), gaps)
		}
		for _, g := range gaps[2:] {
			if !strings.Contains(g.Detail, "parse error") || !strings.Contains(g.Detail, "correct the query") {
				t.Errorf("detail %q", g.Detail)
			}
		}
	})
	t.Run("as many points as the server gives", func(t *testing.T) {
		config := realConfig(base, Query{Service: "api", Name: "errors", Expr: `error_ratio{zone="a"}`})
		config.Step, config.After = time.Second, (maxPoints-1)*time.Second
		if _, gaps := collect(t, newCollector(t, config, session(t)), apiAt); len(gaps) > 0 {
			t.Errorf("gaps %+v", gaps)
		}
	})
	t.Run("preflight", func(t *testing.T) {
		p, err := c.Preflight(t.Context())
		notes := strings.Join(p.Notes, "\n")
		for _, want := range []string{"Prometheus 2.", "keeps data for 10y", `query "nothing" of service "other": has no data`, `query "wrong" of service "other"`} {
			if err != nil || !strings.Contains(notes, want) {
				t.Errorf("error %v, notes %q lack %q", err, notes, want)
			}
		}
	})
}

// TestRealRetention asks a real server for a time that it no longer keeps.
func TestRealRetention(t *testing.T) {
	base := startPrometheus(t, "1d")
	c := newCollector(t, realConfig(base, Query{Service: "api", Name: "errors", Expr: "error_ratio"}), session(t))
	items, gaps := collect(t, c, apiAt)
	if len(items) != 1 || summary(gaps) != "before expired; after expired" {
		t.Errorf("%d items, gaps %+v", len(items), gaps)
	}
}
