package document

import (
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// limits are what the policy sets for emergencies. Where it sets none, the
// figures that are usual stand in, and are called so.
type limits struct {
	share       float64 // percent
	quarter     int
	shareText   string
	quarterText string
}

var (
	percentage = regexp.MustCompile(`([0-9]+(?:\.[0-9]+)?)\s*%`)
	aQuarter   = regexp.MustCompile(`\b([0-9]{1,6}) (?:a|per) quarter\b`)
)

func (r *readiness) limits() limits {
	l := limits{share: 10, quarter: 2}
	var hasShare, hasQuarter bool
	for _, a := range r.p.Attributes {
		if a.Letter != emergency {
			continue
		}
		for _, f := range a.Thresholds {
			if m := percentage.FindStringSubmatch(f.Value); m != nil && !hasShare {
				if v, err := strconv.ParseFloat(m[1], 64); err == nil {
					l.share, hasShare = v, true
				}
			}
			if m := aQuarter.FindStringSubmatch(f.Value); m != nil && !hasQuarter {
				if n, err := strconv.Atoi(m[1]); err == nil {
					l.quarter, hasQuarter = n, true
				}
			}
		}
	}
	said := func(ours bool) string {
		if ours {
			return " (policy)"
		}
		return " (usual; the policy sets none)"
	}
	l.shareText = strconv.FormatFloat(l.share, 'f', -1, 64) + " % of the changes" + said(hasShare)
	l.quarterText = thousands(l.quarter) + " a quarter" + said(hasQuarter)
	return l
}

// testedEmergencies reports whether changes were sorted into emergencies and others.
func (r *readiness) testedEmergencies() bool {
	return slices.ContainsFunc(r.s.attributes, func(t *tested) bool { return t.Letter == emergency })
}

func (r *readiness) overShare() bool {
	u := r.s.urgent
	return u.changes > 0 && 100*float64(u.emergencies)/float64(u.changes) > r.limits().share
}

// overQuarters gives the quarters with more emergencies than the limit.
func (r *readiness) overQuarters() []string {
	most := r.limits().quarter
	var over []string
	for _, name := range slices.Sorted(maps.Keys(r.s.quarters)) {
		if r.s.quarters[name].emergencies > most {
			over = append(over, or(name, "no date"))
		}
	}
	return over
}

func (r *readiness) emergenciesInShort() []Span {
	if !r.testedEmergencies() {
		return text("Not known: whether changes are emergencies was not tested")
	}
	u := r.s.urgent
	spans := []Span{{Text: thousands(u.emergencies), Bold: true}, {Text: " of " + amount(u.changes, "change") + ", " + share(u.emergencies, u.changes)}}
	switch {
	case r.overShare():
		spans = append(spans, Span{Text: ". "}, Span{Text: "! Above the limit of " + r.limits().shareText, Tone: Attention, Bold: true})
	case len(r.overQuarters()) > 0:
		spans = append(spans, Span{Text: ". "}, Span{Text: "! Above the limit of " + r.limits().quarterText, Tone: Attention, Bold: true})
	}
	if u.unknown > 0 {
		spans = append(spans, Span{Text: "; of " + thousands(u.unknown) + " it is not known"})
	}
	return spans
}

func (r *readiness) emergencySteps() []step {
	if !r.testedEmergencies() {
		return nil
	}
	var steps []step
	u := r.s.urgent
	if r.overShare() {
		steps = append(steps, step{Attention, text("Emergencies are more than " + r.limits().shareText), share(u.emergencies, u.changes), "Be ready to say why: many emergencies look like a way around the process. Check that each has an incident, an authorisation and its documents in time."})
	}
	if over := r.overQuarters(); len(over) > 0 {
		steps = append(steps, step{Attention, text("More emergencies than " + r.limits().quarterText), strings.Join(over, ", "), "Check that each has an incident, an authorisation and its documents in time."})
	}
	return steps
}

// emergencies counts them by quarter against both limits.
func (r *readiness) emergencies() []Block {
	if !r.testedEmergencies() || r.s.urgent.changes == 0 {
		return nil
	}
	l := r.limits()
	blocks := []Block{heading(1, "Emergencies"),
		para("A change counts as an emergency where the attribute for emergencies applies to it. Limits: " + l.shareText + ", and " + l.quarterText + ".")}
	var rows []Row
	add := func(name string, q *quarter, bold bool, most int) {
		unknown := ""
		if q.unknown > 0 {
			unknown = thousands(q.unknown)
		}
		count := []Span{{Text: thousands(q.emergencies), Bold: bold}}
		if most >= 0 && q.emergencies > most {
			count = []Span{{Text: "! " + thousands(q.emergencies), Tone: Attention, Bold: true}}
		}
		percent := Span{Text: share(q.emergencies, q.changes)}
		if q.changes > 0 && 100*float64(q.emergencies)/float64(q.changes) > l.share {
			percent = Span{Text: "! " + percent.Text, Tone: Attention, Bold: true}
		}
		rows = append(rows, row([]Span{{Text: name, Bold: bold}}, text(thousands(q.changes)), count, []Span{percent}, text(unknown)))
	}
	for _, name := range slices.Sorted(maps.Keys(r.s.quarters)) {
		add(or(name, "no date"), r.s.quarters[name], false, l.quarter)
	}
	add("Whole period", &r.s.urgent, true, -1)
	columns, rows := filled([]Column{{Title: "Quarter", Weight: 30}, {Title: "Changes tested", Weight: 18, Right: true}, {Title: "Emergencies", Weight: 17, Right: true},
		{Title: "Share", Weight: 15, Right: true}, {Title: "Not known", Weight: 20, Right: true}}, rows)
	return append(blocks, table(columns, rows))
}
