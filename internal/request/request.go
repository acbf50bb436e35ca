// Package request turns an auditor's list into lines, and a line into the
// records that it may mean. It reads what auditors send: CSV with any of the
// usual separators and encodings, and Excel workbooks, with the header anywhere
// in the first rows and columns named in their own words. It never guesses: a
// line that may mean several things gives all of them, and one that means
// nothing known says what was tried.
//
// Nothing here asks a source: whether a record exists is for the caller to see.
package request

import (
	"bytes"
	"fmt"
	"path/filepath"
	"strings"
	"unicode"
)

// LinesMost bounds a list.
const LinesMost = 50_000

// A Line is one line of a request.
type Line struct {
	Where      string   // "samples.xlsx, sheet Samples, cell B7" or "samples.csv, line 7"
	Label      string   // the auditor's own number or name for the sample
	Text       string   // the reference as they wrote it; "" where the line gives a date alone, or nothing
	Also       []string // further references of the same line, for example the ticket beside the pull request
	Columns    []Column // what the columns of Text and Also hold, in that order; empty for arguments
	Repository string   // from a column of its own
	Date       string   // YYYY-MM-DD where the cell is a real date, else as they wrote it
	Note       string
	// Uncalculated is the cell of the reference, where that is a formula whose
	// value the file does not hold.
	Uncalculated string `json:",omitempty"`
}

// Column says what a column holds.
type Column string

// The columns that are read. Any reference may stand in a ColumnChange.
const (
	ColumnLabel       Column = "label"
	ColumnPullRequest Column = "pull request"
	ColumnChange      Column = "change"
	ColumnCommit      Column = "commit"
	ColumnTicket      Column = "ticket"
	ColumnDeployment  Column = "deployment"
	ColumnRepository  Column = "repository"
	ColumnDate        Column = "date"
	ColumnNote        Column = "note"
)

// Read reads a list. name is the file's, for messages; what the file is, its
// content decides. Every error is one sentence that says what to do.
func Read(name string, data []byte) ([]Line, error) {
	name = clean(filepath.Base(name), 200)
	var sheets []sheet
	var err error
	switch {
	case len(bytes.TrimSpace(data)) == 0:
		return nil, fmt.Errorf("%s is empty; it needs a line for each change, below a header such as Sample #, Change, Date", name)
	case bytes.HasPrefix(data, []byte("PK\x03\x04")), bytes.HasPrefix(data, []byte("PK\x05\x06")):
		sheets, err = readWorkbook(name, data)
	case bytes.HasPrefix(data, []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")):
		return nil, fmt.Errorf("%s is an old Excel file (.xls) or one with a password; open it in Excel and save it as .xlsx without a password, or as CSV", name)
	case bytes.HasPrefix(data, []byte("%PDF")):
		return nil, fmt.Errorf("%s is a PDF; ask for the list as .xlsx or CSV, or copy it into one", name)
	default:
		sheets, err = readText(name, data)
	}
	if err != nil {
		return nil, err
	}
	return readSheets(name, sheets)
}

// Args makes lines of references that were given as arguments.
func Args(args []string) []Line {
	var lines []Line
	for i, a := range args {
		if text := clean(a, textMost); text != "" {
			lines = append(lines, Line{Where: fmt.Sprintf("argument %d", i+1), Text: text})
		}
	}
	return lines
}

const (
	textMost = 500  // runes of a reference
	noteMost = 2000 // runes of a note
)

// clean gives text of a stranger as one line: without control and invisible
// characters, without runs of spaces, and no longer than most.
func clean(s string, most int) string {
	if len(s) > 8*most {
		s = s[:8*most] // before any work on it
	}
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r), unicode.IsControl(r):
			return ' '
		case unicode.Is(unicode.Cf, r): // zero-width, byte-order mark, direction marks
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
	s = strings.Join(strings.Fields(s), " ")
	if runes := []rune(s); len(runes) > most {
		return string(runes[:most-1]) + "…"
	}
	return s
}
