package document

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// survey is what one walk over the changes leaves behind. It grows with the
// number of attributes and days, not with that of changes.
type survey struct {
	walked int  // changes that came
	whole  bool // they are the whole population, not the samples alone
	tested int
	roll   map[evidence.Overall]int // tested changes by what their results come to

	attributes []*tested // that were tested, key attributes first, then by letter
	undecided  []*reason
	quarters   map[string]*quarter
	urgent     quarter // of the whole period
	days       map[string]int
	gaps       map[evidence.Reason]*lack
	answered   int // exceptions to which management has responded
	open       int // results that need review or could not be tested
	settled    int // of them, those on which a person has concluded
	exceptions int // results, of all attributes
	known      map[string]known
}

// tested is what became of one attribute.
type tested struct {
	evidence.Attribute
	outcomes map[evidence.Outcome]int
	named    []exception // the first ones
}

// exception is one that is named.
type exception struct {
	change   known
	why      string
	response string
}

// reason is one cause for which changes could not be decided.
type reason struct {
	attribute evidence.Attribute
	outcome   evidence.Outcome
	code, why string // why of the first change
	changes   int
}

// quarter counts the emergencies of a quarter.
type quarter struct{ changes, emergencies, unknown int }

// lack counts the evidence that was not obtained for one reason.
type lack struct{ gaps, changes int }

// known is a change as the report names it.
type known struct {
	id, title, url string
	deployed       string // day
	records        map[evidence.Ref]string
}

// emergency is the letter of the attribute that applies to emergencies alone.
const emergency = "P"

// surveyor walks over the changes.
type surveyor struct {
	s       *survey
	p       evidence.Package
	clock   Clock
	wanted  map[string]bool // changes of which the title is wanted
	said    evidence.Said
	letters map[string]*tested
	reasons map[[3]string]*reason
}

func surveyOf(p evidence.Package) (*survey, error) {
	w := &surveyor{p: p, clock: Clock{Zone: p.Zone}, wanted: wantedNames(p.Population.Orphans), said: evidence.NewSaid(p.Responses),
		letters: map[string]*tested{}, reasons: map[[3]string]*reason{},
		s: &survey{whole: p.Log != nil, roll: map[evidence.Overall]int{}, quarters: map[string]*quarter{}, days: map[string]int{}, gaps: map[evidence.Reason]*lack{}, known: map[string]known{}}}
	if p.Log == nil {
		for _, d := range p.Dossiers {
			w.change(d)
		}
		return w.done(), nil
	}
	for d, err := range p.Log {
		if err != nil {
			return nil, err
		}
		w.change(d)
	}
	return w.done(), nil
}

// wantedNames gives the changes of the orphans that will be named.
func wantedNames(orphans []evidence.Orphan) map[string]bool {
	wanted, kinds := map[string]bool{}, map[string]int{}
	for _, o := range orphans {
		if kinds[o.Kind]++; kinds[o.Kind] <= maxNamed {
			wanted[o.Change] = true
		}
	}
	return wanted
}

func (w *surveyor) done() *survey {
	w.s.attributes = slices.SortedFunc(maps.Values(w.letters), func(a, b *tested) int { return byWeight(a.Attribute, b.Attribute) })
	rank := func(r *reason) int {
		if r.outcome == evidence.NeedsReview {
			return 0
		}
		return 1
	}
	w.s.undecided = slices.SortedFunc(maps.Values(w.reasons), func(a, b *reason) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), byWeight(a.attribute, b.attribute), cmp.Compare(b.changes, a.changes), cmp.Compare(a.code, b.code))
	})
	return w.s
}

// byWeight puts key attributes first, and each group in order of letter.
func byWeight(a, b evidence.Attribute) int {
	if a.Key != b.Key {
		if a.Key {
			return -1
		}
		return 1
	}
	return cmp.Compare(a.Letter, b.Letter)
}

func (w *surveyor) change(d evidence.Dossier) {
	v := &view{d: d, c: &d.Change, p: w.p, clock: w.clock}
	w.s.walked++
	k := known{id: v.changeID(), deployed: v.deployedDay()}
	if w.s.whole && k.deployed != "" {
		w.s.days[k.deployed]++
	}
	name := func() known {
		if k.title == "" {
			k.title, k.url = v.changeTitle(), v.changeURL()
		}
		return k
	}
	if w.wanted[k.id] {
		named := name()
		named.records = map[evidence.Ref]string{}
		for _, it := range v.c.Items {
			if url := safeURL(pageOf(it)); url != "" {
				named.records[it.Ref] = url
			}
		}
		w.s.known[k.id] = named
	}
	w.lacks(v.c.Gaps)
	w.results(d, k, name)
}

func (w *surveyor) lacks(gaps []evidence.Gap) {
	seen := map[evidence.Reason]bool{}
	for _, g := range gaps {
		l := w.s.gaps[g.Reason]
		if l == nil {
			l = &lack{}
			w.s.gaps[g.Reason] = l
		}
		l.gaps++
		if !seen[g.Reason] {
			seen[g.Reason] = true
			l.changes++
		}
	}
}

// results counts the results of one change, and names it where it is among
// the first exceptions to an attribute.
func (w *surveyor) results(d evidence.Dossier, k known, name func() known) {
	results := d.Results
	if len(results) == 0 {
		return
	}
	w.s.tested++
	for _, r := range results {
		t := w.attribute(r.Attribute)
		t.outcomes[r.Outcome]++
		switch r.Outcome {
		case evidence.Exception:
			w.exception(t, r, &d.Change, name)
		case evidence.NeedsReview, evidence.Unable:
			w.undecided(t, r, &d.Change)
		}
	}
	w.s.roll[evidence.RollUpOf(results, w.p.Attributes).Overall]++
	w.urgent(k.deployed, results)
}

func (w *surveyor) attribute(letter string) *tested {
	if t := w.letters[letter]; t != nil {
		return t
	}
	t := &tested{Attribute: evidence.Attribute{Letter: letter}, outcomes: map[evidence.Outcome]int{}}
	if i := slices.IndexFunc(w.p.Attributes, func(a evidence.Attribute) bool { return a.Letter == letter }); i >= 0 {
		t.Attribute = w.p.Attributes[i]
	}
	w.letters[letter] = t
	return t
}

func (w *surveyor) exception(t *tested, r evidence.Result, c *evidence.Change, name func() known) {
	w.s.exceptions++
	response := ""
	if said, ok := w.said.To(c, r); ok && said.Answers() {
		response = or(said.Status, "written")
		w.s.answered++
	}
	if len(t.named) < maxNamed {
		t.named = append(t.named, exception{change: name(), why: r.Why, response: response})
	}
}

func (w *surveyor) undecided(t *tested, r evidence.Result, c *evidence.Change) {
	w.s.open++
	if said, ok := w.said.To(c, r); ok && said.Settles(r) {
		w.s.settled++
	}
	key := [3]string{t.Letter, string(r.Outcome), r.Code}
	if w.reasons[key] == nil {
		w.reasons[key] = &reason{attribute: t.Attribute, outcome: r.Outcome, code: r.Code, why: r.Why}
	}
	w.reasons[key].changes++
}

// urgent counts a tested change in its quarter.
func (w *surveyor) urgent(day string, results []evidence.Result) {
	is, known := evidence.Emergency(results)
	name := quarterOf(day)
	q := w.s.quarters[name]
	if q == nil {
		q = &quarter{}
		w.s.quarters[name] = q
	}
	for _, q := range []*quarter{q, &w.s.urgent} {
		q.changes++
		switch {
		case !known:
			q.unknown++
		case is:
			q.emergencies++
		}
	}
}

// quarterOf gives "2026 Q1" for a day, "" for none.
func quarterOf(day string) string {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return ""
	}
	return fmt.Sprintf("%d Q%d", t.Year(), (int(t.Month())+2)/3)
}

// changeID names the change as the population does.
func (v *view) changeID() string {
	return v.c.ID()
}

// changeURL is the page of the record that the change is named by.
func (v *view) changeURL() string {
	it, ok := v.subject()
	if !ok {
		return ""
	}
	return safeURL(pageOf(it))
}

// deployedDay is the day on which the change reached production; "" where that
// is not known.
func (v *view) deployedDay() string {
	at := v.c.DeployedAt()
	switch {
	case at.IsZero():
		return ""
	case v.c.DeployedDayOnly() || v.p.Zone == nil:
		return at.UTC().Format(time.DateOnly)
	}
	return at.In(v.p.Zone).Format(time.DateOnly)
}
