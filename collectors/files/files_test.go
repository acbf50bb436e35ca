package files_test

import (
	"bytes"
	"context"
	"image"
	"image/jpeg"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tickmark-dev/tickmark/collectors/collectortest"
	"github.com/tickmark-dev/tickmark/collectors/files"
	"github.com/tickmark-dev/tickmark/internal/capture"
	"github.com/tickmark-dev/tickmark/internal/evidence"
)

var attached = time.Date(2025, 10, 14, 16, 20, 0, 0, time.FixedZone("", 7200))

func sidecar(changes ...string) files.Sidecar {
	return files.Sidecar{Changes: changes, Shows: "the test passed: \"all\" of it", Supports: "testing", By: "Rosa Diaz", At: attached}
}

func write(t *testing.T, path string, content []byte) string {
	t.Helper()
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func attach(t *testing.T, dir string, e files.Sidecar, name string, content []byte) string {
	t.Helper()
	path, err := files.Attach(dir, e, write(t, filepath.Join(t.TempDir(), name), content))
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func picture(t *testing.T, encode func(*bytes.Buffer, image.Image) error) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := encode(&b, image.NewGray(image.Rect(0, 0, 4, 4))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func asPNG(b *bytes.Buffer, i image.Image) error  { return png.Encode(b, i) }
func asJPEG(b *bytes.Buffer, i image.Image) error { return jpeg.Encode(b, i, nil) }

func newCollector(t *testing.T, s *capture.Session, c files.Config) *files.Collector {
	t.Helper()
	c.Name = "exhibits"
	f, err := files.New(c, s, "test")
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func collect(t *testing.T, c files.Config, change string) ([]evidence.Item, []evidence.Gap) {
	t.Helper()
	f := newCollector(t, collectortest.Session(t, t.TempDir(), false), c)
	ref := evidence.Ref{Kind: evidence.KindExhibit, System: "exhibits", ID: change}
	items, err := collectortest.Collect(t.Context(), t, f, ref)
	return items, evidence.Gaps(ref, "exhibits", err, time.Time{})
}

func TestConformance(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "exhibits")
	attach(t, dir, sidecar("PAY-1"), "a.txt", []byte("text"))
	attach(t, dir, sidecar("PAY-1", "acme/api#7"), "b.txt", []byte("text"))
	at := func(dir string) func(s *capture.Session) evidence.Collector {
		return func(s *capture.Session) evidence.Collector {
			return newCollector(t, s, files.Config{Dir: dir})
		}
	}
	collectortest.Run(t, collectortest.Options{
		New: at(dir), Unreachable: at(filepath.Join(dir, "none")),
		Refs: []evidence.Ref{{Kind: evidence.KindExhibit, System: "exhibits", ID: "PAY-1/a.txt"}, {Kind: evidence.KindExhibit, System: "exhibits", ID: "PAY-1/b.txt"}},
	})
}

func TestExhibitsOfAChange(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "exhibits")
	contents := map[string][]byte{
		"1.png": picture(t, asPNG), "2.jpg": picture(t, asJPEG), "3.pdf": []byte("%PDF-1.7\n"), "4.txt": []byte("hello\n"),
		"5.csv": []byte("a,b\n1,2\n"), "6.bin": {0, 1, 2, 3}, "7.png": []byte("not a picture\n"), "8.json": []byte("{}"),
	}
	types := map[string]string{
		"1.png": "image/png", "2.jpg": "image/jpeg", "3.pdf": "application/pdf", "4.txt": "text/plain",
		"5.csv": "text/csv", "6.bin": "application/octet-stream", "7.png": "text/plain", "8.json": "application/json",
	}
	for name, content := range contents {
		attach(t, dir, sidecar("#1234"), name, content)
	}
	attach(t, dir, sidecar("PAY-1"), "other.txt", []byte("another change"))
	items, gaps := collect(t, files.Config{Dir: dir}, "acme/api#1234")
	if len(gaps) != 0 || len(items) != len(contents) {
		t.Fatalf("%d items, gaps %+v", len(items), gaps)
	}
	if !slices.IsSortedFunc(items, func(a, b evidence.Item) int { return a.Ref.Compare(b.Ref) }) {
		t.Error("the items are not sorted")
	}
	for _, it := range items {
		x := it.Exhibit
		if it.Ref.ID != "#1234/"+x.File || x.Change != "#1234" || x.Shows != "the test passed: \"all\" of it" || x.Supports != "testing" || x.By != "Rosa Diaz" || !x.At.Equal(attached) {
			t.Errorf("%+v", x)
		}
		if x.MediaType != types[x.File] || !bytes.Equal(x.Content, contents[x.File]) || x.Size != int64(len(x.Content)) {
			t.Errorf("%s: %s, %d bytes", x.File, x.MediaType, x.Size)
		}
		if len(it.Provenance) != 3 || it.Provenance[0].URL != "file:"+x.File || it.Provenance[0].SHA256 != x.SHA256 || it.Provenance[1].URL != "file:"+x.File+".yaml" {
			t.Errorf("%s: provenance %+v", x.File, it.Provenance)
		}
	}
	if items, gaps := collect(t, files.Config{Dir: dir}, "acme/api#9"); len(items)+len(gaps) != 0 {
		t.Errorf("a change without exhibits gave %d items and gaps %+v", len(items), gaps)
	}
}

func TestWhichChange(t *testing.T) {
	sha := strings.Repeat("abcdef12", 5)
	tests := map[string]struct {
		written, id string
		want        bool
	}{
		"same":                     {"acme/api#1234", "acme/api#1234", true},
		"other case":               {"Acme/API#1234", "acme/api#1234", true},
		"number":                   {"#1234", "acme/api#1234", true},
		"number alone":             {"1234", "acme/api#1234", true},
		"PR number":                {"PR #1234", "acme/api#1234", true},
		"PR number without #":      {"pr 1234", "acme/api#1234", true},
		"last part":                {"api#1234", "acme/api#1234", true},
		"address":                  {"https://github.com/acme/api/pull/1234", "acme/api#1234", true},
		"address of a tab":         {"https://github.com/acme/api/pull/1234/files#diff", "acme/api#1234", true},
		"ticket":                   {"PAY-123", "PAY-123", true},
		"ticket in small letters":  {"pay-123", "PAY-123", true},
		"ticket address":           {"https://acme.example/browse/PAY-123", "PAY-123", true},
		"commit":                   {"acme/api@" + sha, "acme/api@" + sha, true},
		"short commit":             {sha[:8], "acme/api@" + sha, true},
		"short commit of a name":   {"api@" + sha[:8], "acme/api@" + sha, true},
		"commit address":           {"https://github.com/acme/api/commit/" + sha, "acme/api@" + sha, true},
		"deployment":               {"acme/api/deployments/55", "acme/api/deployments/55", true},
		"another number":           {"#123", "acme/api#1234", false},
		"longer number":            {"#12345", "acme/api#1234", false},
		"another repository":       {"acme/web#1234", "acme/api#1234", false},
		"end of a name":            {"pi#1234", "acme/api#1234", false},
		"another ticket":           {"PAY-12", "PAY-123", false},
		"too short for a commit":   {sha[:6], "acme/api@" + sha, false},
		"another commit":           {"1234567", "acme/api@" + sha, false},
		"number against a ticket":  {"123", "PAY-123", false},
		"address of something":     {"https://github.com/acme/api", "acme/api#1234", false},
		"commit of another":        {"web@" + sha, "acme/api@" + sha, false},
		"number against a service": {"#55", "acme/api/deployments/55", false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "exhibits")
			attach(t, dir, sidecar("NONE-1", tt.written), "a.txt", []byte("x"))
			items, gaps := collect(t, files.Config{Dir: dir}, tt.id)
			if (len(items) == 1) != tt.want || len(gaps) != 0 {
				t.Errorf("%q for %s: %d items, gaps %+v", tt.written, tt.id, len(items), gaps)
			}
		})
	}
}

func TestNumberAloneAmongRepositories(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "exhibits")
	attach(t, dir, sidecar("#1234"), "a.txt", []byte("x"))
	items, gaps := collect(t, files.Config{Dir: dir, Repositories: []string{"acme/api", "acme/web"}}, "acme/api#1234")
	if len(items) != 0 || len(gaps) != 1 || gaps[0].Reason != evidence.Ambiguous || !strings.Contains(gaps[0].Detail, "a.txt.yaml") || !strings.Contains(gaps[0].Detail, "acme/api, acme/web") {
		t.Errorf("%d items, gaps %+v", len(items), gaps)
	}
}

func TestSidecars(t *testing.T) {
	const good = "change: PAY-1\nshows: it\nby: Rosa\nat: 2025-10-14T16:20:00Z\n"
	tests := map[string]struct {
		yaml string
		says []string // nothing: the exhibit is taken
	}{
		"good":                 {good, nil},
		"CRLF":                 {strings.ReplaceAll(good, "\n", "\r\n"), nil},
		"BOM":                  {"\ufeff" + good, nil},
		"list":                 {"change: [PAY-1, '#5']\nshows: it\nby: Rosa\nat: 2025-10-14T16:20:00+02:00", nil},
		"quoted time":          {strings.Replace(good, "2025-10-14T16:20:00Z", `"2025-10-14T16:20:00Z"`, 1), nil},
		"number for a text":    {strings.Replace(good, "Rosa", "12", 1), nil},
		"empty":                {"", []string{"a.txt.yaml", "is empty"}},
		"no YAML":              {"shows: it\na: b: c", []string{"a.txt.yaml", "line 2", "not YAML"}},
		"a list":               {"- a", []string{"line 1", "keys with values"}},
		"nothing but a text":   {"hello", []string{"line 1"}},
		"date alone":           {strings.Replace(good, "2025-10-14T16:20:00Z", "2025-10-14", 1), []string{"line 4", "at:", "date alone", "+02:00"}},
		"no zone":              {strings.Replace(good, "2025-10-14T16:20:00Z", "2025-10-14 16:20", 1), []string{"line 4", "time zone"}},
		"no time":              {strings.Replace(good, "2025-10-14T16:20:00Z", "yesterday", 1), []string{"line 4", `"yesterday"`}},
		"missing":              {"change: PAY-1\n", []string{"shows: is missing", "by: is missing", "at: is missing"}},
		"unknown":              {good + "who: me\n", []string{"line 5", "who", "allowed: change"}},
		"twice":                {good + "by: me\n", []string{"line 5", "given twice"}},
		"unquoted number":      {strings.Replace(good, "PAY-1", "#1234", 1), []string{"line 1", "needs quotes"}},
		"empty list":           {strings.Replace(good, "PAY-1", "[]", 1), []string{"line 1", "empty"}},
		"supports what":        {good + "supports: everything\n", []string{"line 5", `"everything"`, "approval, testing"}},
		"hash":                 {good + "sha256: abc\n", []string{"line 5", "64"}},
		"two documents":        {good + "---\n" + good, []string{"more than one document"}},
		"an alias":             {"change: &c PAY-1\nshows: *c\nby: R\nat: 2025-10-14T16:20:00Z", []string{"line 2", "a text is expected"}},
		"all mistakes at once": {"change: PAY-1\nshows:\nby: []\nat: now", []string{"line 2", "line 3", "line 4"}},
		"bomb":                 {"a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: [*b,*b,*b,*b,*b,*b,*b,*b]\n", []string{"line 1"}},
		"too large":            {good + strings.Repeat("# x\n", 20_000), []string{"larger than 64 KiB"}},
		"control characters":   {good + "\"a\\tb\\nc\": x\n", []string{"line 5", "a b c"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			write(t, filepath.Join(dir, "a.txt"), []byte("x"))
			write(t, filepath.Join(dir, "a.txt.yaml"), []byte(tt.yaml))
			items, gaps := collect(t, files.Config{Dir: dir}, "PAY-1")
			if tt.says == nil {
				if len(items) != 1 || len(gaps) != 0 {
					t.Errorf("%d items, gaps %+v", len(items), gaps)
				}
				return
			}
			if len(items) != 0 || len(gaps) != 1 || gaps[0].Ref.ID != "a.txt" {
				t.Fatalf("%d items, gaps %+v", len(items), gaps)
			}
			for _, s := range tt.says {
				if !strings.Contains(gaps[0].Detail, s) || strings.Contains(gaps[0].Detail, "\n") {
					t.Errorf("the gap %q does not say %q", gaps[0].Detail, s)
				}
			}
		})
	}
}

func TestABadSidecarOfAnotherChange(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "a.txt"), []byte("x"))
	write(t, filepath.Join(dir, "a.txt.yaml"), []byte("change: PAY-2\nat: 2025-10-14\n"))
	if items, gaps := collect(t, files.Config{Dir: dir}, "PAY-1"); len(items)+len(gaps) != 0 {
		t.Errorf("%d items, gaps %+v", len(items), gaps)
	}
	if _, gaps := collect(t, files.Config{Dir: dir}, "PAY-2"); len(gaps) != 1 {
		t.Errorf("gaps %+v", gaps)
	}
}

func TestWhatIsNotAnExhibit(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("links and pipes are made as Unix makes them")
	}
	dir := filepath.Join(t.TempDir(), "exhibits")
	outside := write(t, filepath.Join(t.TempDir(), "secret.txt"), []byte("secret"))
	attach(t, dir, sidecar("PAY-1"), "good.txt", []byte("x"))
	attach(t, dir, sidecar("PAY-1"), "changed.txt", []byte("x"))
	write(t, filepath.Join(dir, "changed.txt"), []byte("y"))
	attach(t, dir, sidecar("PAY-1"), "large.txt", bytes.Repeat([]byte("x"), 2000))
	attach(t, dir, sidecar("PAY-1"), "linked.txt", []byte("x"))
	if err := os.Remove(filepath.Join(dir, "linked.txt")); err != nil {
		t.Fatal(err)
	}
	for _, link := range []string{"linked.txt", "bare-link.txt"} {
		if err := os.Symlink(outside, filepath.Join(dir, link)); err != nil {
			t.Fatal(err)
		}
	}
	if out, err := exec.Command("mkfifo", filepath.Join(dir, "pipe")).CombinedOutput(); err != nil {
		t.Fatalf("mkfifo: %v %s", err, out)
	}
	if err := os.Mkdir(filepath.Join(dir, "sub"), 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "lonely.txt"), []byte("x"))
	write(t, filepath.Join(dir, "gone.png.yaml"), []byte("change: PAY-1\n"))
	write(t, filepath.Join(dir, "linked-sidecar.txt"), []byte("x"))
	if err := os.Symlink(outside, filepath.Join(dir, "linked-sidecar.txt.yaml")); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, ".DS_Store"), []byte("x"))
	items, gaps := collect(t, files.Config{Dir: dir, MaxSize: 1000}, "PAY-1")
	if len(items) != 1 || items[0].Exhibit.File != "good.txt" {
		t.Errorf("items %+v", items)
	}
	want := map[string]string{
		"changed.txt": "was changed after it was attached", "large.txt": "larger than 1000 bytes", "linked.txt": "is a link",
		"bare-link.txt": "is a link", "pipe": "is a device", "sub": "is a folder", "lonely.txt": "has no sidecar lonely.txt.yaml",
		"gone.png.yaml": "describes gone.png, which is not", "linked-sidecar.txt": "is a link", "linked-sidecar.txt.yaml": "is a link",
	}
	got := map[string]bool{}
	for _, g := range gaps {
		got[g.Ref.ID] = true
		if want[g.Ref.ID] == "" || !strings.Contains(g.Detail, want[g.Ref.ID]) || strings.Contains(g.Detail, "secret.txt\x00") {
			t.Errorf("%s: %q, want %q", g.Ref.ID, g.Detail, want[g.Ref.ID])
		}
	}
	for file := range want {
		if !got[file] {
			t.Errorf("no gap for %s", file)
		}
	}
	p, err := newCollector(t, collectortest.Session(t, t.TempDir(), false), files.Config{Dir: dir}).Preflight(t.Context())
	if err != nil || p.Name != "local folder" || len(p.Notes) != 9 {
		t.Errorf("preflight: %+v, %v", p, err)
	}
}

func TestNoFolder(t *testing.T) {
	items, gaps := collect(t, files.Config{Dir: filepath.Join(t.TempDir(), "none")}, "PAY-1")
	if len(items) != 0 || len(gaps) != 1 || gaps[0].Reason != evidence.Unreachable || !strings.Contains(gaps[0].Detail, "does not exist") {
		t.Errorf("%d items, gaps %+v", len(items), gaps)
	}
}

func TestOfflineNeedsNoFolder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "exhibits")
	attach(t, dir, sidecar("PAY-1"), "a.txt", []byte("x"))
	write(t, filepath.Join(dir, "lonely.txt"), []byte("x"))
	vault := t.TempDir()
	ref := evidence.Ref{Kind: evidence.KindExhibit, System: "exhibits", ID: "PAY-1"}
	run := func(offline bool) (items []evidence.Item, said string) {
		s := collectortest.Session(t, vault, offline)
		err := newCollector(t, s, files.Config{Dir: dir}).Collect(context.Background(), ref, func(it evidence.Item) error {
			items = append(items, it)
			return nil
		})
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		return items, err.Error()
	}
	before, saidBefore := run(false)
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	after, saidAfter := run(true)
	if diff := cmp.Diff(before, after); diff != "" || saidBefore != saidAfter || len(after) != 1 {
		t.Errorf("%s\n%s\n%s", diff, saidBefore, saidAfter)
	}
}
