package request

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

const (
	textBytes = 64 << 20
	cellsMost = 1000 // columns that are looked at
)

// readText reads CSV with commas, semicolons or tabs.
func readText(name string, data []byte) ([]sheet, error) {
	if len(data) > textBytes {
		return nil, fmt.Errorf("%s is larger than %d MiB; a list of samples is shorter: send the sample, not the population", name, textBytes>>20)
	}
	text, err := decode(data)
	if err != nil || strings.ContainsRune(text, 0) {
		return nil, fmt.Errorf("%s is neither CSV nor an Excel workbook; save the list as .xlsx or as CSV", name)
	}
	if !strings.Contains(text, "\n") {
		text = strings.ReplaceAll(text, "\r", "\n")
	}
	s := sheet{where: func(row, _ int) string { return fmt.Sprintf("%s, line %d", name, row) }}
	separators, skipped := []rune{',', ';', '\t', '|'}, 0
	// Excel's own way to name the separator.
	if first, rest, ok := strings.Cut(text, "\n"); ok {
		if sep, ok := strings.CutPrefix(strings.ToLower(strings.TrimSpace(first)), "sep="); ok && len(sep) <= 1 {
			if sep == "" {
				sep = "\t"
			}
			if strings.ContainsAny(sep, ",;\t|") {
				separators, text, skipped = []rune(sep), rest, 1
			}
		}
	}
	best := -1
	for _, sep := range separators {
		rows, err := split(text, sep, skipped, headerRows)
		if err != nil {
			continue
		}
		if score := promise(rows); score > best {
			best, separators[0] = score, sep
		}
	}
	if s.rows, err = split(text, separators[0], skipped, 0); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return []sheet{s}, nil
}

// promise says how well the first rows look when they are split.
func promise(rows []gridRow) int {
	d := newDictionary()
	score := 0
	for _, r := range rows {
		known := 0
		for _, c := range r.cells {
			if _, ok := d[heading(c.value)]; ok {
				known++
			}
		}
		score = max(score, 1000*known)
	}
	for _, r := range rows {
		score += min(len(r.cells), 20) - 1
	}
	return score
}

// split reads the rows; most bounds them where it is not 0.
func split(text string, sep rune, skipped, most int) ([]gridRow, error) {
	r := csv.NewReader(strings.NewReader(text))
	r.Comma, r.LazyQuotes, r.FieldsPerRecord = sep, true, -1
	var rows []gridRow
	for {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		if err != nil {
			return nil, fmt.Errorf("the CSV cannot be read: %w", err)
		}
		line, _ := r.FieldPos(0)
		row := gridRow{number: line + skipped}
		empty := true
		for _, v := range record[:min(len(record), cellsMost)] {
			v = strings.TrimSpace(v)
			empty = empty && v == ""
			row.cells = append(row.cells, cell{value: strings.Clone(v)})
		}
		if !empty {
			rows = append(rows, row)
		}
		if most > 0 && len(rows) == most {
			return rows, nil
		}
		if len(rows) > 2*LinesMost {
			return rows, nil // too long, as the caller will say
		}
	}
}

// decode gives UTF-8 of what spreadsheets write: UTF-8 and UTF-16 with or
// without a mark, and Windows-1252.
func decode(data []byte) (string, error) {
	little, big := bytes.HasPrefix(data, []byte("\xff\xfe")), bytes.HasPrefix(data, []byte("\xfe\xff"))
	if !little && !big {
		little, big = zeros(data)
	}
	switch {
	case little, big:
		order := unicode.LittleEndian
		if big {
			order = unicode.BigEndian
		}
		out, err := unicode.UTF16(order, unicode.UseBOM).NewDecoder().Bytes(data)
		return string(out), err
	case utf8.Valid(data):
		return strings.TrimPrefix(string(data), "\ufeff"), nil
	}
	out, err := charmap.Windows1252.NewDecoder().Bytes(data)
	return string(out), err
}

// zeros finds UTF-16 without a mark by the zero bytes of Latin text.
func zeros(data []byte) (little, big bool) {
	sample := data[:min(len(data), 1000)&^1]
	even, odd := 0, 0
	for i := 0; i < len(sample); i += 2 {
		if sample[i] == 0 {
			even++
		}
		if sample[i+1] == 0 {
			odd++
		}
	}
	half := len(sample) / 4
	return odd > half && even == 0, even > half && odd == 0
}
