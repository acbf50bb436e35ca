package github

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"slices"
	"strconv"
	"time"

	"github.com/tickmark-dev/tickmark/internal/capture"
	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// settled is how long after a merge nothing more is expected of what the list
// shows but does not date: checks can be run again for 30 days.
const settled = 35 * 24 * time.Hour

const numbersPerBatch = pullsPerPage * 3 / 2

// listPulls emits the selected pull requests, in batches whose members do not
// depend on the others': those of the same stretch of numbers. About a third
// of the numbers are commonly those of issues and of what was not merged.
func (l *listing) listPulls(ctx context.Context) error {
	numbers := make([]int, 0, len(l.selected))
	for n := range l.selected {
		numbers = append(numbers, n)
	}
	slices.Sort(numbers)
	for i := 0; i < len(numbers); {
		j := i
		for j < len(numbers) && numbers[j]/numbersPerBatch == numbers[i]/numbersPerBatch {
			j++
		}
		if err := l.pullBatch(ctx, numbers[i:j]); err != nil {
			return err
		}
		i = j
	}
	return l.completePulls(ctx)
}

type pullsAnswer struct {
	Nodes []*pullNode `json:"nodes"`
}

func (l *listing) pullBatch(ctx context.Context, numbers []int) error {
	for i := 0; i < len(numbers); {
		var batch []int
		var a pullsAnswer
		got, err := l.sized(ctx, l.detailed, func(n int) (answer, error) {
			batch = numbers[i:min(i+n, len(numbers))]
			return l.putPulls(ctx, batch, &a)
		})
		i += len(batch)
		if err != nil {
			if fatal := l.fatal(ctx, err); fatal != nil {
				return fatal
			}
			for _, n := range batch {
				l.lost(n, l.why(err))
			}
			continue
		}
		l.pulls.page(l.text(queryPullRequests, "ids: of the listed pull requests"), len(a.Nodes))
		l.partial(l.pulls, got.errors, func(i int) string { return l.pull(batch[min(i, len(batch)-1)]).ID })
		if err := l.emitPulls(ctx, batch, a.Nodes, got.provenance); err != nil {
			return err
		}
	}
	return nil
}

// putPulls asks for pull requests by their global ids. The query ends with a
// comment that changes when one of them is updated; so an answer that was had
// in an earlier run is as good as a new one, once all of them are settled.
func (l *listing) putPulls(ctx context.Context, batch []int, a *pullsAnswer) (answer, error) {
	ids := make([]string, 0, len(batch))
	version := sha256.New()
	last := time.Time{}
	for _, n := range batch {
		p := l.index[n]
		ids = append(ids, p.id)
		_, _ = io.WriteString(version, p.updated.Format(time.RFC3339)+"\n") // a hash takes everything
		last = latest(last, p.merged)
	}
	query := queryPullRequests + "\n# " + hex.EncodeToString(version.Sum(nil)[:8])
	variables := map[string]any{"ids": ids}
	if l.pulls.ipe.Started.Sub(last) > settled {
		*a = pullsAnswer{}
		got, err := l.put(capture.Immutable(ctx), l.pulls, query, variables, a)
		var no *refused
		if err == nil && len(got.errors) == 0 || err != nil && !errors.As(err, &no) {
			return got, err
		}
		// An answer in part, maybe of another day, is not good enough.
	}
	*a = pullsAnswer{}
	return l.put(ctx, l.pulls, query, variables, a)
}

// lost accounts for a pull request that is known to be there and did not come.
func (l *listing) lost(number int, why string) {
	ref := l.pull(number).ID
	l.pulls.exclude("did not come, see the truncations", ref)
	l.pulls.absent(ref, why)
}

// pending is a pull request that waits for the rest of its lists.
type pending struct {
	n    *pullNode
	from []evidence.Provenance
}

// emitPulls emits the pull requests that are complete, and keeps the others
// until there are enough of them to ask for the rest.
func (l *listing) emitPulls(ctx context.Context, batch []int, nodes []*pullNode, from []evidence.Provenance) error {
	byID := map[string]*pullNode{}
	for _, n := range nodes {
		if n != nil {
			byID[n.ID] = n
		}
	}
	for _, number := range batch {
		n := byID[l.index[number].id]
		if n == nil || n.Number != number {
			l.lost(number, "GitHub listed it and did not show it when asked for it")
			continue
		}
		further := append(l.restOfPull(n), restOfParents(n)...)
		if len(further) == 0 {
			if err := l.emitPull(n, from); err != nil {
				return err
			}
			continue
		}
		l.waiting = append(l.waiting, pending{n, from})
		if l.wanted += len(further); l.wanted >= perFollow {
			if err := l.completePulls(ctx); err != nil {
				return err
			}
		}
	}
	return nil
}

// completePulls asks for the rest of the pull requests that wait, and emits
// them. One answer speaks of several: each names them all.
func (l *listing) completePulls(ctx context.Context) error {
	waiting := l.waiting
	l.waiting, l.wanted = nil, 0
	var further []*more
	for _, p := range waiting {
		further = append(further, l.restOfPull(p.n)...)
	}
	extra, err := l.follow(ctx, l.pulls, further)
	if err != nil {
		return err
	}
	further = nil // the commits are all there now, and may have lists of their own
	for _, p := range waiting {
		further = append(further, restOfParents(p.n)...)
	}
	parents, err := l.follow(ctx, l.pulls, further)
	if err != nil {
		return err
	}
	for _, p := range waiting {
		if err := l.emitPull(p.n, slices.Concat(p.from, extra, parents)); err != nil {
			return err
		}
	}
	return nil
}

// restOfPull notes the further pages of a pull request's lists.
func (l *listing) restOfPull(n *pullNode) []*more {
	m := func(field, nodes, part string) more {
		return more{id: n.ID, on: "PullRequest", field: field, nodes: nodes, record: l.pull(n.Number).ID, part: part}
	}
	out := slices.Concat(
		rest(&n.Labels, m("labels", selectLabel, "labels")),
		rest(&n.Assignees, m("assignees", selectPerson, "assignees")),
		rest(&n.Asked, m("reviewRequests", selectAsked, "requested reviewers")),
		rest(&n.Reviews, m("reviews", selectReview, "reviews")),
		rest(&n.Commits, m("commits", selectOfPull, "commits")),
		rest(&n.Files, m("files", selectFile, "files")),
		rest(&n.Closing, m("closingIssuesReferences", selectClosing, "issues that it closes")),
	)
	for _, c := range n.checked() {
		if c.Rollup != nil {
			more := m("contexts", selectContext, "checks of "+c.OID)
			more.id, more.on, more.wrap = c.ID, "Commit", "statusCheckRollup"
			out = append(out, rest(&c.Rollup.Contexts, more)...)
		}
	}
	return out
}

func restOfParents(n *pullNode) []*more {
	var out []*more
	for _, c := range n.Commits.all() {
		if c.Commit != nil {
			out = append(out, rest(&c.Commit.Parents, more{id: c.Commit.ID, on: "Commit", field: "parents", nodes: selectParents, record: "commit " + c.Commit.OID, part: "parents"})...)
		}
	}
	return out
}

// checked gives the head and what landed, where they differ.
func (n *pullNode) checked() []*checkedNode {
	var out []*checkedNode
	for _, c := range n.Head.Nodes {
		if c != nil && c.Commit != nil {
			out = append(out, c.Commit)
		}
	}
	if n.MergeCommit != nil && !slices.ContainsFunc(out, func(c *checkedNode) bool { return c.OID == n.MergeCommit.OID }) {
		out = append(out, n.MergeCommit)
	}
	return out
}

// emitPull emits a pull request, and what CI said of its commits.
func (l *listing) emitPull(n *pullNode, from []evidence.Provenance) error {
	pr := l.c.mapPullRequest(l.repository, n.pullRequest())
	for _, c := range n.Commits.all() {
		if c.Commit != nil {
			pr.Commits = append(pr.Commits, l.c.mapCommit(l.repository, c.Commit.commit()))
		}
	}
	for _, f := range n.Files.all() {
		pr.Files = append(pr.Files, mapFiles(oneFile(f))...)
	}
	for _, r := range n.Reviews.all() {
		pr.Reviews = append(pr.Reviews, l.c.mapReview(r.review()))
	}
	slices.SortStableFunc(pr.Reviews, func(a, b evidence.Review) int { return a.Submitted.Compare(b.Submitted) })
	ref := l.pull(n.Number)
	for _, part := range []struct {
		what       string
		got, total int
	}{
		{"commits", len(pr.Commits), pr.CommitsTotal}, {"files", len(pr.Files), pr.FilesTotal}, {"reviews", len(pr.Reviews), n.Reviews.Total},
		{"labels", len(pr.Labels), n.Labels.Total}, {"issues that it closes", len(n.Closing.all()), n.Closing.Total},
	} {
		if part.got < part.total {
			l.pulls.cut("%s: %d of %d %s were obtained", ref.ID, part.got, part.total, part.what)
		}
	}
	if err := l.emit(evidence.Item{Ref: ref, PullRequest: pr, Provenance: from, Links: l.pullLinks(n, pr),
		Unread: []string{"timeline", "comments", "review comments", "patches"}}); err != nil {
		return err
	}
	for _, c := range n.checked() {
		if err := l.emitChecks(n, c, from); err != nil {
			return err
		}
	}
	return nil
}

func (l *listing) pullLinks(n *pullNode, pr *evidence.PullRequest) []evidence.Ref {
	var links []evidence.Ref
	if commitHash.MatchString(pr.MergeCommit) {
		links = append(links, l.c.ref(evidence.KindCommit, "%s@%s", l.repository, pr.MergeCommit))
	}
	for _, sha := range []string{pr.Head.SHA, pr.MergeCommit} {
		if commitHash.MatchString(sha) {
			links = append(links, l.c.ref(evidence.KindChecks, "%s@%s", l.repository, sha))
		}
	}
	if branch := cmp.Or(l.c.cfg.Branches[l.repository], pr.Base.Ref); branch != "" {
		links = append(links, l.c.ref(evidence.KindBranchRules, "%s:%s", l.repository, branch), l.c.ref(evidence.KindRuleHistory, "%s:%s", l.repository, branch))
	}
	for _, i := range n.Closing.all() {
		if i.Number > 0 && repositoryName.MatchString(i.Repository.NameWithOwner) {
			links = append(links, l.c.ref(evidence.KindTicket, "%s#%s", i.Repository.NameWithOwner, strconv.Itoa(i.Number)))
		}
	}
	return links
}

// emitChecks emits what is in force of the checks of a commit: GraphQL leaves
// out the runs before the last one.
func (l *listing) emitChecks(n *pullNode, c *checkedNode, from []evidence.Provenance) error {
	if c.Rollup == nil || !commitHash.MatchString(c.OID) {
		return nil
	}
	out := &evidence.Checks{Repository: l.repository, SHA: c.OID}
	for _, x := range c.Rollup.Contexts.all() {
		if x.Type == "CheckRun" {
			out.Runs = append(out.Runs, mapCheckRun(x.checkRun()))
		} else {
			out.Statuses = append(out.Statuses, l.c.mapCommitStatus(x.commitStatus()))
		}
	}
	if got := len(out.Runs) + len(out.Statuses); got < c.Rollup.Contexts.Total {
		l.pulls.cut("%s: %d of %d checks of %s were obtained", l.pull(n.Number).ID, got, c.Rollup.Contexts.Total, c.OID)
	}
	slices.SortStableFunc(out.Runs, func(a, b evidence.CheckRun) int {
		return cmp.Or(a.Started.Compare(b.Started), cmp.Compare(a.Name, b.Name), byNumber(a.ID, b.ID))
	})
	slices.SortStableFunc(out.Statuses, func(a, b evidence.CommitStatus) int { return a.Created.Compare(b.Created) })
	return l.emit(evidence.Item{Ref: l.c.ref(evidence.KindChecks, "%s@%s", l.repository, c.OID), Checks: out, Provenance: from,
		Unread: []string{"earlier runs", "check suites"}})
}
