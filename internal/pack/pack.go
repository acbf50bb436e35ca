// Package pack makes and checks the sealed folder: it stages files beside the
// final place, hashes them, writes the manifest and SHA256SUMS and renames, so
// that a package appears whole or not at all and never over another; and it
// verifies a package with nothing but the package.
//
// layout.go alone knows the names of files and folders.
package pack

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"

	"golang.org/x/text/cases"

	"github.com/tickmark-dev/tickmark/internal/evidence"
	"github.com/tickmark-dev/tickmark/internal/redact"
)

// Options says how a package is made.
type Options struct {
	// Redactor is asked for a last look: a file that holds one of the run's
	// own credentials is refused. May be nil.
	Redactor *redact.Redactor
}

// Meta is what the manifest says of a file beside its path, size and hash.
type Meta struct {
	Sample  int
	Title   string
	Method  string
	Sources []evidence.Provenance
}

// A Builder stages one package. Add may be called by several goroutines. End
// with Seal; a deferred Abort cleans up after every other end, and does
// nothing after a Seal that succeeded.
type Builder struct {
	target  string // the folder that was asked for
	holder  string // private folder beside it, with the staged package inside
	staged  string
	options Options

	mu    sync.Mutex
	files []evidence.PackedFile
	taken map[string]string // folded path, and each folder above it → as written
	done  bool
}

// New begins a package that will stand at root, or, where root is taken, at
// the next free "root (2)". Root's parent folder is made if it is not there.
func New(root string, o Options) (*Builder, error) {
	abs, err := filepath.Abs(root)
	if err != nil {
		return nil, fmt.Errorf("the output folder %q cannot be resolved: %w", root, err)
	}
	if err := checkRoot(abs); err != nil {
		return nil, err
	}
	parent := filepath.Dir(abs)
	if err := os.MkdirAll(parent, 0o777); err != nil {
		return nil, fmt.Errorf("the folder %q cannot be made: %w; name a place with --out where you may write", parent, plain(err))
	}
	holder, err := os.MkdirTemp(parent, "."+filepath.Base(abs)+".partial-*")
	if err != nil {
		return nil, fmt.Errorf("nothing can be written in %q: %w; name a place with --out where you may write", parent, plain(err))
	}
	b := &Builder{target: abs, holder: holder, staged: filepath.Join(holder, "package"), options: o, taken: map[string]string{}}
	if err := os.Mkdir(b.staged, 0o777); err != nil {
		return nil, errors.Join(writeError(b.staged, err), b.Abort())
	}
	return b, nil
}

// Add writes one file of the package. Its path is relative, with "/", and must
// be one that every system can hold: see CheckPath. The same path twice, also
// in other letter case, is an error.
func (b *Builder) Add(name string, data []byte, m Meta) (evidence.PackedFile, error) {
	if b.options.Redactor != nil && b.options.Redactor.Contains(data) {
		return evidence.PackedFile{}, fmt.Errorf("%s holds a credential of this run and was not written: please report this, naming the source that the file was made from", name)
	}
	return b.AddFrom(name, bytes.NewReader(data), m)
}

// AddFrom is Add for what is too large to hold in memory. It does not look
// for credentials.
func (b *Builder) AddFrom(name string, from io.Reader, m Meta) (evidence.PackedFile, error) {
	var none evidence.PackedFile
	if name == ManifestFile || name == SumsFile {
		return none, fmt.Errorf("%s is written by sealing, not added", name)
	}
	if err := b.claim(name); err != nil {
		return none, err
	}
	file := evidence.PackedFile{Path: name, Sample: m.Sample, Title: m.Title, Method: m.Method, Sources: m.Sources}
	var err error
	if file.Size, file.SHA256, err = b.write(name, from); err != nil {
		return none, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.files = append(b.files, file)
	return file, nil
}

// Scratch is a folder for files that are needed while the package is made, and
// are no part of it. They must be gone before Seal; Abort removes them.
func (b *Builder) Scratch() string { return b.holder }

// Files gives what was added so far, in order of path.
func (b *Builder) Files() []evidence.PackedFile {
	b.mu.Lock()
	defer b.mu.Unlock()
	files := slices.Clone(b.files)
	slices.SortFunc(files, func(a, c evidence.PackedFile) int { return strings.Compare(a.Path, c.Path) })
	return files
}

// Abort removes everything that was staged. After Seal or Abort it does nothing.
func (b *Builder) Abort() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.done {
		return nil
	}
	b.done = true
	if err := os.RemoveAll(b.holder); err != nil {
		return fmt.Errorf("the unfinished folder %q could not be removed: %w; delete it by hand", b.holder, plain(err))
	}
	return nil
}

// claim checks a path and reserves it.
func (b *Builder) claim(name string) error {
	if err := CheckPath(name); err != nil {
		return err
	}
	if err := checkLength(b.target, name); err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.done {
		return fmt.Errorf("%s was added to a package that is already closed", name)
	}
	fold := cases.Fold()
	if was, ok := b.taken[fold.String(name)]; ok {
		return fmt.Errorf("%q and %q would be one file on Windows and macOS", was, name)
	}
	for dir := path.Dir(name); dir != "."; dir = path.Dir(dir) {
		was, ok := b.taken[fold.String(dir)+"/"]
		if ok && was != dir {
			return fmt.Errorf("the folders %q and %q would be one on Windows and macOS", was, dir)
		}
		if _, ok := b.taken[fold.String(dir)]; ok {
			return fmt.Errorf("%q would be a file and a folder", dir)
		}
		b.taken[fold.String(dir)+"/"] = dir
	}
	if _, ok := b.taken[fold.String(name)+"/"]; ok {
		return fmt.Errorf("%q would be a file and a folder", name)
	}
	b.taken[fold.String(name)] = name
	return nil
}

// write puts one new file into the staging folder, to the disk itself.
func (b *Builder) write(name string, from io.Reader) (size int64, sum string, err error) {
	full := filepath.Join(b.staged, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(full), 0o777); err != nil {
		return 0, "", writeError(name, err)
	}
	f, err := os.OpenFile(full, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return 0, "", writeError(name, err)
	}
	hash := sha256.New()
	size, err = io.Copy(io.MultiWriter(f, hash), from)
	if err == nil {
		err = f.Sync()
	}
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return 0, "", writeError(name, err)
	}
	return size, hex.EncodeToString(hash.Sum(nil)), nil
}

// writeError words a failure to write for a person.
func writeError(name string, err error) error {
	if isFull(err) {
		return fmt.Errorf("the disk is full: %s could not be written; free some space or name another place with --out", name)
	}
	return fmt.Errorf("%s could not be written: %w", name, plain(err))
}

// plain takes the staging folder's name, which means nothing to anyone, out of an error.
func plain(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	var l *os.LinkError
	if errors.As(err, &l) {
		return l.Err
	}
	return err
}

// syncDir makes the names in a folder last. Windows has no such call.
func syncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	err = d.Sync()
	if closed := d.Close(); err == nil {
		err = closed
	}
	return err
}
