package selection

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

func TestSize(t *testing.T) {
	for _, test := range []struct {
		n    int
		rule Rule
		want int
	}{
		{-1, Rule{}, 0}, {0, Rule{}, 0}, {0, Rule{Fixed: 25}, 0}, {1, Rule{}, 1}, {4, Rule{}, 4}, {5, Rule{}, 5}, {6, Rule{}, 5},
		{50, Rule{}, 5}, {51, Rule{}, 6}, {60, Rule{Risk: High}, 6}, {241, Rule{}, 25}, {250, Rule{}, 25},
		{251, Rule{}, 25}, {251, Rule{Risk: Low}, 25}, {251, Rule{Risk: Moderate}, 40}, {100_000, Rule{Risk: High}, 60},
		{100, Rule{Fixed: 25}, 25}, {20, Rule{Fixed: 25}, 20}, {300, Rule{Fixed: 7, Risk: High}, 7},
	} {
		if got := Size(test.n, test.rule); got != test.want {
			t.Errorf("Size(%d, %+v) = %d, want %d", test.n, test.rule, got, test.want)
		}
	}
}

// blocks gives the code blocks of one language of the documentation.
func blocks(t *testing.T, language string) []string {
	t.Helper()
	text, err := os.ReadFile("../../docs/selection.md")
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, m := range regexp.MustCompile("(?s)```"+language+"\n(.*?)```").FindAllStringSubmatch(string(text), -1) {
		all = append(all, m[1])
	}
	return all
}

// What the documentation tells people to type gives what it says, and what
// this package selects.
func TestDocumentedExample(t *testing.T) {
	sh, want := blocks(t, "sh"), blocks(t, "text")
	if len(sh) != 2 || len(want) != 2 {
		t.Fatalf("%d examples and %d outputs, want 2", len(sh), len(want))
	}
	if _, err := exec.LookPath("sha256sum"); err != nil {
		t.Skip("sha256sum is not installed")
	}
	dir := t.TempDir()
	cmd := exec.Command("sh", "-eu", "-c", sh[0]+"echo ----\n"+sh[1])
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if diff := cmp.Diff(want[0]+"----\n"+want[1], string(out)); diff != "" {
		t.Errorf("the example prints something else (-documented +printed):\n%s", diff)
	}
	first, second, _ := strings.Cut(string(out), "----\n")
	head, lines, _ := strings.Cut(first, "\n")

	text, err := os.ReadFile(filepath.Join(dir, "population.txt"))
	if err != nil {
		t.Fatal(err)
	}
	var population []Change
	for _, id := range strings.Fields(string(text)) {
		population = append(population, Change{ID: id})
	}
	o := Options{Seed: "20261015", Zone: time.UTC}
	s, err := Select(population, o)
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprintf("population %s, %d changes", s.PopulationSHA256, s.PopulationSize); got != head {
		t.Errorf("the package says %q, the shell %q", got, head)
	}
	if diff := cmp.Diff(lines, text1(s)); diff != "" {
		t.Errorf("the package selects others (-shell +package):\n%s", diff)
	}
	o.Void = map[string]string{"acme/api#1204": "not production"}
	if s, err = Select(population, o); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(second, text1(s)); diff != "" {
		t.Errorf("with a void change (-shell +package):\n%s", diff)
	}
	if len(s.Items) != 6 || s.Items[2].Void != "not production" || s.Items[5].Replaces != "acme/api#1204" || s.Items[5].Rank != 6 {
		t.Errorf("items %+v", s.Items)
	}
}

// text1 prints the sample as the shell does.
func text1(s evidence.Selection) string {
	var b strings.Builder
	for _, it := range s.Sample() {
		fmt.Fprintln(&b, it.Digest, it.ID)
	}
	return b.String()
}

// days gives n changes, one a day from the start of 2026.
func days(n int, change func(i int, c *Change)) []Change {
	var all []Change
	for i := range n {
		c := Change{ID: fmt.Sprintf("acme/api#%d", i+1), System: "acme/api", Deployed: time.Date(2026, 1, 1+i, 12, 0, 0, 0, time.UTC)}
		if change != nil {
			change(i, &c)
		}
		all = append(all, c)
	}
	return all
}

func TestStrata(t *testing.T) {
	population := days(150, func(i int, c *Change) {
		c.Emergency = i%20 == 3
		c.HighRisk = i%3 == 0
		if i == 77 {
			c.System = "acme/web"
		}
		if i > 147 {
			c.Deployed, c.System = time.Time{}, ""
		}
	})
	o := Options{Seed: "a word", Zone: time.UTC, Emergencies: true, HighRisk: true, EachSystem: true,
		Period: evidence.Period{From: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), To: time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC)}}
	s, err := Select(population, o)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, st := range s.Strata {
		got = append(got, fmt.Sprintf("%s %d/%d of %d", st.Name, st.Selected, st.Least, st.Population))
		if st.Selected < st.Least {
			t.Errorf("stratum %+v", st)
		}
	}
	names := []string{"random", "emergency", "high risk", "no system", "system acme/api", "system acme/web"}
	for i, st := range s.Strata {
		if st.Name != names[i] {
			t.Errorf("strata %q", got)
		}
	}
	if s.Strata[1].Least != 8 || s.Strata[1].Selected != 8 || s.Strata[2].Least != 5 || s.Size != 15 {
		t.Errorf("strata %q, size %d", got, s.Size)
	}
	// The first n are a random sample, whatever the strata add.
	random := 0
	for _, it := range s.Items {
		if it.Stratum == Random {
			random++
			if it.Rank > 15 {
				t.Errorf("rank %d is in the random sample", it.Rank)
			}
		}
	}
	if random != 15 || len(s.Items) <= 15 || !slices.IsSortedFunc(s.Items, func(a, b evidence.SelectedItem) int { return a.Rank - b.Rank }) {
		t.Errorf("%d random of %d items", random, len(s.Items))
	}
	if len(s.Months) != 6 || s.Months[5] != (evidence.SelectionMonth{Month: "2026-06", Population: 0, Selected: 0}) || s.Months[0].Population != 31 || s.Undated != 2 {
		t.Errorf("months %+v, %d undated", s.Months, s.Undated)
	}
	notes := strings.Join(s.Notes, "\n")
	for _, want := range []string{"the auditor did not choose the seed", "month 2026-06: no change reached production", "2 changes of the population have no time"} {
		if !strings.Contains(notes, want) {
			t.Errorf("the notes do not say %q: %s", want, notes)
		}
	}
	o.SeedByAuditor = true
	if s, err = Select(population, o); err != nil || strings.Contains(strings.Join(s.Notes, "\n"), "the seed") {
		t.Errorf("notes %q, %v", s.Notes, err)
	}
}

func TestManyEmergenciesAndMonths(t *testing.T) {
	population := days(300, func(i int, c *Change) { c.Emergency = i < 60 })
	s, err := Select(population, Options{Seed: "1", Zone: time.UTC, Rule: Rule{Fixed: 3}, Emergencies: true, EachMonth: true})
	if err != nil {
		t.Fatal(err)
	}
	if st := s.Strata[1]; st.Least != 6 || st.Selected < 6 || st.Population != 60 {
		t.Errorf("%+v", st)
	}
	for _, m := range s.Months {
		if m.Selected == 0 {
			t.Errorf("month %+v", m)
		}
	}
	// 23:30 in UTC is the next day, and month, in Berlin.
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Skip("no zone database")
	}
	s, err = Select([]Change{{ID: "x", Deployed: time.Date(2026, 1, 31, 23, 30, 0, 0, time.UTC)}}, Options{Seed: "1", Zone: berlin})
	if err != nil || len(s.Months) != 1 || s.Months[0] != (evidence.SelectionMonth{Month: "2026-02", Population: 1, Selected: 1}) {
		t.Errorf("%+v, %v", s.Months, err)
	}
}

func TestVoid(t *testing.T) {
	population := days(40, nil)
	order := rank(population, "s")
	id := func(rank int) string { return order[rank-1].ID }
	// Of the first five the second and fourth are void, and so is the first
	// that would replace one of them.
	s, err := Select(population, Options{Seed: "s", Zone: time.UTC, Void: map[string]string{id(2): "duplicate", id(4): "not production", id(6): "duplicate", id(30): "never looked at"}})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, it := range s.Items {
		r := slices.IndexFunc(order, func(r ranked) bool { return r.ID == it.Replaces })
		got = append(got, fmt.Sprintf("%d %s %d", it.Rank, it.Void, r+1))
	}
	want := []string{"1  0", "2 duplicate 0", "3  0", "4 not production 0", "5  0", "6 duplicate 2", "7  6", "8  4"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("rank, void, rank replaced (-want +got):\n%s", diff)
	}
	if st := s.Strata[0]; st.Selected != 5 || st.Void != 3 {
		t.Errorf("%+v", st)
	}
	if !strings.Contains(strings.Join(s.Notes, "\n"), "is called void (never looked at) and was not selected") {
		t.Errorf("notes %q", s.Notes)
	}
}

func TestTooFewLeft(t *testing.T) {
	population := days(6, func(i int, c *Change) { c.Emergency = i == 0 })
	void := map[string]string{}
	for _, c := range population[:3] {
		void[c.ID] = "not production"
	}
	s, err := Select(population, Options{Seed: "s", Zone: time.UTC, Emergencies: true, Void: void})
	if err != nil || len(s.Items) != 6 || len(s.Sample()) != 3 {
		t.Fatalf("%+v, %v", s, err)
	}
	notes := strings.Join(s.Notes, "\n")
	for _, want := range []string{`stratum "random": 3 of at least 5`, `stratum "emergency": 0 of at least 1`} {
		if !strings.Contains(notes, want) {
			t.Errorf("the notes do not say %q: %s", want, notes)
		}
	}
}

func TestRefused(t *testing.T) {
	for name, test := range map[string]struct {
		ids  []string
		o    Options
		want string
	}{
		"no seed":            {nil, Options{Zone: time.UTC}, "needs a seed"},
		"line feed":          {nil, Options{Seed: "1\n2", Zone: time.UTC}, "cannot be typed"},
		"no zone":            {nil, Options{Seed: "1"}, "the zone"},
		"id twice":           {[]string{"a", "b", "a"}, Options{Seed: "1", Zone: time.UTC}, "change a twice"},
		"id of two lines":    {[]string{"a\nb"}, Options{Seed: "1", Zone: time.UTC}, "one line"},
		"id not text":        {[]string{"a\xff"}, Options{Seed: "1", Zone: time.UTC}, "one line"},
		"no id":              {[]string{""}, Options{Seed: "1", Zone: time.UTC}, "one line"},
		"void unknown":       {[]string{"a"}, Options{Seed: "1", Zone: time.UTC, Void: map[string]string{"z": "x", "y": "x"}}, "not in the population: y, z"},
		"void for no reason": {[]string{"a"}, Options{Seed: "1", Zone: time.UTC, Void: map[string]string{"a": ""}}, "without a reason"},
		"risk":               {nil, Options{Seed: "1", Zone: time.UTC, Rule: Rule{Risk: "huge"}}, `risk "huge"`},
		"negative":           {nil, Options{Seed: "1", Zone: time.UTC, Rule: Rule{Fixed: -3}}, "not possible"},
	} {
		t.Run(name, func(t *testing.T) {
			var population []Change
			for _, id := range test.ids {
				population = append(population, Change{ID: id})
			}
			if _, err := Select(population, test.o); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want %q", err, test.want)
			}
		})
	}
	if s, err := Select(nil, Options{Seed: "1", Zone: time.UTC}); err != nil || s.Size != 0 || len(s.Items) != 0 {
		t.Errorf("an empty population: %+v, %v", s, err)
	}
}
