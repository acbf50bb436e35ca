package main

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"strings"
	"time"
	"unicode/utf16"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/xuri/excelize/v2"
)

// list FILE KIND writes a list as somebody might send it:
//
//	far       a workbook whose header is in row 5, below a title over merged cells
//	two       two tables below each other on one sheet
//	beside    two tables beside each other
//	formulas  references that are formulas, with and without their values
//	dates     the same day as a number in the dress of several locales
//	wide      CSV in UTF-16 with semicolons
//	bomb      a workbook that unpacks to 200 MB
//	old       the first bytes of an .xls
//	long=N    CSV of N lines
func cmdList(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: list FILE KIND")
	}
	kind, n, _ := strings.Cut(args[1], "=")
	var data []byte
	switch kind {
	case "wide":
		data = []byte{0xff, 0xfe}
		for _, u := range utf16.Encode([]rune("Nr.;Änderung;Change\r\n1;Firewall;CHG-672\r\n")) {
			data = binary.LittleEndian.AppendUint16(data, u)
		}
	case "old":
		data = []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 and so on")
	case "bomb":
		data = bomb(ts)
	case "long":
		var lines int
		_, err := fmt.Sscan(n, &lines)
		ts.Check(err)
		var b strings.Builder
		b.WriteString("Sample,Change\n")
		for i := range lines {
			fmt.Fprintf(&b, "%d,CHG-%d\n", i+1, 100_000+i)
		}
		data = []byte(b.String())
	default:
		data = workbook(ts, kind)
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), data, 0o600))
}

func bomb(ts *testscript.TestScript) []byte {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, err := z.Create("xl/worksheets/sheet1.xml")
	ts.Check(err)
	block := make([]byte, 1<<20)
	for range 200 {
		_, err := w.Write(block)
		ts.Check(err)
	}
	ts.Check(z.Close())
	return b.Bytes()
}

func workbook(ts *testscript.TestScript, kind string) []byte {
	f := excelize.NewFile()
	defer func() { _ = f.Close() }()
	put := func(cells map[string]any) {
		for at, v := range cells {
			ts.Check(f.SetCellValue("Sheet1", at, v))
		}
	}
	switch kind {
	case "far":
		put(map[string]any{"B1": "Request for evidence", "B5": "Sample", "C5": "Owner", "D5": "Change", "B6": "A-1", "C6": "Bo", "D6": "CHG-672"})
		ts.Check(f.MergeCell("Sheet1", "B1", "D3"))
	case "two":
		put(map[string]any{"A1": "Month", "B1": "Merged", "A2": "January", "B2": 40, "A4": "Sample", "B4": "Change", "A5": 1, "B5": "CHG-672",
			"A7": "Emergencies", "A8": "Ticket", "B8": "Sample", "A9": "CHG-671", "B9": "E-1"})
	case "beside":
		put(map[string]any{"A1": "Sample", "B1": "Change", "A2": 1, "B2": "CHG-672", "D1": "Sample", "E1": "Change", "D2": 2, "E2": "CHG-671"})
	case "formulas":
		put(map[string]any{"A1": "Sample", "B1": "Change", "C1": "Date", "A2": 1, "B2": 1248, "A3": 2, "C3": "2026-02-17", "A4": 3, "B4": "=CHG-671"})
		ts.Check(f.SetCellFormula("Sheet1", "B2", "1200+48"))    // keeps the value
		ts.Check(f.SetCellFormula("Sheet1", "B3", `"CHG-"&671`)) // has none
	case "dates":
		put(map[string]any{"A1": "Sample", "B1": "Deployed on"})
		for i, format := range []string{"dd/mm/yyyy", "m/d/yy", `[$-407]d. mmmm yyyy`, `[$-411]yyyy"年"m"月"d"日"`} {
			style, err := f.NewStyle(&excelize.Style{CustomNumFmt: &format})
			ts.Check(err)
			at := fmt.Sprintf("B%d", i+2)
			put(map[string]any{fmt.Sprintf("A%d", i+2): i + 1, at: time.Date(2026, 2, 17, 0, 0, 0, 0, time.UTC)})
			ts.Check(f.SetCellStyle("Sheet1", at, at, style))
		}
	default:
		ts.Fatalf("no kind of list %q", kind)
	}
	var b bytes.Buffer
	ts.Check(f.Write(&b))
	return b.Bytes()
}
