package request

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// table is one sheet, or one text file.
type table struct {
	name string // "sheet Samples", "the list"
	rows [][]cell
	at   func(row, column int) string // where a cell is, for messages
}

// cell is one cell. Date is set where the file says that it is one.
type cell struct {
	text string
	date string // 2025-10-15
}

// role is what a column is for.
type role int

const (
	noRole role = iota
	labelRole
	pullRole
	changeRole
	ticketRole
	commitRole
	deployRole
	urlRole
	dateRole
	noteRole
)

// heads gives the role of each header that we know, in the form of plain.
func heads() map[string]role {
	known := map[string]role{}
	for r, names := range map[role]string{
		labelRole:  "sample|sample no|sample nr|sample number|sample id|sample ref|no|nr|number|item|item no|selection|selection no|lfd nr",
		pullRole:   "pr|pr no|pr nr|pr number|pr id|pull request|pull request no|pull request number|pull requests|pr link|pr url|merge request|pr mr",
		changeRole: "change|changes|change id|change no|change number|change ref|change reference|reference|ref|id|change request|change request no|cr|cr no|cr number|change record|sampled change|selected change|record",
		ticketRole: "ticket|ticket no|ticket nr|ticket number|ticket id|ticket key|change ticket|jira|jira key|jira ticket|jira id|issue|issue key|issue no|key",
		commitRole: "commit|commit id|commit sha|commit hash|sha|hash|revision|merge commit",
		deployRole: "deployment|deployment id|deployment no|deploy|deploy id|deploy no|release id|deployment ref",
		urlRole:    "url|link|web address|hyperlink",
		dateRole:   "date|deployment date|deploy date|date deployed|deployed|deployed on|deployed at|production date|change date|date of change|implementation date|implemented on|go live|go live date|release date",
		noteRole:   "note|notes|comment|comments|description|remark|remarks|title|summary|auditor comment|auditor note",
	} {
		for _, n := range strings.Split(names, "|") {
			known[n] = r
		}
	}
	return known
}

// plain is a header as it is compared: lower case, "#" read as "no", words only.
func plain(head string) string {
	head = strings.ReplaceAll(strings.ToLower(head), "#", " no ")
	words := strings.FieldsFunc(head, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	if n := len(words); n > 1 && words[n-1] == "utc" {
		words = words[:n-1]
	}
	return strings.Join(words, " ")
}

// order says which of several references of one line names the change: the
// pull request is the change itself, a ticket may stand for several.
func order() []role { return []role{pullRole, changeRole, urlRole, commitRole, ticketRole, deployRole} }

// lines reads the table's lines; nil without an error where it is no list.
// Heads are the headers seen, for a message.
func (t table) lines() (lines []Line, seen []string, err error) {
	header, roles := t.header()
	if header < 0 {
		if column := t.onlyReferences(); column >= 0 {
			header, roles = -1, map[int]role{column: changeRole}
		} else {
			for _, row := range t.rows[:min(len(t.rows), maxHeader)] {
				for _, c := range row {
					if s := strings.TrimSpace(c.text); s != "" && len(s) < 40 && len(seen) < 40 {
						seen = append(seen, fmt.Sprintf("%q", s))
					}
				}
			}
			return nil, seen, nil
		}
	}
	lines = []Line{}
	for i, row := range t.rows[header+1:] {
		line, ok := t.line(header+1+i, row, roles)
		if !ok {
			continue
		}
		if len(lines) == maxLines {
			return nil, nil, fmt.Errorf("%s has more than %d lines; a request names the changes that are sampled, not the population", t.name, maxLines)
		}
		lines = append(lines, line)
	}
	return lines, nil, nil
}

// header finds the row that names the columns: the one among the first rows
// with the most headers that we know, among them one that names changes.
func (t table) header() (row int, roles map[int]role) {
	known := heads()
	row = -1
	for i, r := range t.rows[:min(len(t.rows), maxHeader)] {
		found := map[int]role{}
		names := false
		for column, c := range r {
			role := known[plain(c.text)]
			if role == noRole {
				continue
			}
			found[column] = role
			names = names || slices.Contains(order(), role) || role == dateRole
		}
		if names && len(found) > len(roles) {
			row, roles = i, found
		}
	}
	return row, roles
}

var looksLikeReference = regexp.MustCompile(`^(https?://\S+|[\w.-]*/?[\w.-]*#\d+|PR[ -]?#?\d+|[A-Za-z][A-Za-z0-9_]+-\d+|[\w.-]+/[\w.-]+@[0-9a-f]{7,64}|[0-9a-f]{40}|0Af\w{12,15})$`)

// onlyReferences gives the one column in which references stand, of a list
// without a header that we know; -1 where there is none, or more than one.
func (t table) onlyReferences() int {
	counts := map[int]int{}
	for _, row := range t.rows {
		for column, c := range row {
			if looksLikeReference.MatchString(strings.TrimSpace(c.text)) {
				counts[column]++
			}
		}
	}
	if len(counts) != 1 {
		return -1
	}
	for column := range counts {
		return column
	}
	return -1
}

var numbered = regexp.MustCompile(`(?i)^(sample\s*)?#?\s*\d+$`)

// line reads one row. A row that names nothing is no line, unless it carries
// a sample's number: then the auditor meant something by it.
func (t table) line(at int, row []cell, roles map[int]role) (Line, bool) {
	var l Line
	references := map[role][]string{}
	first := -1
	for column, c := range row {
		text := strings.TrimSpace(c.text)
		if text == "" {
			continue
		}
		switch r := roles[column]; r {
		case noRole:
		case labelRole:
			l.Label = text
		case noteRole:
			l.Note = strings.TrimSpace(l.Note + " " + text)
		case dateRole:
			if l.Date = text; c.date != "" {
				l.Date = c.date
			}
			if first < 0 {
				first = column
			}
		default:
			references[r] = append(references[r], worded(r, text))
			if first < 0 || len(references) == 1 {
				first = column
			}
		}
	}
	for _, r := range order() {
		for _, text := range references[r] {
			if l.Text == "" {
				l.Text = text
			} else if !slices.Contains(l.Also, text) && text != l.Text {
				l.Also = append(l.Also, text)
			}
		}
	}
	if first < 0 {
		if !numbered.MatchString(l.Label) || l.Label == "" {
			return Line{}, false
		}
		first = 0
	}
	l.Where = t.at(at, first)
	return l, true
}

var bareNumber = regexp.MustCompile(`^#?\d+(\.0+)?$`)

// worded says in words what a bare number in a column means.
func worded(r role, text string) string {
	if !bareNumber.MatchString(text) {
		return text
	}
	number, _, _ := strings.Cut(strings.TrimPrefix(text, "#"), ".")
	switch r {
	case pullRole, changeRole:
		return "#" + number
	case deployRole:
		return "deployment " + number
	}
	return text
}
