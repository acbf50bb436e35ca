package pdf

import (
	"fmt"

	"github.com/tickmark-dev/tickmark/render/document"
)

// layout turns the blocks of one document into strips.
type layout struct {
	fonts *fonts
	doc   *document.Document
	opts  Options
	names int // images so far
	forms map[rune]arabicForms
}

// document gives the strips of the whole document.
func (l *layout) document() []strip {
	strips := l.title()
	strips = append(strips, l.blocks(l.doc.Blocks, marginX, contentW, 0)...)
	return append(strips, l.sources()...)
}

// blocks lays out blocks one below the other.
func (l *layout) blocks(blocks []document.Block, x, w float64, depth int) []strip {
	var strips []strip
	for i, b := range blocks {
		s := l.block(b, x, w, depth)
		if len(s) == 0 {
			continue
		}
		if len(strips) > 0 {
			g := gap(distance(blocks[max(i-1, 0)], b, depth))
			g.keep = blocks[max(i-1, 0)].Heading != nil || i > 1 && introduces(blocks[i-2], blocks[i-1], b)
			strips = append(strips, g)
		}
		if i > 0 && i+1 < len(blocks) && introduces(blocks[i-1], b, blocks[i+1]) {
			s = together(s, 80)
			s[len(s)-1].keep = true
		}
		strips = append(strips, s...)
	}
	return strips
}

// introduces reports whether b is a sentence between a heading and what it
// speaks of, and so does not end a page.
func introduces(above, b, below document.Block) bool {
	return above.Heading != nil && b.Paragraph != nil && (below.Table != nil || below.Chart != nil || below.Facts != nil || below.Conversation != nil)
}

// distance is the space between two blocks.
func distance(above, below document.Block, depth int) float64 {
	switch {
	case below.Heading != nil && depth > 0:
		return 8
	case below.Heading != nil && below.Heading.Level == 1:
		if above.Heading != nil {
			return 8
		}
		return 20
	case below.Heading != nil:
		if above.Heading != nil {
			return 5
		}
		return 13
	case above.Heading != nil && above.Heading.Level == 1 && depth == 0:
		return 7
	case above.Heading != nil:
		return 4
	case above.Note != nil && below.Note != nil:
		return 6
	case depth > 0:
		return 5
	}
	return 9
}

// block lays out one block.
func (l *layout) block(b document.Block, x, w float64, depth int) []strip {
	switch {
	case b.Heading != nil:
		return l.heading(b.Heading, x, w, depth)
	case b.Paragraph != nil:
		return l.textStrips(b.Paragraph.Spans, bodyStyle, x, w)
	case b.List != nil:
		return l.list(b.List, x, w, depth)
	case b.Facts != nil:
		return l.facts(b.Facts, x, w)
	case b.Table != nil:
		return l.table(b.Table, x, w)
	case b.Timeline != nil:
		return l.timeline(b.Timeline, x, w)
	case b.Chart != nil:
		return l.chart(b.Chart, x, w)
	case b.Log != nil:
		return l.log(b.Log, x, w)
	case b.Code != nil:
		return l.code(b.Code, x, w)
	case b.Quote != nil:
		return l.quote(b.Quote, x, w, depth)
	case b.Image != nil:
		return l.image(b.Image, x, w)
	case b.Note != nil:
		return l.note(b.Note, x, w, depth)
	case b.Rule != nil:
		return []strip{{h: 7, ops: []op{func(p *painter, y float64) { p.line(x, y+3.5, x+w, y+3.5, 0.6, rule) }}}}
	case b.Conversation != nil:
		return l.conversation(b.Conversation, x, w, depth)
	}
	return nil
}

var headingStyles = [5]textStyle{
	{}, {size: 12.5, ink: ink, bold: true, lead: 1.3}, {size: 10.2, ink: ink, bold: true, lead: 1.3},
	{size: 9.2, ink: ink, bold: true, lead: 1.35}, {size: 8.8, ink: grey, bold: true, lead: 1.35},
}

func (l *layout) heading(h *document.Heading, x, w float64, depth int) []strip {
	level := min(max(h.Level, 1), 4)
	strips := l.textStrips(h.Spans, headingStyles[level], x, w)
	for i := range strips {
		strips[i].keep = true
	}
	if depth > 0 || len(strips) == 0 {
		return strips
	}
	title := ""
	for _, s := range h.Spans {
		title += s.Text
	}
	if level <= 2 {
		strips[0].ops = append(strips[0].ops, func(p *painter, y float64) { p.outline(title, level, y) })
	}
	if level == 1 {
		strips = append(strips, strip{h: 4, keep: true, ops: []op{func(p *painter, y float64) {
			p.line(x, y+3, x+w, y+3, 0.7, rule)
			p.line(x, y+3, x+28, y+3, 1.6, accent)
		}}})
	}
	return strips
}

// list lays out a list; marks stand in a column of their own.
func (l *layout) list(list *document.List, x, w float64, depth int) []strip {
	const minWidth = 60
	indent := 14.0
	if list.Ordered {
		indent = max(indent, l.measure(fmt.Sprintf("%d.", list.Start+len(list.Items)), bodyStyle)+5)
	}
	if w-indent < minWidth {
		indent = 0 // too deep to go further in
	}
	var strips []strip
	for i, item := range list.Items {
		inner := l.blocks(item.Blocks, x+indent, w-indent, depth+1)
		if len(inner) == 0 {
			inner = []strip{{h: bodyStyle.height()}}
		}
		mark := "•"
		switch {
		case item.Task == document.DoneTask:
			mark = "☑"
		case item.Task == document.OpenTask:
			mark = "☐"
		case list.Ordered:
			mark = fmt.Sprintf("%d.", list.Start+i)
		case depth%2 == 1:
			mark = "◦"
		}
		ln := l.clipLine(mark, document.Span{}, bodyStyle, 60)
		inner[0].ops = append([]op{lineOp(ln, x+2, bodyStyle)}, inner[0].ops...)
		if i > 0 {
			strips = append(strips, gap(2))
		}
		strips = append(strips, inner...)
	}
	return strips
}

// quote lays out quoted matter beside a bar.
func (l *layout) quote(q *document.Quote, x, w float64, depth int) []strip {
	in := 11.0
	if w < 80 {
		in = 4
	}
	return wrap(l.blocks(q.Blocks, x+in, w-in, depth+1), func(h float64) op {
		return func(p *painter, y float64) { p.fill(x+1, y, 2.2, h, rule) }
	})
}

// note lays out a note: a bar, a sign and a title in its tone.
func (l *layout) note(n *document.Note, x, w float64, depth int) []strip {
	fg, bg := toneInk(n.Tone), toneBg(n.Tone)
	const pad, left = 7.0, 26.0
	var inner []strip
	if n.Title != "" {
		inner = l.textStrips([]document.Span{{Text: n.Title, Bold: true}}, textStyle{size: bodySize, ink: fg}, x+left, w-left-pad)
	}
	if len(n.Blocks) > 0 {
		if len(inner) > 0 {
			inner[len(inner)-1].keep = true
			inner = append(inner, strip{h: 2, keep: true})
		}
		inner = append(inner, l.blocks(n.Blocks, x+left, w-left-pad, depth+1)...)
	}
	if len(inner) == 0 {
		return nil
	}
	sign := toneSign(n.Tone)
	inner[0].ops = append([]op{func(p *painter, y float64) {
		p.disc(x+14, y+bodySize*0.72, 5.6, fg)
		s := textStyle{size: 8, ink: white, bold: true}
		ln := ornament(l.clipLine(sign, document.Span{Bold: true}, s, 20))
		drawLine(p, ln, x+14-ln.w/2, y+bodySize*0.72+2.9)
	}}, inner[0].ops...)
	strips := append([]strip{{h: pad, keep: true}}, inner...)
	strips[len(strips)-1].keep = true
	strips = append(strips, strip{h: pad})
	strips = wrap(strips, func(h float64) op {
		return func(p *painter, y float64) {
			p.fill(x, y, w, h, bg)
			p.fill(x, y, 2.6, h, fg)
		}
	})
	return together(strips, 260)
}
