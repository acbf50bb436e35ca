package pdf

import (
	"strings"
	"unicode"

	"github.com/tickmark-dev/tickmark/render/document"
)

const (
	avatarR  = 9.5
	cardLeft = 30.0
)

// conversation lays out cards and events along a line, as forges and trackers
// show them.
func (l *layout) conversation(c *document.Conversation, x, w float64, depth int) []strip {
	var strips []strip
	for i, e := range c.Entries {
		if i > 0 {
			strips = append(strips, l.thread(strip{h: 7, gap: true}, x))
		}
		var s []strip
		if e.Card {
			s = l.card(e, x, w, depth)
		} else {
			s = l.event(e, x, w)
		}
		// Nothing hangs below the last entry.
		for k := range s {
			if i < len(c.Entries)-1 {
				s[k] = l.thread(s[k], x)
			}
		}
		strips = append(strips, s...)
	}
	return strips
}

// thread draws the line on which a conversation hangs.
func (l *layout) thread(s strip, x float64) strip {
	h := s.h
	s.gap = false
	s.ops = append([]op{func(p *painter, y float64) { p.fill(x+avatarR-0.6, y, 1.2, h, rule) }}, s.ops...)
	return s
}

// event is one line that says what happened.
func (l *layout) event(e document.Entry, x, w float64) []strip {
	style := textStyle{size: 8, ink: ink, lead: 1.36}
	spans := append([]document.Span{{Text: e.Who + " ", Bold: true}}, e.Action...)
	spans = append(spans, document.Span{Text: "  "}, document.Span{Text: e.When, Tone: document.Muted, Whole: true})
	strips := l.textStrips(spans, style, x+cardLeft, w-cardLeft)
	if len(strips) == 0 {
		return nil
	}
	fg, bg := toneInk(e.Tone), toneBg(e.Tone)
	if e.Tone == document.Neutral {
		fg = grey
	}
	strips[0].ops = append([]op{func(p *painter, y float64) {
		p.disc(x+avatarR, y+style.height()/2, 4.6, white)
		p.disc(x+avatarR, y+style.height()/2, 3.6, bg)
		p.disc(x+avatarR, y+style.height()/2, 2, fg)
	}}, strips[0].ops...)
	return together(strips, 120)
}

// card is a comment, a review or an approval in a box, its author's initials
// beside it.
func (l *layout) card(e document.Entry, x, w float64, depth int) []strip {
	left, width := x+cardLeft, w-cardLeft
	strips := l.cardHead(e, left, width)
	// Drawn with the last strip of the head, so that the line of the
	// conversation lies behind it.
	last := len(strips) - 1
	strips[last].ops = append(strips[last].ops, shifted(l.avatar(e.Who, x), strips[last].h-height(strips)))
	body := l.cardBody(e, left, width, depth)
	if len(body) == 0 {
		strips[len(strips)-1].keep = false
		return closeCard(strips, left, width, e.Tone)
	}
	strips = append(strips, body...)
	return together(closeCard(strips, left, width, e.Tone), 240)
}

const cardR = 4.0 // of a card's corners

// closeCard draws the frame of a card around its strips; a tone marks its left side.
func closeCard(strips []strip, x, w float64, tone document.Tone) []strip {
	toned := tone != document.Neutral && tone != document.Muted
	for i := range strips {
		h, first, last := strips[i].h, i == 0, i == len(strips)-1
		strips[i].gap = false
		strips[i].ops = append(strips[i].ops, func(p *painter, y float64) {
			cardFrame(p, x, y, w, h, first, last, toned)
			if toned {
				p.fill(x, y, 2.4, h, toneInk(tone))
			}
		})
	}
	return strips
}

// cardFrame draws the sides of a card beside one strip, and its top and bottom
// at the first and the last.
func cardFrame(p *painter, x, y, w, h float64, first, last, toned bool) {
	left := cardR
	if toned {
		left = 0
	}
	top, bottomL, bottomR := y, y+h, y+h
	topL, topR := top, top
	if first {
		topL, topR = y+left, y+cardR
	}
	if last {
		bottomL, bottomR = y+h-left, y+h-cardR
	}
	p.f.SetLineWidth(0.6)
	p.f.SetDrawColor(rule.r, rule.g, rule.b)
	if first {
		p.f.MoveTo(x, topL)
		p.corner(x, topL, x+left, y, false)
		p.f.LineTo(x+w-cardR, y)
		p.corner(x+w-cardR, y, x+w, topR, true)
		p.f.DrawPath("D")
	}
	if last {
		p.f.MoveTo(x, bottomL)
		p.corner(x, bottomL, x+left, y+h, false)
		p.f.LineTo(x+w-cardR, y+h)
		p.corner(x+w-cardR, y+h, x+w, bottomR, true)
		p.f.DrawPath("D")
	}
	if bottomL > topL {
		p.f.Line(x, topL, x, bottomL)
	}
	if bottomR > topR {
		p.f.Line(x+w, topR, x+w, bottomR)
	}
}

func (l *layout) cardHead(e document.Entry, x, w float64) []strip {
	const pad = 9.0
	style := textStyle{size: 8.2, ink: ink, lead: 1.36}
	room := w - 2*pad
	var pill op
	if e.Badge.Text != "" {
		width, draw := l.pill(e.Badge, 6.8)
		room -= width + 8
		pill = func(p *painter, y float64) { draw(p, x+w-pad-width, y+5) }
	}
	spans := append([]document.Span{{Text: e.Who + " ", Bold: true}}, e.Action...)
	lines := l.textStrips(spans, style, x+pad, max(room, 80))
	meta := e.Meta
	if e.When != "" {
		meta = append([]document.Span{{Text: e.When, Whole: true}}, separated(e.Meta)...)
	}
	lines = append(lines, l.textStrips(meta, smallStyle, x+pad, max(room, 80))...)
	strips := append([]strip{{h: 5}}, lines...)
	strips = append(strips, strip{h: 5})
	for i := range strips {
		strips[i].keep = true
	}
	total := height(strips)
	bg := band
	if e.Tone != document.Neutral && e.Tone != document.Muted {
		bg = toneBg(e.Tone)
	}
	strips[0].ops = append([]op{func(p *painter, y float64) {
		corners := "12"
		if bg != band {
			corners = "2"
		}
		p.rounded(x, y, w, total, cardR, corners, "F", bg, rule, 0.6)
		if pill != nil {
			pill(p, y)
		}
	}}, strips[0].ops...)
	return strips
}

// separated puts a dot before spans, if there are any.
func separated(spans []document.Span) []document.Span {
	if len(spans) == 0 {
		return nil
	}
	return append([]document.Span{{Text: "  ·  "}}, spans...)
}

func (l *layout) cardBody(e document.Entry, x, w float64, depth int) []strip {
	const pad = 9.0
	if len(e.Blocks) == 0 && len(e.Replies) == 0 {
		return nil
	}
	strips := []strip{{h: 6, keep: true}}
	strips = append(strips, l.blocks(e.Blocks, x+pad, w-2*pad, depth+1)...)
	for i, r := range e.Replies {
		if i > 0 || len(e.Blocks) > 0 {
			strips = append(strips, strip{h: 6})
		}
		strips = append(strips, l.reply(r, x+pad, w-2*pad, depth)...)
	}
	strips[len(strips)-1].keep = true
	return append(strips, strip{h: 7})
}

// reply is a comment on a line of code within a review.
func (l *layout) reply(e document.Entry, x, w float64, depth int) []strip {
	strips := l.cardHead(e, x, w)
	strips = append(strips, l.cardBody(e, x, w, depth+1)...)
	return closeCard(strips, x, w, document.Neutral)
}

// avatar draws a person's initials.
func (l *layout) avatar(who string, x float64) op {
	style := textStyle{size: 7.2, ink: white, bold: true}
	ln := ornament(l.clipLine(initials(who), document.Span{Bold: true}, style, 40))
	return func(p *painter, y float64) {
		p.disc(x+avatarR, y+avatarR+1, avatarR+1.6, white)
		p.disc(x+avatarR, y+avatarR+1, avatarR, accent)
		drawLine(p, ln, x+avatarR-ln.w/2, y+avatarR+3.6)
	}
}

// initials gives one or two letters of a name. They are ornament: the name
// stands beside them.
func initials(who string) string {
	if i := strings.Index(who, " ("); i > 0 {
		who = who[:i]
	}
	var out []rune
	for _, part := range strings.FieldsFunc(who, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		r := []rune(part)[0]
		if r < 0x2E80 {
			r = unicode.ToUpper(r)
		}
		if r <= 0xFFFF {
			out = append(out, r)
		}
	}
	switch {
	case strings.HasPrefix(who, "(unknown") || len(out) == 0:
		return "?"
	case len(out) == 1:
		return string(out)
	}
	if out[0] >= 0x2E80 {
		return string(out[:1])
	}
	return string([]rune{out[0], out[len(out)-1]})
}

// pill gives the width of a label and how it is drawn with its top left at x, y.
func (l *layout) pill(b document.Badge, size float64) (float64, func(p *painter, x, y float64)) {
	style := textStyle{size: size, ink: toneInk(b.Tone), bold: true}
	if b.Tone == document.Neutral {
		style.ink = grey
	}
	text := b.Text
	if s := toneSign(b.Tone); s != "" && b.Tone != document.Info {
		text = s + " " + text
	}
	ln := l.clipLine(text, document.Span{Bold: true}, style, 200)
	w := ln.w + size*1.5
	h := size * 1.75
	bg, fg := toneBg(b.Tone), style.ink
	return w, func(p *painter, x, y float64) {
		p.rounded(x, y, w, h, h/2, "1234", "FD", bg, fg, 0.5)
		drawLine(p, ln, x+size*0.75, y+h/2+size*0.36)
	}
}
