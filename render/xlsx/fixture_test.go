package xlsx

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

const (
	headSHA = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	mainSHA = "0123456789abcdef0123456789abcdef01234567"
)

func ref(kind evidence.Kind, id string) evidence.Ref {
	return evidence.Ref{Kind: kind, System: "github", ID: id}
}

func clock(day, hour, minute int) time.Time {
	return time.Date(2025, 10, day, hour, minute, 0, 0, time.UTC)
}

func who(name, login string) *evidence.Person {
	return &evidence.Person{System: "github", Name: name, Login: login}
}

// codeChange is a pull request with two approvals, re-run checks, a gate and
// two deployments.
func codeChange(number int) evidence.Change {
	const repo = "acme/api"
	self := ref(evidence.KindPullRequest, repo+"#1234")
	first, again := ref(evidence.KindDeployment, repo+"/deployments/567"), ref(evidence.KindDeployment, repo+"/deployments/570")
	ticket := evidence.Ref{Kind: evidence.KindTicket, System: "jira", ID: "PAY-77"}
	return evidence.Change{
		Sample: evidence.Sample{Number: number, Label: fmt.Sprint(number), Requested: "#1234", Ref: self},
		Items: []evidence.Item{
			{Ref: ref(evidence.KindBuild, repo+"/runs/9"), Build: &evidence.Build{Name: "deploy", SHA: headSHA, Conclusion: "success", Attempt: 2,
				Approvals: []evidence.GateApproval{{Person: who("Dana", "dana"), State: "approved"}}}},
			{Ref: ref(evidence.KindChecks, repo+"@"+headSHA), Checks: &evidence.Checks{SHA: headSHA,
				Runs: []evidence.CheckRun{
					{Name: "test", App: "ci", Conclusion: "failure", Started: clock(14, 8, 0)},
					{Name: "test", App: "ci", Conclusion: "success", Started: clock(14, 9, 0)},
					{Name: "lint", App: "ci", Conclusion: "success"}, {Name: "docs", App: "ci", Conclusion: "skipped"},
				},
				Statuses: []evidence.CommitStatus{{Context: "cov", State: "pending"}, {Context: "cov", State: "failure"}}}},
			{Ref: ref(evidence.KindCommit, repo+"@"+mainSHA), Commit: &evidence.Commit{Repository: repo, SHA: mainSHA, ContainedIn: []evidence.Containment{
				{Deployment: first, Status: "identical"}, {Deployment: again, Status: "ahead"}}}},
			{Ref: first, Deployment: &evidence.Deployment{Repository: repo, ID: "567", URL: "https://github.test/acme/api/deployments/567", Environment: "production", Production: true, SHA: mainSHA,
				Creator: who("", "deploy-bot"), Created: clock(15, 22, 0), Statuses: []evidence.DeploymentStatus{
					{State: "in_progress", Created: clock(15, 22, 10), LogURL: "https://github.test/acme/api/actions/runs/9"}, {State: "success", Created: clock(15, 22, 30)}, {State: "inactive", Created: clock(16, 9, 0)}}}},
			{Ref: again, Deployment: &evidence.Deployment{Repository: repo, ID: "570", Environment: "production", Production: true, Created: clock(16, 8, 0), Statuses: []evidence.DeploymentStatus{{State: "success", Created: clock(16, 8, 30)}}}},
			{Ref: self, PullRequest: &evidence.PullRequest{Repository: repo, Number: 1234, URL: "https://github.test/acme/api/pull/1234", Title: "Add MFA to admin panel",
				Body: evidence.Text{Source: "## Risk Assessment\n- [ ] Low risk\n- [x] High risk (database, authentication, security)\r\n"}, Author: who("Ada Lovelace", "ada"),
				Merged: clock(14, 12, 0), MergedBy: who("", "merge-queue[bot]"), MergeCommit: mainSHA, Head: evidence.Branch{SHA: headSHA},
				Commits: []evidence.Commit{{Author: evidence.Signature{Name: "Ada L", Account: who("Ada Lovelace", "ada")}}, {Author: evidence.Signature{Name: "Grace Hopper"}}},
				Files:   []evidence.File{{Path: "app/admin/mfa.go"}, {Path: "app/admin/mfa_test.go"}, {Path: "README.md"}}, FilesTotal: 3,
				Reviews: []evidence.Review{
					{Author: who("Bob", "bob"), State: "APPROVED", Submitted: clock(14, 10, 0), CommitID: headSHA},
					{Author: nil, State: "APPROVED", Submitted: clock(14, 11, 0)},
					{Author: who("Eve", "eve"), State: "DISMISSED", Submitted: clock(13, 11, 0)},
					{Author: who("Eve", "eve"), State: "COMMENTED", Submitted: clock(14, 11, 30)}}}},
			{Ref: ticket, Ticket: &evidence.Ticket{Key: "PAY-77", URL: "https://jira.test/browse/PAY-77", Project: "PAY", Title: "MFA", Reporter: who("Priya", ""), Created: clock(1, 9, 0),
				Fields:  []evidence.Field{{Name: "category", Value: evidence.Text{Source: "Normal"}}},
				Related: []evidence.TicketLink{{Relation: "is caused by", Key: "INC-5"}}}},
		},
	}
}

// ticketChange is a change by ticket alone.
func ticketChange(number int) evidence.Change {
	self := evidence.Ref{Kind: evidence.KindTicket, System: "jira", ID: "CHG-789"}
	adf, _ := json.Marshal(map[string]any{"type": "doc", "content": []any{map[string]any{"type": "paragraph", "content": []any{map[string]any{"type": "text", "text": "Load test passed"}}}}})
	return evidence.Change{
		Sample: evidence.Sample{Number: number, Label: "B-2", Requested: "CHG-789", Ref: self},
		Items: []evidence.Item{{Ref: self, Ticket: &evidence.Ticket{Key: "CHG-789", URL: "https://jira.test/browse/CHG-789", Project: "CHG", Title: "Update rate limits", Status: "Closed", Resolution: "Done",
			Reporter: who("Priya", ""), Created: clock(10, 9, 0), Components: []string{"gateway"}, Deployed: clock(16, 6, 0), DeployedBy: who("Omar", ""), DeployedBasis: "status Deployed",
			Fields: []evidence.Field{{Name: "category", Value: evidence.Text{Source: "Infrastructure"}}, {Name: "risk", Value: evidence.Text{Source: "Medium"}},
				{Name: "test_results", Value: evidence.Text{Markup: evidence.ADF, Source: string(adf)}}, {Name: "environment", Value: evidence.Text{}}},
			History:   []evidence.HistoryEntry{{At: clock(15, 9, 0), Author: who("Marta", ""), Field: "status", From: "Review", To: "Approved"}},
			Approvals: []evidence.TicketApproval{{Decision: "approved", Completed: clock(15, 8, 0), Approvers: []evidence.Decision{{Person: who("Marta", ""), Decision: "approved"}, {Person: who("Nils", ""), Decision: "pending"}}}}}}},
		Gaps: []evidence.Gap{{Ref: self, Part: "comments", Collector: "jira", Reason: evidence.Denied, Detail: "the account may not read comments", At: clock(20, 9, 0)}},
	}
}

// lost is a change of which next to nothing could be had.
func lost(number int) evidence.Change {
	self := ref(evidence.KindPullRequest, "acme/web#9")
	return evidence.Change{Sample: evidence.Sample{Number: number, Label: "3", Requested: "acme/web#9", Ref: self},
		Gaps: []evidence.Gap{{Ref: self, Collector: "github", Reason: evidence.Ambiguous, Detail: "github answers 404, which may mean that the record is hidden", At: clock(20, 9, 0)}}}
}

// hostile is a change whose every text is out to do harm.
func hostile(number int) evidence.Change {
	c := codeChange(number)
	c.Items = append([]evidence.Item(nil), c.Items...)
	pr := *c.Items[5].PullRequest
	pr.Title = "=cmd|' /C calc'!A0 \x00\x1b[2J _x000D_ \u202e日本語 😀"
	pr.Author = who("+SUM(1,1)", "@evil")
	pr.URL = "javascript:alert(1)"
	pr.Repository = "-2+3\r\n\tx"
	pr.Reviews = nil
	for i := range 3000 {
		pr.Reviews = append(pr.Reviews, evidence.Review{Author: who("=HYPERLINK(\"http://evil\")", fmt.Sprint("r", i)), State: "APPROVED", Submitted: clock(14, 10, 0)})
	}
	c.Items[5].PullRequest = &pr
	c.Sample.Requested, c.Sample.Label = "00012345678901234567", "=1+1"
	return c
}

func fixture(t testing.TB, changes ...evidence.Change) evidence.Package {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	p := evidence.Package{Organization: "Acme & Sons GmbH", Zone: zone, Tool: "tickmark 0.1.0", AsOf: clock(31, 9, 0),
		Unmatched: []evidence.Unmatched{{Where: "samples.csv line 4", Requested: "PR 99999", Reason: evidence.NotFound, Tried: []string{"acme/api#99999: no such pull request"}}}}
	prov := func(i int) evidence.Provenance {
		return evidence.Provenance{System: "github", URL: fmt.Sprintf("https://api.github.test/repos/acme/api/pulls/1234?page=%d", i), RetrievedAt: clock(31, 8, i), RetrievedBy: "auditor-bot",
			Collector: "github 0.1.0", Status: 200, SHA256: strings.Repeat(fmt.Sprint(i), 64), Size: 10}
	}
	for _, c := range changes {
		p.Dossiers = append(p.Dossiers, evidence.Dossier{Change: c})
		n := c.Sample.Number
		folder := fmt.Sprintf("Change Management/Sample %d - 2025-10-16 PR #1234", n)
		p.Files = append(p.Files,
			evidence.PackedFile{Path: folder + "/pull_request.pdf", Size: 12345, SHA256: strings.Repeat("ab", 32), Sample: n, Title: "Pull request #1234", Method: "rendered", Sources: []evidence.Provenance{prov(1), prov(2)}},
			evidence.PackedFile{Path: folder + "/source/01 pull_request acme-api-1234.json", Size: 10, SHA256: strings.Repeat("cd", 32), Sample: n, Method: "source payload", Sources: []evidence.Provenance{prov(1)}},
			evidence.PackedFile{Path: folder + "/source/02 50% größer.json", Size: 10, SHA256: strings.Repeat("ef", 32), Sample: n, Method: "source payload", Sources: []evidence.Provenance{prov(2)}})
	}
	p.Files = append(p.Files, evidence.PackedFile{Path: "Change Management/Policies/rollback_procedures.pdf", Size: 99, SHA256: strings.Repeat("01", 32), Title: "Rollback Procedures", Method: "template"})
	return p
}

// factsOf reads a change outside of a workbook.
func factsOf(c *evidence.Change) facts { return facts{c, &book{}} }
