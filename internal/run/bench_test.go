package run

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/tickmark-dev/tickmark/internal/ledger"
	hub "github.com/tickmark-dev/tickmark/internal/simulate/forge"
)

// busyVariable has the test program serve a busy shop of so many pull requests.
const busyVariable = "TICKMARK_BENCH_BUSY"

// TestServeBusyShop is the other half of the benchmark, in a process of its
// own, so that the shop's memory is not counted as ours. It ends with its input.
func TestServeBusyShop(t *testing.T) {
	n, err := strconv.Atoi(os.Getenv(busyVariable))
	if err != nil {
		return // it is no test but the server that the benchmark starts
	}
	shop := hub.Busy(n, false)
	now := time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	handler := shop.Handler(hub.Options{Tokens: map[string]hub.Token{busyToken: {User: shop.Ana, Scopes: []string{"repo"}, Admin: true}}, Now: func() time.Time { return now }})
	server := &http.Server{Handler: handler, ReadHeaderTimeout: time.Minute}
	go func() { _ = server.Serve(l) }()
	fmt.Println("serving http://" + l.Addr().String())
	_, _ = io.Copy(io.Discard, os.Stdin)
	_ = server.Close()
}

// startBusyShop serves a busy shop elsewhere and gives its address.
func startBusyShop(b *testing.B, n int) string {
	b.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestServeBusyShop$", "-test.timeout=1h")
	cmd.Env = append(os.Environ(), busyVariable+"="+strconv.Itoa(n))
	in, err := cmd.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		_ = in.Close()
		_ = cmd.Wait()
	})
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if address, ok := strings.CutPrefix(lines.Text(), "serving "); ok {
			go func() { _, _ = io.Copy(io.Discard, out) }()
			return address
		}
	}
	b.Fatal("the shop does not serve")
	return ""
}

// BenchmarkPopulation lists, loads and reconciles the population of a busy
// shop, lists it again the next day, makes the ledger again from the vault
// alone, and asks it something.
func BenchmarkPopulation(b *testing.B) {
	for _, n := range []int{1_000, 10_000, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			address := startBusyShop(b, n)
			for b.Loop() {
				s := siteOfShop(b, address)
				s.begins = time.Date(2026, 12, 1, 9, 0, 0, 0, time.UTC)
				first := measured(b, s, false)
				s.begins = s.begins.AddDate(0, 0, 1)
				next := measured(b, s, false)
				if err := os.Remove(s.config.Ledger); err != nil {
					b.Fatal(err)
				}
				again := measured(b, s, true)
				if first.size < n || next.size != first.size || again.size != first.size || again.requests != 0 {
					b.Fatalf("%d changes, then %d, offline %d with %d requests", first.size, next.size, again.size, again.requests)
				}
				b.ReportMetric(float64(first.size), "changes")
				b.ReportMetric(float64(first.requests), "requests")
				b.ReportMetric(first.took.Seconds(), "s")
				b.ReportMetric(float64(first.heap)/(1<<20), "heap-MB")
				b.ReportMetric(float64(next.requests), "next-requests")
				b.ReportMetric(next.took.Seconds(), "next-s")
				b.ReportMetric(again.took.Seconds(), "rebuild-s")
				b.ReportMetric(first.query.Seconds(), "query-s")
				b.ReportMetric(float64(bytesOf(b, s.config.Vault))/(1<<20), "vault-MB")
				b.ReportMetric(float64(bytesOf(b, s.config.Ledger))/(1<<20), "ledger-MB")
			}
		})
	}
}

type figures struct {
	size        int
	requests    int64
	took, query time.Duration
	heap        uint64 // the most that was in use
}

// measured reads the population once and sums it up.
func measured(b *testing.B, s *site, offline bool) (f figures) {
	b.Helper()
	runtime.GC()
	stop, start := peakHeap(), time.Now()
	r := s.open(b, offline)
	defer r.Close()
	if err := r.prove(b.Context(), nil); err != nil {
		b.Fatal(err)
	}
	if err := r.enumerate(b.Context()); err != nil {
		b.Fatal(err)
	}
	p, err := r.summary(b.Context(), r.ledger)
	if err != nil {
		b.Fatal(err)
	}
	if cuts := p.Truncations(); len(cuts) > 0 {
		b.Fatalf("%d truncations, the first: %s", len(cuts), cuts[0])
	}
	f = figures{size: p.Size, requests: r.session.Stats().Requests, took: time.Since(start)}
	start = time.Now()
	for _, err := range r.ledger.Changes(b.Context(), ledger.Filter{InPopulation: true, Component: "f1*", Approver: "ana", Text: "change 1"}) {
		if err != nil {
			b.Fatal(err)
		}
	}
	f.query, f.heap = time.Since(start), stop()
	return f
}

// peakHeap watches how much memory the program holds until it is stopped.
func peakHeap() func() uint64 {
	var most atomic.Uint64
	stop, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			most.Store(max(most.Load(), m.HeapInuse+m.StackInuse))
			select {
			case <-stop:
				return
			case <-time.After(50 * time.Millisecond):
			}
		}
	}()
	return func() uint64 {
		close(stop)
		<-done
		return most.Load()
	}
}

func bytesOf(b *testing.B, path string) (sum int64) {
	b.Helper()
	err := filepath.WalkDir(path, func(_ string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err == nil {
			sum += info.Size()
		}
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	return sum
}
