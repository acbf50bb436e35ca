package run

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/tickmark-dev/tickmark/internal/evidence"
	"github.com/tickmark-dev/tickmark/internal/simulate/company"
)

// The outcomes of all attributes of all changes are what the story says that
// they ought to come to. The table shows, by what the story expects, what the
// tests came to; an attribute that is met where it ought not to be is the worst
// that this product can do. TICKMARK_OUTCOMES names a file for the differences.
func TestOutcomesEqualTheStory(t *testing.T) {
	s, c := harbourline(t)
	r := s.open(t, false)
	got := map[string]TestedChange{}
	_, err := r.Package(t.Context(), Request{All: true, DryRun: true, Out: filepath.Join(s.dir, "out"), Each: func(x TestedChange) error {
		got[x.Change] = x
		return nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	confusion := map[[2]string]int{}
	var differ strings.Builder
	known, seen := knownDifferences(t, "outcomes_known.tsv"), 0
	for _, w := range c.Truth.Changes {
		g, ok := got[w.RecordID()]
		if !ok {
			continue // not deployed in the period
		}
		seen++
		for _, letter := range strings.Split(company.Letters, "") {
			want, is := w.Expect[letter], g.Attributes[letter]
			word := strings.NewReplacer("not applicable", "n/a", "needs review", "review").Replace(string(want.Outcome))
			confusion[[2]string{word, is.Outcome}]++
			if word == is.Outcome {
				continue
			}
			id := strings.Join([]string{letter, w.RecordID(), word, is.Outcome}, "\t")
			if known[id] {
				delete(known, id)
			} else {
				t.Errorf("%s of %s: the story says %s (%s), the test %s: %s %s", letter, w.RecordID(), word, want.Because, is.Outcome, is.Code, is.Why)
			}
			fmt.Fprintf(&differ, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%v\n", letter, word, is.Outcome, is.Code, w.RecordID(), want.Because, is.Why, situations(w))
		}
	}
	if file := os.Getenv("TICKMARK_OUTCOMES"); file != "" {
		if err := os.WriteFile(file, []byte(differ.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	table, falseMet := confused(confusion)
	t.Logf("outcomes of %d changes, what the story expects by what the tests came to\n%s\nfalse met = %d", len(got), table, falseMet) // `make test` prints these lines
	if seen < 250 {
		t.Errorf("only %d changes of the story were compared", seen)
	}
	if falseMet > 0 {
		t.Errorf("%d attributes are met where the story says otherwise", falseMet)
	}
	for id := range known {
		t.Errorf("testdata/outcomes_known.tsv names a difference that there is none: %s", id)
	}
	listedOutcomes(t, r, c)
}

// listedOutcomes compares in the same way what the tests come to for changes of
// which nothing is known but the lists. They may lack the evidence for an
// outcome; they never give another than the story's.
func listedOutcomes(t *testing.T, r *Run, c *company.Company) {
	t.Helper()
	r.approvals = approvals{} // those of whole records
	l, err := r.required(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]TestedChange{}
	log := r.changeLog(l, t.TempDir(), nil)
	defer log.Close()
	for d, err := range log.walk(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		x := r.testedChange(d, nil, evidence.Said{})
		got[x.Change] = x
	}
	confusion, unable := map[[2]string]int{}, map[string]int{}
	known, seen := knownDifferences(t, "outcomes_listed_known.tsv"), 0
	for _, w := range c.Truth.Changes {
		g, ok := got[w.RecordID()]
		if !ok {
			continue
		}
		seen++
		for _, letter := range strings.Split(company.Letters, "") {
			want, is := w.Expect[letter], g.Attributes[letter]
			word := strings.NewReplacer("not applicable", "n/a", "needs review", "review").Replace(string(want.Outcome))
			confusion[[2]string{word, is.Outcome}]++
			if word == is.Outcome {
				continue
			}
			if is.Outcome == "unable" {
				unable[letter]++
				continue
			}
			if id := strings.Join([]string{letter, w.RecordID(), word, is.Outcome}, "\t"); known[id] {
				delete(known, id)
			} else {
				t.Errorf("from the lists: %s: the story says %s (%s), the test %s %s", id, word, want.Because, is.Code, is.Why)
			}
		}
	}
	var letters []string
	for letter, n := range unable {
		letters = append(letters, fmt.Sprintf("%s %d", letter, n))
	}
	slices.Sort(letters)
	table, falseMet := confused(confusion)
	t.Logf("outcomes of %d changes from the lists alone\n%s\nunable for want of what lists do not hold: %s\nfalse met = %d", len(got), table, strings.Join(letters, ", "), falseMet)
	if seen < 250 || falseMet > 0 {
		t.Errorf("%d changes were compared from the lists; %d attributes are met where the story says otherwise", seen, falseMet)
	}
	for id := range known {
		t.Errorf("testdata/outcomes_listed_known.tsv names a difference that there is none: %s", id)
	}
}

// confused is the table of outcomes by what the story expects, and how many are
// met that ought not to be.
func confused(confusion map[[2]string]int) (table string, falseMet int) {
	words := []string{"met", "exception", "n/a", "review", "unable"}
	table = fmt.Sprintf("%-12s", "story \\ test")
	for _, w := range words {
		table += fmt.Sprintf("%11s", w)
	}
	for _, want := range words {
		table += fmt.Sprintf("\n%-12s", want)
		for _, is := range words {
			table += fmt.Sprintf("%11d", confusion[[2]string{want, is}])
			if is == "met" && want != "met" {
				falseMet += confusion[[2]string{want, is}]
			}
		}
	}
	return table, falseMet
}

// knownDifferences reads those that are known and why: letter, change, what the
// story says, what the test comes to, and the reason, with tabs between.
func knownDifferences(t *testing.T, file string) map[string]bool {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", file))
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for line := range strings.Lines(string(data)) {
		cells := strings.Split(strings.TrimSpace(line), "\t")
		if strings.HasPrefix(line, "#") {
			continue
		}
		if len(cells) != 5 || cells[4] == "" || cells[3] == "met" {
			t.Fatalf("testdata/%s: %q is not a difference with its reason; one that is met is never known", file, line)
		}
		known[strings.Join(cells[:4], "\t")] = true
	}
	return known
}

func situations(c *company.Change) (ids []string) {
	for _, s := range c.Situations {
		ids = append(ids, s.ID)
	}
	return ids
}
