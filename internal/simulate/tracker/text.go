package tracker

import (
	"regexp"
	"strings"
)

// Text is rich text as the model keeps it, in a small Markdown: headings (#),
// bullets (-), numbered items (1.), quotes (>), tables (|a|b| under a header
// row), code fences, rules (---), panels (!info …, !warning …) and, within a
// line, **strong**, `code`, [text](url), @[account id], {status:TEXT:green},
// {date:2026-03-01}, {card:url} and ![file](attachment id). It is served as
// ADF, as wiki markup and as HTML.
type Text string

type blockKind int

const (
	paragraph blockKind = iota
	heading
	bullets
	numbers
	quote
	table
	fence
	rule
	panel
)

type block struct {
	kind  blockKind
	level int        // of a heading
	name  string     // language of a fence, kind of a panel
	lines []string   // of a paragraph, a quote, a fence; items of a list
	rows  [][]string // of a table, the header first
}

var numbered = regexp.MustCompile(`^\d+\. `)

func (t Text) blocks() []block {
	var out []block
	lines := strings.Split(string(t), "\n")
	for i := 0; i < len(lines); {
		l := lines[i]
		switch {
		case strings.TrimSpace(l) == "":
			i++
		case strings.HasPrefix(l, "```"):
			b := block{kind: fence, name: strings.TrimPrefix(l, "```")}
			for i++; i < len(lines) && !strings.HasPrefix(lines[i], "```"); i++ {
				b.lines = append(b.lines, lines[i])
			}
			i++
			out = append(out, b)
		case l == "---":
			out = append(out, block{kind: rule})
			i++
		case strings.HasPrefix(l, "#"):
			text := strings.TrimLeft(l, "#")
			out = append(out, block{kind: heading, level: min(len(l)-len(text), 6), lines: []string{strings.TrimSpace(text)}})
			i++
		case strings.HasPrefix(l, "!info "), strings.HasPrefix(l, "!warning "):
			name, text, _ := strings.Cut(l[1:], " ")
			out = append(out, block{kind: panel, name: name, lines: []string{text}})
			i++
		default:
			var b block
			b, i = run(lines, i)
			out = append(out, b)
		}
	}
	return out
}

// run reads the block whose lines all begin alike.
func run(lines []string, i int) (block, int) {
	kind := kindOf(lines[i])
	b := block{kind: kind}
	for ; i < len(lines) && strings.TrimSpace(lines[i]) != "" && kindOf(lines[i]) == kind; i++ {
		l := lines[i]
		switch kind {
		case bullets, quote:
			b.lines = append(b.lines, l[2:])
		case numbers:
			b.lines = append(b.lines, l[len(numbered.FindString(l)):])
		case table:
			cells := strings.Split(strings.Trim(l, "|"), "|")
			if strings.Trim(cells[0], "- ") == "" && len(b.rows) == 1 {
				continue
			}
			for j := range cells {
				cells[j] = strings.TrimSpace(cells[j])
			}
			b.rows = append(b.rows, cells)
		default:
			b.lines = append(b.lines, l)
		}
	}
	return b, i
}

func kindOf(l string) blockKind {
	switch {
	case strings.HasPrefix(l, "- "):
		return bullets
	case strings.HasPrefix(l, "> "):
		return quote
	case strings.HasPrefix(l, "|"):
		return table
	case numbered.MatchString(l):
		return numbers
	case strings.HasPrefix(l, "#"), strings.HasPrefix(l, "```"), l == "---", strings.HasPrefix(l, "!info "), strings.HasPrefix(l, "!warning "):
		return heading // ends a run
	}
	return paragraph
}

type spanKind int

const (
	plain spanKind = iota
	strong
	code
	link
	mention
	lozenge
	date
	card
	media
)

type span struct {
	kind   spanKind
	text   string
	target string // of a link, a card; account of a mention; colour of a lozenge; attachment of media
}

var inline = regexp.MustCompile("\\*\\*([^*]+)\\*\\*|`([^`]+)`|!\\[([^\\]]*)\\]\\(([^)]*)\\)|@\\[([^\\]]+)\\]|\\[([^\\]]+)\\]\\(([^)]+)\\)|\\{status:([^:}]+):([^}]+)\\}|\\{date:([^}]+)\\}|\\{card:([^}]+)\\}")

func spans(s string) []span {
	var out []span
	at := 0
	for _, m := range inline.FindAllStringSubmatchIndex(s, -1) {
		if m[0] > at {
			out = append(out, span{text: s[at:m[0]]})
		}
		at = m[1]
		group := func(n int) string { return s[m[2*n]:m[2*n+1]] }
		has := func(n int) bool { return m[2*n] >= 0 }
		switch {
		case has(1):
			out = append(out, span{strong, group(1), ""})
		case has(2):
			out = append(out, span{code, group(2), ""})
		case has(3):
			out = append(out, span{media, group(3), group(4)})
		case has(5):
			out = append(out, span{mention, "", group(5)})
		case has(6):
			out = append(out, span{link, group(6), group(7)})
		case has(8):
			out = append(out, span{lozenge, group(8), group(9)})
		case has(10):
			out = append(out, span{date, group(10), ""})
		case has(11):
			out = append(out, span{card, "", group(11)})
		}
	}
	if at < len(s) {
		out = append(out, span{text: s[at:]})
	}
	return out
}
