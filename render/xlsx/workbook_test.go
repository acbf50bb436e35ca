package xlsx

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

func workbook(t testing.TB, p evidence.Package) []byte {
	t.Helper()
	data, err := Workbook(p)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// grid reads a sheet as text, with excelize.
func grid(t testing.TB, data []byte, sheet string) [][]string {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := f.GetRows(sheet)
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func TestFirstSevenColumns(t *testing.T) {
	rows := grid(t, workbook(t, fixture(t, codeChange(1), ticketChange(2), lost(3))), "Change Log")
	const ambiguous = "not obtained: ambiguous (pull request)"
	want := [][]string{
		{"Date", "Type", "Description", "Approval", "Testing", "Deploy Log", "Outcome"},
		{"2025-10-16", "Code", "Add MFA to admin panel", "PR #1234: 2 approvals, 1 dismissed, 1 approval at a deployment gate recorded", "2 of 4 checks concluded success; 1 failure; 1 skipped", "Deployment 567 to production (of 2 that contain the change)", "Success"},
		{"2025-10-16", "Infra", "Update rate limits", "CHG-789: 1 approval recorded; status set to Approved by Marta", "test results: Load test passed", "CHG-789: status Deployed, 2025-10-16 06:00 UTC", "Done"},
		{ambiguous, ambiguous, ambiguous, ambiguous, ambiguous, ambiguous, ambiguous},
	}
	for i, w := range want {
		if diff := cmp.Diff(w, rows[i][:7]); diff != "" {
			t.Error(diff)
		}
	}
}

// titled gives a row of the change log by the titles of its columns.
func titled(t testing.TB, data []byte, row int) map[string]string {
	t.Helper()
	rows := grid(t, data, sheetLog)
	m := map[string]string{}
	for i, title := range rows[0] {
		m[title] = rows[row][i]
	}
	return m
}

// under names the cell of a row in the column of that title.
func under(t testing.TB, titles []string, title string, row int) string {
	t.Helper()
	i := slices.Index(titles, title)
	if i < 0 {
		t.Fatalf("no column %q in %q", title, titles)
	}
	name, err := excelize.CoordinatesToCellName(i+1, row)
	if err != nil {
		t.Fatal(err)
	}
	return name
}

func TestFurtherColumns(t *testing.T) {
	rows := grid(t, workbook(t, fixture(t, codeChange(1), ticketChange(2), lost(3))), "Change Log")
	column := func(row int) map[string]string {
		m := map[string]string{}
		for i, title := range rows[0] {
			m[title] = rows[row][i]
		}
		return m
	}
	for title, want := range map[string]string{
		"Date (text, Europe/Berlin)": "2025-10-16", "Change ID": "acme/api#1234", "System/Repo": "acme/api", "Environment": "production", "Category": "Normal",
		"Risk (declared)": "High (ticked in the pull request)", "Ticket": "PAY-77", "Ticket created (UTC)": "2025-10-01 09:00:00", "Requester": "Priya", "PR": "PR #1234",
		"Author(s)":               "Ada Lovelace (ada), Grace Hopper",
		"Approver(s)":             "Bob (bob), 2025-10-14 10:00 UTC, on aaaaaaa\n(unknown account), 2025-10-14 11:00 UTC\nDana (dana), time not stated (deployment gate)",
		"Approved at (UTC, last)": "2025-10-14 11:00:00", "Head SHA": headSHA, "Merge SHA": mainSHA, "Merged by": "merge-queue[bot]", "Merged at (UTC)": "2025-10-14 12:00:00",
		"CI result": "checks on head aaaaaaa\ndeploy: success, attempt 2, on head aaaaaaa", "Validation at/by": "none recorded", "In population": "the population was not read", "Exceptions": "not tested", "Emergency": "not tested", "Deploy ID": "567", "Deployed SHA": mainSHA, "Deployer": "deploy-bot", "Deployed at (UTC)": "2025-10-15 22:30:00",
		"Deployed at (Europe/Berlin)": "2025-10-16T00:30:00+02:00", "Incident": "INC-5 (is caused by)", "Components touched": "3 files: README.md, app/admin/", "Sample #": "1", "Auditor's reference": "#1234",
		"Gaps": "0", "Folder": "Sample 1 - 2025-10-16 PR #1234",
	} {
		if got := column(1)[title]; got != want {
			t.Errorf("%s: got %q, want %q", title, got, want)
		}
	}
	for title, want := range map[string]string{
		"Risk (declared)": "Medium", "Category": "Infrastructure", "Environment": "none recorded", "PR": "no pull request", "Merge SHA": "no pull request", "Approver(s)": "Marta, 2025-10-15 08:00 UTC\nMarta, 2025-10-15 09:00 UTC (status)",
		"Deployer": "Omar", "Deployed at (UTC)": "2025-10-16 06:00:00", "Components touched": "gateway", "Auditor's reference": "B-2: CHG-789", "Gaps": "1", "CI result": "none recorded",
	} {
		if got := column(2)[title]; got != want {
			t.Errorf("%s: got %q, want %q", title, got, want)
		}
	}
	for i, row := range rows[1:4] { // nothing is left blank, and nothing is claimed of what was never asked
		if len(row) != len(rows[0]) || slices.Contains(row, "") {
			t.Errorf("row %d has a blank: %q", i+2, row)
		}
	}
	if slices.Contains(rows[3], noneRecorded) {
		t.Errorf("a change that could not be read has %q: %q", noneRecorded, rows[3])
	}
}

// TestPartsOfASecond: a moment that the source gives in parts of a second is a
// whole second in its cell, for every reader; the text beside it is exact.
func TestPartsOfASecond(t *testing.T) {
	c := codeChange(1)
	for _, it := range c.Items {
		if it.Deployment != nil && it.Deployment.ID == "567" {
			it.Deployment.Statuses[1].Created = time.Date(2025, 10, 15, 22, 30, 13, 999_600_000, time.UTC)
		}
	}
	book := workbook(t, fixture(t, c))
	log, titles := openpyxl(t, book).Sheets[0].Cells, grid(t, book, sheetLog)[0]
	if got := fmt.Sprint(log[under(t, titles, "Deployed at (UTC)", 2)][1]); got != "2025-10-15T22:30:13" {
		t.Errorf("Deployed at (UTC) = %s", got)
	}
	if got := fmt.Sprint(log[under(t, titles, "Deployed at (Europe/Berlin)", 2)][1]); got != "2025-10-16T00:30:13.9996+02:00" {
		t.Errorf("Deployed at (Europe/Berlin) = %s", got)
	}
}

// TestDayAlone: a ticket that names only a day gives that day in every zone,
// and no time.
func TestDayAlone(t *testing.T) {
	for _, zone := range []string{"America/Los_Angeles", "Europe/Berlin", "Pacific/Auckland"} {
		c := ticketChange(1)
		for _, it := range c.Items {
			if it.Ticket != nil {
				it.Ticket.Deployed, it.Ticket.DeployedDay = time.Date(2025, 10, 16, 0, 0, 0, 0, time.UTC), true
			}
		}
		p := fixture(t, c)
		location, err := time.LoadLocation(zone)
		if err != nil {
			t.Skip("no time zones are installed")
		}
		p.Zone = location
		row := titled(t, workbook(t, p), 1)
		if row["Date"] != "2025-10-16" || row["Date (text, "+zone+")"] != "2025-10-16" || row["Deployed at (UTC)"] != dayAlone || row["Deployed at ("+zone+")"] != dayAlone || row["Deploy Log"] != "CHG-789: status Deployed, 2025-10-16" {
			t.Errorf("%s: %q", zone, row)
		}
	}
}

// TestIncidentIsNotTheRequest: where an incident is among the tickets, the
// ticket that asks for the change gives the facts, and the incident its column.
func TestIncidentIsNotTheRequest(t *testing.T) {
	c := codeChange(1)
	c.Items = append([]evidence.Item{{Ref: evidence.Ref{Kind: evidence.KindTicket, System: "jira", ID: "INC-1"},
		Ticket: &evidence.Ticket{Key: "INC-1", Type: "Incident", Title: "It burns", Reporter: who("Nobody", "")}}}, c.Items...)
	row := titled(t, workbook(t, fixture(t, c)), 1)
	if row["Requester"] != "Priya" || !strings.Contains(row["Incident"], "INC-1") {
		t.Errorf("requester %q, incident %q", row["Requester"], row["Incident"])
	}
}

func TestChangeType(t *testing.T) {
	for name, c := range map[string]struct {
		paths []string
		want  string
	}{
		"code": {[]string{"main.go", "infra/vpc.tf"}, typeCode}, "terraform": {[]string{"infra/vpc.tf", "modules/db/main.tf"}, typeInfra}, "pipeline": {[]string{".github/workflows/ci.yml", "Dockerfile.prod"}, typeInfra},
		"settings": {[]string{"config/limits.json", "app/application.properties"}, typeConfig}, "settings and infrastructure": {[]string{"config/limits.yaml", "k8s/app.yaml"}, typeConfig},
		"docs": {[]string{"README.md"}, typeCode}, "json beside code": {[]string{"web/package.json"}, typeCode}, "none obtained": {nil, typeCode},
	} {
		change := codeChange(1)
		pr := change.Items[5].PullRequest
		pr.Files, pr.FilesTotal = nil, len(c.paths)
		for _, p := range c.paths {
			pr.Files = append(pr.Files, evidence.File{Path: p})
		}
		if got := factsOf(&change).changeType(); got != c.want {
			t.Errorf("%s: got %s, want %s", name, got, c.want)
		}
		if pr.FilesTotal++; factsOf(&change).changeType() != typeCode {
			t.Errorf("%s: a cut list of files was judged", name)
		}
	}
	for said, want := range map[string]string{"Infrastructure": typeInfra, "Config change": typeConfig, "Code deployment": typeCode, "Other": "Other (the ticket's word)"} {
		change := ticketChange(1)
		change.Items[0].Ticket.Fields = []evidence.Field{{Name: "category", Value: evidence.Text{Source: said}}}
		if got := factsOf(&change).changeType(); got != want {
			t.Errorf("%s: got %q, want %q", said, got, want)
		}
	}
}

// A gap never reads as a fact: with the part missing, the column says so.
func TestGapsReachTheirColumns(t *testing.T) {
	c := codeChange(1)
	pr := c.Items[5].PullRequest
	pr.Reviews, pr.Files = nil, nil
	var checks evidence.Ref
	var kept []evidence.Item
	for _, it := range c.Items {
		if it.Checks != nil {
			checks = it.Ref
			continue
		}
		if it.Build == nil && it.Deployment == nil {
			kept = append(kept, it)
		}
	}
	c.Items = kept
	c.Gaps = []evidence.Gap{{Ref: c.Sample.Ref, Part: "reviews", Reason: evidence.Denied}, {Ref: c.Sample.Ref, Part: "files", Reason: evidence.Truncated},
		{Ref: checks, Reason: evidence.Expired}, {Ref: ref(evidence.KindDeployment, "acme/api/deployments/567"), Reason: evidence.Unreachable}}
	f := factsOf(&c)
	for got, want := range map[string]string{
		f.approval(): "PR #1234: not obtained: denied", f.approvers(): "not obtained: denied", f.testing(): "not obtained: expired (checks)", f.components(): "not obtained: truncated",
		f.outcome(): "not obtained: unreachable (deployment)", f.deployLog(): "not obtained: unreachable (deployment)",
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	c.Gaps = c.Gaps[:2]
	if got := f.outcome(); got != "not obtained: no production deployment that contains the change was found" {
		t.Errorf("got %q", got)
	}
	if got := f.testing(); got != noneRecorded {
		t.Errorf("got %q", got)
	}
	pr.Statement = "pieced together from commits"
	for i := range c.Items {
		if commit := c.Items[i].Commit; commit != nil {
			commit.Trailers = []evidence.Trailer{{Key: "Reviewers", Value: "A <a@x>, B <b@x>"}, {Key: "Signed-off-by", Value: "C"}}
		}
	}
	if got := f.approval(); got != "PR #1234: not obtained: denied; 1 reviewer trailer in the commit message" {
		t.Errorf("got %q", got)
	}
	if got := f.approvers(); got != "Reviewers: A <a@x>, B <b@x> (the committer's statement)" {
		t.Errorf("got %q", got)
	}
}

func TestIndexAndGaps(t *testing.T) {
	data := workbook(t, fixture(t, codeChange(1), ticketChange(2)))
	index := grid(t, data, "Evidence Index")[2:] // below the title and what the sheet says
	want := []string{"1", "Sample 1 - 2025-10-16 PR #1234/pull_request.pdf", "12,345", strings.Repeat("ab", 32), "2 of 2", "Pull request #1234", "rendered", "github",
		"Sample 1 - 2025-10-16 PR #1234/source/02 50% größer.json", strings.Repeat("2", 64), "2025-10-31 08:02:00", "none: retrieved once", "auditor-bot", "github 0.1.0", "yes", "https://api.github.test/repos/acme/api/pulls/1234?page=2"}
	if diff := cmp.Diff(want, index[2]); diff != "" {
		t.Error(diff)
	}
	if got := index[9]; got[0] != "package" || got[1] != "Policies/rollback_procedures.pdf" || got[15] != "none: not made from a source's answer" || slices.Contains(got, "") {
		t.Errorf("a file of the package: %q", got)
	}
	gap := grid(t, data, "Gaps")[2:]
	if diff := cmp.Diff([]string{"2", "B-2: CHG-789", "ticket CHG-789", "comments", "denied", meaning(evidence.Denied), "the account may not read comments", "jira", "2025-10-20 09:00:00"}, gap[1]); diff != "" {
		t.Error(diff)
	}
	if got := gap[2]; got[0] != "none" || got[2] != "PR 99999" || got[4] != "not found" || got[6] != "tried: acme/api#99999: no such pull request" {
		t.Errorf("an unmatched line: %q", got)
	}
	for _, r := range []evidence.Reason{evidence.Unreachable, evidence.Denied, evidence.NotFound, evidence.Ambiguous, evidence.Expired, evidence.Truncated, evidence.NotConfigured, evidence.Canceled, evidence.NotAsked, evidence.Duplicate} {
		if strings.Contains(meaning(r), "not one that") {
			t.Errorf("%s has no meaning", r)
		}
	}
	empty := workbook(t, evidence.Package{})
	if got := grid(t, empty, "Gaps"); !strings.Contains(fmt.Sprint(got), "there are no gaps") {
		t.Errorf("an empty package: %q", got)
	}
}

type read struct {
	Sheets []struct {
		Name, State, Freeze, Filter, Orientation, Titles, Footer string
		Area                                                     string
		Grid, Fits                                               bool
		Comments, Wide, High, Scale, Paper                       int
		Hidden                                                   []any
		Cells                                                    map[string][4]any // type, value, link, format
	}
	Parts             []string
	Created, Modified string
}

// openpyxl reads a workbook with another people's program.
func openpyxl(t testing.TB, data []byte) read {
	t.Helper()
	const python = "/usr/bin/python3"
	if err := exec.Command(python, "-c", "import openpyxl").Run(); err != nil {
		t.Skip("openpyxl is not here: ", err)
	}
	path := filepath.Join(t.TempDir(), "Change Log.xlsx")
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(python, filepath.Join("testdata", "read.py"), path).Output()
	if err != nil {
		t.Fatal(err)
	}
	var r read
	if err := json.Unmarshal(out, &r); err != nil {
		t.Fatal(err)
	}
	return r
}

// views says of sheets with a table at the top where they are frozen, which row
// is repeated on printed pages, and where the filter begins, in a simulated package.
func views() map[string][3]string {
	return map[string][3]string{
		sheetLog: {"B2", "1:1", "$A$1:"}, sheetIndex: {"B5", "4:4", "$A$4:"}, sheetGaps: {"B5", "4:4", "$A$4:"}, sheetPBC: {"B5", "4:4", "$A$4:"},
		sheetCriteria: {"C5", "4:4", "$A$4:"}, sheetChecklist: {"C5", "4:4", "$A$4:"}, sheetPeople: {"B5", "4:4", "$A$4:"},
	}
}

func TestOpenpyxlReads(t *testing.T) {
	p := fixture(t, codeChange(1), hostile(2))
	p.Simulated = true
	got := openpyxl(t, workbook(t, p))
	if got.Created != "2025-10-31T09:00:00+00:00" && got.Created != "2025-10-31T09:00:00" {
		t.Errorf("created %s", got.Created)
	}
	var names []string
	for _, s := range got.Sheets {
		names = append(names, s.Name)
		if s.State != "visible" || len(s.Hidden) > 0 || s.Comments > 0 || s.Grid || s.Orientation != "landscape" || s.Footer != "Page &P of &N" || s.Freeze == "" || s.Titles == "" {
			t.Errorf("%+v", struct{ a, b, c, d, e, f any }{s.Name, s.State, s.Freeze, s.Filter, s.Titles, s.Footer})
		}
		if want, ok := views()[s.Name]; ok && (s.Freeze != want[0] || strings.ReplaceAll(s.Titles, "$", "") != want[1] || !strings.HasPrefix(s.Filter, want[2])) {
			t.Errorf("%s: frozen at %s, titles %s, filter %s; want %q", s.Name, s.Freeze, s.Titles, s.Filter, want)
		}
		simulated := false
		for at, c := range s.Cells {
			value, _ := c[1].(string)
			simulated = simulated || value == simulatedNote
			if c[0] != "s" && c[0] != "n" && c[0] != "d" || c[0] == "n" && c[3] == "@" {
				t.Errorf("%s!%s is of type %v: %v", s.Name, at, c[0], c[1])
			}
			if strings.ContainsAny(value, "\x00\x1b\t\u202e\u200e\u200f\u061c") {
				t.Errorf("%s!%s holds a control character: %q", s.Name, at, value)
			}
			if link, ok := c[2].(string); ok && !strings.HasPrefix(link, "https://") && strings.Contains(link, ":") {
				t.Errorf("%s!%s leads to %s", s.Name, at, link)
			}
		}
		if !simulated {
			t.Errorf("%s does not say that the data is simulated", s.Name)
		}
	}
	if diff := cmp.Diff([]string{"Change Log", "Sample Selection", "Attribute Testing", "Attribute Legend", "Exceptions & Responses", "Population & IPE", "Reconciliation", "Emergency Changes",
		"Evidence Index", "Metrics", "Criteria Map", "Checklist (12)", "PBC Tracker", "People & Identities", "Gaps"}, names); diff != "" {
		t.Error(diff)
	}
	log, titles := got.Sheets[0].Cells, grid(t, workbook(t, p), sheetLog)[0]
	for title, want := range map[string]string{"Description": "=cmd|' /C calc'!A0 [2J", "System/Repo": "-2+3 x", "Author(s)": "+SUM(1,1)", "Auditor's reference": "=1+1: 00012345678901234567"} {
		at := under(t, titles, title, 3)
		if c := log[at]; c[0] != "s" || !strings.HasPrefix(fmt.Sprint(c[1]), want) || c[3] != "@" {
			t.Errorf("%s: %q, want text %q", at, c, want)
		}
	}
	if c := log["A2"]; c[0] != "d" || fmt.Sprint(c[1]) != "2025-10-16T00:00:00" || c[3] != "yyyy-mm-dd" {
		t.Errorf("the date is no date: %v", c)
	}
	if c := log[under(t, titles, "PR", 3)]; c[2] != nil {
		t.Errorf("a link to javascript: %v", c)
	}
	if c := log[under(t, titles, "Approver(s)", 3)]; units(fmt.Sprint(c[1])) > maxCell || !strings.HasSuffix(fmt.Sprint(c[1]), "the whole is in the sample's folder") {
		t.Errorf("a text of 3000 approvals is not cut with a pointer: %d units", units(fmt.Sprint(c[1])))
	}
	for _, part := range got.Parts {
		if strings.Contains(part, "vba") || strings.Contains(part, "externalLink") || strings.Contains(part, "calcChain") || strings.Contains(part, "comments") {
			t.Errorf("the workbook holds %s", part)
		}
	}
}

// The links to sample folders, whose names hold # and spaces, lead to files
// that are there: as written, and as LibreOffice writes them anew.
func TestLinksLeadToFiles(t *testing.T) {
	p := fixture(t, codeChange(1))
	root := t.TempDir()
	for _, f := range p.Files {
		full := filepath.Join(root, f.Path)
		if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(full, nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	folder := filepath.Join(root, "Change Management")
	book := filepath.Join(folder, "Change Log.xlsx")
	if err := os.WriteFile(book, workbook(t, p), 0o644); err != nil {
		t.Fatal(err)
	}
	check := func(book string) {
		t.Helper()
		found := 0
		for _, target := range targets(t, book) {
			if strings.HasPrefix(target, "https://") {
				continue
			}
			decoded, err := url.PathUnescape(strings.TrimPrefix(target, "file://"))
			if err != nil || strings.ContainsAny(target, "# ?") {
				t.Errorf("%q is no link: %v", target, err)
				continue
			}
			if !filepath.IsAbs(decoded) {
				decoded = filepath.Join(filepath.Dir(book), decoded)
			}
			if _, err := os.Stat(decoded); err != nil {
				t.Errorf("%q leads nowhere: %v", target, err)
			}
			found++
		}
		if found < 8 {
			t.Errorf("%s has %d links to files", book, found)
		}
	}
	check(book)
	office, err := exec.LookPath("soffice")
	if err != nil {
		t.Skip("LibreOffice is not here: ", err)
	}
	anew := filepath.Join(folder, "anew")
	cmd := exec.Command(office, "-env:UserInstallation=file://"+t.TempDir(), "--headless", "--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", anew, book)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	check(filepath.Join(anew, "Change Log.xlsx"))
}

// targets reads the links of a workbook from its parts.
func targets(t testing.TB, book string) []string {
	t.Helper()
	archive, err := zip.OpenReader(book)
	if err != nil {
		t.Fatal(err)
	}
	defer archive.Close()
	var list []string
	for _, part := range archive.File {
		if !strings.HasPrefix(part.Name, "xl/worksheets/_rels/") {
			continue
		}
		f, err := part.Open()
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(f)
		if err != nil {
			t.Fatal(err)
		}
		f.Close()
		for _, relation := range strings.Split(string(data), "<Relationship ")[1:] {
			if !strings.Contains(relation, `TargetMode="External"`) {
				continue
			}
			_, piece, _ := strings.Cut(relation, `Target="`)
			target, _, _ := strings.Cut(piece, `"`)
			list = append(list, strings.ReplaceAll(target, "&amp;", "&"))
		}
	}
	return list
}

func TestEqualInputEqualBytes(t *testing.T) {
	p := fixture(t, codeChange(1), ticketChange(2), hostile(3), lost(4))
	first := workbook(t, p)
	for range 4 {
		if !bytes.Equal(first, workbook(t, p)) {
			t.Fatal("equal packages give different workbooks")
		}
	}
	p.AsOf = p.AsOf.Add(time.Hour)
	if bytes.Equal(first, workbook(t, p)) {
		t.Error("the as-of time is not in the workbook")
	}
}

// Text that looks like Excel's own escapes stays as it is for readers that know them.
func TestEscapesStay(t *testing.T) {
	c := ticketChange(1)
	c.Items[0].Ticket.Title = "a _x000D_ b _x005F_ c"
	data := workbook(t, fixture(t, c))
	if got := grid(t, data, "Change Log")[1][2]; got != "a _x000D_ b _x005F_ c" {
		t.Errorf("got %q", got)
	}
}

func TestManyRows(t *testing.T) {
	p := fixture(t, codeChange(1))
	one := p.Files[0]
	p.Files = nil
	for i := range 16000 {
		f := one
		f.Path = fmt.Sprintf("Change Management/Sample %d - 2025-10-16 PR #1234/f%d.pdf", i, i)
		f.Sample = i + 1
		p.Files = append(p.Files, f)
	}
	start := time.Now()
	rows := grid(t, workbook(t, p), "Evidence Index")
	if len(rows) < 32000 || !strings.Contains(fmt.Sprint(rows[32003:]), "without links") {
		t.Errorf("%d rows", len(rows))
	}
	t.Logf("32,000 rows in %v", time.Since(start))
}

func FuzzClean(f *testing.F) {
	f.Add("=a\x00\u200e\u200f\u061c\u202e\xff\r\n_x000D_😀")
	f.Fuzz(func(t *testing.T, s string) {
		once := clean(s)
		if clean(once) != once {
			t.Errorf("%q is cleaned twice", s)
		}
		if strings.ContainsAny(once, "\x00\x08\x1f\t\r\u202e\u200e\u200f\u061c\ufffe") {
			t.Errorf("%q keeps what a workbook cannot hold", once)
		}
		if n := units(fit(strings.Repeat(once, 2000), "x")); n > maxCell {
			t.Errorf("%d units", n)
		}
		if link := web(s); link != "" && !strings.HasPrefix(link, "http") {
			t.Errorf("%q became the link %q", s, link)
		}
	})
}

func TestWrapped(t *testing.T) {
	for name, tc := range map[string]struct {
		text  string
		width float64
		want  int
	}{
		"empty": {"", 10, 1}, "fits": {"12345678", 10, 1}, "a word more": {"1234 5678 9", 10, 2}, "breaks": {"a\nb\n", 10, 3},
		"a hash": {strings.Repeat("a", 40), 22, 2}, "a word that no line holds": {"ab " + strings.Repeat("x", 20), 10, 4},
		"an ID that is broken at its slash": {"acme/api@" + strings.Repeat("a", 40), 30, 3}, "wide": {"漢字漢字漢", 10, 2}, "a column without room": {"abc", 1, 3},
	} {
		if got := wrapped(tc.text, tc.width); got != tc.want {
			t.Errorf("%s: %d lines, want %d", name, got, tc.want)
		}
	}
}
