package policy

import (
	"regexp"
	"strings"
	"unicode"
)

// Pattern is a text with * for any text, ? for one character and, in paths, **
// for any folders. Letters' case does not count.
type Pattern struct {
	Text string
	re   *regexp.Regexp
}

// NamePattern makes a pattern of names, where * stands for any text.
func NamePattern(text string) Pattern {
	var b strings.Builder
	for _, r := range text {
		switch r {
		case '*':
			b.WriteString(".*")
		case '?':
			b.WriteString(".")
		default:
			b.WriteString(regexp.QuoteMeta(string(r)))
		}
	}
	return Pattern{text, regexp.MustCompile(`(?is)^` + b.String() + `$`)}
}

// WordPattern makes a pattern of the names of checks, jobs and environments:
// it fits where its words stand in the name, whatever separates them, so that
// "uat" fits "deploy-uat" and not "evaluate". One that begins with = must be
// the whole name.
func WordPattern(text string) Pattern {
	whole := strings.HasPrefix(text, "=")
	parts := strings.FieldsFunc(strings.ToLower(strings.TrimPrefix(text, "=")), notWord)
	for i := range parts {
		parts[i] = regexp.QuoteMeta(parts[i])
	}
	inner := strings.Join(parts, `[^\pL\pN]+`)
	if whole {
		return Pattern{text, regexp.MustCompile(`(?is)^[^\pL\pN]*` + inner + `[^\pL\pN]*$`)}
	}
	return Pattern{text, regexp.MustCompile(`(?is)(?:^|[^\pL\pN])` + inner + `(?:$|[^\pL\pN])`)}
}

func notWord(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }

// PathPattern makes a pattern of paths. One without a slash is of the file's
// name in any folder; in one with slashes * and ? do not cross folders.
func PathPattern(text string) Pattern {
	glob := strings.TrimPrefix(text, "/")
	if !strings.Contains(glob, "/") {
		glob = "**/" + glob
	}
	var b strings.Builder
	for i := 0; i < len(glob); {
		switch {
		case strings.HasPrefix(glob[i:], "**/"):
			b.WriteString("(?:.*/)?")
			i += 3
		case strings.HasPrefix(glob[i:], "**"):
			b.WriteString(".*")
			i += 2
		case glob[i] == '*':
			b.WriteString("[^/]*")
			i++
		case glob[i] == '?':
			b.WriteString("[^/]")
			i++
		default:
			end := i + 1
			for end < len(glob) && glob[end] != '*' && glob[end] != '?' {
				end++
			}
			b.WriteString(regexp.QuoteMeta(glob[i:end]))
			i = end
		}
	}
	return Pattern{text, regexp.MustCompile(`(?is)^` + b.String() + `$`)}
}

// Match reports whether the pattern fits; the zero pattern fits nothing.
func (p Pattern) Match(s string) bool { return p.re != nil && p.re.MatchString(s) }

// MatchAny reports whether any of the patterns fits.
func MatchAny(patterns []Pattern, s string) bool {
	for _, p := range patterns {
		if p.Match(s) {
			return true
		}
	}
	return false
}
