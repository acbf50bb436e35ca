package xlsx

import (
	"fmt"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// table is one sheet: a header, rows, and notes below them.
type table struct {
	name    string
	columns []column
	rows    [][]cell
	notes   []string
	printed int // columns that fill the first page's width; the others follow on further pages
	frozen  int // columns that stay in sight, and are repeated on further pages
}

type column struct {
	title  string
	width  float64
	core   bool // of the columns that a reader looks at first
	nowrap bool
}

// cell is one value: text, a number that names something, a number that
// measures something, a day or a moment in UTC; with a link or without.
type cell struct {
	value any // string, int, int64, day or time.Time
	link  string
	whole string // where the text stands in full, if a cell cannot hold it
}

// day is a date without a time or a zone.
type day struct{ year, month, dom int }

func text(s string) cell         { return cell{value: s} }
func linked(s, link string) cell { return cell{value: s, link: link} }
func ordinal(n int) cell         { return cell{value: n} }
func amount(n int64) cell        { return cell{value: n} }

// moment gives a time in UTC, or why there is none.
func moment(t time.Time, absent string) cell {
	if t.IsZero() {
		return text(absent)
	}
	// Programs round a part of a second up or down, each as it likes.
	return cell{value: t.UTC().Truncate(time.Second)}
}

// write puts the table on its sheet, which must exist and be empty, but for
// its links, which it gives back.
func (t table) write(f *excelize.File, styles styles, p evidence.Package) ([]link, error) {
	t.spareLinks()
	if p.Simulated {
		t.notes = append([]string{simulatedNote}, t.notes...)
	}
	if err := t.prepare(f, p); err != nil {
		return nil, err
	}
	out, err := f.NewStreamWriter(t.name)
	if err != nil {
		return nil, err
	}
	for i, c := range t.columns {
		if err := out.SetColWidth(i+1, i+1, c.width); err != nil {
			return nil, err
		}
	}
	if err := t.writeHeader(out, styles); err != nil {
		return nil, err
	}
	var links []link
	for i, row := range t.rows {
		found, err := t.writeRow(out, styles, i+2, row)
		if err != nil {
			return nil, err
		}
		links = append(links, found...)
	}
	if err := t.writeNotes(out, styles); err != nil {
		return nil, err
	}
	return links, out.Flush()
}

// spareLinks takes out the links of whole columns, from the right, until the
// sheet can bear the rest.
func (t *table) spareLinks() {
	count := make([]int, len(t.columns))
	total := 0
	for _, row := range t.rows {
		for i, c := range row {
			if c.link != "" {
				count[i]++
				total++
			}
		}
	}
	for i := len(count) - 1; i >= 0 && total > maxLinks; i-- {
		if count[i] == 0 {
			continue
		}
		for _, row := range t.rows {
			row[i].link = ""
		}
		total -= count[i]
		t.notes = append(t.notes, fmt.Sprintf("Column %q shows its addresses without links: there are too many for one sheet.", t.columns[i].title))
	}
}

func (t table) writeHeader(out *excelize.StreamWriter, styles styles) error {
	var header []any
	for _, c := range t.columns {
		style := styles.header
		if c.core {
			style = styles.coreHeader
		}
		header = append(header, excelize.Cell{StyleID: style, Value: c.title})
	}
	return out.SetRow("A1", header, excelize.RowOpts{Height: 32})
}

func (t table) writeRow(out *excelize.StreamWriter, styles styles, number int, row []cell) ([]link, error) {
	var links []link
	values := make([]any, len(row))
	for i, c := range row {
		style, value := styles.of(c, t.columns[i])
		values[i] = excelize.Cell{StyleID: style, Value: value}
		if c.link == "" {
			continue
		}
		name, err := excelize.CoordinatesToCellName(i+1, number)
		if err != nil {
			return nil, err
		}
		links = append(links, link{name, c.link})
	}
	return links, out.SetRow(fmt.Sprintf("A%d", number), values, excelize.RowOpts{Height: t.height(values)})
}

// height gives what the longest text of a row needs when wrapped: programs
// disagree on whether they find it out by themselves.
func (t table) height(values []any) float64 {
	most := 1
	for i, v := range values {
		s, ok := v.(excelize.Cell).Value.(string)
		if !ok || t.columns[i].nowrap {
			continue
		}
		most = max(most, wrapped(s, t.columns[i].width))
	}
	return min(13.5*float64(most)+3, 409) // which is Excel's limit
}

// wrapped estimates the lines of a text in a column as programs break it, with
// a little room for fonts that are wider than the workbook's own.
func wrapped(s string, width float64) int {
	room := max(1, int(width)-2)
	lines := 0
	for part := range strings.SplitSeq(s, "\n") {
		lines++
		at := 0
		for i, word := range strings.Split(part, " ") {
			w := breadth(word)
			if i > 0 && at+1+w > room && at > 0 {
				lines++
				at = 0
			} else if i > 0 {
				at++
			}
			// A word that no line holds is broken wherever the line ends.
			for ; at+w > room; lines++ {
				w, at = w-(room-at), 0
			}
			at += w
		}
	}
	return lines
}

// breadth counts the places that a word takes: two for wide characters.
func breadth(word string) int {
	n := 0
	for _, r := range word {
		n++
		if r >= 0x1100 && (r <= 0x115f || r >= 0x2e80 && r <= 0xa4cf || r >= 0xac00 && r <= 0xd7a3 || r >= 0xf900 && r <= 0xfaff || r >= 0xfe30 && r <= 0xfe6f || r >= 0xff00 && r <= 0xff60 || r >= 0x1f300 && r <= 0x3ffff) {
			n++
		}
	}
	return n
}

// writeNotes puts each note on a row of its own below the table, over those of
// the columns on the first page that are not repeated on others.
func (t table) writeNotes(out *excelize.StreamWriter, styles styles) error {
	width := 0.0
	for _, c := range t.columns[t.frozen:t.printed] {
		width += c.width
	}
	for i, note := range t.notes {
		style := styles.note
		if note == simulatedNote {
			style = styles.warning
		}
		from, err := excelize.CoordinatesToCellName(t.frozen+1, len(t.rows)+3+i)
		if err != nil {
			return err
		}
		to, err := excelize.CoordinatesToCellName(t.printed, len(t.rows)+3+i)
		if err != nil {
			return err
		}
		height := 13.5*float64(wrapped(note, width)) + 5
		if err := out.SetRow(from, []any{excelize.Cell{StyleID: style, Value: note}}, excelize.RowOpts{Height: height}); err != nil {
			return err
		}
		if err := out.MergeCell(from, to); err != nil {
			return err
		}
	}
	if t.printed == len(t.columns) {
		return nil
	}
	next, err := excelize.CoordinatesToCellName(t.printed+1, 1)
	if err != nil {
		return err
	}
	return out.InsertPageBreak(next)
}
