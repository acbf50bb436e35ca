package engine

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// system is a collector of fixed records, by ID.
type system struct {
	name  string
	kinds []evidence.Kind
	items map[string]evidence.Item
	gaps  map[string]error

	asked, running, most atomic.Int64
}

func (s *system) Name() string           { return s.name }
func (s *system) Kinds() []evidence.Kind { return s.kinds }

func (s *system) Collect(_ context.Context, ref evidence.Ref, emit func(evidence.Item) error) error {
	s.asked.Add(1)
	now := s.running.Add(1)
	defer s.running.Add(-1)
	for m := s.most.Load(); now > m && !s.most.CompareAndSwap(m, now); {
		m = s.most.Load()
	}
	time.Sleep(time.Millisecond)
	if it, ok := s.items[ref.ID]; ok {
		it.Ref = ref
		if err := emit(it); err != nil {
			return err
		}
	}
	return s.gaps[ref.ID]
}

func refs(items []evidence.Item) []string {
	var out []string
	for _, it := range items {
		out = append(out, it.Ref.String())
	}
	return out
}

func forge() (*system, Links) {
	web, _ := url.Parse("https://github.example")
	s := &system{name: "github", kinds: []evidence.Kind{evidence.KindPullRequest, evidence.KindTicket, evidence.KindCommit, evidence.KindMention}}
	return s, Links{Forges: []Forge{{System: "github", WebURL: web, Repositories: []string{"acme/api"}, Issues: true, Searches: true}}}
}

func sample(kind evidence.Kind, system, id string) evidence.Sample {
	return evidence.Sample{Number: 1, Ref: evidence.Ref{Kind: kind, System: system, ID: id}}
}

// People write a repository's name in any case: it is one issue, and one ref.
func TestIssueIsSpelledAsConfigured(t *testing.T) {
	github, links := forge()
	github.items = map[string]evidence.Item{
		"acme/api#7":  {PullRequest: &evidence.PullRequest{Repository: "acme/api", Number: 7, Body: evidence.Text{Source: "Fixes Acme/API#12, closes #12"}}},
		"acme/api#12": {Ticket: &evidence.Ticket{Key: "acme/api#12"}},
	}
	c := New([]evidence.Collector{github}, links, 4).Collect(t.Context(), sample(evidence.KindPullRequest, "github", "acme/api#7"))
	if diff := cmp.Diff([]string{"pull_request:github:acme/api#7", "ticket:github:acme/api#12"}, refs(c.Items)); diff != "" {
		t.Error(diff)
	}
	if len(c.Gaps) > 0 || github.asked.Load() != 2 {
		t.Errorf("%d records were asked for, gaps are %+v", github.asked.Load(), c.Gaps)
	}
}

// What every change needs and nobody gave is a gap, and says whether the
// configuration or the source lacks it. A ticket that names only a day leaves
// nothing to measure around: midnight is not when the change went live.
func TestAbsent(t *testing.T) {
	at := time.Unix(1e9, 0)
	whole := Tracker{System: "jira", Approvals: true, Deployed: true}
	measured := []Service{{Name: "checkout", Metrics: []string{"prometheus"}}}
	for name, c := range map[string]struct {
		ticket   evidence.Ticket
		tracker  Tracker
		services []Service
		signals  int64
		want     []string
	}{
		"all there":           {evidence.Ticket{Components: []string{"checkout"}, Deployed: at}, whole, measured, 1, nil},
		"not deployed":        {evidence.Ticket{Components: []string{"checkout"}}, whole, measured, 0, []string{"ticket deployment: not found"}},
		"deployment not read": {evidence.Ticket{}, Tracker{System: "jira", Approvals: true}, measured, 0, []string{"ticket deployment: not configured"}},
		"approvals not read":  {evidence.Ticket{Components: []string{"checkout"}, Deployed: at}, Tracker{System: "jira", Deployed: true}, measured, 1, []string{"ticket approvals: not configured"}},
		"other service":       {evidence.Ticket{Deployed: at}, whole, measured, 0, []string{"signal : not configured"}},
		"no services":         {evidence.Ticket{Deployed: at}, whole, nil, 0, []string{"signal : not configured"}},
		"a day alone":         {evidence.Ticket{Components: []string{"checkout"}, Deployed: at, DeployedDay: true}, whole, measured, 0, []string{"signal : ambiguous"}},
	} {
		t.Run(name, func(t *testing.T) {
			c.ticket.Key = "CHG-1"
			jira := &system{name: "jira", kinds: []evidence.Kind{evidence.KindTicket}, items: map[string]evidence.Item{"CHG-1": {Ticket: &c.ticket}}}
			metrics := &system{name: "prometheus", kinds: []evidence.Kind{evidence.KindSignal}}
			links := Links{Services: c.services, Trackers: []Tracker{c.tracker}}
			got := New([]evidence.Collector{jira, metrics}, links, 4).Collect(t.Context(), sample(evidence.KindTicket, "jira", "CHG-1"))
			var gaps []string
			for _, g := range got.Gaps {
				gaps = append(gaps, string(g.Ref.Kind)+" "+g.Part+": "+string(g.Reason))
			}
			if diff := cmp.Diff(c.want, gaps); diff != "" {
				t.Error(diff)
			}
			if metrics.asked.Load() != c.signals {
				t.Errorf("%d measurements, want %d", metrics.asked.Load(), c.signals)
			}
		})
	}
}

// A merged change without a deployment is a gap; one that was not merged has
// nothing to deploy.
func TestMergedAndNotDeployed(t *testing.T) {
	for state, want := range map[string]int{"merged": 1, "open": 0, "closed": 0} {
		github, links := forge()
		github.items = map[string]evidence.Item{"acme/api#7": {PullRequest: &evidence.PullRequest{Repository: "acme/api", Number: 7, State: state}}}
		c := New([]evidence.Collector{github}, links, 4).Collect(t.Context(), sample(evidence.KindPullRequest, "github", "acme/api#7"))
		if len(c.Gaps) != want {
			t.Errorf("%s: gaps are %+v", state, c.Gaps)
		}
	}
}

// Samples that share a record ask for it once, at no more at once than allowed.
func TestRecordsAreSharedAndBounded(t *testing.T) {
	const width = 3
	github := &system{name: "github", kinds: []evidence.Kind{evidence.KindCommit}, items: map[string]evidence.Item{}}
	var links []evidence.Ref
	for i := range 40 {
		id := "acme/api@" + string(rune('a'+i%26)) + string(rune('a'+i/26))
		links = append(links, evidence.Ref{Kind: evidence.KindCommit, System: "github", ID: id})
		github.items[id] = evidence.Item{Commit: &evidence.Commit{SHA: id}}
	}
	github.items["first"] = evidence.Item{Commit: &evidence.Commit{}, Links: links}
	e := New([]evidence.Collector{github}, Links{}, width)
	changes := make([]evidence.Change, 8)
	var wg sync.WaitGroup
	for i := range changes {
		wg.Go(func() { changes[i] = e.Collect(t.Context(), sample(evidence.KindCommit, "github", "first")) })
	}
	wg.Wait()
	if n, most := github.asked.Load(), github.most.Load(); n != 41 || most > width {
		t.Errorf("%d records were asked for, %d at once", n, most)
	}
	for _, c := range changes[1:] {
		if diff := cmp.Diff(changes[0], c); diff != "" {
			t.Fatal(diff)
		}
	}
	if !slices.IsSortedFunc(changes[0].Items, func(a, b evidence.Item) int { return a.Ref.Compare(b.Ref) }) || len(changes[0].Items) != 41 {
		t.Errorf("%d items: %v", len(changes[0].Items), refs(changes[0].Items))
	}
}

// What was emitted before an error is kept, and every error is a gap.
func TestErrorsBecomeGaps(t *testing.T) {
	github, links := forge()
	github.items = map[string]evidence.Item{"acme/api#7": {PullRequest: &evidence.PullRequest{}, Links: []evidence.Ref{
		{Kind: evidence.KindCommit, System: "gitlab", ID: "x"}, {Kind: evidence.KindSignal, System: "github", ID: "y"}, {Kind: evidence.KindCommit, System: "github", ID: "z"},
	}}}
	github.gaps = map[string]error{
		"acme/api#7": errors.Join(&evidence.GapError{Part: "reviews", Reason: evidence.Denied}, &evidence.GapError{Part: "files", Reason: evidence.Truncated}),
		"z":          errors.New("broken"),
	}
	c := New([]evidence.Collector{github}, links, 1).Collect(t.Context(), sample(evidence.KindPullRequest, "github", "acme/api#7"))
	var got []string
	for _, g := range c.Gaps {
		got = append(got, g.Ref.String()+" "+g.Part+" "+string(g.Reason))
	}
	want := []string{"commit:github:z  unreachable", "commit:gitlab:x  not configured", "pull_request:github:acme/api#7 files truncated",
		"pull_request:github:acme/api#7 reviews denied", "signal:github:y  not configured"}
	if diff := cmp.Diff(want, got); diff != "" || len(c.Items) != 1 {
		t.Errorf("%d items, gaps (-want +got):\n%s", len(c.Items), diff)
	}
}

// An interrupted run ends: who waits for a place gives up.
func TestInterrupted(t *testing.T) {
	github, links := forge()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	e := New([]evidence.Collector{github}, links, 1)
	e.jobs <- struct{}{}
	items, gaps := e.Record(ctx, evidence.Ref{Kind: evidence.KindCommit, System: "github", ID: "x"})
	if len(items) != 0 || len(gaps) != 1 || gaps[0].Reason != evidence.Canceled {
		t.Errorf("items %v, gaps %+v", items, gaps)
	}
}
