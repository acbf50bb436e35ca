package pdf

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf16"

	"github.com/go-pdf/fpdf"
)

// painter draws on the pages of one file. Fonts are put into the file when
// they are first used.
type painter struct {
	f       *fpdf.Fpdf
	fonts   *fonts
	loaded  map[faceID]map[rune]bool // the fonts of the file, with the characters that they have there
	whole   bool                     // fonts are put in with all their characters
	lacks   bool                     // a character was drawn that its font does not have in the file
	dropped int                      // characters of this page drawn as □
	named   int                      // characters of this page drawn as their names
	levels  []int                    // of the bookmarks above the last one, outermost first
}

// op draws something of a strip whose top lies at y.
type op func(p *painter, y float64)

// run is text in one style on one line.
type run struct {
	x, w    float64
	text    string
	actual  string
	face    faceID
	size    float64
	ink     colour
	link    string
	strike  bool
	code    bool
	dropped int
	named   int
	mute    bool // ornament: not part of the text
}

func (p *painter) font(id faceID, size float64) {
	family, style := id.family()
	if p.loaded[id] == nil {
		data, has := p.fonts.trimmed(id)
		if p.whole {
			// A copy: fpdf writes into the bytes of a font whose glyphs share widths.
			data = bytes.Clone(p.fonts.bytes(id))
		}
		p.f.AddUTF8FontFromBytes(family, style, data)
		p.loaded[id] = has
	}
	p.f.SetFont(family, style, size)
}

// text draws a run with its baseline at y.
func (p *painter) text(r run, y float64) {
	p.dropped += r.dropped
	p.named += r.named
	if r.text == "" {
		return
	}
	p.font(r.face, r.size)
	if !p.whole {
		for _, c := range r.text {
			p.lacks = p.lacks || !p.loaded[r.face][c]
		}
	}
	p.f.SetTextColor(r.ink.r, r.ink.g, r.ink.b)
	marked := r.actual != "" || r.mute
	if marked {
		p.f.RawWriteStr("/Span <</ActualText <" + actualText(r.actual) + ">>> BDC")
	}
	p.f.Text(r.x, y, r.text)
	if marked {
		p.f.RawWriteStr("EMC")
	}
	if r.strike {
		p.line(r.x, y-r.size*0.3, r.x+r.w, y-r.size*0.3, 0.6, r.ink)
	}
	if r.link != "" {
		p.line(r.x, y+r.size*0.16, r.x+r.w, y+r.size*0.16, 0.3, r.ink)
		p.f.LinkString(r.x, y-r.size*0.85, r.w, r.size*1.15, r.link)
	}
}

// actualText writes s as hexadecimal UTF-16 with its mark.
func actualText(s string) string {
	var b strings.Builder
	b.WriteString("FEFF")
	for _, u := range utf16.Encode([]rune(s)) {
		fmt.Fprintf(&b, "%04X", u)
	}
	return b.String()
}

func (p *painter) line(x1, y1, x2, y2, width float64, c colour) {
	p.f.SetLineWidth(width)
	p.f.SetDrawColor(c.r, c.g, c.b)
	p.f.Line(x1, y1, x2, y2)
}

func (p *painter) fill(x, y, w, h float64, c colour) {
	p.f.SetFillColor(c.r, c.g, c.b)
	p.f.Rect(x, y, w, h, "F")
}

// rounded draws a rectangle with rounded corners; corners as in "1234" from
// top left, clockwise. RoundedRect of fpdf leaves graphics state behind, so
// the path is drawn here.
func (p *painter) rounded(x, y, w, h, r float64, corners string, style string, fillC, drawC colour, width float64) {
	p.f.SetFillColor(fillC.r, fillC.g, fillC.b)
	p.f.SetDrawColor(drawC.r, drawC.g, drawC.b)
	p.f.SetLineWidth(width)
	at := func(corner string) float64 {
		if strings.Contains(corners, corner) {
			return min(r, w/2, h/2)
		}
		return 0
	}
	const k = 0.5523
	tl, tr, br, bl := at("1"), at("2"), at("3"), at("4")
	f := p.f
	f.MoveTo(x+tl, y)
	f.LineTo(x+w-tr, y)
	if tr > 0 {
		f.CurveBezierCubicTo(x+w-tr+tr*k, y, x+w, y+tr-tr*k, x+w, y+tr)
	}
	f.LineTo(x+w, y+h-br)
	if br > 0 {
		f.CurveBezierCubicTo(x+w, y+h-br+br*k, x+w-br+br*k, y+h, x+w-br, y+h)
	}
	f.LineTo(x+bl, y+h)
	if bl > 0 {
		f.CurveBezierCubicTo(x+bl-bl*k, y+h, x, y+h-bl+bl*k, x, y+h-bl)
	}
	f.LineTo(x, y+tl)
	if tl > 0 {
		f.CurveBezierCubicTo(x, y+tl-tl*k, x+tl-tl*k, y, x+tl, y)
	}
	f.ClosePath()
	f.DrawPath(style)
}

func (p *painter) disc(x, y, r float64, c colour) {
	p.f.SetFillColor(c.r, c.g, c.b)
	p.f.Circle(x, y, r, "F")
}

// outline adds a bookmark that leads to y on this page. A file may not skip a
// level, as headings do: a bookmark lies below the last one of a higher level.
func (p *painter) outline(text string, level int, y float64) {
	for len(p.levels) > 0 && p.levels[len(p.levels)-1] >= level {
		p.levels = p.levels[:len(p.levels)-1]
	}
	// A bookmark takes its encoding from the font in force.
	p.font(regular, bodySize)
	p.f.Bookmark(metaText(text), len(p.levels), y)
	p.levels = append(p.levels, level)
}

// corner draws a quarter of a circle from (x1, y1) to (x2, y2) of the open path.
func (p *painter) corner(x1, y1, x2, y2 float64, sideways bool) {
	const k = 0.5523
	if sideways { // leaves along x
		p.f.CurveBezierCubicTo(x1+(x2-x1)*k, y1, x2, y2-(y2-y1)*k, x2, y2)
		return
	}
	p.f.CurveBezierCubicTo(x1, y1+(y2-y1)*k, x2-(x2-x1)*k, y2, x2, y2)
}
