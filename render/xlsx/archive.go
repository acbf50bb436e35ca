package xlsx

import (
	"archive/zip"
	"bytes"
	"cmp"
	"compress/flate"
	"errors"
	"fmt"
	"hash"
	"hash/crc32"
	"io"
	"io/fs"
	"slices"
	"time"
)

// archive is the ZIP file that a workbook is: parts in a fixed order, with the
// content types first as readers like them, and all with the time of the
// package. It packs each part as it comes and puts the links into the sheets on
// the way, so that the text of a large sheet is never in memory as a whole.
type archive struct {
	to    io.Writer
	at    time.Time
	links map[string][]link // by the name of the sheet's part
	parts []*part
	open  *part
}

// part is one file inside a workbook.
type part struct {
	name   string
	packed bytes.Buffer
	deep   *flate.Writer
	sum    hash.Hash32
	size   uint64
	filter filter // nil: the part goes in as it comes
}

// filter changes a part on its way into the archive.
type filter interface {
	io.Writer
	close() error
}

// Create begins a part and ends the one before it.
func (a *archive) Create(name string) (io.Writer, error) {
	if err := a.finish(); err != nil {
		return nil, err
	}
	p := &part{name: name, sum: crc32.NewIEEE()}
	deep, err := flate.NewWriter(&p.packed, flate.DefaultCompression)
	if err != nil {
		return nil, err
	}
	p.deep = deep
	a.open = p
	switch links := a.links[name]; {
	case len(links) > 0:
		p.filter = &linker{to: p, links: links}
	case name == contentTypesPart:
		p.filter = &typeSorter{to: p}
	default:
		return p, nil
	}
	return p.filter, nil
}

func (p *part) Write(data []byte) (int, error) {
	p.size += uint64(len(data))
	_, _ = p.sum.Write(data) // a hash takes everything
	return p.deep.Write(data)
}

func (a *archive) finish() error {
	p := a.open
	if p == nil {
		return nil
	}
	a.open = nil
	if p.filter != nil {
		if err := p.filter.close(); err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
	}
	a.parts = append(a.parts, p)
	return p.deep.Close()
}

// AddFS is asked for by the library's interface and never used by it.
func (a *archive) AddFS(fs.FS) error { return errors.New("a workbook takes no files from a folder") }

// Close adds what says where the links lead, and writes everything.
func (a *archive) Close() error {
	if err := a.addRelations(); err != nil {
		return err
	}
	at := a.at.UTC().Truncate(2 * time.Second)
	if first := time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC); at.Before(first) {
		at = first // the format counts from then
	}
	slices.SortFunc(a.parts, func(x, y *part) int {
		if (x.name == contentTypesPart) != (y.name == contentTypesPart) {
			if x.name == contentTypesPart {
				return -1
			}
			return 1
		}
		return cmp.Compare(x.name, y.name)
	})
	out := zip.NewWriter(a.to)
	for _, p := range a.parts {
		to, err := out.CreateRaw(&zip.FileHeader{Name: p.name, Method: zip.Deflate, Modified: at,
			CRC32: p.sum.Sum32(), CompressedSize64: uint64(p.packed.Len()), UncompressedSize64: p.size})
		if err == nil {
			_, err = p.packed.WriteTo(to)
		}
		if err != nil {
			return fmt.Errorf("writing %s of the workbook: %w", p.name, err)
		}
	}
	return out.Close()
}

// addRelations adds the part that each sheet with links needs. The library
// writes one of its own for a sheet with drawings; such a sheet has no links.
func (a *archive) addRelations() error {
	if err := a.finish(); err != nil {
		return err
	}
	var sheets []string
	for _, p := range a.parts {
		if len(a.links[p.name]) > 0 {
			sheets = append(sheets, p.name)
		}
	}
	for _, sheet := range sheets {
		data, err := relations(a.links[sheet])
		if err != nil {
			return err
		}
		if data == nil {
			continue
		}
		name := relationsPart(sheet)
		if slices.ContainsFunc(a.parts, func(p *part) bool { return p.name == name }) {
			return fmt.Errorf("the workbook's part %s is there already", name)
		}
		to, err := a.Create(name)
		if err != nil {
			return err
		}
		if _, err := to.Write(data); err != nil {
			return err
		}
	}
	return a.finish()
}
