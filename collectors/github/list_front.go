package github

import (
	"cmp"
	"container/heap"
	"strings"
)

// front holds the commits that a walk goes on from, the latest first. A year
// of a busy repository has tens of thousands of deployments to begin with.
type front struct {
	steps []*step
	of    map[string]*step // by commit
	open  int              // of them that were not in production before the period
}

// add puts a commit on the front that is not on it yet.
func (f *front) add(s *step) {
	if f.of == nil {
		f.of = map[string]*step{}
	}
	f.of[s.c.OID] = s
	if !s.base {
		f.open++
	}
	heap.Push((*byDate)(f), s)
}

// has reports whether a commit is on the front, and notes that it was in
// production before.
func (f *front) has(sha string, base bool) bool {
	s := f.of[sha]
	if s == nil {
		return false
	}
	if base && !s.base {
		s.base = true
		f.open--
	}
	return true
}

// take takes the latest commit; nil when only commits are left that were in
// production before.
func (f *front) take() *step {
	if f.open == 0 {
		return nil
	}
	s := heap.Pop((*byDate)(f)).(*step)
	delete(f.of, s.c.OID)
	if !s.base {
		f.open--
	}
	return s
}

// byDate is a front as package heap sees it.
type byDate front

func (f *byDate) Len() int { return len(f.steps) }
func (f *byDate) Less(i, j int) bool {
	a, b := f.steps[i], f.steps[j]
	return cmp.Or(a.at.Compare(b.at), strings.Compare(a.c.OID, b.c.OID)) > 0
}
func (f *byDate) Swap(i, j int) { f.steps[i], f.steps[j] = f.steps[j], f.steps[i] }
func (f *byDate) Push(x any)    { f.steps = append(f.steps, x.(*step)) }
func (f *byDate) Pop() any {
	n := len(f.steps) - 1
	s := f.steps[n]
	f.steps[n] = nil
	f.steps = f.steps[:n]
	return s
}
