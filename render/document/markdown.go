package document

import (
	"bufio"
	"bytes"
	"fmt"
	"html"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	east "github.com/yuin/goldmark/extension/ast"
	renderer "github.com/yuin/goldmark/renderer/html"
	gtext "github.com/yuin/goldmark/text"
)

// markdownBlocks turns GitHub flavoured Markdown into blocks. HTML comments,
// which GitHub hides, are left out and counted; other HTML shows its text, and
// a tag that has no meaning for text is shown as it was written.
func markdownBlocks(src string) []Block {
	if crowded(src) {
		return append([]Block{note(Attention, "Shown without its markup", "This text has more marks in one paragraph than a person writes.")}, plainBlocks(src)...)
	}
	m := &markdown{src: []byte(limitNesting(src))}
	root := goldmark.New(goldmark.WithExtensions(extension.GFM)).Parser().Parse(gtext.NewReader(m.src))
	blocks := m.blocks(root, 0)
	if m.comments > 0 {
		blocks = append(blocks, paragraph(Span{Tone: Muted, Italic: true, Text: fmt.Sprintf(
			"%s in this text, which GitHub does not show, %s not shown here either.",
			count(m.comments, "HTML comment"), map[bool]string{true: "is", false: "are"}[m.comments == 1])}))
	}
	return blocks
}

// crowded reports whether one paragraph has so many marks that parsing it
// would take long: its time grows with the square of them.
func crowded(src string) bool {
	const most = 8_000
	for _, p := range strings.Split(src, "\n\n") {
		n := 0
		for i := range len(p) {
			switch p[i] {
			case '*', '_', '[', '`', '~', '<', '(':
				n++
			}
		}
		if n > most {
			return true
		}
	}
	return false
}

// limitNesting keeps a line from opening more block quotes and lists, and a
// table from having more columns, than anybody means: parsing time grows with
// the square of them.
func limitNesting(src string) string {
	const most = 40
	lines := strings.Split(src, "\n")
	for i, l := range lines {
		if strings.Count(l, "|") > maxColumns+1 && strings.Trim(l, "|-: \t") == "" {
			lines[i] = "\\" + l // a table of so many columns is text
			continue
		}
		n, j := 0, 0
		for ; j < len(l) && n <= most; j++ {
			switch l[j] {
			case '>', '-', '*', '+':
				n++
			case ' ', '\t':
			default:
				n = -1
			}
			if n < 0 {
				break
			}
		}
		if n > most && strings.Trim(l, "-* \t+") != "" {
			lines[i] = l[:j-1] + "\\" + l[j-1:]
		}
	}
	return strings.Join(lines, "\n")
}

type markdown struct {
	src      []byte
	comments int
}

// blocks turns the children of n into blocks.
func (m *markdown) blocks(n ast.Node, depth int) []Block {
	var blocks []Block
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		blocks = append(blocks, m.block(c, depth)...)
	}
	return blocks
}

func (m *markdown) block(n ast.Node, depth int) []Block {
	if depth > maxDepth {
		if s := strings.TrimSpace(plain(m.flat(n))); s != "" {
			return []Block{para(s)}
		}
		return nil
	}
	switch n := n.(type) {
	case *ast.Heading:
		return []Block{{Heading: &Heading{Level: min(n.Level+2, 4), Spans: m.spans(n)}}}
	case *ast.Paragraph, *ast.TextBlock:
		if spans := m.spans(n); strings.TrimSpace(plain(spans)) != "" {
			return []Block{paragraph(spans...)}
		}
		return nil
	case *ast.ThematicBreak:
		return []Block{{Rule: &Rule{}}}
	case *ast.FencedCodeBlock:
		return m.code(n, string(n.Language(m.src)))
	case *ast.CodeBlock:
		return m.code(n, "")
	case *ast.Blockquote:
		if inner := m.blocks(n, depth+1); len(inner) > 0 {
			return []Block{{Quote: &Quote{Blocks: inner}}}
		}
		return nil
	case *ast.List:
		return []Block{m.list(n, depth)}
	case *ast.HTMLBlock:
		return m.html(n)
	case *east.Table:
		return []Block{m.table(n)}
	case *ast.LinkReferenceDefinition:
		return nil
	}
	return m.blocks(n, depth+1)
}

func (m *markdown) code(n ast.Node, language string) []Block {
	var b strings.Builder
	for i := range n.Lines().Len() {
		seg := n.Lines().At(i)
		b.Write(seg.Value(m.src))
	}
	return codeBlocks(strings.TrimRight(b.String(), "\n"), language == "diff" || language == "patch")
}

// codeBlocks gives code, cut after maxCode lines with a note.
func codeBlocks(s string, diff bool) []Block {
	lines := strings.Split(s, "\n")
	if len(lines) <= maxCode {
		return []Block{{Code: &Code{Text: s, Diff: diff}}}
	}
	return []Block{
		{Code: &Code{Text: strings.Join(lines[:maxCode], "\n"), Diff: diff}},
		note(Attention, "Cut short here", fmt.Sprintf("%s more are not shown. The source/ folder of this sample has them.", count(len(lines)-maxCode, "line"))),
	}
}

func (m *markdown) list(n *ast.List, depth int) Block {
	l := &List{Ordered: n.IsOrdered(), Start: n.Start}
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		item := ListItem{}
		if first := c.FirstChild(); first != nil && first.FirstChild() != nil {
			if box, ok := first.FirstChild().(*east.TaskCheckBox); ok {
				item.Task = OpenTask
				if box.IsChecked {
					item.Task = DoneTask
				}
			}
		}
		item.Blocks = m.blocks(c, depth+1)
		l.Items = append(l.Items, item)
	}
	return Block{List: l}
}

func (m *markdown) table(n *east.Table) Block {
	t := &Table{}
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		var cells []Cell
		for d := c.FirstChild(); d != nil; d = d.NextSibling() {
			cells = append(cells, Cell{Spans: m.spans(d)})
		}
		if _, head := c.(*east.TableHeader); head {
			for i, cell := range cells {
				right := i < len(n.Alignments) && n.Alignments[i] == east.AlignRight
				t.Columns = append(t.Columns, Column{Title: plain(cell.Spans), Right: right})
			}
			continue
		}
		t.Rows = append(t.Rows, Row{Cells: cells})
	}
	return Block{Table: squared(t)}
}

// squared gives every row as many cells as there are columns, and columns
// widths after what they hold.
func squared(t *Table) *Table {
	n := len(t.Columns)
	for _, r := range t.Rows {
		n = max(n, len(r.Cells))
	}
	if n > maxColumns {
		n = maxColumns
		foldColumns(t, n)
	}
	for len(t.Columns) < n {
		t.Columns = append(t.Columns, Column{})
	}
	for i := range t.Rows {
		for len(t.Rows[i].Cells) < n {
			t.Rows[i].Cells = append(t.Rows[i].Cells, Cell{})
		}
	}
	for i := range t.Columns {
		longest, empty := len(t.Columns[i].Title), true
		for _, r := range t.Rows {
			n := len(plain(r.Cells[i].Spans))
			longest, empty = max(longest, n), empty && n == 0
		}
		if empty && len(t.Rows) > 1 && n <= 3 {
			longest = 50 // a form's column, to be filled in
		}
		t.Columns[i].Weight = float64(min(max(longest, 5), 50))
	}
	return t
}

// foldColumns puts what lies beyond n columns into the last one.
func foldColumns(t *Table, n int) {
	if len(t.Columns) > n {
		for _, c := range t.Columns[n:] {
			t.Columns[n-1].Title += " | " + c.Title
		}
		t.Columns = t.Columns[:n]
	}
	for i, r := range t.Rows {
		if len(r.Cells) <= n {
			continue
		}
		last := r.Cells[n-1].Spans
		for _, c := range r.Cells[n:] {
			last = append(append(last, Span{Text: " | "}), c.Spans...)
		}
		t.Rows[i].Cells = append(r.Cells[:n-1:n-1], Cell{Spans: last})
	}
}

// html shows the text of a block of HTML.
func (m *markdown) html(n *ast.HTMLBlock) []Block {
	var b strings.Builder
	for i := range n.Lines().Len() {
		seg := n.Lines().At(i)
		b.Write(seg.Value(m.src))
	}
	if n.HasClosure() {
		b.Write(n.ClosureLine.Value(m.src))
	}
	spans, comments := htmlSpans(b.String())
	m.comments += comments
	var blocks []Block
	for _, p := range splitParagraphs(spans) {
		blocks = append(blocks, paragraph(p...))
	}
	return blocks
}

// spans gives the inline text of n.
func (m *markdown) spans(n ast.Node) []Span {
	w := &inline{m: m}
	w.walk(n, Span{}, 0)
	return trimSpans(w.out)
}

// flat gives all text below n, whatever it is made of.
func (m *markdown) flat(n ast.Node) []Span {
	var out []Span
	_ = ast.Walk(n, func(c ast.Node, enter bool) (ast.WalkStatus, error) {
		if !enter {
			return ast.WalkContinue, nil
		}
		if t, ok := c.(*ast.Text); ok {
			out = append(out, Span{Text: m.unescape(t.Segment.Value(m.src)) + " "})
			return ast.WalkContinue, nil
		}
		if c.Type() == ast.TypeBlock && c.IsRaw() {
			for i := range c.Lines().Len() {
				seg := c.Lines().At(i)
				out = append(out, Span{Text: string(seg.Value(m.src)) + " "})
			}
		}
		return ast.WalkContinue, nil
	})
	return out
}

// unescape resolves backslashes and entities exactly as goldmark does.
func (m *markdown) unescape(raw []byte) string {
	if !bytes.ContainsAny(raw, "\\&\x00") {
		return string(raw)
	}
	var b bytes.Buffer
	w := bufio.NewWriter(&b)
	renderer.DefaultWriter.Write(w, raw)
	_ = w.Flush()
	return html.UnescapeString(b.String())
}

type inline struct {
	m    *markdown
	out  []Span
	tags htmlState
}

func (w *inline) add(s string, style Span) {
	style = w.tags.apply(style)
	style.Text = s
	w.out = appendSpan(w.out, style)
}

func (w *inline) walk(n ast.Node, style Span, depth int) {
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		w.node(c, style, depth)
	}
}

func (w *inline) node(c ast.Node, style Span, depth int) {
	src := w.m.src
	if depth > 4*maxDepth {
		w.add(plain(w.m.flat(c)), style)
		return
	}
	switch c := c.(type) {
	case *ast.Text:
		s := string(c.Segment.Value(src))
		if !c.IsRaw() {
			s = w.m.unescape(c.Segment.Value(src))
		}
		if c.SoftLineBreak() || c.HardLineBreak() {
			s += "\n"
		}
		w.add(s, style)
		return
	case *ast.String:
		w.add(string(c.Value), style)
		return
	case *ast.CodeSpan:
		style.Code = true
	case *ast.Emphasis:
		style.Bold, style.Italic = style.Bold || c.Level == 2, style.Italic || c.Level == 1
	case *east.Strikethrough:
		style.Strike = true
	case *ast.Link:
		style.Link = safeURL(string(c.Destination))
		before := len(w.out)
		w.walk(c, style, depth+1)
		if style.Link == "" && len(c.Destination) > 0 {
			w.add(" ("+string(c.Destination)+")", Span{Tone: Muted})
		}
		if len(w.out) == before {
			w.add(string(c.Destination), style)
		}
		return
	case *ast.AutoLink:
		style.Link = safeURL(string(c.URL(src)))
		w.add(string(c.Label(src)), style)
		return
	case *ast.Image:
		alt := strings.TrimSpace(plain(w.m.flat(c)))
		w.add("[image: "+strings.TrimSpace(alt+" "+string(c.Destination))+"]", Span{Tone: Muted, Link: safeURL(string(c.Destination))})
		return
	case *ast.RawHTML:
		var b strings.Builder
		for i := range c.Segments.Len() {
			seg := c.Segments.At(i)
			b.Write(seg.Value(src))
		}
		w.raw(b.String(), style)
		return
	case *east.TaskCheckBox:
		return
	}
	w.walk(c, style, depth+1)
}

func (w *inline) raw(tag string, style Span) {
	spans, comments := w.tags.feed(tag)
	w.m.comments += comments
	for _, s := range spans {
		w.add(s.Text, Span{Bold: style.Bold, Italic: style.Italic, Link: s.Link, Tone: s.Tone, Code: s.Code})
	}
}
