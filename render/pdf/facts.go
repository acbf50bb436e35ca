package pdf

import "github.com/tickmark-dev/tickmark/render/document"

var (
	labelStyle = textStyle{size: 6.9, ink: grey, lead: 1.35}
	valueStyle = textStyle{size: 8.6, ink: ink, lead: 1.38, flat: true}
)

// facts lays out labelled values in two columns; wide ones take both.
func (l *layout) facts(f *document.Facts, x, w float64) []strip {
	const gutter = 18.0
	half := (w - gutter) / 2
	if w < 220 {
		half = w
	}
	var strips []strip
	for i := 0; i < len(f.Items); {
		first := f.Items[i]
		cells := [][]strip{l.fact(first, x, pick(first.Wide || half == w, w, half))}
		i++
		if !first.Wide && half < w && i < len(f.Items) && !f.Items[i].Wide {
			cells = append(cells, l.fact(f.Items[i], x+half+gutter, half))
			i++
		}
		strips = append(strips, sideBySide(cells, x, w, 3.2)...)
	}
	strips = append(strips, strip{h: 1, ops: []op{func(p *painter, y float64) { p.line(x, y, x+w, y, 0.5, rule) }}})
	if n := len(strips); n > 1 {
		strips[n-2].keep = true
	}
	return strips
}

func pick(cond bool, a, b float64) float64 {
	if cond {
		return a
	}
	return b
}

func (l *layout) fact(f document.Fact, x, w float64) []strip {
	label := l.textStrips([]document.Span{{Text: f.Label}}, labelStyle, x, w)
	return append(label, l.textStrips(f.Value, valueStyle, x, w)...)
}

// sideBySide makes one row of columns of strips, with a rule above. A row that
// is too high for its page breaks between lines.
func sideBySide(columns [][]strip, x, w, pad float64) []strip {
	h := 0.0
	for _, c := range columns {
		h = max(h, height(c))
	}
	line := func(p *painter, y float64) { p.line(x, y, x+w, y, 0.5, rule) }
	if h < 300 {
		s := strip{h: h + 2*pad, ops: []op{line}}
		for _, c := range columns {
			at := pad
			for _, part := range c {
				for _, o := range part.ops {
					s.ops = append(s.ops, shifted(o, at))
				}
				at += part.h
			}
		}
		return []strip{s}
	}
	out := []strip{{h: pad, keep: true, ops: []op{line}}}
	for i := 0; ; i++ {
		var s strip
		more := false
		for _, c := range columns {
			if i < len(c) {
				more = true
				s.h = max(s.h, c[i].h)
				s.ops = append(s.ops, c[i].ops...)
			}
		}
		if !more {
			break
		}
		s.keep = i == 0
		out = append(out, s)
	}
	return append(out, strip{h: pad})
}

// shifted moves an op down.
func shifted(o op, by float64) op { return func(p *painter, y float64) { o(p, y+by) } }
