package pdf

import (
	"fmt"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/tickmark-dev/tickmark/internal/evidence"
	"github.com/tickmark-dev/tickmark/render/document"
)

var (
	headerStyle = textStyle{size: 7.2, ink: grey}
	footerStyle = textStyle{size: 6.1, ink: grey}
	hashStyle   = textStyle{size: 5.9, ink: grey, mono: true}
	sourceStyle = textStyle{size: 6.8, ink: ink, lead: 1.32, flat: true}
)

const simulatedMark = "SIMULATED DATA – sample company"

// furniture draws what every page carries: sample and title above; source,
// retrieval, hash and page number below.
func (l *layout) furniture(p *painter, page, pages int) {
	l.header(p)
	l.footer(p, page, pages)
}

func (l *layout) header(p *painter) {
	const y = 36.0
	d := l.doc
	left := strings.TrimSpace(d.Sample)
	if left == "" {
		left = l.opts.Package
	} else if l.opts.Package != "" {
		left = l.opts.Package + " · " + left
	}
	room := contentW
	if d.Simulated {
		w, draw := l.pill(document.Badge{Text: simulatedMark, Tone: document.Attention}, 6.2)
		draw(p, marginX+(contentW-w)/2, y-16.5)
		room = contentW
	}
	ln := l.clipLine(left, document.Span{Bold: true}, textStyle{size: headerStyle.size, ink: accent, bold: true}, room*0.52)
	drawLine(p, ln, marginX, y+6)
	title := l.clipLine(d.Title, document.Span{}, headerStyle, room-ln.w-20)
	drawLine(p, title, marginX+contentW-title.w, y+6)
	p.line(marginX, y+11, marginX+contentW, y+11, 0.5, rule)
}

func (l *layout) footer(p *painter, page, pages int) {
	y := pageH - 64.0
	p.line(marginX, y, marginX+contentW, y, 0.5, rule)
	number := l.clipLine(fmt.Sprintf("page %d of %d", page, pages), document.Span{Bold: true}, textStyle{size: 6.8, ink: ink, bold: true}, 100)
	drawLine(p, number, marginX+contentW-number.w, y+10)
	room := contentW - 76
	for i, ln := range l.sourceLines(room) {
		drawLine(p, ln, marginX, y+10+float64(i)*8.2)
	}
	tool := "rendered from the source's API response by " + l.opts.Tool + "; not a screenshot"
	if len(l.doc.Sources) > 0 && l.doc.Sources[0].Status == 0 { // not over HTTP
		tool = "rendered from the source's data by " + l.opts.Tool + "; not a screenshot"
	}
	if l.doc.Origin != "" {
		tool = "rendered from the sources' answers by " + l.opts.Tool + "; not a screenshot"
	} else if len(l.doc.Sources) == 0 {
		tool = "rendered by " + l.opts.Tool + "; no payload was obtained for this document; not a screenshot"
		if l.doc.Kind == document.KindPolicy {
			tool = "rendered by " + l.opts.Tool + " from a text of the package; not a screenshot"
		}
	}
	drawLine(p, l.clipLine(tool, document.Span{}, footerStyle, contentW), marginX, y+10+3*8.2)
	if p.dropped+p.named > 0 {
		drawLine(p, l.clipLine(missingText(p.dropped, p.named), document.Span{}, footerStyle, contentW), marginX, y+10+4*8.2)
	}
}

// missingText says what a page could not show as its authors wrote it.
func missingText(dropped, named int) string {
	var parts []string
	if dropped > 0 {
		parts = append(parts, fmt.Sprintf("no font for %s of this page, drawn as □", plural(dropped, "character")))
	}
	if named > 0 {
		parts = append(parts, fmt.Sprintf("%s drawn by name in [brackets]", plural(named, "symbol")))
	}
	return strings.Join(parts, "; ") + "; copying and searching give the originals"
}

func plural(n int, one string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %ss", n, one)
}

// sourceLines says where the document comes from.
func (l *layout) sourceLines(room float64) []line {
	style := document.Span{}
	if l.doc.Origin != "" {
		as := "As of " + l.opts.AsOf.UTC().Format("2006-01-02 15:04:05 UTC")
		var lines []line
		for text := range strings.SplitSeq("Source: "+l.doc.Origin+"\n"+as, "\n") {
			lines = append(lines, l.clipLine(text, style, footerStyle, room))
		}
		return lines[:min(len(lines), 3)]
	}
	if len(l.doc.Sources) == 0 {
		where := "Source: no payload"
		if l.doc.SourceURL != "" {
			where += " (" + l.doc.SourceURL + ")"
		}
		return []line{l.clipLine(where, style, footerStyle, room)}
	}
	s := l.doc.Sources[0]
	more := ""
	if n := len(l.doc.Sources); n > 1 {
		more = fmt.Sprintf(" and %d more, listed on the last page", n-1)
		if l.doc.Unlisted {
			more = fmt.Sprintf(" and %d more, listed in the Evidence Index", n-1)
		}
	}
	moreLine := l.clipLine(more, style, footerStyle, room)
	source := l.clipLine("Source: "+s.URL, document.Span{}, footerStyle, room-moreLine.w)
	for _, r := range moreLine.runs {
		r.x += source.w
		source.runs = append(source.runs, r)
	}
	got := fmt.Sprintf("Retrieved %s by %s", s.RetrievedAt.UTC().Format("2006-01-02 15:04:05 UTC"), principal(s))
	if !s.ConfirmedAt.IsZero() {
		got += ", confirmed unchanged " + s.ConfirmedAt.UTC().Format("2006-01-02 15:04:05 UTC")
	}
	hash := l.clipLine("SHA-256 of the raw payload: ", style, footerStyle, room)
	sum := l.clipLine(hashText(s.SHA256), style, hashStyle, room)
	for _, r := range sum.runs {
		r.x += hash.w
		hash.runs = append(hash.runs, r)
	}
	return []line{source, l.clipLine(got, style, footerStyle, room), hash}
}

func principal(s evidence.Provenance) string {
	if s.RetrievedBy == "" {
		return "an account that the source did not name"
	}
	if s.RetrievedBy == "anonymous" {
		return "anonymous (without a login)"
	}
	return s.RetrievedBy
}

func hashText(sum string) string {
	if sum == "" {
		return "not recorded"
	}
	return sum
}

// sources is the table of everything that the document was made from, on its
// last page.
func (l *layout) sources() []strip {
	if len(l.doc.Sources) == 0 || l.doc.Unlisted {
		return nil
	}
	by, sameBy := common(l.doc.Sources, principal)
	t := &document.Table{Columns: []document.Column{{Title: "Source", Weight: 42}, {Title: "Retrieved", Weight: 14}}}
	if !sameBy {
		t.Columns = append(t.Columns, document.Column{Title: "By", Weight: 13})
	}
	t.Columns = append(t.Columns, document.Column{Title: "Status", Weight: 7}, document.Column{Title: "Bytes", Weight: 8, Right: true},
		document.Column{Title: "SHA-256 of the raw payload", Weight: 27})
	short := false
	for _, s := range l.doc.Sources {
		address, cut := readableURL(s.URL)
		short = short || cut
		t.Rows = append(t.Rows, sourceRow(s, address, !sameBy))
	}
	head := l.heading(&document.Heading{Level: 1, Spans: plainSpan("Sources")}, marginX, contentW, 0)
	strips := append([]strip{gap(20)}, head...)
	strips = append(strips, strip{h: 5, keep: true})
	about := "The payloads that this document was drawn from"
	if sameBy {
		about += ", all retrieved by " + by
	}
	about += "."
	if short {
		about += " Addresses are decoded and shortened here (…); the sheet Evidence Index of Change Log.xlsx has them whole."
	}
	for _, s := range l.textStrips([]document.Span{{Text: about, Tone: document.Muted}}, sourceStyle, marginX, contentW) {
		s.keep = true
		strips = append(strips, s)
	}
	strips = append(strips, strip{h: 5, keep: true})
	return append(strips, l.tableOf(t, marginX, contentW, sourceStyle)...)
}

func sourceRow(s evidence.Provenance, address string, by bool) document.Row {
	source := []document.Span{{Text: address}}
	if s.Query != "" {
		source = append(source, document.Span{Text: "\n" + clipQuery(s.Query), Code: true, Tone: document.Muted})
	}
	when := s.RetrievedAt.UTC().Format("2006-01-02 15:04:05 UTC")
	if !s.ConfirmedAt.IsZero() {
		when += "\nunchanged " + s.ConfirmedAt.UTC().Format("2006-01-02 15:04:05 UTC")
	}
	status := "–"
	if s.Status != 0 {
		status = fmt.Sprint(s.Status)
	}
	cells := []document.Cell{{Spans: source}, {Spans: plainSpan(when)}}
	if by {
		cells = append(cells, document.Cell{Spans: plainSpan(principal(s))})
	}
	return document.Row{Cells: append(cells, document.Cell{Spans: plainSpan(status)}, document.Cell{Spans: plainSpan(fmt.Sprint(s.Size))},
		document.Cell{Spans: []document.Span{{Text: hashText(s.SHA256), Code: true}}})}
}

// common gives what is the same for all sources; ok is false where it differs.
func common(sources []evidence.Provenance, of func(evidence.Provenance) string) (same string, ok bool) {
	for i, s := range sources {
		if i > 0 && of(s) != same {
			return "", false
		}
		same = of(s)
	}
	return same, true
}

// readableURL gives an address as people read one: its query decoded, and a
// value in it that is too long cut. cut reports whether it is another text
// than the address itself.
func readableURL(raw string) (readable string, cut bool) {
	const most = 44
	path, query, ok := strings.Cut(raw, "?")
	if !ok || !isWeb(raw) {
		return raw, false
	}
	var parts []string
	for part := range strings.SplitSeq(query, "&") {
		name, value, has := strings.Cut(part, "=")
		decoded, err := url.QueryUnescape(value)
		if !has || err != nil || !utf8.ValidString(decoded) {
			parts = append(parts, part)
			continue
		}
		if r := []rune(decoded); len(r) > most {
			decoded = string(r[:most]) + "…"
		}
		parts = append(parts, name+"="+decoded)
	}
	readable = path + "?" + strings.Join(parts, "&")
	return readable, readable != raw
}

func isWeb(address string) bool {
	return strings.HasPrefix(address, "http://") || strings.HasPrefix(address, "https://")
}

func plainSpan(s string) []document.Span { return []document.Span{{Text: s}} }

func clipQuery(q string) string {
	q = strings.Join(strings.Fields(q), " ")
	r := []rune(q)
	if len(r) > 400 {
		return string(r[:400]) + fmt.Sprintf(" … (%d more characters)", len(r)-400)
	}
	return q
}
