package files

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Attach copies the file src into the folder dir, which is made if it is not
// there, and writes its sidecar, with the hash of what was copied. It never
// overwrites: a name that is taken gets a number. It gives the path of the copy.
func Attach(dir string, e Sidecar, src string) (path string, err error) {
	if err := e.check(); err != nil {
		return "", err
	}
	content, err := readSource(src)
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", fmt.Errorf("the folder for exhibits %s cannot be made: %w", dir, cause(err))
	}
	root, err := folder{dir}.open()
	if err != nil {
		return "", err
	}
	defer root.Close()
	sum := sha256.Sum256(content)
	e.SHA256 = hex.EncodeToString(sum[:])
	e.At = e.At.Truncate(time.Second)
	sidecar, err := e.marshal()
	if err != nil {
		return "", fmt.Errorf("the sidecar cannot be written: %w", err)
	}
	base := safeName(filepath.Base(src))
	for n := 1; n < 1000; n++ {
		name := numbered(base, n)
		// The sidecar comes first, so that a name is wholly ours or not at all.
		err := create(root, name+".yaml", sidecar)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err == nil {
			if err = create(root, name, content); err != nil {
				_ = root.Remove(name + ".yaml")
			}
		}
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err != nil {
			return "", fmt.Errorf("%s cannot be written into %s: %w", name, dir, cause(err))
		}
		return filepath.Join(dir, name), nil
	}
	return "", fmt.Errorf("%s holds a thousand files named %s already; rename the file", dir, base)
}

// readSource reads the file that a person named.
func readSource(src string) ([]byte, error) {
	info, err := os.Lstat(src)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("the file %s does not exist", src)
	case err != nil:
		return nil, fmt.Errorf("the file %s cannot be read: %w", src, cause(err))
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s is a %s; name the file itself", src, typeName(info.Mode().Type()))
	case info.Size() == 0:
		return nil, fmt.Errorf("the file %s is empty; there is nothing to attach", src)
	case info.Size() > exhibitBytes:
		return nil, fmt.Errorf("the file %s is larger than %s; attach a smaller one", src, size(exhibitBytes))
	}
	root, err := os.OpenRoot(filepath.Dir(src))
	if err != nil {
		return nil, fmt.Errorf("the file %s cannot be read: %w", src, cause(err))
	}
	defer root.Close()
	return readFile(root, filepath.Base(src), exhibitBytes)
}

// create writes a new file, whole or not at all.
func create(root *os.Root, name string, content []byte) error {
	file, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	_, err = file.Write(content)
	if err == nil {
		err = file.Sync()
	}
	if closeErr := file.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		_ = root.Remove(name)
	}
	return err
}

// safeName makes a name that every system can keep.
func safeName(name string) string {
	name = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || strings.ContainsRune(`<>:"/\|?*`, r) || unicode.Is(unicode.Cf, r) {
			return '_'
		}
		return r
	}, strings.ToValidUTF8(name, "_"))
	name = strings.TrimRight(strings.TrimLeft(name, ". ~"), ". ")
	stem, _, _ := strings.Cut(name, ".")
	devices := []string{"CON", "PRN", "AUX", "NUL", "COM1", "COM2", "COM3", "COM4", "COM5", "COM6", "COM7", "COM8", "COM9",
		"LPT1", "LPT2", "LPT3", "LPT4", "LPT5", "LPT6", "LPT7", "LPT8", "LPT9"}
	if name == "" || slices.Contains(devices, strings.ToUpper(strings.TrimSpace(stem))) {
		name = "file_" + name
	}
	ext := filepath.Ext(name)
	if len(ext) > 12 {
		ext = ""
	}
	stem = strings.TrimSuffix(name, ext)
	for len(stem)+len(ext) > 100 {
		_, n := utf8.DecodeLastRuneInString(stem)
		stem = stem[:len(stem)-n]
	}
	return strings.TrimRight(stem, ". ") + ext
}

// numbered gives the nth name that a file may take.
func numbered(base string, n int) string {
	if n == 1 {
		return base
	}
	ext := filepath.Ext(base)
	return fmt.Sprintf("%s (%d)%s", strings.TrimSuffix(base, ext), n, ext)
}
