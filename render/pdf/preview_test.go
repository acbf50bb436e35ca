//go:build preview

package pdf_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/tickmark-dev/tickmark/render/document"
	"github.com/tickmark-dev/tickmark/render/pdf"
	"github.com/tickmark-dev/tickmark/render/rendertest"
)

// TestPreview writes the documents of the sample dossiers to the folder named
// by PREVIEW, for a person to look at.
func TestPreview(t *testing.T) {
	dir := os.Getenv("PREVIEW")
	if dir == "" {
		t.Skip("set PREVIEW to a folder to look at the documents")
	}
	var fonts [][]byte
	if font, err := os.ReadFile(os.Getenv("CJK")); err == nil {
		fonts = append(fonts, font)
	}
	p := rendertest.Package()
	p.Dossiers = append(p.Dossiers, rendertest.EmptyDossier())
	for i, d := range p.Dossiers {
		sub := filepath.Join(dir, string(rune('1'+i)))
		if err := os.MkdirAll(sub, 0o755); err != nil {
			t.Fatal(err)
		}
		for _, doc := range document.Sample(d, p) {
			start := time.Now()
			res, err := pdf.Render(doc, pdf.Options{Tool: p.Tool, AsOf: p.AsOf, Fonts: fonts})
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("%s/%s: %d pages, %d bytes, %d unprintable, %v", sub, doc.Name, res.Pages, len(res.Data), res.Unprintable, time.Since(start).Round(time.Millisecond))
			if err := os.WriteFile(filepath.Join(sub, doc.Name+".pdf"), res.Data, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// TestPreviewReadiness does the same with the readiness report.
func TestPreviewReadiness(t *testing.T) {
	dir := os.Getenv("PREVIEW")
	if dir == "" {
		t.Skip("set PREVIEW to a folder to look at the report")
	}
	p := rendertest.ReadinessPackage()
	doc, err := document.Readiness(p)
	if err != nil {
		t.Fatal(err)
	}
	res, err := pdf.Render(doc, pdf.Options{Tool: p.Tool, AsOf: p.AsOf, Package: p.Organization})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, doc.Name+".pdf"), res.Data, 0o644); err != nil {
		t.Fatal(err)
	}
}
