package capture

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
)

// redacted stands where a secret was.
const redacted = "REDACTED"

// A shorter text is not treated as a secret: it would blot out ordinary words
// and protect nothing.
const (
	minSecret  = 4 // that was named as one
	minLearned = 8 // that was seen in a request
	minEcho    = 8 // that an answer may not hold
)

// secrets knows the texts that must not be written anywhere. It learns the
// credentials that go out, so that none depends on being named beforehand.
type secrets struct {
	mu      sync.RWMutex
	known   map[string]bool
	forms   [][]byte // every way in which one may be written, longest first
	longest int
}

func newSecrets() *secrets { return &secrets{known: map[string]bool{}} }

// add takes secrets that are named as such.
func (s *secrets) add(values ...string) { s.take(minSecret, values) }

func (s *secrets) take(shortest int, values []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	changed := false
	for _, v := range values {
		v = strings.TrimSpace(v)
		if len(v) < shortest || s.known[v] {
			continue
		}
		s.known[v], changed = true, true
		for _, form := range []string{v, url.QueryEscape(v), url.PathEscape(v), jsonEscape(v)} {
			s.forms = append(s.forms, []byte(form))
		}
	}
	if changed {
		slices.SortFunc(s.forms, func(a, b []byte) int {
			if len(a) != len(b) {
				return len(b) - len(a)
			}
			return bytes.Compare(a, b)
		})
		s.forms = slices.CompactFunc(s.forms, bytes.Equal)
		s.longest = len(s.forms[0])
	}
}

// probe learns what e's Authorize adds.
func (s *secrets) probe(e Endpoint) {
	if e.Authorize == nil || e.BaseURL == nil {
		return
	}
	before := &http.Request{Method: http.MethodGet, URL: e.BaseURL, Header: http.Header{}}
	after := before.Clone(context.Background())
	e.Authorize(after)
	s.learn(before, after)
}

// learn takes the credentials of a request that is about to be sent:
// whatever authorize added to its headers or its URL.
func (s *secrets) learn(before, after *http.Request) {
	var found []string
	for name, values := range after.Header {
		if name != "Authorization" && (publicHeader(name) || slices.Equal(before.Header[name], values)) {
			continue
		}
		for _, v := range values {
			found = append(found, v)
			scheme, cred, ok := strings.Cut(v, " ")
			if !ok {
				continue
			}
			found = append(found, cred)
			if plain, err := base64.StdEncoding.DecodeString(cred); err == nil && strings.EqualFold(scheme, "basic") {
				_, password, _ := strings.Cut(string(plain), ":")
				found = append(found, password)
			}
		}
	}
	if before.URL.RawQuery != after.URL.RawQuery {
		was := before.URL.Query()
		for name, values := range after.URL.Query() {
			if !slices.Equal(was[name], values) {
				found = append(found, values...)
			}
		}
	}
	if !s.knows(found) {
		s.take(minLearned, found)
	}
}

// publicHeader reports headers that say what we want or are, and no secret.
func publicHeader(name string) bool {
	switch name {
	case "Accept", "Accept-Language", "User-Agent", "Content-Type", "Content-Length", "X-Github-Api-Version":
		return true
	}
	return false
}

func (s *secrets) knows(values []string) bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	for _, v := range values {
		if v = strings.TrimSpace(v); len(v) >= minLearned && !s.known[v] {
			return false
		}
	}
	return true
}

// clean gives text without any secret.
func (s *secrets) clean(text string) string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	for _, f := range s.forms {
		if strings.Contains(text, string(f)) {
			text = strings.ReplaceAll(text, string(f), redacted)
		}
	}
	return text
}

func (s *secrets) in(b []byte) bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	for _, f := range s.forms {
		if len(f) < minEcho {
			break // the longest come first
		}
		if bytes.Contains(b, f) {
			return true
		}
	}
	return false
}

// watch gives a writer that looks for secrets in what passes through it.
func (s *secrets) watch() *watcher {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return &watcher{s: s, keep: max(s.longest-1, 0)}
}

type watcher struct {
	s     *secrets
	keep  int // bytes to look at again with the next ones
	tail  []byte
	found bool
}

func (w *watcher) Write(p []byte) (int, error) {
	if w.keep == 0 || w.found {
		return len(p), nil
	}
	// Only the seam needs a copy; the piece itself is looked at where it is.
	seam := append(w.tail, p[:min(len(p), w.keep)]...)
	w.found = w.s.in(seam) || w.s.in(p)
	if len(p) >= w.keep {
		w.tail = append(w.tail[:0], p[len(p)-w.keep:]...)
	} else {
		w.tail = append([]byte(nil), seam[max(0, len(seam)-w.keep):]...)
	}
	return len(p), nil
}

func jsonEscape(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		return s
	}
	return string(b[1 : len(b)-1])
}

// credentialParams are query parameters that are credentials wherever they
// stand.
func credentialParam(name string) bool {
	switch name {
	case "access_token", "private_token", "oauth_token", "id_token", "refresh_token", "client_secret",
		"api_key", "apikey", "api-key", "password", "passwd", "jwt", "signature":
		return true
	}
	return strings.HasPrefix(name, "x-amz-") || strings.HasPrefix(name, "x-goog-")
}

// signatureParam reports parameters that sign a URL for a short time, as the
// targets of download redirects carry them. At the system's own host these
// names may mean something else (a page token), so they are left there.
func signatureParam(name string) bool {
	switch name {
	case "sig", "token", "expires", "awsaccesskeyid", "googleaccessid", "key-pair-id", "policy", "hmac", "hdnts", "auth", "authorization", "key", "secret",
		// A shared access signature of Azure.
		"se", "sp", "sv", "sr", "st", "spr", "sip", "skoid", "sktid", "skt", "ske", "sks", "skv", "sdd", "saoid", "suoid", "scid":
		return true
	}
	return false
}

// cleanURL gives a URL as it may be written: without user, fragment,
// credentials and, away from the system's own host, signatures.
func (s *secrets) cleanURL(u *url.URL, own bool) string {
	c := *u
	c.User, c.Fragment, c.RawFragment = nil, "", ""
	c.ForceQuery = false
	if c.RawQuery != "" {
		var kept []string
		for pair := range strings.SplitSeq(c.RawQuery, "&") {
			name, _, _ := strings.Cut(pair, "=")
			if plain, err := url.QueryUnescape(name); err == nil {
				name = plain
			}
			name = strings.ToLower(name)
			if credentialParam(name) || !own && signatureParam(name) {
				continue
			}
			kept = append(kept, pair)
		}
		c.RawQuery = strings.Join(kept, "&")
	}
	return s.clean(c.String())
}

// sameOrigin reports whether two URLs have the same scheme, host and port.
func sameOrigin(a, b *url.URL) bool {
	return a != nil && b != nil && strings.EqualFold(a.Scheme, b.Scheme) &&
		strings.EqualFold(a.Hostname(), b.Hostname()) && portOf(a) == portOf(b)
}

func portOf(u *url.URL) string {
	if p := u.Port(); p != "" {
		return p
	}
	if strings.EqualFold(u.Scheme, "https") {
		return "443"
	}
	return "80"
}
