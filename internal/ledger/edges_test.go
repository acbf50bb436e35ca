package ledger

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// The world of these tests: repository o/r, branch main, commits c0, c1, …,
// the period of March 2026 in Berlin.
type world struct{ items []evidence.Item }

func march(day, hour int) time.Time { return time.Date(2026, 3, day, hour, 0, 0, 0, time.UTC) }

func (w *world) put(kind evidence.Kind, id string, it evidence.Item) {
	it.Ref = evidence.Ref{Kind: kind, System: "gh", ID: id}
	if kind == evidence.KindTicket {
		it.Ref.System = "jira"
	}
	w.items = append(w.items, it)
}

func (w *world) commit(sha, parent, branch string, at time.Time) *evidence.Commit {
	c := &evidence.Commit{Repository: "o/r", SHA: sha, Branch: branch, Message: "work of " + sha, Author: evidence.Signature{Name: "A", Date: at}, Committer: evidence.Signature{Name: "A", Date: at}}
	if parent != "" {
		c.Parents = []string{parent}
	}
	w.put(evidence.KindCommit, "o/r@"+sha, evidence.Item{Commit: c})
	return c
}

// line puts c0 to c(n-1) on main, one a day from 20 February on.
func (w *world) line(n int) *world {
	for i := range n {
		parent := ""
		if i > 0 {
			parent = fmt.Sprintf("c%d", i-1)
		}
		w.commit(fmt.Sprintf("c%d", i), parent, "main", march(-8+i, 9))
	}
	return w
}

func (w *world) pull(number int, merge string, at time.Time) *evidence.PullRequest {
	p := &evidence.PullRequest{Repository: "o/r", Number: number, Title: fmt.Sprintf("pull %d", number), State: "merged", Merged: at, MergeCommit: merge, Base: evidence.Branch{Ref: "main"}}
	w.put(evidence.KindPullRequest, fmt.Sprintf("o/r#%d", number), evidence.Item{PullRequest: p})
	return p
}

func (w *world) deploy(id int, sha string, at time.Time) *evidence.Deployment {
	d := &evidence.Deployment{Repository: "o/r", ID: fmt.Sprint(id), Environment: "production", Production: true, SHA: sha, Created: at.Add(-time.Minute),
		Statuses: []evidence.DeploymentStatus{{State: "in_progress", Created: at.Add(-time.Minute)}, {State: "success", Created: at}, {State: "inactive", Created: at.Add(time.Hour)}}}
	w.put(evidence.KindDeployment, fmt.Sprintf("o/r/deployments/%d", id), evidence.Item{Deployment: d})
	return d
}

func (w *world) ticket(key string, deployed time.Time) *evidence.Ticket {
	t := &evidence.Ticket{Key: key, Title: "ticket " + key, Deployed: deployed, DeployedBasis: "field"}
	w.put(evidence.KindTicket, key, evidence.Item{Ticket: t})
	return t
}

func (w *world) load(t *testing.T) *Ledger {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	l := open(t)
	load(t, l, evidence.Period{From: time.Date(2026, 3, 1, 0, 0, 0, 0, zone), To: time.Date(2026, 4, 1, 0, 0, 0, 0, zone)}, zone,
		Scope{Repositories: []Repository{{"gh", "o/r", "main"}}, Projects: []Project{{"jira", "OPS"}}}, w.items)
	return l
}

// brief says of each change where it stands, as "id in 1" or "id out".
func brief(t *testing.T, l *Ledger) []string {
	t.Helper()
	var out []string
	for _, c := range changes(t, l, Filter{}) {
		s := c.ID + " out"
		if c.InPopulation {
			s = c.ID + " in"
		}
		if c.Deployment.ID != "" {
			s += " " + strings.TrimPrefix(c.Deployment.ID, "o/r/deployments/")
		}
		out = append(out, s)
	}
	slices.Sort(out)
	return out
}

func TestWhatAChangeIs(t *testing.T) {
	feb, apr := march(-3, 9), march(40, 9)
	tests := map[string]struct {
		tell    func(w *world)
		want    []string
		orphans []string // "kind: record"
		notes   int
	}{
		"a batch goes to its first deployment, and again brings nothing": {func(w *world) {
			w.line(4)
			for i := range 4 {
				w.pull(i+1, fmt.Sprintf("c%d", i), march(2, i))
			}
			w.deploy(1, "c0", feb)
			w.deploy(2, "c2", march(3, 9))
			w.deploy(3, "c2", march(4, 9))
			w.deploy(4, "c1", march(5, 9))
			w.deploy(5, "c3", march(6, 9))
		}, []string{"o/r#1 out 1", "o/r#2 in 2", "o/r#3 in 2", "o/r#4 in 5"}, nil, 0},
		"a failed deployment brings nothing": {func(w *world) {
			w.line(2)
			w.deploy(1, "c0", feb)
			w.deploy(2, "c1", march(3, 9)).Statuses = []evidence.DeploymentStatus{{State: "failure", Created: march(3, 9)}}
			w.deploy(3, "c1", march(4, 9))
		}, []string{"o/r@c0 out 1", "o/r@c1 in 3"}, nil, 0},
		"another environment counts for nothing": {func(w *world) {
			w.line(2)
			w.deploy(1, "c0", feb)
			w.deploy(2, "c1", march(3, 9)).Production = false
		}, []string{"o/r@c0 out 1", "o/r@c1 out"}, nil, 0},
		"the first of two production environments counts": {func(w *world) {
			w.line(2)
			w.deploy(1, "c0", feb)
			w.deploy(2, "c1", march(3, 9)).Environment = "production-eu"
			w.deploy(3, "c1", march(4, 9))
		}, []string{"o/r@c0 out 1", "o/r@c1 in 2"}, nil, 0},
		"the period begins at its first moment and ends before its last": {func(w *world) {
			w.line(3)
			w.deploy(1, "c0", time.Date(2026, 2, 28, 22, 59, 59, 999e6, time.UTC))
			w.deploy(2, "c1", time.Date(2026, 2, 28, 23, 0, 0, 0, time.UTC))
			w.deploy(3, "c2", time.Date(2026, 3, 31, 22, 0, 0, 0, time.UTC))
		}, []string{"o/r@c0 out 1", "o/r@c1 in 2", "o/r@c2 out 3"}, nil, 0},
		"without an earlier deployment everything is the first one's, and a note says so": {func(w *world) {
			w.line(3)
			w.deploy(1, "c1", march(3, 9))
		}, []string{"o/r@c0 in 1", "o/r@c1 in 1", "o/r@c2 out"}, nil, 1},
		"what the first deployment is compared with was there before": {func(w *world) {
			w.line(3)
			w.deploy(1, "c2", march(3, 9)).Range = &evidence.DeploymentRange{Base: "c1", Head: "c2", Status: "ahead"}
		}, []string{"o/r@c0 out", "o/r@c1 out", "o/r@c2 in 1"}, nil, 0},
		"a commit that nobody listed": {func(w *world) {
			w.line(1)
			w.deploy(1, "c0", feb)
			w.deploy(2, "ffff", march(3, 9))
			w.deploy(3, "ffff", march(4, 9))
		}, []string{"o/r@c0 out 1", "o/r@ffff in 2"}, []string{"commit without ticket: o/r@ffff", "deployment of an unknown commit: o/r/deployments/2", "deployment without pull request: o/r/deployments/2"}, 0},
		"back to a commit from before the list": {func(w *world) {
			w.line(1)
			w.deploy(1, "c0", feb)
			w.deploy(2, "ffff", march(3, 9)).Range = &evidence.DeploymentRange{Base: "c0", Head: "ffff", Status: "behind"}
		}, []string{"o/r@c0 out 1"}, nil, 0},
		"a release branch brings its own commits": {func(w *world) {
			w.line(3)
			w.commit("h1", "c1", "", march(2, 9))
			w.commit("h2", "h1", "", march(2, 10))
			w.pull(7, "h1", march(2, 9)).Base.Ref = "release/1"
			w.deploy(1, "c0", feb)
			w.deploy(2, "h2", march(3, 9))
			w.deploy(3, "c2", march(4, 9))
		}, []string{"o/r#7 in 2", "o/r@c0 out 1", "o/r@c1 in 2", "o/r@c2 in 3", "o/r@h2 in 2"}, nil, 0},
		"a rebased pull request is one change, by its commits' messages and authors": {func(w *world) {
			w.line(4)
			p := w.pull(7, "c3", march(2, 9))
			for i := 1; i < 4; i++ {
				same := *w.items[i].Commit
				same.SHA, same.Parents, same.Branch = fmt.Sprintf("b%d", i), nil, ""
				if i > 1 { // c1 is somebody's push
					p.Commits = append(p.Commits, same)
				}
			}
			w.deploy(1, "c0", feb)
			w.deploy(2, "c3", march(3, 9))
		}, []string{"o/r#7 in 2", "o/r@c0 out 1", "o/r@c1 in 2"}, nil, 0},
		"the same commit pushed long before is not part of a rebased pull request": {func(w *world) {
			w.line(4)
			p := w.pull(7, "c3", march(2, 9))
			for i, n := range []int{1, 3} {
				same := *w.items[n].Commit
				same.SHA, same.Parents, same.Branch = fmt.Sprintf("b%d", i), nil, ""
				p.Commits = append(p.Commits, same)
			}
			w.deploy(1, "c0", feb)
			w.deploy(2, "c3", march(3, 9))
		}, []string{"o/r#7 in 2", "o/r@c0 out 1", "o/r@c1 in 2", "o/r@c2 in 2"}, nil, 0},
		"the source's own word ties a commit": {func(w *world) {
			w.line(3)
			w.pull(7, "c2", march(2, 9))
			w.items[1].Commit.PullRequests = []evidence.Ref{{Kind: evidence.KindPullRequest, System: "gh", ID: "o/r#7"}}
			w.deploy(1, "c0", feb)
			w.deploy(2, "c2", march(3, 9))
		}, []string{"o/r#7 in 2", "o/r@c0 out 1"}, nil, 0},
		"an open pull request brings nothing": {func(w *world) {
			w.line(2)
			p := w.pull(7, "", time.Time{})
			p.State = "open"
			w.items[1].Commit.PullRequests = []evidence.Ref{{Kind: evidence.KindPullRequest, System: "gh", ID: "o/r#7"}}
			w.deploy(1, "c0", feb)
			w.deploy(2, "c1", march(3, 9))
		}, []string{"o/r@c0 out 1", "o/r@c1 in 2"}, []string{"commit without pull request: o/r@c1", "commit without ticket: o/r@c1", "deployment without pull request: o/r/deployments/2"}, 0},
		"a pull request that no list holds": {func(w *world) {
			w.line(2)
			w.items[1].Commit.PullRequests = []evidence.Ref{{Kind: evidence.KindPullRequest, System: "gh", ID: "o/r#9"}}
			w.deploy(1, "c0", feb)
			w.deploy(2, "c1", march(3, 9))
		}, []string{"o/r#9 in 2", "o/r@c0 out 1"}, []string{"pull request not listed: o/r#9", "pull request without ticket: o/r#9"}, 0},
		"two pull requests that one commit merged": {func(w *world) {
			w.line(2)
			w.pull(4, "c1", march(2, 9)).Base.Ref = "feature"
			w.pull(5, "c1", march(2, 9))
			w.deploy(1, "c0", feb)
			w.deploy(2, "c1", march(3, 9))
		}, []string{"o/r#5 in 2", "o/r@c0 out 1"}, nil, 0},
		"merged elsewhere, and brought on": {func(w *world) {
			w.line(2)
			w.pull(4, "f1", march(1, 9)).Base.Ref = "feature"
			w.pull(5, "c1", march(2, 9)).Commits = []evidence.Commit{{SHA: "f1", Message: "m"}}
			w.deploy(1, "c0", feb)
			w.deploy(2, "c1", march(3, 9))
		}, []string{"o/r#4 out", "o/r#5 in 2", "o/r@c0 out 1"}, nil, 0},
		"both edges of the period": {func(w *world) {
			w.line(4)
			w.pull(1, "c1", feb)
			w.pull(2, "c2", march(20, 9))
			w.pull(3, "c3", march(21, 9))
			w.deploy(1, "c0", feb)
			w.deploy(2, "c1", march(3, 9))
			w.deploy(3, "c2", apr)
		}, []string{"o/r#1 in 2", "o/r#2 out 3", "o/r#3 out", "o/r@c0 out 1"}, []string{
			"pull request not deployed: o/r#3", "pull request without ticket: o/r#1", "pull request without ticket: o/r#2", "pull request without ticket: o/r#3"}, 0},
		"tickets alone": {func(w *world) {
			w.ticket("OPS-1", march(3, 9))
			w.ticket("OPS-2", feb)
			w.ticket("OPS-3", march(4, 9)).History = []evidence.HistoryEntry{{Field: "status", At: march(4, 9), To: "Done"}}
			w.ticket("OPS-4", march(5, 9)).Resolution = "Won't Do"
			w.ticket("OPS-5", time.Time{})
		}, []string{"OPS-1 in", "OPS-2 out", "OPS-3 in", "OPS-4 out"}, []string{
			"ticket closed undone: OPS-4", "ticket done without deployment: OPS-3", "ticket without pull request: OPS-1"}, 0},
		"a day alone is the same day in every zone": {func(w *world) {
			w.ticket("OPS-1", time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)).DeployedDay = true
			w.ticket("OPS-2", time.Date(2026, 3, 31, 0, 0, 0, 0, time.UTC)).DeployedDay = true
			w.ticket("OPS-3", time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC)).DeployedDay = true
			w.ticket("OPS-4", time.Date(2026, 2, 28, 0, 0, 0, 0, time.UTC)).DeployedDay = true
		}, []string{"OPS-1 in", "OPS-2 in", "OPS-3 out", "OPS-4 out"}, nil, 0},
		"a ticket is part of the change that names it, once that is deployed": {func(w *world) {
			w.line(3)
			w.ticket("OPS-1", march(3, 9))
			w.ticket("OPS-2", march(3, 9))
			w.pull(1, "c1", march(2, 9)).Title = "OPS-1: it"
			w.pull(2, "c2", march(2, 9)).Title = "OPS-2 and OPS-77"
			w.deploy(1, "c0", feb)
			w.deploy(2, "c1", march(3, 9))
		}, []string{"OPS-2 in", "o/r#1 in 2", "o/r#2 out", "o/r@c0 out 1"}, []string{
			"named ticket not listed: OPS-77", "pull request not deployed: o/r#2", "ticket done without deployment: OPS-2"}, 0},
		"no dates play a part in the order": {func(w *world) {
			w.line(3)
			for i, at := range []time.Time{march(20, 9), march(1, 9), march(10, 9)} {
				w.items[i].Commit.Committer.Date = at
			}
			w.deploy(1, "c1", feb)
			w.deploy(2, "c2", march(3, 9))
		}, []string{"o/r@c0 out 1", "o/r@c1 out 1", "o/r@c2 in 2"}, nil, 0},
		"a line with a hole": {func(w *world) {
			w.line(4)
			w.items = slices.Delete(w.items, 1, 2)
			w.deploy(1, "c0", feb)
			w.deploy(2, "c3", march(3, 9))
		}, []string{"o/r@c0 out 1", "o/r@c2 in 2", "o/r@c3 in 2"}, nil, 1},
		"parents in a circle": {func(w *world) {
			w.line(3)
			w.items[0].Commit.Parents = []string{"c2"}
		}, nil, nil, 1},
		"where nobody says which commits are the branch's, the longest line is": {func(w *world) {
			w.line(4)
			for i := range w.items {
				w.items[i].Commit.Branch = ""
			}
			w.commit("h1", "c1", "", march(2, 9))
			w.deploy(1, "c1", feb)
			w.deploy(2, "c3", march(3, 9))
		}, []string{"o/r@c0 out 1", "o/r@c1 out 1", "o/r@c2 in 2", "o/r@c3 in 2"}, nil, 1},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			w := &world{}
			test.tell(w)
			l := w.load(t)
			if got := brief(t, l); !slices.Equal(got, test.want) {
				t.Errorf("changes %q, want %q", got, test.want)
			}
			if test.orphans != nil {
				var got []string
				for o, err := range l.Orphans(context.Background()) {
					if err != nil {
						t.Fatal(err)
					}
					got = append(got, o.Kind+": "+o.Ref.ID)
				}
				if !slices.Equal(got, test.orphans) {
					t.Errorf("orphans %q, want %q", got, test.orphans)
				}
			}
			if notes, err := l.Notes(context.Background()); err != nil || len(notes) != test.notes {
				t.Errorf("notes %q, %v, want %d", notes, err, test.notes)
			}
		})
	}
}

func TestNumberGaps(t *testing.T) {
	w := (&world{}).line(3)
	w.pull(3, "c0", march(2, 9))
	w.pull(5, "", time.Time{}).State = "closed"
	w.pull(6, "", time.Time{}).State = "open"
	w.pull(9, "c1", march(2, 9))
	w.pull(2_000_000_000, "c2", march(2, 9))
	w.items = append(w.items, evidence.Item{Ref: evidence.Ref{Kind: evidence.KindTicket, System: "gh", ID: "o/r#8"}, Ticket: &evidence.Ticket{Key: "o/r#8"}})
	var got []string
	for g, err := range w.load(t).NumberGaps(context.Background()) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, fmt.Sprintf("%d-%d %s", g.First, g.Last, g.Explanation))
	}
	const unseen = " not listed: an issue, deleted, or not visible"
	want := []string{"4-4" + unseen, "5-5 closed without a merge", "6-6 open", "7-7" + unseen, "8-8 an issue", "10-1999999999" + unseen}
	if !slices.Equal(got, want) {
		t.Errorf("gaps %q, want %q", got, want)
	}
}

func TestBeginRefuses(t *testing.T) {
	l := open(t)
	if _, err := l.Begin(context.Background(), evidence.Period{From: march(2, 0), To: march(1, 0)}, time.UTC, Scope{}); err == nil || !strings.Contains(err.Error(), "reversed") {
		t.Errorf("a reversed period: %v", err)
	}
	if _, err := l.Begin(context.Background(), evidence.Period{From: march(1, 0), To: march(2, 0)}, nil, Scope{}); err == nil {
		t.Error("no zone is accepted")
	}
	if _, _, err := l.Period(); !errors.Is(err, ErrEmpty) {
		t.Errorf("an empty ledger's period: %v", err)
	}
}

func TestCanceledFinishLeavesNothing(t *testing.T) {
	l := open(t)
	ld, err := l.Begin(context.Background(), evidence.Period{From: march(1, 0), To: march(2, 0)}, time.UTC, Scope{})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := ld.Finish(ctx); err == nil || l.Loaded() {
		t.Errorf("finished %v, loaded %t", err, l.Loaded())
	}
	if err := ld.Item(evidence.Item{Ref: evidence.Ref{Kind: "k", System: "s", ID: "i"}}); err == nil {
		t.Error("a load that is over takes records")
	}
}
