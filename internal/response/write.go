package response

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"go.yaml.in/yaml/v3"

	"github.com/tickmark-dev/tickmark/internal/evidence"
	"github.com/tickmark-dev/tickmark/internal/yamlfile"
)

const header = `# What people say to results, by change and attribute. A response never
# changes an outcome. Edit this file, or use ` + "`tickmark respond`" + `.
schema_version: 1
`

// Save writes one response into the file: fields that it leaves empty stay as
// they were, and so do the comments of people. A conclusion that an answer to an
// exception cannot stand beside becomes a comment. The file is replaced whole or
// not at all, and one run at a time writes it.
func Save(file string, r evidence.Response) error {
	if err := check(r); err != nil {
		return err
	}
	return yamlfile.Change(file, what, func(data []byte) ([]byte, error) {
		if data == nil {
			data = []byte(header)
		}
		return with(file, data, r)
	})
}

// with gives the text of a file with one response more.
func with(file string, data []byte, r evidence.Response) ([]byte, error) {
	if _, err := Parse(file, data); err != nil { // a file with mistakes is for a person to mend
		return nil, err
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(data, &doc); err != nil {
		return nil, fmt.Errorf("reading %s: %w", file, err)
	}
	put(doc.Content[0], r)
	var out bytes.Buffer
	enc := yaml.NewEncoder(&out)
	enc.SetIndent(2)
	if err := errors.Join(enc.Encode(&doc), enc.Close()); err != nil {
		return nil, fmt.Errorf("writing %s: %w", file, err)
	}
	if _, err := Parse(file, out.Bytes()); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// put sets the response's fields in the file's tree.
func put(root *yaml.Node, r evidence.Response) {
	list := child(root, "responses")
	if list == nil {
		list = &yaml.Node{Kind: yaml.SequenceNode}
		root.Content = append(root.Content, text("responses"), list)
	}
	if list.Kind != yaml.SequenceNode { // one response, not in a list
		one := *list
		*list = yaml.Node{Kind: yaml.SequenceNode, Content: []*yaml.Node{&one}}
	}
	list.Style = 0
	entry := find(list, r)
	if entry == nil {
		entry = &yaml.Node{Kind: yaml.MappingNode}
		list.Content = append(list.Content, entry)
	}
	entry.Style = 0
	if r.Answers() && r.Conclusion == "" {
		outdate(entry)
	}
	if r.By != "" { // whoever answers now is not who concluded before
		keep(entry, "by", "concluded_by")
		keep(entry, "at", "concluded_at")
	}
	values := fields(&r)
	for _, key := range keys() {
		value := *values[key]
		if value == "" {
			continue
		}
		if n := child(entry, key); n != nil {
			n.Kind, n.Tag, n.Style, n.Value = yaml.ScalarNode, "!!str", 0, value
			continue
		}
		entry.Content = append(entry.Content, text(key), text(value))
	}
}

// outdate turns a conclusion that an answer to an exception cannot stand beside
// into a remark on the entry: it was reached while the result was open, and the
// result is an exception by now.
func outdate(entry *yaml.Node) {
	was := child(entry, "conclusion")
	if was == nil || was.Value == string(evidence.Exception) {
		return
	}
	by, at := cmp.Or(child(entry, "concluded_by"), child(entry, "by"), &yaml.Node{}), cmp.Or(child(entry, "concluded_at"), child(entry, "at"), &yaml.Node{})
	line := fmt.Sprintf("Before it was an exception: concluded %s by %s, %s.", was.Value, by.Value, at.Value)
	for _, part := range []struct{ key, says string }{{"code", "Code"}, {"why", "Result"}, {"basis", "Basis"}} {
		if n := child(entry, part.key); n != nil {
			line += " " + part.says + ": " + n.Value
		}
	}
	remark := "# " + strings.Join(strings.FieldsFunc(line, func(c rune) bool { return unicode.IsSpace(c) || !unicode.IsPrint(c) }), " ")
	if entry.HeadComment != "" {
		remark = entry.HeadComment + "\n" + remark
	}
	entry.HeadComment = remark
	for _, key := range []string{"conclusion", "basis", "code", "why", "concluded_by", "concluded_at", "by", "at"} { // nobody had answered yet
		for i := 0; i+1 < len(entry.Content); i += 2 {
			if entry.Content[i].Value == key {
				entry.Content = slices.Delete(entry.Content, i, i+2)
				break
			}
		}
	}
}

// keep gives a conclusion its own person and time where those of the entry stood
// for them.
func keep(entry *yaml.Node, from, to string) {
	if was := child(entry, from); was != nil && child(entry, "conclusion") != nil && child(entry, to) == nil {
		entry.Content = append(entry.Content, text(to), text(was.Value))
	}
}

func find(list *yaml.Node, r evidence.Response) *yaml.Node {
	for _, e := range list.Content {
		c, a := child(e, "change"), child(e, "attribute")
		if c != nil && a != nil && c.Value == r.Change && a.Value == r.Attribute {
			return e
		}
	}
	return nil
}

func child(n *yaml.Node, key string) *yaml.Node {
	for i := 0; n.Kind == yaml.MappingNode && i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i+1]
		}
	}
	return nil
}

// text is a scalar that is read back as this text, whatever it looks like.
func text(s string) *yaml.Node {
	n := &yaml.Node{}
	n.SetString(s)
	return n
}
