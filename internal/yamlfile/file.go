// Package yamlfile reads the YAML files that people write, and reports every
// mistake in one at once: each with file, line, key and what is allowed
// (docs/adr/0006).
package yamlfile

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"github.com/tickmark-dev/tickmark/internal/filelock"
)

// maxFile bounds a file; a larger one is something else.
const maxFile = 1 << 20

// Load gives the bytes of a file. What names it in sentences: "configuration",
// "policy". An error of a file that is not there is fs.ErrNotExist.
func Load(file, what string) ([]byte, error) {
	info, err := os.Stat(file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("there is no %s at %s: %w", what, file, fs.ErrNotExist)
	case err != nil:
		return nil, fmt.Errorf("reading the %s: %w", what, err)
	case info.IsDir():
		return nil, fmt.Errorf("%s is a folder; name the %s in it", file, what)
	case info.Size() > maxFile:
		return nil, fmt.Errorf("%s has %d bytes; a %s has at most %d", file, info.Size(), what, maxFile)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("reading the %s: %w", what, err)
	}
	return data, nil
}

// Change reads a file, and replaces it by what change makes of its text: whole or
// not at all, and with no other run between reading and writing. Data are nil
// where there is no file; a change that gives nil leaves the file as it is.
func Change(file, what string, change func(data []byte) ([]byte, error)) error {
	if real, err := filepath.EvalSymlinks(file); err == nil { // one file has one lock, whatever it is called
		file = real
	}
	err := filelock.While(filepath.Join(filepath.Dir(file), "."+filepath.Base(file)+".lock"), func() error {
		data, err := Load(file, what)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		text, err := change(data)
		if err != nil || text == nil {
			return err
		}
		return Replace(file, what, text)
	})
	if errors.Is(err, filelock.ErrLocked) {
		return fmt.Errorf("%s is being written by another run: wait for it to end and try again", file)
	}
	if p, ok := errors.AsType[*fs.PathError](err); ok && p.Op == "open" { // of the lock, whose name says nothing to people
		return fmt.Errorf("writing %s: %w", file, p.Err)
	}
	return err
}

// Read walks the one document of a file from its root. What names the file in
// sentences, as in Load; start is what is said to whoever has an empty one.
// Mistakes come back as Problems, in order of line.
func Read(file, what string, data []byte, start string, read func(root Value)) error {
	if p := notText(data); p != nil {
		p.What, p.File = what, file
		return Problems{*p}
	}
	var doc yaml.Node
	dec := yaml.NewDecoder(bytes.NewReader(data))
	if err := dec.Decode(&doc); err != nil {
		if errors.Is(err, io.EOF) {
			return Problems{{What: what, File: file, Text: "the " + what + " is empty; " + start}}
		}
		return Problems{syntaxProblem(file, what, data, err)}
	}
	d := &decoder{what: what, file: file}
	root := Value{resolveAlias(doc.Content[0]), "", d}
	if p := endless(root); p != nil {
		return Problems{*p}
	}
	read(root)
	var second yaml.Node
	switch err := dec.Decode(&second); {
	case errors.Is(err, io.EOF):
	case err != nil:
		d.problems = append(d.problems, syntaxProblem(file, what, data, err))
	default:
		root.At(&second, "").Problem("holds more than one document: a second one begins here; remove it, and the --- before it")
	}
	if len(d.problems) == 0 {
		return nil
	}
	slices.SortStableFunc(d.problems, func(a, b Problem) int { return cmp.Compare(a.Line, b.Line) })
	return d.problems
}

var (
	yamlLine      = regexp.MustCompile(`^yaml: (?:line (\d+): )?(.*)$`)
	unknownAnchor = regexp.MustCompile(`^unknown anchor '(.*)' referenced$`)
)

// syntaxProblem words what the parser says. It names no line for the first.
func syntaxProblem(file, what string, data []byte, err error) Problem {
	p := Problem{What: what, File: file, Line: 1, Text: "is not valid YAML: " + err.Error()}
	m := yamlLine.FindStringSubmatch(err.Error())
	if m == nil {
		return p
	}
	if m[1] != "" {
		p.Line, _ = strconv.Atoi(m[1])
	}
	p.Text = "is not valid YAML: " + m[2] + " (indent with spaces, and put text with : or # in quotes)"
	if a := unknownAnchor.FindStringSubmatch(m[2]); a != nil {
		if at := bytes.Index(data, []byte("*"+a[1])); at >= 0 {
			p.Line = lineOf(data, at)
		}
		p.Text = fmt.Sprintf("*%s stands for what nothing before it is marked &%s; put text that begins with * in quotes", a[1], a[1])
	}
	return p
}

// lineOf gives the line of a byte, from 1.
func lineOf(data []byte, at int) int {
	before := bytes.ReplaceAll(data[:at], []byte("\r\n"), []byte("\n"))
	return 1 + bytes.Count(before, []byte("\n")) + bytes.Count(before, []byte("\r"))
}

// notText finds what no text holds, which the parser would refuse without
// saying where.
func notText(data []byte) *Problem {
	if bytes.HasPrefix(data, []byte("\xff\xfe")) || bytes.HasPrefix(data, []byte("\xfe\xff")) {
		return &Problem{Line: 1, Text: "is saved as UTF-16; save it as UTF-8"}
	}
	for at := 0; at < len(data); {
		r, n := utf8.DecodeRune(data[at:])
		switch {
		case r == utf8.RuneError && n == 1:
			return &Problem{Line: lineOf(data, at), Text: "holds a byte that is no UTF-8; save the file as UTF-8"}
		case unicode.IsControl(r) && !strings.ContainsRune("\t\n\r\u0085", r):
			return &Problem{Line: lineOf(data, at), Text: fmt.Sprintf("holds the control character %U, which no text has; remove it, or see whether this is the right file", r)}
		}
		at += n
	}
	return nil
}

// maxNodes bounds the values of a file with all that its aliases stand for.
const maxNodes = 1 << 20

// endless finds an alias that stands for what it is in, and aliases of aliases
// that stand for more than anybody wrote: whoever reads them would not end.
func endless(root Value) *Problem {
	within := map[*yaml.Node]bool{}
	left := maxNodes
	var walk func(n *yaml.Node) *Problem
	walk = func(n *yaml.Node) *Problem {
		at := root.At(n, "")
		if n = resolveAlias(n); within[n] {
			p := at.Where("an alias stands for what it is a part of, without end; write it out")
			return &p
		}
		if left--; left < 0 {
			p := at.Where(fmt.Sprintf("its aliases stand for more than %d values; write less", maxNodes))
			return &p
		}
		within[n] = true
		defer delete(within, n)
		for _, c := range n.Content {
			if p := walk(c); p != nil {
				return p
			}
		}
		return nil
	}
	return walk(root.Node)
}
