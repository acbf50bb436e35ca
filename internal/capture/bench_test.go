package capture

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

func benchSession(b *testing.B, dir string, offline bool) *Session {
	b.Helper()
	s, err := Open(b.Context(), Options{Dir: dir, Offline: offline, Now: time.Now, Log: discard()})
	if err != nil {
		b.Fatal(err)
	}
	return s
}

// BenchmarkRecord measures recording from a server on this machine: each
// answer is on the disk before it is given.
func BenchmarkRecord(b *testing.B) {
	for _, size := range []int{10 << 10, 1 << 20} {
		body := bytes.Repeat([]byte(`{"login":"octocat","id":583231,"state":"APPROVED"},`), size/51+1)[:size]
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.WriteString(w, r.URL.Path)
			_, _ = w.Write(body)
		}))
		for _, at := range []int{1, 8} {
			b.Run(fmt.Sprintf("%dKiB/%d_at_once", size>>10, at), func(b *testing.B) {
				s := benchSession(b, filepath.Join(b.TempDir(), "vault"), false)
				defer func() { _ = s.Close() }()
				u, err := url.Parse(srv.URL)
				if err != nil {
					b.Fatal(err)
				}
				c := s.Client(Endpoint{System: "sys", BaseURL: u})
				b.SetBytes(int64(size))
				b.ReportAllocs()
				var n atomic.Int64
				done := make(chan struct{})
				b.ResetTimer()
				for range at {
					go func() {
						for i := n.Add(1); i <= int64(b.N); i = n.Add(1) {
							resp, err := c.Get(fmt.Sprint(srv.URL, "/", i)) //nolint:noctx // a benchmark
							if err != nil {
								b.Error(err)
								break
							}
							_, _ = io.Copy(io.Discard, resp.Body)
							_ = resp.Body.Close()
						}
						done <- struct{}{}
					}()
				}
				for range at {
					<-done
				}
			})
		}
		srv.Close()
	}
}

// BenchmarkOpen measures the opening of a vault of 100,000 records.
func BenchmarkOpen(b *testing.B) {
	dir := filepath.Join(b.TempDir(), "vault")
	s := benchSession(b, dir, false)
	for i := range 100_000 {
		_, err := s.journal.write(&record{
			Kind: kindAnswer, Time: s.now(), System: "github", Method: http.MethodGet, Accept: "application/vnd.github+json", APIVersion: "2022-11-28",
			URL: fmt.Sprintf("https://api.github.com/repos/acme/api/pulls/%d/reviews?per_page=100", i), Status: 200, SHA256: hashOf([]byte(fmt.Sprint(i))), Size: 5000,
			Header:      http.Header{"Etag": {`W/"` + strings.Repeat("e", 64) + `"`}, "Content-Type": {"application/json; charset=utf-8"}, "X-Ratelimit-Remaining": {"4999"}, "X-Ratelimit-Reset": {"1700000000"}, "X-Oauth-Scopes": {"repo, read:org"}},
			RetrievedBy: "octocat", Collector: "github 0.1.0", Attempt: 1,
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		b.Fatal(err)
	}
	b.ResetTimer()
	for range b.N {
		if err := benchSession(b, dir, true).Close(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkReplay measures answers from the vault.
func BenchmarkReplay(b *testing.B) {
	dir := filepath.Join(b.TempDir(), "vault")
	s := benchSession(b, dir, false)
	body := bytes.Repeat([]byte("evidence "), 1000)
	for i := range 1000 {
		if _, err := s.Fetch(b.Context(), "s", fmt.Sprint(i), func(context.Context) ([]byte, error) { return append(body, fmt.Sprint(i)...), nil }); err != nil {
			b.Fatal(err)
		}
	}
	_ = s.Close()
	s = benchSession(b, dir, true)
	b.SetBytes(int64(len(body)))
	b.ResetTimer()
	for i := range b.N {
		if _, err := s.Fetch(b.Context(), "s", fmt.Sprint(i%1000), nil); err != nil {
			b.Fatal(err)
		}
	}
}
