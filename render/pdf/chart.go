package pdf

import (
	"math"
	"strconv"
	"time"

	"github.com/tickmark-dev/tickmark/render/document"
)

var axisStyle = textStyle{size: 6.6, ink: grey}

// scale maps a chart's times and values to the page.
type scale struct {
	x, y, w, h float64
	from, to   time.Time
	lo, hi     float64
}

func (s scale) at(t time.Time) float64 {
	total := s.to.Sub(s.from).Seconds()
	if total <= 0 {
		return s.x
	}
	return s.x + s.w*min(max(t.Sub(s.from).Seconds()/total, 0), 1)
}

func (s scale) value(v float64) float64 {
	return s.y + s.h - s.h*min(max((v-s.lo)/(s.hi-s.lo), 0), 1)
}

// chart lays out a measurement before and after the deployment.
func (l *layout) chart(c *document.Chart, x, w float64) []strip {
	const h, left, bottom, top = 176.0, 46.0, 24.0, 32.0
	lo, hi := chartRange(c)
	ticks := niceTicks(lo, hi)
	lo, hi = min(lo, ticks[0]), max(hi, ticks[len(ticks)-1])
	draw := func(p *painter, y float64) {
		s := scale{x: x + left, y: y + top, w: w - left - 8, h: h - top - bottom, from: c.From, to: c.To, lo: lo, hi: hi}
		l.chartFrame(p, c, s, x, y, w, h, ticks)
		for i, series := range c.Series {
			drawSeries(p, series, s, chartInks[i%len(chartInks)])
		}
		l.chartMarks(p, c, s)
		if c.Empty != "" {
			ln := l.clipLine("∅ "+c.Empty, document.Span{Tone: document.GapTone}, textStyle{size: 8}, s.w-10)
			drawLine(p, ln, s.x+(s.w-ln.w)/2, s.y+s.h/2)
		}
	}
	strips := []strip{{h: h, ops: []op{draw}}}
	if len(c.Series) > 1 || len(c.Series) == 1 && c.Series[0].Label != "" {
		strips[0].keep = true
		strips = append(strips, l.legend(c, x+left, w-left)...)
	}
	return together(strips, 400)
}

func chartRange(c *document.Chart) (lo, hi float64) {
	lo, hi = math.Inf(1), math.Inf(-1)
	add := func(v float64) {
		if !math.IsNaN(v) && !math.IsInf(v, 0) {
			lo, hi = min(lo, v), max(hi, v)
		}
	}
	for _, s := range c.Series {
		for _, p := range s.Points {
			add(p.Value)
		}
	}
	if c.Threshold != nil {
		add(c.Threshold.Value)
	}
	if lo > hi {
		return 0, 1
	}
	if lo > 0 && lo < hi*0.6 {
		lo = 0
	}
	if hi-lo < math.Abs(hi)*1e-9 || hi == lo {
		d := max(math.Abs(hi)*0.1, 0.5)
		return lo - d, hi + d
	}
	return lo, hi + (hi-lo)*0.06
}

// niceTicks gives round values from lo to hi, at least two.
func niceTicks(lo, hi float64) []float64 {
	raw := (hi - lo) / 4
	if raw <= 0 || math.IsInf(raw, 0) || math.IsNaN(raw) {
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
	var ticks []float64
	for i := math.Floor(lo / step); len(ticks) < 12; i++ {
		ticks = append(ticks, i*step)
		if i*step >= hi {
			break
		}
	}
	if len(ticks) < 2 {
		ticks = append(ticks, ticks[0]+step)
	}
	return ticks
}

func (l *layout) chartFrame(p *painter, c *document.Chart, s scale, x, y, w, h float64, ticks []float64) {
	p.rounded(x, y, w, h, 4, "1234", "FD", white, rule, 0.6)
	title := l.clipLine(c.Title, document.Span{Bold: true}, textStyle{size: 8, ink: ink, bold: true}, w-120)
	drawLine(p, title, x+10, y+13.5)
	if c.Unit != "" {
		unit := l.clipLine("in "+c.Unit, document.Span{}, axisStyle, 90)
		drawLine(p, unit, x+10+title.w+8, y+13.5)
	}
	for _, win := range c.Windows {
		a, b := s.at(win.From), s.at(win.To)
		p.fill(a, s.y, max(b-a, 0.5), s.h, faint)
		ln := l.clipLine(win.Label, document.Span{Italic: true}, axisStyle, max(b-a, 10))
		drawLine(p, ln, (a+b)/2-ln.w/2, s.y-3)
	}
	for _, v := range ticks {
		yy := s.value(v)
		p.line(s.x, yy, s.x+s.w, yy, 0.4, rule)
		ln := l.clipLine(number(v), document.Span{}, axisStyle, 40)
		drawLine(p, ln, s.x-5-ln.w, yy+2.3)
	}
	l.timeAxis(p, s)
}

func number(v float64) string {
	if a := math.Abs(v); a != 0 && (a >= 1e6 || a < 1e-4) {
		return strconv.FormatFloat(v, 'g', 3, 64)
	}
	return strconv.FormatFloat(math.Round(v*1e6)/1e6, 'f', -1, 64)
}

// timeAxis marks four moments in UTC.
func (l *layout) timeAxis(p *painter, s scale) {
	total := s.to.Sub(s.from)
	if total <= 0 {
		return
	}
	layout := "15:04"
	if total > 36*time.Hour {
		layout = "01-02 15:04"
	}
	for i := range 5 {
		t := s.from.Add(total / 4 * time.Duration(i))
		text := t.UTC().Format(layout)
		if i == 0 {
			text = t.UTC().Format("2006-01-02 15:04")
		} else if i == 4 {
			text += " UTC"
		}
		ln := l.clipLine(text, document.Span{}, axisStyle, 90)
		x := s.at(t)
		p.line(x, s.y+s.h, x, s.y+s.h+3, 0.5, grey)
		at := x - ln.w/2
		if i == 0 {
			at = x - 2
		} else if i == 4 {
			at = x - ln.w + 4
		}
		drawLine(p, ln, at, s.y+s.h+11)
	}
}

// chartMarks draws the deployment and the threshold over the lines.
func (l *layout) chartMarks(p *painter, c *document.Chart, s scale) {
	if c.Threshold != nil {
		y := s.value(c.Threshold.Value)
		dashed(p, s.x, y, s.x+s.w, 4, red)
		ln := l.clipLine(c.Threshold.Label, document.Span{Bold: true}, textStyle{size: 6.6, ink: red, bold: true}, s.w/2)
		ty := y - 2.5
		if ty < s.y+7 {
			ty = y + 7.5
		}
		p.fill(s.x+s.w-ln.w-5, ty-6, ln.w+4, 7.4, white)
		drawLine(p, ln, s.x+s.w-ln.w-3, ty)
	}
	if c.At.IsZero() || c.At.Before(c.From) || c.At.After(c.To) {
		return
	}
	x := s.at(c.At)
	p.line(x, s.y-2, x, s.y+s.h, 1, accent)
	label := textStyle{size: 6.6, ink: white, bold: true}
	ln := l.clipLine(c.AtLabel+" "+c.At.UTC().Format("15:04"), document.Span{Bold: true}, label, 120)
	at := min(max(x-ln.w/2, s.x+3), s.x+s.w-ln.w-3)
	p.rounded(at-4, s.y-12, ln.w+8, 10.5, 3, "1234", "F", accent, accent, 0)
	drawLine(p, ln, at, s.y-4.4)
}

func dashed(p *painter, x1, y, x2, step float64, c colour) {
	for x := x1; x < x2; x += 2 * step {
		p.line(x, y, min(x+step, x2), y, 0.9, c)
	}
}

// drawSeries draws lines between neighbouring points; where a value is not a
// number, or where the windows part, the line is open.
func drawSeries(p *painter, series document.Series, s scale, c colour) {
	p.f.SetLineWidth(1.1)
	p.f.SetDrawColor(c.r, c.g, c.b)
	step := usualStep(series)
	open, alone := false, false
	var lastX, lastY float64
	var last time.Time
	finish := func() {
		if open && !alone {
			p.f.DrawPath("D")
		} else if open {
			p.f.DrawPath("D")
			p.disc(lastX, lastY, 1.3, c)
		}
		open = false
	}
	for _, pt := range series.Points {
		if math.IsNaN(pt.Value) || math.IsInf(pt.Value, 0) {
			finish()
			continue
		}
		x, y := s.at(pt.At), s.value(pt.Value)
		if open && step > 0 && pt.At.Sub(last) > 3*step {
			finish()
		}
		if !open {
			p.f.MoveTo(x, y)
			open, alone = true, true
		} else {
			p.f.LineTo(x, y)
			alone = false
		}
		lastX, lastY, last = x, y, pt.At
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

func (l *layout) legend(c *document.Chart, x, w float64) []strip {
	var strips []strip
	strips = append(strips, strip{h: 3, keep: true})
	for i, s := range c.Series {
		ink := chartInks[i%len(chartInks)]
		ln := l.clipLine(s.Label, document.Span{}, textStyle{size: 6.9, ink: grey}, w-20)
		strips = append(strips, strip{h: 10, ops: []op{func(p *painter, y float64) {
			p.fill(x, y+4, 11, 1.6, ink)
			drawLine(p, ln, x+16, y+7.3)
		}}})
	}
	return strips
}
