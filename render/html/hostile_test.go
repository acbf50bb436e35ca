package html_test

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"

	xhtml "golang.org/x/net/html"

	"github.com/tickmark-dev/tickmark/internal/evidence"
	"github.com/tickmark-dev/tickmark/render/document"
	"github.com/tickmark-dev/tickmark/render/html"
	"github.com/tickmark-dev/tickmark/render/rendertest"
)

func spans(s string) []document.Span { return []document.Span{{Text: s, Link: s}} }

func paragraph(s string) document.Block {
	return document.Block{Paragraph: &document.Paragraph{Spans: spans(s)}}
}

// everywhere puts s into every text of a document and of every kind of block.
func everywhere(s string) document.Document {
	at := time.Date(2026, 3, 2, 15, 0, 0, 0, time.UTC)
	inner := []document.Block{paragraph(s), {Heading: &document.Heading{Level: 3, Spans: spans(s)}}}
	return document.Document{Name: s, Kind: document.Kind(s), Title: s, Sample: s, Mark: s + "'", Headline: s, Subtitle: spans(s), SourceURL: s,
		Badges:  []document.Badge{{Text: s, Tone: document.Tone(s)}, {Text: s, Tone: document.Bad}},
		Sources: []evidence.Provenance{{System: s, URL: s, Query: s, RetrievedBy: s, SHA256: s}},
		Blocks: []document.Block{
			{Heading: &document.Heading{Level: 1, Spans: spans(s)}},
			{Paragraph: &document.Paragraph{Spans: []document.Span{{Text: s, Bold: true, Italic: true, Code: true, Strike: true, Whole: true, Link: s, Tone: document.Tone(s)}, {Text: s, File: s}}}},
			{List: &document.List{Ordered: true, Start: 3, Items: []document.ListItem{{Task: document.DoneTask, Blocks: inner}, {Blocks: inner}}}},
			{Facts: &document.Facts{Items: []document.Fact{{Label: s, Value: spans(s)}, {Label: s, Value: spans(s), Wide: true}}}},
			{Table: &document.Table{Columns: []document.Column{{Title: s, Weight: 2}, {Title: s, Right: true}}, Rows: []document.Row{{Tone: document.Tone(s), Cells: []document.Cell{{Spans: spans(s), Bar: 0.5}, {}}}}}},
			{Timeline: &document.Timeline{Moments: []document.Moment{{At: at, When: s, Local: s, Who: s, What: spans(s), Tone: document.Tone(s), Major: true}}}},
			{Chart: &document.Chart{Title: s, Unit: s, From: at, To: at.Add(time.Hour), At: at.Add(time.Minute), AtLabel: s, Threshold: &document.Threshold{Value: 1, Label: s}, Empty: s,
				Windows: []document.Window{{From: at, To: at.Add(time.Hour), Label: s}}, Series: []document.Series{{Label: s, Points: []evidence.Point{{At: at, Value: 1}, {At: at.Add(time.Minute), Value: 2}}}}}},
			{Log: &document.Log{Title: s, SHA256: s, TotalLines: 9, Parts: []document.LogPart{{Title: s, FirstLine: 1, Lines: []string{s}, Omitted: 2, Failed: true}}}},
			{Code: &document.Code{Caption: s, Text: s}}, {Code: &document.Code{Text: s, Diff: true}},
			{Quote: &document.Quote{Blocks: inner}},
			{Image: &document.Image{Content: []byte(s), MediaType: s, Caption: s, Name: s}},
			{Image: &document.Image{Content: rendertest.Picture(4, 4), MediaType: s, Caption: s, Name: s}},
			{Note: &document.Note{Tone: document.Tone(s), Title: s, Blocks: inner}},
			{Rule: &document.Rule{}},
			{Conversation: &document.Conversation{Entries: []document.Entry{
				{Card: true, Who: s, Action: spans(s), When: s, Badge: document.Badge{Text: s}, Meta: spans(s), Blocks: inner, Tone: document.Tone(s), Replies: []document.Entry{{Card: true, Who: s, Action: spans(s), Blocks: inner}}},
				{Who: s, Action: spans(s), When: s}}}},
		}}
}

// TestEveryKindOfBlock: the document of everywhere holds each kind, and each is drawn.
func TestEveryKindOfBlock(t *testing.T) {
	kinds := map[string]bool{}
	for _, b := range everywhere("text").Blocks {
		v := reflect.ValueOf(b)
		for i := range v.NumField() {
			if v.Field(i).IsNil() {
				continue
			}
			name := v.Type().Field(i).Name
			kinds[name] = true
			with := len(render(t, document.Document{Blocks: []document.Block{b}}))
			if without := len(render(t, document.Document{})); with < without+5 {
				t.Errorf("%s is not drawn", name)
			}
		}
	}
	if n := reflect.TypeFor[document.Block]().NumField(); len(kinds) != n {
		t.Errorf("%d kinds of %d are looked at: %v", len(kinds), n, kinds)
	}
}

// known are all elements that a page may hold.
const known = " html head meta title style body header nav main footer p a span strong em s code bdi br h1 h2 h3 h4 h5 h6 ul ol li dl div dt dd table colgroup col thead tbody tr th td" +
	" blockquote pre figure figcaption img hr svg rect line polyline circle text "

// attributes are all that elements may have.
const attributes = " lang charset http-equiv content name class id href rel role aria-label aria-hidden tabindex scope data-label start src alt width height" +
	" viewBox preserveAspectRatio x y x1 y1 x2 y2 cx cy r points text-anchor "

// harmless holds a page against what it may be made of.
func harmless(t *testing.T, root *xhtml.Node) {
	t.Helper()
	for n := range elements(root) {
		if !strings.Contains(known, " "+n.Data+" ") {
			t.Errorf("a page holds the element %q", n.Data)
		}
		for _, a := range n.Attr {
			if !strings.Contains(attributes, " "+a.Key+" ") {
				t.Errorf("%s has the attribute %q", n.Data, a.Key)
			}
			if strings.ContainsAny(a.Val, "\x00\x07\x1b\r\u0085\u200e\u200f\u061c\u202e\u2066\u2069\ufffe\ufdd0") {
				t.Errorf("%s of %s holds a character that steers: %q", a.Key, n.Data, a.Val)
			}
		}
		switch n.Data {
		case "a":
			href := attr(n, "href")
			switch {
			case strings.HasPrefix(href, "https://"), strings.HasPrefix(href, "http://"):
				if attr(n, "rel") != "noopener noreferrer" {
					t.Errorf("the link to %q has rel %q", href, attr(n, "rel"))
				}
			case strings.HasPrefix(href, "#"), strings.HasPrefix(href, "./"), strings.HasPrefix(href, "../"):
			default:
				t.Errorf("a link leads to %q", href)
			}
		case "img":
			if !strings.HasPrefix(attr(n, "src"), "data:image/png;base64,") && !strings.HasPrefix(attr(n, "src"), "data:image/jpeg;base64,") && !strings.HasPrefix(attr(n, "src"), "data:image/gif;base64,") {
				t.Errorf("a picture is from %.60q", attr(n, "src"))
			}
		}
	}
	for n := range root.Descendants() {
		if n.Type == xhtml.CommentNode {
			t.Errorf("a page holds the comment %.60q", n.Data)
		}
	}
}

// shape gives the elements of a page with the names of their attributes.
func shape(root *xhtml.Node) string {
	var b strings.Builder
	for n := range elements(root) {
		b.WriteString(n.Data)
		for _, a := range n.Attr {
			b.WriteString(" " + a.Key)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func TestHostileTextIsOnlyText(t *testing.T) {
	benign := shape(parsed(t, render(t, everywhere("text"))))
	tests := map[string]string{
		"script": "<script>alert(1)</script>", "end of the style": "</style><script>alert(1)</script>", "end of the title": "</title><script>alert(1)</script>", "attribute": `" onmouseover="alert(1)`, "attribute, single quotes": "' onload='alert(1)",
		"picture": "<img src=x onerror=alert(1)>", "drawing": "<svg/onload=alert(1)>", "comment": "<!-- --!> <b>", "CDATA": "]]><b>", "entity": "&lt;script&gt; &amp; &#60;", "unclosed": "<a href=\"https://a.example", "javascript": "javascript:alert(1)",
		"javascript, mixed": "JaVaScRiPt:alert(1)", "data": "data:text/html,<script>alert(1)</script>", "path": "../../../etc/passwd", "host": "//evil.example/x", "backslash": `\\evil.example\x`, "style": "x{background:url(https://evil.example)}",
		"template": "{{.}} ${x} <%= x %>", "meta": `<meta http-equiv="refresh" content="0;url=https://evil.example">`, "base": `<base href="https://evil.example/">`,
	}
	for name, s := range tests {
		t.Run(name, func(t *testing.T) {
			root := parsed(t, render(t, everywhere(s)))
			harmless(t, root)
			if got := shape(root); strip(got) != strip(benign) {
				t.Errorf("the text changes what the page is made of:\n%s\nwant:\n%s", got, benign)
			}
			if got := content(root); strings.Count(got, s) < 40 {
				t.Errorf("the page says it %d times only", strings.Count(got, s))
			}
		})
	}
}

// strip leaves out links, which a path may or may not become.
func strip(shape string) string { return strings.ReplaceAll(shape, "a href\n", "") }

func TestCharactersThatSteer(t *testing.T) {
	tests := map[string]struct{ in, want string }{
		"control":            {"a\x00b\x07c\x1b[31m", "a[U+0000]b[U+0007]c[U+001B][31m"},
		"direction override": {"user\u202egnp.exe", "user[U+202E]gnp.exe"},
		"marks of direction": {"pay\u200e\u200f\u061cload.exe", "pay[U+200E][U+200F][U+061C]load.exe"},
		"marks in Hebrew":    {"תיקון \u200fC++\u200f של \u200eAPI", "תיקון C++ של API"},
		"marks in Arabic":    {"إصلاح\u061c 42\u200f!", "إصلاح 42!"},
		"isolate":            {"a\u2066b\u2069", "a[U+2066]b[U+2069]"},
		"C1":                 {"a\u0085b", "a[U+0085]b"},
		"no character":       {"a\ufffeb\ufdd0c", "a[U+FFFE]b[U+FDD0]c"},
		"broken UTF-8":       {"a\xe2\x82", "a\ufffd"},
		"lone return":        {"a\rb", "a[U+000D]b"},
		"emoji":              {"👨‍👩‍👧 🇩🇪 🏴󠁧󠁢󠁥󠁮󠁧󠁿", "👨‍👩‍👧 🇩🇪 🏴󠁧󠁢󠁥󠁮󠁧󠁿"},
		"right to left":      {"עברית و العربية", "עברית و العربية"},
		"no-break space":     {"1\u00a0000", "1\u00a0000"},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			root := parsed(t, render(t, everywhere(tc.in)))
			harmless(t, root)
			if got := content(root); strings.Count(got, tc.want) < 40 {
				t.Errorf("the page says %q %d times only", tc.want, strings.Count(got, tc.want))
			}
		})
	}
}

func TestLinks(t *testing.T) {
	tests := map[string]struct {
		span document.Span
		want string // "" for no link
	}{
		"web":              {document.Span{Link: "https://a.example/x?y=1&z=%20#f"}, "https://a.example/x?y=1&z=%20#f"},
		"capitals":         {document.Span{Link: "HTTPS://a.example"}, "HTTPS://a.example"},
		"script":           {document.Span{Link: "javascript:alert(1)"}, ""},
		"script, spaced":   {document.Span{Link: " javascript:alert(1)"}, ""},
		"script, tab":      {document.Span{Link: "java\tscript:alert(1)"}, ""},
		"no host":          {document.Span{Link: "//evil.example"}, ""},
		"file":             {document.Span{Link: "file:///etc/passwd"}, ""},
		"line feed":        {document.Span{Link: "https://a.example\n"}, ""},
		"direction":        {document.Span{Link: "https://a.example/\u202e"}, ""},
		"of the package":   {document.Span{File: "Change Management/Sample 1 - 2025-10-15 PR #1234/100 % ready?.pdf"}, "./Change%20Management/Sample%201%20-%202025-10-15%20PR%20%231234/100%20%25%20ready%3F.pdf"},
		"named like a URL": {document.Span{File: "javascript:alert(1)"}, "./javascript:alert%281%29"},
		"out of it":        {document.Span{File: "../secret"}, ""},
		"from the root":    {document.Span{File: "/etc/passwd"}, ""},
		"through the root": {document.Span{File: "a/../../b"}, ""},
		"backslash":        {document.Span{File: `..\secret`}, "./..%5Csecret"},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			tc.span.Text = "a link"
			d := document.Document{Blocks: []document.Block{{Paragraph: &document.Paragraph{Spans: []document.Span{tc.span}}}}}
			var got string
			for n := range elements(parsed(t, render(t, d))) {
				if n.Data == "a" {
					got = attr(n, "href")
				}
			}
			if got != tc.want {
				t.Errorf("the link leads to %q, want %q", got, tc.want)
			}
		})
	}
	o := options()
	o.Folder = "Change Management/Sample 1"
	out, err := html.Render(document.Document{Blocks: []document.Block{{Paragraph: &document.Paragraph{Spans: []document.Span{{Text: "up", File: "README.txt"}}}}}}, o)
	if err != nil || !strings.Contains(string(out), `href="../../README.txt"`) {
		t.Errorf("a page in a folder does not find its way up: %v", err)
	}
}

func TestPolicyOfThePage(t *testing.T) {
	for name, d := range documents(t) {
		var policy, style string
		styles := 0
		for n := range elements(parsed(t, render(t, d))) {
			if n.Data == "meta" && attr(n, "http-equiv") == "Content-Security-Policy" {
				policy = attr(n, "content")
			}
			if n.Data == "style" {
				styles++
				style = n.FirstChild.Data
			}
		}
		sum := sha256.Sum256([]byte(style))
		want := fmt.Sprintf("default-src 'none'; style-src 'sha256-%s'; img-src data:; base-uri 'none'; form-action 'none'", base64.StdEncoding.EncodeToString(sum[:]))
		if styles != 1 || policy != want {
			t.Errorf("%s: %d styles, policy\n%s, want\n%s", name, styles, policy, want)
		}
		if strings.Contains(style, "url(") || strings.Contains(style, "@import") || strings.Contains(style, "</") {
			t.Errorf("%s: the style reaches out of the page", name)
		}
		harmless(t, parsed(t, render(t, d)))
	}
}

// TestRandomText draws texts put together at random from what markup is made of.
func TestRandomText(t *testing.T) {
	parts := []string{"a", "word ", "\n", "*", "`", "```\n", "> ", "- ", "| a | b |\n|-|-|\n", "[x](https://a.example)", "[x](javascript:a)", "<b>", "</b>", "<!--", "-->", "<script>", "</script>", "</style>", "{code}", "{quote}", "||", "h1. ", "&lt;", "&#x3c;",
		"🚀", "עברית ", "\u202e", "\u200d", "\x00", "\x1b[0m", "\xff", "\t", "(", ")", "\\", "\"", "'", "=", "/", rendertest.LongWord(300), "2026-02-03 12:00:00 UTC", "\ufffe"}
	markups := []evidence.Markup{evidence.Plain, evidence.Markdown, evidence.Wiki, evidence.ADF}
	rnd := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		var b strings.Builder
		for range rnd.IntN(60) {
			b.WriteString(parts[rnd.IntN(len(parts))])
		}
		d := everywhere(b.String())
		d.Blocks = append(d.Blocks, document.FromText(evidence.Text{Markup: markups[rnd.IntN(4)], Source: b.String()})...)
		harmless(t, parsed(t, render(t, d)))
		if t.Failed() {
			t.Fatalf("%q", b.String())
		}
	}
}
