package pack

import (
	"archive/zip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
)

// source is a package to be verified: the files of a folder or of an archive,
// by their paths in the package.
type source struct {
	opens    map[string]func() (io.ReadCloser, error)
	problems []Problem // what cannot be a file of a package
	close    func() error
}

// open reads the names in a folder or a .zip.
func open(name string) (source, error) {
	info, err := os.Stat(name)
	if err != nil {
		return source{}, fmt.Errorf("%q cannot be opened: %w", name, plain(err))
	}
	if info.IsDir() {
		return openFolder(name)
	}
	if !info.Mode().IsRegular() {
		return source{}, fmt.Errorf("%q is neither a folder nor a .zip file", name)
	}
	return openZip(name)
}

// openFolder never leaves the folder: links are reported, not followed.
func openFolder(name string) (source, error) {
	root, err := os.OpenRoot(name)
	if err != nil {
		return source{}, fmt.Errorf("%q cannot be opened: %w", name, plain(err))
	}
	s := source{opens: map[string]func() (io.ReadCloser, error){}, close: root.Close}
	fsys := root.FS()
	err = fs.WalkDir(fsys, ".", func(p string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			s.problems = append(s.problems, Problem{Kind: "malformed", Path: p, Detail: "it cannot be read: " + plain(err).Error()})
			if d != nil && d.IsDir() {
				return fs.SkipDir
			}
		case d.IsDir():
		case !d.Type().IsRegular():
			s.problems = append(s.problems, Problem{Kind: "malformed", Path: p, Detail: "it is a link or a special file, and was not followed"})
		default:
			s.opens[p] = func() (io.ReadCloser, error) { return fsys.Open(p) }
		}
		return nil
	})
	if err != nil {
		_ = root.Close()
		return source{}, fmt.Errorf("%q cannot be read: %w", name, err)
	}
	return s, nil
}

// openZip reads the table of an archive and extracts nothing.
func openZip(name string) (source, error) {
	archive, err := zip.OpenReader(name)
	if err != nil {
		return source{}, fmt.Errorf("%q is neither a folder nor a readable .zip file: %w", name, err)
	}
	s := source{opens: map[string]func() (io.ReadCloser, error){}, close: archive.Close}
	top := topFolder(archive.File)
	for _, f := range archive.File {
		p := strings.TrimPrefix(f.Name, top)
		clean := strings.TrimSuffix(p, "/")
		switch {
		case f.Name == top || (f.Mode().IsDir() && fs.ValidPath(clean) && !strings.Contains(clean, `\`)):
		case !strings.HasPrefix(f.Name, top):
			s.problems = append(s.problems, Problem{Kind: "added", Path: f.Name, Detail: "it lies outside the package's folder in the archive"})
		case !fs.ValidPath(p) || strings.Contains(p, `\`):
			s.problems = append(s.problems, Problem{Kind: "malformed", Path: fmt.Sprintf("%q", f.Name), Detail: "its name leads out of the package; do not unpack this archive"})
		case !f.Mode().IsRegular():
			s.problems = append(s.problems, Problem{Kind: "malformed", Path: p, Detail: "it is a link or a special file, and was not followed"})
		case s.opens[p] != nil:
			s.problems = append(s.problems, Problem{Kind: "malformed", Path: p, Detail: "the archive holds it twice; do not unpack this archive"})
		default:
			s.opens[p] = f.Open
		}
	}
	return s, nil
}

// topFolder gives the folder in an archive that the package lies in, with "/",
// or "": that of the highest SHA256SUMS or manifest.
func topFolder(files []*zip.File) string {
	top, found := "", false
	for _, f := range files {
		if base := path.Base(f.Name); base != SumsFile && base != ManifestFile {
			continue
		}
		dir := strings.TrimSuffix(f.Name, path.Base(f.Name))
		if !found || strings.Count(dir, "/") < strings.Count(top, "/") {
			top, found = dir, true
		}
	}
	if !fs.ValidPath(strings.TrimSuffix(top, "/")) {
		return ""
	}
	return top
}

func (s source) has(p string) bool { return s.opens[p] != nil }

func (s source) paths() []string {
	list := make([]string, 0, len(s.opens))
	for p := range s.opens {
		list = append(list, p)
	}
	slices.Sort(list)
	return list
}

func (s source) read(p string) ([]byte, error) {
	if !s.has(p) {
		return nil, fs.ErrNotExist
	}
	f, err := s.opens[p]()
	if err != nil {
		return nil, plain(err)
	}
	defer f.Close()
	return readBounded(f)
}

func (s source) hash(p string) (sum string, size int64, err error) {
	f, err := s.opens[p]()
	if err != nil {
		return "", 0, plain(err)
	}
	defer f.Close()
	h := sha256.New()
	size, err = io.Copy(h, f)
	return hex.EncodeToString(h.Sum(nil)), size, err
}

// decodeManifest reads a stranger's manifest.
func decodeManifest(raw []byte) (Manifest, error) {
	var m Manifest
	if err := json.Unmarshal(raw, &m); err != nil {
		return m, fmt.Errorf("it is not a manifest: %w", err)
	}
	if m.SchemaVersion != SchemaVersion {
		return m, fmt.Errorf("its schema_version is %d; this program reads version %d", m.SchemaVersion, SchemaVersion)
	}
	if len(m.Files) == 0 {
		return m, fmt.Errorf("it names no files")
	}
	seen := map[string]bool{}
	for _, f := range m.Files {
		if CheckPath(f.Path) != nil {
			return m, fmt.Errorf("it names a file that cannot be in a package: %q", f.Path)
		}
		if seen[f.Path] {
			return m, fmt.Errorf("it names %q twice", f.Path)
		}
		seen[f.Path] = true
	}
	return m, nil
}
