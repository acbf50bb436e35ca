package config

import (
	"net"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
	"go.yaml.in/yaml/v3"
)

// readURL accepts HTTPS, and plain HTTP to this machine only, because a token
// sent over plain HTTP is a token given away. The path ends in a slash.
func readURL(v value) *url.URL {
	s := v.text()
	if s == "" {
		return nil
	}
	u, err := url.Parse(s)
	if err != nil || u.Host == "" {
		v.problem("%s is not a web address; write it as https://host/path", describe(v.node))
		return nil
	}
	switch {
	case u.User != nil:
		v.problem("holds a user name or password; put the credential under `token`")
		return nil
	case u.RawQuery != "" || u.Fragment != "":
		v.problem("must not hold ? or #; give the base address alone")
		return nil
	case u.Scheme == "http" && !loopback(u.Hostname()):
		v.problem("uses plain http, which would send the token readable to all; use https (http is allowed for this machine only: 127.0.0.1, ::1, localhost)")
		return nil
	case u.Scheme != "http" && u.Scheme != "https":
		v.problem("uses %s; allowed: https, and http to this machine", u.Scheme)
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

func (c *Config) readToken(v value) TokenSource {
	var t TokenSource
	if v.node.Kind == yaml.ScalarNode {
		t.inline = Secret{v.text()}
		c.Warnings = append(c.Warnings, Problem{v.d.file, v.node.Line, v.path,
			"the token stands in the configuration itself, where everyone who can read the file can use it; move it to an environment variable (token: {env: NAME}), a file or the keyring, and revoke this one"}.String())
		return t
	}
	v.mapping(keys{
		"env":  func(v value) { t.Env = v.text() },
		"file": func(v value) { t.File = c.resolve(v.text()) },
		"keyring": func(v value) {
			if t.Keyring = v.text(); t.Keyring != "" && !keyringEntry.MatchString(t.Keyring) {
				v.problem("%q is not of the form service/account", t.Keyring)
			}
		},
	})
	given := 0
	for _, s := range []string{t.Env, t.File, t.Keyring} {
		if s != "" {
			given++
		}
	}
	if v.node.Kind == yaml.MappingNode && given != 1 {
		v.problem("name exactly one of env, file, keyring")
	}
	return t
}

var repositoryName = regexp.MustCompile(`^[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+$`)

func readRepositories(v value) []string {
	var out []string
	v.list(func(e value) {
		s := e.text()
		if s != "" && !repositoryName.MatchString(s) {
			e.problem("%q is not of the form owner/name", s)
		}
		for _, o := range out {
			if strings.EqualFold(o, s) {
				e.problem("%q occurs twice", s)
			}
		}
		out = append(out, s)
	})
	if len(out) == 0 {
		v.problem("is an empty list; name at least one repository as owner/name")
	}
	return out
}

// readBranches reads the deployed branches of those repositories whose default
// branch it is not.
func (s *System) readBranches(v value) {
	n := child(v, "branches")
	if n == nil {
		return
	}
	allowed := keys{}
	s.Branches = map[string]string{}
	for _, r := range s.Repositories {
		allowed[r] = func(v value) { s.Branches[r] = v.text() }
	}
	value{n, join(v.path, "branches"), v.d}.mapping(allowed)
}

var projectKey = regexp.MustCompile(`^[A-Z][A-Z0-9_]+$`)

func readProjects(v value) []string {
	out := v.texts()
	for _, s := range out {
		if s != "" && !projectKey.MatchString(s) {
			v.problem("%q is not a project key; write it as PAY", s)
		}
	}
	return out
}

// fieldNames are our words for custom fields; documents and tests know them.
var fieldNames = []string{"category", "deployed_at", "impact", "implementation_plan", "incident", "justification",
	"planned_end", "planned_start", "requester", "risk", "rollback_plan", "systems", "testing", "validation"}

// FieldNames lists the words that a configuration may use for custom fields.
func FieldNames() []string { return append([]string(nil), fieldNames...) }

func readFields(v value) map[string]string {
	out := map[string]string{}
	allowed := keys{}
	for _, name := range fieldNames {
		allowed[name] = func(v value) { out[name] = v.text() }
	}
	v.mapping(allowed)
	return out
}

func readDeployed(v value) Deployed {
	var d Deployed
	v.mapping(keys{
		"field":    func(v value) { d.Field = v.oneOf(fieldNames...) },
		"statuses": func(v value) { d.Statuses = v.texts() },
	})
	return d
}

func readWindow(v value) Window {
	var w Window
	v.mapping(keys{
		"before": func(v value) { w.Before = readDuration(v, time.Minute, 7*24*time.Hour) },
		"after":  func(v value) { w.After = readDuration(v, time.Minute, 7*24*time.Hour) },
		"step":   func(v value) { w.Step = readDuration(v, time.Second, time.Hour) },
	})
	return w
}

func readDuration(v value, lowest, highest time.Duration) time.Duration {
	d, err := time.ParseDuration(v.text())
	if err != nil || d < lowest || d > highest {
		v.problem("expected a duration from %s to %s such as 30m or 2h, found %s", lowest, highest, describe(v.node))
		return 0
	}
	return d
}

var threshold = regexp.MustCompile(`^(<=|>=|<|>)\s*(-?[0-9.]+)$`)

func readThreshold(v value) evidence.Threshold {
	m := threshold.FindStringSubmatch(v.text())
	if m == nil {
		v.problem("expected a comparison such as \"<= 1\" or \"> 99.9\", found %s", describe(v.node))
		return evidence.Threshold{}
	}
	n, err := strconv.ParseFloat(m[2], 64)
	if err != nil {
		v.problem("%q is not a number", m[2])
	}
	return evidence.Threshold{Op: m[1], Value: n}
}

func (c *Config) readService(v value) {
	var s Service
	v.mapping(keys{
		"name":         func(v value) { s.Name = v.text() },
		"repositories": func(v value) { s.Repositories = readRepositories(v) },
		"ticket_names": func(v value) { s.TicketNames = v.texts() },
		"queries":      func(v value) { v.list(func(e value) { s.Queries = append(s.Queries, c.readQuery(e)) }) },
	}, "name")
	if strings.ContainsAny(s.Name, "@/") {
		v.problem("the name %q must not hold @ or /", s.Name)
	}
	for _, other := range c.Services {
		if other.Name == s.Name {
			v.problem("another service has the name %q already", s.Name)
		}
	}
	c.Services = append(c.Services, s)
}

func (c *Config) readQuery(v value) Query {
	var q Query
	v.mapping(keys{
		"name": func(v value) { q.Name = v.text() },
		"system": func(v value) {
			q.System = v.text()
			if s, ok := c.System(q.System); !ok || s.Kind != "prometheus" {
				v.problem("%q is not the name of a configured prometheus system", q.System)
			}
		},
		"expr":      func(v value) { q.Expr = v.text() },
		"unit":      func(v value) { q.Unit = v.text() },
		"threshold": func(v value) { q.Threshold = readThreshold(v) },
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
