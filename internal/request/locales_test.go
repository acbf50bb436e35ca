package request

import (
	"errors"
	"fmt"
	"testing"

	"github.com/xuri/excelize/v2"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// A cell that is a date is that day, however a locale shows it.
func TestDatesAsNumbersInSeveralLocales(t *testing.T) {
	formats := []string{
		"yyyy-mm-dd", "dd/mm/yyyy", "m/d/yy", "dd.mm.yyyy", `[$-407]d. mmmm yyyy`, `[$-40C]d mmmm yyyy`, `[$-C0A]d "de" mmmm "de" yyyy`,
		`[$-411]yyyy"年"m"月"d"日"`, `[$-804]yyyy"年"m"月"d"日";@`, `[$-F800]dddd, mmmm dd, yyyy`, `[$-409]d-mmm-yy`, `[$-419]d mmmm yyyy г.`, `[$-416]dd/mm/yyyy hh:mm`,
		"dd/mm/yyyy\\ hh:mm:ss", "[Red]dd-mmm", "yyyy/m/d h:mm;@",
	}
	lines, err := Read("l.xlsx", book(t, func(f *excelize.File) {
		set(t, f, "Sheet1", map[string]any{"A1": "Sample", "B1": "Deployed on"})
		for i, format := range formats {
			at := fmt.Sprintf("B%d", i+2)
			set(t, f, "Sheet1", map[string]any{fmt.Sprintf("A%d", i+2): i + 1, at: 46070.4375})
			style(t, f, at, format)
		}
	}))
	if err != nil || len(lines) != len(formats) {
		t.Fatalf("%d lines, %v", len(lines), err)
	}
	for i, l := range lines {
		res, err := NewResolver(scope()).Resolve(l)
		if err != nil || res.Form != FormDateOnly || res.Date.Format("2006-01-02") != "2026-02-17" {
			t.Errorf("%s: %q is %+v, %v", formats[i], l.Date, res, err)
		}
	}
}

// A date that is text is that day where it can mean only one; else the line
// says why it cannot be read, and how to write it.
func TestDatesAsTextInSeveralLocales(t *testing.T) {
	const day = "2026-02-17"
	for text, want := range map[string]string{
		"2026-02-17": day, "2026/2/17": day, "2026.02.17": day, "17.02.2026": day, "17. 2. 2026": day, "17/02/2026": day, "02/17/2026": day, "17-02-2026": day,
		"Feb 17, 2026": day, "February 17th, 2026": day, "17 February 2026": day, "17-Feb-2026": day, "Tuesday, 17 February 2026": day, "2026-02-17 10:30": day,
		"2026-02-17T10:30:00Z": day, "20260217": day, "46070": day, "46070.4": day,
		"03/04/2026": "ambiguous", "3-4-2026": "ambiguous", "17/02/26": "ambiguous", "17-Feb-26": "ambiguous", "17.02.26": "ambiguous",
		"31/02/2026": "not found", "2026-13-01": "not found",
		"17. Februar 2026": "not found", "17 février 2026": "not found", "17 de febrero de 2026": "not found", "2026年2月17日": "not found", "17 февраля 2026": "not found",
	} {
		lines, err := Read("l.csv", []byte("Sample;Deployed on\n1;\""+text+"\"\n"))
		if err != nil || len(lines) != 1 {
			t.Errorf("%q: %+v, %v", text, lines, err)
			continue
		}
		res, err := NewResolver(scope()).Resolve(lines[0])
		var no *Error
		switch {
		case want == day && (err != nil || res.Date.Format("2006-01-02") != day):
			t.Errorf("%q is %+v, %v", text, res, err)
		case want != day && !errors.As(err, &no):
			t.Errorf("%q is taken for %s", text, res.Date)
		case want != day && no.Reason != evidence.Reason(want):
			t.Errorf("%q: %s, %s", text, no.Reason, no.Text)
		}
	}
}
