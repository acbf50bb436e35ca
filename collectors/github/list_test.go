package github

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tickmark-dev/tickmark/internal/evidence"
	"github.com/tickmark-dev/tickmark/internal/simulate/forge"
)

func day(m, d int) time.Time { return time.Date(2026, time.Month(m), d, 12, 0, 0, 0, time.UTC) }

// numbersOf gives the numbers of the listed pull requests.
func (l listed) numbersOf() string {
	var out []string
	for _, ref := range l.ids(evidence.KindPullRequest) {
		out = append(out, ref[strings.Index(ref, "#")+1:])
	}
	return strings.Join(out, " ")
}

func excluded(ipe evidence.IPE) map[string]string {
	out := map[string]string{}
	for _, e := range ipe.Exclusions {
		out[e.Rule] = strings.ReplaceAll(strings.Join(e.IDs, " "), "acme/api#", "")
	}
	return out
}

// TestListAtTheEdgesOfThePeriod has a change on each side of each edge.
func TestListAtTheEdgesOfThePeriod(t *testing.T) {
	s := newShop()
	s.Merge(day(1, 10))         // 1: long before
	base := s.Merge(day(3, 20)) // 2: in production when the period begins
	s.Deploy(day(3, 21), base.MergeCommit, "success")
	s.Merge(day(3, 25))                          // 3: merged before, deployed inside
	pushed := s.Push(day(3, 26), "hot, by hand") // without a pull request
	four := s.Merge(day(4, 2))                   // 4
	s.Deploy(day(4, 3), four.MergeCommit, "failure")
	s.Deploy(day(4, 4), four.MergeCommit, "success")
	five := s.Merge(day(6, 29)) // 5: merged inside, deployed after
	six := s.Merge(day(7, 2))   // 6: merged after
	s.Deploy(day(7, 3), six.MergeCommit, "success")
	hotfix := s.Commit(day(5, 5), "hotfix on a branch", four.MergeCommit)
	s.Repo.Branches["hotfix"] = hotfix
	s.Deploy(day(5, 6), hotfix, "success")
	staging := s.Deploy(day(5, 7), five.MergeCommit, "success")
	staging.Environment = "staging"
	got := s.hub(t, false).list(t, t.TempDir(), false, quarter())
	wantCut(t, got)
	if n := got.numbersOf(); n != "3 4 5" && n != "2 3 4 5" {
		t.Errorf("listed pull requests %s", n)
	}
	wantCommits := []string{"acme/api@" + base.MergeCommit, "acme/api@" + pushed, "acme/api@" + four.MergeCommit, "acme/api@" + five.MergeCommit, "acme/api@" + six.MergeCommit, "acme/api@" + hotfix, "acme/api@" + s.Repo.PullRequests[2].MergeCommit}
	slices.Sort(wantCommits)
	if diff := cmp.Diff(wantCommits, got.ids(evidence.KindCommit)); diff != "" {
		t.Errorf("commits (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"acme/api/deployments/1", "acme/api/deployments/2", "acme/api/deployments/3", "acme/api/deployments/4", "acme/api/deployments/5"}, got.ids(evidence.KindDeployment)); diff != "" {
		t.Errorf("deployments (-want +got):\n%s", diff)
	}
	rules := excluded(got.ipes["merged pull requests"])
	if rules[afterPeriod] != "6" {
		t.Errorf("exclusions are %v", rules)
	}
	ipe := got.ipes["merged pull requests"]
	ids := got.ids(evidence.KindPullRequest)
	sum := sha256.Sum256([]byte(strings.Join(ids, "\n") + "\n"))
	if ipe.Totals.IDsSHA256 != hex.EncodeToString(sum[:]) || ipe.Rows != len(ids) || ipe.Principal != "auditor" || !strings.HasSuffix(ipe.URL, "/graphql") || ipe.Started.IsZero() || ipe.Ended.Before(ipe.Started) {
		t.Errorf("the account is %+v", ipe)
	}
	if len(ipe.Queries) == 0 || !strings.Contains(ipe.Queries[0].Text, "states: MERGED") || !strings.Contains(ipe.Queries[0].Text, "owner: acme, name: api") || ipe.Queries[0].Received != 6 {
		t.Errorf("the queries are %+v", ipe.Queries)
	}
	if skew := ipe.ClockSkew.Abs(); skew > 3*time.Second {
		t.Errorf("the clocks differ by %s", skew)
	}
}

// TestListWithoutDates: the commit that was in production carries a date long
// after it landed, so the walk of pull requests stops too early; the walk of
// commits, which go by hash, finds them all the same.
func TestListWithoutDates(t *testing.T) {
	s := newShop()
	wrong := s.Push(day(3, 1), "dated by a broken clock")
	s.Repo.Commits[wrong].Committer.Date = day(3, 29)
	s.Merge(day(3, 5))
	two := s.Merge(day(3, 6))
	s.Deploy(day(3, 29), wrong, "success")
	s.Deploy(day(4, 3), two.MergeCommit, "success")
	got := s.hub(t, false).list(t, t.TempDir(), false, quarter())
	wantCut(t, got)
	if n := got.numbersOf(); n != "1 2" {
		t.Errorf("listed pull requests %s", n)
	}
}

// TestListAfterARollback: what had been in production before it was rolled
// back is not new when it is deployed again.
func TestListAfterARollback(t *testing.T) {
	s := newShop()
	one, two := s.Merge(day(3, 1)), s.Merge(day(3, 10))
	s.Deploy(day(3, 11), two.MergeCommit, "success")
	s.Deploy(day(3, 12), one.MergeCommit, "success")
	s.Deploy(day(4, 2), two.MergeCommit, "success") // again
	three := s.Merge(day(4, 10))
	s.Deploy(day(4, 11), three.MergeCommit, "success")
	got := s.hub(t, false).list(t, t.TempDir(), false, quarter())
	wantCut(t, got)
	if d := got.ids(evidence.KindDeployment); len(d) != 4 {
		t.Errorf("deployments %v; the one that first brought change 2 is needed", d)
	}
	want := []string{"acme/api@" + one.MergeCommit, "acme/api@" + two.MergeCommit, "acme/api@" + three.MergeCommit}
	slices.Sort(want)
	if diff := cmp.Diff(want, got.ids(evidence.KindCommit)); diff != "" {
		t.Errorf("commits, those of earlier deployments included (-want +got):\n%s", diff)
	}
}

// TestListStopsAtTheBase: what was in production before the period ends the
// walk of commits, wherever it lies and whatever its date.
func TestListStopsAtTheBase(t *testing.T) {
	for name, fill := range map[string]func(s *shop, one *forge.PullRequest){
		"deployed again": func(s *shop, one *forge.PullRequest) {
			s.Deploy(day(3, 12), one.MergeCommit, "success")
			s.Deploy(day(4, 2), one.MergeCommit, "success")
		},
		"on a branch": func(s *shop, one *forge.PullRequest) {
			s.Deploy(day(3, 12), s.Commit(day(3, 11), "hotfix", one.MergeCommit), "success")
		},
		"on a branch, dated before": func(s *shop, one *forge.PullRequest) {
			s.Deploy(day(3, 12), s.Commit(day(2, 1), "hotfix", one.MergeCommit), "success")
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newShop()
			early := s.Merge(day(1, 10))
			one := s.Merge(day(3, 10))
			fill(s, one)
			two := s.Merge(day(4, 10))
			s.Deploy(day(4, 11), two.MergeCommit, "success")
			got := s.hub(t, false).list(t, t.TempDir(), false, quarter())
			wantCut(t, got)
			commits := got.ids(evidence.KindCommit)
			if slices.Contains(commits, "acme/api@"+early.MergeCommit) || !slices.Contains(commits, "acme/api@"+two.MergeCommit) {
				t.Errorf("commits %v; change 1 was in production before, change 3 was not", commits)
			}
		})
	}
}

func TestListWithoutABase(t *testing.T) {
	fill := func(deployed bool) *shop {
		s := newShop()
		for d := 1; d <= 28; d++ {
			s.Merge(day(1, d))
		}
		for d := 1; d <= 5; d++ {
			s.Merge(day(4, d))
		}
		if deployed {
			s.Deploy(day(4, 6), s.Tip, "success")
		}
		return s
	}
	t.Run("deployments without an earlier one", func(t *testing.T) {
		s := fill(true)
		got := s.hub(t, false).list(t, t.TempDir(), false, quarter())
		wantCut(t, got)
		if n := len(got.ids(evidence.KindPullRequest)); n != 33 { // 90 days before April 1 is January 1: nothing is cut
			t.Errorf("%d pull requests", n)
		}
	})
	t.Run("and a history that is longer", func(t *testing.T) {
		s := newShop()
		s.Number = 100
		for m := 1; m <= 2; m++ {
			for d := 1; d <= 28; d++ {
				s.Merge(day(m, d))
			}
		}
		s.Merge(day(8, 1))
		s.Deploy(day(8, 2), s.Tip, "success")
		got := s.hub(t, false).list(t, t.TempDir(), false, evidence.Period{From: month(8), To: month(9)})
		wantCut(t, got, "no known commit was in production")
		if n := len(got.ids(evidence.KindPullRequest)); n != 1 {
			t.Errorf("%d pull requests", n)
		}
	})
	t.Run("no deployments at all", func(t *testing.T) {
		s := fill(false)
		got := s.hub(t, false).list(t, t.TempDir(), false, quarter())
		wantCut(t, got)
		if n := len(got.ids(evidence.KindPullRequest)); n != 5 {
			t.Errorf("%d pull requests", n)
		}
		if n := len(got.ids(evidence.KindCommit)); n != 5 {
			t.Errorf("%d commits", n)
		}
	})
	t.Run("the deployed commit was pushed away", func(t *testing.T) {
		s := fill(true)
		s.Deploy(day(3, 31), forge.SHA("gone"), "success")
		got := s.hub(t, false).list(t, t.TempDir(), false, quarter())
		wantCut(t, got, "what was in production of acme/api when the period began is not known")
	})
}

func TestListSaysWhatCannotBeSeen(t *testing.T) {
	s := newShop()
	s.Merge(day(4, 2))
	for name, c := range map[string]struct {
		change func(*Config)
		want   string
	}{
		"hidden repository": {func(c *Config) { c.Repositories = append(c.Repositories, "acme/secret") }, "acme/secret could not be listed at all: GitHub does not show the repository"},
		"no such branch":    {func(c *Config) { c.Branches = map[string]string{"acme/api": "trunk"} }, "no branch trunk"},
		"no production":     {func(c *Config) { c.Production = nil }, "names no production environment"},
	} {
		t.Run(name, func(t *testing.T) {
			got := s.hub(t, false).list(t, t.TempDir(), false, quarter(), c.change)
			wantCut(t, got, c.want)
			if got.numbersOf() != "1" {
				t.Errorf("listed %q", got.numbersOf())
			}
		})
	}
	h := s.hub(t, false)
	if got := h.list(t, t.TempDir(), false, evidence.Period{From: month(7), To: month(4)}); got.err == nil {
		t.Error("a reversed period was listed")
	}
	if got := h.list(t, t.TempDir(), false, quarter(), func(c *Config) { c.Repositories = nil }); got.err == nil {
		t.Error("nothing to list was listed")
	}
}

// TestListFindsDeletedEnvironments: deployments outlive their environment, and
// a pattern may mean one that GitHub does not list any more.
func TestListFindsDeletedEnvironments(t *testing.T) {
	s := newShop()
	one := s.Merge(day(4, 2))
	s.Deploy(day(4, 3), one.MergeCommit, "success").Environment = "prod-eu"
	s.Repo.Environments = []*forge.Environment{{Name: "prod-us"}}
	s.Deploy(day(4, 4), one.MergeCommit, "success").Environment = "prod-us"
	s.Deploy(day(4, 5), one.MergeCommit, "success").Environment = "qa"
	got := s.hub(t, false).list(t, t.TempDir(), false, quarter(), func(c *Config) { c.Production = []string{"prod-*"} })
	wantCut(t, got)
	if diff := cmp.Diff([]string{"acme/api/deployments/1", "acme/api/deployments/2"}, got.ids(evidence.KindDeployment)); diff != "" {
		t.Errorf("deployments (-want +got):\n%s", diff)
	}
	if got := excluded(got.ipes["production deployments"])["its environment is not production"]; got != "acme/api/deployments/3" {
		t.Errorf("excluded %q", got)
	}
}

func TestListExplainsGaps(t *testing.T) {
	s := newShop()
	s.Merge(day(4, 2))
	s.Repo.Issues = append(s.Repo.Issues, &forge.Issue{Conversation: forge.Conversation{Number: 2, Title: "a bug", Author: s.Ana, Created: day(4, 2)}})
	s.Number = 2
	closed := s.Merge(day(4, 3))
	closed.Merged, closed.MergeCommit = time.Time{}, ""
	open := s.Merge(day(4, 4))
	open.Merged, open.Closed, open.MergeCommit = time.Time{}, time.Time{}, ""
	s.Number = 5
	s.Merge(day(4, 6))
	got := s.hub(t, false).list(t, t.TempDir(), false, quarter())
	wantCut(t, got)
	want := map[string]string{numberIssue: "2", numberClosed: "3", numberOpen: "4", numberUnknown: "5"}
	if diff := cmp.Diff(want, excluded(got.ipes["other numbers"])); diff != "" {
		t.Errorf("numbers (-want +got):\n%s", diff)
	}
}

// TestListSeesWhatMovesMeanwhile: a pull request that is updated while the
// list is walked moves to pages that were read already.
func TestListSeesWhatMovesMeanwhile(t *testing.T) {
	s := newShop()
	for d := range 250 {
		s.Merge(day(4, 1).Add(time.Duration(d) * time.Hour))
	}
	s.Deploy(day(4, 20), s.Tip, "success")
	h := s.hub(t, false)
	moved := s.Repo.PullRequests[3]
	h.before = func(n int, name string, _ *http.Request) {
		if name == "Merged" && n == 2 {
			moved.Updated = day(11, 30) // the first of the list now, and the second page begins one later
		}
	}
	got := h.list(t, t.TempDir(), false, quarter())
	wantCut(t, got)
	if n := len(got.ids(evidence.KindPullRequest)); n != 250 {
		t.Errorf("%d pull requests were listed", n)
	}
	if h.count("MergedSince") == 0 || got.ipes["merged pull requests"].Duplicates == 0 {
		t.Error("the front was not walked again")
	}
}

func TestListEmitError(t *testing.T) {
	s := newShop()
	s.Deploy(day(4, 3), s.Merge(day(4, 2)).MergeCommit, "success")
	h := s.hub(t, false)
	for after := range 3 {
		c, done := h.collector(t, t.TempDir())
		full := errors.New("the disk is full")
		n := 0
		ipes, err := c.List(context.Background(), quarter(), func(evidence.Item) error {
			if n++; n > after {
				return full
			}
			return nil
		})
		done()
		if !errors.Is(err, full) || n != after+1 || len(ipes) != 4 {
			t.Errorf("after %d items: %v, %d items, %d accounts", after, err, n, len(ipes))
		}
	}
	c, done := h.collector(t, t.TempDir())
	defer done()
	ctx, cancel := context.WithCancel(context.Background())
	_, err := c.List(ctx, quarter(), func(evidence.Item) error { cancel(); return nil })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("canceled: %v", err)
	}
}

// TestListAgain: offline gives what online gave, and the next day only what is
// not settled is asked again.
func TestListAgain(t *testing.T) {
	s := newShop()
	for d := range 350 {
		s.Merge(day(4, 1).Add(time.Duration(d) * time.Hour))
	}
	s.Deploy(day(4, 25), s.Tip, "success")
	h := s.hub(t, false)
	dir := t.TempDir()
	first := h.list(t, dir, false, quarter())
	wantCut(t, first)
	asked := h.count("PullRequests")
	replayed := h.list(t, dir, true, quarter())
	if diff := cmp.Diff(first.all, replayed.all); diff != "" {
		t.Errorf("accounts (-online +offline):\n%s", diff)
	}
	if diff := cmp.Diff(first.items, replayed.items); diff != "" {
		t.Error("offline gives other items than online")
	}
	if n := h.count("PullRequests"); n != asked {
		t.Errorf("offline asked %d times", n-asked)
	}
	again := h.list(t, dir, false, quarter())
	if n := h.count("PullRequests"); n != asked {
		t.Errorf("%d of %d batches were asked for again, though nothing changed", n-asked, asked)
	}
	if len(again.items) != len(first.items) {
		t.Errorf("%d items, then %d", len(first.items), len(again.items))
	}
	s.Repo.PullRequests[7].Updated = day(11, 1)
	h.list(t, dir, false, quarter())
	if n := h.count("PullRequests"); n != asked+1 {
		t.Errorf("%d batches were asked for again, though one pull request changed", n-asked)
	}
}

var forbidden = `{"data":null,"errors":[{"type":"FORBIDDEN","message":"Resource not accessible by personal access token"}]}`

func says(body string) func(w http.ResponseWriter) {
	return func(w http.ResponseWriter) {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		_, _ = io.WriteString(w, body)
	}
}

func TestListFaults(t *testing.T) {
	const limits = `{"data":{"nodes":[]},"errors":[{"type":"RESOURCE_LIMITS_EXCEEDED","message":"Resource limits for this query exceeded."}]}`
	fail := func(status int) func(w http.ResponseWriter) {
		return func(w http.ResponseWriter) { fail(w, status, http.StatusText(status)) }
	}
	for name, c := range map[string]struct {
		of       string // query
		from, to int    // which of its requests go wrong
		with     func(w http.ResponseWriter)
		want     []string
		pulls    int
		lost     int
		note     string // of the pull requests; "" for none
	}{
		"502 in the middle":            {of: "Merged", from: 2, to: 2, with: fail(502), pulls: 250},
		"502 at the details":           {of: "PullRequests", from: 1, to: 1, with: fail(502), pulls: 250},
		"502 until less is asked for":  {of: "PullRequests", from: 1, to: 5, with: fail(502), pulls: 250},
		"too much for GitHub":          {of: "PullRequests", from: 1, to: 2, with: says(limits), pulls: 250},
		"a page does not come":         {of: "Merged", from: 2, to: 2, with: says(forbidden), want: []string{"page 2 of the merged pull requests of acme/api did not come, and none after it: GitHub's GraphQL interface refused: Resource not accessible"}, pulls: 250},
		"details do not come":          {of: "PullRequests", from: 2, to: 2, with: says(forbidden), want: []string{" and 28 more did not come: GitHub's GraphQL interface refused"}, pulls: 202, lost: 48},
		"history does not come":        {of: "History", from: 1, to: 99, with: says(forbidden), want: []string{"could not be read: GitHub's GraphQL interface refused"}, pulls: 250},
		"statuses do not come":         {of: "Deployments", from: 1, to: 1, with: says(forbidden), want: []string{"statuses of deployment 2, statuses of deployment 1 did not come"}, pulls: 250},
		"deployments do not come":      {of: "GET /repos/acme/api/deployments", from: 1, to: 1, with: fail(403), want: []string{"the deployments of acme/api to production: a page did not come: GitHub answered 403"}, pulls: 250},
		"nothing comes":                {of: "Repository", from: 1, to: 1, with: says(forbidden), want: []string{"could not be listed at all"}},
		"not JSON":                     {of: "Merged", from: 2, to: 2, with: says("<!doctype html>"), want: []string{"page 2 of the merged pull requests"}, pulls: 250},
		"numbers do not come":          {of: "Numbers", from: 1, to: 1, with: says(forbidden), want: []string{"what the numbers 17 to 17 of acme/api are could not be looked up"}, pulls: 250},
		"the search does not come":     {of: "GET /search/issues", from: 1, to: 1, with: fail(403), pulls: 250, note: "the walk is compared with, did not come: GitHub answered 403"},
		"the search counts more":       {of: "GET /search/issues", from: 1, to: 1, with: says(`{"total_count":251,"incomplete_results":false,"items":[]}`), want: []string{"GitHub's search counts 251 pull requests of acme/api"}, pulls: 250},
		"the search does not know all": {of: "GET /search/issues", from: 1, to: 1, with: says(`{"total_count":999,"incomplete_results":true,"items":[]}`), pulls: 250, note: "did not count all"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newShop()
			s.Push(day(3, 20), "in production")
			s.Deploy(day(3, 21), s.Tip, "success")
			for d := range 250 {
				if s.Number == 16 {
					s.Number++ // a gap
				}
				s.Merge(day(4, 1).Add(time.Duration(d) * time.Hour))
			}
			for n := range 9 {
				s.Push(day(4, 15).Add(time.Duration(n)*time.Hour), fmt.Sprint("by hand ", n)) // more than come with others
			}
			s.Deploy(day(4, 20), s.Tip, "success")
			h := s.hub(t, true)
			h.answer = func(n int, query string, w http.ResponseWriter) bool {
				if query != c.of || n < c.from || n > c.to {
					return false
				}
				c.with(w)
				return true
			}
			got := h.list(t, t.TempDir(), false, quarter())
			if h.count(c.of) < c.from {
				t.Fatalf("%s was asked for %d times", c.of, h.count(c.of))
			}
			wantCut(t, got, c.want...)
			if n := len(got.ids(evidence.KindPullRequest)); n != c.pulls {
				t.Errorf("%d pull requests were listed, want %d", n, c.pulls)
			}
			if notes := strings.Join(got.ipes["merged pull requests"].Notes, "; "); (c.note == "") != (notes == "") || !strings.Contains(notes, c.note) {
				t.Errorf("the notes are %q, want %q", notes, c.note)
			}
			lost := 0
			for _, e := range got.ipes["merged pull requests"].Exclusions {
				lost += len(e.IDs)
			}
			if lost != c.lost {
				t.Errorf("%d pull requests are said to be missing, want %d", lost, c.lost)
			}
		})
	}
}

// TestListInPart: GitHub leaves out what a token may not see, with errors
// beside the data.
func TestListInPart(t *testing.T) {
	s := newShop()
	s.Deploy(day(4, 3), s.Merge(day(4, 2)).MergeCommit, "success")
	h := s.hub(t, true)
	h.answer = func(_ int, query string, w http.ResponseWriter) bool {
		if query != "PullRequests" {
			return false
		}
		p := s.Repo.PullRequests[0]
		commit := fmt.Sprintf(`{"id":"C","oid":%q,"status":null,"checkSuites":null}`, p.Head.SHA)
		says(fmt.Sprintf(`{"data":{"nodes":[{"__typename":"PullRequest","id":%q,"number":1,"title":"x","mergedAt":"2026-04-02T12:00:00Z","author":null,"mergedBy":null,
			"headRefOid":%q,"reviews":{"totalCount":2,"pageInfo":{"hasNextPage":false},"nodes":[null,{"state":"APPROVED","author":null,"fullDatabaseId":"99999999999","submittedAt":"2026-04-02T11:00:00Z"}]},
			"commits":{"totalCount":300,"nodes":[]},"head":{"nodes":[{"commit":%s}]}}]},
			"errors":[{"type":"FORBIDDEN","message":"Resource not accessible by personal access token","path":["nodes",0,"head","nodes",0,"commit","checkSuites"]},
				{"type":"FORBIDDEN","message":"Resource not accessible by personal access token","path":["nodes",0,"timelineItems"]}]}`, pullID(h, t), p.Head.SHA, commit))(w)
		return true
	}
	got := h.list(t, t.TempDir(), false, quarter())
	wantCut(t, got, "answered in part only about acme/api#1: Resource not accessible", "acme/api#1: 0 of 300 commits were obtained", "acme/api#1: 1 of 2 reviews were obtained")
	item := got.items[ref2(evidence.KindPullRequest, "acme/api#1")]
	for _, part := range []string{"timeline", "commits", "reviews", "edits of the description"} {
		if !slices.Contains(item.Unread, part) {
			t.Errorf("the list says nothing of the missing %s: %q", part, item.Unread)
		}
	}
	checks := got.items[ref2(evidence.KindChecks, "acme/api@"+s.Repo.PullRequests[0].Head.SHA)]
	if checks.Checks == nil || !slices.Contains(checks.Unread, "check runs") {
		t.Errorf("the checks are %+v, without %q", checks.Checks, checks.Unread)
	}
	pr := item.PullRequest
	if pr == nil || pr.BodyEdits != nil || pr.Author != nil || len(pr.Reviews) != 1 || pr.Reviews[0].ID != "99999999999" || pr.Reviews[0].Author != nil {
		t.Errorf("the pull request is %+v", pr)
	}
}

// A list of a pull request that holds less than GitHub counts of it is not
// whole, and neither is one of which entries are not shown. A timeline is
// counted by the kinds that were asked for.
func TestListCountsWhatCame(t *testing.T) {
	events := func(counts, nodes string) string {
		return `"timelineItems":{` + counts + `"pageInfo":{"hasNextPage":false},"nodes":[` + nodes + `]}`
	}
	const labeled = `{"__typename":"LabeledEvent","createdAt":"2026-04-02T10:00:00Z","label":{"name":"emergency"}}`
	for name, c := range map[string]struct{ member, part, says string }{
		"all":             {events(`"totalCount":9,"filteredCount":1,`, labeled), "", ""},
		"less than asked": {events(`"totalCount":9,"filteredCount":2,`, labeled), "timeline", "acme/api#1: 1 of 2 entries of the timeline were obtained"},
		"one not shown":   {events(`"totalCount":2,"filteredCount":2,`, labeled+`,null`), "timeline", "acme/api#1: 1 of 2 entries of the timeline were obtained"},
		"of other kinds":  {events(`"totalCount":9,"filteredCount":9,`, labeled), "", ""},
		"assignees":       {`"assignees":{"totalCount":2,"nodes":[null,{"login":"ada"}]}`, "assignees", "acme/api#1: 1 of 2 assignees were obtained"},
		"asked":           {`"reviewRequests":{"totalCount":1,"nodes":[]}`, "requested reviewers", "acme/api#1: 0 of 1 requested reviewers were obtained"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newShop()
			s.Deploy(day(4, 3), s.Merge(day(4, 2)).MergeCommit, "success")
			h := s.hub(t, true)
			h.answer = func(_ int, query string, w http.ResponseWriter) bool {
				if query == "PullRequests" {
					says(fmt.Sprintf(`{"data":{"nodes":[{"__typename":"PullRequest","id":%q,"number":1,"title":"x","mergedAt":"2026-04-02T12:00:00Z","includesCreatedEdit":false,%s}]}}`, pullID(h, t), c.member))(w)
				}
				return query == "PullRequests"
			}
			got := h.list(t, t.TempDir(), false, quarter())
			unread := got.items[ref2(evidence.KindPullRequest, "acme/api#1")].Unread
			for _, part := range []string{"timeline", "assignees", "requested reviewers"} {
				if slices.Contains(unread, part) != (part == c.part) {
					t.Errorf("unread are %q, and %q is missing", unread, c.part)
				}
			}
			if c.says != "" {
				wantCut(t, got, c.says)
			}
		})
	}
}
