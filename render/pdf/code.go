package pdf

import (
	"fmt"
	"strings"

	"github.com/tickmark-dev/tickmark/render/document"
)

var codeStyle = textStyle{size: codeSize, ink: ink, mono: true, lead: 1.36}

// code lays out preformatted text on a panel. A line that is too long goes on
// behind a mark.
func (l *layout) code(c *document.Code, x, w float64) []strip {
	const pad = 7.0
	var strips []strip
	for _, s := range strings.Split(strings.TrimRight(c.Text, "\n"), "\n") {
		style, bg := codeStyle, faint
		if c.Diff {
			style.ink, bg = diffColours(s)
		}
		for _, ln := range l.codeLines(s, style, w-2*pad) {
			strips = append(strips, strip{h: style.height(), ops: []op{
				func(p *painter, y float64) {
					if bg != faint {
						p.fill(x+2, y, w-4, style.height(), bg)
					}
				}, lineOp(ln, x+pad, style)}})
		}
	}
	out := []strip{{h: 5, keep: true}}
	out = append(out, strips...)
	out = append(out, strip{h: 5})
	if len(strips) > 0 {
		out[len(out)-2].keep = true
	}
	out = wrap(out, func(h float64) op { return func(p *painter, y float64) { p.fill(x, y, w, h, faint) } })
	if c.Caption != "" {
		caption := l.textStrips([]document.Span{{Text: c.Caption}}, labelStyle, x, w)
		for i := range caption {
			caption[i].keep = true
		}
		out = append(append(caption, strip{h: 2, keep: true}), out...)
	}
	return out
}

func diffColours(s string) (fg, bg colour) {
	switch {
	case strings.HasPrefix(s, "+++"), strings.HasPrefix(s, "---"), strings.HasPrefix(s, "diff "), strings.HasPrefix(s, "index "):
		return grey, faint
	case strings.HasPrefix(s, "+"):
		return green, greenBg
	case strings.HasPrefix(s, "-"):
		return red, redBg
	case strings.HasPrefix(s, "@@"):
		return accent, accentBg
	}
	return ink, faint
}

const continuation = "↪"

// codeLines breaks one line of preformatted text at width w, wherever that
// falls; what follows a break begins with a mark.
func (l *layout) codeLines(s string, style textStyle, w float64) []line {
	s = expandTabs(s)
	base := spanRun(document.Span{}, style)
	atoms := l.fonts.atoms(nil, s, 0, base.face, base.size)
	var lines []line
	mark := l.fonts.atoms(nil, continuation+" ", 1, mono, base.size)
	markRun := base
	markRun.ink = grey
	for first := true; first || len(atoms) > 0; first = false {
		room := w
		var row []atom
		if !first {
			row = append(row, mark...)
			for _, a := range mark {
				room -= a.width
			}
		}
		n, x := 0, 0.0
		for n < len(atoms) && (n == 0 || x+atoms[n].width <= room+0.01) {
			x += atoms[n].width
			n++
		}
		row = append(row, atoms[:n]...)
		atoms = atoms[n:]
		lines = append(lines, makeLine(row, []run{base, markRun}))
	}
	return lines
}

// expandTabs puts spaces for tabs, to columns of eight.
func expandTabs(s string) string {
	if !strings.Contains(s, "\t") {
		return s
	}
	var b strings.Builder
	column := 0
	for _, r := range s {
		if r == '\t' {
			n := 8 - column%8
			b.WriteString(strings.Repeat(" ", n))
			column += n
			continue
		}
		b.WriteRune(r)
		column++
	}
	return b.String()
}

var logStyle = textStyle{size: logSize, ink: ink, mono: true, lead: 1.3}

// log lays out an extract of a log with the line numbers of the whole. A line
// of 80 columns is never broken.
func (l *layout) log(g *document.Log, x, w float64) []strip {
	gutter := l.measure(strings.Repeat("0", len(fmt.Sprint(max(g.TotalLines, 1000)))), logStyle) + 12
	title := g.Title
	sub := ""
	if g.TotalLines > 0 {
		sub = fmt.Sprintf("%d lines at the source", g.TotalLines)
	}
	if g.SHA256 != "" {
		sub += ", SHA-256 of the whole log " + g.SHA256
	}
	strips := l.bar(title, sub, x, w)
	shown := 0
	for _, part := range g.Parts {
		if part.Omitted > 0 {
			strips = append(strips, l.omitted(part.Omitted, x, w))
		}
		strips = append(strips, l.logPart(part, x, w, gutter)...)
		shown += len(part.Lines)
	}
	switch {
	case shown == 0 && g.TotalLines == 0:
		strips = append(strips, l.logRemark("The log is empty.", x, w))
	case g.After > 0:
		strips = append(strips, l.omitted(g.After, x, w))
	}
	return wrap(append(strips, strip{h: 4}), func(h float64) op {
		return func(p *painter, y float64) {
			p.fill(x, y, w, h, faint)
			p.line(x, y, x, y+h, 0.5, rule)
			p.line(x+w, y, x+w, y+h, 0.5, rule)
		}
	})
}

// bar is the head of a panel.
func (l *layout) bar(title, sub string, x, w float64) []strip {
	style := textStyle{size: 8, ink: ink, bold: true}
	out := []strip{{h: 4, keep: true}}
	out = append(out, l.textStrips([]document.Span{{Text: title}}, style, x+8, w-16)...)
	if sub != "" {
		out = append(out, l.textStrips([]document.Span{{Text: sub}}, textStyle{size: 6.4, ink: grey}, x+8, w-16)...)
	}
	out = append(out, strip{h: 3, keep: true})
	for i := range out {
		out[i].keep = true
	}
	return wrap(out, func(h float64) op { return func(p *painter, y float64) { p.fill(x, y, w, h, band) } })
}

func (l *layout) logPart(part document.LogPart, x, w, gutter float64) []strip {
	var strips []strip
	if part.Title != "" {
		span := document.Span{Text: part.Title, Bold: true, Tone: document.Muted}
		if part.Failed {
			span.Text, span.Tone = "✗ "+part.Title+" (failed)", document.Bad
		}
		strips = append(strips, strip{h: 3, keep: true})
		strips = append(strips, l.textStrips([]document.Span{span}, textStyle{size: 7, ink: grey}, x+8, w-16)...)
		strips[len(strips)-1].keep = true
	}
	for i, s := range part.Lines {
		number := l.clipLine(fmt.Sprint(part.FirstLine+i), document.Span{Tone: document.Muted}, logStyle, gutter)
		for k, ln := range l.codeLines(s, logStyle, w-gutter-8) {
			st := strip{h: logStyle.height(), ops: []op{lineOp(ln, x+gutter, logStyle)}}
			if k == 0 {
				st.ops = append([]op{lineOp(number, x+gutter-7-number.w, logStyle)}, st.ops...)
			}
			strips = append(strips, st)
		}
	}
	return strips
}

func (l *layout) omitted(n int, x, w float64) strip {
	text := fmt.Sprintf("⋯ %d lines left out; the whole log is in the source/ folder ⋯", n)
	if n == 1 {
		text = "⋯ 1 line left out; the whole log is in the source/ folder ⋯"
	}
	return l.logRemark(text, x, w)
}

func (l *layout) logRemark(text string, x, w float64) strip {
	ln := l.clipLine(text, document.Span{Italic: true, Tone: document.Muted}, textStyle{size: 7}, w)
	return strip{h: 14, ops: []op{func(p *painter, y float64) { drawLine(p, ln, x+(w-ln.w)/2, y+9.5) }}}
}
