package control

import (
	"strings"
	"testing"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

const (
	ok     = evidence.Met
	bad    = evidence.Exception
	na     = evidence.NotApplicable
	look   = evidence.NeedsReview
	unsure = evidence.Unable
)

// anonymous takes the ticket away and with it every place that names it.
func anonymous(w *world) {
	w.drop(ticketRef)
	w.pr.Title, w.landed.Message = "Round half to even", "Round half to even (#12)"
}

// asRequest makes the pull request hold all that a request must.
func asRequest(w *world) {
	anonymous(w)
	w.pr.Body = text("## Change Description\nRounds amounts half to even.\n## Why\nThe law asks for it.\n## Risk Assessment\n- [ ] Low risk (UI only)\n- [x] Medium risk (new features)\n" +
		"## Rollback Plan\nDeploy release 41 again.\n\nSystems affected: Payments\nPlanned date: 2026-03-02\n")
}

// edited says that the description had said something else until it was edited;
// "" that the source does not show what.
func edited(w *world, at, before string) {
	w.pr.Updated = clock("05 10:00") // which is no matter: the source says when it was edited
	w.pr.BodyEdits = &evidence.TextEdits{Last: clock(at), Versions: []evidence.TextVersion{{At: clock("08:30"), Text: text(before), Lost: before == ""}, {At: clock(at), Text: w.pr.Body}}}
}

func TestA(t *testing.T) {
	table(t, "A", map[string]one{
		"named in the title": {nil, nil, ok, "TICKET_LINKED"},
		"change by ticket":   {byHand, nil, ok, "TICKET_IS_CHANGE"},
		"named in the branch": {nil, func(w *world) {
			anonymous(w)
			w.pr.Head.Ref = "feature/pay-7-round"
			w.Items = good(t).Items[:0:0]
			*w = *branchOnly(t)
		}, ok, "TICKET_LINKED"},
		"named in a trailer of a commit": {nil, func(w *world) {
			w.pr.Title, w.landed.Message = "Round", "Round (#12)"
			w.pr.Commits[1].Message = "Test it\n\nRefs: PAY-7"
		}, ok, "TICKET_LINKED"},
		"named by the tracker": {nil, func(w *world) {
			w.pr.Title, w.landed.Message = "Round", "Round (#12)"
			w.ticket.Remote = []evidence.RemoteLink{{URL: "https://github.com/acme/api/pull/12"}}
		}, ok, "TICKET_LINKED"},
		"none": {nil, anonymous, bad, "NO_TICKET"},
		// Trap 19: what looks like a key is none.
		"words like keys": {nil, func(w *world) {
			anonymous(w)
			w.pr.Title = "Support UTF-8 and SHA-256 for CVE-2024-1234, ISO-27001"
		}, bad, "NO_TICKET"},
		"key that resolves to nothing": {nil, func(w *world) { w.lose(ticketRef, evidence.NotFound) }, bad, "TICKET_NOT_FOUND"},
		"ticket that we may not see":   {nil, func(w *world) { w.lose(ticketRef, evidence.Denied) }, unsure, "EVIDENCE_DENIED"},
		"404 that says nothing":        {nil, func(w *world) { w.lose(ticketRef, evidence.Ambiguous) }, unsure, "EVIDENCE_AMBIGUOUS"},
		"ticket moved":                 {nil, func(w *world) { w.ticket.Key, w.ticket.Requested = "NEW-3", "PAY-7" }, look, "TICKET_MOVED"},
		"see also alone": {nil, func(w *world) {
			w.pr.Title, w.landed.Message = "Round", "Round (#12)"
			w.pr.Body = text("Rounds.\nSee also PAY-7.")
		}, look, "NAMED_IN_PASSING"},
		"see also beside a title that names it": {nil, func(w *world) { w.pr.Body = text("See also PAY-7.") }, ok, "TICKET_LINKED"},
		"one ticket of several changes": {nil, func(w *world) {
			w.Items = append(w.Items, evidence.Item{Ref: ref(evidence.KindMention, "PAY-7"), Mention: &evidence.Mention{Text: "PAY-7", Found: []evidence.Ref{prRef, ref(evidence.KindPullRequest, repo+"#13")}, Total: 2}})
		}, look, "TICKET_OF_SEVERAL_CHANGES"},
		"pull request stands for it":       {nil, asRequest, ok, "PULL_REQUEST_IS_REQUEST"},
		"pull request may not stand":       {nil, func(w *world) { asRequest(w); w.policy.Request.PullRequest = false }, bad, "NO_TICKET"},
		"commits not obtained":             {nil, func(w *world) { anonymous(w); w.gap(prRef, "commits", evidence.Denied) }, unsure, "EVIDENCE_DENIED"},
		"no items at all":                  {nil, func(w *world) { w.Items = nil }, unsure, "EVIDENCE_ABSENT"},
		"emergency is tested all the same": {urgent, nil, ok, "TICKET_LINKED"},
		"closed without merge":             {nil, func(w *world) { w.pr.Merged, w.pr.State = time.Time{}, "closed" }, look, "NOT_MERGED"},
	})
}

func branchOnly(t testing.TB) *world {
	w := good(t)
	w.pr.Title, w.landed.Message = "Round", "Round (#12)"
	w.pr.Head.Ref = "feature/pay-7-round"
	return w
}

func TestB(t *testing.T) {
	table(t, "B", map[string]one{
		"before":                                 {nil, nil, ok, "REQUESTED_FIRST"},
		"after the deployment":                   {nil, func(w *world) { w.ticket.Created = clock("11:30") }, bad, "REQUESTED_AFTER_DEPLOYMENT"},
		"between merge and deployment":           {nil, func(w *world) { w.ticket.Created = clock("10:40") }, look, "REQUESTED_AFTER_MERGE"},
		"within the skew of the deployment":      {nil, func(w *world) { w.ticket.Created = clock("11:01") }, look, "WITHIN_CLOCK_SKEW"},
		"imported":                               {nil, func(w *world) { w.ticket.Labels = []string{"imported-2026"} }, look, "TICKET_IMPORTED"},
		"cloned":                                 {nil, func(w *world) { w.ticket.Related = []evidence.TicketLink{{Relation: "clones", Key: "PAY-1"}} }, look, "TICKET_CLONED"},
		"was copied itself":                      {nil, func(w *world) { w.ticket.Related = []evidence.TicketLink{{Relation: "is cloned by", Key: "PAY-9"}} }, ok, "REQUESTED_FIRST"},
		"before the work, as the policy may ask": {nil, func(w *world) { w.policy.Request.BeforeWork = true; w.ticket.Created = clock("09:00") }, look, "REQUESTED_AFTER_WORK"},
		"emergency":                              {urgent, nil, na, "EMERGENCY"},
		"pull request":                           {nil, asRequest, ok, "PULL_REQUEST_IS_REQUEST"},
		"no ticket":                              {nil, anonymous, bad, "NO_TICKET"},
		"named in passing": {nil, func(w *world) {
			w.pr.Title, w.landed.Message = "Round", "Round (#12)"
			w.pr.Body = text("See also PAY-7.")
		}, look, "NAMED_IN_PASSING"},
		"deployment not obtained": {nil, func(w *world) { w.lose(depRef, evidence.Denied) }, unsure, "EVIDENCE_DENIED"},
		"day alone, the day before": {byHand, func(w *world) {
			w.ticket.Deployed, w.ticket.DeployedDay = clock("03 00:00"), true
			w.ticket.DeployedBasis = "field"
		}, ok, "REQUESTED_FIRST"},
		"day alone, the same day": {byHand, func(w *world) {
			w.ticket.Deployed, w.ticket.DeployedDay = clock("01 00:00"), true
			w.ticket.DeployedBasis = "field"
		}, look, "DAY_ONLY"},
		"clocks that differ by an hour": {nil, func(w *world) { w.policy.Skew = time.Hour; w.ticket.Created = clock("10:10") }, look, "WITHIN_CLOCK_SKEW"},
	})
}

func TestC(t *testing.T) {
	field := func(w *world, name, v string) {
		for i := range w.ticket.Fields {
			if w.ticket.Fields[i].Name == name {
				w.ticket.Fields[i].Value = plainly(v)
			}
		}
	}
	table(t, "C", map[string]one{
		"complete":      {nil, nil, ok, "REQUEST_COMPLETE"},
		"a field blank": {nil, func(w *world) { field(w, "justification", "") }, bad, "FIELDS_BLANK"},
		"in the description instead": {nil, func(w *world) {
			field(w, "justification", "")
			w.ticket.Body = plainly("Rounds amounts half to even.\n\nh2. Business Justification\nThe law asks for it.\n")
		}, ok, "REQUEST_COMPLETE"},
		"boilerplate":          {nil, func(w *world) { w.ticket.Body = plainly("misc fixes") }, look, "BOILERPLATE"},
		"boilerplate in title": {nil, func(w *world) { w.ticket.Title = "Update config" }, look, "BOILERPLATE"},
		"too few words":        {nil, func(w *world) { field(w, "justification", "needed") }, look, "BOILERPLATE"},
		"not applicable":       {nil, func(w *world) { field(w, "systems", "n/a") }, look, "BOILERPLATE"},
		"only boxes":           {nil, func(w *world) { w.ticket.Body = text("- [x] done\n- [ ] tested") }, look, "BOILERPLATE"},
		"form left as it was":  {nil, func(w *world) { w.ticket.Body = text("<!-- What changes, and why. -->") }, bad, "FIELDS_BLANK"},
		// Trap 18: the field as it stood at the deployment.
		"filled in afterwards": {nil, func(w *world) {
			w.ticket.History = append(w.ticket.History, evidence.HistoryEntry{At: clock("14:00"), Author: ji("ada"), Field: "Justification", FieldID: "cf1", From: "", To: "The law asks for it."})
		}, bad, "FIELDS_BLANK"},
		"edited afterwards": {nil, func(w *world) {
			w.ticket.History = append(w.ticket.History, evidence.HistoryEntry{At: clock("14:00"), Author: ji("ada"), Field: "description", From: "Amounts are to be rounded.", To: "Amounts are to be rounded half to even."})
		}, look, "EDITED_AFTER_DEPLOYMENT"},
		"history not obtained": {nil, func(w *world) { w.gap(ticketRef, "history", evidence.Denied) }, unsure, "EVIDENCE_DENIED"},
		"field not obtained": {nil, func(w *world) {
			field(w, "justification", "")
			w.gap(ticketRef, "field justification", evidence.NotFound)
		}, unsure, "EVIDENCE_NOT_FOUND"},
		"nothing asked for":            {nil, func(w *world) { w.policy.Request.Fields = nil }, na, "NOT_IN_POLICY"},
		"pull request":                 {nil, asRequest, ok, "REQUEST_COMPLETE"},
		"pull request, touched since":  {nil, func(w *world) { asRequest(w); w.pr.Updated = clock("05 10:00") }, look, "TEXT_NOT_DATED"},
		"pull request, never edited":   {nil, func(w *world) { asRequest(w); w.pr.Updated, w.pr.BodyEdits = clock("05 10:00"), &evidence.TextEdits{} }, ok, "REQUEST_COMPLETE"},
		"pull request, edited in time": {nil, func(w *world) { asRequest(w); edited(w, "10:00", "") }, ok, "REQUEST_COMPLETE"},
		"pull request, edited since":   {nil, func(w *world) { asRequest(w); edited(w, "14:00", w.pr.Body.Source+"\nSee also the wiki.\n") }, look, "EDITED_AFTER_DEPLOYMENT"},
		"pull request, filled in since": {nil, func(w *world) {
			asRequest(w)
			edited(w, "14:00", "## Change Description\nRounds amounts half to even.\n")
		}, bad, "FIELDS_BLANK"},
		"pull request, earlier text lost": {nil, func(w *world) { asRequest(w); edited(w, "14:00", "") }, look, "EDITED_AFTER_DEPLOYMENT"},
		"pull request, emptied since":     {nil, func(w *world) { asRequest(w); w.pr.Body = text("## Why\n"); edited(w, "14:00", "") }, look, "EDITED_AFTER_DEPLOYMENT"},
		"no request":                      {nil, anonymous, bad, "FIELDS_BLANK"},
		"ticket lost":                     {nil, func(w *world) { w.lose(ticketRef, evidence.Denied) }, unsure, "EVIDENCE_DENIED"},
		"emergency, written up":           {urgent, nil, ok, "REQUEST_COMPLETE"},
		"document of Jira Cloud": {nil, func(w *world) {
			w.ticket.Body = evidence.Text{Markup: evidence.ADF, Source: `{"type":"doc","content":[{"type":"paragraph","content":[{"type":"text","text":"Amounts are to be rounded half to even."}]}]}`}
		}, ok, "REQUEST_COMPLETE"},
		"empty document of Jira Cloud": {nil, func(w *world) {
			w.ticket.Body = evidence.Text{Markup: evidence.ADF, Source: `{"type":"doc","content":[]}`}
		}, bad, "FIELDS_BLANK"},
	})
}

func TestD(t *testing.T) {
	risk := func(w *world, v string) { w.ticket.Fields[2].Value = plainly(v) }
	table(t, "D", map[string]one{
		"stated": {nil, nil, ok, "RISK_ASSESSED"},
		"low, touching what is high": {nil, func(w *world) {
			risk(w, "Low")
			w.pr.Files = append(w.pr.Files, evidence.File{Path: "src/auth/login.go", Patch: "+x"})
			w.pr.FilesTotal++
		}, look, "DECLARED_BELOW_DERIVED"},
		"low, with a profile of Salesforce": {nil, func(w *world) {
			risk(w, "Low")
			w.pr.Files[0].Path = "force-app/main/profiles/Admin.profile-meta.xml"
		}, look, "DECLARED_BELOW_DERIVED"},
		"between two tiers":     {nil, func(w *world) { risk(w, "Medium-High"); touch(w, "src/auth/a.go") }, ok, "RISK_ASSESSED"},
		"high, touching little": {nil, func(w *world) { risk(w, "High") }, ok, "RISK_ASSESSED"},
		"not stated":            {nil, func(w *world) { risk(w, "") }, bad, "RISK_NOT_ASSESSED"},
		"stated afterwards": {nil, func(w *world) {
			w.ticket.History = append(w.ticket.History, evidence.HistoryEntry{At: clock("14:00"), Field: "Risk", FieldID: "cf3", From: "", To: "Medium"})
		}, bad, "RISK_SET_AFTER_DEPLOYMENT"},
		"lowered afterwards": {nil, func(w *world) {
			risk(w, "Low")
			w.ticket.History = append(w.ticket.History, evidence.HistoryEntry{At: clock("14:00"), Field: "Risk", FieldID: "cf3", From: "High", To: "Low"})
		}, ok, "RISK_ASSESSED"},
		"by a ticked box": {nil, func(w *world) {
			risk(w, "")
			w.pr.Body = text("## Risk Assessment\n- [ ] Low risk\n- [x] High risk (database)\n")
		}, ok, "RISK_ASSESSED"},
		"by a box that may have been ticked later": {nil, func(w *world) {
			risk(w, "")
			w.pr.Body, w.pr.Updated = text("## Risk Assessment\n- [x] High risk\n"), clock("04 10:00")
		}, look, "TEXT_NOT_DATED"},
		"by a label": {nil, func(w *world) {
			risk(w, "")
			w.pr.Labels = []string{"risk: medium"}
			w.pr.Timeline = append(w.pr.Timeline, evidence.Event{Kind: "labeled", At: clock("09:00"), Subject: "risk: medium"})
		}, ok, "RISK_ASSESSED"},
		"by a label set afterwards": {nil, func(w *world) {
			risk(w, "")
			w.pr.Labels = []string{"risk: medium"}
			w.pr.Timeline = append(w.pr.Timeline, evidence.Event{Kind: "labeled", At: clock("14:00"), Subject: "risk: medium"})
		}, bad, "RISK_SET_AFTER_DEPLOYMENT"},
		"files not obtained":      {nil, func(w *world) { w.gap(prRef, "files", evidence.Truncated) }, unsure, "EVIDENCE_TRUNCATED"},
		"risk not obtained":       {nil, func(w *world) { risk(w, ""); w.gap(ticketRef, "field risk", evidence.Denied) }, unsure, "EVIDENCE_DENIED"},
		"ticket lost":             {nil, func(w *world) { w.lose(ticketRef, evidence.Denied) }, unsure, "EVIDENCE_DENIED"},
		"emergency, written up":   {urgent, nil, look, "RISK_STATED_AFTERWARDS"},
		"database by ticket":      {byHand, func(w *world) { w.ticket.Fields[5].Value = plainly("Database migration") }, look, "DECLARED_BELOW_DERIVED"},
		"configuration by ticket": {byHand, nil, ok, "RISK_ASSESSED"},
	})
}

func TestT(t *testing.T) {
	plan := func(w *world, v string) { w.ticket.Fields[3].Value = plainly(v) }
	table(t, "T", map[string]one{
		"planned": {nil, nil, ok, "ROLLBACK_PLANNED"},
		"none":    {nil, func(w *world) { plan(w, "") }, bad, "NO_ROLLBACK_PLAN"},
		"n/a":     {nil, func(w *world) { plan(w, "N/A") }, bad, "NO_ROLLBACK_PLAN"},
		"revert":  {nil, func(w *world) { plan(w, "Revert the PR.") }, ok, "ROLLBACK_PLANNED"},
		"revert only, for a migration": {nil, func(w *world) {
			plan(w, "Revert the PR")
			w.pr.Files[0].Path = "db/migrations/007.sql"
		}, look, "REVERT_IS_NO_PLAN"},
		"written afterwards": {nil, func(w *world) {
			w.ticket.History = append(w.ticket.History, evidence.HistoryEntry{At: clock("14:00"), Field: "Rollback plan", FieldID: "cf4", From: "", To: "Deploy release 41 again."})
		}, bad, "NO_ROLLBACK_PLAN"},
		"on the pull request": {nil, func(w *world) { plan(w, ""); w.pr.Body = text("## Rollback Plan\nDeploy release 41 again.\n") }, ok, "ROLLBACK_PLANNED"},
		"on the pull request, touched since": {nil, func(w *world) {
			plan(w, "")
			w.pr.Body, w.pr.Updated = text("## Rollback Plan\nDeploy release 41 again.\n"), clock("04 10:00")
		}, look, "TEXT_NOT_DATED"},
		"on the pull request, never edited": {nil, func(w *world) {
			plan(w, "")
			w.pr.Body, w.pr.Updated, w.pr.BodyEdits = text("## Rollback Plan\nDeploy release 41 again.\n"), clock("04 10:00"), &evidence.TextEdits{}
		}, ok, "ROLLBACK_PLANNED"},
		"on the pull request, written afterwards": {nil, func(w *world) {
			plan(w, "")
			w.pr.Body = text("## Rollback Plan\nDeploy release 41 again.\n")
			edited(w, "14:00", "Rounds as the law asks.")
		}, bad, "NO_ROLLBACK_PLAN"},
		"on the pull request, taken out afterwards": {nil, func(w *world) {
			plan(w, "")
			edited(w, "14:00", "## Rollback Plan\nDeploy release 41 again.\n")
		}, ok, "ROLLBACK_PLANNED"},
		"on the pull request, earlier text lost": {nil, func(w *world) { plan(w, ""); edited(w, "14:00", "") }, look, "EDITED_AFTER_DEPLOYMENT"},
		"boilerplate":                            {nil, func(w *world) { plan(w, "as discussed") }, look, "PLAN_SAYS_NOTHING"},
		"automated by policy": {nil, func(w *world) {
			plan(w, "")
			w.policy.Rollback.Automated = []string{"documentation"}
			w.pr.Files[0].Path = "docs/a.md"
		}, ok, "AUTOMATED_REVERT"},
		"emergency, written up": {urgent, nil, look, "PLANNED_AFTERWARDS"},
		"ticket lost":           {nil, func(w *world) { w.lose(ticketRef, evidence.Denied) }, unsure, "EVIDENCE_DENIED"},
		"field not obtained":    {nil, func(w *world) { plan(w, ""); w.gap(ticketRef, "field rollback_plan", evidence.NotFound) }, unsure, "EVIDENCE_NOT_FOUND"},
		"not deployed":          {nil, notDeployed, look, "NOT_DEPLOYED"},
	})
}

// notDeployed is a change of which the source knows no deployment.
func notDeployed(w *world) {
	w.landed.ContainedIn = nil
	w.drop(depRef)
	w.Gaps = append(w.Gaps, evidence.Gap{Ref: ref(evidence.KindDeployment, repo+"#12"), Reason: evidence.NotFound, Detail: "the change was merged, and no successful production deployment that contains it was found"})
}

func TestV(t *testing.T) {
	move := func(at, from, to string) evidence.HistoryEntry {
		return evidence.HistoryEntry{At: clock(at), Author: ji("ada"), Field: "status", From: from, To: to}
	}
	table(t, "V", map[string]one{
		"closed afterwards": {nil, nil, ok, "CLOSED_AFTER_DEPLOYMENT"},
		"closed before":     {nil, func(w *world) { w.ticket.History[1].At = clock("10:00") }, bad, "CLOSED_BEFORE_DEPLOYMENT"},
		"closed before, opened again in time": {nil, func(w *world) {
			w.ticket.History = []evidence.HistoryEntry{move("09:00", "In Progress", "Done"), move("10:00", "Done", "In Progress"), move("12:00", "In Progress", "Done")}
		}, ok, "CLOSED_AFTER_DEPLOYMENT"},
		"never closed": {nil, func(w *world) {
			w.ticket.History, w.ticket.Status, w.ticket.Resolved, w.ticket.Resolution = w.ticket.History[:1], "In Progress", time.Time{}, ""
		}, bad, "NEVER_CLOSED"},
		"not closed yet": {nil, func(w *world) {
			w.ticket.History, w.ticket.Status, w.ticket.Resolved, w.ticket.Resolution = w.ticket.History[:1], "In Progress", time.Time{}, ""
			w.AsOf = clock("05 10:00")
		}, look, "NOT_YET_CLOSED"},
		"opened again": {nil, func(w *world) { w.ticket.History = append(w.ticket.History, move("15:00", "Done", "In Progress")) }, look, "REOPENED_AFTER_DEPLOYMENT"},
		"put in order at once": {nil, func(w *world) {
			w.ticket.History = []evidence.HistoryEntry{move("12:00", "Open", "In Progress"), move("12:00", "In Progress", "Review"), move("12:01", "Review", "Done")}
		}, look, "STATUS_CHANGED_AT_ONCE"},
		"without a note":                    {nil, func(w *world) { w.ticket.Resolution, w.ticket.Comments = "", nil }, look, "CLOSED_WITHOUT_NOTE"},
		"without a note that was asked for": {nil, func(w *world) { w.ticket.Resolution, w.ticket.Comments = "", nil; w.unread(ticketRef, "comments") }, unsure, "EVIDENCE_NOT_READ"},
		"pull request":                      {nil, asRequest, na, "PULL_REQUEST_IS_REQUEST"},
		"history not obtained":              {nil, func(w *world) { w.gap(ticketRef, "history", evidence.Truncated) }, unsure, "EVIDENCE_TRUNCATED"},
		"by ticket":                         {byHand, nil, ok, "CLOSED_AFTER_DEPLOYMENT"},
		"by ticket, done is deployed": {byHand, func(w *world) {
			w.ticket.History = []evidence.HistoryEntry{move("09:00", "Open", "Approved"), move("11:00", "Approved", "Done")}
			w.ticket.DeployedBasis = `status changed from "Approved" to "Done"`
		}, ok, "CLOSED_AFTER_DEPLOYMENT"},
		"no ticket":          {nil, anonymous, na, "NO_TICKET"},
		"no such ticket":     {nil, func(w *world) { w.lose(ticketRef, evidence.NotFound) }, na, "NO_TICKET"},
		"written afterwards": {nil, func(w *world) { w.ticket.Created = clock("11:30") }, look, "WRITTEN_AFTERWARDS"},
		"resolved by a status of their own": {nil, func(w *world) {
			w.ticket.Status, w.ticket.History = "Implemented", []evidence.HistoryEntry{move("12:00", "In Progress", "Implemented")}
		}, ok, "CLOSED_AFTER_DEPLOYMENT"},
		"resolved before, by a status of their own": {nil, func(w *world) {
			w.ticket.Status, w.ticket.Resolved = "Implemented", clock("10:00")
			w.ticket.History = []evidence.HistoryEntry{move("10:00", "In Progress", "Implemented")}
		}, bad, "CLOSED_BEFORE_DEPLOYMENT"},
		"by ticket, approved after it was closed": {byHand, func(w *world) {
			w.ticket.History = append(w.ticket.History[1:], w.ticket.History[0])
			w.ticket.History[2].At = clock("13:00")
		}, bad, "APPROVED_AFTER_CLOSING"},
		"by ticket, closed though it failed": {byHand, func(w *world) {
			w.ticket.Comments = append(w.ticket.Comments, evidence.Comment{Author: ji("ken"), Created: clock("11:30"), Body: plainly("Done, but the check is red.")})
		}, look, "CLOSED_THOUGH_FAILED"},
	})
}

// TestForms holds the words under which fields are found to the forms that we
// give people to fill in.
func TestForms(t *testing.T) {
	for _, w := range []string{"Change Description", "Risk Assessment", "Testing Completed", "Rollback Plan", "Description", "Business Justification", "Testing Plan",
		"Requestor (name, department)", "Category", "Risk Level", "Systems Affected", "Target Deployment Date, time and duration", "Impact Assessment", "Validation and completion"} {
		if field(w) == "" {
			t.Errorf("%q is not known as a field", w)
		}
	}
	table := sections("| Field | Value |\n|---|---|\n| Risk Level | High |\n| Systems Affected | Payments |\n")
	if strings.TrimSpace(table["risk"]) != "High" || strings.TrimSpace(table["systems"]) != "Payments" {
		t.Errorf("the ticket's form is read as %q", table)
	}
}
