package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// proxy stands between the product and one of the company's servers, and does
// wrong what its rules say.
type proxy struct {
	url, upstream string
	rules         []*rule
	server        *httptest.Server

	mu       sync.Mutex
	statuses map[int]int
}

// A rule is one way of going wrong, for the requests that match.
type rule struct {
	kind, value string
	path        *regexp.Regexp
	reached     chan struct{} // closed by the first request that matches
	once        sync.Once
	struck      atomic.Bool  // of a rule that strikes once
	spared      atomic.Int64 // requests that are still answered properly
}

// faulty SYSTEM KIND[=VALUE] PATTERN [KIND[=VALUE] PATTERN]... puts a server
// that misbehaves before one of the company's systems, and writes the
// configuration anew. PATTERN is matched with "GET /path?query", for GraphQL
// with the name of the query after it: "POST /graphql Merged". KIND+N lets the
// first N requests that match be answered properly. Without rules it only
// counts.
//
//	status=CODE   answers CODE with a JSON error
//	html          answers a login page with 200
//	cut           breaks off in the middle of the answer
//	later=SECONDS  asks once to come back later
//	hold          does not answer while the caller waits
//	echo          answers with the credential that was sent
//	body=BYTES    puts a text so long into the record's description
//	log=LINES     answers with a log of so many lines
//	formula       begins every title with a formula
//	secret        puts a GitHub token into every title
//	ansi          puts terminal control sequences into every login and title
//	closed, tls, dns: no such port; an untrusted certificate; no such host
func cmdFaulty(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 || len(args)%2 == 0 {
		ts.Fatalf("usage: faulty SYSTEM [KIND PATTERN]...")
	}
	s := sceneOf(ts)
	if old := s.proxies[args[0]]; old != nil {
		old.close()
	}
	upstream := map[string]string{"github": s.servers.GitHubURL, "jira": s.servers.JiraURL, "prometheus": s.servers.PrometheusURL}[args[0]]
	if upstream == "" {
		ts.Fatalf("no system %s", args[0])
	}
	p := &proxy{upstream: strings.TrimSuffix(upstream, "/"), statuses: map[int]int{}}
	kind := ""
	for i := 1; i < len(args); i += 2 {
		r := &rule{path: regexp.MustCompile(args[i+1]), reached: make(chan struct{})}
		what, spared, _ := strings.Cut(args[i], "+")
		r.kind, r.value, _ = strings.Cut(what, "=")
		n, _ := strconv.Atoi(spared)
		r.spared.Store(int64(n))
		p.rules = append(p.rules, r)
		kind = r.kind
	}
	p.open(kind)
	s.proxies[args[0]] = p
	s.configure(ts)
}

func (p *proxy) open(kind string) {
	switch kind {
	case "closed":
		gone := httptest.NewServer(nil)
		gone.Close()
		p.url = gone.URL + "/"
		return
	case "dns":
		p.url = "https://tickmark-test.invalid/"
		return
	case "tls":
		p.server = httptest.NewUnstartedServer(p)
		p.server.Config.ErrorLog = nil
		p.server.StartTLS()
	default:
		p.server = httptest.NewServer(p)
	}
	p.url = p.server.URL + "/"
}

func (p *proxy) close() {
	if p.server != nil {
		p.server.CloseClientConnections()
		p.server.Close()
	}
}

// reply is a response that was read whole.
type reply struct {
	status int
	header http.Header
	body   []byte
}

func (p *proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	name := requestName(r, body)
	a, err := p.ask(r, body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	announced := -1
	p.mu.Lock()
	rules := p.rules
	p.mu.Unlock()
	for _, rule := range rules {
		if !rule.path.MatchString(name) || rule.spared.Add(-1) >= 0 {
			continue
		}
		rule.once.Do(func() { close(rule.reached) })
		switch rule.kind {
		case "hold":
			<-r.Context().Done()
			return
		case "cut":
			announced = len(a.body)
			a.body = a.body[:len(a.body)/2]
		default:
			rule.spoil(&a, r)
		}
	}
	p.mu.Lock()
	p.statuses[a.status]++
	p.mu.Unlock()
	for k, v := range a.header {
		w.Header()[k] = v
	}
	if announced < 0 {
		announced = len(a.body)
	}
	if a.status != http.StatusNotModified {
		w.Header().Set("Content-Length", strconv.Itoa(announced))
	}
	w.WriteHeader(a.status)
	_, _ = w.Write(a.body)
}

// requestName is what patterns are matched with.
func requestName(r *http.Request, body []byte) string {
	name := r.Method + " " + r.URL.RequestURI()
	var q struct{ Query string }
	if r.Method == http.MethodPost && json.Unmarshal(body, &q) == nil {
		if end := strings.IndexAny(q.Query, "({"); end > 0 {
			name += " " + strings.TrimSpace(strings.TrimPrefix(q.Query[:end], "query "))
		}
	}
	return name
}

// ask gets the company's own answer, with this server's address in place of
// the company's.
func (p *proxy) ask(r *http.Request, body []byte) (reply, error) {
	out, err := http.NewRequestWithContext(r.Context(), r.Method, p.upstream+r.URL.RequestURI(), bytes.NewReader(body))
	if err != nil {
		return reply{}, err
	}
	out.Header = r.Header.Clone()
	out.Header.Set("Accept-Encoding", "identity")
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(out)
	if err != nil {
		return reply{}, err
	}
	a := reply{status: resp.StatusCode, header: resp.Header}
	a.body, err = io.ReadAll(resp.Body)
	if err := errors.Join(err, resp.Body.Close()); err != nil {
		return reply{}, err
	}
	here := strings.TrimSuffix(p.url, "/")
	for _, values := range a.header {
		for i := range values {
			values[i] = strings.ReplaceAll(values[i], p.upstream, here)
		}
	}
	a.header.Del("Content-Length")
	a.body = bytes.ReplaceAll(a.body, []byte(p.upstream), []byte(here))
	return a, nil
}

// spoil puts a wrong answer in place of the right one.
func (r *rule) spoil(a *reply, req *http.Request) {
	n, _ := strconv.Atoi(r.value)
	json := func(status int, body string) {
		a.status, a.body = status, []byte(body)
		a.header.Set("Content-Type", "application/json; charset=utf-8")
	}
	a.header.Del("Etag")
	a.header.Del("Last-Modified")
	switch r.kind {
	case "status":
		json(n, fmt.Sprintf(`{"message":%q,"documentation_url":"https://docs.github.com/rest"}`, http.StatusText(n)))
	case "later":
		if !r.struck.Swap(true) {
			a.header.Set("Retry-After", r.value)
			json(http.StatusTooManyRequests, `{"message":"slow down"}`)
		}
	case "html":
		a.status, a.body = http.StatusOK, []byte("<!doctype html><title>Sign in</title><form action=/login>")
		a.header.Set("Content-Type", "text/html; charset=utf-8")
	case "echo":
		json(http.StatusOK, fmt.Sprintf(`{"message":"you sent %s"}`, req.Header.Get("Authorization")))
	case "body":
		a.body = describe(a.body, n)
	case "log":
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "2026-05-26T06:10:%02d.%07dZ step %d: compiling a thing that takes its time\n", i/1e5%60, i, i)
		}
		a.status, a.body = http.StatusOK, []byte(b.String())
		a.header.Set("Content-Type", "text/plain; charset=utf-8")
	case "formula":
		a.body = bytes.ReplaceAll(a.body, []byte(`"title":"`), []byte(`"title":"=HYPERLINK(\"http://evil.example\",\"open\") `))
	case "secret":
		a.body = bytes.ReplaceAll(a.body, []byte(`"title":"`), []byte(`"title":"use ghp_0123456789abcdefghijABCDEFGHIJ012345 for it `))
	case "ansi":
		a.body = bytes.ReplaceAll(a.body, []byte(`"login":"`), []byte(`"login":"\u001b[2J\u202e`))
		a.body = bytes.ReplaceAll(a.body, []byte(`"title":"`), []byte(`"title":"\u001b]0;owned\u0007`))
	}
}

// describe gives a record a description of n bytes, of all sorts of text.
func describe(body []byte, n int) []byte {
	var record map[string]any
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.UseNumber()
	if dec.Decode(&record) != nil {
		return body
	}
	line := "- [ ] **Zahlung** <script>alert(1)</script> 支払い 🚀 `code` =HYPERLINK(\"x\") https://example.com/?q=1\n"
	text := strings.Repeat(line, n/len(line)+1)
	if fields, ok := record["fields"].(map[string]any); ok {
		fields["description"] = text // Jira's
	} else {
		record["body"] = text
	}
	out, err := json.Marshal(record)
	if err != nil {
		return body
	}
	return out
}

// reached SYSTEM waits until a rule of the faulty server has struck.
func cmdReached(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: reached SYSTEM")
	}
	select {
	case <-sceneOf(ts).proxies[args[0]].rules[0].reached:
	case <-time.After(20 * time.Second):
		ts.Fatalf("no request reached the rule")
	}
}

// release SYSTEM ends the misbehaviour of a faulty server.
func cmdRelease(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: release SYSTEM")
	}
	p := sceneOf(ts).proxies[args[0]]
	p.mu.Lock()
	defer p.mu.Unlock()
	p.rules = nil
}

// counted SYSTEM prints how many answers of each status there were since it
// was asked last.
func cmdCounted(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: counted SYSTEM")
	}
	p := sceneOf(ts).proxies[args[0]]
	p.mu.Lock()
	defer p.mu.Unlock()
	var lines []string
	for status, n := range p.statuses {
		lines = append(lines, fmt.Sprintf("%d %s", n, http.StatusText(status)))
	}
	slices.Sort(lines)
	p.statuses = map[int]int{}
	_, _ = fmt.Fprintln(ts.Stdout(), strings.Join(lines, "\n"))
}

// tiny FOLDER BYTES mounts a file system of that size at a new folder.
func cmdTiny(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: tiny FOLDER BYTES")
	}
	dir := ts.MkAbs(args[0])
	ts.Check(os.MkdirAll(dir, 0o700))
	ts.Check(mountTiny(dir, args[1]))
	s := sceneOf(ts)
	s.mounts = append(s.mounts, dir)
}

// readonly and writable FOLDER say whether a tiny file system may be written to.
func cmdReadonly(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: readonly FOLDER")
	}
	ts.Check(remount(ts.MkAbs(args[0]), true))
}

func cmdWritable(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: writable FOLDER")
	}
	ts.Check(remount(ts.MkAbs(args[0]), false))
}

// mayMount reports whether this machine lets us mount a small file system.
var mayMount = sync.OnceValue(func() bool {
	dir, err := os.MkdirTemp("", "tickmark-mount-*")
	if err != nil {
		return false
	}
	defer func() { _ = os.Remove(dir) }()
	return mountTiny(dir, "64k") == nil && unmount(dir) == nil
})
