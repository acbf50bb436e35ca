package xlsx

import (
	"fmt"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"
)

// look is one of the few ways in which a cell is drawn: one accent colour, hair
// lines. No meaning hangs on a colour alone.
type look int

const (
	lookDefault look = iota // as the value says
	lookText
	lookPlain
	lookAbsent
	lookLink
	lookLinkPlain // does not wrap
	lookDay
	lookMoment
	lookOrdinal
	lookLinkedOrdinal
	lookAmount
	lookShare
	lookDecimal
	lookStrong
	lookLabel
	lookCode
	lookHash
	lookMark       // tick marks that call for nothing
	lookMarkOpen   // tick marks that call for a look
	lookMarkBad    // tick marks of exceptions
	lookFill       // for people to fill in
	lookNote       // below a table
	lookWarning    // loud
	lookTitle      // of a sheet
	lookLead       // what a sheet says
	lookSection    // heading of a part of a sheet
	lookCoreHeader // of the columns that a reader looks at first
	lookHeader
	lookHeaderRight
	lookCoreHeaderRight
	lookFillHeader
	looks
)

// styles gives the number of each look, plain and tinted.
type styles [2][looks]int

const (
	accent     = "1F4E5F"
	accentTint = "DCE8EC"
	faintTint  = "F1F6F8"
	ink        = "222222"
	muted      = "6B6B6B"
	hairline   = "D0D7DA"
	boxline    = "7FA3B1"
	family     = "Calibri"
)

const asText = 49 // what is typed or edited in such a cell stays text

func face(color string, size float64) *excelize.Font {
	return &excelize.Font{Family: family, Size: size, Color: color}
}

func bold(color string, size float64) *excelize.Font {
	f := face(color, size)
	f.Bold = true
	return f
}

func filled(color string) excelize.Fill {
	return excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{color}}
}

func aligned(vertical, horizontal string, wrap bool) *excelize.Alignment {
	a := &excelize.Alignment{Vertical: vertical, Horizontal: horizontal, WrapText: wrap}
	if horizontal != "center" {
		a.Indent = 1
	}
	return a
}

func box(color string, style int) (b []excelize.Border) {
	for _, side := range []string{"left", "right", "top", "bottom"} {
		b = append(b, excelize.Border{Type: side, Color: color, Style: style})
	}
	return b
}

// looksOf says how each look is drawn.
func looksOf() [looks]excelize.Style {
	line := []excelize.Border{{Type: "bottom", Color: hairline, Style: 1}}
	wrap, nowrap := aligned("top", "left", true), aligned("top", "left", false)
	right, middle, centre := aligned("top", "right", false), aligned("center", "left", true), aligned("top", "center", false)
	italic, underlined := face(muted, 10), face(accent, 10)
	italic.Italic, underlined.Underline = true, "single"
	date, moment, percent, one := "yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss", "0.0%", "#,##0.0"
	return [looks]excelize.Style{
		lookDefault:       {},
		lookText:          {Font: face(ink, 10), Border: line, Alignment: wrap, NumFmt: asText},
		lookPlain:         {Font: face(ink, 10), Border: line, Alignment: nowrap, NumFmt: asText},
		lookAbsent:        {Font: italic, Border: line, Alignment: wrap, NumFmt: asText},
		lookLink:          {Font: underlined, Border: line, Alignment: wrap, NumFmt: asText},
		lookLinkPlain:     {Font: underlined, Border: line, Alignment: nowrap, NumFmt: asText},
		lookDay:           {Font: face(ink, 10), Border: line, Alignment: nowrap, CustomNumFmt: &date},
		lookMoment:        {Font: face(ink, 10), Border: line, Alignment: nowrap, CustomNumFmt: &moment},
		lookOrdinal:       {Font: face(ink, 10), Border: line, Alignment: nowrap, NumFmt: 1},
		lookLinkedOrdinal: {Font: underlined, Border: line, Alignment: nowrap, NumFmt: 1},
		lookAmount:        {Font: face(ink, 10), Border: line, Alignment: right, NumFmt: 3},
		lookShare:         {Font: face(ink, 10), Border: line, Alignment: right, CustomNumFmt: &percent},
		lookDecimal:       {Font: face(ink, 10), Border: line, Alignment: right, CustomNumFmt: &one},
		lookStrong:        {Font: bold(ink, 10), Border: line, Alignment: wrap, NumFmt: asText},
		lookLabel:         {Font: bold(accent, 10), Border: line, Alignment: wrap, NumFmt: asText},
		lookCode:          {Font: &excelize.Font{Family: "Consolas", Size: 8.5, Color: ink}, Border: line, Alignment: wrap, NumFmt: asText},
		lookHash:          {Font: &excelize.Font{Family: "Consolas", Size: 8.5, Color: ink}, Border: line, Alignment: nowrap, NumFmt: asText},
		lookMark:          {Font: face(accent, 9), Border: line, Alignment: centre, NumFmt: asText},
		lookMarkOpen:      {Font: bold(accent, 9), Fill: filled(accentTint), Border: box("FFFFFF", 1), Alignment: centre, NumFmt: asText},
		lookMarkBad:       {Font: bold("FFFFFF", 9), Fill: filled(accent), Border: box("FFFFFF", 1), Alignment: centre, NumFmt: asText},
		lookFill:          {Font: face(ink, 10), Border: box(boxline, 1), Alignment: wrap, NumFmt: asText},
		lookNote:          {Font: face(muted, 10), Alignment: wrap, NumFmt: asText},
		lookWarning:       {Font: bold(accent, 10), Fill: filled(accentTint), Alignment: middle, NumFmt: asText},
		lookTitle:         {Font: bold(accent, 16), Alignment: aligned("center", "left", false), NumFmt: asText},
		lookLead:          {Font: face(muted, 10), Alignment: wrap, NumFmt: asText},
		lookSection: {Font: bold(accent, 12), Alignment: aligned("bottom", "left", false), NumFmt: asText,
			Border: []excelize.Border{{Type: "bottom", Color: accent, Style: 2}}},
		lookCoreHeader:      {Font: bold("FFFFFF", 10), Fill: filled(accent), Alignment: middle, NumFmt: asText},
		lookHeader:          {Font: bold(accent, 10), Fill: filled(accentTint), Alignment: middle, NumFmt: asText},
		lookHeaderRight:     {Font: bold(accent, 10), Fill: filled(accentTint), Alignment: aligned("center", "right", true), NumFmt: asText},
		lookCoreHeaderRight: {Font: bold("FFFFFF", 10), Fill: filled(accent), Alignment: aligned("center", "right", true), NumFmt: asText},
		lookFillHeader:      {Font: bold(accent, 10), Border: box(accent, 1), Alignment: middle, NumFmt: asText},
	}
}

func newStyles(f *excelize.File) (styles, error) {
	var s styles
	for tint := range s {
		for l, style := range looksOf() {
			if l == int(lookDefault) {
				continue
			}
			if tint == 1 && style.Fill.Type == "" {
				style.Fill = filled(faintTint)
			}
			id, err := f.NewStyle(&style)
			if err != nil {
				return s, err
			}
			s[tint][l] = id
		}
	}
	return s, nil
}

// drawn gives the look and the value of a cell as the file holds them.
func drawn(c cell, col column) (look, any) {
	l, value := byValue(c, col)
	if c.look != lookDefault {
		l = c.look
	}
	return l, value
}

func byValue(c cell, col column) (look, any) {
	switch v := c.value.(type) {
	case nil:
		return lookText, nil
	case day:
		if v.year < 1901 || v.year > 9999 {
			return lookAbsent, fmt.Sprintf("%04d-%02d-%02d", v.year, v.month, v.dom)
		}
		return lookDay, time.Date(v.year, time.Month(v.month), v.dom, 0, 0, 0, 0, time.UTC)
	case time.Time:
		if v.Year() < 1901 || v.Year() > 9999 {
			return lookAbsent, v.Format("2006-01-02T15:04:05Z")
		}
		return lookMoment, v.Truncate(time.Second) // programs show parts of a second in different ways
	case int:
		if c.link != "" {
			return lookLinkedOrdinal, v
		}
		return lookOrdinal, v
	case int64:
		return lookAmount, v
	case share:
		return lookShare, float64(v)
	case decimal:
		return lookDecimal, float64(v)
	case string:
		return byText(c, col, v)
	}
	return lookText, nil
}

func byText(c cell, col column, s string) (look, any) {
	whole := c.whole
	if whole == "" {
		whole = "the sample's folder"
	}
	s = said(fit(clean(s), whole))
	switch {
	case c.link != "" && col.nowrap:
		return lookLinkPlain, s
	case c.link != "":
		return lookLink, s
	case isAbsence(s):
		return lookAbsent, s
	case col.nowrap:
		return lookPlain, s
	}
	return lookText, s
}

// isAbsence reports whether a text says that there is nothing to say.
func isAbsence(s string) bool {
	for _, word := range []string{notObtained, noneRecorded, noPullRequest, notCollected, notTested, notSampled, unanswered} {
		if strings.HasPrefix(s, word) {
			return true
		}
	}
	return false
}
