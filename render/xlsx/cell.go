package xlsx

import (
	"strings"
	"time"
)

// column is one column of a sheet's grid.
type column struct {
	title  string
	width  float64
	core   bool // of the columns that a reader looks at first
	nowrap bool
	fill   bool // for people to fill in
	number bool // of numbers that measure something, which stand to the right
}

// cell is one value: text, a number that names something, a number that
// measures something, a day or a moment in UTC; with a link or without. A cell
// without a value stays blank.
type cell struct {
	value any // string, int, int64, share, decimal, day or time.Time
	link  string
	whole string // where the text stands in full, if a cell cannot hold it
	look  look   // where the value alone does not decide it
	span  int    // columns that it takes; 0 is one
}

// day is a date without a time or a zone.
type day struct{ year, month, dom int }

// share is a part of a whole, shown in percent.
type share float64

// decimal is a measure, shown with one place after the point.
type decimal float64

func text(s string) cell                 { return cell{value: s} }
func linked(s, link string) cell         { return cell{value: s, link: link} }
func ordinal(n int) cell                 { return cell{value: n} }
func amount(n int64) cell                { return cell{value: n} }
func count(n int) cell                   { return cell{value: int64(n)} }
func wide(c cell, columns int) cell      { c.span = columns; return c }
func lookingLike(l look, value any) cell { return cell{value: value, look: l} }
func toFill() cell                       { return cell{look: lookFill} }

// remark gives a note in a table, or a blank where there is nothing to say.
func remark(s string) cell {
	if s == "" {
		return cell{look: lookText}
	}
	return lookingLike(lookAbsent, s)
}

// numbers is the title of a column of numbers that measure something.
func numbers(title string) cell { return lookingLike(lookHeaderRight, title) }

func blanks(n int, look look) (all []cell) {
	for range max(0, n) {
		all = append(all, cell{look: look})
	}
	return all
}

// moment gives a time in UTC, or why there is none.
func moment(t time.Time, absent string) cell {
	if t.IsZero() {
		return text(absent)
	}
	// Programs round a part of a second up or down, each as it likes.
	return cell{value: t.UTC().Truncate(time.Second)}
}

// dayOf gives a day as a date.
func dayOf(t time.Time) day { return day{t.Year(), int(t.Month()), t.Day()} }

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
			// A word that no line holds is broken wherever the line ends, and by
			// some programs after a slash before that.
			if w > room && strings.Contains(word, "/") {
				lines++
			}
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
