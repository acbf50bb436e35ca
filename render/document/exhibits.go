package document

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// exhibits shows every file that a person put beside the records; nil where
// there is none.
func (v *view) exhibits() *Document {
	items := v.c.All(evidence.KindExhibit)
	gaps := v.gapsOf(evidence.KindExhibit)
	items = slices.DeleteFunc(items, func(it evidence.Item) bool { return it.Exhibit == nil })
	if len(items) == 0 {
		return nil
	}
	d := v.begin("exhibits", KindExhibits, "Manual exhibits")
	d.Headline = "Manual exhibits"
	d.Subtitle = text(count(len(items), "file") + " that people put beside the records")
	d.add(note(Attention, "Attached by people",
		"These files were not retrieved from a system of record. Each is as reliable as the person who attached it."))
	for i, it := range items {
		d.cite(it)
		d.section(1, fmt.Sprintf("Exhibit %d: %s", i+1, or(it.Exhibit.Shows, it.Exhibit.File)), v.exhibitBlocks(it.Exhibit)...)
	}
	d.add(v.gapNotes(gaps)...)
	return d
}

// addExhibits adds those exhibits that say that they support the purpose, and
// reports whether there were any.
func (v *view) addExhibits(d *Document, purpose string, words ...string) bool {
	had := false
	for _, it := range v.c.All(evidence.KindExhibit) {
		if it.Exhibit == nil || !supports(it.Exhibit, words) {
			continue
		}
		if !had {
			d.section(1, "Exhibits that say they support "+purpose, note(Attention, "Attached by people",
				"Not retrieved from a system of record: each is as reliable as the person who attached it."))
		}
		had = true
		d.cite(it)
		d.section(2, or(it.Exhibit.Shows, it.Exhibit.File), v.exhibitBlocks(it.Exhibit)...)
	}
	return had
}

func supports(e *evidence.Exhibit, words []string) bool {
	s := strings.ToLower(e.Supports)
	return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(s, w) })
}

func (v *view) exhibitBlocks(e *evidence.Exhibit) []Block {
	var f factList
	f.add("Supports", text(e.Supports))
	f.must("Attached by", text(e.By))
	f.must("Attached", v.when(e.At))
	f.must("File", text(e.File))
	f.add("Type and size", text(strings.Trim(e.MediaType+", "+bytesText(e.Size), ", ")))
	f.wide("SHA-256", code(e.SHA256))
	blocks := []Block{f.block()}
	return append(blocks, exhibitContent(e)...)
}

func exhibitContent(e *evidence.Exhibit) []Block {
	kind := strings.ToLower(e.MediaType)
	switch {
	case len(e.Content) == 0:
		return []Block{note(Info, "Not shown here", "The file itself is in this sample's folder.")}
	case isImage(kind):
		return []Block{{Image: &Image{Content: e.Content, MediaType: kind, Name: e.File, Caption: e.File}}}
	case strings.HasPrefix(kind, "text/csv"):
		if t := csvTable(e.Content); t != nil {
			return limited(t.Columns, t.Rows, "rows")
		}
	}
	if (strings.HasPrefix(kind, "text/") || kind == "application/json") && utf8.Valid(e.Content) {
		s, left := cut(strings.ReplaceAll(string(e.Content), "\r\n", "\n"), maxText)
		return bounded([]Block{{Code: &Code{Text: s, Caption: e.File, Diff: isDiff(e.File, kind)}}}, left)
	}
	return []Block{note(Info, "Not shown here", "A file of this type cannot be shown on a page; the file itself is in this sample's folder.")}
}

// csvTable gives the table of a CSV file; nil where it is not one that fits a page.
func csvTable(content []byte) *Table {
	r := csv.NewReader(bytes.NewReader(content))
	r.FieldsPerRecord = -1
	r.LazyQuotes = true
	records, err := r.ReadAll()
	if err != nil || len(records) < 2 || len(records[0]) > 10 {
		return nil
	}
	t := &Table{}
	for _, c := range records[0] {
		t.Columns = append(t.Columns, Column{Title: strings.ToValidUTF8(c, "\uFFFD")})
	}
	for _, rec := range records[1:] {
		if len(rec) > 10 {
			return nil
		}
		var cells [][]Span
		for _, c := range rec {
			cells = append(cells, text(strings.ToValidUTF8(clip(c, 500), "\uFFFD")))
		}
		t.Rows = append(t.Rows, row(cells...))
	}
	return squared(t)
}

func isDiff(name, mediaType string) bool {
	name = strings.ToLower(name)
	return strings.HasSuffix(name, ".diff") || strings.HasSuffix(name, ".patch") || strings.Contains(mediaType, "x-diff") || strings.Contains(mediaType, "x-patch")
}
