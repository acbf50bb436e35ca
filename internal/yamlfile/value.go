package yamlfile

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Problem is one mistake in a file.
type Problem struct {
	What string // the kind of file, "configuration"
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

// Problems is every mistake of a file, in order of line.
type Problems []Problem

func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.String()
	}
	if len(ps) == 1 {
		return lines[0]
	}
	return fmt.Sprintf("%d mistakes in the %s:\n  %s", len(ps), ps[0].What, strings.Join(lines, "\n  "))
}

// Value is one node of a file with the path that leads to it.
type Value struct {
	Node *yaml.Node
	Path string // from the top, "systems[0].url"
	d    *decoder
}

// decoder collects the problems of one file.
type decoder struct {
	what     string
	file     string
	problems Problems
}

// At gives another node, under a key of this one.
func (v Value) At(node *yaml.Node, key string) Value { return Value{node, join(v.Path, key), v.d} }

// Child gives the value of a key, without reading it; nil where there is none.
func (v Value) Child(key string) *yaml.Node {
	for i := 0; v.Node.Kind == yaml.MappingNode && i+1 < len(v.Node.Content); i += 2 {
		if v.Node.Content[i].Value == key {
			return resolveAlias(v.Node.Content[i+1])
		}
	}
	return nil
}

// Where gives the value's place as a problem names it, with a text.
func (v Value) Where(text string) Problem {
	return Problem{v.d.what, v.d.file, v.Node.Line, v.Path, text}
}

// Problem notes a mistake at the value.
func (v Value) Problem(format string, args ...any) {
	line := 0
	if v.Node != nil {
		line = v.Node.Line
	}
	v.d.problems = append(v.d.problems, Problem{v.d.what, v.d.file, line, v.Path, fmt.Sprintf(format, args...)})
}

// Keys is what a mapping may hold: name to reader.
type Keys map[string]func(Value)

// Mapping reads a mapping: each key by its reader, unknown, repeated and
// missing ones reported.
func (v Value) Mapping(allowed Keys, required ...string) {
	n := v.Node
	if n.Kind != yaml.MappingNode {
		v.Problem("expected keys and values, found %s", Describe(n))
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
		child := Value{resolveAlias(val), join(v.Path, k.Value), v.d}
		read, ok := allowed[k.Value]
		switch {
		case !ok:
			Value{k, child.Path, v.d}.Problem("unknown key%s; allowed here: %s", Suggestion(k.Value, names), strings.Join(names, ", "))
		case seen[k.Value]:
			Value{k, child.Path, v.d}.Problem("this key occurs twice")
		case isNull(child.Node):
			Value{k, child.Path, v.d}.Problem("has no value")
		default:
			read(child)
		}
		seen[k.Value] = true
	}
	for _, name := range required {
		if !seen[name] {
			Value{n, join(v.Path, name), v.d}.Problem("is missing")
		}
	}
}

// Entries reads a mapping whose keys people choose: each key once.
func (v Value) Entries(read func(key string, v Value)) {
	if v.Node.Kind != yaml.MappingNode {
		v.Problem("expected keys and values, found %s", Describe(v.Node))
		return
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(v.Node.Content); i += 2 {
		k := v.Node.Content[i]
		child := v.At(resolveAlias(v.Node.Content[i+1]), k.Value)
		switch {
		case seen[k.Value]:
			v.At(k, k.Value).Problem("this key occurs twice")
		case isNull(child.Node):
			child.Problem("has no value")
		default:
			read(k.Value, child)
		}
		seen[k.Value] = true
	}
}

// List reads a sequence, or a single Value as a sequence of one.
func (v Value) List(read func(Value)) {
	switch v.Node.Kind {
	case yaml.SequenceNode:
		for i, n := range v.Node.Content {
			read(Value{resolveAlias(n), fmt.Sprintf("%s[%d]", v.Path, i), v.d})
		}
	case yaml.ScalarNode:
		read(v)
	default:
		v.Problem("expected a list, found %s", Describe(v.Node))
	}
}

// Text reads text that is not empty.
func (v Value) Text() string {
	if v.Node.Kind != yaml.ScalarNode || isNull(v.Node) {
		v.Problem("expected text, found %s", Describe(v.Node))
		return ""
	}
	s := strings.TrimSpace(v.Node.Value)
	if s == "" {
		v.Problem("is empty")
	}
	return s
}

// Texts reads a list of different texts, or one.
func (v Value) Texts() []string {
	var out []string
	v.List(func(e Value) {
		s := e.Text()
		if s != "" && slices.Contains(out, s) {
			e.Problem("%q occurs twice", s)
		}
		out = append(out, s)
	})
	if len(out) == 0 {
		v.Problem("is an empty list")
	}
	return out
}

// Boolean reads true or false.
func (v Value) Boolean() bool {
	var b bool
	if v.Node.Kind != yaml.ScalarNode || v.Node.Tag != "!!bool" || v.Node.Decode(&b) != nil {
		v.Problem("expected true or false, found %s", Describe(v.Node))
	}
	return b
}

// Integer reads a whole number between two bounds.
func (v Value) Integer(lowest, highest int) int {
	var i int
	if v.Node.Kind != yaml.ScalarNode || v.Node.Tag != "!!int" || v.Node.Decode(&i) != nil || i < lowest || i > highest {
		v.Problem("expected a whole number from %d to %d, found %s", lowest, highest, Describe(v.Node))
		return lowest
	}
	return i
}

// OneOf reads one of the allowed words.
func (v Value) OneOf(allowed ...string) string {
	s := v.Text()
	if s != "" && !slices.Contains(allowed, s) {
		v.Problem("%q is not known%s; allowed: %s", s, Suggestion(s, allowed), strings.Join(allowed, ", "))
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

// Describe names a node as a person would see it.
func Describe(n *yaml.Node) string {
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

// Suggestion is " (did you mean x?)" where a name is one or two letters away.
func Suggestion(got string, names []string) string {
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
