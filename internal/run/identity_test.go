package run

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
	"github.com/tickmark-dev/tickmark/internal/ledger"
	"github.com/tickmark-dev/tickmark/internal/request"
)

// twoForges gives a run over two systems that have a repository of one name,
// and the ledger of both: in github pull requests 1 and 2 landed by one commit,
// in mirror another pull request 1.
func twoForges(t *testing.T) (*Run, *ledger.Ledger) {
	t.Helper()
	s := newSite(t, "  - {name: github, kind: github, repositories: [acme/api], token: {env: T}}\n"+
		"  - {name: mirror, kind: github, url: https://ghe.example.com/api/v3, repositories: [acme/api], token: {env: T}}\n", map[string]string{"T": "t"})
	r := s.open(t, false)
	t.Cleanup(func() { _ = r.Close() })
	l, err := r.openLedger()
	if err != nil {
		t.Fatal(err)
	}
	load, err := l.Begin(t.Context(), r.cfg.Period, r.cfg.Zone, ledgerScope(r.cfg))
	if err != nil {
		t.Fatal(err)
	}
	day := func(n int) time.Time { return time.Date(2025, 3, n, 9, 0, 0, 0, time.UTC) }
	put := func(system string, kind evidence.Kind, id string, it evidence.Item) {
		it.Ref = evidence.Ref{Kind: kind, System: system, ID: "acme/api" + id}
		if err := load.Item(it); err != nil {
			t.Fatal(err)
		}
	}
	for _, system := range []string{"github", "mirror"} {
		sha := func(n int) string { return strings.Repeat(fmt.Sprint(n), 40) }
		for n := range 2 {
			c := &evidence.Commit{Repository: "acme/api", SHA: sha(n), Branch: "main", Message: system, Committer: evidence.Signature{Date: day(n + 1)}}
			if n > 0 {
				c.Parents = []string{sha(n - 1)}
			}
			put(system, evidence.KindCommit, "@"+c.SHA, evidence.Item{Commit: c})
			at := day(n + 1).Add(time.Hour)
			put(system, evidence.KindDeployment, fmt.Sprintf("/deployments/%d", n), evidence.Item{Deployment: &evidence.Deployment{Repository: "acme/api", ID: fmt.Sprint(n),
				Environment: "production", Production: true, SHA: c.SHA, Created: at, Statuses: []evidence.DeploymentStatus{{State: "success", Created: at}}}})
		}
		for n := 1; n <= 2; n++ {
			if system == "mirror" && n == 2 {
				continue
			}
			put(system, evidence.KindPullRequest, fmt.Sprintf("#%d", n), evidence.Item{PullRequest: &evidence.PullRequest{Repository: "acme/api", Number: n, State: "merged",
				Title: system, Merged: day(2), MergeCommit: sha(1), Base: evidence.Branch{Ref: []string{"", "main", "topic"}[n]}}})
		}
	}
	if err := load.Finish(t.Context()); err != nil {
		t.Fatal(err)
	}
	return r, l
}

// A pull request that landed with another is, as a sample, the change that the
// population counts; who asks for both asks for one change twice.
func TestSampleIsTheChangeThatThePopulationCounts(t *testing.T) {
	r, l := twoForges(t)
	known := map[string]evidence.Ref{}
	// What each line's own record is; finding it is tested elsewhere.
	r.engine = runOver(t, forge{items: map[string]evidence.Item{
		"acme/api#1": {PullRequest: &evidence.PullRequest{Repository: "acme/api", Number: 1}},
		"acme/api#2": {PullRequest: &evidence.PullRequest{Repository: "acme/api", Number: 2}},
	}}).engine
	lines := request.Args([]string{"https://github.com/acme/api/pull/2", "https://github.com/acme/api/pull/1"})
	samples, unmatched, err := r.findSamples(t.Context(), l, lines, known)
	if err != nil || len(samples) != 1 || len(unmatched) != 1 || unmatched[0].Reason != evidence.Duplicate {
		t.Fatalf("samples %+v, unmatched %+v, %v", samples, unmatched, err)
	}
	if want := (evidence.Ref{Kind: evidence.KindPullRequest, System: "github", ID: "acme/api#1"}); samples[0].Ref != want || samples[0].Requested != "https://github.com/acme/api/pull/2" {
		t.Errorf("sample %+v", samples[0])
	}
	// All that landed is collected, whatever the first record names.
	listed, err := assembled(t.Context(), l, samples[0])
	if err != nil {
		t.Fatal(err)
	}
	if refs := linked(listed); len(refs) != 1 || refs[0].ID != "acme/api#2" {
		t.Errorf("linked are %v", refs)
	}
}

// A sample stands in the change log once, and for no change of another system.
func TestSampleStandsForNoChangeOfAnotherSystem(t *testing.T) {
	r, l := twoForges(t)
	sample := evidence.Dossier{Change: evidence.Change{Sample: evidence.Sample{Number: 1, Ref: evidence.Ref{Kind: evidence.KindPullRequest, System: "github", ID: "acme/api#1"}}}}
	log := r.changeLog(l, t.TempDir(), []evidence.Dossier{sample})
	defer log.Close()
	for range 2 { // the second walk reads what the first kept
		var got []string
		for d, err := range log.walk(t.Context()) {
			if err != nil {
				t.Fatal(err)
			}
			if d.Change.Sample.Ref.Kind == evidence.KindCommit {
				continue // what was deployed before
			}
			got = append(got, fmt.Sprintf("%s %s %d", d.Change.Sample.Ref.System, d.Change.ID(), d.Change.Sample.Number))
		}
		if want := []string{"github acme/api#1 1", "mirror acme/api#1 0"}; !slices.Equal(got, want) {
			t.Errorf("the log has %q, want %q", got, want)
		}
	}
}

// Whether a change was approved, and how long its evidence is kept, is its own
// system's word alone.
func TestSystemsOfOneRepositoryNameDoNotMix(t *testing.T) {
	r, l := twoForges(t)
	r.approvals.set(changeOf{"mirror", "acme/api#1"}, evidence.Met)
	if outcome, ok, err := r.approved(t.Context(), l, changeOf{"github", "acme/api#1"}); err != nil || !ok || outcome == evidence.Met {
		t.Errorf("github's change came to %s (%v, %v)", outcome, ok, err)
	}
	if _, ok, err := r.approved(t.Context(), l, changeOf{"elsewhere", "acme/api#1"}); ok || err != nil {
		t.Errorf("a change of a system that has none: %v, %v", ok, err)
	}
	r.principals = []evidence.Principal{{System: "mirror", Retentions: []evidence.Retention{{What: "logs", Scope: "acme/api", Keeps: 24 * time.Hour}}}}
	expiring, err := r.expiring(t.Context(), l, time.UTC)
	if err != nil || len(expiring) != 1 || expiring[0].System != "mirror" || expiring[0].Changes != 2 {
		t.Errorf("expiring %+v, %v", expiring, err)
	}
}

// A ticket that was moved is named by its old key in the change and by its new
// one in the lists. It is one ticket.
func TestMovedTicketIsOneTicket(t *testing.T) {
	s, c := harbourline(t)
	var id string
	for _, w := range c.Truth.Changes {
		if slices.Contains(situations(w), "moved-ticket") {
			id = w.RecordID()
		}
	}
	if id == "" {
		t.Fatal("the story has no ticket that was moved")
	}
	r := s.open(t, false)
	defer r.Close()
	if err := r.prove(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if err := r.enumerate(t.Context()); err != nil {
		t.Fatal(err)
	}
	changes, err := r.collect(t.Context(), r.ledger, []evidence.Sample{{Number: 1, Ref: evidence.Ref{Kind: evidence.KindPullRequest, System: "github", ID: id}}})
	if err != nil {
		t.Fatal(err)
	}
	keys := map[string][]string{}
	for _, it := range changes[0].All(evidence.KindTicket) {
		keys[it.Ticket.Key] = append(keys[it.Ticket.Key], it.Ref.ID)
	}
	for key, refs := range keys {
		if len(refs) != 1 {
			t.Errorf("ticket %s is there as %q", key, refs)
		}
	}
	if len(keys) == 0 {
		t.Error("the change has no ticket")
	}
	// A person must still say whether it is the same request.
	d, err := r.tested(t.Context(), r.ledger, changes[0])
	if err != nil {
		t.Fatal(err)
	}
	if a := r.testedChange(d, nil, evidence.Said{}).Attributes["A"]; a.Outcome != "review" || a.Code != "TICKET_MOVED" {
		t.Errorf("A is %s, %s", a.Outcome, a.Code)
	}
}

// A ledger that another run is making is waited for, and not made once more.
func TestLedgerThatAnotherRunMakes(t *testing.T) {
	r, l := twoForges(t)
	source, err := r.mark(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	other, err := ledger.Open(r.cfg.Ledger)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	load, err := other.Begin(t.Context(), r.cfg.Period, r.cfg.Zone, ledgerScope(r.cfg))
	if err != nil {
		t.Fatal(err)
	}
	load.Source(source)
	if l.Source() == source {
		t.Fatal("the ledger is of the newest reading already")
	}
	time.AfterFunc(300*time.Millisecond, func() {
		if err := load.Finish(t.Context()); err != nil {
			t.Error(err)
		}
	})
	got, err := r.population(t.Context())
	if err != nil || got == nil || got.Source() != source {
		t.Fatalf("the ledger that was waited for is %v, %v", got, err)
	}
}

// Who stops walking over the changes hears no more, not even of a file that
// could not be removed.
func TestChangeLogThatIsLeftEarly(t *testing.T) {
	r, l := twoForges(t)
	scratch := t.TempDir()
	log := r.changeLog(l, scratch, nil)
	for _, spoil := range []bool{false, true} {
		n := 0
		for _, err := range log.walk(t.Context()) {
			if err != nil {
				t.Fatal(err)
			}
			if n++; spoil {
				if err := os.RemoveAll(scratch); err != nil {
					t.Fatal(err)
				}
			}
			break
		}
		if left, err := filepath.Glob(filepath.Join(scratch, "*")); n != 1 || err != nil || len(left) > 0 {
			t.Errorf("%d changes were heard of; left are %v, %v", n, left, err)
		}
	}
}
