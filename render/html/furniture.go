package html

import (
	"fmt"
	"strings"

	"golang.org/x/net/html"

	"github.com/tickmark-dev/tickmark/internal/evidence"
	"github.com/tickmark-dev/tickmark/render/document"
)

const simulatedMark = "SIMULATED DATA – sample company"

// header says on every page, of paper too, what it belongs to.
func (p *page) header() *html.Node {
	left := strings.TrimSpace(p.doc.Sample)
	if left == "" {
		left = p.opts.Package
	} else if p.opts.Package != "" {
		left = p.opts.Package + " · " + left
	}
	inner := el("header", "page-head", el("span", "of", p.span(document.Span{Text: left + " "})))
	if p.doc.Simulated {
		add(inner, badge(document.Badge{Text: simulatedMark, Tone: document.Attention}))
	}
	return add(inner, el("span", "what", text(p.doc.Title)))
}

// title draws what the document is, its headline, its states and one line below.
func (p *page) title() []*html.Node {
	d := p.doc
	h1 := el("h1", "", p.span(document.Span{Text: clipHeadline(d.Headline) + " "}))
	if d.Mark != "" && d.Mark != d.Headline {
		add(h1, el("span", "mark", text(d.Mark)))
	}
	out := el("div", "title", el("p", "eyebrow", text(d.Title)), h1)
	if len(d.Badges) > 0 {
		list := el("ul", "badges")
		for _, b := range d.Badges {
			list.AppendChild(el("li", "", badge(b)))
		}
		add(out, list)
	}
	if len(d.Subtitle) > 0 {
		add(out, el("p", "subtitle", p.spans(d.Subtitle)...))
	}
	if a := external(d.SourceURL); a != nil {
		add(out, el("p", "source", add(a, text("Open at the source")), text(" "), el("span", "address", text(d.SourceURL))))
	}
	return []*html.Node{out}
}

// clipHeadline keeps a hostile title from filling the page; the whole of it is
// in the source/ folder.
func clipHeadline(s string) string {
	const most = 500
	r := []rune(strings.ToValidUTF8(strings.TrimSpace(s), "\uFFFD"))
	if len(r) <= most {
		return string(r)
	}
	return string(r[:most]) + " … (cut short here)"
}

// footer says where the page comes from, as the foot of every PDF page does.
func (p *page) footer() *html.Node {
	out := el("footer", "")
	line := func(s string) { add(out, el("p", "", text(s))) }
	d := p.doc
	tool := "Rendered from the source's API response by " + p.opts.Tool + "; not a screenshot."
	switch {
	case d.Origin != "":
		for s := range strings.SplitSeq("Source: "+d.Origin, "\n") {
			line(s)
		}
		tool = "Rendered from the sources' answers by " + p.opts.Tool + "; not a screenshot."
	case len(d.Sources) == 0:
		where := "Source: no payload"
		if d.SourceURL != "" {
			where += " (" + d.SourceURL + ")"
		}
		line(where)
		tool = "Rendered by " + p.opts.Tool + "; no payload was obtained for this document; not a screenshot."
		if d.Kind == document.KindPolicy {
			tool = "Rendered by " + p.opts.Tool + " from a text of the package; not a screenshot."
		}
	default:
		s := d.Sources[0]
		more := ""
		if n := len(d.Sources) - 1; n > 0 {
			more = fmt.Sprintf(" and %d more, listed under “Sources”", n)
			if d.Unlisted {
				more = fmt.Sprintf(" and %d more, listed in the Evidence Index", n)
			}
		}
		line("Source: " + s.URL + more)
		line("Retrieved " + retrieved(s, ", confirmed unchanged ") + " by " + principal(s))
		line("SHA-256 of the raw payload: " + hash(s.SHA256))
		if s.Status == 0 { // not over HTTP
			tool = "Rendered from the source's data by " + p.opts.Tool + "; not a screenshot."
		}
	}
	if !p.opts.AsOf.IsZero() {
		line("As of " + p.opts.AsOf.UTC().Format("2006-01-02 15:04:05 UTC"))
	}
	line(tool)
	return out
}

func retrieved(s evidence.Provenance, confirmed string) string {
	when := s.RetrievedAt.UTC().Format("2006-01-02 15:04:05 UTC")
	if !s.ConfirmedAt.IsZero() {
		when += confirmed + s.ConfirmedAt.UTC().Format("2006-01-02 15:04:05 UTC")
	}
	return when
}

func principal(s evidence.Provenance) string {
	switch s.RetrievedBy {
	case "":
		return "an account that the source did not name"
	case "anonymous":
		return "anonymous (without a login)"
	}
	return s.RetrievedBy
}

func hash(sum string) string {
	if sum == "" {
		return "not recorded"
	}
	return sum
}

// sources lists everything that the document was made from.
func (p *page) sources() []*html.Node {
	if len(p.doc.Sources) == 0 || p.doc.Unlisted {
		return nil
	}
	t := &document.Table{Columns: []document.Column{{Title: "Source", Weight: 38}, {Title: "Retrieved", Weight: 15}, {Title: "By", Weight: 12}, {Title: "Status", Weight: 6},
		{Title: "Bytes", Weight: 7, Right: true}, {Title: "SHA-256 of the raw payload", Weight: 22}}}
	for _, s := range p.doc.Sources {
		t.Rows = append(t.Rows, sourceRow(s))
	}
	return []*html.Node{p.heading(&document.Heading{Level: 1, Spans: []document.Span{{Text: "Sources"}}}, 0),
		el("p", "tone-muted", text("The payloads that this document was drawn from.")), p.table(t)}
}

func sourceRow(s evidence.Provenance) document.Row {
	source := []document.Span{{Text: s.URL}}
	if s.Query != "" {
		source = append(source, document.Span{Text: "\n" + clipQuery(s.Query), Code: true, Tone: document.Muted})
	}
	status := "–"
	if s.Status != 0 {
		status = fmt.Sprint(s.Status)
	}
	cell := func(text string) document.Cell {
		return document.Cell{Spans: []document.Span{{Text: text}}}
	}
	return document.Row{Cells: []document.Cell{{Spans: source}, cell(retrieved(s, "\nunchanged ")), cell(principal(s)), cell(status), cell(fmt.Sprint(s.Size)),
		{Spans: []document.Span{{Text: hash(s.SHA256), Code: true}}}}}
}

func clipQuery(q string) string {
	q = strings.Join(strings.Fields(q), " ")
	r := []rune(q)
	if len(r) > 400 {
		return string(r[:400]) + fmt.Sprintf(" … (%d more characters)", len(r)-400)
	}
	return q
}
