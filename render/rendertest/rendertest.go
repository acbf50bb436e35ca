// Package rendertest helps to test renderers: evidence that is rich in every
// kind of record and in what goes wrong, goldens by extracted text, and checks
// that rendering is pure and gives equal bytes for equal input.
package rendertest

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Golden compares got with testdata/NAME; with UPDATE_GOLDEN=1 in the
// environment it writes that file.
func Golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if os.Getenv("UPDATE_GOLDEN") != "" {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v (run the test with UPDATE_GOLDEN=1 to write it)", err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); diff != "" {
		t.Errorf("%s differs (-want +got); run with UPDATE_GOLDEN=1 if that is meant:\n%s", path, diff)
	}
}

// Deterministic renders several times, also at once, and wants equal bytes.
func Deterministic(t *testing.T, render func() ([]byte, error)) {
	t.Helper()
	want, err := render()
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	got := make([][]byte, 8)
	errs := make([]error, len(got))
	for i := range got {
		wg.Go(func() { got[i], errs[i] = render() })
	}
	wg.Wait()
	for i := range got {
		if errs[i] != nil {
			t.Fatal(errs[i])
		}
		if !bytes.Equal(want, got[i]) {
			t.Fatalf("rendering again gave other bytes (%d and %d of them)", len(want), len(got[i]))
		}
	}
}

// Pure fails if rendering changed its input: dump must show all of the input.
func Pure(t *testing.T, dump func() string, render func()) {
	t.Helper()
	before := dump()
	render()
	if diff := cmp.Diff(before, dump()); diff != "" {
		t.Errorf("rendering changed its input:\n%s", diff)
	}
}

// Text extracts the text of a PDF with pdftotext; it skips the test where the
// program is absent.
func Text(t *testing.T, data []byte) string {
	t.Helper()
	return run(t, data, "pdftotext", "-layout", "-enc", "UTF-8", "FILE", "-")
}

// CheckPDF holds a PDF against qpdf; it skips the test where the program is absent.
func CheckPDF(t *testing.T, data []byte) {
	t.Helper()
	run(t, data, "qpdf", "--check", "FILE")
}

// Pages gives the number of pages that another reader counts.
func Pages(t *testing.T, data []byte) string {
	t.Helper()
	return strings.TrimSpace(run(t, data, "qpdf", "--show-npages", "FILE"))
}

func run(t *testing.T, data []byte, program string, args ...string) string {
	t.Helper()
	path, err := exec.LookPath(program)
	if err != nil {
		t.Skipf("%s is not installed: this check was not made", program)
	}
	file := filepath.Join(t.TempDir(), "document.pdf")
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
	for i, a := range args {
		if a == "FILE" {
			args[i] = file
		}
	}
	var out, errs bytes.Buffer
	cmd := exec.Command(path, args...)
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s: %v\n%s%s", program, err, out.String(), errs.String())
	}
	return out.String()
}

// A Box is where a word stands on a page, in points from its top left.
type Box struct {
	Page           int
	Text           string
	X1, Y1, X2, Y2 float64
}

// Words gives the words of a PDF with their places, as pdftotext sees them; it
// skips the test where the program is absent.
func Words(t *testing.T, data []byte) []Box {
	t.Helper()
	var boxes []Box
	page := 0
	for line := range strings.Lines(run(t, data, "pdftotext", "-bbox", "FILE", "-")) {
		if strings.Contains(line, "<page ") {
			page++
		}
		b := Box{Page: page}
		if n, _ := fmt.Sscanf(strings.TrimSpace(line), `<word xMin="%f" yMin="%f" xMax="%f" yMax="%f">`, &b.X1, &b.Y1, &b.X2, &b.Y2); n == 4 {
			_, text, _ := strings.Cut(line, `">`)
			b.Text, _, _ = strings.Cut(text, "</word>")
			boxes = append(boxes, b)
		}
	}
	return boxes
}
