package request

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
)

// list is a line in short: label, text, also, date.
func short(lines []Line) []string {
	var out []string
	for _, l := range lines {
		out = append(out, strings.Join([]string{l.Label, l.Text, strings.Join(l.Also, "+"), l.Date}, "|"))
	}
	return out
}

func utf16le(s string) []byte {
	b := []byte{0xFF, 0xFE}
	for _, u := range utf16.Encode([]rune(s)) {
		b = binary.LittleEndian.AppendUint16(b, u)
	}
	return b
}

func TestReadText(t *testing.T) {
	tests := map[string]struct {
		data []byte
		want []string
	}{
		"plain":                      {[]byte("Sample #,PR\n1,acme/api#12\n2,#13\n"), []string{"1|acme/api#12||", "2|#13||"}},
		"bare numbers":               {[]byte("PR number\n12\n13\n"), []string{"|#12||", "|#13||"}},
		"semicolons, windows-1252":   {[]byte("Nr;Ticket;Bemerkung\n1;PAY-1;ge\xe4ndert\n"), []string{"1|PAY-1||"}},
		"utf-16":                     {utf16le("No\tChange\r\n1\tPAY-1\r\n"), []string{"1|PAY-1||"}},
		"byte order mark":            {[]byte("\xef\xbb\xbfChange\nPAY-1\n"), []string{"|PAY-1||"}},
		"sep line":                   {[]byte("sep=;\nChange;Note\nPAY-1;a,b\n"), []string{"|PAY-1||"}},
		"title above the header":     {[]byte("SOC 2 sample request\nPrepared for: Acme\n\nSample No.,Change ID,Date\nA-1,PAY-1,2026-02-03\n"), []string{"A-1|PAY-1||2026-02-03"}},
		"no header at all":           {[]byte("PAY-1\nPAY-2\n"), []string{"|PAY-1||", "|PAY-2||"}},
		"pull request beside ticket": {[]byte("#,Ticket,PR\n1,PAY-1,#12\n"), []string{"1|#12|PAY-1|"}},
		"date alone":                 {[]byte("Sample,Deployment date\n1,October 15th 2025\n"), []string{"1|||October 15th 2025"}},
		"footer and blank lines":     {[]byte("No,Change\n1,PAY-1\n,\n\nTotal,\nPrepared by J. Doe,\n"), []string{"1|PAY-1||"}},
		"number without reference":   {[]byte("No,Change\n1,PAY-1\n2,\n"), []string{"1|PAY-1||", "2|||"}},
		"quoted line break":          {[]byte("Change,Note\nPAY-1,\"two\nlines\"\nPAY-2,x\n"), []string{"|PAY-1||", "|PAY-2||"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			lines, err := Read("list.csv", tt.data)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, short(lines)); diff != "" {
				t.Error(diff)
			}
		})
	}
	lines, _ := Read("list.csv", []byte("Change,Note\nPAY-1,\"two\nlines\"\nPAY-2,x\n"))
	if lines[1].Where != "list.csv, line 4" {
		t.Errorf("the second line is said to be at %s", lines[1].Where)
	}
}

func workbook(t *testing.T, fill func(*excelize.File)) []byte {
	t.Helper()
	f := excelize.NewFile()
	fill(f)
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func set(t *testing.T, f *excelize.File, sheet string, cells map[string]any) {
	t.Helper()
	for at, v := range cells {
		if err := f.SetCellValue(sheet, at, v); err != nil {
			t.Fatal(err)
		}
	}
}

func TestReadWorkbook(t *testing.T) {
	data := workbook(t, func(f *excelize.File) {
		set(t, f, "Sheet1", map[string]any{
			"A1": "Acme – samples", "A4": "Sample #", "B4": "System", "C4": "Pull Request", "D4": "Deployed", "E4": "Comments",
			"A5": 1, "C5": 1234, "D5": time.Date(2025, 10, 15, 0, 0, 0, 0, time.UTC), "E5": "=HYPERLINK(\"x\")",
			"A6": "2b", "C6": "acme/api#99", "D6": "15.10.2025",
		})
		if err := f.MergeCell("Sheet1", "A1", "E2"); err != nil {
			t.Fatal(err)
		}
		if _, err := f.NewSheet("Read me"); err != nil {
			t.Fatal(err)
		}
		set(t, f, "Read me", map[string]any{"A1": "Please answer by Friday."})
	})
	lines, err := Read("samples.xlsx", data)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"1|#1234||2025-10-15", "2b|acme/api#99||15.10.2025"}, short(lines)); diff != "" {
		t.Error(diff)
	}
	if lines[0].Where != "samples.xlsx, sheet Sheet1, cell C5" {
		t.Error(lines[0].Where)
	}
}

func TestReadMistakes(t *testing.T) {
	var bomb bytes.Buffer
	z := zip.NewWriter(&bomb)
	w, _ := z.Create("xl/worksheets/sheet1.xml")
	zeros := make([]byte, 1<<20)
	for range 200 {
		if _, err := w.Write(zeros); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	two := workbook(t, func(f *excelize.File) {
		set(t, f, "Sheet1", map[string]any{"A1": "Change", "A2": "PAY-1"})
		if _, err := f.NewSheet("More"); err != nil {
			t.Fatal(err)
		}
		set(t, f, "More", map[string]any{"A1": "Change", "A2": "PAY-2"})
	})
	tests := map[string]struct {
		data []byte
		want string
	}{
		"empty":               {nil, "l is empty"},
		"white space":         {[]byte(" \n\t\n"), "l is empty"},
		"header only":         {[]byte("Sample,Change\n"), "has a header (the list) and no line below it"},
		"no column":           {[]byte("Name,Colour\nBob,red\n"), `no column that names changes (headers seen: "Name", "Colour", "Bob", "red")`},
		"references in two":   {[]byte("a,b\nPAY-1,PAY-2\n"), "no column that names changes"},
		"old excel":           {[]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest"), "old Excel format"},
		"pdf":                 {[]byte("%PDF-1.7"), "is a PDF"},
		"broken zip":          {[]byte("PK\x03\x04nonsense"), "not a readable Excel file"},
		"zip bomb":            {bomb.Bytes(), "unpacks to more than"},
		"two sheets":          {two, "holds 2 lists (sheet Sheet1; sheet More)"},
		"binary":              {[]byte("a\x00b\x01c,\n"), "neither a CSV nor an Excel file"},
		"more than a request": {[]byte("Change\n" + strings.Repeat("PAY-1\n", maxLines+50)), "more than 50000 lines"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := Read("l", tt.data)
			if err == nil || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("got %v, want one sentence with %q", err, tt.want)
			}
		})
	}
}

func scope() Scope {
	return Scope{
		Forges: []Forge{
			{System: "github", WebURL: "https://github.com/", Repositories: []string{"acme/api", "acme/web"}},
			{System: "history", Repositories: []string{"kafka"}, IsGit: true},
		},
		Trackers: []Tracker{{System: "jira", WebURL: "https://acme.atlassian.net/", Projects: []string{"PAY", "CHG"}}},
	}
}

func TestResolve(t *testing.T) {
	sha := strings.Repeat("ab12", 10)
	tests := map[string]struct {
		text string
		want string // form, candidates; or the mistake
	}{
		"full":                   {"acme/api#1234", "pull request: acme/api#1234"},
		"short":                  {"api#1234", "pull request: acme/api#1234"},
		"other case":             {"ACME/API#1234", "pull request: acme/api#1234"},
		"number":                 {"#1234", "pull request: acme/api#1234 acme/web#1234 kafka#1234"},
		"PR number":              {"PR #1234", "pull request: acme/api#1234 acme/web#1234 kafka#1234"},
		"PR-number":              {"PR-12", "pull request: acme/api#12 acme/web#12 kafka#12"},
		"pull request in words":  {"Pull request 12", "pull request: acme/api#12 acme/web#12 kafka#12"},
		"local repository":       {"kafka#9", "pull request: kafka#9"},
		"unknown repository":     {"acme/old#1", "the repository acme/old is not configured; configured: acme/api, acme/web, kafka"},
		"address":                {"https://github.com/acme/web/pull/7/files#diff", "pull request: acme/web#7"},
		"address, other repo":    {"https://github.com/acme/old/pull/7", "the repository acme/old is not configured for github"},
		"address, other host":    {"https://gitlab.com/acme/web/pull/7", "not the address of a record on a configured system"},
		"issue":                  {"https://github.com/acme/web/issues/7", "issue: acme/web#7"},
		"commit address":         {"https://github.com/acme/web/commit/" + sha, "commit: acme/web@" + sha},
		"commit":                 {sha, "commit: acme/api@" + sha + " acme/web@" + sha + " kafka@" + sha},
		"abbreviated commit":     {"acme/api@ab12ab1", "commit: acme/api@ab12ab1"},
		"ticket":                 {"PAY-12", "ticket: PAY-12"},
		"ticket in lower case":   {"pay-12", "ticket: PAY-12"},
		"ticket of nobody":       {"OPS-12", "the project OPS is not configured; configured: PAY, CHG"},
		"ticket address":         {"https://acme.atlassian.net/browse/CHG-789?focusedId=1", "ticket: CHG-789"},
		"board address":          {"https://acme.atlassian.net/jira/software/projects/PAY/boards/1?selectedIssue=PAY-3", "ticket: PAY-3"},
		"deployment":             {"Deploy #567", "deployment: acme/api/deployments/567 acme/web/deployments/567"},
		"deployment path":        {"acme/api/deployments/5", "deployment: acme/api/deployments/5"},
		"salesforce":             {"0Af3k00000ABCDEFGH", "no Salesforce system is configured"},
		"iso date":               {"2025-10-15", "date 2025-10-15"},
		"date in words":          {"October 15th, 2025", "date 2025-10-15"},
		"date with points":       {"15.10.2025", "date 2025-10-15"},
		"date, day above twelve": {"10/15/2025", "date 2025-10-15"},
		"date, two meanings":     {"03/04/2025", `"03/04/2025" may be 2025-04-03 or 2025-03-04`},
		"date without year":      {"October 15th", "lacks its year"},
		"no such day":            {"31.02.2025", "no day of the calendar"},
		"among words":            {"PR #1234 (add MFA)", "pull request: acme/api#1234 acme/web#1234 kafka#1234"},
		"two among words":        {"acme/api#1 and acme/api#2", "holds 2 references (acme/api#1, acme/api#2)"},
		"known false tickets":    {"CVE-2024 in SHA-256", "no reference that is known here"},
		"nothing sensible":       {"the login change", "no reference that is known here"},
		"nothing":                {"", "the line names nothing"},
	}
	r := NewResolver(scope())
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			res, err := r.Resolve(Line{Text: tt.text})
			got := res.Form + ":"
			for _, c := range res.Candidates {
				got += " " + c.ID
			}
			if res.Form == "date" {
				got = "date " + res.Date.Format(time.DateOnly)
			}
			if err != nil {
				got = err.Error()
				if !strings.Contains(got, tt.want) {
					t.Errorf("got the mistake %q, want %q", got, tt.want)
				}
			} else if got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte("Sample #,PR\n1,acme/api#12\n"))
	f.Add(utf16le("No\tChange\r\n1\tPAY-1\r\n"))
	f.Add([]byte("PK\x03\x04"))
	r := NewResolver(scope())
	f.Fuzz(func(t *testing.T, data []byte) {
		lines, err := Read("list", data)
		if err == nil && len(lines) == 0 {
			t.Error("a list without lines and without a mistake")
		}
		for _, l := range lines {
			if l.Where == "" {
				t.Errorf("%+v is nowhere", l)
			}
			if res, err := r.Resolve(l); err == nil && len(res.Candidates) == 0 && res.Form != "date" {
				t.Errorf("%+v resolves to nothing without a mistake: %+v", l, res)
			}
		}
	})
}

func ExampleResolver_Resolve() {
	res, err := NewResolver(scope()).Resolve(Line{Text: "PR #12"})
	fmt.Println(res.Form, len(res.Candidates), err)
	// Output: pull request 3 <nil>
}
