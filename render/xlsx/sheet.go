package xlsx

import (
	"fmt"
	"strings"

	"github.com/xuri/excelize/v2"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// layout is how a sheet is seen and printed. All that stands on a sheet keeps
// to its one grid of columns.
type layout struct {
	columns []column
	printed int    // columns that fill the first page's width; the others follow on further pages
	paper   int    // columns that are printed at all; 0 prints all
	frozen  int    // columns that stay in sight, and are repeated on further pages
	lead    string // what the sheet says, below its title; "" for a sheet that begins with its header
	parts   bool   // the sheet has several tables, so that only its title stays in sight
	labels  int    // columns that the label of a fact takes; 0 is one
}

// sheet is one sheet of the workbook while it is written, from the top down.
// The first error sticks: what follows does nothing, and close gives it.
type sheet struct {
	layout
	b     *book
	name  string
	out   *excelize.StreamWriter
	at    int // the last row
	links []link
	err   error

	filter    [2]int // rows of the header and of the last entry that the filter is for
	filtered  int    // columns of that
	filtering bool   // what comes next belongs to it
	unlinked  bool   // there were more links than a sheet can bear
	limit     int    // of rows
	left      int    // rows beyond it
}

// maxRows is how many rows a sheet holds, and spareRows how many of them are
// kept for notes.
const (
	maxRows   = 1_048_576
	spareRows = 100
)

// open begins a sheet, which must exist and be empty.
func (b *book) open(name string, l layout) *sheet {
	s := &sheet{layout: l, b: b, name: name, limit: maxRows - spareRows}
	s.labels = max(1, l.labels)
	if s.err = s.view(); s.err != nil {
		return s
	}
	if s.out, s.err = b.file.NewStreamWriter(name); s.err != nil {
		return s
	}
	for i, c := range l.columns {
		s.fail(s.out.SetColWidth(i+1, i+1, c.width))
	}
	if l.lead == "" {
		return s
	}
	s.put(26, []cell{lookingLike(lookTitle, name)})
	if b.p.Simulated {
		s.across(1, simulatedNote, lookWarning)
	}
	s.across(1, l.lead, lookLead)
	return s
}

// top is how many rows stay in sight; the last of them is repeated on further pages.
func (s *sheet) top() int {
	switch {
	case s.lead == "", s.parts:
		return 1
	case s.b.p.Simulated:
		return 4
	}
	return 3
}

// view sets what must be known before the first row.
func (s *sheet) view() error {
	topLeft, err := excelize.CoordinatesToCellName(s.frozen+1, s.top()+1)
	if err != nil {
		return err
	}
	pane := "bottomLeft"
	if s.frozen > 0 {
		pane = "bottomRight"
	}
	if s.fits() {
		fit := true
		if err := s.b.file.SetSheetProps(s.name, &excelize.SheetPropsOptions{FitToPage: &fit}); err != nil {
			return err
		}
	}
	off := false
	if err := s.b.file.SetSheetView(s.name, 0, &excelize.ViewOptions{ShowGridLines: &off}); err != nil {
		return err
	}
	return s.b.file.SetPanes(s.name, &excelize.Panes{Freeze: true, XSplit: s.frozen, YSplit: s.top(), TopLeftCell: topLeft, ActivePane: pane})
}

func (s *sheet) fail(err error) {
	if s.err == nil {
		s.err = err
	}
}

// put writes one row of a given height.
func (s *sheet) put(height float64, cells []cell) { s.write(height, cells, 0) }

func (s *sheet) write(height float64, cells []cell, tint int) {
	if s.err != nil {
		return
	}
	if s.at >= s.limit {
		s.left++
		return
	}
	s.at++
	var values []any
	for _, c := range cells {
		at := len(values)
		if at >= len(s.columns) {
			s.fail(fmt.Errorf("row %d is wider than the sheet", s.at))
			return
		}
		look, value := drawn(c, s.columns[at])
		style := s.b.styles[tint][look]
		values = append(values, excelize.Cell{StyleID: style, Value: value})
		s.link(at, c.link)
		for range c.span - 1 {
			values = append(values, excelize.Cell{StyleID: style})
		}
		if c.span > 1 {
			s.merge(at, at+c.span-1)
		}
	}
	s.fail(s.out.SetRow(fmt.Sprintf("A%d", s.at), values, excelize.RowOpts{Height: min(height, 409)})) // which is Excel's limit
}

func (s *sheet) link(column int, target string) {
	if target == "" {
		return
	}
	if len(s.links) >= maxLinks {
		s.unlinked = true
		return
	}
	name, err := excelize.CoordinatesToCellName(column+1, s.at)
	s.fail(err)
	s.links = append(s.links, link{name, target})
}

func (s *sheet) merge(from, to int) {
	first, err := excelize.CoordinatesToCellName(from+1, s.at)
	s.fail(err)
	last, err := excelize.CoordinatesToCellName(to+1, s.at)
	s.fail(err)
	s.fail(s.out.MergeCell(first, last))
}

// header writes the titles of the grid's columns, and of the table that the
// sheet's filter is for.
func (s *sheet) header() {
	cells := titles(s.columns)
	s.put(max(32, s.needs(cells)+4), cells)
	s.filterHere(len(cells))
}

func titles(columns []column) (cells []cell) {
	for _, c := range columns {
		l := lookHeader
		switch {
		case c.fill:
			l = lookFillHeader
		case c.core && c.number:
			l = lookCoreHeaderRight
		case c.core:
			l = lookCoreHeader
		case c.number:
			l = lookHeaderRight
		}
		cells = append(cells, lookingLike(l, c.title))
	}
	return cells
}

// heads writes the titles of a table that has its own.
func (s *sheet) heads(titles ...cell) {
	for i := range titles {
		if titles[i].look == lookDefault {
			titles[i].look = lookHeader
		}
	}
	s.put(s.needs(titles)+4, s.padded(titles, lookHeader))
}

// filterHere makes the last row the header of the table that the filter is for.
func (s *sheet) filterHere(columns int) {
	s.filter, s.filtered, s.filtering = [2]int{s.at, s.at}, columns, true
}

// row writes one row of a table.
func (s *sheet) row(cells ...cell) { s.entry(cells, 0) }

// tinted writes one row of a table that stands out from the others.
func (s *sheet) tinted(cells ...cell) { s.entry(cells, 1) }

func (s *sheet) entry(cells []cell, tint int) {
	s.write(s.needs(cells), s.padded(cells, lookText), tint)
	if s.filtering {
		s.filter[1] = s.at
	}
}

// padded adds blanks up to the width of the first page, so that lines go through.
func (s *sheet) padded(cells []cell, l look) []cell {
	n := s.printed
	for _, c := range cells {
		n -= max(1, c.span)
	}
	return append(cells, blanks(n, l)...)
}

// needs gives the height that the longest text of a row needs when wrapped:
// programs disagree on whether they find it out by themselves.
func (s *sheet) needs(cells []cell) float64 {
	const line, small = 13.5, 11.5
	height, at := line, 0
	for _, c := range cells {
		span := max(1, c.span)
		if v, ok := c.value.(string); ok && at < len(s.columns) && !s.oneLine(at, c.look) {
			v = clean(v)
			if c.look == lookCode { // narrow letters, but each of the same width
				height = max(height, small*float64(wrapped(v, 1.05*s.width(at, at+span))))
			} else {
				height = max(height, line*float64(wrapped(v, s.width(at, at+span))))
			}
		}
		at += span
	}
	return height + 3
}

// oneLine reports whether a text of this look stays on one line, however long.
func (s *sheet) oneLine(column int, l look) bool {
	switch l {
	case lookDefault:
		return s.columns[column].nowrap
	case lookHash, lookMark, lookMarkOpen, lookMarkBad:
		return true
	}
	return false
}

// width is that of the columns from, up to and without to, in characters.
func (s *sheet) width(from, to int) float64 {
	sum := 0.0
	for _, c := range s.columns[from:min(to, len(s.columns))] {
		sum += c.width
	}
	return sum
}

// across writes a text over the first page's columns from the given one, from 1.
func (s *sheet) across(from int, text string, l look) {
	c := wide(lookingLike(l, text), s.printed-from+1)
	cells := append(make([]cell, 0, from), blanks(from-1, lookNote)...)
	s.put(s.needs(append(cells, c))+2, append(cells, c))
}

// gap leaves a row blank.
func (s *sheet) gap() {
	s.filtering = false
	s.put(8, nil)
}

// section begins a part of the sheet.
func (s *sheet) section(title string) {
	s.gap()
	s.put(24, append([]cell{lookingLike(lookSection, title)}, blanks(s.printed-1, lookSection)...))
}

// fact writes a label and what is to be said of it.
func (s *sheet) fact(label string, value cell) {
	value.span = s.printed - s.labels
	s.row(wide(lookingLike(lookLabel, label), s.labels), value)
}

// note writes a remark below a table, over the columns that are not repeated on
// further pages.
func (s *sheet) note(text string) { s.across(s.frozen+1, text, lookNote) }

// warn writes what must not be overlooked.
func (s *sheet) warn(text string) { s.across(s.frozen+1, text, lookWarning) }

// silent says in one line why a sheet has nothing to say.
func (s *sheet) silent(text string) { s.across(1, text, lookText) }

// close ends the sheet.
func (s *sheet) close() error {
	if s.left > 0 {
		s.limit = maxRows
		s.gap()
		s.warn(fmt.Sprintf("INCOMPLETE: %d more rows do not fit on one sheet.", s.left))
	}
	if s.unlinked {
		s.gap()
		s.note("Addresses and folders from here on stand without links: there are more than one sheet can hold.")
	}
	if s.lead == "" && s.b.p.Simulated {
		s.gap()
		s.warn(simulatedNote)
	}
	if s.err == nil {
		s.err = s.finish()
	}
	if s.err != nil {
		return fmt.Errorf("writing the sheet %q: %w", s.name, s.err)
	}
	s.b.links[s.name] = s.links
	return s.out.Flush()
}

// finish sets what is written behind the rows.
func (s *sheet) finish() error {
	f := s.b.file
	titles := fmt.Sprintf("'%[1]s'!$%[2]d:$%[2]d", s.name, s.top())
	if s.frozen > 0 {
		repeated, err := excelize.ColumnNumberToName(s.frozen)
		if err != nil {
			return err
		}
		titles = fmt.Sprintf("'%s'!$A:$%s,", s.name, repeated) + titles
	}
	last, err := excelize.CoordinatesToCellName(len(s.columns), max(2, s.at))
	if err != nil {
		return err
	}
	landscape, a4, scale := "landscape", 9, s.scale()
	page := excelize.PageLayoutOptions{Orientation: &landscape, Size: &a4, AdjustTo: &scale}
	if wide, high := 1, 0; s.fits() { // as many pages down as there are
		page = excelize.PageLayoutOptions{Orientation: &landscape, Size: &a4, FitToWidth: &wide, FitToHeight: &high}
	}
	margin, edge, furnitureEdge := 0.4, 0.75, 0.3
	for _, err := range []error{
		s.setFilter(),
		f.SetPageLayout(s.name, &page),
		s.setArea(),
		f.SetPageMargins(s.name, &excelize.PageLayoutMarginsOptions{Left: &margin, Right: &margin, Top: &edge, Bottom: &edge, Header: &furnitureEdge, Footer: &furnitureEdge}),
		f.SetDefinedName(&excelize.DefinedName{Name: "_xlnm.Print_Titles", Scope: s.name, RefersTo: titles}),
		f.SetHeaderFooter(s.name, furniture(s.name, s.b.p)),
		f.AddIgnoredErrors(s.name, "A1:"+last, excelize.IgnoredErrorsNumberStoredAsText),
	} {
		if err != nil {
			return err
		}
	}
	if s.fits() {
		return nil
	}
	next, err := excelize.CoordinatesToCellName(s.printed+1, 1)
	if err != nil {
		return err
	}
	return s.out.InsertPageBreak(next)
}

// fits reports whether all that is printed stands on the width of one page.
func (s *sheet) fits() bool { return s.onPaper() == s.printed }

// onPaper is how many columns are printed.
func (s *sheet) onPaper() int {
	if s.paper > 0 {
		return s.paper
	}
	return len(s.columns)
}

// setArea says which columns are printed, where they are not all.
func (s *sheet) setArea() error {
	if s.paper == 0 {
		return nil
	}
	last, err := excelize.ColumnNumberToName(s.paper)
	if err != nil {
		return err
	}
	return s.b.file.SetDefinedName(&excelize.DefinedName{Name: "_xlnm.Print_Area", Scope: s.name, RefersTo: fmt.Sprintf("'%s'!$A$1:$%s$%d", s.name, last, max(1, s.at))})
}

func (s *sheet) setFilter() error {
	if s.filtered == 0 {
		return nil
	}
	first, err := excelize.CoordinatesToCellName(1, s.filter[0])
	if err != nil {
		return err
	}
	last, err := excelize.CoordinatesToCellName(s.filtered, max(s.filter[1], s.filter[0]+1))
	if err != nil {
		return err
	}
	return s.b.file.AutoFilter(s.name, first+":"+last, nil)
}

// scale makes the columns of the first page fit its width, in percent.
func (s *sheet) scale() uint {
	// Characters across a landscape A4 page between the margins, in the widest
	// font that programs put in place of the workbook's own.
	const page = 107
	return uint(min(100, max(40, page*100/s.width(0, s.printed))))
}

// furniture is what stands above and below each printed page.
func furniture(sheet string, p evidence.Package) *excelize.HeaderFooterOptions {
	header := "&L" + printed(p.Organization, 60) + "&C" + printed(sheet, 40)
	if p.Simulated {
		header += "&RSIMULATED DATA"
	}
	return &excelize.HeaderFooterOptions{
		OddHeader: header,
		OddFooter: "&L" + printed(p.Tool, 40) + ", as of " + p.AsOf.UTC().Format("2006-01-02 15:04 UTC") + "&RPage &P of &N",
	}
}

// printed makes a text safe for a header, where & begins a command.
func printed(s string, limit int) string {
	return strings.ReplaceAll(oneLine(s, limit), "&", "&&")
}
