package request

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"
)

// A list is small; what unpacks to more is something else, or an attack.
const maxUnpacked = 128 << 20

// readWorkbook reads the visible sheets of an Excel file.
func readWorkbook(name string, data []byte) (tables []table, err error) {
	// The library is not proof against every malformed file.
	defer func() {
		if r := recover(); r != nil {
			tables, err = nil, fmt.Errorf("%s is not a readable Excel file; open it in Excel and save it again as .xlsx", name)
		}
	}()
	f, err := excelize.OpenReader(bytes.NewReader(data), excelize.Options{UnzipSizeLimit: maxUnpacked, UnzipXMLSizeLimit: maxUnpacked})
	if err != nil {
		if strings.Contains(err.Error(), "unzip size exceeds") {
			return nil, fmt.Errorf("%s unpacks to more than %d MiB; a request list is far smaller", name, maxUnpacked>>20)
		}
		return nil, fmt.Errorf("%s is not a readable Excel file (%w); open it in Excel and save it again as .xlsx", name, err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	use1904 := false
	if props, err := f.GetWorkbookProps(); err == nil && props.Date1904 != nil {
		use1904 = *props.Date1904
	}
	for _, sheet := range f.GetSheetList() {
		if visible, err := f.GetSheetVisible(sheet); err != nil || !visible {
			continue
		}
		t, err := readSheet(f, name, sheet, use1904)
		if err != nil {
			return nil, err
		}
		tables = append(tables, t)
	}
	return tables, nil
}

func readSheet(f *excelize.File, name, sheet string, use1904 bool) (table, error) {
	t := table{name: "sheet " + sheet, at: func(row, column int) string {
		at, _ := excelize.CoordinatesToCellName(column+1, row+1)
		return fmt.Sprintf("%s, sheet %s, cell %s", name, sheet, at)
	}}
	rows, err := f.Rows(sheet)
	if err != nil {
		// A chart sheet has no rows.
		return t, nil //nolint:nilerr // it is no list
	}
	for rows.Next() {
		if len(t.rows) > maxLines+maxHeader {
			return t, fmt.Errorf("%s, sheet %s has more than %d lines; a request names the changes that are sampled, not the population", name, sheet, maxLines)
		}
		raw, err := rows.Columns(excelize.Options{RawCellValue: true})
		if err != nil {
			return t, fmt.Errorf("%s, sheet %s, row %d cannot be read: %w", name, sheet, len(t.rows)+1, err)
		}
		row := make([]cell, len(raw))
		for i, text := range raw {
			row[i] = cell{text: text, date: serialDate(text, use1904)}
		}
		t.rows = append(t.rows, row)
	}
	return t, errors.Join(rows.Error(), rows.Close())
}

// serialDate gives the day of a number that Excel would show as a date; ""
// where it can be none. Only date columns use it, so a pull request's number
// is never taken for a day.
func serialDate(text string, use1904 bool) string {
	n, err := strconv.ParseFloat(text, 64)
	if err != nil || n < 20_000 || n > 80_000 {
		return ""
	}
	t, err := excelize.ExcelDateToTime(n, use1904)
	if err != nil {
		return ""
	}
	return t.Format(time.DateOnly)
}
