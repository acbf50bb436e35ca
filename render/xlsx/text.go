package xlsx

import (
	"encoding/json"
	"net/url"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// maxCell is how many UTF-16 units a cell holds; what is longer Excel cuts in silence.
const maxCell = 32767

// clean takes out of a stranger's text what a workbook cannot hold or what
// would hide text: control characters other than line ends, marks that turn
// the direction of writing, and what is no Unicode.
func clean(s string) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\r\n", "\n")
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\r':
			return '\n'
		case r == '\n':
			return r
		case r == '\t':
			return ' '
		case r < ' ', r >= 0x7f && r < 0xa0, r == 0x061c, r == 0x200e, r == 0x200f, r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069, r == 0xfffe, r == 0xffff:
			return -1
		}
		return r
	}, s)
}

// fit cuts a text that a cell cannot hold, and says where the whole is.
func fit(s, whole string) string {
	if len(s) <= maxCell || units(s) <= maxCell {
		return s
	}
	pointer := "\n… cut here: a cell holds 32,767 characters; the whole is in " + whole
	return head(s, maxCell-units(pointer)) + pointer
}

// head gives the first n UTF-16 units, between characters.
func head(s string, n int) string {
	for i, r := range s {
		if n -= utf16.RuneLen(r); n < 0 {
			return s[:i]
		}
	}
	return s
}

func units(s string) int {
	n := 0
	for _, r := range s {
		n += utf16.RuneLen(r)
	}
	return n
}

// oneLine gives the first words of a text, on one line.
func oneLine(s string, limit int) string {
	s = strings.Join(strings.Fields(clean(s)), " ")
	if utf8.RuneCountInString(s) <= limit {
		return s
	}
	return strings.TrimSpace(string([]rune(s)[:limit-1])) + "…"
}

// prose gives the words of a text in whatever markup, for a short cell.
func prose(t evidence.Text) string {
	if t.Markup != evidence.ADF {
		return t.Source
	}
	var doc any
	if json.Unmarshal([]byte(t.Source), &doc) != nil {
		return t.Source
	}
	var words []string
	var walk func(any)
	walk = func(node any) {
		switch n := node.(type) {
		case []any:
			for _, child := range n {
				walk(child)
			}
		case map[string]any:
			if text, ok := n["text"].(string); ok {
				words = append(words, text)
			}
			walk(n["content"])
		}
	}
	walk(doc)
	return strings.Join(words, " ")
}

// maxLink is how long a link may be in Excel.
const maxLink = 2079

// web gives a link to a page of a source, or "" for what is none: only http
// and https are followed.
func web(raw string) string {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || u.User != nil || (u.Scheme != "http" && u.Scheme != "https") || len(raw) > maxLink || clean(raw) != raw {
		return ""
	}
	return u.String()
}

// relative gives a link to a file or folder of the package from the folder
// that the workbook stands in. Programs take a link apart at # and ?, and
// decode %; so these, and spaces, are written as codes, and letters beyond
// ASCII stay as they are.
func relative(path, from string) string {
	if rest, ok := strings.CutPrefix(path, from+"/"); ok && from != "" {
		path = rest
	} else if from != "" {
		path = "../" + path
	}
	link := strings.NewReplacer("%", "%25", " ", "%20", "#", "%23", "?", "%3F", "&", "%26", "'", "%27", "[", "%5B", "]", "%5D", "^", "%5E", "`", "%60", "{", "%7B", "}", "%7D").Replace(path)
	if len(link) > maxLink {
		return ""
	}
	return link
}
