package run

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tickmark-dev/tickmark/internal/simulate/company"
)

// The outcomes of all attributes of all changes are compared with what the
// story says that they ought to come to. The table shows, by what the story
// expects, what the tests came to; an attribute that is met where it ought not
// to be is the worst that this product can do.
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
	for _, w := range c.Truth.Changes {
		g, ok := got[w.RecordID()]
		if !ok {
			continue // not deployed in the period
		}
		for _, letter := range strings.Split(company.Letters, "") {
			want, is := w.Expect[letter], g.Attributes[letter]
			word := strings.NewReplacer("not applicable", "n/a", "needs review", "review").Replace(string(want.Outcome))
			confusion[[2]string{word, is.Outcome}]++
			if word != is.Outcome {
				fmt.Fprintf(&differ, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%v\n", letter, word, is.Outcome, is.Code, w.RecordID(), want.Because, is.Why, situations(w))
			}
		}
	}
	if file := os.Getenv("TICKMARK_OUTCOMES"); file != "" {
		if err := os.WriteFile(file, []byte(differ.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	words := []string{"met", "exception", "n/a", "review", "unable"}
	table := fmt.Sprintf("%-12s", "story \\ test")
	for _, w := range words {
		table += fmt.Sprintf("%11s", w)
	}
	falseMet := 0
	for _, want := range words {
		table += fmt.Sprintf("\n%-12s", want)
		for _, is := range words {
			table += fmt.Sprintf("%11d", confusion[[2]string{want, is}])
			if is == "met" && want != "met" {
				falseMet += confusion[[2]string{want, is}]
			}
		}
	}
	t.Logf("outcomes of %d changes\n%s\nfalse met = %d", len(got), table, falseMet)
	if falseMet > 0 {
		t.Errorf("%d attributes are met where the story says otherwise", falseMet)
	}
}

func situations(c *company.Change) (ids []string) {
	for _, s := range c.Situations {
		ids = append(ids, s.ID)
	}
	return ids
}
