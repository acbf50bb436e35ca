package document

import (
	"strings"

	"golang.org/x/net/html"
)

// htmlState follows the HTML tags that people write into Markdown: those that
// only style text change the style, those that break lines break them, and
// every other tag is shown as it was written.
type htmlState struct {
	bold, italic, code, strike int
	links                      []string
}

// apply adds the open tags' style to a span.
func (h *htmlState) apply(s Span) Span {
	s.Bold = s.Bold || h.bold > 0
	s.Italic = s.Italic || h.italic > 0
	s.Code = s.Code || h.code > 0
	s.Strike = s.Strike || h.strike > 0
	if s.Link == "" && len(h.links) > 0 {
		s.Link = h.links[len(h.links)-1]
	}
	return s
}

// feed reads a piece of HTML and gives what it shows, and how many comments it
// had, which nobody sees.
func (h *htmlState) feed(src string) (spans []Span, comments int) {
	z := html.NewTokenizer(strings.NewReader(src))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return spans, comments
		case html.CommentToken:
			comments++
		case html.TextToken:
			spans = appendSpan(spans, h.apply(Span{Text: collapse(html.UnescapeString(string(z.Text())))}))
		case html.StartTagToken, html.SelfClosingTagToken, html.EndTagToken:
			raw := string(z.Raw())
			spans = append(spans, h.tag(z.Token(), raw)...)
		default:
			spans = append(spans, Span{Text: string(z.Raw()), Code: true, Tone: Muted})
		}
	}
}

func (h *htmlState) tag(t html.Token, raw string) []Span {
	step := 1
	if t.Type == html.EndTagToken {
		step = -1
	}
	move := func(n *int) { *n = max(*n+step, 0) }
	switch t.Data {
	case "b", "strong", "summary", "th":
		move(&h.bold)
		if t.Data == "summary" {
			return []Span{{Text: "\n"}}
		}
	case "i", "em":
		move(&h.italic)
	case "code", "kbd", "samp", "tt", "pre":
		move(&h.code)
		if t.Data == "pre" {
			return []Span{{Text: "\n"}}
		}
	case "s", "del", "strike":
		move(&h.strike)
	case "a":
		return h.anchor(t, step)
	case "img":
		return []Span{imageTag(t)}
	case "br", "p", "div", "details", "li", "ul", "ol", "tr", "table", "hr", "blockquote",
		"h1", "h2", "h3", "h4", "h5", "h6", "center", "dl", "dt", "dd":
		if t.Data == "li" && step > 0 {
			return []Span{{Text: "\n• "}}
		}
		return []Span{{Text: "\n"}}
	case "td":
		return []Span{{Text: " "}}
	case "span", "sub", "sup", "u", "ins", "small", "big", "font", "tbody", "thead", "picture", "source", "g-emoji", "mark":
	default:
		return []Span{{Text: raw, Code: true, Tone: Muted}}
	}
	return nil
}

func (h *htmlState) anchor(t html.Token, step int) []Span {
	if step < 0 {
		if len(h.links) > 0 {
			h.links = h.links[:len(h.links)-1]
		}
		return nil
	}
	for _, a := range t.Attr {
		if a.Key == "href" {
			if len(h.links) < maxDepth {
				h.links = append(h.links, safeURL(a.Val))
			}
			return nil
		}
	}
	return nil
}

func imageTag(t html.Token) Span {
	var alt, src string
	for _, a := range t.Attr {
		switch a.Key {
		case "alt":
			alt = a.Val
		case "src":
			src = a.Val
		}
	}
	return Span{Text: "[image: " + strings.TrimSpace(alt+" "+src) + "]", Tone: Muted, Link: safeURL(src)}
}

// htmlSpans gives what a whole piece of HTML shows.
func htmlSpans(src string) ([]Span, int) {
	var h htmlState
	return h.feed(src)
}

// collapse makes one space of each run of white space.
func collapse(s string) string {
	f := strings.Join(strings.Fields(s), " ")
	if f == "" {
		if s != "" {
			return " "
		}
		return ""
	}
	if strings.HasPrefix(s, " ") || strings.HasPrefix(s, "\n") {
		f = " " + f
	}
	if strings.HasSuffix(s, " ") || strings.HasSuffix(s, "\n") {
		f += " "
	}
	return f
}

// appendSpan adds s, to the last span where their styles agree.
func appendSpan(spans []Span, s Span) []Span {
	if s.Text == "" {
		return spans
	}
	if n := len(spans); n > 0 {
		last := spans[n-1]
		last.Text = s.Text
		if last == s {
			spans[n-1].Text += s.Text
			return spans
		}
	}
	return append(spans, s)
}

// trimSpans removes white space at both ends.
func trimSpans(spans []Span) []Span {
	for len(spans) > 0 {
		spans[0].Text = strings.TrimLeft(spans[0].Text, " \t\n")
		if spans[0].Text != "" {
			break
		}
		spans = spans[1:]
	}
	for len(spans) > 0 {
		last := &spans[len(spans)-1]
		last.Text = strings.TrimRight(last.Text, " \t\n")
		if last.Text != "" {
			break
		}
		spans = spans[:len(spans)-1]
	}
	return spans
}

// splitParagraphs parts spans at line breaks; empty lines vanish.
func splitParagraphs(spans []Span) [][]Span {
	var all [][]Span
	var cur []Span
	flush := func() {
		if cur = trimSpans(cur); len(cur) > 0 {
			all = append(all, cur)
		}
		cur = nil
	}
	for _, s := range spans {
		for i, line := range strings.Split(s.Text, "\n") {
			if i > 0 {
				flush()
			}
			t := s
			t.Text = line
			cur = appendSpan(cur, t)
		}
	}
	flush()
	return all
}
