package run

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/tickmark-dev/tickmark/internal/evidence"
	"github.com/tickmark-dev/tickmark/internal/ledger"
	"github.com/tickmark-dev/tickmark/internal/request"
)

// findSamples turns the lines of a request into samples, in the order of the
// lines. A line that names nothing, or more than one change, is kept with
// what was tried, and never replaced by another change.
//
// Known holds, by its place, what a line means that was drawn from the
// population. Where there is a population, a sample is the change that it counts
// under whatever record the line named: one change has one name everywhere.
func (r *Run) findSamples(ctx context.Context, l *ledger.Ledger, lines []request.Line, known map[string]evidence.Ref) ([]evidence.Sample, []evidence.Unmatched, error) {
	resolver := request.NewResolver(scope(r.cfg))
	r.progress.Stage("Finding the samples", len(lines))
	var samples []evidence.Sample
	var unmatched []evidence.Unmatched
	at := map[evidence.Ref]int{} // where a sample stands
	for _, line := range lines {
		var miss *evidence.Unmatched
		ref, ok := known[line.Where]
		if !ok {
			if ref, miss = r.resolve(ctx, resolver, line); miss == nil && l != nil {
				owner, counted, err := l.Owner(ctx, ref)
				if err != nil {
					return nil, nil, err
				}
				if counted {
					ref = owner.Ref
				}
			}
		}
		r.progress.Step(line.Text)
		if miss == nil {
			if i, taken := at[ref]; taken {
				miss = &evidence.Unmatched{Reason: evidence.Duplicate, Tried: []string{
					fmt.Sprintf("%s is sample %d already, asked for at %s", ref.ID, samples[i].Number, samples[i].Where)}}
			}
		}
		if miss != nil {
			miss.Where, miss.Requested, miss.Label = line.Where, requested(line), line.Label
			unmatched = append(unmatched, *miss)
			continue
		}
		s := evidence.Sample{Number: len(samples) + 1, Label: line.Label, Requested: requested(line), Note: line.Note, Where: line.Where, Ref: ref}
		if s.Label == "" {
			s.Label = strconv.Itoa(s.Number)
		}
		at[ref] = len(samples)
		samples = append(samples, s)
	}
	return samples, unmatched, nil
}

func requested(l request.Line) string {
	if l.Text == "" {
		return l.Date
	}
	return strings.Join(append([]string{l.Text}, l.Also...), ", ")
}

// resolve finds the one change that a line names.
func (r *Run) resolve(ctx context.Context, resolver *request.Resolver, line request.Line) (evidence.Ref, *evidence.Unmatched) {
	res, err := resolver.Resolve(line)
	if err != nil {
		miss := &evidence.Unmatched{Reason: evidence.NotFound, Tried: append(res.Tried, err.Error())}
		var known *request.Error
		if errors.As(err, &known) {
			miss.Reason = known.Reason
		}
		return evidence.Ref{}, miss
	}
	if res.Form == request.FormDateOnly {
		return r.onDate(ctx, res.Date, res.Tried)
	}
	tried := res.Tried
	reason := evidence.NotFound
	var found []evidence.Item
	var unknown []evidence.Gap
	for _, ref := range res.Candidates {
		items, gaps := r.engine.Record(ctx, ref)
		if i := slices.IndexFunc(items, func(it evidence.Item) bool { return it.Ref.Kind == ref.Kind }); i >= 0 {
			found = append(found, items[i])
			continue
		}
		unknown = append(unknown, notAnswered(gaps)...)
		for _, g := range gaps {
			if g.Reason != evidence.NotFound {
				reason = g.Reason
			}
			tried = append(tried, about(ref, g))
		}
	}
	switch {
	case len(found) == 0:
		return evidence.Ref{}, &evidence.Unmatched{Reason: reason, Tried: tried}
	case len(found) > 1:
		return evidence.Ref{}, ambiguous(tried, "it may mean", refsOf(found))
	case len(unknown) > 0:
		return evidence.Ref{}, &evidence.Unmatched{Reason: unknown[0].Reason, Tried: append(tried,
			fmt.Sprintf("%s %s was found, but the line may as well mean what could not be looked at; write the whole reference", words(found[0].Ref.Kind), found[0].Ref.ID))}
	}
	return r.root(ctx, found[0], tried)
}

// notAnswered gives the gaps that leave open whether there is such a record.
func notAnswered(gaps []evidence.Gap) []evidence.Gap {
	return slices.DeleteFunc(slices.Clone(gaps), func(g evidence.Gap) bool {
		return g.Reason == evidence.NotFound || g.Reason == evidence.NotConfigured
	})
}

func about(ref evidence.Ref, g evidence.Gap) string {
	return fmt.Sprintf("%s %s in %s: %s", words(ref.Kind), ref.ID, ref.System, g.Detail)
}

// root gives the record that a change's collection starts from: its pull
// request where there is one. A record that stands for several changes names
// none of them.
func (r *Run) root(ctx context.Context, it evidence.Item, tried []string) (evidence.Ref, *evidence.Unmatched) {
	var changes []evidence.Ref
	var unknown []evidence.Gap
	lead := it.Ref.ID + " carried"
	switch {
	case it.Commit != nil:
		changes = it.Commit.PullRequests
		lead = it.Ref.ID + " came by"
	case it.Ticket != nil:
		changes, unknown = r.carriedOut(ctx, it)
		lead = it.Ref.ID + " was carried out by"
	case it.Deployment != nil:
		changes, unknown = r.carried(ctx, it)
		if len(changes) == 0 && len(unknown) == 0 {
			return evidence.Ref{}, &evidence.Unmatched{Reason: evidence.NotFound, Tried: append(tried,
				fmt.Sprintf("deployment %s brought no change that could be named; name the commit or the pull request", it.Ref.ID))}
		}
	}
	switch {
	case len(changes) > 1:
		return evidence.Ref{}, ambiguous(tried, lead, changes)
	case len(unknown) > 0:
		for _, g := range unknown {
			tried = append(tried, about(g.Ref, g))
		}
		return evidence.Ref{}, &evidence.Unmatched{Reason: unknown[0].Reason, Tried: append(tried,
			fmt.Sprintf("so the changes of %s %s are not all known; name the one that is meant", words(it.Ref.Kind), it.Ref.ID))}
	case len(changes) == 0:
		return whole(it), nil
	}
	return changes[0], nil
}

// whole gives the record's own ref: of a commit that was asked for by the
// beginning of its hash, the whole hash; of a ticket that was moved, its key now.
func whole(it evidence.Item) evidence.Ref {
	if it.Commit != nil {
		it.Ref.ID = it.Commit.Repository + "@" + it.Commit.SHA
	}
	if it.Ticket != nil {
		it.Ref.ID = cmp.Or(it.Ticket.Key, it.Ref.ID)
	}
	return it.Ref
}

// carriedOut gives the merged pull requests that carried out a ticket: those
// that name it themselves, and those that it links to. One that is only found
// by a search may merely mention it in a comment. Unknown says which of them
// could not be looked at.
func (r *Run) carriedOut(ctx context.Context, ticket evidence.Item) (merged []evidence.Ref, unknown []evidence.Gap) {
	l := links(r.cfg)
	linked := l.Addressed(ticket.Ticket)
	candidates := slices.Clone(linked)
	for _, ref := range l.Mentions(ticket.Ticket) {
		items, _ := r.engine.Record(ctx, ref)
		for _, it := range items {
			if it.Mention != nil {
				candidates = append(candidates, it.Mention.Found...)
			}
		}
	}
	for i, ref := range candidates {
		if slices.Contains(candidates[:i], ref) {
			continue
		}
		items, gaps := r.engine.Record(ctx, ref)
		if len(items) == 0 {
			unknown = append(unknown, notAnswered(gaps)...)
		}
		for _, it := range items {
			if it.PullRequest != nil && it.PullRequest.State == "merged" && (slices.Contains(linked, ref) || r.names(it.PullRequest, ticket.Ref)) {
				merged = append(merged, ref)
			}
		}
	}
	return merged, unknown
}

// names reports whether the pull request itself names the ticket.
func (r *Run) names(pr *evidence.PullRequest, ticket evidence.Ref) bool {
	s, ok := r.cfg.System(ticket.System)
	return ok && (s.Kind != "jira" || slices.Contains(pr.TicketKeys(s.Projects), ticket.ID))
}

// carried gives the changes that a deployment brought: the pull requests of
// its commits, and each commit that came by none. Unknown says why they are not
// all known.
func (r *Run) carried(ctx context.Context, deployment evidence.Item) (changes []evidence.Ref, unknown []evidence.Gap) {
	d := deployment.Deployment
	_, gaps := r.engine.Record(ctx, deployment.Ref)
	for _, g := range gaps {
		if g.Part == "range" || g.Part == "previous deployment" {
			unknown = append(unknown, g)
		}
	}
	shas := []string{d.SHA}
	if d.Range != nil {
		shas = nil
		for _, c := range d.Range.Commits {
			shas = append(shas, c.SHA)
		}
	}
	inRange := func(sha string) bool { return slices.Contains(shas, sha) }
	for _, sha := range shas {
		ref := evidence.Ref{Kind: evidence.KindCommit, System: deployment.Ref.System, ID: d.Repository + "@" + sha}
		items, gaps := r.engine.Record(ctx, ref)
		if len(items) == 0 {
			unknown = append(unknown, gaps...)
		}
		for _, it := range items {
			if it.Commit == nil {
				continue
			}
			prs := it.Commit.PullRequests
			// The commits of a merged branch come with their merge commit.
			if len(prs) == 0 && (len(it.Commit.Parents) < 2 || !inRange(sha)) {
				prs = []evidence.Ref{ref}
			}
			for _, pr := range prs {
				if !slices.Contains(changes, pr) {
					changes = append(changes, pr)
				}
			}
		}
	}
	return changes, unknown
}

func ambiguous(tried []string, lead string, refs []evidence.Ref) *evidence.Unmatched {
	names := make([]string, len(refs))
	for i, ref := range refs {
		names[i] = words(ref.Kind) + " " + ref.ID
	}
	return &evidence.Unmatched{Reason: evidence.Ambiguous, Tried: append(tried,
		fmt.Sprintf("%s %s; name the one that is meant", lead, strings.Join(names, ", ")))}
}

func refsOf(items []evidence.Item) []evidence.Ref {
	refs := make([]evidence.Ref, len(items))
	for i, it := range items {
		refs[i] = it.Ref
	}
	return refs
}

func words(k evidence.Kind) string { return strings.ReplaceAll(string(k), "_", " ") }
