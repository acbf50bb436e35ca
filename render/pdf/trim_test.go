package pdf

import (
	"strings"
	"testing"

	"github.com/tickmark-dev/tickmark/render/document"
	"github.com/tickmark-dev/tickmark/render/rendertest"
)

func laidOut(d *document.Document) (*layout, [][]placed) {
	l := &layout{fonts: newFonts(nil), doc: d, opts: Options{Tool: "tickmark 0.1.0", AsOf: rendertest.At("20 08:00:00")}}
	return l, flow(l.document(), contentTop, contentBottom)
}

// TestTrimmedFontsSayTheSame: with fonts that hold only what a document uses,
// other readers find the same text as with whole ones, and nothing is drawn
// that the fonts do not have.
func TestTrimmedFontsSayTheSame(t *testing.T) {
	p := rendertest.Package()
	for _, dossier := range []int{0, 1} {
		for _, d := range document.Sample(p.Dossiers[dossier], p) {
			l, pages := laidOut(&d)
			l.rehearse()
			trimmed, complete, err := l.draw(pages, false)
			if err != nil || !complete {
				t.Fatalf("%s: complete %v, %v", d.Name, complete, err)
			}
			whole, _, err := l.draw(pages, true)
			if err != nil {
				t.Fatal(err)
			}
			if len(trimmed.Data) > len(whole.Data) {
				t.Errorf("%s: %d bytes with trimmed fonts, %d with whole ones", d.Name, len(trimmed.Data), len(whole.Data))
			}
			rendertest.CheckPDF(t, trimmed.Data)
			if rendertest.Text(t, trimmed.Data) != rendertest.Text(t, whole.Data) {
				t.Errorf("%s says other things with trimmed fonts", d.Name)
			}
		}
	}
}

// TestWhatNobodyRehearsedIsDrawn: a character that is laid out only while
// drawing makes the file come out with whole fonts.
func TestWhatNobodyRehearsedIsDrawn(t *testing.T) {
	d := &document.Document{Name: "x", Title: "Ελληνικά", Sample: "Sample 1", Headline: "Test"}
	l, pages := laidOut(&document.Document{Name: "x", Title: "plain", Sample: "Sample 1", Headline: "Test"})
	l.doc = d
	if _, complete, err := l.draw(pages, false); complete || err != nil {
		t.Errorf("complete %v, %v", complete, err)
	}
	res, complete, err := l.draw(pages, true)
	if err != nil || !complete || !strings.Contains(rendertest.Text(t, res.Data), "Ελληνικά") {
		t.Errorf("complete %v, %v", complete, err)
	}
}
