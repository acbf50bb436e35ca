// Package pdf draws documents as PDF files.
//
// Render is a pure function: no I/O, no clock, no state between calls. Equal
// input gives equal bytes, and several documents may be rendered at once. The
// text of every page can be searched and copied: what no font can draw is
// shown by a stand-in, and the file still carries the original characters.
package pdf

import (
	"bytes"
	"errors"
	"fmt"
	"time"

	"github.com/go-pdf/fpdf"

	"github.com/tickmark-dev/tickmark/render/document"
)

// Options are what a document does not say itself.
type Options struct {
	Tool    string    // "tickmark 0.1.0"
	AsOf    time.Time // stands for now: the date that the file carries
	Fonts   [][]byte  // TrueType fonts for what DejaVu lacks, in order; read when a text needs one, left out where unusable
	Package string    // label of the package in page headers; may be empty
}

// Result is one rendered file.
type Result struct {
	Data        []byte
	Pages       int
	Unprintable int // characters that no font could draw; each is shown as □ and kept as text
}

// Render draws d. An error means that there is no file; it never panics.
func Render(d document.Document, o Options) (res Result, err error) {
	defer func() {
		if r := recover(); r != nil {
			res, err = Result{}, fmt.Errorf("drawing %s as PDF: %v", d.Name, r)
		}
	}()
	fonts := newFonts(o.Fonts)
	l := &layout{fonts: fonts, doc: &d, opts: o}
	pages := flow(l.document(), contentTop, contentBottom)
	l.rehearse()
	res, whole, err := l.draw(pages, false)
	if err == nil && !whole {
		res, _, err = l.draw(pages, true)
	}
	return res, err
}

// draw makes the file. With fonts that hold only what the layout has used,
// complete reports whether that was all that was drawn.
func (l *layout) draw(pages [][]placed, wholeFonts bool) (res Result, complete bool, err error) {
	f := newFile(l.doc, l.opts)
	p := &painter{f: f, fonts: l.fonts, loaded: map[faceID]map[rune]bool{}, whole: wholeFonts}
	for i, page := range pages {
		f.AddPage()
		p.dropped, p.named = 0, 0
		for _, s := range page {
			for _, draw := range s.strip.ops {
				draw(p, s.y)
			}
		}
		res.Unprintable += p.dropped
		l.furniture(p, i+1, len(pages))
	}
	if p.lacks {
		return Result{}, false, nil
	}
	var out bytes.Buffer
	if err := f.Output(&out); err != nil {
		return Result{}, true, fmt.Errorf("drawing %s as PDF: %w", l.doc.Name, err)
	}
	if out.Len() == 0 {
		return Result{}, true, errors.New("drawing " + l.doc.Name + " as PDF: the file came out empty")
	}
	res.Data, res.Pages = out.Bytes(), len(pages)
	return res, true, nil
}

// rehearse lets the fonts know the texts of headers and footers, which are
// laid out when they are drawn.
func (l *layout) rehearse() {
	texts := []string{l.doc.Title, l.doc.Sample, l.doc.SourceURL, l.doc.Origin, l.opts.Package, l.opts.Tool, simulatedMark}
	if len(l.doc.Sources) > 0 {
		s := l.doc.Sources[0]
		texts = append(texts, s.URL, s.RetrievedBy, s.SHA256)
	}
	for _, text := range texts {
		for _, id := range []faceID{regular, bold, mono} {
			l.fonts.atoms(nil, text, 0, id, 1)
		}
	}
}

// newFile is the one place that makes a file: all that equal bytes need is
// set here.
func newFile(d *document.Document, o Options) *fpdf.Fpdf {
	f := fpdf.New("P", "pt", "A4", "")
	f.SetCatalogSort(true)
	f.SetCreationDate(o.AsOf.UTC())
	f.SetModificationDate(o.AsOf.UTC())
	f.SetAutoPageBreak(false, 0)
	f.SetMargins(0, 0, 0)
	f.SetCellMargin(0)
	f.SetCompression(true)
	title := d.Title
	if d.Sample != "" {
		title = d.Sample + " · " + title
	}
	f.SetTitle(metaText(title), true)
	f.SetSubject(metaText(d.Headline), true)
	f.SetCreator(metaText(o.Tool), true)
	f.SetProducer(metaText(o.Tool+", go-pdf/fpdf"), true)
	f.SetLang("en")
	f.SetDisplayMode("fullwidth", "continuous")
	return f
}
