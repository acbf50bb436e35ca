package github

import (
	"context"
	"fmt"
	"net/url"
	"slices"

	gh "github.com/google/go-github/v60/github"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// pullRequest collects a pull request with everything said and done on it.
func (c *Collector) pullRequest(ctx context.Context, r *retrieval, item *evidence.Item) error {
	n, err := splitRef(r.ref)
	if err != nil {
		return err
	}
	var raw gh.PullRequest
	if _, err := c.get(ctx, n.path("/pulls/%d", n.number), &raw); err != nil {
		return c.gapError("", err)
	}
	if int64(raw.GetNumber()) != n.number {
		return &evidence.GapError{Reason: evidence.Unreachable, Detail: fmt.Sprintf("GitHub answered with pull request %d where %d was asked for", raw.GetNumber(), n.number)}
	}
	pr := c.mapPullRequest(n.repository, &raw)
	item.PullRequest = pr

	c.pullRequestCommits(ctx, r, n, &raw, pr)
	c.pullRequestFiles(ctx, r, n, &raw, pr)
	reviews, err := list[*gh.PullRequestReview](ctx, c, n.path("/pulls/%d/reviews", n.number))
	r.miss("reviews", err)
	for _, v := range reviews {
		pr.Reviews = append(pr.Reviews, c.mapReview(v))
	}
	slices.SortStableFunc(pr.Reviews, func(a, b evidence.Review) int { return a.Submitted.Compare(b.Submitted) })
	remarks, err := list[*gh.PullRequestComment](ctx, c, n.path("/pulls/%d/comments", n.number))
	r.miss("review comments", err)
	for _, v := range remarks {
		pr.ReviewComments = append(pr.ReviewComments, c.mapReviewComment(v))
	}
	comments, err := list[*gh.IssueComment](ctx, c, n.path("/issues/%d/comments", n.number))
	r.miss("comments", err)
	for _, v := range comments {
		pr.Comments = append(pr.Comments, c.mapComment(v))
	}
	tickets, commits := c.pullRequestTimeline(ctx, r, n, pr)
	item.Links = c.pullRequestLinks(ctx, r, pr, tickets, commits)
	c.rebased(ctx, r, pr)
	return nil
}

// pullRequestCommits reads the commits. The list of a pull request ends at
// 250; a comparison of its two ends has no such bound.
func (c *Collector) pullRequestCommits(ctx context.Context, r *retrieval, n name, raw *gh.PullRequest, pr *evidence.PullRequest) {
	commits, err := list[*gh.RepositoryCommit](ctx, c, n.path("/pulls/%d/commits", n.number))
	if err != nil {
		r.miss("commits", err)
	}
	if err == nil && raw.Commits != nil && len(commits) < raw.GetCommits() && commitHash.MatchString(pr.Base.SHA) && commitHash.MatchString(pr.Head.SHA) {
		all, compareErr := c.compare(ctx, n.repository, pr.Base.SHA, pr.Head.SHA)
		if compareErr == nil && len(all.commits) > len(commits) && len(all.commits) <= raw.GetCommits() {
			commits = all.commits
		}
	}
	for _, v := range commits {
		pr.Commits = append(pr.Commits, c.mapCommit(n.repository, v))
	}
	if err == nil && raw.Commits == nil {
		pr.CommitsTotal = len(commits)
	}
	if err == nil {
		r.cut("commits", len(commits), pr.CommitsTotal, "GitHub lists no more")
	}
}

// pullRequestFiles reads the files, of which GitHub lists the first 3,000.
func (c *Collector) pullRequestFiles(ctx context.Context, r *retrieval, n name, raw *gh.PullRequest, pr *evidence.PullRequest) {
	files, err := list[*gh.CommitFile](ctx, c, n.path("/pulls/%d/files", n.number))
	pr.Files = mapFiles(files)
	if err != nil {
		r.miss("files", err)
		return
	}
	// Older servers and lists leave the counts out; what they list is then all that is known.
	if raw.ChangedFiles == nil {
		pr.FilesTotal = len(files)
	}
	if raw.Additions == nil && raw.Deletions == nil {
		for _, f := range pr.Files {
			pr.Additions, pr.Deletions = pr.Additions+f.Additions, pr.Deletions+f.Deletions
		}
	}
	r.cut("files", len(files), pr.FilesTotal, "GitHub lists at most 3,000 files of a pull request")
}

// pullRequestLinks says what to collect next: what landed, what CI said of the
// head and of what landed, and the rules of the base branch.
func (c *Collector) pullRequestLinks(ctx context.Context, r *retrieval, pr *evidence.PullRequest, tickets []evidence.Ref, commits []string) []evidence.Ref {
	var links []evidence.Ref
	tested := []string{}
	if commitHash.MatchString(pr.MergeCommit) {
		links = append(links, c.ref(evidence.KindCommit, "%s@%s", pr.Repository, pr.MergeCommit))
	}
	for _, sha := range append([]string{pr.Head.SHA, pr.MergeCommit}, commits...) {
		if commitHash.MatchString(sha) && !slices.Contains(tested, sha) {
			tested = append(tested, sha)
		}
	}
	for _, sha := range tested {
		links = append(links, c.ref(evidence.KindChecks, "%s@%s", pr.Repository, sha))
		links = append(links, c.runsOf(ctx, r, pr.Repository, sha)...)
	}
	branch := c.cfg.Branches[pr.Repository]
	if branch == "" {
		branch = pr.Base.Ref
	}
	if branch != "" {
		links = append(links, c.ref(evidence.KindBranchRules, "%s:%s", pr.Repository, branch), c.ref(evidence.KindRuleHistory, "%s:%s", pr.Repository, branch))
	}
	return append(links, tickets...)
}

// runsOf gives the workflow runs of one commit.
func (c *Collector) runsOf(ctx context.Context, r *retrieval, repository, sha string) []evidence.Ref {
	type runs struct {
		Total int               `json:"total_count"`
		Runs  []*gh.WorkflowRun `json:"workflow_runs"`
	}
	var found []int64
	total := 0
	path := name{repository: repository}.path("/actions/runs?head_sha=%s", url.QueryEscape(sha))
	_, err := pages(ctx, c, path, func(p runs) bool {
		total = p.Total
		for _, run := range p.Runs {
			if run.GetID() > 0 {
				found = append(found, run.GetID())
			}
		}
		return true
	})
	part := "workflow runs of " + sha[:12]
	if err != nil {
		r.miss(part, err)
		return nil
	}
	r.cut(part, len(found), total, "GitHub lists at most 1,000 runs of a commit")
	slices.Sort(found)
	var refs []evidence.Ref
	for _, run := range slices.Compact(found) {
		refs = append(refs, c.buildRef(repository, run))
	}
	return refs
}
