package tracker

import (
	"fmt"
	"html"
	"strings"
)

// Wiki gives the text as Jira's wiki markup, as version 2 of the API does.
func (t Text) Wiki() string {
	var parts []string
	for _, b := range t.blocks() {
		var s string
		switch b.kind {
		case heading:
			s = fmt.Sprintf("h%d. %s", b.level, wikiLine(b.lines[0]))
		case bullets, numbers:
			mark := map[blockKind]string{bullets: "* ", numbers: "# "}[b.kind]
			for i, l := range b.lines {
				b.lines[i] = mark + wikiLine(l)
			}
			s = strings.Join(b.lines, "\n")
		case quote:
			s = "{quote}" + wikiLines(b.lines) + "{quote}"
		case fence:
			open := "{noformat}"
			if b.name != "" {
				open = "{code:" + b.name + "}"
			}
			s = open + "\n" + strings.Join(b.lines, "\n") + "\n" + strings.SplitN(open, ":", 2)[0]
			if b.name != "" {
				s += "}"
			}
		case rule:
			s = "----"
		case panel:
			s = "{" + b.name + "}" + wikiLines(b.lines) + "{" + b.name + "}"
		case table:
			s = wikiTable(b.rows)
		default:
			s = wikiLines(b.lines)
		}
		parts = append(parts, s)
	}
	return strings.Join(parts, "\n\n")
}

func wikiTable(rows [][]string) string {
	var lines []string
	for i, row := range rows {
		bar := "|"
		if i == 0 {
			bar = "||"
		}
		cells := make([]string, len(row))
		for j, c := range row {
			cells[j] = wikiLine(c)
		}
		lines = append(lines, bar+strings.Join(cells, bar)+bar)
	}
	return strings.Join(lines, "\n")
}

func wikiLines(lines []string) string {
	out := make([]string, len(lines))
	for i, l := range lines {
		out[i] = wikiLine(l)
	}
	return strings.Join(out, "\n")
}

func wikiLine(s string) string {
	var b strings.Builder
	for _, sp := range spans(s) {
		switch sp.kind {
		case strong:
			b.WriteString("*" + sp.text + "*")
		case code:
			b.WriteString("{{" + sp.text + "}}")
		case link:
			b.WriteString("[" + sp.text + "|" + sp.target + "]")
		case mention:
			b.WriteString("[~accountid:" + sp.target + "]")
		case lozenge:
			b.WriteString("*[ " + sp.text + " ]*")
		case date:
			b.WriteString(sp.text)
		case card:
			b.WriteString("[" + sp.target + "]")
		case media:
			b.WriteString("!" + sp.text + "|thumbnail!")
		default:
			b.WriteString(sp.text)
		}
	}
	return b.String()
}

// HTML gives the text as renderedFields does.
func (t Text) HTML() string {
	var out strings.Builder
	for _, b := range t.blocks() {
		switch b.kind {
		case heading:
			fmt.Fprintf(&out, "<h%d><a name=\"\"></a>%s</h%d>\n", b.level, htmlLine(b.lines[0]), b.level)
		case bullets, numbers:
			tag := map[blockKind]string{bullets: "ul", numbers: "ol"}[b.kind]
			fmt.Fprintf(&out, "<%s class=\"alternate\" type=\"square\">\n", tag)
			for _, l := range b.lines {
				fmt.Fprintf(&out, "\t<li>%s</li>\n", htmlLine(l))
			}
			fmt.Fprintf(&out, "</%s>\n", tag)
		case quote:
			fmt.Fprintf(&out, "<blockquote>%s</blockquote>\n", htmlLines(b.lines))
		case fence:
			fmt.Fprintf(&out, "<div class=\"preformatted panel\"><div class=\"preformattedContent panelContent\">\n<pre>%s\n</pre>\n</div></div>\n",
				html.EscapeString(strings.Join(b.lines, "\n")))
		case rule:
			out.WriteString("<hr />\n")
		case panel:
			fmt.Fprintf(&out, "<div class=\"panel\"><div class=\"panelContent\">\n<p>%s</p>\n</div></div>", htmlLines(b.lines))
		case table:
			out.WriteString("<div class='table-wrap'>\n<table class='confluenceTable'><tbody>\n")
			for i, row := range b.rows {
				tag := "td"
				if i == 0 {
					tag = "th"
				}
				out.WriteString("<tr>\n")
				for _, c := range row {
					fmt.Fprintf(&out, "<%s class='confluence%s%s'>%s</%s>\n", tag, strings.ToUpper(tag[:1]), tag[1:], htmlLine(c), tag)
				}
				out.WriteString("</tr>\n")
			}
			out.WriteString("</tbody></table>\n</div>\n")
		default:
			fmt.Fprintf(&out, "<p>%s</p>\n", htmlLines(b.lines))
		}
	}
	return strings.TrimSuffix(out.String(), "\n")
}

func htmlLines(lines []string) string {
	out := make([]string, len(lines))
	for i, l := range lines {
		out[i] = htmlLine(l)
	}
	return strings.Join(out, "<br/>\n")
}

func htmlLine(s string) string {
	var b strings.Builder
	for _, sp := range spans(s) {
		text := html.EscapeString(sp.text)
		switch sp.kind {
		case strong:
			b.WriteString("<b>" + text + "</b>")
		case code:
			b.WriteString("<tt>" + text + "</tt>")
		case link:
			fmt.Fprintf(&b, `<a href="%s" class="external-link" rel="nofollow noreferrer">%s</a>`, html.EscapeString(sp.target), text)
		case card:
			fmt.Fprintf(&b, `<a href="%[1]s" class="external-link" rel="nofollow noreferrer">%[1]s</a>`, html.EscapeString(sp.target))
		case mention:
			fmt.Fprintf(&b, `<a href="/secure/ViewProfile.jspa?accountId=%[1]s" class="user-hover" rel="%[1]s">@%[1]s</a>`, html.EscapeString(sp.target))
		default:
			b.WriteString(text)
		}
	}
	return b.String()
}
