package github

import (
	"context"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	gh "github.com/google/go-github/v60/github"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// deployment collects a deployment with its statuses, the run that carried it
// out, and what it brought.
func (c *Collector) deployment(ctx context.Context, r *retrieval, item *evidence.Item) error {
	n, err := splitRef(r.ref)
	if err != nil {
		return err
	}
	var raw gh.Deployment
	if _, err := c.get(ctx, n.path("/deployments/%d", n.number), &raw); err != nil {
		return c.gapError("", err)
	}
	if raw.GetID() != n.number {
		return &evidence.GapError{Reason: evidence.Unreachable, Detail: fmt.Sprintf("GitHub answered with deployment %d where %d was asked for", raw.GetID(), n.number)}
	}
	out := c.mapDeployment(n.repository, &raw)
	item.Deployment = out
	all, err := c.statuses(ctx, n.repository, n.number)
	r.miss("statuses", err)
	out.Statuses = c.mapDeploymentStatuses(all)
	if run := c.carriedOutBy(n.repository, &raw, all); run > 0 {
		out.Build = c.buildRef(n.repository, run)
		item.Links = append(item.Links, out.Build)
	}
	if out.Environment != "" {
		item.Links = append(item.Links, c.ref(evidence.KindEnvironment, "%s/environments/%s", n.repository, out.Environment))
		c.previous(ctx, r, n, &raw, out)
	}
	return nil
}

func (c *Collector) mapDeployment(repository string, in *gh.Deployment) *evidence.Deployment {
	out := &evidence.Deployment{
		Repository: repository, ID: id(in.GetID()),
		Environment: in.GetEnvironment(), Production: c.isProduction(in.GetEnvironment()),
		Branch: in.GetRef(), SHA: in.GetSHA(), Task: in.GetTask(), Description: in.GetDescription(),
		Creator: c.person(in.Creator), Created: at(in.CreatedAt),
	}
	if out.Environment != "" {
		out.URL = c.web + "/" + repository + "/deployments/" + url.PathEscape(out.Environment)
	}
	return out
}

func (c *Collector) mapDeploymentStatuses(in []*gh.DeploymentStatus) []evidence.DeploymentStatus {
	var out []evidence.DeploymentStatus
	for _, s := range in {
		out = append(out, evidence.DeploymentStatus{
			ID: id(s.GetID()), State: s.GetState(), Description: s.GetDescription(), Creator: c.person(s.Creator), Created: at(s.CreatedAt),
			LogURL: first(s.GetLogURL(), s.GetTargetURL()), URL: s.GetEnvironmentURL(),
		})
	}
	return out
}

// carriedOutBy gives the workflow run that the deployment's statuses or its
// payload name, 0 where none does. Only a run of the same repository counts.
func (c *Collector) carriedOutBy(repository string, d *gh.Deployment, statuses []*gh.DeploymentStatus) int64 {
	var texts []string
	for _, s := range slices.Backward(statuses) {
		texts = append(texts, s.GetLogURL(), s.GetTargetURL())
	}
	// A payload is whatever JSON its creator sent, sometimes a string of JSON.
	texts = append(texts, strings.ReplaceAll(string(d.Payload), `\`, ""))
	// In the web interface or the API; the case of a repository's name does not count.
	address := regexp.MustCompile(`(?i)(?:` + regexp.QuoteMeta(c.web+"/"+repository) + `|` + regexp.QuoteMeta(c.cfg.BaseURL.String()+"repos/"+repository) +
		`)/actions/runs/([0-9]{1,18})(?:[/?#"]|$)`)
	for _, text := range texts {
		if m := address.FindStringSubmatch(text); m != nil {
			run, _ := strconv.ParseInt(m[1], 10, 64)
			return run
		}
	}
	return 0
}

// previous finds the last deployment to the same environment that was created
// before this one and succeeded, and compares the two.
func (c *Collector) previous(ctx context.Context, r *retrieval, n name, raw *gh.Deployment, out *evidence.Deployment) {
	const part = "previous deployment"
	earlier, err := c.lastSuccessBefore(ctx, n.repository, raw)
	if err != nil {
		r.miss(part, err)
	}
	if earlier == nil {
		return
	}
	out.Previous = c.deploymentRef(n.repository, earlier.GetID())
	if !commitHash.MatchString(earlier.GetSHA()) || !commitHash.MatchString(out.SHA) {
		r.gap("range", evidence.NotFound, "GitHub does not say which commit was deployed")
		return
	}
	both, err := c.compare(ctx, n.repository, earlier.GetSHA(), out.SHA)
	if err == nil {
		err = stated(both.status)
	}
	if err != nil {
		r.miss("range", err)
		return
	}
	out.Range = &evidence.DeploymentRange{Base: earlier.GetSHA(), Head: out.SHA, Status: both.status, Total: both.total}
	for _, commit := range both.commits {
		out.Range.Commits = append(out.Range.Commits, c.mapCommit(n.repository, commit))
	}
	r.cut("range", len(both.commits), both.total, "GitHub lists no more")
}

// lastSuccessBefore walks back through an environment's deployments, newest
// first, page by page.
func (c *Collector) lastSuccessBefore(ctx context.Context, repository string, d *gh.Deployment) (*gh.Deployment, error) {
	// In steps back from the deployment, so that an environment's whole history
	// is read only where nothing succeeded for long.
	const month = 31 * 24 * time.Hour
	examined := 0
	seen := map[int64]bool{d.GetID(): true}
	for back := month; ; back *= 4 {
		since := at(d.CreatedAt).Add(-back)
		whole := back > 12*12*month || d.CreatedAt == nil
		if whole {
			since = time.Time{}
		}
		all, err := c.deploymentsSince(ctx, repository, d.GetEnvironment(), since)
		for _, e := range slices.Backward(sortDeployments(all)) {
			created := at(e.CreatedAt).Compare(at(d.CreatedAt))
			if seen[e.GetID()] || created > 0 || created == 0 && e.GetID() > d.GetID() || e.GetEnvironment() != d.GetEnvironment() {
				continue
			}
			seen[e.GetID()] = true
			if examined++; examined > c.cfg.MaxDeployments {
				return nil, &evidence.GapError{Reason: evidence.Truncated,
					Detail: fmt.Sprintf("none of the %d deployments before it succeeded; older ones were not examined", c.cfg.MaxDeployments)}
			}
			ok, err := c.succeeded(ctx, repository, e.GetID())
			if err != nil {
				return nil, err
			}
			if ok {
				return e, nil
			}
		}
		if whole || err != nil {
			return nil, err
		}
	}
}
