package selection

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// What was drawn is what is drawn again, whatever the population and options.
func TestDrawnAgainIsTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		population := drawPopulation(t)
		o := drawOptions(t, population)
		s := sel(t, population, o)
		if err := Verify(&s, population, o.Period, o.Zone); err != nil {
			t.Fatal(err)
		}
	})
}

// Whatever is changed in a selection is found and named.
func TestChangedSelectionIsFound(t *testing.T) {
	population := days(60, func(i int, c *Change) { c.Emergency = i%20 == 3; c.HighRisk = i%7 == 0 })
	order := rank(population, "s")
	void := map[string]string{order[2].ID: "duplicate"}
	period := evidence.Period{From: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), To: time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC)}
	draw := func() evidence.Selection {
		s, err := Select(population, Options{Seed: "s", Zone: time.UTC, Period: period, Emergencies: true, HighRisk: true, EachSystem: true, Void: void})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	if s := draw(); Verify(&s, population, period, time.UTC) != nil || len(s.Items) < 8 {
		t.Fatalf("%v, %d items", Verify(&s, population, period, time.UTC), len(s.Items))
	}
	first, last := order[0].ID, order[2].ID
	for name, c := range map[string]struct {
		change func(s *evidence.Selection)
		want   string
	}{
		"another seed":         {func(s *evidence.Selection) { s.Seed = "t" }, "it lacks "},
		"a method":             {func(s *evidence.Selection) { s.Method = "by hand" }, "the method is by hand"},
		"a size":               {func(s *evidence.Selection) { s.Size = 2 }, "the size of the random sample is 2, and drawn again 6"},
		"a larger sample":      {func(s *evidence.Selection) { s.Options.Size = 20 }, "the rule for the size is "},
		"a rule":               {func(s *evidence.Selection) { s.Rule = "some" }, "the rule for the size is some"},
		"a hash":               {func(s *evidence.Selection) { s.PopulationSHA256 = "00" }, "the SHA-256 of the population is 00"},
		"a change taken out":   {func(s *evidence.Selection) { s.Items = s.Items[1:] }, "it lacks " + first + ", which has rank 1"},
		"a change put in":      {func(s *evidence.Selection) { s.Items = append(s.Items, evidence.SelectedItem{ID: "x"}) }, "it holds x, which is not drawn"},
		"a change twice":       {func(s *evidence.Selection) { s.Items = append(s.Items, s.Items[0]) }, "the number of its changes is"},
		"a change voided":      {func(s *evidence.Selection) { s.Items[0].Void = "not wanted" }, "the reason for being void of " + first + ` is "not wanted", and drawn again none`},
		"a void change tested": {func(s *evidence.Selection) { s.Items[2].Void = "" }, "the reason for being void of " + last + " is none"},
		"another reason":       {func(s *evidence.Selection) { s.Items[2].Void = "x" }, "the reason for being void of " + last},
		"void in the options alone": {func(s *evidence.Selection) {
			s.Options.Void = append(s.Options.Void, evidence.VoidChange{ID: first, Why: "x"})
		}, "it lacks "},
		"no void in the options":   {func(s *evidence.Selection) { s.Options.Void = nil }, "it holds "},
		"a void one twice":         {func(s *evidence.Selection) { s.Options.Void = append(s.Options.Void, s.Options.Void[0]) }, "it holds void " + last},
		"a replacement":            {func(s *evidence.Selection) { s.Items[6].Replaces = first }, "the change that it replaces of "},
		"a stratum of a change":    {func(s *evidence.Selection) { s.Items[0].Stratum = "high risk" }, "the stratum of " + first},
		"a rank":                   {func(s *evidence.Selection) { s.Items[0].Rank = 9 }, "the rank of " + first + " is 9, and drawn again 1"},
		"a digest":                 {func(s *evidence.Selection) { s.Items[0].Digest = "00" }, "the digest of " + first},
		"the order":                {func(s *evidence.Selection) { slices.Reverse(s.Items) }, "number 1 of its changes is "},
		"a count of a stratum":     {func(s *evidence.Selection) { s.Strata[1].Population = 1 }, "stratum emergency is "},
		"a stratum less":           {func(s *evidence.Selection) { s.Strata = s.Strata[:1] }, "it lacks stratum emergency"},
		"strata not asked for":     {func(s *evidence.Selection) { s.Options.Emergencies = false }, "it holds "},
		"another risk":             {func(s *evidence.Selection) { s.Options.Risk = "high" }, "the rule for the size"},
		"a month":                  {func(s *evidence.Selection) { s.Months[1].Selected = 77 }, "month 2026-02 is "},
		"undated":                  {func(s *evidence.Selection) { s.Undated = 3 }, "the changes without a time of deployment is 3"},
		"a note":                   {func(s *evidence.Selection) { s.Notes = nil }, "it lacks the note \"the auditor did not choose the seed"},
		"the auditor's seed":       {func(s *evidence.Selection) { s.SeedByAuditor = true }, "it holds the note"},
		"no options":               {func(s *evidence.Selection) { s.Options = evidence.SelectionOptions{} }, "by which options"},
		"a risk that there is not": {func(s *evidence.Selection) { s.Options.Risk = "huge" }, `cannot be drawn again: risk "huge"`},
	} {
		t.Run(name, func(t *testing.T) {
			s := draw()
			c.change(&s)
			err := Verify(&s, population, period, time.UTC)
			if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("error %v, want %q", err, c.want)
			}
		})
	}
	// A record by which risk is told was edited since.
	s := draw()
	later := slices.Clone(population)
	later[1].Emergency = true
	if err := Verify(&s, later, period, time.UTC); err == nil {
		t.Error("another emergency is not found")
	}
}
