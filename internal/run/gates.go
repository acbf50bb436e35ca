package run

import (
	"context"
	"strings"

	"github.com/tickmark-dev/tickmark/internal/evidence"
	"github.com/tickmark-dev/tickmark/internal/ledger"
)

// gates gives who let deployments pass the gate of their pipeline. No list
// tells it; it is in what was collected of a deployment's run. Each deployment
// is looked at once, and no source is asked. Close it; it opens what it reads
// from when it is first asked, and again after that.
type gates struct {
	l       *ledger.Ledger
	known   map[evidence.Ref]gate
	run     *Run
	offline *Run // run, or one of our own; nil while nothing is open
}

func (r *Run) gates(l *ledger.Ledger) *gates {
	return &gates{l: l, known: map[evidence.Ref]gate{}, run: r}
}

func (g *gates) open(ctx context.Context) (err error) {
	switch {
	case g.offline != nil:
	case g.run.offline:
		g.offline = g.run
	default:
		o := g.run.options
		o.Offline = true
		g.offline, err = Open(ctx, o)
		if err != nil {
			g.offline = nil
		}
	}
	return err
}

func (g *gates) Close() error {
	was := g.offline
	g.offline = nil
	if was == nil || was == g.run {
		return nil
	}
	return was.Close()
}

// gate is the answers to the gates of one deployment.
type gate struct {
	by      []evidence.Person // who approved
	unknown bool              // its run was not collected, or not whole
}

func (g *gates) of(ctx context.Context, deployment evidence.Ref) (gate, error) {
	if deployment.IsZero() {
		return gate{}, nil
	}
	if known, ok := g.known[deployment]; ok {
		return known, nil
	}
	it, ok, err := g.l.Item(ctx, deployment)
	if err != nil {
		return gate{}, err
	}
	var out gate
	switch {
	case !ok || it.Deployment == nil:
		out.unknown = true
	case !it.Deployment.Build.IsZero(): // else the source names no run with a gate
		if err := g.open(ctx); err != nil {
			return gate{}, err
		}
		out = g.collected(ctx, it.Deployment)
	}
	if err := ctx.Err(); err != nil {
		return gate{}, err
	}
	g.known[deployment] = out
	return out, nil
}

// collected reads the run of a deployment from the vault. It does not ask the
// engine, which would keep every log that it reads.
func (g *gates) collected(ctx context.Context, d *evidence.Deployment) gate {
	out := gate{unknown: true}
	for _, c := range g.offline.sources {
		if c.Name() != d.Build.System {
			continue
		}
		err := c.Collect(ctx, d.Build, func(it evidence.Item) error {
			if it.Build == nil || it.Ref != d.Build {
				return nil
			}
			out.unknown = false
			for _, a := range it.Build.Approvals {
				if a.Person != nil && strings.EqualFold(a.State, "approved") && concerns(a.Environments, d.Environment) {
					out.by = append(out.by, *a.Person)
				}
			}
			return nil
		})
		for _, gap := range evidence.Gaps(d.Build, c.Name(), err, g.offline.session.AsOf()) {
			out.unknown = out.unknown || gap.Part == "" || strings.Contains(gap.Part, "approval")
		}
	}
	return out
}

// concerns reports whether an answer is about an environment; one that names
// none is about all of the run.
func concerns(environments []string, environment string) bool {
	for _, e := range environments {
		if strings.EqualFold(e, environment) {
			return true
		}
	}
	return len(environments) == 0
}

// passedBy gives the deployments that somebody let pass, as a filter of the
// ledger names them.
func (g *gates) passedBy(ctx context.Context, is func(evidence.Person) bool) ([]string, error) {
	var all []string
	for release, err := range g.l.Deployments(ctx) {
		if err != nil {
			return nil, err
		}
		passed, err := g.of(ctx, release.Ref)
		if err != nil {
			return nil, err
		}
		for _, p := range passed.by {
			if is(p) {
				all = append(all, release.Ref.System+" "+release.Ref.ID)
				break
			}
		}
	}
	return all, nil
}
