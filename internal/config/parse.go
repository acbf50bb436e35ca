package config

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
	"github.com/tickmark-dev/tickmark/internal/yamlfile"
	"go.yaml.in/yaml/v3"
)

// Load reads and checks a configuration. A file with mistakes gives Problems.
func Load(file string) (*Config, error) {
	data, err := yamlfile.Load(file, "configuration")
	if errors.Is(err, fs.ErrNotExist) {
		return nil, noFile(file)
	}
	if err != nil {
		return nil, err
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
	c := &Config{File: file, Vault: ".tickmark/vault"}
	if err := yamlfile.Read(file, "configuration", data, "`tickmark init` writes one to start from", c.read); err != nil {
		return nil, err
	}
	for _, path := range []*string{&c.Vault, &c.Policy, &c.People, &c.Policies, &c.Font} {
		*path = c.resolve(*path)
	}
	c.Ledger = filepath.Join(filepath.Dir(c.Vault), "ledger.sqlite")
	c.Responses = c.resolve("responses.yaml")
	return c, nil
}

func (c *Config) read(root yamlfile.Value) {
	var from, to yamlfile.Value
	var periodAt yamlfile.Value
	var services yamlfile.Value
	root.Mapping(yamlfile.Keys{
		"schema_version": func(v yamlfile.Value) {
			if v.Text() != "1" {
				v.Problem("%s is not known to this version of tickmark; allowed: 1", yamlfile.Describe(v.Node))
			}
		},
		"organization": func(v yamlfile.Value) { c.Organization = v.Text() },
		"simulated":    func(v yamlfile.Value) { c.Simulated = v.Boolean() },
		"time_zone":    func(v yamlfile.Value) { c.Zone = v.Zone() },
		"period": func(v yamlfile.Value) {
			periodAt = v
			v.Mapping(yamlfile.Keys{
				"from": func(v yamlfile.Value) { from = v },
				"to":   func(v yamlfile.Value) { to = v },
			}, "from", "to")
		},
		"systems":  func(v yamlfile.Value) { v.List(func(e yamlfile.Value) { c.readSystem(e) }) },
		"services": func(v yamlfile.Value) { services = v },
		"vault":    func(v yamlfile.Value) { c.Vault = v.Text() },
		"policy":   func(v yamlfile.Value) { c.Policy = v.Text() },
		"people":   func(v yamlfile.Value) { c.People = v.Text() },
		"policies": func(v yamlfile.Value) { c.Policies = v.Text() },
		"font":     func(v yamlfile.Value) { c.Font = v.Text() },
	}, "schema_version", "organization", "time_zone", "period", "systems")
	if services.Node != nil {
		services.List(func(e yamlfile.Value) { c.readService(e) })
	}
	c.readPeriod(periodAt, from, to)
}

func (c *Config) readPeriod(at, from, to yamlfile.Value) {
	if from.Node == nil || to.Node == nil {
		return
	}
	zone := c.Zone
	if zone == nil {
		zone = time.UTC // the zone is a mistake of its own; the days can still be judged
	}
	day := func(v yamlfile.Value) time.Time {
		t, err := time.ParseInLocation(time.DateOnly, v.Text(), zone)
		if err != nil {
			v.Problem("%s is not a date; write it as 2026-01-31", yamlfile.Describe(v.Node))
		}
		return t
	}
	c.Period = evidence.Period{From: day(from), To: day(to)}
	if c.Period.From.IsZero() || c.Period.To.IsZero() {
		return
	}
	switch {
	case c.Period.From.Equal(c.Period.To):
		at.Problem("holds no day: it begins and ends on %s, and the day in `to` is the first that no longer counts; for one day write the next day in `to`",
			c.Period.From.Format(time.DateOnly))
	case c.Period.To.Before(c.Period.From):
		at.Problem("ends (%s) before it begins (%s); the day in `to` is the first that no longer counts",
			c.Period.To.Format(time.DateOnly), c.Period.From.Format(time.DateOnly))
	}
}

var systemName = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,39}$`)

// common are the keys of every system; the rest depends on its kind.
func (s *System) common() yamlfile.Keys {
	return yamlfile.Keys{
		"name": func(v yamlfile.Value) {
			s.Name = v.Text()
			if s.Name != "" && !systemName.MatchString(s.Name) {
				v.Problem("%q is not a usable name; use up to 40 lower-case letters, digits, dots and hyphens", s.Name)
			}
		},
		"kind": func(v yamlfile.Value) { s.Kind = v.OneOf("files", "git", "github", "jira", "prometheus") },
	}
}

// remote are the keys of every system that is reached over the network.
func (s *System) remote(c *Config) yamlfile.Keys {
	return yamlfile.Keys{
		"url":         func(v yamlfile.Value) { s.URL = readURL(v) },
		"web_url":     func(v yamlfile.Value) { s.WebURL = readURL(v) },
		"user":        func(v yamlfile.Value) { s.User = v.Text() },
		"token":       func(v yamlfile.Value) { s.Token = c.readToken(v) },
		"concurrency": func(v yamlfile.Value) { s.Concurrency = v.Integer(1, 64) },
	}
}

// kinds gives, for each kind, its keys and which of them it must have.
func (s *System) kinds() map[string]struct {
	own      yamlfile.Keys
	remote   bool
	required []string
} {
	type kind = struct {
		own      yamlfile.Keys
		remote   bool
		required []string
	}
	return map[string]kind{
		"github": {yamlfile.Keys{
			"repositories": func(v yamlfile.Value) { s.Repositories = readRepositories(v) },
			"production":   func(v yamlfile.Value) { s.Production = v.Texts() },
			"branches":     func(yamlfile.Value) {}, // by readBranches, once the repositories are known
		}, true, []string{"repositories"}},
		"jira": {yamlfile.Keys{
			"cloud":        func(v yamlfile.Value) { s.Cloud = v.Boolean() },
			"projects":     func(v yamlfile.Value) { s.Projects = readProjects(v) },
			"fields":       func(v yamlfile.Value) { s.Fields = readFields(v) },
			"deployed":     func(v yamlfile.Value) { s.Deployed = readDeployed(v) },
			"service_desk": func(v yamlfile.Value) { s.ServiceDesk = v.Boolean() },
		}, true, []string{"url", "projects"}},
		"prometheus": {yamlfile.Keys{"window": func(v yamlfile.Value) { s.Window = readWindow(v) }}, true, []string{"url"}},
		"git": {yamlfile.Keys{
			"path":       func(v yamlfile.Value) { s.Path = v.Text() },
			"repository": func(v yamlfile.Value) { s.Repository = v.Text() },
			"branch":     func(v yamlfile.Value) { s.Branch = v.Text() },
			"projects":   func(v yamlfile.Value) { s.Projects = readProjects(v) },
		}, false, []string{"path"}},
		"files": {yamlfile.Keys{"path": func(v yamlfile.Value) { s.Path = v.Text() }}, false, []string{"path"}},
	}
}

func (c *Config) readSystem(v yamlfile.Value) {
	if v.Node.Kind != yaml.MappingNode {
		v.Problem("expected a system with its keys, found %s", yamlfile.Describe(v.Node))
		return
	}
	// The kind decides which keys are allowed, so it is read first.
	s := System{}
	kindNode := v.Child("kind")
	if kindNode == nil {
		v.At(v.Node, "kind").Problem("is missing; allowed: files, git, github, jira, prometheus")
		return
	}
	k := v.At(kindNode, "kind")
	kind, known := s.kinds()[kindNode.Value]
	if !known {
		k.OneOf("files", "git", "github", "jira", "prometheus")
		return
	}
	allowed := s.common()
	add(allowed, kind.own)
	if kind.remote {
		add(allowed, s.remote(c))
	}
	v.Mapping(allowed, append([]string{"name"}, kind.required...)...)
	s.complete(v, c)
	if s.Name != "" {
		if _, twice := c.System(s.Name); twice {
			v.Problem("another system has the name %q already", s.Name)
		}
	}
	c.Systems = append(c.Systems, s)
}

func add(to, from yamlfile.Keys) {
	for k, read := range from {
		to[k] = read
	}
}

// complete fills what follows from the rest.
func (s *System) complete(v yamlfile.Value, c *Config) {
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
