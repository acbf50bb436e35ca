package xlsx

import (
	"fmt"
	"strings"
	"testing"

	"github.com/tickmark-dev/tickmark/internal/evidence"
	"github.com/tickmark-dev/tickmark/render/rendertest"
)

// sampledOnly is the audit's package with the results of the samples alone, as
// a run hands it over.
func sampledOnly() evidence.Package {
	p := rendertest.AuditPackage()
	p.SampleResultsOnly = true
	log := p.Log
	p.Log = func(yield func(evidence.Dossier, error) bool) {
		for d, err := range log {
			if d.Change.Sample.Number == 0 {
				d.Results = nil
			}
			if !yield(d, err) {
				return
			}
		}
	}
	return p
}

// TestSampleResultsOnly: of a change that was not sampled no result is told,
// every sheet that would tell one says so, and the list of changes is whole.
func TestSampleResultsOnly(t *testing.T) {
	whole, data := workbook(t, rendertest.AuditPackage()), workbook(t, sampledOnly())
	left := rendertest.AuditPackage().Population.Size
	for d := range rendertest.AuditPackage().Log {
		if d.Change.Sample.Number > 0 {
			left--
		}
	}
	line := fmt.Sprintf("Results of %d changes that were not sampled are left out at the wish of who made the package.", left)
	for _, sheet := range []string{sheetLog, sheetTesting, sheetExceptions, sheetEmergency, sheetMetrics} {
		if !strings.Contains(saidOn(t, data, sheet), line) {
			t.Errorf("%s does not say what is left out", sheet)
		}
		if strings.Contains(saidOn(t, whole, sheet), "left out at the wish") {
			t.Errorf("%s of the whole workbook says that something is left out", sheet)
		}
	}
	for _, sheet := range []string{sheetPopulation, sheetReconciliation, sheetSelection, sheetLegend} {
		if saidOn(t, data, sheet) != saidOn(t, whole, sheet) {
			t.Errorf("%s is another than in the whole workbook", sheet)
		}
	}
	rows, before := grid(t, data, sheetLog), grid(t, whole, sheetLog)
	results := map[string]bool{"Risk (derived)": true, "Emergency": true, "Exceptions": true}
	unsampled := 0
	for i, row := range rows {
		sampled := i == 0 || strings.Join(row, "") == "" || len(row) < len(rows[0]) || row[indexOf(rows[0], "Sample #")] != notSampled
		if sampled {
			continue
		}
		unsampled++
		for c, title := range rows[0] {
			if results[title] && row[c] != "" {
				t.Errorf("row %d tells %s: %q", i+1, title, row[c])
			}
			if !results[title] && row[c] != before[i][c] {
				t.Errorf("row %d, %s: %q, want %q", i+1, title, row[c], before[i][c])
			}
		}
	}
	if unsampled != left {
		t.Errorf("%d rows of changes that were not sampled, want %d", unsampled, left)
	}
	for _, sheet := range []string{sheetTesting, sheetExceptions, sheetEmergency} {
		for _, row := range grid(t, data, sheet) {
			if len(row) > 0 && row[0] == notSampled || len(row) > 1 && row[1] == notSampled {
				t.Errorf("%s tells of a change that was not sampled: %q", sheet, row)
			}
		}
	}
	for _, row := range grid(t, data, sheetExceptions) {
		if strings.Contains(strings.Join(row, " "), "of the population tested") {
			t.Errorf("an extent counts the population: %q", row)
		}
	}
	for i, row := range grid(t, data, sheetMetrics) {
		if len(row) > colExceptions && row[colExceptions] != "" && row[colExceptions] != "Exceptions" {
			t.Errorf("Metrics, row %d counts exceptions: %q", i+1, row)
		}
	}
}

func indexOf(titles []string, title string) int {
	for i, s := range titles {
		if s == title {
			return i
		}
	}
	return -1
}

// TestWithoutSamplesThePopulationIsCounted: the workbook beside the readiness
// report has no sample, and every change was tested.
func TestWithoutSamplesThePopulationIsCounted(t *testing.T) {
	p := rendertest.AuditPackage()
	log := p.Log
	p.Dossiers, p.Files = nil, nil
	p.Log = func(yield func(evidence.Dossier, error) bool) {
		for d, err := range log {
			d.Change.Sample.Number = 0
			if !yield(d, err) {
				return
			}
		}
	}
	data := workbook(t, p)
	who := fmt.Sprintf("the %d changes of the population that were tested", p.Population.Size)
	for _, sheet := range []string{sheetCriteria, sheetChecklist} {
		said := saidOn(t, data, sheet)
		if !strings.Contains(said, who) || !strings.Contains(said, " met, ") {
			t.Errorf("%s does not tell what was tested: %s", sheet, said)
		}
		if strings.Contains(said, "0 samples") {
			t.Errorf("%s speaks of samples where there are none", sheet)
		}
	}
	for _, row := range grid(t, data, sheetCriteria)[2:] {
		if row[len(row)-1] == notTested {
			t.Errorf("a point of focus is called not tested: %q", row)
		}
	}
	if said := saidOn(t, data, sheetExceptions); strings.Contains(said, "0 samples") {
		t.Error("extents count samples where there are none")
	}
}
