package html

import (
	"fmt"
	"net/url"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/text/unicode/bidi"
)

// el makes an element. The names of tags and classes are this package's own
// words, never a document's. Children that are nil are left out.
func el(tag, class string, children ...*html.Node) *html.Node {
	n := &html.Node{Type: html.ElementNode, Data: tag}
	if class != "" {
		set(n, "class", class)
	}
	return add(n, children...)
}

// add appends children, and gives n.
func add(n *html.Node, children ...*html.Node) *html.Node {
	for _, c := range children {
		if c != nil {
			n.AppendChild(c)
		}
	}
	return n
}

// set adds an attribute, and gives n. The value may be a stranger's.
func set(n *html.Node, key, value string) *html.Node {
	n.Attr = append(n.Attr, html.Attribute{Key: key, Val: clean(value)})
	return n
}

// text makes a text of a stranger's words.
func text(s string) *html.Node { return &html.Node{Type: html.TextNode, Data: clean(s)} }

// hidden makes an ornament, of which a screen reader says nothing.
func hidden(tag, class string, children ...*html.Node) *html.Node {
	return set(el(tag, class, children...), "aria-hidden", "true")
}

func meta(key, value string) *html.Node { return set(el("meta", ""), key, value) }

func named(name, content string) *html.Node { return set(meta("name", name), "content", content) }

func httpEquiv(name, content string) *html.Node {
	return set(meta("http-equiv", name), "content", content)
}

// clean gives s with what must not reach a page shown by its number:
// characters that control something, and those that turn the direction of
// writing, with which a text can be made to read as another than it is. Marks of
// direction are common in writing that runs from right to left, which reads
// right without them; there they are left out in silence.
func clean(s string) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\r\n", "\n")
	if strings.ContainsFunc(s, isMark) && hasRTL(strings.Map(withoutMarks, s)) {
		s = strings.Map(withoutMarks, s)
	}
	if !strings.ContainsFunc(s, unwanted) {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if unwanted(r) {
			fmt.Fprintf(&b, "[U+%04X]", r)
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

func unwanted(r rune) bool {
	switch {
	case r == '\n' || r == '\t':
		return false
	case r < 0x20, 0x7F <= r && r <= 0x9F: // controls
		return true
	case 0x202A <= r && r <= 0x202E, 0x2066 <= r && r <= 0x2069, isMark(r): // directions
		return true
	case 0xFDD0 <= r && r <= 0xFDEF, r&0xFFFE == 0xFFFE: // no characters
		return true
	}
	return false
}

// isMark reports whether a rune is an invisible letter of a direction: LRM, RLM
// and ALM.
func isMark(r rune) bool { return r == 0x200E || r == 0x200F || r == 0x061C }

func withoutMarks(r rune) rune {
	if isMark(r) {
		return -1
	}
	return r
}

// hasRTL reports whether a text holds letters that run from right to left.
func hasRTL(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool {
		if r < 0x0590 {
			return false
		}
		p, _ := bidi.LookupRune(r)
		c := p.Class()
		return c == bidi.R || c == bidi.AL
	})
}

// external makes a link that tells the place it leads to nothing of this page;
// nil for an address that is not of the web.
func external(address string) *html.Node {
	if !isWeb(address) {
		return nil
	}
	return set(set(el("a", ""), "href", address), "rel", "noopener noreferrer")
}

// isWeb reports whether a reader may follow an address.
func isWeb(address string) bool {
	l := strings.ToLower(address)
	if !strings.HasPrefix(l, "http://") && !strings.HasPrefix(l, "https://") || !utf8.ValidString(address) {
		return false
	}
	return !strings.ContainsFunc(address, func(r rune) bool {
		return r <= ' ' || r == '"' || r == '<' || r == '>' || r == '\\' || unwanted(r)
	})
}

// internal makes a link to a file of the package from a page in folder; nil
// for a path that leads out of it. Each part of the path is encoded, for names
// hold "#", "%" and spaces.
func internal(file, folder string) *html.Node {
	var parts []string
	for part := range strings.SplitSeq(file, "/") {
		if part == "" || part == "." || part == ".." || !utf8.ValidString(part) {
			return nil
		}
		parts = append(parts, url.PathEscape(part))
	}
	up := "./"
	if folder != "" {
		up = strings.Repeat("../", strings.Count(folder, "/")+1)
	}
	return set(el("a", ""), "href", up+strings.Join(parts, "/"))
}
