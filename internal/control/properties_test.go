package control

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/tickmark-dev/tickmark/internal/evidence"
	"github.com/tickmark-dev/tickmark/internal/policy"
)

// kinds are the changes that the properties hold for: each as it is, and with
// small faults drawn on top.
var kinds = []func(testing.TB) *world{good, direct, byHand, urgent, byBot, func(t testing.TB) *world {
	w := good(t)
	high(w)
	touch(w, "src/auth/token.go")
	addReview(w, "r3", "barbara", "APPROVED", "10:06", c2)
	w.batched()
	return w
}}

// faults are what may be amiss with a change. Some do nothing to some changes.
var faults = []func(*world){
	func(w *world) { w.ticket.Fields[2].Value = plainly("Low") },
	func(w *world) { w.ticket.Fields[3].Value = plainly("") },
	func(w *world) {
		w.pr.Reviews = append(w.pr.Reviews, reviewed("f1", "ken", "CHANGES_REQUESTED", "10:10", c2))
	},
	func(w *world) { w.pr.Reviews = append(w.pr.Reviews, reviewed("f2", "alan", "APPROVED", "10:10", c2)) },
	func(w *world) { w.head.Runs = append(w.head.Runs, run("lint", "skipped", "09:00")) },
	func(w *world) { w.dep.Creator = nil },
	func(w *world) { w.ticket.Comments = nil },
	func(w *world) { w.pr.Commits[0].Author = sign("ken") },
	func(w *world) { w.pr.Body = text("## Rollback Plan\nDeploy release 41 again.\n") },
	func(w *world) { w.people = nil },
	func(w *world) {
		w.pr.Labels = append(w.pr.Labels, "risk: high")
		w.pr.Timeline = append([]evidence.Event{{Kind: "labeled", At: clock("08:40"), Subject: "risk: high"}}, w.pr.Timeline...)
	},
	func(w *world) {
		w.pr.Comments = []evidence.Comment{{Author: gh("edsger"), Created: clock("12:00"), Updated: clock("12:00"), Body: text("Smoke test done, all is well.")}}
	},
	func(w *world) { w.ticket.History[0].To, w.ticket.History[0].Author = "Approved", ji("edsger") },
}

func drawn(t *rapid.T, tb testing.TB) *world {
	w := kinds[rapid.IntRange(0, len(kinds)-1).Draw(t, "kind")](tb)
	for _, i := range rapid.SliceOfNDistinct(rapid.IntRange(0, len(faults)-1), 0, 2, rapid.ID).Draw(t, "faults") {
		faults[i](w)
	}
	return w
}

// TestNothingIsMetWithoutItsEvidence: no attribute is met when a record that
// it rests on is turned into a gap, whatever the reason.
func TestNothingIsMetWithoutItsEvidence(t *testing.T) {
	reasons := []evidence.Reason{evidence.Denied, evidence.NotFound, evidence.Expired, evidence.Unreachable, evidence.NotConfigured}
	for k, kind := range kinds {
		for _, r := range kind(t).evaluate() {
			if r.Outcome != ok {
				continue
			}
			if len(r.Basis) == 0 {
				t.Errorf("kind %d: %s is met and rests on no record", k, r.Attribute)
			}
			for i, gone := range r.Basis {
				w := kind(t)
				w.lose(gone, reasons[i%len(reasons)])
				if after := w.result(r.Attribute); after.Outcome == ok {
					t.Errorf("kind %d: %s is met (%s) without %s: %s", k, r.Attribute, after.Code, gone, after.Why)
				}
			}
		}
	}
}

func TestNothingIsMetWithoutItsEvidenceAtRandom(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		w := drawn(rt, t)
		before := w.evaluate()
		r := rapid.SampledFrom(before).Draw(rt, "attribute")
		if r.Outcome != ok {
			return
		}
		w.lose(rapid.SampledFrom(r.Basis).Draw(rt, "record"), evidence.Denied)
		if after := w.result(r.Attribute); after.Outcome == ok {
			rt.Fatalf("%s is met (%s): %s", r.Attribute, after.Code, after.Why)
		}
	})
}

// TestNoGapImproves: a gap of any record, or of any part, makes no attribute
// met that was not.
func TestNoGapImproves(t *testing.T) {
	parts := []string{"", "reviews", "timeline", "commits", "files", "comments", "check runs", "statuses", "history", "field risk", "approvals", "jobs", "environment approvals", "range", "deployments that contain the commit"}
	rapid.Check(t, func(rt *rapid.T) {
		w := drawn(rt, t)
		before := w.evaluate()
		it := rapid.SampledFrom(w.Items).Draw(rt, "item")
		part := rapid.SampledFrom(parts).Draw(rt, "part")
		if part == "" {
			w.lose(it.Ref, evidence.Denied)
		} else {
			w.gap(it.Ref, part, evidence.Denied)
		}
		for i, r := range w.evaluate() {
			if r.Outcome == ok && before[i].Outcome != ok && before[i].Outcome != na {
				rt.Errorf("without %s %q %s became met: it was %s (%s), it is %s", it.Ref, part, r.Attribute, before[i].Outcome, before[i].Code, r.Code)
			}
		}
	})
}

// later are things that happen after the deployment, and after all that is
// allowed afterwards: by the as-of time of the tests half a year has passed.
func later(t *rapid.T, w *world) string {
	at := w.AsOf.Add(-time.Duration(rapid.IntRange(1, 100).Draw(t, "hours before the retrieval")) * time.Hour)
	who := rapid.SampledFrom([]string{"ada", "grace", "edsger", "alan"}).Draw(t, "who")
	events := map[string]func(){
		"approval": func() {
			w.pr.Reviews = append(w.pr.Reviews, evidence.Review{ID: "z1", Author: gh(who), State: "APPROVED", Submitted: at, CommitID: c2})
		},
		"objection": func() {
			w.pr.Reviews = append(w.pr.Reviews, evidence.Review{ID: "z2", Author: gh(who), State: "CHANGES_REQUESTED", Submitted: at, CommitID: c2})
		},
		"dismissal": func() {
			if len(w.pr.Reviews) > 0 && w.pr.Reviews[0].State == "APPROVED" {
				w.pr.Reviews[0].State = "DISMISSED"
				w.pr.Timeline = append(w.pr.Timeline, evidence.Event{Kind: "review_dismissed", Actor: gh(who), At: at, ReviewID: w.pr.Reviews[0].ID, DismissedState: "APPROVED"})
			}
		},
		"label": func() {
			w.pr.Labels = append(w.pr.Labels, "risk: high")
			w.pr.Timeline = append(w.pr.Timeline, evidence.Event{Kind: "labeled", At: at, Subject: "risk: high"})
		},
		"force push": func() {
			w.pr.Timeline = append(w.pr.Timeline, evidence.Event{Kind: "head_ref_force_pushed", Actor: gh(who), At: at, Before: c2, After: x1})
		},
		"check": func() {
			w.head.Runs = append(w.head.Runs, evidence.CheckRun{Name: "unit", Status: "completed", Conclusion: "failure", App: "GitHub Actions", Started: at, Completed: at})
		},
		"inactive": func() {
			w.dep.Statuses = append(w.dep.Statuses, evidence.DeploymentStatus{State: "inactive", Created: at})
		},
		"remark": func() {
			w.ticket.Comments = append(w.ticket.Comments, evidence.Comment{Author: ji("grace"), Created: at, Updated: at, Body: plainly("Validated. Authorized.")})
		},
		"ticket step": func() {
			w.ticket.Approvals = append(w.ticket.Approvals, evidence.TicketApproval{Decision: "declined", Completed: at})
		},
		"redeployment": func() {
			r := ref(evidence.KindDeployment, repo+"/deployments/56")
			d := *w.dep
			d.ID, d.Created, d.Statuses = "56", at, []evidence.DeploymentStatus{{State: "success", Created: at}}
			w.Items = append(w.Items, evidence.Item{Ref: r, Deployment: &d})
			w.landed.ContainedIn = append(w.landed.ContainedIn, evidence.Containment{Deployment: r, Status: "ahead"})
		},
		"risk edited": func() {
			was := w.ticket.Fields[2].Value.Source
			w.ticket.Fields[2].Value = plainly("Low")
			w.ticket.History = append(w.ticket.History, evidence.HistoryEntry{At: at, Author: ji("ada"), Field: "Risk", FieldID: "cf3", From: was, To: "Low"})
		},
	}
	names := []string{"approval", "check", "dismissal", "force push", "inactive", "label", "objection", "redeployment", "remark", "risk edited", "ticket step"}
	name := rapid.SampledFrom(names).Draw(t, "event")
	events[name]()
	return name
}

// TestLaterEventsChangeNothing: what happens after its cut-off never changes an
// outcome. C says so where a request was edited afterwards, and V looks at what
// became of the ticket: that is what they are asked for.
func TestLaterEventsChangeNothing(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		k := rapid.IntRange(0, len(kinds)-1).Draw(rt, "kind")
		w := kinds[k](t)
		before := w.evaluate()
		name := later(rt, w)
		for i, r := range w.evaluate() {
			switch {
			case r.Outcome == before[i].Outcome:
			case name == "risk edited" && r.Attribute == "C":
			default:
				rt.Errorf("kind %d: after a later %s %s is %s (%s), it was %s (%s): %s", k, name, r.Attribute, r.Outcome, r.Code, before[i].Outcome, before[i].Code, r.Why)
			}
		}
	})
}

// TestRenamedAccounts: an account that is renamed and keeps its id changes
// nothing, where the people file names the id.
func TestRenamedAccounts(t *testing.T) {
	for k, kind := range kinds {
		w := kind(t)
		if w.people == nil {
			continue
		}
		named := kind(t)
		rename := func(p *evidence.Person) {
			if p != nil && ids[p.Login] != "" {
				p.Login = "renamed-" + p.Login
			}
		}
		walk(reflect.ValueOf(&named.Change).Elem(), rename)
		for _, set := range []*world{w, named} {
			for i := range set.people.Humans {
				for _, login := range set.people.Humans[i].Accounts["github"] {
					set.people.Humans[i].Accounts["github"] = append(set.people.Humans[i].Accounts["github"], ids[login])
				}
			}
		}
		a, b := w.evaluate(), named.evaluate()
		for i := range a {
			if a[i].Outcome != b[i].Outcome || a[i].Code != b[i].Code {
				t.Errorf("kind %d: %s is %s (%s), and %s (%s) after accounts were renamed", k, a[i].Attribute, a[i].Outcome, a[i].Code, b[i].Outcome, b[i].Code)
			}
		}
	}
}

// walk visits every account in a value.
func walk(v reflect.Value, see func(*evidence.Person)) {
	if p, isPerson := v.Interface().(*evidence.Person); isPerson {
		see(p)
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			walk(v.Elem(), see)
		}
	case reflect.Slice:
		for i := range v.Len() {
			walk(v.Index(i), see)
		}
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			return
		}
		for i := range v.NumField() {
			walk(v.Field(i), see)
		}
	}
}

// TestOrderOfItems: the order in which records came changes no byte.
func TestOrderOfItems(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		w := drawn(rt, t)
		want, err := json.Marshal(w.evaluate())
		if err != nil {
			rt.Fatal(err)
		}
		w.Items = rapid.Permutation(w.Items).Draw(rt, "order")
		before := fmt.Sprint(refs(w.Items))
		got, err := json.Marshal(w.evaluate())
		if err != nil {
			rt.Fatal(err)
		}
		if string(got) != string(want) {
			rt.Errorf("got  %s\nwant %s", got, want)
		}
		if fmt.Sprint(refs(w.Items)) != before {
			rt.Error("Evaluate changed the change")
		}
	})
}

func refs(items []evidence.Item) []evidence.Ref {
	var out []evidence.Ref
	for _, it := range items {
		out = append(out, it.Ref)
	}
	return out
}

// TestNothingOfANothing: whatever is missing, there is a result for each letter,
// with a code and a sentence, and none is met without a record.
func TestNothingOfANothing(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		w := drawn(rt, t)
		w.Items = slices.DeleteFunc(w.Items, func(evidence.Item) bool { return rapid.Bool().Draw(rt, "gone") })
		results := w.evaluate()
		if len(results) != 26 {
			rt.Fatalf("%d results", len(results))
		}
		for i, r := range results {
			if r.Attribute != policy.Letters()[i] || r.Code == "" || r.Why == "" || r.Outcome == "" || r.Policy == "" {
				rt.Errorf("result %d is not whole: %+v", i, r)
			}
			if r.Outcome == ok && len(r.Basis) == 0 {
				rt.Errorf("%s is met and rests on nothing", r.Attribute)
			}
		}
	})
	var empty evidence.Change
	for _, r := range Evaluate(&empty, Options{}) {
		if r.Outcome != unsure {
			t.Errorf("of nothing %s is %s", r.Attribute, r.Outcome)
		}
	}
}
