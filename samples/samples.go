// Package samples is what goes with the sample company, Harbourline Payments:
// lists as an auditor sends them, and exhibits as people attach them. The
// company itself is told by its seed. "go generate ./samples" writes the files
// anew.
package samples

import "embed"

// Seed is the seed of the company that the lists and exhibits are about.
const Seed uint64 = 20260701

// Files are the lists and the exhibits, by their paths from this folder.
//
//go:embed requests exhibits
var Files embed.FS

//go:generate go run ./generate
