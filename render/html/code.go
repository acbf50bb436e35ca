package html

import (
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/net/html"

	"github.com/tickmark-dev/tickmark/render/document"
)

// code draws preformatted text; the lines of a diff say by their first
// character what they are, and by colour.
func (p *page) code(c *document.Code) *html.Node {
	inner := el("code", "")
	src := strings.TrimRight(strings.ReplaceAll(c.Text, "\r\n", "\n"), "\n")
	if c.Diff {
		for line := range strings.SplitSeq(src, "\n") {
			inner.AppendChild(el("span", diffClass(line), text(line+"\n")))
		}
	} else {
		add(inner, text(src))
	}
	// A line feed at the beginning of a pre would be lost.
	figure := el("figure", "code")
	if c.Caption != "" {
		add(figure, el("figcaption", "", text(c.Caption)))
	}
	return add(figure, set(el("pre", "", inner), "tabindex", "0"))
}

func diffClass(line string) string {
	switch {
	case strings.HasPrefix(line, "+++"), strings.HasPrefix(line, "---"), strings.HasPrefix(line, "diff "), strings.HasPrefix(line, "index "):
		return "l head"
	case strings.HasPrefix(line, "+"):
		return "l added"
	case strings.HasPrefix(line, "-"):
		return "l removed"
	case strings.HasPrefix(line, "@@"):
		return "l hunk"
	}
	return "l"
}

// log draws an extract of a log with the line numbers of the whole.
func (p *page) log(g *document.Log) *html.Node {
	caption := el("figcaption", "", el("strong", "", text(g.Title)))
	sub := ""
	if g.TotalLines > 0 {
		sub = fmt.Sprintf("%d lines at the source", g.TotalLines)
	}
	if g.SHA256 != "" {
		sub = strings.TrimPrefix(sub+", SHA-256 of the whole log "+g.SHA256, ", ")
	}
	if sub != "" {
		add(caption, el("span", "sub", text(sub)))
	}
	figure, shown := el("figure", "log", caption), 0
	for _, part := range g.Parts {
		add(figure, omitted(part.Omitted), partTitle(part))
		if len(part.Lines) > 0 {
			add(figure, numbered(part))
		}
		shown += len(part.Lines)
	}
	if shown == 0 && g.TotalLines == 0 {
		add(figure, el("p", "remark", text("The log is empty.")))
	}
	return add(figure, omitted(g.After))
}

func partTitle(part document.LogPart) *html.Node {
	switch {
	case part.Title == "":
		return nil
	case part.Failed:
		return el("p", "part tone-bad", text("✗ "+part.Title+" (failed)"))
	}
	return el("p", "part", text(part.Title))
}

func numbered(part document.LogPart) *html.Node {
	code := el("code", "")
	for i, line := range part.Lines {
		code.AppendChild(el("span", "l", el("span", "n", text(strconv.Itoa(part.FirstLine+i)+" ")), text(line+"\n")))
	}
	return set(el("pre", "numbered", code), "tabindex", "0")
}

func omitted(n int) *html.Node {
	switch {
	case n <= 0:
		return nil
	case n == 1:
		return el("p", "remark", text("⋯ 1 line left out; the whole log is in the source/ folder ⋯"))
	}
	return el("p", "remark", text(fmt.Sprintf("⋯ %d lines left out; the whole log is in the source/ folder ⋯", n)))
}
