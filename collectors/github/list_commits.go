package github

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// strayDates is how many commits in a row must be older than the bound before
// a walk without a base ends: one may carry any date.
const strayDates = 25

// walk follows first parents from several commits at once, the latest first,
// as "git log --first-parent A B ^base" does.
type walk struct {
	l       *listing
	front   front
	seen    map[string]bool        // by commit: whether it was in production before the period
	parents map[string]string      // first parents of those that were seen
	page    map[string]*commitNode // the last page of history
	from    []evidence.Provenance  // of it
	held    []*step                // commits older than the bound, in a row
	taken   []*step                // to be emitted
}

// step is a commit that the walk comes to.
type step struct {
	c     *commitNode
	from  []evidence.Provenance
	query string
	base  bool // was in production before the period
	at    time.Time
	files []evidence.File
	whole bool // the files were read
}

func newStep(c *received, base bool) *step {
	s := &step{c: c.commit, from: c.from, query: c.query, base: base}
	if c.commit.Committer != nil {
		s.at = at(c.commit.Committer.Date)
	}
	return s
}

// walkCommits emits the first-parent commits of the deployed branch, and of
// deployed commits that are not on it, back to what was in production before
// the period. Most of them came with the pull requests; GitHub is asked for
// the others. A commit names its parents by hash, so no step can be skipped.
func (l *listing) walkCommits(ctx context.Context) error {
	w := &walk{l: l, seen: map[string]bool{}, parents: map[string]string{}}
	err := w.run(ctx)
	if err == nil {
		err = w.readPushed(ctx)
	}
	// Which commits are on the branch's line is known at the end only: a deployed
	// commit may have been come to before the line was.
	if emitted := w.emit(); err == nil {
		err = emitted
	}
	if err == nil {
		err = l.checksOfPushed(ctx, w.pushed())
	}
	if err != nil {
		return err
	}
	l.commitQueries()
	l.known, l.same = nil, nil
	return nil
}

func (w *walk) run(ctx context.Context) error {
	l := w.l
	based, err := w.begin(ctx)
	if err != nil {
		return err
	}
	for s := w.front.take(); s != nil; s = w.front.take() {
		w.seen[s.c.OID] = s.base
		parent := s.c.firstParent()
		w.parents[s.c.OID] = parent
		switch {
		case s.base:
		case !based && s.at.Before(l.lower):
			if w.held = append(w.held, s); len(w.held) > strayDates {
				if l.noBase && parent != "" {
					l.commits.cut("no known commit was in production of %s before the period, so what landed before %s is not listed", l.repository, l.lower.UTC().Format(time.RFC3339))
				}
				continue
			}
		default:
			w.taken = append(append(w.taken, w.held...), s)
			w.held = nil
		}
		if parent != "" {
			if _, err := w.start(ctx, parent, s.base, "a parent of "+s.c.OID); err != nil {
				return err
			}
		}
	}
	w.end()
	return nil
}

// betweenMerges asks for the first parents of what pull requests landed that
// are not such commits themselves: what was pushed by hand, and the other
// commits of a rebase. Asked for by the dozen they cost little, and a few of
// what comes before each come with it; the walk asks for what is still missing.
func (l *listing) betweenMerges(ctx context.Context) error {
	var shas []string
	for _, c := range l.known {
		if parent := c.commit.firstParent(); commitHash.MatchString(parent) && l.known[parent] == nil {
			shas = append(shas, parent)
		}
	}
	slices.Sort(shas)
	shas = slices.Compact(shas)
	if len(shas) < 2 {
		return nil
	}
	for i := 0; i < len(shas); {
		var batch []string
		var a commitsAnswer
		got, err := l.sized(ctx, l.between, func(n int) (answer, error) {
			batch, a = shas[i:min(i+n, len(shas))], commitsAnswer{}
			return l.put(ctx, l.commits, commitsQuery(batch), map[string]any{"owner": l.owner, "name": l.name}, &a)
		})
		i += len(batch)
		if err != nil {
			if fatal := l.fatal(ctx, err); fatal != nil {
				return fatal
			}
			continue // the walk asks again, and says so if that fails too
		}
		l.betweenPages++
		var further []*more
		for alias := range batch {
			o := a.Repository[fmt.Sprintf("c%d", alias)]
			if o == nil || o.History == nil {
				continue
			}
			for _, n := range o.History.all() {
				if commitHash.MatchString(n.OID) && l.known[n.OID] == nil {
					l.known[n.OID] = &received{n, got.provenance, queryCommits}
					further = append(further, l.restOfCommit(n)...)
				}
			}
		}
		if _, err := l.follow(ctx, l.commits, further); err != nil {
			return err
		}
		l.partialList(l.commits, got.errors, "commits between merges of "+l.repository)
	}
	return nil
}

type commitsAnswer struct {
	Repository map[string]*struct {
		History *connection[commitNode] `json:"history"`
	} `json:"repository"`
}

func commitsQuery(shas []string) string {
	var lines strings.Builder
	for i, sha := range shas {
		fmt.Fprintf(&lines, queryCommitsLine, i, sha)
	}
	return fmt.Sprintf(queryCommits, lines.String())
}

// commitQueries accounts for the queries that the commits came with. Received
// are the commits that were taken from them; history gives others as well.
func (l *listing) commitQueries() {
	for _, q := range []struct {
		query, text string
		pages       int
	}{
		{queryMerged, l.pageText(queryMerged), l.pulls.query(l.pageText(queryMerged)).Pages},
		{queryDeployments, l.text(queryDeployments, "ids: of the deployments"), l.deployments.query(l.text(queryDeployments, "ids: of the deployments")).Pages},
		{queryCommits, l.text(fmt.Sprintf(queryCommits, fmt.Sprintf(queryCommitsLine, 0, "…")), "oid: the first parents of merged commits that are not merged commits themselves"), l.betweenPages},
		{queryHistory, l.text(queryHistory, fmt.Sprintf("first: %d or less, oid: the first parent that was not received before", commitsPerPage)), l.historyPages},
	} {
		if l.taken[q.query] > 0 {
			row := l.commits.query(q.text)
			row.Pages, row.Received = q.pages, l.taken[q.query]
		}
	}
	if !l.commits.measured {
		l.commits.ipe.ClockSkew = l.pulls.ipe.ClockSkew
	}
}

// begin puts the tip and the deployed commits on the front. Based is false
// where none is known that was in production before the period.
func (w *walk) begin(ctx context.Context) (based bool, err error) {
	l := w.l
	if l.tip != "" {
		if _, err := w.start(ctx, l.tip, false, "the tip of "+l.branch); err != nil {
			return false, err
		}
	}
	gone := ""
	for _, d := range slices.Backward(l.found) {
		sha, what := d.raw.GetSHA(), "the commit of deployment "+id(d.raw.GetID())
		switch {
		case d.succeeded.IsZero() && at(d.raw.CreatedAt).Before(l.period.From): // it brought nothing into the period
			continue
		case d.succeeded.IsZero() || !d.succeeded.Before(l.period.From):
			if _, err := w.start(ctx, sha, false, what); err != nil {
				return false, err
			}
			continue
		}
		c, err := w.load(ctx, sha)
		if err != nil {
			if fatal := l.fatal(ctx, err); fatal != nil {
				return false, fatal
			}
			gone = cmp.Or(gone, what+" could not be read: "+l.why(err))
			continue
		}
		l.known[sha] = c
		based = true
		if _, err := w.start(ctx, sha, true, what); err != nil {
			return false, err
		}
	}
	if !based && gone != "" {
		l.noBase = true
		l.commits.cut("what was in production of %s when the period began is not known: %s", l.repository, gone)
	}
	return based, nil
}

// emit emits what was taken, and says which commits are on the branch's line.
func (w *walk) emit() error {
	line := map[string]bool{}
	for sha := w.l.tip; sha != "" && !line[sha]; sha = w.parents[sha] {
		line[sha] = true
	}
	for _, s := range w.taken {
		branch := ""
		if line[s.c.OID] {
			branch = w.l.branch
		}
		if err := w.l.emitCommit(s, branch); err != nil {
			return err
		}
	}
	return nil
}

// end takes the commits of the deployments before the period, which the
// population is bounded by, and accounts for what was read beyond it.
func (w *walk) end() {
	l := w.l
	for _, s := range w.held {
		id := l.c.ref(evidence.KindCommit, "%s@%s", l.repository, s.c.OID).ID
		if l.commits.row(id, s.at) {
			l.commits.exclude(fmt.Sprintf("committed before %s", l.lower.UTC().Format(time.RFC3339)), id)
		}
	}
	for _, d := range l.found {
		if c := l.known[d.raw.GetSHA()]; c != nil && !d.succeeded.IsZero() && d.succeeded.Before(l.period.From) {
			w.taken = append(w.taken, newStep(c, true))
		}
	}
}

// start puts a commit on the front, unless the walk was there; false where it
// could not be read, which is a truncation.
func (w *walk) start(ctx context.Context, sha string, base bool, what string) (bool, error) {
	for {
		was, seen := w.seen[sha]
		if !seen {
			break
		}
		if !base || was {
			return true, nil
		}
		// It came late to what was in production: so were all before it.
		w.seen[sha] = true
		if sha = w.parents[sha]; sha == "" {
			return true, nil
		}
	}
	if w.front.has(sha, base) {
		return true, nil
	}
	c, err := w.load(ctx, sha)
	if err != nil {
		if fatal := w.l.fatal(ctx, err); fatal != nil {
			return false, fatal
		}
		w.l.commits.cut("%s, %s of %s, could not be read: %s", what, sha, w.l.repository, w.l.why(err))
		return false, nil
	}
	w.front.add(newStep(c, base))
	return true, nil
}

type historyAnswer struct {
	Repository *struct {
		Object *struct {
			Type    string                  `json:"__typename"`
			History *connection[commitNode] `json:"history"`
		} `json:"object"`
	} `json:"repository"`
}

// load gives a commit: as it came with something else, or with a page of the
// history that ends with it.
func (w *walk) load(ctx context.Context, sha string) (*received, error) {
	l := w.l
	if c := l.known[sha]; c != nil {
		return c, nil
	}
	if c := w.page[sha]; c != nil {
		return &received{c, w.from, queryHistory}, nil
	}
	if !commitHash.MatchString(sha) {
		return nil, &evidence.GapError{Reason: evidence.Unreachable, Detail: "this is not the hash of a commit"}
	}
	var a historyAnswer
	got, err := l.sized(ctx, l.history, func(n int) (answer, error) {
		a = historyAnswer{}
		return l.put(ctx, l.commits, queryHistory, map[string]any{"owner": l.owner, "name": l.name, "oid": sha, "first": n}, &a)
	})
	if err != nil {
		return nil, err
	}
	l.partialList(l.commits, got.errors, "the history of "+sha)
	if a.Repository == nil || a.Repository.Object == nil || a.Repository.Object.History == nil {
		return nil, &evidence.GapError{Reason: evidence.NotFound, Detail: "the repository has no such commit; it may have been pushed away by force" + firstOf(got.errors)}
	}
	list := a.Repository.Object.History
	l.historyPages++
	w.page, w.from = map[string]*commitNode{}, got.provenance
	var further []*more
	for _, n := range list.all() {
		w.page[n.OID] = n
		further = append(further, l.restOfCommit(n)...)
	}
	if _, err := l.follow(ctx, l.commits, further); err != nil {
		return nil, err
	}
	if c := w.page[sha]; c != nil {
		return &received{c, w.from, queryHistory}, nil
	}
	return nil, &evidence.GapError{Reason: evidence.Unreachable, Detail: "GitHub answered with the history of another commit"}
}

func (l *listing) emitCommit(s *step, branch string) error {
	ref := l.c.ref(evidence.KindCommit, "%s@%s", l.repository, s.c.OID)
	if _, again := l.commits.rows[ref.ID]; again {
		return nil
	}
	l.commits.row(ref.ID, s.at)
	l.taken[s.query]++
	l.commits.heard(s.from, nil)
	out := l.c.mapCommit(l.repository, s.c.commit())
	out.Branch = branch
	if s.whole {
		out.Files, out.FilesTotal = s.files, len(s.files)
	}
	prs := s.c.Associated.all()
	if len(prs) < s.c.Associated.Total {
		l.commits.cut("commit %s: %d of its %d pull requests were obtained", s.c.OID, len(prs), s.c.Associated.Total)
	}
	slices.SortFunc(prs, func(a, b *associatedNode) int { return a.Number - b.Number })
	for _, p := range prs {
		if p.Number <= 0 || !strings.EqualFold(p.Repository.NameWithOwner, l.repository) {
			continue
		}
		out.PullRequests = append(out.PullRequests, l.pull(p.Number))
		if !s.base {
			l.brought(p)
		}
	}
	item := evidence.Item{Ref: ref, Commit: &out, Provenance: s.from, Links: slices.Clone(out.PullRequests), Unread: s.unread()}
	item.Links = append(item.Links, l.c.ref(evidence.KindChecks, "%s@%s", l.repository, s.c.OID))
	return l.emit(item)
}

// brought notes a merged pull request that GitHub names for a listed commit.
func (l *listing) brought(p *associatedNode) {
	if p.Merged == nil || p.ID == "" || !at(p.Merged).Before(l.period.To) {
		return
	}
	l.selected[p.Number] = true
	if l.index[p.Number] == nil {
		l.index[p.Number] = &indexed{id: p.ID, merged: at(p.Merged), updated: at(p.Updated)}
		l.pulls.row(l.pull(p.Number).ID, at(p.Merged))
	}
}
