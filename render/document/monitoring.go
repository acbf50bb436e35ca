package document

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// monitoring shows what was measured around the deployment.
func (v *view) monitoring() *Document {
	d := v.begin("monitoring_confirmation", KindMonitoring, "Monitoring confirmation")
	d.Headline = "Measurements around the deployment"
	if pr, ok := v.c.Subject(); ok {
		d.Mark = fmt.Sprintf("#%d", pr.PullRequest.Number)
		d.Subtitle = []Span{{Text: pr.PullRequest.Title}}
	} else if it, ok := v.subjectTicket(); ok {
		d.Mark = it.Ticket.Key
		d.Subtitle = []Span{{Text: it.Ticket.Title}}
	}
	signals := slices.DeleteFunc(v.c.All(evidence.KindSignal), func(it evidence.Item) bool { return it.Signal == nil })
	slices.SortStableFunc(signals, func(a, b evidence.Item) int {
		return cmp.Or(a.Signal.At.Compare(b.Signal.At), cmp.Compare(a.Signal.Service, b.Signal.Service), cmp.Compare(a.Signal.Name, b.Signal.Name))
	})
	had := len(signals) > 0
	if had {
		d.cite(signals...)
		d.SourceURL = safeURL(signals[0].Signal.URL)
		d.add(v.monitoringFacts(signals))
		d.add(v.signalOverview(signals)...)
	}
	if had {
		d.add(v.gapNotes(v.gapsOf(evidence.KindSignal))...)
	}
	for _, it := range signals {
		d.add(v.signal(it.Signal)...)
	}
	exhibits := v.addExhibits(d, "post-deployment monitoring", "monitor", "post-deploy", "smoke", "valid", "verif", "dashboard")
	if !had {
		if !exhibits {
			d.Badges = []Badge{{"Not obtained", GapTone}}
		}
		searched := "No measurement is among the collected records."
		if v.c.DeployedAt().IsZero() {
			searched += " The time of the deployment is not known, and measurements are asked for around it."
		}
		d.Blocks = append(v.nothing("measurement around the deployment", searched, evidence.KindSignal), d.Blocks...)
	}
	return d
}

func (v *view) monitoringFacts(signals []evidence.Item) Block {
	var f factList
	s := signals[0].Signal
	f.must("Deployment", v.deployedAt(s.At))
	f.must("Service", text(s.Service))
	f.must("Window before", textf("%s, from %s", between(s.Before.From, s.Before.To), v.clock.UTC(s.Before.From)))
	f.must("Window after", textf("%s, to %s", between(s.After.From, s.After.To), v.clock.UTC(s.After.To)))
	f.must("Signals", textf("%d", len(signals)))
	return f.block()
}

// stats are the values of one window.
type stats struct {
	n, beyond, invalid int
	min, max, last     float64
	lastAt             time.Time
}

func windowStats(w evidence.Window, t evidence.Threshold) stats {
	s := stats{min: math.Inf(1), max: math.Inf(-1)}
	for _, series := range w.Series {
		for _, p := range series.Points {
			s.n++
			if math.IsNaN(p.Value) || math.IsInf(p.Value, 0) {
				s.invalid++
				continue
			}
			s.min, s.max = min(s.min, p.Value), max(s.max, p.Value)
			if !p.At.Before(s.lastAt) {
				s.last, s.lastAt = p.Value, p.At
			}
			if t.Op != "" && !t.Holds(p.Value) {
				s.beyond++
			}
		}
	}
	return s
}

func (s stats) has() bool { return s.n > s.invalid }

func value(x float64, unit string) string {
	n := strconv.FormatFloat(x, 'g', 4, 64)
	if math.Abs(x) >= 1000 && math.Abs(x) < 1e15 {
		n = strconv.FormatFloat(x, 'f', 0, 64)
	}
	return n + prefixed(" ", unit)
}

// beyond gives "3 of 121 points above 1 %".
func (s stats) beyondText(t evidence.Threshold, unit string) string {
	switch {
	case s.n == 0:
		return "no data"
	case t.Op == "":
		return "no threshold configured"
	}
	word := map[string]string{"<": "at or above", "<=": "above", ">": "at or below", ">=": "below"}[t.Op]
	line := fmt.Sprintf("%d of %d points %s %s", s.beyond, s.n, word, value(t.Value, unit))
	if s.invalid > 0 {
		line += fmt.Sprintf("; %d not a number", s.invalid)
	}
	return line
}

func (v *view) signalOverview(signals []evidence.Item) []Block {
	var rows []Row
	for _, it := range signals {
		s := it.Signal
		for _, w := range []struct {
			name string
			w    evidence.Window
		}{{"before", s.Before}, {"after", s.After}} {
			st := windowStats(w.w, s.Threshold)
			r := row(text(s.Name), text(w.name), muted("no data"), nil, nil, text(st.beyondText(s.Threshold, s.Unit)))
			if st.has() {
				r = row(text(s.Name), text(w.name), text(value(st.min, s.Unit)), text(value(st.max, s.Unit)), text(value(st.last, s.Unit)), text(st.beyondText(s.Threshold, s.Unit)))
			}
			rows = append(rows, r)
		}
	}
	return []Block{heading(1, "Before and after"), table([]Column{{Title: "Signal", Weight: 24}, {Title: "Window", Weight: 10}, {Title: "Minimum", Weight: 12, Right: true},
		{Title: "Maximum", Weight: 12, Right: true}, {Title: "Last", Weight: 12, Right: true}, {Title: "Threshold", Weight: 30}}, rows)}
}

func (v *view) signal(s *evidence.Signal) []Block {
	blocks := []Block{heading(1, s.Name)}
	c := &Chart{Title: s.Name + prefixed(" · ", s.Service), Unit: s.Unit, From: s.Before.From, To: s.After.To, At: s.At, AtLabel: "deployment"}
	if c.From.IsZero() || c.From.After(s.After.From) {
		c.From = s.After.From
	}
	if c.To.Before(s.Before.To) {
		c.To = s.Before.To
	}
	for _, w := range []struct {
		label string
		w     evidence.Window
	}{{"before", s.Before}, {"after", s.After}} {
		if !w.w.From.IsZero() {
			c.Windows = append(c.Windows, Window{From: w.w.From, To: w.w.To, Label: w.label})
		}
	}
	if s.Threshold.Op != "" {
		sign := map[string]string{"<": "<", "<=": "≤", ">": ">", ">=": "≥"}[s.Threshold.Op]
		c.Threshold = &Threshold{Value: s.Threshold.Value, Label: "threshold " + sign + " " + value(s.Threshold.Value, s.Unit)}
	}
	all := mergedSeries(s)
	c.Series = all[:min(len(all), maxSeries)]
	if len(all) == 0 {
		c.Empty = "The source has no data for this query in these windows."
	}
	blocks = append(blocks, Block{Chart: c})
	if len(all) > maxSeries {
		blocks = append(blocks, paragraph(Span{Tone: Muted, Text: fmt.Sprintf(
			"Drawn: the first %d of %d series. The numbers above count all of them.", maxSeries, len(all))}))
	}
	var f factList
	f.wide("Query", code(s.Query))
	f.add("Threshold, from the configuration", text(thresholdText(s)))
	f.add("Step", text(duration(s.After.Step)))
	if safeURL(s.URL) != "" {
		f.add("Graph at the source", link("open the graph", s.URL))
	}
	return append(blocks, f.block())
}

const maxSeries = 6

func thresholdText(s *evidence.Signal) string {
	if s.Threshold.Op == "" {
		return "none"
	}
	return s.Threshold.Op + " " + value(s.Threshold.Value, s.Unit)
}

// mergedSeries puts the points before and after of one series together.
func mergedSeries(s *evidence.Signal) []Series {
	var list []Series
	index := map[string]int{}
	for _, w := range []evidence.Window{s.Before, s.After} {
		for _, series := range w.Series {
			i, ok := index[series.Labels]
			if !ok {
				i = len(list)
				index[series.Labels] = i
				list = append(list, Series{Label: or(series.Labels, s.Name)})
			}
			list[i].Points = append(list[i].Points, series.Points...)
		}
	}
	for i := range list {
		slices.SortStableFunc(list[i].Points, func(a, b evidence.Point) int { return a.At.Compare(b.At) })
	}
	slices.SortStableFunc(list, func(a, b Series) int { return cmp.Compare(a.Label, b.Label) })
	return list
}
