package run

import "github.com/tickmark-dev/tickmark/internal/pack"

// Verification says whether a package is as it was sealed.
type Verification = pack.Report

// Verify checks a package, a folder or a ZIP file, against its own manifest.
// It needs nothing but the package.
func Verify(path string) (Verification, error) { return pack.Verify(path) }
