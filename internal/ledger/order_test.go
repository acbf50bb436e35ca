package ledger

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/tickmark-dev/tickmark/internal/evidence"
	"github.com/tickmark-dev/tickmark/internal/simulate/company"
)

// everything is all that a ledger says, as text.
func everything(t testing.TB, l *Ledger) string {
	t.Helper()
	ctx := context.Background()
	var out []byte
	put := func(v any, err error) {
		if err != nil {
			t.Fatal(err)
		}
		b, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		out = append(append(out, b...), '\n')
	}
	for c, err := range l.Changes(ctx, Filter{}) {
		put(c, err)
	}
	for o, err := range l.Orphans(ctx) {
		put(o, err)
	}
	for g, err := range l.NumberGaps(ctx) {
		put(g, err)
	}
	for d, err := range l.Deployments(ctx) {
		put(d, err)
	}
	for r, err := range rows(ctx, l, `SELECT kind || ' ' || system || ' ' || name || ' ' || title || ' ' || as_of || ' ' || sha256 FROM records ORDER BY kind, system, name`, nil,
		func(s scan) (v string, err error) { return v, s(&v) }) {
		put(r, err)
	}
	put(l.Months(ctx))
	put(l.Notes(ctx))
	put(l.Visible(ctx))
	put(l.Datasets(ctx))
	put(l.Messages(ctx))
	n, sum, err := l.PopulationHash(ctx)
	put([]any{n, sum}, err)
	return string(out)
}

// some is a small part of the company, with a record in two versions and one
// that two others tell of.
func some(c *company.Company) []evidence.Item {
	var out []evidence.Item
	for i, it := range companyItems(c) {
		if it.PullRequest != nil && it.PullRequest.Repository != "harbourline/identity-gateway" || it.Commit != nil && it.Commit.Repository != "harbourline/identity-gateway" ||
			it.Deployment != nil && it.Deployment.Repository != "harbourline/identity-gateway" || it.Build != nil || it.Ticket != nil && it.Ticket.Project != "IDN" {
			continue
		}
		out = append(out, it)
		if it.Ticket != nil && i%5 == 0 { // retrieved before, when it said something else
			old := *it.Ticket
			old.Title, old.Deployed = "an earlier title", time.Time{}
			earlier := it
			earlier.Ticket = &old
			earlier.Provenance = []evidence.Provenance{{System: "jira", RetrievedAt: c.Now.Add(-time.Hour)}}
			out = append(out, earlier)
		}
		if it.Commit != nil && i%3 == 0 && it.Commit.Branch != "" { // also told of by a deployment
			nested := *it.Commit
			nested.Branch, nested.Files = "", nil
			out = append(out, evidence.Item{Ref: evidence.Ref{Kind: evidence.KindDeployment, System: "github", ID: fmt.Sprintf("harbourline/identity-gateway/deployments/%d", i)},
				Deployment: &evidence.Deployment{Repository: "harbourline/identity-gateway", Environment: "staging", SHA: nested.SHA, Range: &evidence.DeploymentRange{Commits: []evidence.Commit{nested}}}})
		}
	}
	return out
}

func TestOrderOfLoadingDoesNotMatter(t *testing.T) {
	c := company.New(company.DefaultSeed)
	items := some(c)
	period := evidence.Period{From: c.From, To: c.To}
	l := open(t)
	load(t, l, period, c.Zone, companyScope(c), items)
	want := everything(t, l)
	n := 0
	rapid.Check(t, func(rt *rapid.T) {
		if n++; n > 12 { // each takes a while
			return
		}
		load(t, l, period, c.Zone, companyScope(c), rapid.Permutation(items).Draw(rt, "order"))
		if got := everything(t, l); got != want {
			rt.Fatalf("another order gives another ledger:\n%s", cmp.Diff(want, got))
		}
	})
}

func TestSecondImportAddsNothing(t *testing.T) {
	c := company.New(company.DefaultSeed)
	items := companyItems(c)
	l := loadCompany(t, c)
	want := everything(t, l)
	load(t, l, evidence.Period{From: c.From, To: c.To}, c.Zone, companyScope(c), items)
	if got := everything(t, l); got != want {
		t.Errorf("a second load differs:\n%s", cmp.Diff(want, got))
	}
	load(t, l, evidence.Period{From: c.From, To: c.To}, c.Zone, companyScope(c), append(items, items...))
	if got := everything(t, l); got != want {
		t.Errorf("loading everything twice differs:\n%s", cmp.Diff(want, got))
	}
}
