package run

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tickmark-dev/tickmark/internal/config"
	"github.com/tickmark-dev/tickmark/internal/simulate"
	"github.com/tickmark-dev/tickmark/internal/simulate/company"
	hub "github.com/tickmark-dev/tickmark/internal/simulate/forge"
)

// A relay stands before a server, counts what it is asked, and may answer in
// the server's place.
type relay struct {
	*httptest.Server
	mu    sync.Mutex
	next  http.Handler
	asked []asked
	// Spoil answers the nth request of that name itself, where it gives true.
	spoil func(n int, a asked, w http.ResponseWriter, r *http.Request) bool
}

// asked is one request: "Merged" for a query of GraphQL, else "GET /path".
type asked struct{ name, body string }

func newRelay(t testing.TB, next http.Handler) *relay {
	t.Helper()
	r := &relay{next: next}
	r.Server = httptest.NewServer(r)
	t.Cleanup(r.Close)
	return r
}

// passing passes on to another server. In answers the relays' addresses stand
// for those of the servers.
func passing(t *testing.T, address string, names *strings.Replacer) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, in *http.Request) {
		out, err := http.NewRequestWithContext(in.Context(), in.Method, strings.TrimSuffix(address, "/")+in.URL.RequestURI(), in.Body)
		if err != nil {
			t.Error(err)
			return
		}
		out.Header = in.Header.Clone()
		out.Header.Set("Accept-Encoding", "identity")
		resp, err := http.DefaultTransport.RoundTrip(out)
		if err != nil {
			return // the caller went away
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			return
		}
		for name, values := range resp.Header {
			for _, v := range values {
				w.Header().Add(name, names.Replace(v))
			}
		}
		w.Header().Del("Content-Length")
		w.WriteHeader(resp.StatusCode)
		_, _ = io.WriteString(w, names.Replace(string(body)))
	})
}

func (r *relay) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	a := asked{name: req.Method + " " + req.URL.Path}
	if req.Method == http.MethodPost {
		body, err := io.ReadAll(req.Body)
		if err != nil {
			return
		}
		req.Body = io.NopCloser(bytes.NewReader(body))
		a.body = string(body)
		var q struct{ Query string }
		if json.Unmarshal(body, &q) == nil && strings.HasPrefix(q.Query, "query ") {
			a.name = strings.TrimSpace(q.Query[len("query "):strings.IndexAny(q.Query, "({")])
		}
	}
	r.mu.Lock()
	n := 1
	for _, x := range r.asked {
		if x.name == a.name {
			n++
		}
	}
	r.asked = append(r.asked, a)
	next, spoil := r.next, r.spoil
	r.mu.Unlock()
	if spoil == nil || !spoil(n, a, w, req) {
		next.ServeHTTP(w, req)
	}
}

// taken gives what was asked since it was called last.
func (r *relay) taken() []asked {
	r.mu.Lock()
	defer r.mu.Unlock()
	all := r.asked
	r.asked = nil
	return all
}

func (r *relay) set(spoil func(int, asked, http.ResponseWriter, *http.Request) bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.spoil = spoil
}

// named counts the requests whose name begins so.
func named(all []asked, prefix string) int {
	n := 0
	for _, a := range all {
		if strings.HasPrefix(a.name, prefix) {
			n++
		}
	}
	return n
}

func refuse(status int) func(w http.ResponseWriter) {
	return func(w http.ResponseWriter) {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, `{"message":"`+http.StatusText(status)+`"}`)
	}
}

// hangUp ends the connection in the middle of an answer.
func hangUp(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Content-Length", "100000")
	_, _ = io.WriteString(w, `{"data":{"nodes":[`)
	if f, ok := w.(http.Flusher); ok {
		f.Flush()
	}
	panic(http.ErrAbortHandler)
}

// relayed serves the sample company behind relays.
func relayed(t *testing.T) (s *site, github, jira *relay) {
	t.Helper()
	servers, err := simulate.Start(t.Context(), company.New(company.DefaultSeed))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(servers.Close)
	github, jira = newRelay(t, nil), newRelay(t, nil)
	names := strings.NewReplacer(servers.GitHubURL, github.URL+"/", servers.JiraURL, jira.URL+"/")
	github.next, jira.next = passing(t, servers.GitHubURL, names), passing(t, servers.JiraURL, names)
	seen := *servers
	seen.GitHubURL, seen.JiraURL = github.URL+"/", jira.URL+"/"
	s = &site{dir: t.TempDir(), env: servers.Environment(), pause: time.Millisecond}
	if s.config, err = config.Parse(filepath.Join(s.dir, "tickmark.yaml"), []byte(simulate.Config(&seen, ""))); err != nil {
		t.Fatal(err)
	}
	return s, github, jira
}

// busyToken is what the busy shop is asked with.
const busyToken = "busy-token-5d1c"

// busySite is a configuration over a busy shop behind a relay. What is changed
// in the shop shows once it is served again.
func busySite(t testing.TB, shop *hub.Shop) (s *site, served *relay, serve func()) {
	t.Helper()
	served = newRelay(t, nil)
	now := time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
	serve = func() {
		next := shop.Handler(hub.Options{Tokens: map[string]hub.Token{busyToken: {User: shop.Ana, Scopes: []string{"repo"}, Admin: true}}, Now: func() time.Time { return now }})
		served.mu.Lock()
		served.next = next
		served.mu.Unlock()
	}
	serve()
	return siteOfShop(t, served.URL), served, serve
}

func siteOfShop(t testing.TB, address string) *site {
	t.Helper()
	s := &site{dir: t.TempDir(), env: map[string]string{"BUSY_TOKEN": busyToken}, pause: time.Millisecond}
	text := "schema_version: 1\norganization: Acme\ntime_zone: UTC\nperiod: {from: 2026-01-02, to: 2026-12-01}\nsystems:\n" +
		"  - {name: github, kind: github, url: " + address + ", token: {env: BUSY_TOKEN}, repositories: [acme/api], production: [production]}\n"
	var err error
	if s.config, err = config.Parse(filepath.Join(s.dir, "tickmark.yaml"), []byte(text)); err != nil {
		t.Fatal(err)
	}
	return s
}

// sorted gives lines in order, to be compared.
func sorted(lines []string) []string { return slices.Sorted(slices.Values(lines)) }
