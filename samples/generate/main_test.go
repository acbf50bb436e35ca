package main

import (
	"bytes"
	"io/fs"
	"os"
	"testing"

	"github.com/tickmark-dev/tickmark/samples"
)

// TestFilesAreWhatIsGenerated fails when a file was edited by hand, or the
// generator without running it.
func TestFilesAreWhatIsGenerated(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := generate(); err != nil {
		t.Fatal(err)
	}
	made := 0
	err := fs.WalkDir(os.DirFS("."), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		made++
		want, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if got, err := fs.ReadFile(samples.Files, path); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s is not what is generated (run go generate ./samples): %v", path, err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if made != 8 {
		t.Errorf("%d files were made, want 8", made)
	}
}
