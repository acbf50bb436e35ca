package github

import (
	"context"
	"fmt"
	"slices"
	"time"

	gh "github.com/google/go-github/v60/github"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// commit collects a commit, the pull requests that brought it, and the
// production deployments that contain it.
func (c *Collector) commit(ctx context.Context, r *retrieval, item *evidence.Item) error {
	n, err := splitRef(r.ref)
	if err != nil {
		return err
	}
	raw, complete, err := c.commitWithFiles(ctx, n)
	if raw == nil {
		return c.gapError("", err)
	}
	out := c.mapCommit(n.repository, raw)
	item.Commit = &out
	r.miss("files", err)
	if complete {
		out.FilesTotal = len(out.Files)
	}
	if complete && moreFiles(out) {
		r.gap("files", evidence.Truncated, "%d files were obtained; GitHub lists at most 3,000 files of a commit", out.FilesTotal)
	}

	prs, err := list[*gh.PullRequest](ctx, c, n.path("/commits/%s/pulls", n.text))
	r.miss("pull requests of the commit", err)
	slices.SortStableFunc(prs, func(a, b *gh.PullRequest) int { return a.GetNumber() - b.GetNumber() })
	for _, p := range prs {
		if p.GetNumber() > 0 {
			out.PullRequests = append(out.PullRequests, c.ref(evidence.KindPullRequest, "%s#%d", n.repository, p.GetNumber()))
		}
	}
	item.Links = append(item.Links, out.PullRequests...)
	found, deployments := c.containedIn(ctx, r, n, landedAfter(out, prs))
	out.ContainedIn = found
	item.Links = append(item.Links, deployments...)
	item.Links = append(item.Links, c.ref(evidence.KindChecks, "%s@%s", n.repository, n.text))
	item.Links = append(item.Links, c.runsOf(ctx, r, n.repository, n.text)...)
	return nil
}

// commitWithFiles reads a commit with all pages of its files. It is nil where the
// answer is not that commit; with an error beside it some of the files lack.
func (c *Collector) commitWithFiles(ctx context.Context, n name) (commit *gh.RepositoryCommit, complete bool, err error) {
	complete, err = pages(ctx, c, n.path("/commits/%s", n.text), func(p gh.RepositoryCommit) bool {
		if commit == nil {
			commit = &p
			return true
		}
		commit.Files = append(commit.Files, p.Files...)
		return true
	})
	if commit != nil && commit.GetSHA() == n.text {
		return commit, complete, err
	}
	if err == nil {
		err = &evidence.GapError{Reason: evidence.Unreachable, Detail: fmt.Sprintf("GitHub answered with commit %q where %s was asked for", commit.GetSHA(), n.text)}
	}
	return nil, false, err
}

// moreFiles reports whether GitHub may have more files of a commit than it
// lists: it ends at 3,000 and does not count the rest.
func moreFiles(c evidence.Commit) bool { return len(c.Files) >= 3000 }

// dateSlack is how far a committer's clock may be ahead. The dates of a commit
// are its committer's own statement; only where no pull request says when it
// landed do they bound the search.
const dateSlack = 7 * 24 * time.Hour

// landedAfter gives a time before which no deployment can contain the commit.
func landedAfter(commit evidence.Commit, prs []*gh.PullRequest) time.Time {
	for _, p := range prs {
		// The clocks that stamp the merge and the deployment are both GitHub's.
		if p.GetMergeCommitSHA() == commit.SHA && p.MergedAt != nil {
			return at(p.MergedAt).Add(-time.Minute)
		}
	}
	if commit.Committer.Date.IsZero() {
		return time.Time{}
	}
	return commit.Committer.Date.Add(-dateSlack)
}
