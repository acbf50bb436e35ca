package xlsx

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tickmark-dev/tickmark/internal/evidence"
	"github.com/tickmark-dev/tickmark/render/rendertest"
)

// TestPrintSetUp: who prints a sheet gets landscape A4 with the header repeated;
// what fits goes on the width of one page, and huge sheets print what is of use
// on paper.
func TestPrintSetUp(t *testing.T) {
	areas := map[string]string{sheetLog: "$A$1:$H$", sheetIndex: "$A$1:$E$", sheetTesting: "$A$1:$AI$", sheetEmergency: "$A$1:$I$", sheetPeople: "$A$1:$H$"}
	wide := map[string]bool{sheetTesting: true, sheetExceptions: true, sheetPBC: true}
	for _, s := range openpyxl(t, workbook(t, rendertest.AuditPackage())).Sheets {
		if s.Orientation != "landscape" || s.Paper != 9 || s.Titles == "" {
			t.Errorf("%s: %s, paper %d, titles %q", s.Name, s.Orientation, s.Paper, s.Titles)
		}
		if !strings.HasPrefix(s.Area, areas[s.Name]) || (s.Area == "") != (areas[s.Name] == "") {
			t.Errorf("%s prints %q, want %q", s.Name, s.Area, areas[s.Name])
		}
		switch {
		case wide[s.Name]: // further columns go on pages of their own, beside the repeated ones
			if s.Fits || s.Scale < 40 {
				t.Errorf("%s: fits %t, scale %v", s.Name, s.Fits, s.Scale)
			}
		case !s.Fits || s.Wide != 1 || s.High != 0:
			t.Errorf("%s: fits %t, %d wide, %d high", s.Name, s.Fits, s.Wide, s.High)
		}
	}
}

// TestPagesOnPaper counts the pages that LibreOffice prints: a tall or wide row
// shows here before it does on somebody's desk.
func TestPagesOnPaper(t *testing.T) {
	office, err := exec.LookPath("soffice")
	if err != nil {
		t.Skip("LibreOffice is not here: ", err)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "book.xlsx"), workbook(t, rendertest.AuditPackage()), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(office, "-env:UserInstallation=file://"+t.TempDir(), "--headless", "--convert-to", "pdf", "--outdir", dir, filepath.Join(dir, "book.xlsx"))
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	data, err := os.ReadFile(filepath.Join(dir, "book.pdf"))
	if err != nil {
		t.Fatal(err)
	}
	pages := map[string]int{}
	for page := range strings.SplitSeq(rendertest.Text(t, data), "\f") {
		for _, name := range sheetNames() {
			if head, _, _ := strings.Cut(strings.TrimSpace(page), "\n"); strings.Contains(head, name) {
				pages[name]++
			}
		}
	}
	changes := rendertest.AuditPackage().Population.Size
	for name, most := range map[string]int{sheetLog: 1 + changes/12, sheetTesting: 2 * (3 + changes/20), sheetIndex: 3, sheetCriteria: 2, sheetChecklist: 2} {
		if n := pages[name]; n == 0 || n > most {
			t.Errorf("%s: %d pages, want at most %d", name, n, most)
		}
	}
}

// TestRowsOfMarksAreLow: many changes are in sight at once.
func TestRowsOfMarksAreLow(t *testing.T) {
	s := &sheet{layout: layout{columns: logColumns("UTC")}}
	if h := s.needs([]cell{moment(clock(1, 9, 0), ""), text("Code"), text("Raise the limit")}); h > 17 {
		t.Errorf("a row of one line is %v high", h)
	}
	if h := s.needs([]cell{mark(evidence.Result{Outcome: evidence.NotApplicable}, nil), mark(evidence.Result{Attribute: "A", Outcome: evidence.Exception}, map[string]int{"A": 12345})}); h > 17 {
		t.Errorf("a row of marks is %v high", h)
	}
	b := &book{p: evidence.Package{}}
	if strings.Contains(b.criteria(evidence.Attribute{Criterion: "CC8.1", Text: "It is so.", Thresholds: []evidence.Fact{{Name: "tier high", Value: "2"}}}), "tier") {
		t.Error("the criteria of each exception repeat what the policy sets")
	}
	if got := codes([]evidence.Result{{Attribute: "J", Outcome: evidence.Unable, Code: "LOST", Why: strings.Repeat("long ", 90)}}); got != "∅ LOST (J)" {
		t.Errorf("beside the marks stands %q", got)
	}
}

// TestTheAuditorsColumnsAreBlank: what is for the auditor or for people to fill
// in holds nothing, in every row of a table.
func TestTheAuditorsColumnsAreBlank(t *testing.T) {
	data := workbook(t, rendertest.AuditPackage())
	for sheet, titles := range map[string][]string{
		sheetTesting:   {"Auditor conclusion", "Auditor initials"},
		sheetChecklist: {"Auditor's remark"},
		sheetPBC:       {"Owner", "Requested", "Due", "Auditor comment"},
	} {
		for _, title := range titles {
			found := false
			for _, s := range values(t, grid(t, data, sheet), title) {
				found = true
				if s != "" && s != title {
					t.Errorf("%s, %s holds %q", sheet, title, s)
				}
			}
			if !found {
				t.Errorf("%s has no column %q", sheet, title)
			}
		}
	}
}

// TestMarksAreSaidInSigns: no outcome is told by colour alone, and the legend
// has every sign and every word of Overall.
func TestMarksAreSaidInSigns(t *testing.T) {
	seen := map[any]bool{}
	for _, o := range outcomeOrder() {
		sign := mark(evidence.Result{Attribute: "A", Outcome: o}, map[string]int{"A": 7}).value
		if sign == "" || sign == nil || seen[sign] {
			t.Errorf("%s has the sign %v", o, sign)
		}
		seen[sign] = true
	}
	legend := saidOn(t, workbook(t, rendertest.AuditPackage()), sheetLegend)
	for _, want := range []string{tickMet, tickException + "n", tickNotApplicable, tickReview, tickUnable, tickUntested} {
		if !strings.Contains(legend, want+" | ") {
			t.Errorf("the legend lacks %q", want)
		}
	}
	for _, o := range evidence.Overalls() {
		if !strings.Contains(legend, overallName(o)+" | ") {
			t.Errorf("the legend lacks %q", o)
		}
	}
}
