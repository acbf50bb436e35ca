package capture

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// A planted secret is in no file of the vault, no log, no error and no
// provenance, whichever way it went out and whatever became of the request.
func TestPlantedSecret(t *testing.T) {
	basic := base64.StdEncoding.EncodeToString([]byte("me@example.com:" + planted))
	for name, authorize := range map[string]func(*http.Request){
		"bearer": func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+planted) },
		"basic":  func(r *http.Request) { r.SetBasicAuth("me@example.com", planted) },
		"header": func(r *http.Request) { r.Header.Set("Private-Token", planted) },
		"query": func(r *http.Request) {
			q := r.URL.Query()
			q.Set("custom", planted)
			r.URL.RawQuery = q.Encode()
		},
	} {
		for _, named := range []bool{true, false} {
			t.Run(fmt.Sprint(name, named), func(t *testing.T) {
				srv := serve(t, func(w http.ResponseWriter, r *http.Request) {
					// A careless source repeats what it was sent, where it can.
					w.Header().Set("Link", "<http://x/?custom="+url.QueryEscape(planted)+`>; rel="next"`)
					w.Header().Set("Etag", `"`+planted+`"`)
					switch r.URL.Path {
					case "/redirect":
						http.Redirect(w, r, "/final?custom="+url.QueryEscape(planted), http.StatusFound)
					case "/away":
						http.Redirect(w, r, "http://127.0.0.1:1/?access_token="+url.QueryEscape(planted)+"&x="+url.PathEscape(planted), http.StatusFound)
					case "/500":
						w.WriteHeader(http.StatusInternalServerError)
					case "/echo":
						fmt.Fprintf(w, "%s you sent %s and %s", strings.Repeat("x", smallBody-20), planted, basic)
					}
				})
				e := Endpoint{System: "sys", BaseURL: mustURL(t, srv.URL), Authorize: authorize}
				if named {
					e.Secrets = []string{planted, basic}
				}
				dir := vaultDir(t)
				var out strings.Builder
				for day := 1; day < 4; day++ {
					r := begin(t, dir, day, day == 3)
					c := r.Client(e)
					for _, p := range []string{
						"/plain", "/redirect", "/away", "/500", "/echo", "/a?access_token=" + url.QueryEscape(planted),
						"/b?custom=" + url.QueryEscape(planted) + "&page=2",
					} {
						g, err := r.try(c, srv.URL+p)
						if _, why := ReasonOfError(err); why != "" && !strings.Contains(p, "?") {
							// net/http puts the address that the SDK asked for before an error; ours has no secret.
							fmt.Fprintln(&out, err)
						}
						var se *SourceError
						if errors.As(err, &se) {
							fmt.Fprintln(&out, se, se.URL, se.Err)
						}
						fmt.Fprintln(&out, g.Provenance, g.Header)
						if p == "/echo" && (err == nil || day < 3 && !strings.Contains(err.Error(), "repeats our own credential")) {
							t.Errorf("an echoed credential was taken: %v", err)
						}
					}
					q, err := r.try(c, srv.URL+"/graphql", post(`{"query":"{x}","token":"`+planted+`"}`))
					fmt.Fprintln(&out, q.Provenance, err)
					r.close()
					out.WriteString(r.logs.String())
				}
				for file, text := range vaultText(t, dir) {
					if leaks(text) {
						t.Errorf("%s holds the secret:\n%s", file, leakingLines(text))
					}
				}
				if leaks(out.String()) {
					t.Errorf("the output holds the secret:\n%s", leakingLines(out.String()))
				}
				mustBeSound(t, dir)
			})
		}
	}
}

func leaks(text string) bool {
	for _, s := range []string{planted, url.QueryEscape(planted), url.PathEscape(planted), "PlantedSecret", base64.StdEncoding.EncodeToString([]byte("me@example.com:" + planted))} {
		if strings.Contains(text, s) {
			return true
		}
	}
	return false
}

func leakingLines(text string) string {
	var out []string
	for line := range strings.Lines(text) {
		if leaks(line) {
			out = append(out, line)
		}
	}
	return strings.Join(out, "")
}

// A credential that is new with each request is learned when it goes out.
func TestChangingCredential(t *testing.T) {
	srv := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Link", "<http://x/?t="+strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")+">")
	})
	n := 0
	dir := vaultDir(t)
	r := begin(t, dir, 1, false)
	c := r.Client(Endpoint{System: "sys", BaseURL: mustURL(t, srv.URL), Authorize: func(r *http.Request) {
		n++
		r.Header.Set("Authorization", fmt.Sprint("Bearer PlantedSecret", n))
	}})
	for _, p := range []string{"/1", "/2"} {
		if g := r.get(c, srv.URL+p); leaks(fmt.Sprint(g)) {
			t.Errorf("%v", g)
		}
	}
	if n < 3 || leaks(fmt.Sprint(vaultText(t, dir))) {
		t.Errorf("the vault holds one of %d credentials", n)
	}
}

func TestFetchedNameHasNoSecret(t *testing.T) {
	dir := vaultDir(t)
	r := begin(t, dir, 1, false)
	r.Client(Endpoint{System: "sys", BaseURL: mustURL(t, "https://x"), Secrets: []string{planted, ""}})
	job := NewJob("git")
	_, err := r.Fetch(WithJob(t.Context(), job), "repo", "git fetch https://me:"+planted+"@x", func(context.Context) ([]byte, error) { return []byte("x"), nil })
	must(t, err)
	if leaks(fmt.Sprint(job.Provenance(), vaultText(t, dir))) {
		t.Errorf("%v", job.Provenance())
	}
}

func TestCleanURL(t *testing.T) {
	s := newSecrets()
	s.add("hunter2secret")
	for name, c := range map[string]struct {
		in   string
		own  bool
		want string
	}{
		"as it is":          {"https://h/p?b=2&a=1&x=%20y", true, "https://h/p?b=2&a=1&x=%20y"},
		"user and fragment": {"https://u:p@h/p#frag", true, "https://h/p"},
		"credentials":       {"https://h/p?a=1&access_token=t&Private_Token=t&api%5Fkey=t&b=2", true, "https://h/p?a=1&b=2"},
		"page token, own":   {"https://h/p?token=2", true, "https://h/p?token=2"},
		"signed, away":      {"https://s/p?sv=1&sp=r&sig=abc&token=2&rsct=x", false, "https://s/p?rsct=x"},
		"signed by Amazon":  {"https://s/p?X-Amz-Credential=c&x-amz-signature=s&k=v", true, "https://s/p?k=v"},
		"a secret":          {"https://h/hunter2secret/p?q=hunter2secret", true, "https://h/REDACTED/p?q=REDACTED"},
		"nothing left":      {"https://h/p?sig=1", false, "https://h/p"},
		"broken escape":     {"https://h/p?%zz=1&sig=1", false, "https://h/p?%zz=1"},
	} {
		if got := s.cleanURL(mustURL(t, c.in), c.own); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

// A secret is seen wherever a body is cut into pieces.
func TestWatcherSeesSeams(t *testing.T) {
	s := newSecrets()
	s.add(planted)
	text := "before " + planted + " after"
	for size := 1; size <= len(text); size++ {
		w := s.watch()
		if _, err := io.CopyBuffer(struct{ io.Writer }{w}, struct{ io.Reader }{strings.NewReader(text)}, make([]byte, size)); err != nil || !w.found {
			t.Errorf("not seen in pieces of %d", size)
		}
		w = s.watch()
		if _, err := io.CopyBuffer(struct{ io.Writer }{w}, struct{ io.Reader }{strings.NewReader(strings.ReplaceAll(text, "0", "O"))}, make([]byte, size)); err != nil || w.found {
			t.Errorf("seen where it is not, in pieces of %d", size)
		}
	}
}
