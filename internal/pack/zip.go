package pack

import (
	"archive/zip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// Zip packs the sealed folder root into a new file at zipPath, under the
// folder's own name. Equal packages give equal bytes: entries are in order of
// path and carry the package's as-of time. The file appears whole or not at
// all; one that stands at zipPath already is an error.
func Zip(root, zipPath string) (err error) {
	if _, err := os.Lstat(zipPath); err == nil {
		return fmt.Errorf("%q is already there and was not overwritten; move it away or name another file", zipPath)
	}
	at, err := asOf(root)
	if err != nil {
		return err
	}
	tmp, err := os.CreateTemp(filepath.Dir(zipPath), "."+filepath.Base(zipPath)+".partial-*")
	if err != nil {
		return fmt.Errorf("nothing can be written in %q: %w", filepath.Dir(zipPath), plain(err))
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, tmp.Close(), os.Remove(tmp.Name()))
		}
	}()
	if err := writeZip(tmp, root, at); err != nil {
		return err
	}
	if err := tmp.Sync(); err != nil {
		return writeError(zipPath, err)
	}
	if err := tmp.Close(); err != nil {
		return writeError(zipPath, err)
	}
	if err := os.Rename(tmp.Name(), zipPath); err != nil {
		return fmt.Errorf("the finished archive could not be moved to %q: %w", zipPath, plain(err))
	}
	_ = syncDir(filepath.Dir(zipPath))
	return nil
}

// asOf reads the time of a package from its manifest.
func asOf(root string) (time.Time, error) {
	data, err := os.ReadFile(filepath.Join(root, ManifestFile))
	if err != nil {
		return time.Time{}, fmt.Errorf("%q is no sealed package: its %s cannot be read: %w", root, ManifestFile, plain(err))
	}
	var m struct {
		AsOf time.Time `json:"as_of"`
	}
	if err := json.Unmarshal(data, &m); err != nil {
		return time.Time{}, fmt.Errorf("%q is no sealed package: its %s is not valid: %w", root, ManifestFile, err)
	}
	// The format counts from 1980.
	if first := time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC); m.AsOf.Before(first) {
		return first, nil
	}
	return m.AsOf.UTC().Truncate(time.Second), nil
}

func writeZip(to io.Writer, root string, at time.Time) error {
	out := zip.NewWriter(to)
	err := filepath.WalkDir(root, func(full string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		rel, err := filepath.Rel(root, full)
		if err != nil {
			return err
		}
		if !d.Type().IsRegular() {
			return fmt.Errorf("%q is not a regular file and cannot be part of a package", rel)
		}
		h := &zip.FileHeader{Name: filepath.Base(root) + "/" + filepath.ToSlash(rel), Method: zip.Deflate, Modified: at}
		h.SetMode(0o644)
		w, err := out.CreateHeader(h)
		if err != nil {
			return err
		}
		f, err := os.Open(full)
		if err != nil {
			return err
		}
		_, err = io.Copy(w, f)
		return errors.Join(err, f.Close())
	})
	if err == nil {
		err = out.Close()
	}
	if err != nil {
		return writeError("the archive of "+filepath.Base(root), err)
	}
	return nil
}
