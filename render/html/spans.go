package html

import (
	"regexp"
	"strings"

	"golang.org/x/net/html"

	"github.com/tickmark-dev/tickmark/render/document"
)

// spans draws running text.
func (p *page) spans(list []document.Span) []*html.Node {
	var out []*html.Node
	for _, s := range list {
		if s.Text != "" {
			out = append(out, p.span(s))
		}
	}
	return out
}

// span draws one run of text. Its elements are, from the inside: direction,
// code, weight, link, tone.
func (p *page) span(s document.Span) *html.Node {
	inner := lines(s.Text)
	wrap := func(tag, class string) { inner = []*html.Node{el(tag, class, inner...)} }
	if hasRTL(s.Text) {
		wrap("bdi", "")
	}
	if s.Code {
		wrap("code", "")
	}
	if s.Strike {
		wrap("s", "")
	}
	if s.Italic {
		wrap("em", "")
	}
	if s.Bold {
		wrap("strong", "")
	}
	if a := p.link(s); a != nil {
		inner = []*html.Node{add(a, inner...)}
	}
	class := toneClass(s.Tone)
	if s.Whole {
		class = strings.TrimSpace(class + " whole")
	}
	if class != "" || len(inner) != 1 {
		wrap("span", class)
	}
	return inner[0]
}

func (p *page) link(s document.Span) *html.Node {
	if s.File != "" {
		return internal(s.File, p.opts.Folder)
	}
	return external(s.Link)
}

// together are the words that a line does not part: days, times of day with
// their zone, durations.
var together = regexp.MustCompile(`\b\d{4}-\d{2}-\d{2}\b|\b\d{2}:\d{2}(?::\d{2})?(?: UTC)?\b|\b\d+ (?:d|h|min) \d+ (?:h|min|s)\b`)

// lines makes breaks of line feeds.
func lines(s string) []*html.Node {
	var out []*html.Node
	for i, line := range strings.Split(strings.ReplaceAll(s, "\r\n", "\n"), "\n") {
		if i > 0 {
			out = append(out, el("br", ""))
		}
		from := 0
		for _, at := range together.FindAllStringIndex(line, -1) {
			if at[0] > from {
				out = append(out, text(line[from:at[0]]))
			}
			out = append(out, el("span", "whole", text(line[at[0]:at[1]])))
			from = at[1]
		}
		if from < len(line) {
			out = append(out, text(line[from:]))
		}
	}
	return out
}

// toneClass gives the class of a tone, "" for none.
func toneClass(t document.Tone) string {
	switch t {
	case document.Good, document.Bad, document.Attention, document.Info, document.GapTone, document.Muted, document.Merged:
		return "tone-" + string(t)
	}
	return ""
}

// toneSign is the sign that says a tone without colour.
func toneSign(t document.Tone) string {
	switch t {
	case document.Good:
		return "✓"
	case document.Bad:
		return "✗"
	case document.Attention:
		return "!"
	case document.GapTone:
		return "∅"
	case document.Info:
		return "i"
	}
	return ""
}

// plain gives the text of spans.
func plain(list []document.Span) string {
	var b strings.Builder
	for _, s := range list {
		b.WriteString(s.Text)
	}
	return b.String()
}
