package github

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"

	gh "github.com/google/go-github/v60/github"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// GitHub refuses longer searches, and gives no more results.
const (
	maxSearchLength  = 256
	maxSearchResults = 1000
)

// mention finds the pull requests of the configured repositories that name a
// text in their title, body or comments. GitHub compares words, so what it
// finds may write the text differently.
func (c *Collector) mention(ctx context.Context, r *retrieval, item *evidence.Item) error {
	text := strings.TrimSpace(r.ref.ID)
	if strings.Trim(text, `"\ `) == "" {
		return &evidence.GapError{Reason: evidence.NotFound, Detail: "there is no text to search for"}
	}
	queries, err := c.searches(text)
	if err != nil {
		return err
	}
	out := &evidence.Mention{Text: r.ref.ID, Query: strings.Join(queries, "\n")}
	for i, q := range queries {
		err := c.search(ctx, r, q, out)
		if err != nil && i == 0 {
			return c.gapError("", err)
		}
		r.miss("search results", err)
	}
	slices.SortFunc(out.Found, evidence.Ref.Compare)
	out.Found = slices.Compact(out.Found)
	item.Mention = out
	item.Links = out.Found
	return nil
}

// searches gives the queries for a text, as few as GitHub's bound on their
// length allows for the configured repositories.
func (c *Collector) searches(text string) ([]string, error) {
	if len(c.cfg.Repositories) == 0 {
		return nil, &evidence.GapError{Reason: evidence.NotConfigured, Detail: fmt.Sprintf("the configuration names no repository of %s to search", c.cfg.Name)}
	}
	start := `"` + strings.ReplaceAll(text, `"`, " ") + `" type:pr`
	var queries []string
	q := start
	for _, repository := range c.cfg.Repositories {
		with := q + " repo:" + repository
		if len(with) > maxSearchLength && q != start {
			queries = append(queries, q)
			with = start + " repo:" + repository
		}
		if len(with) > maxSearchLength {
			return nil, &evidence.GapError{Reason: evidence.Truncated, Detail: fmt.Sprintf("the text is too long to search for; GitHub takes at most %d characters", maxSearchLength)}
		}
		q = with
	}
	return append(queries, q), nil
}

func (c *Collector) search(ctx context.Context, r *retrieval, q string, out *evidence.Mention) error {
	total, got, incomplete := 0, 0, false
	_, err := pages(ctx, c, "search/issues?q="+url.QueryEscape(q), func(p gh.IssuesSearchResult) bool {
		total = p.GetTotal()
		incomplete = incomplete || p.GetIncompleteResults()
		got += len(p.Issues)
		for _, v := range p.Issues {
			if ref, ok := c.foundPullRequest(v); ok {
				out.Found = append(out.Found, ref)
			}
		}
		return got < maxSearchResults
	})
	if err != nil && got == 0 {
		return err
	}
	r.miss("search results", err)
	out.Total += total
	if err == nil {
		r.cut("search results", got, total, "GitHub gives at most 1,000 results of a search")
	}
	if incomplete {
		r.gap("search results", evidence.Truncated, "GitHub says that its search ran out of time and is incomplete")
	}
	return nil
}

// foundPullRequest names a result, with the repository as it is configured.
func (c *Collector) foundPullRequest(in *gh.Issue) (evidence.Ref, bool) {
	_, repository, _ := strings.Cut(in.GetRepositoryURL(), "/repos/")
	configured, ok := c.configured(repository)
	if !ok || in.GetNumber() <= 0 {
		return evidence.Ref{}, false
	}
	return c.ref(evidence.KindPullRequest, "%s#%d", configured, in.GetNumber()), true
}
