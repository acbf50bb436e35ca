package xlsx

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// emergencyLetter is the attribute that tests emergencies.
const emergencyLetter = "P"

// emergencyWord is what the test of emergencies makes of a change.
type emergencyWord int

const (
	unknownEmergency emergencyWord = iota // not tested
	noEmergency
	isEmergency
	undecidedEmergency // what would decide it was not obtained
)

func emergencyBy(results []evidence.Result) emergencyWord {
	if _, ok := resultOf(results, emergencyLetter); !ok {
		return unknownEmergency
	}
	switch is, known := evidence.Emergency(results); {
	case !known:
		return undecidedEmergency
	case is:
		return isEmergency
	}
	return noEmergency
}

func resultOf(results []evidence.Result, letter string) (evidence.Result, bool) {
	for _, r := range results {
		if r.Attribute == letter {
			return r, true
		}
	}
	return evidence.Result{}, false
}

// emergency says whether the change is one: by the test, or else in the words
// of the ticket and the labels.
func (f facts) emergency(results []evidence.Result) string {
	switch emergencyBy(results) {
	case isEmergency:
		return "yes"
	case noEmergency:
		return "no"
	case undecidedEmergency:
		return "could not be decided"
	}
	var words []string
	if t := f.ticket(); t != nil {
		words = append(words, t.Labels...)
		for _, field := range t.Fields {
			words = append(words, oneLine(prose(field.Value), 60))
		}
	}
	if pr := f.pullRequest(); pr != nil {
		words = append(words, pr.Labels...)
	}
	for _, w := range words {
		low := strings.ToLower(w)
		if strings.HasPrefix(low, "emergency") || strings.HasPrefix(low, "hotfix") {
			return notTested + "; called " + oneLine(w, 60)
		}
	}
	return notTested
}

// emergencySheet lists the emergencies with what the test read of each.
type emergencySheet struct {
	*sheet
	quiet bool
	n     int
}

func newEmergencySheet(b *book) changeSheet {
	s := &emergencySheet{sheet: b.open(sheetEmergency, layout{printed: 9, paper: 9, parts: true, labels: 2, columns: []column{
		{title: "Sample #", width: 11, core: true},
		{title: "Change", width: 26, core: true},
		{title: "Deployed (UTC)", width: 19, core: true},
		{title: "Outcome of P", width: 16, core: true},
		{title: "Elapsed (h)", width: 13, core: true, number: true},
		{title: "Incident", width: 16, core: true},
		{title: "Authoriser", width: 26, core: true},
		{title: "Retroactive approval", width: 28, core: true},
		{title: "Why", width: 40, core: true},
		{title: "All values read", width: 140},
	}, lead: "Changes that the policy takes for emergencies, with the time that their formal record took. An auditor asks of each: was it one, was it authorised, was it documented, and are they rare?" + b.withheld()})}
	if _, tested := b.survey.letters[emergencyLetter]; !tested {
		s.quiet = true
		s.silent("Nothing was tested: no change of this package has an outcome for attribute P, so it is not known which changes are emergencies. The column \"Emergency\" of the Change Log gives what tickets and labels say.")
		return s
	}
	s.share()
	s.section("The emergencies")
	s.header()
	return s
}

// share counts emergencies beside the limits of the policy.
func (s *emergencySheet) share() {
	s.section("How many, beside the limits")
	for _, t := range s.b.attribute(emergencyLetter).Thresholds {
		s.fact("Policy: "+t.Name, text(t.Value))
	}
	if s.b.p.Log == nil {
		s.note("The population was not read, so shares and quarters are not known: run `tickmark population`. The table below holds the samples alone.")
		return
	}
	if !s.b.tells() {
		s.note(strings.TrimSpace(s.b.withheld()) + " So shares and quarters are not told, and the table below holds the samples alone.")
		return
	}
	s.gap()
	s.heads(wide(text("Quarter of deployment"), 2), numbers("Changes"), numbers("Emergencies"), numbers("Share"), numbers("Undecided"), wide(text("What it means"), 3))
	var all monthFacts
	for _, q := range s.b.quarters() {
		all.changes, all.emergencies, all.undecided = all.changes+q.changes, all.emergencies+q.emergencies, all.undecided+q.undecided
		s.quarter(q.name, q.monthFacts, lookDefault)
	}
	s.quarter("Whole period", all, lookStrong)
}

func (s *emergencySheet) quarter(name string, q monthFacts, l look) {
	part, means := text("none"), ""
	if q.changes > 0 {
		part = cell{value: share(float64(q.emergencies) / float64(q.changes))}
	}
	if q.undecided > 0 {
		means = fmt.Sprintf("Of %s it could not be decided whether they are emergencies.", plural(q.undecided, "change"))
	}
	s.row(wide(lookingLike(l, name), 2), count(q.changes), count(q.emergencies), part, count(q.undecided), wide(remark(means), 3))
}

// quarter is the count of one calendar quarter.
type quarter struct {
	name string
	monthFacts
}

// quarters counts by calendar quarter of deployment.
func (b *book) quarters() []quarter {
	var all []quarter
	for _, name := range b.monthsInOrder() {
		month, err := time.Parse("2006-01", name)
		if err != nil {
			continue
		}
		q := fmt.Sprintf("%d Q%d", month.Year(), (int(month.Month())+2)/3)
		if len(all) == 0 || all[len(all)-1].name != q {
			all = append(all, quarter{name: q})
		}
		if m := b.survey.months[name]; m != nil {
			last := &all[len(all)-1]
			last.changes, last.emergencies, last.undecided = last.changes+m.changes, last.emergencies+m.emergencies, last.undecided+m.undecided
		}
	}
	return all
}

func (s *emergencySheet) add(r logged) {
	res, ok := resultOf(r.results, emergencyLetter)
	// What the lists do not tell of changes that are no sample is counted above.
	untold := r.listed() && res.Outcome == evidence.Unable && emergencyBy(r.results) == undecidedEmergency
	if s.quiet || !ok || res.Outcome == evidence.NotApplicable || untold {
		return
	}
	s.n++
	sample := text(notSampled)
	if !r.listed() {
		sample = cell{value: r.c.Sample.Number, link: s.b.folder(r.c.Sample.Number).link}
	}
	incident := readFact(res, "incident")
	if incident == "" {
		incident = r.incident()
	}
	s.row(sample, text(r.changeID()), r.deployedAt(), outcomeSaid(res, r.numbers), elapsed(res), text(incident),
		text(said(readFact(res, "authorization", "authoriz", "authoris"))), text(said(readFact(res, "approved afterwards", "retro"))), text(res.Why), text(said(allRead(res))))
}

// outcomeSaid gives an outcome by its mark and its word.
func outcomeSaid(r evidence.Result, numbers map[string]int) cell {
	said := fmt.Sprint(mark(r, numbers).value, " ", r.Outcome)
	if r.Outcome == evidence.Met {
		return text(said)
	}
	return lookingLike(lookStrong, said)
}

func (s *emergencySheet) end() error {
	if !s.quiet {
		if s.n == 0 {
			s.silent("None of the tested changes is an emergency.")
		}
		s.gap()
		s.note("Elapsed is the time from the deployment or its authorisation to the formal record, in hours, as attribute P read it; \"All values read\" has every value with its name. A share is of all changes that reached production. Whether a limit is kept is for the reader to judge.")
	}
	return s.close()
}

// readFact gives the value that a test read whose name holds one of the words,
// the first word before the others.
func readFact(r evidence.Result, words ...string) string {
	for _, w := range words {
		for _, fact := range r.Read {
			if strings.Contains(strings.ToLower(fact.Name), w) {
				return oneLine(fact.Value, 300)
			}
		}
	}
	return ""
}

// elapsed gives the time to the formal record, as a number of hours where what
// the test read begins with one: "54 h 46 min after the deployment".
func elapsed(r evidence.Result) cell {
	for _, fact := range r.Read {
		name := strings.ToLower(fact.Name)
		if !strings.HasPrefix(name, "elapsed") || strings.Contains(name, "approval") {
			continue
		}
		if hours, ok := hoursOf(fact.Value); ok {
			return cell{value: decimal(hours)}
		}
		return text(said(oneLine(fact.Value, 100)))
	}
	return text(noneRecorded)
}

func hoursOf(s string) (float64, bool) {
	m := regexp.MustCompile(`^(?:(\d{1,6}(?:\.\d+)?) h(?:ours)?)?(?: ?(\d{1,4}) min)?\b`).FindStringSubmatch(s)
	if m == nil || m[1] == "" && m[2] == "" {
		return 0, false
	}
	hours, _ := strconv.ParseFloat(or(m[1], "0"), 64) // the pattern lets numbers through alone
	minutes, _ := strconv.ParseFloat(or(m[2], "0"), 64)
	return hours + minutes/60, true
}

// allRead lists the values that a test read.
func allRead(r evidence.Result) string {
	var lines []string
	for _, fact := range r.Read {
		lines = append(lines, oneLine(fact.Name+": "+fact.Value, 400))
	}
	return strings.Join(lines, "; ")
}
