package rendertest

import (
	"github.com/tickmark-dev/tickmark/internal/evidence"
)

func wiki(s string) evidence.Text { return evidence.Text{Markup: evidence.Wiki, Source: s} }

func ticketRecord(key string) *evidence.Ticket {
	rita, omar := &evidence.Person{System: "jira", ID: "5b1", Name: "Rita Ruiz", Type: "atlassian"}, &evidence.Person{System: "jira", ID: "5b2", Name: "Omar Öz", Type: "atlassian"}
	t := &evidence.Ticket{Key: key, URL: "https://acme.atlassian.net/browse/" + key, Project: "Payments", Type: "Change", Title: "Require a second factor for administrators", Status: "Done", Resolution: "Fixed", Priority: "High",
		Body: wiki(TicketBody), Reporter: rita, Creator: rita, Assignee: omar, Created: At("01 08:00:00"), Updated: At("03 10:00:00"), Resolved: At("03 09:30:00"), Due: "2026-03-15",
		Labels: []string{"security"}, Components: []string{"admin", "auth"}, Versions: []string{"2026.03"}}
	t.Fields = []evidence.Field{
		{Name: "risk", Title: "Risk level", ID: "customfield_10042", Value: evidence.Text{Markup: evidence.Plain, Source: "High"}},
		{Name: "rollback_plan", Title: "Rollback plan", ID: "customfield_10043", Value: wiki("# Set {{mfa: false}}\n# Redeploy 54\n\nOwner: [~omar]")},
		{Name: "test_plan", Title: "Testing plan", ID: "customfield_10044", Value: wiki("* unit and integration tests\n* staging for a day\n|| step || result ||\n| log in | passed |\n| lock-out | passed |")},
		{Name: "justification", Title: "Business justification", ID: "customfield_10045"},
	}
	t.Comments = []evidence.Comment{
		{ID: "1", Author: rita, Created: At("01 08:30:00"), Updated: At("01 08:30:00"), Body: wiki("[~omar] please have a look. bq. not a quote here")},
		{ID: "2", Author: omar, Created: At("01 10:00:00"), Updated: At("01 10:30:00"), Body: evidence.Text{Markup: evidence.ADF, Source: ADFBody}},
		{ID: "3", Author: &evidence.Person{System: "jira", Name: "Automation for Jira", Type: "app"}, Created: At("02 15:16:00"), Body: wiki("Deployed.")},
		{ID: "4", Author: nil, Created: At("02 16:00:00"), Body: wiki("Checked on production, looks good. (/)"), Internal: true},
	}
	t.History = []evidence.HistoryEntry{
		{ID: "1", At: At("01 09:00:00"), Author: omar, Field: "status", From: "To Do", To: "In Progress"},
		{ID: "2", At: At("02 09:00:00"), Author: rita, Field: "Risk level", From: "", To: "High"},
		{ID: "3", At: At("02 13:00:00"), Author: omar, Field: "status", From: "In Progress", To: "Approved"},
		{ID: "4", At: At("03 09:30:00"), Author: rita, Field: "status", From: "Approved", To: "Done"},
		{ID: "5", At: At("03 10:00:00"), Author: rita, Field: "description", From: "short", To: "a longer text that was written after the change had been deployed"},
	}
	picture := Picture(200, 90)
	t.Attachments = []evidence.Attachment{
		{ID: "1", File: "before-after.diff", MediaType: "text/x-diff", Size: 90, Author: omar, Created: At("01 11:00:00"), SHA256: sum("diff"), Content: []byte("--- a/limits.conf\n+++ b/limits.conf\n@@ -1,2 +1,2 @@\n-rate=100\n+rate=250\n burst=20\n")},
		{ID: "2", File: "staging.png", MediaType: "image/png", Size: int64(len(picture)), Author: omar, Created: At("01 12:00:00"), SHA256: sum("png"), Content: picture},
		{ID: "3", File: "huge.mp4", MediaType: "video/mp4", Size: 900_000_000, Author: nil, Created: At("01 12:30:00")},
	}
	t.Approvals = []evidence.TicketApproval{{ID: "77", Name: "Change advisory board", Decision: "approved", Created: At("01 13:00:00"), Completed: At("02 12:59:00"),
		Approvers: []evidence.Decision{{Person: &evidence.Person{System: "jira", Name: "Dana Smith"}, Decision: "approved"}, {Person: nil, Decision: "pending"}}}}
	t.Related = []evidence.TicketLink{{Relation: "is caused by", Key: "INC-12", Title: "Admin account taken over", Status: "Closed"}}
	t.Remote = []evidence.RemoteLink{{Title: "acme/payments#1234", URL: "https://github.com/acme/payments/pull/1234", Application: "GitHub", Relationship: "mentioned in"}}
	return t
}

func ticket() evidence.Item {
	return evidence.Item{Ref: ref(evidence.KindTicket, "jira", "PAY-77"), Ticket: ticketRecord("PAY-77"), Links: []evidence.Ref{ref(evidence.KindPullRequest, forgeName, repo+"#1234")},
		Provenance: []evidence.Provenance{source("jira", "https://acme.atlassian.net/rest/api/2/issue/PAY-77?expand=names", "20 07:57:00"), source("jira", "https://acme.atlassian.net/rest/api/2/issue/PAY-77/changelog", "20 07:57:01")}}
}

// TicketDossier is a change made by ticket alone.
func TicketDossier() evidence.Dossier {
	it := ticket()
	it.Ref.ID = "CHG-789"
	it.Links = nil
	t := ticketRecord("CHG-790")
	t.Requested = "CHG-789"
	t.Title = "Raise the rate limits of the gateway"
	t.Deployed, t.DeployedBy, t.DeployedBasis = At("02 22:30:00"), t.Assignee, "the change of status to “Implemented”"
	it.Ticket = t
	content := []byte("time,check,result\n22:31,login,ok\n22:35,limits,ok\n")
	smoke := evidence.Item{Ref: ref(evidence.KindExhibit, "files", "CHG-789/smoke"), Exhibit: &evidence.Exhibit{Change: "CHG-789", Shows: "Smoke test after the change", Supports: "testing", By: "Omar Öz", At: At("03 07:00:00"),
		File: "smoke.csv", MediaType: "text/csv", Size: int64(len(content)), SHA256: sum(string(content)), Content: content}, Provenance: []evidence.Provenance{source("files", "file:evidence/smoke.csv", "20 07:59:05")}}
	mail := evidence.Item{Ref: ref(evidence.KindExhibit, "files", "CHG-789/mail"), Exhibit: &evidence.Exhibit{Change: "CHG-789", Shows: "Approval by mail", Supports: "approval", By: "Rita Ruiz", At: At("03 07:05:00"),
		File: "mail.txt", MediaType: "text/plain", Size: 40, SHA256: sum("mail"), Content: []byte("From: Dana Smith\nSubject: Re: CHG-789\n\nGo ahead on Monday night.\n")}, Provenance: []evidence.Provenance{source("files", "file:evidence/mail.txt", "20 07:59:06")}}
	return evidence.Dossier{Change: evidence.Change{
		Sample: evidence.Sample{Number: 2, Label: "2", Requested: "CHG-789", Ref: it.Ref}, AsOf: At("20 08:00:00"),
		Items: []evidence.Item{mail, smoke, it},
		Gaps:  []evidence.Gap{{Ref: it.Ref, Part: "attachment huge.mp4", Collector: "jira 0.1.0", Reason: evidence.Truncated, Detail: "the file has 900 MB; files over 50 MB are not fetched", At: At("20 07:59:40")}},
	}}
}

// EmptyDossier is a sample of which nothing was obtained.
func EmptyDossier() evidence.Dossier {
	r := ref(evidence.KindPullRequest, forgeName, "acme/payments#99999")
	return evidence.Dossier{Change: evidence.Change{Sample: evidence.Sample{Number: 3, Label: "3", Requested: "PR 99999", Ref: r}, AsOf: At("20 08:00:00"),
		Gaps: []evidence.Gap{{Ref: r, Collector: "github 0.1.0", Reason: evidence.Denied, Detail: "GitHub refused: the token may not read this repository", At: At("20 07:59:59")}}}}
}

// TicketBody is a description in Jira wiki markup.
const TicketBody = `h2. Why

Administrators log in with a *password alone*; _one account_ was taken over (see INC-12).

* every administrator
** without exception
* within March
# first staging
# then production

||Risk||Answer||
|lock-out|[recovery codes|https://wiki.acme.example/recovery]|
|outage|-none- see {{runbook.md}}|

{panel:title=Note}Window agreed with {color:red}operations{color}.{panel}
{quote}We will be there.
bq. Omar{quote}
{code:sql}
UPDATE settings SET mfa = true; -- all rows
{code}
----
!login.png|thumbnail! and https://status.acme.example/42.
{noformat}
raw *text*
{noformat}`

// ADFBody is a comment in Atlassian Document Format.
const ADFBody = `{"version":1,"type":"doc","content":[
{"type":"heading","attrs":{"level":3},"content":[{"type":"text","text":"Plan"}]},
{"type":"paragraph","content":[{"type":"text","text":"Approved by me, "},{"type":"mention","attrs":{"id":"5b1","text":"@Rita Ruiz"}},{"type":"text","text":". "},{"type":"emoji","attrs":{"shortName":":rocket:","text":"🚀"}},{"type":"hardBreak"},{"type":"text","text":"see the runbook","marks":[{"type":"link","attrs":{"href":"https://wiki.acme.example/runbook"}},{"type":"strong"}]},{"type":"status","attrs":{"text":"READY"}},{"type":"date","attrs":{"timestamp":"1772409600000"}}]},
{"type":"taskList","content":[{"type":"taskItem","attrs":{"state":"DONE"},"content":[{"type":"text","text":"backup made"}]},{"type":"taskItem","attrs":{"state":"TODO"},"content":[{"type":"text","text":"tell support"}]}]},
{"type":"panel","attrs":{"panelType":"warning"},"content":[{"type":"paragraph","content":[{"type":"text","text":"Not before 22:00."}]}]},
{"type":"table","content":[{"type":"tableRow","content":[{"type":"tableHeader","content":[{"type":"paragraph","content":[{"type":"text","text":"Step"}]}]},{"type":"tableHeader","content":[{"type":"paragraph","content":[{"type":"text","text":"Who"}]}]}]},{"type":"tableRow","content":[{"type":"tableCell","content":[{"type":"paragraph","content":[{"type":"text","text":"switch"}]}]},{"type":"tableCell","content":[{"type":"paragraph","content":[{"type":"text","text":"Omar"}]}]}]}]},
{"type":"codeBlock","attrs":{"language":"sh"},"content":[{"type":"text","text":"helm upgrade gateway"}]},
{"type":"somethingNew","content":[{"type":"text","text":"text of an unknown node"}]}]}`
