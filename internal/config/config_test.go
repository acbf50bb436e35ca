package config

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/zalando/go-keyring"
	"go.yaml.in/yaml/v3"
)

const good = `schema_version: 1
organization: Acme
time_zone: Europe/Berlin
period: {from: 2026-01-01, to: 2026-07-01}
systems:
  - {name: github, kind: github, repositories: [acme/api, acme/web], token: {env: TOKEN}}
  - {name: ghes, kind: github, url: "https://ghe.example.com", repositories: acme/old}
  - {name: jira, kind: jira, url: "https://acme.atlassian.net", projects: [PAY], fields: {risk: Risk level}}
  - {name: metrics, kind: prometheus, url: "http://127.0.0.1:9090"}
  - {name: history, kind: git, path: kafka.git}
  - {name: exhibits, kind: files, path: exhibits}
services:
  - {name: api, repositories: acme/api, queries: [{name: Errors, system: metrics, expr: up, threshold: "<= 1"}]}
`

func TestParse(t *testing.T) {
	c, err := Parse("conf/tickmark.yaml", []byte(good))
	if err != nil {
		t.Fatal(err)
	}
	if got := c.Period.From.UTC().Format("2006-01-02T15:04Z"); got != "2025-12-31T23:00Z" {
		t.Errorf("period begins %s; a day begins at midnight in the configured zone", got)
	}
	for name, want := range map[string]string{"github": "https://api.github.com/", "ghes": "https://ghe.example.com/api/v3/", "jira": "https://acme.atlassian.net/"} {
		if s, _ := c.System(name); s.URL.String() != want {
			t.Errorf("%s: url %s, want %s", name, s.URL, want)
		}
	}
	if s, _ := c.System("github"); s.WebURL.String() != "https://github.com/" || !slices.Equal(s.Production, []string{"production", "prod"}) {
		t.Errorf("github: web %s, production %q", s.WebURL, s.Production)
	}
	if s, _ := c.System("jira"); !s.Cloud {
		t.Error("a site on atlassian.net is Cloud")
	}
	if s, _ := c.System("history"); s.Path != filepath.Join("conf", "kafka.git") || s.Repository != "kafka" {
		t.Errorf("git: path %s, repository %s", s.Path, s.Repository)
	}
}

func TestMistakes(t *testing.T) {
	tests := map[string]struct{ old, new, want string }{
		"unknown key":            {"organization: Acme", "organisation: Acme", "2: organisation: unknown key (did you mean organization?); allowed here:"},
		"missing key":            {"organization: Acme\n", "", "organization: is missing"},
		"wrong type":             {"organization: Acme", "organization: [Acme]", "2: organization: expected text, found a list"},
		"no value":               {"organization: Acme", "organization:", "2: organization: has no value"},
		"twice":                  {"time_zone: Europe/Berlin", "time_zone: UTC\ntime_zone: UTC", "4: time_zone: this key occurs twice"},
		"newer version":          {"schema_version: 1", "schema_version: 2", "1: schema_version: \"2\" is not known to this version"},
		"unknown zone":           {"Europe/Berlin", "Berlin", "3: time_zone: \"Berlin\" is not a known time zone"},
		"not a date":             {"from: 2026-01-01", "from: 1/1/2026", "4: period.from: \"1/1/2026\" is not a date; write it as 2026-01-31"},
		"period of no day":       {"to: 2026-07-01", "to: 2026-01-01", "4: period: holds no day: it begins and ends on 2026-01-01"},
		"period reversed":        {"to: 2026-07-01", "to: 2025-07-01", "4: period: ends (2025-07-01) before it begins (2026-01-01)"},
		"unknown kind":           {"kind: files", "kind: folder", "11: systems[5].kind: \"folder\" is not known; allowed: files, git, github, jira, prometheus"},
		"key of another kind":    {"path: exhibits}", "path: exhibits, projects: [PAY]}", "11: systems[5].projects: unknown key; allowed here: kind, name, path"},
		"name twice":             {"name: ghes", "name: github", "7: systems[1]: another system has the name \"github\" already"},
		"repository":             {"acme/old", "https://ghe.example.com/acme/old", "is not of the form owner/name"},
		"repository twice":       {"acme/web", "Acme/API", "\"Acme/API\" occurs twice"},
		"http to elsewhere":      {"http://127.0.0.1:9090", "http://metrics.example.com", "9: systems[3].url: uses plain http"},
		"password in url":        {"https://ghe.example.com", "https://u:p@ghe.example.com", "holds a user name or password"},
		"two token places":       {"{env: TOKEN}", "{env: TOKEN, file: t}", "name exactly one of env, file, keyring"},
		"field":                  {"risk: Risk level", "risks: Risk level", "8: systems[2].fields.risks: unknown key (did you mean risk?)"},
		"threshold":              {"\"<= 1\"", "about 1", "expected a comparison such as"},
		"service without system": {"system: metrics", "system: jira", "\"jira\" is not the name of a configured prometheus system"},
		"project key":            {"projects: [PAY]", "projects: [pay]", "\"pay\" is not a project key"},
		"not yaml":               {"organization: Acme", "organization: \"Acme", "is not valid YAML"},
		"two documents":          {"schema_version: 1", "---\nschema_version: 1\n---\nx: 1\n---", "more than one document"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			text := strings.Replace(good, tt.old, tt.new, 1)
			if text == good {
				t.Fatalf("%q does not occur in the configuration", tt.old)
			}
			_, err := Parse("tickmark.yaml", []byte(text))
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got  %v\nwant …%s…", err, tt.want)
			}
			if err != nil && strings.Contains(err.Error(), "u:p@") {
				t.Error("the message repeats a password")
			}
		})
	}
}

func TestAllMistakesAtOnce(t *testing.T) {
	text := strings.NewReplacer("Acme\n", "\n", "Europe/Berlin", "Nowhere", "kind: files", "kind: folder").Replace(good)
	_, err := Parse("tickmark.yaml", []byte(text))
	var ps Problems
	if !errors.As(err, &ps) || len(ps) != 3 {
		t.Fatalf("want three problems, got %v", err)
	}
	if !slices.IsSortedFunc(ps, func(a, b Problem) int { return a.Line - b.Line }) {
		t.Error("problems are not in order of line")
	}
}

func TestSecretsDoNotPrint(t *testing.T) {
	c, err := Parse("tickmark.yaml", []byte(strings.Replace(good, "{env: TOKEN}", "planted-secret", 1)))
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Warnings) != 1 || !strings.Contains(c.Warnings[0], "everyone who can read the file") {
		t.Errorf("an inline token wants one loud warning, got %q", c.Warnings)
	}
	s, err := c.Systems[0].Token.Resolve(nil)
	if err != nil || s.Reveal() != "planted-secret" {
		t.Fatal(s.Reveal(), err)
	}
	js, err := json.Marshal(map[string]any{"s": s, "c": c.Systems[0]})
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{string(js), fmt.Sprintf("%v %+v %#v %s %q %x", s, s, s, s, s, s), fmt.Sprintf("%+v", c), fmt.Sprintf("%#v", s), c.Systems[0].Token.String(), strings.Join(c.Warnings, "")} {
		if strings.Contains(text, "planted-secret") || strings.Contains(text, fmt.Sprintf("%x", "planted-secret")) {
			t.Errorf("the secret is printed: %s", text)
		}
	}
}

func TestTokenSources(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "token")
	if err := os.WriteFile(file, []byte("from-file\r\nsecond line\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	written := func(name, content string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	keyring.MockInit()
	if err := keyring.Set("tickmark", "github", "from-keyring"); err != nil {
		t.Fatal(err)
	}
	env := func(name string) (string, bool) { return map[string]string{"SET": " from-env "}[name], name == "SET" }
	tests := map[string]struct {
		source  TokenSource
		want    string
		mistake string
	}{
		"environment":         {TokenSource{Env: "SET"}, "from-env", ""},
		"environment not set": {TokenSource{Env: "UNSET"}, "", "environment variable UNSET is not set"},
		"file":                {TokenSource{File: file}, "from-file", ""},
		"file not there":      {TokenSource{File: file + "x"}, "", "does not exist"},
		"file, UTF-8 mark":    {TokenSource{File: written("bom", "\uFEFFfrom-file\r\n")}, "from-file", ""},
		"file of PowerShell":  {TokenSource{File: written("wide", "\xff\xfef\x00r\x00o\x00m\x00-\x00p\x00s\x00\r\x00\n\x00")}, "from-ps", ""},
		"file, big endian":    {TokenSource{File: written("big", "\xfe\xff\x00p\x00s")}, "ps", ""},
		"file empty":          {TokenSource{File: written("empty", "\n\n")}, "", "holds no token"},
		"file of NULs":        {TokenSource{File: written("nul", "a\x00b")}, "", "a NUL in it"},
		"file too long":       {TokenSource{File: written("long", strings.Repeat("x", 70<<10))}, "", "it holds something else than a token"},
		"file is a folder":    {TokenSource{File: dir}, "", "reading token file"},
		"keyring":             {TokenSource{Keyring: "tickmark/github"}, "from-keyring", ""},
		"keyring not there":   {TokenSource{Keyring: "tickmark/jira"}, "", `no entry for the service "tickmark" and the account "jira"`},
		"none":                {TokenSource{}, "", ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s, err := tt.source.Resolve(env)
			if s.Reveal() != tt.want || (err == nil) != (tt.mistake == "") || err != nil && !strings.Contains(err.Error(), tt.mistake) {
				t.Errorf("got %q, %v", s.Reveal(), err)
			}
		})
	}
}

// TestSchema holds the editors' schema to the program: the same keys in every
// mapping, and what one accepts the other accepts.
func TestSchema(t *testing.T) {
	schema := compile(t)
	validate := func(text string) error {
		var v any
		if err := yaml.Unmarshal([]byte(text), &v); err != nil {
			t.Fatal(err)
		}
		js, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		inst, err := jsonschema.UnmarshalJSON(strings.NewReader(string(js)))
		if err != nil {
			t.Fatal(err)
		}
		return schema.Validate(inst)
	}
	quoted := strings.NewReplacer("2026-01-01", `"2026-01-01"`, "2026-07-01", `"2026-07-01"`).Replace(good)
	if err := validate(quoted); err != nil {
		t.Errorf("the schema refuses a good configuration: %v", err)
	}
	if err := validate(strings.Replace(quoted, "organization", "organisation", 1)); err == nil {
		t.Error("the schema takes an unknown key")
	}
	defs := raw(t)["$defs"].(map[string]any)
	for _, kind := range []string{"files", "git", "github", "jira", "prometheus"} {
		_, err := Parse("f", []byte("systems: [{kind: "+kind+", nonsense: 1}]"))
		if err == nil {
			t.Fatal("nonsense was taken")
		}
		_, after, _ := strings.Cut(err.Error(), "nonsense: unknown key; allowed here: ")
		allowed, _, _ := strings.Cut(after, "\n")
		props := defs[kind].(map[string]any)["properties"].(map[string]any)
		if want := strings.Join(slices.Sorted(maps.Keys(props)), ", "); allowed != want {
			t.Errorf("%s:\nprogram %s\nschema  %s", kind, allowed, want)
		}
	}
	fields := defs["jira"].(map[string]any)["properties"].(map[string]any)["fields"].(map[string]any)["properties"].(map[string]any)
	if got := slices.Sorted(maps.Keys(fields)); !slices.Equal(got, fieldNames) {
		t.Errorf("fields:\nprogram %q\nschema  %q", fieldNames, got)
	}
}

const schemaFile = "../../docs/schemas/tickmark.schema.json"

func compile(t *testing.T) *jsonschema.Schema {
	t.Helper()
	s, err := jsonschema.NewCompiler().Compile(schemaFile)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func raw(t *testing.T) map[string]any {
	t.Helper()
	b, err := os.ReadFile(schemaFile)
	if err != nil {
		t.Fatal(err)
	}
	var v map[string]any
	if err := json.Unmarshal(b, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

func TestStarter(t *testing.T) {
	text, err := Starter(Answers{Organization: `Acme: "Payments" #1`, TimeZone: "UTC", From: "2026-01-01", To: "2026-07-01", Repositories: []string{"acme/api"},
		JiraURL: "https://acme.atlassian.net", JiraUser: "a@example.com", JiraProjects: []string{"PAY", "CHG"}, PrometheusURL: "https://prom.example.com", GitPath: "/srv/x.git"})
	if err != nil {
		t.Fatal(err)
	}
	c, err := Parse("tickmark.yaml", text)
	if err != nil {
		t.Fatal(err)
	}
	if c.Organization != `Acme: "Payments" #1` || len(c.Systems) != 5 {
		t.Errorf("organization %q, %d systems", c.Organization, len(c.Systems))
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(good))
	f.Add([]byte("a: &a [*a]"))
	f.Add([]byte("systems: [{kind: github}]"))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := Parse("f", data)
		if (c == nil) == (err == nil) {
			t.Error("neither a configuration nor an error, or both")
		}
	})
}
