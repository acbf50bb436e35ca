package xlsx

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// exceptionSheet has a row for each exception: those of the samples, and then
// those of the other changes of the population.
type exceptionSheet struct {
	*sheet
	n         int
	concluded concludedList
}

// exceptionRow is the row of the first exception.
func (b *book) exceptionRow() int {
	if b.p.Simulated {
		return 5
	}
	return 4
}

// exceptionLink leads to an exception of a sample.
func (b *book) exceptionLink(n int) string {
	return fmt.Sprintf("#'%s'!A%d", sheetExceptions, b.exceptionRow()+n-1)
}

func newExceptionSheet(b *book) changeSheet {
	s := &exceptionSheet{sheet: b.open(sheetExceptions, layout{printed: 9, frozen: 3, columns: []column{
		{title: "#", width: 6, core: true},
		{title: "Sample #", width: 13, core: true},
		{title: "Change", width: 26, core: true},
		{title: "Attribute", width: 24, core: true},
		{title: "Key", width: 7, core: true},
		{title: "Condition", width: 50, core: true},
		{title: "Criteria", width: 44, core: true},
		{title: "Cause", width: 18, core: true},
		{title: "Effect / extent", width: 30, core: true},
		{title: "Compensating control", width: 30},
		{title: "Management response", width: 36},
		{title: "Owner", width: 18},
		{title: "Due", width: 17},
		{title: "Status", width: 14},
		{title: "Responded by, at", width: 24},
	}, lead: "Every exception that management's test identified, those of the samples first. Condition is what was found; a response never changes an outcome. Conclusions are the auditor's." + b.withheld()})}
	if !b.tested() {
		s.silent("Nothing was tested, so no exception is known.")
		return s
	}
	s.header()
	for i := range b.p.Dossiers {
		s.exceptions(b.logged(&b.p.Dossiers[i], false))
	}
	return s
}

func (s *exceptionSheet) add(r logged) {
	if r.listed() {
		s.exceptions(r)
	}
}

func (s *exceptionSheet) exceptions(r logged) {
	for _, res := range r.results {
		if res.Outcome == evidence.Exception {
			s.n++
			s.row(s.exception(r, res)...)
		}
		s.concluded.see(s.b, r, res)
	}
}

const unanswered = "not answered yet"

func (s *exceptionSheet) exception(r logged, res evidence.Result) []cell {
	a := s.b.attribute(res.Attribute)
	answer, answered := s.b.response(r, res.Attribute)
	answered = answered && answer.Answers()
	key, sample := text("no"), s.b.sampleOf(r)
	if a.Key {
		key = lookingLike(lookStrong, "key")
	}
	extent := s.b.extent(res.Attribute)
	if answer.Effect != "" {
		extent = answer.Effect + "\n" + extent
	}
	status, by := "open", unanswered
	if answered {
		status, by = cmp.Or(answer.Status, status), strings.TrimSpace(said(answer.By)+", "+said(answer.At))
	}
	or := func(given, otherwise string) cell {
		if strings.TrimSpace(given) == "" {
			return text(otherwise)
		}
		return text(given)
	}
	return []cell{
		ordinal(r.numbers[res.Attribute]), sample, text(r.changeID()), text(strings.TrimSpace(res.Attribute + " " + a.Title)), key,
		or(answer.Condition, res.Why), or(answer.Criteria, said(s.b.criteria(a))), or(answer.Cause, unanswered), text(extent),
		or(answer.Compensating, unanswered), or(answer.Response, unanswered), or(answer.Owner, unanswered), or(answer.Due, unanswered), text(status), text(by),
	}
}

// criteria gives what an attribute asserts. What the policy sets for it is in the
// legend: repeated here it would make tall rows of every exception.
func (b *book) criteria(a evidence.Attribute) string {
	if a.Criterion != "" {
		return a.Criterion + ": " + a.Text
	}
	return a.Text
}

// extent says how often an attribute has exceptions.
func (b *book) extent(letter string) string {
	var said []string
	if n := b.survey.tested[ofSamples]; n > 0 {
		said = append(said, fmt.Sprintf("%d of %s tested", b.survey.results[ofSamples][letter][evidence.Exception], plural(n, "sample")))
	}
	if b.p.Log != nil && b.tells() {
		said = append(said, fmt.Sprintf("%d of %s of the population tested", b.survey.results[ofPopulation][letter][evidence.Exception], plural(b.survey.tested[ofPopulation], "change")))
	}
	return strings.Join(said, "; ")
}

// response gives what management says to an exception.
func (b *book) response(r logged, letter string) (evidence.Response, bool) {
	a, ok := b.said.To(r.c, evidence.Result{Attribute: letter, Outcome: evidence.Exception})
	if ok {
		b.answers[a] = true
	}
	return a, ok
}

// noteOf gives management's responses to the exceptions of a change, in short.
func (b *book) noteOf(r logged) string {
	var lines []string
	for _, res := range r.results {
		if res.Outcome != evidence.Exception {
			continue
		}
		if a, ok := b.response(r, res.Attribute); ok && a.Response != "" {
			lines = append(lines, fmt.Sprintf("#%d: %s", r.numbers[res.Attribute], oneLine(a.Response, 300)))
		}
	}
	if len(lines) == 0 {
		return noneRecorded
	}
	return strings.Join(lines, "\n")
}

func (s *exceptionSheet) end() error {
	if s.b.tested() {
		if s.n == 0 {
			s.silent("No exceptions were identified by management's test.")
		}
		s.concluded.write(s.sheet)
		for _, a := range s.b.p.Responses {
			if !s.b.answers[a] {
				s.gap()
				if a.Conclusion != "" {
					s.note(fmt.Sprintf("A conclusion on attribute %s of %s (%s, by %s) stands beside no result of this package that needs one: %s", a.Attribute, a.Change, a.Conclusion, a.ConcludedBy, oneLine(said(a.Basis), 300)))
					continue
				}
				s.note(fmt.Sprintf("A response to attribute %s of %s answers no exception of this package: %s", a.Attribute, a.Change, oneLine(said(a.Response), 300)))
			}
		}
		s.gap()
		s.note("Condition and criteria are those of the test unless management worded them. What the policy sets for each attribute: sheet " + sheetLegend + ". Extent counts exceptions to the same attribute. \"" + unanswered + "\": management has said nothing on it; `tickmark respond` takes the answer.")
	}
	return s.close()
}
