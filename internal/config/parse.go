package config

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // Windows has no zone database of its own

	"github.com/tickmark-dev/tickmark/internal/evidence"
	"go.yaml.in/yaml/v3"
)

// maxFile bounds a configuration file; a larger one is something else.
const maxFile = 1 << 20

// Load reads and checks a configuration. A file with mistakes gives Problems.
func Load(file string) (*Config, error) {
	info, err := os.Stat(file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, noFile(file)
	case err != nil:
		return nil, fmt.Errorf("reading the configuration: %w", err)
	case info.IsDir():
		return nil, fmt.Errorf("%s is a folder; name the configuration file in it", file)
	case info.Size() > maxFile:
		return nil, fmt.Errorf("%s has %d bytes; a configuration has at most %d", file, info.Size(), maxFile)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("reading the configuration: %w", err)
	}
	return Parse(file, data)
}

// noFile is the path where no configuration is.
type noFile string

func (f noFile) Error() string {
	return fmt.Sprintf("there is no configuration at %s; `tickmark init` writes one, `--config FILE` names another", string(f))
}

func (noFile) Unwrap() error { return fs.ErrNotExist }

// Parse is Load for a file already read.
func Parse(file string, data []byte) (*Config, error) {
	var doc yaml.Node
	dec := yaml.NewDecoder(bytes.NewReader(data))
	if err := dec.Decode(&doc); err != nil {
		if errors.Is(err, io.EOF) {
			return nil, Problems{{File: file, Text: "the configuration is empty; `tickmark init` writes one to start from"}}
		}
		return nil, Problems{syntaxProblem(file, err)}
	}
	d := &decoder{file: file}
	c := &Config{File: file, Vault: ".tickmark/vault"}
	root := value{doc.Content[0], "", d}
	c.read(root)
	if !errors.Is(dec.Decode(new(yaml.Node)), io.EOF) {
		root.problem("holds more than one document; remove what follows the second ---")
	}
	if len(d.problems) > 0 {
		slices.SortStableFunc(d.problems, func(a, b Problem) int { return cmp.Compare(a.Line, b.Line) })
		return nil, d.problems
	}
	c.Vault, c.Policies, c.Font = c.resolve(c.Vault), c.resolve(c.Policies), c.resolve(c.Font)
	c.Ledger = filepath.Join(filepath.Dir(c.Vault), "ledger.sqlite")
	return c, nil
}

var yamlLine = regexp.MustCompile(`^yaml: (?:line (\d+): )?(.*)$`)

func syntaxProblem(file string, err error) Problem {
	p := Problem{File: file, Text: "is not valid YAML: " + err.Error()}
	if m := yamlLine.FindStringSubmatch(err.Error()); m != nil {
		p.Line, _ = strconv.Atoi(m[1])
		p.Text = "is not valid YAML: " + m[2] + " (indent with spaces, and put text with : or # in quotes)"
	}
	return p
}

func (c *Config) read(root value) {
	var from, to value
	var periodAt value
	var services value
	root.mapping(keys{
		"schema_version": func(v value) {
			if v.text() != "1" {
				v.problem("%s is not known to this version of tickmark; allowed: 1", describe(v.node))
			}
		},
		"organization": func(v value) { c.Organization = v.text() },
		"simulated":    func(v value) { c.Simulated = v.boolean() },
		"time_zone":    func(v value) { c.Zone = readZone(v) },
		"period": func(v value) {
			periodAt = v
			v.mapping(keys{
				"from": func(v value) { from = v },
				"to":   func(v value) { to = v },
			}, "from", "to")
		},
		"systems":  func(v value) { v.list(func(e value) { c.readSystem(e) }) },
		"services": func(v value) { services = v },
		"vault":    func(v value) { c.Vault = v.text() },
		"policies": func(v value) { c.Policies = v.text() },
		"font":     func(v value) { c.Font = v.text() },
	}, "schema_version", "organization", "time_zone", "period", "systems")
	if services.node != nil {
		services.list(func(e value) { c.readService(e) })
	}
	c.readPeriod(periodAt, from, to)
}

func readZone(v value) *time.Location {
	name := v.text()
	// Local would make the same configuration mean different days on different machines.
	if name == "" || name == "Local" {
		v.problem("name a zone such as Europe/Berlin, America/New_York or UTC")
		return nil
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		v.problem("%q is not a known time zone; use a name such as Europe/Berlin, America/New_York or UTC", name)
		return nil
	}
	return zone
}

func (c *Config) readPeriod(at, from, to value) {
	if from.node == nil || to.node == nil {
		return
	}
	zone := c.Zone
	if zone == nil {
		zone = time.UTC // the zone is a mistake of its own; the days can still be judged
	}
	day := func(v value) time.Time {
		t, err := time.ParseInLocation(time.DateOnly, v.text(), zone)
		if err != nil {
			v.problem("%s is not a date; write it as 2026-01-31", describe(v.node))
		}
		return t
	}
	c.Period = evidence.Period{From: day(from), To: day(to)}
	if c.Period.From.IsZero() || c.Period.To.IsZero() {
		return
	}
	if !c.Period.From.Before(c.Period.To) {
		at.problem("ends (%s) before it begins (%s); the day in `to` is the first that no longer counts",
			c.Period.To.Format(time.DateOnly), c.Period.From.Format(time.DateOnly))
	}
}

var systemName = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,39}$`)

// common are the keys of every system; the rest depends on its kind.
func (s *System) common() keys {
	return keys{
		"name": func(v value) {
			s.Name = v.text()
			if s.Name != "" && !systemName.MatchString(s.Name) {
				v.problem("%q is not a usable name; use up to 40 lower-case letters, digits, dots and hyphens", s.Name)
			}
		},
		"kind": func(v value) { s.Kind = v.oneOf("files", "git", "github", "jira", "prometheus") },
	}
}

// remote are the keys of every system that is reached over the network.
func (s *System) remote(c *Config) keys {
	return keys{
		"url":         func(v value) { s.URL = readURL(v) },
		"web_url":     func(v value) { s.WebURL = readURL(v) },
		"user":        func(v value) { s.User = v.text() },
		"token":       func(v value) { s.Token = c.readToken(v) },
		"concurrency": func(v value) { s.Concurrency = v.integer(1, 64) },
	}
}

// kinds gives, for each kind, its keys and which of them it must have.
func (s *System) kinds() map[string]struct {
	own      keys
	remote   bool
	required []string
} {
	type kind = struct {
		own      keys
		remote   bool
		required []string
	}
	return map[string]kind{
		"github": {keys{
			"repositories": func(v value) { s.Repositories = readRepositories(v) },
			"production":   func(v value) { s.Production = v.texts() },
			"branches":     func(value) {}, // by readBranches, once the repositories are known
		}, true, []string{"repositories"}},
		"jira": {keys{
			"cloud":        func(v value) { s.Cloud = v.boolean() },
			"projects":     func(v value) { s.Projects = readProjects(v) },
			"fields":       func(v value) { s.Fields = readFields(v) },
			"deployed":     func(v value) { s.Deployed = readDeployed(v) },
			"service_desk": func(v value) { s.ServiceDesk = v.boolean() },
		}, true, []string{"url", "projects"}},
		"prometheus": {keys{"window": func(v value) { s.Window = readWindow(v) }}, true, []string{"url"}},
		"git": {keys{
			"path":       func(v value) { s.Path = v.text() },
			"repository": func(v value) { s.Repository = v.text() },
			"branch":     func(v value) { s.Branch = v.text() },
			"projects":   func(v value) { s.Projects = readProjects(v) },
		}, false, []string{"path"}},
		"files": {keys{"path": func(v value) { s.Path = v.text() }}, false, []string{"path"}},
	}
}

func (c *Config) readSystem(v value) {
	if v.node.Kind != yaml.MappingNode {
		v.problem("expected a system with its keys, found %s", describe(v.node))
		return
	}
	// The kind decides which keys are allowed, so it is read first.
	s := System{}
	kindNode := child(v, "kind")
	if kindNode == nil {
		value{v.node, join(v.path, "kind"), v.d}.problem("is missing; allowed: files, git, github, jira, prometheus")
		return
	}
	k := value{kindNode, join(v.path, "kind"), v.d}
	kind, known := s.kinds()[kindNode.Value]
	if !known {
		k.oneOf("files", "git", "github", "jira", "prometheus")
		return
	}
	allowed := s.common()
	add(allowed, kind.own)
	if kind.remote {
		add(allowed, s.remote(c))
	}
	v.mapping(allowed, append([]string{"name"}, kind.required...)...)
	s.complete(v, c)
	if s.Name != "" {
		if _, twice := c.System(s.Name); twice {
			v.problem("another system has the name %q already", s.Name)
		}
	}
	c.Systems = append(c.Systems, s)
}

func add(to, from keys) {
	for k, read := range from {
		to[k] = read
	}
}

func child(v value, key string) *yaml.Node {
	for i := 0; i+1 < len(v.node.Content); i += 2 {
		if v.node.Content[i].Value == key {
			return resolveAlias(v.node.Content[i+1])
		}
	}
	return nil
}

// complete fills what follows from the rest.
func (s *System) complete(v value, c *Config) {
	s.Path = c.resolve(s.Path)
	switch s.Kind {
	case "github":
		s.completeGitHub()
		s.readBranches(v)
	case "jira":
		if s.URL != nil {
			s.Cloud = s.Cloud || strings.HasSuffix(s.URL.Hostname(), ".atlassian.net")
		}
	case "prometheus":
		s.Window.Before = cmp.Or(s.Window.Before, time.Hour)
		s.Window.After = cmp.Or(s.Window.After, 2*time.Hour)
		s.Window.Step = cmp.Or(s.Window.Step, time.Minute)
	case "git":
		if s.Repository == "" {
			s.Repository = strings.TrimSuffix(filepath.Base(s.Path), ".git")
		}
	}
	if s.WebURL == nil {
		s.WebURL = s.URL
	}
}
