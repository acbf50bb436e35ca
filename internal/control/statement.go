package control

import (
	"regexp"
	"strings"
)

// statement is how far a text says something: what people write of a matter is
// often that it is not done, or a question.
type statement int

const (
	silent  statement = iota // it does not speak of the matter
	unclear                  // it does, and denies, asks, or puts it under a condition
	stated                   // it says so
)

var hedged = regexp.MustCompile(`(?i)\b(not|never|nobody|nothing|cannot|without|unless|until|if|once|should|must|needs?|waiting|pending|please|can|could|would|who|whether|yet|to be|will|going to|fail(s|ed|ing|ure)?|refused|denied|rejected)\b|n['’]t\b|\?`)

// says finds the plainest sentence of a text that speaks of a matter.
func says(text string, matter func(sentence string) bool) statement {
	best := silent
	for _, s := range sentences(text) {
		switch {
		case !matter(s):
		case hedged.MatchString(s):
			best = max(best, unclear)
		default:
			return stated
		}
	}
	return best
}

// sentences splits a text at line ends and at the marks that end sentences.
func sentences(text string) []string {
	var out []string
	start := 0
	for i, r := range text {
		if r == '\n' || (r == '.' || r == '!' || r == '?') && (i+1 == len(text) || strings.ContainsRune(" \n\t", rune(text[i+1]))) {
			if s := strings.TrimSpace(text[start : i+1]); s != "" {
				out = append(out, s)
			}
			start = i + 1
		}
	}
	if s := strings.TrimSpace(text[start:]); s != "" {
		out = append(out, s)
	}
	return out
}
