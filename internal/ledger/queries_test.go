package ledger

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// The text of a query that a hundred records came by is kept once, and a
// record is given back with it.
func TestLongQueriesAreKeptOnce(t *testing.T) {
	l := open(t)
	query := `{"query":"query PullRequests($ids: [ID!]!) { nodes(ids: $ids) { id } }","variables":{"ids":["` + strings.Repeat("PR_kwDOFAKDls7nWeuH", 100) + `"]}}`
	var items []evidence.Item
	for i := range 200 {
		from := evidence.Provenance{System: "github", Query: query, RetrievedAt: syntheticStart, SHA256: sha(1)}
		short := evidence.Provenance{System: "github", Query: "git log", RetrievedAt: syntheticStart, SHA256: sha(2)}
		items = append(items, evidence.Item{Ref: evidence.Ref{Kind: evidence.KindCommit, System: "github", ID: "acme/api@" + sha(i)}, Provenance: []evidence.Provenance{from, short},
			Commit: &evidence.Commit{Repository: "acme/api", SHA: sha(i), Branch: "main", Message: "x"}})
	}
	load(t, l, evidence.Period{From: syntheticStart, To: syntheticStart.AddDate(1, 0, 0)}, time.UTC, syntheticScope(), items)
	var n, longest int
	if err := l.db.QueryRow(`SELECT (SELECT count(*) FROM queries), max(length(item)) FROM records`).Scan(&n, &longest); err != nil || n != 1 || longest > 600 {
		t.Errorf("%d queries are kept, a record has up to %d bytes, %v", n, longest, err)
	}
	for _, want := range items[:3] {
		got, ok, err := l.Item(context.Background(), want.Ref)
		if err != nil || !ok {
			t.Fatal(ok, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-loaded +given):\n%s", diff)
		}
	}
}

// Of two versions of a data set the one with more signs of incompleteness
// counts, whatever their texts and the order in which they come.
func TestWorseNewsOfADatasetIsKept(t *testing.T) {
	whole := evidence.IPE{Dataset: "commits of o/r", System: "gh", Scope: "z", Notes: []string{"zzz"}}
	cut := whole
	cut.Notes, cut.Truncations = []string{"aaa"}, []string{"page 2 did not come"}
	worse := whole
	worse.Notes, worse.Truncations = []string{"aaa"}, []string{"a", "b"}
	for _, order := range [][]evidence.IPE{{whole, cut, worse}, {worse, cut, whole}, {cut, worse, whole}, {worse, whole, cut}} {
		l := open(t)
		ld, err := l.Begin(t.Context(), fiveYears(), time.UTC, syntheticScope())
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range order {
			if err := ld.Dataset(d); err != nil {
				t.Fatal(err)
			}
		}
		if err := ld.Finish(t.Context()); err != nil {
			t.Fatal(err)
		}
		got, err := l.Datasets(t.Context())
		if err != nil || len(got) != 1 || len(got[0].Truncations) != 2 {
			t.Errorf("kept is %+v, %v", got, err)
		}
	}
}
