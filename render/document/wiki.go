package document

import (
	"regexp"
	"strings"
)

// wikiBlocks turns Jira wiki markup into blocks. What is not markup, or not
// closed, is text.
func wikiBlocks(src string) []Block {
	w := &wiki{lines: strings.Split(src, "\n")}
	return w.blocks(0)
}

type wiki struct {
	lines []string
	next  int
	out   []Block
	para  []string
}

// A macro spans lines: {code}, {noformat}, {quote}, {panel}.
var (
	wikiMacro = regexp.MustCompile(`^\s*\{(code|noformat|quote|panel|info|note|tip|warning)(:[^}]*)?\}`)
	// The same within a line of text.
	wikiMacroWithin = regexp.MustCompile(`\{(code|noformat|quote|panel)(:[^}]*)?\}`)

	wikiHeading = regexp.MustCompile(`^\s*h([1-6])\.\s+(.*)$`)
	wikiItem    = regexp.MustCompile(`^\s*([*#-]{1,12})\s+(.*)$`)
	wikiRule    = regexp.MustCompile(`^\s*-{4,}\s*$`)
)

func (w *wiki) blocks(depth int) []Block {
	for w.next < len(w.lines) {
		line := w.lines[w.next]
		switch {
		case strings.TrimSpace(line) == "":
			w.flush()
			w.next++
		case wikiRule.MatchString(line):
			w.emit(Block{Rule: &Rule{}})
			w.next++
		case wikiMacro.MatchString(line) && w.macro(depth):
		case wikiHeading.MatchString(line):
			g := wikiHeading.FindStringSubmatch(line)
			w.emit(Block{Heading: &Heading{Level: min(int(g[1][0]-'0')+2, 4), Spans: wikiInline(g[2])}})
			w.next++
		case strings.HasPrefix(strings.TrimSpace(line), "bq. "):
			w.emit(Block{Quote: &Quote{Blocks: []Block{paragraph(wikiInline(strings.TrimSpace(line)[4:])...)}}})
			w.next++
		case wikiItem.MatchString(line):
			w.list()
		case strings.HasPrefix(strings.TrimSpace(line), "|"):
			w.table()
		default:
			w.inlineMacro(line)
			w.next++
		}
	}
	w.flush()
	return w.out
}

// inlineMacro takes a line of text; a macro that begins within it goes on to a
// line of its own.
func (w *wiki) inlineMacro(line string) {
	if at := wikiMacroWithin.FindStringIndex(line); at != nil && at[0] > 0 && line[at[0]-1] != '\\' {
		w.para = append(w.para, line[:at[0]])
		w.lines[w.next] = line[at[0]:]
		w.next--
		return
	}
	w.para = append(w.para, line)
}

func (w *wiki) flush() {
	if len(w.para) == 0 {
		return
	}
	spans := trimSpans(wikiInline(strings.Join(w.para, "\n")))
	w.para = nil
	if len(spans) > 0 {
		w.out = append(w.out, paragraph(spans...))
	}
}

func (w *wiki) emit(b ...Block) {
	w.flush()
	w.out = append(w.out, b...)
}

// macro takes a macro that is closed further down; false where it is not.
func (w *wiki) macro(depth int) bool {
	line := w.lines[w.next]
	g := wikiMacro.FindStringSubmatch(line)
	name, params, opening := g[1], strings.TrimPrefix(g[2], ":"), g[0]
	closing := "{" + name + "}"
	rest := line[len(opening):]
	var body []string
	end, tail := -1, ""
	for i := w.next; i < len(w.lines); i++ {
		l := w.lines[i]
		if i == w.next {
			l = rest
		}
		if j := strings.Index(l, closing); j >= 0 {
			body = append(body, l[:j])
			end, tail = i, l[j+len(closing):]
			break
		}
		body = append(body, l)
	}
	if end < 0 {
		// Not closed: everything after it is text, and so is every other of its name.
		w.lines[w.next] = "\\" + strings.TrimLeft(line, " \t")
		w.para = append(w.para, w.lines[w.next])
		w.next++
		return true
	}
	w.lines[end] = tail
	w.next = end
	if strings.TrimSpace(tail) == "" {
		w.next++
	}
	w.emit(wikiMacroBlocks(name, params, body, depth)...)
	return true
}

func wikiMacroBlocks(name, params string, body []string, depth int) []Block {
	text := strings.Trim(strings.Join(body, "\n"), "\n")
	if name == "code" || name == "noformat" {
		return codeBlocks(text, strings.HasPrefix(params, "diff"))
	}
	var inner []Block
	if depth >= maxDepth {
		inner = plainBlocks(text)
	} else {
		inner = (&wiki{lines: strings.Split(text, "\n")}).blocks(depth + 1)
	}
	if name == "quote" {
		if len(inner) == 0 {
			return nil
		}
		return []Block{{Quote: &Quote{Blocks: inner}}}
	}
	title := ""
	for _, p := range strings.Split(params, "|") {
		if k, v, ok := strings.Cut(p, "="); ok && strings.TrimSpace(k) == "title" {
			title = v
		}
	}
	tone := Info
	if name == "note" || name == "warning" {
		tone = Attention
	}
	return []Block{{Note: &Note{Tone: tone, Title: title, Blocks: inner}}}
}

// list takes the run of list items that begins here.
func (w *wiki) list() {
	type item struct{ marks, text string }
	var items []item
	for ; w.next < len(w.lines); w.next++ {
		line := w.lines[w.next]
		if g := wikiItem.FindStringSubmatch(line); g != nil && !wikiRule.MatchString(line) {
			items = append(items, item{g[1], g[2]})
			continue
		}
		if strings.TrimSpace(line) == "" || len(items) == 0 || !strings.HasPrefix(line, " ") {
			break
		}
		items[len(items)-1].text += "\n" + strings.TrimSpace(line)
	}
	var build func(at, depth int) (*List, int)
	build = func(at, depth int) (*List, int) {
		kind := items[at].marks[min(depth, len(items[at].marks))-1]
		l := &List{Ordered: kind == '#', Start: 1}
		for at < len(items) && len(items[at].marks) >= depth {
			if len(items[at].marks) == depth {
				if items[at].marks[depth-1] != kind {
					break
				}
				l.Items = append(l.Items, ListItem{Blocks: []Block{paragraph(wikiInline(items[at].text)...)}})
				at++
				continue
			}
			sub, after := build(at, depth+1)
			if len(l.Items) == 0 {
				l.Items = append(l.Items, ListItem{})
			}
			last := &l.Items[len(l.Items)-1]
			last.Blocks = append(last.Blocks, Block{List: sub})
			at = after
		}
		return l, at
	}
	for at := 0; at < len(items); {
		var l *List
		l, at = build(at, 1)
		w.emit(Block{List: l})
	}
}

// table takes the run of table rows that begins here.
func (w *wiki) table() {
	t := &Table{}
	for ; w.next < len(w.lines); w.next++ {
		line := strings.TrimSpace(w.lines[w.next])
		if !strings.HasPrefix(line, "|") {
			break
		}
		head := strings.HasPrefix(line, "||")
		cells := wikiCells(line)
		if head && len(t.Columns) == 0 && len(t.Rows) == 0 && strings.HasSuffix(line, "||") {
			for _, c := range cells {
				t.Columns = append(t.Columns, Column{Title: plain(wikiInline(c))})
			}
			continue
		}
		r := Row{}
		for i, c := range cells {
			spans := wikiInline(c)
			if head && i == 0 {
				for k := range spans {
					spans[k].Bold = true
				}
			}
			r.Cells = append(r.Cells, Cell{Spans: spans})
		}
		t.Rows = append(t.Rows, r)
	}
	w.emit(Block{Table: squared(t)})
}

// wikiCells parts a row at its bars; a bar within a link or {{…}} is text.
func wikiCells(line string) []string {
	line = strings.Trim(line, "|")
	var cells []string
	start, square, curly := 0, 0, 0
	for i := 0; i < len(line); i++ {
		switch line[i] {
		case '\\':
			i++
		case '[':
			square++
		case ']':
			square = max(square-1, 0)
		case '{':
			curly++
		case '}':
			curly = max(curly-1, 0)
		case '|':
			if square > 0 && strings.Contains(line[i:], "]") || curly > 0 && strings.Contains(line[i:], "}") {
				continue
			}
			cells = append(cells, strings.TrimSpace(line[start:i]))
			for i+1 < len(line) && line[i+1] == '|' {
				i++
			}
			start = i + 1
		}
	}
	return append(cells, strings.TrimSpace(line[min(start, len(line)):]))
}
