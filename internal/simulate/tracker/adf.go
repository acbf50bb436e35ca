package tracker

import (
	"fmt"
	"time"
)

// ADF gives the text as an Atlassian Document, as version 3 of the API does.
// name says how the site shows a mentioned account.
func (t Text) ADF(name func(accountID string) string) map[string]any {
	content := []any{}
	for i, b := range t.blocks() {
		content = append(content, adfBlock(b, i, name))
	}
	return map[string]any{"type": "doc", "version": 1, "content": content}
}

func adfBlock(b block, i int, name func(string) string) any {
	switch b.kind {
	case heading:
		n := node("heading", adfLine(b.lines[0], name)...)
		n["attrs"] = map[string]any{"level": b.level}
		return n
	case bullets, numbers:
		n := node(map[blockKind]string{bullets: "bulletList", numbers: "orderedList"}[b.kind])
		var items []any
		for _, l := range b.lines {
			items = append(items, node("listItem", node("paragraph", adfLine(l, name)...)))
		}
		n["content"] = items
		return n
	case quote:
		return node("blockquote", node("paragraph", adfLines(b.lines, name)...))
	case fence:
		text := ""
		for j, l := range b.lines {
			if j > 0 {
				text += "\n"
			}
			text += l
		}
		n := node("codeBlock", map[string]any{"type": "text", "text": text})
		n["attrs"] = map[string]any{}
		if b.name != "" {
			n["attrs"] = map[string]any{"language": b.name}
		}
		return n
	case rule:
		return map[string]any{"type": "rule"}
	case panel:
		n := node("panel", node("paragraph", adfLines(b.lines, name)...))
		n["attrs"] = map[string]any{"panelType": b.name}
		return n
	case table:
		return adfTable(b.rows, name)
	}
	if sp := spans(b.lines[0]); len(b.lines) == 1 && len(sp) == 1 && sp[0].kind == media {
		n := node("mediaSingle", map[string]any{"type": "media", "attrs": map[string]any{
			"type": "file", "id": fmt.Sprintf("6f1c%04d-53d2-4c1b-9d0e-%012s", i, sp[0].target), "collection": "", "alt": sp[0].text, "width": 1280, "height": 720,
		}})
		n["attrs"] = map[string]any{"layout": "align-start"}
		return n
	}
	return node("paragraph", adfLines(b.lines, name)...)
}

func adfTable(rows [][]string, name func(string) string) any {
	n := node("table")
	var content []any
	for i, row := range rows {
		cell := "tableCell"
		if i == 0 {
			cell = "tableHeader"
		}
		var cells []any
		for _, c := range row {
			x := node(cell, node("paragraph", adfLine(c, name)...))
			x["attrs"] = map[string]any{}
			cells = append(cells, x)
		}
		content = append(content, node("tableRow", cells...))
	}
	n["content"] = content
	n["attrs"] = map[string]any{"isNumberColumnEnabled": false, "layout": "default"}
	return n
}

func node(kind string, content ...any) map[string]any {
	if content == nil {
		content = []any{}
	}
	return map[string]any{"type": kind, "content": content}
}

func adfLines(lines []string, name func(string) string) []any {
	var out []any
	for i, l := range lines {
		if i > 0 {
			out = append(out, map[string]any{"type": "hardBreak"})
		}
		out = append(out, adfLine(l, name)...)
	}
	return out
}

func adfLine(s string, name func(string) string) []any {
	var out []any
	for _, sp := range spans(s) {
		text := map[string]any{"type": "text", "text": sp.text}
		mark := func(kind string, attrs map[string]any) {
			m := map[string]any{"type": kind}
			if attrs != nil {
				m["attrs"] = attrs
			}
			text["marks"] = []any{m}
		}
		switch sp.kind {
		case strong:
			mark("strong", nil)
		case code:
			mark("code", nil)
		case link:
			mark("link", map[string]any{"href": sp.target})
		case mention:
			text = map[string]any{"type": "mention", "attrs": map[string]any{"id": sp.target, "text": "@" + name(sp.target), "accessLevel": ""}}
		case lozenge:
			text = map[string]any{"type": "status", "attrs": map[string]any{"text": sp.text, "color": sp.target, "localId": "b41a3d12-7a58-4f5c-8f8f-1f0f2a6f9c55", "style": ""}}
		case date:
			at, _ := time.Parse(time.DateOnly, sp.text)
			text = map[string]any{"type": "date", "attrs": map[string]any{"timestamp": fmt.Sprint(at.UnixMilli())}}
		case card:
			text = map[string]any{"type": "inlineCard", "attrs": map[string]any{"url": sp.target}}
		case media:
			text["text"] = sp.text
			mark("em", nil)
		}
		out = append(out, text)
	}
	return out
}
