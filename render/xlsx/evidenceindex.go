package xlsx

import (
	"fmt"
	"strings"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// evidenceIndex lists every file with every payload that it was made from: a
// row for each of the two together.
func evidenceIndex(p evidence.Package) table {
	t := table{name: "Evidence Index", printed: 6, frozen: 1, columns: []column{
		{title: "Sample #", width: 11, core: true},
		{title: "File", width: 64, core: true},
		{title: "Title", width: 34, core: true},
		{title: "Method", width: 15, core: true},
		{title: "Bytes", width: 11, core: true},
		{title: "SHA-256", width: 66, core: true, nowrap: true},
		{title: "Source", width: 9},
		{title: "System", width: 12},
		{title: "Raw payload in the package", width: 64},
		{title: "Raw payload SHA-256", width: 66, nowrap: true},
		{title: "Retrieved (UTC)", width: 19},
		{title: "Unchanged at source (UTC)", width: 19},
		{title: "Retrieved by", width: 20},
		{title: "Collector", width: 16},
		{title: "Source URL", width: 70},
	}}
	base := sampleFolders(p).base
	raw := rawFiles(p)
	for _, file := range p.Files {
		sources := file.Sources
		if len(sources) == 0 {
			sources = []evidence.Provenance{{}}
		}
		for i, s := range sources {
			t.rows = append(t.rows, indexRow(file, s, i, base, raw))
		}
	}
	t.notes = []string{
		"A row is one file with one payload that it was made from; a file made from several has several rows (1 of 9, 2 of 9, …). Every file of the package is in SHA256SUMS; this sheet lists those that were there when the workbook was written, which is all but the workbook itself, README.txt, redactions.json, manifest.json and SHA256SUMS.",
		"Raw payload SHA-256 is of the answer as the source sent it. The file in source/ has another one where secrets were taken out of it.",
	}
	return t
}

func indexRow(file evidence.PackedFile, s evidence.Provenance, i int, base string, raw map[rawKey]string) []cell {
	sample := text("package")
	if file.Sample > 0 {
		sample = ordinal(file.Sample)
	}
	row := []cell{
		sample, linked(shown(file.Path, base), relative(file.Path, base)), text(said(oneLine(file.Title, 300))), text(said(file.Method)),
		amount(file.Size), text(file.SHA256),
	}
	if s.SHA256 == "" && s.URL == "" {
		const none = "none: not made from a source's answer"
		for range 9 {
			row = append(row, text("none"))
		}
		row[6], row[14] = text("none"), text(none)
		return row
	}
	payload := text("none: not copied into the package")
	if path := raw[rawKey{file.Sample, s.SHA256}]; path != "" {
		payload = linked(shown(path, base), relative(path, base))
	}
	by := s.RetrievedBy
	if by == "" {
		by = noneRecorded + ": the source did not say"
	}
	confirmed := moment(s.ConfirmedAt, "none: retrieved once")
	return append(row,
		text(fmt.Sprintf("%d of %d", i+1, len(file.Sources))), text(s.System), payload, text(said(s.SHA256)),
		moment(s.RetrievedAt, noneRecorded), confirmed, text(by), text(said(s.Collector)), linked(s.URL, web(s.URL)))
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
func rawFiles(p evidence.Package) map[rawKey]string {
	files := map[rawKey]string{}
	for _, file := range p.Files {
		if len(file.Sources) != 1 || file.Method == "rendered" || file.Method == "template" {
			continue
		}
		key := rawKey{file.Sample, file.Sources[0].SHA256}
		if files[key] == "" {
			files[key] = file.Path
		}
	}
	return files
}
