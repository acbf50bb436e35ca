package html

import (
	"strings"
	"time"
	"unicode"

	"golang.org/x/net/html"

	"github.com/tickmark-dev/tickmark/render/document"
)

// timeline draws moments along a line, times on its left.
func (p *page) timeline(t *document.Timeline) *html.Node {
	list := el("ol", "timeline")
	for i, m := range t.Moments {
		class := toneClass(m.Tone)
		if m.Major {
			class += " major"
		}
		if i > 0 && m.At.Sub(t.Moments[i-1].At) >= 24*time.Hour {
			class += " later"
		}
		when := el("div", "when", text(m.When))
		if m.Local != "" {
			add(when, el("span", "local", text(m.Local)))
		}
		what := el("div", "what", p.spans(m.What)...)
		if m.Who != "" {
			add(what, el("span", "who", p.span(document.Span{Text: m.Who})))
		}
		if len(m.Marks) > 0 {
			marks := el("span", "marks")
			for i, mark := range m.Marks {
				if i > 0 {
					add(marks, text(" "))
				}
				add(marks, el("span", "", p.span(document.Span{Text: mark})))
			}
			add(what, marks)
		}
		list.AppendChild(el("li", strings.TrimSpace(class), when, hidden("span", "dot"), what))
	}
	return list
}

// conversation draws cards and events, as forges and trackers show them.
func (p *page) conversation(c *document.Conversation, depth int) *html.Node {
	list := el("ol", "conversation")
	for _, e := range c.Entries {
		if e.Card {
			list.AppendChild(el("li", "card-entry", hidden("span", "avatar", text(initials(e.Who))), p.card(e, depth)))
			continue
		}
		line := el("p", "", p.span(document.Span{Text: e.Who, Bold: true}), text(" "))
		add(line, p.spans(e.Action)...)
		if e.When != "" {
			add(line, el("span", "when", text(" "+e.When)))
		}
		list.AppendChild(el("li", strings.TrimSpace("event "+toneClass(e.Tone)), hidden("span", "dot"), line))
	}
	return list
}

// card is a comment, a review or an approval in a box.
func (p *page) card(e document.Entry, depth int) *html.Node {
	said := el("p", "said", p.span(document.Span{Text: e.Who, Bold: true}), text(" "))
	add(said, p.spans(e.Action)...)
	head := el("div", "card-head", said)
	if e.Badge.Text != "" {
		add(head, badge(e.Badge))
	}
	info := el("p", "meta")
	if e.When != "" {
		add(info, el("span", "whole", text(e.When)))
	}
	if len(e.Meta) > 0 {
		if e.When != "" {
			add(info, text(" · "))
		}
		add(info, p.spans(e.Meta)...)
	}
	if info.FirstChild != nil {
		add(head, info)
	}
	card := el("div", strings.TrimSpace("card "+toneClass(e.Tone)), head)
	if len(e.Blocks) == 0 && len(e.Replies) == 0 {
		return card
	}
	body := el("div", "card-body", p.blocks(e.Blocks, depth+1)...)
	for _, r := range e.Replies {
		body.AppendChild(p.card(r, depth+1))
	}
	return add(card, body)
}

// badge draws a short label with a tone and its sign.
func badge(b document.Badge) *html.Node {
	s := b.Text
	if sign := toneSign(b.Tone); sign != "" && b.Tone != document.Info {
		s = sign + " " + s
	}
	return el("span", strings.TrimSpace("badge "+toneClass(b.Tone)), text(s))
}

// initials gives one or two letters of a name. They are ornament: the name
// stands beside them.
func initials(who string) string {
	if i := strings.Index(who, " ("); i > 0 {
		who = who[:i]
	}
	words := strings.FieldsFunc(who, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	if len(words) == 0 || strings.HasPrefix(who, "(unknown") {
		return "?"
	}
	first := []rune(words[0])[0]
	if len(words) == 1 || first >= 0x2E80 {
		return string(unicode.ToUpper(first))
	}
	return string(unicode.ToUpper(first)) + string(unicode.ToUpper([]rune(words[len(words)-1])[0]))
}
