package forge

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// repoIndex finds the records of one repository. It is made by Finish and
// not changed afterwards.
type repoIndex struct {
	threads     map[int]thread
	pullsOf     map[string][]pull // by commit: head commits and what landed
	suites      map[string][]suite
	suiteByID   map[int64]suite
	checkByID   map[int64]check
	runs        []*Run // newest first
	runByID     map[int64]*Run
	jobByID     map[int64]job
	artifacts   map[int64]artifact
	statuses    map[string][]*Status // newest first
	deployments []*Deployment        // newest first
	deployByID  map[int64]*Deployment
	deploysOf   map[string][]*Deployment
	environment map[string]*Environment
	order       map[string]int               // place of a commit in an order that has parents first
	bySHA       []string                     // sorted, to resolve short ids
	logs        map[string]func() *branchLog // of the branches' tips
}

// Finish fills what the model leaves to be derived (ids, times) and reports
// the first thing in it that contradicts itself. Handler calls it.
func (f *Forge) Finish() error {
	if f.Org == nil {
		return fmt.Errorf("forge: there is no organisation")
	}
	for _, u := range append([]*User{f.Org}, f.Users...) {
		fill(&u.ID, "user", u.Login)
		if u.Type == "" {
			u.Type = Person
		}
	}
	for _, t := range f.Teams {
		fill(&t.ID, "team", f.Org.Login, t.Slug)
	}
	for _, a := range f.Apps {
		fill(&a.ID, "app", a.Slug)
		if a.Owner == nil {
			a.Owner = f.Org
		}
	}
	f.finishAudit()
	for _, r := range f.Repos {
		if err := r.finish(); err != nil {
			return fmt.Errorf("forge: %s: %w", r.full(), err)
		}
	}
	return nil
}

func fill(id *int64, parts ...any) {
	if *id == 0 {
		*id = ID(parts...)
	}
}

func (r *Repo) full() string { return r.Owner.Login + "/" + r.Name }

func (r *Repo) finish() error {
	fill(&r.ID, "repo", r.full())
	if r.Created.IsZero() {
		r.Created = time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	for i, s := range r.Suites {
		fill(&s.ID, "rule suite", r.full(), i)
	}
	r.idx = &repoIndex{
		threads: map[int]thread{}, pullsOf: map[string][]pull{}, suites: map[string][]suite{}, suiteByID: map[int64]suite{},
		checkByID: map[int64]check{}, runByID: map[int64]*Run{}, jobByID: map[int64]job{}, artifacts: map[int64]artifact{},
		statuses: map[string][]*Status{}, deployByID: map[int64]*Deployment{}, deploysOf: map[string][]*Deployment{}, environment: map[string]*Environment{},
	}
	for _, l := range r.Labels {
		fill(&l.ID, "label", r.full(), l.Name)
	}
	for i, m := range r.Milestones {
		fill(&m.ID, "milestone", r.full(), m.Number, i)
	}
	for _, w := range r.Workflows {
		fill(&w.ID, "workflow", r.full(), w.Path)
	}
	for _, e := range r.Environments {
		fill(&e.ID, "environment", r.full(), e.Name)
		r.idx.environment[e.Name] = e
	}
	for i, s := range r.Rulesets {
		fill(&s.ID, "ruleset", r.full(), s.Name, i)
	}
	for _, step := range []func() error{r.orderCommits, r.finishThreads, r.finishRuns, r.finishChecks, r.finishDeployments} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

func (r *Repo) finishThreads() error {
	add := func(t thread) error {
		if _, ok := r.idx.threads[t.c.Number]; ok || t.c.Number <= 0 {
			return fmt.Errorf("number %d of an issue or pull request is not positive or used twice", t.c.Number)
		}
		r.idx.threads[t.c.Number] = t
		r.finishThread(t)
		return nil
	}
	for _, i := range r.Issues {
		fill(&i.ID, "issue", r.full(), i.Number)
		if err := add(issue{r, i}.thread()); err != nil {
			return err
		}
	}
	for _, p := range r.PullRequests {
		fill(&p.ID, "pull", r.full(), p.Number)
		fill(&p.IssueID, "issue", r.full(), p.Number)
		if !p.Merged.IsZero() && p.Closed.IsZero() {
			return fmt.Errorf("pull request %d is merged but not closed", p.Number)
		}
		for _, sha := range p.Commits {
			if r.Commits[sha] == nil {
				return fmt.Errorf("pull request %d has commit %s, which is not among the commits", p.Number, sha)
			}
		}
		for i, v := range p.Reviews {
			fill(&v.ID, "review", r.full(), p.Number, i)
		}
		for i, c := range p.ReviewComments {
			fill(&c.ID, "review comment", r.full(), p.Number, i)
			if c.Review != nil {
				c.ReviewID = c.Review.ID
			}
			if c.Updated.IsZero() {
				c.Updated = c.Created
			}
		}
		w := pull{r, p}
		if err := add(w.thread()); err != nil {
			return err
		}
		for _, sha := range p.Commits {
			r.idx.pullsOf[sha] = append(r.idx.pullsOf[sha], w)
		}
		if p.MergeCommit != "" && !p.Merged.IsZero() && !slices.Contains(p.Commits, p.MergeCommit) {
			r.idx.pullsOf[p.MergeCommit] = append(r.idx.pullsOf[p.MergeCommit], w)
		}
	}
	return nil
}

// finishThread fills the ids of a conversation and, where it is left out, the
// time of the last thing that happened.
func (r *Repo) finishThread(t thread) {
	c := t.c
	last := later(c.Created, c.Closed)
	for _, l := range c.Labels {
		fill(&l.ID, "label", r.full(), l.Name)
	}
	if c.Milestone != nil {
		fill(&c.Milestone.ID, "milestone", r.full(), c.Milestone.Number, c.Milestone.Title)
	}
	for i, m := range c.Comments {
		fill(&m.ID, "comment", r.full(), c.Number, i)
		if m.Updated.IsZero() {
			m.Updated = m.Created
		}
		last = later(last, m.Updated)
	}
	for i, e := range c.Events {
		fill(&e.ID, "event", r.full(), c.Number, i)
		last = later(last, e.At)
	}
	for i, e := range c.Edits {
		fill(&e.ID, "edit", r.full(), c.Number, i)
		last = later(last, e.At)
	}
	if t.pull != nil {
		for _, v := range t.pull.Reviews {
			last = later(last, v.Submitted)
		}
		for _, v := range t.pull.ReviewComments {
			last = later(last, v.Updated)
		}
	}
	if c.Updated.IsZero() {
		c.Updated = last
	}
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

func (r *Repo) finishRuns() error {
	for _, u := range r.Runs {
		if u.Workflow == nil || len(u.Attempts) == 0 {
			return fmt.Errorf("run %q of %s has no workflow or no attempt", u.Title, u.SHA)
		}
		fill(&u.Workflow.ID, "workflow", r.full(), u.Workflow.Path)
		fill(&u.ID, "run", r.full(), u.Workflow.Path, u.Number)
		fill(&u.SuiteID, "suite", r.full(), "run", u.ID)
		if r.idx.runByID[u.ID] != nil {
			return fmt.Errorf("run id %d is used twice", u.ID)
		}
		r.idx.runByID[u.ID] = u
		r.idx.runs = append(r.idx.runs, u)
		last := u.Attempts[len(u.Attempts)-1]
		s := suite{r, &CheckSuite{ID: u.SuiteID, SHA: u.SHA, Branch: u.Branch, App: ActionsApp(), Status: last.Status, Conclusion: last.Conclusion,
			PullRequests: u.PullRequests, Created: u.Created, Updated: last.Updated}, u}
		for n, a := range u.Attempts {
			if a.Started.IsZero() {
				a.Started = u.Created
			}
			for i, j := range a.Jobs {
				fill(&j.ID, "job", r.full(), u.ID, n+1, i)
				if j.Created.IsZero() {
					j.Created = j.Started
				}
				for k, st := range j.Steps {
					if st.Number == 0 {
						st.Number = k + 1
					}
				}
				if _, ok := r.idx.jobByID[j.ID]; ok {
					return fmt.Errorf("job id %d is used twice", j.ID)
				}
				r.idx.jobByID[j.ID] = job{run{r, u}, n + 1, j}
				c := &CheckRun{ID: j.ID, Name: j.Name, Status: j.Status, Conclusion: j.Conclusion, Started: j.Started, Completed: j.Completed,
					ExternalID: nodeID("", r.ID, j.ID), Annotations: j.Annotations}
				s.Runs = append(s.Runs, c)
				r.idx.checkByID[c.ID] = check{s, c, j, n + 1}
			}
		}
		for i, a := range u.Artifacts {
			fill(&a.ID, "artifact", r.full(), u.ID, i)
			r.idx.artifacts[a.ID] = artifact{run{r, u}, a}
		}
		r.addSuite(s)
	}
	slices.SortStableFunc(r.idx.runs, func(a, b *Run) int { return cmp.Or(b.Created.Compare(a.Created), cmp.Compare(b.ID, a.ID)) })
	return nil
}

func (r *Repo) addSuite(s suite) {
	r.idx.suites[s.SHA] = append(r.idx.suites[s.SHA], s)
	r.idx.suiteByID[s.ID] = s
}

func (r *Repo) finishChecks() error {
	for i, cs := range r.CheckSuites {
		if cs.App == nil {
			return fmt.Errorf("a check suite of %s has no app", cs.SHA)
		}
		fill(&cs.App.ID, "app", cs.App.Slug)
		if cs.App.Owner == nil {
			cs.App.Owner = r.Owner
		}
		fill(&cs.ID, "suite", r.full(), cs.SHA, cs.App.Slug, i)
		s := suite{r, cs, nil}
		for k, c := range cs.Runs {
			fill(&c.ID, "check", r.full(), cs.ID, k)
			if _, ok := r.idx.checkByID[c.ID]; ok {
				return fmt.Errorf("check run id %d is used twice", c.ID)
			}
			r.idx.checkByID[c.ID] = check{s, c, nil, 0}
		}
		r.addSuite(s)
	}
	for i, s := range r.Statuses {
		fill(&s.ID, "status", r.full(), s.SHA, s.Context, i)
		r.idx.statuses[s.SHA] = append(r.idx.statuses[s.SHA], s)
	}
	for _, l := range r.idx.statuses {
		slices.SortStableFunc(l, func(a, b *Status) int { return b.Created.Compare(a.Created) })
	}
	return nil
}

func (r *Repo) finishDeployments() error {
	for i, d := range r.Deployments {
		fill(&d.ID, "deployment", r.full(), d.Environment, d.SHA, i)
		if r.idx.deployByID[d.ID] != nil {
			return fmt.Errorf("deployment id %d is used twice", d.ID)
		}
		r.idx.deployByID[d.ID] = d
		r.idx.deploysOf[d.SHA] = append(r.idx.deploysOf[d.SHA], d)
		last := d.Created
		for k, s := range d.Statuses {
			fill(&s.ID, "deployment status", r.full(), d.ID, k)
			last = later(last, s.Created)
		}
		if d.Updated.IsZero() {
			d.Updated = last
		}
		r.idx.deployments = append(r.idx.deployments, d)
	}
	slices.SortStableFunc(r.idx.deployments, func(a, b *Deployment) int { return cmp.Or(b.Created.Compare(a.Created), cmp.Compare(b.ID, a.ID)) })
	return nil
}
