package run

import (
	"slices"

	"github.com/tickmark-dev/tickmark/internal/config"
	"github.com/tickmark-dev/tickmark/internal/engine"
	"github.com/tickmark-dev/tickmark/internal/request"
)

// links tells the engine how the configured systems name each other's records.
func links(c *config.Config) engine.Links {
	var l engine.Links
	for _, s := range c.Systems {
		switch s.Kind {
		case "github":
			l.Forges = append(l.Forges, engine.Forge{System: s.Name, WebURL: s.WebURL, Repositories: s.Repositories, Searches: true, Issues: true})
		case "git":
			l.Forges = append(l.Forges, engine.Forge{System: s.Name, Repositories: []string{s.Repository}})
		case "jira":
			l.Trackers = append(l.Trackers, engine.Tracker{System: s.Name, Projects: s.Projects,
				Approvals: s.ServiceDesk, Deployed: s.Deployed.Field != "" || len(s.Deployed.Statuses) > 0})
		case "files":
			l.Exhibits = append(l.Exhibits, s.Name)
		}
	}
	for _, s := range c.Services {
		service := engine.Service{Name: s.Name, Repositories: s.Repositories, TicketNames: s.TicketNames}
		for _, q := range s.Queries {
			if !slices.Contains(service.Metrics, q.System) {
				service.Metrics = append(service.Metrics, q.System)
			}
		}
		l.Services = append(l.Services, service)
	}
	return l
}

// scope tells the request's reader which references can mean something here.
func scope(c *config.Config) request.Scope {
	var sc request.Scope
	for _, s := range c.Systems {
		switch s.Kind {
		case "github":
			sc.Forges = append(sc.Forges, request.Forge{System: s.Name, WebURL: s.WebURL.String(), Repositories: s.Repositories})
		case "git":
			sc.Forges = append(sc.Forges, request.Forge{System: s.Name, Repositories: []string{s.Repository}, IsGit: true})
		case "jira":
			sc.Trackers = append(sc.Trackers, request.Tracker{System: s.Name, WebURL: s.WebURL.String(), Projects: s.Projects})
		}
	}
	return sc
}
