package document_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tickmark-dev/tickmark/internal/evidence"
	"github.com/tickmark-dev/tickmark/render/document"
	"github.com/tickmark-dev/tickmark/render/rendertest"
)

// outline writes blocks in short, for goldens: markup shows as it would in Markdown.
func outline(blocks []document.Block, indent string) string {
	var b strings.Builder
	for _, bl := range blocks {
		switch {
		case bl.Heading != nil:
			fmt.Fprintf(&b, "%s%s %s\n", indent, strings.Repeat("#", bl.Heading.Level), inline(bl.Heading.Spans))
		case bl.Paragraph != nil:
			fmt.Fprintf(&b, "%s%s\n", indent, inline(bl.Paragraph.Spans))
		case bl.List != nil:
			for i, it := range bl.List.Items {
				mark := "- " + map[document.Task]string{document.OpenTask: "[ ] ", document.DoneTask: "[x] "}[it.Task]
				if bl.List.Ordered {
					mark = fmt.Sprintf("%d. ", bl.List.Start+i)
				}
				fmt.Fprintf(&b, "%s%s\n%s", indent, mark, outline(it.Blocks, indent+"  "))
			}
		case bl.Table != nil:
			var head []string
			for _, c := range bl.Table.Columns {
				head = append(head, c.Title)
			}
			fmt.Fprintf(&b, "%s| %s\n", indent, strings.Join(head, " | "))
			for _, r := range bl.Table.Rows {
				var cells []string
				for _, c := range r.Cells {
					cells = append(cells, inline(c.Spans))
				}
				fmt.Fprintf(&b, "%s| %s\n", indent, strings.Join(cells, " | "))
			}
		case bl.Code != nil:
			fmt.Fprintf(&b, "%s``` %s\n", indent, strings.ReplaceAll(bl.Code.Text, "\n", "⏎"))
		case bl.Quote != nil:
			fmt.Fprintf(&b, "%s>\n%s", indent, outline(bl.Quote.Blocks, indent+"  "))
		case bl.Note != nil:
			fmt.Fprintf(&b, "%s(%s) %s\n%s", indent, bl.Note.Tone, bl.Note.Title, outline(bl.Note.Blocks, indent+"  "))
		case bl.Rule != nil:
			fmt.Fprintf(&b, "%s---\n", indent)
		default:
			fmt.Fprintf(&b, "%s?\n", indent)
		}
	}
	return b.String()
}

func inline(spans []document.Span) string {
	var b strings.Builder
	for _, s := range spans {
		t := strings.ReplaceAll(s.Text, "\n", "⏎")
		for _, m := range []struct {
			on   bool
			mark string
		}{{s.Code, "`"}, {s.Bold, "**"}, {s.Italic, "_"}, {s.Strike, "~~"}} {
			if m.on {
				t = m.mark + t + m.mark
			}
		}
		if s.Link != "" {
			t = "[" + t + "](" + s.Link + ")"
		}
		b.WriteString(t)
	}
	return b.String()
}

func TestText(t *testing.T) {
	tests := map[string]struct {
		markup evidence.Markup
		src    string
		want   string
	}{
		"markdown emphasis":       {evidence.Markdown, "a **b** *c* ***d*** `e` ~~f~~", "a **b** _c_ _**d**_ `e` ~~f~~\n"},
		"markdown line break":     {evidence.Markdown, "a\nb", "a⏎b\n"},
		"markdown entities":       {evidence.Markdown, `\*a\* &amp; \&amp; &lt;b&gt;`, "*a* & &amp; <b>\n"},
		"markdown mention":        {evidence.Markdown, "cc @alice #12", "cc @alice #12\n"},
		"markdown autolink":       {evidence.Markdown, "see https://a.example/x.", "see [https://a.example/x](https://a.example/x).\n"},
		"markdown unsafe link":    {evidence.Markdown, "[x](javascript:y)", "x (javascript:y)\n"},
		"markdown tasks":          {evidence.Markdown, "- [x] a\n- [ ] b\n  1. c", "- [x] \n  a\n- [ ] \n  b\n  1. \n    c\n"},
		"markdown table":          {evidence.Markdown, "|a|b|\n|-|-|\n|1|`x\\|y`|", "| a | b\n| 1 | `x|y`\n"},
		"markdown comment":        {evidence.Markdown, "a\n\n<!-- hidden -->\n\nb", "a\nb\n_1 HTML comment in this text, which GitHub does not show, is not shown here either._\n"},
		"markdown html":           {evidence.Markdown, "a <b>bold</b><br>c <script>x</script>", "a **bold**⏎c `<script>`x`</script>`\n"},
		"markdown details":        {evidence.Markdown, "<details><summary>More</summary>\n\ntext\n\n</details>", "**More**\ntext\n"},
		"markdown image":          {evidence.Markdown, "![alt](https://a.example/p.png)", "[[image: alt https://a.example/p.png]](https://a.example/p.png)\n"},
		"wiki inline":             {evidence.Wiki, `*b* _i_ -s- {{m}} a*b*c \*x\* 2*3*4 one-two-three`, "**b** _i_ ~~s~~ `m` a*b*c *x* 2*3*4 one-two-three\n"},
		"wiki links":              {evidence.Wiki, `[a|https://a.example/x] [https://b.example] [~bob] [word] https://c.example/y.`, "[a](https://a.example/x) [https://b.example](https://b.example) **@bob** [word] [https://c.example/y](https://c.example/y).\n"},
		"wiki colour and break":   {evidence.Wiki, `{color:#f00}red{color} a\\b`, "red a⏎b\n"},
		"wiki lists":              {evidence.Wiki, "* a\n** b\n*# c\n* d\n# e", "- \n  a\n  - \n    b\n  1. \n    c\n- \n  d\n1. \n  e\n"},
		"wiki not closed":         {evidence.Wiki, "{code}\nx\n{quote}y{quote}", "{code}⏎x\n>\n  y\n"},
		"wiki macro in a line":    {evidence.Wiki, "said:{quote}yes{quote} then {code}x{code} end", "said:\n>\n  yes\nthen\n``` x\nend\n"},
		"wiki stray macro":        {evidence.Wiki, "see {code} and\nmore", "see ⏎{code} and⏎more\n"},
		"wiki heading rule quote": {evidence.Wiki, "h1. T\n----\nbq. q", "### T\n---\n>\n  q\n"},
		"wiki table":              {evidence.Wiki, "||a||b||\n|1|[x|https://a.example]|\n||r|2|", "| a | b\n| 1 | [x](https://a.example)\n| **r** | 2\n"},
		"wiki noformat":           {evidence.Wiki, "{noformat}\n*x*\n{noformat}after", "``` *x*\nafter\n"},
		"plain":                   {evidence.Plain, "a *b*\nc\n\nd https://x.example", "a *b*⏎c\nd [https://x.example](https://x.example)\n"},
		"no markup":               {"", "a <b>", "a <b>\n"},
		"adf not json":            {evidence.ADF, "hello", "(attention) Not readable as Atlassian Document Format\n  The text below is what the source sent.\nhello\n"},
		"adf of odd types":        {evidence.ADF, `{"type":"doc","content":[{"type":"paragraph","content":["x",{"type":"text","text":5},{"type":"text","text":"y"}]},7]}`, "xy\n"},
		"empty":                   {evidence.Markdown, "", ""},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			got := outline(document.FromText(evidence.Text{Markup: tc.markup, Source: tc.src}), "")
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestRichTexts(t *testing.T) {
	for name, text := range map[string]evidence.Text{"description": {Markup: evidence.Markdown, Source: rendertest.Description},
		"ticket": {Markup: evidence.Wiki, Source: rendertest.TicketBody}, "comment": {Markup: evidence.ADF, Source: rendertest.ADFBody}} {
		t.Run(name, func(t *testing.T) {
			rendertest.Golden(t, name+".txt", outline(document.FromText(text), ""))
		})
	}
}

// size counts the characters of blocks.
func size(blocks []document.Block) int { return len(outline(blocks, "")) }

func TestLongTextIsCutAndSaysSo(t *testing.T) {
	long := strings.Repeat("All work and no play makes Jack a dull boy.\n", 250_000) // 11 MB
	adf, err := json.Marshal(map[string]any{"type": "doc", "content": []any{
		map[string]any{"type": "paragraph", "content": []any{map[string]any{"type": "text", "text": "short"}}},
		map[string]any{"type": "paragraph", "content": []any{map[string]any{"type": "text", "text": long}}}}})
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range []evidence.Markup{evidence.Plain, evidence.Markdown, evidence.Wiki, evidence.ADF} {
		src := long
		if m == evidence.ADF {
			src = string(adf)
		}
		start := time.Now()
		blocks := document.FromText(evidence.Text{Markup: m, Source: src})
		if took := time.Since(start); took > 10*time.Second {
			t.Errorf("%s: took %v", m, took)
		}
		if n := size(blocks); n > 300_000 {
			t.Errorf("%s: %d characters came out", m, n)
		}
		last := blocks[len(blocks)-1]
		if last.Note == nil || !strings.Contains(outline([]document.Block{last}, ""), "characters of this text are not shown. The source/ folder") {
			t.Errorf("%s: the cut is not said: %s", m, outline([]document.Block{last}, ""))
		}
	}
}

// TestHostileNesting: what is nested deep is neither slow nor deep on the page.
func TestHostileNesting(t *testing.T) {
	const n = 60_000
	adf := strings.Repeat(`{"type":"blockquote","content":[`, 3000) + `{"type":"text","text":"x"}` + strings.Repeat("]}", 3000)
	for name, text := range map[string]evidence.Text{
		"markdown quotes":    {Markup: evidence.Markdown, Source: strings.Repeat(">", n)},
		"markdown spaced":    {Markup: evidence.Markdown, Source: strings.Repeat("> ", n/2) + "x"},
		"markdown lists":     {Markup: evidence.Markdown, Source: strings.Repeat("- ", n/2) + "x"},
		"markdown numbers":   {Markup: evidence.Markdown, Source: strings.Repeat("1. ", n/3) + "x"},
		"markdown brackets":  {Markup: evidence.Markdown, Source: strings.Repeat("[", n)},
		"markdown links":     {Markup: evidence.Markdown, Source: strings.Repeat("[a](", n/4)},
		"markdown stars":     {Markup: evidence.Markdown, Source: strings.Repeat("*a_ ", n/4)},
		"markdown backticks": {Markup: evidence.Markdown, Source: strings.Repeat("`a``", n/4)},
		"markdown html":      {Markup: evidence.Markdown, Source: strings.Repeat("<b><a href=x>", n/13)},
		"markdown comments":  {Markup: evidence.Markdown, Source: strings.Repeat("<!--", n/4)},
		"markdown tables":    {Markup: evidence.Markdown, Source: "|" + strings.Repeat("a|", 4000) + "\n|" + strings.Repeat("-|", 4000) + strings.Repeat("\n|x|", 4000)},
		"markdown entities":  {Markup: evidence.Markdown, Source: strings.Repeat("&", n)},
		"markdown tildes":    {Markup: evidence.Markdown, Source: strings.Repeat("~~a", n/3)},
		"markdown urls":      {Markup: evidence.Markdown, Source: strings.Repeat("https://(", n/9)},
		"markdown refs":      {Markup: evidence.Markdown, Source: strings.Repeat("[a]: <\n", n/7)},
		"wiki lists":         {Markup: evidence.Wiki, Source: strings.Repeat("*", 12) + " x\n" + strings.Repeat("* y\n", 5000)},
		"wiki quotes":        {Markup: evidence.Wiki, Source: strings.Repeat("{quote}\n", n/8)},
		"wiki panels":        {Markup: evidence.Wiki, Source: strings.Repeat("{panel}\n{quote}\n", n/16)},
		"wiki colours":       {Markup: evidence.Wiki, Source: strings.Repeat("{color:red}", n/11)},
		"wiki stars":         {Markup: evidence.Wiki, Source: strings.Repeat("*a ", n/3)},
		"wiki nested marks":  {Markup: evidence.Wiki, Source: strings.Repeat("*_-+ ", n/5)},
		"wiki brackets":      {Markup: evidence.Wiki, Source: strings.Repeat("[", n)},
		"wiki bangs":         {Markup: evidence.Wiki, Source: strings.Repeat("!a.", n/3)},
		"wiki bars":          {Markup: evidence.Wiki, Source: strings.Repeat("|", n)},
		"wiki cells":         {Markup: evidence.Wiki, Source: "|" + strings.Repeat("[a{|", n/4)},
		"wiki wide":          {Markup: evidence.Wiki, Source: strings.Repeat("|a", 5000) + strings.Repeat("\n|b", 10_000)},
		"wiki code":          {Markup: evidence.Wiki, Source: strings.Repeat("x {code} ", n/9)},
		"adf deep":           {Markup: evidence.ADF, Source: adf},
		"plain":              {Source: strings.Repeat("http://", n/7)},
	} {
		t.Run(name, func(t *testing.T) {
			start := time.Now()
			blocks := document.FromText(text)
			if took := time.Since(start); took > 10*time.Second {
				t.Errorf("took %v", took)
			}
			if n := size(blocks); n > 70*len(text.Source)+10_000 {
				t.Errorf("%d characters became %d", len(text.Source), n)
			}
		})
	}
}

func FuzzText(f *testing.F) {
	for _, s := range []string{rendertest.Description, rendertest.TicketBody, rendertest.ADFBody, "|a|\n|-|\n|b", "<!-- x", "{code}\n{quote}\n", "*_a_*", `{"content":[{"type":"table","content":[{}]}]}`} {
		for m := range uint8(4) {
			f.Add(s, m)
		}
	}
	markups := []evidence.Markup{evidence.Plain, evidence.Markdown, evidence.Wiki, evidence.ADF}
	f.Fuzz(func(t *testing.T, s string, m uint8) {
		blocks := document.FromText(evidence.Text{Markup: markups[m%4], Source: s})
		if n := size(blocks); n > 130*len(s)+2000 {
			t.Fatalf("%d bytes became %d", len(s), n)
		}
	})
}
