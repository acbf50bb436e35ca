package request

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// headerRows is how far down a header is looked for.
const headerRows = 20

// A cell is one value. date is set where the cell is a real date, and then
// value is YYYY-MM-DD.
type cell struct {
	value string
	date  bool
}

// A gridRow is one row with at least one value.
type gridRow struct {
	number int // as the file counts, from 1
	cells  []cell
}

func (r gridRow) at(i int) cell {
	if i >= 0 && i < len(r.cells) {
		return r.cells[i]
	}
	return cell{}
}

// A sheet is one table of a file, rows without values left out.
type sheet struct {
	name  string // "" for CSV
	where func(row, column int) string
	rows  []gridRow
	// uncalculated reports whether a cell holds a formula without its value; nil for CSV.
	uncalculated func(row, column int) bool
}

// A layout says which columns of a sheet hold what.
type layout struct {
	header  int // index of the header in rows; -1 where there is none
	columns map[int]Column
}

func (l layout) of(c Column) []int {
	var at []int
	for i, column := range l.columns {
		if column == c {
			at = append(at, i)
		}
	}
	slices.Sort(at)
	return at
}

func (l layout) hasReference() bool {
	for _, c := range l.columns {
		if isReference(c) {
			return true
		}
	}
	return false
}

// readSheets finds the list among the sheets and reads it.
func readSheets(name string, sheets []sheet) ([]Line, error) {
	d := newDictionary()
	var with []sheet
	var layouts []layout
	var seen []string
	for _, s := range sheets {
		l, headers, ok := s.layout(d)
		if ok {
			with, layouts = append(with, s), append(layouts, l)
		}
		seen = append(seen, headers...)
	}
	if len(with) == 0 {
		return nil, noColumn(name, sheets, seen)
	}
	with, layouts, err := choose(name, with, layouts)
	if err != nil {
		return nil, err
	}
	var lines []Line
	for i, s := range with {
		if err := s.sideBySide(layouts[i]); err != nil {
			return nil, err
		}
		lines = append(lines, s.lines(d, layouts[i])...)
		if len(lines) > LinesMost {
			return nil, fmt.Errorf("%s has more than %d lines; a list of samples is shorter: send the sample, not the population", name, LinesMost)
		}
	}
	if len(lines) == 0 {
		return nil, fmt.Errorf("%s has a header and no line below it; add a line for each change", name)
	}
	return lines, nil
}

func noColumn(name string, sheets []sheet, seen []string) error {
	rows := 0
	for _, s := range sheets {
		rows += len(s.rows)
	}
	if rows == 0 {
		return fmt.Errorf("%s is empty; it needs a line for each change, below a header such as Sample #, Change, Date", name)
	}
	var names []string
	for _, s := range seen {
		if len(names) == 20 {
			names = append(names, "…")
			break
		}
		if s = clean(s, 40); s != "" && !slices.Contains(names, s) {
			names = append(names, s)
		}
	}
	return fmt.Errorf("no column of %s says which change is meant; its first rows say: %s; name one column %s", name, strings.Join(names, ", "), recognisedWords())
}

var sampleSheet = regexp.MustCompile(`(?i)sampl|select|request|pbc`)

// choose takes the one sheet with a list; of several those that are named as samples.
func choose(name string, with []sheet, layouts []layout) ([]sheet, []layout, error) {
	if len(with) == 1 {
		return with, layouts, nil
	}
	var named []sheet
	var namedLayouts []layout
	var all []string
	for i, s := range with {
		all = append(all, clean(s.name, 40))
		if sampleSheet.MatchString(s.name) {
			named, namedLayouts = append(named, s), append(namedLayouts, layouts[i])
		}
	}
	if len(named) == 0 {
		return nil, nil, fmt.Errorf("several sheets of %s hold a list: %s; put Samples into the name of the one that is meant", name, strings.Join(all, ", "))
	}
	return named, namedLayouts, nil
}

// layout finds the header, or does without one where exactly one column holds
// references. headers are the texts that might have been a header.
func (s sheet) layout(d dictionary) (l layout, headers []string, ok bool) {
	best := -1
	for i, r := range s.rows {
		if r.number > headerRows {
			break
		}
		got := d.layout(i, r)
		useful := 0
		if got.hasReference() || len(got.of(ColumnDate)) > 0 {
			useful = 1000 // a row without either is no header of a list
		}
		// One word of a title or a data row is less than a whole header.
		if score := useful + len(got.columns); len(got.columns) > 0 && score > best {
			best, l = score, got
		}
		if i < 3 {
			for _, v := range r.cells {
				headers = append(headers, v.value)
			}
		}
	}
	if best < 0 {
		l = layout{-1, map[int]Column{}}
	} else {
		headers = nil
		for _, v := range s.rows[l.header].cells {
			headers = append(headers, v.value)
		}
	}
	s.vagueToLabel(l)
	if l.hasReference() {
		return l, headers, true
	}
	if at, first, ok := s.looksLikeReferences(l); ok {
		l.columns[at] = ColumnChange
		if best < 0 {
			l.header = first - 1
		}
		return l, headers, true
	}
	return l, headers, len(l.of(ColumnDate)) > 0
}

// layout reads a row as a header.
func (d dictionary) layout(index int, r gridRow) layout {
	l := layout{index, map[int]Column{}}
	for c, v := range r.cells {
		if column, ok := d[heading(v.value)]; ok && !v.date {
			l.columns[c] = column
		}
	}
	return l
}

// vagueToLabel takes a column named Ref or ID for the auditor's own number
// where another column says better which change is meant, and none the number.
func (s sheet) vagueToLabel(l layout) {
	if l.header < 0 || len(l.of(ColumnLabel)) > 0 {
		return
	}
	vague, named := -1, false
	for _, column := range references() {
		for _, at := range l.of(column) {
			if slices.Contains(vagueHeadings(), heading(s.rows[l.header].at(at).value)) {
				if vague < 0 {
					vague = at
				}
			} else {
				named = true
			}
		}
	}
	if vague >= 0 && named {
		l.columns[vague] = ColumnLabel
	}
}

// looksLikeReferences gives the only column whose values look like references,
// and the first row that has one.
func (s sheet) looksLikeReferences(l layout) (column, first int, ok bool) {
	type count struct{ like, filled, first int }
	counts := map[int]*count{}
	width := 0
	for i, r := range s.rows {
		if i <= l.header {
			continue
		}
		for c, v := range r.cells {
			if v.value == "" || v.date || l.columns[c] != "" && l.columns[c] != ColumnLabel {
				continue
			}
			width = max(width, c+1)
			n := counts[c]
			if n == nil {
				n = &count{first: -1}
				counts[c] = n
			}
			like := looksStrong(v.value)
			if like && n.first < 0 {
				n.first = i
			}
			if n.first >= 0 {
				n.filled++
			}
			if like {
				n.like++
			}
		}
	}
	var found []int
	for c := range width {
		if n := counts[c]; n != nil && n.like > 0 && 2*n.like >= n.filled {
			found = append(found, c)
		}
	}
	// A list of nothing but numbers has no other column that could be meant.
	if len(found) == 0 && len(counts) == 1 && l.header < 0 {
		for c := range counts {
			if i := slices.IndexFunc(s.rows, func(r gridRow) bool { return bareNumber.MatchString(r.at(c).value) }); i >= 0 && i < 2 {
				return c, i, true
			}
		}
	}
	if len(found) != 1 {
		return 0, 0, false
	}
	return found[0], counts[found[0]].first, true
}

// lines reads the rows below the header, and below those of further tables.
func (s sheet) lines(d dictionary, l layout) []Line {
	var lines []Line
	for i, r := range s.rows {
		if i <= l.header {
			continue
		}
		if next, ok := s.header(d, i); ok {
			l = next
			continue
		}
		if line, ok := s.line(l, r); ok {
			lines = append(lines, line)
		}
		if len(lines) > LinesMost {
			break
		}
	}
	return lines
}

var sampleNumber = regexp.MustCompile(`(?i)^(?:sample\s*)?#?\s*\d+$`)

// line reads one row. A row with a sample's number or with several values is
// kept even where it names no change, so that nothing that was asked for is
// passed over; a single word is a footer.
func (s sheet) line(l layout, r gridRow) (Line, bool) {
	line := Line{
		Label:      s.first(l, r, ColumnLabel, 100),
		Repository: s.first(l, r, ColumnRepository, 200),
		Date:       s.first(l, r, ColumnDate, 100),
	}
	at := -1
	var texts []string
	for _, column := range references() {
		for _, c := range l.of(column) {
			v := r.at(c)
			text := clean(v.value, textMost)
			if isBlank(text) || slices.Contains(texts, text) {
				continue
			}
			if at < 0 {
				at = c
			}
			texts, line.Columns = append(texts, text), append(line.Columns, column)
		}
	}
	if len(texts) > 0 {
		line.Text, line.Also = texts[0], texts[1:]
	}
	var notes []string
	for _, c := range l.of(ColumnNote) {
		if t := clean(r.at(c).value, noteMost); t != "" {
			notes = append(notes, t)
		}
	}
	line.Note = clean(strings.Join(notes, "; "), noteMost)
	if at < 0 {
		line.Uncalculated = s.formula(l, r)
	}
	if at < 0 && line.Date != "" {
		at = l.of(ColumnDate)[0]
	}
	if at < 0 && line.Uncalculated == "" {
		filled := 0
		for _, v := range r.cells {
			if !isBlank(clean(v.value, textMost)) {
				filled++
			}
		}
		if filled < 2 && !sampleNumber.MatchString(line.Label) {
			return Line{}, false
		}
	}
	line.Where = s.where(r.number, max(at, 0))
	return line, true
}

// formula gives the cell of a reference that is a formula without its value.
func (s sheet) formula(l layout, r gridRow) string {
	if s.uncalculated == nil {
		return ""
	}
	for _, column := range references() {
		for _, c := range l.of(column) {
			if s.uncalculated(r.number, c) {
				return s.where(r.number, c)
			}
		}
	}
	return ""
}

func (s sheet) first(l layout, r gridRow, column Column, most int) string {
	for _, c := range l.of(column) {
		if t := clean(r.at(c).value, most); !isBlank(t) {
			return t
		}
	}
	return ""
}

// isBlank reports whether a person left the cell without a value.
func isBlank(s string) bool {
	return s == "" || slices.Contains([]string{"-", "–", "—", "n/a", "na", "n.a.", "none", "tbd", "null", "nil", "?", "#n/a", "#ref!", "#value!", "#name?"}, strings.ToLower(s))
}
