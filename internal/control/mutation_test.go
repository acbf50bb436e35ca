package control

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tickmark-dev/tickmark/internal/policy"
)

// mutation is one change of the code that a named test must notice.
type mutation struct{ file, test, old, new string }

func mutations(t *testing.T) []mutation {
	t.Helper()
	data, err := os.ReadFile("testdata/mutations.txt")
	if err != nil {
		t.Fatal(err)
	}
	var out []mutation
	for _, block := range strings.Split(string(data), "\n\n") {
		var m mutation
		at := &m.old
		for _, line := range strings.Split(strings.Trim(block, "\n"), "\n") {
			switch {
			case strings.HasPrefix(line, "#"):
			case m.file == "":
				m.file, m.test, _ = strings.Cut(line, " ")
			case strings.HasPrefix(line, "- "):
				m.old = line[2:]
			case strings.HasPrefix(line, "+ "):
				at = &m.new
				m.new = line[2:]
			default:
				*at += "\n" + line
			}
		}
		if m.file != "" {
			out = append(out, m)
		}
	}
	return out
}

// TestMutations turns one thing round in each attribute and expects the test
// that is named for it to fail.
func TestMutations(t *testing.T) {
	all := mutations(t)
	listed := map[string]bool{}
	for _, m := range all {
		listed[m.file] = true
	}
	for _, letter := range policy.Letters() {
		if file := strings.ToLower(letter) + ".go"; !listed[file] {
			t.Errorf("no mutation is listed for %s", file)
		}
	}
	if testing.Short() {
		t.Skip("each mutation compiles the package")
	}
	for i, m := range all {
		t.Run(fmt.Sprintf("%02d %s", i+1, m.file), func(t *testing.T) {
			t.Parallel()
			survive(t, m)
		})
	}
}

func survive(t *testing.T, m mutation) {
	source, err := os.ReadFile(m.file)
	if err != nil {
		t.Fatal(err)
	}
	if n := bytes.Count(source, []byte(m.old)); n != 1 {
		t.Fatalf("the text to change occurs %d times in %s:\n%s", n, m.file, m.old)
	}
	dir := t.TempDir()
	here, err := filepath.Abs(m.file)
	if err != nil {
		t.Fatal(err)
	}
	changed, overlay := filepath.Join(dir, m.file), filepath.Join(dir, "overlay.json")
	replace, err := json.Marshal(map[string]map[string]string{"Replace": {here: changed}})
	if err != nil {
		t.Fatal(err)
	}
	for file, data := range map[string][]byte{changed: bytes.Replace(source, []byte(m.old), []byte(m.new), 1), overlay: replace} {
		if err := os.WriteFile(file, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	// Compiling is all that takes time, so it does as little as it can.
	cmd := exec.Command("go", "test", "-short", "-count=1", "-vet=off", "-gcflags=-N -l", "-ldflags=-s -w", "-overlay", overlay, "-run", "^"+m.test+"$", ".")
	cmd.Env = append(os.Environ(), "GOGC=off")
	out, err := cmd.CombinedOutput()
	switch {
	case err == nil:
		t.Errorf("%s does not notice, in %s,\n- %s\n+ %s", m.test, m.file, m.old, m.new)
	case !bytes.Contains(out, []byte("--- FAIL: "+m.test)):
		t.Errorf("%s was not run to its end:\n%s", m.test, out)
	}
}
