package run

import (
	"archive/zip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/klauspost/compress/zstd"
	"golang.org/x/sync/errgroup"
)

// filesIn gives the paths of a folder's files, in order.
func filesIn(t *testing.T, root string) []string {
	t.Helper()
	var all []string
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			var rel string
			rel, err = filepath.Rel(root, path)
			all = append(all, filepath.ToSlash(rel))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func contents(t *testing.T, root string) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, f := range filesIn(t, root) {
		data, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(f)))
		if err != nil {
			t.Fatal(err)
		}
		all[f] = string(data)
	}
	return all
}

// sameFiles holds two packages to the same bytes in the same files.
func sameFiles(t *testing.T, what string, a, b made) {
	t.Helper()
	first, second := contents(t, a.Folder), contents(t, b.Folder)
	for name, data := range first {
		if other, ok := second[name]; !ok {
			t.Errorf("%s: %s is in the first only", what, name)
		} else if other != data {
			t.Errorf("%s: %s differs (%d and %d bytes)", what, name, len(data), len(other))
		}
	}
	for name := range second {
		if _, ok := first[name]; !ok {
			t.Errorf("%s: %s is in the second only", what, name)
		}
	}
	t.Logf("%s: %d files compared", what, len(first))
}

// checkPackage holds a package to what every package promises, read by other
// people's programs.
func checkPackage(t *testing.T, s *site, m made, everyFlip int) {
	t.Run("every PDF is whole", func(t *testing.T) { checkPDFs(t, m) })
	t.Run("sha256sum agrees", func(t *testing.T) { checkSums(t, m) })
	t.Run("the Evidence Index names every file as it is", func(t *testing.T) { checkIndex(t, m) })
	t.Run("the same bytes offline", func(t *testing.T) { checkOffline(t, s, m) })
	t.Run("a flipped byte is named", func(t *testing.T) { checkFlips(t, m, everyFlip) })
	t.Run("no secret is written", func(t *testing.T) { checkSecrets(t, s, m) })
}

func checkPDFs(t *testing.T, m made) {
	need(t, "qpdf")
	var group errgroup.Group
	group.SetLimit(4)
	n := 0
	for _, f := range filesIn(t, m.Folder) {
		if !strings.HasSuffix(f, ".pdf") {
			continue
		}
		n++
		group.Go(func() error {
			if out, err := exec.Command("qpdf", "--check", m.sealed(f)).CombinedOutput(); err != nil {
				t.Errorf("qpdf --check %s: %v\n%s", f, err, out)
			}
			return nil
		})
	}
	if _ = group.Wait(); n < 5*len(m.Samples) {
		t.Errorf("only %d PDFs for %d samples", n, len(m.Samples))
	}
	t.Logf("%d PDFs are clean", n)
}

func checkSums(t *testing.T, m made) {
	need(t, "sha256sum")
	check := exec.Command("sha256sum", "--strict", "-c", "SHA256SUMS")
	check.Dir = m.Folder
	out, err := check.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	// Every file is summed but the sums themselves.
	if ok, all := strings.Count(string(out), ": OK\n"), len(filesIn(t, m.Folder)); ok != all-1 {
		t.Errorf("%d files are summed, the package has %d", ok, all)
	}
	report, err := Verify(m.Folder)
	if err != nil || !report.OK() || report.ManifestSHA256 != m.Manifest {
		t.Errorf("verify: %v\n%s", err, report.Text())
	}
}

// checkIndex holds the workbook's list of files to the files themselves, and
// its list of gaps to the manifest's.
func checkIndex(t *testing.T, m made) {
	book := readWorkbook(t, m.sealed("Change Management", "Change Log.xlsx"))
	listed := map[string]bool{}
	for _, row := range book["Evidence Index"] {
		if row["SHA-256"] == "" {
			continue // a note below the table
		}
		data, err := os.ReadFile(m.sealed("Change Management", row["File"]))
		if err != nil {
			t.Errorf("listed and absent: %v", err)
			continue
		}
		if sum := sha256.Sum256(data); hex.EncodeToString(sum[:]) != row["SHA-256"] {
			t.Errorf("%s has another SHA-256 than is listed", row["File"])
		}
		listed["Change Management/"+row["File"]] = true
		if raw := row["Raw payload in the package"]; strings.HasPrefix(raw, "Sample ") && !exists(m.sealed("Change Management", raw)) {
			t.Errorf("%s: the payload %s is absent", row["File"], raw)
		}
	}
	unlisted := []string{"Change Management/Change Log.xlsx", "README.txt", "index.html", "SHA256SUMS", "manifest.json", "redactions.json"}
	for _, f := range filesIn(t, m.Folder) {
		if !listed[f] && !slices.Contains(unlisted, f) {
			t.Errorf("%s is not in the Evidence Index", f)
		}
	}
	var manifest struct {
		Supersedes any
		Gaps       []struct {
			Sample               int
			Part, Reason, Detail string
			Ref                  struct{ Kind, ID string }
		}
	}
	data, err := os.ReadFile(m.sealed("manifest.json"))
	if err != nil || json.Unmarshal(data, &manifest) != nil {
		t.Fatalf("manifest.json: %v", err)
	}
	if manifest.Supersedes != nil {
		t.Errorf("it says that it supersedes %v", manifest.Supersedes)
	}
	sheet := map[string]int{}
	for _, row := range book["Gaps"] {
		if row["Reason"] != "" {
			sheet[row["Sample #"]+"|"+row["Reason"]]++
		}
	}
	for _, g := range manifest.Gaps {
		sheet[itoa(g.Sample)+"|"+g.Reason]--
	}
	for key, n := range sheet {
		if n != 0 && !strings.HasPrefix(key, "none|") {
			t.Errorf("gaps %s: the sheet has %d more than the manifest", key, n)
		}
	}
	if len(manifest.Gaps) != m.Gaps {
		t.Errorf("the manifest has %d gaps, the result says %d", len(manifest.Gaps), m.Gaps)
	}
}

func exists(path string) bool { _, err := os.Stat(path); return err == nil }

// rendered makes the package of the last request from the vault.
func rendered(t *testing.T) func(*Run, string) (Result, error) {
	return func(r *Run, out string) (Result, error) { return r.Render(t.Context(), out, false) }
}

// checkOffline makes the package twice more from the vault alone.
func checkOffline(t *testing.T, s *site, m made) {
	second, third := s.do(t, true, rendered(t)), s.do(t, true, rendered(t))
	if second.stats.Requests != 0 || second.stats.Downloads != 0 {
		t.Errorf("offline, sources were asked: %+v", second.stats)
	}
	sameFiles(t, "online and offline", m, second)
	sameFiles(t, "offline twice", second, third)
}

// nothingNew asks once more for the first changes of a list of sources that tag
// no answer: what they send again the vault has.
func nothingNew(t *testing.T, s *site, list string) {
	t.Helper()
	text, err := os.ReadFile(list)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(string(text), "\n")
	short := filepath.Join(s.dir, "short.csv")
	if err := os.WriteFile(short, []byte(strings.Join(lines[:6], "")), 0o600); err != nil {
		t.Fatal(err)
	}
	objects := filepath.Join(s.config.Vault, "objects")
	before := filesIn(t, objects)
	again := s.online(t, short)
	// The request itself is kept as well.
	if after := filesIn(t, objects); len(after) != len(before)+1 {
		t.Errorf("the vault had %d objects and has %d", len(before), len(after))
	}
	t.Logf("%d samples again: %+v", len(again.Samples), again.stats)
}

// checkFlips flips one byte in the middle of files, one file after another.
func checkFlips(t *testing.T, m made, every int) {
	n := 0
	for i, f := range filesIn(t, m.Folder) {
		if i%every != 0 {
			continue
		}
		n++
		data, err := os.ReadFile(m.sealed(f))
		if err != nil {
			t.Fatal(err)
		}
		data[len(data)/2] ^= 1
		rewrite(t, m.sealed(f), data)
		report, err := Verify(m.Folder)
		if err != nil {
			t.Errorf("verify after a flip in %s: %v", f, err)
		}
		named := false
		for _, p := range report.Problems {
			named = named || p.Path == f
		}
		if !named {
			t.Errorf("a flipped byte in %s is not named: %+v", f, report.Problems)
		}
		data[len(data)/2] ^= 1
		rewrite(t, m.sealed(f), data)
	}
	if report, err := Verify(m.Folder); err != nil || !report.OK() {
		t.Errorf("after all bytes were put back: %v %+v", err, report.Problems)
	}
	t.Logf("%d flips were named", n)
}

// rewrite overwrites a file as one who tampers with it would.
func rewrite(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.Chmod(path, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// checkSecrets looks for the tokens in every file of the package, in the vault
// as it decompresses, and in the log; and in the package for where on this
// machine anything lies.
func checkSecrets(t *testing.T, s *site, m made) {
	need(t, "pdftotext")
	var searched atomic.Int32
	here := filepath.Dir(s.dir)
	search := func(where, data string, packed bool) {
		searched.Add(1)
		for name, token := range s.env {
			for _, form := range forms(token) {
				if strings.Contains(data, form) {
					t.Errorf("%s holds the token of %s", where, name)
				}
			}
		}
		if packed && strings.Contains(data, here) {
			t.Errorf("%s says where it was made: %s", where, here)
		}
	}
	var group errgroup.Group
	group.SetLimit(4)
	for f, data := range contents(t, m.Folder) {
		search(f, data, true)
		switch filepath.Ext(f) {
		case ".pdf":
			group.Go(func() error {
				search(f, squash(textOf(t, m.sealed(f), "-raw")), true)
				return nil
			})
		case ".xlsx":
			for name, text := range unzip(t, data) {
				search(f+"/"+name, text, true)
			}
		}
	}
	_ = group.Wait()
	unpack, err := zstd.NewReader(nil)
	if err != nil {
		t.Fatal(err)
	}
	defer unpack.Close()
	objects := 0
	for f, data := range contents(t, s.config.Vault) {
		search(f, data, false)
		if filepath.Ext(f) == ".zst" {
			objects++
			plain, err := unpack.DecodeAll([]byte(data), nil)
			if err != nil {
				t.Fatalf("%s: %v", f, err)
			}
			search(f, string(plain), false)
		}
	}
	search("the log", s.log.String(), false)
	if objects == 0 || len(s.env) > 0 && s.log.Len() == 0 {
		t.Errorf("nothing was searched: %d objects, %d bytes of log", objects, s.log.Len())
	}
	t.Logf("%d texts were searched, %d of them from the vault", searched.Load(), objects)
}

// unzip gives the parts of a ZIP file by name.
func unzip(t *testing.T, data string) map[string]string {
	t.Helper()
	book, err := zip.NewReader(strings.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	parts := map[string]string{}
	for _, part := range book.File {
		r, err := part.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		parts[part.Name] = string(text)
	}
	return parts
}
