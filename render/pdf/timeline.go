package pdf

import (
	"slices"
	"time"

	"github.com/tickmark-dev/tickmark/render/document"
)

// timeline lays out moments along a line, times on its left.
func (l *layout) timeline(t *document.Timeline, x, w float64) []strip {
	const timeW, marksW = 112.0, 84.0
	lineX, textX := x+timeW+12, x+timeW+26
	textW := x + w - textX
	if slices.ContainsFunc(t.Moments, func(m document.Moment) bool { return len(m.Marks) > 0 }) {
		textW -= marksW + 8
	}
	var strips []strip
	for i, m := range t.Moments {
		if i > 0 {
			strips = append(strips, l.interval(t.Moments[i-1].At, m.At, lineX)...)
		}
		strips = append(strips, l.moment(m, i, len(t.Moments), x, lineX, textX, textW, timeW, marksW))
	}
	return strips
}

// interval shows that much time lies between two moments.
func (l *layout) interval(from, to time.Time, lineX float64) []strip {
	d := to.Sub(from)
	if d < 24*time.Hour {
		return []strip{{h: 3.5, gap: true, ops: []op{func(p *painter, y float64) { p.fill(lineX-0.7, y, 1.4, 3.5, rule) }}}}
	}
	return []strip{{h: 11, gap: true, ops: []op{func(p *painter, y float64) {
		for k := range 3 {
			p.fill(lineX-0.7, y+1+float64(k)*3.5, 1.4, 2, rule)
		}
	}}}}
}

func (l *layout) moment(m document.Moment, i, n int, x, lineX, textX, textW, timeW, marksW float64) strip {
	style := textStyle{size: 8.3, ink: ink, lead: 1.34}
	what := m.What
	if m.Major {
		what = make([]document.Span, len(m.What))
		for k, s := range m.What {
			s.Bold = true
			what[k] = s
		}
	}
	right := l.textStrips(what, style, textX, textW)
	if m.Who != "" {
		right = append(right, l.textStrips([]document.Span{{Text: m.Who}}, textStyle{size: 7.4, ink: grey, lead: 1.3}, textX, textW)...)
	}
	when := l.clipLine(m.When, document.Span{}, textStyle{size: 7.4, ink: ink}, timeW)
	local := l.lines([]document.Span{{Text: m.Local}}, textStyle{size: 6.6, ink: grey}, timeW)
	marks := l.marks(m.Marks, textX+textW+8, marksW)
	h := max(height(right), height(marks), 11+9*float64(len(local)))
	s := strip{h: h + 2}
	for _, column := range [][]strip{right, marks} {
		at := 0.0
		for _, part := range column {
			for _, o := range part.ops {
				s.ops = append(s.ops, shifted(o, at))
			}
			at += part.h
		}
	}
	s.ops = append([]op{func(p *painter, y float64) {
		top, bottom := y, y+h+2
		if i == 0 {
			top = y + 5.5
		}
		if i == n-1 {
			bottom = y + 5.5
		}
		p.fill(lineX-0.7, top, 1.4, bottom-top, rule)
		l.dot(p, m, lineX, y+5.6)
		drawLine(p, when, x+timeW-when.w, y+8.4)
		for k, ln := range local {
			drawLine(p, ln, x+timeW-ln.w, y+17.2+9*float64(k))
		}
	}}, s.ops...)
	return s
}

// marks lays out what an event decided, as labels in rows.
func (l *layout) marks(all []string, x, w float64) []strip {
	const tall, pad, between = 12.5, 3.4, 2.5
	style := textStyle{size: 7, ink: accent, bold: true}
	var strips []strip
	at := x
	for _, mark := range all {
		ln := l.clipLine(mark, document.Span{Bold: true}, style, w-2*pad)
		wide := max(ln.w+2*pad, 11)
		if len(strips) == 0 || at+wide > x+w {
			strips = append(strips, strip{h: tall})
			at = x
		}
		left := at
		last := &strips[len(strips)-1]
		last.ops = append(last.ops, func(p *painter, y float64) {
			p.rounded(left, y+0.6, wide, 10.6, 2.5, "1234", "FD", white, accent, 0.6)
			drawLine(p, ln, left+(wide-ln.w)/2, y+8.4)
		})
		at += wide + between
	}
	return strips
}

func (l *layout) dot(p *painter, m document.Moment, x, y float64) {
	c := toneInk(m.Tone)
	if m.Tone == document.Neutral {
		c = grey
	}
	if m.Major {
		p.disc(x, y, 5.4, white)
		p.disc(x, y, 4.3, c)
		return
	}
	p.disc(x, y, 3.6, white)
	p.disc(x, y, 2.6, c)
	p.disc(x, y, 1.4, white)
}
