package run

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
	"github.com/tickmark-dev/tickmark/internal/pack"
	"github.com/tickmark-dev/tickmark/internal/simulate"
	"github.com/tickmark-dev/tickmark/internal/simulate/company"
	hub "github.com/tickmark-dev/tickmark/internal/simulate/forge"
)

// outcomesOf tests every change from the lists, and gives the outcomes by
// change.
func outcomesOf(t *testing.T, s *site) (map[string]TestedChange, *Run) {
	t.Helper()
	got := map[string]TestedChange{}
	r := s.open(t, false)
	t.Cleanup(func() { _ = r.Close() })
	if err := r.prove(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if err := r.enumerate(t.Context()); err != nil {
		t.Fatal(err)
	}
	for e, err := range r.ledger.Changes(t.Context(), Filter{InPopulation: true}) {
		if err != nil {
			t.Fatal(err)
		}
		c, err := r.ledger.Assemble(t.Context(), e)
		if err != nil {
			t.Fatal(err)
		}
		c.AsOf = r.session.AsOf()
		d, err := r.tested(t.Context(), r.ledger, c)
		if err != nil {
			t.Fatal(err)
		}
		got[e.ID] = r.testedChange(d, nil, evidence.Said{})
	}
	return got, r
}

// approvedOnce gives pull requests of the story that are approved once, with
// their approval, as the forge holds them.
func approvedOnce(t *testing.T, c *company.Company, n int) (ids []string, pulls []*hub.PullRequest) {
	t.Helper()
	for _, w := range c.Truth.Changes {
		if w.Expect["E"].Outcome != company.Met || w.Emergency || len(ids) == n || w.PullRequest == 0 || w.Deployed.Before(c.From) {
			continue
		}
		for _, r := range c.Forge.Repos {
			if "harbourline/"+r.Name != w.Repository {
				continue
			}
			for _, p := range r.PullRequests {
				approvals := slices.DeleteFunc(slices.Clone(p.Reviews), func(r *hub.Review) bool { return r.State != "APPROVED" })
				if p.Number == w.PullRequest && len(approvals) == 1 && approvals[0].CommitID == p.Head.SHA {
					p.Reviews = approvals
					ids, pulls = append(ids, w.RecordID()), append(pulls, p)
				}
			}
		}
	}
	if len(ids) != n {
		t.Fatalf("the story has %d such pull requests", len(ids))
	}
	return ids, pulls
}

// Four hundred reviews hide no approval and no objection, and the approval of
// an account that was deleted is nobody's: whether the change was tested from
// the lists or from its whole record.
func TestManyReviewsAndADeletedReviewer(t *testing.T) {
	if testing.Short() {
		t.Skip("tests the sample company's changes")
	}
	c := company.New(company.DefaultSeed)
	ids, pulls := approvedOnce(t, c, 3)
	talk := func(p *hub.PullRequest, last hub.Review) {
		approval := p.Reviews[0]
		var all []*hub.Review
		for i := range 399 {
			x := *approval
			x.ID, x.State, x.Body, x.Submitted = approval.ID*1000+int64(i), "COMMENTED", "one more thought", p.Created.Add(time.Duration(i)*time.Second)
			all = append(all, &x)
		}
		p.Reviews = append(all, &last)
	}
	talk(pulls[0], *pulls[0].Reviews[0])
	objection := *pulls[1].Reviews[0]
	objection.State, objection.Body = "CHANGES_REQUESTED", "not like this"
	talk(pulls[1], objection)
	author := *pulls[2].Reviews[0].Author
	author.Deleted = true
	pulls[2].Reviews[0].Author = &author
	s := served(t, c)
	listed, r := outcomesOf(t, s)
	var whole []TestedChange
	_, err := r.Package(t.Context(), Request{Args: ids, Out: filepath.Join(s.dir, "out"), Each: func(x TestedChange) error {
		if x.Sample > 0 {
			whole = append(whole, x)
		}
		return nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(whole, func(a, b TestedChange) int { return a.Sample - b.Sample })
	if len(whole) != len(ids) {
		t.Fatalf("%d samples were tested", len(whole))
	}
	for i, want := range []string{"met", "exception", "review"} {
		for from, x := range map[string]TestedChange{"the lists": listed[ids[i]], "the whole record": whole[i]} {
			if e := x.Attributes["E"]; e.Outcome != want {
				t.Errorf("%s from %s: E is %s (%s), want %s: %s", ids[i], from, e.Outcome, e.Code, want, e.Why)
			}
		}
	}
	for e, err := range r.ledger.Changes(t.Context(), Filter{ID: ids[0]}) {
		if err != nil {
			t.Fatal(err)
		}
		it, ok, err := r.ledger.Item(t.Context(), e.Ref)
		if err != nil || !ok || len(it.PullRequest.Reviews) != 400 {
			t.Errorf("%s has %d reviews in the lists, %v", e.ID, len(it.PullRequest.Reviews), err)
		}
	}
}

// Clocks that disagree by an hour: where the machine's differs from the
// sources', that is said; and where the policy allows for an hour, what lies
// closer together is for a person to judge. No outcome gets better by it.
func TestClocksThatDisagreeByAnHour(t *testing.T) {
	if testing.Short() {
		t.Skip("tests the sample company's changes twice")
	}
	s, c := harbourline(t)
	before, _ := outcomesOf(t, s)
	s = served(t, c)
	s.begins = c.Now.Add(time.Hour)
	file := filepath.Join(s.dir, simulate.PolicyFile)
	policy := regexp.MustCompile(`(?m)^clock_skew: .*$`).ReplaceAllString(simulate.Policy(), "clock_skew: 1h")
	if err := os.WriteFile(file, []byte(policy), 0o600); err != nil || policy == simulate.Policy() {
		t.Fatal("the policy's clock skew was not changed", err)
	}
	after, r := outcomesOf(t, s)
	said := false
	for _, p := range r.principals {
		said = said || slices.ContainsFunc(p.Notes, func(n string) bool { return strings.Contains(n, "this machine's clock differs from GitHub's by 1h") })
	}
	if !said {
		t.Errorf("nobody says that the clocks differ: %+v", r.principals)
	}
	within := 0
	for id, was := range before {
		for letter, old := range was.Attributes {
			now := after[id].Attributes[letter]
			if now.Code == "WITHIN_CLOCK_SKEW" && old.Code != now.Code {
				within++
			}
			if now.Outcome == "met" && old.Outcome != "met" {
				t.Errorf("%s of %s was %s (%s) and is met where clocks count for less: %s", letter, id, old.Outcome, old.Code, now.Why)
			}
		}
	}
	if within == 0 || len(after) != len(before) {
		t.Errorf("%d outcomes are for a person to judge; %d changes before, %d after", within, len(before), len(after))
	}
}

// A sample of which nothing could be had makes a package like any other, in
// which nothing of it is met.
func TestSampleWithoutAnyRecord(t *testing.T) {
	r, _ := twoForges(t)
	r.engine = runOver(t, nothing()).engine
	j := &job{request: Request{Out: filepath.Join(t.TempDir(), "out"), Each: func(x TestedChange) error {
		for letter, a := range x.Attributes {
			if a.Outcome == "met" || a.Outcome == "n/a" {
				t.Errorf("%s is %s: %s", letter, a.Outcome, a.Why)
			}
		}
		return nil
	}}}
	defer j.close()
	if err := r.begin(t.Context(), j); err != nil {
		t.Fatal(err)
	}
	j.samples = []evidence.Sample{{Number: 1, Label: "1", Requested: "acme/api#404", Ref: evidence.Ref{Kind: evidence.KindPullRequest, System: "github", ID: "acme/api#404"}}}
	if err := r.gather(t.Context(), j); err != nil {
		t.Fatal(err)
	}
	if d := j.pkg.Dossiers[0]; len(d.Change.Items) != 0 || len(d.Change.Gaps) == 0 {
		t.Fatalf("the sample has %d records and %d gaps", len(d.Change.Items), len(d.Change.Gaps))
	}
	for _, stage := range []func() error{
		func() error { return r.evaluate(t.Context(), j) }, func() error { return r.clean(t.Context(), j) }, func() error { return r.tell(t.Context(), j) },
		func() error { return r.renderAll(t.Context(), j) }, func() error { return r.seal(t.Context(), j) },
	} {
		if err := stage(); err != nil {
			t.Fatal(err)
		}
	}
	report, err := pack.Verify(j.result.Folder)
	if err != nil || len(report.Problems) > 0 || j.result.Gaps == 0 {
		t.Errorf("%d gaps, problems %+v, %v", j.result.Gaps, report.Problems, err)
	}
}
