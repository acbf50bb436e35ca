package ledger

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
	"github.com/tickmark-dev/tickmark/internal/simulate/company"
	"github.com/tickmark-dev/tickmark/internal/simulate/forge"
	"github.com/tickmark-dev/tickmark/internal/simulate/tracker"
)

// companyItems are the records of the sample company as its forge and tracker
// hold them, made here without any collector.
func companyItems(c *company.Company) []evidence.Item {
	var out []evidence.Item
	for _, r := range c.Forge.Repos {
		out = append(out, repositoryItems(c, r)...)
	}
	for _, is := range c.Tracker.Issues {
		out = append(out, ticketItem(c, is))
	}
	for i := range out {
		out[i].Provenance = []evidence.Provenance{{System: out[i].Ref.System, RetrievedAt: c.Now}}
	}
	return out
}

func companyScope(c *company.Company) Scope {
	s := Scope{Production: c.Config.Production}
	for _, r := range c.Forge.Repos {
		s.Repositories = append(s.Repositories, Repository{"github", "harbourline/" + r.Name, "main"})
	}
	for _, k := range c.Config.Projects {
		s.Projects = append(s.Projects, Project{"jira", k})
	}
	return s
}

func repositoryItems(c *company.Company, r *forge.Repo) (out []evidence.Item) {
	name := "harbourline/" + r.Name
	ref := func(kind evidence.Kind, format string, args ...any) evidence.Ref {
		return evidence.Ref{Kind: kind, System: "github", ID: name + fmt.Sprintf(format, args...)}
	}
	line := map[string]bool{}
	for sha := r.Branches["main"]; r.Commits[sha] != nil; {
		line[sha] = true
		if len(r.Commits[sha].Parents) == 0 {
			break
		}
		sha = r.Commits[sha].Parents[0]
	}
	listed := map[string]bool{}
	for sha := range line {
		listed[sha] = true
	}
	for _, d := range r.Deployments {
		listed[d.SHA] = true
	}
	for _, p := range r.PullRequests {
		out = append(out, evidence.Item{Ref: ref(evidence.KindPullRequest, "#%d", p.Number), PullRequest: pullRequest(r, name, p)})
	}
	shas := make([]string, 0, len(listed))
	for sha := range listed {
		shas = append(shas, sha)
	}
	slices.Sort(shas)
	for _, sha := range shas {
		it := commit(r, name, sha)
		if line[sha] {
			it.Branch = "main"
		}
		out = append(out, evidence.Item{Ref: ref(evidence.KindCommit, "@%s", sha), Commit: &it})
	}
	for _, d := range r.Deployments {
		e := &evidence.Deployment{Repository: name, ID: fmt.Sprint(d.ID), Environment: d.Environment, Production: slices.Contains(c.Config.Production, d.Environment),
			Branch: d.Ref, SHA: d.SHA, Creator: user(d.Creator), Created: d.Created}
		for _, s := range d.Statuses {
			e.Statuses = append(e.Statuses, evidence.DeploymentStatus{ID: fmt.Sprint(s.ID), State: s.State, Created: s.Created})
			if s.Run != nil {
				e.Build = ref(evidence.KindBuild, "/runs/%d", s.Run.ID)
			}
		}
		out = append(out, evidence.Item{Ref: ref(evidence.KindDeployment, "/deployments/%d", d.ID), Deployment: e})
	}
	for _, run := range r.Runs {
		if len(run.Approvals) == 0 {
			continue
		}
		b := &evidence.Build{Repository: name, ID: fmt.Sprint(run.ID), SHA: run.SHA, Created: run.Created}
		for _, a := range run.Approvals {
			b.Approvals = append(b.Approvals, evidence.GateApproval{Person: user(a.User), State: a.State})
		}
		out = append(out, evidence.Item{Ref: ref(evidence.KindBuild, "/runs/%d", run.ID), Build: b})
	}
	return out
}

func user(u *forge.User) *evidence.Person {
	if u == nil || u.Deleted {
		return nil
	}
	return &evidence.Person{System: "github", Login: u.Login, ID: fmt.Sprint(u.ID), Name: u.Name, Type: u.Type}
}

func signature(s forge.Signature) evidence.Signature {
	return evidence.Signature{Name: s.Name, Email: s.Email, Date: s.Date, Account: user(s.User)}
}

func files(in []forge.File) (out []evidence.File) {
	for _, f := range in {
		out = append(out, evidence.File{Path: f.Path, PreviousPath: f.PreviousPath, Status: f.Status, Patch: f.Patch})
	}
	return out
}

func commit(r *forge.Repo, name, sha string) evidence.Commit {
	c := r.Commits[sha]
	return evidence.Commit{Repository: name, SHA: sha, Parents: c.Parents, Message: c.Message, Author: signature(c.Author), Committer: signature(c.Committer), Files: files(c.Files)}
}

func pullRequest(r *forge.Repo, name string, p *forge.PullRequest) *evidence.PullRequest {
	e := &evidence.PullRequest{
		Repository: name, Number: p.Number, URL: company.GitHubURL + "/" + name + fmt.Sprintf("/pull/%d", p.Number), Title: p.Title, Body: evidence.Text{Markup: evidence.Markdown, Source: p.Body},
		State: "open", Author: user(p.Author), Created: p.Created, Closed: p.Closed, Merged: p.Merged, MergedBy: user(p.MergedBy), MergeCommit: p.MergeCommit,
		Base: evidence.Branch{Ref: p.Base.Ref, SHA: p.Base.SHA}, Head: evidence.Branch{Ref: p.Head.Ref, SHA: p.Head.SHA}, CommitsTotal: len(p.Commits), Files: files(p.Files), FilesTotal: len(p.Files),
	}
	switch {
	case !p.Merged.IsZero():
		e.State = "merged"
	case !p.Closed.IsZero():
		e.State, e.MergeCommit = "closed", ""
	}
	for _, sha := range p.Commits {
		c := commit(r, name, sha)
		c.Files = nil
		e.Commits = append(e.Commits, c)
	}
	for _, rv := range p.Reviews {
		e.Reviews = append(e.Reviews, evidence.Review{ID: fmt.Sprint(rv.ID), Author: user(rv.Author), State: rv.State, Submitted: rv.Submitted, CommitID: rv.CommitID})
	}
	return e
}

func jiraUser(u *tracker.User) *evidence.Person {
	if u == nil || u.Deleted {
		return nil
	}
	return &evidence.Person{System: "jira", ID: u.AccountID, Name: u.Name, Email: u.Email, Type: u.Type}
}

func ticketItem(c *company.Company, is *tracker.Issue) evidence.Item {
	t := &evidence.Ticket{Key: is.Key, Project: is.Project.Key, Type: is.Type, Title: is.Summary, Status: is.Status.Name, Resolution: is.Resolution,
		Reporter: jiraUser(is.Reporter), Assignee: jiraUser(is.Assignee), Created: is.Created, Updated: is.Updated, Resolved: is.Resolved}
	byField := is.Custom[c.Tracker.Field("Implemented at").Number].Time
	if !byField.IsZero() {
		t.Deployed, t.DeployedBasis = byField.UTC(), "the field Implemented at"
	}
	for _, h := range is.History {
		for _, x := range h.Items {
			t.History = append(t.History, evidence.HistoryEntry{ID: h.ID, At: h.At, Author: jiraUser(h.Author), Field: x.Field, From: x.FromString, To: x.ToString})
			if x.Field == "status" && t.Deployed.IsZero() && slices.Contains(c.Config.Deployed, x.ToString) {
				t.Deployed, t.DeployedBasis = h.At, fmt.Sprintf("status changed from %q to %q", x.FromString, x.ToString)
			}
		}
	}
	for _, a := range is.Approvals {
		e := evidence.TicketApproval{ID: a.ID, Name: a.Name, Decision: a.Decision, Created: a.Created, Completed: a.Completed}
		for _, p := range a.Approvers {
			e.Approvers = append(e.Approvers, evidence.Decision{Person: jiraUser(p.User), Decision: p.Decision})
		}
		t.Approvals = append(t.Approvals, e)
	}
	for _, r := range is.Remote {
		t.Remote = append(t.Remote, evidence.RemoteLink{Title: r.Title, URL: r.URL})
	}
	return evidence.Item{Ref: evidence.Ref{Kind: evidence.KindTicket, System: "jira", ID: is.Key}, Ticket: t}
}

func open(t testing.TB) *Ledger {
	t.Helper()
	l, err := Open(filepath.Join(t.TempDir(), "ledger ?#%1.sqlite"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l
}

func load(t testing.TB, l *Ledger, p evidence.Period, zone *time.Location, s Scope, items []evidence.Item) {
	t.Helper()
	ld, err := l.Begin(t.Context(), p, zone, s)
	if err != nil {
		t.Fatal(err)
	}
	for _, it := range items {
		if err := ld.Item(it); err != nil {
			t.Fatal(err)
		}
	}
	if err := ld.Finish(context.Background()); err != nil {
		t.Fatal(err)
	}
}

func loadCompany(t testing.TB, c *company.Company) *Ledger {
	t.Helper()
	l := open(t)
	load(t, l, evidence.Period{From: c.From, To: c.To}, c.Zone, companyScope(c), companyItems(c))
	return l
}

func changes(t testing.TB, l *Ledger, f Filter) []evidence.Entry {
	t.Helper()
	var out []evidence.Entry
	for c, err := range l.Changes(context.Background(), f) {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, c)
	}
	return out
}

func orphansOf(t testing.TB, l *Ledger) map[string][]string {
	t.Helper()
	out := map[string][]string{}
	for o, err := range l.Orphans(context.Background()) {
		if err != nil {
			t.Fatal(err)
		}
		out[o.Kind] = append(out[o.Kind], o.Ref.ID)
	}
	return out
}
