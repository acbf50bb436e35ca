package github

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/tickmark-dev/tickmark/internal/capture"
	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// maxRebased bounds the commits of one rebase that are read one by one.
const maxRebased = 100

// landedPart names, in a gap of the pull request, the commits of a rebase.
const landedPart = "what landed one by one"

// rebased reads the commits with which what landed is compared where a pull
// request of several was merged by a rebase. GitHub names the last of those that
// landed alone, and lists the pull request's own without what each changes.
//
// No record says how a pull request was merged. Whether it was by a rebase, the
// commit that landed is looked at for, which is read anyway; of a squash and of
// a merge nothing more is asked for.
func (c *Collector) rebased(ctx context.Context, r *retrieval, pr *evidence.PullRequest) {
	own := slices.DeleteFunc(slices.Clone(pr.Commits), func(m evidence.Commit) bool { return len(m.Parents) > 1 }) // a rebase leaves merges out
	if pr.Merged.IsZero() || len(own) < 2 || !commitHash.MatchString(pr.MergeCommit) {
		return
	}
	s := series{c: c, r: r, repository: pr.Repository, seen: map[string]bool{pr.MergeCommit: true}}
	landed := s.look(ctx, pr.MergeCommit)
	if landed == nil || len(landed.Parents) != 1 || landed.Parents[0] == pr.Base.SHA || holdsAll(landed.Files, pr.Files) {
		return
	}
	last := -1
	for i, m := range own {
		if sameMessage(m, *landed) {
			last = i
		}
	}
	if last < 0 {
		return
	}
	own = own[:last+1]
	if len(own) > maxRebased {
		r.gap(landedPart, evidence.Truncated, "%d commits were put on the base one by one, and at most %d are compared one by one; none of them was read", len(own), maxRebased)
		return
	}
	s.walk(ctx, pr.Base.SHA, own, *landed)
}

// series reads the commits of one rebase.
type series struct {
	c          *Collector
	r          *retrieval
	repository string
	seen       map[string]bool
}

// look reads a commit that is collected as a record of its own, whose gaps are
// told there. It is a job apart, as the pull request is not made of it.
func (s series) look(ctx context.Context, sha string) *evidence.Commit {
	raw, _, err := s.c.commitWithFiles(capture.WithJob(ctx, capture.NewJob("github "+s.c.version)), name{repository: s.repository, text: sha})
	if raw == nil || err != nil {
		return nil
	}
	out := s.c.mapCommit(s.repository, raw)
	return &out
}

// walk reads those that landed, from the last back to the first, and of the pull
// request's own those that they were made of. It ends where one carries another
// message than its own: that is no part of the rebase.
func (s series) walk(ctx context.Context, base string, own []evidence.Commit, landed evidence.Commit) {
	at := len(own) - 1
	for at > 0 && len(landed.Parents) == 1 && landed.Parents[0] != base {
		it := s.read(ctx, landed.Parents[0])
		if it == nil || !sameMessage(*it.Commit, own[at-1]) {
			break
		}
		s.keep(*it)
		landed, at = *it.Commit, at-1
	}
	for _, m := range own[at:] {
		if it := s.read(ctx, m.SHA); it != nil {
			s.keep(*it)
		}
	}
}

// read gives a commit with its files, and without what is asked for a change
// alone: it is part of one. What was had is not asked for again, as a commit
// never changes.
func (s series) read(ctx context.Context, sha string) *evidence.Item {
	if !commitHash.MatchString(sha) {
		return nil
	}
	job := capture.NewJob("github " + s.c.version)
	raw, complete, err := s.c.commitWithFiles(capture.Immutable(capture.WithJob(ctx, job)), name{repository: s.repository, text: sha})
	if err != nil {
		s.lost(sha, err)
	}
	if raw == nil {
		return nil
	}
	out := s.c.mapCommit(s.repository, raw)
	item := evidence.Item{
		Ref: s.c.ref(evidence.KindCommit, "%s@%s", s.repository, sha), Commit: &out, Provenance: job.Provenance(),
		Unread: []string{"pull requests of the commit", "deployments that contain the commit"},
	}
	if complete {
		out.FilesTotal = len(out.Files)
	}
	if !complete || moreFiles(out) {
		item.Unread = append(item.Unread, "files", "patches")
	}
	return &item
}

// keep emits a commit beside the pull request, once. The one that landed last is
// collected as a record of its own, with more.
func (s series) keep(it evidence.Item) {
	if !s.seen[it.Commit.SHA] {
		s.seen[it.Commit.SHA] = true
		s.r.beside = append(s.r.beside, it)
	}
}

// lost notes, as a gap of the pull request, that a commit was not obtained.
func (s series) lost(sha string, err error) {
	var gap *evidence.GapError
	if errors.As(s.c.gapError("", err), &gap) {
		s.r.gap(landedPart, gap.Reason, "commit %s: %s", sha, gap.Detail)
	}
}

// sameMessage compares messages without the space around them.
func sameMessage(a, b evidence.Commit) bool {
	return strings.TrimSpace(a.Message) == strings.TrimSpace(b.Message)
}

// holdsAll reports whether one difference holds each file of another with the
// same lines added and removed: it is then a squash, whatever its message says.
func holdsAll(landed, reviewed []evidence.File) bool {
	for _, f := range reviewed {
		if !slices.ContainsFunc(landed, func(l evidence.File) bool {
			same := l.Path == f.Path && l.Status == f.Status && l.PreviousPath == f.PreviousPath
			return same && (f.Patch != "" && slices.Equal(changedLines(l.Patch), changedLines(f.Patch)) || f.Patch == "" && f.Blob != "" && l.Blob == f.Blob)
		}) {
			return false
		}
	}
	return len(reviewed) > 0
}

// changedLines gives the lines that a patch adds and removes; the others depend
// on what else changed in the base.
func changedLines(patch string) []string {
	var out []string
	for line := range strings.Lines(patch) {
		if strings.HasPrefix(line, "+") || strings.HasPrefix(line, "-") {
			out = append(out, strings.TrimRight(line, "\r\n"))
		}
	}
	return out
}
