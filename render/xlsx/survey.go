package xlsx

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// survey counts what sheets say of all changes. It keeps nothing of a change
// but numbers and the accounts that it names.
type survey struct {
	changes int          // in the population; 0 where it was not read
	samples map[int]bool // that the population holds
	letters map[string]bool
	kinds   map[evidence.Kind]int                  // changes of the population that have records of a kind
	tested  [2]int                                 // of the samples, and of the population
	results [2]map[string]map[evidence.Outcome]int // likewise, by letter
	months  map[string]*monthFacts                 // of the population, by month of deployment
	people  map[string]*account                    // seen on any change
	order   []string                               // of the people's keys
}

// The two indices of a survey's counts.
const (
	ofSamples = iota
	ofPopulation
)

// monthFacts is what the metrics say of one month.
type monthFacts struct {
	changes, emergencies, undecided, reworked, exceptions int
	lead                                                  []time.Duration // from request to deployment
	byLetter                                              map[string]int  // exceptions
}

// take walks the samples and the population once.
func (b *book) take() (*survey, error) {
	s := &survey{samples: map[int]bool{}, letters: map[string]bool{}, months: map[string]*monthFacts{}, kinds: map[evidence.Kind]int{}, people: map[string]*account{},
		results: [2]map[string]map[evidence.Outcome]int{{}, {}}}
	for i := range b.p.Dossiers {
		d := &b.p.Dossiers[i]
		s.count(ofSamples, d.Results)
		s.see(d)
	}
	defer func() { s.order = slices.Sorted(maps.Keys(s.people)) }()
	if b.p.Log == nil {
		return s, nil
	}
	for d, err := range b.p.Log {
		if err != nil {
			return nil, err
		}
		s.changes++
		if n := d.Change.Sample.Number; n > 0 {
			s.samples[n] = true
		} else {
			s.see(&d)
		}
		s.count(ofPopulation, d.Results)
		seen := map[evidence.Kind]bool{}
		for _, it := range d.Change.Items {
			if !seen[it.Ref.Kind] {
				seen[it.Ref.Kind] = true
				s.kinds[it.Ref.Kind]++
			}
		}
		s.month(b, &d)
	}
	return s, nil
}

func (s *survey) count(of int, results []evidence.Result) {
	if len(results) > 0 {
		s.tested[of]++
	}
	for _, r := range results {
		s.letters[r.Attribute] = true
		if s.results[of][r.Attribute] == nil {
			s.results[of][r.Attribute] = map[evidence.Outcome]int{}
		}
		s.results[of][r.Attribute][r.Outcome]++
	}
}

func (s *survey) month(b *book, d *evidence.Dossier) {
	f := facts{c: &d.Change, b: b}
	name := f.month()
	m := s.months[name]
	if m == nil {
		m = &monthFacts{byLetter: map[string]int{}}
		s.months[name] = m
	}
	m.changes++
	if lead, ok := f.leadTime(); ok {
		m.lead = append(m.lead, lead)
	}
	if f.reworked() {
		m.reworked++
	}
	switch emergencyBy(d.Results) {
	case isEmergency:
		m.emergencies++
	case undecidedEmergency:
		m.undecided++
	}
	for _, r := range d.Results {
		if r.Outcome == evidence.Exception {
			m.exceptions++
			m.byLetter[r.Attribute]++
		}
	}
}

// month is that of deployment, in the package's zone; "" where none is known.
func (f facts) month() string {
	at := f.c.DeployedAt()
	switch {
	case at.IsZero():
		return ""
	case f.c.DeployedDayOnly():
		return at.UTC().Format("2006-01")
	}
	return at.In(f.b.zone).Format("2006-01")
}

// leadTime is from the ticket's creation to the first production deployment.
// Of a ticket that names a day alone, it is not known.
func (f facts) leadTime() (time.Duration, bool) {
	t, at := f.ticket(), f.c.DeployedAt()
	if t == nil || t.Created.IsZero() || at.IsZero() || f.c.DeployedDayOnly() || at.Before(t.Created) {
		return 0, false
	}
	return at.Sub(t.Created), true
}

// reworked reports whether the change takes another back, or was brought by a
// deployment that a rollback followed.
func (f facts) reworked() bool {
	title := strings.ToLower(f.description())
	if strings.HasPrefix(title, "revert ") || strings.HasPrefix(title, "revert:") || strings.HasPrefix(title, "reapply ") {
		return true
	}
	it, ok := f.c.FirstDeployment()
	if !ok || f.b.next[it.Ref].Course != courseRollback {
		return false
	}
	contained, known := f.contained(f.b.next[it.Ref].Ref)
	return !known || !contained
}

// monthsInOrder gives the months of the period and those that changes name.
func (b *book) monthsInOrder() []string {
	names := map[string]bool{}
	if b.p.Population != nil {
		for _, m := range b.p.Population.Months {
			names[m.Month] = true
		}
	}
	for name := range b.survey.months {
		if name != "" {
			names[name] = true
		}
	}
	return slices.Sorted(maps.Keys(names))
}

// shown is whose outcomes sheets about attributes count: those of the samples,
// or, where the workbook has none, of every change that was tested.
func (b *book) shown() (of int, who string) {
	if len(b.p.Dossiers) == 0 && b.survey.tested[ofPopulation] > 0 {
		return ofPopulation, "the " + plural(b.survey.tested[ofPopulation], "change") + " of the population that " + wasWere(b.survey.tested[ofPopulation]) + " tested"
	}
	return ofSamples, "the samples"
}

// outcomes words how the changes came out on one attribute.
func outcomes(counts map[evidence.Outcome]int) string {
	var said []string
	for _, o := range outcomeOrder() {
		if n := counts[o]; n > 0 {
			said = append(said, fmt.Sprint(n, " ", o))
		}
	}
	if len(said) == 0 {
		return notTested
	}
	return strings.Join(said, ", ")
}

func outcomeOrder() []evidence.Outcome {
	return []evidence.Outcome{evidence.Met, evidence.Exception, evidence.NeedsReview, evidence.Unable, evidence.NotApplicable}
}
