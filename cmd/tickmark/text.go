package main

import (
	"fmt"
	"io"
	"strings"
	"unicode"

	"github.com/rivo/uniseg"
)

// tame takes out of a text what could move a terminal's cursor or hide or
// reorder what follows: names and messages come from strangers. Line ends stay.
func tame(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
			return r
		case r == '\t':
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
}

// columns is how wide the text of a report may be.
const columns = 80

// wrap breaks a text between words into lines of at most width columns of a
// terminal. A longer word, such as an address, stays whole.
func wrap(s string, width int) []string {
	var lines []string
	line := ""
	for word := range strings.FieldsSeq(s) {
		if line != "" && uniseg.StringWidth(line)+1+uniseg.StringWidth(word) > width {
			lines = append(lines, line)
			line = ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	return append(lines, line)
}

func plural(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return fmt.Sprintf("%d %ss", n, word)
}

// rows prints a label and a text a line, the texts below each other within the
// width of a report; nothing for an empty text.
func rows(w io.Writer, indent, label int) func(label, text string) {
	return func(name, text string) {
		if strings.TrimSpace(text) == "" {
			return
		}
		gap := min(label, 1)
		for _, line := range wrap(tame(text), columns-indent-label-gap) {
			fmt.Fprintf(w, "%*s%s%*s%s\n", indent, "", fitted(name, label), gap, "", line)
			name = ""
		}
	}
}

// fitted fills a text up with blanks to as many columns of a terminal.
// Characters of East Asian scripts take two.
func fitted(s string, width int) string {
	return s + strings.Repeat(" ", max(0, width-uniseg.StringWidth(s)))
}

// oneWord puts a text of a stranger on one line.
func oneWord(s string) string { return strings.Join(strings.Fields(s), " ") }

// wrapCut is wrap for a column that nothing may leave: a longer word is broken.
func wrapCut(s string, width int) []string {
	var lines []string
	for _, line := range wrap(s, width) {
		lines = append(lines, cut(line, width)...)
	}
	return lines
}

// cut breaks a text into pieces of at most width columns.
func cut(s string, width int) []string {
	var lines []string
	line := ""
	for g := uniseg.NewGraphemes(s); g.Next(); {
		if uniseg.StringWidth(line+g.Str()) > width {
			lines = append(lines, line)
			line = ""
		}
		line += g.Str()
	}
	return append(lines, line)
}
