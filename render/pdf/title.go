package pdf

import (
	"strings"

	"github.com/tickmark-dev/tickmark/render/document"
)

// title lays out the head of the document: what it is, its headline, states
// and one line below.
func (l *layout) title() []strip {
	d := l.doc
	x, w := marginX, contentW
	eyebrow := l.clipLine(d.Title, document.Span{Bold: true}, textStyle{size: 8, ink: accent, bold: true}, w)
	strips := []strip{{h: 14, keep: true, ops: []op{func(p *painter, y float64) {
		p.outline(d.Title, 0, y)
		drawLine(p, eyebrow, x, y+8)
	}}}}
	spans := []document.Span{{Text: clipHeadline(d.Headline)}}
	if d.Mark != "" && d.Mark != d.Headline {
		spans = append(spans, document.Span{Text: "  "}, document.Span{Text: d.Mark, Tone: document.Muted, Whole: true})
	}
	strips = append(strips, l.textStrips(spans, textStyle{size: 17, ink: ink, bold: true, lead: 1.25}, x, w)...)
	strips = append(strips, strip{h: 5})
	strips = append(strips, l.badgesAndSubtitle(x, w)...)
	strips = append(strips, strip{h: 12, ops: []op{func(p *painter, y float64) { p.fill(x, y+7, w, 1.4, accent) }}}, strip{h: 8})
	for i := range strips {
		strips[i].keep = true
	}
	return strips
}

// clipHeadline keeps a hostile title from filling the page; the whole of it is
// in the source/ folder.
func clipHeadline(s string) string {
	const most = 500
	r := []rune(strings.ToValidUTF8(strings.TrimSpace(s), "\uFFFD"))
	if len(r) <= most {
		return string(r)
	}
	return string(r[:most]) + " … (cut short here)"
}

func (l *layout) badgesAndSubtitle(x, w float64) []strip {
	at := x
	var draws []op
	for _, b := range l.doc.Badges {
		width, draw := l.pill(b, 7.8)
		if at+width > x+w {
			break
		}
		left := at
		draws = append(draws, func(p *painter, y float64) { draw(p, left, y) })
		at += width + 6
	}
	style := textStyle{size: 9, ink: ink, lead: 1.4}
	if len(l.doc.Subtitle) == 0 {
		if len(draws) == 0 {
			return nil
		}
		return []strip{{h: 15, ops: draws}}
	}
	if len(draws) == 0 {
		return l.textStrips(l.doc.Subtitle, style, x, w)
	}
	// On the line of the badges where there is room, else below them.
	room := x + w - at - 4
	if lines := l.lines(l.doc.Subtitle, style, room); len(lines) <= 2 && room > 200 {
		strips := l.textStrips(l.doc.Subtitle, style, at+4, room)
		strips[0].ops = append(draws, strips[0].ops...)
		if len(strips) == 1 {
			strips[0].h = max(strips[0].h, 15)
		}
		return strips
	}
	return append([]strip{{h: 19, ops: draws}}, l.textStrips(l.doc.Subtitle, style, x, w)...)
}
