package git

import (
	"bytes"
	"context"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/tickmark-dev/tickmark/internal/capture"
	"github.com/tickmark-dev/tickmark/internal/evidence"
)

const (
	filesMost  = 3000
	namesBytes = 32 << 20 // of the list of files
	patchBytes = 16 << 20 // of all differences of a commit
	patchMost  = 1 << 20  // of one file's
)

// changes are the files of one commit against its first parent.
type changes struct {
	files     []evidence.File
	total     int
	additions int
	deletions int
	cut       []string // sentences on what was left out
}

// diffOptions are the same for both readings of a difference. diff-tree is
// plumbing: the repository's diff settings do not change what it says.
func diffOptions(o object) (options, trees []string) {
	options = []string{"-r", "-M", "-l1000", "-O" + nullFile, "--no-textconv", "--no-ext-diff", "--no-color", "--no-commit-id", "--ignore-submodules=none"}
	if len(o.parents) == 0 {
		return append(options, "--root"), []string{o.sha}
	}
	return options, []string{o.parents[0], o.sha}
}

// nullFile is git's own word for the empty file; it knows it on every system.
const nullFile = "/dev/null"

// diff gives the files of a commit against its first parent: what a merge
// landed on its branch.
func (g *Collector) diff(ctx context.Context, o object) (changes, error) {
	ctx = capture.Immutable(ctx)
	options, trees := diffOptions(o)
	args := append(append([]string{"diff-tree", "-z", "--raw", "--numstat"}, options...), "--end-of-options")
	out, err := g.fetch(ctx, "diff-tree -r -M -z --raw --numstat "+strings.Join(trees, " "), func(ctx context.Context) ([]byte, error) {
		return g.repo.output(ctx, namesBytes, nil, append(args, trees...)...)
	})
	if err != nil {
		return changes{}, err
	}
	if len(out) > namesBytes {
		return changes{cut: []string{"the commit touches too many files to list"}}, nil
	}
	c, sections, err := parseNames(out)
	if err != nil {
		return c, err
	}
	args = append(append([]string{"diff-tree", "-p", "-U3", "--src-prefix=a/", "--dst-prefix=b/", "--submodule=short"}, options...), "--end-of-options")
	out, err = g.fetch(ctx, "diff-tree -r -M -p "+strings.Join(trees, " "), func(ctx context.Context) ([]byte, error) {
		return g.repo.output(ctx, patchBytes, nil, append(args, trees...)...)
	})
	if err != nil {
		return c, err
	}
	c.addPatches(out, sections)
	if len(c.files) > filesMost {
		c.files = c.files[:filesMost]
		c.cut = append(c.cut, fmt.Sprintf("%d of %d files are listed", filesMost, c.total))
	}
	return c, nil
}

// blob gives the hash of a file's content after a change, of a removed file
// before it, from the fields of a raw line.
func blob(fields []string) string {
	if strings.Trim(fields[3], "0") == "" {
		return fields[2]
	}
	return fields[3]
}

// parseNames reads diff-tree -z --raw --numstat. sections is, for each file,
// how many sections its patch has.
func parseNames(out []byte) (c changes, sections []int, err error) {
	fields := strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00")
	if len(out) == 0 {
		return c, nil, nil
	}
	damaged := fmt.Errorf("git diff-tree answered in a form that is not understood")
	i := 0
	next := func() string {
		if i >= len(fields) {
			return ""
		}
		i++
		return fields[i-1]
	}
	for i < len(fields) && strings.HasPrefix(fields[i], ":") {
		parts := strings.Fields(next())
		if len(parts) != 5 {
			return c, nil, damaged
		}
		f := evidence.File{Status: status(parts[4][0]), Path: readable(next()), Blob: blob(parts)}
		if parts[4][0] == 'R' || parts[4][0] == 'C' {
			f.PreviousPath, f.Path = f.Path, readable(next())
		}
		if f.Path == "" {
			return c, nil, damaged
		}
		n := 1
		if parts[4][0] == 'T' {
			n = 2 // removed as one type, added as the other
		}
		c.files, sections = append(c.files, f), append(sections, n)
	}
	for k := range c.files {
		counts := strings.SplitN(next(), "\t", 3)
		if len(counts) != 3 {
			return c, nil, damaged
		}
		if counts[2] == "" { // a rename: both paths follow
			next()
			next()
		}
		// "-" is a binary file, which has no lines to count.
		c.files[k].Additions, _ = strconv.Atoi(counts[0])
		c.files[k].Deletions, _ = strconv.Atoi(counts[1])
		c.additions += c.files[k].Additions
		c.deletions += c.files[k].Deletions
	}
	if i != len(fields) {
		return c, nil, damaged
	}
	c.total = len(c.files)
	return c, sections, nil
}

func status(letter byte) string {
	switch letter {
	case 'A':
		return "added"
	case 'M':
		return "modified"
	case 'D':
		return "removed"
	case 'R':
		return "renamed"
	case 'C':
		return "copied"
	case 'T':
		return "changed"
	}
	return string(letter)
}

// readable gives a path as text: bytes that are no UTF-8 are quoted as git
// quotes them, so that two paths never become one.
func readable(path string) string {
	if utf8.ValidString(path) {
		return path
	}
	var b strings.Builder
	b.WriteByte('"')
	for i := 0; i < len(path); {
		r, n := utf8.DecodeRuneInString(path[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			fmt.Fprintf(&b, `\%03o`, path[i])
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		default:
			b.WriteRune(r)
		}
		i += n
	}
	b.WriteByte('"')
	return b.String()
}

// addPatches gives each file its patch. Names in patch headers are quoted, so
// that no name and no content can begin a line with "diff --git "; the sections
// come in the order of the files.
func (c *changes) addPatches(out []byte, sections []int) {
	cut := len(out) > patchBytes
	parts := bytes.Split(append([]byte("\n"), out...), []byte("\ndiff --git "))[1:]
	if cut && len(parts) > 0 {
		parts = parts[:len(parts)-1] // the last one is not whole
	}
	at, large := 0, 0
	for k := range c.files {
		if at+sections[k] > len(parts) {
			break
		}
		var patch []byte
		for _, p := range parts[at : at+sections[k]] {
			if i := bytes.Index(p, []byte("\n@@ ")); i >= 0 {
				patch = append(patch, bytes.TrimSuffix(p[i+1:], []byte("\n"))...)
				patch = append(patch, '\n')
			}
		}
		at += sections[k]
		if len(patch) > patchMost {
			large++
			continue
		}
		c.files[k].Patch = strings.ToValidUTF8(string(patch), "\uFFFD")
	}
	if large > 0 {
		c.cut = append(c.cut, fmt.Sprintf("the differences of %d files are longer than %d KiB each and were left out", large, patchMost>>10))
	}
	whole := 0
	for _, n := range sections {
		whole += n
	}
	switch {
	case cut:
		c.cut = append(c.cut, fmt.Sprintf("the differences are longer than %d MiB; those of the first %d files are shown", patchBytes>>20, at))
	case at != len(parts) || at != whole:
		for k := range c.files {
			c.files[k].Patch = ""
		}
		c.cut = append(c.cut, "the differences could not be told apart by file and were left out")
	}
}
