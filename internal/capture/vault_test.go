package capture

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
)

// flip changes one bit in the middle of a file.
func flip(t *testing.T, path string) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	b[len(b)/2] ^= 1
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestVaultIsPrivate(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no modes")
	}
	dir := vaultDir(t)
	if err := os.MkdirAll(dir, 0o755); err != nil { // as a person would make it
		t.Fatal(err)
	}
	r := begin(t, dir, 1, false)
	if _, err := r.Fetch(t.Context(), "s", "n", func(context.Context) ([]byte, error) { return []byte("x"), nil }); err != nil {
		t.Fatal(err)
	}
	r.close()
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		want := os.FileMode(0o600)
		if d.IsDir() {
			want = 0o700
		}
		if err == nil && info.Mode().Perm() != want {
			t.Errorf("%s has mode %v", path, info.Mode())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestVaultRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		make func(dir string) error
		says string
	}{
		"somebody's folder": {func(dir string) error { return os.WriteFile(filepath.Join(dir, "letter.txt"), nil, 0o600) }, "holds other files (letter.txt)"},
		"another marker": {func(dir string) error {
			return os.WriteFile(filepath.Join(dir, markerFile), []byte(`{"format":"x"}`), 0o600)
		}, "is not a vault"},
		"a newer vault": {func(dir string) error {
			return os.WriteFile(filepath.Join(dir, markerFile), []byte(`{"format":"tickmark vault","version":2}`), 0o600)
		}, "version 2"},
		"a stranger among the journals": {func(dir string) error {
			return errors.Join(os.Mkdir(filepath.Join(dir, journalDir), 0o700), os.WriteFile(filepath.Join(dir, journalDir, "notes.txt"), nil, 0o600))
		}, "notes.txt is not a journal"},
		"a file": {func(dir string) error { return errors.Join(os.Remove(dir), os.WriteFile(dir, nil, 0o600)) }, "could not make the vault"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if err := c.make(dir); err != nil {
				t.Fatal(err)
			}
			_, err := Open(t.Context(), Options{Dir: dir, Now: newClock(1).now, Log: discard()})
			if !errors.Is(err, ErrVault) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%v", err)
			}
		})
	}
}

func TestSecondRunIsRefused(t *testing.T) {
	dir := vaultDir(t)
	first := begin(t, dir, 1, false)
	_, err := Open(t.Context(), Options{Dir: dir, Now: newClock(1).now, Log: discard()})
	if !errors.Is(err, ErrInUse) || !strings.Contains(err.Error(), fmt.Sprintf("process %d on", os.Getpid())) || !strings.Contains(err.Error(), "wait for it to end") {
		t.Errorf("second run: %v", err)
	}
	begin(t, dir, 1, true).close() // reading may go on beside
	first.close()
	begin(t, dir, 2, false).close()
}

// What is damaged is named: every file of the vault, whatever is done to it.
func TestCheckNamesWhatIsDamaged(t *testing.T) {
	made := func(t *testing.T) string {
		dir := vaultDir(t)
		for day := 1; day < 4; day++ {
			r := begin(t, dir, day, false)
			for i := range 3 {
				if _, err := r.Fetch(t.Context(), "s", fmt.Sprint("n", i), func(context.Context) ([]byte, error) {
					return fmt.Appendf(nil, "text %d of day %d", i, day), nil
				}); err != nil {
					t.Fatal(err)
				}
			}
			r.close()
		}
		return dir
	}
	if rep := mustBeSound(t, made(t)); rep.Runs != 3 || rep.Records != 9 || rep.Objects != 9 || rep.Interrupted != 0 || rep.Unnamed != 0 {
		t.Errorf("sound: %+v", rep)
	}
	damages := map[string]func(t *testing.T, path string){
		"flip":   flip,
		"remove": func(t *testing.T, path string) { must(t, os.Remove(path)) },
		"cut": func(t *testing.T, path string) {
			info, err := os.Stat(path)
			must(t, err)
			must(t, os.Truncate(path, info.Size()/2))
		},
		"cut at a line": func(t *testing.T, path string) {
			b, err := os.ReadFile(path)
			must(t, err)
			if lines := strings.SplitAfter(string(b), "\n"); len(lines) > 3 {
				b = []byte(strings.Join(lines[:2], ""))
			} else {
				b = b[:1]
			}
			must(t, os.WriteFile(path, b, 0o600))
		},
	}
	for name, damage := range damages {
		for file := range vaultText(t, made(t)) {
			if file == lockFile || file == markerFile {
				continue
			}
			dir := made(t) // times are fixed, so the files are the same
			damage(t, filepath.Join(dir, filepath.FromSlash(file)))
			rep := check(t, dir)
			lastRun := strings.HasPrefix(file, "journal/000003")
			if lastRun && name != "flip" {
				// Nothing follows the end of the last journal: bodies that it named are left, and it says no end.
				if rep.Unnamed == 0 && len(rep.Problems) == 0 {
					t.Errorf("%s %s: %+v", name, file, rep)
				}
				continue
			}
			want := strings.TrimSuffix(filepath.Base(file), ".zst")
			if strings.HasPrefix(file, "journal/") {
				want = strings.TrimSuffix(want, ".jsonl")
				if name != "flip" {
					want = strings.TrimLeft(want[:6], "0") // named by what follows it
				}
			}
			if !strings.Contains(strings.Join(rep.Problems, "\n"), want) {
				t.Errorf("%s %s: %+v", name, file, rep)
			}
		}
	}
	dir := made(t)
	must(t, os.Remove(filepath.Join(dir, journalDir, "000002-20260102T090001Z.jsonl")))
	if rep := check(t, dir); !strings.Contains(strings.Join(rep.Problems, "\n"), "the journal of run 2 is missing") {
		t.Errorf("without a run: %+v", rep)
	}
	dir = made(t)
	must(t, os.WriteFile(filepath.Join(dir, objectDir, "stranger"), nil, 0o600))
	if rep := check(t, dir); len(rep.Problems) != 1 || !strings.Contains(rep.Problems[0], "stranger") {
		t.Errorf("stranger: %+v", rep)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// A disk that fails at any step gives a clear error, and leaves a vault that
// is whole and goes on.
func TestWriteErrors(t *testing.T) {
	for _, op := range []string{"create", "sync", "rename", "syncdir", "journal"} {
		t.Run(op, func(t *testing.T) {
			srv := serve(t, func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, "body of "+r.URL.Path) })
			dir := vaultDir(t)
			r := begin(t, dir, 1, false)
			c := r.client(srv.URL)
			before := r.get(c, srv.URL+"/before")
			r.vault.inject = func(at string) error {
				if at == op {
					return fmt.Errorf("writing: %w", syscall.ENOSPC)
				}
				return nil
			}
			g, err := r.try(c, srv.URL+"/during")
			reason, why := ReasonOfError(err)
			if !errors.Is(err, ErrVault) || reason == "" || !strings.Contains(why, "make room on the disk") || len(g.Provenance) > 0 {
				t.Errorf("%v; %s: %s; %v", err, reason, why, g.Provenance)
			}
			r.vault.inject = nil
			if _, err := r.try(c, srv.URL+"/after"); !errors.Is(err, ErrVault) {
				t.Errorf("the run went on: %v", err)
			}
			if err := r.Close(); !errors.Is(err, ErrVault) || !errors.Is(r.Err(), ErrVault) {
				t.Errorf("the run ended well: %v", err)
			}
			mustBeSound(t, dir)
			if left, err := os.ReadDir(filepath.Join(dir, tempDir)); err != nil || len(left) > 0 {
				t.Errorf("left behind: %v, %v", left, err)
			}
			r = begin(t, dir, 2, true)
			c = r.client(srv.URL)
			if g := r.get(c, srv.URL+"/before"); g.Body != before.Body {
				t.Errorf("lost: %+v", g)
			}
			if _, err := r.try(c, srv.URL+"/during"); !errors.Is(err, ErrNotRecorded) {
				t.Errorf("recorded in spite of the error: %v", err)
			}
		})
	}
}

// A real full disk, where one may be made.
func TestDiskFull(t *testing.T) {
	if runtime.GOOS != "linux" || os.Geteuid() != 0 {
		t.Skip("making a small disk needs root on Linux")
	}
	disk := t.TempDir()
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", disk).CombinedOutput(); err != nil {
		t.Skipf("making a small disk is not permitted here: %s", out)
	}
	t.Cleanup(func() { _ = exec.Command("umount", disk).Run() })
	dir := filepath.Join(disk, "vault")
	r := begin(t, dir, 1, false)
	var err error
	n := 0
	noise := uint32(1)
	for ; n < 1000 && err == nil; n++ {
		b := make([]byte, 3000)
		for i := range b {
			noise = noise*1664525 + 1013904223
			b[i] = byte(noise >> 24)
		}
		_, err = r.Fetch(t.Context(), "s", fmt.Sprint(n), func(context.Context) ([]byte, error) { return b, nil })
	}
	if !errors.Is(err, ErrVault) || !strings.Contains(err.Error(), "make room on the disk") {
		t.Fatalf("after %d: %v", n, err)
	}
	_ = r.Close()
	if rep := mustBeSound(t, dir); rep.Records != n-1 || n < 5 {
		t.Errorf("%d were recorded before the disk was full: %+v", n-1, rep)
	}
}

// A well-formed body of the right length that is another one.
func TestExchangedBody(t *testing.T) {
	dir := vaultDir(t)
	r := begin(t, dir, 1, false)
	var shas []string
	for _, name := range []string{"body a", "body b"} {
		_, err := r.Fetch(t.Context(), "s", name, func(context.Context) ([]byte, error) { return []byte(name), nil })
		must(t, err)
		shas = append(shas, hashOf([]byte(name)))
	}
	r.close()
	b, err := os.ReadFile(r.vault.objectPath(shas[1]))
	must(t, err)
	must(t, os.WriteFile(r.vault.objectPath(shas[0]), b, 0o600))
	if rep := check(t, dir); len(rep.Problems) != 1 || !strings.Contains(rep.Problems[0], shas[0]) {
		t.Errorf("%+v", rep)
	}
	off := begin(t, dir, 2, true)
	if got, err := off.Fetch(t.Context(), "s", "body a", nil); !errors.Is(err, ErrVault) {
		t.Errorf("%q, %v", got, err)
	}
}

func TestBlob(t *testing.T) {
	r := begin(t, vaultDir(t), 1, false)
	big := strings.Repeat("line\n", 200_000)
	if _, err := r.Fetch(t.Context(), "s", "n", func(context.Context) ([]byte, error) { return []byte(big), nil }); err != nil {
		t.Fatal(err)
	}
	for range 3 { // readers are used again
		f, err := r.Blob(hashOf([]byte(big)))
		must(t, err)
		b, err := io.ReadAll(f)
		must(t, err)
		must(t, f.Close())
		if string(b) != big {
			t.Error("another body")
		}
		if _, err := f.Read(make([]byte, 1)); err == nil {
			t.Error("read after close")
		}
	}
	for _, sha := range []string{"", "../../etc/passwd", strings.Repeat("A", 64), strings.Repeat("0", 64)} {
		if _, err := r.Blob(sha); err == nil {
			t.Errorf("opened %q", sha)
		}
	}
}
