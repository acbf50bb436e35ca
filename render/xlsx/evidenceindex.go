package xlsx

import (
	"fmt"
	"strings"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// indexSheet lists every file with every payload that it was made from: a row
// for each of the two together.
func indexSheet(b *book) error {
	s := b.open(sheetIndex, layout{printed: 5, paper: 5, frozen: 1, columns: []column{
		{title: "Sample #", width: 11, core: true},
		{title: "File", width: 84, core: true},
		{title: "Bytes", width: 11, core: true, number: true},
		{title: "SHA-256", width: 60, core: true, nowrap: true},
		{title: "Source", width: 10, core: true},
		{title: "Title", width: 120},
		{title: "Method", width: 18},
		{title: "System", width: 14},
		{title: "Raw payload in the package", width: 120},
		{title: "Raw payload SHA-256", width: 60, nowrap: true},
		{title: "Retrieved (UTC)", width: 20},
		{title: "Unchanged at source (UTC)", width: 24},
		{title: "Retrieved by", width: 44},
		{title: "Collector", width: 18},
		{title: "Redacted?", width: 14},
		{title: "Source URL", width: 120, nowrap: true},
	}, lead: "Every file of the package, and every answer of a system that it was made from. A row is one file with one of them: 1 of 9, 2 of 9, and so on."})
	s.header()
	base := b.folders.base
	raw := rawFiles(b.p)
	var rows [][]cell
	for _, file := range b.p.Files {
		sources := file.Sources
		if len(sources) == 0 {
			sources = []evidence.Provenance{{}}
		}
		for i, src := range sources {
			rows = append(rows, indexRow(file, src, i, base, raw))
		}
	}
	unlinked := s.spareLinks(rows)
	for _, row := range rows {
		s.row(row...)
	}
	s.gap()
	for _, title := range unlinked {
		s.note(fmt.Sprintf("Column %q shows its addresses without links: there are too many for one sheet.", title))
	}
	s.note("On paper stand the columns up to Source; the others, with what each file was made from, are for the screen.")
	s.note("Every file of the package is in SHA256SUMS; this sheet lists those that were there when the workbook was written, which is all but the workbook itself, README.txt, redactions.json, manifest.json and SHA256SUMS.")
	s.note("Raw payload SHA-256 is of the answer as the source sent it. The file in source/ has another one where secrets were taken out of it: \"Redacted?\" compares the two.")
	return s.close()
}

// spareLinks takes out the links of whole columns, from the right, until the
// sheet can bear the rest, and gives the titles of those columns.
func (s *sheet) spareLinks(rows [][]cell) (unlinked []string) {
	links := make([]int, len(s.columns))
	total := 0
	for _, row := range rows {
		for i, c := range row {
			if c.link != "" {
				links[i]++
				total++
			}
		}
	}
	for i := len(links) - 1; i >= 0 && total > maxLinks; i-- {
		if links[i] == 0 {
			continue
		}
		for _, row := range rows {
			row[i].link = ""
		}
		total -= links[i]
		unlinked = append(unlinked, s.columns[i].title)
	}
	return unlinked
}

func indexRow(file evidence.PackedFile, s evidence.Provenance, i int, base string, raw map[rawKey]evidence.PackedFile) []cell {
	sample := text("package")
	if file.Sample > 0 {
		sample = ordinal(file.Sample)
	}
	row := []cell{
		sample, linked(shown(file.Path, base), relative(file.Path, base)), amount(file.Size), lookingLike(lookHash, file.SHA256),
	}
	title, method := text(said(oneLine(file.Title, 300))), text(said(file.Method))
	if s.SHA256 == "" && s.URL == "" {
		const none = "none: not made from a source's answer"
		row = append(row, text("none"), title, method)
		for range 8 {
			row = append(row, text("none"))
		}
		return append(row, text(none))
	}
	payload, redacted := text("none: not copied into the package"), "not copied"
	if copied := raw[rawKey{file.Sample, s.SHA256}]; copied.Path != "" {
		payload, redacted = linked(shown(copied.Path, base), relative(copied.Path, base)), "no"
		if copied.SHA256 != s.SHA256 {
			redacted = "yes"
		}
	}
	by := s.RetrievedBy
	if by == "" {
		by = noneRecorded + ": the source did not say"
	}
	confirmed := moment(s.ConfirmedAt, "none: retrieved once")
	return append(row,
		text(fmt.Sprintf("%d of %d", i+1, len(file.Sources))), title, method, text(s.System), payload, lookingLike(lookHash, said(s.SHA256)),
		moment(s.RetrievedAt, noneRecorded), confirmed, text(by), text(said(s.Collector)), text(redacted), linked(s.URL, web(s.URL)))
}

// shown gives a path as it is read from the folder of the workbook.
func shown(path, base string) string {
	if rest, ok := strings.CutPrefix(path, base+"/"); ok && base != "" {
		return rest
	}
	return path
}

// rawKey names a payload of a sample.
type rawKey struct {
	sample int
	sha256 string
}

// rawFiles says which file of each sample holds which payload: the file that
// was made from that payload alone, and is no drawing of it.
func rawFiles(p evidence.Package) map[rawKey]evidence.PackedFile {
	files := map[rawKey]evidence.PackedFile{}
	for _, file := range p.Files {
		if len(file.Sources) != 1 || file.Method == "rendered" || file.Method == "template" {
			continue
		}
		key := rawKey{file.Sample, file.Sources[0].SHA256}
		if files[key].Path == "" {
			files[key] = file
		}
	}
	return files
}
