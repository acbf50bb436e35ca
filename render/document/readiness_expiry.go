package document

import (
	"cmp"
	"slices"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// Evidence that is deleted within these days of the report is said to be
// urgent, and soon.
const urgentDays, soonDays = 14, 45

// left counts the changes of which the evidence is still there.
func left(e evidence.Expiry) int { return max(e.Changes-e.Gone, 0) }

// evidenceOf names what is deleted and where.
func evidenceOf(e evidence.Expiry) string {
	return or(e.What, "evidence") + " of " + or(e.Scope, e.System)
}

func (r *readiness) expiryInShort() []Span {
	e, ok := r.soonest()
	gone := 0
	for _, e := range r.pop.Expiring {
		gone += e.Gone
	}
	var spans []Span
	if ok {
		spans = []Span{{Text: upperFirst(r.inDays(e.First)), Bold: true, Tone: r.haste(e.First)}, {Text: ": " + evidenceOf(e) + ", for " + amount(left(e), "change") + " of " + e.Month}}
	} else {
		spans = text("None is known to be deleted")
	}
	if gone > 0 {
		spans = append(spans, Span{Text: ". Past its time already: that of " + amount(gone, "change")})
	}
	return spans
}

// soonest is the evidence that is deleted first of all that is left.
func (r *readiness) soonest() (evidence.Expiry, bool) {
	for _, e := range r.expiring() {
		return e, true
	}
	return evidence.Expiry{}, false
}

// expiring gives what is left, soonest first.
func (r *readiness) expiring() []evidence.Expiry {
	list := slices.Clone(r.pop.Expiring)
	list = slices.DeleteFunc(list, func(e evidence.Expiry) bool { return left(e) == 0 || e.First.IsZero() })
	slices.SortStableFunc(list, func(a, b evidence.Expiry) int { return a.First.Compare(b.First) })
	return list
}

func (r *readiness) haste(t time.Time) Tone {
	switch n := r.days(t); {
	case n <= urgentDays:
		return Bad
	case n <= soonDays:
		return Attention
	}
	return Neutral
}

// expiry lists what the sources delete and when, and what they have deleted.
func (r *readiness) expiry() []Block {
	if len(r.pop.Expiring) == 0 {
		return nil
	}
	blocks := []Block{heading(1, "Evidence that will be deleted"),
		para("The systems keep some evidence for a limited time, counted from the change. What has been collected before stays in the vault; what has not is gone for good on these dates.")}
	list := r.expiring()
	var rows []Row
	for _, e := range list[:min(len(list), 2*maxNamed)] {
		what := []Span{{Text: or(e.What, "evidence"), Bold: true}, {Text: "\n" + or(e.Scope, "all of "+e.System) + prefixed(" · ", scopeSystem(e)), Tone: Muted}}
		if e.Assumed {
			what = append(what, Span{Text: "\nby its documented default: the system does not say its own setting", Tone: Muted})
		}
		rows = append(rows, row([]Span{{Text: r.day(e.First), Bold: true}, {Text: "\n" + r.inDays(e.First), Tone: r.haste(e.First), Bold: r.haste(e.First) != Neutral}},
			what, text(or(e.Month, "not known")), text(thousands(left(e))), text(r.day(e.Last))))
	}
	if len(rows) > 0 {
		blocks = append(blocks, table([]Column{{Title: "Deleted from", Weight: 17}, {Title: "Evidence", Weight: 43}, {Title: "Deployed in", Weight: 14},
			{Title: "Changes", Weight: 11, Right: true}, {Title: "All gone by", Weight: 15}}, rows))
	}
	if n := len(list) - 2*maxNamed; n > 0 {
		blocks = append(blocks, paragraph(Span{Tone: Muted, Text: "and " + thousands(n) + " more of the kind, all later: from " + r.day(list[2*maxNamed].First) + " on."}))
	}
	return append(blocks, r.gone()...)
}

func scopeSystem(e evidence.Expiry) string {
	if e.Scope == "" {
		return ""
	}
	return e.System
}

// gone says what is deleted already: nothing can be done about it in time.
func (r *readiness) gone() []Block {
	type key struct{ system, what, scope string }
	var keys []key
	counts := map[key]int{}
	for _, e := range r.pop.Expiring {
		if e.Gone == 0 {
			continue
		}
		k := key{e.System, e.What, e.Scope}
		if counts[k] == 0 {
			keys = append(keys, k)
		}
		counts[k] += e.Gone
	}
	if len(keys) == 0 {
		return nil
	}
	slices.SortFunc(keys, func(a, b key) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a.system, b.system), cmp.Compare(a.what, b.what), cmp.Compare(a.scope, b.scope))
	})
	var lines []string
	for _, k := range keys {
		lines = append(lines, evidenceOf(evidence.Expiry{System: k.system, What: k.what, Scope: k.scope})+": of "+amount(counts[k], "change"))
	}
	n := note(GapTone, "Past its time at the source already")
	n.Note.Blocks = append(bullets(lines), paragraph(codeIn("The source no longer gives it; what was collected before is in the vault. Where somebody kept a copy, add it with `tickmark attach`, which labels it as what a person added.")...))
	return []Block{n}
}

// expirySteps gives one step for each kind of evidence and system, soonest first.
func (r *readiness) expirySteps() []step {
	type key struct{ system, what string }
	var keys []key
	first, last, counts := map[key]evidence.Expiry{}, map[key]time.Time{}, map[key]int{}
	for _, e := range r.expiring() {
		if r.days(e.First) > soonDays {
			break
		}
		k := key{e.System, e.What}
		if _, seen := first[k]; !seen {
			keys = append(keys, k)
			first[k] = e
		}
		counts[k] += left(e)
		if e.Last.After(last[k]) {
			last[k] = e.Last
		}
	}
	var steps []step
	for _, k := range keys {
		e := first[k]
		steps = append(steps, step{tone: r.haste(e.First), what: []Span{{Text: upperFirst(or(k.what, "evidence")) + ": " + k.system + " deletes them from "}, {Text: r.day(e.First), Whole: true}, {Text: " on, " + r.inDays(e.First)},
			{Text: "\nCounted: changes whose evidence begins to go within " + amount(soonDays, "day") + " of this report; the last of it is gone by " + r.day(last[k]), Tone: Muted}},
			count: amount(counts[k], "change"), do: "Collect it before then: what has been collected stays in the vault. Nothing brings it back afterwards."})
	}
	return steps
}
