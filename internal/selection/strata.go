package selection

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// allEmergencies is how many emergencies are all tested.
const allEmergencies = 10

// A stratum is a part of the population of which at least some must be in the
// sample.
type stratum struct {
	name, rule string
	least      int
	members    []ranked // in order of rank
}

// strata gives those that were asked for, in the order in which they are
// looked at.
func (o Options) strata(order []ranked) []stratum {
	table := Rule{Risk: o.Rule.Risk} // a fixed size is that of the whole sample
	var all []stratum
	add := func(name, rule string, least func(n int) int, belongs func(Change) bool) {
		st := stratum{name: name, rule: rule}
		for _, r := range order {
			if belongs(r.Change) {
				st.members = append(st.members, r)
			}
		}
		st.least = least(len(st.members))
		all = append(all, st)
	}
	size := func(n int) int { return Size(n, table) }
	one := func(n int) int { return min(n, 1) }
	if o.Emergencies {
		add("emergency", fmt.Sprintf("all of up to %d; above that as for a population of their own: %s", allEmergencies, table), func(n int) int {
			if n <= allEmergencies {
				return n
			}
			return size(n)
		}, func(c Change) bool { return c.Emergency })
	}
	if o.HighRisk {
		add("high risk", "as for a population of their own: "+table.String(), size, func(c Change) bool { return c.HighRisk })
	}
	if o.EachSystem {
		for _, name := range distinct(order, func(c Change) string { return c.System }) {
			title := "system " + name
			if name == "" {
				title = "no system"
			}
			add(title, "at least one", one, func(c Change) bool { return c.System == name })
		}
	}
	if o.EachMonth {
		for _, m := range distinct(order, func(c Change) string { return monthOf(c.Deployed, o.Zone) }) {
			if m != "" {
				add("month "+m, "at least one", one, func(c Change) bool { return monthOf(c.Deployed, o.Zone) == m })
			}
		}
	}
	return all
}

func distinct(order []ranked, of func(Change) string) []string {
	found := map[string]bool{}
	for _, r := range order {
		found[of(r.Change)] = true
	}
	return slices.Sorted(maps.Keys(found))
}

// A draw is a sample while it is drawn.
type draw struct {
	void  map[string]string
	taken map[string]*evidence.SelectedItem // by ID, void ones too
}

// take goes through the stratum in order until it has enough. What is in the
// sample already counts. A void change is listed, and the next takes its place.
func (d *draw) take(st stratum) {
	have := 0
	for _, r := range st.members {
		if it := d.taken[r.ID]; it != nil && it.Void == "" {
			have++
		}
	}
	var empty []string // void changes that this stratum took, and whose places nobody has yet
	places := 0        // changes of the stratum that were looked at
	for _, r := range st.members {
		if have >= st.least {
			return
		}
		places++
		if d.taken[r.ID] != nil {
			continue
		}
		it := &evidence.SelectedItem{ID: r.ID, Rank: r.rank, Digest: digestText(r.digest), Stratum: st.name, Void: d.void[r.ID]}
		if places > st.least && len(empty) > 0 {
			it.Replaces, empty = empty[0], empty[1:]
		}
		d.taken[r.ID] = it
		switch {
		case it.Void == "":
			have++
		case it.Replaces != "": // its place comes next
			empty = append([]string{r.ID}, empty...)
		default:
			empty = append(empty, r.ID)
		}
	}
}

func (d *draw) describe(st stratum) evidence.Stratum {
	out := evidence.Stratum{Name: st.name, Rule: st.rule, Population: len(st.members), Least: st.least}
	for _, r := range st.members {
		switch it := d.taken[r.ID]; {
		case it == nil:
		case it.Void != "":
			out.Void++
		default:
			out.Selected++
		}
	}
	return out
}

// months counts every month of the period, and those outside it that changes
// name, in order.
func months(order []ranked, d *draw, p evidence.Period, zone *time.Location) (all []evidence.SelectionMonth, undated int) {
	count := map[string]*evidence.SelectionMonth{}
	month := func(name string) *evidence.SelectionMonth {
		if count[name] == nil {
			count[name] = &evidence.SelectionMonth{Month: name}
		}
		return count[name]
	}
	if p.From.Before(p.To) {
		first := p.From.In(zone)
		for at := time.Date(first.Year(), first.Month(), 1, 0, 0, 0, 0, zone); at.Before(p.To); at = at.AddDate(0, 1, 0) {
			month(monthOf(at, zone))
		}
	}
	for _, r := range order {
		name := monthOf(r.Deployed, zone)
		if name == "" {
			undated++
			continue
		}
		m := month(name)
		m.Population++
		if it := d.taken[r.ID]; it != nil && it.Void == "" {
			m.Selected++
		}
	}
	for _, name := range slices.Sorted(maps.Keys(count)) {
		all = append(all, *count[name])
	}
	return all, undated
}

func monthOf(t time.Time, zone *time.Location) string {
	if t.IsZero() {
		return ""
	}
	return t.In(zone).Format("2006-01")
}

// notes says what a reader must know to judge the sample.
func notes(s *evidence.Selection, o Options) (all []string) {
	note := func(format string, args ...any) { all = append(all, fmt.Sprintf(format, args...)) }
	if !o.SeedByAuditor {
		note("the auditor did not choose the seed: whoever chooses it can try several and keep a sample that suits them; let the auditor name the seed")
	}
	for _, st := range s.Strata {
		switch {
		case st.Population == 0:
			note("stratum %q: the population has no such change", st.Name)
		case st.Selected < st.Least:
			note("stratum %q: %d of at least %d changes are in the sample: there are no more that can be tested", st.Name, st.Selected, st.Least)
		}
	}
	for _, m := range s.Months {
		switch {
		case m.Population == 0:
			note("month %s: no change reached production; ask why", m.Month)
		case m.Selected == 0:
			note("month %s: none of its %d changes is in the sample", m.Month, m.Population)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(o.Void)) {
		if !slices.ContainsFunc(s.Items, func(it evidence.SelectedItem) bool { return it.ID == id }) {
			note("change %s is called void (%s) and was not selected", id, o.Void[id])
		}
	}
	if s.Undated > 0 {
		note("%d changes of the population have no time of deployment and belong to no month", s.Undated)
	}
	return all
}
