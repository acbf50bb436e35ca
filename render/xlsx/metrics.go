package xlsx

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// The columns of the months that charts are drawn from.
const (
	colMonth = iota
	colChanges
	colTried
	colSucceeded
	colSuccess
	colRollbacks
	colTimed
	colMedian
	colNinetieth
	colEmergencies
	colEmergencyShare
	colReworked
	colRework
	colExceptions
	metricColumns
)

// metric is what is told of one month, or of the whole period.
type metric struct {
	name                        string
	tried, succeeded, rollbacks int
	monthFacts
}

// metricsSheet counts by month, and draws it.
func metricsSheet(b *book) error {
	columns := []column{{title: "Month", width: 15, core: true}}
	for _, title := range []string{"Changes", "Production deployments tried", "of them succeeded", "Success rate", "Rollbacks", "Changes with a lead time", "Lead time, median (days)", "Lead time, 90th percentile (days)",
		"Emergencies", "Emergency share", "Reworked", "Rework share", "Exceptions"} {
		columns = append(columns, column{title: title, width: 12.5, core: true, number: true})
	}
	s := b.open(sheetMetrics, layout{printed: metricColumns, parts: true, labels: 1, columns: columns,
		lead: "By month of the first production deployment. Blank: there was nothing to measure in that month. Whether a figure is good is for the reader to judge." + b.withheld()})
	if b.p.Log == nil {
		s.silent("The population was not read, and figures of the samples alone would mislead. Run `tickmark population`.")
		return s.close()
	}
	s.section("Months")
	s.put(58, titles(s.columns))
	first := s.at + 1
	all := metric{name: "Whole period", monthFacts: monthFacts{byLetter: map[string]int{}}}
	months := b.metrics()
	for _, m := range months {
		s.metric(m, lookDefault)
		all.sum(m)
	}
	last := s.at
	if undated := b.survey.months[""]; undated != nil {
		m := metric{name: "no date", monthFacts: *undated}
		s.metric(m, lookDefault)
		all.sum(m)
	}
	s.metric(all, lookStrong)
	byLetter := s.byAttribute(months)
	s.gap()
	for _, n := range []string{
		"Success rate: production deployments that were reported successful, of all that were tried; a rollback is a deployment that goes back, in the ledger's word.",
		"Lead time: from the creation of the ticket to the first production deployment, for changes of which both moments are known.",
		"Emergencies: changes that attribute P takes for emergencies. Share: of the changes of the month. Where nothing was tested or is told, they are blank.",
		"Reworked: changes whose title takes an earlier one back (\"Revert …\"), and changes whose deployment was followed by a rollback that is not known to contain them.",
	} {
		s.note(n)
	}
	if last >= first {
		s.charts(first, last, byLetter)
	}
	return s.close()
}

// metrics gives the months in order.
func (b *book) metrics() []metric {
	var all []metric
	for _, name := range b.monthsInOrder() {
		m := metric{name: name, monthFacts: monthFacts{byLetter: map[string]int{}}}
		if known := b.survey.months[name]; known != nil {
			m.monthFacts = *known
		}
		all = append(all, m)
	}
	if b.p.Population == nil {
		return all
	}
	for _, r := range b.p.Population.Releases {
		at := r.Succeeded
		if at.IsZero() {
			at = r.Created
		}
		i := slices.IndexFunc(all, func(m metric) bool { return m.name == at.In(b.zone).Format("2006-01") })
		if i < 0 {
			continue // outside the period
		}
		all[i].tried++
		if !r.Succeeded.IsZero() {
			all[i].succeeded++
		}
		if r.Course == courseRollback {
			all[i].rollbacks++
		}
	}
	return all
}

func (m *metric) sum(o metric) {
	m.tried, m.succeeded, m.rollbacks = m.tried+o.tried, m.succeeded+o.succeeded, m.rollbacks+o.rollbacks
	m.changes, m.emergencies, m.reworked, m.exceptions = m.changes+o.changes, m.emergencies+o.emergencies, m.reworked+o.reworked, m.exceptions+o.exceptions
	m.lead = append(m.lead, o.lead...)
}

func (s *sheet) metric(m metric, l look) {
	part := func(n, of int) cell {
		if of == 0 {
			return cell{}
		}
		return cell{value: share(float64(n) / float64(of))}
	}
	row := []cell{lookingLike(l, m.name), count(m.changes), count(m.tried), count(m.succeeded), part(m.succeeded, m.tried), count(m.rollbacks),
		count(len(m.lead)), percentile(m.lead, 50), percentile(m.lead, 90), {}, {}, count(m.reworked), part(m.reworked, m.changes), {}}
	if s.b.survey.letters[emergencyLetter] && s.b.tells() {
		row[colEmergencies], row[colEmergencyShare] = count(m.emergencies), part(m.emergencies, m.changes)
	}
	if s.b.tells() {
		row[colExceptions] = count(m.exceptions)
	}
	s.row(row...)
}

// percentile gives the value below or at which that many of a hundred lie, in days.
func percentile(all []time.Duration, percent int) cell {
	if len(all) == 0 {
		return cell{}
	}
	in := slices.Sorted(slices.Values(all))
	at := (len(in)*percent + 99) / 100
	return cell{value: decimal(in[max(0, at-1)].Hours() / 24)}
}

// byAttribute counts exceptions by attribute and month. It gives the rows of
// the attributes, and the column of their sums.
func (s *sheet) byAttribute(months []metric) (at area) {
	if !s.b.tells() {
		s.section("Exceptions by attribute")
		s.silent(or(strings.TrimSpace(s.b.withheld()), "Nothing was tested."))
		return at
	}
	const most = metricColumns - 2 // months that fit beside the letter and the sum
	shown := months[max(0, len(months)-most):]
	s.section("Exceptions of the whole population by attribute and month")
	heads := []cell{text("Attribute"), numbers("All months")}
	for _, m := range shown {
		heads = append(heads, numbers(m.name))
	}
	s.heads(heads...)
	at.first = s.at + 1
	for _, letter := range s.b.letters() {
		row := []cell{lookingLike(lookStrong, letter), count(s.b.survey.results[ofPopulation][letter][evidence.Exception])}
		for _, m := range shown {
			row = append(row, count(m.byLetter[letter]))
		}
		s.row(row...)
	}
	at.last = s.at
	if len(shown) < len(months) {
		s.note(fmt.Sprintf("The last %d of %d months are shown; \"All months\" counts all.", len(shown), len(months)))
	}
	return at
}

// area is a run of rows.
type area struct{ first, last int }
