package document

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// adfBlocks turns an Atlassian Document Format document into blocks. Nodes of
// unknown types keep their text. It gives how many characters lie beyond
// maxText and are left out.
func adfBlocks(src string) ([]Block, int) {
	var raw any
	if err := json.Unmarshal([]byte(src), &raw); err != nil {
		s, left := cut(src, maxText)
		return append([]Block{note(Attention, "Not readable as Atlassian Document Format",
			"The text below is what the source sent.")}, plainBlocks(s)...), left
	}
	root := adfFrom(raw)
	a := &adf{}
	blocks := a.blocks(root.Content, 0)
	if len(root.Content) == 0 {
		blocks = a.block(root, 0)
	}
	return blocks, a.left
}

// adfNode is any node. What has an unexpected type is left out of it.
type adfNode struct {
	Type    string
	Text    string
	Attrs   map[string]any
	Marks   []adfNode
	Content []adfNode
}

func adfFrom(raw any) adfNode {
	var n adfNode
	switch v := raw.(type) {
	case map[string]any:
		n.Type, _ = v["type"].(string)
		n.Text, _ = v["text"].(string)
		n.Attrs, _ = v["attrs"].(map[string]any)
		n.Marks = adfList(v["marks"])
		n.Content = adfList(v["content"])
	case []any:
		n.Content = adfList(v)
	case string:
		n.Type, n.Text = "text", v
	}
	return n
}

func adfList(raw any) []adfNode {
	list, _ := raw.([]any)
	nodes := make([]adfNode, 0, len(list))
	for _, v := range list {
		nodes = append(nodes, adfFrom(v))
	}
	return nodes
}

func (n *adfNode) attr(key string) string {
	switch v := n.Attrs[key].(type) {
	case string:
		return v
	case float64:
		return fmt.Sprint(v)
	case bool:
		return fmt.Sprint(v)
	}
	return ""
}

type adf struct {
	used, left int // characters shown, and left out
}

// take gives s, or nothing where the budget is spent.
func (a *adf) take(s string) string {
	n := utf8.RuneCountInString(s)
	if a.used+n > maxText {
		a.left += n
		return ""
	}
	a.used += n
	return s
}

func (a *adf) blocks(nodes []adfNode, depth int) []Block {
	var blocks []Block
	var run []adfNode
	flush := func() {
		if spans := trimSpans(a.spans(run, Span{}, depth)); len(spans) > 0 {
			blocks = append(blocks, paragraph(spans...))
		}
		run = nil
	}
	for _, n := range nodes {
		if adfInline(n.Type) {
			run = append(run, n)
			continue
		}
		flush()
		blocks = append(blocks, a.block(n, depth)...)
	}
	flush()
	return blocks
}

func adfInline(kind string) bool {
	switch kind {
	case "text", "hardBreak", "mention", "emoji", "inlineCard", "date", "status", "mediaInline", "inlineExtension", "placeholder":
		return true
	}
	return false
}

func (a *adf) block(n adfNode, depth int) []Block {
	if depth > maxDepth {
		if s := strings.TrimSpace(plain(a.spans(n.Content, Span{}, depth))); s != "" {
			return []Block{para(s)}
		}
		return nil
	}
	switch n.Type {
	case "paragraph", "caption", "decisionItem", "taskItem":
		if spans := trimSpans(a.spans(n.Content, Span{}, depth)); len(spans) > 0 {
			return []Block{paragraph(spans...)}
		}
		return nil
	case "heading":
		level := 3
		if v, ok := n.Attrs["level"].(float64); ok && v >= 1 && v <= 6 {
			level = min(int(v)+2, 4)
		}
		return []Block{{Heading: &Heading{Level: level, Spans: a.spans(n.Content, Span{}, depth)}}}
	case "bulletList", "orderedList", "taskList", "decisionList":
		return a.list(n, depth)
	case "panel":
		return a.panel(n, depth)
	case "expand", "nestedExpand":
		inner := a.blocks(n.Content, depth+1)
		if t := a.take(n.attr("title")); t != "" {
			inner = append([]Block{paragraph(Span{Text: t, Bold: true})}, inner...)
		}
		return inner
	case "blockquote":
		if inner := a.blocks(n.Content, depth+1); len(inner) > 0 {
			return []Block{{Quote: &Quote{Blocks: inner}}}
		}
		return nil
	case "codeBlock":
		return codeBlocks(plain(a.spans(n.Content, Span{}, depth)), n.attr("language") == "diff")
	case "rule":
		return []Block{{Rule: &Rule{}}}
	case "table":
		return a.table(n, depth)
	case "mediaSingle", "mediaGroup", "doc", "layoutSection", "layoutColumn", "bodiedExtension":
		return a.blocks(n.Content, depth+1)
	case "media", "blockCard", "embedCard":
		return []Block{paragraph(a.card(n))}
	}
	var blocks []Block
	if t := a.take(n.Text); t != "" {
		blocks = append(blocks, para(t))
	}
	return append(blocks, a.blocks(n.Content, depth+1)...)
}

func (a *adf) list(n adfNode, depth int) []Block {
	l := &List{Ordered: n.Type == "orderedList", Start: 1}
	if v, ok := n.Attrs["order"].(float64); ok && v >= 0 && v < 1e6 {
		l.Start = int(v)
	}
	for _, c := range n.Content {
		item := ListItem{}
		switch c.Type {
		case "taskItem", "decisionItem":
			item.Task = OpenTask
			if s := c.attr("state"); s == "DONE" || s == "DECIDED" {
				item.Task = DoneTask
			}
			item.Blocks = a.blocks(c.Content, depth+1)
		case "listItem":
			item.Blocks = a.blocks(c.Content, depth+1)
		default:
			item.Blocks = a.block(c, depth+1)
		}
		if len(item.Blocks) > 0 {
			l.Items = append(l.Items, item)
		}
	}
	if len(l.Items) == 0 {
		return nil
	}
	return []Block{{List: l}}
}

func (a *adf) panel(n adfNode, depth int) []Block {
	tone := Info
	switch n.attr("panelType") {
	case "warning", "error", "note":
		tone = Attention
	}
	return []Block{{Note: &Note{Tone: tone, Blocks: a.blocks(n.Content, depth+1)}}}
}

func (a *adf) table(n adfNode, depth int) []Block {
	t := &Table{}
	for i, r := range n.Content {
		var cells []Cell
		head := len(r.Content) > 0
		for _, c := range r.Content {
			head = head && c.Type == "tableHeader"
			var spans []Span
			for _, b := range a.blocks(c.Content, depth+1) {
				if len(spans) > 0 {
					spans = append(spans, Span{Text: "\n"})
				}
				walkSpans(b, func(s Span) { spans = append(spans, s) })
			}
			cells = append(cells, Cell{Spans: spans})
		}
		if i == 0 && head {
			for _, c := range cells {
				t.Columns = append(t.Columns, Column{Title: plain(c.Spans)})
			}
			continue
		}
		t.Rows = append(t.Rows, Row{Cells: cells})
	}
	if squared(t); len(t.Columns) == 0 {
		return nil
	}
	return []Block{{Table: t}}
}

func (a *adf) card(n adfNode) Span {
	if u := n.attr("url"); u != "" {
		return Span{Text: a.take(u), Link: safeURL(u)}
	}
	name := strings.TrimSpace(n.attr("alt") + " " + n.attr("id"))
	return Span{Text: a.take("[attached file: " + name + "]"), Tone: Muted}
}

// spans gives the inline text of nodes.
func (a *adf) spans(nodes []adfNode, style Span, depth int) []Span {
	var out []Span
	for _, n := range nodes {
		if depth > 8*maxDepth {
			a.left += adfSize(n)
			continue
		}
		s := a.style(n, style)
		switch n.Type {
		case "text":
			s.Text = a.take(n.Text)
		case "hardBreak":
			s.Text = "\n"
		case "mention":
			s.Text, s.Bold = a.take("@"+strings.TrimPrefix(n.attr("text"), "@")), true
		case "emoji":
			if s.Text = a.take(n.attr("text")); s.Text == "" {
				s.Text = a.take(n.attr("shortName"))
			}
		case "date":
			s.Text = a.take(adfDate(n.attr("timestamp"), n.Attrs["timestamp"]))
		case "status":
			s.Text, s.Bold = a.take("["+n.attr("text")+"]"), true
		case "inlineCard", "mediaInline":
			s = a.card(n)
		default:
			s.Text = a.take(n.Text)
			out = appendSpan(out, s)
			out = append(out, a.spans(n.Content, style, depth+1)...)
			continue
		}
		out = appendSpan(out, s)
	}
	return out
}

func adfSize(n adfNode) int {
	return utf8.RuneCountInString(n.Text)
}

func (a *adf) style(n adfNode, s Span) Span {
	for _, m := range n.Marks {
		switch m.Type {
		case "strong":
			s.Bold = true
		case "em":
			s.Italic = true
		case "code":
			s.Code = true
		case "strike":
			s.Strike = true
		case "link":
			s.Link = safeURL(m.attr("href"))
		}
	}
	return s
}

// adfDate writes a date node, milliseconds since 1970, as a day.
func adfDate(s string, raw any) string {
	var ms int64
	if f, ok := raw.(float64); ok {
		ms = int64(f)
	} else if _, err := fmt.Sscan(s, &ms); err != nil {
		return s
	}
	t := time.UnixMilli(ms).UTC()
	if t.Year() < 1 || t.Year() > 9999 {
		return s
	}
	return t.Format("2006-01-02")
}
