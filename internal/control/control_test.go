package control

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/tickmark-dev/tickmark/internal/evidence"
	"github.com/tickmark-dev/tickmark/internal/policy"
)

// TestLegend holds the texts to the tests one to one.
func TestLegend(t *testing.T) {
	legend := Legend(nil)
	tests := attributes()
	if len(legend) != len(tests) {
		t.Fatalf("%d texts for %d tests", len(legend), len(tests))
	}
	for i, a := range legend {
		if a.Letter != tests[i].letter || a.Letter != policy.Letters()[i] {
			t.Errorf("text %d is of %s, the test of %s", i, a.Letter, tests[i].letter)
		}
		if a.Title == "" || a.Text == "" || a.Procedure == "" || a.Criterion != "CC8.1" || a.Version < 1 || len(a.Focus) == 0 {
			t.Errorf("%s is not whole: %+v", a.Letter, a)
		}
		for _, f := range a.Focus {
			if f < 1 || f > 18 {
				t.Errorf("%s names point of focus %d; there are 18", a.Letter, f)
			}
		}
		for _, f := range a.Thresholds {
			if f.Name == "" || f.Value == "" {
				t.Errorf("%s has an empty threshold", a.Letter)
			}
		}
	}
	key := ""
	for _, a := range legend {
		if a.Key {
			key += a.Letter
		}
	}
	if key != "AEGHKOPR" {
		t.Errorf("key attributes are %s", key)
	}
}

func TestGoodIsMet(t *testing.T) {
	w := ruled(t)
	w.policy.Name, w.policy.Version = "acme policy", "7"
	results := w.evaluate()
	if r := evidence.RollUpOf(results, Legend(w.policy)); r.Overall != evidence.NoExceptions {
		t.Error(r)
	}
	for _, r := range results {
		if want := "acme policy 7 (" + w.policy.SHA256[:12] + ")"; r.Policy != want {
			t.Errorf("%s was tested by %q, want %q", r.Attribute, r.Policy, want)
		}
	}
}

func TestIdentities(t *testing.T) {
	all := Identities(people(t))
	if len(all) != 10 || all[0].Name != "Ada Lovelace" || all[0].Kind != "human" || len(all[0].Accounts) != 3 || all[0].Roles[0].Role != "developer" {
		t.Errorf("%+v", all)
	}
	if Identities(nil) != nil {
		t.Error("without a people file there are identities")
	}
}

// TestCodesAreExplained: every code stands in docs/controls.md, and none that
// no longer exists.
func TestCodesAreExplained(t *testing.T) {
	doc, err := os.ReadFile("../../docs/controls.md")
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	code := regexp.MustCompile(`\b(?:met|exception|notApplicable|review)\("([A-Z_]+)"|, "([A-Z]+_[A-Z_]+)"[,})\n]|code, why := "([A-Z_]+)"`)
	inCode := map[string]bool{}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range code.FindAllSubmatch(source, -1) {
			inCode[string(bytes.Join(m[1:], nil))] = true
		}
	}
	for c := range inCode {
		// What landed is said beside the approval, never by itself.
		if !bytes.Contains(doc, []byte("`"+c+"`")) && c != "LANDED_AS_REVIEWED" && c != "LANDED_BY_REBASE" && c != "CHANGES_REQUESTED" {
			t.Errorf("docs/controls.md does not explain %s", c)
		}
	}
	for _, m := range regexp.MustCompile("(?m)^\\| `([A-Z_]+)`").FindAllSubmatch(doc, -1) {
		if c := string(m[1]); !inCode[c] && !strings.HasPrefix(c, "EVIDENCE_") {
			t.Errorf("docs/controls.md explains %s, which no attribute gives", c)
		}
	}
}
