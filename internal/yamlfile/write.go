package yamlfile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"unicode/utf8"
)

// Replace writes a file that Load can read again: whole or not at all, with the
// rights that it had. What names it in sentences, as for Load. A link leads to
// the file that is replaced.
func Replace(file, what string, data []byte) error {
	switch {
	case len(data) > maxFile:
		return fmt.Errorf("%s would have %d bytes, and a %s has at most %d; nothing was written", file, len(data), what, maxFile)
	case !utf8.Valid(data):
		return fmt.Errorf("%s would hold text that is not valid UTF-8; nothing was written", file)
	}
	if real, err := filepath.EvalSymlinks(file); err == nil {
		file = real
	}
	mode := fs.FileMode(0o644)
	if info, err := os.Stat(file); err == nil {
		mode = info.Mode().Perm()
	}
	f, err := os.CreateTemp(filepath.Dir(file), "."+filepath.Base(file)+".*")
	if err != nil {
		return fmt.Errorf("writing %s: %w", file, reason(err))
	}
	_, err = f.Write(data)
	err = errors.Join(err, f.Chmod(mode), f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), file)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("writing %s: %w", file, err), os.Remove(f.Name()))
	}
	return nil
}

// reason leaves the name of the temporary file out.
func reason(err error) error {
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		return p.Err
	}
	return err
}
