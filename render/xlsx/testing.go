package xlsx

import (
	"fmt"
	"strings"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// The tick marks.
const (
	tickMet           = "✓"
	tickException     = "✗"
	tickNotApplicable = "N/A"
	tickReview        = "?"
	tickUnable        = "∅"
	tickUntested      = "–"
)

// mark draws an outcome as an auditor does; an exception carries its number on
// the sheet of exceptions.
func mark(r evidence.Result, numbers map[string]int) cell {
	switch r.Outcome {
	case evidence.Met:
		return lookingLike(lookMark, tickMet)
	case evidence.Exception:
		return lookingLike(lookMarkBad, fmt.Sprintf("%s%d", tickException, numbers[r.Attribute]))
	case evidence.NotApplicable:
		return lookingLike(lookMark, tickNotApplicable)
	case evidence.Unable:
		return lookingLike(lookMarkOpen, tickUnable)
	case evidence.NeedsReview:
		return lookingLike(lookMarkOpen, tickReview)
	}
	return lookingLike(lookMarkOpen, string(r.Outcome)) // an outcome that this version does not know stands as it is
}

// testingSheet has a row for each sample with a tick mark for each attribute,
// and below the same for every change of the population.
type testingSheet struct {
	*sheet
	letters []string
}

// testingLead is the legend that stays in sight.
const testingLead = "Management's own test. " + tickMet + " met   " + tickException + "n exception, number n on the sheet Exceptions & Responses   " + tickNotApplicable + " not applicable   " +
	tickReview + " needs review   " + tickUnable + " evidence not available   " + tickUntested + " not tested. What each letter means: sheet Attribute Legend. The boxed columns are the auditor's."

func newTestingSheet(b *book) changeSheet {
	s := &testingSheet{letters: b.letters()}
	columns := []column{{title: "Sample #", width: 12, core: true}, {title: "Change", width: 34, core: true}, {title: "Date", width: 11.5, core: true}}
	for _, letter := range s.letters {
		columns = append(columns, column{title: " " + letter, width: 4.6, core: true})
	}
	columns = append(columns, column{title: "Overall", width: 40, core: true}, column{title: "Exception refs", width: 16, core: true})
	printed := len(columns)
	columns = append(columns, column{title: "Mgmt note", width: 40},
		column{title: "Auditor conclusion", width: 24, fill: true}, column{title: "Auditor initials", width: 12, fill: true}, column{title: "Date", width: 12, fill: true},
		column{title: "What needs review, could not be tested or does not apply, by code", width: 120, nowrap: true})
	if len(s.letters) == 0 {
		printed = len(columns) - 1
	}
	s.sheet = b.open(sheetTesting, layout{columns: columns, printed: printed, paper: len(columns) - 1, frozen: 2, lead: testingLead + b.withheld()})
	if len(s.letters) == 0 {
		s.silent("Nothing was tested: no outcome of an attribute was given to this package.")
		return s
	}
	s.header()
	for i := range b.p.Dossiers {
		s.sample(b.logged(&b.p.Dossiers[i], false))
	}
	if len(b.p.Dossiers) == 0 {
		s.silent("The package has no samples.")
	}
	s.reasons()
	if b.p.SampleResultsOnly {
		return s
	}
	if b.p.Log == nil {
		s.gap()
		s.note("The other changes of the period are not listed: the population was not read. Run `tickmark population`.")
		return s
	}
	s.section(fmt.Sprintf("Every change of the population: %s, %d of them tested", plural(b.survey.changes, "change"), b.survey.tested[ofPopulation]))
	s.header()
	return s
}

func (s *testingSheet) sample(r logged) {
	row := append(s.marks(r), text(s.b.noteOf(r)), toFill(), toFill(), toFill(), text(codes(r.results)))
	row[0] = cell{value: r.c.Sample.Number, link: s.b.folder(r.c.Sample.Number).link}
	s.row(row...)
}

// reasons has a row for each outcome of a sample that needs review or could not
// be reached, with the whole sentence: beside the marks it would make rows tall.
func (s *testingSheet) reasons() {
	begun := false
	for i := range s.b.p.Dossiers {
		r := s.b.logged(&s.b.p.Dossiers[i], false)
		for _, res := range r.results {
			if res.Outcome != evidence.NeedsReview && res.Outcome != evidence.Unable {
				continue
			}
			if !begun {
				s.section("What needs review or could not be tested, of the samples")
				s.heads(text("Sample #"), text("Change"), text("Attribute"), wide(text("Why"), len(s.letters)), wide(text("Code"), 2))
				begun = true
			}
			what := lookingLike(lookStrong, fmt.Sprint(res.Attribute, " ", mark(res, nil).value))
			s.row(cell{value: r.c.Sample.Number, link: s.b.folder(r.c.Sample.Number).link}, text(r.changeID()), what,
				wide(text(said(oneLine(res.Why, 600))), len(s.letters)), wide(text(said(res.Code)), 2))
		}
	}
}

// add writes a change of the population. The columns of the auditor stay blank
// and without boxes: the conclusion is on the samples.
func (s *testingSheet) add(r logged) {
	if s.b.p.Log == nil || s.b.p.SampleResultsOnly || len(s.letters) == 0 || r.outside {
		return
	}
	// By code, so that a row stays low and many changes are in sight.
	s.row(append(s.marks(r), text(s.b.noteOf(r)), cell{}, cell{}, cell{}, text(codes(r.results)))...)
}

func (s *testingSheet) marks(r logged) []cell {
	date, _, _ := r.dates(s.b.zone)
	if _, ok := date.value.(day); !ok {
		date = text("none known")
	}
	sample := text(notSampled)
	if !r.listed() {
		sample = ordinal(r.c.Sample.Number)
	}
	row := []cell{sample, text(r.changeID()), date}
	for _, letter := range s.letters {
		res, ok := resultOf(r.results, letter)
		if !ok {
			row = append(row, lookingLike(lookMark, tickUntested))
			continue
		}
		row = append(row, mark(res, r.numbers))
	}
	reference := text(refs(s.letters, r.numbers))
	if n := firstOf(r.numbers); n > 0 && !r.listed() {
		reference.link = s.b.exceptionLink(n)
	}
	return append(row, text(s.b.overall(r.results)), reference)
}

// firstOf gives the lowest number of a change's exceptions; 0 where it has none.
func firstOf(numbers map[string]int) (first int) {
	for _, n := range numbers {
		if first == 0 || n < first {
			first = n
		}
	}
	return first
}

func (s *testingSheet) end() error { return s.close() }

// overall says what the results of a change come to.
func (b *book) overall(results []evidence.Result) string {
	return evidence.RollUpOf(results, b.p.Attributes).String()
}

// refs lists the numbers of the exceptions of a change.
func refs(letters []string, numbers map[string]int) string {
	var all []string
	for _, letter := range letters {
		if n := numbers[letter]; n > 0 {
			all = append(all, fmt.Sprintf("#%d", n))
		}
	}
	if len(all) == 0 {
		return "none"
	}
	return strings.Join(all, ", ")
}

// codes gives the codes of all outcomes that are neither met nor an exception.
func codes(results []evidence.Result) string {
	var lines []string
	for _, o := range []evidence.Outcome{evidence.NeedsReview, evidence.Unable, evidence.NotApplicable} {
		if said := byCode(results, o); said != "" {
			lines = append(lines, fmt.Sprint(mark(evidence.Result{Outcome: o}, nil).value, " ", said))
		}
	}
	if len(results) == 0 {
		return notTested
	}
	return orNone(strings.Join(lines, "; "))
}

// byCode lists the codes of an outcome with the letters that have them.
func byCode(results []evidence.Result, o evidence.Outcome) string {
	var order []string
	letters := map[string][]string{}
	for _, r := range results {
		if r.Outcome != o {
			continue
		}
		if letters[r.Code] == nil {
			order = append(order, r.Code)
		}
		letters[r.Code] = append(letters[r.Code], r.Attribute)
	}
	var said []string
	for _, code := range order {
		said = append(said, fmt.Sprintf("%s (%s)", code, strings.Join(letters[code], " ")))
	}
	return strings.Join(said, ", ")
}
