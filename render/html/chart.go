package html

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"golang.org/x/net/html"

	"github.com/tickmark-dev/tickmark/render/document"
)

// Sizes of a chart, in units of its drawing.
const (
	chartW, chartH           = 760.0, 250.0
	plotX, plotY             = 60.0, 46.0
	plotW, plotH             = chartW - plotX - 14, chartH - plotY - 30
	ticks, timeMarks, colour = 4, 4, 6
)

// scale maps a chart's times and values to the drawing.
type scale struct {
	from   time.Time
	total  float64 // seconds
	lo, hi float64
}

func (s scale) x(t time.Time) float64 {
	if s.total <= 0 {
		return plotX
	}
	return plotX + plotW*min(max(t.Sub(s.from).Seconds()/s.total, 0), 1)
}

func (s scale) y(v float64) float64 {
	return plotY + plotH - plotH*min(max((v-s.lo)/(s.hi-s.lo), 0), 1)
}

// chart draws a measurement before and after the deployment.
func (p *page) chart(c *document.Chart) *html.Node {
	lo, hi := chartRange(c)
	marks := niceTicks(lo, hi)
	s := scale{from: c.From, total: c.To.Sub(c.From).Seconds(), lo: min(lo, marks[0]), hi: max(hi, marks[len(marks)-1])}
	svg := shape("svg", "viewBox", fmt.Sprintf("0 0 %g %g", chartW, chartH), "role", "img", "aria-label", chartLabel(c))
	for _, w := range c.Windows {
		a, b := s.x(w.From), s.x(w.To)
		add(svg, shape("rect", "class", "window", "x", number(a), "y", number(plotY), "width", number(max(b-a, 1)), "height", number(plotH)),
			label(w.Label, (a+b)/2, plotY-4, "middle", "axis"))
	}
	for _, v := range marks {
		add(svg, line(plotX, s.y(v), plotX+plotW, s.y(v), "grid"), label(value(v), plotX-6, s.y(v)+4, "end", "axis"))
	}
	timeAxis(svg, s, c)
	for i, series := range c.Series {
		drawSeries(svg, s, series, fmt.Sprintf("c%d", i%colour))
	}
	chartMarks(svg, s, c)
	if c.Empty != "" {
		add(svg, label("∅ "+c.Empty, plotX+plotW/2, plotY+plotH/2, "middle", "empty"))
	}
	caption := el("figcaption", "", el("strong", "", text(c.Title)))
	if c.Unit != "" {
		add(caption, el("span", "sub", text("in "+c.Unit)))
	}
	return el("figure", "chart", caption, set(el("div", "drawing", svg), "tabindex", "0"), legend(c))
}

// chartLabel says what a chart shows to who does not see it.
func chartLabel(c *document.Chart) string {
	stamp := func(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") }
	s := "Chart of " + c.Title + ", " + stamp(c.From) + " to " + stamp(c.To)
	if !c.At.IsZero() {
		s += ", " + c.AtLabel + " " + stamp(c.At)
	}
	if c.Threshold != nil {
		s += ", threshold " + c.Threshold.Label
	}
	if c.Empty != "" {
		s += ": " + c.Empty
	}
	return s
}

func chartRange(c *document.Chart) (lo, hi float64) {
	lo, hi = math.Inf(1), math.Inf(-1)
	see := func(v float64) {
		if isNumber(v) {
			lo, hi = min(lo, v), max(hi, v)
		}
	}
	for _, s := range c.Series {
		for _, p := range s.Points {
			see(p.Value)
		}
	}
	if c.Threshold != nil {
		see(c.Threshold.Value)
	}
	switch {
	case lo > hi:
		return 0, 1
	case lo > 0 && lo < hi*0.6:
		lo = 0
	}
	if hi-lo < math.Abs(hi)*1e-9 || hi == lo {
		d := max(math.Abs(hi)*0.1, 0.5)
		return lo - d, hi + d
	}
	return lo, hi + (hi-lo)*0.06
}

func isNumber(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

// niceTicks gives round values from lo to hi, at least two.
func niceTicks(lo, hi float64) []float64 {
	raw := (hi - lo) / ticks
	if raw <= 0 || !isNumber(raw) {
		return []float64{lo, hi}
	}
	mag := math.Pow(10, math.Floor(math.Log10(raw)))
	step := mag * 10
	for _, m := range []float64{1, 2, 2.5, 5} {
		if m*mag >= raw {
			step = m * mag
			break
		}
	}
	first := math.Floor(lo / step)
	marks := []float64{first * step, (first + 1) * step}
	for i := first + 2; len(marks) < 12 && marks[len(marks)-1] < hi; i++ {
		marks = append(marks, i*step)
	}
	return marks
}

// value writes a value at an axis.
func value(v float64) string {
	if a := math.Abs(v); a != 0 && (a >= 1e6 || a < 1e-4) {
		return strconv.FormatFloat(v, 'g', 3, 64)
	}
	return strconv.FormatFloat(math.Round(v*1e6)/1e6, 'f', -1, 64)
}

// number writes a length of the drawing.
func number(v float64) string { return strconv.FormatFloat(math.Round(v*10)/10, 'f', -1, 64) }

// timeAxis marks five moments in UTC.
func timeAxis(svg *html.Node, s scale, c *document.Chart) {
	total := c.To.Sub(c.From)
	if total <= 0 {
		return
	}
	form := "15:04"
	if total > 36*time.Hour {
		form = "01-02 15:04"
	}
	for i := range timeMarks + 1 {
		t := c.From.Add(total / timeMarks * time.Duration(i))
		x, anchor, said := s.x(t), "middle", t.UTC().Format(form)
		switch i {
		case 0:
			anchor, said = "start", t.UTC().Format("2006-01-02 15:04")
		case timeMarks:
			anchor, said = "end", said+" UTC"
		}
		add(svg, line(x, plotY+plotH, x, plotY+plotH+4, "mark"), label(said, x, plotY+plotH+18, anchor, "axis"))
	}
}

// drawSeries draws lines between neighbouring points; where a value is no
// number, or where the windows part, the line is open. A point alone is a dot.
func drawSeries(svg *html.Node, s scale, series document.Series, class string) {
	step := usualStep(series)
	var points []string
	var lastX, lastY float64
	finish := func() {
		switch len(points) {
		case 0:
		case 1:
			add(svg, shape("circle", "class", "dot "+class, "cx", number(lastX), "cy", number(lastY), "r", "2"))
		default:
			add(svg, shape("polyline", "class", "series "+class, "points", strings.Join(points, " ")))
		}
		points = nil
	}
	var last time.Time
	for _, pt := range series.Points {
		if !isNumber(pt.Value) || len(points) > 0 && step > 0 && pt.At.Sub(last) > 3*step {
			finish()
		}
		if !isNumber(pt.Value) {
			continue
		}
		lastX, lastY, last = s.x(pt.At), s.y(pt.Value), pt.At
		points = append(points, number(lastX)+","+number(lastY))
	}
	finish()
}

// usualStep gives the smallest distance between points.
func usualStep(series document.Series) time.Duration {
	var step time.Duration
	for i := 1; i < len(series.Points); i++ {
		if d := series.Points[i].At.Sub(series.Points[i-1].At); d > 0 && (step == 0 || d < step) {
			step = d
		}
	}
	return step
}

// chartMarks draws the threshold and the deployment over the lines.
func chartMarks(svg *html.Node, s scale, c *document.Chart) {
	if c.Threshold != nil && isNumber(c.Threshold.Value) {
		y := s.y(c.Threshold.Value)
		at := y - 5
		if at < plotY+10 {
			at = y + 13
		}
		add(svg, line(plotX, y, plotX+plotW, y, "threshold"), label(c.Threshold.Label, plotX+plotW-4, at, "end", "threshold-label"))
	}
	if c.At.IsZero() || c.At.Before(c.From) || c.At.After(c.To) {
		return
	}
	x := s.x(c.At)
	add(svg, line(x, plotY-14, x, plotY+plotH, "deployed"), label(strings.TrimSpace(c.AtLabel+" "+c.At.UTC().Format("15:04")), x, plotY-20, "middle", "deployed-label"))
}

func legend(c *document.Chart) *html.Node {
	if len(c.Series) == 0 || len(c.Series) == 1 && c.Series[0].Label == "" {
		return nil
	}
	list := el("ul", "legend")
	for i, s := range c.Series {
		key := hidden("svg", "key", shape("line", "class", fmt.Sprintf("series c%d", i%colour), "x1", "0", "y1", "5", "x2", "28", "y2", "5"))
		list.AppendChild(el("li", "", set(key, "viewBox", "0 0 28 10"), text(s.Label)))
	}
	return list
}

// shape makes an element of a drawing from pairs of attribute and value.
func shape(tag string, pairs ...string) *html.Node {
	n := el(tag, "")
	for i := 0; i+1 < len(pairs); i += 2 {
		set(n, pairs[i], pairs[i+1])
	}
	return n
}

func line(x1, y1, x2, y2 float64, class string) *html.Node {
	return shape("line", "class", class, "x1", number(x1), "y1", number(y1), "x2", number(x2), "y2", number(y2))
}

// label writes a text into a drawing; one that is too long for it is cut.
func label(s string, x, y float64, anchor, class string) *html.Node {
	const most = 90
	if r := []rune(s); len(r) > most {
		s = string(r[:most]) + "…"
	}
	return add(shape("text", "class", class, "x", number(x), "y", number(y), "text-anchor", anchor), text(s))
}
