package pdf

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"
	"golang.org/x/text/unicode/norm"
	"golang.org/x/text/unicode/runenames"
)

// An atom is the smallest piece of text that a line is made of: what a reader
// takes for one character, as a font can draw it.
type atom struct {
	draw    string  // what is drawn; runes of the BMP that the face has
	actual  string  // the original, where it differs from draw; else ""
	width   float64 // in points
	style   int16
	face    faceID
	kind    atomKind
	dropped bool // drawn as □
	named   bool // drawn as its name
}

type atomKind uint8

const (
	letter     atomKind = iota
	space               // a line may end here, and the space vanishes there
	wide                // a line may end behind it, as between words
	breakAfter          // a line may end behind it where the word is too long for a line
	newline
)

// standIns are characters that DejaVu lacks and for which it has one that
// says the same.
func standIn(r rune) rune {
	switch r {
	case '✅':
		return '✔'
	case '❌', '❎':
		return '✘'
	case '⭐', '🌟':
		return '★'
	case '❗':
		return '!'
	case '❓':
		return '?'
	case '➕':
		return '+'
	case '➖':
		return '−'
	case '⏳', '⌛':
		return '⌛'
	case 0x2011, 0x2010:
		return '-'
	case 0x3000, 0x2007, 0x202F, 0x00A0:
		return ' '
	}
	return 0
}

// pickFace gives the font that has r, in the wanted style if that has it.
func (f *fonts) pickFace(want faceID, r rune) (faceID, float64, bool) {
	if w := f.face(want).width(r); w >= 0 {
		f.use(want, r)
		return want, w, true
	}
	for _, id := range f.others(want) {
		if id == want {
			continue
		}
		if face := f.face(id); face != nil {
			if w := face.width(r); w >= 0 {
				f.use(id, r)
				return id, w, true
			}
		}
	}
	return want, 0, false
}

// atoms cuts s into atoms.
func (f *fonts) atoms(out []atom, s string, style int16, want faceID, size float64) []atom {
	state := -1
	for len(s) > 0 {
		if c := s[0]; c < 0x80 && (len(s) == 1 || s[1] < 0x80) {
			out = append(out, f.asciiAtom(s[:1], style, want, size))
			s, state = s[1:], -1
			continue
		}
		var cluster string
		cluster, s, _, state = uniseg.FirstGraphemeClusterInString(s, state)
		out = f.cluster(out, cluster, style, want, size)
	}
	return out
}

func (f *fonts) asciiAtom(s string, style int16, want faceID, size float64) atom {
	a := atom{draw: s, style: style, face: want}
	switch c := s[0]; {
	case c == '\n':
		a.kind, a.draw = newline, ""
		return a
	case c == ' ':
		a.kind = space
	case c == '\t':
		a.kind, a.draw = space, " "
	case c < 0x20 || c == 0x7f:
		return f.named(s, fmt.Sprintf("[U+%04X]", c), style, want, size)
	case strings.IndexByte("-/,;:?&=|_.", c) >= 0:
		a.kind = breakAfter
	}
	a.width = f.face(want).width(rune(a.draw[0])) * size
	return a
}

// cluster adds the atom of one grapheme cluster.
func (f *fonts) cluster(out []atom, s string, style int16, want faceID, size float64) []atom {
	if s == "\r\n" {
		return append(out, atom{kind: newline, style: style})
	}
	if n := norm.NFC.String(s); n != s {
		return f.composed(out, n, s, style, want, size)
	}
	return f.composed(out, s, s, style, want, size)
}

// composed adds a cluster whose normal form is s and whose original is orig.
func (f *fonts) composed(out []atom, s, orig string, style int16, want faceID, size float64) []atom {
	if !utf8.ValidString(s) {
		return append(out, f.boxed(orig, style, want, size))
	}
	r, w := utf8.DecodeRuneInString(s)
	if w == len(s) {
		return append(out, f.single(r, orig, style, want, size))
	}
	// Several runes: drawn together where one font has them all.
	visible := strings.Map(func(r rune) rune {
		if isInvisible(r) {
			return -1
		}
		return r
	}, s)
	if utf8.RuneCountInString(visible) == 1 {
		r, _ := utf8.DecodeRuneInString(visible)
		a := f.single(r, orig, style, want, size)
		if a.actual == "" {
			a.actual = orig
		}
		return append(out, a)
	}
	if a, ok := f.together(visible, orig, style, want, size); ok {
		return append(out, a)
	}
	if name := sequenceName(s); name != "" {
		return append(out, f.named(orig, name, style, want, size))
	}
	first := f.single(r, orig, style, want, size)
	first.actual = orig
	return append(out, first)
}

func (f *fonts) together(s, orig string, style int16, want faceID, size float64) (atom, bool) {
	a := atom{draw: s, style: style, face: want}
	for i, r := range s {
		id, w, ok := f.pickFace(want, r)
		if !ok || i > 0 && id != a.face {
			return a, false
		}
		a.face = id
		a.width += w * size
	}
	if s != orig {
		a.actual = orig
	}
	return a, s != ""
}

// single gives the atom of one rune.
func (f *fonts) single(r rune, orig string, style int16, want faceID, size float64) atom {
	a := atom{style: style, face: want}
	switch {
	case r == '\n':
		a.kind = newline
		return a
	case r < 0x80:
		a = f.asciiAtom(string(r), style, want, size)
		if a.draw != orig && a.actual == "" {
			a.actual = orig
		}
		return a
	case isBidiControl(r):
		return f.named(orig, fmt.Sprintf("[U+%04X]", r), style, want, size)
	case isInvisible(r):
		a.actual = orig
		return a
	}
	drawn := r
	id, w, ok := f.pickFace(want, r)
	if !ok {
		if s := standIn(r); s != 0 {
			drawn = s
			id, w, ok = f.pickFace(want, s)
		}
	}
	if !ok {
		if name := runeName(r); name != "" {
			return f.named(orig, "["+name+"]", style, want, size)
		}
		return f.boxed(orig, style, want, size)
	}
	a.draw, a.face, a.width = string(drawn), id, w*size
	if a.draw != orig {
		a.actual = orig
	}
	switch {
	case unicode.IsSpace(drawn) && r != 0x00A0 && r != 0x202F:
		a.kind = space
	case isWide(r):
		a.kind = wide
	case r == '–' || r == '—' || r == '…' || r == '·':
		a.kind = breakAfter
	}
	return a
}

func (f *fonts) named(orig, name string, style int16, want faceID, size float64) atom {
	a := atom{draw: name, actual: orig, style: style, face: want, named: true, kind: breakAfter}
	for _, r := range name {
		if w := f.face(want).width(r); w >= 0 {
			f.use(want, r)
			a.width += w * size
		}
	}
	return a
}

func (f *fonts) boxed(orig string, style int16, want faceID, size float64) atom {
	id, w, _ := f.pickFace(want, '□')
	if !utf8.ValidString(orig) {
		orig = "\uFFFD"
	}
	return atom{draw: "□", actual: orig, width: w * size, style: style, face: id, dropped: true, kind: wide}
}

// isInvisible reports whether a rune has no shape of its own.
func isInvisible(r rune) bool {
	return r >= 0x200B && r <= 0x200D || r == 0x2060 || r == 0xFEFF || r == 0x00AD || r >= 0xFE00 && r <= 0xFE0F || r >= 0xE0000 && r <= 0xE0FFF
}

// isBidiControl reports whether a rune reorders the text around it, by which
// a text can be made to look like another. It is shown.
func isBidiControl(r rune) bool {
	return r >= 0x202A && r <= 0x202E || r >= 0x2066 && r <= 0x2069 || r >= 0x80 && r <= 0x9F
}

func isWide(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul) || r >= 0x3000 && r <= 0x303F || r >= 0xFF00 && r <= 0xFFEF
}

// runeName gives the name of a symbol or an emoji, "" for what is a letter of
// some script.
func runeName(r rune) string {
	if !unicode.In(r, unicode.So, unicode.Sk, unicode.Sm, unicode.Sc) {
		return ""
	}
	if name := runenames.Name(r); name != "" && !strings.HasPrefix(name, "<") {
		return strings.ToLower(name)
	}
	return ""
}

// sequenceName names a sequence of emoji: a flag by its letters, a family by
// its members.
func sequenceName(s string) string {
	var names []string
	flag := ""
	for _, r := range s {
		switch {
		case r >= 0x1F1E6 && r <= 0x1F1FF:
			flag += string('A' + r - 0x1F1E6)
		case r >= 0x1F3FB && r <= 0x1F3FF, isInvisible(r), r == 0x20E3:
		default:
			if r < 0x80 {
				names = append(names, string(r))
			} else if name := runeName(r); name != "" {
				names = append(names, name)
			} else {
				return ""
			}
		}
	}
	if flag != "" {
		names = append(names, "flag "+flag)
	}
	if len(names) == 0 {
		return ""
	}
	return "[" + strings.Join(names, " + ") + "]"
}

// metaText makes a text fit for titles and bookmarks, where only the BMP is safe.
func metaText(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	var b strings.Builder
	for _, r := range s {
		switch {
		case r < 0x20 || r == 0x7f:
			b.WriteByte(' ')
		case isBidiControl(r):
			fmt.Fprintf(&b, "[U+%04X]", r)
		case r > 0xFFFF:
			if name := runeName(r); name != "" {
				b.WriteString("[" + name + "]")
			} else {
				b.WriteString("□")
			}
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
