package selection

import (
	"crypto/sha256"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

func drawPopulation(t *rapid.T) []Change {
	id := rapid.StringMatching(`[A-Za-zäß日#@/-][A-Za-z0-9ä日#@/ -]{0,12}`)
	return rapid.Custom(func(t *rapid.T) []Change {
		var all []Change
		for _, id := range rapid.SliceOfNDistinct(id, 0, 60, rapid.ID[string]).Draw(t, "ids") {
			all = append(all, Change{ID: id, Emergency: rapid.IntRange(0, 5).Draw(t, "emergency") == 0, HighRisk: rapid.Bool().Draw(t, "high risk"),
				System: rapid.SampledFrom([]string{"", "a", "b", "c"}).Draw(t, "system"), Deployed: time.Unix(rapid.Int64Range(1_767_225_600, 1_782_864_000).Draw(t, "deployed"), 0)})
		}
		return all
	}).Draw(t, "population")
}

func drawOptions(t *rapid.T, population []Change) Options {
	o := Options{Seed: rapid.StringMatching(`[ -~]{1,10}`).Draw(t, "seed"), Zone: time.UTC, Rule: Rule{Fixed: rapid.IntRange(0, 20).Draw(t, "fixed")},
		Emergencies: rapid.Bool().Draw(t, "emergencies"), HighRisk: rapid.Bool().Draw(t, "risk"), EachSystem: rapid.Bool().Draw(t, "systems"),
		EachMonth: rapid.Bool().Draw(t, "months"), Void: map[string]string{}}
	for _, c := range population {
		if rapid.IntRange(0, 6).Draw(t, "void") == 0 {
			o.Void[c.ID] = "not production"
		}
	}
	return o
}

func sel(t *rapid.T, population []Change, o Options) evidence.Selection {
	s, err := Select(population, o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// The order in which the population comes decides nothing.
func TestOrderDecidesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		population := drawPopulation(t)
		o := drawOptions(t, population)
		shuffled := rapid.Permutation(population).Draw(t, "shuffled")
		if diff := cmp.Diff(sel(t, population, o), sel(t, shuffled, o)); diff != "" {
			t.Fatal(diff)
		}
	})
}

// The random sample is what the published rule gives, by an implementation of
// its own; and what was selected stays so when others turn out to be void.
func TestRandomSample(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		population := drawPopulation(t)
		o := drawOptions(t, population)
		s := sel(t, population, o)
		type line struct {
			digest [sha256.Size]byte
			id     string
		}
		var lines []line
		for _, c := range population {
			h := sha256.New()
			h.Write([]byte(o.Seed))
			h.Write([]byte{0x0a})
			h.Write([]byte(c.ID))
			lines = append(lines, line{[sha256.Size]byte(h.Sum(nil)), c.ID})
		}
		slices.SortFunc(lines, func(a, b line) int { return slices.Compare(a.digest[:], b.digest[:]) })
		var want []string
		for _, l := range lines {
			if o.Void[l.id] == "" && len(want) < s.Size {
				want = append(want, l.id)
			}
		}
		var got []string
		for _, it := range s.Sample() {
			if it.Stratum == Random {
				got = append(got, it.ID)
			}
			if lines[it.Rank-1].id != it.ID {
				t.Fatalf("%s has the rank %d", it.ID, it.Rank)
			}
		}
		if !slices.Equal(got, want) {
			t.Fatalf("selected %q, want %q", got, want)
		}
	})
}

// Every stratum has what it asks for, as far as there are changes that can be
// tested; every void item of the sample has a successor, where one was left.
func TestStrataHaveTheirLeast(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		population := drawPopulation(t)
		o := drawOptions(t, population)
		s := sel(t, population, o)
		in := map[string]evidence.SelectedItem{}
		replaced := map[string]int{}
		for _, it := range s.Items {
			if _, twice := in[it.ID]; twice || (it.Void != o.Void[it.ID]) {
				t.Fatalf("item %+v", it)
			}
			in[it.ID] = it
			if it.Replaces != "" {
				replaced[it.Replaces]++
				if in[it.Replaces].Void == "" {
					t.Fatalf("%s replaces %s, which is not void or comes later", it.ID, it.Replaces)
				}
			}
		}
		for id, n := range replaced {
			if n > 1 {
				t.Fatalf("%s is replaced %d times", id, n)
			}
		}
		left := func(belongs func(Change) bool) (usable, selected int) {
			for _, c := range population {
				if belongs(c) && o.Void[c.ID] == "" {
					usable++
					if _, ok := in[c.ID]; ok {
						selected++
					}
				}
			}
			return usable, selected
		}
		if usable, selected := left(func(c Change) bool { return c.Emergency }); o.Emergencies && usable <= 10 && selected != usable && len(s.Strata) > 0 && s.Strata[1].Population <= 10 {
			t.Fatalf("%d of %d emergencies", selected, usable)
		}
		for _, system := range []string{"", "a", "b", "c"} {
			if usable, selected := left(func(c Change) bool { return c.System == system }); o.EachSystem && usable > 0 && selected == 0 {
				t.Fatalf("none of %d of system %q", usable, system)
			}
		}
		for _, m := range s.Months {
			usable, _ := left(func(c Change) bool { return c.Deployed.UTC().Format("2006-01") == m.Month })
			if o.EachMonth && usable > 0 && m.Selected == 0 {
				t.Fatalf("month %+v", m)
			}
		}
	})
}

// A larger sample holds the smaller one; a change that is added to the
// population moves others down and reorders none.
func TestNested(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		population := drawPopulation(t)
		o := Options{Seed: rapid.StringMatching(`[ -~]{1,10}`).Draw(t, "seed"), Zone: time.UTC, Rule: Rule{Fixed: rapid.IntRange(1, 20).Draw(t, "n")}}
		small := sel(t, population, o)
		o.Rule.Fixed++
		large := sel(t, population, o)
		if len(large.Items) < len(small.Items) || !slices.Equal(large.Items[:len(small.Items)], small.Items) {
			t.Fatalf("%+v is not in %+v", small.Items, large.Items)
		}
		if len(population) == 0 {
			return
		}
		o.Rule.Fixed = len(population)
		whole := sel(t, population, o)
		fewer := sel(t, population[1:], o)
		var rest []string
		for _, it := range whole.Items {
			if it.ID != population[0].ID {
				rest = append(rest, it.ID)
			}
		}
		var got []string
		for _, it := range fewer.Items {
			got = append(got, it.ID)
		}
		if !slices.Equal(rest, got) || whole.PopulationSHA256 == fewer.PopulationSHA256 {
			t.Fatalf("without %s the order is %q, want %q", population[0].ID, got, rest)
		}
	})
}

// No two pairs of seed and ID have the same bytes.
func TestNoTwoPairsAreOne(t *testing.T) {
	if Digest("1", "23") == Digest("12", "3") {
		t.Error("the boundary between seed and ID is lost")
	}
}

func TestSizeNeverExceeds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 100_000).Draw(t, "n")
		rule := Rule{Fixed: rapid.IntRange(0, 300).Draw(t, "fixed"), Risk: rapid.SampledFrom([]Risk{"", Low, Moderate, High}).Draw(t, "risk")}
		if got := Size(n, rule); got > n || got < 0 || n > 0 && got == 0 {
			t.Fatalf("Size(%d, %+v) = %d", n, rule, got)
		}
	})
}
