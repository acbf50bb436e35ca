package policy

import (
	"slices"
	"strings"
)

// Path reports whether the rule names a path.
func (r Rule) Path(path string) bool { return MatchAny(r.Paths, path) }

// Label reports whether the rule names a label.
func (r Rule) Label(label string) bool { return slices.Contains(r.Labels, Fold(label)) }

// Type reports whether the rule names a ticket's type.
func (r Rule) Type(kind string) bool { return slices.Contains(r.Types, Fold(kind)) }

// Value reports whether the rule names a value of the category field: the
// whole of it, or one part of a list or cascade.
func (r Rule) Value(value string) bool {
	for _, part := range strings.FieldsFunc(value, func(c rune) bool { return strings.ContainsRune(",;>\n", c) }) {
		if slices.Contains(r.Values, Fold(part)) {
			return true
		}
	}
	return false
}

// Fold makes words comparable: lower case, one space between.
func Fold(s string) string { return strings.ToLower(strings.Join(strings.Fields(s), " ")) }
