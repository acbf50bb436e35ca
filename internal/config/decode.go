package config

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Problem is one mistake in the configuration.
type Problem struct {
	File string
	Line int
	Key  string // path from the top, "systems[0].url"
	Text string // what is wrong and what is allowed
}

func (p Problem) String() string {
	where := p.File
	if p.Line > 0 {
		where += ":" + strconv.Itoa(p.Line)
	}
	if p.Key != "" {
		return where + ": " + p.Key + ": " + p.Text
	}
	return where + ": " + p.Text
}

// Problems is every mistake of a configuration, in order of line.
type Problems []Problem

func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.String()
	}
	if len(ps) == 1 {
		return lines[0]
	}
	return fmt.Sprintf("%d mistakes in the configuration:\n  %s", len(ps), strings.Join(lines, "\n  "))
}

// value is one node of the file with the path that leads to it.
type value struct {
	node *yaml.Node
	path string
	d    *decoder
}

// decoder collects the problems of one file.
type decoder struct {
	file     string
	problems Problems
}

func (v value) problem(format string, args ...any) {
	line := 0
	if v.node != nil {
		line = v.node.Line
	}
	v.d.problems = append(v.d.problems, Problem{v.d.file, line, v.path, fmt.Sprintf(format, args...)})
}

// keys is what a mapping may hold: name to reader.
type keys map[string]func(value)

// mapping reads a mapping: each key by its reader, unknown, repeated and
// missing ones reported.
func (v value) mapping(allowed keys, required ...string) {
	n := v.node
	if n.Kind != yaml.MappingNode {
		v.problem("expected keys and values, found %s", describe(n))
		return
	}
	names := make([]string, 0, len(allowed))
	for name := range allowed {
		names = append(names, name)
	}
	slices.Sort(names)
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, val := n.Content[i], n.Content[i+1]
		child := value{resolveAlias(val), join(v.path, k.Value), v.d}
		read, ok := allowed[k.Value]
		switch {
		case !ok:
			value{k, child.path, v.d}.problem("unknown key%s; allowed here: %s", suggestion(k.Value, names), strings.Join(names, ", "))
		case seen[k.Value]:
			value{k, child.path, v.d}.problem("this key occurs twice")
		case isNull(child.node):
			value{k, child.path, v.d}.problem("has no value")
		default:
			read(child)
		}
		seen[k.Value] = true
	}
	for _, name := range required {
		if !seen[name] {
			value{n, join(v.path, name), v.d}.problem("is missing")
		}
	}
}

// list reads a sequence, or a single value as a sequence of one.
func (v value) list(read func(value)) {
	switch v.node.Kind {
	case yaml.SequenceNode:
		for i, n := range v.node.Content {
			read(value{resolveAlias(n), fmt.Sprintf("%s[%d]", v.path, i), v.d})
		}
	case yaml.ScalarNode:
		read(v)
	default:
		v.problem("expected a list, found %s", describe(v.node))
	}
}

func (v value) text() string {
	if v.node.Kind != yaml.ScalarNode || isNull(v.node) {
		v.problem("expected text, found %s", describe(v.node))
		return ""
	}
	s := strings.TrimSpace(v.node.Value)
	if s == "" {
		v.problem("is empty")
	}
	return s
}

func (v value) texts() []string {
	var out []string
	v.list(func(e value) {
		s := e.text()
		if s != "" && slices.Contains(out, s) {
			e.problem("%q occurs twice", s)
		}
		out = append(out, s)
	})
	if len(out) == 0 {
		v.problem("is an empty list")
	}
	return out
}

func (v value) boolean() bool {
	var b bool
	if v.node.Kind != yaml.ScalarNode || v.node.Tag != "!!bool" || v.node.Decode(&b) != nil {
		v.problem("expected true or false, found %s", describe(v.node))
	}
	return b
}

func (v value) integer(lowest, highest int) int {
	var i int
	if v.node.Kind != yaml.ScalarNode || v.node.Tag != "!!int" || v.node.Decode(&i) != nil || i < lowest || i > highest {
		v.problem("expected a whole number from %d to %d, found %s", lowest, highest, describe(v.node))
		return lowest
	}
	return i
}

func (v value) oneOf(allowed ...string) string {
	s := v.text()
	if s != "" && !slices.Contains(allowed, s) {
		v.problem("%q is not known%s; allowed: %s", s, suggestion(s, allowed), strings.Join(allowed, ", "))
		return ""
	}
	return s
}

func resolveAlias(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.AliasNode {
		return n.Alias
	}
	return n
}

func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.Tag == "!!null" }

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

// describe names a node as a person would see it.
func describe(n *yaml.Node) string {
	switch {
	case n.Kind == yaml.MappingNode:
		return "keys and values"
	case n.Kind == yaml.SequenceNode:
		return "a list"
	case isNull(n):
		return "nothing"
	}
	s := []rune(n.Value)
	if len(s) > 40 {
		s = append(s[:39], '…')
	}
	return strconv.Quote(string(s))
}

// suggestion is " (did you mean x?)" where a name is one or two letters away.
func suggestion(got string, names []string) string {
	if near := Nearest(got, names); near != "" {
		return fmt.Sprintf(" (did you mean %s?)", near)
	}
	return ""
}

// Nearest gives the name that is one or two letters away from got, or "" where
// none is, or got is so short that every name would be.
func Nearest(got string, names []string) string {
	best, distance := "", min(3, len(got))
	for _, name := range names {
		if d := editDistance(strings.ToLower(got), name); d < distance {
			best, distance = name, d
		}
	}
	return best
}

func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			diagonal, row[j+1] = row[j+1], min(row[j+1]+1, row[j]+1, diagonal+cost)
		}
	}
	return row[len(b)]
}
