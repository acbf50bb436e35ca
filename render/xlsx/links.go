package xlsx

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
)

// link is a cell that leads somewhere: to a file, a page, or, where the target
// begins with #, to a cell of this workbook.
type link struct{ cell, target string }

func (l link) inside() bool { return strings.HasPrefix(l.target, "#") }

// maxLinks bounds the links of a sheet: Excel takes no more than 65,530.
const maxLinks = 60000

// The library looks through all links of a sheet for each that it adds, which
// takes minutes for a large index; so links are written into the parts here.

// beforeLinks is the element that links come right before in the format's fixed
// order. Every sheet of ours has it, and no text of a cell can hold it.
const beforeLinks = "<pageMargins"

// linker passes a sheet's part on and puts the links in.
type linker struct {
	to    io.Writer
	links []link
	kept  []byte // the end of what came, which may begin the element
	done  bool
}

func (l *linker) Write(data []byte) (int, error) {
	if l.done {
		return l.to.Write(data)
	}
	text := append(l.kept, data...)
	at := bytes.Index(text, []byte(beforeLinks))
	if at >= 0 {
		l.done, l.kept = true, nil
		for _, piece := range [][]byte{text[:at], l.element(), text[at:]} {
			if _, err := l.to.Write(piece); err != nil {
				return 0, err
			}
		}
		return len(data), nil
	}
	pass := max(0, len(text)-len(beforeLinks)+1)
	if _, err := l.to.Write(text[:pass]); err != nil {
		return 0, err
	}
	l.kept = append([]byte(nil), text[pass:]...)
	return len(data), nil
}

func (l *linker) close() error {
	if !l.done {
		return errors.New("the sheet has no page margins to put links before")
	}
	return nil
}

func (l *linker) element() []byte {
	var b bytes.Buffer
	b.WriteString(`<hyperlinks xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">`)
	for i, link := range l.links {
		if link.inside() {
			fmt.Fprintf(&b, `<hyperlink ref="%s" location="`, link.cell)
			_ = xml.EscapeText(&b, []byte(link.target[1:])) // a buffer takes everything
			b.WriteString(`"/>`)
			continue
		}
		fmt.Fprintf(&b, `<hyperlink ref="%s" r:id="rId%d"/>`, link.cell, i+1)
	}
	b.WriteString(`</hyperlinks>`)
	return b.Bytes()
}

// relations gives the part that says where the links of a sheet lead; nil where
// none leads out of the workbook.
func relations(links []link) ([]byte, error) {
	var b bytes.Buffer
	b.WriteString(xml.Header + `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">`)
	out := 0
	for i, l := range links {
		if l.inside() {
			continue
		}
		out++
		fmt.Fprintf(&b, `<Relationship Id="rId%d" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink" Target="`, i+1)
		if err := xml.EscapeText(&b, []byte(l.target)); err != nil {
			return nil, err
		}
		b.WriteString(`" TargetMode="External"/>`)
	}
	b.WriteString(`</Relationships>`)
	if out == 0 {
		return nil, nil
	}
	return b.Bytes(), nil
}

// sheetPart names the part of the sheet with that index, and relationsPart the
// one that says where its links lead.
func sheetPart(i int) string { return fmt.Sprintf("xl/worksheets/sheet%d.xml", i+1) }

func relationsPart(sheet string) string {
	return strings.Replace(sheet, "worksheets/", "worksheets/_rels/", 1) + ".rels"
}
