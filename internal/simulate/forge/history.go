package forge

import (
	"cmp"
	"container/heap"
	"fmt"
	"slices"
	"strings"
	"sync"
)

// orderCommits numbers the commits so that every parent comes before its
// children, by committer's date among those that could come next.
func (r *Repo) orderCommits() error {
	shas := make([]string, 0, len(r.Commits))
	for sha, c := range r.Commits {
		if c.SHA != sha {
			return fmt.Errorf("commit %s is filed under %s", c.SHA, sha)
		}
		if c.Tree == "" {
			c.Tree = SHA("tree", sha)
		}
		shas = append(shas, sha)
	}
	slices.Sort(shas)
	r.idx.bySHA = shas
	waiting, children := map[string]int{}, map[string][]string{}
	var ready byDate
	for _, sha := range shas {
		n := 0
		for _, p := range r.Commits[sha].Parents {
			if r.Commits[p] != nil {
				n++
				children[p] = append(children[p], sha)
			}
		}
		if waiting[sha] = n; n == 0 {
			ready = append(ready, r.Commits[sha])
		}
	}
	heap.Init(&ready)
	r.idx.order = make(map[string]int, len(shas))
	for len(ready) > 0 {
		c := heap.Pop(&ready).(*Commit)
		r.idx.order[c.SHA] = len(r.idx.order)
		for _, child := range children[c.SHA] {
			if waiting[child]--; waiting[child] == 0 {
				heap.Push(&ready, r.Commits[child])
			}
		}
	}
	if len(r.idx.order) != len(shas) {
		return fmt.Errorf("the commits' parents form a circle")
	}
	r.idx.logs = map[string]func() *branchLog{}
	for _, sha := range r.Branches { // what is asked page by page is walked once
		if r.Commits[sha] != nil {
			r.idx.logs[sha] = sync.OnceValue(func() *branchLog { return r.logOf(sha) })
		}
	}
	return nil
}

// branchLog is the log of a branch's tip. From straight on each commit has the
// next as its only parent, so that what comes after it is its own log.
type branchLog struct {
	commits  []*Commit
	straight int
	at       map[string]int
}

func (r *Repo) logOf(tip string) *branchLog {
	b := &branchLog{commits: r.walk(tip), at: map[string]int{}}
	for i, c := range slices.Backward(b.commits) {
		b.at[c.SHA] = i
		if b.straight > i || i == len(b.commits)-1 {
			continue
		}
		if len(c.Parents) != 1 || c.Parents[0] != b.commits[i+1].SHA {
			b.straight = i + 1
		}
	}
	return b
}

// byDate is a heap of commits, the earliest first.
type byDate []*Commit

func (h byDate) Len() int { return len(h) }
func (h byDate) Less(i, j int) bool {
	return cmp.Or(h[i].Committer.Date.Compare(h[j].Committer.Date), cmp.Compare(h[i].SHA, h[j].SHA)) < 0
}
func (h byDate) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h *byDate) Push(x any)   { *h = append(*h, x.(*Commit)) }
func (h *byDate) Pop() any {
	old := *h
	c := old[len(old)-1]
	*h = old[:len(old)-1]
	return c
}

// latest is a heap of commits, that of the highest order first.
type latest struct {
	order map[string]int
	shas  []string
}

func (h latest) Len() int           { return len(h.shas) }
func (h latest) Less(i, j int) bool { return h.order[h.shas[i]] > h.order[h.shas[j]] }
func (h latest) Swap(i, j int)      { h.shas[i], h.shas[j] = h.shas[j], h.shas[i] }
func (h *latest) Push(x any)        { h.shas = append(h.shas, x.(string)) }
func (h *latest) Pop() any {
	n := len(h.shas) - 1
	s := h.shas[n]
	h.shas = h.shas[:n]
	return s
}

// log gives the commits that can be reached from sha, the latest first.
func (r *Repo) log(sha string) []*Commit {
	if known := r.idx.logs[sha]; known != nil {
		return known().commits
	}
	if known := r.idx.logs[r.Branches[r.DefaultBranch]]; known != nil {
		if b := known(); b.at[sha] >= b.straight && b.commits[b.at[sha]].SHA == sha {
			return b.commits[b.at[sha]:]
		}
	}
	return r.walk(sha)
}

func (r *Repo) walk(sha string) (out []*Commit) {
	h := &latest{order: r.idx.order, shas: []string{sha}}
	seen := map[string]bool{sha: true}
	for h.Len() > 0 {
		c := r.Commits[heap.Pop(h).(string)]
		out = append(out, c)
		for _, p := range c.Parents {
			if r.Commits[p] != nil && !seen[p] {
				seen[p] = true
				heap.Push(h, p)
			}
		}
	}
	return out
}

// comparison is how head relates to base.
type comparison struct {
	status        string
	ahead, behind []*Commit // only in head, only in base; oldest first
	mergeBase     *Commit   // nil where they have nothing in common
}

// compare walks back from both commits until only common ancestors are left,
// so that it costs no more than the difference.
func (r *Repo) compare(base, head *Commit) comparison {
	const fromBase, fromHead = 1, 2
	reach := map[string]int{base.SHA: fromBase}
	reach[head.SHA] |= fromHead
	h := &latest{order: r.idx.order, shas: []string{base.SHA}}
	if head != base {
		heap.Push(h, head.SHA)
	}
	oneSided := 0 // commits in the heap that one side alone reaches
	for _, s := range h.shas {
		if reach[s] != fromBase|fromHead {
			oneSided++
		}
	}
	var out comparison
	for h.Len() > 0 && (oneSided > 0 || out.mergeBase == nil) {
		sha := heap.Pop(h).(string)
		c, from := r.Commits[sha], reach[sha]
		switch from {
		case fromBase:
			out.behind = append(out.behind, c)
			oneSided--
		case fromHead:
			out.ahead = append(out.ahead, c)
			oneSided--
		default:
			if out.mergeBase == nil {
				out.mergeBase = c
			}
		}
		for _, p := range c.Parents {
			if r.Commits[p] == nil {
				continue
			}
			was := reach[p]
			reach[p] |= from
			switch {
			case was == 0:
				heap.Push(h, p)
				if from != fromBase|fromHead {
					oneSided++
				}
			case was != fromBase|fromHead && reach[p] == fromBase|fromHead:
				oneSided--
			}
		}
	}
	slices.Reverse(out.ahead)
	slices.Reverse(out.behind)
	switch {
	case len(out.ahead) == 0 && len(out.behind) == 0:
		out.status = "identical"
	case len(out.behind) == 0:
		out.status = "ahead"
	case len(out.ahead) == 0:
		out.status = "behind"
	default:
		out.status = "diverged"
	}
	return out
}

// filesOf puts together what a row of commits changed, path by path, as far
// as their own files tell.
func filesOf(commits []*Commit) []File {
	var out []File
	at := map[string]int{}
	for _, c := range commits {
		if len(c.Parents) > 1 {
			continue // a merge repeats what its parents brought
		}
		for _, f := range c.Files {
			i, ok := at[f.Path]
			if !ok {
				at[f.Path] = len(out)
				out = append(out, f)
				continue
			}
			out[i].Additions += f.Additions
			out[i].Deletions += f.Deletions
			out[i].Patch = joinPatches(out[i].Patch, f.Patch)
			if f.Status == "removed" {
				out[i].Status = "removed"
			}
		}
	}
	slices.SortStableFunc(out, func(a, b File) int { return cmp.Compare(a.Path, b.Path) })
	return out
}

func joinPatches(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + "\n" + b
}

// resolve gives the commit that a ref names: a branch, a tag, either with
// "heads/" or "tags/" (and "refs/") before it, or an id of at least seven digits.
func (r *Repo) resolve(ref string) (commit, bool) {
	name := strings.TrimPrefix(ref, "refs/")
	if ref == "" || ref == "HEAD" {
		name = r.DefaultBranch
	}
	sha := r.Branches[strings.TrimPrefix(name, "heads/")]
	if sha == "" {
		sha = r.Tags[strings.TrimPrefix(name, "tags/")]
	}
	if sha == "" {
		sha = name
	}
	if c := r.Commits[sha]; c != nil {
		return commit{r, c}, true
	}
	if len(sha) >= 7 {
		i, _ := slices.BinarySearch(r.idx.bySHA, sha)
		if i < len(r.idx.bySHA) && strings.HasPrefix(r.idx.bySHA[i], sha) && (i+1 == len(r.idx.bySHA) || !strings.HasPrefix(r.idx.bySHA[i+1], sha)) {
			return commit{r, r.Commits[r.idx.bySHA[i]]}, true
		}
	}
	return commit{}, false
}
