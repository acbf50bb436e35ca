package ledger

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"testing"

	"github.com/tickmark-dev/tickmark/internal/evidence"
	"github.com/tickmark-dev/tickmark/internal/simulate/company"
)

// truthID is the ledger's name for a change of the truth.
func truthID(c *company.Change) string {
	switch {
	case c.PullRequest > 0:
		return fmt.Sprintf("%s#%d", c.Repository, c.PullRequest)
	case c.Repository != "":
		return c.Repository + "@" + c.MergeSHA
	}
	return c.ID
}

func sorted(in []string) []string {
	out := slices.Clone(in)
	slices.Sort(out)
	return slices.Compact(out)
}

// differ names what is in one list and not in the other.
func differ(t *testing.T, what string, got, want []string) {
	t.Helper()
	got, want = sorted(got), sorted(want)
	for _, g := range got {
		if !slices.Contains(want, g) {
			t.Errorf("%s: %s is in the ledger, and was not planted", what, g)
		}
	}
	for _, w := range want {
		if !slices.Contains(got, w) {
			t.Errorf("%s: %s was planted, and is not in the ledger", what, w)
		}
	}
}

func TestSampleCompanyEqualsItsTruth(t *testing.T) {
	c := company.New(company.DefaultSeed)
	l := loadCompany(t, c)
	period := evidence.Period{From: c.From, To: c.To}
	known := map[string]evidence.Entry{}
	for _, x := range changes(t, l, Filter{}) {
		known[x.ID] = x
	}
	var population, got []string
	for _, w := range c.Truth.Changes {
		id := truthID(w)
		g, ok := known[id]
		if !ok {
			t.Errorf("%s (%s) is no change of the ledger", w.ID, w.Title)
			continue
		}
		if !g.Deployed.Equal(w.Deployed) {
			t.Errorf("%s: deployed %s, want %s", w.ID, g.Deployed, w.Deployed)
		}
		want := ""
		if w.Deployment != 0 {
			want = fmt.Sprintf("%s/deployments/%d", w.Repository, w.Deployment)
		}
		if g.Deployment.ID != want {
			t.Errorf("%s: deployment %q, want %q", w.ID, g.Deployment.ID, want)
		}
		if g.MergeSHA != w.MergeSHA || w.Repository != "" && !g.Merged.Equal(w.Merged) {
			t.Errorf("%s: merged as %s at %s, want %s at %s", w.ID, g.MergeSHA, g.Merged, w.MergeSHA, w.Merged)
		}
		if period.Contains(w.Deployed) {
			population = append(population, id)
		}
	}
	for _, g := range known {
		if g.InPopulation {
			got = append(got, g.ID)
		}
	}
	// Two kinds of tickets say that they went live and no record ties them to
	// code: those closed as done with nothing deployed, and the one of the
	// night of 13 June, which its push does not name.
	population = append(population, abandoned(c, "done")...)
	population = append(population, unnamed(c)...)
	differ(t, "population", got, population)
	var not []string
	for _, g := range known {
		if g.Edge == EdgeNotDeployed {
			not = append(not, g.ID)
		}
	}
	differ(t, "not deployed", not, qualified(c, c.Truth.NotDeployed))
}

// qualified gives the ledger's names for ids of the truth.
func qualified(c *company.Company, ids []string) (out []string) {
	for _, w := range c.Truth.Changes {
		if slices.Contains(ids, w.ID) {
			out = append(out, truthID(w))
		}
	}
	return out
}

// abandoned are the tickets that ended without a change: "done" or "dropped".
func abandoned(c *company.Company, fate string) (out []string) {
	for _, a := range c.Truth.Abandoned {
		is := c.Tracker.Issue(a.ID)
		if is != nil && slices.Contains([]string{"PAY", "IDN"}, is.Project.Key) && (is.Resolution == "Won't Do") == (fate == "dropped") {
			out = append(out, a.ID)
		}
	}
	return out
}

// unnamed are the tickets of changes whose records do not name them.
func unnamed(c *company.Company) (out []string) {
	for _, w := range c.Truth.Changes {
		if w.Has("undocumented-emergency") && w.PullRequest == 0 {
			out = append(out, w.Tickets...)
		}
	}
	return out
}

func TestSampleCompanyOrphans(t *testing.T) {
	c := company.New(company.DefaultSeed)
	l := loadCompany(t, c)
	got := orphansOf(t, l)
	var pushes, noTicket, pushNoTicket, only, pullNot, pushNot []string
	pushDeployments := []string{}
	for _, w := range c.Truth.Changes {
		id := truthID(w)
		switch {
		case w.PullRequest > 0 && w.Deployment == 0:
			pullNot = append(pullNot, id)
		case w.Has("direct-push") && w.Deployment == 0:
			pushNot = append(pushNot, id)
		}
		switch {
		case w.Has("direct-push"):
			pushes = append(pushes, id)
			pushNoTicket = append(pushNoTicket, id) // the one that has a ticket does not name it
			if w.Deployment != 0 {
				pushDeployments = append(pushDeployments, fmt.Sprintf("%s/deployments/%d", w.Repository, w.Deployment))
			}
		case w.PullRequest > 0 && len(w.Tickets) == 0:
			noTicket = append(noTicket, id)
		case w.Has("ticket-only"):
			only = append(only, id)
		}
	}
	differ(t, CommitWithoutPullRequest, got[CommitWithoutPullRequest], pushes)
	differ(t, CommitWithoutTicket, got[CommitWithoutTicket], pushNoTicket)
	differ(t, DeploymentWithoutPullRequest, got[DeploymentWithoutPullRequest], pushDeployments)
	differ(t, PullRequestWithoutTicket, got[PullRequestWithoutTicket], noTicket)
	differ(t, PullRequestNotDeployed, got[PullRequestNotDeployed], pullNot)
	differ(t, CommitNotDeployed, got[CommitNotDeployed], pushNot)
	differ(t, TicketOnly, got[TicketOnly], append(only, unnamed(c)...))
	differ(t, TicketWithoutDeployment, got[TicketWithoutDeployment], abandoned(c, "done"))
	differ(t, TicketUndone, got[TicketUndone], abandoned(c, "dropped"))
	differ(t, TicketNotListed, got[TicketNotListed], []string{"PAY-9120"})
	for _, kind := range []string{PullRequestWithoutCommit, PullRequestNotListed, DeploymentOfUnknownCommit} {
		differ(t, kind, got[kind], nil)
	}
}

func TestSampleCompanyReleases(t *testing.T) {
	c := company.New(company.DefaultSeed)
	l := loadCompany(t, c)
	known := map[string]evidence.Release{}
	for d, err := range l.Deployments(context.Background()) {
		if err != nil {
			t.Fatal(err)
		}
		known[d.Ref.ID] = d
	}
	before := 0
	for _, d := range known {
		if d.Created.Before(c.From) {
			before++
		}
	}
	if len(known)-before != len(c.Truth.Releases) {
		t.Errorf("%d production deployments, want %d", len(known)-before, len(c.Truth.Releases))
	}
	for _, w := range c.Truth.Releases {
		id := fmt.Sprintf("%s/deployments/%d", w.Repository, w.Deployment)
		g, ok := known[id]
		if !ok || !g.Succeeded.Equal(w.Succeeded) {
			t.Errorf("%s: %+v, want success at %s", id, g, w.Succeeded)
			continue
		}
		want := qualified(c, w.Changes)
		if !slices.Equal(sorted(g.Changes), sorted(want)) {
			t.Errorf("%s brought %v, want %v", id, g.Changes, want)
		}
		if (g.Course == "rollback") != (w.Rollback && w.Outcome == "success") || (g.Course == "redeployment") != (w.Redeployment && w.Outcome == "success") {
			t.Errorf("%s: course %q, want rollback %t, redeployment %t", id, g.Course, w.Rollback, w.Redeployment)
		}
	}
}

func TestSampleCompanyTickets(t *testing.T) {
	c := company.New(company.DefaultSeed)
	l := loadCompany(t, c)
	known := map[string]evidence.Entry{}
	for _, x := range changes(t, l, Filter{}) {
		known[x.ID] = x
	}
	for _, w := range c.Truth.Changes {
		if w.Has("undocumented-emergency") {
			continue // its ticket was written two days later, and neither names the other
		}
		g, want := known[truthID(w)], w.Tickets
		if w.PullRequest > 0 { // incidents are tickets that some name, too
			want = append(slices.Clone(want), incidents(c, w)...)
		}
		if !slices.Equal(sorted(g.Tickets), sorted(want)) {
			t.Errorf("%s: tickets %v, want %v", w.ID, g.Tickets, want)
		}
	}
}

// incidents are those that a pull request's title and text name.
func incidents(c *company.Company, w *company.Change) []string {
	for _, r := range c.Forge.Repos {
		for _, p := range r.PullRequests {
			if "harbourline/"+r.Name == w.Repository && p.Number == w.PullRequest {
				text := p.Title + "\n" + p.Body
				for _, sha := range p.Commits {
					text += "\n" + r.Commits[sha].Message
				}
				return regexp.MustCompile(`\bINC-\d+\b`).FindAllString(text, -1)
			}
		}
	}
	return nil
}

func TestSampleCompanyNumbers(t *testing.T) {
	c := company.New(company.DefaultSeed)
	l := loadCompany(t, c)
	var got, want []string
	for g, err := range l.NumberGaps(context.Background()) {
		if err != nil {
			t.Fatal(err)
		}
		for n := g.First; n <= g.Last; n++ {
			got = append(got, fmt.Sprintf("%s#%d %s", g.Repository, n, g.Explanation))
		}
	}
	for _, a := range c.Truth.Abandoned {
		if c.Tracker.Issue(a.ID) == nil {
			want = append(want, "harbourline/"+a.ID+" closed without a merge")
		}
	}
	for _, r := range c.Forge.Repos {
		last := 0
		for _, p := range r.PullRequests { // in order of their numbers
			for n := last + 1; last > 0 && n < p.Number; n++ {
				want = append(want, fmt.Sprintf("harbourline/%s#%d not listed: an issue, deleted, or not visible", r.Name, n))
			}
			last = p.Number
		}
	}
	differ(t, "numbers", got, want)
}
