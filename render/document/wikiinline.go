package document

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// wikiInline turns the markup within a line into spans.
func wikiInline(s string) []Span {
	w := &wikiSpans{src: s}
	w.run(s, Span{}, 0)
	return w.out
}

type wikiSpans struct {
	src string
	out []Span
}

func (w *wikiSpans) add(s string, style Span) {
	style.Text = s
	w.out = appendSpan(w.out, style)
}

func (w *wikiSpans) run(s string, style Span, depth int) {
	start := 0
	flush := func(i int) {
		if i > start {
			w.add(s[start:i], style)
		}
	}
	for i := 0; i < len(s); {
		n := 0
		if depth <= maxDepth {
			n = w.markup(s, i, style, depth, flush)
		}
		if n == 0 {
			i++
			continue
		}
		i += n
		start = i
	}
	flush(len(s))
}

// markup takes the markup that begins at s[i] and gives its length; 0 where
// there is none. It calls flush before it adds anything.
func (w *wikiSpans) markup(s string, i int, style Span, depth int, flush func(int)) int {
	switch c := s[i]; c {
	case '\\':
		if strings.HasPrefix(s[i:], `\\`) {
			flush(i)
			w.add("\n", style)
			return 2
		}
		if i+1 < len(s) && strings.IndexByte(`*_-+^~?{}[]!|#\`, s[i+1]) >= 0 {
			flush(i)
			w.add(s[i+1:i+2], style)
			return 2
		}
	case '{':
		return w.brace(s, i, style, depth, flush)
	case '[':
		return w.link(s, i, style, flush)
	case '!':
		return w.image(s, i, style, flush)
	case 'h':
		if n := bareURL(s, i); n > 0 {
			flush(i)
			style.Link = safeURL(s[i : i+n])
			w.add(s[i:i+n], style)
			return n
		}
	case '*', '_', '-', '+', '^', '~', '?':
		return w.emphasis(s, i, style, depth, flush)
	}
	return 0
}

// bareURL gives the length of a URL that stands at s[i].
func bareURL(s string, i int) int {
	if !strings.HasPrefix(s[i:], "http://") && !strings.HasPrefix(s[i:], "https://") {
		return 0
	}
	end := strings.IndexFunc(s[i:], func(r rune) bool { return r <= ' ' || strings.ContainsRune("<>\"|[]{}", r) })
	if end < 0 {
		end = len(s) - i
	}
	return len(strings.TrimRight(s[i:i+end], ".,;:!?)*_"))
}

func (w *wikiSpans) brace(s string, i int, style Span, depth int, flush func(int)) int {
	rest := s[i:]
	if strings.HasPrefix(rest, "{{") {
		if j := strings.Index(rest[2:], "}}"); j > 0 && !strings.Contains(rest[2:2+j], "\n\n") {
			flush(i)
			style.Code = true
			w.add(rest[2:2+j], style)
			return j + 4
		}
		return 0
	}
	if strings.HasPrefix(rest, "{color") {
		open := strings.IndexByte(rest, '}')
		if open < 0 {
			return 0
		}
		// The colour itself carries nothing that words do not; the text stays.
		end := strings.Index(rest[open:], "{color}")
		if rest[:open+1] == "{color}" || end < 0 {
			flush(i)
			return open + 1
		}
		flush(i)
		w.run(rest[open+1:open+end], style, depth+1)
		return open + end + len("{color}")
	}
	if strings.HasPrefix(rest, "{anchor:") {
		if j := strings.IndexByte(rest, '}'); j > 0 {
			flush(i)
			return j + 1
		}
	}
	return 0
}

func (w *wikiSpans) link(s string, i int, style Span, flush func(int)) int {
	end := strings.IndexByte(s[i:], ']')
	if end <= 1 || strings.Contains(s[i:i+end], "\n") {
		return 0
	}
	inner := s[i+1 : i+end]
	if strings.HasPrefix(inner, "~") {
		flush(i)
		style.Bold = true
		w.add("@"+strings.TrimPrefix(strings.TrimPrefix(inner, "~"), "accountid:"), style)
		return end + 1
	}
	label, target, both := strings.Cut(inner, "|")
	if !both {
		label, target = inner, inner
	}
	target, _, _ = strings.Cut(target, "|")
	url := safeURL(strings.TrimSpace(target))
	switch {
	case url == "" && !both && !strings.HasPrefix(inner, "^") && !strings.HasPrefix(inner, "#") && !strings.HasPrefix(inner, "mailto:"):
		return 0 // just a word in brackets
	case url == "":
		flush(i)
		w.add(strings.TrimPrefix(label, "^"), style)
		if both {
			w.add(" ("+target+")", Span{Tone: Muted})
		}
	default:
		flush(i)
		style.Link = url
		w.add(strings.TrimSpace(label), style)
	}
	return end + 1
}

func (w *wikiSpans) image(s string, i int, style Span, flush func(int)) int {
	end := strings.IndexByte(s[i+1:], '!')
	if end <= 0 {
		return 0
	}
	inner := s[i+1 : i+1+end]
	name, _, _ := strings.Cut(inner, "|")
	if strings.ContainsAny(inner, "\n") || !strings.Contains(name, ".") || strings.HasPrefix(name, " ") || strings.HasSuffix(name, " ") {
		return 0
	}
	flush(i)
	w.add("[image: "+name+"]", Span{Tone: Muted, Link: safeURL(name), Bold: style.Bold})
	return end + 2
}

// maxEmphasis bounds how far ahead the end of an emphasis is looked for.
const maxEmphasis = 3_000

// emphasis takes *bold*, _italic_, -struck-, +inserted+, ^raised^, ~lowered~
// and ??cited??: marks that stand at the edges of words, on one line.
func (w *wikiSpans) emphasis(s string, i int, style Span, depth int, flush func(int)) int {
	mark := s[i : i+1]
	if mark == "?" {
		if !strings.HasPrefix(s[i:], "??") {
			return 0
		}
		mark = "??"
	}
	if i > 0 {
		if r, _ := utf8.DecodeLastRuneInString(s[:i]); unicode.IsLetter(r) || unicode.IsDigit(r) {
			return 0
		}
	}
	from := i + len(mark)
	if from >= len(s) || s[from] == ' ' || s[from] == '\n' || strings.HasPrefix(s[from:], mark) {
		return 0
	}
	line := s[from:]
	if j := strings.IndexByte(line, '\n'); j >= 0 {
		line = line[:j]
	}
	line = line[:min(len(line), maxEmphasis)]
	for at := 0; at < len(line); {
		j := strings.Index(line[at:], mark)
		if j < 0 {
			return 0
		}
		j += at
		after, _ := utf8.DecodeRuneInString(line[j+len(mark):])
		if j > 0 && line[j-1] != ' ' && line[j-1] != '\\' && !unicode.IsLetter(after) && !unicode.IsDigit(after) {
			flush(i)
			switch mark {
			case "*":
				style.Bold = true
			case "_", "??":
				style.Italic = true
			case "-":
				style.Strike = true
			}
			w.run(line[:j], style, depth+1)
			return j + 2*len(mark)
		}
		at = j + len(mark)
	}
	return 0
}
