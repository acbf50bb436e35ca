package git

import (
	"context"
	"errors"
	"fmt"

	"github.com/tickmark-dev/tickmark/internal/capture"
	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// pullRequest pieces a pull request together from the commit that merged it.
func (g *Collector) pullRequest(ctx context.Context, ref evidence.Ref, job *capture.Job, emit func(evidence.Item) error) error {
	number, ok := g.number(ref)
	if !ok {
		return g.notOurs(ref, "#<number>")
	}
	ix, err := g.load(ctx)
	if err != nil {
		return err
	}
	hits := ix.byNumber[number]
	if len(hits) != 1 {
		return g.unmatched(ix, number, hits)
	}
	o, err := g.object(ctx, hits[0].sha)
	if err != nil {
		return err
	}
	head, body, line := split(o.message)
	n, ok := grammar(conventions()).read(shorten(head), line)
	if !ok || n.number != number {
		return fmt.Errorf("repository %s: commit %s no longer names pull request #%d; the recorded index and the commit disagree", g.config.Repository, o.sha, number)
	}
	pr := &evidence.PullRequest{
		Repository: g.config.Repository, Number: number, State: "merged", MergeCommit: o.sha,
		Base: evidence.Branch{Ref: n.base, Repository: g.config.Repository}, Head: evidence.Branch{Ref: n.head},
	}
	if pr.Base.Ref == "" {
		pr.Base.Ref = ix.branch
	}
	title, text := n.titled(head, body)
	pr.Title, pr.Body = title, evidence.Text{Markup: evidence.Plain, Source: text}
	gaps := g.fill(ctx, ix, o, pr)
	pr.Statement = g.statement(ix, o, n)

	item := evidence.Item{Ref: ref, PullRequest: pr, Links: []evidence.Ref{g.commitRef(o.sha)}}
	item.Links = append(item.Links, g.tickets(pr.TicketKeys(g.config.Projects))...)
	item.Provenance = append(job.Provenance(), ix.provenance...)
	if err := emit(item); err != nil {
		return err
	}
	return errors.Join(append(gaps, g.unknowable(o)...)...)
}

// unmatched says why a number leads to no pull request.
func (g *Collector) unmatched(ix *index, number int, hits []hit) error {
	where := fmt.Sprintf("among the %d first-parent commits of %s in %s", len(ix.commits), g.onBranch(ix), g.config.Repository)
	switch {
	case len(hits) > 1:
		return &evidence.GapError{Reason: evidence.Ambiguous,
			Detail: fmt.Sprintf("pull request #%d is named by %d commits %s: %s; ask for the commit instead", number, len(hits), where, named(hits))}
	case ix.shallow:
		return &evidence.GapError{Reason: evidence.Truncated,
			Detail: fmt.Sprintf("no commit names pull request #%d %s, which is a shallow clone; run git fetch --unshallow in it and collect again", number, where)}
	}
	return &evidence.GapError{Reason: evidence.NotFound,
		Detail: fmt.Sprintf(`no commit names pull request #%d %s; tried: "Merge pull request #%d from …" and the words of Bitbucket, Azure and Gitea for it, a subject that ends with "(#%d)", "See merge request …!%d"; a rebase merge leaves no number behind`,
			number, where, number, number, number)}
}

// fill adds what the commits tell: files, commits and, of a commit that is no
// merge, the author.
func (g *Collector) fill(ctx context.Context, ix *index, o object, pr *evidence.PullRequest) []error {
	files, gaps := g.files(ctx, ix, o)
	pr.Files, pr.FilesTotal = files.files, files.total
	pr.Additions, pr.Deletions = files.additions, files.deletions
	if len(o.parents) > 0 {
		pr.Base.SHA = o.parents[0]
	}
	if len(o.parents) < 2 {
		pr.Commits = []evidence.Commit{o.commit(g.config.Repository)}
		pr.CommitsTotal = 1
		pr.Author = &evidence.Person{System: g.config.Name, Name: o.author.Name, Email: o.author.Email}
		return gaps
	}
	if len(o.parents) == 2 {
		pr.Head.SHA = o.parents[1]
	}
	brought, whole, err := g.brought(ctx, o)
	if err != nil {
		return append(gaps, missing("commits", err))
	}
	for _, b := range brought {
		pr.Commits = append(pr.Commits, b.commit(g.config.Repository))
	}
	pr.CommitsTotal = len(brought)
	switch {
	case !whole:
		gaps = append(gaps, &evidence.GapError{Part: "commits", Reason: evidence.Truncated,
			Detail: fmt.Sprintf("the merge brought more commits than are listed (%d)", len(brought))})
	case ix.shallow:
		gaps = append(gaps, &evidence.GapError{Part: "commits", Reason: evidence.Truncated,
			Detail: "this is a shallow clone: the merge may have brought more commits than are listed"})
	}
	return gaps
}

func (g *Collector) statement(ix *index, o object, n naming) string {
	s := fmt.Sprintf("pieced together from the commit %s on %s of the git repository %s, whose message names the pull request (%s); a git repository keeps no pull requests, reviews, checks or deployments, and not when or by whom this one was opened or merged; title and text are those of the commit message",
		o.sha, g.onBranch(ix), g.config.Repository, n.convention)
	if len(o.parents) > 1 {
		return s + "; the commits are those that the merge brought"
	}
	return s + "; the author is the commit's, as the committer states; commits that were squashed into it are not kept"
}

// unknowable are the parts of a pull request, and the records beside it, that
// no repository keeps. Each is a gap of the kind that lacks it, so that whoever
// looks for records of that kind finds why there are none.
func (g *Collector) unknowable(o object) []error {
	record := func(kind evidence.Kind, id string) evidence.Ref {
		return evidence.Ref{Kind: kind, System: g.config.Name, ID: id}
	}
	repository := g.config.Repository
	lacking := []struct {
		ref         evidence.Ref
		part, keeps string
	}{
		{part: "opening", keeps: "record of when and by whom a pull request was opened; configure the forge to collect it"},
		{part: "merge", keeps: "record of when and by whom a pull request was merged; configure the forge to collect it"},
		{part: "reviews", keeps: "reviews; configure the forge to collect them"},
		{part: "approvals", keeps: "approvals; configure the forge to collect them"},
		{part: "comments", keeps: "comments; configure the forge to collect them"},
		{part: "timeline", keeps: "timeline of a pull request; configure the forge to collect it"},
		{ref: record(evidence.KindChecks, repository+"@"+o.sha), keeps: "results of checks; configure the forge or the CI system to collect them"},
		{ref: record(evidence.KindDeployment, repository), keeps: "deployments; configure the system that deploys to collect them"},
		{ref: record(evidence.KindSignal, repository), keeps: "measurements; configure the monitoring system to collect them"},
	}
	var gaps []error
	switch {
	case len(o.parents) > 1:
		gaps = append(gaps, &evidence.GapError{Part: "author", Reason: evidence.NotConfigured,
			Detail: "a merge commit does not say who opened the pull request; configure the forge to collect it"})
	default:
		gaps = append(gaps, &evidence.GapError{Part: "head", Reason: evidence.NotConfigured,
			Detail: "a commit that is no merge does not say what the head of the pull request was; configure the forge to collect it"})
	}
	for _, l := range lacking {
		gaps = append(gaps, &evidence.GapError{Ref: l.ref, Part: l.part, Reason: evidence.NotConfigured, Detail: "a git repository keeps no " + l.keeps})
	}
	return gaps
}
