package document

import (
	"cmp"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// How a file of the package came to be, in the words of the Evidence Index.
const methodSource = "source payload"

// Index is the first page of a package, for reading it in a browser: every
// sample with its documents, what could not be had, and how to verify that
// nothing was changed. It lists p.Files, so it is made when all others are.
func Index(p evidence.Package) Document {
	x := &index{p: p, clock: Clock{Zone: p.Zone}, files: map[int][]evidence.PackedFile{}}
	for _, f := range p.Files {
		x.files[f.Sample] = append(x.files[f.Sample], f)
	}
	d := &Document{Name: "index", Kind: KindIndex, Title: "Evidence package", Headline: x.headline(), Subtitle: x.subtitle(), Simulated: p.Simulated,
		Origin: amount(len(p.Files), "file") + " of this package, each with its own sources in the sheet Evidence Index"}
	if n := x.gaps(); n > 0 {
		d.Badges = append(d.Badges, Badge{amount(n, "gap"), GapTone})
	}
	if n := len(p.Unmatched); n > 0 {
		d.Badges = append(d.Badges, Badge{amount(n, "line") + " of the request without a sample", Attention})
	}
	d.add(paragraph(Span{Tone: Muted, Text: "Prepared by management: the records that the organisation's own systems keep about each change that was asked for. It draws no conclusion: that is the auditor's."}))
	if p.SampleResultsOnly {
		d.add(paragraph(Span{Tone: Muted, Text: "Results of changes that were not sampled are left out of the workbook at the wish of who made the package; its list of all changes is whole."}))
	}
	d.section(1, "Samples", x.samples()...)
	d.add(x.unmatched()...)
	d.add(x.wholePackage()...)
	d.add(x.details()...)
	d.section(1, "How to verify that nothing was changed", verify()...)
	return *d
}

// index is a package as its first page looks at it.
type index struct {
	p     evidence.Package
	clock Clock
	files map[int][]evidence.PackedFile // by sample; 0: of the whole package
}

func (x *index) headline() string {
	return "Evidence of change management: " + amount(len(x.p.Dossiers), "sample")
}

func (x *index) subtitle() []Span {
	r := &readiness{p: x.p, pop: &evidence.Population{Period: x.p.Period}}
	spans := []Span{{Text: r.period(), Bold: true}, {Text: " · as of " + x.clock.Time(x.p.AsOf)}}
	if x.p.Period.To.IsZero() {
		spans = []Span{{Text: "As of " + x.clock.Time(x.p.AsOf)}}
	}
	if x.p.Organization != "" {
		spans = append([]Span{{Text: x.p.Organization + " · "}}, spans...)
	}
	return spans
}

func (x *index) gaps() int {
	n := 0
	for _, d := range x.p.Dossiers {
		n += len(d.Change.Gaps)
	}
	return n
}

func (x *index) view(i int) *view {
	d := x.p.Dossiers[i]
	return &view{d: d, c: &d.Change, p: x.p, clock: x.clock}
}

// samples has a row a sample. The first file of each is its summary.
func (x *index) samples() []Block {
	if len(x.p.Dossiers) == 0 {
		return []Block{note(GapTone, "There is no sample", "No line of the request became one.")}
	}
	var rows []Row
	for i := range x.p.Dossiers[:min(len(x.p.Dossiers), maxRows)] {
		v := x.view(i)
		s := v.c.Sample
		number := []Span{{Text: strconv.Itoa(s.Number), Bold: true}}
		if s.Label != "" && s.Label != strconv.Itoa(s.Number) {
			number = append(number, Span{Text: "\n" + clip(s.Label, 40), Tone: Muted})
		}
		change := []Span{{Text: v.changeName(), Bold: true, File: x.summary(s.Number)}, {Text: "\n" + clip(v.changeTitle(), 160), Tone: Muted}}
		gaps := muted("none")
		if n := len(v.c.Gaps); n > 0 {
			gaps = []Span{{Text: "∅ " + thousands(n), Tone: GapTone, Bold: true}}
		}
		rows = append(rows, row(number, change, text(or(v.deployedDay(), "not known")), x.outcome(v), gaps))
	}
	columns, rows := filled([]Column{{Title: "Sample", Weight: 10}, {Title: "Change", Weight: 39}, {Title: "In production", Weight: 14}, {Title: "Management's test", Weight: 28}, {Title: "Gaps", Weight: 9}}, rows)
	return append([]Block{table(columns, rows)}, more(len(x.p.Dossiers)-maxRows, "sample", "", "Change Log")...)
}

// outcome says in short what management's test of a sample came to; nothing
// where it was not tested.
func (x *index) outcome(v *view) []Span {
	results := v.d.Results
	if len(results) == 0 {
		return nil
	}
	counts := map[evidence.Outcome]int{}
	settled := 0
	for _, r := range results {
		counts[r.Outcome]++
		if v.conclusion(r).Settles(r) {
			settled++
		}
	}
	var said []string
	for _, c := range []struct {
		outcome evidence.Outcome
		says    string
	}{
		{evidence.Exception, "✗ " + amount(counts[evidence.Exception], "exception")},
		{evidence.NeedsReview, "? " + thousands(counts[evidence.NeedsReview]) + " to review"},
		{evidence.Unable, "∅ " + thousands(counts[evidence.Unable]) + " not testable"},
	} {
		if counts[c.outcome] > 0 {
			said = append(said, c.says)
		}
	}
	spans := v.overall()
	if len(said) > 0 {
		spans = append(spans, Span{Text: "\n" + strings.Join(said, ", "), Tone: Muted})
	}
	if settled > 0 {
		spans = append(spans, Span{Text: "\n" + thousands(settled) + " of these concluded by a person", Tone: Muted})
	}
	return spans
}

// summary is the file of a sample that a reader begins with: its summary, or
// else its first document.
func (x *index) summary(sample int) string {
	first := ""
	for _, f := range x.files[sample] {
		if f.Method == methodSource {
			continue
		}
		if isSummary(f) == 1 {
			return f.Path
		}
		if first == "" {
			first = f.Path
		}
	}
	return first
}

// isSummary gives 1 for the summary of a sample, else 0.
func isSummary(f evidence.PackedFile) int {
	if strings.HasPrefix(path.Base(f.Path), "sample_summary.") {
		return 1
	}
	return 0
}

func (x *index) unmatched() []Block {
	if len(x.p.Unmatched) == 0 {
		return nil
	}
	var rows []Row
	for _, u := range x.p.Unmatched[:min(len(x.p.Unmatched), maxRows)] {
		rows = append(rows, row(text(u.Where), []Span{{Text: clip(u.Requested, 200), Bold: true}}, []Span{{Text: string(u.Reason), Tone: GapTone, Bold: true}}, text(clip(strings.Join(u.Tried, "\n"), 500))))
	}
	columns, rows := filled([]Column{{Title: "Where", Weight: 18}, {Title: "Asked for", Weight: 26}, {Title: "Reason", Weight: 14}, {Title: "What was tried", Weight: 42}}, rows)
	return append([]Block{heading(1, "Asked for, and no sample"), para("These lines of the request name no change, or more than one. None was replaced by another change."), table(columns, rows)},
		more(len(x.p.Unmatched)-maxRows, "line", "", "Gaps")...)
}

// wholePackage lists the files that belong to no sample.
func (x *index) wholePackage() []Block {
	if len(x.files[0]) == 0 {
		return nil
	}
	return []Block{heading(1, "Of the whole package"), fileTable(x.files[0])}
}

// details lists the documents of each sample, and names what is missing.
func (x *index) details() []Block {
	var blocks []Block
	for i := range x.p.Dossiers[:min(len(x.p.Dossiers), maxRows)] {
		v := x.view(i)
		if len(blocks) == 0 {
			blocks = append(blocks, heading(1, "Documents by sample"))
		}
		blocks = append(blocks, heading(2, v.label()))
		var shown []evidence.PackedFile
		payloads := 0
		for _, f := range x.files[v.c.Sample.Number] {
			if f.Method == methodSource {
				payloads++
				continue
			}
			shown = append(shown, f)
		}
		// A reader begins with the summary.
		slices.SortStableFunc(shown, func(a, b evidence.PackedFile) int { return cmp.Compare(isSummary(b), isSummary(a)) })
		if len(shown) > 0 {
			blocks = append(blocks, fileTable(shown))
		} else {
			blocks = append(blocks, para("There is no document of this sample."))
		}
		if payloads > 0 {
			blocks = append(blocks, paragraph(Span{Tone: Muted, Text: "Beside them in source/: " + amount(payloads, "answer") + " of the systems, from which the documents were drawn."}))
		}
		if gaps := v.c.Gaps; len(gaps) > 0 {
			blocks = append(blocks, missingNote(v, gaps))
		}
	}
	return blocks
}

// missingNote names what of a sample was not obtained, and why.
func missingNote(v *view, gaps []evidence.Gap) Block {
	n := note(GapTone, "Asked for and not obtained")
	list := &List{}
	for _, g := range gaps[:min(len(gaps), maxNamed)] {
		what := kindName(g.Ref.Kind) + " " + refName(g.Ref)
		if g.Part != "" {
			what = g.Part + " of " + what
		}
		list.Items = append(list.Items, ListItem{Blocks: []Block{paragraph(Span{Text: upperFirst(what), Bold: true}, Span{Text: " – " + string(g.Reason) + prefixed(": ", clip(g.Detail, 300))})}})
	}
	n.Note.Blocks = append(n.Note.Blocks, Block{List: list})
	n.Note.Blocks = append(n.Note.Blocks, more(len(gaps)-maxNamed, "gap", "", "Gaps")...)
	return n
}

func fileTable(files []evidence.PackedFile) Block {
	var rows []Row
	for _, f := range files[:min(len(files), maxRows)] {
		rows = append(rows, row([]Span{{Text: path.Base(f.Path), Bold: true, File: f.Path}}, text(f.Title), text(f.Method), text(thousands(int(f.Size)))))
	}
	columns, rows := filled([]Column{{Title: "File", Weight: 36}, {Title: "Shows", Weight: 34}, {Title: "Made by", Weight: 18}, {Title: "Bytes", Weight: 12, Right: true}}, rows)
	return table(columns, rows)
}

func verify() []Block {
	const windows = "Get-Content -Encoding utf8 SHA256SUMS | ForEach-Object {\n  $sum, $path = $_ -split '  ', 2\n  $is = (Get-FileHash -Algorithm SHA256 -LiteralPath $path).Hash\n  if ($is -ne $sum) { \"CHANGED OR MISSING: $path\" } }"
	return []Block{
		paragraph(codeIn("The file `SHA256SUMS` holds the SHA-256 of every file but itself. In the folder of this page, with what every machine has:")...),
		{Code: &Code{Caption: "Linux", Text: "sha256sum -c SHA256SUMS"}},
		{Code: &Code{Caption: "macOS", Text: "shasum -a 256 -c SHA256SUMS"}},
		{Code: &Code{Caption: "Windows, in PowerShell (prints nothing where every file is as it was sealed)", Text: windows}},
		paragraph(codeIn("Equal hashes show that a file has not changed since the package was sealed. They do not show that the source told the truth, or that nobody made both a file and its hash anew. `README.txt` says more.")...),
	}
}
