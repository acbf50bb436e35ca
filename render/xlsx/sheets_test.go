package xlsx

import (
	"bytes"
	"fmt"
	"iter"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"github.com/tickmark-dev/tickmark/internal/evidence"
	"github.com/tickmark-dev/tickmark/render/rendertest"
)

// saidOn gives all text of a sheet.
func saidOn(t *testing.T, data []byte, sheet string) string {
	t.Helper()
	var b strings.Builder
	for _, row := range grid(t, data, sheet) {
		b.WriteString(strings.Join(row, " | ") + "\n")
	}
	return b.String()
}

// TestSheetsWithNothingToSay: each says in one line why, and what to do.
func TestSheetsWithNothingToSay(t *testing.T) {
	for name, p := range map[string]evidence.Package{"no package": {}, "samples alone": rendertest.Package()} {
		data := workbook(t, p)
		for sheet, want := range map[string]string{
			sheetLog: "Run `tickmark population`", sheetSelection: "none was drawn by tickmark", sheetTesting: "Nothing was tested", sheetLegend: "Nothing was tested", sheetExceptions: "Nothing was tested",
			sheetPopulation: "The population was not read for this package. Run `tickmark population`", sheetReconciliation: "The population was not read for this package. Run `tickmark population`",
			sheetEmergency: "Nothing was tested", sheetMetrics: "Run `tickmark population`", sheetCriteria: "not tested", sheetChecklist: "not tested",
			sheetPBC: "run `tickmark population`", sheetPeople: "Nobody has stated who is who",
		} {
			if got := saidOn(t, data, sheet); !strings.Contains(got, want) {
				t.Errorf("%s, %s does not say %q: %q", name, sheet, want, got)
			}
		}
	}
}

// TestPopulationTellsAll: what may be missing stands before anything else, and
// each dataset's block has all that 2.2 asks for.
func TestPopulationTellsAll(t *testing.T) {
	p := rendertest.AuditPackage()
	text := saidOn(t, workbook(t, p), sheetPopulation)
	loud, first := strings.Index(text, "INCOMPLETE: 2 signs"), strings.Index(text, "The population\n")
	if loud < 0 || loud > first || !strings.Contains(text, "acme/vault of github is configured and cannot be seen") {
		t.Errorf("truncations are not told first: %d, %d", loud, first)
	}
	d := p.Population.Datasets[0]
	for _, want := range []string{d.Dataset, d.URL, d.Principal, "tickmark 0.1.0", "from 2026-01-01 up to and without 2026-07-01 (Europe/Berlin)", "2026-07-06 07:00 UTC to 2026-07-06 07:00 UTC", "-412ms",
		d.Queries[0].Text, d.Queries[1].Text, "2 pages, 131 received, 131 by the source's own count", "the source gives no count", "131 received − 2 twice − 85 excluded = 44 rows",
		"merged before 2025-12-01 and not deployed in the period: 85: acme/api#1, ", "acme/api#85", "IDs from acme/api#400 to acme/api#529; times from 2026-01-05 06:00 UTC to 2026-06-29 18:00 UTC", d.Totals.IDsSHA256, d.Notes[0],
		"Spot check: three rows traced to the source", "Prepared by, date", "Reviewed by, date", "Run observed by, date", "contents:read, pull_requests:read, deployments:read", "2026-12-31 00:00 UTC"} {
		if !strings.Contains(text, want) {
			t.Errorf("the sheet does not say %q", want)
		}
	}
	if strings.Contains(text, "ADD UP") {
		t.Error("counts that add up are called wrong")
	}
	p.Population.Datasets[0].Rows++
	if !strings.Contains(saidOn(t, workbook(t, p), sheetPopulation), "45 rows; THESE DO NOT ADD UP: ask why") {
		t.Error("counts that do not add up are not told")
	}
}

// TestLongQueriesStayWhole: a query that no row can show goes on in the next.
func TestLongQueriesStayWhole(t *testing.T) {
	p := rendertest.AuditPackage()
	query := strings.Join(rendertest.Lines(95, "line %d of the query"), "\n")
	p.Population.Datasets[2].Queries[0].Text = query
	rows := grid(t, workbook(t, p), sheetPopulation)
	var got []string
	for i, row := range rows {
		if len(row) > 1 && strings.HasPrefix(row[1], "line ") {
			if got = append(got, row[1]); len(got) > 1 && row[0] != "continued" {
				t.Errorf("row %d is %q", i, row[0])
			}
		}
	}
	if len(got) != 4 || strings.Join(got, "\n") != query {
		t.Errorf("the query is in %d rows", len(got))
	}
}

// TestEveryOrphanHasWords holds the explanations to the ledger's list.
func TestEveryOrphanHasWords(t *testing.T) {
	source, err := os.ReadFile("../../internal/ledger/orphans.go")
	if err != nil {
		t.Fatal(err)
	}
	block, _, _ := strings.Cut(string(source), "\n)\n")
	var kinds []string
	for _, m := range regexp.MustCompile(`(?m)^\t[A-Z]\w+ += "([^"]+)"$`).FindAllStringSubmatch(block, -1) {
		kinds = append(kinds, m[1])
	}
	var known []string
	for _, k := range orphanKinds() {
		known = append(known, k.kind)
		if k.means == "" || k.act == "" {
			t.Errorf("%s is not explained", k.kind)
		}
	}
	slices.Sort(kinds)
	slices.Sort(known)
	if len(kinds) < 10 || !slices.Equal(kinds, known) {
		t.Errorf("the ledger has %q, and this has words for %q", kinds, known)
	}
}

func TestReconciliation(t *testing.T) {
	p := rendertest.AuditPackage()
	p.Population.Orphans = append(p.Population.Orphans, evidence.Orphan{Kind: "build without a name", Ref: ref(evidence.KindBuild, "acme/api/runs/1")})
	p.Population.Months[0].Changes = 0
	text := saidOn(t, workbook(t, p), sheetReconciliation)
	for _, want := range []string{"commit without pull request | 3 | ", "build without a name | 1 | A kind of record without its counterpart that this version has no words for.", "no change reached production: ask why",
		"acme/vault | repository | github | 0 | hidden | Configured, and the source does not show it", "merged inside the period, not deployed | 2026-06-29 18:00:00 | none | no | acme/api#991", "acme/api | 401 | 402 | 2 | an issue",
		"| rollback | ", "| did not succeed; begun ", "Whole period | 39 | ", "the population has 46"} {
		if !strings.Contains(text, want) {
			t.Errorf("the sheet does not say %q", want)
		}
	}
	p.Population.Edges[0].Deployed, p.Population.Edges[0].DayOnly = time.Date(2026, 6, 2, 0, 0, 0, 0, time.UTC), true
	if text := saidOn(t, workbook(t, p), sheetReconciliation); !strings.Contains(text, "| 2026-06-02, a day alone | ") || strings.Contains(text, "2026-06-02 00:00") {
		t.Error("a day alone is shown as a midnight")
	}
	for _, o := range p.Population.Orphans {
		if !strings.Contains(text, "| "+o.Ref.ID+" | ") {
			t.Errorf("%s is not listed by name", o.Ref.ID)
		}
	}
}

// TestHostileTexts: what strangers wrote stays text on every sheet.
func TestHostileTexts(t *testing.T) {
	const evil = "=cmd|' /C calc'!A0 \x00\x1b[2J\u202e\u200f\u061c\t@SUM(1)"
	p := rendertest.AuditPackage()
	p.Organization, p.Policy.Name = evil, evil
	p.Unmatched[0] = evidence.Unmatched{Where: evil, Requested: evil, Label: evil, Reason: evidence.Ambiguous, Tried: []string{evil}}
	p.Identities[0] = evidence.Identity{Name: evil, Kind: evil, Accounts: []evidence.Person{{System: evil, Login: evil}}, Roles: []evidence.RolePeriod{{Role: evil, From: evil}}}
	p.Responses[0] = evidence.Response{Change: "acme/payments#1234", Attribute: "I", Condition: evil, Criteria: evil, Cause: evil, Effect: evil, Compensating: evil, Response: evil, Owner: evil, Due: evil, Status: evil, By: evil, At: evil}
	p.Attributes[0].Title, p.Attributes[0].Text, p.Attributes[0].Procedure, p.Attributes[0].Thresholds = evil, evil, evil, []evidence.Fact{{Name: evil, Value: evil}}
	p.Selection.Seed, p.Selection.Notes, p.Selection.Items[0].Void, p.Selection.Strata[0].Name = evil, []string{evil}, evil, evil
	p.Population.Datasets[0].Dataset, p.Population.Datasets[0].Queries[0].Text, p.Population.Datasets[0].URL, p.Population.Datasets[0].Exclusions[0] = evil, evil, "javascript:alert(1)", evidence.Exclusion{Rule: evil, IDs: []string{evil}}
	p.Population.Orphans[0], p.Population.Notes, p.Population.NumberGaps[0].Explanation = evidence.Orphan{Kind: evil, Ref: ref(evidence.KindBuild, evil), Change: evil, Detail: evil}, []string{evil}, evil
	p.Population.Releases[0].Changes, p.Population.Visible[0].Name, p.Population.Edges[0].Title, p.Population.Edges[0].URL = []string{evil}, evil, evil, "file:///etc/passwd"
	p.Principals[0].Name, p.Principals[0].Scopes, p.Principals[0].Notes = evil, []string{evil}, []string{evil}
	p.Dossiers[0].Results[0] = evidence.Result{Attribute: "A", Outcome: evidence.Exception, Code: evil, Why: evil, Read: []evidence.Fact{{Name: evil, Value: evil}}}
	found := 0
	for _, s := range openpyxl(t, workbook(t, p)).Sheets {
		for at, c := range s.Cells {
			value, _ := c[1].(string)
			if strings.Contains(value, "cmd|") {
				found++
			}
			if c[0] == "f" || strings.ContainsAny(value, "\x00\x1b\t\u202e\u200e\u200f\u061c") || c[0] == "s" && c[3] != "@" {
				t.Errorf("%s!%s: %q", s.Name, at, c)
			}
			if link, ok := c[2].(string); ok && !strings.HasPrefix(link, "https://") && !strings.HasPrefix(link, "http://127.0.0.1:9090/") && strings.Contains(link, ":") {
				t.Errorf("%s!%s leads to %s", s.Name, at, link)
			}
		}
	}
	if found < 50 {
		t.Errorf("the text stands in %d cells only", found)
	}
}

// TestMoreRowsThanASheetHolds says so, and does not fail.
func TestMoreRowsThanASheetHolds(t *testing.T) {
	b, err := newBook(evidence.Package{})
	if err != nil {
		t.Fatal(err)
	}
	defer b.file.Close()
	s := b.open(sheetGaps, layout{printed: 1, columns: []column{{title: "x", width: 40}}})
	s.limit = 10
	s.header()
	for i := range 25 {
		s.row(ordinal(i))
	}
	if err := s.close(); err != nil {
		t.Fatal(err)
	}
	data, err := b.pack()
	if err != nil {
		t.Fatal(err)
	}
	rows := grid(t, data, sheetGaps)
	if got := rows[len(rows)-1][0]; got != "INCOMPLETE: 16 more rows do not fit on one sheet." {
		t.Errorf("%d rows, and the last is %q", len(rows), got)
	}
}

// TestLinksGoInWhereverWritesEnd: the place is found across any cuts.
func TestLinksGoInWhereverWritesEnd(t *testing.T) {
	const sheet = `<sheetData/><pageM<pageMargins left="1"/><pageMargins/>`
	links := []link{{"A1", "a b"}, {"A2", "#'x & y'!A1"}}
	var whole bytes.Buffer
	l := &linker{to: &whole, links: links}
	if _, err := l.Write([]byte(sheet)); err != nil || l.close() != nil {
		t.Fatal(err)
	}
	if !strings.Contains(whole.String(), `<pageM<hyperlinks`) || !strings.Contains(whole.String(), `location="&#39;x &amp; y&#39;!A1"`) {
		t.Errorf("got %s", whole.String())
	}
	for size := 1; size < 20; size++ {
		var cut bytes.Buffer
		l := &linker{to: &cut, links: links}
		for piece := range slices.Chunk([]byte(sheet), size) {
			if _, err := l.Write(piece); err != nil {
				t.Fatal(err)
			}
		}
		if l.close() != nil || cut.String() != whole.String() {
			t.Errorf("in pieces of %d: %s", size, cut.String())
		}
	}
	l = &linker{to: &bytes.Buffer{}, links: links}
	_, _ = l.Write([]byte("<sheetData/>"))
	if l.close() == nil {
		t.Error("a sheet without the place is taken")
	}
}

// TestErrorsOfTheLog are not swallowed.
func TestErrorsOfTheLog(t *testing.T) {
	p := rendertest.AuditPackage()
	log := p.Log
	for cut := range 3 {
		p.Log = func(yield func(evidence.Dossier, error) bool) {
			n := 0
			for d := range log {
				if n == cut {
					yield(evidence.Dossier{}, fmt.Errorf("the ledger is gone"))
					return
				}
				if n++; !yield(d, nil) {
					return
				}
			}
		}
		if _, err := Workbook(p); err == nil || !strings.Contains(err.Error(), "the ledger is gone") {
			t.Errorf("after %d changes: %v", cut, err)
		}
	}
}

// TestChartsDrawWhatTheTablesSay: each chart's cells hold the titles, months
// and numbers that it is to draw.
func TestChartsDrawWhatTheTablesSay(t *testing.T) {
	data := workbook(t, rendertest.AuditPackage())
	f, err := excelize.OpenReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	charts, ref := 0, regexp.MustCompile(`<f>(?:&#39;|')Metrics(?:&#39;|')!\$([A-Z]+)\$(\d+)(?::\$[A-Z]+\$(\d+))?</`)
	for _, p := range parts(t, data) {
		if !strings.HasPrefix(p.name, "xl/charts/chart") {
			continue
		}
		charts++
		refs := ref.FindAllStringSubmatch(p.text, -1)
		if len(refs)%3 != 0 || len(refs) == 0 {
			t.Errorf("%s names %d areas", p.name, len(refs))
			continue
		}
		for i := 0; i < len(refs); i += 3 { // title, names, values
			title, err := f.GetCellValue(sheetMetrics, refs[i][1]+refs[i][2])
			if err != nil || title == "" {
				t.Errorf("%s has no title: %v", p.name, err)
			}
			var from, to int
			_, _ = fmt.Sscan(refs[i+2][2]+" "+refs[i+2][3], &from, &to)
			for row := from; row <= to; row++ {
				kind, err := f.GetCellType(sheetMetrics, fmt.Sprint(refs[i+2][1], row))
				name, _ := f.GetCellValue(sheetMetrics, fmt.Sprint("A", row))
				if err != nil || kind == excelize.CellTypeInlineString || kind == excelize.CellTypeSharedString || name == "" || name == "Whole period" {
					t.Errorf("%s draws row %d, %q, of type %v", title, row, name, kind)
				}
			}
		}
	}
	if charts != 6 {
		t.Errorf("%d charts", charts)
	}
}

func TestMetrics(t *testing.T) {
	days := func(n ...int) (all []time.Duration) {
		for _, d := range n {
			all = append(all, time.Duration(d)*24*time.Hour)
		}
		return all
	}
	for name, c := range map[string]struct {
		lead    []time.Duration
		percent int
		want    any
	}{"none": {nil, 50, nil}, "one": {days(3), 90, decimal(3)}, "median of odd": {days(9, 1, 5), 50, decimal(5)}, "median of even": {days(4, 1, 2, 3), 50, decimal(2)}, "ninetieth": {days(1, 2, 3, 4, 5, 6, 7, 8, 9, 10), 90, decimal(9)}} {
		if got := percentile(c.lead, c.percent).value; got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
	for s, want := range map[string]float64{"54 h 46 min": 54 + 46.0/60, "54 h 46 min after the deployment; 55 h 0 min after the authorization": 54 + 46.0/60, "30 min": 0.5, "12.5 hours": 12.5, "7 h": 7} {
		if got, ok := hoursOf(s); !ok || got < want-0.001 || got > want+0.001 {
			t.Errorf("%q is %v, %v", s, got, ok)
		}
	}
	for _, s := range []string{"", "about a day", "-3 h", "before the deployment", "3 hamsters", "12 minutes"} {
		if got, ok := hoursOf(s); ok {
			t.Errorf("%q is taken for %v hours", s, got)
		}
	}
}

// TestEmergencies: only what is called an emergency counts as one; what the
// evidence does not decide is counted apart.
func TestEmergencies(t *testing.T) {
	called := []evidence.Fact{{Name: "called an emergency by", Value: "the category of CHG-1"}}
	for name, c := range map[string]struct {
		result evidence.Result
		want   emergencyWord
	}{
		"none":             {evidence.Result{Outcome: evidence.NotApplicable, Code: "NOT_EMERGENCY"}, noEmergency},
		"all conditions":   {evidence.Result{Outcome: evidence.Met}, isEmergency},
		"late":             {evidence.Result{Outcome: evidence.Exception}, isEmergency},
		"not obtained":     {evidence.Result{Outcome: evidence.Unable}, undecidedEmergency},
		"called, not told": {evidence.Result{Outcome: evidence.Unable, Read: called}, isEmergency},
		"called later":     {evidence.Result{Outcome: evidence.NeedsReview, Code: "CALLED_EMERGENCY_AFTERWARDS", Attribute: "P"}, undecidedEmergency},
	} {
		c.result.Attribute = emergencyLetter
		if got := emergencyBy([]evidence.Result{c.result}); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
	if emergencyBy([]evidence.Result{{Attribute: "A"}}) != unknownEmergency {
		t.Error("a change that was not tested is decided")
	}
	text := saidOn(t, workbook(t, rendertest.AuditPackage()), sheetEmergency)
	for _, want := range []string{"Policy: share of changes |  | less than 10 %", "2026 Q1 |  | 24 | 2 | 8.3% | 0", "Whole period |  | 46 | 3 | 6.5% | 0", "not sampled | acme/web#457 | 2026-03-20 18:37:43 | ✗19 exception | 54.8 | INC-29 | "} {
		if !strings.Contains(text, want) {
			t.Errorf("the sheet does not say %q: %s", want, text)
		}
	}
}

// TestLibreOfficeShowsEverySheet: it opens the workbook and prints each sheet.
func TestLibreOfficeShowsEverySheet(t *testing.T) {
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
	text := rendertest.Text(t, data)
	at := 0
	for _, name := range sheetNames() { // in the header of the pages, in order
		i := strings.Index(text[at:], name)
		if i < 0 {
			t.Fatalf("the sheet %s is not printed in its place", name)
		}
		at += i
	}
	for _, want := range []string{"✗", "✓", "∅", "Deployment success rate", "Exceptions by attribute"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not printed", want)
		}
	}
	if strings.Contains(text, "Err:") || strings.Contains(text, "#REF!") || strings.Contains(text, "#####") {
		t.Error("a cell cannot show its value")
	}
}

// TestBoundedMemory: a log of any length is walked, not kept.
func TestBoundedMemory(t *testing.T) {
	p := population(300, rendertest.Changes(300))
	walks, kept := 0, 0
	log := p.Log
	p.Log = iter.Seq2[evidence.Dossier, error](func(yield func(evidence.Dossier, error) bool) {
		walks++
		for d, err := range log {
			items := d.Change.Items
			if !yield(d, err) {
				return
			}
			for i := range items { // whoever keeps a change, finds it spoiled
				items[i] = evidence.Item{}
			}
			kept++
		}
	})
	if rows := grid(t, workbook(t, p), sheetLog); len(rows) < 300 || rows[299][2] == "" || strings.HasPrefix(rows[299][2], notObtained) {
		t.Errorf("%d rows, %q", len(rows), rows[min(299, len(rows)-1)])
	}
	if walks != 2 || kept != 600 {
		t.Errorf("%d walks, %d changes", walks, kept)
	}
}
