package control

import (
	"maps"
	"slices"
	"strings"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// net is what a change does to a file, whatever way its difference is drawn:
// for each line how often it is added, less how often it is removed. Unlike
// the hunks it does not depend on what else changed in the base.
type net map[string]int

// nets gives the net of each file; ok is false where a patch is not there.
func nets(files []evidence.File) (out map[string]net, ok bool) {
	out = map[string]net{}
	for _, f := range files {
		if f.Patch == "" {
			if f.Additions+f.Deletions > 0 || f.Status != "renamed" && f.Status != "removed" {
				return nil, false
			}
			out[f.Path] = net{"(" + f.Status + " from " + f.PreviousPath + ")": 1}
			continue
		}
		n := net{}
		for line := range strings.Lines(f.Patch) {
			line = strings.TrimRight(line, "\r\n")
			switch {
			case strings.HasPrefix(line, "+"):
				n[line[1:]]++
			case strings.HasPrefix(line, "-"):
				n[line[1:]]--
			}
		}
		maps.DeleteFunc(n, func(_ string, c int) bool { return c == 0 })
		out[f.Path] = n
	}
	return out, len(files) > 0
}

// within reports whether all that a does to a line b does too. A part of the
// change may have been in the base already, so that less landed.
func (n net) within(b net) bool {
	for line, c := range n {
		if strings.TrimSpace(line) == "" {
			continue // blank lines are drawn into hunks by chance
		}
		if d := b[line]; c > 0 && d < c || c < 0 && d > c {
			return false
		}
	}
	return true
}

// samePatch reports whether a commit that was approved holds the same
// difference as the whole pull request at its merge.
func (x *exam) samePatch(sha string) bool {
	it, ok := x.c.Find(evidence.Ref{Kind: evidence.KindCommit, System: x.prRef.System, ID: x.pr.Repository + "@" + sha})
	if !ok || it.Commit == nil || x.filesLack() != nil || x.lacks(it.Ref, "", "files", "patches") != nil {
		return false
	}
	approved, ok1 := nets(it.Commit.Files)
	merged, ok2 := nets(x.pr.Files)
	return ok1 && ok2 && maps.EqualFunc(approved, merged, func(a, b net) bool { return maps.Equal(a, b) }) &&
		maps.EqualFunc(linesDrawn(it.Commit.Files), linesDrawn(x.pr.Files), slices.Equal)
}

// linesDrawn gives the added and removed lines of each file in their order: the same
// lines in another order are other code.
func linesDrawn(files []evidence.File) map[string][]string {
	out := map[string][]string{}
	for _, f := range files {
		out[f.Path] = []string{}
		for line := range strings.Lines(f.Patch) {
			if strings.HasPrefix(line, "+") || strings.HasPrefix(line, "-") {
				out[f.Path] = append(out[f.Path], strings.TrimRight(line, "\r\n"))
			}
		}
	}
	return out
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
	if x.rebased() {
		for _, f := range x.landed.Files {
			if !slices.ContainsFunc(x.pr.Files, func(o evidence.File) bool { return o.Path == f.Path }) {
				return x.landedMore(f.Path)
			}
		}
		return met("LANDED_BY_REBASE", "").with("what landed", "the forge put each commit on the base; only the last was compared").on(x.landedRef)
	}
	reviewed, ok := nets(x.pr.Files)
	landed, ok2 := nets(x.landed.Files)
	for _, path := range slices.Sorted(maps.Keys(landed)) {
		if _, known := reviewed[path]; ok && !known {
			return x.landedMore(path)
		}
	}
	if !ok || !ok2 {
		return x.comparePaths()
	}
	for _, path := range slices.Sorted(maps.Keys(landed)) {
		if !landed[path].within(reviewed[path]) {
			return x.landedMore(path)
		}
	}
	return met("LANDED_AS_REVIEWED", "").with("what landed", "no line more than the pull request shows").on(x.landedRef)
}

// comparePaths is for files whose lines the source does not show: binary or
// too large.
func (x *exam) comparePaths() verdict {
	for _, f := range x.landed.Files {
		i := slices.IndexFunc(x.pr.Files, func(o evidence.File) bool { return o.Path == f.Path })
		if i < 0 {
			return x.landedMore(f.Path)
		}
		if o := x.pr.Files[i]; f.Patch != "" && o.Patch != "" {
			a, _ := nets([]evidence.File{f})
			b, _ := nets([]evidence.File{o})
			if !a[f.Path].within(b[f.Path]) {
				return x.landedMore(f.Path)
			}
		} else if f.Additions != o.Additions || f.Deletions != o.Deletions {
			return review("LANDED_NOT_COMPARED", "The source does not show the lines of %s, and their number differs between what was reviewed and what landed.", quote(f.Path)).on(x.landedRef, x.prRef)
		}
	}
	return met("LANDED_AS_REVIEWED", "").with("what landed", "the same files; of some the source shows no lines, and their numbers agree").on(x.landedRef)
}

func (x *exam) landedMore(path string) verdict {
	return exception("LANDED_DIFFERS", "What landed holds more than was reviewed: %s.", quote(path)).with("file", path).on(x.landedRef, x.prRef)
}

// rebased reports whether the forge put the commits on the base one by one: M
// is then only the last of them.
func (x *exam) rebased() bool {
	last, n := "", 0
	for _, c := range x.pr.Commits {
		if !x.baseMerge(c) { // a rebase leaves merges out
			last, n = c.Message, n+1
		}
	}
	return n > 1 && len(x.landed.Parents) == 1 && strings.TrimSpace(x.landed.Message) == strings.TrimSpace(last)
}
