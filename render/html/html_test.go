package html_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/tickmark-dev/tickmark/render/document"
	"github.com/tickmark-dev/tickmark/render/html"
	"github.com/tickmark-dev/tickmark/render/rendertest"
)

var asOf = time.Date(2026, 7, 6, 8, 0, 0, 0, time.UTC)

func options() html.Options {
	return html.Options{Tool: "tickmark 0.1.0", AsOf: asOf, Package: "Acme GmbH"}
}

func render(t *testing.T, d document.Document) []byte {
	t.Helper()
	out, err := html.Render(d, options())
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// documents are all that the fixtures give: of three samples, and of the
// whole period.
func documents(t *testing.T) map[string]document.Document {
	t.Helper()
	p := rendertest.Package()
	docs := map[string]document.Document{}
	for i, d := range append(p.Dossiers, rendertest.EmptyDossier()) {
		for _, doc := range document.Sample(d, p) {
			docs[fmt.Sprintf("%d-%s", i+1, doc.Name)] = doc
		}
	}
	report, err := document.Readiness(rendertest.ReadinessPackage())
	if err != nil {
		t.Fatal(err)
	}
	docs["readiness_report"] = report
	return docs
}
