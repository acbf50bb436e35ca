package ledger

import (
	"context"
	"fmt"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

var syntheticStart = time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)

func sha(n int) string { return fmt.Sprintf("%040x", n+1) }

// synthetic gives the records of n changes in one repository: every tenth is a
// direct push, every eighth is deployed with the seven before it, each pull
// request has two commits, a review, three paths and a ticket.
func synthetic(n int, give func(evidence.Item) error) error {
	const repo = "acme/api"
	at := func(i int) time.Time { return syntheticStart.Add(time.Duration(i) * 5 * time.Minute) }
	prov := []evidence.Provenance{{System: "github", RetrievedAt: syntheticStart.AddDate(2, 0, 0)}}
	ref := func(kind evidence.Kind, id string) evidence.Ref {
		return evidence.Ref{Kind: kind, System: "github", ID: id}
	}
	person := func(i int) *evidence.Person {
		return &evidence.Person{System: "github", Login: fmt.Sprintf("dev%d", i%50), ID: fmt.Sprint(i % 50), Type: "User"}
	}
	sign := func(i int) evidence.Signature {
		return evidence.Signature{Name: fmt.Sprintf("Dev %d", i%50), Email: fmt.Sprintf("dev%d@acme.example", i%50), Date: at(i), Account: person(i)}
	}
	for i := range n {
		c := evidence.Commit{Repository: repo, SHA: sha(i), Branch: "main", Message: fmt.Sprintf("Change number %d", i), Author: sign(i), Committer: sign(i)}
		if i > 0 {
			c.Parents = []string{sha(i - 1)}
		}
		direct := i%10 == 9
		if direct {
			c.Files = []evidence.File{{Path: fmt.Sprintf("config/%d.yaml", i%300)}}
		}
		if err := give(evidence.Item{Ref: ref(evidence.KindCommit, repo+"@"+c.SHA), Commit: &c, Provenance: prov}); err != nil {
			return err
		}
		if !direct {
			p := &evidence.PullRequest{Repository: repo, Number: i + 1, Title: fmt.Sprintf("OPS-%d: change number %d", i+1, i), Body: evidence.Text{Source: "Why it is done, what was tested, and how to take it back."},
				State: "merged", Author: person(i), Created: at(i - 20), Merged: at(i), MergedBy: person(i + 1), MergeCommit: c.SHA, Base: evidence.Branch{Ref: "main"},
				Head: evidence.Branch{Ref: fmt.Sprintf("feature/ops-%d", i+1)}, Reviews: []evidence.Review{{ID: "1", Author: person(i + 7), State: "APPROVED", Submitted: at(i - 1)}}}
			for k := range 2 {
				p.Commits = append(p.Commits, evidence.Commit{Repository: repo, SHA: fmt.Sprintf("b%d%038x", k, i), Message: fmt.Sprintf("Step %d of %d", k, i), Author: sign(i), Committer: sign(i)})
			}
			for k := range 3 {
				p.Files = append(p.Files, evidence.File{Path: fmt.Sprintf("internal/part%d/file%d.go", (i+k)%200, (i*7+k)%40), Additions: 10})
			}
			if err := give(evidence.Item{Ref: ref(evidence.KindPullRequest, fmt.Sprintf("%s#%d", repo, p.Number)), PullRequest: p, Provenance: prov}); err != nil {
				return err
			}
			t := &evidence.Ticket{Key: fmt.Sprintf("OPS-%d", i+1), Project: "OPS", Title: p.Title, Status: "Done", Reporter: person(i + 3), Created: at(i - 40)}
			if err := give(evidence.Item{Ref: evidence.Ref{Kind: evidence.KindTicket, System: "jira", ID: t.Key}, Ticket: t, Provenance: prov}); err != nil {
				return err
			}
		}
		if i%8 == 7 {
			d := &evidence.Deployment{Repository: repo, ID: fmt.Sprint(i), Environment: "production", Production: true, SHA: c.SHA, Creator: person(i), Created: at(i),
				Statuses: []evidence.DeploymentStatus{{State: "success", Created: at(i).Add(2 * time.Minute)}}}
			if err := give(evidence.Item{Ref: ref(evidence.KindDeployment, fmt.Sprintf("%s/deployments/%d", repo, i)), Deployment: d, Provenance: prov}); err != nil {
				return err
			}
		}
	}
	return nil
}

func syntheticScope() Scope {
	return Scope{Repositories: []Repository{{"github", "acme/api", "main"}}, Projects: []Project{{"jira", "OPS"}}, Production: []string{"production"}}
}

func fiveYears() evidence.Period {
	return evidence.Period{From: syntheticStart, To: syntheticStart.AddDate(5, 0, 0)}
}

func loadSynthetic(t testing.TB, l *Ledger, n int) {
	t.Helper()
	ld, err := l.Begin(t.Context(), fiveYears(), time.UTC, syntheticScope())
	if err != nil {
		t.Fatal(err)
	}
	if err := synthetic(n, ld.Item); err != nil {
		t.Fatal(err)
	}
	if err := ld.Finish(context.Background()); err != nil {
		t.Fatal(err)
	}
}

// peak watches how much memory the program holds from the system while it runs.
func peak() func() uint64 {
	var most atomic.Uint64
	stop, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			most.Store(max(most.Load(), m.HeapInuse+m.StackInuse))
			select {
			case <-stop:
				return
			case <-time.After(20 * time.Millisecond):
			}
		}
	}()
	return func() uint64 {
		close(stop)
		<-done
		return most.Load()
	}
}

func BenchmarkLoad(b *testing.B) {
	for _, n := range []int{1_000, 10_000, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				runtime.GC()
				stop, start := peak(), time.Now()
				l := open(b)
				loadSynthetic(b, l, n)
				loaded := time.Since(start)
				start = time.Now()
				count := 0
				for c, err := range l.Changes(context.Background(), Filter{InPopulation: true}) {
					if err != nil {
						b.Fatal(err)
					}
					if c.ID == "" || c.Deployment.ID == "" {
						b.Fatalf("change %+v", c)
					}
					count++
				}
				if want := n / 8 * 8; count != want {
					b.Fatalf("%d changes in the population, want %d", count, want)
				}
				listed := time.Since(start)
				heap := stop()
				start = time.Now()
				again, err := Open(l.path)
				if err != nil {
					b.Fatal(err)
				}
				opened := time.Since(start)
				if err := again.Close(); err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(loaded.Seconds(), "load-s")
				b.ReportMetric(listed.Seconds(), "list-s")
				b.ReportMetric(float64(heap)/(1<<20), "heap-MB")
				b.Logf("%d changes: loaded in %.1f s, listed in %.1f s, opened in %.1f s; Go heap at most %d MB, the process until now %d MB", n, loaded.Seconds(), listed.Seconds(), opened.Seconds(), heap>>20, resident()>>20)
			}
		})
	}
}
