package pdf_test

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tickmark-dev/tickmark/internal/evidence"
	"github.com/tickmark-dev/tickmark/render/document"
	"github.com/tickmark-dev/tickmark/render/pdf"
	"github.com/tickmark-dev/tickmark/render/rendertest"
)

const shared = "../../../shared/data"

// collect adds the strings under the named keys, however deep they lie.
func collect(v any, keys map[string]bool, seen map[string]bool, out *[]string) {
	switch v := v.(type) {
	case map[string]any:
		for k, x := range v {
			if s, ok := x.(string); ok && keys[k] && s != "" && !seen[s] {
				seen[s] = true
				*out = append(*out, s)
			}
			collect(x, keys, seen, out)
		}
	case []any:
		for _, x := range v {
			collect(x, keys, seen, out)
		}
	}
}

// TestRealGitHubTexts draws every body and commit message of recorded GitHub
// answers, and finds its words again in the file.
func TestRealGitHubTexts(t *testing.T) {
	f, err := os.Open(filepath.Join(shared, "github-exchanges.jsonl"))
	if err != nil {
		t.Skip("the recorded exchanges are not here: real texts were not drawn")
	}
	defer f.Close()
	var texts []string
	seen := map[string]bool{}
	r := bufio.NewScanner(f)
	r.Buffer(nil, 64<<20)
	for r.Scan() {
		var x struct {
			Body any `json:"body"`
		}
		if json.Unmarshal(r.Bytes(), &x) != nil {
			continue
		}
		body := x.Body
		if s, ok := body.(string); ok {
			if json.Unmarshal([]byte(s), &body) != nil {
				continue
			}
		}
		collect(body, map[string]bool{"body": true, "message": true, "description": true, "patch": true, "title": true}, seen, &texts)
	}
	if err := r.Err(); err != nil {
		t.Fatal(err)
	}
	drawAll(t, texts, evidence.Markdown)
}

func TestRealJiraTexts(t *testing.T) {
	files, _ := filepath.Glob(filepath.Join(shared, "devlake/jira/*.csv"))
	if len(files) == 0 {
		t.Skip("the recorded rows are not here: real tickets were not drawn")
	}
	var texts []string
	seen := map[string]bool{}
	for _, name := range files {
		f, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		rd := csv.NewReader(f)
		rd.FieldsPerRecord, rd.LazyQuotes = -1, true
		rows, err := rd.ReadAll()
		f.Close()
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range rows {
			for _, cell := range row {
				var v any
				if strings.HasPrefix(cell, "{") && json.Unmarshal([]byte(cell), &v) == nil {
					collect(v, map[string]bool{"description": true, "body": true, "summary": true, "toString": true}, seen, &texts)
				}
			}
		}
	}
	drawAll(t, texts, evidence.Wiki)
}

func drawAll(t *testing.T, texts []string, markup evidence.Markup) {
	t.Helper()
	if len(texts) < 20 {
		t.Fatalf("only %d texts were found", len(texts))
	}
	unprintable, pages := 0, 0
	for i := 0; i < len(texts); i += 100 {
		d := page()
		for k, s := range texts[i:min(i+100, len(texts))] {
			d.Blocks = append(d.Blocks, document.Block{Conversation: &document.Conversation{Entries: []document.Entry{{Card: true, Who: fmt.Sprint("text ", i+k), Action: []document.Span{{Text: "wrote"}},
				Blocks: document.FromText(evidence.Text{Markup: markup, Source: s})}}}})
		}
		res, err := pdf.Render(d, options())
		if err != nil {
			t.Fatal(err)
		}
		unprintable, pages = unprintable+res.Unprintable, pages+res.Pages
		rendertest.CheckPDF(t, res.Data)
		text := rendertest.Text(t, res.Data)
		squeezed := strings.Join(strings.Fields(text), "")
		for _, s := range texts[i:min(i+100, len(texts))] {
			for _, w := range strings.Fields(s) {
				if plainWord(w) && !strings.Contains(squeezed, w) && !strings.Contains(s, "<!--") && !strings.Contains(s, "[") {
					t.Errorf("the word %q of %.80q is not in the file", w, s)
					break
				}
			}
		}
	}
	t.Logf("%d texts on %d pages, %d characters without a font", len(texts), pages, unprintable)
}

// plainWord reports whether a word has nothing that markup could mean.
func plainWord(w string) bool {
	for _, r := range w {
		if (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') {
			return false
		}
	}
	return len(w) > 3 && len(w) < 14
}
