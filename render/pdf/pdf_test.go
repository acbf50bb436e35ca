package pdf_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
	"github.com/tickmark-dev/tickmark/render/document"
	"github.com/tickmark-dev/tickmark/render/pdf"
	"github.com/tickmark-dev/tickmark/render/rendertest"
)

var asOf = time.Date(2026, 3, 20, 8, 0, 0, 0, time.UTC)

func options() pdf.Options { return pdf.Options{Tool: "tickmark 0.1.0", AsOf: asOf} }

func render(t *testing.T, d document.Document) pdf.Result {
	t.Helper()
	res, err := pdf.Render(d, options())
	if err != nil {
		t.Fatal(err)
	}
	return res
}

func documents() map[string]document.Document {
	p := rendertest.Package()
	docs := map[string]document.Document{}
	for i, d := range append(p.Dossiers, rendertest.EmptyDossier()) {
		for _, doc := range document.Sample(d, p) {
			docs[fmt.Sprintf("%d-%s", i+1, doc.Name)] = doc
		}
	}
	report, err := document.Readiness(rendertest.ReadinessPackage())
	if err != nil {
		panic(err)
	}
	docs["readiness_report"] = report
	return docs
}

func TestOthersReadEveryDocument(t *testing.T) {
	for name, d := range documents() {
		t.Run(name, func(t *testing.T) {
			res := render(t, d)
			rendertest.CheckPDF(t, res.Data)
			if got := rendertest.Pages(t, res.Data); got != fmt.Sprint(res.Pages) {
				t.Errorf("qpdf counts %s pages, Render said %d", got, res.Pages)
			}
			text := rendertest.Text(t, res.Data)
			rendertest.Golden(t, name+".txt", text)
			for page, s := range strings.Split(strings.TrimSuffix(text, "\f"), "\f") {
				s = words(s)
				for _, want := range []string{fmt.Sprintf("page %d of %d", page+1, res.Pages), "SIMULATED DATA – sample company", "not a screenshot", d.Title, d.Sample} {
					if !strings.Contains(s, words(want)) {
						t.Errorf("page %d does not say %q", page+1, want)
					}
				}
				if n := len(d.Sources); n > 1 {
					where := "listed on the last page"
					if d.Unlisted {
						where = "listed in the Evidence Index"
					}
					if want := fmt.Sprintf("and %d more, %s", n-1, where); !strings.Contains(s, want) {
						t.Errorf("page %d does not say %q", page+1, want)
					}
				}
				if len(d.Sources) > 0 {
					src := d.Sources[0]
					for _, want := range []string{src.SHA256, src.RetrievedAt.Format("2006-01-02 15:04:05 UTC"), "by " + src.RetrievedBy} {
						if !strings.Contains(s, want) {
							t.Errorf("page %d does not say %q", page+1, want)
						}
					}
				} else if d.Origin != "" {
					for line := range strings.SplitSeq(d.Origin, "\n") {
						if !strings.Contains(s, line) {
							t.Errorf("page %d does not say %q", page+1, line)
						}
					}
				} else if !strings.Contains(s, "Source: no payload") {
					t.Errorf("page %d does not say that there is no payload", page+1)
				}
			}
		})
	}
}

// words makes one space of all white space, as lines break anywhere.
func words(s string) string { return strings.Join(strings.Fields(s), " ") }

func TestTextIsWhatTheSourceSaid(t *testing.T) {
	docs := documents()
	tests := map[string][]string{
		"1-pull_request": {"Add MFA to the admin panel 🚀 – für größere Sicherheit", "Борис Иванов (boris) approved these changes", "陳大文", "已審查，核准。", "LGTM 👍", "👩‍💻", "🇩🇪", "العربية",
			"This review was dismissed", "it had approved these changes", "force-pushed the head branch from 9a8b7c6 to 4f1c9d2", "(unknown account)", "2 approvals, 1 request for changes, 1 dismissed review recorded", "陳大文 (chen) approved, 2026-03-02 14:11:05 UTC (15:11:05 Europe/Berlin), on 4f1c9d2", "(unknown account) approved (later dismissed), 2026-03-01 12:00:00 UTC"},
		"1-ci_results":              {"integration", "run 1 of 2", "✗ failure", "{nb}", "🚀", "1194 lines left out", "TestLockout", "12345678901234567890123456789012345678901234567890123456789012345678901234567890"},
		"1-deployment_log":          {"first successful production deployment that contains this change", "2026-03-02 15:15:05 UTC (16:15:05 Europe/Berlin)", "Dana Smith", "As of retrieval, not of the change"},
		"1-monitoring_confirmation": {"18 of 242 points above 250 ms", "The source has no data for this query"},
		"2-approval_record":         {"Change advisory board", "Checked on production, looks good.", "Approved by me, @Rita Ruiz", "Go ahead on Monday night."},
		"2-change_ticket":           {"Asked for as CHG-789; the source now calls it CHG-790", "text of an unknown node", "UPDATE settings SET mfa = true;"},
		"3-pull_request":            {"No pull request was obtained", "denied", "GitHub refused: the token may not read this repository"},
	}
	for name, wants := range tests {
		t.Run(name, func(t *testing.T) {
			text := words(rendertest.Text(t, render(t, docs[name]).Data))
			for _, want := range wants {
				if !strings.Contains(text, want) {
					t.Errorf("the file does not say %q", want)
				}
			}
			for _, not := range []string{"approved: yes", "compliant", "passed the audit"} {
				if strings.Contains(strings.ToLower(text), not) {
					t.Errorf("the file says %q", not)
				}
			}
		})
	}
}

func TestDeterministicAndPure(t *testing.T) {
	d := rendertest.Dossier()
	p := rendertest.Package()
	rendertest.Pure(t, func() string { return fmt.Sprintf("%+v %+v", d, p) }, func() {
		for _, doc := range document.Sample(d, p) {
			rendertest.Pure(t, func() string { return fmt.Sprintf("%+v", doc) }, func() { render(t, doc) })
		}
	})
	for i, doc := range document.Sample(d, p) {
		rendertest.Deterministic(t, func() ([]byte, error) {
			again := document.Sample(rendertest.Dossier(), rendertest.Package())[i]
			res, err := pdf.Render(again, options())
			return res.Data, err
		})
		_ = doc
	}
}

func page(blocks ...document.Block) document.Document {
	return document.Document{Name: "x", Title: "Test", Sample: "Sample 1", Headline: "Test", Blocks: blocks}
}

func paragraph(s string) document.Block {
	return document.Block{Paragraph: &document.Paragraph{Spans: []document.Span{{Text: s}}}}
}

func TestHostileText(t *testing.T) {
	long := rendertest.LongWord(5000)
	tests := map[string]string{
		"empty": "", "truncated UTF-8": "abc\xe2\x82", "lone surrogate": "\xed\xa0\x80", "control characters": "a\x00b\x07c\x1b[31m", "alias": "{nb} {nb}",
		"direction override": "user\u202Egnp.exe", "above the BMP": "𝔘𝔫𝔦𝔠𝔬𝔡𝔢 🏴󠁧󠁢󠁥󠁮󠁧󠁿 👨‍👩‍👧‍👦", "combining": "e\u0301 a\u0300\u0301\u0302\u0303\u0304", "only marks": "\u0301\u0302", "noncharacters": "\uFFFE\uFFFF",
		"long word": long, "many lines": strings.Repeat("x\n", 500), "devanagari": "नमस्ते दुनिया", "pdf syntax": ") Tj ET (\\ <<>> endstream endobj %%EOF",
	}
	for name, s := range tests {
		t.Run(name, func(t *testing.T) {
			d := page(paragraph(s), document.Block{Heading: &document.Heading{Level: 1, Spans: []document.Span{{Text: s}}}},
				document.Block{Code: &document.Code{Text: s, Caption: s}}, document.Block{Table: &document.Table{Columns: []document.Column{{Title: s}, {Title: "b"}}, Rows: []document.Row{{Cells: []document.Cell{{Spans: []document.Span{{Text: s, Link: "https://a.example/" + s}}}, {}}}}}},
				document.Block{Conversation: &document.Conversation{Entries: []document.Entry{{Card: true, Who: s, When: s, Badge: document.Badge{Text: s}, Action: []document.Span{{Text: s}}}, {Who: s}}}},
				document.Block{Timeline: &document.Timeline{Moments: []document.Moment{{When: s, Local: s, Who: s, What: []document.Span{{Text: s}}}}}},
				document.Block{Facts: &document.Facts{Items: []document.Fact{{Label: s, Value: []document.Span{{Text: s}}}}}},
				document.Block{Image: &document.Image{Content: []byte(s), Name: s}})
			d.Title, d.Headline, d.Mark, d.Sample, d.SourceURL = s, s, s, s, s
			d.Badges = []document.Badge{{Text: s}}
			d.Sources = []evidence.Provenance{{URL: s, Query: s, RetrievedBy: s}}
			res := render(t, d)
			rendertest.CheckPDF(t, res.Data)
		})
	}
}

func TestLongWordLosesNothing(t *testing.T) {
	word := rendertest.LongWord(3000)
	text := rendertest.Text(t, render(t, page(paragraph(word))).Data)
	body := text[strings.Index(text, "abcde"):]
	body = body[:strings.Index(body, "Source:")]
	if got := strings.Join(strings.Fields(body), ""); got != word {
		t.Errorf("%d of %d characters came out", len(got), len(word))
	}
}

func TestUnprintableIsCountedAndKept(t *testing.T) {
	d := page(paragraph("日本語 text"))
	res := render(t, d)
	if res.Unprintable != 3 {
		t.Errorf("Unprintable = %d, want 3", res.Unprintable)
	}
	text := rendertest.Text(t, res.Data)
	if !strings.Contains(text, "日本語 text") || !strings.Contains(text, "no font for 3 characters of this page") {
		t.Errorf("the file does not keep the characters, or does not say that it cannot show them:\n%s", text)
	}
	font, err := os.ReadFile("/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf")
	if err != nil {
		t.Skip("no CJK font is installed: drawing with one was not tested")
	}
	if err := pdf.UsableFont(font); err != nil {
		t.Fatal(err)
	}
	o := options()
	o.Fonts = [][]byte{font}
	with, err := pdf.Render(d, o)
	if err != nil {
		t.Fatal(err)
	}
	if with.Unprintable != 0 {
		t.Errorf("with a font Unprintable = %d", with.Unprintable)
	}
	rendertest.CheckPDF(t, with.Data)
	if text := rendertest.Text(t, with.Data); !strings.Contains(text, "日本語 text") {
		t.Errorf("the file does not say it:\n%s", text)
	}
}

// TestFurtherFonts: each character is drawn with the first font that has it.
func TestFurtherFonts(t *testing.T) {
	o := options()
	for _, file := range []string{"/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf", "/usr/share/fonts/truetype/nanum/NanumGothic.ttf"} {
		font, err := os.ReadFile(file)
		if err != nil {
			t.Skip(file + " is not installed: drawing with it was not tested")
		}
		o.Fonts = append(o.Fonts, font)
	}
	d := page(paragraph("漢字 かな 한국어 text"))
	for name, tc := range map[string]struct {
		fonts       [][]byte
		unprintable int
	}{"none": {nil, 7}, "Chinese and Japanese": {o.Fonts[:1], 3}, "both": {o.Fonts, 0}, "one that cannot be used before them": {append([][]byte{[]byte("no font")}, o.Fonts...), 0}} {
		t.Run(name, func(t *testing.T) {
			o := o
			o.Fonts = tc.fonts
			res, err := pdf.Render(d, o)
			if err != nil {
				t.Fatal(err)
			}
			if res.Unprintable != tc.unprintable {
				t.Errorf("Unprintable = %d, want %d", res.Unprintable, tc.unprintable)
			}
			rendertest.CheckPDF(t, res.Data)
			if text := rendertest.Text(t, res.Data); !strings.Contains(text, "漢字 かな 한국어 text") {
				t.Errorf("the file does not say it:\n%s", text)
			}
		})
	}
	rendertest.Deterministic(t, func() ([]byte, error) {
		res, err := pdf.Render(d, o)
		return res.Data, err
	})
}

func TestUsableFont(t *testing.T) {
	for name, data := range map[string][]byte{"nothing": nil, "text": []byte("not a font at all, only text"), "collection": []byte("ttcf\x00\x01\x00\x00\x00\x00\x00\x02"),
		"CFF": []byte("OTTO\x00\x01\x00\x00\x00\x00\x00\x02"), "cut": append([]byte{0, 1, 0, 0, 0, 30}, make([]byte, 40)...)} {
		if pdf.UsableFont(data) == nil {
			t.Errorf("%s: want an error", name)
		}
		o := options()
		o.Fonts = [][]byte{data}
		if _, err := pdf.Render(page(paragraph("漢")), o); err != nil {
			t.Errorf("%s: an unusable font must not spoil the document: %v", name, err)
		}
	}
}

func TestHugeLog(t *testing.T) {
	log := &document.Log{Title: "Log", TotalLines: 100_000, Parts: []document.LogPart{{Title: "whole", FirstLine: 1, Lines: rendertest.Lines(30_000, "%06d a line of a log that has some eighty columns or so, as most of them do")}}, After: 70_000}
	start := time.Now()
	res := render(t, page(document.Block{Log: log}))
	t.Logf("%d pages in %v", res.Pages, time.Since(start))
	if !strings.Contains(rendertest.Text(t, res.Data), "70000 lines left out") {
		t.Error("the file does not say how many lines it leaves out")
	}
}

// TestEightyColumnsFit: a log line of 80 columns stands on one line.
func TestEightyColumnsFit(t *testing.T) {
	line := strings.Repeat("1234567890", 8)
	log := &document.Log{TotalLines: 9_999_999, Parts: []document.LogPart{{FirstLine: 9_999_990, Lines: []string{line, line + strings.Repeat("x", 60)}}}}
	text := rendertest.Text(t, render(t, page(document.Block{Log: log})).Data)
	if !strings.Contains(text, line+"\n") {
		t.Errorf("80 columns were broken:\n%s", text)
	}
	if !strings.Contains(text, "↪") {
		t.Error("a longer line has no mark of continuation")
	}
}

func TestHostileLinksAreNotLinks(t *testing.T) {
	body := document.FromText(evidence.Text{Markup: evidence.Markdown, Source: "[a](javascript:alert(1)) [b](file:///etc/passwd) [c](https://ok.example/x)"})
	var links []string
	for _, s := range body[0].Paragraph.Spans {
		if s.Link != "" {
			links = append(links, s.Link)
		}
	}
	if fmt.Sprint(links) != "[https://ok.example/x]" {
		t.Errorf("links = %q", links)
	}
}

func FuzzRender(f *testing.F) {
	for _, s := range []string{rendertest.Description, rendertest.TicketBody, rendertest.ADFBody, "a\x00🚀\xff", strings.Repeat("> ", 60) + "x"} {
		f.Add(s, uint8(0))
		f.Add(s, uint8(1))
		f.Add(s, uint8(2))
		f.Add(s, uint8(3))
	}
	markups := []evidence.Markup{evidence.Plain, evidence.Markdown, evidence.Wiki, evidence.ADF}
	f.Fuzz(func(t *testing.T, s string, m uint8) {
		d := page(document.FromText(evidence.Text{Markup: markups[m%4], Source: s})...)
		d.Headline = s
		if _, err := pdf.Render(d, options()); err != nil {
			t.Fatal(err)
		}
	})
}

func BenchmarkRender(b *testing.B) {
	for _, d := range document.Sample(rendertest.Dossier(), rendertest.Package()) {
		b.Run(d.Name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := pdf.Render(d, options()); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// TestTenMegabytes: a body far beyond any source's limit gives some pages that
// say what they leave out.
func TestTenMegabytes(t *testing.T) {
	d := rendertest.Dossier()
	for i := range d.Change.Items {
		if pr := d.Change.Items[i].PullRequest; pr != nil {
			pr.Body.Source = strings.Repeat("Lorem ipsum **dolor** sit amet, `consetetur` sadipscing elitr. ", 170_000)
			for k := range 3000 {
				pr.Files = append(pr.Files, evidence.File{Path: fmt.Sprintf("generated/config/values-%04d.yaml", k), Status: "modified", Additions: 1, Patch: strings.Repeat("+x\n", 3000)})
			}
			pr.FilesTotal = len(pr.Files)
		}
	}
	start := time.Now()
	for _, doc := range document.Sample(d, rendertest.Package()) {
		res := render(t, doc)
		if res.Pages > 600 {
			t.Errorf("%s has %d pages", doc.Name, res.Pages)
		}
		text := words(rendertest.Text(t, res.Data))
		switch doc.Name {
		case "pull_request":
			for _, want := range []string{"characters of this text are not shown. The source/ folder of this sample has it whole.", "2003 more files are not shown"} {
				if !strings.Contains(text, want) {
					t.Errorf("%s does not say %q", doc.Name, want)
				}
			}
		case "configuration_diff":
			if !strings.Contains(text, "are not shown") {
				t.Errorf("%s does not say what it leaves out", doc.Name)
			}
		}
	}
	t.Logf("took %v", time.Since(start))
}

// TestNothingLeavesThePage: no word stands outside the margins, and none over
// the footer.
func TestNothingLeavesThePage(t *testing.T) {
	for name, d := range documents() {
		for _, box := range rendertest.Words(t, render(t, d).Data) {
			if box.X1 < 45 || box.X2 > 550 {
				t.Errorf("%s page %d: %q reaches from %.0f to %.0f", name, box.Page, box.Text, box.X1, box.X2)
			}
			if box.Y2 > 841 || box.Y1 < 15 {
				t.Errorf("%s page %d: %q stands at %.0f", name, box.Page, box.Text, box.Y1)
			}
		}
	}
}

// TestWordsDoNotOverlap looks for words that are drawn over one another.
func TestWordsDoNotOverlap(t *testing.T) {
	for name, d := range documents() {
		boxes := rendertest.Words(t, render(t, d).Data)
		for i, a := range boxes {
			for _, b := range boxes[i+1:] {
				if b.Page != a.Page {
					break
				}
				w := min(a.X2, b.X2) - max(a.X1, b.X1)
				h := min(a.Y2, b.Y2) - max(a.Y1, b.Y1)
				if w > 1 && h > 0.4*min(a.Y2-a.Y1, b.Y2-b.Y1) {
					t.Errorf("%s page %d: %q and %q overlap by %.1f × %.1f", name, a.Page, a.Text, b.Text, w, h)
				}
			}
		}
	}
}

// TestRandomText draws texts put together at random from what is hard to draw
// and what markup is made of.
func TestRandomText(t *testing.T) {
	parts := []string{"a", "word ", "\n", "\n\n", "*", "**", "_", "`", "```\n", "> ", "- ", "1. ", "| a | b |\n|-|-|\n", "[x](https://a.example)", "<b>", "<!--", "{code}", "{quote}", "||", "|", "h1. ", "* ", "🚀", "👨‍👩‍👧", "🇩🇪",
		"é", "e\u0301", "漢字", "עברית ", "العربية ", "नमस्ते", "\u202e", "\u200d", "\ufe0f", "\x00", "\x1b[0m", "\xff", "\xe2\x82", "\t", "\u00a0", "𝔘", "(", ")", "\\", "{nb}", rendertest.LongWord(300), "1234567890 UTC", "\ufffe", "\ufdd0"}
	markups := []evidence.Markup{evidence.Plain, evidence.Markdown, evidence.Wiki, evidence.ADF}
	rnd := rand.New(rand.NewPCG(1, 2))
	for range 400 {
		var b strings.Builder
		for range rnd.IntN(60) {
			b.WriteString(parts[rnd.IntN(len(parts))])
		}
		s := b.String()
		d := page(document.FromText(evidence.Text{Markup: markups[rnd.IntN(4)], Source: s})...)
		d.Headline, d.Title, d.Mark = s, s, s
		d.Blocks = append(d.Blocks, document.Block{Conversation: &document.Conversation{Entries: []document.Entry{{Card: true, Who: s, Blocks: d.Blocks}}}})
		if _, err := pdf.Render(d, options()); err != nil {
			t.Fatalf("%q: %v", s, err)
		}
	}
}

// TestBarIsOrnament: a cell's bar is drawn, and changes no text.
func TestBarIsOrnament(t *testing.T) {
	with := func(bar float64) []byte {
		cell := document.Cell{Spans: []document.Span{{Text: "31"}}, Bar: bar}
		return render(t, page(document.Block{Table: &document.Table{Columns: []document.Column{{Title: "Changes"}}, Rows: []document.Row{{Cells: []document.Cell{cell}}}}})).Data
	}
	none, half, whole := with(0), with(0.5), with(1)
	if bytes.Equal(none, half) || bytes.Equal(half, whole) {
		t.Error("bars of different lengths are the same file")
	}
	if got, want := rendertest.Text(t, half), rendertest.Text(t, none); got != want {
		t.Errorf("a bar changes the text:\n%s\nwant:\n%s", got, want)
	}
}
