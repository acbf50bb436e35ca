//go:build preview

package xlsx

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/tickmark-dev/tickmark/internal/evidence"
	"github.com/tickmark-dev/tickmark/render/rendertest"
)

// TestPreview writes workbooks to the folder named by PREVIEW, for a person to
// look at.
func TestPreview(t *testing.T) {
	dir := os.Getenv("PREVIEW")
	if dir == "" {
		t.Skip("set PREVIEW to a folder to look at the workbooks")
	}
	plain := rendertest.Package()
	for name, p := range map[string]evidence.Package{"audit": rendertest.AuditPackage(), "plain": plain, "empty": {}} {
		if err := os.WriteFile(filepath.Join(dir, name+".xlsx"), workbook(t, p), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
