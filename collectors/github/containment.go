package github

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	gh "github.com/google/go-github/v60/github"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// maxDeployments bounds the deployments that are listed to find candidates.
const maxDeployments = 30_000

// containedIn compares a commit with the production deployments that were
// created after it landed, oldest first, until the first that contains it and
// succeeded; and gives the later re-deployments of that same commit as well.
// The links are the deployments that contain it, failed attempts among them.
func (c *Collector) containedIn(ctx context.Context, r *retrieval, n name, after time.Time) ([]evidence.Containment, []evidence.Ref) {
	const part = "deployments that contain the commit"
	if len(c.production) == 0 {
		r.gap(part, evidence.NotConfigured, "the configuration names no production environment of %s", c.cfg.Name)
		return nil, nil
	}
	candidates, err := c.productionDeployments(ctx, n.repository, after)
	r.miss(part, err)

	var found []evidence.Containment
	var links []evidence.Ref
	known := map[string]string{} // by deployed commit
	reached := ""                // the commit of the first successful deployment
	examined := 0
	for _, d := range candidates {
		sha := d.GetSHA()
		if !commitHash.MatchString(sha) || reached != "" && sha != reached {
			continue
		}
		if examined++; examined > c.cfg.MaxDeployments {
			r.gap(part, evidence.Truncated, "%d of %d production deployments after the commit were examined, oldest first", c.cfg.MaxDeployments, len(candidates))
			break
		}
		status, ok := known[sha]
		if !ok {
			if status, err = c.compareStatus(ctx, n.repository, n.text, sha); err != nil {
				// The deployed commit may be gone. A later deployment then only
				// seems to be the first, so the gap must be seen.
				r.miss(fmt.Sprintf("whether deployment %d contains the commit", d.GetID()), err)
				if ctx.Err() != nil {
					return found, links
				}
				continue
			}
			known[sha] = status
		}
		ref := c.deploymentRef(n.repository, d.GetID())
		in := evidence.Containment{Deployment: ref, Status: status}
		found = append(found, in)
		if !in.Contains() {
			continue
		}
		links = append(links, ref)
		if reached == "" {
			ok, err := c.succeeded(ctx, n.repository, d.GetID())
			r.miss(fmt.Sprintf("outcome of deployment %d", d.GetID()), err)
			if ok {
				reached = sha
			}
		}
	}
	return found, links
}

// productionDeployments gives those created at or after a time, oldest first.
func (c *Collector) productionDeployments(ctx context.Context, repository string, after time.Time) ([]*gh.Deployment, error) {
	var all []*gh.Deployment
	for _, environment := range c.environmentFilters() {
		some, err := c.deploymentsSince(ctx, repository, environment, after)
		for _, d := range some {
			if c.isProduction(d.GetEnvironment()) {
				all = append(all, d)
			}
		}
		if err != nil {
			return sortDeployments(all), err
		}
	}
	return sortDeployments(all), nil
}

// environmentFilters gives the environments to ask for: the configured names,
// or "" for all where one of them is a pattern.
func (c *Collector) environmentFilters() []string {
	for _, p := range c.cfg.Production {
		if strings.Contains(p, "*") {
			return []string{""}
		}
	}
	return c.cfg.Production
}

// deploymentsSince pages through the deployments of an environment ("" for
// all), newest first, until those created before after.
func (c *Collector) deploymentsSince(ctx context.Context, repository, environment string, after time.Time) ([]*gh.Deployment, error) {
	path := name{repository: repository}.path("/deployments")
	if environment != "" {
		path += "?environment=" + url.QueryEscape(environment)
	}
	var all []*gh.Deployment
	read, reached := 0, false
	_, err := pages(ctx, c, path, func(some []*gh.Deployment) bool {
		older := 0
		for _, d := range some {
			switch {
			case d.GetID() == 0:
			case at(d.CreatedAt).Before(after):
				older++
			default:
				all = append(all, d)
			}
		}
		// A whole page of older ones leaves no doubt that the next are older too.
		reached = older == len(some)
		read += len(some)
		return !reached && read < maxDeployments
	})
	if err == nil && !reached && read >= maxDeployments {
		err = &evidence.GapError{Reason: evidence.Truncated,
			Detail: fmt.Sprintf("the newest %d deployments of %s were looked through and older ones were not", read, repository)}
	}
	return all, err
}

func sortDeployments(ds []*gh.Deployment) []*gh.Deployment {
	slices.SortFunc(ds, func(a, b *gh.Deployment) int {
		return cmp.Or(at(a.CreatedAt).Compare(at(b.CreatedAt)), cmp.Compare(a.GetID(), b.GetID()))
	})
	return slices.CompactFunc(ds, func(a, b *gh.Deployment) bool { return a.GetID() == b.GetID() })
}

// statuses gives the statuses of a deployment, oldest first.
func (c *Collector) statuses(ctx context.Context, repository string, id int64) ([]*gh.DeploymentStatus, error) {
	all, err := list[*gh.DeploymentStatus](ctx, c, name{repository: repository}.path("/deployments/%d/statuses", id))
	slices.SortFunc(all, func(a, b *gh.DeploymentStatus) int {
		return cmp.Or(at(a.CreatedAt).Compare(at(b.CreatedAt)), cmp.Compare(a.GetID(), b.GetID()))
	})
	return all, err
}

// succeeded reports whether a deployment was ever reported successful.
func (c *Collector) succeeded(ctx context.Context, repository string, id int64) (bool, error) {
	all, err := c.statuses(ctx, repository, id)
	return slices.ContainsFunc(all, func(s *gh.DeploymentStatus) bool { return s.GetState() == "success" }), err
}
