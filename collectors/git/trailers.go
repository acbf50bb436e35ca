package git

import (
	"regexp"
	"slices"
	"strings"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

var (
	trailerLine = regexp.MustCompile(`^([A-Za-z0-9][A-Za-z0-9-]*)[ \t]*:[ \t]*(.*)$`)
	ruleLine    = regexp.MustCompile(`^-{3,}$`)
	listEnd     = regexp.MustCompile(`>\s+(?:and|&)\s+`)
)

// peopleKeys are the keys that name people; a block above the last one counts
// as trailers only where all its keys are of these.
func isPeopleKey(key string) bool {
	key = strings.ToLower(key)
	return strings.HasSuffix(key, "-by") || slices.Contains([]string{"reviewers", "reviewer", "author", "authors", "co-authors", "cc"}, key)
}

// trailers reads the trailers of a commit message as git interpret-trailers
// does: the last paragraph, where all its lines are trailers, or a quarter of
// them are and one of them is a known one. Beyond that it tolerates what forges
// make of messages: CRLF, and blocks of people's trailers one after another,
// with or without a rule ("---------") between them. A list of people becomes
// one trailer each. Keys are as written.
//
// Co-authors count wherever the message names them: one more author can only
// make a change harder to pass, one more reviewer easier.
func trailers(message string) []evidence.Trailer {
	blocks := paragraphs(message)
	var out []evidence.Trailer
	last := len(blocks) // where the trailers begin
	for last > 1 {      // the first paragraph is the title
		block, all, known := readBlock(blocks[last-1])
		first := last == len(blocks)
		if !(all && (known || first)) && !(first && anyPeople(block) && 4*len(block) >= len(blocks[last-1])) {
			break
		}
		last--
	}
	for i, lines := range blocks {
		block, _, _ := readBlock(lines)
		for _, t := range block {
			if i < last && !strings.EqualFold(t.Key, "Co-authored-by") {
				continue
			}
			for _, value := range people(t) {
				out = append(out, evidence.Trailer{Key: t.Key, Value: value})
			}
		}
	}
	return out
}

// paragraphs gives the lines of each paragraph; a rule ends one as a blank line does.
func paragraphs(message string) [][]string {
	message = strings.TrimLeft(strings.ReplaceAll(message, "\r\n", "\n"), "\r\n")
	var all [][]string
	var block []string
	for line := range strings.SplitSeq(message, "\n") {
		line = strings.TrimRight(line, " \t\r")
		if line != "" && !ruleLine.MatchString(line) {
			block = append(block, line)
			continue
		}
		if len(block) > 0 {
			all = append(all, block)
			block = nil
		}
	}
	if len(block) > 0 {
		all = append(all, block)
	}
	return all
}

// readBlock gives the trailers of a paragraph, whether all its lines are
// trailers, and whether all their keys name people.
func readBlock(lines []string) (block []evidence.Trailer, all, known bool) {
	all, known = true, true
	for _, line := range lines {
		if (line[0] == ' ' || line[0] == '\t') && len(block) > 0 {
			block[len(block)-1].Value += " " + strings.TrimSpace(line)
			continue
		}
		m := trailerLine.FindStringSubmatch(line)
		if m == nil {
			all = false
			continue
		}
		known = known && isPeopleKey(m[1])
		block = append(block, evidence.Trailer{Key: m[1], Value: m[2]})
	}
	return block, all && len(block) > 0, known && len(block) > 0
}

func anyPeople(block []evidence.Trailer) bool {
	for _, t := range block {
		if isPeopleKey(t.Key) {
			return true
		}
	}
	return false
}

// people gives the values of a trailer: several where it is a list of people.
func people(t evidence.Trailer) []string {
	value := strings.TrimSpace(t.Value)
	if value == "" || !isPeopleKey(t.Key) {
		return []string{value}
	}
	var parts []string
	depth, quoted, start := 0, false, 0
	value = listEnd.ReplaceAllString(value, ">, ")
	for i, c := range value {
		switch {
		case c == '"':
			quoted = !quoted
		case c == '<':
			depth++
		case c == '>' && depth > 0:
			depth--
		case (c == ',' || c == ';') && depth == 0 && !quoted:
			parts = append(parts, value[start:i])
			start = i + 1
		}
	}
	parts = append(parts, value[start:])
	var names []string
	mails := true
	for _, p := range parts {
		if p = strings.TrimSpace(p); p != "" {
			names = append(names, p)
			mails = mails && strings.HasSuffix(p, ">")
		}
	}
	// "Doe, Jane" is one person where the key names one.
	if !mails && !strings.EqualFold(t.Key, "Reviewers") || len(names) == 0 {
		return []string{strings.TrimSpace(t.Value)}
	}
	return names
}
