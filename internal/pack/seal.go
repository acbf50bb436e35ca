package pack

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"

	"github.com/tickmark-dev/tickmark/internal/evidence"
	"github.com/tickmark-dev/tickmark/internal/redact"
)

// Sealed is a finished package.
type Sealed struct {
	Root           string // absolute path of its folder
	ManifestSHA256 string
	Files          int // with manifest.json and SHA256SUMS
	Bytes          int64
	Supersedes     *Superseded // nil where there is no earlier one
}

// Seal writes redactions.json, the manifest and SHA256SUMS and puts the
// package in its place. Package p must be redacted already; its Files are
// ignored for those that were added. On an error, and when ctx ends before the
// package is in its place, nothing of it is left.
func (b *Builder) Seal(ctx context.Context, p evidence.Package, hits []redact.Hit) (Sealed, error) {
	sealed, err := b.seal(ctx, p, hits)
	if err != nil {
		return Sealed{}, errors.Join(err, b.Abort())
	}
	b.mu.Lock()
	b.done = true
	b.mu.Unlock()
	return sealed, nil
}

func (b *Builder) seal(ctx context.Context, p evidence.Package, hits []redact.Hit) (Sealed, error) {
	ledger, err := redactions(hits)
	if err != nil {
		return Sealed{}, err
	}
	if _, err := b.Add(RedactionsFile, ledger, Meta{Title: "What was redacted, where and by which rule", Method: "redaction ledger"}); err != nil {
		return Sealed{}, err
	}
	target, supersedes, err := free(b.target, p.RequestSHA256)
	if err != nil {
		return Sealed{}, err
	}
	files := b.Files()
	manifest, err := encode(newManifest(p, files, supersedes))
	if err != nil {
		return Sealed{}, fmt.Errorf("the manifest could not be written: %w", err)
	}
	if b.options.Redactor != nil && b.options.Redactor.Contains(manifest) {
		return Sealed{}, fmt.Errorf("%s would hold a credential of this run: please report this", ManifestFile)
	}
	sealed := Sealed{Root: target, Files: len(files) + 2, Supersedes: supersedes}
	size, sum, err := b.write(ManifestFile, bytes.NewReader(manifest))
	if err != nil {
		return Sealed{}, err
	}
	sealed.ManifestSHA256, sealed.Bytes = sum, size
	if size, _, err = b.write(SumsFile, bytes.NewReader(sums(files, sum))); err != nil {
		return Sealed{}, err
	}
	sealed.Bytes += size
	for _, f := range files {
		sealed.Bytes += f.Size
	}
	return sealed, b.place(ctx, target)
}

// place makes every folder last and renames the package into its place.
func (b *Builder) place(ctx context.Context, target string) error {
	err := filepath.WalkDir(b.staged, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() {
			err = syncDir(path)
		}
		return err
	})
	if err != nil {
		return writeError(target, err)
	}
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("interrupted before the package was complete; nothing was left in %q: %w", filepath.Dir(target), err)
	}
	// An empty folder that a person made beforehand is theirs to have filled.
	// Remove and Rename fail where something has come to stand there meanwhile.
	if info, err := os.Lstat(target); err == nil {
		if !info.IsDir() || os.Remove(target) != nil {
			return fmt.Errorf("%q has appeared while this run was writing: nothing was overwritten; run again", target)
		}
	}
	if err := os.Rename(b.staged, target); err != nil {
		return fmt.Errorf("the finished package could not be moved to %q: %w; is it open in another program?", target, plain(err))
	}
	// From here on the package stands; what is left to do cannot undo that.
	_ = os.Remove(b.holder)
	_ = syncDir(filepath.Dir(target))
	return nil
}

// free gives the path for a new package: target itself, or, where something
// stands there, the next "target (n)" after the highest; and of the packages
// that stand at one of these the latest that was made for the same request. A
// package of another request is a neighbour and nothing more.
func free(target, request string) (string, *Superseded, error) {
	if empty, err := absentOrEmpty(target); err != nil || empty {
		return target, nil, err
	}
	parent, base := filepath.Split(target)
	entries, err := os.ReadDir(parent)
	if err != nil {
		return "", nil, fmt.Errorf("the folder %q cannot be read: %w", parent, plain(err))
	}
	numbered := regexp.MustCompile(`^` + regexp.QuoteMeta(base) + ` \(([1-9]\d{0,8})\)$`)
	highest := 1
	for _, e := range entries {
		if m := numbered.FindStringSubmatch(e.Name()); m != nil {
			n, _ := strconv.Atoi(m[1])
			highest = max(highest, n)
		}
	}
	name := func(n int) string {
		if n == 1 {
			return base
		}
		return fmt.Sprintf("%s (%d)", base, n)
	}
	next := filepath.Join(parent, name(highest+1))
	for n := highest; n >= 1 && request != ""; n-- {
		if manifest, err := os.ReadFile(filepath.Join(parent, name(n), ManifestFile)); err == nil && requestOf(manifest) == request {
			sum := sha256.Sum256(manifest)
			return next, &Superseded{Path: name(n), ManifestSHA256: hex.EncodeToString(sum[:])}, nil
		}
	}
	return next, nil, nil
}

// requestOf gives the request that a manifest says its package was made for; ""
// where it says none.
func requestOf(manifest []byte) string {
	var m struct {
		RequestSHA256 string `json:"request_sha256"`
	}
	if json.Unmarshal(manifest, &m) != nil {
		return ""
	}
	return m.RequestSHA256
}

// absentOrEmpty reports whether a package may stand at path.
func absentOrEmpty(path string) (bool, error) {
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return true, nil
	}
	if err != nil {
		return false, fmt.Errorf("%q cannot be looked at: %w", path, plain(err))
	}
	if !info.IsDir() {
		return false, nil
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		return false, fmt.Errorf("%q cannot be read: %w", path, plain(err))
	}
	return len(entries) == 0, nil
}
