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
	columns := []column{{title: "Sample #", width: 13, core: true}, {title: "Change", width: 25, core: true}, {title: "Date", width: 12, core: true}}
	for _, letter := range s.letters {
		columns = append(columns, column{title: " " + letter, width: 5.1, core: true})
	}
	columns = append(columns, column{title: "Overall", width: 47, core: true}, column{title: "Exception refs", width: 15, core: true})
	printed := len(columns)
	columns = append(columns, column{title: "Mgmt note", width: 40},
		column{title: "Auditor conclusion", width: 24, fill: true}, column{title: "Auditor initials", width: 10, fill: true}, column{title: "Date", width: 12, fill: true},
		column{title: "What needs review, could not be tested or does not apply", width: 110})
	if len(s.letters) == 0 {
		printed = len(columns) - 1
	}
	s.sheet = b.open(sheetTesting, layout{columns: columns, printed: printed, frozen: 2, lead: testingLead})
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
	row := append(s.marks(r), text(s.b.noteOf(r)), toFill(), toFill(), toFill(), text(remarks(r.results)))
	row[0] = cell{value: r.c.Sample.Number, link: s.b.folder(r.c.Sample.Number).link}
	s.row(row...)
}

// add writes a change of the population. The columns of the auditor stay blank
// and without boxes: the conclusion is on the samples.
func (s *testingSheet) add(r logged) {
	if s.b.p.Log == nil || len(s.letters) == 0 || r.outside {
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

// remarks gives the reason of each outcome that is neither met nor an
// exception: what needs review first, and of what does not apply the code.
func remarks(results []evidence.Result) string {
	var lines []string
	for _, o := range []evidence.Outcome{evidence.NeedsReview, evidence.Unable} {
		for _, r := range results {
			if r.Outcome == o {
				lines = append(lines, fmt.Sprintf("%s %s %s", r.Attribute, mark(r, nil).value, oneLine(r.Why, 400)))
			}
		}
	}
	if without := byCode(results, evidence.NotApplicable); without != "" {
		lines = append(lines, tickNotApplicable+" "+without)
	}
	return reasons(results, strings.Join(lines, "\n"))
}

// codes gives the same by the codes of the reasons.
func codes(results []evidence.Result) string {
	var lines []string
	for _, o := range []evidence.Outcome{evidence.NeedsReview, evidence.Unable, evidence.NotApplicable} {
		if said := byCode(results, o); said != "" {
			lines = append(lines, fmt.Sprint(mark(evidence.Result{Outcome: o}, nil).value, " ", said))
		}
	}
	return reasons(results, strings.Join(lines, "; "))
}

func reasons(results []evidence.Result, said string) string {
	if len(results) == 0 {
		return notTested
	}
	return orNone(said)
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
