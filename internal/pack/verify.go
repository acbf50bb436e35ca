package pack

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// maxIndex bounds manifest.json and SHA256SUMS, which are read whole.
const maxIndex = 1 << 30

// Problem is one way in which a package is not as it was sealed.
type Problem struct {
	Kind   string `json:"kind"` // "changed", "missing", "added", "renamed", "malformed", "inconsistent"
	Path   string `json:"path"`
	Was    string `json:"was,omitempty"` // the sealed path of what was renamed
	Detail string `json:"detail,omitempty"`
}

// Report is what Verify found.
type Report struct {
	Path           string      `json:"path"`
	Unchanged      int         `json:"unchanged"` // files that are as they were sealed, with manifest.json
	Problems       []Problem   `json:"problems"`  // in order of path
	ManifestSHA256 string      `json:"manifest_sha256,omitempty"`
	Organization   string      `json:"organization,omitempty"`
	Tool           string      `json:"tool,omitempty"`
	AsOf           string      `json:"as_of,omitempty"`
	Simulated      bool        `json:"simulated,omitempty"`
	Samples        int         `json:"samples"`
	Gaps           int         `json:"gaps"`
	Unmatched      int         `json:"unmatched"`
	Supersedes     *Superseded `json:"supersedes,omitempty"`
}

// OK reports whether every file is as it was sealed.
func (r Report) OK() bool { return len(r.Problems) == 0 }

// Text gives the report for a person.
func (r Report) Text() string {
	var b strings.Builder
	if r.Organization != "" || r.Tool != "" {
		fmt.Fprintf(&b, "package:   %s, as of %s, made by %s\n", r.Organization, r.AsOf, r.Tool)
		fmt.Fprintf(&b, "holds:     %s, %s, %s\n", count(r.Samples, "sample"), count(r.Gaps, "gap"), count(r.Unmatched, "request line")+" without a match")
	}
	if r.Simulated {
		b.WriteString("data:      SIMULATED: of the sample company, not of a real one\n")
	}
	if r.Supersedes != nil {
		fmt.Fprintf(&b, "supersedes: %s, manifest SHA-256 %s\n", r.Supersedes.Path, r.Supersedes.ManifestSHA256)
	}
	if r.ManifestSHA256 != "" {
		fmt.Fprintf(&b, "manifest:  SHA-256 %s\n", r.ManifestSHA256)
	}
	for _, p := range r.Problems {
		fmt.Fprintf(&b, "%s: %s", p.Kind, p.Path)
		if p.Was != "" {
			fmt.Fprintf(&b, " (was %s)", p.Was)
		}
		if p.Detail != "" {
			fmt.Fprintf(&b, ": %s", p.Detail)
		}
		b.WriteByte('\n')
	}
	if r.OK() {
		fmt.Fprintf(&b, "verified:  %s as sealed; none changed, missing, added or renamed\n", count(r.Unchanged, "file"))
	} else {
		fmt.Fprintf(&b, "NOT as sealed: %s; %s as sealed\n", count(len(r.Problems), "difference"), count(r.Unchanged, "file"))
	}
	return b.String()
}

func count(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return fmt.Sprintf("%d %ss", n, word)
}

// Verify compares a package, a folder or a .zip, with its own SHA256SUMS and
// manifest. It needs nothing else, writes nothing and follows no link out of
// the package. The error says that there is no package to verify; everything
// that is wrong with one is in the report.
func Verify(path string) (Report, error) {
	src, err := open(path)
	if err != nil {
		return Report{}, err
	}
	defer func() { _ = src.close() }()
	v := verifier{src: src, report: Report{Path: path, Problems: src.problems}}
	if err := v.index(); err != nil {
		return Report{}, err
	}
	if err := v.files(); err != nil {
		return Report{}, err
	}
	v.canonical()
	slices.SortStableFunc(v.report.Problems, func(a, b Problem) int {
		return cmp.Or(strings.Compare(a.Path, b.Path), strings.Compare(a.Kind, b.Kind))
	})
	if v.report.Problems == nil {
		v.report.Problems = []Problem{}
	}
	return v.report, nil
}

type verifier struct {
	src      source
	report   Report
	manifest *Manifest         // nil where absent or malformed
	sums     map[string]string // nil where absent
	rawSums  []byte
}

func (v *verifier) problem(kind, path, detail string) {
	v.report.Problems = append(v.report.Problems, Problem{Kind: kind, Path: path, Detail: detail})
}

// index reads the two lists of what should be there.
func (v *verifier) index() error {
	rawManifest, errM := v.src.read(ManifestFile)
	rawSums, errS := v.src.read(SumsFile)
	if errors.Is(errM, fs.ErrNotExist) && errors.Is(errS, fs.ErrNotExist) {
		return fmt.Errorf("%q is no evidence package: it holds neither %s nor %s; name the folder that has both, or its .zip", v.report.Path, ManifestFile, SumsFile)
	}
	switch {
	case errors.Is(errM, fs.ErrNotExist):
		v.problem("missing", ManifestFile, "the files were checked against "+SumsFile+" alone")
	case errM != nil:
		v.problem("malformed", ManifestFile, errM.Error())
	default:
		sum := sha256.Sum256(rawManifest)
		v.report.ManifestSHA256 = hex.EncodeToString(sum[:])
		v.readManifest(rawManifest)
	}
	switch {
	case errors.Is(errS, fs.ErrNotExist):
		v.problem("missing", SumsFile, "the files were checked against "+ManifestFile+" alone, which nothing vouches for")
	case errS != nil:
		v.problem("malformed", SumsFile, errS.Error())
	default:
		v.rawSums = rawSums
		v.readSums(rawSums)
	}
	return nil
}

func (v *verifier) readManifest(raw []byte) {
	m, err := decodeManifest(raw)
	if err != nil {
		v.problem("malformed", ManifestFile, err.Error())
		return
	}
	v.manifest = &m
	r := &v.report
	r.Organization, r.Tool, r.Simulated, r.Supersedes = m.Organization, m.Tool, m.Simulated, m.Supersedes
	r.AsOf = m.AsOf.Format("2006-01-02 15:04:05 UTC")
	r.Samples, r.Gaps, r.Unmatched = len(m.Samples), len(m.Gaps), len(m.Unmatched)
}

func (v *verifier) readSums(raw []byte) {
	v.sums = map[string]string{}
	for i, line := range strings.Split(strings.TrimSuffix(string(raw), "\n"), "\n") {
		sum, path, ok := strings.Cut(line, "  ")
		digest, err := hex.DecodeString(sum)
		if !ok || err != nil || len(digest) != sha256.Size || strings.ToLower(sum) != sum || CheckPath(path) != nil {
			v.problem("malformed", SumsFile, fmt.Sprintf("line %d is not a SHA-256, two spaces and a path", i+1))
			continue
		}
		if _, twice := v.sums[path]; twice {
			v.problem("malformed", SumsFile, fmt.Sprintf("line %d names %s a second time", i+1, path))
			continue
		}
		v.sums[path] = sum
	}
}

// files compares every file that should be there, or is.
func (v *verifier) files() error {
	listed := map[string]evidence.PackedFile{}
	if v.manifest != nil {
		for _, f := range v.manifest.Files {
			listed[f.Path] = f
		}
	}
	want := map[string]bool{}
	for path := range v.sums {
		want[path] = true
	}
	for path := range listed {
		want[path] = true
	}
	delete(want, SumsFile)
	if v.sums != nil && v.sums[ManifestFile] == "" && v.src.has(ManifestFile) {
		v.problem("inconsistent", SumsFile, "it does not name "+ManifestFile)
	}

	var missing []string
	for _, path := range sorted(want) {
		if !v.src.has(path) {
			if path != ManifestFile { // already said
				missing = append(missing, path)
			}
			continue
		}
		sum, size, err := v.src.hash(path)
		if err != nil {
			v.problem("changed", path, "it cannot be read: "+err.Error())
			continue
		}
		v.compare(path, sum, size, listed)
	}
	var added []string
	for _, path := range v.src.paths() {
		if !want[path] && path != SumsFile && path != ManifestFile {
			added = append(added, path)
		}
	}
	v.pair(missing, added, listed)
	return nil
}

// compare holds one file against both lists.
func (v *verifier) compare(path, sum string, size int64, listed map[string]evidence.PackedFile) {
	inSums, hasSum := v.sums[path]
	f, hasFile := listed[path]
	bySums, byManifest := hasSum && inSums == sum, hasFile && f.SHA256 == sum
	switch {
	case path == ManifestFile:
		if !bySums {
			v.problem("changed", path, "its SHA-256 is "+sum+"; "+SumsFile+" says "+inSums+". One of the two was changed")
			return
		}
	case v.sums == nil && byManifest, v.manifest == nil && bySums:
	case v.sums != nil && !hasSum:
		v.problem("inconsistent", SumsFile, "it does not name "+path+", which "+ManifestFile+" does")
		if !byManifest {
			v.problem("changed", path, v.sizes(size, f))
		}
		return
	case v.manifest != nil && !hasFile:
		v.problem("inconsistent", ManifestFile, "it does not name "+path+", which "+SumsFile+" does")
		if !bySums {
			v.problem("changed", path, "")
		}
		return
	case !bySums && byManifest:
		v.problem("inconsistent", SumsFile, "its line for "+path+" agrees neither with the file nor with "+ManifestFile)
		return
	case bySums && !byManifest && v.manifest != nil:
		v.problem("inconsistent", ManifestFile, "its SHA-256 of "+path+" agrees neither with the file nor with "+SumsFile)
		return
	case !bySums || (v.manifest != nil && !byManifest):
		v.problem("changed", path, v.sizes(size, f))
		return
	case f.Size != size && hasFile:
		v.problem("inconsistent", ManifestFile, fmt.Sprintf("it says that %s has %d bytes; it has %d", path, f.Size, size))
		return
	}
	v.report.Unchanged++
}

func (v *verifier) sizes(size int64, f evidence.PackedFile) string {
	if f.Path == "" || f.Size == size {
		return ""
	}
	return fmt.Sprintf("%d bytes where %d were sealed", size, f.Size)
}

// pair tells renamed files from missing and added ones.
func (v *verifier) pair(missing, added []string, listed map[string]evidence.PackedFile) {
	sumOf := map[string]string{}
	for _, path := range added {
		if len(missing) == 0 {
			break // nothing can have been renamed: spare the reading
		}
		if sum, _, err := v.src.hash(path); err == nil {
			sumOf[path] = sum
		}
	}
	renamed := map[string]bool{}
	for _, path := range missing {
		want := cmp.Or(v.sums[path], listed[path].SHA256)
		i := slices.IndexFunc(added, func(a string) bool { return !renamed[a] && sumOf[a] == want && want != "" })
		if i < 0 {
			v.problem("missing", path, "")
			continue
		}
		renamed[added[i]] = true
		v.report.Problems = append(v.report.Problems, Problem{Kind: "renamed", Path: added[i], Was: path})
	}
	for _, path := range added {
		if !renamed[path] {
			v.problem("added", path, "it was not there when the package was sealed")
		}
	}
}

// canonical holds SHA256SUMS to what the manifest says that it must be, so
// that a change of it that leaves every line readable is still seen.
func (v *verifier) canonical() {
	if v.manifest == nil || v.rawSums == nil || len(v.report.Problems) > 0 {
		return
	}
	if !bytes.Equal(v.rawSums, sums(v.manifest.Files, v.report.ManifestSHA256)) {
		v.problem("changed", SumsFile, "it is not written as it was sealed")
	}
}

func sorted(set map[string]bool) []string {
	list := make([]string, 0, len(set))
	for s := range set {
		list = append(list, s)
	}
	slices.Sort(list)
	return list
}

// readBounded reads a list whole.
func readBounded(from io.Reader) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(from, maxIndex+1))
	if err == nil && len(data) > maxIndex {
		err = fmt.Errorf("it is larger than %d bytes", maxIndex)
	}
	return data, err
}
