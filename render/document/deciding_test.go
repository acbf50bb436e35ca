package document

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// marked gives the marks of the drawn events by what they say.
func marked(v *view) (marks map[string]string, legend bool) {
	marks = map[string]string{}
	for _, b := range v.timeline() {
		if b.Paragraph != nil {
			legend = legend || strings.Contains(plain(b.Paragraph.Spans), "A letter beside an event")
		}
		if b.Timeline == nil {
			continue
		}
		for _, m := range b.Timeline.Moments {
			if len(m.Marks) > 0 {
				marks[plain(m.What)] = strings.Join(m.Marks, " ")
			}
		}
	}
	return marks, legend
}

func at(hour, minute int) time.Time { return time.Date(2026, 3, 2, hour, minute, 5, 0, time.UTC) }

const stamp = "2006-01-02 15:04:05 UTC"

// deciding is a change with its events, and results that name them.
func deciding() *view {
	pr := evidence.Ref{Kind: evidence.KindPullRequest, System: "github", ID: "acme/api#7"}
	commit := evidence.Ref{Kind: evidence.KindCommit, System: "github", ID: "acme/api@" + strings.Repeat("a", 40)}
	dep := evidence.Ref{Kind: evidence.KindDeployment, System: "github", ID: "acme/api/deployments/9"}
	ticket := evidence.Ref{Kind: evidence.KindTicket, System: "jira", ID: "PAY-7"}
	c := evidence.Change{Sample: evidence.Sample{Number: 1, Ref: pr}, Items: []evidence.Item{
		{Ref: commit, Commit: &evidence.Commit{Repository: "acme/api", SHA: strings.Repeat("a", 40), ContainedIn: []evidence.Containment{{Deployment: dep, Status: "identical"}}}},
		{Ref: dep, Deployment: &evidence.Deployment{Repository: "acme/api", ID: "9", Environment: "production", Production: true, Created: at(12, 0),
			Statuses: []evidence.DeploymentStatus{{State: "success", Created: at(12, 0)}}}},
		{Ref: pr, PullRequest: &evidence.PullRequest{Repository: "acme/api", Number: 7, State: "merged", Created: at(8, 0), Merged: at(11, 0), MergeCommit: strings.Repeat("a", 40),
			Reviews: []evidence.Review{{State: "APPROVED", Submitted: at(10, 2).Add(300 * time.Millisecond)}, {State: "APPROVED", Submitted: at(10, 30)}}}},
		{Ref: ticket, Ticket: &evidence.Ticket{Key: "PAY-7", Created: at(7, 0), Deployed: at(12, 0)}},
	}}
	deployed := evidence.Fact{Name: "deployed", Value: at(12, 0).Format(stamp)}
	return &view{c: &c, d: evidence.Dossier{Change: c, Results: []evidence.Result{
		{Attribute: "B", Read: []evidence.Fact{{Name: "ticket created", Times: []time.Time{at(7, 0)}}, deployed}, Basis: []evidence.Ref{ticket, dep}},
		{Attribute: "E", Read: []evidence.Fact{{Name: "approvals", Value: "Katri, review", Times: []time.Time{at(10, 2)}}}, Basis: []evidence.Ref{pr}},
		{Attribute: "G", Read: []evidence.Fact{{Name: "approvals", Times: []time.Time{at(10, 2)}}, {Name: "merged", Value: at(11, 0).Format(stamp)}, deployed}, Basis: []evidence.Ref{pr, dep, ticket}},
		{Attribute: "R", Read: []evidence.Fact{{Name: "succeeded", Value: at(12, 0).Format(stamp)}}, Basis: []evidence.Ref{dep}},
		{Attribute: "S", Read: []evidence.Fact{{Name: "validated by", Value: "Märta"}, {Name: "validated", Times: []time.Time{at(13, 0)}}}, Basis: []evidence.Ref{ticket}},
	}}, p: evidence.Package{Attributes: []evidence.Attribute{{Letter: "S", Title: "Validated after deployment"}}}}
}

// TestEventsThatDecided: each event carries the attributes that name it, and no
// other does.
func TestEventsThatDecided(t *testing.T) {
	got, legend := marked(deciding())
	want := map[string]string{
		"Ticket PAY-7 created":          "B",
		"PR #7: approved these changes": "E G",
		"PR #7 merged into  as aaaaaaa": "T_merge",
		"Deployment 9 to production reported successful: the change is in production": "T_dep R",
		"Validated after deployment: validated":                                       "S",
	}
	if fmt.Sprint(got) != fmt.Sprint(want) || !legend {
		t.Errorf("got %q, legend %t\nwant %q", got, legend, want)
	}
}

// TestNoMarkByGuess: the record and the time must both be named; times in a
// stranger's text are none.
func TestNoMarkByGuess(t *testing.T) {
	for name, spoil := range map[string]func(*evidence.Result){
		"another record": func(r *evidence.Result) {
			r.Basis = []evidence.Ref{{Kind: evidence.KindTicket, System: "jira", ID: "PAY-8"}}
		},
		"another time": func(r *evidence.Result) {
			for i := range r.Read {
				r.Read[i].Times, r.Read[i].Value = []time.Time{at(23, 59)}, ""
			}
		},
		"a text that looks like one": func(r *evidence.Result) {
			r.Read = []evidence.Fact{{Name: "description", Value: at(10, 2).Format(stamp)}, {Name: "plan", Value: at(12, 0).Format(stamp)}}
		},
	} {
		v := deciding()
		v.d.Results = slices.Clone(v.d.Results)
		for i := range v.d.Results {
			spoil(&v.d.Results[i])
		}
		got, _ := marked(v)
		for what, marks := range got {
			if strings.HasPrefix(what, "PR #7") || strings.HasPrefix(what, "Ticket PAY") || strings.HasPrefix(what, "Deployment") {
				t.Errorf("%s: %q is marked %s", name, what, marks)
			}
		}
	}
	v := deciding()
	v.d.Results = nil
	if got, legend := marked(v); len(got) > 0 || legend {
		t.Errorf("untested, and marked: %q, legend %t", got, legend)
	}
}

// TestDecidingEventsAreDrawn: where events are left out, none that decided is.
func TestDecidingEventsAreDrawn(t *testing.T) {
	v := deciding()
	for i := range v.c.Items {
		if pr := v.c.Items[i].PullRequest; pr != nil {
			for n := range 90 {
				pr.Timeline = append(pr.Timeline, evidence.Event{Kind: "base_ref_changed", At: at(9, n%60)})
			}
		}
	}
	got, _ := marked(v)
	if len(got) != 5 {
		t.Errorf("%d events with marks are drawn, want 5: %q", len(got), got)
	}
}
