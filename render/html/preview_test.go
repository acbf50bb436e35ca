//go:build preview

package html_test

import (
	"os"
	"path/filepath"
	"testing"
)

// TestPreview writes the pages to the folder named by PREVIEW, for a person to
// look at.
func TestPreview(t *testing.T) {
	dir := os.Getenv("PREVIEW")
	if dir == "" {
		t.Skip("set PREVIEW to a folder to look at the pages")
	}
	for name, d := range documents(t) {
		if err := os.WriteFile(filepath.Join(dir, name+".html"), render(t, d), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
