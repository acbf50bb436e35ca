package github

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tickmark-dev/tickmark/internal/evidence"
	"github.com/tickmark-dev/tickmark/internal/simulate/company"
)

func quietLog() *slog.Logger { return slog.New(slog.DiscardHandler) }

// companyHub serves the sample company's GitHub.
func companyHub(t *testing.T, faulty bool) (*company.Company, *hub, evidence.Period, func(*Config)) {
	t.Helper()
	c := company.New(company.DefaultSeed)
	h := newHub(t, c.Forge, c.Reader, c.Now, faulty)
	return c, h, evidence.Period{From: c.From, To: c.To}, func(cfg *Config) {
		cfg.Production, cfg.Repositories = c.Config.Production, nil
		for _, r := range c.Forge.Repos {
			cfg.Repositories = append(cfg.Repositories, c.Org+"/"+r.Name)
		}
	}
}

// TestListEqualsTheTruth lists the sample company and compares with what its
// story wrote down.
func TestListEqualsTheTruth(t *testing.T) {
	t.Parallel()
	c, h, period, configured := companyHub(t, false)
	got := h.list(t, t.TempDir(), false, period, configured)
	wantCut(t, got)

	pulls, commits, deployments := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, ch := range c.Truth.Changes {
		if ch.Repository == "" {
			continue
		}
		commits[ch.Repository+"@"+ch.MergeSHA] = true
		if n := ch.PullRequest; n != 0 && ch.Merged.Before(c.To) {
			pulls[ch.Repository+"#"+id(int64(n))] = true
		}
	}
	for _, r := range c.Truth.Releases {
		deployments[r.Repository+"/deployments/"+id(r.Deployment)] = true
	}
	for kind, want := range map[evidence.Kind]map[string]bool{evidence.KindPullRequest: pulls, evidence.KindCommit: commits, evidence.KindDeployment: deployments} {
		if len(want) == 0 {
			t.Errorf("the story has no %s", kind)
		}
		for ref := range want {
			if _, ok := got.items[ref2(kind, ref)]; !ok {
				t.Errorf("%s %s was not listed", kind, ref)
			}
		}
	}
	// Nothing else: the forge has what it has.
	inForge := map[evidence.Ref]bool{}
	for _, r := range c.Forge.Repos {
		name := c.Org + "/" + r.Name
		for _, p := range r.PullRequests {
			if !p.Merged.IsZero() && p.Merged.Before(c.To) {
				inForge[ref2(evidence.KindPullRequest, name+"#"+id(int64(p.Number)))] = true
			}
		}
		for _, d := range r.Deployments {
			inForge[ref2(evidence.KindDeployment, name+"/deployments/"+id(d.ID))] = true
		}
		for sha := r.Branches["main"]; r.Commits[sha] != nil; {
			ref := ref2(evidence.KindCommit, name+"@"+sha)
			inForge[ref] = true
			if it, ok := got.items[ref]; ok && it.Commit.Branch != "main" {
				t.Errorf("%s is on the line of main, and is listed as of %q", ref, it.Commit.Branch)
			}
			if len(r.Commits[sha].Parents) == 0 {
				break
			}
			sha = r.Commits[sha].Parents[0]
		}
	}
	offMain := 0
	for ref, it := range got.items {
		if ref.Kind == evidence.KindChecks || inForge[ref] {
			continue
		}
		if it.Commit == nil {
			t.Errorf("%s was listed and is not in the population", ref)
		} else if it.Commit.Branch != "" {
			t.Errorf("%s is not on main, and is listed as of %s", ref, it.Commit.Branch)
		}
		offMain++
	}
	if offMain > 5 {
		t.Errorf("%d commits that are not on main were listed", offMain)
	}
	t.Logf("%d requests for %d pull requests, %d commits, %d deployments", h.count(""), len(got.ids(evidence.KindPullRequest)), len(got.ids(evidence.KindCommit)), len(got.ids(evidence.KindDeployment)))
}

func ref2(kind evidence.Kind, id string) evidence.Ref {
	return evidence.Ref{Kind: kind, System: "github", ID: id}
}

// TestListSaysWhatCollectSays compares the records of the list with those that
// are collected one by one.
func TestListSaysWhatCollectSays(t *testing.T) {
	t.Parallel()
	_, h, period, configured := companyHub(t, false)
	dir := t.TempDir()
	got := h.list(t, dir, false, period, configured)
	col, done := h.collector(t, t.TempDir(), configured)
	defer done()
	compared, every := 0, map[evidence.Kind]int{evidence.KindPullRequest: 1, evidence.KindCommit: 12, evidence.KindDeployment: 6, evidence.KindChecks: 9}
	for ref, it := range got.items {
		if compared++; compared%every[ref.Kind] != 0 {
			continue
		}
		var one evidence.Item
		_ = col.Collect(context.Background(), ref, func(it evidence.Item) error {
			if it.Ref == ref { // beside a rebased pull request come its commits
				one = it
			}
			return nil
		}) // gaps of logs and the like
		if diff := cmp.Diff(likeAList(one), likeAList(it)); diff != "" {
			t.Errorf("%s (-collected +listed):\n%s", ref, diff)
			if compared > 50 {
				t.FailNow()
			}
		}
	}
}

// likeAList leaves out of an item what a list does not give.
func likeAList(it evidence.Item) any {
	person := func(p **evidence.Person) {
		if *p != nil {
			q := **p
			q.ID = "" // GraphQL's has 32 bits, the sample company's have more
			if *p = &q; q.Login == "ghost" {
				*p = nil // REST's stand-in for a deleted account
			}
			if strings.HasSuffix(q.Login, "[bot]") {
				q.Type = "Bot"
			}
		}
	}
	commit := func(c *evidence.Commit) {
		c.ContainedIn, c.Files, c.FilesTotal = nil, nil, 0
		c.URL, c.Branch = "", "" // a branch's line is found by lists alone
		for _, s := range []*evidence.Signature{&c.Author, &c.Committer} {
			person(&s.Account)
			if s.Account != nil && s.Account.Type == "Bot" {
				s.Account = nil // GraphQL attributes commits to people only
			}
		}
	}
	switch {
	case it.PullRequest != nil:
		p := *it.PullRequest
		p.ReviewComments = nil
		p.Timeline = slices.DeleteFunc(slices.Clone(p.Timeline), func(e evidence.Event) bool {
			return slices.Contains([]string{"cross-referenced", "referenced", "connected", "disconnected", "deployed", "pinned", "unpinned"}, e.Kind)
		})
		for i := range p.Timeline {
			e := &p.Timeline[i]
			if person(&e.Actor); e.Subject == "ghost" {
				e.Subject = "" // null in GraphQL
			}
		}
		p.Comments = slices.Clone(p.Comments)
		for i := range p.Comments {
			person(&p.Comments[i].Author)
		}
		if p.BodyEdits != nil {
			e := *p.BodyEdits
			person(&e.By)
			if e.Versions = slices.Clone(e.Versions); e.Last.Before(p.Merged) { // then a list does not ask what it said before
				e.Versions = nil
			}
			for i := range e.Versions {
				person(&e.Versions[i].Author)
			}
			p.BodyEdits = &e
		}
		person(&p.Author)
		person(&p.MergedBy)
		if p.AutoMerge != nil {
			a := *p.AutoMerge
			person(&a.EnabledBy)
			p.AutoMerge = &a
		}
		p.Assignees = append([]evidence.Person(nil), p.Assignees...)
		for i := range p.Assignees {
			p.Assignees[i].ID = ""
		}
		p.Commits = append([]evidence.Commit(nil), p.Commits...)
		for i := range p.Commits {
			commit(&p.Commits[i])
		}
		p.Files = append([]evidence.File(nil), p.Files...)
		for i := range p.Files {
			p.Files[i].Patch, p.Files[i].PreviousPath, p.Files[i].Blob = "", "", ""
		}
		p.Reviews = append([]evidence.Review(nil), p.Reviews...)
		for i := range p.Reviews {
			person(&p.Reviews[i].Author)
		}
		return p
	case it.Commit != nil:
		c := *it.Commit
		commit(&c)
		return c
	case it.Deployment != nil:
		d := *it.Deployment
		d.Previous, d.Range = evidence.Ref{}, nil
		person(&d.Creator)
		d.Statuses = append([]evidence.DeploymentStatus(nil), d.Statuses...)
		for i := range d.Statuses {
			d.Statuses[i].ID = ""
			person(&d.Statuses[i].Creator)
		}
		return d
	case it.Checks != nil:
		c := *it.Checks
		runs := slices.Clone(c.Runs)
		for i := range runs {
			runs[i].SuiteID, runs[i].LogExpired = "", false // 32 bits as well; a collected build's gaps say the other
		}
		// GraphQL keeps the last status of each context.
		statuses := map[string]evidence.CommitStatus{}
		for _, s := range c.Statuses {
			person(&s.Creator)
			statuses[s.Context] = s
		}
		return []any{c.Repository, c.SHA, runs, statuses}
	}
	return nil
}

// TestListFollowsInnerPages lists with pages of one and two, which must change
// nothing but the number of requests.
func TestListFollowsInnerPages(t *testing.T) {
	t.Parallel()
	_, whole, period, configured := companyHub(t, false)
	_, small, _, _ := companyHub(t, false)
	inner := regexp.MustCompile(`\(first: \d+`)
	small.before = func(_ int, name string, r *http.Request) {
		if r.Method != http.MethodPost {
			return
		}
		body, _ := io.ReadAll(r.Body)
		var q struct {
			Query     string         `json:"query"`
			Variables map[string]any `json:"variables"`
		}
		_ = json.Unmarshal(body, &q)
		q.Query = inner.ReplaceAllString(q.Query, "(first: 1")
		if _, ok := q.Variables["first"]; ok {
			q.Variables["first"] = 7
		}
		body, _ = json.Marshal(q)
		r.Body = io.NopCloser(bytes.NewReader(body))
	}
	a, b := whole.list(t, t.TempDir(), false, period, configured), small.list(t, t.TempDir(), false, period, configured)
	wantCut(t, a)
	wantCut(t, b)
	if small.count("") < whole.count("")*2 {
		t.Errorf("%d requests with small pages, %d with large ones", small.count(""), whole.count(""))
	}
	if len(a.items) != len(b.items) {
		t.Errorf("%d items with large pages, %d with small ones", len(a.items), len(b.items))
	}
	for ref, it := range a.items {
		other := b.items[ref]
		it.Provenance, other.Provenance = nil, nil
		text, _ := json.Marshal(it)
		otherText, _ := json.Marshal(other)
		// The two servers have different addresses and nothing else.
		if x, y := strings.ReplaceAll(string(text), whole.URL, ""), strings.ReplaceAll(string(otherText), small.URL, ""); x != y {
			t.Errorf("%s (-large +small pages):\n%s", ref, cmp.Diff(x, y))
		}
	}
	for kind, ipe := range a.ipes {
		if other := b.ipes[kind]; cmp.Diff(ipe.Totals, other.Totals) != "" || ipe.Rows != other.Rows {
			t.Errorf("%s: totals %+v with large pages, %+v with small ones", kind, ipe.Totals, other.Totals)
		}
	}
}
