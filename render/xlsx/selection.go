package xlsx

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// selectionSheet says how the samples came to be: drawn by a rule that anybody
// can carry out again, or named by a list.
func selectionSheet(b *book) error {
	s := b.open(sheetSelection, layout{printed: 8, parts: true, labels: 2, columns: []column{
		{title: "Sample #", width: 11},
		{title: "Change", width: 30},
		{title: "Stratum", width: 20},
		{title: "Rank", width: 13},
		{title: "Void", width: 20},
		{title: "Replaces", width: 22},
		{title: "SHA-256(seed, line feed, change)", width: 60, nowrap: true},
		{title: "Folder", width: 36},
	}, lead: "How the samples came to be, so that anybody can select them again. Samples are never replaced in silence: a void one stays listed beside its successor."})
	sel := b.p.Selection
	if sel == nil {
		s.silent("The samples were named by a list; none was drawn by tickmark. `tickmark select` draws a sample that anybody can draw again.")
	} else {
		s.method(sel)
		s.strata(sel)
		s.selected(sel)
		s.perform(sel)
	}
	s.asked(sel)
	s.unmatched()
	return s.close()
}

func (s *sheet) method(sel *evidence.Selection) {
	s.section("Method")
	chooser := "management: whoever chooses the seed can try several and keep a sample that suits them"
	if sel.SeedByAuditor {
		chooser = "the auditor"
	}
	s.fact("Method", text(said(sel.Method)))
	s.fact("Rule for the size", text(said(sel.Rule)))
	s.fact("Seed", text(said(sel.Seed)))
	s.fact("Seed chosen by", text(chooser))
	s.fact("Population size, N", ordinal(sel.PopulationSize))
	s.fact("Random sample, n", ordinal(sel.Size))
	s.fact("Population SHA-256", text(said(sel.PopulationSHA256)))
	if p := s.b.p.Population; p != nil && (p.SHA256 != sel.PopulationSHA256 || p.Size != sel.PopulationSize) {
		s.warn(fmt.Sprintf("The sample was drawn from another population than the sheet %s counts: that one has %s and the SHA-256 %s. Draw the sample again, or explain the difference.",
			sheetPopulation, plural(p.Size, "change"), p.SHA256))
	}
	for _, n := range sel.Notes {
		s.note("Note: " + oneLine(n, 600) + ".")
	}
}

func (s *sheet) strata(sel *evidence.Selection) {
	s.section("Strata and months")
	s.heads(wide(text("Stratum"), 2), numbers("In the population"), numbers("At least"), numbers("Selected"), numbers("Void"), wide(text("Rule"), 2))
	for _, st := range sel.Strata {
		s.row(wide(text(st.Name), 2), count(st.Population), count(st.Least), count(st.Selected), count(st.Void), wide(text(st.Rule), 2))
	}
	s.gap()
	s.heads(wide(text("Month of deployment"), 2), numbers("In the population"), numbers("Selected"), wide(text("Remark"), 4))
	for _, m := range sel.Months {
		said := ""
		switch {
		case m.Population == 0:
			said = "no change reached production: ask why"
		case m.Selected == 0:
			said = "not represented in the sample"
		}
		s.row(wide(text(m.Month), 2), count(m.Population), count(m.Selected), wide(remark(said), 4))
	}
	if sel.Undated > 0 {
		s.row(wide(text("no time of deployment"), 2), count(sel.Undated))
	}
}

func (s *sheet) selected(sel *evidence.Selection) {
	s.section(fmt.Sprintf("The selected changes, in order of rank: %d to be tested, %d void", len(sel.Sample()), len(sel.Items)-len(sel.Sample())))
	s.header()
	number := map[string]int{}
	for i := range s.b.p.Dossiers {
		c := &s.b.p.Dossiers[i].Change
		number[facts{c, s.b}.changeID()] = c.Sample.Number
	}
	for _, it := range sel.Items {
		sample, folder := text("none"), text("not in this package")
		if n := number[it.ID]; n > 0 {
			folder = s.b.folder(n)
			sample = cell{value: n, link: folder.link}
		}
		if it.Void != "" && number[it.ID] == 0 {
			folder = text("void: not collected")
		}
		void := text("no")
		if it.Void != "" {
			void = lookingLike(lookStrong, "void: "+it.Void)
		}
		s.row(sample, text(it.ID), text(said(it.Stratum)), ordinal(it.Rank), void, text(orNone(it.Replaces)), lookingLike(lookHash, it.Digest), folder)
	}
}

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}

// perform says how to draw the sample again with tools that everybody has.
func (s *sheet) perform(sel *evidence.Selection) {
	s.section("Do it again with sha256sum")
	s.note("Put the column Change ID of the sheet Change Log, of every row whose \"In population\" begins with yes, into population.txt: one a line, UTF-8. Then, in a shell:")
	seed := "'" + strings.ReplaceAll(sel.Seed, "'", `'\''`) + "'"
	for _, line := range []string{
		`LC_ALL=C sort population.txt | sha256sum   # the population's SHA-256`,
		`while IFS= read -r id; do printf '%s %s\n' "$(printf '%s\n%s' ` + seed + ` "$id" | sha256sum | cut -c1-64)" "$id"; done < population.txt | LC_ALL=C sort > order.txt`,
		"head -n " + strconv.Itoa(sel.Size) + " order.txt   # the random sample; a void change gives its place to the next line",
	} {
		s.across(1, line, lookCode)
	}
}

// asked lists the samples that a list named: what was asked, and what it became.
func (s *sheet) asked(sel *evidence.Selection) {
	drawn := map[string]bool{}
	if sel != nil {
		for _, it := range sel.Items {
			drawn[it.ID] = true
		}
	}
	first := true
	for i := range s.b.p.Dossiers {
		c := &s.b.p.Dossiers[i].Change
		f := facts{c, s.b}
		if drawn[f.changeID()] {
			continue
		}
		if first {
			s.section("Samples that a list named")
			s.heads(text("Sample #"), text("Became the change"), text("Requester's number"), text("Kind"), text("As asked"), text("Where"), text("Note of the requester"), text("Folder"))
			if sel == nil { // else the filter is for the selected changes
				s.filterHere(len(s.columns))
			}
			first = false
		}
		folder := s.b.folder(c.Sample.Number)
		s.row(cell{value: c.Sample.Number, link: folder.link}, text(f.changeID()), text(said(oneLine(c.Sample.Label, 100))), text(words(c.Sample.Ref.Kind)),
			text(said(oneLine(c.Sample.Requested, 300))), text(said(c.Sample.Where)), text(said(oneLine(c.Sample.Note, 1000))), folder)
	}
}

func (s *sheet) unmatched() {
	if len(s.b.p.Unmatched) == 0 {
		s.gap()
		s.note("Every line of the request became a sample; none is left over.")
		return
	}
	s.section("Lines of the request that became no sample")
	s.heads(text("Sample #"), text("As asked"), text("Requester's number"), text("Reason"), wide(text("Where"), 2), text("What was tried"), text("What it means"))
	for _, u := range s.b.p.Unmatched {
		s.row(text("none"), text(said(oneLine(u.Requested, 300))), text(said(oneLine(u.Label, 100))), text(string(u.Reason)), wide(text(said(u.Where)), 2),
			text(tried(u)), text(meaning(u.Reason)))
	}
	s.note("No other change was put in the place of any of them.")
}
