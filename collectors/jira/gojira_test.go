package jira

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// gojiraDir is the module cache's copy of go-jira, whose tests hold recorded
// bodies.
func gojiraDir(t *testing.T) string {
	t.Helper()
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/andygrunwald/go-jira").Output()
	dir := strings.TrimSpace(string(out))
	if err != nil || dir == "" {
		t.Skipf("the source of go-jira is not on this machine: %v", err)
	}
	return dir
}

// TestBodiesOfGoJira reads every issue in go-jira's own tests.
func TestBodiesOfGoJira(t *testing.T) {
	dir := gojiraDir(t)
	file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(dir, "issue_test.go"), nil, 0)
	if err != nil {
		t.Skipf("go-jira's tests are not on this machine: %v", err)
	}
	read := 0
	ast.Inspect(file, func(n ast.Node) bool {
		lit, ok := n.(*ast.BasicLit)
		if !ok || lit.Kind != token.STRING {
			return true
		}
		body, err := strconv.Unquote(lit.Value)
		var issue struct {
			Key    string
			Fields map[string]json.RawMessage
		}
		if err != nil || json.Unmarshal([]byte(body), &issue) != nil || issue.Key == "" || issue.Fields == nil || !issueKey.MatchString(issue.Key) {
			return true
		}
		read++
		f := newFake(t)
		f.ticket(false, issue.Key, "", "")
		f.json("/rest/api/2/issue/"+issue.Key, body)
		ticket, gaps := collect(t, newCollector(t, f.config(false), session(t)), issue.Key)
		var summary string
		_ = json.Unmarshal(issue.Fields["summary"], &summary)
		if ticket == nil || ticket.Key != issue.Key || ticket.Title != summary {
			t.Errorf("issue %d: ticket %+v, gaps %+v", read, ticket, gaps)
		}
		for _, g := range gaps {
			known := g.Part == "history" || strings.HasPrefix(g.Part, "attachment ") || g.Part == "created" || g.Part == "updated"
			if !known {
				t.Errorf("issue %d: unexpected gap %+v", read, g)
			}
		}
		return true
	})
	if read < 3 {
		t.Errorf("%d issues were found in go-jira's tests, want at least 3", read)
	}
}

// TestMocksOfGoJira reads the remote links and the field list that go-jira
// keeps beside its tests.
func TestMocksOfGoJira(t *testing.T) {
	dir := filepath.Join(gojiraDir(t), "mocks")
	mock := func(name string, into any) string {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Skipf("go-jira's mocks are not on this machine: %v", err)
		}
		if err := json.Unmarshal(text, into); err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	var links []struct{ Object struct{ Title, URL string } }
	var fields []struct{ ID, Name string }
	f := newFake(t)
	f.ticket(false, "PAY-1", `"customfield_10104":"v"`, "")
	f.json("/rest/api/2/issue/PAY-1/remotelink", mock("remote_links.json", &links))
	f.json("/rest/api/2/field", mock("all_fields.json", &fields))
	config := f.config(false)
	config.Fields = map[string]string{}
	for i, field := range fields {
		config.Fields[fmt.Sprintf("f%03d", i)] = field.ID
	}
	ticket, gaps := collect(t, newCollector(t, config, session(t)), "PAY-1")
	if len(gaps) > 0 || len(fields) == 0 || len(links) == 0 || len(ticket.Remote) != len(links) {
		t.Fatalf("gaps %+v; %d fields, %d links of %d", gaps, len(fields), len(ticket.Remote), len(links))
	}
	titles := map[string]bool{}
	for _, l := range ticket.Remote {
		titles[l.Title+l.URL] = true
	}
	for _, l := range links {
		if !titles[l.Object.Title+l.Object.URL] {
			t.Errorf("link %q is missing", l.Object.Title)
		}
	}
}
