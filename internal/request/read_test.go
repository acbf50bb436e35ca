package request

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
)

// short is a line in one string: label, text, further references, date, note.
func short(lines []Line) []string {
	var out []string
	for _, l := range lines {
		out = append(out, strings.Join([]string{l.Label, l.Text, strings.Join(l.Also, "+"), l.Date, l.Note}, "|"))
	}
	return out
}

func wide(s string, order binary.AppendByteOrder, mark bool) []byte {
	var b []byte
	if mark {
		s = "\ufeff" + s
	}
	for _, u := range utf16.Encode([]rune(s)) {
		b = order.AppendUint16(b, u)
	}
	return b
}

func TestReadText(t *testing.T) {
	const utf16text = "No\tChange\tNote\r\n1\tPAY-1\tgeändert\r\n"
	tests := map[string]struct {
		data []byte
		want []string
	}{
		"plain":                       {[]byte("Sample #,PR\n1,acme/api#12\n2,#13\n"), []string{"1|acme/api#12|||", "2|#13|||"}},
		"bare numbers":                {[]byte("PR number\n12\n13\n"), []string{"|12|||", "|13|||"}},
		"semicolons, Windows-1252":    {[]byte("Nr;Ticket;Comment\n1;PAY-1;ge\xe4ndert\n"), []string{"1|PAY-1|||geändert"}},
		"tabs":                        {[]byte("No\tChange\n1\tPAY-1\n"), []string{"1|PAY-1|||"}},
		"pipes":                       {[]byte("No|Change\n1|PAY-1\n"), []string{"1|PAY-1|||"}},
		"UTF-16, little":              {wide(utf16text, binary.LittleEndian, true), []string{"1|PAY-1|||geändert"}},
		"UTF-16, big":                 {wide(utf16text, binary.BigEndian, true), []string{"1|PAY-1|||geändert"}},
		"UTF-16 without mark":         {wide(utf16text, binary.LittleEndian, false), []string{"1|PAY-1|||geändert"}},
		"UTF-16, big without mark":    {wide(utf16text, binary.BigEndian, false), []string{"1|PAY-1|||geändert"}},
		"UTF-8 with mark":             {[]byte("\ufeffChange\nPAY-1\n"), []string{"|PAY-1|||"}},
		"old Mac line ends":           {[]byte("Change,No\rPAY-1,1\rPAY-2,2\r"), []string{"1|PAY-1|||", "2|PAY-2|||"}},
		"sep line":                    {[]byte("sep=;\nChange;Note\nPAY-1;a,b\n"), []string{"|PAY-1|||a,b"}},
		"title above the header":      {[]byte("SOC 2 sample request\nPrepared for: Acme\n\nSample No.,Change ID,Date\nA-1,PAY-1,2026-02-03\n"), []string{"A-1|PAY-1||2026-02-03|"}},
		"title of header words":       {[]byte("Change,,\nSample #,Change ID,Date\n1,PAY-1,2026-02-03\n"), []string{"1|PAY-1||2026-02-03|"}},
		"no header":                   {[]byte("PAY-1\nPAY-2\n"), []string{"|PAY-1|||", "|PAY-2|||"}},
		"no header, numbers alone":    {[]byte("1234\n1235\n"), []string{"|1234|||", "|1235|||"}},
		"unknown header":              {[]byte("Thing,Owner\nPAY-1,Bo\n#12,Cy\nhttps://x.example/browse/PAY-3,Di\n"), []string{"|PAY-1|||", "|#12|||", "|https://x.example/browse/PAY-3|||"}},
		"unknown header beside known": {[]byte("Sample #,Thing,Date\n1,PAY-1,2026-02-03\n"), []string{"1|PAY-1||2026-02-03|"}},
		"ref is the number here":      {[]byte("Ref,Change\nA-1,PAY-1\n"), []string{"A-1|PAY-1|||"}},
		"ref beside a number":         {[]byte("No,Ref,PR\n1,PAY-1,#2\n"), []string{"1|#2|PAY-1||"}},
		"ref alone":                   {[]byte("Ref,Date\nPAY-1,2026-02-03\n"), []string{"|PAY-1||2026-02-03|"}},
		"number as the reference":     {[]byte("Number,State\nPAY-1,closed\nPAY-2,closed\n"), []string{"|PAY-1|||", "|PAY-2|||"}},
		"pull request and ticket":     {[]byte("#,Ticket,PR\n1,PAY-1,#12\n2,PAY-2,\n3,PAY-3,n/a\n"), []string{"1|#12|PAY-1||", "2|PAY-2|||", "3|PAY-3|||"}},
		"all columns":                 {[]byte("Deploy ID,Jira,Commit,Change ref,Pull Request #\n55,PAY-1,abcdef1,CHG-1,12\n"), []string{"|12|CHG-1+abcdef1+PAY-1+55||"}},
		"same reference twice":        {[]byte("Change,Ticket\nPAY-1,PAY-1\n"), []string{"|PAY-1|||"}},
		"date alone":                  {[]byte("Sample,Deployment date\n1,October 15th 2025\n"), []string{"1|||October 15th 2025|"}},
		"footers and blank lines":     {[]byte("No,Change\n1,PAY-1\n,\n\nTotal,\nPrepared by J. Doe,\n"), []string{"1|PAY-1|||"}},
		"number without reference":    {[]byte("No,Change\n1,PAY-1\n2,\n"), []string{"1|PAY-1|||", "2||||"}},
		"row without reference":       {[]byte("No,Change,Owner\nA,PAY-1,Bo\nB,,Cy\n"), []string{"A|PAY-1|||", "B||||"}},
		"quoted line break":           {[]byte("Change,Note\nPAY-1,\"two\nlines\"\nPAY-2,x\n"), []string{"|PAY-1|||two lines", "|PAY-2|||x"}},
		"quotes within quotes":        {[]byte("Change,Note\nPAY-1,\"say \"\"yes\"\"\"\n"), []string{"|PAY-1|||say \"yes\""}},
		"header in capitals":          {[]byte("CHANGE_ID,DATE (UTC),Auditor's notes\nPAY-1,2026-02-03,x\n"), []string{"|PAY-1||2026-02-03|"}},
		"ragged":                      {[]byte("No,Change,Date\n1,PAY-1\n2,PAY-2,2026-02-03,more,more\n"), []string{"1|PAY-1|||", "2|PAY-2||2026-02-03|"}},
		"invisible characters":        {[]byte("Change\n\u200bPAY-1\u00a0\u202e\n"), []string{"|PAY-1|||"}},
		"several comments":            {[]byte("Change,Description,Comments\nPAY-1,a,b\n"), []string{"|PAY-1|||a; b"}},
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
}

func TestWhereInText(t *testing.T) {
	for name, data := range map[string]string{
		"plain":         "\n\nChange,Note\nPAY-1,\"two\nlines\"\nPAY-2,x\n",
		"with sep line": "sep=,\nChange,Note\n\nPAY-1,\"two\nlines\"\nPAY-2,x\n",
	} {
		t.Run(name, func(t *testing.T) {
			lines, err := Read("/some/folder/list.csv", []byte(data))
			if err != nil || lines[0].Where != "list.csv, line 4" || lines[1].Where != "list.csv, line 6" {
				t.Errorf("%+v, %v", lines, err)
			}
		})
	}
}

func book(t *testing.T, fill func(*excelize.File)) []byte {
	t.Helper()
	f := excelize.NewFile()
	fill(f)
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func set(t *testing.T, f *excelize.File, sheet string, cells map[string]any) {
	t.Helper()
	for at, v := range cells {
		must(t, f.SetCellValue(sheet, at, v))
	}
}

func style(t *testing.T, f *excelize.File, at, format string) {
	t.Helper()
	id, err := f.NewStyle(&excelize.Style{CustomNumFmt: &format})
	must(t, err)
	must(t, f.SetCellStyle("Sheet1", at, at, id))
}

func TestReadWorkbook(t *testing.T) {
	day := time.Date(2025, 10, 15, 14, 30, 0, 0, time.UTC)
	tests := map[string]struct {
		fill  func(t *testing.T, f *excelize.File)
		want  []string
		where string
	}{
		"merged title, extra columns": {func(t *testing.T, f *excelize.File) {
			set(t, f, "Sheet1", map[string]any{
				"A1": "Acme – samples", "A4": "Sample #", "B4": "System", "C4": "Pull Request", "D4": "Deployed", "E4": "Comments",
				"A5": 1, "C5": 1234, "D5": day, "E5": "=HYPERLINK(\"x\")",
				"A6": "2b", "C6": "acme/api#99", "D6": "15.10.2025",
			})
			must(t, f.MergeCell("Sheet1", "A1", "E2"))
		}, []string{`1|1234||2025-10-15|=HYPERLINK("x")`, "2b|acme/api#99||15.10.2025|"}, "samples.xlsx, sheet Sheet1, cell C5"},
		"header in row 20, not in column A": {func(t *testing.T, f *excelize.File) {
			set(t, f, "Sheet1", map[string]any{"D20": "Change", "D21": "PAY-1"})
		}, []string{"|PAY-1|||"}, "samples.xlsx, sheet Sheet1, cell D21"},
		"dates in every dress": {func(t *testing.T, f *excelize.File) {
			set(t, f, "Sheet1", map[string]any{"A1": "Change", "B1": "Date", "A2": "PAY-1", "B2": 45945, "A3": "PAY-2", "B3": 45945.6, "A4": "PAY-3", "B4": "2025-10-15", "A5": "PAY-4", "B5": 45945})
			style(t, f, "B2", "dd/mm/yyyy")
			style(t, f, "B3", `[$-409]d" of "mmmm\ yyyy`)
		}, []string{"|PAY-1||2025-10-15|", "|PAY-2||2025-10-15|", "|PAY-3||2025-10-15|", "|PAY-4||45945|"}, ""},
		"a date where the change should be": {func(t *testing.T, f *excelize.File) {
			set(t, f, "Sheet1", map[string]any{"A1": "Change", "A2": 45945, "A3": 45945})
			style(t, f, "A2", "d-mmm-yy")
		}, []string{"|2025-10-15|||", "|45945|||"}, ""},
		"formatted numbers": {func(t *testing.T, f *excelize.File) {
			set(t, f, "Sheet1", map[string]any{"A1": "Change", "A2": 1234, "A3": 1234, "A4": 1234})
			style(t, f, "A2", `"PR-"0`)
			style(t, f, "A3", "#,##0.00")
			style(t, f, "A4", `"#"0`)
		}, []string{"|PR-1234|||", "|1234|||", "|#1234|||"}, ""},
		"formula": {func(t *testing.T, f *excelize.File) {
			set(t, f, "Sheet1", map[string]any{"A1": "No", "B1": "Change", "A2": 1, "B2": 1234, "A3": 2})
			must(t, f.SetCellFormula("Sheet1", "B2", "1200+34"))  // keeps the value
			must(t, f.SetCellFormula("Sheet1", "B3", `"PAY-"&2`)) // has none
		}, []string{"1|1234|||", "2||||"}, ""},
		"hidden sheet and cover": {func(t *testing.T, f *excelize.File) {
			set(t, f, "Sheet1", map[string]any{"A1": "Please answer by Friday."})
			for _, name := range []string{"List", "Old"} {
				_, err := f.NewSheet(name)
				must(t, err)
				set(t, f, name, map[string]any{"A1": "Change", "A2": "PAY-" + fmt.Sprint(len(name))})
			}
			must(t, f.SetSheetVisible("Old", false))
		}, []string{"|PAY-4|||"}, "samples.xlsx, sheet List, cell A2"},
		"population beside samples": {func(t *testing.T, f *excelize.File) {
			set(t, f, "Sheet1", map[string]any{"A1": "Change", "A2": "PAY-1", "A3": "PAY-2"})
			_, err := f.NewSheet("Samples Q3")
			must(t, err)
			set(t, f, "Samples Q3", map[string]any{"A1": "Change", "A2": "PAY-2"})
		}, []string{"|PAY-2|||"}, "samples.xlsx, sheet Samples Q3, cell A2"},
		"two tables below each other": {func(t *testing.T, f *excelize.File) {
			set(t, f, "Sheet1", map[string]any{
				"A1": "Changes by month", "A2": "Month", "B2": "Merged", "A3": "January", "B3": 40,
				"A5": "Selected", "A6": "Sample", "B6": "Pull request", "C6": "Comment", "A7": 1, "B7": "acme/api#12", "C7": "x",
				"A9": "Emergencies", "C10": "Sample", "B10": "Deployed on", "A10": "Ticket", "C11": "E1", "B11": day, "A11": "CHG-1",
			})
		}, []string{"1|acme/api#12|||x", "E1|CHG-1||2025-10-15|"}, "samples.xlsx, sheet Sheet1, cell B7"},
		"a formula that was never calculated": {func(t *testing.T, f *excelize.File) {
			set(t, f, "Sheet1", map[string]any{"A1": "Change", "B1": "Date", "B2": day, "A3": "PAY-1"})
			must(t, f.SetCellFormula("Sheet1", "A2", `"PAY-"&2`))
		}, []string{"|||2025-10-15|", "|PAY-1|||"}, ""},
		"shared and inline rich text": {func(t *testing.T, f *excelize.File) {
			set(t, f, "Sheet1", map[string]any{"A1": "Change"})
			must(t, f.SetCellRichText("Sheet1", "A2", []excelize.RichTextRun{{Text: "PAY"}, {Text: "-1", Font: &excelize.Font{Bold: true}}}))
		}, []string{"|PAY-1|||"}, ""},
		"1904": {func(t *testing.T, f *excelize.File) {
			yes := true
			must(t, f.SetWorkbookProps(&excelize.WorkbookPropsOptions{Date1904: &yes}))
			set(t, f, "Sheet1", map[string]any{"A1": "Change", "B1": "Date", "A2": "PAY-1", "B2": 44483})
			style(t, f, "B2", "yyyy-mm-dd")
		}, []string{"|PAY-1||2025-10-15|"}, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			lines, err := Read("samples.xlsx", book(t, func(f *excelize.File) { tt.fill(t, f) }))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, short(lines)); diff != "" {
				t.Error(diff)
			}
			if tt.where != "" && lines[0].Where != tt.where {
				t.Errorf("at %s, want %s", lines[0].Where, tt.where)
			}
		})
	}
}

// lying is an archive whose directory says that its one entry is tiny.
func lying(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, err := z.Create("xl/worksheets/sheet1.xml")
	must(t, err)
	block := make([]byte, 1<<20)
	sum := crc32.NewIEEE()
	for range 200 {
		_, err := w.Write(block)
		must(t, err)
		_, _ = sum.Write(block)
	}
	must(t, z.Close())
	data := b.Bytes()
	at := bytes.LastIndex(data, []byte("PK\x01\x02"))
	binary.LittleEndian.PutUint32(data[at+24:], 10) // the size when unpacked
	return data
}

func TestReadMistakes(t *testing.T) {
	var bomb bytes.Buffer
	z := zip.NewWriter(&bomb)
	w, err := z.Create("xl/worksheets/sheet1.xml")
	must(t, err)
	for range 200 {
		_, err := w.Write(make([]byte, 1<<20))
		must(t, err)
	}
	must(t, z.Close())
	two := book(t, func(f *excelize.File) {
		set(t, f, "Sheet1", map[string]any{"A1": "Change", "A2": "PAY-1"})
		_, err := f.NewSheet("More")
		must(t, err)
		set(t, f, "More", map[string]any{"A1": "Change", "A2": "PAY-2"})
	})
	far := book(t, func(f *excelize.File) { set(t, f, "Sheet1", map[string]any{"A1": "Change", "A1048576": "PAY-1"}) })
	tests := map[string]struct {
		data []byte
		want []string
	}{
		"empty":                 {nil, []string{"l.xlsx is empty"}},
		"white space":           {[]byte(" \n\t\n"), []string{"l.xlsx is empty"}},
		"nothing but a mark":    {[]byte("\ufeff"), []string{"l.xlsx is empty"}},
		"commas alone":          {[]byte(",,\n,,\n"), []string{"l.xlsx is empty"}},
		"empty workbook":        {book(t, func(*excelize.File) {}), []string{"l.xlsx is empty"}},
		"side by side":          {[]byte("Sample,PR,,Sample,Ticket\n1,#12,,E1,PAY-1\n"), []string{"l.xlsx, line 1: this is the second column called \"Sample\"", "put one below the other"}},
		"twice the same column": {[]byte("Ticket,Date,TICKET\nPAY-1,,PAY-2\n"), []string{"the second column called \"TICKET\""}},
		"header only":           {[]byte("Sample,Change\n"), []string{"has a header and no line below it"}},
		"no column":             {[]byte("Name,Colour\nBob,red\n"), []string{"no column", "Name, Colour, Bob, red", "Pull request, Ticket"}},
		"references in two":     {[]byte("a,b\nPAY-1,PAY-2\n"), []string{"no column", "a, b"}},
		"numbers in two":        {[]byte("1,2\n3,4\n"), []string{"no column"}},
		"header far below":      {[]byte(strings.Repeat("x,\n", 20) + "Change\nA\n"), []string{"no column"}},
		"old Excel":             {[]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest"), []string{".xls", "save it as .xlsx"}},
		"PDF":                   {[]byte("%PDF-1.7"), []string{"is a PDF"}},
		"broken workbook":       {[]byte("PK\x03\x04nonsense"), []string{"cannot be read as an Excel workbook"}},
		"cut workbook":          {two[:len(two)-300], []string{"cannot be read as an Excel workbook"}},
		"another kind of ZIP":   {zipped(t, "a.txt", "x"), []string{"Excel workbook"}},
		"zip bomb":              {bomb.Bytes(), []string{"unpacks to more than 128 MiB"}},
		"zip bomb that lies":    {lying(t), []string{"Excel workbook"}},
		"two sheets":            {two, []string{"several sheets of l.xlsx hold a list: Sheet1, More"}},
		"binary":                {[]byte("a\x00b\x01c,\n"), []string{"neither CSV nor an Excel workbook"}},
		"picture":               {[]byte("\x89PNG\r\n\x1a\n\x00\x00\x00"), []string{"neither CSV nor an Excel workbook"}},
		"the population":        {[]byte("Change\n" + strings.Repeat("PAY-1\n", LinesMost+1)), []string{"more than 50000 lines", "not the population"}},
		"hostile header":        {[]byte("a\x1b[31m\tb\u202e,c\nx,y\n"), []string{"a [31m b, c"}},
		"a line far below":      {far, nil},
		"a word in every field": {[]byte("no, column, here\n"), []string{"no column"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			lines, err := Read("dir/l.xlsx", tt.data)
			if tt.want == nil {
				if err != nil || len(lines) != 1 {
					t.Errorf("%d lines, %v", len(lines), err)
				}
				return
			}
			if err == nil {
				t.Fatalf("got the lines %+v, want a mistake", lines)
			}
			for _, want := range tt.want {
				if !strings.Contains(err.Error(), want) || strings.ContainsAny(err.Error(), "\n\x1b") {
					t.Errorf("got %q, want one sentence with %q", err, want)
				}
			}
		})
	}
}

// A line whose reference is a formula without its value is not taken for one of
// its date alone.
func TestFormulaWithoutValue(t *testing.T) {
	lines, err := Read("l.xlsx", book(t, func(f *excelize.File) {
		set(t, f, "Sheet1", map[string]any{"A1": "Sample", "B1": "Change", "C1": "Date", "A2": 1, "C2": "2026-02-17", "A3": 2, "B3": "PAY-1"})
		must(t, f.SetCellFormula("Sheet1", "B2", `"CHG-"&672`))
	}))
	if err != nil || len(lines) != 2 {
		t.Fatalf("%+v, %v", lines, err)
	}
	res, err := NewResolver(scope()).Resolve(lines[0])
	if err == nil || err.Error() != "l.xlsx, sheet Sheet1, cell B2 holds a formula, and the file does not hold its value; open the list in Excel and save it" {
		t.Errorf("%+v, %v", res, err)
	}
	if _, err := NewResolver(scope()).Resolve(lines[1]); err != nil {
		t.Error(err)
	}
}

func zipped(t *testing.T, name, content string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, err := z.Create(name)
	must(t, err)
	_, err = w.Write([]byte(content))
	must(t, err)
	must(t, z.Close())
	return b.Bytes()
}

func TestManyLines(t *testing.T) {
	lines, err := Read("l.csv", []byte("Change\n"+strings.Repeat("PAY-1\n", LinesMost)))
	if err != nil || len(lines) != LinesMost {
		t.Errorf("%d lines, %v", len(lines), err)
	}
}

func TestRepositoryColumn(t *testing.T) {
	lines, err := Read("l.csv", []byte("Repo,PR,Ticket\nacme/web,12,7\n"))
	if err != nil || len(lines) != 1 || lines[0].Repository != "acme/web" {
		t.Fatalf("%+v, %v", lines, err)
	}
	if diff := cmp.Diff([]Column{ColumnPullRequest, ColumnTicket}, lines[0].Columns); diff != "" {
		t.Error(diff)
	}
}

func TestArgs(t *testing.T) {
	want := []Line{{Where: "argument 1", Text: "#12"}, {Where: "argument 3", Text: "PAY-1"}}
	if diff := cmp.Diff(want, Args([]string{" #12\n", " ", "PAY-1"})); diff != "" {
		t.Error(diff)
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte("Sample #,PR\n1,acme/api#12\n"))
	f.Add([]byte("sep=;\nNo;Date\n1;15.10.2025\n"))
	f.Add(wide("No\tChange\r\n1\tPAY-1\r\n", binary.LittleEndian, true))
	f.Add([]byte("PK\x03\x04"))
	r := NewResolver(scope())
	f.Fuzz(func(t *testing.T, data []byte) {
		lines, err := Read("list", data)
		if (err == nil) != (len(lines) > 0) {
			t.Errorf("%d lines and the mistake %v", len(lines), err)
		}
		for _, l := range lines {
			if l.Where == "" || len(l.Columns) > 0 && len(l.Columns) != 1+len(l.Also) {
				t.Errorf("%+v", l)
			}
			checkResolution(t, r, l)
		}
	})
}
