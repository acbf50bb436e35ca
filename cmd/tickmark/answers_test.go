package main

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/testscript"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/tickmark-dev/tickmark/internal/simulate/company"
	"github.com/tickmark-dev/tickmark/internal/simulate/forge"
	"github.com/tickmark-dev/tickmark/internal/simulate/tracker"
)

var populationSchema = sync.OnceValues(func() (*jsonschema.Schema, error) {
	file, err := filepath.Abs(filepath.Join("..", "..", "docs", "schemas", "population.schema.json"))
	if err != nil {
		return nil, err
	}
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	return compiler.Compile(file)
})

// answers FILE KIND [VALUE...] holds each JSON line of a file to the published
// schema, and the changes that they name, in order, to those that the story of
// the sample company planted, worked out here from its servers' own records:
//
//	on DAY             reached production on it
//	days FIRST LAST    … from the first to the last
//	touches FOLDER     … and has a file in it
//	approved LOGIN     … and was approved by the account at GitHub
//	part LOGIN         … and who has the account at GitHub had any part in it, by it or as reporter or assignee of a ticket
//	ticket KEY         … and answers the ticket
//	says WORD...       … and its pull request, commits or tickets say all words
//	in REPOSITORY      … and is of the repository
//	everything         also what did not reach production, or not in the period
func cmdAnswers(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: answers FILE KIND [VALUE...]")
	}
	schema, err := populationSchema()
	ts.Check(err)
	var got []string
	for line := range strings.Lines(ts.ReadFile(args[0])) {
		doc, err := jsonschema.UnmarshalJSON(strings.NewReader(line))
		ts.Check(err)
		if err := schema.Validate(doc); err != nil {
			ts.Fatalf("%s\n%v", line, err)
		}
		got = append(got, doc.(map[string]any)["change"].(string))
	}
	want := planted(sceneOf(ts).servers.Company, args[1], args[2:])
	if want == nil {
		ts.Fatalf("nothing of the kind was planted, so this shows nothing")
	}
	if diff := cmp.Diff(want, got); diff != "" {
		ts.Fatalf("(-planted +answered):\n%s", diff)
	}
	ts.Logf("%d changes, as planted", len(got))
}

// A fact is one change as the story and the servers' records tell it.
type fact struct {
	id, repository string
	deployed       time.Time
	dropped        bool // a ticket that was closed undone
	tickets        []string
	pull           *forge.PullRequest
	deployment     *forge.Deployment
	commits        []*forge.Commit
	issues         []*tracker.Issue
}

// planted gives the ids of the changes, by time of deployment and then by id.
func planted(c *company.Company, kind string, values []string) []string {
	var all []fact
	for _, f := range facts(c) {
		in := !f.dropped && !f.deployed.Before(c.From) && f.deployed.Before(c.To)
		if kind == "everything" || in && f.fits(c, kind, values) {
			all = append(all, f)
		}
	}
	slices.SortFunc(all, func(a, b fact) int {
		if a.deployed.IsZero() != b.deployed.IsZero() {
			return b.deployed.Compare(a.deployed)
		}
		if n := a.deployed.Compare(b.deployed); n != 0 {
			return n
		}
		return strings.Compare(a.id, b.id)
	})
	var ids []string
	for _, f := range all {
		ids = append(ids, f.id)
	}
	return ids
}

func (f fact) fits(c *company.Company, kind string, values []string) bool {
	day := f.deployed.In(c.Zone).Format(time.DateOnly)
	switch kind {
	case "on":
		return day == values[0]
	case "days":
		return day >= values[0] && day <= values[1]
	case "in":
		return f.repository == values[0]
	case "touches":
		return slices.ContainsFunc(f.files(), func(file forge.File) bool { return strings.Contains("/"+file.Path, "/"+values[0]) })
	case "approved":
		return f.pull != nil && slices.ContainsFunc(f.pull.Reviews, func(r *forge.Review) bool {
			return r.State == "APPROVED" && r.Author != nil && !r.Author.Deleted && r.Author.Login == values[0]
		})
	case "part":
		return slices.ContainsFunc(f.people(), func(u *forge.User) bool { return u != nil && !u.Deleted && u.Login == values[0] }) || f.onTicket(c, values[0])
	case "ticket":
		return slices.Contains(f.tickets, values[0])
	case "says":
		text := strings.ToLower(f.text())
		return !slices.ContainsFunc(values, func(w string) bool { return !strings.Contains(text, strings.ToLower(w)) })
	}
	panic("no kind " + kind)
}

func (f fact) files() []forge.File {
	if f.pull != nil {
		return f.pull.Files
	}
	var all []forge.File
	for _, c := range f.commits {
		all = append(all, c.Files...)
	}
	return all
}

func (f fact) people() []*forge.User {
	var all []*forge.User
	if f.pull != nil {
		all = append(all, f.pull.Author, f.pull.MergedBy)
		if f.pull.AutoMerge != nil {
			all = append(all, f.pull.AutoMerge.EnabledBy)
		}
		for _, r := range f.pull.Reviews {
			all = append(all, r.Author)
		}
	}
	for _, c := range f.commits {
		all = append(all, c.Author.User, c.Committer.User)
	}
	if f.deployment != nil {
		all = append(all, f.deployment.Creator)
	}
	return all
}

// onTicket reports whether who has an account at GitHub reported one of the
// tickets or is its assignee.
func (f fact) onTicket(c *company.Company, login string) bool {
	i := slices.IndexFunc(c.Roster, func(m company.Member) bool { return slices.Contains(m.GitHub, login) })
	return i >= 0 && slices.ContainsFunc(f.issues, func(is *tracker.Issue) bool {
		return slices.ContainsFunc([]*tracker.User{is.Reporter, is.Assignee}, func(u *tracker.User) bool { return u != nil && slices.Contains(c.Roster[i].Jira, u.AccountID) })
	})
}

func (f fact) text() string {
	var b strings.Builder
	if f.pull != nil {
		fmt.Fprintln(&b, f.pull.Title, f.pull.Body, f.pull.Head.Ref)
	}
	for _, c := range f.commits {
		fmt.Fprintln(&b, c.Message)
	}
	for _, is := range f.issues {
		fmt.Fprintln(&b, is.Key, is.Summary, is.Body)
	}
	return b.String()
}

// facts gives what there is to know of every change, and of the records that
// the story left without one.
func facts(c *company.Company) []fact {
	var all []fact
	for _, w := range c.Truth.Changes {
		f := fact{id: w.RecordID(), repository: w.Repository, deployed: w.Deployed, tickets: w.Tickets}
		for _, r := range c.Forge.Repos {
			if "harbourline/"+r.Name != w.Repository {
				continue
			}
			if landed := r.Commits[w.MergeSHA]; landed != nil {
				f.commits = append(f.commits, landed)
			}
			for _, p := range r.PullRequests {
				if p.Number == w.PullRequest {
					f.pull = p
					for _, sha := range p.Commits {
						f.commits = append(f.commits, r.Commits[sha])
					}
				}
			}
			for _, d := range r.Deployments {
				if d.ID == w.Deployment {
					f.deployment = d
				}
			}
		}
		for _, key := range w.Tickets {
			if is := c.Tracker.Issue(key); is != nil {
				f.issues = append(f.issues, is)
			}
		}
		all = append(all, f)
	}
	// Tickets that say that they went live and are of nothing, or are not named
	// by what they are of; those that were dropped only say when.
	for _, key := range slices.Concat(c.Unnamed(), c.AbandonedTickets("done"), c.AbandonedTickets("dropped")) {
		is := c.Tracker.Issue(key)
		all = append(all, fact{id: key, tickets: []string{key}, issues: []*tracker.Issue{is}, deployed: live(c, is), dropped: slices.Contains(c.AbandonedTickets("dropped"), key)})
	}
	// The state of each repository before the story: in production already.
	for _, r := range c.Forge.Repos {
		for sha, commit := range r.Commits {
			if strings.HasPrefix(commit.Message, "Freeze: ") {
				all = append(all, fact{id: "harbourline/" + r.Name + "@" + sha, repository: "harbourline/" + r.Name, commits: []*forge.Commit{commit}, deployed: before(r, sha)})
			}
		}
	}
	return all
}

// live gives when a ticket says that it went live: by its field, or else when
// it first reached a status that means production.
func live(c *company.Company, is *tracker.Issue) time.Time {
	for _, word := range c.Config.Fields {
		for _, f := range c.Tracker.Fields {
			if at := is.Custom[f.Number].Time; word.Word == "deployed_at" && f.Name == word.Name && !at.IsZero() {
				return at
			}
		}
	}
	for _, h := range is.History {
		for _, it := range h.Items {
			if it.Field == "status" && slices.Contains(c.Config.Deployed, it.ToString) {
				return h.At
			}
		}
	}
	return time.Time{}
}

// before gives when a commit was first deployed to production.
func before(r *forge.Repo, sha string) time.Time {
	for _, d := range r.Deployments {
		for _, s := range d.Statuses {
			if d.SHA == sha && d.Environment == "production" && s.State == "success" {
				return s.Created
			}
		}
	}
	return time.Time{}
}
