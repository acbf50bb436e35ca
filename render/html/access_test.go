package html_test

import (
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/tickmark-dev/tickmark/render/document"
)

// TestAccessible holds pages to what people need who do not see them: one
// title, headings without a skipped level, landmarks, scopes, alternatives.
func TestAccessible(t *testing.T) {
	docs := documents(t)
	docs["everywhere"] = everywhere("text")
	deep := document.Document{Headline: "Levels"}
	for _, level := range []int{4, 1, 3, 3, 6, 2, 0, 9} {
		deep.Blocks = append(deep.Blocks, document.Block{Heading: &document.Heading{Level: level, Spans: spans("x")}}, document.Block{Note: &document.Note{Blocks: []document.Block{{Heading: &document.Heading{Level: 5, Spans: spans("x")}}}}})
	}
	docs["headings of all levels"] = deep
	for name, d := range docs {
		t.Run(name, func(t *testing.T) {
			counts, last, ids := map[string]int{}, 0, map[string]bool{}
			var anchors []string
			for n := range elements(parsed(t, render(t, d))) {
				counts[n.Data]++
				if id := attr(n, "id"); id != "" {
					if ids[id] {
						t.Errorf("the id %q is there twice", id)
					}
					ids[id] = true
				}
				switch n.Data {
				case "html":
					if attr(n, "lang") != "en" {
						t.Error("the page does not say its language")
					}
				case "h1", "h2", "h3", "h4", "h5", "h6":
					level := int(n.Data[1] - '0')
					if level > last+1 {
						t.Errorf("a heading of level %d follows one of level %d", level, last)
					}
					last = level
				case "th":
					if attr(n, "scope") != "col" {
						t.Error("the head of a column has no scope")
					}
				case "img":
					if attr(n, "alt") == "" {
						t.Error("a picture has no alternative")
					}
				case "svg":
					if attr(n, "aria-hidden") == "" && attr(n, "aria-label") == "" {
						t.Error("a drawing has no alternative")
					}
				case "a":
					if to, ok := strings.CutPrefix(attr(n, "href"), "#"); ok {
						anchors = append(anchors, to)
					}
				}
			}
			for _, tag := range []string{"h1", "header", "main", "footer", "title"} {
				if counts[tag] != 1 {
					t.Errorf("the page has %d %s", counts[tag], tag)
				}
			}
			for _, to := range anchors {
				if !ids[to] {
					t.Errorf("a link leads to #%s, which is not there", to)
				}
			}
		})
	}
}

// TestContrast: every colour of text stands out from what it is written on, by
// the measure of WCAG 2, 4.5 to 1.
func TestContrast(t *testing.T) {
	css, err := os.ReadFile("style.css")
	if err != nil {
		t.Fatal(err)
	}
	colours := map[string]float64{"white": 1}
	for _, m := range regexp.MustCompile(`--([a-z-]+): #([0-9a-f]{6});`).FindAllStringSubmatch(string(css), -1) {
		colours[m[1]] = luminance(t, m[2])
	}
	pairs := [][2]string{{"ink", "white"}, {"ink", "band"}, {"grey", "white"}, {"grey", "faint"}, {"grey", "band"}, {"white", "grey"}, {"accent", "faint"}}
	for _, tone := range []string{"good", "bad", "attention", "gap", "merged", "accent"} {
		pairs = append(pairs, [2]string{tone, "white"}, [2]string{tone, tone + "-bg"}, [2]string{"white", tone}, [2]string{"ink", tone + "-bg"}, [2]string{"grey", tone + "-bg"})
	}
	for _, p := range pairs {
		a, ok := colours[p[0]]
		b, ok2 := colours[p[1]]
		if !ok || !ok2 {
			t.Fatalf("the style has no colour %q or %q", p[0], p[1])
		}
		if ratio := (max(a, b) + 0.05) / (min(a, b) + 0.05); ratio < 4.5 {
			t.Errorf("%s on %s has a contrast of %.2f", p[0], p[1], ratio)
		}
	}
}

func luminance(t *testing.T, hex string) float64 {
	t.Helper()
	part := func(s string) float64 {
		v, err := strconv.ParseUint(s, 16, 8)
		if err != nil {
			t.Fatal(err)
		}
		c := float64(v) / 255
		if c <= 0.03928 {
			return c / 12.92
		}
		return math.Pow((c+0.055)/1.055, 2.4)
	}
	return 0.2126*part(hex[0:2]) + 0.7152*part(hex[2:4]) + 0.0722*part(hex[4:6])
}

// TestBrowser has Chromium read the pages: it shows the headline, applies the
// style that the policy allows, and has nothing to complain of.
func TestBrowser(t *testing.T) {
	program := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			program = path
			break
		}
	}
	if program == "" {
		t.Skip("chromium is not installed: no browser has read the pages")
	}
	docs := documents(t)
	docs["everywhere"] = everywhere(`"><script>alert(1)</script>`)
	for _, name := range []string{"readiness_report", "index", "1-monitoring_confirmation", "everywhere"} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "page.html")
			if err := os.WriteFile(file, render(t, docs[name]), 0o600); err != nil {
				t.Fatal(err)
			}
			var out, errs strings.Builder
			cmd := exec.Command(program, "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-dev-shm-usage", "--enable-logging=stderr",
				"--user-data-dir="+t.TempDir(), "--dump-dom", "file://"+file)
			cmd.Stdout, cmd.Stderr = &out, &errs
			if err := cmd.Run(); err != nil {
				t.Fatalf("%v\n%s", err, errs.String())
			}
			root := parsed(t, []byte(out.String()))
			if text := content(root); !strings.Contains(text, docs[name].Headline) {
				t.Errorf("the browser does not show %q", docs[name].Headline)
			}
			if got, want := outline(root), outline(parsed(t, render(t, docs[name]))); got != want {
				t.Error("the browser reads another page than was written")
			}
			for line := range strings.SplitSeq(errs.String(), "\n") {
				if strings.Contains(line, "CONSOLE") {
					t.Error(fmt.Sprint("the browser complains: ", line))
				}
			}
		})
	}
}
