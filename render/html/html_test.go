package html_test

import (
	"bytes"
	"fmt"
	"iter"
	"strings"
	"testing"
	"time"

	xhtml "golang.org/x/net/html"

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
	docs["index"] = document.Index(rendertest.IndexPackage())
	return docs
}

// parsed reads a page back as browsers do.
func parsed(t *testing.T, page []byte) *xhtml.Node {
	t.Helper()
	root, err := xhtml.Parse(bytes.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	return root
}

// elements gives the elements of a tree in order.
func elements(root *xhtml.Node) iter.Seq[*xhtml.Node] {
	return func(yield func(*xhtml.Node) bool) {
		for n := range root.Descendants() {
			if n.Type == xhtml.ElementNode && !yield(n) {
				return
			}
		}
	}
}

func attr(n *xhtml.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

// content gives the text of a tree without its style.
func content(root *xhtml.Node) string {
	var b strings.Builder
	for n := range root.Descendants() {
		if n.Type == xhtml.TextNode && n.Parent.Data != "style" {
			b.WriteString(n.Data)
		}
	}
	return b.String()
}

// outline gives a page's text as its goldens have it: a line for each block.
func outline(root *xhtml.Node) string {
	var b strings.Builder
	var walk func(n *xhtml.Node)
	walk = func(n *xhtml.Node) {
		if n.Type == xhtml.TextNode {
			b.WriteString(n.Data)
			return
		}
		switch n.Data {
		case "style", "head":
			return
		case "br":
			b.WriteString(" / ")
			return
		case "td", "th":
			b.WriteString(" | ")
		case "tr", "p", "li", "dt", "figcaption", "pre", "nav", "footer", "main", "text":
			b.WriteString("\n")
		case "h1", "h2", "h3", "h4", "h5", "h6":
			b.WriteString("\n\n" + strings.Repeat("#", int(n.Data[1]-'0')) + " ")
		case "dd":
			b.WriteString(": ")
		case "img":
			b.WriteString("[picture " + attr(n, "alt") + "]")
		case "a":
			b.WriteString("<" + attr(n, "href") + ">")
		}
		for c := range n.ChildNodes() {
			walk(c)
		}
	}
	walk(root)
	var lines []string
	for line := range strings.SplitSeq(b.String(), "\n") {
		if line = strings.TrimRight(line, " "); line != "" {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n") + "\n"
}

func TestGoldens(t *testing.T) {
	for name, d := range documents(t) {
		t.Run(name, func(t *testing.T) {
			rendertest.Golden(t, name+".txt", outline(parsed(t, render(t, d))))
		})
	}
}

func TestDeterministicAndPure(t *testing.T) {
	for name, d := range documents(t) {
		rendertest.Pure(t, func() string { return fmt.Sprintf("%+v", d) }, func() { render(t, d) })
		rendertest.Deterministic(t, func() ([]byte, error) { return html.Render(d, options()) })
		if again := documents(t)[name]; !bytes.Equal(render(t, d), render(t, again)) {
			t.Errorf("%s: equal evidence gave another page", name)
		}
	}
}

// TestEveryPageSays what it is and where it comes from, as every page of a PDF does.
func TestEveryPageSays(t *testing.T) {
	for name, d := range documents(t) {
		t.Run(name, func(t *testing.T) {
			text := content(parsed(t, render(t, d)))
			want := []string{d.Title, d.Sample, "SIMULATED DATA – sample company", "not a screenshot", "tickmark 0.1.0", "As of 2026-07-06 08:00:00 UTC", "Acme GmbH"}
			switch {
			case d.Origin != "":
				want = append(want, strings.Split(d.Origin, "\n")...)
			case len(d.Sources) == 0:
				want = append(want, "Source: no payload")
			default:
				s := d.Sources[0]
				want = append(want, s.URL, s.SHA256, "Retrieved "+s.RetrievedAt.Format("2006-01-02 15:04:05 UTC")+" by "+s.RetrievedBy)
				if n := len(d.Sources) - 1; n > 0 && d.Unlisted {
					want = append(want, fmt.Sprintf("and %d more, listed in the Evidence Index", n))
				} else {
					for _, s := range d.Sources {
						want = append(want, s.URL, s.SHA256)
					}
				}
			}
			for _, w := range want {
				if !strings.Contains(text, w) {
					t.Errorf("the page does not say %q", w)
				}
			}
		})
	}
}
