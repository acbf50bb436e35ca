package capture

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// lines gives a sound journal of n lines.
func lines(tb testing.TB, n int) []string {
	tb.Helper()
	var out []string
	prev := ""
	for i := range n {
		r := &record{Seq: int64(i + 1), Prev: prev, Kind: kindAnswer, Time: time.Unix(int64(i), 0).UTC(), System: "s", Method: "GET", URL: fmt.Sprint("http://h/", i), Status: 200, SHA256: strings.Repeat("a", 64), Size: 1}
		if i == 0 {
			r = &record{Seq: 1, Kind: kindRun, Format: 1, Time: time.Unix(0, 0).UTC(), Run: "000001-20260101T000000Z"}
		}
		b, err := r.encode()
		if err != nil {
			tb.Fatal(err)
		}
		prev = hashOf(b)
		out = append(out, string(b)+"\n")
	}
	return out
}

func TestReadJournal(t *testing.T) {
	l := lines(t, 5)
	join := func(s ...string) string { return strings.Join(s, "") }
	for name, c := range map[string]struct {
		text string
		want int
		says string
	}{
		"whole":              {join(l...), 5, ""},
		"nothing":            {"", 0, ""},
		"torn last line":     {join(l[:4]...) + l[4][:20], 4, ""},
		"torn at the end":    {strings.TrimSuffix(join(l...), "\n"), 4, ""},
		"torn first line":    {l[0][:10], 0, ""},
		"zeros at the end":   {join(l[:4]...) + strings.Repeat("\x00", 4096), 4, ""},
		"changed":            {strings.Replace(join(l...), "http://h/2", "http://h/9", 1), 3, "j, line 4 does not follow from line 3"},
		"removed":            {join(l[0], l[1], l[3], l[4]), 2, "j, line 3 says that it is line 4"},
		"first removed":      {join(l[1:]...), 0, "j, line 1 says that it is line 2"},
		"swapped":            {join(l[0], l[2], l[1], l[3]), 1, "j, line 2 says"},
		"twice":              {join(l[0], l[1], l[1]), 2, "j, line 3 says"},
		"two runs in one":    {join(l[0], l[1], l[0]), 2, "j, line 3 says"},
		"garbage in between": {join(l[0], "garbage\n", l[1]), 1, "j, line 2 is not a journal line"},
		"empty line":         {join(l[0], "\n", l[1]), 1, "j, line 2 is not a journal line"},
		"newer":              {`{"seq":1,"prev":"","kind":"run","time":"2026-01-01T00:00:00Z","format":2,"tool":"tickmark 9"}` + "\n", 0, "newer version of this program (tickmark 9)"},
		"no beginning":       {`{"seq":1,"prev":"","kind":"answer","time":"2026-01-01T00:00:00Z"}` + "\n", 0, "a run begins with line 1"},
		"a path for a hash":  {join(l[0]) + strings.Replace(l[1], strings.Repeat("a", 64), "../../../../etc/passwd", 1), 1, "names no valid body"},
		"endless line":       {join(l[0]) + strings.Repeat("x", maxLine+2) + "\n", 1, "longer than 8 MiB"},
		"endless torn line":  {join(l[0]) + strings.Repeat("x", maxLine-10), 1, ""},
	} {
		n := 0
		_, err := readJournal(strings.NewReader(c.text), "j", func(r *record, loc location) error {
			if got := c.text[loc.offset : loc.offset+int64(loc.length)]; !strings.Contains(got, fmt.Sprintf(`"seq":%d,`, r.Seq)) {
				t.Errorf("%s: the location of line %d holds %q", name, r.Seq, got)
			}
			n++
			return nil
		})
		switch {
		case n != c.want:
			t.Errorf("%s: %d records, want %d", name, n, c.want)
		case c.says == "" && err != nil:
			t.Errorf("%s: %v", name, err)
		case c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says)):
			t.Errorf("%s: %v, want %q", name, err, c.says)
		}
	}
}

// A damaged journal stops a run, and says which line.
func TestOpenNamesTheDamagedLine(t *testing.T) {
	dir := vaultDir(t)
	r := begin(t, dir, 1, false)
	for i := range 3 {
		r.Authenticated("s", fmt.Sprint("principal", i))
	}
	path := r.vault.journalPath(r.journal.run)
	r.close()
	b, err := os.ReadFile(path)
	must(t, err)
	must(t, os.WriteFile(path, bytes.Replace(b, []byte("principal1"), []byte("principal9"), 1), 0o600))
	for _, offline := range []bool{true, false} {
		_, err := Open(t.Context(), Options{Dir: dir, Offline: offline, Now: newClock(2).now, Log: discard()})
		if !errors.Is(err, ErrChain) || !strings.Contains(err.Error(), path+", line 4") {
			t.Errorf("%v", err)
		}
	}
}

// A line that was written in part is taken back: what follows it is whole.
func TestHalfWrittenLineIsTakenBack(t *testing.T) {
	dir := vaultDir(t)
	r := begin(t, dir, 1, false)
	r.Authenticated("s", "before")
	r.vault.inject = func(op string) error {
		if op != "journal" {
			return nil
		}
		_, err := r.journal.f.WriteString(strings.Repeat("half\n", 1000))
		return errors.Join(err, syscall.ENOSPC)
	}
	if _, err := r.journal.append(&record{Kind: kindPrincipal, System: "s", RetrievedBy: "during"}); !errors.Is(err, ErrVault) {
		t.Fatal(err)
	}
	r.vault.inject = nil
	if _, err := r.journal.append(&record{Kind: kindPrincipal, System: "s", RetrievedBy: "after"}); err != nil {
		t.Fatal(err)
	}
	r.close()
	mustBeSound(t, dir)
	if who := begin(t, dir, 2, true).Principal("s"); who != "after" {
		t.Errorf("%q", who)
	}
}

// Lines that are appended at once are one chain.
func TestAppendAtOnce(t *testing.T) {
	dir := vaultDir(t)
	r := begin(t, dir, 1, false)
	var wg sync.WaitGroup
	for i := range 200 {
		wg.Go(func() {
			loc, err := r.append(&record{Kind: kindAnswer, Time: r.now(), System: "s", Method: methodFetch, URL: fmt.Sprint(i)})
			if err != nil {
				t.Error(err)
				return
			}
			back, err := readRecord(r.vault.journalPath(r.journal.run), loc)
			if err != nil || back.URL != fmt.Sprint(i) {
				t.Errorf("%d: %+v, %v", i, back, err)
			}
		})
	}
	wg.Wait()
	r.close()
	if rep := mustBeSound(t, dir); rep.Records != 200 {
		t.Errorf("%+v", rep)
	}
}

// Whatever bytes a journal holds, reading ends, and what it yields is a chain.
func FuzzReadJournal(f *testing.F) {
	l := lines(f, 3)
	whole := strings.Join(l, "")
	for _, s := range []string{"", "\n", whole, whole[:len(whole)-7], l[1], strings.Replace(whole, "h/1", "h/9", 1), whole + "\x00\x00", `{"seq":1,"kind":"run","header":{"":[""]}}` + "\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		prev, n := "", int64(0)
		last, err := readJournal(bytes.NewReader(b), "j", func(r *record, loc location) error {
			n++
			line := b[loc.offset : loc.offset+int64(loc.length)]
			if r.Seq != n || r.Prev != prev || (n == 1) != (r.Kind == kindRun) {
				t.Fatalf("line %d: %+v after %q", n, r, prev)
			}
			if r.SHA256 != "" && !isHash(r.SHA256) {
				t.Fatalf("a hash that is none: %q", r.SHA256)
			}
			prev = hashOf(line)
			_ = r.note(loc)
			_ = r.provenance()
			return nil
		})
		if last != prev {
			t.Fatalf("last line %s, want %s", last, prev)
		}
		if whole := bytes.Count(b, []byte("\n")); err == nil && int64(whole) != n {
			t.Fatalf("%d of %d lines read without an error", n, whole)
		}
	})
}
