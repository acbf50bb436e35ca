package document

import (
	"github.com/tickmark-dev/tickmark/internal/evidence"
)

func (r *readiness) exceptionsInShort() []Span {
	roll := r.s.roll
	switch {
	case r.s.tested == 0:
		return []Span{{Text: "Not known", Bold: true, Tone: Attention}, {Text: ": nothing was tested yet"}}
	case roll[evidence.KeyException]+roll[evidence.OtherException] == 0:
		return text("None identified in " + amount(r.s.tested, "change") + r.notDecided() + r.notAll())
	}
	return []Span{{Text: "✗ In a key attribute: " + amount(roll[evidence.KeyException], "change"), Bold: true, Tone: Bad},
		{Text: "; only in others: " + thousands(roll[evidence.OtherException]) + "; of " + thousands(r.s.tested) + " tested" + r.notAll()}}
}

// notDecided says in how many of the tested changes a result is open; "" for
// none.
func (r *readiness) notDecided() string {
	if n := r.s.roll[evidence.Undecided] + r.s.roll[evidence.OtherUndecided]; n > 0 {
		return "; " + thousands(n) + " of them not decided"
	}
	return ""
}

// notAll says how many changes were left untested; "" for none.
func (r *readiness) notAll() string {
	if n := r.pop.Size - r.s.tested; n > 0 {
		return "; " + thousands(n) + " not tested"
	}
	return ""
}

// tests says what the tests of the attributes came to.
func (r *readiness) tests() []Block {
	blocks := []Block{heading(1, "What would be exceptions")}
	if r.s.tested == 0 {
		return append(blocks, note(Attention, "Nothing was tested yet", "The attributes were not tested for any change of the period. This report says what was found and what does not agree, and cannot say which change an auditor would take exception to."))
	}
	about := "Management's own test"
	if policy := r.p.Policy.String(); policy != "" {
		about += " by the policy " + policy
	}
	blocks = append(blocks, paragraph(Span{Text: about + ". ✓ met, ✗ exception, ? needs review, ∅ unable to test, N/A not applicable.", Tone: Muted}))
	if !r.s.whole {
		blocks = append(blocks, note(Attention, "Only the samples were tested", "The rest of the population was not, and may hold exceptions too."))
	}
	blocks = append(blocks, r.rollUp(), paragraph(Span{Text: overallRule + " It is the word of the column Overall on the sheet Attribute Testing.", Tone: Muted}), heading(2, "By attribute"), r.attributeTable())
	blocks = append(blocks, r.exceptionLists()...)
	return append(blocks, r.undecided()...)
}

// rollUp gives the changes by what their results come to.
func (r *readiness) rollUp() Block {
	all := max(r.pop.Size, r.s.tested)
	var rows []Row
	for _, o := range evidence.Overalls() {
		n := r.s.roll[o]
		if o == evidence.Untested {
			if n = max(r.pop.Size-r.s.tested, 0); n == 0 {
				continue
			}
		}
		sign, tone := overallLook(o)
		cells := row([]Span{{Text: sign + " " + upperFirst(string(o)), Tone: tone, Bold: n > 0 && tone != Muted}}, text(thousands(n)), text(share(n, all)))
		if all > 0 {
			cells.Cells[2].Bar = float64(n) / float64(all)
		}
		rows = append(rows, cells)
	}
	return table([]Column{{Title: "Overall", Weight: 46}, {Title: "Changes", Weight: 12, Right: true}, {Title: "Share", Weight: 42}}, rows)
}

func (r *readiness) attributeTable() Block {
	var rows []Row
	number := func(t *tested, o evidence.Outcome, tone Tone) []Span {
		n := t.outcomes[o]
		if n == 0 {
			return muted("–")
		}
		return []Span{{Text: thousands(n), Tone: tone, Bold: tone != Neutral}}
	}
	for _, t := range r.s.attributes {
		name := []Span{{Text: t.Letter, Bold: true}, {Text: prefixed("  ", t.Title)}}
		if t.Key {
			name = append(name, Span{Text: "  key", Tone: Info, Bold: true})
		}
		rows = append(rows, row(name, number(t, evidence.Exception, Bad), number(t, evidence.NeedsReview, Attention), number(t, evidence.Unable, GapTone),
			number(t, evidence.Met, Neutral), number(t, evidence.NotApplicable, Neutral)))
	}
	return table([]Column{{Title: "Attribute", Weight: 40}, {Title: "✗ exception", Weight: 17, Right: true}, {Title: "? review", Weight: 11, Right: true},
		{Title: "∅ unable", Weight: 11, Right: true}, {Title: "✓ met", Weight: 10, Right: true}, {Title: "N/A", Weight: 11, Right: true}}, rows)
}

// exceptionLists names the changes by attribute, key attributes first.
func (r *readiness) exceptionLists() []Block {
	var blocks []Block
	for _, t := range r.s.attributes {
		n := t.outcomes[evidence.Exception]
		if n == 0 {
			continue
		}
		key := ""
		if t.Key {
			key = " (key)"
		}
		blocks = append(blocks, heading(2, t.Letter+prefixed(" · ", t.Title)+key+": "+amount(n, "exception")))
		if t.Text != "" {
			blocks = append(blocks, paragraph(Span{Text: "Held against: " + sentence(t.Text), Tone: Muted}))
		}
		var rows []Row
		for _, e := range t.named {
			name := []Span{{Text: changeShort(e.change.id), Bold: true, Link: e.change.url}, {Text: prefixed("\n", clip(e.change.title, 160)), Tone: Muted}}
			response := muted("none yet")
			if e.response != "" {
				response = text(clip(e.response, 60))
			}
			rows = append(rows, row(text(or(e.change.deployed, "not known")), name, text(clip(e.why, 400)), response))
		}
		blocks = append(blocks, table([]Column{{Title: "Deployed", Weight: 13}, {Title: "Change", Weight: 35}, {Title: "Why", Weight: 40}, {Title: "Response", Weight: 12}}, rows))
		blocks = append(blocks, more(n-len(t.named), "exception", " to this attribute", "Exceptions & Responses")...)
	}
	if open := r.s.exceptions - r.s.answered; r.s.exceptions > 0 {
		line := "Each of the " + amount(r.s.exceptions, "exception") + " has a response."
		if open > 0 {
			line = "Of " + amount(r.s.exceptions, "exception") + ", " + thousands(open) + " have no response by management yet."
		}
		blocks = append(blocks, para(line))
	}
	return blocks
}

// undecided groups what needs a person or could not be tested, by cause.
func (r *readiness) undecided() []Block {
	if len(r.s.undecided) == 0 {
		return nil
	}
	var rows []Row
	for _, u := range r.s.undecided[:min(len(r.s.undecided), 2*maxNamed)] {
		rows = append(rows, row([]Span{{Text: u.attribute.Letter, Bold: true}, {Text: prefixed("  ", u.attribute.Title)}}, outcome(u.outcome), text(thousands(u.changes)), text(clip(u.why, 300))))
	}
	blocks := []Block{heading(2, "What is not decided"), paragraph(Span{Tone: Muted, Text: "Results of one attribute and one cause together; the sentence is that of the first change."}),
		table([]Column{{Title: "Attribute", Weight: 25}, {Title: "Outcome", Weight: 17}, {Title: "Changes", Weight: 10, Right: true}, {Title: "Why", Weight: 48}}, rows)}
	blocks = append(blocks, more(len(r.s.undecided)-2*maxNamed, "cause", "", "Attribute Testing")...)
	line := "On none of these " + amount(r.s.open, "result") + " has a person concluded yet."
	if r.s.settled > 0 {
		line = "Of these " + amount(r.s.open, "result") + ", " + thousands(r.s.settled) + " have a conclusion by a person, which changes no outcome; " + thousands(r.s.open-r.s.settled) + " stand without one."
	}
	return append(blocks, para(line))
}
