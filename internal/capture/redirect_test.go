package capture

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

const planted = "ghp_PlantedSecret/0123456789+abc"

func withToken(r *http.Request) {
	r.Header.Set("Authorization", "Bearer "+planted)
	r.Header.Set("X-Api-Key", planted+"-key")
	r.Header.Set("Cookie", "session="+planted)
}

// carriesSecret reports what of a request holds the planted secret.
func carriesSecret(r *http.Request) bool {
	return strings.Contains(fmt.Sprint(r.Header, r.URL), "PlantedSecret")
}

// The log download of a forge: a redirect to a signed address elsewhere, which
// differs each time.
func TestDownloadRedirect(t *testing.T) {
	signatures := 0
	status := http.StatusOK
	store := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if carriesSecret(r) || r.Header.Get("Referer") != "" {
			t.Errorf("the store was told a secret: %v %v", r.URL, r.Header)
		}
		if r.URL.Query().Get("sig") != fmt.Sprint("S1GNATURE", signatures) {
			t.Errorf("signature lost: %s", r.URL)
		}
		w.Header().Set("Etag", `"log"`)
		if r.Header.Get("If-None-Match") != "" {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, "line 1\n")
	})
	forge := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("If-None-Match") != "" {
			t.Error("the forge was sent the store's entity tag")
		}
		if r.Header.Get("Authorization") != "Bearer "+planted {
			t.Errorf("no credential: %v", r.Header)
		}
		signatures++
		http.SetCookie(w, &http.Cookie{Name: "c", Value: "v"})
		http.Redirect(w, r, fmt.Sprintf("%s/logs/7.txt?rsct=text&sp=r&se=2026&token=T0KEN&X-Amz-Signature=AMZ&sig=S1GNATURE%d", store.URL, signatures), http.StatusFound)
	})
	dir := vaultDir(t)
	var seen []got
	for day := 1; day < 4; day++ {
		r := begin(t, dir, day, day == 3)
		e := Endpoint{System: "forge", BaseURL: mustURL(t, forge.URL), Authorize: withToken, Secrets: []string{planted}}
		seen = append(seen, r.get(r.Client(e), forge.URL+"/jobs/7/logs"))
		if n := r.Stats().NotModified; day == 2 && n != 1 {
			t.Errorf("the second run got %d confirmations", n)
		}
		r.close()
	}
	if p := seen[0].Provenance; seen[0].Body != "line 1\n" || len(p) != 1 || p[0].URL != forge.URL+"/jobs/7/logs" || signatures != 2 {
		t.Errorf("%+v after %d redirects", seen[0], signatures)
	}
	if diff := cmp.Diff(seen[1], seen[2]); diff != "" {
		t.Errorf("offline differs: %s", diff)
	}
	for name, text := range vaultText(t, dir) {
		for _, s := range []string{"S1GNATURE", "T0KEN", "AMZ", "Planted"} {
			if strings.Contains(text, s) {
				t.Errorf("%s holds %q", name, s)
			}
		}
		if strings.HasPrefix(name, "journal/") && !strings.Contains(text, store.URL+"/logs/7.txt?rsct=text") {
			t.Errorf("%s does not say where the body came from:\n%s", name, text)
		}
	}
}

func TestRedirectsThatAreRefused(t *testing.T) {
	plain := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("plain HTTP was asked") })
	target := ""
	secure := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, target, http.StatusFound)
	}))
	defer secure.Close()
	forge := serve(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, target, http.StatusFound) })
	for name, c := range map[string]struct{ from, to, says string }{
		"https to http":         {secure.URL, plain.URL, "from https to plain HTTP"},
		"plain to the network":  {forge.URL, "http://example.com/x?sig=S1GNATURE", "over plain HTTP"},
		"to a file":             {forge.URL, "file:///etc/passwd", "by https only"},
		"in a circle":           {forge.URL, forge.URL, "more than 10 times"},
		"asked plain, straight": {"http://example.com", "", "use its https address"},
	} {
		target = c.to
		dir := vaultDir(t)
		r := begin(t, dir, 1, false)
		r.base.TLSClientConfig.InsecureSkipVerify = true // the test servers' certificate
		_, err := r.try(r.client(c.from), c.from+"/x")
		reason, why := ReasonOfError(err)
		if !errors.Is(err, ErrRefused) || reason != evidence.Unreachable || !strings.Contains(why, c.says) || strings.Contains(err.Error(), "S1GNATURE") {
			t.Errorf("%s: %v; %s: %s", name, err, reason, why)
		}
		r.close()
		if strings.Contains(fmt.Sprint(vaultText(t, dir)), "S1GNATURE") {
			t.Errorf("%s: the vault holds the signature", name)
		}
	}
}

// A renamed repository: the same host keeps the credential; a query keeps its body.
func TestRedirectAtTheSameHost(t *testing.T) {
	srv := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") == "" {
			t.Errorf("%s without the credential", r.URL)
		}
		b, _ := io.ReadAll(r.Body)
		switch r.URL.Path {
		case "/old/graphql":
			http.Redirect(w, r, "/new/graphql", http.StatusPermanentRedirect)
		case "/repos/old":
			http.Redirect(w, r, "/repositories/1?page=2", http.StatusMovedPermanently)
		default:
			fmt.Fprintf(w, "%s %s %s", r.Method, r.URL, b)
		}
	})
	r := begin(t, vaultDir(t), 1, false)
	c := r.Client(Endpoint{System: "sys", BaseURL: mustURL(t, srv.URL), Authorize: withToken})
	if g := r.get(c, srv.URL+"/repos/old"); g.Body != "GET /repositories/1?page=2 " {
		t.Errorf("%+v", g)
	}
	if g := r.get(c, srv.URL+"/old/graphql", post("query")); g.Body != "POST /new/graphql query" {
		t.Errorf("%+v", g)
	}
}

// Nobody but the configured scheme, host and port gets a credential, however
// the request came there.
func TestCredentialGoesToOneHost(t *testing.T) {
	for name, c := range map[string]struct {
		base, url string
		want      bool
	}{
		"same":                {"https://api.example.com", "https://api.example.com/x", true},
		"letter case":         {"https://API.example.com", "HTTPS://api.EXAMPLE.com/x", true},
		"default port":        {"https://api.example.com:443", "https://api.example.com", true},
		"below the base path": {"https://x.example.com/jira/", "https://x.example.com/other", true},
		"another port":        {"https://api.example.com", "https://api.example.com:8443", false},
		"subdomain":           {"https://example.com", "https://api.example.com", false},
		"parent":              {"https://api.example.com", "https://example.com", false},
		"prefix":              {"https://api.example.com", "https://api.example.com.evil.org", false},
		"user that looks so":  {"https://api.example.com", "https://api.example.com@evil.org", false},
		"plain":               {"https://api.example.com", "http://api.example.com", false},
		"trailing dot":        {"https://api.example.com", "https://api.example.com.", false},
	} {
		if got := sameOrigin(mustURL(t, c.base), mustURL(t, c.url)); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
	other := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if carriesSecret(r) {
			t.Errorf("another host was told: %v", r.Header)
		}
	})
	r := begin(t, vaultDir(t), 1, false)
	c := r.Client(Endpoint{System: "sys", BaseURL: mustURL(t, "https://api.example.com"), Authorize: withToken})
	r.get(c, other.URL, func(r *http.Request) { withToken(r) }) // an SDK that adds the credential by itself
}
