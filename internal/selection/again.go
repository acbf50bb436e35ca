package selection

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// written gives the options as the selection keeps them.
func (o Options) written() evidence.SelectionOptions {
	w := evidence.SelectionOptions{Size: o.Rule.Fixed, Risk: string(cmp.Or(o.Rule.Risk, Low)), Emergencies: o.Emergencies, HighRisk: o.HighRisk,
		EachSystem: o.EachSystem, EachMonth: o.EachMonth, Policy: o.Policy}
	for _, id := range slices.Sorted(maps.Keys(o.Void)) {
		w.Void = append(w.Void, evidence.VoidChange{ID: id, Why: o.Void[id]})
	}
	return w
}

// options gives the options by which a selection was drawn.
func options(s *evidence.Selection, p evidence.Period, zone *time.Location) Options {
	w := s.Options
	o := Options{Seed: s.Seed, SeedByAuditor: s.SeedByAuditor, Rule: Rule{Fixed: w.Size, Risk: Risk(w.Risk)}, Emergencies: w.Emergencies, HighRisk: w.HighRisk,
		EachSystem: w.EachSystem, EachMonth: w.EachMonth, Period: p, Zone: zone, Void: map[string]string{}, Policy: w.Policy}
	for _, v := range w.Void {
		o.Void[v.ID] = v.Why
	}
	return o
}

// Verify draws a selection again, from its own seed and options and the
// population, and gives an error that names what differs: its file is anybody's
// to edit. Period and zone are those of the population.
func Verify(s *evidence.Selection, population []Change, p evidence.Period, zone *time.Location) error {
	if s.Options.Risk == "" {
		return errors.New("the selection does not say by which options it was drawn")
	}
	again, err := Select(population, options(s, p, zone))
	if err != nil {
		return fmt.Errorf("the selection cannot be drawn again: %w", err)
	}
	if d := differs(s, &again); d != "" {
		return fmt.Errorf("the selection is not what its seed, its options and the population give: %s", d)
	}
	return nil
}

// differs names the first thing that a selection says otherwise than the one
// that was drawn again; "" where there is none.
func differs(has, drawn *evidence.Selection) string {
	for _, f := range []struct {
		what       string
		has, drawn any
	}{
		{"the method", has.Method, drawn.Method},
		{"the size of the population", has.PopulationSize, drawn.PopulationSize},
		{"the SHA-256 of the population", has.PopulationSHA256, drawn.PopulationSHA256},
		{"the rule for the size", has.Rule, drawn.Rule},
		{"the size of the random sample", has.Size, drawn.Size},
	} {
		if f.has != f.drawn {
			return otherwise(f.what, f.has, f.drawn)
		}
	}
	if d := items(has.Items, drawn.Items); d != "" {
		return d
	}
	return cmp.Or(
		parts("stratum ", has.Strata, drawn.Strata, func(s evidence.Stratum) string { return s.Name }),
		parts("month ", has.Months, drawn.Months, func(m evidence.SelectionMonth) string { return m.Month }),
		parts("", []int{has.Undated}, []int{drawn.Undated}, func(int) string { return "the changes without a time of deployment" }),
		parts("the note ", has.Notes, drawn.Notes, func(n string) string { return fmt.Sprintf("%q", n) }),
		parts("void ", has.Options.Void, drawn.Options.Void, func(v evidence.VoidChange) string { return v.ID }),
	)
}

func otherwise(what string, has, drawn any) string {
	return fmt.Sprintf("%s is %v, and drawn again %v", what, has, drawn)
}

// items compares the selected changes, by their IDs first: one that is in
// another's place moves all that follow.
func items(has, drawn []evidence.SelectedItem) string {
	ids := func(all []evidence.SelectedItem) map[string]bool {
		in := make(map[string]bool, len(all))
		for _, it := range all {
			in[it.ID] = true
		}
		return in
	}
	inHas, inDrawn := ids(has), ids(drawn)
	for _, it := range drawn {
		if !inHas[it.ID] {
			return fmt.Sprintf("it lacks %s, which has rank %d", it.ID, it.Rank)
		}
	}
	for _, it := range has {
		if !inDrawn[it.ID] {
			return fmt.Sprintf("it holds %s, which is not drawn", it.ID)
		}
	}
	for i := range drawn {
		a, b := has[i], drawn[i]
		if a.ID != b.ID {
			return otherwise(fmt.Sprintf("number %d of its changes", i+1), a.ID, b.ID)
		}
		for _, f := range []struct {
			what       string
			has, drawn any
		}{
			{"rank", a.Rank, b.Rank}, {"digest", a.Digest, b.Digest}, {"stratum", a.Stratum, b.Stratum},
			{"reason for being void", said(a.Void), said(b.Void)}, {"change that it replaces", said(a.Replaces), said(b.Replaces)},
		} {
			if f.has != f.drawn {
				return otherwise("the "+f.what+" of "+a.ID, f.has, f.drawn)
			}
		}
	}
	if len(has) != len(drawn) {
		return otherwise("the number of its changes", len(has), len(drawn))
	}
	return ""
}

func said(s string) string {
	if s == "" {
		return "none"
	}
	return fmt.Sprintf("%q", s)
}

// parts compares lists of what a selection counts, by name.
func parts[T comparable](kind string, has, drawn []T, name func(T) string) string {
	named := func(all []T, v T) bool {
		return slices.ContainsFunc(all, func(other T) bool { return name(other) == name(v) })
	}
	for i := range max(len(has), len(drawn)) {
		switch {
		case i < len(has) && (i >= len(drawn) || !named(drawn, has[i])):
			return "it holds " + kind + name(has[i]) + ", which there is not when it is drawn again"
		case i >= len(has) || !named(has, drawn[i]):
			return "it lacks " + kind + name(drawn[i])
		case has[i] != drawn[i]:
			return otherwise(kind+name(has[i]), fmt.Sprintf("%+v", has[i]), fmt.Sprintf("%+v", drawn[i]))
		}
	}
	return ""
}
