package xlsx

import (
	"bytes"
	"cmp"
	"encoding/xml"
	"io"
	"slices"
)

// contentTypesPart is the part that says what each other part is.
const contentTypesPart = "[Content_Types].xml"

// contentTypes is what that part says.
type contentTypes struct {
	XMLName  xml.Name      `xml:"http://schemas.openxmlformats.org/package/2006/content-types Types"`
	Defaults []contentType `xml:"Default"`  // by extension
	Named    []contentType `xml:"Override"` // by part
}

type contentType struct {
	Extension string `xml:"Extension,attr,omitempty"`
	PartName  string `xml:"PartName,attr,omitempty"`
	Type      string `xml:"ContentType,attr"`
}

// typeSorter passes the content types on in a fixed order: of a workbook with
// charts, the library lists some of them in that of a map.
type typeSorter struct {
	to   io.Writer
	text bytes.Buffer
}

func (s *typeSorter) Write(data []byte) (int, error) { return s.text.Write(data) }

func (s *typeSorter) close() error {
	var types contentTypes
	if err := xml.Unmarshal(s.text.Bytes(), &types); err != nil {
		return err
	}
	for _, list := range [][]contentType{types.Defaults, types.Named} {
		slices.SortFunc(list, func(a, b contentType) int {
			return cmp.Or(cmp.Compare(a.Extension, b.Extension), cmp.Compare(a.PartName, b.PartName))
		})
	}
	text, err := xml.Marshal(types)
	if err != nil {
		return err
	}
	_, err = s.to.Write(append([]byte(xml.Header), text...))
	return err
}
