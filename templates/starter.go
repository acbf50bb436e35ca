package templates

import (
	_ "embed"
	"encoding/json"
	"io"
	"text/template"
)

//go:embed tickmark.yaml.tmpl
var starterText string

// Starter is what a first configuration is made from. Empty fields leave
// their system out.
type Starter struct {
	Organization, TimeZone string
	From, To               string // 2026-01-31
	GitHubURL              string // "" for github.com
	Repositories           []string
	JiraURL, JiraUser      string
	JiraProjects           []string
	PrometheusURL, GitPath string
}

// Write writes the commented tickmark.yaml.
func (s Starter) Write(w io.Writer) error {
	t, err := template.New("tickmark.yaml").Funcs(template.FuncMap{"quote": quote}).Parse(starterText)
	if err != nil {
		return err
	}
	return t.Execute(w, s)
}

// quote writes a string as YAML, of which JSON is a part.
func quote(s string) (string, error) {
	b, err := json.Marshal(s)
	return string(b), err
}
