package pdf

import (
	"encoding/binary"
	"errors"
	"fmt"
	"sort"

	"github.com/go-fonts/dejavu/dejavusansbold"
	"github.com/go-fonts/dejavu/dejavusansboldoblique"
	"github.com/go-fonts/dejavu/dejavusansmono"
	"github.com/go-fonts/dejavu/dejavusansoblique"

	"github.com/go-fonts/dejavu/dejavusans"
)

// faceID names one of the fonts that a document may use.
type faceID uint8

const (
	regular faceID = iota
	bold
	oblique
	boldOblique
	mono
	further // the first of the fonts that were handed in; the others follow
)

// maxFonts bounds the fonts that may be handed in.
const maxFonts = 64

// family and style as fpdf wants them.
func (id faceID) family() (string, string) {
	switch id {
	case bold:
		return "sans", "B"
	case oblique:
		return "sans", "I"
	case boldOblique:
		return "sans", "BI"
	case mono:
		return "mono", ""
	}
	if id >= further {
		return fmt.Sprintf("further%d", id-further), ""
	}
	return "sans", ""
}

// face reads from a TrueType font which characters it has and how wide they
// are. It holds no more than offsets into the font.
type face struct {
	data     []byte
	segs     []byte // format 4 table of the BMP
	segCount int
	hmtx     []byte
	metrics  int
	upem     float64
	ascii    [128]float64
}

var errFont = errors.New("not a TrueType font with a Unicode table that can be embedded (.ttc and .otf cannot)")

// parseFace reads a font's tables.
func parseFace(data []byte) (*face, error) {
	if len(data) < 12 {
		return nil, errFont
	}
	if v := binary.BigEndian.Uint32(data); v != 0x00010000 && v != 0x74727565 {
		return nil, errFont
	}
	tables := map[string][]byte{}
	n := int(binary.BigEndian.Uint16(data[4:]))
	for i := range n {
		at := 12 + 16*i
		if at+16 > len(data) {
			return nil, errFont
		}
		off, size := uint64(binary.BigEndian.Uint32(data[at+8:])), uint64(binary.BigEndian.Uint32(data[at+12:]))
		if off+size > uint64(len(data)) {
			return nil, errFont
		}
		tables[string(data[at:at+4])] = data[off : off+size]
	}
	for _, name := range []string{"head", "hhea", "hmtx", "maxp", "cmap", "loca", "glyf", "post", "name", "OS/2"} {
		if tables[name] == nil {
			return nil, fmt.Errorf("%w: it has no table %q", errFont, name)
		}
	}
	if len(tables["head"]) < 54 || len(tables["hhea"]) < 36 || len(tables["OS/2"]) < 72 {
		return nil, errFont
	}
	if fs := binary.BigEndian.Uint16(tables["OS/2"][8:]); fs == 2 || fs&0x0300 != 0 {
		return nil, errors.New("its licence bits forbid embedding it")
	}
	f := &face{data: data, hmtx: tables["hmtx"], upem: float64(binary.BigEndian.Uint16(tables["head"][18:]))}
	f.metrics = int(binary.BigEndian.Uint16(tables["hhea"][34:]))
	if f.metrics == 0 || f.upem == 0 || 4*f.metrics > len(f.hmtx) {
		return nil, errFont
	}
	if err := f.readCmap(tables["cmap"]); err != nil {
		return nil, err
	}
	for r := range f.ascii {
		f.ascii[r] = f.lookup(rune(r))
	}
	return f, nil
}

func (f *face) readCmap(cmap []byte) error {
	if len(cmap) < 4 {
		return errFont
	}
	for i := range int(binary.BigEndian.Uint16(cmap[2:])) {
		at := 4 + 8*i
		if at+8 > len(cmap) {
			return errFont
		}
		platform, enc := binary.BigEndian.Uint16(cmap[at:]), binary.BigEndian.Uint16(cmap[at+2:])
		off := int(binary.BigEndian.Uint32(cmap[at+4:]))
		if (platform == 3 && enc == 1 || platform == 0) && off+14 < len(cmap) && binary.BigEndian.Uint16(cmap[off:]) == 4 {
			f.segs = cmap[off:]
			f.segCount = int(binary.BigEndian.Uint16(cmap[off+6:])) / 2
			if 16+8*f.segCount > len(f.segs) {
				return errFont
			}
			return nil
		}
	}
	return errFont
}

// glyph gives the glyph of a character of the BMP; 0 where there is none.
func (f *face) glyph(r rune) int {
	if r > 0xFFFF || r < 0 {
		return 0
	}
	u16 := func(at int) int {
		if at+2 > len(f.segs) {
			return 0
		}
		return int(binary.BigEndian.Uint16(f.segs[at:]))
	}
	c := int(r)
	i := sort.Search(f.segCount, func(i int) bool { return u16(14+2*i) >= c })
	if i == f.segCount {
		return 0
	}
	startAt := 16 + 2*f.segCount + 2*i
	start, delta, rangeOff := u16(startAt), u16(startAt+2*f.segCount), u16(startAt+4*f.segCount)
	if c < start {
		return 0
	}
	if rangeOff == 0 {
		return (c + delta) & 0xFFFF
	}
	g := u16(startAt + 4*f.segCount + rangeOff + 2*(c-start))
	if g == 0 {
		return 0
	}
	return (g + delta) & 0xFFFF
}

// lookup gives the width of a character in parts of the font's size; -1 where
// the font does not have it.
func (f *face) lookup(r rune) float64 {
	g := f.glyph(r)
	if g == 0 {
		return -1
	}
	at := 4 * min(g, f.metrics-1)
	return float64(binary.BigEndian.Uint16(f.hmtx[at:])) / f.upem
}

// width is lookup with the common characters at hand.
func (f *face) width(r rune) float64 {
	if r >= 0 && int(r) < len(f.ascii) {
		return f.ascii[r]
	}
	return f.lookup(r)
}

// fonts are the fonts of one document. A font is read when it is first asked for.
type fonts struct {
	further [][]byte
	faces   []*face
	read    []bool
	used    []map[rune]bool // characters beyond ASCII that are drawn, by font
}

func newFonts(list [][]byte) *fonts {
	list = list[:min(len(list), maxFonts)]
	n := int(further) + len(list)
	return &fonts{further: list, faces: make([]*face, n), read: make([]bool, n), used: make([]map[rune]bool, n)}
}

// UsableFont reports why a font cannot be embedded, nil where it can.
func UsableFont(data []byte) error {
	_, err := parseFace(data)
	return err
}

func (f *fonts) bytes(id faceID) []byte {
	switch id {
	case bold:
		return dejavusansbold.TTF
	case oblique:
		return dejavusansoblique.TTF
	case boldOblique:
		return dejavusansboldoblique.TTF
	case mono:
		return dejavusansmono.TTF
	}
	if id >= further {
		return f.further[id-further]
	}
	return dejavusans.TTF
}

// face gives a font; nil for one that was handed in and cannot be used.
func (f *fonts) face(id faceID) *face {
	if !f.read[id] {
		parsed, err := parseFace(f.bytes(id))
		if err != nil && id < further {
			panic("font: " + err.Error())
		}
		f.faces[id], f.read[id] = parsed, true
	}
	return f.faces[id]
}

// others gives the fonts to look into for what the wanted one lacks, in order.
func (f *fonts) others(want faceID) []faceID {
	ids := []faceID{regular, regular}
	if want == bold || want == boldOblique {
		ids[0] = bold
	}
	for i := range f.further {
		ids = append(ids, further+faceID(i))
	}
	return ids
}
