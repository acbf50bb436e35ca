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
	"strings"
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
		l.pulls.page(l.text(l.pullsQuery(), "ids: of the listed pull requests"), len(a.Nodes))
		l.partial(l.pulls, got.errors, func(i int) string { return l.pull(batch[min(i, len(batch)-1)]).ID })
		markMissing(a.Nodes, got.errors)
		if err := l.emitPulls(ctx, batch, a.Nodes, got.provenance); err != nil {
			return err
		}
	}
	return nil
}

// pullsQuery is the query for whole pull requests, as this server knows it.
func (l *listing) pullsQuery() string { return l.withoutQueue(queryPullRequests) }

// putPulls asks for pull requests. A server that knows no merge queue refuses
// its events, and has none; it is asked without them.
func (l *listing) putPulls(ctx context.Context, batch []int, a *pullsAnswer) (answer, error) {
	got, err := l.askPulls(ctx, batch, a)
	var no *refused
	if !l.noQueue && errors.As(err, &no) && (strings.Contains(no.Message, "MERGE_QUEUE") || strings.Contains(no.Message, "MergeQueue")) {
		l.noQueue = true
		return l.askPulls(ctx, batch, a)
	}
	return got, err
}

// askPulls asks for pull requests by their global ids. The query ends with a
// comment that changes when one of them is updated; so an answer that was had
// in an earlier run is as good as a new one, once all of them are settled.
func (l *listing) askPulls(ctx context.Context, batch []int, a *pullsAnswer) (answer, error) {
	ids := make([]string, 0, len(batch))
	version := sha256.New()
	last := time.Time{}
	for _, n := range batch {
		p := l.index[n]
		ids = append(ids, p.id)
		_, _ = io.WriteString(version, p.updated.Format(time.RFC3339)+"\n") // a hash takes everything
		last = latest(last, p.merged)
	}
	query := l.pullsQuery() + "\n# " + hex.EncodeToString(version.Sum(nil)[:8])
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

// markMissing notes of each pull request which of its parts GitHub left out.
func markMissing(nodes []*pullNode, errs []graphError) {
	for _, e := range errs {
		if len(e.Path) < 3 || e.Path[0] != "nodes" {
			continue
		}
		i, ok := e.Path[1].(float64)
		field, named := e.Path[2].(string)
		if !ok || !named || i < 0 || int(i) >= len(nodes) || nodes[int(i)] == nil {
			continue
		}
		n := nodes[int(i)]
		if part := partOf(field); part != "" {
			n.missing = append(n.missing, part)
		}
		for _, c := range n.checked() {
			if n.MergeCommit == c && field == "mergeCommit" || n.MergeCommit != c && field == "head" {
				n.missing = append(n.missing, checksOf(c))
			}
		}
	}
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
		further := append(l.restOfPull(n), l.restOfParts(n)...)
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
		further = append(further, l.restOfParts(p.n)...)
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

// restOfPull notes the further pages of a pull request's lists, and the history
// of its description where that was edited after the merge.
func (l *listing) restOfPull(n *pullNode) []*more {
	m := func(field, nodes, part string) more {
		return more{id: n.ID, on: "PullRequest", field: field, nodes: nodes, record: l.pull(n.Number).ID, part: part, missed: &n.missing}
	}
	timeline := m("timelineItems", l.withoutQueue(selectEvent), "timeline")
	timeline.args = l.withoutQueue(", itemTypes: [" + eventTypes + "]")
	out := slices.Concat(
		rest(&n.Labels, m("labels", selectLabel, "labels")),
		rest(&n.Assignees, m("assignees", selectPerson, "assignees")),
		rest(&n.Asked, m("reviewRequests", selectAsked, "requested reviewers")),
		rest(&n.Reviews, m("reviews", selectReview, "reviews")),
		rest(&n.Commits, m("commits", selectOfPull, "commits")),
		rest(&n.Files, m("files", selectFile, "files")),
		rest(&n.Closing, m("closingIssuesReferences", selectClosing, "issues that it closes")),
		rest(&n.Comments, m("comments", selectComment, "comments")),
		rest(&n.Timeline, timeline),
	)
	if n.editedLater() {
		out = append(out, whole(&n.Edits, m("userContentEdits", selectEdit, "earlier descriptions")))
	}
	for _, c := range n.checked() {
		if c.Suites != nil {
			more := m("checkSuites", selectSuite, checksOf(c))
			more.id, more.on = c.ID, "Commit"
			out = append(out, rest(c.Suites, more)...)
		}
	}
	return out
}

// editedLater reports whether the description was edited after the merge: what
// it said before then matters, and is asked for.
func (n *pullNode) editedLater() bool {
	return n.Edited != nil && n.Merged != nil && !n.Edited.Before(n.Merged.Time)
}

func checksOf(c *checkedNode) string { return "checks of " + c.OID }

// restOfParts notes the further pages of the lists of what a pull request's
// lists hold.
func (l *listing) restOfParts(n *pullNode) []*more {
	var out []*more
	for _, c := range n.Commits.all() {
		if c.Commit != nil {
			out = append(out, rest(&c.Commit.Parents, more{id: c.Commit.ID, on: "Commit", field: "parents", nodes: selectParents, record: "commit " + c.Commit.OID, part: "parents"})...)
		}
	}
	for _, c := range n.checked() {
		out = append(out, l.restOfSuites(c, &n.missing)...)
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
	for _, m := range n.Comments.all() {
		pr.Comments = append(pr.Comments, l.c.mapComment(m.comment()))
	}
	pr.Timeline = l.c.mapTimeline(n)
	if n.EditsSaid != nil {
		pr.BodyEdits = l.c.mapEdits(pr.Body.Source, n.Edited, n.Editor, n.Edits.all())
	}
	ref := l.pull(n.Number)
	for _, part := range []struct {
		what       string
		got, total int
	}{
		{"commits", len(pr.Commits), pr.CommitsTotal}, {"files", len(pr.Files), pr.FilesTotal}, {"reviews", len(pr.Reviews), n.Reviews.Total},
		{"labels", len(pr.Labels), n.Labels.Total}, {"issues that it closes", len(n.Closing.all()), n.Closing.Total}, {"comments", len(pr.Comments), n.Comments.Total},
		{"assignees", len(n.Assignees.all()), n.Assignees.Total}, {"requested reviewers", len(n.Asked.all()), n.Asked.Total}, {"timeline", len(n.Timeline.all()), n.Timeline.counted()},
	} {
		if part.got < part.total {
			of := part.what
			if of == "timeline" {
				of = "entries of the timeline"
			}
			l.pulls.cut("%s: %d of %d %s were obtained", ref.ID, part.got, part.total, of)
			n.missing = append(n.missing, part.what)
		}
	}
	if err := l.emit(evidence.Item{Ref: ref, PullRequest: pr, Provenance: from, Links: l.pullLinks(n, pr), Unread: n.unread()}); err != nil {
		return err
	}
	for _, c := range n.checked() {
		if err := l.emitChecks(l.pulls, ref.ID, c, slices.Contains(n.missing, checksOf(c)), from); err != nil {
			return err
		}
	}
	return nil
}

// unread names what the list does not hold of a pull request, and what of it
// did not come whole.
func (n *pullNode) unread() []string {
	out := []string{"review comments", "patches", unreadEvents}
	switch {
	case n.EditsSaid == nil:
		out = append(out, "edits of the description")
	case n.Edited != nil && !n.editedLater():
		out = append(out, "earlier descriptions")
	}
	for _, part := range n.missing {
		if !slices.Contains(out, part) && !strings.HasPrefix(part, "checks of ") {
			out = append(out, part)
		}
	}
	return out
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
		if repository, ok := l.c.configured(i.Repository.NameWithOwner); ok && i.Number > 0 {
			links = append(links, l.c.ref(evidence.KindTicket, "%s#%s", repository, strconv.Itoa(i.Number)))
		}
	}
	return links
}
