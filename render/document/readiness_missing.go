package document

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// reasons gives every sign that the population may be incomplete.
func (r *readiness) reasons() []string {
	all := r.pop.Truncations()
	if len(r.pop.Datasets) == 0 {
		all = append(all, "no data set is recorded: nothing says what the list was made from")
	}
	for _, p := range r.p.Principals {
		for _, name := range p.Hidden {
			if !r.saidHidden(p.System, name) {
				all = append(all, name+" of "+p.System+" is configured and cannot be seen by "+or(p.Name, "the account"))
			}
		}
	}
	if r.s.whole && r.s.walked != r.pop.Size {
		all = append(all, fmt.Sprintf("the population counts %s and its list holds %s: one of the two is wrong", amount(r.pop.Size, "change"), thousands(r.s.walked)))
	}
	return all
}

// saidHidden reports whether the population already lists that place as hidden.
func (r *readiness) saidHidden(system, name string) bool {
	return slices.ContainsFunc(r.pop.Visible, func(v evidence.Visibility) bool {
		return v.System == system && v.Name == name && v.State == "hidden"
	})
}

// doubts give what a reader must look at, though nothing is known to be cut.
func (r *readiness) doubts() []string {
	var all []string
	if r.pop.Size == 0 {
		all = append(all, "not one change is known to have reached production in the period: either nothing did, or the deployments are not listed")
	}
	for _, v := range r.pop.Visible {
		if v.State != "hidden" && v.State != "visible" {
			all = append(all, v.Kind+" "+v.Name+" of "+v.System+": whether it can be seen was not asked")
		}
	}
	for _, d := range r.pop.Datasets {
		if len(d.Truncations) > 0 {
			continue // it is said already
		}
		for _, q := range d.Queries {
			if q.Reported > q.Received {
				all = append(all, fmt.Sprintf("%s: the source counts %s for one of its queries, and %s came", d.Dataset, amount(q.Reported, "row"), thousands(q.Received)))
			}
		}
	}
	if n := r.unseenNumbers(); n > 0 {
		all = append(all, fmt.Sprintf("%s among those of the pull requests stand for nothing that the account can see: deleted, transferred to another repository, or hidden from it; the table of numbers below names them", amount(n, "number")))
	}
	return all
}

// unseenNumbers counts the numbers of pull requests and issues of which the
// source shows nothing.
func (r *readiness) unseenNumbers() int {
	n := 0
	for _, g := range r.pop.NumberGaps {
		if strings.Contains(g.Explanation, "can see") || strings.Contains(g.Explanation, "not visible") {
			n += g.Last - g.First + 1
		}
	}
	return n
}

// missing says loudly what was cut off or cannot be seen; nothing where all is well.
func (r *readiness) missing() []Block {
	var blocks []Block
	if reasons := r.reasons(); len(reasons) > 0 {
		n := note(GapTone, "The number above may be too low: "+amount(len(reasons), "reason"))
		n.Note.Blocks = append(n.Note.Blocks, bullets(reasons)...)
		n.Note.Blocks = append(n.Note.Blocks, paragraph(codeIn("An auditor does not draw a sample from a list that may leave changes out. Remove the cause, then run `tickmark population` again.")...))
		blocks = append(blocks, n)
	}
	if doubts := r.doubts(); len(doubts) > 0 {
		n := note(Attention, "To be looked at before the number is relied on")
		n.Note.Blocks = append(n.Note.Blocks, bullets(doubts)...)
		blocks = append(blocks, n)
	}
	if !r.over() {
		blocks = append(blocks, note(Attention, "The period is not over",
			"The sources were read on "+r.day(r.p.AsOf)+". What reaches production from then until "+r.day(r.pop.Period.To.Add(-1))+" is not counted yet."))
	}
	if len(r.pop.Notes) > 0 {
		n := note(Info, "What else bears on how complete the list can be")
		n.Note.Blocks = append(n.Note.Blocks, bullets(r.pop.Notes)...)
		blocks = append(blocks, n)
	}
	if len(r.s.gaps) > 0 {
		blocks = append(blocks, r.notObtained()...)
	}
	if len(blocks) == 0 {
		return nil
	}
	return append([]Block{heading(1, "What may be missing")}, blocks...)
}

// bullets lists sentences, and says how many it leaves out.
func bullets(lines []string) []Block {
	list := &List{}
	for _, line := range lines[:min(len(lines), maxReasons)] {
		list.Items = append(list.Items, ListItem{Blocks: []Block{para(sentence(clip(line, 500)))}})
	}
	blocks := []Block{{List: list}}
	if left := len(lines) - maxReasons; left > 0 {
		blocks = append(blocks, paragraph(Span{Tone: Muted, Text: "and " + thousands(left) + " more in the workbook, sheet Population & IPE."}))
	}
	return blocks
}

// gapMeaning says what a reason means to somebody who must act on it.
func gapMeaning(reason evidence.Reason) string {
	switch reason {
	case evidence.Unreachable:
		return "The system did not answer. Try again."
	case evidence.Denied:
		return "The system refused. Ask its administrator for the right to read it."
	case evidence.NotFound:
		return "The system has no such record. Find out whether there ever was one."
	case evidence.Ambiguous:
		return "The record is not there, or the account may not see it. Check the account's rights."
	case evidence.Expired:
		return "The system has deleted it. Attach a copy if somebody kept one."
	case evidence.Truncated:
		return "Only a part came."
	case evidence.NotConfigured:
		return "No system is configured that keeps it. Add one to tickmark.yaml."
	case evidence.Canceled:
		return "The run was interrupted. Run it again."
	case evidence.NotAsked:
		return "The run was offline, and nobody had collected it before. Run it online."
	}
	return ""
}

// notObtained counts the gaps of the changes by their reason.
func (r *readiness) notObtained() []Block {
	var rows []Row
	for _, reason := range slices.Sorted(maps.Keys(r.s.gaps)) {
		l := r.s.gaps[reason]
		rows = append(rows, row([]Span{{Text: string(reason), Bold: true, Tone: GapTone}}, text(thousands(l.gaps)), text(thousands(l.changes)), text(gapMeaning(reason))))
	}
	return []Block{heading(2, "Evidence that was asked for and not obtained"),
		table([]Column{{Title: "Reason", Weight: 17}, {Title: "Records or parts", Weight: 14, Right: true}, {Title: "Changes", Weight: 11, Right: true}, {Title: "What it means", Weight: 58}}, rows)}
}

// datasets lists what was read, with the numbers by which it can be checked.
func (r *readiness) datasets() []Block {
	if len(r.pop.Datasets) == 0 {
		return []Block{note(GapTone, "No data set is recorded", "Nothing says what the list of changes was made from.")}
	}
	var rows []Row
	for _, d := range r.pop.Datasets[:min(len(r.pop.Datasets), maxListed)] {
		rows = append(rows, r.dataset(d))
	}
	columns := []Column{{Title: "Data set", Weight: 38}, {Title: "Rows", Weight: 8, Right: true}, {Title: "Left out", Weight: 8, Right: true}, {Title: "Pages", Weight: 7, Right: true},
		{Title: "Read (UTC)", Weight: 15}, {Title: "SHA-256 of the sorted IDs", Weight: 24}}
	blocks := []Block{paragraph(Span{Tone: Muted, Text: "Each list as its source gave it. The exact queries, control totals and every ID that was left out are in the workbook, sheet Population & IPE."}), table(columns, rows)}
	blocks = append(blocks, more(len(r.pop.Datasets)-maxListed, "data set", "", "Population & IPE")...)
	return append(blocks, r.places()...)
}

func (r *readiness) dataset(d evidence.IPE) Row {
	pages := 0
	for _, q := range d.Queries {
		pages += q.Pages
	}
	name := []Span{{Text: d.Dataset, Bold: true}, {Text: "\n" + or(d.System, "an unnamed source") + prefixed(" · as ", d.Principal), Tone: Muted}}
	if n := len(d.Truncations); n > 0 {
		name = append(name, Span{Text: "\n∅ cut off: " + amount(n, "reason"), Tone: GapTone, Bold: true})
	}
	left := d.Duplicates
	if d.Duplicates > 0 {
		name = append(name, Span{Text: "\nleft out: " + amount(d.Duplicates, "duplicate"), Tone: Muted})
	}
	for _, e := range d.Exclusions {
		left += len(e.IDs)
		name = append(name, Span{Text: "\nleft out: " + thousands(len(e.IDs)) + ", " + clip(e.Rule, 200), Tone: Muted})
	}
	return row(name, text(thousands(d.Rows)), text(thousands(left)), text(thousands(pages)), text(readWhen(d)), code(or(d.Totals.IDsSHA256, "not recorded")))
}

// readWhen gives the time in which a data set was read; the day once where it
// is one.
func readWhen(d evidence.IPE) string {
	if d.Started.IsZero() {
		return notStated
	}
	from, to := d.Started.UTC(), d.Ended.UTC()
	s := from.Format("2006-01-02 15:04:05")
	switch {
	case !to.After(from):
		return s
	case to.Format(time.DateOnly) == from.Format(time.DateOnly):
		return s + "\nto " + to.Format("15:04:05")
	}
	return s + "\nto " + to.Format("2006-01-02 15:04:05")
}

// places lists what is configured, what cannot be seen first.
func (r *readiness) places() []Block {
	if len(r.pop.Visible) == 0 {
		return nil
	}
	rank := map[string]int{"hidden": 0, "": 1, "visible": 2}
	visible := slices.Clone(r.pop.Visible)
	slices.SortStableFunc(visible, func(a, b evidence.Visibility) int { return rank[a.State] - rank[b.State] })
	var rows []Row
	for _, v := range visible[:min(len(visible), maxListed)] {
		state := []Span{{Text: "not asked", Tone: Attention, Bold: true}}
		switch v.State {
		case "hidden":
			state = []Span{{Text: "∅ cannot be seen", Tone: GapTone, Bold: true}}
		case "visible":
			state = text("seen")
		}
		rows = append(rows, row(text(v.Name), text(v.Kind+" of "+v.System), state, text(thousands(v.Records))))
	}
	blocks := []Block{heading(2, "Configured repositories and projects"),
		table([]Column{{Title: "Name", Weight: 40}, {Title: "What", Weight: 28}, {Title: "Seen", Weight: 18}, {Title: "Records listed", Weight: 14, Right: true}}, rows)}
	return append(blocks, more(len(visible)-maxListed, "place", "", "Population & IPE")...)
}
