package git

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/tickmark-dev/tickmark/internal/capture"
	"github.com/tickmark-dev/tickmark/internal/evidence"
)

const (
	batchCommits = 500
	batchBytes   = 64 << 20 // of the commits or of the names of files of one batch
)

// batch emits the commits of one run, oldest first. A run that is too long for
// one answer is halved; a single commit that is, is emitted with what is known
// of it, and a gap.
func (l *lister) batch(ctx context.Context, ix *index, dates []int64, r run) error {
	job := capture.NewJob(l.g.version)
	ctx = capture.WithJob(ctx, job)
	objects, err := l.objects(capture.Immutable(ctx), ix, r)
	var named map[string]changes
	if err == nil {
		named, err = l.names(ctx, ix, objects, r)
	}
	l.span(job.Provenance())
	one := r.end-r.newest == 1
	switch {
	case errors.Is(err, errTooMuch) && !one:
		middle := (r.newest + r.end) / 2
		if err := l.batch(ctx, ix, dates, run{middle, r.end}); err != nil {
			return err
		}
		return l.batch(ctx, ix, dates, run{r.newest, middle})
	case errors.Is(err, errTooMuch):
		l.large(ix.commits[r.newest], objects == nil)
	case err != nil:
		return err
	}
	provenance := append(append(job.Provenance(), l.job.Provenance()...), ix.provenance...)
	for i := r.end - 1; i >= r.newest; i-- {
		o := object{sha: ix.commits[i], committer: parseSignature(fmt.Sprintf("<> %d", dates[i]))}
		if objects != nil {
			o = objects[r.end-1-i]
		}
		c, ok := named[o.sha]
		if objects != nil && err == nil && !ok {
			l.gap(o.sha, "files", "the shallow clone lacks its parent, so that what it changed is not known; run git fetch --unshallow in it and list again")
		}
		it := l.item(ix, o, c)
		switch {
		case ok:
			it.Unread = []string{"lines added and removed", "patches"}
		case objects != nil:
			it.Unread = []string{"files"}
		default:
			it.Unread = []string{"message", "people", "files"}
		}
		it.Provenance = provenance
		if err := l.row(it, dates[i]); err != nil {
			return err
		}
	}
	return nil
}

// item gives the record of one commit, with what its message names.
func (l *lister) item(ix *index, o object, c changes) evidence.Item {
	record := o.commit(l.g.config.Repository)
	record.Branch = cmp.Or(ix.branch, "HEAD")
	record.Files, record.FilesTotal = c.files, c.total
	if len(c.files) > filesMost {
		record.Files = c.files[:filesMost]
		l.gap(o.sha, "files", fmt.Sprintf("%d of %d files are listed", filesMost, c.total))
	}
	it := evidence.Item{Ref: l.g.commitRef(o.sha), Commit: &record}
	if n := ix.numbers[o.sha]; n != 0 {
		record.PullRequests = []evidence.Ref{l.g.pullRequestRef(n)}
		it.Links = append(it.Links, record.PullRequests...)
	}
	it.Links = append(it.Links, l.g.tickets(evidence.TicketKeys(o.message, l.g.config.Projects, false))...)
	return it
}

// large says that one commit alone is longer than a batch may be.
func (l *lister) large(sha string, whole bool) {
	part, what := "files", "the names of the files that it touches"
	if whole {
		part, what = "message", "the commit"
	}
	l.gap(sha, part, fmt.Sprintf("%s: %s is longer than %d KiB and was not read", sha, what, l.limit>>10))
}

func (l *lister) gap(sha, part, detail string) {
	l.gaps = append(l.gaps, &evidence.GapError{Ref: l.g.commitRef(sha), Part: part, Reason: evidence.Truncated, Detail: detail})
	l.ipe.Truncations = append(l.ipe.Truncations, "commit "+sha+": "+detail)
}

// objects gives the commits of a run, oldest first.
func (l *lister) objects(ctx context.Context, ix *index, r run) ([]object, error) {
	ids := ix.commits[r.newest:r.end]
	name := fmt.Sprintf("rev-list --first-parent --reverse --max-count=%d %s | git cat-file --batch", len(ids), ids[0])
	out, err := l.bounded(ctx, name, lines(ids), "cat-file", "--batch")
	if err != nil {
		return nil, err
	}
	objects, whole, err := parseBatch(out)
	if err != nil {
		return nil, err
	}
	same := whole && len(objects) == len(ids)
	for i := 0; same && i < len(ids); i++ {
		same = objects[i].sha == ids[len(ids)-1-i]
	}
	if !same {
		return nil, fmt.Errorf("repository %s: git gave %d of the %d commits up to %s", l.g.config.Repository, len(objects), len(ids), ids[0])
	}
	return objects, nil
}

// names gives the files that each commit touches against its first parent.
// Commits whose parent a shallow clone lacks are left out.
func (l *lister) names(ctx context.Context, ix *index, objects []object, r run) (map[string]changes, error) {
	name := fmt.Sprintf("rev-list --first-parent --parents --reverse --max-count=%d %s | cut -d' ' -f1,2 | git diff-tree --stdin --root --always -z --raw -r -M", r.end-r.newest, ix.commits[r.newest])
	if r.end == len(ix.commits) {
		short, err := l.parentless(ctx, ix, objects[0])
		if err != nil {
			return nil, err
		}
		if short {
			objects = objects[1:]
			name += " (without the first commit, whose parent is missing)"
		}
	}
	var pairs strings.Builder
	for _, o := range objects {
		pairs.WriteString(strings.Join(append([]string{o.sha}, o.parents[:min(len(o.parents), 1)]...), " ") + "\n")
	}
	out, err := l.bounded(capture.Immutable(ctx), name, []byte(pairs.String()), "diff-tree", "--stdin", "--root", "--always", "-z", "--raw",
		"-r", "-M", "-l1000", "-O"+nullFile, "--no-color", "--ignore-submodules=none")
	if err != nil {
		return nil, err
	}
	named, err := parseStdinNames(string(out))
	if err == nil && len(named) != len(objects) {
		err = fmt.Errorf("git diff-tree answered for %d of %d commits", len(named), len(objects))
	}
	if err != nil {
		return nil, fmt.Errorf("repository %s: %w", l.g.config.Repository, err)
	}
	return named, nil
}

// parentless reports whether o is where a shallow clone was cut: what it
// changed is then not known.
func (l *lister) parentless(ctx context.Context, ix *index, o object) (bool, error) {
	if !ix.shallow || len(o.parents) == 0 {
		return false, nil
	}
	parent, err := l.g.resolve(ctx, o.parents[0]+"^{commit}")
	return err == nil && parent == "", err
}

// parseStdinNames reads diff-tree --stdin --always -z --raw: a commit's id, and
// then its files.
func parseStdinNames(out string) (map[string]changes, error) {
	named := map[string]changes{}
	for out != "" {
		sha, rest, _ := strings.Cut(out, "\x00")
		if !isFullHash(sha) {
			return nil, errors.New("git diff-tree answered in a form that is not understood")
		}
		// The files of one commit end where a field is neither a header nor the
		// path that a header announced.
		var files []evidence.File
		for strings.HasPrefix(rest, ":") {
			f, left, err := parseRaw(rest)
			if err != nil {
				return nil, err
			}
			files, rest = append(files, f), left
		}
		named[sha] = changes{files: files, total: len(files)}
		out = rest
	}
	return named, nil
}

// parseRaw reads one file of diff-tree -z --raw.
func parseRaw(s string) (f evidence.File, rest string, err error) {
	header, rest, ok := strings.Cut(s, "\x00")
	parts := strings.Fields(header)
	path, rest, ok2 := strings.Cut(rest, "\x00")
	if !ok || !ok2 || len(parts) != 5 || path == "" {
		return f, "", errors.New("git diff-tree answered in a form that is not understood")
	}
	f = evidence.File{Status: status(parts[4][0]), Path: readable(path)}
	if parts[4][0] == 'R' || parts[4][0] == 'C' {
		f.PreviousPath = f.Path
		if path, rest, ok = strings.Cut(rest, "\x00"); !ok || path == "" {
			return f, "", errors.New("git diff-tree answered in a form that is not understood")
		}
		f.Path = readable(path)
	}
	return f, rest, nil
}
