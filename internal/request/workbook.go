package request

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"
)

const (
	unzippedBytes = 128 << 20
	entriesMost   = 5000
	rowsMost      = 1 << 20 // Excel's own bound
)

// readWorkbook reads the visible sheets of an .xlsx file.
func readWorkbook(name string, data []byte) (sheets []sheet, err error) {
	if err := weigh(name, data); err != nil {
		return nil, err
	}
	damaged := fmt.Errorf("%s cannot be read as an Excel workbook; open it in Excel and save it as .xlsx, or as CSV", name)
	defer func() {
		// The reader of workbooks panics on some that are damaged.
		if recover() != nil {
			sheets, err = nil, damaged
		}
	}()
	f, err := excelize.OpenReader(bytes.NewReader(data), excelize.Options{UnzipSizeLimit: unzippedBytes, UnzipXMLSizeLimit: unzippedBytes})
	if err != nil {
		return nil, damaged
	}
	defer f.Close()
	book := workbook{file: f, name: name}
	if props, err := f.GetWorkbookProps(); err == nil && props.Date1904 != nil {
		book.from1904 = *props.Date1904
	}
	for _, title := range f.GetSheetList() {
		if visible, err := f.GetSheetVisible(title); err == nil && !visible {
			continue
		}
		s, err := book.sheet(title)
		if errors.Is(err, errTooLong) {
			return nil, fmt.Errorf("%s has more than %d rows in the sheet %s; a list of samples is shorter: send the sample, not the population", name, 2*LinesMost, clean(title, 40))
		}
		if err != nil {
			return nil, damaged
		}
		sheets = append(sheets, s)
	}
	if len(sheets) == 0 {
		return nil, fmt.Errorf("%s has no visible sheet with cells; put the list into one", name)
	}
	return sheets, nil
}

// weigh unpacks everything once without keeping it: the sizes that an archive
// states may be wrong.
func weigh(name string, data []byte) error {
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil || len(z.File) > entriesMost {
		return fmt.Errorf("%s cannot be read as an Excel workbook; open it in Excel and save it as .xlsx, or as CSV", name)
	}
	var total int64
	for _, entry := range z.File {
		r, err := entry.Open()
		if err != nil {
			continue // excelize says what is wrong
		}
		n, _ := io.Copy(io.Discard, io.LimitReader(r, unzippedBytes-total+1))
		_ = r.Close()
		if total += n; total > unzippedBytes {
			return fmt.Errorf("%s unpacks to more than %d MiB, which no list of samples does; copy the list alone into a new workbook", name, unzippedBytes>>20)
		}
	}
	return nil
}

type workbook struct {
	file     *excelize.File
	name     string
	from1904 bool
}

var errTooLong = errors.New("too many rows")

// sheet reads each cell twice: as it is stored, and as Excel shows it, which
// together tell dates and formatted numbers from plain ones.
func (b workbook) sheet(title string) (sheet, error) {
	s := sheet{name: title, where: func(row, column int) string {
		at, err := excelize.CoordinatesToCellName(column+1, row)
		if err != nil {
			at = strconv.Itoa(row)
		}
		return fmt.Sprintf("%s, sheet %s, cell %s", b.name, clean(title, 40), at)
	}}
	s.uncalculated = func(row, column int) (yes bool) {
		defer func() { _ = recover() }() // as above
		at, err := excelize.CoordinatesToCellName(column+1, row)
		if err != nil {
			return false
		}
		formula, err := b.file.GetCellFormula(title, at)
		return err == nil && formula != ""
	}
	stored, err := b.file.Rows(title)
	if err != nil {
		return s, err
	}
	defer stored.Close()
	shown, err := b.file.Rows(title)
	if err != nil {
		return s, err
	}
	defer shown.Close()
	for n := 1; stored.Next() && shown.Next(); n++ {
		if n > rowsMost || len(s.rows) > 2*LinesMost {
			return s, errTooLong
		}
		raw, err := stored.Columns(excelize.Options{RawCellValue: true})
		if err != nil {
			return s, err
		}
		seen, err := shown.Columns()
		if err != nil {
			return s, err
		}
		row := gridRow{number: n}
		empty := true
		for c := range raw[:min(len(raw), cellsMost)] {
			text := ""
			if c < len(seen) {
				text = seen[c]
			}
			v := b.cell(title, n, c, raw[c], text)
			empty = empty && v.value == ""
			row.cells = append(row.cells, v)
		}
		if !empty {
			s.rows = append(s.rows, row)
		}
	}
	return s, errors.Join(stored.Error(), shown.Error())
}

// cell gives the value of a cell: a date as YYYY-MM-DD, a number without its
// format, and whatever else as it is stored.
func (b workbook) cell(title string, row, column int, raw, shown string) cell {
	raw = strings.TrimSpace(raw)
	number, err := strconv.ParseFloat(raw, 64)
	if raw == "" || err != nil {
		return cell{value: raw}
	}
	if shown = strings.TrimSpace(shown); shown != raw {
		if b.isDate(title, row, column) {
			if t, err := excelize.ExcelDateToTime(number, b.from1904); err == nil && number >= 1 {
				return cell{value: t.Format("2006-01-02"), date: true}
			}
		}
		// "PR-"0 shows PR-1234 where 1234 is stored.
		if strings.ContainsFunc(shown, isLetter) && !strings.ContainsAny(shown, "E%") {
			return cell{value: shown}
		}
	}
	if number == float64(int64(number)) && number > -1e15 && number < 1e15 {
		return cell{value: strconv.FormatInt(int64(number), 10)}
	}
	return cell{value: raw}
}

func isLetter(r rune) bool { return r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' || r == '#' }

// dateFormat is a number format that shows a year or a day: what stands in
// quotes or brackets is text and colour.
var (
	formatText = regexp.MustCompile(`"[^"]*"|\[[^\]]*\]|\\.|_.|\*.`)
	dateFormat = regexp.MustCompile(`(?i)[yd]`)
)

func (b workbook) isDate(title string, row, column int) bool {
	at, err := excelize.CoordinatesToCellName(column+1, row)
	if err != nil {
		return false
	}
	id, err := b.file.GetCellStyle(title, at)
	if err != nil {
		return false
	}
	style, err := b.file.GetStyle(id)
	if err != nil || style == nil {
		return false
	}
	if style.CustomNumFmt != nil {
		return dateFormat.MatchString(formatText.ReplaceAllString(*style.CustomNumFmt, ""))
	}
	n := style.NumFmt
	return n >= 14 && n <= 17 || n == 22 || n >= 27 && n <= 31 || n == 36 || n >= 50 && n <= 58
}
