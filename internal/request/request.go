// Package request reads the auditor's list: a CSV or Excel file of any
// reasonable shape, or references on the command line. It says what each line
// could mean here; whether such a record exists is for others to find out.
package request

import (
	"fmt"
	"strings"
	"time"
)

// Line is one wanted change, as the auditor wrote it.
type Line struct {
	Where string   // "samples.xlsx, sheet Samples, cell B7", "samples.csv, line 7"
	Label string   // the auditor's own number or name for the sample
	Text  string   // the reference; "" where the line gives only a date
	Also  []string // further references of the same line, such as the ticket beside the pull request
	Date  string   // as written, or 2025-10-15 where the cell holds a real date
	Note  string
}

// Bounds of a list.
const (
	maxLines  = 50_000
	maxHeader = 20 // rows among which the header is looked for
)

// Args makes lines of references given on the command line.
func Args(args []string) []Line {
	lines := make([]Line, len(args))
	for i, a := range args {
		lines[i] = Line{Where: fmt.Sprintf("argument %d", i+1), Text: strings.TrimSpace(a)}
	}
	return lines
}

// Read reads a list. What the file holds decides how it is read, not its
// name, which only messages use.
func Read(name string, data []byte) ([]Line, error) {
	var tables []table
	var err error
	switch {
	case len(strings.TrimSpace(string(data[:min(len(data), 1<<16)]))) == 0:
		return nil, fmt.Errorf("%s is empty", name)
	case strings.HasPrefix(string(data), "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
		return nil, fmt.Errorf("%s is in the old Excel format or protected by a password; open it in Excel and save it as .xlsx without one", name)
	case strings.HasPrefix(string(data), "%PDF"):
		return nil, fmt.Errorf("%s is a PDF; ask for the list as .xlsx or .csv, or copy it into one", name)
	case strings.HasPrefix(string(data), "PK\x03\x04"):
		tables, err = readWorkbook(name, data)
	default:
		tables, err = readText(name, data)
	}
	if err != nil {
		return nil, err
	}
	return fromTables(name, tables)
}

// fromTables picks the one table that is a list of changes.
func fromTables(name string, tables []table) ([]Line, error) {
	var lists []table
	var seen []string
	var found [][]Line
	for _, t := range tables {
		lines, heads, err := t.lines()
		if err != nil {
			return nil, err
		}
		seen = append(seen, heads...)
		if lines != nil {
			lists, found = append(lists, t), append(found, lines)
		}
	}
	switch len(lists) {
	case 0:
		return nil, noColumn(name, seen)
	case 1:
		if len(found[0]) == 0 {
			return nil, fmt.Errorf("%s: the list has a header (%s) and no line below it", name, lists[0].name)
		}
		return found[0], nil
	}
	names := make([]string, len(lists))
	for i, t := range lists {
		names[i] = t.name
	}
	return nil, fmt.Errorf("%s holds %d lists (%s); keep the one that is meant", name, len(lists), strings.Join(names, "; "))
}

func noColumn(name string, heads []string) error {
	if len(heads) == 0 {
		return fmt.Errorf("%s has no column that names changes; give one the header Change, PR, Ticket, Commit, Deployment or Date", name)
	}
	if len(heads) > 12 {
		heads = append(heads[:12:12], "…")
	}
	return fmt.Errorf("%s has no column that names changes (headers seen: %s); give one the header Change, PR, Ticket, Commit, Deployment or Date",
		name, strings.Join(heads, ", "))
}

// Resolution is what a line could mean.
type Resolution struct {
	Form       string    // "pull request", "ticket", "commit", "deployment", "issue" or "date"
	Date       time.Time // of the form "date": the day, at midnight UTC
	Tried      []string  // how the line was read
	Candidates refs
}
