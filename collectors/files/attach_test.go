package files_test

import (
	"bytes"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/tickmark-dev/tickmark/collectors/files"
)

func TestAttach(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "exhibits")
	first := attach(t, dir, sidecar("#12"), "shot.png", picture(t, asPNG))
	second := attach(t, dir, sidecar("#12"), "shot.png", []byte("another"))
	if filepath.Base(first) != "shot.png" || filepath.Base(second) != "shot (2).png" {
		t.Errorf("paths %s, %s", first, second)
	}
	if b, err := os.ReadFile(first); err != nil || !bytes.Equal(b, picture(t, asPNG)) {
		t.Errorf("the first file was touched: %v", err)
	}
	if items, gaps := collect(t, files.Config{Dir: dir}, "acme/api#12"); len(items) != 2 || len(gaps) != 0 {
		t.Errorf("%d items, gaps %+v", len(items), gaps)
	}
	names := map[string]string{
		"CON.txt": "file_CON.txt", "..hidden": "hidden", "a\tb?.png": "a_b_.png", "trailing. ": "trailing", "\u202egnp.exe": "_gnp.exe",
		strings.Repeat("ü", 120) + ".pdf": strings.Repeat("ü", 48) + ".pdf",
	}
	for from, to := range names {
		if runtime.GOOS != "linux" {
			break
		}
		if got := filepath.Base(attach(t, dir, sidecar("PAY-1"), from, []byte("x"))); got != to {
			t.Errorf("%q became %q, want %q", from, got, to)
		}
	}
}

func TestAttachRefuses(t *testing.T) {
	tmp := t.TempDir()
	src := write(t, filepath.Join(tmp, "a.txt"), []byte("x"))
	empty := write(t, filepath.Join(tmp, "empty.txt"), nil)
	link := filepath.Join(tmp, "link.txt")
	if err := os.Symlink(src, link); err != nil {
		t.Skip(err)
	}
	large := filepath.Join(tmp, "large.txt")
	if err := os.WriteFile(large, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(large, 33<<20); err != nil {
		t.Fatal(err)
	}
	with := func(f func(*files.Sidecar)) files.Sidecar {
		s := sidecar("PAY-1")
		f(&s)
		return s
	}
	tests := map[string]struct {
		e    files.Sidecar
		src  string
		says string
	}{
		"missing":   {sidecar("PAY-1"), filepath.Join(tmp, "none"), "does not exist"},
		"link":      {sidecar("PAY-1"), link, "is a link"},
		"folder":    {sidecar("PAY-1"), tmp, "is a folder"},
		"empty":     {sidecar("PAY-1"), empty, "is empty"},
		"large":     {sidecar("PAY-1"), large, "larger than 32 MiB"},
		"no change": {with(func(s *files.Sidecar) { s.Changes = nil }), src, "for which change"},
		"blank":     {with(func(s *files.Sidecar) { s.Changes = []string{" "} }), src, "for which change"},
		"shows":     {with(func(s *files.Sidecar) { s.Shows = " " }), src, "what the file shows"},
		"by":        {with(func(s *files.Sidecar) { s.By = "" }), src, "who"},
		"at":        {with(func(s *files.Sidecar) { s.At = time.Time{} }), src, "when"},
		"supports":  {with(func(s *files.Sidecar) { s.Supports = "x" }), src, "choose one of"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "exhibits")
			if path, err := files.Attach(dir, tt.e, tt.src); err == nil || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("%q, %v; want %q", path, err, tt.says)
			}
			if left, _ := os.ReadDir(dir); len(left) != 0 {
				t.Errorf("left %v", left)
			}
		})
	}
}
