package request

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// sideBySide refuses a header that has the same column twice: the rows of two
// tables beside each other would be taken for one, and half of it for remarks.
func (s sheet) sideBySide(l layout) error {
	if l.header < 0 {
		return nil
	}
	seen := map[string]bool{}
	for _, c := range slices.Sorted(maps.Keys(l.columns)) {
		title := heading(s.rows[l.header].at(c).value)
		if column := l.columns[c]; column != ColumnLabel && !isReference(column) || slices.Contains(vagueHeadings(), title) {
			continue
		}
		if seen[title] {
			return fmt.Errorf("%s: this is the second column called %q; where two tables stand side by side, put one below the other",
				s.where(s.rows[l.header].number, c), clean(s.rows[l.header].at(c).value, 40))
		}
		seen[title] = true
	}
	return nil
}

// header reads a row below the first header as that of another table: it has
// at least two headings, one of them of a reference, and no value. Values have
// digits, and headings almost never do.
func (s sheet) header(d dictionary, i int) (layout, bool) {
	for _, v := range s.rows[i].cells {
		if len(v.value) > 100 || strings.ContainsAny(v.value, "0123456789") {
			return layout{}, false
		}
	}
	l := d.layout(i, s.rows[i])
	if len(l.columns) < 2 || !l.hasReference() {
		return layout{}, false
	}
	s.vagueToLabel(l)
	return l, true
}
