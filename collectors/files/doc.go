// Package files collects exhibits: files that a person puts into a folder, each
// with a small sidecar that says for which change it is, what it shows, who
// attached it and when.
//
// # Form
//
// Beside the exhibit staging.png lies staging.png.yaml:
//
//	change: acme/api#1234        # or PAY-123, "#1234", an address, or a list of these
//	shows: the staging test passed
//	supports: testing            # optional: approval, testing, deployment, monitoring, rollback, incident, other
//	by: Rosa Diaz
//	at: 2025-10-14T16:20:00+02:00
//	sha256: 9f86d0…              # optional; tickmark attach writes it
//
// The folder itself is read, not folders within it. Hidden files are passed
// over. A file without a sidecar, or with one that cannot be read, may belong
// to any change and is therefore a gap of each.
//
// # Permissions
//
// Read access to the folder; tickmark attach needs write access. Links and
// devices are refused, and nothing outside the folder is read.
//
// # Retention
//
// What a person keeps. An exhibit that was collected stays in the vault.
//
// # Limits
//
// 10,000 names a folder, 64 KiB a sidecar, 32 MiB an exhibit unless configured
// otherwise. What is larger is a gap.
//
// An exhibit is as reliable as the person who attached it. Nothing here judges
// it.
package files
