package html

import (
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/net/html"

	"github.com/tickmark-dev/tickmark/render/document"
)

// blocks draws blocks one below the other. Depth is 0 on the page itself, and
// more inside a note, a card, a list or a quotation: headings there lie below
// the heading that it all stands under.
func (p *page) blocks(list []document.Block, depth int) []*html.Node {
	if depth > 0 {
		above := p.above
		defer func() { p.above = above }()
		p.above = []level{{0, above[len(above)-1].written}}
	}
	var out []*html.Node
	for _, b := range list {
		if n := p.block(b, depth); n != nil {
			out = append(out, n)
		}
	}
	return out
}

func (p *page) block(b document.Block, depth int) *html.Node {
	switch {
	case b.Heading != nil:
		return p.heading(b.Heading, depth)
	case b.Paragraph != nil:
		return el("p", "", p.spans(b.Paragraph.Spans)...)
	case b.List != nil:
		return p.list(b.List, depth)
	case b.Facts != nil:
		return p.facts(b.Facts)
	case b.Table != nil:
		return p.table(b.Table)
	case b.Timeline != nil:
		return p.timeline(b.Timeline)
	case b.Chart != nil:
		return p.chart(b.Chart)
	case b.Log != nil:
		return p.log(b.Log)
	case b.Code != nil:
		return p.code(b.Code)
	case b.Quote != nil:
		return el("blockquote", "", p.blocks(b.Quote.Blocks, depth+1)...)
	case b.Image != nil:
		return p.image(b.Image)
	case b.Note != nil:
		return p.note(b.Note, depth)
	case b.Rule != nil:
		return el("hr", "")
	case b.Conversation != nil:
		return p.conversation(b.Conversation, depth)
	}
	return nil
}

// heading draws a heading. No level is skipped, whatever a stranger's text
// does, so that who moves from heading to heading finds them in order.
func (p *page) heading(h *document.Heading, depth int) *html.Node {
	said := max(h.Level, 1)
	for p.above[len(p.above)-1].said >= said {
		p.above = p.above[:len(p.above)-1]
	}
	written := min(p.above[len(p.above)-1].written+1, 6)
	p.above = append(p.above, level{said, written})
	n := el("h"+strconv.Itoa(written), "", p.spans(h.Spans)...)
	switch {
	case depth > 0:
		set(n, "class", "inner")
	case written == 2:
		id := fmt.Sprintf("s%d", len(p.contents)+1)
		p.contents = append(p.contents, content{id, plain(h.Spans)})
		set(n, "id", id)
	}
	return n
}

func (p *page) list(l *document.List, depth int) *html.Node {
	n := el("ul", "")
	if l.Ordered {
		n = el("ol", "")
		if l.Start != 1 {
			set(n, "start", strconv.Itoa(l.Start))
		}
	}
	for _, item := range l.Items {
		li := el("li", "")
		if item.Task != document.NoTask {
			box, said := "☐", "not done"
			if item.Task == document.DoneTask {
				box, said = "☑", "done"
			}
			set(li, "class", "task")
			add(li, set(set(el("span", "box", text(box)), "role", "img"), "aria-label", said))
		}
		n.AppendChild(add(li, p.blocks(item.Blocks, depth+1)...))
	}
	return n
}

func (p *page) facts(f *document.Facts) *html.Node {
	n := el("dl", "facts")
	for _, fact := range f.Items {
		class := ""
		if fact.Wide {
			class = "wide"
		}
		add(n, el("div", class, el("dt", "", lines(fact.Label)...), el("dd", "", p.spans(fact.Value)...)))
	}
	return n
}

// note draws a note: a sign and a title in its tone.
func (p *page) note(n *document.Note, depth int) *html.Node {
	out := set(el("div", strings.TrimSpace("note "+toneClass(n.Tone))), "role", "note")
	if n.Title != "" {
		add(out, el("p", "note-title", hidden("span", "sign", text(toneSign(n.Tone))), text(n.Title)))
	}
	return add(out, p.blocks(n.Blocks, depth+1)...)
}

// table draws a table. On a narrow screen each row becomes a card, in which
// every value carries the title of its column; one with very many columns is
// moved sideways instead.
func (p *page) table(t *document.Table) *html.Node {
	if len(t.Columns) == 0 {
		return nil
	}
	const most = 9
	table := el("table", "")
	total := 0.0
	for _, c := range t.Columns {
		total += max(c.Weight, 0.1)
	}
	group, head, any := el("colgroup", ""), el("tr", ""), false
	for _, c := range t.Columns {
		group.AppendChild(el("col", fmt.Sprintf("w%d", 5*int(20*max(c.Weight, 0.1)/total+0.5))))
		if c.Title == "" {
			head.AppendChild(el("td", ""))
			continue
		}
		any = true
		head.AppendChild(set(el("th", right(c), lines(c.Title)...), "scope", "col"))
	}
	add(table, group)
	if any {
		add(table, el("thead", "", head))
	}
	body := el("tbody", "")
	for _, r := range t.Rows {
		body.AppendChild(p.row(t, r))
	}
	add(table, body)
	if len(t.Columns) > most {
		return set(set(set(el("div", "table scroll", table), "role", "region"), "aria-label", "Table"), "tabindex", "0")
	}
	return el("div", "table", table)
}

func right(c document.Column) string {
	if c.Right {
		return "r"
	}
	return ""
}

func (p *page) row(t *document.Table, r document.Row) *html.Node {
	tr := el("tr", toneClass(r.Tone))
	for i, c := range t.Columns {
		td := el("td", right(c))
		if i < len(r.Cells) {
			cell := r.Cells[i]
			value := p.spans(cell.Spans)
			if cell.Bar > 0 {
				value = []*html.Node{el("span", "bar-value", value...), bar(cell.Bar)}
				set(td, "class", "with-bar")
			}
			add(td, el("div", "", value...))
		}
		if c.Title != "" {
			set(td, "data-label", c.Title)
		}
		tr.AppendChild(td)
	}
	return tr
}

// bar draws the bar of a cell. Its length is an attribute of a shape, for the
// policy of the page forbids styles of single elements.
func bar(share float64) *html.Node {
	svg := hidden("svg", "bar", set(set(el("rect", ""), "width", number(100*min(share, 1))), "height", "8"))
	return set(set(svg, "viewBox", "0 0 100 8"), "preserveAspectRatio", "none")
}
