package document

import (
	"strings"
	"testing"

	"github.com/tickmark-dev/tickmark/internal/evidence"
	"github.com/tickmark-dev/tickmark/render/rendertest"
)

func TestIndexLists(t *testing.T) {
	p := rendertest.IndexPackage()
	d := Index(p)
	text := said(d)
	for _, want := range []string{
		"Evidence of change management: 3 samples", "[4 gaps]", "[1 line of the request without a sample]",
		"1 / A-17 | PR #1234 / Add MFA to the admin panel 🚀 – für größere Sicherheit | 2026-03-02 | ✗ Exception to A E S, not key / ✗ 3 exceptions, ∅ 1 not testable | ∅ 2",
		"samples.csv line 9 | PR 99999 | not found | pull request acme/payments#99999: not found / pull request acme/web#99999: not found",
		"Change Log.xlsx | Change log | rendered | 90,112",
		"## | Sample 1 (A-17) · PR #1234",
		"Beside them in source/: 1 answer of the systems, from which the documents were drawn.",
		"Log of job integration of pipeline run acme/payments/runs/88001 – expired: the log is gone: GitHub keeps logs for 90 days",
		"sha256sum -c SHA256SUMS",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	if strings.Contains(text, "01 pull_request") {
		t.Error("the page lists source payloads one by one")
	}
	var links []string
	for _, b := range d.Blocks {
		walkSpans(b, func(s Span) {
			if s.File != "" {
				links = append(links, s.File)
			}
		})
	}
	// Three samples by their summaries, the workbook, and three documents of each.
	if want := 3 + 1 + 9; len(links) != want || links[0] != "Change Management/Sample 1 - 2026-03-02 PR #1234/sample_summary.pdf" {
		t.Errorf("%d links, want %d: %q", len(links), want, links)
	}
	if t.Failed() {
		t.Log(text)
	}
}

func TestIndexOfNothing(t *testing.T) {
	text := said(Index(evidence.Package{}))
	for _, want := range []string{"0 samples", "There is no sample", "How to verify"} {
		if !strings.Contains(text, want) {
			t.Errorf("the page does not say %q:\n%s", want, text)
		}
	}
}
