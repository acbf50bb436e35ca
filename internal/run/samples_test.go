package run

import (
	"context"
	"strings"
	"testing"

	"github.com/tickmark-dev/tickmark/internal/engine"
	"github.com/tickmark-dev/tickmark/internal/evidence"
	"github.com/tickmark-dev/tickmark/internal/request"
)

// forge answers with fixed records and gaps, by ID; all else is not found.
type forge struct {
	items map[string]evidence.Item
	gaps  map[string]error
}

func (forge) Name() string { return "github" }
func (forge) Kinds() []evidence.Kind {
	return []evidence.Kind{evidence.KindPullRequest, evidence.KindCommit, evidence.KindDeployment, evidence.KindTicket, evidence.KindMention}
}
func (f forge) Collect(_ context.Context, ref evidence.Ref, emit func(evidence.Item) error) error {
	it, found := f.items[ref.ID]
	it.Ref = ref
	if found {
		if err := emit(it); err != nil {
			return err
		}
	}
	if err := f.gaps[ref.ID]; err != nil || found {
		return err
	}
	return &evidence.GapError{Reason: evidence.NotFound, Detail: "there is none"}
}

// runOver gives a run over a forge of two repositories.
func runOver(t *testing.T, f forge) *Run {
	t.Helper()
	s := newSite(t, "  - {name: github, kind: github, repositories: [acme/api, acme/web], token: {env: T}}\n", nil)
	return &Run{cfg: s.config, engine: engine.New([]evidence.Collector{f}, links(s.config), 1), progress: silent{}}
}

// A line is not taken to mean the one record that answered where another that
// it may mean could not be looked at.
func TestLineThatMayMeanWhatDidNotAnswer(t *testing.T) {
	pr := map[string]evidence.Item{"acme/api#7": {PullRequest: &evidence.PullRequest{Repository: "acme/api", Number: 7}}}
	for name, c := range map[string]struct {
		line string
		gap  error
		want evidence.Reason
	}{
		"the other is not there":   {"#7", nil, ""},
		"the other is unreachable": {"#7", &evidence.GapError{Reason: evidence.Unreachable, Detail: "no answer"}, evidence.Unreachable},
		"the other may be hidden":  {"#7", &evidence.GapError{Reason: evidence.Ambiguous, Detail: "hidden"}, evidence.Ambiguous},
		"the line names one":       {"acme/api#7", &evidence.GapError{Reason: evidence.Unreachable, Detail: "no answer"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			r := runOver(t, forge{pr, map[string]error{"acme/web#7": c.gap}})
			samples, unmatched, _ := r.findSamples(t.Context(), nil, request.Args([]string{c.line}), nil)
			switch {
			case c.want == "" && (len(samples) != 1 || samples[0].Ref.ID != "acme/api#7"):
				t.Errorf("samples %+v, unmatched %+v", samples, unmatched)
			case c.want != "" && (len(unmatched) != 1 || unmatched[0].Reason != c.want || !strings.Contains(strings.Join(unmatched[0].Tried, "\n"), "acme/web#7")):
				t.Errorf("samples %+v, unmatched %+v", samples, unmatched)
			}
		})
	}
}

// A number that several repositories have names none of their pull requests.
func TestNumberOfTwoRepositories(t *testing.T) {
	r := runOver(t, forge{map[string]evidence.Item{
		"acme/api#7": {PullRequest: &evidence.PullRequest{Repository: "acme/api", Number: 7}},
		"acme/web#7": {PullRequest: &evidence.PullRequest{Repository: "acme/web", Number: 7}},
	}, nil})
	for _, line := range []string{"#7", "PR 7"} {
		samples, unmatched, _ := r.findSamples(t.Context(), nil, request.Args([]string{line}), nil)
		if len(samples) != 0 || len(unmatched) != 1 || unmatched[0].Reason != evidence.Ambiguous ||
			!strings.HasSuffix(strings.Join(unmatched[0].Tried, "\n"), "it may mean pull request acme/api#7, pull request acme/web#7; name the one that is meant") {
			t.Errorf("%s: samples %+v, unmatched %+v", line, samples, unmatched)
		}
	}
}

// A deployment stands for the changes that it brought. Where they are not all
// known, it does not stand for the last of them.
func TestDeploymentWhoseRangeIsNotKnown(t *testing.T) {
	ref := func(id string) evidence.Ref {
		return evidence.Ref{Kind: evidence.KindPullRequest, System: "github", ID: id}
	}
	commit := func(sha string, pr string) evidence.Item {
		return evidence.Item{Commit: &evidence.Commit{Repository: "acme/api", SHA: sha, PullRequests: []evidence.Ref{ref(pr)}}}
	}
	a, b := strings.Repeat("a", 40), strings.Repeat("b", 40)
	previous := evidence.Ref{Kind: evidence.KindDeployment, System: "github", ID: "acme/api/deployments/4"}
	both := &evidence.DeploymentRange{Commits: []evidence.Commit{{SHA: a}, {SHA: b}}, Total: 2}
	for name, c := range map[string]struct {
		previous evidence.Ref
		brought  *evidence.DeploymentRange
		second   string // the pull request of the second commit; "" where it is not had
		gap      error
		want     evidence.Reason
	}{
		"one change":                    {previous, both, "acme/api#1", nil, ""},
		"two changes":                   {previous, both, "acme/api#2", nil, evidence.Ambiguous},
		"not compared":                  {previous, nil, "acme/api#1", &evidence.GapError{Part: "range", Reason: evidence.Unreachable, Detail: "x"}, evidence.Unreachable},
		"previous not found out":        {evidence.Ref{}, nil, "acme/api#1", &evidence.GapError{Part: "previous deployment", Reason: evidence.Denied, Detail: "x"}, evidence.Denied},
		"cut":                           {previous, &evidence.DeploymentRange{Commits: both.Commits[:1], Total: 2}, "acme/api#1", &evidence.GapError{Part: "range", Reason: evidence.Truncated, Detail: "x"}, evidence.Truncated},
		"a commit that was not had":     {previous, both, "", &evidence.GapError{Part: "statuses", Reason: evidence.Denied, Detail: "x"}, evidence.Unreachable},
		"a gap that says nothing of it": {previous, both, "acme/api#1", &evidence.GapError{Part: "statuses", Reason: evidence.Denied, Detail: "x"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			f := forge{map[string]evidence.Item{
				"acme/api/deployments/5": {Deployment: &evidence.Deployment{Repository: "acme/api", SHA: a, Previous: c.previous, Range: c.brought}},
				"acme/api@" + a:          commit(a, "acme/api#1"),
			}, map[string]error{"acme/api/deployments/5": c.gap}}
			if c.second != "" {
				f.items["acme/api@"+b] = commit(b, c.second)
			} else {
				f.gaps["acme/api@"+b] = &evidence.GapError{Reason: evidence.Unreachable, Detail: "no answer"}
			}
			r := runOver(t, f)
			items, _ := r.engine.Record(t.Context(), evidence.Ref{Kind: evidence.KindDeployment, System: "github", ID: "acme/api/deployments/5"})
			got, miss := r.root(t.Context(), items[0], nil)
			switch {
			case c.want == "" && (miss != nil || got != ref("acme/api#1")):
				t.Errorf("got %s, unmatched %+v", got, miss)
			case c.want != "" && (miss == nil || miss.Reason != c.want || len(miss.Tried) == 0):
				t.Errorf("got %s, unmatched %+v", got, miss)
			}
		})
	}
}

// A ticket's pull request is not taken for its only one where another could
// not be looked at.
func TestTicketWhosePullRequestsAreNotAllKnown(t *testing.T) {
	ticket := evidence.Item{Ref: evidence.Ref{Kind: evidence.KindTicket, System: "github", ID: "acme/api#1"}, Ticket: &evidence.Ticket{Key: "acme/api#1",
		Remote: []evidence.RemoteLink{{URL: "https://github.com/acme/api/pull/7"}, {URL: "https://github.com/acme/web/pull/8"}}}}
	f := forge{map[string]evidence.Item{
		"acme/api#7": {PullRequest: &evidence.PullRequest{Repository: "acme/api", Number: 7, State: "merged"}},
		"acme/api#1": {Mention: &evidence.Mention{}},
	}, map[string]error{}}
	got, miss := runOver(t, f).root(t.Context(), ticket, nil)
	if miss != nil || got.ID != "acme/api#7" {
		t.Errorf("got %s, unmatched %+v", got, miss)
	}
	f.gaps["acme/web#8"] = &evidence.GapError{Reason: evidence.Unreachable, Detail: "no answer"}
	if got, miss = runOver(t, f).root(t.Context(), ticket, nil); miss == nil || miss.Reason != evidence.Unreachable {
		t.Errorf("got %s, unmatched %+v", got, miss)
	}
}

// A ticket is a sample under the key that it has now, whatever key was asked
// for: the population knows it by that one.
func TestTicketThatWasMoved(t *testing.T) {
	ticket := evidence.Item{Ref: evidence.Ref{Kind: evidence.KindTicket, System: "jira", ID: "OLD-1"}, Ticket: &evidence.Ticket{Key: "NEW-7", Requested: "OLD-1"}}
	got, miss := runOver(t, forge{}).root(t.Context(), ticket, nil)
	if want := (evidence.Ref{Kind: evidence.KindTicket, System: "jira", ID: "NEW-7"}); miss != nil || got != want {
		t.Errorf("got %s, unmatched %+v", got, miss)
	}
}

// nothing is a forge that has no record.
func nothing() forge { return forge{} }
