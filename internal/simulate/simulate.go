// Package simulate serves the sample company on this machine: its GitHub, its
// Jira and its Prometheus, each on a loopback port of its own, for the demo,
// for tests and for benchmarks.
package simulate

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/tickmark-dev/tickmark/internal/simulate/company"
	"github.com/tickmark-dev/tickmark/internal/simulate/forge"
)

// The environment variables that Config takes the tokens from.
const (
	GitHubTokenVariable = "TICKMARK_GITHUB_TOKEN"
	JiraTokenVariable   = "TICKMARK_JIRA_TOKEN"
)

// Servers are the company's systems while they serve.
type Servers struct {
	Company       *company.Company
	GitHubURL     string // with a slash at its end
	JiraURL       string
	PrometheusURL string
	GitHubToken   string
	JiraUser      string
	JiraToken     string

	servers []*http.Server
}

// Environment gives the variables that the configuration's tokens come from.
func (s *Servers) Environment() map[string]string {
	return map[string]string{GitHubTokenVariable: s.GitHubToken, JiraTokenVariable: s.JiraToken}
}

// Start serves a company until Close is called or ctx ends. The servers' clocks
// are right.
func Start(ctx context.Context, c *company.Company) (*Servers, error) {
	return StartAt(ctx, c, time.Now)
}

// StartAt is Start with a clock of the servers' own, for a reader that lives by
// the same: the story is told as of its own day.
func StartAt(ctx context.Context, c *company.Company, now func() time.Time) (*Servers, error) {
	s := &Servers{Company: c, GitHubToken: "harbourline-simulated-github-token", JiraUser: c.Tracker.BasicUser, JiraToken: c.Tracker.Token}
	var listeners []net.Listener
	for _, url := range []*string{&s.GitHubURL, &s.JiraURL, &s.PrometheusURL} {
		l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
		if err != nil {
			for _, open := range listeners {
				err = errors.Join(err, open.Close())
			}
			return nil, fmt.Errorf("opening a port for the sample company: %w", err)
		}
		listeners = append(listeners, l)
		*url = "http://" + l.Addr().String() + "/"
	}
	if err := c.Forge.Finish(); err != nil {
		return nil, fmt.Errorf("the sample company's repositories: %w", err)
	}
	hub := c.Forge.Handler(forge.Options{
		Tokens: map[string]forge.Token{s.GitHubToken: {User: c.Reader, Scopes: []string{"repo", "read:audit_log", "read:org"}, Admin: true}},
		Web:    strings.TrimSuffix(s.GitHubURL, "/"),
		Now:    func() time.Time { return c.Now },
	})
	names := strings.NewReplacer(company.GitHubURL, strings.TrimSuffix(s.GitHubURL, "/"), company.JiraURL, strings.TrimSuffix(s.JiraURL, "/"))
	for i, h := range []http.Handler{renaming(hub, names, now), renaming(c.Tracker.Handler(), names, now), c.Metrics.Handler()} {
		server := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second}
		s.servers = append(s.servers, server)
		go func() { _ = server.Serve(listeners[i]) }() // ends with ErrServerClosed
	}
	context.AfterFunc(ctx, s.Close)
	return s, nil
}

// Close ends the servers. It may be called more than once.
func (s *Servers) Close() {
	for _, server := range s.servers {
		_ = server.Close() // nothing is waiting for an answer any more
	}
}

// renaming puts the servers' real addresses where the company's texts have
// their own names.
func renaming(h http.Handler, names *strings.Replacer, now func() time.Time) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		buffer := &held{ResponseWriter: w, status: http.StatusOK}
		h.ServeHTTP(buffer, r)
		w.Header().Set("Date", now().UTC().Format(http.TimeFormat))
		body := buffer.body.Bytes()
		if kind := w.Header().Get("Content-Type"); strings.Contains(kind, "json") || strings.Contains(kind, "html") {
			if bytes.Contains(body, []byte("harbourline.example")) {
				body = []byte(names.Replace(string(body)))
			}
		}
		if w.Header().Get("Content-Length") != "" && r.Method != http.MethodHead {
			w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		}
		w.WriteHeader(buffer.status)
		_, _ = w.Write(body) // the client went away
	})
}

// held keeps an answer until it is complete.
type held struct {
	http.ResponseWriter
	status int
	body   bytes.Buffer
}

func (h *held) WriteHeader(status int)      { h.status = status }
func (h *held) Write(b []byte) (int, error) { return h.body.Write(b) }
