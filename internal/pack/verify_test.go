package pack

import (
	"archive/zip"
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// problems gives "kind path" of each, in order.
func problems(r Report) []string {
	var list []string
	for _, p := range r.Problems {
		list = append(list, p.Kind+" "+p.Path)
	}
	return list
}

const samplePDF = "Change Management/Sample 1 - 2025-10-16 PR #1234/pull_request.pdf"

func TestVerifyNamesEveryDifference(t *testing.T) {
	write := func(t *testing.T, root, path string, data []byte) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(root, path), data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for name, c := range map[string]struct {
		do   func(t *testing.T, root string)
		want []string
	}{
		"nothing": {func(*testing.T, string) {}, nil},
		"changed, missing, added, renamed at once": {func(t *testing.T, root string) {
			write(t, root, samplePDF, []byte("%PDF onE"))
			write(t, root, "Change Management/Policies/new.txt", []byte("x"))
			os.Remove(filepath.Join(root, "README.txt"))
			os.Rename(filepath.Join(root, ChangeLogFile), filepath.Join(root, "Log.xlsx"))
		}, []string{"added Change Management/Policies/new.txt", "changed " + samplePDF, "renamed Log.xlsx", "missing README.txt"}},
		"a link for a file": {func(t *testing.T, root string) {
			outside := filepath.Join(filepath.Dir(root), "outside.pdf")
			os.Rename(filepath.Join(root, samplePDF), outside)
			if err := os.Symlink(outside, filepath.Join(root, samplePDF)); err != nil {
				t.Skip("no links here: ", err)
			}
		}, []string{"malformed " + samplePDF, "missing " + samplePDF}},
		"a link to a folder": {func(t *testing.T, root string) {
			if err := os.Symlink(filepath.Dir(root), filepath.Join(root, "more")); err != nil {
				t.Skip("no links here: ", err)
			}
		}, []string{"malformed more"}},
		"no manifest": {func(t *testing.T, root string) { os.Remove(filepath.Join(root, ManifestFile)) }, []string{"missing manifest.json"}},
		"no sums":     {func(t *testing.T, root string) { os.Remove(filepath.Join(root, SumsFile)) }, []string{"missing SHA256SUMS"}},
		"no sums, change": {func(t *testing.T, root string) {
			os.Remove(filepath.Join(root, SumsFile))
			write(t, root, ReadmeFile, nil)
		}, []string{"changed README.txt", "missing SHA256SUMS"}},
		"empty manifest": {func(t *testing.T, root string) { write(t, root, ManifestFile, nil) }, []string{"changed manifest.json", "malformed manifest.json"}},
		"manifest of another version": {func(t *testing.T, root string) {
			write(t, root, ManifestFile, []byte(`{"schema_version": 99}`))
		}, []string{"changed manifest.json", "malformed manifest.json"}},
		"sums of another order": {func(t *testing.T, root string) {
			lines := strings.SplitAfter(string(read(t, filepath.Join(root, SumsFile))), "\n")
			lines[0], lines[1] = lines[1], lines[0]
			write(t, root, SumsFile, []byte(strings.Join(lines, "")))
		}, []string{"changed SHA256SUMS"}},
		"sums lead out": {func(t *testing.T, root string) {
			data := read(t, filepath.Join(root, SumsFile))
			write(t, root, SumsFile, append(data, []byte(strings.Repeat("0", 64)+"  ../../etc/passwd\n")...))
		}, []string{"malformed SHA256SUMS"}},
		"a file and its line": {func(t *testing.T, root string) {
			data := read(t, filepath.Join(root, SumsFile))
			sum := string(data[bytes.Index(data, []byte("  README.txt"))-64:][:64])
			write(t, root, ReadmeFile, []byte("other\n"))
			write(t, root, SumsFile, bytes.Replace(data, []byte(sum), []byte("01ba4719c80b6fe911b091a7c05124b64eeece964e09c058ef8f9805daca546b"), 1))
		}, []string{"changed README.txt"}},
	} {
		t.Run(name, func(t *testing.T) {
			root := filepath.Join(t.TempDir(), "out")
			build(t, root)
			c.do(t, root)
			report, err := Verify(root)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, problems(report)); diff != "" {
				t.Errorf("%s\n%s", diff, report.Text())
			}
			if report.OK() != (c.want == nil) {
				t.Error("OK is wrong")
			}
			for _, p := range report.Problems {
				if !strings.Contains(report.Text(), p.Path) {
					t.Errorf("%s is not in the text", p.Path)
				}
			}
		})
	}
}

// One flipped bit anywhere is seen, and the file is named.
func TestVerifySeesEveryByte(t *testing.T) {
	root := filepath.Join(t.TempDir(), "out")
	build(t, root)
	flips := 0
	for _, name := range tree(t, root) {
		if strings.HasSuffix(name, "/") {
			continue
		}
		full := filepath.Join(root, name)
		data := read(t, full)
		step := 1
		if name == ManifestFile {
			step = 7
		}
		for i := 0; i < len(data); i += step {
			bent := bytes.Clone(data)
			bent[i] ^= 1 << (i % 8)
			if err := os.WriteFile(full, bent, 0o644); err != nil {
				t.Fatal(err)
			}
			report, err := Verify(root)
			if err != nil || report.OK() || !strings.Contains(report.Text(), name) {
				t.Fatalf("%s, byte %d: %v\n%s", name, i, err, report.Text())
			}
			flips++
		}
		if err := os.WriteFile(full, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if report, err := Verify(root); err != nil || !report.OK() || flips < 1000 {
		t.Errorf("after %d flips: %v\n%s", flips, err, report.Text())
	}
}

func TestVerifyRefuses(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "text.zip"), []byte("no archive"), 0o644); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		dir: "is no evidence package", filepath.Join(dir, "absent"): "cannot be opened", filepath.Join(dir, "text.zip"): "neither a folder nor a readable .zip",
	} {
		if _, err := Verify(path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", path, err)
		}
	}
}

func TestZip(t *testing.T) {
	var archives [2][]byte
	for i := range archives {
		dir := t.TempDir()
		sealed := build(t, filepath.Join(dir, DefaultName))
		zipPath := sealed.Root + ".zip"
		if err := Zip(sealed.Root, zipPath); err != nil {
			t.Fatal(err)
		}
		archives[i] = read(t, zipPath)
		if err := Zip(sealed.Root, zipPath); err == nil || !strings.Contains(err.Error(), "already there") {
			t.Errorf("a second time: %v", err)
		}
		report, err := Verify(zipPath)
		if err != nil || !report.OK() || report.Unchanged != 8 {
			t.Errorf("%v\n%s", err, report.Text())
		}
		if left, _ := filepath.Glob(filepath.Join(dir, ".*")); len(left) > 0 {
			t.Errorf("left: %v", left)
		}
	}
	if !bytes.Equal(archives[0], archives[1]) {
		t.Error("equal packages give different archives")
	}
	dir := t.TempDir()
	if err := Zip(dir, filepath.Join(dir, "x.zip")); err == nil || len(tree(t, dir)) > 0 {
		t.Errorf("no package: %v, left %v", err, tree(t, dir))
	}
	sealed := build(t, filepath.Join(dir, "out"))
	if err := os.Symlink("/etc/hostname", filepath.Join(sealed.Root, "link")); err != nil {
		t.Skip("no links here: ", err)
	}
	if err := Zip(sealed.Root, filepath.Join(dir, "x.zip")); err == nil || !strings.Contains(err.Error(), "not a regular file") {
		t.Errorf("a link was packed: %v", err)
	}
	if got := tree(t, dir); got[0] != "out/" || strings.Contains(strings.Join(got, " "), "x.zip") {
		t.Errorf("left: %v", got)
	}
}

// An archive from a stranger: names that lead out, the same name twice, files
// beside the package. Nothing is unpacked, everything is named.
func TestVerifyHostileZip(t *testing.T) {
	sealed := build(t, filepath.Join(t.TempDir(), "out"))
	path := filepath.Join(t.TempDir(), "bad.zip")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	out := zip.NewWriter(f)
	put := func(name, content string) {
		w, err := out.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(content)); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range tree(t, sealed.Root) {
		if strings.HasSuffix(name, "/") {
			put("out/"+name, "")
			continue
		}
		put("out/"+name, string(read(t, filepath.Join(sealed.Root, name))))
	}
	put("out/../../evil.txt", "x")
	put(`out/..\evil.txt`, "x")
	put("out/README.txt", "another")
	put("__MACOSX/out/._README.txt", "x")
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	report, err := Verify(path)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{`malformed "out/../../evil.txt"`, `malformed "out/..\\evil.txt"`, "malformed README.txt", "added __MACOSX/out/._README.txt"}
	if diff := cmp.Diff(want, problems(report)); diff != "" {
		t.Error(diff)
	}
}

func FuzzDecodeManifest(f *testing.F) {
	f.Add([]byte(`{"schema_version":1,"files":[{"path":"a","size":1,"sha256":"x"}]}`))
	f.Add([]byte(`{"schema_version":1,"files":[{"path":"../a"}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := decodeManifest(data)
		if err != nil {
			return
		}
		for _, file := range m.Files {
			if CheckPath(file.Path) != nil {
				t.Errorf("%q was taken", file.Path)
			}
		}
	})
}
