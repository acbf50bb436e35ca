package github

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"

	"github.com/tickmark-dev/tickmark/internal/evidence"
	"github.com/tickmark-dev/tickmark/internal/simulate/forge"
)

// BenchmarkList prints the requests of one listing of a year.
func BenchmarkList(b *testing.B) {
	for _, n := range []int{1000, 10000} {
		for _, style := range []string{"squash", "merge commits"} {
			b.Run(fmt.Sprintf("%d pull requests/%s", n, style), func(b *testing.B) {
				s := &shop{forge.Busy(n, style != "squash")}
				h := newHub(b, s.Forge, s.Ana, clock("2026-12-01T00:00:00Z"), true)
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
	s := &shop{forge.Busy(1000, false)}
	h := newHub(t, s.Forge, s.Ana, clock("2026-12-01T00:00:00Z"), true)
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
	for i := range batch {
		batch[i] = &more{id: fmt.Sprint(i), on: "Commit", field: "checkSuites", nodes: selectSuite}
	}
	suites, _ := followQuery(batch)
	for name, query := range map[string]string{
		"overview": queryOverview, "count": queryDeploymentCount, "deployments": queryDeployments, "merged": queryMerged, "history": queryHistory, "pull requests": queryPullRequests,
		"inner pages": follow, "inner pages of suites": suites, "checks": queryChecks, "commits": commitsQuery(make([]string, nodesPerPage)), "numbers": numbersQuery(make([]int, numbersPerPage), "issueOrPullRequest", "{ __typename }"),
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
