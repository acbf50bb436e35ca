package forge

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Options says how a forge is served.
type Options struct {
	// Tokens that are accepted. Where there are none every request may see
	// everything, as the first person of the model.
	Tokens map[string]Token
	// Web is the base of pages for people; "https://github.com" where "".
	Web string
	// Storage is the base that logs and artifacts are redirected to. It must
	// reach the same handler under another host. Where "" it is the host that
	// was asked, with 127.0.0.1 and localhost swapped.
	Storage string
	// Enterprise is the version of GitHub Enterprise Server to pose as; github.com where "".
	Enterprise string
	// Now is the clock for the Date header, rate limits and retention; time.Now where nil.
	Now func() time.Time
	// RateLimit is the number of requests an hour that are answered; not limited where 0.
	RateLimit int
	// Faults are tried in order before each answer.
	Faults []*Fault
}

// Token is what a token lets see.
type Token struct {
	User    *User
	Scopes  []string // of a classic token: "repo" shows private repositories; empty for a fine-grained one
	Fine    bool     // fine-grained: Repos and Admin alone count, and no X-OAuth-Scopes is sent
	Repos   []string // names of repositories that a fine-grained token is for; all where nil
	Admin   bool     // may read settings: branch protection, retention
	Expires time.Time
}

// Handler serves the forge: REST at / and /api/v3/, GraphQL at /graphql and
// /api/graphql. It panics where the model contradicts itself; Finish says so
// as an error.
func (f *Forge) Handler(o Options) http.Handler {
	if err := f.Finish(); err != nil {
		panic(err)
	}
	if o.Web == "" {
		o.Web = "https://github.com"
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	s := &server{f: f, o: o, repos: map[string]*Repo{}, users: map[string]*User{}, teamed: map[*User]bool{}, graph: newGraph()}
	for _, r := range f.Repos {
		s.repos[strings.ToLower(r.full())] = r
	}
	for _, u := range append([]*User{f.Org}, f.Users...) {
		if !u.Deleted {
			s.users[strings.ToLower(u.Login)] = u
		}
	}
	for _, t := range f.Teams {
		for _, u := range t.Members {
			s.teamed[u] = true
		}
	}
	s.mux = s.routes()
	return s
}

type server struct {
	f      *Forge
	o      Options
	mux    *http.ServeMux
	repos  map[string]*Repo // by full name in lower case
	users  map[string]*User
	teamed map[*User]bool
	graph  graph
	sites  sync.Map // base URL to *site
	count  atomic.Int64
	limits sync.Mutex
	window time.Time
	used   int
}

// call is one request being answered.
type call struct {
	*site
	w     http.ResponseWriter
	r     *http.Request
	token Token
	anon  bool
	repo  *Repo // of the path, where it names one
}

// failure is an error that the client is told of.
type failure struct {
	status  int
	message string
	errors  any
	doc     string
}

func (e *failure) Error() string { return fmt.Sprintf("%d %s", e.status, e.message) }

func notFound() error { return &failure{status: http.StatusNotFound, message: "Not Found"} }

// raw is an answer that is not JSON; redirect one that is elsewhere.
type raw struct {
	kind string
	body []byte
}
type redirect string

// endpoint answers one route with a value to be written as JSON.
type endpoint func(*call) (any, error)

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	n := s.count.Add(1)
	now := s.o.Now().UTC()
	h := w.Header()
	h.Set("Date", now.Format(http.TimeFormat))
	h.Set("Server", "github.com")
	h.Set("X-GitHub-Request-Id", strings.ToUpper(fmt.Sprintf("%04x:%x:%s", n&0xffff, n, SHA("request", n)[:12])))
	if s.o.Enterprise != "" {
		h.Set("X-GitHub-Enterprise-Version", s.o.Enterprise)
	}
	w, answered := inject(s.o.Faults, w, r)
	if answered {
		return
	}
	if strings.HasPrefix(r.URL.Path, storagePath) {
		s.serveStorage(w, r)
		return
	}
	c := &call{site: s.siteOf(r), w: w, r: r}
	h.Set("X-GitHub-Media-Type", "github.v3; format=json")
	h.Set("X-GitHub-Api-Version-Selected", "2022-11-28")
	h.Set("Vary", "Accept, Authorization, Cookie, X-GitHub-OTP, Accept-Encoding, Accept, X-Requested-With")
	h.Set("Cache-Control", "private, max-age=60, s-maxage=60")
	if err := s.admit(c, now); err != nil {
		c.fail(err)
		return
	}
	c.r = stripPrefix(r)
	if c.r.URL.Path == "/graphql" {
		s.serveGraphQL(c)
		return
	}
	var m match
	s.mux.ServeHTTP(&m, c.r) // finds the route and sets the path's values
	if m.answer == nil {
		c.fail(notFound())
		return
	}
	body, err := m.answer(c)
	if err != nil {
		c.fail(withDoc(err, m.doc))
		return
	}
	c.write(body)
}

// stripPrefix gives the request as github.com would have it.
func stripPrefix(r *http.Request) *http.Request {
	r2 := r.Clone(r.Context())
	for prefix, with := range map[string]string{"/api/v3": "", "/api/graphql": "/graphql"} {
		if rest, ok := strings.CutPrefix(r.URL.Path, prefix); ok && (rest == "" || rest[0] == '/') {
			r2.URL.Path = with + rest
			if r2.URL.RawPath != "" {
				r2.URL.RawPath = with + strings.TrimPrefix(r.URL.RawPath, prefix)
			}
		}
	}
	return r2
}

// route is what the mux holds. It answers nothing itself: it tells the match
// that it was chosen.
type route struct {
	doc    string
	answer endpoint
}

func (rt route) ServeHTTP(w http.ResponseWriter, _ *http.Request) { w.(*match).route = rt }

// match receives the mux's choice, and swallows the mux's own errors.
type match struct{ route }

func (*match) Header() http.Header         { return http.Header{} }
func (*match) Write(b []byte) (int, error) { return len(b), nil }
func (*match) WriteHeader(int)             {}

func withDoc(err error, doc string) error {
	if f, ok := err.(*failure); ok && f.doc == "" {
		f.doc = "https://docs.github.com/rest/" + doc
	}
	return err
}

// admit checks the token and the rate limit.
func (s *server) admit(c *call, now time.Time) error {
	if c.r.Header.Get("User-Agent") == "" {
		return &failure{status: http.StatusForbidden, message: "Request forbidden by administrative rules. Please make sure your request has a User-Agent header"}
	}
	given := token(c.r)
	known := false
	c.token, known = s.o.Tokens[given]
	switch {
	case len(s.o.Tokens) == 0:
		c.token, known = Token{Admin: true, Scopes: []string{"repo", "read:org", "read:audit_log"}}, true
	case given != "" && !known:
		return &failure{status: http.StatusUnauthorized, message: "Bad credentials", doc: "https://docs.github.com/rest"}
	}
	c.anon = !known
	h := c.w.Header()
	if known && !c.token.Fine {
		h.Set("X-OAuth-Scopes", strings.Join(c.token.Scopes, ", "))
		h.Set("X-Accepted-OAuth-Scopes", "repo")
	}
	if !c.token.Expires.IsZero() {
		h.Set("GitHub-Authentication-Token-Expiration", c.token.Expires.UTC().Format("2006-01-02 15:04:05 UTC"))
	}
	return s.meter(c, now)
}

func token(r *http.Request) string {
	auth := r.Header.Get("Authorization")
	if _, pass, ok := r.BasicAuth(); ok {
		return pass
	}
	for _, scheme := range []string{"Bearer ", "bearer ", "token "} {
		if t, ok := strings.CutPrefix(auth, scheme); ok {
			return strings.TrimSpace(t)
		}
	}
	return strings.TrimSpace(auth)
}

// meter counts the request against the hour's limit and says so in headers.
func (s *server) meter(c *call, now time.Time) error {
	s.limits.Lock()
	defer s.limits.Unlock()
	if w := now.Truncate(time.Hour); !w.Equal(s.window) {
		s.window, s.used = w, 0
	}
	s.used++
	limit, left := s.o.RateLimit, s.o.RateLimit-s.used
	if limit == 0 {
		limit, left = 15000, max(15000-s.used, 1)
	}
	resource := "core"
	switch path := c.r.URL.Path; {
	case strings.HasSuffix(path, "/graphql"):
		resource = "graphql"
	case strings.Contains(path, "/search/"):
		resource = "search"
	}
	h := c.w.Header()
	h.Set("X-RateLimit-Limit", strconv.Itoa(limit))
	h.Set("X-RateLimit-Remaining", strconv.Itoa(max(left, 0)))
	h.Set("X-RateLimit-Used", strconv.Itoa(limit-max(left, 0)))
	h.Set("X-RateLimit-Reset", strconv.FormatInt(s.window.Add(time.Hour).Unix(), 10))
	h.Set("X-RateLimit-Resource", resource)
	if left < 0 {
		return &failure{status: http.StatusForbidden, doc: "https://docs.github.com/rest/overview/rate-limits-for-the-rest-api",
			message: "API rate limit exceeded for user ID " + strconv.FormatInt(s.viewer(c.token).ID, 10) + "."}
	}
	return nil
}

// viewer is whom a token belongs to: its user, or the first person there is.
func (s *server) viewer(t Token) *User {
	if t.User != nil {
		return t.User
	}
	for _, u := range s.f.Users {
		if u.Type == Person && !u.Deleted {
			return u
		}
	}
	return s.f.Org
}

// sees reports whether the caller may see a repository.
func (c *call) sees(r *Repo) bool {
	switch {
	case c.token.Fine:
		return c.token.Repos == nil && !c.anon || slices.Contains(c.token.Repos, r.Name) || !r.Private
	case r.Private:
		return slices.Contains(c.token.Scopes, "repo")
	}
	return true
}

// write sends a value as JSON, or 304 where the caller has it already.
func (c *call) write(body any) {
	switch v := body.(type) {
	case redirect:
		c.w.Header().Set("Location", string(v))
		c.w.WriteHeader(http.StatusFound)
		return
	case raw:
		c.send(v.kind, v.body)
		return
	}
	b, err := marshal(body)
	if err != nil {
		c.fail(&failure{status: http.StatusInternalServerError, message: err.Error()})
		return
	}
	c.send("application/json; charset=utf-8", b)
}

func (c *call) send(kind string, b []byte) {
	sum := sha256.Sum256(b)
	tag := `W/"` + hex.EncodeToString(sum[:]) + `"`
	h := c.w.Header()
	if c.r.Method != http.MethodPost {
		h.Set("ETag", tag)
	}
	if match := c.r.Header.Get("If-None-Match"); match != "" && c.r.Method != http.MethodPost && strings.Contains(match, strings.TrimPrefix(tag, "W/")) {
		c.w.WriteHeader(http.StatusNotModified)
		return
	}
	h.Set("Content-Type", kind)
	h.Set("Content-Length", strconv.Itoa(len(b)))
	if c.r.Method != http.MethodHead {
		_, _ = c.w.Write(b) // the caller hung up: nobody to tell
	}
}

// fail sends an error in GitHub's words.
func (c *call) fail(err error) {
	f, ok := err.(*failure)
	if !ok {
		f = &failure{status: http.StatusInternalServerError, message: err.Error()}
	}
	if f.doc == "" {
		f.doc = "https://docs.github.com/rest"
	}
	body := object{"message": f.message, "documentation_url": f.doc, "status": strconv.Itoa(f.status)}
	if f.errors != nil {
		body["errors"] = f.errors
		delete(body, "status")
	}
	b, _ := marshal(body) // strings alone
	h := c.w.Header()
	h.Del("Cache-Control")
	h.Set("Content-Type", "application/json; charset=utf-8")
	c.w.WriteHeader(f.status)
	_, _ = c.w.Write(b)
}

// marshal writes JSON as GitHub does: without escaping <, > and &.
func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

func b64(b []byte) string {
	var out strings.Builder
	s := base64.StdEncoding.EncodeToString(b)
	for len(s) > 60 {
		out.WriteString(s[:60] + "\n")
		s = s[60:]
	}
	out.WriteString(s + "\n")
	return out.String()
}
