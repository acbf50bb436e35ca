package pdf

import (
	"strings"

	"github.com/tickmark-dev/tickmark/render/document"
)

// textStyle is how spans are drawn where they do not say otherwise.
type textStyle struct {
	size float64
	ink  colour
	bold bool
	mono bool
	flat bool    // code without a background
	lead float64 // height of a line in parts of size; 0 means leading
}

func (s textStyle) height() float64 {
	if s.lead > 0 {
		return s.size * s.lead
	}
	return s.size * leading
}

var (
	bodyStyle  = textStyle{size: bodySize, ink: ink}
	smallStyle = textStyle{size: smallSize, ink: grey}
)

// line is one line of text, its runs placed from x = 0.
type line struct {
	runs []run
	w    float64
}

// spanRun is the style of a span as a run without text.
func spanRun(s document.Span, base textStyle) run {
	r := run{size: base.size, ink: base.ink, strike: s.Strike, link: s.Link, code: s.Code && !base.mono && !base.flat}
	if s.Tone != document.Neutral {
		r.ink = toneInk(s.Tone)
	}
	if s.Link != "" && s.Tone == document.Neutral {
		r.ink = accent
	}
	b := s.Bold || base.bold
	switch {
	case s.Code || base.mono:
		r.face = mono
		if s.Code && !base.mono {
			r.size = base.size * 0.92
		}
	case b && s.Italic:
		r.face = boldOblique
	case b:
		r.face = bold
	case s.Italic:
		r.face = oblique
	}
	return r
}

// lines breaks spans into lines no wider than w.
func (l *layout) lines(spans []document.Span, base textStyle, w float64) []line {
	styles := make([]run, len(spans))
	var atoms []atom
	for i, s := range spans {
		styles[i] = spanRun(s, base)
		from := len(atoms)
		atoms = l.fonts.atoms(atoms, s.Text, int16(min(i, 32767)), styles[i].face, styles[i].size)
		if s.Whole {
			hold(atoms[from:], w)
		}
	}
	holdTimes(atoms)
	var lines []line
	for start := 0; start < len(atoms); {
		end, next := breakLine(atoms, start, w)
		lines = append(lines, makeLine(l.visual(atoms[start:end]), styles))
		start = next
		// A break that ends the text makes no empty line; two make one.
	}
	return lines
}

// hold keeps atoms on one line if they fit on one.
func hold(atoms []atom, w float64) {
	total := 0.0
	for _, a := range atoms {
		total += a.width
	}
	if total > w {
		return
	}
	for i := range atoms {
		if atoms[i].kind != newline {
			atoms[i].kind = letter
		}
	}
}

// holdTimes keeps the zone of a time on the line of the time: "15:04:05 UTC",
// and what stands in brackets behind it.
func holdTimes(atoms []atom) {
	for i := 1; i+3 < len(atoms); i++ {
		if atoms[i].kind != space || atoms[i+1].draw != "U" || atoms[i+2].draw != "T" || atoms[i+3].draw != "C" || !isDigit(atoms[i-1]) {
			continue
		}
		atoms[i].kind = letter
		if i+6 < len(atoms) && atoms[i+4].kind == space && atoms[i+5].draw == "(" && isDigit(atoms[i+6]) {
			for j := i + 6; j < min(len(atoms), i+50) && atoms[j].draw != ")"; j++ {
				if atoms[j].kind == space || atoms[j].kind == breakAfter {
					atoms[j].kind = letter
				}
			}
		}
	}
}

func isDigit(a atom) bool { return a.draw >= "0" && a.draw <= "9" }

// breakLine gives where the line that begins at start ends, and where the
// next one begins.
func breakLine(atoms []atom, start int, w float64) (end, next int) {
	x := 0.0
	lastSpace, lastSoft := -1, -1
	for i := start; i < len(atoms); i++ {
		a := atoms[i]
		if a.kind == newline {
			return i, i + 1
		}
		if x+a.width > w+0.01 && i > start && a.kind != space {
			return cutLine(atoms, start, i, lastSpace, lastSoft, w)
		}
		x += a.width
		switch a.kind {
		case space, wide:
			lastSpace = i
		case breakAfter:
			lastSoft = i
		}
	}
	return len(atoms), len(atoms)
}

// cutLine decides where to cut a line that overflows at i: at a space, unless
// the word behind it is too long for any line.
func cutLine(atoms []atom, start, i, lastSpace, lastSoft int, w float64) (end, next int) {
	if lastSpace >= start {
		word := 0.0
		for j := lastSpace + 1; j < len(atoms) && atoms[j].kind != space && atoms[j].kind != newline && word <= w; j++ {
			word += atoms[j].width
		}
		if word <= w || lastSoft < lastSpace {
			end, next = lastSpace+1, lastSpace+1
			for end > start && atoms[end-1].kind == space {
				end--
			}
			if end > start {
				for next < len(atoms) && atoms[next].kind == space {
					next++
				}
				return end, next
			}
		}
	}
	if lastSoft > start && lastSoft+1 < i+1 {
		return lastSoft + 1, lastSoft + 1
	}
	return i, i
}

// makeLine joins atoms into runs.
func makeLine(atoms []atom, styles []run) line {
	var ln line
	x := 0.0
	var b strings.Builder
	var cur run
	curStyle, open := int16(-1), false
	flush := func() {
		if open {
			cur.text, cur.w = b.String(), x-cur.x
			ln.runs = append(ln.runs, cur)
		}
		b.Reset()
		open = false
	}
	for _, a := range atoms {
		alone := a.actual != ""
		if !open || alone || cur.actual != "" || a.style != curStyle || a.face != cur.face {
			flush()
			cur = styles[a.style]
			cur.x, cur.face, cur.actual, curStyle, open = x, a.face, a.actual, a.style, true
		}
		b.WriteString(a.draw)
		if a.dropped {
			cur.dropped++
		}
		if a.named {
			cur.named++
		}
		x += a.width
	}
	flush()
	ln.w = x
	return ln
}

// drawLine draws a line at x with its baseline at y.
func drawLine(p *painter, ln line, x, y float64) {
	for _, r := range ln.runs {
		if r.code {
			p.rounded(x+r.x-1, y-r.size*0.86, r.w+2, r.size*1.18, 1.5, "1234", "F", band, band, 0)
		}
	}
	for _, r := range ln.runs {
		r.x += x
		p.text(r, y)
	}
}

// ornament takes a line out of the text that is copied and searched.
func ornament(ln line) line {
	for i := range ln.runs {
		ln.runs[i].mute, ln.runs[i].actual, ln.runs[i].dropped, ln.runs[i].named = true, "", 0, 0
	}
	return ln
}

// textStrips gives a strip for each line of spans, at x, within w.
func (l *layout) textStrips(spans []document.Span, base textStyle, x, w float64) []strip {
	lines := l.lines(spans, base, w)
	strips := make([]strip, len(lines))
	h := base.height()
	for i, ln := range lines {
		strips[i] = strip{h: h, ops: []op{lineOp(ln, x, base)}}
		// No line stands alone at the foot or the head of a page.
		strips[i].keep = len(lines) > 1 && (i == 0 || i == len(lines)-2)
	}
	return strips
}

func lineOp(ln line, x float64, base textStyle) op {
	base.lead = base.height() / base.size
	drop := base.size * (0.5*base.lead + 0.36)
	return func(p *painter, y float64) { drawLine(p, ln, x, y+drop) }
}

// clipLine gives s on one line of width w, with a visible mark where it is cut.
func (l *layout) clipLine(s string, style document.Span, base textStyle, w float64) line {
	style.Text = strings.ReplaceAll(s, "\n", " ")
	r := spanRun(style, base)
	atoms := l.fonts.atoms(nil, style.Text, 0, r.face, r.size)
	x := 0.0
	dots := l.fonts.face(r.face).width('…') * r.size
	for i, a := range atoms {
		if x+a.width > w-dots {
			rest := 0.0
			for _, b := range atoms[i:] {
				rest += b.width
			}
			if x+rest > w {
				mark := atom{draw: "…", width: dots, face: r.face}
				return makeLine(append(atoms[:i:i], mark), []run{r})
			}
		}
		x += a.width
	}
	return makeLine(atoms, []run{r})
}

// measure gives the width of a short text on one line.
func (l *layout) measure(s string, base textStyle) float64 {
	return l.clipLine(s, document.Span{}, base, 1e6).w
}
