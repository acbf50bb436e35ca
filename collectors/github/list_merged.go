package github

import (
	"context"
	"fmt"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// listMerged indexes the merged pull requests, those that were updated last
// first, until they were last updated before the population begins: none was
// merged after it was last updated. A pull request that is updated meanwhile
// moves to the front, past which the walk is; so the front is walked once more.
func (l *listing) listMerged(ctx context.Context) error {
	first, err := l.walkMerged(ctx, queryMerged, l.lower)
	if err != nil {
		return err
	}
	if first.pages > 1 {
		if _, err := l.walkMerged(ctx, queryMergedSince, first.began.Add(-time.Minute)); err != nil {
			return err
		}
	}
	if first.whole {
		l.pulls.query(l.pageText(queryMerged)).Reported = first.total
		if got := len(l.index); got < first.total {
			l.pulls.cut("GitHub counts %d merged pull requests of %s and listed %d", first.total, l.repository, got)
		}
	}
	return nil
}

// walked is how a walk through the merged pull requests went.
type walked struct {
	began time.Time // when the first page came, by GitHub's clock as far as it is known
	pages int
	whole bool // it went to the end of the list
	total int  // of the list, as GitHub counts
}

type mergedAnswer struct {
	Repository *struct {
		PullRequests *connection[mergedNode] `json:"pullRequests"`
	} `json:"repository"`
}

// walkMerged walks until what was last updated before since.
func (l *listing) walkMerged(ctx context.Context, query string, since time.Time) (w walked, err error) {
	var after any
	seen := map[string]bool{}
	for {
		if w.pages == maxPages {
			l.pulls.cut("the list of merged pull requests of %s does not end; %d pages were read", l.repository, w.pages)
			return w, nil
		}
		var a mergedAnswer
		got, err := l.sized(ctx, l.merged, func(size int) (answer, error) {
			a = mergedAnswer{}
			return l.put(ctx, l.pulls, query, map[string]any{"owner": l.owner, "name": l.name, "first": size, "after": after}, &a)
		})
		if err == nil && (a.Repository == nil || a.Repository.PullRequests == nil) {
			err = &evidence.GapError{Reason: evidence.Unreachable, Detail: "GitHub answered without the list" + firstOf(got.errors)}
		}
		if err != nil {
			if fatal := l.fatal(ctx, err); fatal != nil {
				return w, fatal
			}
			l.pulls.cut("page %d of the merged pull requests of %s did not come, and none after it: %s", w.pages+1, l.repository, l.why(err))
			return w, nil
		}
		if w.began.IsZero() && len(got.provenance) > 0 {
			w.began = got.provenance[0].RetrievedAt.Add(min(l.pulls.ipe.ClockSkew, 0))
		}
		w.pages++
		list := a.Repository.PullRequests
		l.pulls.page(l.pageText(query), len(list.Nodes))
		l.partialList(l.pulls, got.errors, "merged pull requests of "+l.repository)
		oldest, err := l.indexPage(ctx, list, got.provenance)
		if err != nil {
			return w, err
		}
		end := list.PageInfo.EndCursor
		switch {
		case !list.PageInfo.HasNextPage:
			w.whole, w.total = true, list.Total
			return w, nil
		case !oldest.IsZero() && oldest.Before(since):
			return w, nil
		case end == "" || seen[end]:
			l.pulls.cut("the list of merged pull requests of %s does not say where it goes on after page %d", l.repository, w.pages)
			return w, nil
		}
		seen[end] = true
		after = end
	}
}

// pageText is a query of pages as an account of it shows it.
func (l *listing) pageText(query string) string {
	return l.text(query, fmt.Sprintf("first: %d or less, after: the end of the page before", mergedPerPage))
}

// indexPage takes a page in and gives when the last of it was updated.
func (l *listing) indexPage(ctx context.Context, list *connection[mergedNode], from []evidence.Provenance) (oldest time.Time, err error) {
	if missing := len(list.Nodes) - len(list.all()); missing > 0 {
		l.pulls.cut("GitHub did not show %d merged pull requests of %s", missing, l.repository)
	}
	var further []*more
	for _, n := range list.all() {
		oldest = at(n.Updated)
		if n.Number <= 0 || n.Merged == nil || n.ID == "" {
			l.pulls.cut("GitHub listed a merged pull request of %s without its number or the time of its merge", l.repository)
			continue
		}
		l.pulls.row(l.pull(n.Number).ID, at(n.Merged))
		l.index[n.Number] = &indexed{id: n.ID, merged: at(n.Merged), updated: at(n.Updated)}
		if c := n.MergeCommit; c != nil && commitHash.MatchString(c.OID) {
			l.known[c.OID] = &received{c, from, queryMerged}
			further = append(further, l.restOfCommit(c)...)
		}
	}
	_, err = l.follow(ctx, l.pulls, further)
	return oldest, err
}

func (l *listing) pull(number int) evidence.Ref {
	return l.c.ref(evidence.KindPullRequest, "%s#%d", l.repository, number)
}

// restOfCommit notes the further pages of a commit's lists. Every commit that
// is kept passes here, and gives up what it shares with others.
func (l *listing) restOfCommit(c *commitNode) []*more {
	if c == nil {
		return nil
	}
	l.same.commit(c)
	m := more{id: c.ID, on: "Commit", record: "commit " + c.OID}
	m.field, m.nodes, m.part = "parents", selectParents, "parents"
	out := rest(&c.Parents, m)
	m.field, m.nodes, m.part = "associatedPullRequests", selectAssociated, "pull requests of the commit"
	return append(out, rest(&c.Associated, m)...)
}

// partialList notes what GitHub left out of one list.
func (l *listing) partialList(d *dataset, errs []graphError, what string) {
	for _, e := range errs {
		d.leftOut(what, e.String())
	}
}

func firstOf(errs []graphError) string {
	if len(errs) == 0 {
		return ""
	}
	return ": " + errs[0].String()
}

const (
	beforePopulation = "merged before %s, when what was in production at the start of the period had landed"
	beforeListing    = "merged before %s"
	afterPeriod      = "merged at or after the end of the period"
)

// selectPulls chooses those merged from the lower bound until the end of the
// period, and those that brought a listed commit until then, whatever their
// dates say.
func (l *listing) selectPulls(context.Context) error {
	rule := beforePopulation
	if l.noBase || l.lower.Equal(l.period.From) {
		rule = beforeListing
	}
	rule = fmt.Sprintf(rule, l.lower.UTC().Format(time.RFC3339))
	for number, p := range l.index {
		switch {
		case !p.merged.Before(l.period.To):
			l.pulls.exclude(afterPeriod, l.pull(number).ID)
		case p.merged.Before(l.lower) && !l.selected[number]:
			l.pulls.exclude(rule, l.pull(number).ID)
		default:
			l.selected[number] = true
		}
	}
	return nil
}
