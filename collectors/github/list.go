package github

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	gh "github.com/google/go-github/v60/github"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

var _ evidence.Lister = (*Collector)(nil)

// What a listing asks for at once, where GitHub is quick enough.
const (
	mergedPerPage  = 100
	pullsPerPage   = 100
	commitsPerPage = 100
	nodesPerPage   = 100
	numbersPerPage = 100
)

// List emits, for each configured repository, the production deployments from
// the last successful one before the period on, the first-parent commits of
// the deployed branch and of what else was deployed since that one, the pull
// requests merged since then until the end of the period with those that
// brought the commits, and what CI said of their heads and merges. There are
// four IPEs a repository: of deployments, pull requests, commits, and of the
// other numbers among those of the pull requests.
//
// Nothing is left out in silence: what did not come is a truncation of its
// dataset, and so is a repository that cannot be seen. An error means that the
// listing could not go on; the IPEs that come with it are of what was had.
func (c *Collector) List(ctx context.Context, p evidence.Period, emit func(evidence.Item) error) ([]evidence.IPE, error) {
	if !p.From.Before(p.To) {
		return nil, fmt.Errorf("the period from %s to %s is empty: its end must be after its start", p.From.Format(time.RFC3339), p.To.Format(time.RFC3339))
	}
	if len(c.cfg.Repositories) == 0 {
		return nil, &evidence.GapError{Reason: evidence.NotConfigured, Detail: fmt.Sprintf("the configuration names no repository of %s to list", c.cfg.Name)}
	}
	var all []evidence.IPE
	seen := map[string]bool{}
	for _, repository := range c.cfg.Repositories {
		if seen[strings.ToLower(repository)] {
			continue
		}
		seen[strings.ToLower(repository)] = true
		l := c.newListing(repository, p, emit)
		err := l.run(ctx)
		all = append(all, l.deployments.finish(), l.pulls.finish(), l.commits.finish(), l.numbers.finish())
		if err != nil {
			return all, err
		}
	}
	return all, nil
}

// listing walks one repository.
type listing struct {
	c                       *Collector
	repository, owner, name string
	period                  evidence.Period
	send                    func(evidence.Item) error

	deployments, pulls, commits, numbers *dataset

	merged, detailed, history, between, deployed, followed, asked, checked *size

	environments []string             // in production, by name
	branch       string               // that is deployed
	tip          string               // its commit
	found        []*deployed          // production deployments, oldest first
	index        map[int]*indexed     // merged pull requests by number
	known        map[string]*received // commits that came with something else
	same         *pool                // of what those share
	selected     map[int]bool         // of index: to be emitted
	lower        time.Time            // pull requests merged before are not in the population
	historyPages int
	betweenPages int
	waiting      []pending      // pull requests that are not complete yet
	wanted       int            // further pages of them
	taken        map[string]int // commits by the query that they came with
	noQueue      bool           // the server knows no merge queue
	noBase       bool           // production has deployments, but none that succeeded before the period
}

// received is a commit with where it came from, and by which query.
type received struct {
	commit *commitNode
	from   []evidence.Provenance
	query  string
}

// indexed is a merged pull request of which the index alone is known.
type indexed struct {
	id              string
	merged, updated time.Time
}

// deployed is a production deployment with its statuses.
type deployed struct {
	raw       *gh.Deployment
	statuses  []*gh.DeploymentStatus
	succeeded time.Time
	from      []evidence.Provenance
}

func (c *Collector) newListing(repository string, p evidence.Period, emit func(evidence.Item) error) *listing {
	l := &listing{
		c: c, repository: repository, period: p, send: emit,
		merged: newSize(mergedPerPage), detailed: newSize(pullsPerPage), history: newSize(commitsPerPage), between: newSize(nodesPerPage), deployed: newSize(nodesPerPage),
		followed: newSize(perFollow), asked: newSize(numbersPerPage), checked: newSize(nodesPerPage),
		index: map[int]*indexed{}, known: map[string]*received{}, same: newPool(), selected: map[int]bool{}, taken: map[string]int{},
	}
	l.owner, l.name, _ = strings.Cut(repository, "/")
	l.deployments = l.dataset("production deployments of " + repository)
	l.pulls = l.dataset("merged pull requests of " + repository)
	l.commits = l.dataset("first-parent commits of " + repository)
	l.numbers = l.dataset("other numbers of issues and pull requests of " + repository)
	return l
}

func (l *listing) run(ctx context.Context) error {
	if err := l.overview(ctx); err != nil {
		if fatal := l.fatal(ctx, err); fatal != nil {
			return fatal
		}
		var unusable *emitError
		if errors.As(err, &unusable) {
			return unusable.err
		}
		for _, d := range []*dataset{l.deployments, l.pulls, l.commits, l.numbers} {
			d.cut("%s could not be listed at all: %s", l.repository, l.why(err))
		}
		return nil
	}
	for _, step := range []func(context.Context) error{
		l.listDeployments, l.bound, l.listMerged, l.betweenMerges, l.walkCommits, l.selectPulls, l.listPulls, l.listNumbers, l.countMerged,
	} {
		if err := step(ctx); err != nil {
			var unusable *emitError
			if errors.As(err, &unusable) {
				return unusable.err
			}
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	return nil
}

// emitError is an error of the receiver: it is given back as it is.
type emitError struct{ err error }

func (e *emitError) Error() string { return e.err.Error() }

func (l *listing) emit(item evidence.Item) error {
	item.Links = uniqueLinks(item.Links, item.Ref)
	if err := l.send(item); err != nil {
		return &emitError{err}
	}
	return nil
}

type refNode struct {
	Name   string   `json:"name"`
	Target *oidNode `json:"target"`
}

// overview asks for the deployed branch and the environments.
func (l *listing) overview(ctx context.Context) error {
	branch := cmp.Or(l.c.cfg.Branches[l.repository], "HEAD")
	variables := map[string]any{"owner": l.owner, "name": l.name, "branch": "refs/heads/" + branch, "environments": nil}
	var names []string
	total := 0
	for page := 0; ; page++ {
		var a struct {
			Repository *struct {
				Default      *refNode              `json:"defaultBranchRef"`
				Ref          *refNode              `json:"ref"`
				Deployments  connection[struct{}]  `json:"deployments"`
				Environments connection[labelNode] `json:"environments"`
			} `json:"repository"`
		}
		got, err := l.put(ctx, l.deployments, queryOverview, variables, &a)
		if err != nil {
			return err
		}
		if a.Repository == nil {
			return &evidence.GapError{Reason: evidence.Ambiguous, Detail: "GitHub does not show the repository: it does not exist, or the login may not see it" + firstOf(got.errors)}
		}
		l.partialList(l.deployments, got.errors, l.repository)
		r := a.Repository
		if page == 0 {
			tip := r.Ref
			if branch == "HEAD" {
				tip = r.Default
			}
			if tip != nil && tip.Target != nil {
				l.branch, l.tip = tip.Name, tip.Target.OID
			}
			total = r.Deployments.Total
		}
		for _, e := range r.Environments.all() {
			names = append(names, e.Name)
		}
		if !r.Environments.PageInfo.HasNextPage {
			break
		}
		if page == maxPages {
			l.deployments.cut("the list of environments of %s does not end; %d pages were read", l.repository, page)
			break
		}
		variables["environments"] = r.Environments.PageInfo.EndCursor
	}
	if l.tip == "" {
		l.commits.cut("%s has no branch %s that GitHub shows, so its commits could not be listed", l.repository, cmp.Or(l.c.cfg.Branches[l.repository], "by default"))
	}
	l.commits.page(l.text(queryOverview, "branch: "+branch), 0)
	return l.chooseEnvironments(ctx, names, total)
}

// chooseEnvironments finds the production environments' names: those that the
// repository lists and the configuration names, by GitHub's spelling, and
// those that the configuration alone names. "" stands for all, where a pattern
// may also mean an environment that was deleted and whose deployments remain.
func (l *listing) chooseEnvironments(ctx context.Context, names []string, total int) error {
	pattern := false
	for _, n := range names {
		if l.c.isProduction(n) {
			l.environments = append(l.environments, n)
		}
	}
	for _, p := range l.c.cfg.Production {
		pattern = pattern || strings.Contains(p, "*")
		if !strings.Contains(p, "*") && !containsFold(names, p) {
			l.environments = append(l.environments, p)
		}
	}
	if len(l.c.cfg.Production) == 0 {
		l.deployments.cut("the configuration names no production environment of %s, so no deployment of %s is known", l.c.cfg.Name, l.repository)
	}
	if !pattern {
		return nil
	}
	var a struct {
		Repository *struct {
			Deployments connection[struct{}] `json:"deployments"`
		} `json:"repository"`
	}
	sum := 0
	for at := 0; at < len(names); at += nodesPerPage {
		some := names[at:min(at+nodesPerPage, len(names))]
		if _, err := l.put(ctx, l.deployments, queryDeploymentCount, map[string]any{"owner": l.owner, "name": l.name, "environments": some}, &a); err != nil {
			return err
		}
		if a.Repository != nil {
			sum += a.Repository.Deployments.Total
		}
	}
	if sum != total {
		l.environments = []string{""}
	}
	return nil
}

func containsFold(list []string, s string) bool {
	for _, x := range list {
		if strings.EqualFold(x, s) {
			return true
		}
	}
	return false
}
