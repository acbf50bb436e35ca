package forge

import (
	"fmt"
	"time"
)

// Shop is a repository to be filled: acme/api with a history of merged pull
// requests, each squashed to one commit. Serve it when it is filled.
type Shop struct {
	*Forge
	Repo   *Repo
	Ana    *User // who does everything that people do
	Bot    *User // who deploys
	Number int   // of the last pull request or issue
	Tip    string
}

// NewShop gives a shop with one commit of the first day of 2026.
func NewShop() *Shop {
	f := New("acme")
	s := &Shop{Forge: f, Repo: f.AddRepo("api")}
	s.Ana = f.AddUser(&User{ID: 7, Login: "ana", Name: "Ana"})
	s.Bot = f.AddUser(&User{ID: 9, Login: "deployer[bot]", Type: Bot})
	s.Repo.Environments = []*Environment{{Name: "production"}, {Name: "staging"}}
	s.Push(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), "start")
	return s
}

// Commit adds a commit that is on no branch, and gives its SHA.
func (s *Shop) Commit(at time.Time, message string, parents ...string) string {
	who := Signature{Name: "Ana", Email: "ana@acme.example", Date: at, User: s.Ana}
	return s.Repo.AddCommit(&Commit{Parents: parents, Author: who, Committer: who, Message: message, Files: []File{{Path: "a.go", Additions: 1}}}).SHA
}

// Push puts a commit on main, and gives its SHA.
func (s *Shop) Push(at time.Time, message string) string {
	var parents []string
	if s.Tip != "" {
		parents = []string{s.Tip}
	}
	s.Tip = s.Commit(at, message, parents...)
	s.Repo.Branches["main"] = s.Tip
	return s.Tip
}

// Merge merges a pull request of one commit.
func (s *Shop) Merge(at time.Time) *PullRequest {
	s.Number++
	head := s.Commit(at.Add(-time.Hour), fmt.Sprintf("work %d", s.Number), s.Tip)
	base := s.Tip
	landed := s.Push(at, fmt.Sprintf("Change %d (#%d)", s.Number, s.Number))
	p := &PullRequest{
		Conversation: Conversation{Number: s.Number, Title: fmt.Sprintf("Change %d", s.Number), Author: s.Ana, Created: at.Add(-2 * time.Hour), Closed: at},
		Merged:       at, MergedBy: s.Ana, MergeCommit: landed, Commits: []string{head}, Files: []File{{Path: "a.go", Additions: 1}},
		Base: Side{Ref: "main", SHA: base}, Head: Side{Ref: fmt.Sprintf("work-%d", s.Number), SHA: head},
		Reviews: []*Review{{Author: s.Ana, State: "APPROVED", CommitID: head, Submitted: at.Add(-time.Minute)}},
	}
	s.Repo.PullRequests = append(s.Repo.PullRequests, p)
	return p
}

// Deploy deploys a commit to production; the last state is state, "" for none.
func (s *Shop) Deploy(at time.Time, sha, state string) *Deployment {
	d := &Deployment{ID: int64(len(s.Repo.Deployments) + 1), SHA: sha, Ref: "main", Environment: "production", Creator: s.Bot, Created: at}
	d.Statuses = append(d.Statuses, &DeploymentStatus{State: "in_progress", Creator: s.Bot, Created: at})
	if state != "" {
		d.Statuses = append(d.Statuses, &DeploymentStatus{State: state, Creator: s.Bot, Created: at.Add(time.Minute)})
	}
	s.Repo.Deployments = append(s.Repo.Deployments, d)
	return d
}

// BusyDays is how many days the changes of Busy are spread over.
const BusyDays = 250

// BusyFrom is the day of Busy's first change.
func BusyFrom() time.Time { return time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC) }

// Busy gives a shop with n merged pull requests within BusyDays: every third
// number is an issue's, every third merge is deployed, every twentieth commit
// of main was pushed by hand, and two pull requests in fifty have more than one
// page of something. Merged with merge commits, main's history has the
// branches' too.
func Busy(n int, mergeCommits bool) *Shop {
	s := NewShop()
	start := BusyFrom()
	step := BusyDays * 24 * time.Hour / time.Duration(n)
	s.Deploy(start.Add(-time.Hour), s.Tip, "success")
	for i := range n {
		at := start.Add(time.Duration(i) * step)
		if i%2 == 1 {
			s.Number++
			s.Repo.Issues = append(s.Repo.Issues, &Issue{Conversation: Conversation{Number: s.Number, Title: "bug", Author: s.Ana, Created: at.Add(-time.Hour)}})
		}
		p := s.Merge(at)
		if mergeCommits {
			c := s.Repo.Commits[p.MergeCommit]
			c.Parents = append(c.Parents, p.Head.SHA)
		}
		s.Repo.Statuses = append(s.Repo.Statuses, &Status{SHA: p.Head.SHA, Context: "ci", State: "success", Creator: s.Bot, Created: at.Add(-time.Minute)})
		switch i % 50 {
		case 7:
			for f := range 150 {
				p.Files = append(p.Files, File{Path: fmt.Sprint("f", f), Additions: 1})
			}
		case 33:
			for r := range 40 {
				p.Reviews = append(p.Reviews, &Review{Author: s.Ana, State: "COMMENTED", CommitID: p.Head.SHA, Submitted: at.Add(-time.Hour + time.Duration(r)*time.Second)})
			}
		}
		if i%20 == 19 {
			s.Push(at.Add(step/4), fmt.Sprint("by hand ", i))
		}
		if i%3 == 2 {
			s.Deploy(at.Add(step/2), s.Tip, "success")
		}
	}
	return s
}
