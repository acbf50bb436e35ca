package files

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode"

	"go.yaml.in/yaml/v3"
)

// A Sidecar is what a person says of an exhibit.
type Sidecar struct {
	Changes  []string // references, as people write them
	Shows    string
	Supports string // one of Supports, or ""
	By       string
	At       time.Time
	SHA256   string // of the exhibit when it was attached; "" where nobody wrote it
}

// Supports lists what an exhibit can be evidence of.
func Supports() []string {
	return []string{"approval", "testing", "deployment", "monitoring", "rollback", "incident", "other"}
}

// parseSidecar reads a sidecar. Every mistake is one sentence with its line
// and key; changes that could be read are given even so.
func parseSidecar(b []byte) (Sidecar, error) {
	var doc yaml.Node
	dec := yaml.NewDecoder(bytes.NewReader(b))
	if err := dec.Decode(&doc); errors.Is(err, io.EOF) {
		return Sidecar{}, errors.New("is empty; it needs change, shows, by and at")
	} else if err != nil {
		return Sidecar{}, fmt.Errorf("is not YAML: %s", strings.TrimPrefix(err.Error(), "yaml: "))
	}
	if err := dec.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return Sidecar{}, errors.New("holds more than one document; one is allowed")
	}
	top := doc.Content[0]
	if top.Kind != yaml.MappingNode {
		return Sidecar{}, fmt.Errorf("line %d: keys with values are expected: change, shows, by, at", top.Line)
	}
	var s Sidecar
	var problems []string
	seen := map[string]bool{}
	for i := 0; i+1 < len(top.Content); i += 2 {
		key, value := top.Content[i], top.Content[i+1]
		err := s.set(key.Value, value)
		if seen[key.Value] {
			err = errors.New("is given twice")
		}
		seen[key.Value] = true
		if err != nil {
			problems = append(problems, fmt.Sprintf("line %d: %s: %v", key.Line, printable(key.Value), err))
		}
	}
	for _, key := range []string{"change", "shows", "by", "at"} {
		if !seen[key] {
			problems = append(problems, key+": is missing")
		}
	}
	if len(problems) > 0 {
		return s, errors.New(strings.Join(problems, "; "))
	}
	return s, nil
}

func (s *Sidecar) set(key string, value *yaml.Node) (err error) {
	switch key {
	case "change":
		s.Changes, err = texts(value)
	case "shows":
		s.Shows, err = text(value)
	case "by":
		s.By, err = text(value)
	case "supports":
		if s.Supports, err = text(value); err == nil && !slices.Contains(Supports(), s.Supports) {
			err = fmt.Errorf("%q is not one of %s", printable(s.Supports), strings.Join(Supports(), ", "))
			s.Supports = ""
		}
	case "at":
		var t string
		if t, err = text(value); err == nil {
			s.At, err = instant(t)
		}
	case "sha256":
		if s.SHA256, err = text(value); err == nil {
			s.SHA256 = strings.ToLower(s.SHA256)
			if len(s.SHA256) != 64 || strings.Trim(s.SHA256, "0123456789abcdef") != "" {
				err = errors.New("a SHA-256 has 64 hexadecimal digits")
			}
		}
	default:
		err = errors.New("is not a key that is known; allowed: change, shows, supports, by, at, sha256")
	}
	return err
}

// text reads one word or sentence; a number or a date is taken as written.
func text(n *yaml.Node) (string, error) {
	if n.Kind != yaml.ScalarNode || n.Tag == "!!null" || strings.TrimSpace(n.Value) == "" {
		return "", errors.New("a text is expected")
	}
	return strings.TrimSpace(n.Value), nil
}

func texts(n *yaml.Node) ([]string, error) {
	if n.Kind != yaml.SequenceNode {
		t, err := text(n)
		if err != nil && n.Tag == "!!null" {
			// Unquoted, #1234 is a comment.
			return nil, errors.New(`a reference is expected; one that begins with # needs quotes: "#1234"`)
		}
		if err != nil {
			return nil, errors.New("a reference or a list of references is expected")
		}
		return []string{t}, nil
	}
	var all []string
	for _, c := range n.Content {
		t, err := text(c)
		if err != nil {
			return all, fmt.Errorf(`a reference is expected in line %d; one that begins with # needs quotes: "#1234"`, c.Line)
		}
		all = append(all, t)
	}
	if len(all) == 0 {
		return nil, errors.New("the list of references is empty")
	}
	return all, nil
}

// instant reads a time with its zone.
func instant(s string) (time.Time, error) {
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return t, nil
	}
	const example = "2025-10-14T16:20:00+02:00"
	if _, err := time.Parse(time.DateOnly, s); err == nil {
		return time.Time{}, fmt.Errorf("%q is a date alone; write the time and its zone as well, as in %s", s, example)
	}
	for _, layout := range []string{"2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02T15:04", "2006-01-02 15:04"} {
		if _, err := time.Parse(layout, s); err == nil {
			return time.Time{}, fmt.Errorf("%q does not say the time zone; write it as in %s", s, example)
		}
	}
	return time.Time{}, fmt.Errorf("%q is not a time; write it as in %s", printable(s), example)
}

// printable makes text of a stranger fit one line of a message.
func printable(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
	if runes := []rune(s); len(runes) > 100 {
		return string(runes[:100]) + "…"
	}
	return s
}

// check says what a person must still give.
func (s Sidecar) check() error {
	switch {
	case len(s.Changes) == 0 || slices.ContainsFunc(s.Changes, func(c string) bool { return strings.TrimSpace(c) == "" }):
		return errors.New("say for which change the file is, for example acme/api#1234 or PAY-123")
	case strings.TrimSpace(s.Shows) == "":
		return errors.New("say what the file shows")
	case strings.TrimSpace(s.By) == "":
		return errors.New("say who attaches the file")
	case s.At.IsZero():
		return errors.New("say when the file is attached")
	case s.Supports != "" && !slices.Contains(Supports(), s.Supports):
		return fmt.Errorf("%q is not something that an exhibit can support; choose one of %s", printable(s.Supports), strings.Join(Supports(), ", "))
	}
	return nil
}

// marshal writes a sidecar as parseSidecar reads it.
func (s Sidecar) marshal() ([]byte, error) {
	var changes any = s.Changes
	if len(s.Changes) == 1 {
		changes = s.Changes[0]
	}
	return yaml.Marshal(struct {
		Change   any    `yaml:"change"`
		Shows    string `yaml:"shows"`
		Supports string `yaml:"supports,omitempty"`
		By       string `yaml:"by"`
		At       string `yaml:"at"`
		SHA256   string `yaml:"sha256"`
	}{changes, s.Shows, s.Supports, s.By, s.At.Format(time.RFC3339), s.SHA256})
}
