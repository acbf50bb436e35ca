package run

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
	"unicode"

	"github.com/tickmark-dev/tickmark/internal/capture"
	"github.com/tickmark-dev/tickmark/internal/config"
)

// A site is one configuration over one vault, as a test uses it.
type site struct {
	dir    string
	config *config.Config
	env    map[string]string
	log    bytes.Buffer
	clock  atomic.Int64 // seconds since the first reading
	outs   int
	pause  time.Duration // before a request that failed is repeated; 0 for the default
	begins time.Time     // what the clock shows first; siteBegins where zero
}

// siteBegins is what the clock of every site shows first.
var siteBegins = time.Date(2026, 2, 3, 9, 0, 0, 0, time.UTC)

// newSite reads a configuration that is completed with what every one needs.
func newSite(t *testing.T, systems string, env map[string]string) *site {
	t.Helper()
	s := &site{dir: t.TempDir(), env: env}
	text := "schema_version: 1\norganization: Example GmbH\ntime_zone: Asia/Shanghai\n" +
		"period: {from: 2018-01-01, to: 2026-01-01}\nsystems:\n" + systems
	var err error
	if s.config, err = config.Parse(filepath.Join(s.dir, "tickmark.yaml"), []byte(text)); err != nil {
		t.Fatal(err)
	}
	return s
}

// open begins a run. Each reading of its clock is a second after the last.
func (s *site) open(t testing.TB, offline bool) *Run {
	t.Helper()
	env := s.env
	if offline {
		env = nil
	}
	r, err := Open(t.Context(), Options{
		Config: s.config, Offline: offline, Version: "0.1.0-test",
		Now:        func() time.Time { return cmp.Or(s.begins, siteBegins).Add(time.Duration(s.clock.Add(1)) * time.Second) },
		Getenv:     func(name string) (string, bool) { v, ok := env[name]; return v, ok },
		FirstPause: s.pause,
		Log:        slog.New(slog.NewTextHandler(&s.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// made is one package and what it took.
type made struct {
	Result
	stats capture.Stats
}

// do opens a run, makes a package in a folder of its own, and closes it.
func (s *site) do(t *testing.T, offline bool, make func(r *Run, out string) (Result, error)) made {
	t.Helper()
	r := s.open(t, offline)
	s.outs++
	began := time.Now()
	res, err := make(r, filepath.Join(s.dir, fmt.Sprintf("out %d", s.outs), DefaultOut))
	m := made{res, r.session.Stats()}
	if err != nil {
		t.Errorf("making a package: %v", err)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	if err != nil {
		t.FailNow()
	}
	t.Logf("package of %d samples, %d files, %d kB, %d gaps: %.1f s (offline: %v)", len(res.Samples), res.Files, res.Bytes/1000, res.Gaps, time.Since(began).Seconds(), offline)
	return m
}

// online asks the sources for what a list names.
func (s *site) online(t *testing.T, list string) made {
	t.Helper()
	return s.do(t, false, func(r *Run, out string) (Result, error) {
		return r.Package(t.Context(), Request{Files: []string{list}, Out: out})
	})
}

// sealed is the path of a file of a package.
func (m made) sealed(elem ...string) string {
	return filepath.Join(append([]string{m.Folder}, elem...)...)
}

// sample is the path of a file of the sample of that number, from 1.
func (m made) sample(number int, elem ...string) string {
	return m.sealed(append([]string{"Change Management", m.Samples[number-1].Folder}, elem...)...)
}

// need skips the test where a program is absent.
func need(t *testing.T, programs ...string) {
	t.Helper()
	for _, p := range programs {
		if _, err := exec.LookPath(p); err != nil {
			t.Skipf("%s is not installed", p)
		}
	}
}

// python gives the interpreter that has openpyxl.
func python(t *testing.T) string {
	t.Helper()
	const system = "/usr/bin/python3"
	if err := exec.Command(system, "-c", "import openpyxl").Run(); err != nil {
		t.Skip("python3 with openpyxl is not installed")
	}
	return system
}

// readWorkbook has openpyxl read a workbook: each sheet's rows, by title of column.
func readWorkbook(t *testing.T, file string) map[string][]map[string]string {
	t.Helper()
	const script = `
import datetime, json, openpyxl, sys
def said(v):
    if v is None: return ""
    if isinstance(v, datetime.datetime): return v.isoformat(sep=" ")
    return str(v)
book = {}
for sheet in openpyxl.load_workbook(sys.argv[1]):
    rows = [[said(v) for v in row] for row in sheet.iter_rows(values_only=True)]
    # Above the header stand the sheet's title and what it is about.
    head = next((i for i, row in enumerate(rows) if sum(1 for v in row if v) > 3), 0)
    book[sheet.title] = [dict(zip(rows[head], row)) for row in rows[head+1:]]
json.dump(book, sys.stdout)`
	out, err := exec.Command(python(t), "-c", script, file).Output()
	if err != nil {
		t.Fatalf("openpyxl does not read %s: %v", file, err)
	}
	var book map[string][]map[string]string
	if err := json.Unmarshal(out, &book); err != nil {
		t.Fatal(err)
	}
	return book
}

// A page is what pdftotext reads of a PDF: as it is laid out, and in the order
// in which it is drawn, where a cell's lines follow each other. Both without
// white space.
type page struct {
	file, laid, flow string
}

func readPDF(t *testing.T, file string) page {
	t.Helper()
	return page{filepath.Base(filepath.Dir(file)) + "/" + filepath.Base(file), squash(textOf(t, file, "-layout")), squash(textOf(t, file, "-raw"))}
}

func textOf(t *testing.T, file, mode string) string {
	t.Helper()
	out, err := exec.Command("pdftotext", mode, "-enc", "UTF-8", file, "-").Output()
	if err != nil {
		t.Errorf("pdftotext does not read %s: %v", file, err)
	}
	return string(out)
}

// squash takes white space out, and the marks that only lay text out.
func squash(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, s)
}

// facts counts what was compared, and names what was not found.
type facts struct {
	t        *testing.T
	compared int
}

// shows holds a page to a fact: its words in this order, whatever white space
// stands between them.
func (f *facts) shows(p page, what string, words ...string) {
	f.t.Helper()
	f.compared++
	fact := squash(strings.Join(words, ""))
	if !strings.Contains(p.laid, fact) && !strings.Contains(p.flow, fact) {
		f.t.Errorf("%s: %s: %q is not shown", p.file, what, strings.Join(words, " "))
	}
}

// hides holds a page to not saying something.
func (f *facts) hides(p page, what, words string) {
	f.t.Helper()
	f.compared++
	if fact := squash(words); strings.Contains(p.laid, fact) || strings.Contains(p.flow, fact) {
		f.t.Errorf("%s: %s: %q is shown", p.file, what, words)
	}
}

func (f *facts) equal(what, got, want string) {
	f.t.Helper()
	f.compared++
	if got != want {
		f.t.Errorf("%s: %q, want %q", what, got, want)
	}
}

// A row is one recorded body with the request that it answered.
type row struct {
	data map[string]any
	url  string
	of   string // the input that it was asked for with
}

// readRows reads a file of recorded rows by itself, apart from the program and
// from the server that serves it.
func readRows(t *testing.T, file string) []row {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	records, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	column := func(name string) int { return slices.Index(records[0], name) }
	var rows []row
	for _, rec := range records[1:] {
		r := row{url: rec[column("url")], of: rec[column("input")]}
		d := json.NewDecoder(strings.NewReader(rec[column("data")]))
		d.UseNumber()
		if err := d.Decode(&r.data); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		rows = append(rows, r)
	}
	return rows
}

// at gives the text at a path of keys, "" where there is none.
func at(v any, path ...string) string {
	for _, key := range path {
		m, ok := v.(map[string]any)
		if !ok {
			return ""
		}
		v = m[key]
	}
	if v == nil {
		return ""
	}
	return fmt.Sprint(v)
}

// utc gives a time of a source as documents show it in UTC.
func utc(t *testing.T, text string) string {
	t.Helper()
	for _, form := range []string{time.RFC3339, "2006-01-02T15:04:05.000-0700"} {
		if at, err := time.Parse(form, text); err == nil {
			return at.UTC().Format("2006-01-02 15:04:05")
		}
	}
	t.Fatalf("%q is no time", text)
	return ""
}

// tagged serves as a server that tags its answers serves: with an ETag, and
// 304 for what has not changed.
type tagged struct {
	*httptest.Server
	mu         sync.Mutex
	authorized map[string]int // requests by the credential that they carried
}

func newTagged(t *testing.T, h http.Handler) *tagged {
	t.Helper()
	s := &tagged{authorized: map[string]int{}}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.authorized[r.Header.Get("Authorization")]++
		s.mu.Unlock()
		answer := httptest.NewRecorder()
		h.ServeHTTP(answer, r)
		sum := sha256.Sum256(answer.Body.Bytes())
		tag := `"` + hex.EncodeToString(sum[:]) + `"`
		for name, values := range answer.Header() {
			w.Header()[name] = values
		}
		if answer.Code == http.StatusOK && r.Method == http.MethodGet {
			w.Header().Set("ETag", tag)
			if r.Header.Get("If-None-Match") == tag {
				w.WriteHeader(http.StatusNotModified)
				return
			}
		}
		w.WriteHeader(answer.Code)
		_, _ = w.Write(answer.Body.Bytes())
	}))
	t.Cleanup(s.Close)
	return s
}

func itoa(n int) string { return strconv.Itoa(n) }

// forms gives the ways in which a token may be written.
func forms(token string) []string {
	return []string{token, url.QueryEscape(token), base64.StdEncoding.EncodeToString([]byte(token)), base64.StdEncoding.EncodeToString([]byte(jiraUser + ":" + token))}
}

// jiraUser is whose token the Jira of the tests is asked with.
const jiraUser = "auditor@example.com"

func (s *tagged) total() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, m := range s.authorized {
		n += m
	}
	return n
}
