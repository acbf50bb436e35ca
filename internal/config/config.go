// Package config turns tickmark.yaml into typed values. Every mistake is
// reported with its file, line and key, and all of them at once.
package config

import (
	"net/url"
	"path/filepath"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
	"github.com/tickmark-dev/tickmark/internal/yamlfile"
)

// Problem is one mistake in the configuration.
type Problem = yamlfile.Problem

// Problems is every mistake of a configuration, in order of line.
type Problems = yamlfile.Problems

// Nearest gives the name that is one or two letters away from got, or "".
func Nearest(got string, names []string) string { return yamlfile.Nearest(got, names) }

// DefaultFile is where the configuration is looked for.
const DefaultFile = "tickmark.yaml"

// Config is one organisation's configuration. Paths are absolute or relative
// to the working directory; those in the file are relative to the file.
type Config struct {
	File         string // as it was named
	Organization string
	Simulated    bool           // the systems hold invented data; every page says so
	Zone         *time.Location // days are counted and local times shown in it
	Period       evidence.Period
	Systems      []System
	Services     []Service
	Vault        string // folder of everything collected; default .tickmark/vault beside the file
	Policy       string // policy.yaml: what changes are tested by; "" for the starter policy
	People       string // people.yaml: who is who; "" where nobody has said
	Policies     string // folder of the organisation's own policies; "" for the starters
	Font         string // a TrueType font for scripts that DejaVu lacks; "" to look for one
	Warnings     []string
}

// System is one place that evidence comes from. Fields that its kind does not
// use are empty.
type System struct {
	Name        string
	Kind        string // "github", "jira", "prometheus", "git", "files"
	URL         *url.URL
	WebURL      *url.URL // what people open; derived from URL where not given
	User        string   // for basic authentication (Jira Cloud: the account's e-mail)
	Token       TokenSource
	Concurrency int // requests under way at once; 0 for the default

	Repositories []string // github: "owner/name"
	Production   []string // github: names of production environments, with * for any text
	Branch       string   // git: the deployed branch; "" for the repository's HEAD

	Cloud       bool              // jira: Cloud rather than Data Center
	Projects    []string          // jira: project keys
	Fields      map[string]string // jira: our name for a field to the site's name or id
	Deployed    Deployed          // jira
	ServiceDesk bool              // jira: ask for service-desk approvals

	Window Window // prometheus

	Path       string // git, files
	Repository string // git: the name used in references
}

// Deployed says how a ticket tells that its change went live.
type Deployed struct {
	Field    string   // one of System.Fields, a date
	Statuses []string // or the first time that the ticket reached one of these
}

// Window is how long before and after a deployment to look, and how closely.
type Window struct{ Before, After, Step time.Duration }

// Service is one deployable thing: what it is built from, what tickets call
// it, and how its health is measured.
type Service struct {
	Name         string
	Repositories []string
	TicketNames  []string // values of the tickets' "systems" field that mean this service
	Queries      []Query
}

// Query is one measurement of a service.
type Query struct {
	Name, System, Expr, Unit string
	Threshold                evidence.Threshold
}

// System gives the system of that name.
func (c *Config) System(name string) (System, bool) {
	for _, s := range c.Systems {
		if s.Name == name {
			return s, true
		}
	}
	return System{}, false
}

// resolve makes a path of the file relative to the file's folder.
func (c *Config) resolve(path string) string {
	if path == "" || filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(filepath.Dir(c.File), filepath.FromSlash(path))
}
