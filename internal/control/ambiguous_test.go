package control

import (
	"testing"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// These are the ways in which evidence that is missing, empty, undated or of
// something else could be taken for evidence.

func TestTestsOfNoCommit(t *testing.T) {
	// The source lost the head, and a run of its own says no commit either.
	headless := func(w *world, b *evidence.Build) {
		w.head.Runs, w.merged.Runs = nil, nil
		w.pr.Head.SHA, b.SHA = "", ""
	}
	table(t, "L", map[string]one{
		"a job of a run without a commit": {nil, func(w *world) {
			b := w.ci()
			b.Jobs = []evidence.Job{{Name: "unit", Conclusion: "success", Completed: clock("09:00")}, {Name: "integration", Conclusion: "success", Completed: clock("09:00")}}
			headless(w, b)
		}, bad, "TESTS_MISSING"},
		"reports of a run without a commit": {nil, func(w *world) {
			high(w)
			w.policy.Testing.Tiers = map[string][]string{"high": {"documented"}}
			headless(w, w.ci(evidence.TestReport{File: "junit.xml", Tests: 40}))
		}, bad, "TESTS_MISSING"},
		"a job that nobody says has ended": {nil, func(w *world) {
			w.head.Runs = w.head.Runs[:1]
			w.ci().Jobs = []evidence.Job{{Name: "integration", Conclusion: "success"}}
		}, bad, "TESTS_MISSING"},
		"a job of the same commit in another system": {nil, func(w *world) {
			w.head.Runs = w.head.Runs[:1]
			b := w.ci()
			b.Jobs = []evidence.Job{{Name: "integration", Conclusion: "success", Completed: clock("09:00")}}
			w.Items[len(w.Items)-1].Ref.System = "mirror"
		}, bad, "TESTS_MISSING"},
		"a report that was left after the merge": {nil, func(w *world) {
			high(w)
			w.policy.Testing.Tiers = map[string][]string{"high": {"documented"}}
			b := w.ci(evidence.TestReport{File: "junit.xml", Artifact: "junit", Tests: 40})
			b.Artifacts = []evidence.Artifact{{Name: "junit", Created: clock("12:00")}}
		}, bad, "TESTS_MISSING"},
	})
}

func TestStagingOfAnotherSystem(t *testing.T) {
	table(t, "N", map[string]one{
		"a repository of the same name": {nil, func(w *world) {
			w.staged(mm, "10:40")
			w.Items[len(w.Items)-1].Ref.System = "mirror"
		}, bad, "NOT_VERIFIED_FIRST"},
	})
	table(t, "Z", map[string]one{
		"what was taken out elsewhere": {nil, func(w *world) {
			w.Items = append(w.Items, evidence.Item{Ref: evidence.Ref{Kind: evidence.KindDeployment, System: "mirror", ID: repo + "/deployments/9"}, Deployment: &evidence.Deployment{
				Repository: repo, Environment: "production", Production: true, Statuses: []evidence.DeploymentStatus{{State: "success", Created: clock("12:00")}},
				Range: &evidence.DeploymentRange{Status: "behind", Base: mm}}})
		}, na, "SUCCEEDED"},
	})
}

func TestAccountsWithoutAName(t *testing.T) {
	nobody := func(w *world, i int) { w.pr.Reviews[i].Author = &evidence.Person{System: "github"} }
	table(t, "I", map[string]one{
		"one objected, and one approved": {nil, func(w *world) {
			addReview(w, "r2", "ken", "CHANGES_REQUESTED", "10:10", c2)
			addReview(w, "r3", "ken", "APPROVED", "10:20", c2)
			nobody(w, 1)
			nobody(w, 2)
		}, look, "OBJECTION_BY_DELETED_ACCOUNT"},
	})
	table(t, "E", map[string]one{
		"one approved": {nil, func(w *world) { nobody(w, 0) }, look, "APPROVER_DELETED"},
	})
}

// few lists some commits of the pull request and says that there are more, so
// that an approver may be an author.
func few(w *world) { w.pr.CommitsTotal = 9 }

func incident(w *world) *evidence.Ticket {
	for _, it := range w.Items {
		if it.Ticket != nil && it.Ticket.Key == "INC-3" {
			return it.Ticket
		}
	}
	return nil
}

func TestAuthorsNotWhole(t *testing.T) {
	for letter, rows := range map[string]map[string]one{
		"E": {"commits cut": {nil, few, unsure, "EVIDENCE_TRUNCATED"}},
		"F": {"commits cut": {nil, few, unsure, "EVIDENCE_TRUNCATED"}},
		"G": {"commits cut": {nil, few, unsure, "EVIDENCE_TRUNCATED"}},
		"H": {"commits cut": {nil, few, unsure, "EVIDENCE_TRUNCATED"}},
		"X": {"commits cut": {nil, func(w *world) {
			touch(w, "src/pii/a.go")
			addReview(w, "r2", "barbara", "APPROVED", "10:05", c2)
			few(w)
		}, unsure, "EVIDENCE_TRUNCATED"}},
		"P": {"commits cut": {urgent, few, unsure, "EVIDENCE_TRUNCATED"}},
	} {
		table(t, letter, rows)
	}
}

func TestAsksForNothing(t *testing.T) {
	table(t, "F", map[string]one{
		"a tier without approvals": {nil, func(w *world) { w.policy.Approvals.Tiers = nil }, na, "NOT_IN_POLICY"},
	})
	table(t, "L", map[string]one{
		"a tier without tests":            {nil, func(w *world) { w.policy.Testing.Tiers = nil }, na, "TIER_NOT_ASKED"},
		"a ticket, and no tests of those": {byHand, func(w *world) { w.policy.Testing.WithoutCode = nil }, na, "TIER_NOT_ASKED"},
	})
}

func TestChecksWithoutTimes(t *testing.T) {
	rerun := func(attempts ...evidence.BuildAttempt) func(*world) {
		return func(w *world) {
			b := w.ci()
			b.Attempt, b.Attempts, b.Created = 2, attempts, clock("09:00")
		}
	}
	table(t, "K", map[string]one{
		"a status without a time": {nil, func(w *world) {
			w.head.Statuses = []evidence.CommitStatus{{Context: "lint", State: "success", Creator: gh("acme-release")}}
			w.merged.Runs = nil
		}, bad, "CHECK_NOT_PASSED"},
		"a second attempt, and nobody says of the first": {nil, rerun(), unsure, "EVIDENCE_TRUNCATED"},
		"a second attempt, and the first has no end": {nil, rerun(evidence.BuildAttempt{Attempt: 1, Started: clock("09:10")},
			evidence.BuildAttempt{Attempt: 2, Conclusion: "success", Started: clock("09:30")}), look, "RERUN_UNTIL_PASSED"},
		"a second attempt, and the first had passed": {nil, rerun(evidence.BuildAttempt{Attempt: 1, Conclusion: "success", Started: clock("09:10")},
			evidence.BuildAttempt{Attempt: 2, Conclusion: "success", Started: clock("09:30")}), ok, "CHECKS_PASSED"},
	})
}

func TestRemarksThatWereEdited(t *testing.T) {
	table(t, "S", map[string]one{
		"within the time":                  {nil, func(w *world) { w.ticket.Comments[0].Updated = clock("14:00") }, ok, "VALIDATED"},
		"after it":                         {nil, func(w *world) { w.ticket.Comments[0].Updated = clock("09 13:00") }, look, "VALIDATION_EDITED"},
		"written before, and edited after": {nil, func(w *world) { w.ticket.Comments[0].Created = clock("09:00") }, look, "VALIDATION_EDITED"},
		"by nobody whom the file names": {nil, func(w *world) {
			w.policy.Validation.OtherThanImplementer = false
			w.ticket.Comments[0].Author = ji("alan")
		}, look, "APPROVER_UNMAPPED"},
	})
	table(t, "P", map[string]one{
		"lessons, written in afterwards": {urgent, func(w *world) { w.ticket.Comments[1].Updated = clock("20 09:00") }, unsure, "EVIDENCE_ABSENT"},
	})
}

// A ticket that is named in passing is about something else: neither its
// approvals nor its remarks are of this change.
func TestTicketInPassing(t *testing.T) {
	passing := func(w *world) {
		w.pr.Title, w.pr.Body, w.pr.Head.Ref = "Round half to even", text("Rounds as the law asks.\n\nSee also PAY-7.\n"), "round"
		w.landed.Message = "Round half to even (#12)"
		w.policy.Validation.SignOff, w.policy.Validation.ChecklistFor = nil, nil
	}
	table(t, "S", map[string]one{
		"validated there": {nil, passing, bad, "NOT_VALIDATED"},
	})
	table(t, "X", map[string]one{
		"approved there": {nil, func(w *world) { passing(w); touch(w, "src/pii/a.go"); w.addApproval("barbara", "10:10") }, bad, "NO_PRIVACY_REVIEW"},
	})
}

func TestTicketApprovalsThatDoNotStand(t *testing.T) {
	step := func(name, decision, at string) evidence.TicketApproval {
		s := evidence.TicketApproval{Name: name, Decision: decision, Approvers: []evidence.Decision{{Person: ji("grace"), Decision: decision}}}
		if at != "" {
			s.Completed = clock(at)
		}
		return s
	}
	table(t, "E", map[string]one{
		"a step, and the ticket was rejected afterwards": {byHand, func(w *world) {
			w.ticket.Approvals = []evidence.TicketApproval{step("Board", "approved", "08:00")}
			w.ticket.History[0].To = "Rejected"
		}, bad, "NOT_APPROVED"},
		"a step, and the history is lost": {byHand, func(w *world) {
			w.ticket.Approvals = []evidence.TicketApproval{step("Board", "approved", "08:00")}
			w.gap(chgRef, "history", evidence.Denied)
		}, unsure, "EVIDENCE_DENIED"},
	})
	table(t, "I", map[string]one{
		"declined, in capitals": {byHand, func(w *world) { w.ticket.Approvals = []evidence.TicketApproval{step("Board", "DECLINED", "08:00")} }, bad, "DECLINED"},
		"declined, and approved again": {byHand, func(w *world) {
			w.ticket.Approvals = []evidence.TicketApproval{step("Board", "declined", "08:00"), step("Board", "approved", "09:00")}
		}, ok, "NO_OBJECTION"},
		"declined by security, and approved by another step": {byHand, func(w *world) {
			w.ticket.Approvals = []evidence.TicketApproval{step("Security", "declined", "08:00"), step("Board", "approved", "09:00")}
		}, look, "DECLINED_ELSEWHERE_APPROVED"},
		"declined, and nobody says when": {byHand, func(w *world) {
			w.ticket.Approvals = []evidence.TicketApproval{step("Board", "declined", ""), step("Board", "approved", "09:00")}
		}, look, "DECLINED_WHEN"},
		"a request for changes without a time": {nil, func(w *world) {
			addReview(w, "r2", "ken", "CHANGES_REQUESTED", "10:10", c2)
			w.pr.Reviews[1].Submitted = time.Time{}
		}, unsure, "EVIDENCE_ABSENT"},
	})
	table(t, "H", map[string]one{
		"an issue, whose text has no history": {byHand, func(w *world) {
			w.ticket.Key = repo + "#9"
			w.Items[0].Ref = evidence.Ref{Kind: evidence.KindTicket, System: "github", ID: repo + "#9"}
			w.Sample.Ref = w.Items[0].Ref
		}, look, "TEXT_NOT_DATED"},
	})
}

func TestIncidents(t *testing.T) {
	table(t, "P", map[string]one{
		"of two the first was opened afterwards": {urgent, func(w *world) {
			w.pr.Body = text("Stops the double charge of INC-3 and INC-1.")
			w.Items = append(w.Items, evidence.Item{Ref: ref(evidence.KindTicket, "INC-1"), Ticket: &evidence.Ticket{Key: "INC-1", Type: "Incident", Created: clock("20:00")}})
		}, ok, "EMERGENCY_CONDITIONS_MET"},
		"nobody says when it was opened": {urgent, func(w *world) { incident(w).Created = time.Time{} }, unsure, "EVIDENCE_ABSENT"},
		"resolved before the deployment": {urgent, func(w *world) { incident(w).Resolved = clock("09:30") }, look, "INCIDENT_RESOLVED_BEFORE"},
		"resolved after the deployment":  {urgent, func(w *world) { incident(w).Resolved = clock("12:30") }, ok, "EMERGENCY_CONDITIONS_MET"},
	})
}

func TestGates(t *testing.T) {
	table(t, "Q", map[string]one{
		"pipeline, and who let it pass is lost": {nil, func(w *world) { w.gap(runRef, "environment approvals", evidence.Denied) }, unsure, "EVIDENCE_DENIED"},
		"a gate that is not named": {nil, func(w *world) {
			w.run.Event, w.run.TriggeringActor = "workflow_dispatch", gh("ada")
			w.run.Approvals = []evidence.GateApproval{{Person: gh("edsger"), State: "approved"}}
		}, look, "GATE_NOT_NAMED"},
	})
	table(t, "R", map[string]one{
		"by a deleted account": {nil, func(w *world) { w.dep.Creator = &evidence.Person{System: "github", Login: "ghost"} }, look, "RECORD_INCOMPLETE"},
		"by nobody":            {nil, func(w *world) { w.dep.Creator = &evidence.Person{System: "github"} }, look, "RECORD_INCOMPLETE"},
	})
}

func TestOtherChangesOfTheTicket(t *testing.T) {
	mention := func(total int, found ...evidence.Ref) func(*world) {
		return func(w *world) {
			w.Items = append(w.Items, evidence.Item{Ref: ref(evidence.KindMention, "PAY-7"), Mention: &evidence.Mention{Text: "PAY-7", Found: found, Total: total}})
		}
	}
	mirror := prRef
	mirror.System = "mirror"
	table(t, "A", map[string]one{
		"this one alone":              {nil, mention(1, prRef), ok, "TICKET_LINKED"},
		"more than the forge gave":    {nil, mention(30, prRef), look, "TICKET_OF_SEVERAL_CHANGES"},
		"one of the name elsewhere":   {nil, mention(2, prRef, mirror), look, "TICKET_OF_SEVERAL_CHANGES"},
		"nobody could be asked":       {nil, func(w *world) { w.gap(ref(evidence.KindMention, "PAY-7"), "", evidence.Denied) }, unsure, "EVIDENCE_DENIED"},
		"the search is not supported": {nil, func(w *world) { w.gap(ref(evidence.KindMention, "PAY-7"), "", evidence.NotConfigured) }, ok, "TICKET_LINKED"},
	})
	table(t, "B", map[string]one{
		"a pull request that nobody says when was opened": {nil, func(w *world) {
			w.drop(ticketRef)
			w.pr.Title, w.landed.Message = "Round half to even", "Round half to even (#12)"
			w.policy.Request.PullRequest, w.policy.Request.Fields = true, []string{"description"}
			w.pr.Created = time.Time{}
		}, unsure, "EVIDENCE_ABSENT"},
	})
}

func TestStandardChangeRenamed(t *testing.T) {
	rename := func(by *evidence.Person) func(*world) {
		return func(w *world) {
			w.pr.Timeline = append([]evidence.Event{{Kind: "renamed", Actor: by, At: clock("09:00"), Before: "PAY-7: Bump x from 1.2.3 to 2.0.0"}}, w.pr.Timeline...)
		}
	}
	table(t, "E", map[string]one{
		"by the bot itself": {byBot, rename(bot("dependabot[bot]")), na, "EXEMPT_CLASS"},
		"by a human":        {byBot, rename(gh("ada")), bad, "NOT_APPROVED"},
		"by nobody":         {byBot, rename(nil), bad, "NOT_APPROVED"},
	})
}

func TestLabelsNotObtained(t *testing.T) {
	lost := func(w *world) { w.gap(prRef, "labels", evidence.Denied) }
	table(t, "F", map[string]one{"the tier may be higher": {nil, lost, unsure, "EVIDENCE_DENIED"}})
	table(t, "X", map[string]one{"it may touch personal data": {nil, lost, unsure, "EVIDENCE_DENIED"}})
}

func TestTakenOutOfAnotherEnvironment(t *testing.T) {
	table(t, "Z", map[string]one{
		"an older commit in another region": {nil, func(w *world) {
			other := ref(evidence.KindDeployment, repo+"/deployments/60")
			w.landed.ContainedIn = append(w.landed.ContainedIn, evidence.Containment{Deployment: other, Status: "behind"})
			w.Items = append(w.Items, evidence.Item{Ref: other, Deployment: &evidence.Deployment{Repository: repo, ID: "60", Environment: "production-us", Production: true, SHA: c0,
				Statuses: []evidence.DeploymentStatus{{State: "success", Created: clock("15:00")}}}})
		}, na, "SUCCEEDED"},
	})
	table(t, "T", map[string]one{
		"yes": {nil, func(w *world) { w.ticket.Fields[3].Value = plainly("Yes.") }, look, "PLAN_SAYS_NOTHING"},
	})
}

func TestVerifiedCommit(t *testing.T) {
	table(t, "N", map[string]one{
		"the head, and the forge made another commit of it": {nil, func(w *world) { w.staged(c2, "10:40") }, look, "VERIFIED_OTHER_COMMIT"},
		"a job for the head": {nil, func(w *world) {
			w.run.Jobs = w.run.Jobs[1:]
			w.ci().Jobs = []evidence.Job{{Name: "deploy to staging", Conclusion: "success", Completed: clock("09:50")}}
		}, look, "VERIFIED_OTHER_COMMIT"},
		"how it went on staging is lost": {nil, func(w *world) {
			w.staged(mm, "10:40")
			w.gap(w.Items[len(w.Items)-1].Ref, "statuses", evidence.Denied)
		}, unsure, "EVIDENCE_DENIED"},
	})
}

func TestLinksOfAFailure(t *testing.T) {
	failed := func(relation string) func(*world) {
		return func(w *world) {
			w.ticket.Resolution = "Failed"
			w.ticket.Related = []evidence.TicketLink{{Relation: relation, Key: "INC-9"}}
		}
	}
	table(t, "Z", map[string]one{
		"it causes an incident":               {nil, failed("causes"), ok, "FAILURE_FOLLOWED_UP"},
		"it is caused by what went before":    {nil, failed("is caused by"), bad, "FAILURE_NOT_FOLLOWED_UP"},
		"it relates to what nobody looked at": {nil, failed("relates to"), bad, "FAILURE_NOT_FOLLOWED_UP"},
	})
}

func TestRequestFilledInAfterwards(t *testing.T) {
	later := func(field string) func(*world) {
		return func(w *world) {
			w.ticket.Fields = w.ticket.Fields[:4] // the systems stand in the components alone
			w.ticket.Components = []string{"Payments"}
			w.ticket.History = append(w.ticket.History, evidence.HistoryEntry{ID: "9", At: clock("15:00"), Author: ji("ada"), Field: field, To: "Payments"})
		}
	}
	table(t, "C", map[string]one{
		"components":   {nil, later("Component"), look, "EDITED_AFTER_DEPLOYMENT"},
		"the reporter": {nil, later("reporter"), look, "EDITED_AFTER_DEPLOYMENT"},
		"neither":      {nil, later("Sprint"), ok, "REQUEST_COMPLETE"},
	})
}
