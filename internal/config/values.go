package config

import (
	"net"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
	"github.com/tickmark-dev/tickmark/internal/yamlfile"
	"go.yaml.in/yaml/v3"
)

// readURL accepts HTTPS, and plain HTTP to this machine only, because a token
// sent over plain HTTP is a token given away. The path ends in a slash.
func readURL(v yamlfile.Value) *url.URL {
	s := v.Text()
	if s == "" {
		return nil
	}
	u, err := url.Parse(s)
	if err != nil || u.Host == "" {
		v.Problem("%s is not a web address; write it as https://host/path", yamlfile.Describe(v.Node))
		return nil
	}
	switch {
	case u.User != nil:
		v.Problem("holds a user name or password; put the credential under `token`")
		return nil
	case u.RawQuery != "" || u.Fragment != "":
		v.Problem("must not hold ? or #; give the base address alone")
		return nil
	case u.Scheme == "http" && !loopback(u.Hostname()):
		v.Problem("uses plain http, which would send the token readable to all; use https (http is allowed for this machine only: 127.0.0.1, ::1, localhost)")
		return nil
	case u.Scheme != "http" && u.Scheme != "https":
		v.Problem("uses %s; allowed: https, and http to this machine", u.Scheme)
		return nil
	}
	if !strings.HasSuffix(u.Path, "/") {
		u.Path += "/"
	}
	return u
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

var keyringEntry = regexp.MustCompile(`^[^/]+/.+$`)

func (c *Config) readToken(v yamlfile.Value) TokenSource {
	var t TokenSource
	if v.Node.Kind == yaml.ScalarNode {
		t.inline = Secret{v.Text()}
		c.Warnings = append(c.Warnings, v.Where(
			"the token stands in the configuration itself, where everyone who can read the file can use it; move it to an environment variable (token: {env: NAME}), a file or the keyring, and revoke this one").String())
		return t
	}
	v.Mapping(yamlfile.Keys{
		"env":  func(v yamlfile.Value) { t.Env = v.Text() },
		"file": func(v yamlfile.Value) { t.File = c.resolve(v.Text()) },
		"keyring": func(v yamlfile.Value) {
			if t.Keyring = v.Text(); t.Keyring != "" && !keyringEntry.MatchString(t.Keyring) {
				v.Problem("%q is not of the form service/account", t.Keyring)
			}
		},
	})
	given := 0
	for _, s := range []string{t.Env, t.File, t.Keyring} {
		if s != "" {
			given++
		}
	}
	if v.Node.Kind == yaml.MappingNode && given != 1 {
		v.Problem("name exactly one of env, file, keyring")
	}
	return t
}

var repositoryName = regexp.MustCompile(`^[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+$`)

func readRepositories(v yamlfile.Value) []string {
	var out []string
	v.List(func(e yamlfile.Value) {
		s := e.Text()
		if s != "" && !repositoryName.MatchString(s) {
			e.Problem("%q is not of the form owner/name", s)
		}
		for _, o := range out {
			if strings.EqualFold(o, s) {
				e.Problem("%q occurs twice", s)
			}
		}
		out = append(out, s)
	})
	if len(out) == 0 {
		v.Problem("is an empty list; name at least one repository as owner/name")
	}
	return out
}

// readBranches reads the deployed branches of those repositories whose default
// branch it is not.
func (s *System) readBranches(v yamlfile.Value) {
	n := v.Child("branches")
	if n == nil {
		return
	}
	allowed := yamlfile.Keys{}
	s.Branches = map[string]string{}
	for _, r := range s.Repositories {
		allowed[r] = func(v yamlfile.Value) { s.Branches[r] = v.Text() }
	}
	v.At(n, "branches").Mapping(allowed)
}

var projectKey = regexp.MustCompile(`^[A-Z][A-Z0-9_]+$`)

func readProjects(v yamlfile.Value) []string {
	out := v.Texts()
	for _, s := range out {
		if s != "" && !projectKey.MatchString(s) {
			v.Problem("%q is not a project key; write it as PAY", s)
		}
	}
	return out
}

// fieldNames are our words for custom fields; documents and tests know them.
var fieldNames = []string{"category", "deployed_at", "impact", "implementation_plan", "incident", "justification",
	"planned_end", "planned_start", "requester", "risk", "rollback_plan", "systems", "testing", "validation"}

func readFields(v yamlfile.Value) map[string]string {
	out := map[string]string{}
	allowed := yamlfile.Keys{}
	for _, name := range fieldNames {
		allowed[name] = func(v yamlfile.Value) { out[name] = v.Text() }
	}
	v.Mapping(allowed)
	return out
}

func readDeployed(v yamlfile.Value) Deployed {
	var d Deployed
	v.Mapping(yamlfile.Keys{
		"field":    func(v yamlfile.Value) { d.Field = v.OneOf(fieldNames...) },
		"statuses": func(v yamlfile.Value) { d.Statuses = v.Texts() },
	})
	return d
}

func readWindow(v yamlfile.Value) Window {
	var w Window
	v.Mapping(yamlfile.Keys{
		"before": func(v yamlfile.Value) { w.Before = v.Duration(time.Minute, 7*24*time.Hour) },
		"after":  func(v yamlfile.Value) { w.After = v.Duration(time.Minute, 7*24*time.Hour) },
		"step":   func(v yamlfile.Value) { w.Step = v.Duration(time.Second, time.Hour) },
	})
	return w
}

var threshold = regexp.MustCompile(`^(<=|>=|<|>)\s*(-?[0-9.]+)$`)

func readThreshold(v yamlfile.Value) evidence.Threshold {
	m := threshold.FindStringSubmatch(v.Text())
	if m == nil {
		v.Problem("expected a comparison such as \"<= 1\" or \"> 99.9\", found %s", yamlfile.Describe(v.Node))
		return evidence.Threshold{}
	}
	n, err := strconv.ParseFloat(m[2], 64)
	if err != nil {
		v.Problem("%q is not a number", m[2])
	}
	return evidence.Threshold{Op: m[1], Value: n}
}

func (c *Config) readService(v yamlfile.Value) {
	var s Service
	v.Mapping(yamlfile.Keys{
		"name":         func(v yamlfile.Value) { s.Name = v.Text() },
		"repositories": func(v yamlfile.Value) { s.Repositories = readRepositories(v) },
		"ticket_names": func(v yamlfile.Value) { s.TicketNames = v.Texts() },
		"queries": func(v yamlfile.Value) {
			v.List(func(e yamlfile.Value) { s.Queries = append(s.Queries, c.readQuery(e)) })
		},
	}, "name")
	if strings.ContainsAny(s.Name, "@/") {
		v.Problem("the name %q must not hold @ or /", s.Name)
	}
	for _, other := range c.Services {
		if other.Name == s.Name {
			v.Problem("another service has the name %q already", s.Name)
		}
	}
	c.Services = append(c.Services, s)
}

func (c *Config) readQuery(v yamlfile.Value) Query {
	var q Query
	v.Mapping(yamlfile.Keys{
		"name": func(v yamlfile.Value) { q.Name = v.Text() },
		"system": func(v yamlfile.Value) {
			q.System = v.Text()
			if s, ok := c.System(q.System); !ok || s.Kind != "prometheus" {
				v.Problem("%q is not the name of a configured prometheus system", q.System)
			}
		},
		"expr":      func(v yamlfile.Value) { q.Expr = v.Text() },
		"unit":      func(v yamlfile.Value) { q.Unit = v.Text() },
		"threshold": func(v yamlfile.Value) { q.Threshold = readThreshold(v) },
	}, "name", "system", "expr")
	return q
}

// completeGitHub derives the API's address: github.com's where none is given,
// and /api/v3 on a GitHub Enterprise Server given by its web address.
func (s *System) completeGitHub() {
	if s.URL == nil {
		s.URL = &url.URL{Scheme: "https", Host: "api.github.com", Path: "/"}
	}
	if s.URL.Host == "github.com" || s.URL.Host == "www.github.com" {
		s.URL = &url.URL{Scheme: "https", Host: "api.github.com", Path: "/"}
	}
	local := loopback(s.URL.Hostname())
	if s.URL.Path == "/" && s.URL.Host != "api.github.com" && !local && !strings.HasSuffix(s.URL.Host, ".ghe.com") {
		s.URL = s.URL.JoinPath("api", "v3/")
	}
	if s.WebURL == nil {
		switch {
		case s.URL.Host == "api.github.com":
			s.WebURL = &url.URL{Scheme: "https", Host: "github.com", Path: "/"}
		case strings.HasPrefix(s.URL.Host, "api.") && strings.HasSuffix(s.URL.Host, ".ghe.com"):
			s.WebURL = &url.URL{Scheme: "https", Host: strings.TrimPrefix(s.URL.Host, "api."), Path: "/"}
		default:
			s.WebURL = &url.URL{Scheme: s.URL.Scheme, Host: s.URL.Host, Path: "/"}
		}
	}
	if len(s.Production) == 0 {
		s.Production = []string{"production", "prod"}
	}
}
