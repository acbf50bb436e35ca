package main

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
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

// wrap breaks a text between words into lines of at most width characters. A
// longer word, such as an address, stays whole.
func wrap(s string, width int) []string {
	var lines []string
	line := ""
	for word := range strings.FieldsSeq(s) {
		if line != "" && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > width {
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
