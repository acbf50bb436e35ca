package files

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
	"unicode/utf8"
)

const (
	namesMost    = 10_000
	sidecarBytes = 64 << 10
	exhibitBytes = 32 << 20
)

// An entry is one name of the folder, as the recorded list keeps it.
type entry struct {
	Name string `json:"name"`
	Type string `json:"type"` // "file", or what else it is
	Size int64  `json:"size"`
}

const typeFile = "file"

// A folder is where exhibits lie. Every reading goes through os.Root, which
// does not leave it.
type folder struct{ dir string }

func (f folder) open() (*os.Root, error) {
	root, err := os.OpenRoot(f.dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("the folder for exhibits %s does not exist; make it, or correct its path in the configuration", f.dir)
	case err != nil:
		return nil, fmt.Errorf("the folder for exhibits %s cannot be opened: %w", f.dir, cause(err))
	}
	return root, nil
}

// cause drops the system call and path that an error repeats.
func cause(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}

// list gives the folder's names, sorted, as JSON.
func (f folder) list(context.Context) ([]byte, error) {
	root, err := f.open()
	if err != nil {
		return nil, err
	}
	defer root.Close()
	dir, err := root.Open(".")
	if err != nil {
		return nil, fmt.Errorf("the folder for exhibits %s cannot be read: %w", f.dir, cause(err))
	}
	defer dir.Close()
	found, err := dir.ReadDir(namesMost + 1)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("the folder for exhibits %s cannot be read: %w", f.dir, cause(err))
	}
	if len(found) > namesMost {
		return nil, fmt.Errorf("the folder for exhibits %s holds more than %d files; move old ones away", f.dir, namesMost)
	}
	entries := []entry{}
	for _, d := range found {
		e := entry{Name: d.Name(), Type: typeName(d.Type())}
		if !utf8.ValidString(e.Name) {
			e.Name, e.Type = fmt.Sprintf("%q", e.Name), "file whose name is not text"
		}
		if info, err := d.Info(); err == nil && e.Type == typeFile {
			e.Size = info.Size()
		}
		entries = append(entries, e)
	}
	slices.SortFunc(entries, func(a, b entry) int { return cmp.Compare(a.Name, b.Name) })
	return json.Marshal(entries)
}

func typeName(m fs.FileMode) string {
	switch {
	case m.IsRegular():
		return typeFile
	case m.IsDir():
		return "folder"
	case m&fs.ModeSymlink != 0:
		return "link"
	}
	return "device"
}

// read gives a whole file of the folder.
func (f folder) read(name string, limit int64) ([]byte, error) {
	root, err := f.open()
	if err != nil {
		return nil, err
	}
	defer root.Close()
	return readFile(root, name, limit)
}

// errTooLarge is a file over its bound.
var errTooLarge = errors.New("too large")

// readFile reads a regular file of root that nobody exchanges meanwhile.
func readFile(root *os.Root, name string, limit int64) ([]byte, error) {
	if name == "" || name == "." || name == ".." || strings.ContainsAny(name, "/\\") {
		return nil, fmt.Errorf("%q is not the name of a file in the folder", name)
	}
	// Looked at before it is opened: opening a pipe would wait for ever.
	before, err := root.Lstat(name)
	if err != nil {
		return nil, fmt.Errorf("%s cannot be read: %w", name, cause(err))
	}
	if !before.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is a %s, not a file", name, typeName(before.Mode().Type()))
	}
	file, err := root.Open(name)
	if err != nil {
		return nil, fmt.Errorf("%s cannot be read: %w", name, cause(err))
	}
	defer file.Close()
	if now, err := file.Stat(); err != nil || !os.SameFile(before, now) {
		return nil, fmt.Errorf("%s was exchanged while it was read; try again", name)
	}
	b, err := io.ReadAll(io.LimitReader(file, limit+1))
	if err != nil {
		return nil, fmt.Errorf("%s cannot be read: %w", name, cause(err))
	}
	if int64(len(b)) > limit {
		return nil, fmt.Errorf("%s is larger than %s: %w", name, size(limit), errTooLarge)
	}
	return b, nil
}

func size(n int64) string {
	if n >= 1<<20 {
		return fmt.Sprintf("%d MiB", n>>20)
	}
	if n >= 1<<10 {
		return fmt.Sprintf("%d KiB", n>>10)
	}
	return fmt.Sprintf("%d bytes", n)
}
