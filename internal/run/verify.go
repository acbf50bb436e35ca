package run

import "github.com/tickmark-dev/tickmark/internal/pack"

// Verify checks a package, a folder or a ZIP file, against its own manifest.
// It needs nothing but the package.
func Verify(path string) (pack.Report, error) { return pack.Verify(path) }
