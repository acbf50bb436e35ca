package forge

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// Comparison by walking back as far as is needed gives what comparison of all
// ancestors gives, on any history, whatever its dates say.
func TestCompareIsByAncestry(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := New("acme").AddRepo("api")
		var all []*Commit
		for i := range rapid.IntRange(1, 25).Draw(t, "commits") {
			c := &Commit{Message: fmt.Sprint(i), Committer: Signature{Date: time.Unix(int64(rapid.IntRange(0, 9).Draw(t, "date")), 0)}}
			for range min(i, rapid.IntRange(0, 2).Draw(t, "parents")) {
				if p := all[rapid.IntRange(0, i-1).Draw(t, "parent")].SHA; !slices.Contains(c.Parents, p) {
					c.Parents = append(c.Parents, p)
				}
			}
			all = append(all, r.AddCommit(c))
		}
		if err := r.finish(); err != nil {
			t.Fatal(err)
		}
		base, head := rapid.SampledFrom(all).Draw(t, "base"), rapid.SampledFrom(all).Draw(t, "head")
		inBase, inHead := ancestors(r, base), ancestors(r, head)
		got := r.compare(base, head)
		check := func(name string, list []*Commit, in, out map[string]bool) {
			n := 0
			for sha := range in {
				if !out[sha] {
					n++
				}
			}
			if len(list) != n {
				t.Errorf("%s: %d commits, want %d", name, len(list), n)
			}
			for i, c := range list {
				if !in[c.SHA] || out[c.SHA] {
					t.Errorf("%s has %s", name, c.SHA)
				}
				if i > 0 && r.idx.order[list[i-1].SHA] > r.idx.order[c.SHA] {
					t.Errorf("%s is not oldest first", name)
				}
			}
		}
		check("ahead", got.ahead, inHead, inBase)
		check("behind", got.behind, inBase, inHead)
		common := false
		for sha := range inBase {
			common = common || inHead[sha]
		}
		if common != (got.mergeBase != nil) || common && !(inBase[got.mergeBase.SHA] && inHead[got.mergeBase.SHA]) {
			t.Errorf("merge base %v", got.mergeBase)
		}
	})
}

func ancestors(r *Repo, c *Commit) map[string]bool {
	seen := map[string]bool{}
	var walk func(sha string)
	walk = func(sha string) {
		if r.Commits[sha] != nil && !seen[sha] {
			seen[sha] = true
			for _, p := range r.Commits[sha].Parents {
				walk(p)
			}
		}
	}
	walk(c.SHA)
	return seen
}

func TestFinishRefusesContradictions(t *testing.T) {
	pr := func(n int) *PullRequest { return &PullRequest{Conversation: Conversation{Number: n}} }
	for name, test := range map[string]struct {
		fill func(*Repo)
		want string
	}{
		"number twice":     {func(r *Repo) { r.PullRequests = []*PullRequest{pr(1), pr(1)} }, "forge: acme/api: number 1 of an issue or pull request is not positive or used twice"},
		"no number":        {func(r *Repo) { r.PullRequests = []*PullRequest{pr(0)} }, "forge: acme/api: number 0 of an issue or pull request is not positive or used twice"},
		"merged and open":  {func(r *Repo) { p := pr(1); p.Merged = time.Unix(1, 0); r.PullRequests = []*PullRequest{p} }, "forge: acme/api: pull request 1 is merged but not closed"},
		"unknown commit":   {func(r *Repo) { p := pr(1); p.Commits = []string{"x"}; r.PullRequests = []*PullRequest{p} }, "forge: acme/api: pull request 1 has commit x, which is not among the commits"},
		"misfiled commit":  {func(r *Repo) { r.Commits["a"] = &Commit{SHA: "b"} }, "forge: acme/api: commit b is filed under a"},
		"circle":           {func(r *Repo) { r.Commits["a"] = &Commit{SHA: "a", Parents: []string{"a"}} }, "forge: acme/api: the commits' parents form a circle"},
		"run without jobs": {func(r *Repo) { r.Runs = []*Run{{Title: "t", SHA: "x"}} }, `forge: acme/api: run "t" of x has no workflow or no attempt`},
	} {
		t.Run(name, func(t *testing.T) {
			f := New("acme")
			test.fill(f.AddRepo("api"))
			if err := f.Finish(); err == nil || err.Error() != test.want {
				t.Errorf("got %v, want %s", err, test.want)
			}
		})
	}
}

func TestNodeIDs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, s := rapid.Int64Min(0).Draw(t, "number"), rapid.StringN(0, 60, 200).Draw(t, "name")
		prefix, numbers, names, ok := parseNodeID(nodeID("PR", n, n, s))
		if !ok || prefix != "PR" || !slices.Equal(numbers, []int64{n, n}) || !slices.Equal(names, []string{s}) {
			t.Errorf("%v %v %v %v", prefix, numbers, names, ok)
		}
	})
}
