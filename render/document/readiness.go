package document

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// Bounds of what the readiness report names. What lies beyond is counted, and
// the workbook has it.
const (
	maxNamed   = 10  // changes under one heading
	maxReasons = 20  // lines of one note
	maxListed  = 100 // data sets, repositories and projects
)

// readiness is a population as the readiness report looks at it.
type readiness struct {
	p     evidence.Package
	pop   *evidence.Population
	clock Clock
	s     *survey
}

// Readiness is the report that management acts on before an audit begins: how
// many changes reached production, what may be missing from them, what to do
// about it in order of urgency, and how all of it was obtained. It counts days
// from p.AsOf, reads p.Log once, and names no more than a few changes under
// each heading, however many there are.
//
// An error means that there is no population, or that p.Log broke off.
func Readiness(p evidence.Package) (Document, error) {
	if p.Population == nil {
		return Document{}, errors.New("readiness report: the sources were not asked for the changes of the period: run `tickmark population` first")
	}
	s, err := surveyOf(p)
	if err != nil {
		return Document{}, fmt.Errorf("readiness report: reading the changes of the population: %w", err)
	}
	r := &readiness{p: p, pop: p.Population, clock: Clock{Zone: p.Zone}, s: s}
	d := &Document{Name: "readiness_report", Kind: KindReadiness, Title: "Readiness report", Headline: r.headline(), Subtitle: r.subtitle(),
		Badges: r.badges(), Simulated: p.Simulated, Origin: r.origin()}
	d.add(paragraph(Span{Tone: Muted, Text: "Prepared by management for its own use before the audit. It says what the systems record, what does not agree, and what to do while there is time. It draws no conclusion: that is the auditor's."}))
	d.add(r.glance())
	d.add(r.missing()...)
	d.section(1, "What to do, most urgent first", r.steps()...)
	d.add(r.expiry()...)
	d.add(r.tests()...)
	d.add(r.orphans()...)
	d.add(r.emergencies()...)
	d.add(r.edges()...)
	d.section(1, "Month by month", r.months()...)
	d.add(r.releases()...)
	d.add(r.numbers()...)
	d.add(r.messages()...)
	d.section(1, "What was read", r.datasets()...)
	d.section(1, "Who read it, and what they may see", r.principals()...)
	d.section(1, "How to check the list of changes by hand", r.check()...)
	return *d, nil
}

func (r *readiness) headline() string {
	return amount(r.pop.Size, "change") + " reached production in the period"
}

func (r *readiness) subtitle() []Span {
	spans := []Span{{Text: r.period(), Bold: true}, {Text: " · as of " + r.clock.Time(r.p.AsOf)}}
	if r.p.Organization != "" {
		spans = append([]Span{{Text: r.p.Organization + " · "}}, spans...)
	}
	return spans
}

// period gives the first and the last day where the period consists of whole
// days, and else the moments between which it lies.
func (r *readiness) period() string {
	from, to := r.in(r.pop.Period.From), r.in(r.pop.Period.To)
	zone := or(r.pop.Zone, from.Location().String())
	if midnight(from) && midnight(to) {
		return from.Format(time.DateOnly) + " to " + to.AddDate(0, 0, -1).Format(time.DateOnly) + ", days of " + zone
	}
	return from.Format("2006-01-02 15:04") + " up to " + to.Format("2006-01-02 15:04") + ", " + zone
}

func midnight(t time.Time) bool { return t.Hour() == 0 && t.Minute() == 0 && t.Second() == 0 }

// in gives a time in the zone in which days are counted.
func (r *readiness) in(t time.Time) time.Time {
	if r.p.Zone == nil {
		return t.UTC()
	}
	return t.In(r.p.Zone)
}

// day gives the day of a time, in the zone; "not known" for no time.
func (r *readiness) day(t time.Time) string {
	if t.IsZero() {
		return "not known"
	}
	return r.in(t).Format(time.DateOnly)
}

// days counts the midnights from the day of the report to that of t.
func (r *readiness) days(t time.Time) int {
	date := func(t time.Time) time.Time {
		y, m, d := r.in(t).Date()
		return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	}
	return int(date(t).Sub(date(r.p.AsOf)) / (24 * time.Hour))
}

// inDays says how far t lies from the day of the report.
func (r *readiness) inDays(t time.Time) string {
	switch n := r.days(t); {
	case n < -1:
		return amount(-n, "day") + " ago"
	case n == -1:
		return "yesterday"
	case n == 0:
		return "today"
	case n == 1:
		return "tomorrow"
	default:
		return "in " + amount(n, "day")
	}
}

// over reports whether the period had ended when the sources were read.
func (r *readiness) over() bool { return !r.p.AsOf.Before(r.pop.Period.To) }

func (r *readiness) badges() []Badge {
	var badges []Badge
	if n := len(r.reasons()); n > 0 {
		badges = append(badges, Badge{"may be incomplete", GapTone})
	} else {
		badges = append(badges, Badge{"nothing known to be cut off", Good})
	}
	if !r.over() {
		badges = append(badges, Badge{"the period is not over", Attention})
	}
	switch n := r.s.roll[evidence.KeyException] + r.s.roll[evidence.OtherException]; {
	case r.s.tested == 0:
		badges = append(badges, Badge{"not tested yet", Attention})
	case n > 0:
		badges = append(badges, Badge{amount(n, "change") + " with exceptions", Bad})
	}
	if n := len(r.pop.Orphans); n > 0 {
		badges = append(badges, Badge{amount(n, "record") + " without counterpart", Attention})
	}
	return badges
}

func (r *readiness) origin() string {
	return amount(len(r.pop.Datasets), "data set") + ", listed under “What was read”\nSHA-256 of the list of changes: " + or(r.pop.SHA256, "not recorded")
}

// glance answers the questions that a manager has first.
func (r *readiness) glance() Block {
	var f factList
	f.must("Changes that reached production", r.howMade())
	f.must("Is that all of them?", r.whole())
	f.must("Exceptions in management's own test", r.exceptionsInShort())
	f.must("Records that do not agree", r.orphansInShort())
	f.must("Evidence that is deleted next", r.expiryInShort())
	f.must("Emergencies", r.emergenciesInShort())
	return f.block()
}

func (r *readiness) howMade() []Span {
	var pulls, commits, tickets int
	for _, m := range r.pop.Months {
		pulls, commits, tickets = pulls+m.PullRequests, commits+m.Commits, tickets+m.Tickets
	}
	doubtful := 0
	for _, o := range r.pop.Orphans {
		if o.Kind == "ticket done without deployment" {
			doubtful++
		}
	}
	made := fmt.Sprintf(": %s by pull request, %s by commits without one, %s by ticket alone", thousands(pulls), thousands(commits), thousands(tickets))
	if doubtful > 0 {
		made += ", " + thousands(doubtful) + " of these in doubt"
	}
	return []Span{{Text: thousands(r.pop.Size), Bold: true}, {Text: made}}
}

func (r *readiness) whole() []Span {
	n := len(r.reasons())
	if n == 0 {
		return text(r.nothingCut())
	}
	return []Span{{Text: "∅ May be incomplete", Tone: GapTone, Bold: true}, {Text: ": " + amount(n, "reason") + " below"}}
}

// nothingCut says as much as is known where no sign of anything cut was found.
func (r *readiness) nothingCut() string {
	s := "Nothing is known to be cut off"
	unseen := slices.ContainsFunc(r.pop.Visible, func(v evidence.Visibility) bool { return v.State != "visible" })
	if len(r.pop.Visible) > 0 && !unseen {
		s += ", and every configured place could be seen"
	}
	if n := len(r.doubts()); n > 0 {
		s += "; " + amount(n, "point") + " to be looked at below"
	}
	if !r.over() {
		s += "; the period goes on until " + r.day(r.pop.Period.To.Add(-1))
	}
	return s
}

func (r *readiness) orphansInShort() []Span {
	if len(r.pop.Orphans) == 0 {
		return text("None")
	}
	kinds := map[string]bool{}
	for _, o := range r.pop.Orphans {
		kinds[o.Kind] = true
	}
	return []Span{{Text: thousands(len(r.pop.Orphans)), Bold: true}, {Text: ", of " + amount(len(kinds), "kind")}}
}

// amount is count with a comma in thousands.
func amount(n int, one string) string {
	_, words, _ := strings.Cut(count(n, one), " ")
	return thousands(n) + " " + words
}

func thousands(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// share gives part of all in percent, with one digit. What is not all is
// never 100, and what is not nothing never 0.
func share(part, all int) string {
	if all == 0 {
		return "–"
	}
	p := 100 * float64(part) / float64(all)
	switch {
	case part > 0 && p < 0.1:
		return "under 0.1 %"
	case part < all && p > 99.9:
		return "over 99.9 %"
	}
	return strings.TrimSuffix(strconv.FormatFloat(p, 'f', 1, 64), ".0") + " %"
}

// more says that the workbook has what is not named here; nothing where all is.
func more(left int, one, which, sheet string) []Block {
	if left <= 0 {
		return nil
	}
	return []Block{paragraph(Span{Tone: Muted, Text: "and " + amount(left, "more "+one) + which + " in the workbook, sheet " + sheet + "."})}
}
