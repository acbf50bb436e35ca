package control

import (
	"regexp"
	"slices"
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

// trouble is how people write that a thing went wrong, is to be undone, or no
// longer holds; and a bare no.
var trouble = regexp.MustCompile(`(?i)\b(fail(s|ed|ing|ures?)?|broken?|wrong|incorrect|roll(ed|ing)? (it )?back|revert(s|ed|ing)?|undone|do not release|withdr[ae]w(n|s|ing)?|retract(s|ed|ing)?|doubled|spik(ed|ing)|regress(ed|ions?)|outage|unsuccessful(ly)?|no longer)\b|(^|:)\W*no\s*([.,;!]|$)`)

// reassuring is how they write that nothing did.
var reassuring = regexp.MustCompile(`(?i)\b(no|nothing|without|never|zero|0|not (a|one|any))(\s+[\pL-]+){0,2}?\s+(errors?|issues?|alerts?|anomal(y|ies)|problems?|fail(ed|ures?)|regress(ed|ions?)|incidents?|unusual|abnormal|wrong|broken|outages?|complaints?)\b`)

// conditional is how they write of what may come.
var conditional = regexp.MustCompile(`(?i)\b(if|whether|should|would|could|unless|in case|please)\b|\?`)

var negated = regexp.MustCompile(`(?i)\b(not|never|cannot)\b|n['’]t\b`)

// attests reports how far a text that was made to state a thing does so: a form
// or a field says it as a whole, and one sentence that denies, asks or tells of
// a failure takes it away.
func attests(text string) statement {
	for _, s := range sentences(text) {
		if calm := reassuring.ReplaceAllString(s, ""); hedged.MatchString(calm) || trouble.MatchString(calm) {
			return unclear
		}
	}
	return stated
}

// troubled reports whether a sentence of a text tells of a failure.
func troubled(text string) bool {
	return slices.ContainsFunc(sentences(text), func(s string) bool { return trouble.MatchString(reassuring.ReplaceAllString(s, "")) })
}

// denied reports whether a text says of a matter that it is not so, or failed.
func denied(text string, matter func(sentence string) bool) bool {
	return slices.ContainsFunc(sentences(text), func(s string) bool {
		calm := reassuring.ReplaceAllString(s, "")
		return matter(s) && !conditional.MatchString(s) && (negated.MatchString(calm) || trouble.MatchString(calm))
	})
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
