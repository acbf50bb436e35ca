package document

import (
	"strconv"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// step is one thing to do.
type step struct {
	tone  Tone
	what  []Span
	count string
	do    string
}

// steps says what to do, most urgent first: what cannot be made good later
// comes before what can.
func (r *readiness) steps() []Block {
	var steps []step
	if n := len(r.reasons()); n > 0 {
		steps = append(steps, step{GapTone, text("The list of changes may be incomplete"), amount(n, "reason"), "Remove the causes above and run `tickmark population` again. Nothing else on this page is final until then."})
	}
	steps = append(steps, r.expirySteps()...)
	steps = append(steps, r.credentialSteps()...)
	steps = append(steps, r.testSteps()...)
	groups := r.orphanGroups()
	for i, g := range groups {
		if g.around && sameChanges(groups[:i], g) == "" {
			steps = append(steps, step{Attention, text(g.title), amount(len(g.list), "record"), g.do})
		}
	}
	steps = append(steps, r.emergencySteps()...)
	for _, g := range groups {
		if !g.around && !g.waits {
			steps = append(steps, step{Neutral, text(g.title), amount(len(g.list), "record"), g.do})
		}
	}
	steps = append(steps, r.undecidedSteps()...)
	for _, g := range groups {
		if g.waits {
			steps = append(steps, step{Muted, text(g.title), amount(len(g.list), "record"), g.do})
		}
	}
	if len(steps) == 0 {
		return []Block{para("Nothing on this page asks for action.")}
	}
	var rows []Row
	for i, s := range steps {
		rows = append(rows, row([]Span{{Text: strconv.Itoa(i + 1), Bold: true}}, s.said(), text(s.count), codeIn(s.do)))
	}
	return []Block{table([]Column{{Title: "No.", Weight: 6}, {Title: "What", Weight: 34}, {Title: "How many", Weight: 14}, {Title: "What to do", Weight: 46}}, rows)}
}

// said gives the step's name with the sign of its tone, for who sees no colour.
func (s step) said() []Span {
	sign := map[Tone]string{Bad: "✗ ", Attention: "! ", GapTone: "∅ "}[s.tone]
	tone := s.tone
	if tone == Muted {
		tone = Neutral
	}
	spans := []Span{{Text: sign, Tone: tone, Bold: true}}
	for _, w := range s.what {
		if w.Tone != Muted { // a remark
			w.Tone, w.Bold = tone, true
		}
		spans = append(spans, w)
	}
	return spans
}

// codeIn marks the commands of a sentence, which stand in backquotes.
func codeIn(s string) []Span {
	var spans []Span
	from := 0
	inside := false
	for i := range len(s) {
		if s[i] != '`' {
			continue
		}
		if i > from {
			spans = append(spans, Span{Text: s[from:i], Code: inside})
		}
		from, inside = i+1, !inside
	}
	if from < len(s) {
		spans = append(spans, Span{Text: s[from:]})
	}
	return spans
}

// credentialSteps warns of logins that end before the evidence is collected.
func (r *readiness) credentialSteps() []step {
	var steps []step
	for _, p := range r.p.Principals {
		if p.Expires.IsZero() || r.days(p.Expires) > soonDays {
			continue
		}
		verb := " ends on "
		if p.Expires.Before(r.p.AsOf) {
			verb = " ended on "
		}
		what := []Span{{Text: "The login to " + p.System + verb}, {Text: r.day(p.Expires), Whole: true}, {Text: ", " + r.inDays(p.Expires)}}
		steps = append(steps, step{r.haste(p.Expires), what, or(p.Name, "–"), "Have the token renewed, or nothing can be collected from then on."})
	}
	return steps
}

// testSteps gives the exceptions that the tests came to.
func (r *readiness) testSteps() []step {
	if r.pop.Size == 0 {
		return nil
	}
	if r.s.tested == 0 {
		return []step{{Attention, text("The changes were not tested yet"), amount(r.pop.Size, "change"), "Test them all before the auditor tests some: until then nobody knows which would be exceptions."}}
	}
	var steps []step
	if n := r.s.roll[evidence.KeyException]; n > 0 {
		steps = append(steps, step{Bad, text("Changes with an exception to a key attribute"), amount(n, "change"), "Look for evidence that the systems do not hold and attach it with `tickmark attach`; for the rest write down cause, compensating control and response."})
	}
	if n := r.s.roll[evidence.OtherException]; n > 0 {
		steps = append(steps, step{Bad, text("Changes with an exception to another attribute"), amount(n, "change"), "Write down cause and response for each."})
	}
	if n := r.s.walked - r.s.tested; n > 0 {
		steps = append(steps, step{Attention, text("Changes that were not tested"), amount(n, "change"), "Test them too: an auditor may choose any."})
	}
	return steps
}

func (r *readiness) undecidedSteps() []step {
	var review, unable int
	for _, u := range r.s.undecided {
		if u.outcome == evidence.NeedsReview {
			review += u.changes
		} else {
			unable += u.changes
		}
	}
	var steps []step
	if review > 0 {
		steps = append(steps, step{Neutral, text("Results that a person must review"), amount(review, "result"), "Look at each with the sentence that says why, and settle it: with a mapping of accounts to people, a policy rule or an exhibit."})
	}
	if unable > 0 {
		steps = append(steps, step{Neutral, text("Results that could not be reached"), amount(unable, "result"), "Collect what is missing. For changes that are known from lists alone, packaging them collects the rest."})
	}
	return steps
}
