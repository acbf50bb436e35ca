package document

import (
	"fmt"
	"strings"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

func text(s string) []Span { return []Span{{Text: s}} }

func textf(format string, args ...any) []Span { return text(fmt.Sprintf(format, args...)) }

func muted(s string) []Span { return []Span{{Text: s, Tone: Muted}} }

func code(s string) []Span { return []Span{{Text: s, Code: true}} }

func link(s, url string) []Span { return []Span{{Text: s, Link: safeURL(url)}} }

// join puts span lists one after the other.
func join(parts ...[]Span) []Span {
	var all []Span
	for _, p := range parts {
		all = append(all, p...)
	}
	return all
}

func heading(level int, s string) Block {
	return Block{Heading: &Heading{Level: level, Spans: text(s)}}
}

func paragraph(spans ...Span) Block { return Block{Paragraph: &Paragraph{Spans: spans}} }

func para(s string) Block { return paragraph(Span{Text: s}) }

func note(tone Tone, title string, lines ...string) Block {
	n := &Note{Tone: tone, Title: title}
	for _, l := range lines {
		n.Blocks = append(n.Blocks, para(l))
	}
	return Block{Note: n}
}

func table(columns []Column, rows []Row) Block {
	return Block{Table: &Table{Columns: columns, Rows: rows}}
}

func row(cells ...[]Span) Row {
	r := Row{Cells: make([]Cell, len(cells))}
	for i, c := range cells {
		r.Cells[i] = Cell{Spans: c}
	}
	return r
}

// A factList gathers facts; one without a value is left out by add, and said
// to be missing by must.
type factList struct{ items []Fact }

func (f *factList) add(label string, value []Span) {
	if len(plain(value)) > 0 {
		f.items = append(f.items, Fact{Label: label, Value: value})
	}
}

func (f *factList) wide(label string, value []Span) {
	if len(plain(value)) > 0 {
		f.items = append(f.items, Fact{Label: label, Value: value, Wide: true})
	}
}

func (f *factList) must(label string, value []Span) {
	if len(plain(value)) == 0 {
		value = muted("not stated by the source")
	}
	f.items = append(f.items, Fact{Label: label, Value: value})
}

func (f *factList) block() Block { return Block{Facts: &Facts{Items: f.items}} }

// plain gives the text of spans.
func plain(spans []Span) string {
	if len(spans) == 1 {
		return spans[0].Text
	}
	var b strings.Builder
	for _, s := range spans {
		b.WriteString(s.Text)
	}
	return b.String()
}

func short(sha string) string {
	if len(sha) > 7 {
		return sha[:7]
	}
	return sha
}

// firstLine gives the first line of s.
func firstLine(s string) string {
	s, _, _ = strings.Cut(strings.TrimSpace(s), "\n")
	return strings.TrimSpace(s)
}

// count gives "1 approval", "2 approvals".
func count(n int, one string) string {
	if n == 1 {
		return "1 " + one
	}
	if strings.HasSuffix(one, "ch") || strings.HasSuffix(one, "s") {
		return fmt.Sprintf("%d %ses", n, one)
	}
	if n := len(one); n > 1 && one[n-1] == 'y' && !strings.ContainsRune("aeou", rune(one[n-2])) {
		return fmt.Sprintf("%d %sies", n, strings.TrimSuffix(one, "y"))
	}
	return fmt.Sprintf("%d %ss", n, one)
}

// bytesText gives a size for people, with the exact number where it is rounded.
func bytesText(n int64) string {
	switch {
	case n < 1000:
		return count(int(n), "byte")
	case n < 1000*1000:
		return fmt.Sprintf("%.1f kB", float64(n)/1000)
	}
	return fmt.Sprintf("%.1f MB", float64(n)/1000/1000)
}

// safeURL gives url if a reader may follow it, else "".
func safeURL(url string) string {
	l := strings.ToLower(url)
	if !strings.HasPrefix(l, "http://") && !strings.HasPrefix(l, "https://") {
		return ""
	}
	if strings.ContainsFunc(url, func(r rune) bool { return r <= ' ' || r == 0x7f || r == '"' || r == '<' || r == '>' }) {
		return ""
	}
	return url
}

// conclusionTone gives the tone of a source's own word for how something ended.
func conclusionTone(word string) Tone {
	switch strings.ToLower(word) {
	case "success", "approved", "completed", "active", "done", "passed":
		return Good
	case "failure", "failed", "error", "rejected", "declined", "changes_requested", "startup_failure", "timed_out":
		return Bad
	case "cancelled", "canceled", "action_required", "stale", "dismissed":
		return Attention
	}
	return Neutral
}

// state shows a source's own word with its tone and sign.
func state(word string) []Span {
	if word == "" {
		return muted("not stated")
	}
	tone := conclusionTone(word)
	sign := ""
	switch tone {
	case Good:
		sign = "✓ "
	case Bad:
		sign = "✗ "
	case Attention:
		sign = "! "
	}
	return []Span{{Text: sign + strings.ReplaceAll(word, "_", " "), Tone: tone, Bold: tone != Neutral}}
}

// ended shows status and conclusion as one: the conclusion where there is one.
func ended(status, conclusion string) []Span {
	if conclusion != "" {
		return state(conclusion)
	}
	return state(status)
}

// person gives a name for people to read, and says where it is a machine's account.
func person(p *evidence.Person) string {
	s := p.String()
	if p != nil && isMachine(p) && !strings.Contains(strings.ToLower(s), "bot") {
		s += " [" + strings.ToLower(p.Type) + "]"
	}
	return s
}

// isMachine reports whether the source itself says that the account is no person's.
func isMachine(p *evidence.Person) bool {
	if p == nil {
		return false
	}
	switch strings.ToLower(p.Type) {
	case "bot", "app", "mannequin", "integration":
		return true
	}
	return false
}
