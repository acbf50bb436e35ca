package pdf

import (
	"bytes"
	"encoding/binary"
	"slices"
)

// Reading a font takes fpdf most of the time of a document, as it walks all
// characters of the font three times. So it gets each font with a table of
// only those characters that the document uses.

// commonRunes are the characters that the table of every font has, where the font
// has them: what pages are furnished with.
const commonRunes = " !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~" +
	"–—…·•◦☐☑✓✗∅↪□−≤≥«»“”‘’"

// use notes that a character is drawn with a font.
func (f *fonts) use(id faceID, r rune) {
	if r < 0x80 {
		return // all of these are common
	}
	if f.used[id] == nil {
		f.used[id] = map[rune]bool{}
	}
	f.used[id][r] = true
}

// trimmed gives a font with a table of the characters that were used and the
// common ones, and what it has. The bytes are the caller's own: fpdf writes
// into them.
func (f *fonts) trimmed(id faceID) ([]byte, map[rune]bool) {
	face := f.face(id)
	has := map[rune]bool{}
	for _, r := range commonRunes {
		has[r] = true
	}
	for r := range f.used[id] {
		has[r] = true
	}
	var runes []rune
	for r := range has {
		if r <= 0xFFFF && face.glyph(r) != 0 {
			runes = append(runes, r)
		} else {
			delete(has, r)
		}
	}
	slices.Sort(runes)
	return replaceTable(f.bytes(id), "cmap", cmapOf(face, runes)), has
}

// cmapOf makes a table of characters in format 4; runes are sorted.
func cmapOf(f *face, runes []rune) []byte {
	type segment struct{ first, last, delta uint16 }
	var segments []segment
	for _, r := range runes {
		c := uint16(r)
		delta := uint16(f.glyph(r)) - c
		if n := len(segments); n > 0 && segments[n-1].last+1 == c && segments[n-1].delta == delta {
			segments[n-1].last = c
			continue
		}
		segments = append(segments, segment{c, c, delta})
	}
	segments = append(segments, segment{0xFFFF, 0xFFFF, 1}) // closes the table
	n := len(segments)
	power, log := 1, 0
	for power*2 <= n {
		power, log = power*2, log+1
	}
	var b []byte
	u16 := func(values ...int) {
		for _, v := range values {
			b = binary.BigEndian.AppendUint16(b, uint16(v))
		}
	}
	u16(0, 1, 3, 1, 0, 12)                            // one table, for Unicode on Windows, right behind this
	u16(4, 16+8*n, 0, 2*n, 2*power, log, 2*n-2*power) // the head of format 4
	for _, s := range segments {
		u16(int(s.last))
	}
	u16(0)
	for _, s := range segments {
		u16(int(s.first))
	}
	for _, s := range segments {
		u16(int(s.delta))
	}
	for range segments {
		u16(0)
	}
	return b
}

// replaceTable gives a copy of a font with another table of that name.
func replaceTable(font []byte, name string, table []byte) []byte {
	at := (len(font) + 3) &^ 3
	out := make([]byte, at, at+len(table)+3)
	copy(out, font)
	out = append(out, table...)
	for len(out)%4 != 0 {
		out = append(out, 0)
	}
	for i := range int(binary.BigEndian.Uint16(out[4:])) {
		record := out[12+16*i:]
		if bytes.Equal(record[:4], []byte(name)) {
			binary.BigEndian.PutUint32(record[8:], uint32(at))
			binary.BigEndian.PutUint32(record[12:], uint32(len(table)))
		}
	}
	return out
}
