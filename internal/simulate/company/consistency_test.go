package company

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tickmark-dev/tickmark/internal/simulate/forge"
)

// contains reports whether old is an ancestor of sha, or sha itself, by the
// parents that the repository states.
func contains(r *forge.Repo, sha, old string) bool {
	seen := map[string]bool{}
	queue := []string{sha}
	for len(queue) > 0 {
		s := queue[0]
		queue = queue[1:]
		if s == old {
			return true
		}
		if seen[s] || r.Commits[s] == nil {
			continue
		}
		seen[s] = true
		queue = append(queue, r.Commits[s].Parents...)
	}
	return false
}

func repoOf(c *Company, full string) *forge.Repo {
	for _, r := range c.Forge.Repos {
		if "harbourline/"+r.Name == full {
			return r
		}
	}
	return nil
}

func TestForgeFinishes(t *testing.T) {
	if err := New(DefaultSeed).Forge.Finish(); err != nil {
		t.Fatal(err)
	}
}

func TestPullRequestsAreCoherent(t *testing.T) {
	c := New(DefaultSeed)
	for _, r := range c.Forge.Repos {
		numbers := map[int]bool{}
		for _, p := range r.PullRequests {
			if numbers[p.Number] {
				t.Errorf("%s#%d is there twice", r.Name, p.Number)
			}
			numbers[p.Number] = true
			if len(p.Commits) == 0 || r.Commits[p.Head.SHA] == nil || p.Commits[len(p.Commits)-1] != p.Head.SHA {
				t.Errorf("%s#%d: its head is not its last commit", r.Name, p.Number)
			}
			if strings.TrimSpace(p.Body) == "" || p.Title == "" {
				t.Errorf("%s#%d has no text", r.Name, p.Number)
			}
			if p.Merged.IsZero() {
				continue
			}
			if !p.Created.Before(p.Merged) || p.Merged.After(c.Now) {
				t.Errorf("%s#%d: created %s, merged %s", r.Name, p.Number, p.Created, p.Merged)
			}
			m := r.Commits[p.MergeCommit]
			if m == nil {
				t.Errorf("%s#%d: its merge commit does not exist", r.Name, p.Number)
				continue
			}
			if !contains(r, r.Branches[p.Base.Ref], m.SHA) {
				t.Errorf("%s#%d: its merge commit is not on %s", r.Name, p.Number, p.Base.Ref)
			}
			for _, e := range p.Events {
				if e.At.Before(p.Created) {
					t.Errorf("%s#%d: event %s before it was opened", r.Name, p.Number, e.Kind)
				}
			}
			for _, sha := range p.Commits {
				k := r.Commits[sha]
				if k == nil || k.Committer.Date.After(p.Merged) {
					t.Errorf("%s#%d: commit %s is missing or younger than the merge", r.Name, p.Number, sha)
				}
			}
			for _, rv := range p.Reviews {
				if rv.CommitID == "" || r.Commits[rv.CommitID] == nil {
					t.Errorf("%s#%d: a review of an unknown commit", r.Name, p.Number)
				}
			}
		}
	}
}

func TestMainGoesForwardInTime(t *testing.T) {
	for _, r := range New(DefaultSeed).Forge.Repos {
		for sha := r.Branches["main"]; ; {
			k := r.Commits[sha]
			if len(k.Parents) == 0 {
				break
			}
			if r.Commits[k.Parents[0]].Committer.Date.After(k.Committer.Date) {
				t.Errorf("%s: %s is older than its parent", r.Name, sha[:7])
			}
			for _, p := range k.Parents {
				if r.Commits[p] == nil {
					t.Fatalf("%s: %s has an unknown parent", r.Name, sha[:7])
				}
			}
			sha = k.Parents[0]
		}
	}
}

// TestTruthAgreesWithTheRecords finds each change's first deployment anew, by
// ancestry, in what the servers will say.
func TestTruthAgreesWithTheRecords(t *testing.T) {
	for _, seed := range []uint64{DefaultSeed, 11, 12} {
		c := New(seed)
		byPull := 0
		for _, ch := range c.Truth.Changes {
			if ch.MergeSHA == "" {
				continue
			}
			byPull++
			r := repoOf(c, ch.Repository)
			var first *forge.Deployment
			var at time.Time
			for _, d := range r.Deployments {
				if d.Environment != "production" || !contains(r, d.SHA, ch.MergeSHA) {
					continue
				}
				for _, st := range d.Statuses {
					if st.State == "success" && (at.IsZero() || st.Created.Before(at)) {
						first, at = d, st.Created
					}
				}
			}
			switch {
			case first == nil && ch.Deployment != 0:
				t.Errorf("seed %d: %s: the truth names a deployment, the records have none", seed, ch.ID)
			case first != nil && (first.ID != ch.Deployment || !at.Equal(ch.Deployed)):
				t.Errorf("seed %d: %s: the truth says deployment %d at %s, the records %d at %s", seed, ch.ID, ch.Deployment, ch.Deployed, first.ID, at)
			case first == nil && !slices.Contains(c.Truth.NotDeployed, ch.ID):
				t.Errorf("seed %d: %s is not deployed, and the truth does not list it", seed, ch.ID)
			}
			if first != nil && !at.After(ch.Merged) {
				t.Errorf("seed %d: %s was deployed before it was merged", seed, ch.ID)
			}
			if ch.PullRequest != 0 && !slices.ContainsFunc(r.PullRequests, func(p *forge.PullRequest) bool { return p.Number == ch.PullRequest && p.MergeCommit == ch.MergeSHA }) {
				t.Errorf("seed %d: %s: no such merged pull request", seed, ch.ID)
			}
		}
		merged := 0
		for _, r := range c.Forge.Repos {
			for _, p := range r.PullRequests {
				if !p.Merged.IsZero() {
					merged++
				}
			}
		}
		if pushes := countOf(c, "direct-push"); byPull != merged+pushes {
			t.Errorf("seed %d: the truth has %d changes of code, the records %d merges and %d pushes", seed, byPull, merged, pushes)
		}
	}
}

func countOf(c *Company, id string) int {
	n := 0
	for _, ch := range c.Truth.Changes {
		if ch.Has(id) {
			n++
		}
	}
	return n
}

func TestTicketsExist(t *testing.T) {
	c := New(DefaultSeed)
	keys := map[string]bool{}
	for _, is := range c.Tracker.Issues {
		if keys[is.Key] {
			t.Errorf("%s is there twice", is.Key)
		}
		keys[is.Key] = true
		if is.Created.After(is.Updated) || is.Updated.After(c.Now) {
			t.Errorf("%s: created %s, updated %s", is.Key, is.Created, is.Updated)
		}
		last := is.Created
		status := ""
		for _, h := range is.History {
			if h.At.Before(last) {
				t.Errorf("%s: history goes back from %s to %s", is.Key, last, h.At)
			}
			last = h.At
			for _, it := range h.Items {
				if it.Field == "status" {
					if status != "" && it.FromString != status {
						t.Errorf("%s: status goes from %q where it was %q", is.Key, it.FromString, status)
					}
					status = it.ToString
				}
			}
		}
		if status != "" && status != is.Status.Name {
			t.Errorf("%s: is %q, its history ends with %q", is.Key, is.Status.Name, status)
		}
	}
	for _, ch := range c.Truth.Changes {
		for _, k := range ch.Tickets {
			if c.Tracker.Issue(k) == nil {
				t.Errorf("%s: ticket %s does not exist", ch.ID, k)
			}
		}
		if ch.Incident != "" && c.Tracker.Issue(ch.Incident) == nil {
			t.Errorf("%s: incident %s does not exist", ch.ID, ch.Incident)
		}
	}
}

// TestLinksAreWrittenSomewhere sees that each ticket of a pull request is
// named in it, or names it.
func TestLinksAreWrittenSomewhere(t *testing.T) {
	c := New(DefaultSeed)
	for _, ch := range c.Truth.Changes {
		if ch.PullRequest == 0 || ch.Has("ticket-late") {
			continue
		}
		r := repoOf(c, ch.Repository)
		p := r.PullRequests[slices.IndexFunc(r.PullRequests, func(p *forge.PullRequest) bool { return p.Number == ch.PullRequest })]
		text := p.Title + "\n" + p.Body + "\n" + p.Head.Ref
		for _, sha := range p.Commits {
			text += "\n" + r.Commits[sha].Message
		}
		for _, k := range ch.Tickets {
			is := c.Tracker.Issue(k)
			named := strings.Contains(strings.ToUpper(text), k)
			for _, old := range is.FormerKeys {
				named = named || strings.Contains(strings.ToUpper(text), old)
			}
			for _, l := range is.Remote {
				named = named || strings.HasSuffix(l.URL, r.Name+"/pull/"+strings.TrimPrefix(ch.ID, r.Name+"#"))
			}
			for _, l := range is.Links { // a change request hangs on the code's ticket
				named = named || slices.Contains(ch.Tickets, l.Other.Key)
			}
			if !named {
				t.Errorf("%s: nothing ties it to %s", ch.ID, k)
			}
		}
	}
}

func TestNothingHappensAfterTheEnd(t *testing.T) {
	c := New(DefaultSeed)
	for _, r := range c.Forge.Repos {
		for _, p := range r.PullRequests {
			for _, e := range p.Events {
				if e.At.After(c.Now) {
					t.Errorf("%s#%d: %s at %s", r.Name, p.Number, e.Kind, e.At)
				}
			}
			for _, rv := range p.Reviews {
				if rv.Submitted.After(c.Now) {
					t.Errorf("%s#%d: review at %s", r.Name, p.Number, rv.Submitted)
				}
			}
		}
		for _, run := range r.Runs {
			for _, a := range run.Attempts {
				if a.Updated.After(c.Now) || a.Updated.Before(a.Started) {
					t.Errorf("%s run %d: %s to %s", r.Name, run.Number, a.Started, a.Updated)
				}
			}
		}
	}
}
