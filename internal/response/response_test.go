package response

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

func TestSaveKeepsWhatPeopleWrote(t *testing.T) {
	file := filepath.Join(t.TempDir(), "responses.yaml")
	first := evidence.Response{Change: "acme/api#12", Attribute: "G", Cause: "the reviewer was on leave: see #3", Owner: "Ada", Due: "2026-09-30", Status: "open", By: "Marta", At: "2026-07-03"}
	if err := Save(file, first); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	edited := strings.Replace(string(data), "  - change:", "  # agreed with the CTO\n  - change:", 1)
	if edited == string(data) {
		t.Fatalf("the file is not as expected:\n%s", data)
	}
	if err := os.WriteFile(file, []byte(edited), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(file, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, r := range []evidence.Response{
		{Change: "acme/api#12", Attribute: "G", Status: "closed"},
		{Change: "acme/api#12", Attribute: "E", Response: "yes", Effect: "none\nthat is known"},
		{Change: "CHG-1", Attribute: "A", Response: "2026-01-01"},
	} {
		if err := Save(file, r); err != nil {
			t.Fatal(err)
		}
	}
	got, err := Load(file)
	if err != nil {
		t.Fatal(err)
	}
	closed := first
	closed.Status = "closed"
	want := []evidence.Response{{Change: "CHG-1", Attribute: "A", Response: "2026-01-01"}, {Change: "acme/api#12", Attribute: "E", Response: "yes", Effect: "none\nthat is known"}, closed}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	data, err = os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(data), "# agreed with the CTO") || !strings.Contains(string(data), "never\n# changes an outcome") {
		t.Errorf("comments were lost:\n%s", data)
	}
	if info, err := os.Stat(file); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("the file's rights were changed: %v, %v", info.Mode(), err)
	}
	if left, err := filepath.Glob(filepath.Join(filepath.Dir(file), ".*")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestMistakes(t *testing.T) {
	for name, tt := range map[string]struct{ text, want string }{
		"not a letter":     {"schema_version: 1\nresponses:\n  - {change: a, attribute: GG}\n", `f.yaml:3: responses[0].attribute: "GG" is no attribute; write its letter, A to Z`},
		"twice":            {"schema_version: 1\nresponses:\n  - {change: a, attribute: G}\n  - {change: a, attribute: G}\n", "f.yaml:4: responses[1]: attribute G of a has a response already; write both in one"},
		"unknown status":   {"schema_version: 1\nresponses: [{change: a, attribute: G, status: done}]\n", `"done" is not known; allowed: open, in progress, accepted, closed`},
		"unknown key":      {"schema_version: 1\nresponses: [{change: a, attribute: G, ower: x}]\n", "unknown key (did you mean owner?)"},
		"no change":        {"schema_version: 1\nresponses: [{attribute: G}]\n", "responses[0].change: is missing"},
		"date":             {"schema_version: 1\nresponses: [{change: a, attribute: G, due: next week}]\n", `"next week" is not a date; write it as 2026-01-31`},
		"newer":            {"schema_version: 2\n", "expected a whole number from 1 to 1"},
		"an outcome of it": {"schema_version: 1\nresponses: [{change: a, attribute: G, outcome: met}]\n", "unknown key"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Parse("f.yaml", []byte(tt.text))
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%v, want %q", err, tt.want)
			}
		})
	}
}

func TestSaveRefuses(t *testing.T) {
	file := filepath.Join(t.TempDir(), "responses.yaml")
	broken := []byte("schema_version: 1\nresponses: [{change: a}]\n")
	if err := os.WriteFile(file, broken, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := Save(file, evidence.Response{Change: "a", Attribute: "G", Cause: "x"}); err == nil || !strings.Contains(err.Error(), "is missing") {
		t.Errorf("a file with mistakes: %v", err)
	}
	if got, err := os.ReadFile(file); err != nil || string(got) != string(broken) {
		t.Errorf("the file was changed: %q, %v", got, err)
	}
	for _, r := range []evidence.Response{{Attribute: "G"}, {Change: "a", Attribute: "g"}, {Change: "a", Attribute: "G", Status: "x"}} {
		if Save(file, r) == nil {
			t.Errorf("%+v was taken", r)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(header))
	f.Add([]byte("schema_version: 1\nresponses: {change: a, attribute: G}\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if all, err := Parse("f", data); err != nil && all != nil {
			t.Error("responses and an error")
		}
	})
}

// Whoever writes at the same time loses nothing, and no lock is left behind.
func TestSavesAtOnce(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "responses.yaml")
	var all sync.WaitGroup
	for i := range 20 {
		all.Go(func() {
			if err := Save(file, evidence.Response{Change: fmt.Sprintf("CHG-%d", i), Attribute: "G", Cause: "x"}); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if got, err := Load(file); err != nil || len(got) != 20 {
		t.Errorf("%d responses, want 20; %v", len(got), err)
	}
	if names, err := os.ReadDir(dir); err != nil || len(names) != 1 {
		t.Errorf("left behind: %v, %v", names, err)
	}
}
