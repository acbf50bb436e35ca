package xlsx

import (
	"fmt"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// prepare sets how the sheet is seen and printed. It comes before the rows: a
// sheet that is being streamed takes nothing of this afterwards.
func (t table) prepare(f *excelize.File, p evidence.Package) error {
	last, err := excelize.CoordinatesToCellName(len(t.columns), len(t.rows)+1)
	if err != nil {
		return err
	}
	topLeft, err := excelize.CoordinatesToCellName(t.frozen+1, 2)
	if err != nil {
		return err
	}
	pane := "bottomLeft"
	if t.frozen > 0 {
		pane = "bottomRight"
	}
	frozenColumn, err := excelize.ColumnNumberToName(max(1, t.frozen))
	if err != nil {
		return err
	}
	off, landscape, a4, scale := false, "landscape", 9, t.scale()
	margin, edge, furnitureEdge := 0.4, 0.75, 0.3
	for _, err := range []error{
		f.SetSheetView(t.name, 0, &excelize.ViewOptions{ShowGridLines: &off}),
		f.SetPanes(t.name, &excelize.Panes{Freeze: true, XSplit: t.frozen, YSplit: 1, TopLeftCell: topLeft, ActivePane: pane}),
		f.AutoFilter(t.name, "A1:"+last, nil),
		f.SetPageLayout(t.name, &excelize.PageLayoutOptions{Orientation: &landscape, Size: &a4, AdjustTo: &scale}),
		f.SetPageMargins(t.name, &excelize.PageLayoutMarginsOptions{Left: &margin, Right: &margin, Top: &edge, Bottom: &edge, Header: &furnitureEdge, Footer: &furnitureEdge}),
		f.SetDefinedName(&excelize.DefinedName{Name: "_xlnm.Print_Titles", Scope: t.name,
			RefersTo: fmt.Sprintf("'%s'!$A:$%s,'%s'!$1:$1", t.name, frozenColumn, t.name)}),
		f.SetHeaderFooter(t.name, furniture(t.name, p)),
	} {
		if err != nil {
			return err
		}
	}
	if len(t.rows) > 0 {
		return f.AddIgnoredErrors(t.name, "A2:"+last, excelize.IgnoredErrorsNumberStoredAsText)
	}
	return nil
}

// scale makes the columns of the first page fit its width, in percent.
func (t table) scale() uint {
	// Characters across a landscape A4 page between the margins, in the widest
	// font that programs put in place of the workbook's own.
	const page = 107
	width := 0.0
	for _, c := range t.columns[:t.printed] {
		width += c.width
	}
	return uint(min(100, max(40, page*100/width)))
}

// furniture is what stands above and below each printed page.
func furniture(sheet string, p evidence.Package) *excelize.HeaderFooterOptions {
	header := "&L" + printed(p.Organization, 60) + "&C" + sheet
	if p.Simulated {
		header += "&RSIMULATED DATA"
	}
	return &excelize.HeaderFooterOptions{
		OddHeader: header,
		OddFooter: "&L" + printed(p.Tool, 40) + ", as of " + p.AsOf.UTC().Format("2006-01-02 15:04 UTC") + "&RPage &P of &N",
	}
}

// printed makes a text safe for a header, where & begins a command.
func printed(s string, limit int) string {
	return strings.ReplaceAll(oneLine(s, limit), "&", "&&")
}

// styles are the few looks of a workbook: one accent colour, hair lines.
type styles struct {
	coreHeader, header                          int
	text, plain, absent, link, day, at, ordinal int
	linkedOrdinal                               int
	amount, note, warning                       int
}

const (
	accent     = "1F4E5F"
	accentTint = "DCE8EC"
	ink        = "222222"
	muted      = "6B6B6B"
	hairline   = "D0D7DA"
)

func newStyles(f *excelize.File) (styles, error) {
	var s styles
	font := func(color string) *excelize.Font { return &excelize.Font{Family: "Calibri", Size: 10, Color: color} }
	bold := func(color string) *excelize.Font { b := font(color); b.Bold = true; return b }
	fill := func(color string) excelize.Fill {
		return excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{color}}
	}
	line := []excelize.Border{{Type: "bottom", Color: hairline, Style: 1}}
	top := &excelize.Alignment{Vertical: "top", Horizontal: "left", Indent: 1, WrapText: true}
	middle := &excelize.Alignment{Vertical: "center", Horizontal: "left", Indent: 1, WrapText: true}
	italic := font(muted)
	italic.Italic = true
	underlined := font(accent)
	underlined.Underline = "single"
	date, moment := "yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss"
	const asText = 49 // what is typed or edited in such a cell stays text
	for _, style := range []struct {
		id   *int
		look excelize.Style
	}{
		{&s.coreHeader, excelize.Style{Font: bold("FFFFFF"), Fill: fill(accent), Alignment: middle, NumFmt: asText}},
		{&s.header, excelize.Style{Font: bold(accent), Fill: fill(accentTint), Alignment: middle, NumFmt: asText}},
		{&s.text, excelize.Style{Font: font(ink), Border: line, Alignment: top, NumFmt: asText}},
		{&s.plain, excelize.Style{Font: font(ink), Border: line, Alignment: &excelize.Alignment{Vertical: "top", Horizontal: "left", Indent: 1}, NumFmt: asText}},
		{&s.absent, excelize.Style{Font: italic, Border: line, Alignment: top, NumFmt: asText}},
		{&s.link, excelize.Style{Font: underlined, Border: line, Alignment: &excelize.Alignment{Vertical: "top", Horizontal: "left", Indent: 1, WrapText: true}, NumFmt: asText}},
		{&s.day, excelize.Style{Font: font(ink), Border: line, Alignment: &excelize.Alignment{Vertical: "top", Horizontal: "left", Indent: 1}, CustomNumFmt: &date}},
		{&s.at, excelize.Style{Font: font(ink), Border: line, Alignment: &excelize.Alignment{Vertical: "top", Horizontal: "left", Indent: 1}, CustomNumFmt: &moment}},
		{&s.ordinal, excelize.Style{Font: font(ink), Border: line, Alignment: &excelize.Alignment{Vertical: "top", Horizontal: "left", Indent: 1}, NumFmt: 1}},
		{&s.linkedOrdinal, excelize.Style{Font: underlined, Border: line, Alignment: &excelize.Alignment{Vertical: "top", Horizontal: "left", Indent: 1}, NumFmt: 1}},
		{&s.amount, excelize.Style{Font: font(ink), Border: line, Alignment: &excelize.Alignment{Vertical: "top", Horizontal: "right", Indent: 1}, NumFmt: 3}},
		{&s.note, excelize.Style{Font: font(muted), Alignment: top, NumFmt: asText}},
		{&s.warning, excelize.Style{Font: bold(accent), Fill: fill(accentTint), Alignment: middle, NumFmt: asText}},
	} {
		id, err := f.NewStyle(&style.look)
		if err != nil {
			return s, err
		}
		*style.id = id
	}
	return s, nil
}

// of gives the look and the value of a cell as the file holds them.
func (s styles) of(c cell, col column) (style int, value any) {
	switch v := c.value.(type) {
	case day:
		if v.year < 1901 || v.year > 9999 {
			return s.absent, fmt.Sprintf("%04d-%02d-%02d", v.year, v.month, v.dom)
		}
		return s.day, time.Date(v.year, time.Month(v.month), v.dom, 0, 0, 0, 0, time.UTC)
	case time.Time:
		if v.Year() < 1901 || v.Year() > 9999 {
			return s.absent, v.Format("2006-01-02T15:04:05Z")
		}
		return s.at, v.Truncate(time.Second) // programs show parts of a second in different ways
	case int:
		if c.link != "" {
			return s.linkedOrdinal, v
		}
		return s.ordinal, v
	case int64:
		return s.amount, v
	case string:
		whole := c.whole
		if whole == "" {
			whole = "the sample's folder"
		}
		v = said(fit(clean(v), whole))
		switch {
		case c.link != "":
			return s.link, v
		case strings.HasPrefix(v, notObtained) || strings.HasPrefix(v, noneRecorded) || strings.HasPrefix(v, noPullRequest):
			return s.absent, v
		case col.nowrap:
			return s.plain, v
		}
		return s.text, v
	}
	return s.text, ""
}
