// Package html draws documents as web pages that stand alone: one file, no
// script, nothing that is loaded from elsewhere.
//
// Render is a pure function: no I/O, no clock, no state between calls. Equal
// input gives equal bytes, and several documents may be rendered at once.
//
// Every text of a document is a stranger's. The page is put together as a tree
// of nodes and written by golang.org/x/net/html, so that text can only ever be
// text; characters that steer a terminal or turn the direction of writing are
// shown by their numbers; only http and https addresses become links; and a
// Content-Security-Policy forbids everything but the page's own style and
// pictures that it carries itself.
package html

import (
	"bytes"
	"crypto/sha256"
	_ "embed" // the style
	"encoding/base64"
	"fmt"
	"time"

	"golang.org/x/net/html"

	"github.com/tickmark-dev/tickmark/render/document"
)

// Options are what a document does not say itself.
type Options struct {
	Tool    string    // "tickmark 0.1.0"
	AsOf    time.Time // stands for now: the time of the newest record
	Package string    // label of the package at the head of the page; may be empty
	Folder  string    // in which the page lies, from the package's folder, with "/"; "" for that folder itself
}

//go:embed style.css
var style string

// policy allows the page's own style, by its hash, and pictures inside the
// file. Nothing else is loaded, run, sent or framed.
func policy() string {
	sum := sha256.Sum256([]byte(style))
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; img-src data:; base-uri 'none'; form-action 'none'"
}

// page is one document while it is drawn.
type page struct {
	doc      *document.Document
	opts     Options
	contents []content
	above    []level // headings that the next one lies below, outermost first
}

// level is that of a heading: as its text says, and as it is written.
type level struct{ said, written int }

// content is a line of the page's contents.
type content struct{ id, title string }

// Render draws d as one HTML file in UTF-8. An error means that there is no file.
func Render(d document.Document, o Options) ([]byte, error) {
	p := &page{doc: &d, opts: o, above: []level{{0, 1}}}
	head := el("head", "", meta("charset", "utf-8"), httpEquiv("Content-Security-Policy", policy()),
		named("viewport", "width=device-width, initial-scale=1"), named("referrer", "no-referrer"), named("generator", o.Tool),
		el("title", "", text(p.name())), el("style", "", &html.Node{Type: html.TextNode, Data: style}))
	main := el("main", "")
	set(main, "id", "main")
	add(main, p.title()...)
	add(main, p.blocks(d.Blocks, 0)...)
	add(main, p.sources()...)
	body := el("body", p.class(), p.skip(), p.header())
	add(body, p.nav(), main, p.footer())
	root := el("html", "", head, body)
	set(root, "lang", "en")
	doc := &html.Node{Type: html.DocumentNode}
	add(doc, &html.Node{Type: html.DoctypeNode, Data: "html"}, root)
	var out bytes.Buffer
	if err := html.Render(&out, doc); err != nil {
		return nil, fmt.Errorf("drawing %s as HTML: %w", d.Name, err)
	}
	out.WriteByte('\n')
	return out.Bytes(), nil
}

func (p *page) class() string {
	if p.doc.Simulated {
		return "simulated"
	}
	return ""
}

// name is what the browser's tab says.
func (p *page) name() string {
	if p.doc.Sample != "" {
		return p.doc.Sample + " · " + p.doc.Title
	}
	return p.doc.Title
}

// fewContents is up to how many sections a page needs no contents.
const fewContents = 3

// skip leads past the contents for who does not use a mouse.
func (p *page) skip() *html.Node {
	if len(p.contents) <= fewContents {
		return nil
	}
	a := el("a", "skip", text("Skip the contents"))
	set(a, "href", "#main")
	return a
}

func (p *page) nav() *html.Node {
	if len(p.contents) <= fewContents {
		return nil
	}
	list := el("ul", "")
	for _, c := range p.contents {
		a := el("a", "", text(c.title))
		set(a, "href", "#"+c.id)
		add(list, el("li", "", a))
	}
	nav := el("nav", "", el("p", "nav-title", text("On this page")), list)
	set(nav, "aria-label", "Contents")
	return nav
}
