package github

import (
	"archive/zip"
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path"
	"regexp"
	"slices"
	"strings"

	gh "github.com/google/go-github/v60/github"

	"github.com/tickmark-dev/tickmark/internal/capture"
	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// Bounds of what is read of a run's artifacts. Beyond them nothing is read,
// and a gap says so.
const (
	maxArtifactBytes  = 32 << 20 // of one archive
	smallArtifact     = 1 << 20  // an archive that is read whatever its name
	maxReportBytes    = 32 << 20 // of one report, unpacked
	maxUnpackedBytes  = 128 << 20
	maxReportsOfOne   = 2000 // reports in one archive
	maxArchiveEntries = 100_000
)

// testName matches the names of artifacts that hold test results.
var testName = regexp.MustCompile(`(?i)test|junit|report|result`)

// artifacts lists what the run left behind, and reads the test reports in it.
func (c *Collector) artifacts(ctx context.Context, r *retrieval, n name, out *evidence.Build) {
	total := 0
	_, err := pages(ctx, c, n.path("/actions/runs/%d/artifacts", n.number), func(p gh.ArtifactList) bool {
		total = int(p.GetTotalCount())
		for _, a := range p.Artifacts {
			if a.GetID() > 0 {
				out.Artifacts = append(out.Artifacts, mapArtifact(a))
			}
		}
		return true
	})
	if err != nil {
		r.miss("artifacts", err)
	} else {
		r.cut("artifacts", len(out.Artifacts), total, "GitHub lists no more")
	}
	slices.SortStableFunc(out.Artifacts, func(a, b evidence.Artifact) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(len(a.ID), len(b.ID)), cmp.Compare(a.ID, b.ID))
	})
	for _, a := range out.Artifacts {
		c.artifactReports(ctx, r, n, a, out)
	}
}

func mapArtifact(in *gh.Artifact) evidence.Artifact {
	return evidence.Artifact{
		ID: id(in.GetID()), Name: in.GetName(), Size: in.GetSizeInBytes(), Expired: in.GetExpired(),
		Created: at(in.CreatedAt), Expires: at(in.ExpiresAt),
	}
}

// artifactReports reads one artifact, if it may hold test reports.
func (c *Collector) artifactReports(ctx context.Context, r *retrieval, n name, a evidence.Artifact, out *evidence.Build) {
	named := testName.MatchString(a.Name)
	part := "test reports in artifact " + a.Name
	switch {
	case ctx.Err() != nil || !named && (a.Size > smallArtifact || a.Expired):
		return
	case a.Size > maxArtifactBytes:
		r.gap(part, evidence.Truncated, "the artifact has %d bytes; no more than %d are read", a.Size, maxArtifactBytes)
		return
	}
	// Also of an expired artifact: an earlier run may have had it.
	resp, err := c.send(capture.Immutable(ctx), http.MethodGet, n.path("/actions/artifacts/%s/zip", a.ID), nil, "*/*")
	if code := status(err); code == http.StatusGone || a.Expired && code == http.StatusNotFound {
		r.gap(part, evidence.Expired, "GitHub no longer keeps the artifact")
		return
	}
	if err != nil {
		r.miss(part, err)
		return
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxArtifactBytes+1))
	if err != nil {
		r.miss(part, fmt.Errorf("read the artifact: %w", err))
		return
	}
	reports, err := unpackReports(a.Name, body)
	out.Tests = append(out.Tests, reports...)
	if err != nil {
		r.miss(part, err)
	}
}

// unpackReports gives the test reports in a zip archive, in the order of their
// paths. Reports that were read before an error are given with it.
func unpackReports(artifact string, archive []byte) ([]evidence.TestReport, error) {
	if len(archive) > maxArtifactBytes {
		return nil, &evidence.GapError{Reason: evidence.Truncated, Detail: fmt.Sprintf("the artifact is longer than GitHub said; no more than %d bytes are read", maxArtifactBytes)}
	}
	z, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	if err != nil {
		return nil, &evidence.GapError{Reason: evidence.Unreachable, Detail: "the artifact is not a zip archive: " + err.Error()}
	}
	if len(z.File) > maxArchiveEntries {
		return nil, &evidence.GapError{Reason: evidence.Truncated, Detail: fmt.Sprintf("the artifact holds %d files; none were read", len(z.File))}
	}
	var files []*zip.File
	for _, f := range z.File {
		if strings.EqualFold(path.Ext(f.Name), ".xml") && f.Mode().IsRegular() {
			files = append(files, f)
		}
	}
	slices.SortStableFunc(files, func(a, b *zip.File) int { return cmp.Compare(a.Name, b.Name) })
	var out []evidence.TestReport
	var missed []error
	left := int64(maxUnpackedBytes)
	for i, f := range files {
		if i == maxReportsOfOne || left <= 0 {
			missed = append(missed, &evidence.GapError{Reason: evidence.Truncated, Detail: fmt.Sprintf("%d of %d files were read", i, len(files))})
			break
		}
		reports, size, err := readReport(artifact, f, min(left, maxReportBytes))
		left -= size
		out = append(out, reports...)
		if err != nil {
			missed = append(missed, err)
		}
	}
	return out, errors.Join(missed...)
}

// readReport reads one file of an archive. A file that is not a test report
// gives none and no error.
func readReport(artifact string, f *zip.File, limit int64) ([]evidence.TestReport, int64, error) {
	in, err := f.Open()
	if err != nil {
		return nil, 0, &evidence.GapError{Reason: evidence.Unreachable, Detail: fmt.Sprintf("%s in the artifact cannot be unpacked: %v", oneLine(f.Name), err)}
	}
	defer in.Close()
	// The sizes in the archive are its maker's claim; what is unpacked counts.
	body, err := io.ReadAll(io.LimitReader(in, limit+1))
	size := int64(len(body))
	if err != nil {
		return nil, size, &evidence.GapError{Reason: evidence.Unreachable, Detail: fmt.Sprintf("%s in the artifact cannot be unpacked: %v", oneLine(f.Name), err)}
	}
	if size > limit {
		return nil, size, &evidence.GapError{Reason: evidence.Truncated, Detail: fmt.Sprintf("%s in the artifact is longer than %d bytes and was not read", oneLine(f.Name), limit)}
	}
	reports, err := parseJUnit(body)
	if errors.Is(err, errNotJUnit) {
		return nil, size, nil
	}
	for i := range reports {
		reports[i].Artifact, reports[i].File = artifact, f.Name
	}
	if err != nil {
		return reports, size, &evidence.GapError{Reason: evidence.Unreachable, Detail: fmt.Sprintf("%s in the artifact is not a whole JUnit report: %v", oneLine(f.Name), err)}
	}
	return reports, size, nil
}
