package github

import (
	"context"

	gh "github.com/google/go-github/v60/github"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// comparison is what GitHub says of head against base.
type comparison struct {
	status  string // "identical", "ahead", "behind", "diverged"
	total   int    // of commits in head and not in base
	commits []*gh.RepositoryCommit
}

// compare gives every commit that head has and base has not, oldest first.
func (c *Collector) compare(ctx context.Context, repository, base, head string) (comparison, error) {
	var out comparison
	_, err := pages(ctx, c, name{repository: repository}.path("/compare/%s...%s", base, head), func(p gh.CommitsComparison) bool {
		out.status, out.total = p.GetStatus(), p.GetTotalCommits()
		out.commits = append(out.commits, p.Commits...)
		return true
	})
	return out, err
}

// compareStatus gives how head relates to base.
func (c *Collector) compareStatus(ctx context.Context, repository, base, head string) (string, error) {
	if base == head {
		return "identical", nil
	}
	var p gh.CommitsComparison
	if _, err := c.get(ctx, name{repository: repository}.path("/compare/%s...%s?per_page=1", base, head), &p); err != nil {
		return "", err
	}
	return p.GetStatus(), stated(p.GetStatus())
}

// stated refuses a comparison that does not say how the two relate: it must
// not be read as "does not contain".
func stated(status string) error {
	if status == "" {
		return &evidence.GapError{Reason: evidence.Unreachable, Detail: "GitHub's comparison does not say how the two commits relate"}
	}
	return nil
}
