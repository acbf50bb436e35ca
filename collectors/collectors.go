// Package collectors is the explicit list of the systems that evidence comes
// from. Adding one is one folder and one line here.
package collectors

import (
	"cmp"
	"fmt"
	"net/http"

	"github.com/tickmark-dev/tickmark/collectors/files"
	"github.com/tickmark-dev/tickmark/collectors/git"
	"github.com/tickmark-dev/tickmark/collectors/github"
	"github.com/tickmark-dev/tickmark/collectors/jira"
	"github.com/tickmark-dev/tickmark/collectors/prometheus"
	"github.com/tickmark-dev/tickmark/internal/capture"
	"github.com/tickmark-dev/tickmark/internal/config"
	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// Needs is what a collector is made from, besides its system's configuration.
type Needs struct {
	Config  *config.Config
	Secret  config.Secret // the system's credential; zero where it has none, or offline
	Session *capture.Session
	Version string // of tickmark
}

// New makes the collector of one configured system.
func New(s config.System, n Needs) (evidence.Collector, error) {
	for _, k := range kinds() {
		if k.name == s.Kind {
			return k.make(s, n)
		}
	}
	return nil, fmt.Errorf("no collector reads systems of kind %q", s.Kind)
}

type kind struct {
	name string
	make func(config.System, Needs) (evidence.Collector, error)
}

func kinds() []kind {
	return []kind{
		{"github", newGitHub},
		{"jira", newJira},
		{"prometheus", newPrometheus},
		{"git", newGit},
		{"files", newFiles},
	}
}

func newGitHub(s config.System, n Needs) (evidence.Collector, error) {
	return github.New(github.Config{
		Name: s.Name, BaseURL: s.URL, WebURL: s.WebURL, Authorize: authorize(s, n.Secret), Concurrency: s.Concurrency,
		Repositories: s.Repositories, Production: s.Production, Branches: s.Branches,
	}, n.Session, n.Version)
}

func newJira(s config.System, n Needs) (evidence.Collector, error) {
	return jira.New(jira.Config{
		Name: s.Name, BaseURL: s.URL, Cloud: s.Cloud, Authorize: authorize(s, n.Secret), Projects: s.Projects, Fields: s.Fields,
		DeployedField: s.Deployed.Field, DeployedStatuses: s.Deployed.Statuses, ServiceDesk: s.ServiceDesk,
	}, n.Session, n.Version)
}

func newPrometheus(s config.System, n Needs) (evidence.Collector, error) {
	c := prometheus.Config{Name: s.Name, BaseURL: s.URL, Authorize: authorize(s, n.Secret),
		Before: s.Window.Before, After: s.Window.After, Step: s.Window.Step}
	for _, service := range n.Config.Services {
		for _, q := range service.Queries {
			if q.System == s.Name {
				c.Queries = append(c.Queries, prometheus.Query{Service: service.Name, Name: q.Name, Expr: q.Expr, Unit: q.Unit, Threshold: q.Threshold})
			}
		}
	}
	return prometheus.New(c, n.Session, n.Version)
}

func newGit(s config.System, n Needs) (evidence.Collector, error) {
	trackers := map[string]string{}
	for _, t := range n.Config.Systems {
		if t.Kind == "jira" {
			for _, p := range t.Projects {
				trackers[p] = cmp.Or(trackers[p], t.Name)
			}
		}
	}
	return git.New(git.Config{Name: s.Name, Path: s.Path, Repository: s.Repository, Branch: s.Branch,
		Projects: s.Projects, Trackers: trackers}, n.Session, n.Version)
}

func newFiles(s config.System, n Needs) (evidence.Collector, error) {
	c := files.Config{Name: s.Name, Dir: s.Path}
	for _, forge := range n.Config.Systems {
		c.Repositories = append(c.Repositories, forge.Repositories...)
		if forge.Kind == "git" {
			c.Repositories = append(c.Repositories, forge.Repository)
		}
	}
	return files.New(c, n.Session, n.Version)
}

// authorize puts a system's credential on a request: with a user as basic
// authentication (Jira Cloud), else as a bearer token.
func authorize(s config.System, secret config.Secret) func(*http.Request) {
	if secret.IsZero() {
		return nil
	}
	return func(req *http.Request) {
		if s.User != "" {
			req.SetBasicAuth(s.User, secret.Reveal())
			return
		}
		req.Header.Set("Authorization", "Bearer "+secret.Reveal())
	}
}
