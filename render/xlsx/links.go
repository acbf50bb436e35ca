package xlsx

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"strings"
)

// link is a cell that leads somewhere.
type link struct{ cell, target string }

// maxLinks bounds the links of a sheet: Excel takes no more than 65,530.
const maxLinks = 60000

// The library looks through all links of a sheet for each that it adds, which
// takes minutes for a large index; so links are written into the parts here.

// addLinks writes the links of a sheet into its part. In the format's fixed
// order they come right before the page margins, which every sheet of ours has.
func addLinks(sheet []byte, links []link) ([]byte, error) {
	if len(links) == 0 {
		return sheet, nil
	}
	at := bytes.LastIndex(sheet, []byte("<pageMargins"))
	if at < 0 {
		return nil, fmt.Errorf("the sheet has no page margins to put links before")
	}
	var b bytes.Buffer
	b.Write(sheet[:at])
	b.WriteString(`<hyperlinks xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">`)
	for i, l := range links {
		fmt.Fprintf(&b, `<hyperlink ref="%s" r:id="rId%d"/>`, l.cell, i+1)
	}
	b.WriteString(`</hyperlinks>`)
	b.Write(sheet[at:])
	return b.Bytes(), nil
}

// relations gives the part that says where the links of a sheet lead.
func relations(links []link) ([]byte, error) {
	var b bytes.Buffer
	b.WriteString(xml.Header + `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">`)
	for i, l := range links {
		fmt.Fprintf(&b, `<Relationship Id="rId%d" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink" Target="`, i+1)
		if err := xml.EscapeText(&b, []byte(l.target)); err != nil {
			return nil, err
		}
		b.WriteString(`" TargetMode="External"/>`)
	}
	b.WriteString(`</Relationships>`)
	return b.Bytes(), nil
}

// sheetPart and relationsPart name the parts of the sheet with that index.
func sheetPart(i int) string { return fmt.Sprintf("xl/worksheets/sheet%d.xml", i+1) }

func relationsPart(i int) string {
	return strings.Replace(sheetPart(i), "worksheets/", "worksheets/_rels/", 1) + ".rels"
}
