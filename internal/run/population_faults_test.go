package run

import (
	"context"
	"errors"
	"io/fs"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tickmark-dev/tickmark/internal/evidence"
	"github.com/tickmark-dev/tickmark/internal/ledger"
	hub "github.com/tickmark-dev/tickmark/internal/simulate/forge"
)

// listedOnce has every system list the period, and gives what came of it: the
// population, and its changes as text.
func listedOnce(t *testing.T, s *site) (*evidence.Population, []string) {
	t.Helper()
	r := s.open(t, false)
	defer r.Close()
	if err := r.prove(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if err := r.enumerate(t.Context()); err != nil {
		t.Fatal(err)
	}
	p, err := r.summary(t.Context(), r.ledger)
	if err != nil {
		t.Fatal(err)
	}
	var changes []string
	for e, err := range r.ledger.Changes(t.Context(), ledger.Filter{}) {
		if err != nil {
			t.Fatal(err)
		}
		changes = append(changes, e.ID+" "+e.Day+" "+strings.Join(slices.Concat(e.Approvers, e.Tickets, e.Components), " "))
	}
	cut, err := r.Warn(t.Context(), Filter{InPopulation: true})
	if err != nil || cut != (len(p.Truncations()) > 0) {
		t.Errorf("a query says that the population is incomplete: %t, %v; there are %d truncations", cut, err, len(p.Truncations()))
	}
	return p, changes
}

// A lister that fails half-way: what is missing is said, whatever it is, and
// the next run has the whole again.
func TestListingThatFails(t *testing.T) {
	if testing.Short() {
		t.Skip("lists the sample company fifteen times")
	}
	t.Parallel()
	s, _, _ := relayed(t)
	s.begins = time.Date(2026, 11, 1, 9, 0, 0, 0, time.UTC)
	whole, want := listedOnce(t, s)
	if whole.Size != 278 || len(whole.Truncations()) > 0 {
		t.Fatalf("%d changes, truncations %q", whole.Size, whole.Truncations())
	}
	hidden := func(w http.ResponseWriter, a asked, r *http.Request) bool {
		switch {
		case strings.HasPrefix(r.URL.Path, "/repos/harbourline/payout-worker"):
			refuse(http.StatusNotFound)(w)
		case strings.Contains(a.body, `"payout-worker"`):
			w.Header().Set("Content-Type", "application/json; charset=utf-8")
			_, _ = w.Write([]byte(`{"data":{"repository":null},"errors":[{"type":"NOT_FOUND","path":["repository"],"message":"Could not resolve to a Repository with the name 'harbourline/payout-worker'."}]}`))
		default:
			return false
		}
		return true
	}
	for name, c := range map[string]struct {
		github, jira func(n int, a asked, w http.ResponseWriter, r *http.Request) bool
		says         string
		other        bool // what came is not what there is
	}{
		"pull requests answer 500 from the second page on": {github: func(n int, a asked, w http.ResponseWriter, _ *http.Request) bool {
			if a.name != "PullRequests" || n < 2 {
				return false
			}
			refuse(http.StatusInternalServerError)(w)
			return true
		}, says: "GitHub answered 500", other: true},
		"the index of merges breaks off": {github: func(n int, a asked, w http.ResponseWriter, _ *http.Request) bool {
			if a.name == "Merged" && n > 1 {
				hangUp(w)
			}
			return false
		}, says: "page 1 of the merged pull requests of harbourline/"},
		"no connection after the first answers": {github: func(n int, a asked, w http.ResponseWriter, r *http.Request) bool {
			if r.Method == http.MethodPost && (a.name != "Repository" || n > 2) {
				panic(http.ErrAbortHandler)
			}
			return false
		}, says: "could not be listed at all", other: true},
		"a repository is hidden": {github: func(_ int, a asked, w http.ResponseWriter, r *http.Request) bool {
			return hidden(w, a, r)
		}, says: "repository harbourline/payout-worker of github is configured and cannot be seen", other: true},
		"a repository is hidden once the login was proven": {github: func(_ int, a asked, w http.ResponseWriter, r *http.Request) bool {
			return r.Method == http.MethodPost && hidden(w, a, r)
		}, says: "harbourline/payout-worker could not be listed at all", other: true},
		"the search of tickets breaks off": {jira: func(n int, a asked, w http.ResponseWriter, _ *http.Request) bool {
			if strings.HasSuffix(a.name, "/search/jql") && n > 1 {
				hangUp(w)
			}
			return false
		}, says: "broke off in the middle of its answer", other: true},
		"the search of tickets is refused": {jira: func(_ int, a asked, w http.ResponseWriter, _ *http.Request) bool {
			if strings.HasSuffix(a.name, "/search/jql") {
				refuse(http.StatusForbidden)(w)
				return true
			}
			return false
		}, says: "403", other: true},
	} {
		t.Run(name, func(t *testing.T) {
			s, github, jira := relayed(t)
			s.begins = time.Date(2026, 11, 1, 9, 0, 0, 0, time.UTC)
			github.set(c.github)
			jira.set(c.jira)
			p, _ := listedOnce(t, s)
			cuts := p.Truncations()
			if !slices.ContainsFunc(cuts, func(cut string) bool { return strings.Contains(cut, c.says) }) {
				t.Errorf("no truncation says %q; there are\n  %s", c.says, strings.Join(cuts, "\n  "))
			}
			if same := p.SHA256 == whole.SHA256; same == c.other {
				t.Errorf("%d changes of %d, the same: %t", p.Size, whole.Size, same)
			}
			for _, line := range strings.Split(strings.Join(cuts, "\n"), "\n") {
				if len(line) > 1000 {
					t.Errorf("nobody reads a truncation of %d characters: %.300s…", len(line), line)
				}
			}
			github.set(nil)
			jira.set(nil)
			again, all := listedOnce(t, s)
			if cuts := again.Truncations(); len(cuts) > 0 || again.SHA256 != whole.SHA256 {
				t.Errorf("the next run has %d changes of %d, truncations %q", again.Size, whole.Size, cuts)
			}
			if diff := cmp.Diff(sorted(want), sorted(all)); diff != "" {
				t.Errorf("changes of the run after it (-as without the fault +got):\n%s", diff)
			}
		})
	}
}

// An interruption in the middle of a listing loses nothing that was recorded
// and leaves no half of a ledger; the next run asks for the rest.
func TestListingInterrupted(t *testing.T) {
	t.Parallel()
	undisturbed, served, _ := relayed(t)
	undisturbed.begins = time.Date(2026, 11, 1, 9, 0, 0, 0, time.UTC)
	whole, want := listedOnce(t, undisturbed)
	first := served.taken()

	s, github, _ := relayed(t)
	s.begins = undisturbed.begins
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	github.set(func(n int, a asked, _ http.ResponseWriter, r *http.Request) bool {
		if a.name == "PullRequests" && n == 4 {
			cancel()
			<-r.Context().Done()
			return true
		}
		return false
	})
	r := s.open(t, false)
	if err := r.prove(ctx, nil); err != nil {
		t.Fatal(err)
	}
	if err := r.enumerate(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("an interrupted listing ended with %v", err)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{s.config.Ledger + ".part", s.config.Ledger + "-journal"} {
		if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s was left behind", path)
		}
	}
	github.set(nil)
	answered := github.taken()
	answered = slices.DeleteFunc(answered, func(a asked) bool { return a == answered[len(answered)-1] })

	// Nothing is known of a population whose listing did not end.
	r = s.open(t, true)
	if l, err := r.population(t.Context()); l != nil || err != nil {
		t.Errorf("after an interrupted listing: the ledger %v, %v", l, err)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	again, all := listedOnce(t, s)
	rest := github.taken()
	if again.SHA256 != whole.SHA256 || len(again.Truncations()) > 0 {
		t.Errorf("the run after it has %d changes of %d, truncations %q", again.Size, whole.Size, again.Truncations())
	}
	if diff := cmp.Diff(sorted(want), sorted(all)); diff != "" {
		t.Errorf("changes (-undisturbed +after an interruption):\n%s", diff)
	}
	for _, a := range rest {
		if a.name == "PullRequests" && slices.Contains(answered, a) {
			t.Errorf("a batch of pull requests that was recorded was asked for again: %.200s", a.body)
		}
	}
	if was, is, all := named(answered, "PullRequests"), named(rest, "PullRequests"), named(first, "PullRequests"); was == 0 || was+is != all {
		t.Errorf("%d batches of pull requests before the interruption and %d after it; undisturbed there are %d", was, is, all)
	}
	t.Logf("requests to GitHub: undisturbed %d, before the interruption %d, after it %d", len(first), len(answered), len(rest))
}

// The next day a listing asks for what is new and for what may have changed.
func TestListingTheNextDay(t *testing.T) {
	t.Parallel()
	const n = 1000
	shop := hub.Busy(n, false)
	s, served, serve := busySite(t, shop)
	s.begins = time.Date(2026, 12, 1, 9, 0, 0, 0, time.UTC)
	p, _ := listedOnce(t, s)
	first := served.taken()
	// Besides the pull requests, what was pushed by hand: every twentieth.
	if want := n + n/20; p.Size > want || p.Size < want-3 || len(p.Truncations()) > 0 {
		t.Fatalf("%d changes, want about %d; truncations %q", p.Size, want, p.Truncations())
	}
	at := time.Date(2026, 11, 30, 9, 0, 0, 0, time.UTC)
	for i := range 3 {
		shop.Merge(at.Add(time.Duration(i) * time.Hour))
	}
	shop.Deploy(at.Add(5*time.Hour), shop.Tip, "success")
	serve()
	s.begins = s.begins.AddDate(0, 0, 1)
	next, _ := listedOnce(t, s)
	second := served.taken()
	if next.Size < p.Size+3 || len(next.Truncations()) > 0 {
		t.Errorf("%d changes the day before, and %d with three more; truncations %q", p.Size, next.Size, next.Truncations())
	}
	if details := named(second, "PullRequests"); details > 1 {
		t.Errorf("%d batches of pull requests were asked for, where three pull requests are new", details)
	}
	if pushed := named(second, "GET /repos/acme/api/commits/"); pushed > 0 {
		t.Errorf("%d commits that were pushed by hand were asked for again", pushed)
	}
	if 2*len(second) > len(first) {
		t.Errorf("%d requests on the first day and %d on the next: that is not only what is new", len(first), len(second))
	}
	t.Logf("requests: %d on the first day (%d of them for %d batches of pull requests, %d for commits pushed by hand), %d on the next",
		len(first), named(first, "PullRequests"), named(first, "PullRequests"), named(first, "GET /repos/acme/api/commits/"), len(second))
	for _, kind := range []string{"Repository", "Merged", "Commits", "History", "PullRequests", "InnerPages", "Numbers", "Deployments", "GET "} {
		t.Logf("  %-13s %3d, then %3d", kind, named(first, kind), named(second, kind))
	}
}

// What a lister's error says and its data sets do not is a truncation of one
// of its own: no error of a listing is lost.
func TestErrorOfAListingIsATruncation(t *testing.T) {
	period := evidence.Period{From: siteBegins, To: siteBegins.AddDate(1, 0, 0)}
	gap := &evidence.GapError{Part: "tickets of PAY", Reason: evidence.Truncated, Detail: "page 2 was not read"}
	denied := func(id string) error {
		return &evidence.GapError{Ref: evidence.Ref{Kind: evidence.KindCommit, System: "github", ID: id}, Part: "commits", Reason: evidence.Denied, Detail: "refused"}
	}
	silent := &evidence.GapError{Part: "tickets of OPS", Reason: evidence.Unreachable}
	said := evidence.IPE{Dataset: "tickets of PAY", System: "jira", Truncations: []string{"tickets of PAY: page 2 was not read"}}
	for name, c := range map[string]struct {
		datasets []evidence.IPE
		err      error
		want     []string
	}{
		"no error":                  {[]evidence.IPE{said}, nil, said.Truncations},
		"said already":              {[]evidence.IPE{said}, gap, said.Truncations},
		"said of nothing":           {nil, gap, []string{"tickets of PAY: page 2 was not read"}},
		"one of two, and one twice": {[]evidence.IPE{said}, errors.Join(gap, errors.New("no answer"), errors.New("no answer")), []string{said.Truncations[0], "no answer"}},
		"without a word":            {[]evidence.IPE{said}, silent, []string{said.Truncations[0], "tickets of OPS: unreachable"}},
		"two that fail alike": {[]evidence.IPE{{Dataset: "commits of b", System: "github", Truncations: []string{"b commits: refused"}}}, errors.Join(denied("a"), denied("b")),
			[]string{"b commits: refused", "a commits: refused"}},
	} {
		t.Run(name, func(t *testing.T) {
			p := evidence.Population{Datasets: early("jira", period, c.datasets, c.err)}
			var got []string
			for _, d := range p.Datasets {
				got = append(got, d.Truncations...)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("truncations (-want +got):\n%s", diff)
			}
		})
	}
}

// What the newest reading lost is kept where it is made again, also where two
// systems lost the same: one that answers does not answer for the other.
func TestCutsOfTwoSystemsAreTwo(t *testing.T) {
	r, _ := twoForges(t)
	cut := func(system string) evidence.IPE {
		return evidence.IPE{Dataset: "commits of acme/api", System: system, Truncations: []string{"page 2 did not come"}}
	}
	lister := func(name string, d ...evidence.IPE) evidence.Collector { return recorded{listing{name, d}, "test"} }
	names := func(p evidence.Population) string { return strings.Join(p.Truncations(), "\n") }
	l, err := r.openLedger()
	if err != nil {
		t.Fatal(err)
	}
	fill := func(before listed, sources ...evidence.Collector) evidence.Population {
		t.Helper()
		r.sources = sources
		load, err := l.Begin(t.Context(), r.cfg.Period, r.cfg.Zone, ledgerScope(r.cfg))
		if err != nil {
			t.Fatal(err)
		}
		if err := r.fill(t.Context(), load, listed{}); err != nil {
			t.Fatal(err)
		}
		if err := r.keepCuts(load, before); err != nil {
			t.Fatal(err)
		}
		if err := load.Finish(t.Context()); err != nil {
			t.Fatal(err)
		}
		var p evidence.Population
		if p.Datasets, err = l.Datasets(t.Context()); err != nil {
			t.Fatal(err)
		}
		return p
	}
	p := fill(listed{}, lister("github", cut("github")), lister("mirror", cut("mirror")))
	if want := "commits of acme/api of github: page 2 did not come\ncommits of acme/api of mirror: page 2 did not come"; names(p) != want {
		t.Errorf("truncations\n%s\nwant\n%s", names(p), want)
	}
	p = fill(listed{Truncations: r.cuts}, lister("github", cut("github")), lister("mirror"))
	if got := names(p); !strings.Contains(got, "mirror: commits of acme/api: page 2 did not come") || !strings.HasPrefix(got, "commits of acme/api: page 2") {
		t.Errorf("made again, the truncations are\n%s", got)
	}
}

// listing is a source that lists no record and has data sets.
type listing struct {
	name     string
	datasets []evidence.IPE
}

func (l listing) Name() string                                                         { return l.name }
func (listing) Kinds() []evidence.Kind                                                 { return nil }
func (listing) Collect(context.Context, evidence.Ref, func(evidence.Item) error) error { return nil }
func (l listing) List(context.Context, evidence.Period, func(evidence.Item) error) ([]evidence.IPE, error) {
	return l.datasets, nil
}
