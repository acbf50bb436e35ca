package pack

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
	"github.com/tickmark-dev/tickmark/internal/redact"
)

// SchemaVersion is of manifest.json and redactions.json.
const SchemaVersion = 1

// Manifest is manifest.json: what the package is, what is in it, what could
// not be had. Its form is described by docs/schemas/manifest.schema.json.
type Manifest struct {
	SchemaVersion int             `json:"schema_version"`
	Tool          string          `json:"tool"`
	Organization  string          `json:"organization"`
	Zone          string          `json:"zone"`
	Period        evidence.Period `json:"period"`
	AsOf          time.Time       `json:"as_of"`
	Simulated     bool            `json:"simulated"`
	Supersedes    *Superseded     `json:"supersedes,omitempty"`
	// RequestSHA256 names what was asked for: two packages of one request have
	// the same.
	RequestSHA256 string `json:"request_sha256,omitempty"`
	// SampleResultsOnly says that the workbook leaves out the results of changes
	// that are no samples.
	SampleResultsOnly bool                  `json:"sample_results_only"`
	Principals        []evidence.Principal  `json:"principals"`
	Samples           []ManifestSample      `json:"samples"`
	Files             []evidence.PackedFile `json:"files"`
	Gaps              []ManifestGap         `json:"gaps"`
	Unmatched         []evidence.Unmatched  `json:"unmatched"`
}

// Superseded names the package that this one takes the place of.
type Superseded struct {
	Path           string `json:"path"` // the name of its folder, beside this one's
	ManifestSHA256 string `json:"manifest_sha256"`
}

// ManifestSample is one sample.
type ManifestSample struct {
	Number    int          `json:"number"`
	Label     string       `json:"label"`
	Requested string       `json:"requested"`
	Ref       evidence.Ref `json:"ref"`
	Reference string       `json:"reference"`
	Title     string       `json:"title,omitempty"`
	Deployed  time.Time    `json:"deployed_at,omitzero"`
	Folder    string       `json:"folder"`
}

// ManifestGap is one gap of one sample.
type ManifestGap struct {
	Sample int `json:"sample"`
	evidence.Gap
}

// newManifest states the facts of a package, its lists sorted and never null.
func newManifest(p evidence.Package, files []evidence.PackedFile, supersedes *Superseded) Manifest {
	zone := "UTC"
	if p.Zone != nil {
		zone = p.Zone.String()
	}
	m := Manifest{
		SchemaVersion: SchemaVersion, Tool: p.Tool, Organization: p.Organization, Zone: zone,
		Period: evidence.Period{From: p.Period.From.UTC(), To: p.Period.To.UTC()}, AsOf: p.AsOf.UTC(), Simulated: p.Simulated, Supersedes: supersedes,
		RequestSHA256: p.RequestSHA256, SampleResultsOnly: p.SampleResultsOnly,
		Principals: append([]evidence.Principal{}, p.Principals...),
		Samples:    []ManifestSample{},
		Files:      append([]evidence.PackedFile{}, files...),
		Gaps:       []ManifestGap{},
		Unmatched:  append([]evidence.Unmatched{}, p.Unmatched...),
	}
	for i := range p.Dossiers {
		c := &p.Dossiers[i].Change
		m.Samples = append(m.Samples, ManifestSample{
			Number: c.Sample.Number, Label: c.Sample.Label, Requested: c.Sample.Requested, Ref: c.Sample.Ref,
			Reference: Reference(c), Title: title(c), Deployed: c.DeployedAt().UTC(), Folder: SampleFolder(c, p.Zone),
		})
		for _, g := range c.Gaps {
			g.At = g.At.UTC()
			m.Gaps = append(m.Gaps, ManifestGap{Sample: c.Sample.Number, Gap: g})
		}
	}
	return m
}

// title gives the source's own title of a change; "" where it has none.
func title(c *evidence.Change) string {
	if it, ok := c.Find(c.Sample.Ref); ok && it.Ticket != nil {
		return it.Ticket.Title
	}
	if it, ok := c.Subject(); ok {
		return it.PullRequest.Title
	}
	if it, ok := c.Find(c.Sample.Ref); ok && it.Commit != nil {
		first, _, _ := strings.Cut(it.Commit.Message, "\n")
		return first
	}
	return ""
}

// encode gives the JSON of the package's own files: indented, LF at the end.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	err := enc.Encode(v)
	return b.Bytes(), err
}

// redactions gives redactions.json: what was taken out, where, by which rule;
// never the text.
func redactions(hits []redact.Hit) ([]byte, error) {
	list := []redact.Hit{}
	for _, h := range hits {
		h.Where = strings.TrimSpace(h.Where)
		list = append(list, h)
	}
	return encode(struct {
		SchemaVersion int          `json:"schema_version"`
		Redactions    []redact.Hit `json:"redactions"`
	}{SchemaVersion, list})
}

// sums gives SHA256SUMS: a line for each file but itself, in order of path,
// as `sha256sum -c` reads it.
func sums(files []evidence.PackedFile, manifestSHA256 string) []byte {
	lines := []string{ManifestFile + "\x00" + manifestSHA256}
	for _, f := range files {
		lines = append(lines, f.Path+"\x00"+f.SHA256)
	}
	slices.Sort(lines)
	var b bytes.Buffer
	for _, l := range lines {
		path, sum, _ := strings.Cut(l, "\x00")
		fmt.Fprintf(&b, "%s  %s\n", sum, path)
	}
	return b.Bytes()
}
