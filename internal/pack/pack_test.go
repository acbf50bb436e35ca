package pack

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/tickmark-dev/tickmark/internal/evidence"
	"github.com/tickmark-dev/tickmark/internal/redact"
)

func TestSealedPackage(t *testing.T) {
	parent := t.TempDir()
	sealed := build(t, filepath.Join(parent, "made", DefaultName))
	want := []string{
		"SOC 2 Evidence/",
		"SOC 2 Evidence/Change Management/",
		"SOC 2 Evidence/Change Management/Change Log.xlsx",
		"SOC 2 Evidence/Change Management/Policies/",
		"SOC 2 Evidence/Change Management/Policies/change_management_policy.pdf",
		"SOC 2 Evidence/Change Management/Sample 1 - 2025-10-16 PR #1234/",
		"SOC 2 Evidence/Change Management/Sample 1 - 2025-10-16 PR #1234/pull_request.pdf",
		"SOC 2 Evidence/Change Management/Sample 1 - 2025-10-16 PR #1234/source/",
		"SOC 2 Evidence/Change Management/Sample 1 - 2025-10-16 PR #1234/source/01 pull_request acme-api-1234.json",
		"SOC 2 Evidence/Change Management/Sample 2 - 2025-10-16 CHG-789/",
		"SOC 2 Evidence/Change Management/Sample 2 - 2025-10-16 CHG-789/change_ticket.pdf",
		"SOC 2 Evidence/README.txt",
		"SOC 2 Evidence/SHA256SUMS",
		"SOC 2 Evidence/manifest.json",
		"SOC 2 Evidence/redactions.json",
	}
	if diff := cmp.Diff(want, tree(t, filepath.Join(parent, "made"))); diff != "" {
		t.Error(diff)
	}
	if sealed.Files != 9 || sealed.Supersedes != nil || len(sealed.ManifestSHA256) != 64 {
		t.Errorf("%+v", sealed)
	}
	if report, err := Verify(sealed.Root); err != nil || !report.OK() || report.Unchanged != 8 {
		t.Errorf("%v\n%s", err, report.Text())
	}
}

// Other people's programs check the package too.
func TestSha256sumReadsSums(t *testing.T) {
	tool, err := exec.LookPath("sha256sum")
	if err != nil {
		t.Skip("sha256sum is not here: ", err)
	}
	sealed := build(t, filepath.Join(t.TempDir(), DefaultName))
	check := exec.Command(tool, "-c", "--strict", SumsFile)
	check.Dir = sealed.Root
	out, err := check.CombinedOutput()
	if err != nil || strings.Count(string(out), ": OK\n") != 8 {
		t.Errorf("%v\n%s", err, out)
	}
	if bytes.Contains(read(t, filepath.Join(sealed.Root, SumsFile)), []byte("\r")) {
		t.Error("SHA256SUMS has Windows line ends")
	}
}

func TestSchemas(t *testing.T) {
	root := filepath.Join(t.TempDir(), DefaultName)
	build(t, root)
	sealed := build(t, root) // with "supersedes"
	for file, schema := range map[string]string{ManifestFile: "manifest.schema.json", RedactionsFile: "redactions.schema.json"} {
		compiler := jsonschema.NewCompiler()
		compiler.AssertFormat()
		s, err := compiler.Compile(filepath.Join("..", "..", "docs", "schemas", schema))
		if err != nil {
			t.Fatal(err)
		}
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(read(t, filepath.Join(sealed.Root, file))))
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Validate(doc); err != nil {
			t.Errorf("%s: %v", file, err)
		}
		doc.(map[string]any)["more"] = 1
		if s.Validate(doc) == nil {
			t.Errorf("%s: the schema takes anything", file)
		}
	}
}

func TestManifestGolden(t *testing.T) {
	root := filepath.Join(t.TempDir(), DefaultName)
	build(t, root)
	got := read(t, filepath.Join(root, ManifestFile))
	golden := filepath.Join("testdata", "manifest.golden.json")
	if os.Getenv("UPDATE_GOLDEN") != "" {
		if err := os.WriteFile(golden, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(string(read(t, golden)), string(got)); diff != "" {
		t.Error(diff)
	}
}

func TestEqualInputEqualBytes(t *testing.T) {
	one, two := build(t, filepath.Join(t.TempDir(), DefaultName)), build(t, filepath.Join(t.TempDir(), DefaultName))
	for _, f := range tree(t, one.Root) {
		if !strings.HasSuffix(f, "/") && !bytes.Equal(read(t, filepath.Join(one.Root, f)), read(t, filepath.Join(two.Root, f))) {
			t.Errorf("%s differs", f)
		}
	}
}

func TestNeverOverwrites(t *testing.T) {
	parent := t.TempDir()
	root := filepath.Join(parent, "out")
	if err := os.Mkdir(root, 0o755); err != nil { // empty: a person made it to be filled
		t.Fatal(err)
	}
	first := build(t, root)
	if first.Root != root || first.Supersedes != nil {
		t.Errorf("%+v", first)
	}
	before := read(t, filepath.Join(root, SumsFile))
	second := build(t, root)
	if second.Root != root+" (2)" || second.Supersedes == nil || *second.Supersedes != (Superseded{"out", first.ManifestSHA256}) {
		t.Errorf("%+v", second)
	}
	if err := os.RemoveAll(second.Root); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(parent, "out (7)"), []byte("a file"), 0o644); err != nil {
		t.Fatal(err)
	}
	third := build(t, root)
	if third.Root != root+" (8)" || third.Supersedes.Path != "out" {
		t.Errorf("%+v", third)
	}
	if !bytes.Equal(before, read(t, filepath.Join(root, SumsFile))) {
		t.Error("the first package was changed")
	}
	for _, f := range tree(t, parent) {
		if strings.Contains(f, "partial") {
			t.Errorf("%s was left", f)
		}
	}
}

// TestSupersedesTheSameRequestOnly: a package of another request that stands in
// the same place is a neighbour.
func TestSupersedesTheSameRequestOnly(t *testing.T) {
	root := filepath.Join(t.TempDir(), "out")
	one, two := strings.Repeat("11", 32), strings.Repeat("22", 32)
	first := buildFor(t, root, one)
	other := buildFor(t, root, two)
	if other.Root != root+" (2)" || other.Supersedes != nil {
		t.Errorf("another request: %+v", other)
	}
	unnamed := buildFor(t, root, "")
	if unnamed.Supersedes != nil || buildFor(t, root, "").Supersedes != nil {
		t.Errorf("requests that nobody named: %+v", unnamed)
	}
	again := buildFor(t, root, one)
	if again.Supersedes == nil || *again.Supersedes != (Superseded{"out", first.ManifestSHA256}) {
		t.Errorf("the same request: %+v", again.Supersedes)
	}
	if err := os.WriteFile(filepath.Join(root, ManifestFile), []byte("{"), 0o644); err != nil {
		t.Fatal(err)
	}
	last := buildFor(t, root, one)
	if last.Supersedes == nil || last.Supersedes.Path != filepath.Base(again.Root) {
		t.Errorf("with a broken manifest beside it: %+v", last.Supersedes)
	}
}

func TestAddRefuses(t *testing.T) {
	b, err := New(filepath.Join(t.TempDir(), "out"), Options{Redactor: redact.New([]string{"KNOWN-secret-1"})})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Abort()
	if _, err := b.Add("Folder/File.txt", nil, Meta{}); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		"Folder/File.txt":                    "would be one file",
		"Folder/FILE.txt":                    "would be one file",
		"folder/other.txt":                   "would be one on Windows",
		"Folder/File.txt/x":                  "a file and a folder",
		"Folder":                             "a file and a folder",
		"../out.txt":                         "does not lead into the package",
		"a/nul.txt":                          "reserved by Windows",
		ManifestFile:                         "written by sealing",
		"Folder/" + strings.Repeat("x", 200): "Windows opens at most 240",
		"straße.txt":                         "",
		"STRASSE.txt":                        "would be one file",
	} {
		if path == "STRASSE.txt" {
			continue // after its fellow, below
		}
		_, err := b.Add(path, nil, Meta{})
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %v", path, err)
		}
	}
	if _, err := b.Add("STRASSE.txt", nil, Meta{}); err == nil {
		t.Error("straße and STRASSE were both taken")
	}
	if _, err := b.Add("leak.txt", []byte("x KNOWN-secret-1 x"), Meta{}); err == nil || !strings.Contains(err.Error(), "leak.txt holds a credential") {
		t.Errorf("a leak: %v", err)
	}
}

func TestNothingIsLeft(t *testing.T) {
	canceled, cancel := context.WithCancel(context.Background())
	cancel()
	for name, end := range map[string]func(b *Builder) error{
		"aborted":     func(b *Builder) error { return errors.Join(errors.New("aborted"), b.Abort(), b.Abort()) },
		"interrupted": func(b *Builder) error { _, err := b.Seal(canceled, fixture(t), nil); return err },
		"a leak in the manifest": func(b *Builder) error {
			p := fixture(t)
			p.Organization = "KNOWN-secret-1"
			_, err := b.Seal(context.Background(), p, nil)
			return err
		},
		"the place was taken meanwhile": func(b *Builder) error {
			if err := b.place(context.Background(), filepath.Join(filepath.Dir(b.target), "taken")); err == nil {
				return nil
			}
			return errors.Join(errors.New("taken"), b.Abort())
		},
	} {
		t.Run(name, func(t *testing.T) {
			parent := t.TempDir()
			taken := filepath.Join(parent, "taken")
			if err := os.WriteFile(taken, []byte("mine"), 0o644); err != nil {
				t.Fatal(err)
			}
			b, err := New(filepath.Join(parent, "out"), Options{Redactor: redact.New([]string{"KNOWN-secret-1"})})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := b.Add("a/b.txt", []byte("x"), Meta{}); err != nil {
				t.Fatal(err)
			}
			if err := end(b); err == nil {
				t.Error("no error")
			} else if strings.Contains(err.Error(), "partial") || strings.Contains(err.Error(), "\n") {
				t.Errorf("not one plain sentence: %v", err)
			}
			if diff := cmp.Diff([]string{"taken"}, tree(t, parent)); diff != "" || string(read(t, taken)) != "mine" {
				t.Error("something is left: ", diff)
			}
			if _, err := b.Add("late.txt", nil, Meta{}); err == nil {
				t.Error("a closed package took a file")
			}
		})
	}
}

func TestUnwritable(t *testing.T) {
	for name, root := range map[string]string{
		"a file in the way": filepath.Join(t.TempDir(), "file", "out"),
		"a device":          "/proc/self/tickmark/out",
		"the root":          "/",
		"a reserved name":   filepath.Join(t.TempDir(), "con"),
		"a long name":       filepath.Join(t.TempDir(), strings.Repeat("n", 180)),
	} {
		if name == "a file in the way" {
			if err := os.WriteFile(filepath.Dir(root), nil, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if runtime.GOOS != "linux" && (name == "a device" || name == "the root") {
			continue
		}
		_, err := New(root, Options{})
		if err == nil || strings.Contains(err.Error(), "partial") || !strings.Contains(err.Error(), "--out") && name != "a reserved name" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAddFromSeveralGoroutines(t *testing.T) {
	b, err := New(filepath.Join(t.TempDir(), "out"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Abort()
	errs := make(chan error)
	for i := range 50 {
		go func() {
			_, err := b.Add(fmt.Sprintf("d%d/f%d.txt", i%3, i), []byte{byte(i)}, Meta{Sample: i})
			errs <- err
		}()
	}
	for range 50 {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	files := b.Files()
	for i := 1; i < len(files); i++ {
		if files[i-1].Path >= files[i].Path {
			t.Error("not in order of path")
		}
	}
	var none evidence.PackedFile
	if len(files) != 50 || cmp.Equal(files[0], none) {
		t.Errorf("%d files", len(files))
	}
}
