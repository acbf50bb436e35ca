package policy

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"go.yaml.in/yaml/v3"
)

// newPeople is a people file without entries.
const newPeople = `# Who is who. An entry with confirmed: false is a suggestion, and counts for
# nothing until somebody has checked it and writes true.
schema_version: 1
people: []
`

// Propose adds suggestions to a people file, each as an entry that nobody has
// confirmed, and gives the file's new text and how many entries it has more.
// Without data it begins a new file. What people wrote stays, their comments
// too; accounts that the file suggests already are left out. A suggestion with
// an account that cannot be shown for what it is, for invisible characters, is
// left out as well.
func Propose(file string, data []byte, suggestions []Suggestion) (text []byte, added int, err error) {
	if data == nil {
		data = []byte(newPeople)
	}
	had, err := ParsePeople(file, data, nil)
	if err != nil {
		return nil, 0, err
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(data, &doc); err != nil {
		return nil, 0, fmt.Errorf("reading %s: %w", file, err)
	}
	list := member(doc.Content[0], "people")
	if list == nil || list.Kind != yaml.SequenceNode {
		return nil, 0, fmt.Errorf("%s: the people are no list; write each with a dash before its name", file)
	}
	for _, s := range suggestions {
		if entry := entryOf(s, had); entry != nil {
			list.Content = append(list.Content, entry)
			added++
		}
	}
	if added == 0 {
		return data, 0, nil
	}
	list.Style = 0
	var out bytes.Buffer
	enc := yaml.NewEncoder(&out)
	enc.SetIndent(2)
	if err := errors.Join(enc.Encode(&doc), enc.Close()); err != nil {
		return nil, 0, fmt.Errorf("writing %s: %w", file, err)
	}
	if _, err := ParsePeople(file, out.Bytes(), nil); err != nil {
		return nil, 0, err
	}
	return out.Bytes(), added, nil
}

// entryOf makes the entry of a suggestion; nil where nothing of it is new.
func entryOf(s Suggestion, had *People) *yaml.Node {
	listed := Accounts{}
	for _, a := range s.Accounts {
		system, account := AccountOf(a)
		names := []struct{ system, name string }{{system, account}}
		if system != EmailSystem && !strings.Contains(a.Email, "@users.noreply.") {
			names = append(names, struct{ system, name string }{EmailSystem, a.Email})
		}
		for _, n := range names {
			same := func(o string) bool { return strings.EqualFold(o, n.name) }
			switch {
			case n.name == "" || slices.ContainsFunc(listed[n.system], same):
			case n.name != visible(n.name):
				return nil
			case !slices.ContainsFunc(had.Unconfirmed, func(h Human) bool { return slices.ContainsFunc(h.Accounts[n.system], same) }):
				listed[n.system] = append(listed[n.system], n.name)
			}
		}
	}
	if len(listed) == 0 {
		return nil
	}
	name := visible(s.Name)
	if name == "" {
		_, name = AccountOf(s.Accounts[0])
	}
	accounts := &yaml.Node{Kind: yaml.MappingNode}
	for _, system := range systemsOf(listed) {
		list := &yaml.Node{Kind: yaml.SequenceNode, Style: yaml.FlowStyle}
		for _, a := range listed[system] {
			list.Content = append(list.Content, scalar(a))
		}
		accounts.Content = append(accounts.Content, scalar(system), list)
	}
	no := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!bool", Value: "false"}
	return &yaml.Node{Kind: yaml.MappingNode, Content: []*yaml.Node{
		scalar("name"), scalar(name), scalar("confirmed"), no, scalar("because"), scalar(visible(s.Strength + ": " + s.Because)), scalar("accounts"), accounts}}
}

// systemsOf gives the systems in order, addresses last.
func systemsOf(accounts Accounts) []string {
	var all []string
	for system := range accounts {
		all = append(all, system)
	}
	slices.SortFunc(all, func(a, b string) int {
		if (a == EmailSystem) != (b == EmailSystem) {
			if a == EmailSystem {
				return 1
			}
			return -1
		}
		return strings.Compare(a, b)
	})
	return all
}

// visible leaves out what a reader would not see, or would see elsewhere.
func visible(s string) string {
	return strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && !unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))), " ")
}

func scalar(s string) *yaml.Node {
	n := &yaml.Node{}
	n.SetString(s)
	return n
}

func member(n *yaml.Node, key string) *yaml.Node {
	for i := 0; n.Kind == yaml.MappingNode && i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i+1]
		}
	}
	return nil
}
