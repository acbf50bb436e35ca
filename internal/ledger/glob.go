package ledger

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"
)

// matcher reads a pattern for components and gives what matches a path, and
// what matches a name.
//
// A pattern with a slash is of a path: it matches at any depth, or from the
// top where it begins with a slash, and a folder stands for all that is in it.
// One without matches a whole name, the object of a Salesforce name, or any
// one part of a path. "*" and "?" stop at slashes, "**" does not. Paths are
// compared as written, names without regard to case.
func matcher(pattern string) (path, name *regexp.Regexp, err error) {
	pattern = strings.TrimSpace(pattern)
	if pattern == "" || len(pattern) > 1000 || !utf8.ValidString(pattern) {
		return nil, nil, fmt.Errorf("a component pattern has 1 to 1,000 characters, in UTF-8")
	}
	anchored := strings.HasPrefix(pattern, "/")
	trimmed := strings.Trim(pattern, "/")
	body := translate(trimmed)
	before, after := `(?:^|.*/)`, `(?:/.*)?$`
	if anchored {
		before = `^`
	}
	path = regexp.MustCompile(`(?s)` + before + body + after)
	name = regexp.MustCompile(`(?is)^` + body + `(?:\..*)?$`)
	return path, name, nil
}

func translate(pattern string) string {
	var b strings.Builder
	for i := 0; i < len(pattern); i++ {
		switch {
		case strings.HasPrefix(pattern[i:], "**/"):
			b.WriteString(`(?:.*/)?`)
			i += 2
		case strings.HasPrefix(pattern[i:], "**"):
			b.WriteString(`.*`)
			i++
		case pattern[i] == '*':
			b.WriteString(`[^/]*`)
		case pattern[i] == '?':
			b.WriteString(`[^/]`)
		default:
			end := i + 1
			for end < len(pattern) && pattern[end] != '*' && pattern[end] != '?' {
				end++
			}
			b.WriteString(regexp.QuoteMeta(pattern[i:end]))
			i = end - 1
		}
	}
	return b.String()
}

// Component gives what tells whether a component is one that a filter's
// pattern means: a path, or a name.
func Component(pattern string) (func(string) bool, error) {
	path, name, err := matcher(pattern)
	if err != nil {
		return nil, err
	}
	return func(component string) bool { return path.MatchString(component) || name.MatchString(component) }, nil
}
