package request

import (
	"bytes"
	"encoding/binary"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// readText reads a CSV file in any of the encodings and with any of the
// separators that spreadsheets write.
func readText(name string, data []byte) ([]table, error) {
	text := decode(data)
	if strings.ContainsRune(text, 0) {
		return nil, fmt.Errorf("%s is neither a CSV nor an Excel file; save the list as .xlsx or .csv", name)
	}
	// Excel writes the separator into the first line where it is not the usual one.
	first, rest, _ := strings.Cut(text, "\n")
	separator := separatorOf(text)
	skipped := 0
	if s, ok := strings.CutPrefix(strings.TrimSpace(first), "sep="); ok && len(s) == 1 {
		separator, text, skipped = rune(s[0]), rest, 1
	}
	r := csv.NewReader(strings.NewReader(text))
	r.Comma, r.FieldsPerRecord, r.LazyQuotes, r.TrimLeadingSpace = separator, -1, true, true
	t := table{name: "the list"}
	var numbers []int
	for {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("%s is not a readable CSV file: %w", name, err)
		}
		if len(t.rows) > maxLines+maxHeader {
			return nil, fmt.Errorf("%s has more than %d lines; a request names the changes that are sampled, not the population", name, maxLines)
		}
		line, _ := r.FieldPos(0)
		row := make([]cell, len(record))
		for i, f := range record {
			row[i] = cell{text: f}
		}
		t.rows, numbers = append(t.rows, row), append(numbers, line+skipped)
	}
	t.at = func(row, _ int) string { return fmt.Sprintf("%s, line %d", name, numbers[row]) }
	return []table{t}, nil
}

// decode gives the text of a file that may be UTF-8, UTF-16 or, where it is
// neither, Windows-1252, each with or without a byte order mark.
func decode(data []byte) string {
	switch {
	case bytes.HasPrefix(data, []byte{0xEF, 0xBB, 0xBF}):
		data = data[3:]
	case bytes.HasPrefix(data, []byte{0xFF, 0xFE}):
		return wide(data[2:], binary.LittleEndian)
	case bytes.HasPrefix(data, []byte{0xFE, 0xFF}):
		return wide(data[2:], binary.BigEndian)
	case len(data) >= 4 && data[0] != 0 && data[1] == 0 && data[3] == 0:
		return wide(data, binary.LittleEndian)
	case len(data) >= 4 && data[0] == 0 && data[1] != 0 && data[2] == 0:
		return wide(data, binary.BigEndian)
	}
	if utf8.Valid(data) {
		return string(data)
	}
	text, err := charmap.Windows1252.NewDecoder().Bytes(data)
	if err != nil {
		return strings.ToValidUTF8(string(data), "�")
	}
	return string(text)
}

func wide(data []byte, order binary.ByteOrder) string {
	units := make([]uint16, len(data)/2)
	for i := range units {
		units[i] = order.Uint16(data[2*i:])
	}
	return string(utf16.Decode(units))
}

// separatorOf gives the separator that splits most of the first lines, comma
// where none does.
func separatorOf(text string) rune {
	best, most := ',', 0
	for _, separator := range ",;\t|" {
		r := csv.NewReader(strings.NewReader(text))
		r.Comma, r.FieldsPerRecord, r.LazyQuotes = separator, -1, true
		split := 0
		for range maxHeader {
			record, err := r.Read()
			if err != nil {
				break
			}
			if len(record) > 1 {
				split += len(record)
			}
		}
		if split > most {
			best, most = separator, split
		}
	}
	return best
}
