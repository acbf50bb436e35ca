package document

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// Bounds of what one document shows of what strangers wrote. The sources' own
// limits lie below them (65,536 characters for a GitHub body, 32,767 for a
// Jira field), so that only a broken or hostile body is cut; it then says so.
const (
	maxText   = 70_000 // characters of one body
	maxDepth  = 12     // lists in lists, quotes in quotes; what is deeper is shown flat
	maxRows   = 1_000  // rows of one table
	maxCode   = 2_000  // lines of one piece of code
	maxBlocks = 4_000  // blocks of one body
	// Columns of a table; what lies beyond is put into the last one.
	maxColumns = 60
)

// FromText turns prose into blocks. What is too long is cut at maxText
// characters, and a note says how many are left out.
func FromText(t evidence.Text) []Block {
	src := strings.ToValidUTF8(t.Source, "\uFFFD")
	src = strings.ReplaceAll(strings.ReplaceAll(src, "\r\n", "\n"), "\r", "\n")
	if t.Markup == evidence.ADF {
		return bounded(adfBlocks(src))
	}
	src, left := cut(src, maxText)
	var blocks []Block
	switch t.Markup {
	case evidence.Markdown:
		blocks = markdownBlocks(src)
	case evidence.Wiki:
		blocks = wikiBlocks(src)
	default:
		blocks = plainBlocks(src)
	}
	return bounded(blocks, left)
}

// bounded adds the note about characters that were left out, if any were.
func bounded(blocks []Block, left int) []Block {
	if len(blocks) > maxBlocks {
		for _, b := range blocks[maxBlocks:] {
			left += blockSize(b)
		}
		blocks = blocks[:maxBlocks:maxBlocks]
	}
	if left > 0 {
		blocks = append(blocks, note(Attention, "Cut short here", fmt.Sprintf(
			"%s of this text are not shown. The source/ folder of this sample has it whole.", count(left, "character"))))
	}
	return blocks
}

// cut gives at most n characters of s and how many were left out. It cuts at
// the end of a line where one is near.
func cut(s string, n int) (string, int) {
	if len(s) <= n {
		return s, 0
	}
	i, seen := 0, 0
	for i < len(s) && seen < n {
		_, w := utf8.DecodeRuneInString(s[i:])
		i += w
		seen++
	}
	if i == len(s) {
		return s, 0
	}
	if j := strings.LastIndexByte(s[:i], '\n'); j > i-2000 && j > 0 {
		i = j
	}
	return s[:i], utf8.RuneCountInString(s[i:])
}

// plainBlocks makes a paragraph of each run of lines between empty ones.
func plainBlocks(src string) []Block {
	var blocks []Block
	for _, p := range strings.Split(src, "\n\n") {
		if p = strings.Trim(p, "\n"); strings.TrimSpace(p) != "" {
			blocks = append(blocks, paragraph(autolink(p)...))
		}
	}
	return blocks
}

// autolink marks the URLs of a plain text.
func autolink(s string) []Span {
	var spans []Span
	for s != "" {
		i := strings.Index(s, "https://")
		if j := strings.Index(s, "http://"); i < 0 || j >= 0 && j < i {
			i = j
		}
		if i < 0 {
			break
		}
		end := strings.IndexFunc(s[i:], func(r rune) bool { return r <= ' ' || strings.ContainsRune("<>\"|\\^`{}]", r) })
		if end < 0 {
			end = len(s) - i
		}
		url := strings.TrimRight(s[i:i+end], ".,;:!?)'")
		if i > 0 {
			spans = append(spans, Span{Text: s[:i]})
		}
		spans = append(spans, Span{Text: url, Link: safeURL(url)})
		s = s[i+len(url):]
	}
	if s != "" {
		spans = append(spans, Span{Text: s})
	}
	return spans
}

// blockSize counts the characters of a block's text, roughly.
func blockSize(b Block) int {
	n := 0
	walkSpans(b, func(s Span) { n += utf8.RuneCountInString(s.Text) })
	return n
}

// walkSpans calls f for the spans of paragraphs, headings, lists, quotes,
// tables and code in b.
func walkSpans(b Block, f func(Span)) {
	all := func(blocks []Block) {
		for _, c := range blocks {
			walkSpans(c, f)
		}
	}
	spans := func(list []Span) {
		for _, s := range list {
			f(s)
		}
	}
	switch {
	case b.Paragraph != nil:
		spans(b.Paragraph.Spans)
	case b.Heading != nil:
		spans(b.Heading.Spans)
	case b.Code != nil:
		f(Span{Text: b.Code.Text})
	case b.Quote != nil:
		all(b.Quote.Blocks)
	case b.Note != nil:
		f(Span{Text: b.Note.Title})
		all(b.Note.Blocks)
	case b.List != nil:
		for _, it := range b.List.Items {
			all(it.Blocks)
		}
	case b.Table != nil:
		for _, r := range b.Table.Rows {
			for _, c := range r.Cells {
				spans(c.Spans)
			}
		}
	}
}

// oneLine gives prose as one run of spans for a table cell or a fact, and
// whether nothing was lost by it: a single short paragraph stays as it is.
func oneLine(t evidence.Text, limit int) ([]Span, bool) {
	if len(t.Source) > 64*limit {
		return nil, false
	}
	blocks := FromText(t)
	if len(blocks) == 0 {
		return nil, true
	}
	if len(blocks) > 1 || blocks[0].Paragraph == nil {
		return nil, false
	}
	spans := blocks[0].Paragraph.Spans
	s := plain(spans)
	if strings.Contains(s, "\n") || utf8.RuneCountInString(s) > limit {
		return nil, false
	}
	return spans, true
}

// clip shortens s to n characters and says how many it left out.
func clip(s string, n int) string {
	r := utf8.RuneCountInString(s)
	if r <= n {
		return s
	}
	i := 0
	for range n {
		_, w := utf8.DecodeRuneInString(s[i:])
		i += w
	}
	return fmt.Sprintf("%s … (%d more characters)", s[:i], r-n)
}
