package company

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tickmark-dev/tickmark/internal/simulate/forge"
	"github.com/tickmark-dev/tickmark/internal/simulate/metrics"
)

// print writes everything of a company that anybody can see, so that two of
// them can be compared; logs and artifacts, which are made when asked for, are
// made here.
func print(t *testing.T, c *Company) string {
	t.Helper()
	h := sha256.New()
	enc := json.NewEncoder(h)
	put := func(v any) {
		if err := enc.Encode(v); err != nil {
			t.Fatal(err)
		}
	}
	put(c.Truth)
	put(c.Config)
	for _, r := range c.Forge.Repos {
		for _, p := range r.PullRequests {
			put([]any{p.Conversation.Title, p.Body, p.Created, p.Merged, p.MergeCommit, p.Commits, p.Files, len(p.Events), p.Head.SHA})
			for _, rv := range p.Reviews {
				put([]any{rv.State, rv.Body, rv.CommitID, rv.Submitted})
			}
			for _, e := range p.Events {
				put([]any{e.Kind, e.At, e.Message, e.Commit})
			}
		}
		put(r.Commits)
		for _, run := range r.Runs {
			for _, a := range run.Attempts {
				put([]any{run.ID, run.Number, a.Conclusion, a.Updated})
				for _, j := range a.Jobs[:1] {
					if j.LogFunc != nil {
						put(j.LogFunc())
					}
				}
			}
		}
		put(r.Tags)
		for _, d := range r.Deployments {
			for _, st := range d.Statuses {
				put([]any{d.ID, d.SHA, d.Ref, d.Environment, st.State, st.Created})
			}
		}
	}
	for _, is := range c.Tracker.Issues {
		put([]any{is.ID, is.Key, is.Summary, is.Body, is.Custom, is.History, is.Comments, is.Attachments, is.Approvals, is.Remote, is.Updated})
	}
	return hex.EncodeToString(h.Sum(nil))
}

// silence takes the functions away, which cannot be compared; print has
// compared what they give.
func silence(c *Company) {
	for _, r := range c.Forge.Repos {
		for _, run := range r.Runs {
			for _, a := range run.Attempts {
				for _, j := range a.Jobs {
					j.LogFunc = nil
				}
			}
			for _, f := range run.Artifacts {
				f.FilesFunc = nil
			}
		}
	}
}

func TestEqualSeedsGiveEqualCompanies(t *testing.T) {
	a, b := New(DefaultSeed), New(DefaultSeed)
	x, y := print(t, a), print(t, b)
	if x != y {
		t.Fatalf("the companies differ: %s and %s", x, y)
	}
	silence(a)
	silence(b)
	for i := range a.Forge.Repos {
		if !reflect.DeepEqual(a.Forge.Repos[i], b.Forge.Repos[i]) {
			t.Errorf("repository %s differs", a.Forge.Repos[i].Name)
		}
	}
	if !reflect.DeepEqual(a.Tracker.Issues, b.Tracker.Issues) {
		t.Error("the tickets differ")
	}
	if d := cmp.Diff(a.Truth, b.Truth); d != "" {
		t.Fatalf("the truth differs:\n%s", d)
	}
	if x == print(t, New(DefaultSeed+1)) {
		t.Fatal("another seed gives the same company")
	}
}

func BenchmarkNew(b *testing.B) {
	for b.Loop() {
		New(DefaultSeed)
	}
}

func TestEverySituationIsThere(t *testing.T) {
	for _, seed := range []uint64{DefaultSeed, 1, 2, 3} {
		c := New(seed)
		if n := len(c.Truth.Changes); n < 260 || n > 340 {
			t.Errorf("seed %d: %d changes, want about 300", seed, n)
		}
		seen := map[string]int{}
		for _, ch := range c.Truth.Changes {
			for _, s := range ch.Situations {
				seen[s.ID]++
				if s.Words == "" {
					t.Errorf("seed %d: situation %q of %s has no words", seed, s.ID, ch.ID)
				}
			}
		}
		for _, a := range c.Truth.Abandoned {
			if a.Words == words()["done-without-deployment"] {
				seen["done-without-deployment"]++
			}
		}
		for id := range words() {
			if seen[id] == 0 && (seed == DefaultSeed || !drawn(id)) {
				t.Errorf("seed %d: situation %q occurs nowhere", seed, id)
			}
		}
	}
}

// drawn says which situations are left to chance, and may be missing with some seeds.
func drawn(id string) bool {
	return slices.Contains([]string{"ghost-author", "not-deployed", "superseded-deploy", "service-account-merge", "renamed-login", "deploy-failed", "deploy-failed-retried", "deploy-rejected", "revert-only", "ticket-between", "scan-cancelled", "taken-back-unsaid", "incident-soon-after", "author-opens-gate"}, id)
}

func TestNamedPeopleAreThere(t *testing.T) {
	c := New(DefaultSeed)
	var deleted, machines int
	for _, u := range c.Forge.Users {
		if u.Deleted {
			deleted++
		}
		if u.Type == forge.Bot {
			machines++
		}
	}
	if deleted != 1 || machines != 4 {
		t.Errorf("%d deleted accounts and %d bots, want 1 and 4", deleted, machines)
	}
}

func TestMetricsShowTheIncidents(t *testing.T) {
	c := New(DefaultSeed)
	value := func(expr string, at time.Time) float64 {
		i := slices.IndexFunc(c.Metrics.Exprs, func(e metrics.Expr) bool { return e.Text == expr })
		v, ok := c.Metrics.Exprs[i].Series[0].Value(at)
		if !ok {
			t.Fatalf("no value of %s at %s", expr, at)
		}
		return v
	}
	errors, _ := rates("checkout-web")
	in := time.Date(2026, 2, 11, 11, 10, 0, 0, c.Zone)
	if v := value(errors, in); v < 5 {
		t.Errorf("error rate in the incident is %v %%, want more than 5", v)
	}
	if v := value(errors, in.Add(4*time.Hour)); v > 1 {
		t.Errorf("error rate after the incident is %v %%, want less than 1", v)
	}
}

func ExampleNew() {
	c := New(DefaultSeed)
	fmt.Println(c.Name, len(c.Forge.Repos), "repositories")
	// Output: Harbourline Payments 5 repositories
}
