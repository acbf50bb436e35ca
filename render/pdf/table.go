package pdf

import "github.com/tickmark-dev/tickmark/render/document"

var (
	headStyle = textStyle{size: 7, ink: grey, bold: true, lead: 1.3}
	cellStyle = textStyle{size: 7.7, ink: ink, lead: 1.34, flat: true}
)

const cellPad = 4.0

// table lays out a table with thin rules; its head comes again on every page.
func (l *layout) table(t *document.Table, x, w float64) []strip {
	return l.tableOf(t, x, w, cellStyle)
}

func (l *layout) tableOf(t *document.Table, x, w float64, style textStyle) []strip {
	if len(t.Columns) == 0 {
		return nil
	}
	if w/float64(len(t.Columns)) < 34 {
		return l.records(t, x, w)
	}
	widths := l.columnWidths(t, w, style)
	head := l.tableHead(t, x, w, widths)
	strips := append([]strip(nil), head...)
	for i := range strips {
		strips[i].keep = true
	}
	for i, r := range t.Rows {
		row := l.tableRow(t, r, x, w, widths, head, style)
		// Neither the first row nor the last stands alone on a page.
		if len(row) == 1 && len(t.Rows) > 1 && (i == 0 || i == len(t.Rows)-2) {
			row[0].keep = true
		}
		if i == len(t.Rows)-1 {
			row[len(row)-1].keep = true
		}
		strips = append(strips, row...)
	}
	strips = append(strips, strip{h: 1, ops: []op{func(p *painter, y float64) { p.line(x, y, x+w, y, 0.5, rule) }}})
	return together(strips, smallTable)
}

// smallTable is the height up to which a table is not parted by a page's end.
const smallTable = 150.0

// records lays out a table that is too wide for the page as one list of
// labelled values a row.
func (l *layout) records(t *document.Table, x, w float64) []strip {
	var strips []strip
	for i, r := range t.Rows {
		f := &document.Facts{}
		for k, c := range r.Cells {
			if k < len(t.Columns) && len(c.Spans) > 0 {
				f.Items = append(f.Items, document.Fact{Label: t.Columns[k].Title, Value: c.Spans})
			}
		}
		if i > 0 {
			strips = append(strips, gap(8))
		}
		strips = append(strips, l.facts(f, x, w)...)
	}
	return strips
}

func (l *layout) tableHead(t *document.Table, x, w float64, widths []float64) []strip {
	any := false
	var columns [][]strip
	at := x
	for i, c := range t.Columns {
		any = any || c.Title != ""
		columns = append(columns, l.cell(document.Cell{Spans: []document.Span{{Text: c.Title}}}, c.Right, headStyle, at, widths[i]))
		at += widths[i]
	}
	if !any {
		return nil
	}
	row := sideBySide(columns, x, w, 2.6)
	for i, s := range row {
		h := s.h
		row[i].ops = append([]op{func(p *painter, y float64) { p.fill(x, y, w, h, faint) }}, s.ops[min(1, len(s.ops)):]...)
	}
	last := &row[len(row)-1]
	h := last.h
	last.ops = append(last.ops, func(p *painter, y float64) { p.line(x, y+h, x+w, y+h, 0.8, colour{150, 160, 170}) })
	return row
}

func (l *layout) tableRow(t *document.Table, r document.Row, x, w float64, widths []float64, head []strip, style textStyle) []strip {
	var columns [][]strip
	at := x
	for i, c := range t.Columns {
		if i < len(r.Cells) {
			strips := l.cell(r.Cells[i], c.Right, style, at, widths[i])
			columns = append(columns, withBar(strips, r.Cells[i].Bar, style, at, widths[i]))
		}
		at += widths[i]
	}
	row := sideBySide(columns, x, w, 3)
	for i := range row {
		row[i].head = head
		if r.Tone != document.Neutral {
			h, bg, fg := row[i].h, toneBg(r.Tone), toneInk(r.Tone)
			row[i].ops = append([]op{func(p *painter, y float64) {
				p.fill(x, y, w, h, bg)
				p.fill(x, y, 2, h, fg)
			}}, row[i].ops...)
		}
	}
	return row
}

// barLeft is where the bar of a cell begins, behind its number.
const barLeft = 40.0

// withBar adds the bar of a cell to its first line.
func withBar(strips []strip, bar float64, style textStyle, x, w float64) []strip {
	room := w - barLeft - cellPad
	if bar <= 0 || room < 10 || len(strips) == 0 {
		return strips
	}
	length := max(room*min(bar, 1), 0.8)
	strips[0].ops = append(strips[0].ops, func(p *painter, y float64) {
		h := style.size * 0.72
		p.fill(x+barLeft, y+(style.height()-h)/2, length, h, accent)
	})
	return strips
}

func (l *layout) cell(c document.Cell, right bool, style textStyle, x, w float64) []strip {
	inner := max(w-2*cellPad, 8)
	if !right {
		return l.textStrips(c.Spans, style, x+cellPad, inner)
	}
	var strips []strip
	for _, ln := range l.lines(c.Spans, style, inner) {
		strips = append(strips, strip{h: style.height(), ops: []op{lineOp(ln, x+w-cellPad-ln.w, style)}})
	}
	return strips
}

// columnWidths shares w by weight, and then moves room from columns that have
// too much to those whose longest word would not fit.
func (l *layout) columnWidths(t *document.Table, w float64, style textStyle) []float64 {
	n := len(t.Columns)
	total := 0.0
	for _, c := range t.Columns {
		total += max(c.Weight, 0.1)
	}
	widths, need := make([]float64, n), make([]float64, n)
	for i, c := range t.Columns {
		widths[i] = w * max(c.Weight, 0.1) / total
		need[i] = min(l.longestWord(t, i, style), w*0.38) + 2*cellPad + 0.5
	}
	lack, spare := 0.0, 0.0
	for i := range widths {
		if d := need[i] - widths[i]; d > 0 {
			lack += d
		} else {
			spare -= d
		}
	}
	if lack == 0 || spare == 0 {
		return widths
	}
	share := min(1, spare/lack)
	taken := lack * share
	for i := range widths {
		if d := need[i] - widths[i]; d > 0 {
			widths[i] += d * share
		} else {
			widths[i] += d * taken / spare
		}
	}
	return widths
}

// longestWord gives the width of the longest word of a column, looking at its
// first rows.
func (l *layout) longestWord(t *document.Table, column int, style textStyle) float64 {
	longest := l.wordWidth([]document.Span{{Text: t.Columns[column].Title}}, headStyle)
	for i, r := range t.Rows {
		if i >= 200 {
			break
		}
		if column < len(r.Cells) {
			longest = max(longest, l.wordWidth(r.Cells[column].Spans, style))
		}
	}
	return longest
}

func (l *layout) wordWidth(spans []document.Span, style textStyle) float64 {
	longest, word := 0.0, 0.0
	for _, s := range spans {
		r := spanRun(s, style)
		text := s.Text
		if len(text) > 400 {
			text = text[:400]
		}
		atoms := l.fonts.atoms(nil, text, 0, r.face, r.size)
		holdTimes(atoms)
		for _, a := range atoms {
			if a.kind == space || a.kind == newline || a.kind == wide {
				word = 0
				continue
			}
			word += a.width
			longest = max(longest, word)
		}
	}
	return longest
}
