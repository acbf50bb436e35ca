package run

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tickmark-dev/tickmark/collectors/collectortest"
)

// TestRealSourceThatFails makes a package from a source that answers one
// request with nothing at all, one with a credential, and one with an error of
// its own: each is a gap, and the same gap offline.
func TestRealSourceThatFails(t *testing.T) {
	t.Parallel()
	python(t)
	d := collectortest.NewDevlakeGitHub(t)
	s, _ := antsSite(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.HasSuffix(r.URL.Path, "/pulls/8/reviews"):
			panic(http.ErrAbortHandler)
		case strings.HasSuffix(r.URL.Path, "/pulls/8/comments"):
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write([]byte(`[{"body":"` + antsToken + `"}]`))
		case strings.HasSuffix(r.URL.Path, "/pulls/8/commits"):
			http.Error(w, "out of order", http.StatusBadGateway)
		default:
			d.ServeHTTP(w, r)
		}
	}))
	list := filepath.Join(s.dir, "samples.csv")
	if err := os.WriteFile(list, []byte("PR\n#8\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	m := s.online(t, list)
	gaps := map[string]string{}
	for _, g := range readWorkbook(t, m.sealed("Change Management", "Change Log.xlsx"))["Gaps"] {
		gaps[g["Part"]] = g["Reason"] + ": " + g["Detail"]
	}
	for part, want := range map[string]string{
		"reviews":         "unreachable: ",
		"review comments": "unreachable: ",
		"commits":         "unreachable: ",
	} {
		if !strings.HasPrefix(gaps[part], want) {
			t.Errorf("gap %s: %q, want %q (of %q)", part, gaps[part], want, gaps)
		}
	}
	checkOffline(t, s, m)
	checkSecrets(t, s, m)
}
