package control

import (
	"strings"
	"testing"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// attach puts a file of a person beside the records.
func (w *world) attach(supports, file, shows string) {
	w.Items = append(w.Items, evidence.Item{Ref: ref(evidence.KindExhibit, repo+"#12/"+file), Exhibit: &evidence.Exhibit{
		Supports: supports, File: file, Shows: shows, By: "Rosa Diaz", At: clock("20 09:00")}})
}

func TestExhibits(t *testing.T) {
	rows := map[string]map[string]one{
		"P": {
			"no incident": {urgent, func(w *world) {
				w.drop(ref(evidence.KindTicket, "INC-3"))
				w.pr.Title, w.pr.Body = "PAY-7: stop the double charge", text("Stops the double charge.")
				w.addApproval("grace", "10:10")
				w.attach("incident", "status-page.pdf", "the outage")
			}, look, "INCIDENT_BY_EXHIBIT"},
			"not authorized": {urgent, func(w *world) { unauthorized(w); w.attach("approval", "chat.txt", "Grace says go") }, look, "AUTHORIZED_BY_EXHIBIT"},
			"not authorized, and a file of nothing said":   {urgent, func(w *world) { unauthorized(w); w.attach("", "chat.txt", "Grace says go") }, look, "AUTHORIZED_BY_EXHIBIT"},
			"not authorized, and a file of something else": {urgent, func(w *world) { unauthorized(w); w.attach("monitoring", "graph.png", "error rates") }, bad, "NOT_AUTHORIZED"},
			"not written up": {urgent, func(w *world) {
				w.ticket.Comments = w.ticket.Comments[:1]
				w.attach("other", "review.docx", "the review of the incident")
			}, look, "DOCUMENTED_BY_EXHIBIT"},
			"not approved afterwards": {urgent, func(w *world) { w.pr.Reviews = nil; w.attach("approval", "mail.eml", "Edsger agrees") }, look, "RETRO_APPROVAL_BY_EXHIBIT"},
			"approved too late": {urgent, func(w *world) {
				w.pr.Reviews[0].Submitted = clock("05 16:00")
				w.attach("approval", "mail.eml", "Edsger agrees")
			}, bad, "RETRO_APPROVAL_MISSING"},
		},
		"S": {
			"nobody":    {nil, func(w *world) { w.ticket.Comments = nil; w.attach("monitoring", "graph.png", "error rates") }, look, "VALIDATED_BY_EXHIBIT"},
			"after all": {nil, func(w *world) { w.attach("monitoring", "graph.png", "error rates") }, ok, "VALIDATED"},
			"too late": {nil, func(w *world) {
				w.ticket.Comments[0].Created, w.ticket.Comments[0].Updated = clock("05 13:00"), clock("05 13:00")
				w.attach("monitoring", "graph.png", "error rates")
			}, bad, "VALIDATED_LATE"},
			"another's": {nil, func(w *world) { w.ticket.Comments = nil; w.attach("approval", "mail.eml", "Edsger agrees") }, bad, "NOT_VALIDATED"},
		},
		"L": {
			"accepted, says a file": {nil, func(w *world) {
				high(w)
				w.ci(evidence.TestReport{File: "junit.xml", Tests: 40})
				w.attach("testing", "protocol.pdf", "the protocol of the acceptance")
			}, look, "TESTS_CLAIMED"},
			"CI records that kind": {nil, func(w *world) {
				w.head.Runs[1].Conclusion = "skipped"
				w.attach("testing", "protocol.pdf", "integration")
			}, bad, "TESTS_MISSING"},
		},
		"X": {
			"no review": {nil, func(w *world) { touch(w, "src/pii/a.go"); w.attach("approval", "mail.eml", "Barbara agrees") }, look, "PRIVACY_REVIEW_BY_EXHIBIT"},
			"nothing":   {nil, func(w *world) { touch(w, "src/pii/a.go") }, bad, "NO_PRIVACY_REVIEW"},
		},
		"T": {
			"no plan": {nil, func(w *world) {
				w.ticket.Fields[3].Value = plainly("")
				w.attach("rollback", "runbook.pdf", "how to go back")
			}, look, "PLANNED_BY_EXHIBIT"},
		},
		"Q": {
			"the author deployed, and a file of nothing said": {nil, func(w *world) {
				w.run.Event, w.run.TriggeringActor = "workflow_dispatch", gh("ada")
				w.attach("", "chat.txt", "Grace says go")
			}, bad, "AUTHOR_DEPLOYED"},
		},
		"E": {"nobody approved": {nil, func(w *world) { w.pr.Reviews = nil; w.attach("approval", "mail.eml", "Grace agrees") }, bad, "NOT_APPROVED"}},
	}
	for letter, table1 := range rows {
		t.Run(letter, func(t *testing.T) { table(t, letter, table1) })
	}
}

// What a person attached is named where the records leave the matter open.
func TestExhibitsAreNamed(t *testing.T) {
	w := good(t)
	w.lose(ticketRef, evidence.Denied)
	w.attach("monitoring", "graph.png", "error rates")
	const want = "Beside the records a person (Rosa Diaz) attached “graph.png” on 2026-03-20 as “error rates”; read it."
	if r := w.result("S"); r.Outcome != unsure || !strings.Contains(r.Why, want) {
		t.Errorf("%s: %s", r.Outcome, r.Why)
	}
}

// An exhibit makes nothing met.
func TestNoExhibitMakesMet(t *testing.T) {
	for k, kind := range kinds {
		for _, supports := range []string{"approval", "testing", "deployment", "monitoring", "rollback", "incident", "other", ""} {
			for _, r := range kind(t).evaluate() {
				if r.Outcome == ok || len(r.Basis) == 0 {
					continue
				}
				w := kind(t)
				w.attach(supports, "file.pdf", "all is well: tested, approved, validated, rolled back on staging")
				if after := w.result(r.Attribute); after.Outcome == ok {
					t.Errorf("kind %d: %s became met by an exhibit: %s", k, r.Attribute, after.Code)
				}
			}
		}
	}
}

func unauthorized(w *world) {
	for _, it := range w.Items {
		if it.Ticket != nil && it.Ticket.Key == "INC-3" {
			it.Ticket.Approvals = nil
		}
	}
}

// addApproval lets the ticket be approved by a step.
func (w *world) addApproval(who, at string) {
	w.ticket.Approvals = []evidence.TicketApproval{{ID: "a9", Name: "Emergency", Decision: "approved", Completed: clock(at), Approvers: []evidence.Decision{{Person: ji(who), Decision: "approved"}}}}
}
