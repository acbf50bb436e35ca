package tracker_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/tickmark-dev/tickmark/internal/simulate/company"
	"github.com/tickmark-dev/tickmark/internal/simulate/tracker"
)

// schemas finds a package that "make schemas" fetches, or skips the test.
func schemas(t *testing.T, name, pack string) string {
	t.Helper()
	dir := os.Getenv("TICKMARK_SCHEMAS")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", ".cache", "schemas")
	}
	path, err := filepath.Abs(filepath.Join(dir, filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); err != nil {
		t.Skipf("%s is not here (make schemas fetches npm %s)", path, pack)
	}
	return path
}

// keysToAsk are tickets of every kind: code, change requests, incidents, one
// with a long history, one that was moved.
func keysToAsk(c *company.Company) []string {
	var keys []string
	seen := map[string]int{}
	for _, is := range c.Tracker.Issues {
		kind := is.Project.Key + is.Type
		if seen[kind] < 6 || len(is.History) > 100 || len(is.FormerKeys) > 0 {
			keys = append(keys, is.Key)
		}
		seen[kind]++
	}
	return keys
}

// TestAnswersFitTheSchemasOfJira lets jira.js read the tracker: it holds each
// answer to schemas made from Atlassian's OpenAPI description, and with
// AUDIT_SCHEMAS reports keys that the description does not know.
func TestAnswersFitTheSchemasOfJira(t *testing.T) {
	folder := schemas(t, "jira.js", "jira.js@6.2.0")
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("node is not installed")
	}
	c := company.New(company.DefaultSeed)
	server := httptest.NewServer(c.Tracker.Handler())
	defer server.Close()
	keys := keysToAsk(c)
	cmd := exec.Command(node, append([]string{"testdata/validate.mjs", folder, server.URL, c.Tracker.BasicUser, c.Tracker.Token}, keys...)...)
	cmd.Env = append(os.Environ(), "AUDIT_SCHEMAS=true")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	var report struct {
		Calls    int
		Problems []json.RawMessage
	}
	if err := json.Unmarshal(out, &report); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if report.Calls < 4*len(keys) {
		t.Fatalf("%d calls for %d issues", report.Calls, len(keys))
	}
	for _, p := range report.Problems {
		t.Errorf("%s", p)
	}
}

// TestDocumentsAreADF holds every rich text to Atlassian's document schema.
func TestDocumentsAreADF(t *testing.T) {
	path := schemas(t, "adf-schema/dist/json-schema/v1/full.json", "@atlaskit/adf-schema@57.7.22")
	compiler := jsonschema.NewCompiler()
	schema, err := compiler.Compile(path)
	if err != nil {
		t.Fatal(err)
	}
	c := company.New(company.DefaultSeed)
	n := 0
	check := func(where string, text tracker.Text) {
		n++
		raw, err := json.Marshal(text.ADF(func(string) string { return "somebody" }))
		if err != nil {
			t.Fatal(err)
		}
		doc, err := jsonschema.UnmarshalJSON(strings.NewReader(string(raw)))
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(doc); err != nil {
			t.Errorf("%s: %v\n%s", where, err, raw)
		}
	}
	for _, is := range c.Tracker.Issues {
		check(is.Key, is.Body)
		for _, cm := range is.Comments {
			check(is.Key+" comment", cm.Body)
		}
		for _, v := range is.Custom {
			if v.Text != "" {
				check(is.Key+" field", v.Text)
			}
		}
	}
	check("everything", "# Title\n\ntext **strong** `code` [link](https://x.example) @[712020:abc] {status:OK:green} {date:2026-03-01} {card:https://y.example}\nsecond line\n\n- a\n- b\n\n1. c\n\n> quote\n\n---\n\n!warning careful\n\n| a | b |\n|---|---|\n| c | d |\n\n```go\nfunc main() {}\n```\n\n![screen.png](40009)\n")
	if n < 500 {
		t.Fatalf("only %d texts were looked at", n)
	}
}

var _ http.Handler = (&tracker.Tracker{}).Handler()
