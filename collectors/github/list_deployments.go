package github

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"time"

	gh "github.com/google/go-github/v60/github"

	"github.com/tickmark-dev/tickmark/internal/capture"
	"github.com/tickmark-dev/tickmark/internal/evidence"
)

const (
	// lateSuccess is how long after its creation a deployment may succeed:
	// GitHub ends a workflow run after 35 days, waiting for approval included.
	lateSuccess = 35 * 24 * time.Hour
	// landingSlack is how far the date of a commit may be from when it landed.
	landingSlack = 24 * time.Hour
	// withoutBase is how far back a listing goes where no earlier deployment
	// says what was in production.
	withoutBase = 90 * 24 * time.Hour
)

// listDeployments walks the deployments of each production environment back
// to the last one that succeeded before the period. REST lists them: GraphQL's
// numbers have 32 bits, which is too few. GraphQL gives their statuses and
// commits, many at once.
func (l *listing) listDeployments(ctx context.Context) error {
	for _, environment := range l.environments {
		if err := l.environment(ctx, environment); err != nil {
			return err
		}
	}
	slices.SortFunc(l.found, func(a, b *deployed) int {
		return cmp.Or(at(a.raw.CreatedAt).Compare(at(b.raw.CreatedAt)), cmp.Compare(a.raw.GetID(), b.raw.GetID()))
	})
	for _, d := range l.found {
		if err := l.emitDeployment(d); err != nil {
			return err
		}
		d.done()
	}
	return nil
}

func (l *listing) environment(ctx context.Context, environment string) error {
	path := name{repository: l.repository}.path("/deployments")
	if environment != "" {
		path += "?environment=" + url.QueryEscape(environment)
	}
	job := capture.NewJob("github " + l.c.version)
	based := map[string]bool{} // environments: whether their last success before the period was found
	whole := true
	var failed error
	_, err := pages(capture.WithJob(ctx, job), l.c, path, func(some []*gh.Deployment) bool {
		sources := job.Provenance()
		l.deployments.heard(sources, nil)
		l.deployments.page("GET "+path, len(some))
		fresh := l.rows(some, sources)
		if failed = l.statusesOf(ctx, fresh); failed != nil {
			return false
		}
		for _, d := range fresh {
			before := !d.succeeded.IsZero() && d.succeeded.Before(l.period.From)
			based[d.raw.GetEnvironment()] = based[d.raw.GetEnvironment()] || before
		}
		oldest := slices.MinFunc(append(some, &gh.Deployment{CreatedAt: &gh.Timestamp{Time: farFuture}}), func(a, b *gh.Deployment) int { return at(a.CreatedAt).Compare(at(b.CreatedAt)) })
		reached := at(oldest.CreatedAt).Before(l.period.From.Add(-lateSuccess))
		for _, has := range based {
			reached = reached && has
		}
		whole = !reached
		return whole
	})
	if failed != nil {
		return failed
	}
	if err != nil {
		if fatal := l.fatal(ctx, err); fatal != nil {
			return fatal
		}
		l.deployments.cut("the deployments of %s to %s: a page did not come: %s", l.repository, cmp.Or(environment, "all environments"), l.why(err))
	}
	return nil
}

// farFuture is later than anything that was deployed.
var farFuture = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)

// rows gives the production deployments among some that did not come before.
func (l *listing) rows(some []*gh.Deployment, sources []evidence.Provenance) []*deployed {
	var fresh []*deployed
	from := sources[max(0, len(sources)-1):]
	for _, d := range some {
		if d.GetID() <= 0 {
			l.deployments.cut("GitHub listed a deployment of %s without a number", l.repository)
			continue
		}
		id := l.c.deploymentRef(l.repository, d.GetID()).ID
		if !l.deployments.row(id, at(d.CreatedAt)) {
			continue
		}
		if !l.c.isProduction(d.GetEnvironment()) {
			l.deployments.exclude("its environment is not production", id)
			continue
		}
		d.Creator = l.same.user(d.Creator)
		fresh = append(fresh, &deployed{raw: d, from: slices.Clone(from)})
	}
	l.found = append(l.found, fresh...)
	return fresh
}

// statusesOf asks for the statuses and commits of deployments.
func (l *listing) statusesOf(ctx context.Context, ds []*deployed) error {
	for i := 0; i < len(ds); {
		var batch []*deployed
		var a struct {
			Nodes []*deploymentNode `json:"nodes"`
		}
		got, err := l.sized(ctx, l.deployed, func(n int) (answer, error) {
			batch, a.Nodes = ds[i:min(i+n, len(ds))], nil
			var ids []string
			for _, d := range batch {
				ids = append(ids, d.raw.GetNodeID())
			}
			return l.put(ctx, l.deployments, queryDeployments, map[string]any{"ids": ids}, &a)
		})
		i += len(batch)
		if err != nil {
			if fatal := l.fatal(ctx, err); fatal != nil {
				return fatal
			}
			for _, d := range batch {
				l.deployments.absent("statuses of deployment "+id(d.raw.GetID()), l.why(err))
			}
			continue
		}
		l.deployments.page(l.text(queryDeployments, "ids: of the deployments"), len(a.Nodes))
		l.partial(l.deployments, got.errors, func(i int) string { return "deployment " + id(batch[min(i, len(batch)-1)].raw.GetID()) })
		if err := l.attach(ctx, batch, a.Nodes, got.provenance); err != nil {
			return err
		}
	}
	return nil
}

// attach gives deployments their statuses, oldest first, and keeps the commits.
func (l *listing) attach(ctx context.Context, batch []*deployed, nodes []*deploymentNode, from []evidence.Provenance) error {
	byNode := map[string]*deploymentNode{}
	var further []*more
	for _, n := range nodes {
		if n == nil || n.ID == "" {
			continue
		}
		byNode[n.ID] = n
		further = append(further, rest(&n.Statuses, more{id: n.ID, on: "Deployment", field: "statuses", nodes: selectStatus, record: "deployment " + n.ID, part: "statuses"})...)
		further = append(further, l.restOfCommit(n.Commit)...)
	}
	extra, err := l.follow(ctx, l.deployments, further)
	if err != nil {
		return err
	}
	from = slices.Concat(from, extra)
	for _, d := range batch {
		n := byNode[d.raw.GetNodeID()]
		if n == nil {
			l.deployments.absent("statuses of deployment "+id(d.raw.GetID()), "GitHub listed the deployment and did not show it when asked for it")
			continue
		}
		d.from = slices.Concat(d.from, from)
		statuses := n.Statuses.all()
		if len(statuses) < n.Statuses.Total {
			l.deployments.cut("deployment %d: %d of %d statuses were obtained", d.raw.GetID(), len(statuses), n.Statuses.Total)
		}
		for _, s := range slices.Backward(statuses) { // GitHub lists the newest first; several may share a second
			one := s.status()
			one.Creator = l.same.user(one.Creator)
			d.statuses = append(d.statuses, one)
		}
		slices.SortStableFunc(d.statuses, func(a, b *gh.DeploymentStatus) int { return at(a.CreatedAt).Compare(at(b.CreatedAt)) })
		for _, s := range d.statuses {
			if s.GetState() == "success" && d.succeeded.IsZero() {
				d.succeeded = at(s.CreatedAt)
			}
		}
		if n.Commit != nil && commitHash.MatchString(n.Commit.OID) {
			l.known[n.Commit.OID] = &received{n.Commit, from, queryDeployments}
		}
	}
	return nil
}

func (l *listing) emitDeployment(d *deployed) error {
	item := evidence.Item{Ref: l.c.deploymentRef(l.repository, d.raw.GetID()), Provenance: d.from, Unread: []string{"previous deployment", "range", "measurements around it"}}
	item.Deployment = l.c.mapDeployment(l.repository, d.raw)
	item.Deployment.Statuses = l.c.mapDeploymentStatuses(d.statuses)
	if run := l.c.carriedOutBy(l.repository, d.raw, d.statuses); run > 0 {
		item.Deployment.Build = l.c.buildRef(l.repository, run)
		item.Links = append(item.Links, item.Deployment.Build)
	}
	if commitHash.MatchString(d.raw.GetSHA()) {
		item.Links = append(item.Links, l.c.ref(evidence.KindCommit, "%s@%s", l.repository, d.raw.GetSHA()))
	}
	item.Links = append(item.Links, l.c.ref(evidence.KindEnvironment, "%s/environments/%s", l.repository, d.raw.GetEnvironment()))
	return l.emit(item)
}

// partial notes what GitHub left out of a list of nodes that were asked for by
// id; of names the n-th.
func (l *listing) partial(d *dataset, errs []graphError, of func(n int) string) {
	for _, e := range errs {
		what := l.repository
		if len(e.Path) > 1 && e.Path[0] == "nodes" {
			if n, ok := e.Path[1].(float64); ok && n >= 0 {
				what = of(int(n))
			}
		}
		d.leftOut(what, e.String())
	}
}

// bound finds since when pull requests are listed: since the commit landed
// that was in production when the period began.
func (l *listing) bound(context.Context) error {
	l.lower = l.period.From
	var base, first time.Time
	for _, d := range l.found {
		switch {
		case d.succeeded.IsZero():
		case d.succeeded.Before(l.period.From):
			landed := at(d.raw.CreatedAt)
			if c := l.known[d.raw.GetSHA()]; c != nil && c.commit.Committer != nil && at(c.commit.Committer.Date).Before(landed) {
				landed = at(c.commit.Committer.Date)
			}
			base = latest(base, landed)
		case first.IsZero() || d.succeeded.Before(first):
			first = d.succeeded
		}
	}
	switch {
	case !base.IsZero():
		l.lower = earliest(l.lower, base.Add(-landingSlack))
	case !first.IsZero():
		l.noBase = true
		l.lower = earliest(l.lower, first).Add(-withoutBase)
	}
	return nil
}

func earliest(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}
