package xlsx

import (
	"archive/zip"
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"
)

// part is one file inside a workbook.
type part struct {
	name string
	data []byte
}

// settle puts in the links of each sheet and writes the archive anew: parts in
// a fixed order, with the content types first as readers like them, and all
// with the time of the package.
func settle(workbook []byte, links [][]link, at time.Time) ([]byte, error) {
	parts, err := unpack(workbook)
	if err != nil {
		return nil, fmt.Errorf("reading back the workbook: %w", err)
	}
	for sheet, list := range links {
		i := slices.IndexFunc(parts, func(p part) bool { return p.name == sheetPart(sheet) })
		if i < 0 || slices.ContainsFunc(parts, func(p part) bool { return p.name == relationsPart(sheet) }) {
			return nil, fmt.Errorf("the workbook's part %s is not as expected", sheetPart(sheet))
		}
		if parts[i].data, err = addLinks(parts[i].data, list); err != nil {
			return nil, err
		}
		if len(list) == 0 {
			continue
		}
		data, err := relations(list)
		if err != nil {
			return nil, err
		}
		parts = append(parts, part{relationsPart(sheet), data})
	}
	return repack(parts, at)
}

func unpack(workbook []byte) ([]part, error) {
	in, err := zip.NewReader(bytes.NewReader(workbook), int64(len(workbook)))
	if err != nil {
		return nil, err
	}
	var parts []part
	for _, f := range in.File {
		from, err := f.Open()
		if err != nil {
			return nil, err
		}
		data, err := io.ReadAll(from)
		if err := errors.Join(err, from.Close()); err != nil {
			return nil, err
		}
		parts = append(parts, part{f.Name, data})
	}
	return parts, nil
}

func repack(parts []part, at time.Time) ([]byte, error) {
	at = at.UTC().Truncate(2 * time.Second)
	if first := time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC); at.Before(first) {
		at = first // the format counts from then
	}
	const head = "[Content_Types].xml"
	slices.SortFunc(parts, func(a, b part) int {
		if (a.name == head) != (b.name == head) {
			if a.name == head {
				return -1
			}
			return 1
		}
		return cmp.Compare(a.name, b.name)
	})
	var buf bytes.Buffer
	out := zip.NewWriter(&buf)
	for _, p := range parts {
		to, err := out.CreateHeader(&zip.FileHeader{Name: p.name, Method: zip.Deflate, Modified: at})
		if err == nil {
			_, err = to.Write(p.data)
		}
		if err != nil {
			return nil, fmt.Errorf("writing %s of the workbook: %w", p.name, err)
		}
	}
	if err := out.Close(); err != nil {
		return nil, err
	}
	return buf.Bytes(), nil
}
