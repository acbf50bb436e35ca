package capture

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
)

// exchange puts another body in the place of a recorded one, as a sound object.
func exchange(t *testing.T, dir, sha string, body []byte) {
	t.Helper()
	enc, err := zstd.NewWriter(nil)
	must(t, err)
	v := &vault{dir: dir}
	must(t, os.WriteFile(v.objectPath(sha), enc.EncodeAll(body, nil), 0o600))
}

// A JSON decoder stops at the end of the value and does not see the end of the
// body, where a body that is read piece by piece proves itself.
func TestLongBodyIsProvenBeforeItIsDecoded(t *testing.T) {
	long := `{"state":"CHANGES_REQUESTED","body":"` + strings.Repeat("x", 4*smallBody) + `"}   ` + strings.Repeat(" ", smallBody)
	srv := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Etag", `"1"`)
		if r.Header.Get("If-None-Match") != "" {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		_, _ = w.Write([]byte(long))
	})
	dir := vaultDir(t)
	r := begin(t, dir, 1, false)
	sha := r.get(r.client(srv.URL), srv.URL).Provenance[0].SHA256
	r.close()
	exchange(t, dir, sha, bytes.Replace([]byte(long), []byte("CHANGES_REQUESTED"), []byte("APPROVED"), 1))

	decode := func(r *run) (state string, err error) {
		resp, err := r.client(srv.URL).Get(srv.URL)
		if err != nil {
			return "", err
		}
		defer func() { _ = resp.Body.Close() }()
		var v struct{ State string }
		err = json.NewDecoder(resp.Body).Decode(&v)
		return v.State, err
	}
	if state, err := decode(begin(t, dir, 2, true)); !errors.Is(err, ErrVault) {
		t.Errorf("offline the exchanged body says %q, error %v", state, err)
	}
	online := begin(t, dir, 2, false)
	if state, err := decode(online); err != nil || state != "CHANGES_REQUESTED" {
		t.Errorf("online the body says %q, error %v; it should have been fetched again", state, err)
	}
	online.close()
	mustBeSound(t, dir)
}

// A redirect keeps the method of a query (307, 308), and must not lead it to
// an address where it would change something.
func TestRedirectOfAQueryToAChange(t *testing.T) {
	srv := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/graphql" {
			t.Errorf("%s %s was sent", r.Method, r.URL)
			return
		}
		http.Redirect(w, r, "/repos/acme/api/merges", http.StatusTemporaryRedirect)
	})
	r := begin(t, vaultDir(t), 1, false)
	if _, err := r.try(r.client(srv.URL), srv.URL+"/graphql", post("{}")); !errors.Is(err, ErrRefused) {
		t.Errorf("error is %v", err)
	}
}

// File names need not be UTF-8; a journal line is.
func TestFetchedNamesThatAreNotUTF8(t *testing.T) {
	dir := vaultDir(t)
	online := begin(t, dir, 1, false)
	names := []string{"file:a\xff", "file:a\xfe", "file:a\uFFFD"}
	for range 2 {
		for _, name := range names {
			got, err := online.Fetch(t.Context(), "s", name, func(context.Context) ([]byte, error) { return []byte("of " + name), nil })
			if err != nil || string(got) != "of "+name {
				t.Errorf("%q: %q, error %v", name, got, err)
			}
		}
	}
	online.close()
	offline := begin(t, dir, 2, true)
	for _, name := range names {
		if got, err := offline.Fetch(t.Context(), "s", name, nil); err != nil || string(got) != "of "+name {
			t.Errorf("offline %q: %q, error %v", name, got, err)
		}
	}
}

// A run that is killed as it begins must not leave a journal without its first
// line, which reads as one that was cut off.
func TestJournalStandsWithItsFirstLine(t *testing.T) {
	v, err := openVault(vaultDir(t), false)
	must(t, err)
	written := false
	v.inject = func(op string) error {
		if runs, err := v.runs(); op == "journal" && (err != nil || len(runs) > 0) {
			t.Errorf("before the first line is written there are the journals %q, error %v", runs, err)
		}
		written = written || op == "journal"
		return nil
	}
	j, err := beginJournal(v, nil, newIndex(), "tickmark test", newClock(1).now())
	must(t, err)
	v.inject = nil
	_, err = j.append(&record{Kind: kindEnd, Time: newClock(1).now()})
	must(t, err)
	must(t, j.close())
	must(t, v.close())
	if rep := mustBeSound(t, v.dir); !written || rep.Runs != 1 || rep.Interrupted != 0 {
		t.Errorf("%+v", rep)
	}
}
