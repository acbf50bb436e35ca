package control

import (
	"slices"
	"strings"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// net is what a change does to a file, whatever way its difference is drawn:
// for each line how often it is added, less how often it is removed. Unlike
// the hunks it does not depend on what else changed in the base.
type net map[string]int

// netOf counts the lines of a patch.
func netOf(lines []string) net {
	n := net{}
	for _, line := range lines {
		if line[0] == '+' {
			n[line[1:]]++
		} else {
			n[line[1:]]--
		}
	}
	return n
}

// within reports whether all that a does to a line b does too. A part of the
// change may have been in the base already, so that less landed.
func (n net) within(b net) bool {
	for line, c := range n {
		if d := b[line]; c > 0 && d < c || c < 0 && d > c {
			return false
		}
	}
	return true
}

// drawnLines gives the added and removed lines of a patch in their order, each with
// its sign. Blank lines are drawn into hunks by chance.
func drawnLines(patch string) []string {
	var out []string
	for line := range strings.Lines(patch) {
		line = strings.TrimRight(line, "\r\n")
		if (strings.HasPrefix(line, "+") || strings.HasPrefix(line, "-")) && strings.TrimSpace(line[1:]) != "" {
			out = append(out, line)
		}
	}
	return out
}

// hunks gives a patch without the numbers of its lines: what surrounds the
// change is part of it, and where the file holds it is not.
func hunks(patch string) []string {
	var out []string
	for line := range strings.Lines(patch) {
		line = strings.TrimRight(line, "\r\n")
		if strings.HasPrefix(line, "@@") {
			_, heading, _ := strings.Cut(line[2:], "@@")
			line = "@@" + heading
		}
		out = append(out, line)
	}
	return out
}

// subsequence reports whether all lines of a are among those of b, in that order.
func subsequence(a, b []string) bool {
	for _, line := range b {
		if len(a) > 0 && a[0] == line {
			a = a[1:]
		}
	}
	return len(a) == 0
}

// likeness is how one difference compares with another.
type likeness int

const (
	hidden     likeness = iota // the source does not show what would tell
	more                       // it holds what the other does not
	otherOrder                 // it holds nothing more, and draws it in another order: lines were moved
	less                       // it lacks what the other holds
	elsewhere                  // it holds the same, in other surroundings
	equal                      // it is the same
)

// compareFile compares what two differences do to one file.
func compareFile(a, b evidence.File) likeness {
	alike := a.Status == b.Status && a.PreviousPath == b.PreviousPath
	switch {
	case !alike:
		return hidden
	case a.Patch != "" && b.Patch != "":
		la, lb := drawnLines(a.Patch), drawnLines(b.Patch)
		switch {
		case slices.Equal(hunks(a.Patch), hunks(b.Patch)):
			return equal
		case !netOf(la).within(netOf(lb)):
			return more
		case !subsequence(la, lb):
			return otherOrder
		case len(la) < len(lb):
			return less
		}
		return elsewhere
	case a.Status == "removed", a.Blob != "" && a.Blob == b.Blob: // of a file that is gone nothing else is to compare
		return equal
	}
	return hidden
}

// compareFiles compares two differences file by file: the outcome is that of the
// file which says most against it, and names it.
func compareFiles(a, b []evidence.File) (likeness, string) {
	here, others := map[string]bool{}, map[string]evidence.File{}
	for _, f := range b {
		others[f.Path] = f
	}
	worst, path := equal, ""
	rank := []likeness{more, hidden, otherOrder, less, elsewhere, equal}
	add := func(l likeness, p string) {
		if slices.Index(rank, l) < slices.Index(rank, worst) {
			worst, path = l, p
		}
	}
	for _, f := range a {
		here[f.Path] = true
		if o, known := others[f.Path]; known {
			add(compareFile(f, o), f.Path)
		} else {
			add(more, f.Path)
		}
	}
	for _, f := range b {
		if !here[f.Path] {
			add(less, f.Path)
		}
	}
	return worst, path
}

// samePatch reports whether a commit that was approved holds the same
// difference as the whole pull request at its merge, what surrounds it
// included: the same line in another function is other code.
func (x *exam) samePatch(sha string) bool {
	approved := x.filesOf(sha)
	if len(approved) == 0 || x.filesLack() != nil {
		return false
	}
	l, _ := compareFiles(approved, x.pr.Files)
	return l == equal
}

// filesOf gives the difference of a commit of the pull request's repository;
// nothing where not all of it was collected.
func (x *exam) filesOf(sha string) []evidence.File {
	c := x.commitOf(sha)
	if c == nil || len(c.Files) < c.FilesTotal || x.lacks(x.commitRef(sha), "", "files", "patches") != nil {
		return nil
	}
	return c.Files
}

func (x *exam) commitRef(sha string) evidence.Ref {
	return evidence.Ref{Kind: evidence.KindCommit, System: x.prRef.System, ID: x.pr.Repository + "@" + sha}
}

func (x *exam) commitOf(sha string) *evidence.Commit {
	it, _ := x.c.Find(x.commitRef(sha))
	return it.Commit
}

// landedDiff compares what landed with what was reviewed: the difference of M
// with that of the pull request. More than was reviewed is an exception.
func (x *exam) landedDiff() verdict {
	if x.mLack != nil {
		return unable(x.mLack)
	}
	if l := first(x.lacks(x.landedRef, "the difference that landed", "files", "patches"), x.lacks(x.prRef, "the difference of the pull request", "files", "patches"), x.filesLack()); l != nil {
		return unable(l)
	}
	if len(x.landed.Files) == 0 || len(x.landed.Files) < x.landed.FilesTotal {
		return unable(&lack{x.landedRef, "the difference that landed", "not all of its files came", "EVIDENCE_TRUNCATED"})
	}
	if x.singly() {
		return x.landedSingly()
	}
	return landedVerdict(compareFiles(x.landed.Files, x.pr.Files)).on(x.landedRef, x.prRef)
}

func landedVerdict(l likeness, path string) verdict {
	switch l {
	case more:
		return exception("LANDED_DIFFERS", "What landed holds more than was reviewed: %s.", quote(path)).with("file", path)
	case hidden:
		return review("LANDED_NOT_COMPARED", "The source does not show the lines of %s, nor that its content is the same, so that what landed cannot be compared with what was reviewed.", quote(path)).with("file", path)
	case less:
		return review("LANDED_LESS", "What landed holds less than was reviewed, and whether the base held the rest already cannot be seen: %s.", quote(path)).with("file", path)
	case elsewhere:
		return review("LANDED_ELSEWHERE", "The lines that landed are those that were reviewed, and they stand in other surroundings, so that they may do something else: %s.", quote(path)).with("file", path)
	case otherOrder:
		return review("LANDED_IN_ANOTHER_ORDER", "What landed holds no line more than was reviewed, and holds them in another order: in %s lines were moved.", quote(path)).with("file", path)
	}
	return met("LANDED_AS_REVIEWED", "").with("what landed", "the same difference as the pull request shows")
}

// singly reports whether the forge seems to have put the commits on the base one
// by one (a rebase): M then carries the message of one of several. A squash may
// carry it too: where M holds all that the pull request does, or stands on the
// base itself, it is one.
func (x *exam) singly() bool {
	own, at := x.rebased()
	if at < 0 || len(own) < 2 || x.pr.Base.SHA != "" && x.landed.Parents[0] == x.pr.Base.SHA {
		return false
	}
	whole, _ := compareFiles(x.pr.Files, x.landed.Files)
	return whole == more || whole == hidden
}

// rebased gives the commits of the pull request that a rebase puts on the base,
// oldest first, and which of them M may be by its message; -1 for none.
func (x *exam) rebased() (own []evidence.Commit, at int) {
	at = -1
	for _, c := range x.pr.Commits {
		if len(c.Parents) > 1 { // a rebase leaves merges out
			continue
		}
		if own = append(own, c); strings.TrimSpace(c.Message) == strings.TrimSpace(x.landed.Message) {
			at = len(own) - 1
		}
	}
	if len(x.landed.Parents) != 1 {
		return own, -1
	}
	return own, at
}

// rebasedPair is a commit of the pull request and what the forge made of it.
type rebasedPair struct {
	own, landed           string // hashes
	ownFiles, landedFiles []evidence.File
}

// series pairs the commits of a rebase from the last back to the first: M with
// the last of the pull request, what M stands on with the one before. Whole is
// false where not all were collected, or where what M stands on carries another
// message and so was made of none of them, or where M is not the last.
func (x *exam) series() (pairs []rebasedPair, whole bool) {
	own, at := x.rebased()
	last := at == len(own)-1
	for next := x.landed; at >= 0; at-- {
		if next == nil || strings.TrimSpace(next.Message) != strings.TrimSpace(own[at].Message) {
			return pairs, false
		}
		p := rebasedPair{own[at].SHA, next.SHA, x.filesOf(own[at].SHA), x.filesOf(next.SHA)}
		if len(p.ownFiles) == 0 || len(p.landedFiles) == 0 {
			return pairs, false
		}
		pairs = append(pairs, p)
		if parents := next.Parents; len(parents) == 1 {
			next = x.commitOf(parents[0])
		} else {
			next = nil
		}
	}
	return pairs, last && len(pairs) > 0
}

// landedSingly compares commit by commit. Where not all were collected nobody
// can say that what landed is what was reviewed; what is more than that is
// more, whatever the others hold.
func (x *exam) landedSingly() verdict {
	pairs, whole := x.series()
	v := met("LANDED_AS_REVIEWED", "").with("what landed", "the forge put each commit on the base, and none holds a line more than the pull request's own")
	for _, p := range pairs {
		l, path := compareFiles(p.landedFiles, p.ownFiles)
		if whole, _ := compareFiles(p.landedFiles, x.pr.Files); l == more && whole != more {
			l = otherOrder // the pull request shows it, and in another of its commits
		}
		if w := landedVerdict(l, path); worse(w, v) {
			v = w.on(v.basis...)
		}
		v = v.on(x.commitRef(p.landed), x.commitRef(p.own))
	}
	if !whole && v.outcome != evidence.Exception {
		own, _ := x.rebased()
		return x.landedUnseen(own)
	}
	return v
}

func (x *exam) landedUnseen(own []evidence.Commit) verdict {
	v := review("LANDED_BY_REBASE", "By its message what landed is one of %s that the forge put on the base one by one; the others, and each commit's own difference, were not collected, so that what landed cannot be compared with what was reviewed.", count(len(own), "commit"))
	if l, path := compareFiles(x.landed.Files, x.pr.Files); l == more {
		v = v.with("file that the pull request shows otherwise", path)
	}
	return v.on(x.landedRef, x.prRef)
}
