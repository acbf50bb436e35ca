package git

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/tickmark-dev/tickmark/internal/capture"
	"github.com/tickmark-dev/tickmark/internal/evidence"
)

const (
	commitBytes  = 16 << 20 // of one commit object
	broughtMost  = 5000     // commits of one merge
	broughtBytes = 64 << 20
)

// commit collects one commit.
func (g *Collector) commit(ctx context.Context, ref evidence.Ref, job *capture.Job, emit func(evidence.Item) error) error {
	sha, ok := g.hash(ref)
	if !ok {
		return g.notOurs(ref, "@<commit id>")
	}
	ix, err := g.load(ctx)
	if err != nil {
		return err
	}
	full, err := g.resolve(ctx, sha+"^{commit}")
	switch {
	case errors.Is(err, errShort):
		return &evidence.GapError{Reason: evidence.Ambiguous, Detail: fmt.Sprintf("the abbreviated commit id %s fits several commits of %s; give more of it", sha, g.config.Repository)}
	case err != nil:
		return err
	case full == "" && ix.shallow:
		return &evidence.GapError{Reason: evidence.Truncated, Detail: fmt.Sprintf("the shallow clone of %s does not hold commit %s; run git fetch --unshallow in it and collect again", g.config.Repository, sha)}
	case full == "":
		return &evidence.GapError{Reason: evidence.NotFound, Detail: fmt.Sprintf("the repository %s has no commit %s", g.config.Repository, sha)}
	}
	o, err := g.object(ctx, full)
	if err != nil {
		return err
	}
	record := o.commit(g.config.Repository)
	files, gaps := g.files(ctx, ix, o)
	record.Files, record.FilesTotal = files.files, files.total
	item := evidence.Item{Ref: g.commitRef(full), Commit: &record}

	landed, err := g.bringing(ctx, ix, full)
	number := ix.numbers[landed]
	switch {
	case err != nil:
		gaps = append(gaps, missing("pull requests of the commit", err))
	case landed == "" && ix.shallow:
		gaps = append(gaps, &evidence.GapError{Part: "pull requests of the commit", Reason: evidence.Truncated,
			Detail: "the shallow clone does not tell which commit brought this one to " + g.onBranch(ix)})
	case landed == "":
		gaps = append(gaps, &evidence.GapError{Part: "pull requests of the commit", Reason: evidence.NotFound,
			Detail: fmt.Sprintf("commit %s is not on %s of %s", full, g.onBranch(ix), g.config.Repository)})
	case number == 0:
		gaps = append(gaps, &evidence.GapError{Part: "pull requests of the commit", Reason: evidence.NotConfigured,
			Detail: fmt.Sprintf("the message of %s names no pull request by a merge convention; a git repository keeps none: configure the forge to collect it", landed)})
	default:
		record.PullRequests = []evidence.Ref{g.pullRequestRef(number)}
		item.Links = append(item.Links, record.PullRequests...)
	}
	item.Links = append(item.Links, g.tickets(evidence.TicketKeys(o.message, g.config.Projects, false))...)
	item.Provenance = append(job.Provenance(), ix.provenance...)
	if err := emit(item); err != nil {
		return err
	}
	return errors.Join(gaps...)
}

// object reads one commit that is known to be there.
func (g *Collector) object(ctx context.Context, sha string) (object, error) {
	out, err := g.fetch(capture.Immutable(ctx), "cat-file commit "+sha, func(ctx context.Context) ([]byte, error) {
		return g.repo.output(ctx, commitBytes, nil, "cat-file", "commit", sha)
	})
	if err != nil {
		return object{}, err
	}
	if len(out) > commitBytes {
		return object{}, &evidence.GapError{Reason: evidence.Truncated, Detail: fmt.Sprintf("commit %s is larger than %d MiB and was not read", sha, commitBytes>>20)}
	}
	return parseObject(sha, out)
}

// files gives the files of a commit, and a gap for whatever is missing of them.
func (g *Collector) files(ctx context.Context, ix *index, o object) (changes, []error) {
	if ix.shallow && len(o.parents) > 0 {
		parent, err := g.resolve(ctx, o.parents[0]+"^{commit}")
		if err == nil && parent == "" {
			return changes{}, []error{&evidence.GapError{Part: "files", Reason: evidence.Truncated,
				Detail: fmt.Sprintf("the shallow clone lacks %s, the parent of %s, so that what changed is not known; run git fetch --unshallow in it and collect again", o.parents[0], o.sha)}}
		}
	}
	c, err := g.diff(ctx, o)
	if err != nil {
		return c, []error{missing("files", err)}
	}
	if len(c.cut) > 0 {
		return c, []error{&evidence.GapError{Part: "files", Reason: evidence.Truncated, Detail: strings.Join(c.cut, "; ")}}
	}
	return c, nil
}

// brought gives the commits that a merge brought to the main line, oldest
// first, without the merge itself. whole is false where not all are given.
func (g *Collector) brought(ctx context.Context, merge object) (objects []object, whole bool, err error) {
	list := []string{"rev-list", "--topo-order", "--reverse", "--max-count=" + fmt.Sprint(broughtMost+1), "--end-of-options", merge.sha, "^" + merge.parents[0]}
	name := strings.Join(list, " ") + " | git cat-file --batch"
	out, err := g.fetch(ctx, name, func(ctx context.Context) ([]byte, error) {
		ids, err := g.repo.output(ctx, (broughtMost+2)*65, nil, list...)
		if err != nil {
			return nil, err
		}
		return g.repo.output(ctx, broughtBytes, ids, "cat-file", "--batch")
	})
	if err != nil {
		return nil, false, err
	}
	all, whole, err := parseBatch(out)
	if err != nil {
		return nil, false, err
	}
	for _, o := range all {
		if o.sha != merge.sha {
			objects = append(objects, o)
		}
	}
	if len(all) > broughtMost {
		whole = false
	}
	return objects, whole, nil
}
