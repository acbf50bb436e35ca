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
	"regexp"
	"slices"
	"strconv"

	"go.yaml.in/yaml/v3"
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
		return nil, fmt.Errorf("%s is a folder; name the %s file in it", file, what)
	case info.Size() > maxFile:
		return nil, fmt.Errorf("%s has %d bytes; a %s has at most %d", file, info.Size(), what, maxFile)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("reading the %s: %w", what, err)
	}
	return data, nil
}

// Read walks the one document of a file from its root. Empty is what is said
// of a file without one. Mistakes come back as Problems, in order of line.
func Read(file string, data []byte, empty string, read func(root Value)) error {
	var doc yaml.Node
	dec := yaml.NewDecoder(bytes.NewReader(data))
	if err := dec.Decode(&doc); err != nil {
		if errors.Is(err, io.EOF) {
			return Problems{{File: file, Text: empty}}
		}
		return Problems{syntaxProblem(file, err)}
	}
	d := &decoder{file: file}
	root := Value{resolveAlias(doc.Content[0]), "", d}
	read(root)
	if !errors.Is(dec.Decode(new(yaml.Node)), io.EOF) {
		root.Problem("holds more than one document; remove what follows the second ---")
	}
	if len(d.problems) == 0 {
		return nil
	}
	slices.SortStableFunc(d.problems, func(a, b Problem) int { return cmp.Compare(a.Line, b.Line) })
	return d.problems
}

var yamlLine = regexp.MustCompile(`^yaml: (?:line (\d+): )?(.*)$`)

func syntaxProblem(file string, err error) Problem {
	p := Problem{File: file, Text: "is not valid YAML: " + err.Error()}
	if m := yamlLine.FindStringSubmatch(err.Error()); m != nil {
		p.Line, _ = strconv.Atoi(m[1])
		p.Text = "is not valid YAML: " + m[2] + " (indent with spaces, and put text with : or # in quotes)"
	}
	return p
}
