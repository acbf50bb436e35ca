package github

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"

	"github.com/tickmark-dev/tickmark/internal/evidence"
	"github.com/tickmark-dev/tickmark/internal/simulate/forge"
)

// busyShop has n merged pull requests within a year: every third number is an
// issue's, every third merge is deployed, every twentieth commit of main was
// pushed by hand, and one pull request in fifty has more than one page of
// something. Merged with merge commits, main's history has the branches' too.
func busyShop(n int, mergeCommits bool) *shop {
	s := newShop()
	start := day(1, 2)
	step := 250 * 24 * time.Hour / time.Duration(n)
	s.deploy(start.Add(-time.Hour), s.tip, "success")
	for i := range n {
		at := start.Add(time.Duration(i) * step)
		if i%2 == 1 {
			s.number++
			s.r.Issues = append(s.r.Issues, &forge.Issue{Conversation: forge.Conversation{Number: s.number, Title: "bug", Author: s.ana, Created: at.Add(-time.Hour)}})
		}
		p := s.merge(at)
		if mergeCommits {
			c := s.r.Commits[p.MergeCommit]
			c.Parents = append(c.Parents, p.Head.SHA)
		}
		s.r.Statuses = append(s.r.Statuses, &forge.Status{SHA: p.Head.SHA, Context: "ci", State: "success", Creator: s.bot, Created: at.Add(-time.Minute)})
		switch i % 50 {
		case 7:
			for f := range 150 {
				p.Files = append(p.Files, forge.File{Path: fmt.Sprint("f", f), Additions: 1})
			}
		case 33:
			for r := range 40 {
				p.Reviews = append(p.Reviews, &forge.Review{Author: s.ana, State: "COMMENTED", CommitID: p.Head.SHA, Submitted: at.Add(-time.Hour + time.Duration(r)*time.Second)})
			}
		}
		if i%20 == 19 {
			s.push(at.Add(step/4), fmt.Sprint("by hand ", i))
		}
		if i%3 == 2 {
			s.deploy(at.Add(step/2), s.tip, "success")
		}
	}
	return s
}

// BenchmarkList prints the requests of one listing of a year.
func BenchmarkList(b *testing.B) {
	for _, n := range []int{1000, 10000} {
		for _, style := range []string{"squash", "merge commits"} {
			b.Run(fmt.Sprintf("%d pull requests/%s", n, style), func(b *testing.B) {
				s := busyShop(n, style != "squash")
				h := newHub(b, s.Forge, s.ana, clock("2026-12-01T00:00:00Z"), true)
				for b.Loop() {
					before := h.count("")
					var most runtime.MemStats
					got := h.list(b, b.TempDir(), false, evidence.Period{From: day(1, 2), To: day(12, 1)})
					runtime.ReadMemStats(&most)
					if got.err != nil || len(got.truncations()) > 0 || len(got.ids(evidence.KindPullRequest)) != n {
						b.Fatalf("%d pull requests, %v, %v", len(got.ids(evidence.KindPullRequest)), got.err, got.truncations())
					}
					b.ReportMetric(float64(h.count("")-before), "requests/op")
					b.ReportMetric(float64(most.HeapInuse>>20), "MiB-in-use")
				}
			})
		}
	}
}

// TestListRequests holds a listing to the goal: 10,000 merged pull requests in
// at most 500 requests, measured on a tenth of that.
func TestListRequests(t *testing.T) {
	t.Parallel()
	s := busyShop(1000, false)
	h := newHub(t, s.Forge, s.ana, clock("2026-12-01T00:00:00Z"), true)
	got := h.list(t, t.TempDir(), false, evidence.Period{From: day(1, 2), To: day(12, 1)})
	wantCut(t, got)
	pushed := 0 // one request each, once and for all
	for _, name := range h.asked {
		if strings.HasPrefix(name, "GET /repos/acme/api/commits/") {
			pushed++
		}
	}
	if n := h.count("") - pushed; n > 50 || pushed != 50 {
		t.Errorf("%d requests for 1,000 pull requests, and %d for 50 commits that were pushed by hand: %v", n, pushed, h.asked)
	}
}

// TestListNodes counts the nodes of each query as GitHub does: the product of
// the sizes along each branch, summed. It answers 500,000 at most.
func TestListNodes(t *testing.T) {
	var batch []*more
	for i := range perFollow {
		batch = append(batch, &more{id: fmt.Sprint(i), on: "PullRequest", field: "commits", nodes: selectOfPull})
	}
	follow, _ := followQuery(batch)
	for name, query := range map[string]string{
		"overview": queryOverview, "count": queryDeploymentCount, "deployments": queryDeployments, "merged": queryMerged, "history": queryHistory, "pull requests": queryPullRequests,
		"inner pages": follow, "commits": commitsQuery(make([]string, nodesPerPage)), "numbers": numbersQuery(make([]int, numbersPerPage), "issueOrPullRequest", "{ __typename }"),
	} {
		doc, err := parser.ParseQuery(&ast.Source{Input: query})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		n := nodes(doc, doc.Operations[0].SelectionSet, 1)
		t.Logf("%s: %d nodes", name, n)
		if n > 500_000 {
			t.Errorf("%s asks for %d nodes", name, n)
		}
	}
}

func nodes(doc *ast.QueryDocument, set ast.SelectionSet, outer int) int {
	sum := 0
	for _, s := range set {
		switch s := s.(type) {
		case *ast.Field:
			size := 0
			for _, a := range s.Arguments {
				switch {
				case a.Name == "ids":
					size = nodesPerPage
				case a.Name == "first" || a.Name == "last":
					if size = 100; a.Value.Kind == ast.IntValue {
						_, _ = fmt.Sscan(a.Value.Raw, &size)
					}
				}
			}
			sum += outer * size
			sum += nodes(doc, s.SelectionSet, outer*max(size, 1))
		case *ast.InlineFragment:
			sum += nodes(doc, s.SelectionSet, outer)
		case *ast.FragmentSpread:
			sum += nodes(doc, doc.Fragments.ForName(s.Name).SelectionSet, outer)
		}
	}
	return sum
}
