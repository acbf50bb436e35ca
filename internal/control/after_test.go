package control

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
	"github.com/tickmark-dev/tickmark/internal/policy"
)

func TestP(t *testing.T) {
	incident := func(w *world) *evidence.Ticket {
		i := slices.IndexFunc(w.Items, func(it evidence.Item) bool { return it.Ref.ID == "INC-3" })
		return w.Items[i].Ticket
	}
	authorizer := func(w *world) *evidence.Decision { return &incident(w).Approvals[0].Approvers[0] }
	// remark lets the incident tell of the authorization in a remark alone.
	remark := func(w *world, by, s string) {
		incident(w).Approvals = nil
		incident(w).Comments = []evidence.Comment{{ID: "i1", Author: ji(by), Created: clock("10:10"), Updated: clock("10:10"), Body: plainly(s)}}
	}
	table(t, "P", map[string]one{
		"no emergency":          {nil, nil, na, "NOT_EMERGENCY"},
		"all in time":           {urgent, nil, ok, "EMERGENCY_CONDITIONS_MET"},
		"incident opened later": {urgent, func(w *world) { incident(w).Created = clock("12:00") }, bad, "INCIDENT_OPENED_AFTERWARDS"},
		"no incident": {urgent, func(w *world) {
			w.drop(ref(evidence.KindTicket, "INC-3"))
			w.pr.Title, w.pr.Body = "PAY-7: stop it", text("")
		}, bad, "NO_INCIDENT"},
		"incident not collected": {urgent, func(w *world) {
			w.drop(ref(evidence.KindTicket, "INC-3"))
			w.ticket.Fields = append(w.ticket.Fields, evidence.Field{Name: "incident", Title: "Incident", ID: "cf8", Value: plainly("INC-3")})
		}, unsure, "INCIDENT_NOT_OBTAINED"},
		"not authorized":            {urgent, func(w *world) { incident(w).Approvals = nil }, bad, "NOT_AUTHORIZED"},
		"authorized by a developer": {urgent, func(w *world) { authorizer(w).Person = ji("ken") }, bad, "NOT_AUTHORIZED"},
		"authorized by who made it": {urgent, func(w *world) {
			w.people.Humans[0].Roles[0].Role = "technical lead"
			authorizer(w).Person = ji("ada")
		}, look, "AUTHORIZER_IS_IMPLEMENTER"},
		"authorized afterwards":    {urgent, func(w *world) { incident(w).Approvals[0].Completed = clock("12:00") }, bad, "NOT_AUTHORIZED"},
		"step declined":            {urgent, func(w *world) { incident(w).Approvals[0].Decision = "declined" }, bad, "NOT_AUTHORIZED"},
		"in a remark alone":        {urgent, func(w *world) { remark(w, "grace", "Authorized: deploy the fix as an emergency.") }, look, "AUTHORIZED_IN_TEXT"},
		"in a remark, by nobody's": {urgent, func(w *world) { remark(w, "ken", "Authorized.") }, bad, "NOT_AUTHORIZED"},
		"in the incident's text": {urgent, func(w *world) {
			incident(w).Approvals = nil
			incident(w).Body = plainly("10:05 Grace authorises a fix.")
		}, look, "AUTHORIZED_IN_TEXT"},
		"asked for, not authorized": {urgent, func(w *world) { remark(w, "grace", "Can anyone authorize this?") }, look, "AUTHORIZATION_UNCLEAR"},
		"remark edited": {urgent, func(w *world) {
			remark(w, "grace", "Authorized.")
			incident(w).Comments[0].Updated = clock("15:00")
		}, look, "AUTHORIZATION_EDITED"},
		"denied, not authorized": {urgent, func(w *world) { remark(w, "grace", "This isn't approved by anybody.") }, look, "AUTHORIZATION_UNCLEAR"},
		"by an exhibit of the chat": {urgent, func(w *world) {
			incident(w).Approvals = nil
			w.Items = append(w.Items, evidence.Item{Ref: ref(evidence.KindExhibit, repo+"#12"), Exhibit: &evidence.Exhibit{Supports: "approval", File: "slack.png"}})
		}, look, "AUTHORIZED_BY_EXHIBIT"},
		"comments lost":   {urgent, func(w *world) { incident(w).Approvals = nil; w.gap(ticketRef, "comments", evidence.Denied) }, unsure, "EVIDENCE_DENIED"},
		"documented late": {urgent, func(w *world) { w.ticket.Created = clock("04 09:00") }, bad, "DOCUMENTED_LATE"},
		"limit to the minute": {urgent, func(w *world) {
			w.ticket.Created = clock("03 11:01")
			w.ticket.Fields = nil
			w.ticket.Body = plainly("")
		}, look, "WITHIN_CLOCK_SKEW"},
		"lessons within a paragraph": {urgent, func(w *world) {
			w.ticket.Comments[1].Body = plainly("Review held. Lessons: watch the first five minutes.")
		}, ok, "EMERGENCY_CONDITIONS_MET"},
		"no lessons":         {urgent, func(w *world) { w.ticket.Comments = w.ticket.Comments[:1] }, bad, "DOCUMENTED_IN_PART"},
		"no lessons yet":     {urgent, func(w *world) { w.ticket.Comments = w.ticket.Comments[:1]; w.AsOf = clock("20:00") }, look, "NOT_YET_DUE"},
		"nobody approved":    {urgent, func(w *world) { w.pr.Reviews = nil }, bad, "RETRO_APPROVAL_MISSING"},
		"approved late":      {urgent, func(w *world) { w.pr.Reviews[0].Submitted = clock("04 09:00") }, bad, "RETRO_APPROVAL_MISSING"},
		"approved by a lead": {urgent, func(w *world) { w.pr.Reviews[0].Author = gh("grace") }, bad, "RETRO_APPROVAL_MISSING"},
		"approved by who made it": {urgent, func(w *world) {
			w.people.Humans[0].Roles[0].Role = "engineering manager"
			w.pr.Reviews[0].Author = gh("ada")
		}, bad, "RETRO_APPROVAL_MISSING"},
		"no ticket": {urgent, func(w *world) {
			w.drop(ticketRef)
			w.pr.Title = "Stop the double charge of INC-3"
			w.landed.Message = "Stop"
		}, bad, "NO_TICKET"},
		// Trap 20.
		"called one afterwards": {nil, func(w *world) {
			w.pr.Labels = []string{"emergency"}
			w.pr.Timeline = append(w.pr.Timeline, evidence.Event{Kind: "labeled", At: clock("13:00"), Subject: "emergency"})
		}, look, "CALLED_EMERGENCY_AFTERWARDS"},
		"ticket turned into one afterwards": {nil, func(w *world) {
			w.ticket.Fields = append(w.ticket.Fields, evidence.Field{Name: "category", Title: "Category", ID: "cf6", Value: plainly("Emergency")})
			w.ticket.History = append(w.ticket.History, evidence.HistoryEntry{At: clock("13:00"), Field: "Category", FieldID: "cf6", From: "Normal", To: "Emergency"})
		}, look, "CALLED_EMERGENCY_AFTERWARDS"},
		"label taken away again": {urgent, func(w *world) {
			w.pr.Labels = nil
			w.pr.Timeline = append(w.pr.Timeline, evidence.Event{Kind: "unlabeled", At: clock("13:00"), Subject: "emergency"})
		}, ok, "EMERGENCY_CONDITIONS_MET"},
		"ticket lost":     {nil, func(w *world) { w.lose(ticketRef, evidence.Denied) }, unsure, "EVIDENCE_DENIED"},
		"deployment lost": {urgent, func(w *world) { w.lose(depRef, evidence.Denied) }, unsure, "EVIDENCE_DENIED"},
	})
}

// TestElapsedExample is the source documents' own example: authorized on
// Saturday at 2:14 and written up on Monday at 9:00, which is 54 h 46 min. It
// misses 24 calendar hours, and not 24 business hours.
func TestElapsedExample(t *testing.T) {
	for _, business := range []bool{false, true} {
		w := urgent(t)
		w.policy.Emergency.BusinessHours = business
		saturday := time.Date(2026, 2, 28, 2, 14, 0, 0, time.UTC)
		w.pr.Merged, w.pr.Created = saturday.Add(-5*time.Minute), saturday.Add(-time.Hour)
		w.pr.Timeline = []evidence.Event{{Kind: "labeled", At: saturday.Add(-50 * time.Minute), Subject: "emergency"}, {Kind: "merged", At: w.pr.Merged}}
		for i := range w.head.Runs {
			w.head.Runs[i].Started, w.head.Runs[i].Completed = saturday.Add(-20*time.Minute), saturday.Add(-15*time.Minute)
		}
		w.dep.Created, w.dep.Statuses = saturday, []evidence.DeploymentStatus{{State: "success", Created: saturday}}
		for i := range w.Items {
			if tk := w.Items[i].Ticket; tk != nil && tk.Key == "INC-3" {
				tk.Created = saturday.Add(-time.Hour)
				tk.Approvals[0].Completed = saturday.Add(-10 * time.Minute)
			}
		}
		w.ticket.Created = clock("09:00") // Monday
		w.pr.Reviews[0].Submitted = clock("09:30")
		r := w.result("P")
		want, code := bad, "DOCUMENTED_LATE"
		if business {
			want, code = ok, "EMERGENCY_CONDITIONS_MET"
		}
		if r.Outcome != want || r.Code != code {
			t.Errorf("business hours %v: got %s %s: %s", business, r.Outcome, r.Code, r.Why)
		}
		i := slices.IndexFunc(r.Read, func(f evidence.Fact) bool { return f.Name == "elapsed" })
		if i < 0 || !strings.HasPrefix(r.Read[i].Value, "54 h 46 min after the deployment") {
			t.Errorf("business hours %v: elapsed time is not printed: %v", business, r.Read)
		}
		if g := w.result("G"); g.Outcome != na {
			t.Errorf("G of an emergency: %s", g.Outcome)
		}
	}
}

func TestS(t *testing.T) {
	say := func(w *world, at, s string) {
		w.ticket.Comments = []evidence.Comment{{Author: ji("grace"), Created: clock(at), Updated: clock(at), Body: plainly(s)}}
	}
	table(t, "S", map[string]one{
		"validated":                    {nil, nil, ok, "VALIDATED"},
		"nobody":                       {nil, func(w *world) { w.ticket.Comments = nil }, bad, "NOT_VALIDATED"},
		"nobody, as far as lists tell": {nil, func(w *world) { w.ticket.Comments = nil; w.unread(depRef, "measurements around it") }, unsure, "EVIDENCE_NOT_READ"},
		"deployed again later": {nil, func(w *world) {
			again := *w.dep
			again.Statuses = []evidence.DeploymentStatus{{State: "success", Created: clock("05 11:00")}}
			r := ref(evidence.KindDeployment, repo+"/deployments/50")
			w.Items = append(w.Items, evidence.Item{Ref: r, Deployment: &again})
			w.landed.ContainedIn = append([]evidence.Containment{{Deployment: r, Status: "ahead"}}, w.landed.ContainedIn...)
		}, ok, "VALIDATED"},
		"nobody yet":             {nil, func(w *world) { w.ticket.Comments = nil; w.AsOf = clock("15:00") }, look, "NOT_YET_DUE"},
		"too late":               {nil, func(w *world) { say(w, "04 09:00", "Validated in production.") }, bad, "VALIDATED_LATE"},
		"at the last minute":     {nil, func(w *world) { say(w, "03 10:59", "Validated in production.") }, look, "WITHIN_CLOCK_SKEW"},
		"before it was deployed": {nil, func(w *world) { say(w, "10:00", "Validated.") }, bad, "VALIDATED_BEFORE_DEPLOYMENT"},
		"validation failed":      {nil, func(w *world) { say(w, "12:00", "Validation failed, rolling back.") }, look, "VALIDATION_UNCLEAR"},
		"to be done":             {nil, func(w *world) { say(w, "12:00", "Not yet validated.") }, look, "VALIDATION_UNCLEAR"},
		"another matter":         {nil, func(w *world) { say(w, "12:00", "Thanks!") }, bad, "NOT_VALIDATED"},
		// The source documents' own example: 24 h claimed after 12.
		"claims more than has passed": {nil, func(w *world) {
			say(w, "23:00", "Validation Performed:\nNo errors in application logs ✓\nMonitoring for 24 hours - no issues ✓\nValidated by: Grace")
		}, look, "CLAIMED_WINDOW_EXCEEDS_ELAPSED"},
		"claims what has passed": {nil, func(w *world) { say(w, "23:00", "Validated: monitored for 12 hours, no issues.\nValidated by: Grace") }, ok, "VALIDATED"},
		"in a remark alone":      {nil, func(w *world) { say(w, "13:00", "Validated in production: error rates are normal.") }, look, "VALIDATION_CLAIMED"},
		"for somebody else":      {nil, func(w *world) { say(w, "13:00", "Validated by: Ken Thompson") }, look, "VALIDATED_FOR_ANOTHER"},
		"a form without a name":  {nil, func(w *world) { say(w, "13:00", "Validated by:\nDate:") }, look, "VALIDATION_CLAIMED"},
		"by a bot": {nil, func(w *world) {
			say(w, "12:00", "Validated.")
			w.ticket.Comments[0].Author = &evidence.Person{System: "jira", ID: "b", Type: "app"}
		}, look, "VALIDATED_BY_MACHINE"},
		"measured alone": {nil, func(w *world) {
			w.ticket.Comments = nil
			w.Items = append(w.Items, evidence.Item{Ref: ref(evidence.KindSignal, "api@x"), Signal: &evidence.Signal{Name: "errors", After: evidence.Window{Series: []evidence.Series{{Points: []evidence.Point{{At: clock("11:10"), Value: 1}}}}}}})
		}, look, "MONITORED_ONLY"},
		"asked for measurements, and there are none": {nil, func(w *world) {
			w.ticket.Comments = nil
			w.Items = append(w.Items, evidence.Item{Ref: ref(evidence.KindSignal, "api@x"), Signal: &evidence.Signal{Name: "errors", After: evidence.Window{Series: []evidence.Series{{}}}}})
		}, bad, "NOT_VALIDATED"},
		"high, with the lead and a checklist": {nil, func(w *world) { high(w); say(w, "13:00", "✓ errors\n✓ latency\nValidated by: Grace Hopper") }, ok, "VALIDATED"},
		"high, a remark of the lead":          {nil, func(w *world) { high(w); say(w, "13:00", "Validated:\n✓ errors\n✓ latency") }, bad, "SIGN_OFF_MISSING"},
		"high, measured alone": {nil, func(w *world) {
			high(w)
			w.ticket.Comments = nil
			w.Items = append(w.Items, evidence.Item{Ref: ref(evidence.KindSignal, "api@x"), Signal: &evidence.Signal{Name: "errors"}})
		}, bad, "SIGN_OFF_MISSING"},
		"high, nobody yet": {nil, func(w *world) { high(w); w.ticket.Comments = nil; w.AsOf = clock("15:00") }, look, "NOT_YET_DUE"},
		"high, without the lead": {nil, func(w *world) {
			high(w)
			say(w, "13:00", "✓ errors\n✓ latency\nValidated by: Ken Thompson")
			w.ticket.Comments[0].Author = ji("ken")
		}, bad, "SIGN_OFF_MISSING"},
		"high, without a checklist": {nil, high, look, "NO_CHECKLIST"},
		"high, lead's role unknown": {nil, func(w *world) {
			high(w)
			say(w, "13:00", "✓ errors\n✓ latency\nValidated by: Rob Pike")
			w.ticket.Comments[0].Author = ji("rob")
		}, look, "ROLE_UNKNOWN"},
		"low": {nil, func(w *world) { w.ticket.Fields[2].Value = plainly("Low") }, na, "TIER_NOT_ASKED"},
		"by the implementer, where another is asked for": {nil, func(w *world) {
			w.policy.Validation.OtherThanImplementer = true
			say(w, "13:00", "Validated by: Ada Lovelace")
			w.ticket.Comments[0].Author = ji("ada")
		}, look, "VALIDATED_BY_IMPLEMENTER"},
		"in the field": {nil, func(w *world) {
			w.ticket.Comments = nil
			w.ticket.Fields = append(w.ticket.Fields, evidence.Field{Name: "validation", Title: "Validation", ID: "cf9", Value: plainly("No errors seen.")})
			w.ticket.History = append(w.ticket.History, evidence.HistoryEntry{At: clock("12:30"), Author: ji("grace"), Field: "Validation", FieldID: "cf9", To: "No errors seen."})
		}, ok, "VALIDATED"},
		"in the field from the start": {nil, func(w *world) {
			w.ticket.Comments = nil
			w.ticket.Fields = append(w.ticket.Fields, evidence.Field{Name: "validation", Title: "Validation", ID: "cf9", Value: plainly("No errors seen.")})
		}, bad, "VALIDATED_BEFORE_DEPLOYMENT"},
		"comments not read": {nil, func(w *world) { w.ticket.Comments = nil; w.unread(ticketRef, "comments") }, unsure, "EVIDENCE_NOT_READ"},
		"ticket lost":       {nil, func(w *world) { w.lose(ticketRef, evidence.Denied) }, unsure, "EVIDENCE_DENIED"},
		"by ticket":         {byHand, nil, ok, "VALIDATED"},
		"not deployed":      {nil, notDeployed, look, "NOT_DEPLOYED"},
	})
}

func TestU(t *testing.T) {
	planned := func(w *world, from, to string) {
		w.ticket.Fields[1].Value = plainly(from)
		w.ticket.Fields = append(w.ticket.Fields, evidence.Field{Name: "planned_end", Title: "End", ID: "cf7", Value: plainly(to)})
	}
	table(t, "U", map[string]one{
		"on the day":       {nil, nil, ok, "IN_WINDOW"},
		"another day":      {nil, func(w *world) { w.ticket.Fields[1].Value = plainly("2026-03-01") }, bad, "OUTSIDE_PLANNED_WINDOW"},
		"in the window":    {nil, func(w *world) { planned(w, "2026-03-02T11:00:00+0100", "2026-03-02T13:00:00+0100") }, ok, "IN_WINDOW"},
		"after it":         {nil, func(w *world) { planned(w, "2026-03-02T09:00:00+0000", "2026-03-02T10:00:00+0000") }, bad, "OUTSIDE_PLANNED_WINDOW"},
		"in the tolerance": {nil, func(w *world) { planned(w, "2026-03-02T09:00:00+0000", "2026-03-02T10:40:00+0000") }, ok, "IN_WINDOW"},
		"at its very end":  {nil, func(w *world) { planned(w, "2026-03-02T09:00:00+0000", "2026-03-02T10:30:00+0000") }, look, "WITHIN_CLOCK_SKEW"},
		"unreadable":       {nil, func(w *world) { w.ticket.Fields[1].Value = plainly("next week") }, look, "PLANNED_TIME_UNCLEAR"},
		"none":             {nil, func(w *world) { w.ticket.Fields[1].Value = plainly("") }, na, "NO_WINDOW"},
		"of the change request beside the ticket": {nil, func(w *world) {
			w.ticket.Fields[1].Value = plainly("")
			w.beside(evidence.Field{Name: "planned_start", Title: "Planned", ID: "cf2", Value: plainly("2026-03-01")})
		}, bad, "OUTSIDE_PLANNED_WINDOW"},
		"planned afterwards": {nil, func(w *world) {
			w.ticket.History = append(w.ticket.History, evidence.HistoryEntry{At: clock("13:00"), Field: "Planned", FieldID: "cf2", From: "2026-02-20", To: "2026-03-02"})
		}, bad, "OUTSIDE_PLANNED_WINDOW"},
		"freeze": {nil, func(w *world) {
			w.policy.Windows.Freezes = []policy.Freeze{{Name: "Close", From: "2026-03-01", To: "2026-03-05"}}
		}, look, "DEPLOYED_IN_FREEZE"},
		"outside the policy's windows": {nil, func(w *world) {
			w.policy.Windows.Weekly = []policy.Window{{Days: []time.Weekday{time.Tuesday}, From: 8 * time.Hour, To: 17 * time.Hour}}
		}, bad, "OUTSIDE_CHANGE_WINDOW"},
		"in the policy's windows": {nil, func(w *world) {
			w.policy.Windows.Weekly = []policy.Window{{Days: []time.Weekday{time.Monday}, From: 8 * time.Hour, To: 17 * time.Hour}}
		}, ok, "IN_WINDOW"},
		"deployment lost": {nil, func(w *world) { w.lose(depRef, evidence.Denied) }, unsure, "EVIDENCE_DENIED"},
		"history lost":    {nil, func(w *world) { w.gap(ticketRef, "history", evidence.Denied) }, unsure, "EVIDENCE_DENIED"},
		"ticket lost":     {nil, func(w *world) { w.lose(ticketRef, evidence.Denied) }, unsure, "EVIDENCE_DENIED"},
	})
}

func TestX(t *testing.T) {
	table(t, "X", map[string]one{
		"none":    {nil, nil, na, "NO_PERSONAL_DATA"},
		"touched": {nil, func(w *world) { touch(w, "src/customers/export.go") }, bad, "NO_PRIVACY_REVIEW"},
		"reviewed": {nil, func(w *world) {
			touch(w, "src/customers/export.go")
			addReview(w, "r2", "barbara", "APPROVED", "10:05", c2)
		}, ok, "PRIVACY_REVIEWED"},
		"reviewed afterwards": {nil, func(w *world) {
			touch(w, "src/customers/export.go")
			addReview(w, "r2", "barbara", "APPROVED", "14:05", c2)
		}, bad, "NO_PRIVACY_REVIEW"},
		"told in a remark": {nil, func(w *world) {
			touch(w, "src/customers/export.go")
			w.ticket.Comments = []evidence.Comment{{Author: ji("olga"), Created: clock("10:00"), Body: plainly("Privacy review: no objection.")}}
		}, look, "PRIVACY_REVIEW_TOLD"},
		"told in a remark afterwards": {nil, func(w *world) {
			touch(w, "src/customers/export.go")
			w.ticket.Comments = []evidence.Comment{{Author: ji("olga"), Created: clock("14:00"), Body: plainly("Privacy review: no objection.")}}
		}, bad, "NO_PRIVACY_REVIEW"},
		"spoken of": {nil, func(w *world) { w.ticket.Body = plainly("Adds the date of birth to the form.") }, look, "MAY_TOUCH_PERSONAL_DATA"},
		"by whom nobody knows": {nil, func(w *world) {
			touch(w, "src/customers/export.go")
			addReview(w, "r2", "alan", "APPROVED", "10:05", c2)
		}, look, "APPROVER_UNMAPPED"},
		"files lost":   {nil, func(w *world) { w.gap(prRef, "files", evidence.Denied) }, unsure, "EVIDENCE_DENIED"},
		"reviews lost": {nil, func(w *world) { touch(w, "src/customers/export.go"); w.gap(prRef, "reviews", evidence.Denied) }, unsure, "EVIDENCE_DENIED"},
	})
}

func TestZ(t *testing.T) {
	failed := func(w *world) { w.ticket.Resolution = "Failed" }
	table(t, "Z", map[string]one{
		"succeeded": {nil, nil, na, "SUCCEEDED"},
		"failed":    {nil, failed, bad, "FAILURE_NOT_FOLLOWED_UP"},
		"failed, by a remark on the ticket": {byHand, func(w *world) {
			w.ticket.Comments = append(w.ticket.Comments, evidence.Comment{Author: ji("ken"), Created: clock("11:30"), Body: plainly("Done, but the health check is red. I leave it.")})
		}, bad, "FAILURE_NOT_FOLLOWED_UP"},
		"failed requests are no failure": {byHand, func(w *world) {
			w.ticket.Comments = append(w.ticket.Comments, evidence.Comment{Author: ji("ken"), Created: clock("11:30"), Body: plainly("Three failed requests of 400,000, all retried.")})
		}, na, "SUCCEEDED"},
		"taken out by a later deployment": {nil, func(w *world) { w.tookOut(true) }, ok, "FAILURE_FOLLOWED_UP"},
		"a rollback of others":            {nil, func(w *world) { w.tookOut(false) }, na, "SUCCEEDED"},
		"out of bounds, with an incident": {nil, func(w *world) {
			spike(w)
			w.ticket.Related = []evidence.TicketLink{{Relation: "causes", Key: "INC-8"}}
		}, ok, "FAILURE_FOLLOWED_UP"},
		"out of bounds, and related to another ticket": {nil, func(w *world) {
			spike(w)
			w.ticket.Related = []evidence.TicketLink{{Relation: "relates to", Key: "PAY-8"}}
		}, look, "MEASUREMENTS_OUT_OF_BOUNDS"},
		"failed, said so and taken back": {nil, func(w *world) {
			failed(w)
			w.ticket.Comments = append(w.ticket.Comments, evidence.Comment{Author: ji("ada"), Created: clock("12:00"), Body: plainly("Rolled back to release 41.")})
		}, ok, "FAILURE_FOLLOWED_UP"},
		"deployment failed after its success": {nil, func(w *world) {
			w.dep.Statuses = append(w.dep.Statuses, evidence.DeploymentStatus{State: "failure", Created: clock("11:30")})
		}, bad, "FAILURE_NOT_FOLLOWED_UP"},
		"incident afterwards": {nil, func(w *world) {
			w.Items = append(w.Items, evidence.Item{Ref: ref(evidence.KindTicket, "INC-9"), Ticket: &evidence.Ticket{Key: "INC-9", Type: "Incident", Created: clock("15:00")}})
		}, look, "INCIDENT_AFTERWARDS"},
		"incident a week later": {nil, func(w *world) {
			w.Items = append(w.Items, evidence.Item{Ref: ref(evidence.KindTicket, "INC-9"), Ticket: &evidence.Ticket{Key: "INC-9", Type: "Incident", Created: clock("09 15:00")}})
		}, na, "SUCCEEDED"},
		"failed, and said that nothing was done": {nil, func(w *world) {
			failed(w)
			w.ticket.Comments = append(w.ticket.Comments, evidence.Comment{Author: ji("ada"), Created: clock("12:00"), Body: plainly("No incident was opened.")})
		}, bad, "FAILURE_NOT_FOLLOWED_UP"},
		"measurements out of bounds": {nil, spike, look, "MEASUREMENTS_OUT_OF_BOUNDS"},
		"failed, comments lost":      {nil, func(w *world) { failed(w); w.ticket.Comments = nil; w.gap(ticketRef, "comments", evidence.Denied) }, unsure, "EVIDENCE_DENIED"},
		"deployment lost":            {nil, func(w *world) { w.lose(depRef, evidence.Denied) }, unsure, "EVIDENCE_DENIED"},
	})
}

// beside adds a change request that the pull request names beside its ticket.
func (w *world) beside(fields ...evidence.Field) {
	w.pr.Body = text("Rounds as the law asks.\n\nTicket: CHG-9\n")
	w.Items = append(w.Items, evidence.Item{Ref: chgRef, Ticket: &evidence.Ticket{Key: "CHG-9", Type: "Change", Title: "Release it", Created: clock("01 09:00"), Reporter: ji("olga"), Creator: ji("olga"), Fields: fields}})
}

// tookOut adds a later deployment of what ran before: before this change, or
// before another one.
func (w *world) tookOut(this bool) {
	r := ref(evidence.KindDeployment, repo+"/deployments/56")
	base := mm
	if !this {
		base = x1
	}
	w.Items = append(w.Items, evidence.Item{Ref: r, Deployment: &evidence.Deployment{Repository: repo, ID: "56", Environment: "production", Production: true, SHA: b0, Created: clock("11:30"),
		Statuses: []evidence.DeploymentStatus{{State: "success", Created: clock("11:40")}}, Range: &evidence.DeploymentRange{Base: base, Head: b0, Status: "behind"}}})
}

// spike adds a measurement that went out of bounds after the deployment.
func spike(w *world) {
	at := func(v float64) evidence.Window {
		return evidence.Window{Series: []evidence.Series{{Points: []evidence.Point{{Value: v}}}}}
	}
	w.Items = append(w.Items, evidence.Item{Ref: ref(evidence.KindSignal, "api@x"), Signal: &evidence.Signal{Name: "errors", Threshold: evidence.Threshold{Op: "<=", Value: 1}, Before: at(0.5), After: at(7)}})
}
