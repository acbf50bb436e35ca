package capture

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// What a collector sees online it sees offline: bodies, headers, provenance.
func TestOnlineAndOfflineSeeTheSame(t *testing.T) {
	big := strings.Repeat("0123456789abcdef", smallBody/8) // longer than what is kept in memory
	var sent atomic.Int32
	srv := serve(t, func(w http.ResponseWriter, r *http.Request) {
		sent.Add(1)
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Set-Cookie", "session=1")
		w.Header().Set("X-RateLimit-Remaining", "12")
		w.Header().Set("X-Unknown", "1")
		switch r.URL.Path {
		case "/ok":
			w.Header().Set("Link", `<http://x/?page=2>; rel="next"`)
			_, _ = io.WriteString(w, `{"ok":true}`)
		case "/big":
			_, _ = io.WriteString(w, big)
		case "/edge":
			_, _ = io.WriteString(w, big[:smallBody])
		case "/empty":
			w.WriteHeader(http.StatusNoContent)
		case "/missing":
			http.Error(w, `{"message":"Not Found"}`, http.StatusNotFound)
		case "/denied":
			http.Error(w, `{"message":"Forbidden"}`, http.StatusForbidden)
		case "/gone":
			http.Error(w, `{"message":"Gone"}`, http.StatusGone)
		case "/graphql":
			b, _ := io.ReadAll(r.Body)
			fmt.Fprintf(w, `{"data":%s}`, b)
		case "/broken":
			http.Error(w, "no", http.StatusBadGateway)
		case "/rejected":
			http.Error(w, "who?", http.StatusUnauthorized)
		}
	})
	ask := func(r *run) map[string]got {
		c := r.client(srv.URL)
		out := map[string]got{}
		for _, p := range []string{"/ok", "/ok?page=2&per_page=100", "/big", "/edge", "/empty", "/missing", "/denied", "/gone", "/broken", "/rejected"} {
			out[p] = r.get(c, srv.URL+p)
		}
		out["head"] = r.get(c, srv.URL+"/ok", func(r *http.Request) { r.Method = http.MethodHead })
		out["q1"] = r.get(c, srv.URL+"/graphql", post(`{"query":"one"}`))
		out["q2"] = r.get(c, srv.URL+"/graphql", post(`{"query":"two"}`))
		return out
	}
	dir := vaultDir(t)
	online := begin(t, dir, 1, false)
	want := ask(online)
	again := ask(online)
	asOf := online.AsOf()
	if n := sent.Load(); n != 13+4+2+4 { // a 5xx is tried five times, and asked for again; a 401 asked again
		t.Errorf("%d requests reached the source", n)
	}
	for p, g := range again {
		if p == "/broken" || p == "/rejected" { // failures are not kept for the run
			delete(again, p)
			continue
		}
		if diff := cmp.Diff(want[p], g); diff != "" {
			t.Errorf("%s: asked again in one run: %s", p, diff)
		}
	}
	srv.Close()
	online.close()
	for day := 2; day < 4; day++ {
		offline := begin(t, dir, day, true)
		last := ask(offline)
		for _, p := range []string{"/broken", "/rejected"} { // the newest failure is given, which was the second
			if last[p].Status != want[p].Status || last[p].Body != want[p].Body {
				t.Errorf("%s: offline %+v", p, last[p])
			}
			delete(last, p)
			delete(want, p)
		}
		if diff := cmp.Diff(want, last); diff != "" {
			t.Errorf("offline differs (-online +offline):\n%s", diff)
		}
		if got := offline.AsOf(); !got.Equal(asOf) {
			t.Errorf("as of: online %s, offline %s", asOf, got)
		}
		offline.close()
		want["/broken"], want["/rejected"] = got{Status: 502, Body: "no\n"}, got{Status: 401, Body: "who?\n"}
	}
	if p := want["q1"].Provenance[0]; p.Query != `{"query":"one"}` || p.Status != 200 || p.Collector != "collector 1.0" || p.Size == 0 || p.SHA256 != hashOf([]byte(want["q1"].Body)) {
		t.Errorf("provenance of a query: %+v", p)
	}
	if h := want["/ok"].Header; h.Get("Link") == "" || h.Get("Set-Cookie") != "" || h.Get("X-Unknown") != "" || h.Get("X-Ratelimit-Remaining") != "" {
		t.Errorf("headers handed on: %v", h)
	}
	for name, text := range vaultText(t, dir) {
		if strings.HasPrefix(name, "journal/") && (strings.Contains(text, "session=1") || !strings.Contains(text, "X-Ratelimit-Remaining")) {
			t.Errorf("%s: wrong headers recorded", name)
		}
	}
	mustBeSound(t, dir)
}

func TestNotRecorded(t *testing.T) {
	srv := serve(t, func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, "x") })
	dir := vaultDir(t)
	r := begin(t, dir, 1, false)
	r.get(r.client(srv.URL), srv.URL+"/a")
	r.close()
	off := begin(t, dir, 2, true)
	for name, edit := range map[string]func(*http.Request){
		"another address": func(r *http.Request) { r.URL.Path = "/b" },
		"another query":   func(r *http.Request) { r.URL.RawQuery = "page=2" },
		"another accept":  header("Accept", "application/json"),
		"another version": header("X-GitHub-Api-Version", "2022-11-28"),
		"another range":   header("Range", "bytes=0-1"),
		"another method":  func(r *http.Request) { r.Method = http.MethodHead },
	} {
		_, err := off.try(off.client(srv.URL), srv.URL+"/a", edit)
		reason, why := ReasonOfError(err)
		if !errors.Is(err, ErrNotRecorded) || reason != evidence.NotAsked || !strings.Contains(why, srv.URL) || !strings.Contains(why, "sys") {
			t.Errorf("%s: %v; %s: %s", name, err, reason, why)
		}
	}
	if _, err := off.Fetch(t.Context(), "repo", "git log", nil); !errors.Is(err, ErrNotRecorded) {
		t.Errorf("fetch: %v", err)
	}
	if _, err := Open(t.Context(), Options{Dir: vaultDir(t), Offline: true, Now: newClock(1).now, Log: off.log}); !errors.Is(err, ErrVault) || !strings.Contains(err.Error(), "there is no vault at") {
		t.Errorf("offline without a vault: %v", err)
	}
}

func TestConditionalRequests(t *testing.T) {
	type served struct{ etag, modified string }
	const old = "Mon, 02 Jan 2006 15:04:05 GMT"
	for name, c := range map[string]struct {
		serves             served
		principal1, who2   string
		accept1, accept2   string
		authorize          bool
		changed            bool
		wantTag, wantSince bool
	}{
		"entity tag":                       {serves: served{etag: `"a"`}, principal1: "me", who2: "me", wantTag: true},
		"time":                             {serves: served{modified: old}, principal1: "me", who2: "me", wantSince: true},
		"tag before time":                  {serves: served{`W/"a"`, old}, principal1: "me", who2: "me", wantTag: true},
		"neither":                          {principal1: "me", who2: "me"},
		"another principal":                {serves: served{etag: `"a"`}, principal1: "me", who2: "you"},
		"proven then, not now":             {serves: served{etag: `"a"`}, principal1: "me"},
		"not proven, tag":                  {serves: served{etag: `"a"`}, authorize: true, wantTag: true},
		"not proven, time only":            {serves: served{modified: old}, authorize: true},
		"no login needed, time":            {serves: served{modified: old}, wantSince: true},
		"another accept":                   {serves: served{etag: `"a"`}, principal1: "me", who2: "me", accept1: "text/plain", accept2: "application/json"},
		"entity tag, changed in the while": {serves: served{etag: `"a"`}, principal1: "me", who2: "me", changed: true, wantTag: true},
	} {
		t.Run(name, func(t *testing.T) {
			day := 1
			var tag, since string
			srv := serve(t, func(w http.ResponseWriter, r *http.Request) {
				tag, since = r.Header.Get("If-None-Match"), r.Header.Get("If-Modified-Since")
				if c.serves.etag != "" {
					w.Header().Set("Etag", c.serves.etag)
				}
				if c.serves.modified != "" {
					w.Header().Set("Last-Modified", c.serves.modified)
				}
				w.Header().Set("X-OAuth-Scopes", fmt.Sprint("day", day))
				w.Header().Set("Content-Type", "text/plain")
				if (tag != "" || since != "") && !c.changed {
					w.WriteHeader(http.StatusNotModified)
					return
				}
				fmt.Fprintf(w, "body of day %d", day)
			})
			dir := vaultDir(t)
			e := Endpoint{System: "sys", BaseURL: mustURL(t, srv.URL)}
			if c.authorize {
				e.Authorize = func(r *http.Request) { r.Header.Set("Authorization", "Bearer 1234567890") }
			}
			visit := func(who, accept string, offline bool) (got, *run) {
				r := begin(t, dir, day, offline)
				if who != "" {
					r.Authenticated("sys", who)
				}
				return r.get(r.Client(e), srv.URL+"/x", header("Accept", accept)), r
			}
			first, r := visit(c.principal1, c.accept1, false)
			r.close()
			day = 2
			second, r := visit(c.who2, c.accept2, false)
			stats, asOf := r.Stats(), r.AsOf()
			r.close()
			if (tag != "") != c.wantTag || (since != "") != c.wantSince {
				t.Errorf("sent If-None-Match %q, If-Modified-Since %q", tag, since)
			}
			p := second.Provenance[0]
			if confirmed := (c.wantTag || c.wantSince) && !c.changed; confirmed {
				if second.Status != 200 || second.Body != "body of day 1" || stats.NotModified != 1 || stats.Downloads != 0 {
					t.Errorf("confirmed: %+v, %+v", second, stats)
				}
				if !p.RetrievedAt.Equal(first.Provenance[0].RetrievedAt) || p.ConfirmedAt.Day() != 2 || !p.ConfirmedAt.Equal(asOf) {
					t.Errorf("provenance of a confirmed body: %+v", p)
				}
				if h := second.Header; h.Get("X-OAuth-Scopes") != "day2" || h.Get("Content-Type") != "text/plain" {
					t.Errorf("headers of a confirmed body: %v", h)
				}
			} else if second.Body != "body of day 2" || !p.ConfirmedAt.IsZero() || p.RetrievedBy != c.who2 || stats.Downloads != 1 {
				t.Errorf("not confirmed: %+v, %+v", second, stats)
			}
			day = 3
			third, r := visit(c.who2, c.accept2, true)
			if diff := cmp.Diff(second, third); diff != "" || !r.AsOf().Equal(asOf) {
				t.Errorf("offline: %s; as of %s, want %s", diff, r.AsOf(), asOf)
			}
			mustBeSound(t, dir)
		})
	}
}

// A third run still tells when the body was first had.
func TestConfirmedTwice(t *testing.T) {
	srv := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Etag", `"a"`)
		if r.Header.Get("If-None-Match") != "" {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		_, _ = io.WriteString(w, "x")
	})
	dir := vaultDir(t)
	for day := 1; day < 5; day++ {
		r := begin(t, dir, day, false)
		p := r.get(r.client(srv.URL), srv.URL).Provenance[0]
		if p.RetrievedAt.Day() != 1 || day > 1 && p.ConfirmedAt.Day() != day {
			t.Errorf("day %d: %+v", day, p)
		}
		r.close()
	}
}

// A damaged body is not confirmed but fetched anew, and the vault is whole again.
func TestDamagedBodyIsFetchedAgain(t *testing.T) {
	srv := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Etag", `"a"`)
		if r.Header.Get("If-None-Match") != "" {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		_, _ = io.WriteString(w, "the body")
	})
	dir := vaultDir(t)
	r := begin(t, dir, 1, false)
	sha := r.get(r.client(srv.URL), srv.URL).Provenance[0].SHA256
	r.close()
	flip(t, r.vault.objectPath(sha))
	off := begin(t, dir, 2, true)
	if _, err := off.try(off.client(srv.URL), srv.URL); !errors.Is(err, ErrVault) {
		t.Errorf("offline, damaged: %v", err)
	}
	off.close()
	r = begin(t, dir, 3, false)
	if g := r.get(r.client(srv.URL), srv.URL); g.Body != "the body" || g.Provenance[0].RetrievedAt.Day() != 3 {
		t.Errorf("%+v", g)
	}
	r.close()
	mustBeSound(t, dir)
}

// Equal requests at once are one request, whoever began it and however it ended.
func TestSharedFlight(t *testing.T) {
	var sent atomic.Int32
	release := make(chan struct{})
	srv := serve(t, func(w http.ResponseWriter, r *http.Request) {
		sent.Add(1)
		<-release
		_, _ = io.WriteString(w, "x")
	})
	r := begin(t, vaultDir(t), 1, false)
	c := r.client(srv.URL)
	ctx, cancel := context.WithCancel(t.Context())
	first := make(chan error)
	go func() {
		req, _ := http.NewRequestWithContext(ctx, http.MethodGet, srv.URL, nil)
		_, err := c.Do(req)
		first <- err
	}()
	for sent.Load() == 0 {
		time.Sleep(time.Millisecond)
	}
	var wg sync.WaitGroup
	results := make([]got, 20)
	for i := range results {
		wg.Go(func() { results[i], _ = r.try(c, srv.URL) })
	}
	time.Sleep(20 * time.Millisecond)
	cancel() // of the one that all wait for: the others go on
	if err := <-first; !errors.Is(err, context.Canceled) {
		t.Errorf("canceled: %v", err)
	}
	close(release)
	wg.Wait()
	for _, g := range results {
		if g.Body != "x" || !cmp.Equal(g, results[0]) {
			t.Fatalf("%+v, others %+v", g, results[0])
		}
	}
	if n := sent.Load(); n != 2 {
		t.Errorf("%d requests, want the canceled one and one for all others", n)
	}
}

func TestImmutable(t *testing.T) {
	status := http.StatusOK
	sent := 0
	srv := serve(t, func(w http.ResponseWriter, r *http.Request) {
		sent++
		w.WriteHeader(status)
		fmt.Fprint(w, status)
	})
	kept := func(r *http.Request) { *r = *r.WithContext(Immutable(r.Context())) }
	dir := vaultDir(t)
	visit := func(day int, offline bool, edit ...func(*http.Request)) got {
		r := begin(t, dir, day, offline)
		defer r.close()
		r.Authenticated("sys", "me")
		return r.get(r.client(srv.URL), srv.URL, edit...)
	}
	first := visit(1, false, kept)
	if diff := cmp.Diff(first, visit(2, false, kept)); diff != "" || sent != 1 {
		t.Errorf("was asked again: %s", diff)
	}
	status = http.StatusGone
	if g := visit(3, false); g.Status != http.StatusGone {
		t.Errorf("asked as usual: %+v", g)
	}
	for day, offline := range map[int]bool{4: false, 5: true} {
		if diff := cmp.Diff(first, visit(day, offline, kept)); diff != "" || sent != 2 {
			t.Errorf("after it expired, offline %v: %s", offline, diff)
		}
	}
	if g := visit(6, true); g.Status != http.StatusGone {
		t.Errorf("offline as usual: %+v", g)
	}
	// Another principal may not see it.
	r := begin(t, dir, 7, false)
	r.Authenticated("sys", "you")
	if g := r.get(r.client(srv.URL), srv.URL, kept); g.Status != http.StatusGone || sent != 3 {
		t.Errorf("another principal: %+v", g)
	}
}

func TestFailuresDoNotHideAnAnswer(t *testing.T) {
	status := http.StatusOK
	srv := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, "body")
	})
	dir := vaultDir(t)
	for day, s := range []int{200, 503, 401} {
		status = s
		r := begin(t, dir, day+1, false)
		if g := r.get(r.client(srv.URL), srv.URL); g.Status != s {
			t.Errorf("online: %+v", g)
		}
		r.close()
	}
	srv.Close()
	r := begin(t, dir, 5, false)
	if _, err := r.try(r.client(srv.URL), srv.URL); err == nil {
		t.Error("a closed server answered")
	}
	r.close()
	r = begin(t, dir, 6, true)
	if g := r.get(r.client(srv.URL), srv.URL); g.Status != 200 || r.AsOf().Day() != 1 {
		t.Errorf("offline: %+v as of %s", g, r.AsOf())
	}
}

func TestProven(t *testing.T) {
	srv := serve(t, func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, "x") })
	dir := vaultDir(t)
	visit := func(day int, who string) {
		r := begin(t, dir, day, false)
		if r.Proven("sys") {
			t.Error("proven before the login was")
		}
		if who != "" {
			r.Authenticated("sys", who)
		}
		r.get(r.client(srv.URL), srv.URL)
		if r.Proven("sys") != (who != "") || r.Principal("sys") != who {
			t.Errorf("online: %v %q, want %q", r.Proven("sys"), r.Principal("sys"), who)
		}
		r.close()
		off := begin(t, dir, day, true)
		if off.Principal("sys") != who || off.Proven("other") {
			t.Errorf("offline: %q, want %q", off.Principal("sys"), who)
		}
		off.close()
	}
	visit(1, "")
	visit(2, "me")
	visit(3, "you")
	visit(4, "") // the newest run that was answered was not proven
	off := begin(t, dir, 5, true)
	off.Authenticated("sys", "them") // as a preflight does that is replayed
	if off.Principal("sys") != "them" {
		t.Errorf("offline, told: %q", off.Principal("sys"))
	}
}

func TestFetch(t *testing.T) {
	dir := vaultDir(t)
	calls := 0
	ctx := func(j *Job) context.Context { return WithJob(t.Context(), j) }
	do := func(context.Context) ([]byte, error) { calls++; return fmt.Appendf(nil, "text %d", calls), nil }
	r := begin(t, dir, 1, false)
	job := NewJob("git 1.0")
	for range 2 {
		if b, err := r.Fetch(ctx(job), "repo", "git log -1 abc", do); err != nil || string(b) != "text 1" {
			t.Fatalf("%q, %v", b, err)
		}
	}
	want := job.Provenance()
	if len(want) != 1 || want[0].URL != "git log -1 abc" || want[0].Status != 0 || want[0].Collector != "git 1.0" || want[0].System != "repo" {
		t.Errorf("provenance: %+v", want)
	}
	boom := errors.New("boom")
	if _, err := r.Fetch(ctx(job), "repo", "bad", func(context.Context) ([]byte, error) { return nil, boom }); !errors.Is(err, boom) {
		t.Errorf("an error of do: %v", err)
	}
	if b, err := r.Fetch(ctx(NewJob("x")), "repo", "empty", func(context.Context) ([]byte, error) { return nil, nil }); err != nil || len(b) != 0 {
		t.Errorf("empty: %q, %v", b, err)
	}
	r.close()
	r = begin(t, dir, 2, true)
	job = NewJob("git 1.0")
	b, err := r.Fetch(ctx(job), "repo", "git log -1 abc", nil)
	if err != nil || string(b) != "text 1" || cmp.Diff(want, job.Provenance()) != "" {
		t.Errorf("offline: %q, %v, %+v", b, err, job.Provenance())
	}
	if _, err := r.Fetch(t.Context(), "repo", "bad", nil); !errors.Is(err, ErrNotRecorded) {
		t.Errorf("an error was recorded: %v", err)
	}
	mustBeSound(t, dir)
}

// The order of runs does not depend on the clock.
func TestClockGoesBack(t *testing.T) {
	body := "new"
	srv := serve(t, func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, body) })
	dir := vaultDir(t)
	r := begin(t, dir, 20, false)
	r.get(r.client(srv.URL), srv.URL)
	r.close()
	body = "newest"
	r = begin(t, dir, 3, false)
	r.get(r.client(srv.URL), srv.URL)
	asOf := r.AsOf()
	r.close()
	r = begin(t, dir, 30, true)
	if g := r.get(r.client(srv.URL), srv.URL); g.Body != "newest" || asOf.Day() != 20 || !r.AsOf().Equal(asOf) {
		t.Errorf("%q as of %s and %s", g.Body, asOf, r.AsOf())
	}
}
