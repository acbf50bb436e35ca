package github

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tickmark-dev/tickmark/collectors/collectortest"
	"github.com/tickmark-dev/tickmark/internal/capture"
	"github.com/tickmark-dev/tickmark/internal/evidence"
)

func worldRefs() []evidence.Ref {
	return []evidence.Ref{
		ref(evidence.KindPullRequest, "acme/api#7"), ref(evidence.KindCommit, "acme/api@"+sha("b")), ref(evidence.KindChecks, "acme/api@"+sha("b")),
		ref(evidence.KindBuild, "acme/api/runs/500"), ref(evidence.KindDeployment, "acme/api/deployments/902"), ref(evidence.KindBranchRules, "acme/api:main"), ref(evidence.KindRuleHistory, "acme/api:main"),
		ref(evidence.KindEnvironment, "acme/api/environments/production"), ref(evidence.KindTicket, "acme/api#12"), ref(evidence.KindMention, "PAY-1"),
	}
}

func TestConformance(t *testing.T) {
	server := newStub(t, world(t))
	server.strict = true
	closed := newStub(t, nil)
	closed.Close()
	collectortest.Run(t, collectortest.Options{
		New: func(s *capture.Session) evidence.Collector { return newCollector(t, s, testConfig(t, server.URL)) },
		Unreachable: func(s *capture.Session) evidence.Collector {
			return newCollector(t, s, testConfig(t, closed.URL))
		},
		Refs: worldRefs(),
		Missing: []evidence.Ref{
			ref(evidence.KindPullRequest, "acme/api#404"), ref(evidence.KindBuild, "acme/api/runs/404"), ref(evidence.KindBranchRules, "acme/api:gone"),
			ref(evidence.KindCommit, "acme/api@"+sha("f")),
			ref(evidence.KindPullRequest, "acme/api"), ref(evidence.KindPullRequest, "../../user#1"), ref(evidence.KindCommit, "acme/api@main"),
			ref(evidence.KindBuild, "acme/api/runs/-1"), ref(evidence.KindMention, `""`),
		},
		Token: testToken,
	})
}

func TestPullRequest(t *testing.T) {
	item, gaps := collectOne(t, world(t), ref(evidence.KindPullRequest, "acme/api#7"))
	wantGaps(t, gaps)
	pr := item.PullRequest
	ana := &evidence.Person{System: "github", Login: "ana", ID: "1", Type: "User"}
	ben := &evidence.Person{System: "github", Login: "ben", ID: "2", Type: "User"}
	want := &evidence.PullRequest{
		Repository: "acme/api", Number: 7, URL: "https://github.example/acme/api/pull/7", Title: "PAY-1 Round up",
		Body: evidence.Text{Markup: evidence.Markdown, Source: "Fixes #12\n\nTwo lines."}, State: "merged",
		Author: ana, Created: utc("2026-01-02T08:00:00Z"), Updated: utc("2026-01-02T10:30:00Z"), Closed: utc("2026-01-02T10:00:00Z"),
		Merged: utc("2026-01-02T10:00:00Z"), MergedBy: ben, MergeCommit: sha("b"),
		AutoMerge: &evidence.AutoMerge{EnabledBy: &evidence.Person{System: "github", Login: "ana", ID: "1"}, Method: "squash"},
		Base:      evidence.Branch{Ref: "main", SHA: sha("0"), Repository: "acme/api"}, Head: evidence.Branch{Ref: "pay-1", SHA: sha("a")},
		Labels: []string{"bug"}, Milestone: "1.0", RequestedReviewers: []string{"cleo", "payments"},
		CommitsTotal: 1, FilesTotal: 1, Additions: 3, Deletions: 1,
		Files: []evidence.File{{Path: "round.go", Status: "modified", Additions: 3, Deletions: 1, Patch: "@@ -1 +1 @@"}},
		Commits: []evidence.Commit{{
			Repository: "acme/api", SHA: sha("a"), Parents: []string{sha("0")}, Message: "Round up\n\nReviewed-by: Ben <ben@acme.example>",
			Author:    evidence.Signature{Name: "Ana", Email: "ana@acme.example", Date: utc("2026-01-02T08:00:00Z")},
			Committer: evidence.Signature{Name: "Ana", Email: "ana@acme.example", Date: utc("2026-01-02T08:00:00Z")},
			Verified:  true, VerifiedAs: "valid", Trailers: []evidence.Trailer{{Key: "Reviewed-by", Value: "Ben <ben@acme.example>"}},
		}},
		Reviews: []evidence.Review{
			{ID: "71", Author: ben, State: "DISMISSED", Submitted: utc("2026-01-02T08:30:00Z"), CommitID: sha("9")},
			{ID: "72", State: "COMMENTED", Submitted: utc("2026-01-02T08:40:00Z"), Body: evidence.Text{Markup: evidence.Markdown, Source: "hm"}},
			{ID: "73", Author: ben, State: "APPROVED", Submitted: utc("2026-01-02T09:30:00Z"), CommitID: sha("a"), Body: evidence.Text{Markup: evidence.Markdown, Source: "good"}},
		},
		BodyEdits: &evidence.TextEdits{Last: utc("2026-01-02T11:00:00Z"), By: ana, Versions: []evidence.TextVersion{
			{At: utc("2026-01-02T08:00:00Z"), Author: ana, Text: evidence.Text{Markup: evidence.Markdown, Source: "Fixes #12"}},
			{At: utc("2026-01-02T11:00:00Z"), Author: ana, Text: evidence.Text{Markup: evidence.Markdown, Source: "Fixes #12\n\nTwo lines."}},
		}},
	}
	got := *pr
	got.Timeline, got.Comments, got.ReviewComments = nil, nil, nil
	if diff := cmp.Diff(want, &got); diff != "" {
		t.Errorf("pull request (-want +got):\n%s", diff)
	}
	if len(pr.Comments) != 1 || pr.Comments[0].Body.Source != "done" {
		t.Errorf("comments are %+v", pr.Comments)
	}
	if len(pr.ReviewComments) != 1 || pr.ReviewComments[0].ReviewID != "72" || pr.ReviewComments[0].Path != "round.go" || pr.ReviewComments[0].Line != 0 {
		t.Errorf("review comments are %+v", pr.ReviewComments)
	}
	wantLinks := []evidence.Ref{
		ref(evidence.KindCommit, "acme/api@"+sha("b")), ref(evidence.KindChecks, "acme/api@"+sha("a")), ref(evidence.KindChecks, "acme/api@"+sha("b")),
		ref(evidence.KindBuild, "acme/api/runs/500"), ref(evidence.KindBranchRules, "acme/api:main"), historyRef, ref(evidence.KindTicket, "acme/api#12"),
	}
	if diff := cmp.Diff(wantLinks, item.Links); diff != "" {
		t.Errorf("links (-want +got):\n%s", diff)
	}
}

func TestTimeline(t *testing.T) {
	item, _ := collectOne(t, world(t), ref(evidence.KindPullRequest, "acme/api#7"))
	a := &evidence.Person{System: "github", Login: "ana", ID: "1"}
	want := []evidence.Event{
		{Kind: "review_requested", Actor: a, At: utc("2026-01-02T08:01:00Z"), Subject: "ben"},
		{Kind: "head_ref_force_pushed", Actor: a, At: utc("2026-01-02T08:50:00Z"), Before: sha("9"), After: sha("a")},
		{Kind: "review_dismissed", Actor: a, At: utc("2026-01-02T08:51:00Z"), ReviewID: "71", DismissedState: "APPROVED", Message: "stale", After: sha("a")},
		{Kind: "labeled", Actor: a, At: utc("2026-01-02T08:52:00Z"), Subject: "bug"},
		{Kind: "renamed", At: utc("2026-01-02T08:53:00Z"), Subject: "PAY-1 Round up", Before: "Round"},
		{Kind: "merged", Actor: &evidence.Person{System: "github", Login: "ben", ID: "2"}, At: utc("2026-01-02T10:00:00Z"), After: sha("b")},
	}
	if diff := cmp.Diff(want, item.PullRequest.Timeline); diff != "" {
		t.Errorf("timeline (-want +got):\n%s", diff)
	}
}

func TestCommitIsFollowedToItsDeployments(t *testing.T) {
	item, gaps := collectOne(t, world(t), ref(evidence.KindCommit, "acme/api@"+sha("b")))
	wantGaps(t, gaps)
	in := func(id, status string) evidence.Containment {
		return evidence.Containment{Deployment: ref(evidence.KindDeployment, "acme/api/deployments/"+id), Status: status}
	}
	want := []evidence.Containment{in("900", "diverged"), in("901", "ahead"), in("902", "ahead"), in("904", "ahead")}
	if diff := cmp.Diff(want, item.Commit.ContainedIn); diff != "" {
		t.Errorf("contained in (-want +got):\n%s", diff)
	}
	for _, id := range []string{"901", "902", "904"} {
		if !slices.Contains(item.Links, ref(evidence.KindDeployment, "acme/api/deployments/"+id)) {
			t.Errorf("deployment %s is not linked", id)
		}
	}
	if slices.Contains(item.Links, ref(evidence.KindDeployment, "acme/api/deployments/900")) {
		t.Error("a deployment that does not contain the commit is linked")
	}
	if diff := cmp.Diff([]evidence.Ref{ref(evidence.KindPullRequest, "acme/api#7")}, item.Commit.PullRequests); diff != "" {
		t.Errorf("pull requests (-want +got):\n%s", diff)
	}
}

func TestDeploymentsAreBounded(t *testing.T) {
	item, gaps := collectOne(t, world(t), ref(evidence.KindCommit, "acme/api@"+sha("b")), func(c *Config) { c.MaxDeployments = 2 })
	wantGaps(t, gaps, "deployments that contain the commit: truncated")
	if len(item.Commit.ContainedIn) != 2 {
		t.Errorf("%d deployments were examined, want 2", len(item.Commit.ContainedIn))
	}
}

func TestNoProductionConfigured(t *testing.T) {
	item, gaps := collectOne(t, world(t), ref(evidence.KindCommit, "acme/api@"+sha("b")), func(c *Config) { c.Production = nil })
	wantGaps(t, gaps, "deployments that contain the commit: not configured")
	if item.Commit == nil || len(item.Commit.ContainedIn) != 0 {
		t.Errorf("commit is %+v", item.Commit)
	}
}

func TestDeployment(t *testing.T) {
	item, gaps := collectOne(t, world(t), ref(evidence.KindDeployment, "acme/api/deployments/902"))
	wantGaps(t, gaps)
	d := item.Deployment
	if !d.Production || d.SHA != sha("c") || d.Environment != "production" || d.Creator.Type != "Bot" {
		t.Errorf("deployment is %+v", d)
	}
	if got := d.SucceededAt(); !got.Equal(utc("2026-01-02T12:10:00Z")) || d.Statuses[0].State != "in_progress" {
		t.Errorf("succeeded at %v, statuses %+v", got, d.Statuses)
	}
	if d.Build != ref(evidence.KindBuild, "acme/api/runs/500") {
		t.Errorf("build is %s", d.Build)
	}
	if d.Previous != ref(evidence.KindDeployment, "acme/api/deployments/899") {
		t.Errorf("previous is %s; 901 failed and 899 succeeded", d.Previous)
	}
	if d.Range == nil || d.Range.Status != "ahead" || d.Range.Total != 2 || len(d.Range.Commits) != 2 {
		t.Errorf("range is %+v", d.Range)
	}
}

func TestBuild(t *testing.T) {
	item, gaps := collectOne(t, world(t), ref(evidence.KindBuild, "acme/api/runs/500"))
	wantGaps(t, gaps)
	b := item.Build
	if b.Attempt != 2 || len(b.Attempts) != 2 || b.Attempts[0].Conclusion != "failure" || b.Attempts[0].Actor.Login != "ana" || b.Attempts[1].Actor.Login != "ben" {
		t.Errorf("attempts are %+v", b.Attempts)
	}
	if b.Path != ".github/workflows/ci.yml" {
		t.Errorf("path is %q", b.Path)
	}
	if len(b.Jobs) != 2 || b.Jobs[0].Name != "test" || b.Jobs[0].Attempt != 1 || b.Jobs[1].Log != nil {
		t.Fatalf("jobs are %+v", b.Jobs)
	}
	want := []evidence.LogPart{
		{Title: "end of the log", FirstLine: 1, Lines: []string{"2026-01-02T10:00:01.0000000Z go test ./..."}},
		{Title: "Run tests", FirstLine: 2, Lines: []string{"2026-01-02T10:00:05.5000000Z FAIL one"}},
		{Title: "end of the log", FirstLine: 3, Lines: []string{"2026-01-02T10:00:09.0000000Z done"}},
	}
	if diff := cmp.Diff(want, b.Jobs[0].Log.Parts); diff != "" {
		t.Errorf("log (-want +got):\n%s", diff)
	}
	if l := b.Jobs[0].Log; !slices.ContainsFunc(item.Provenance, func(p evidence.Provenance) bool { return p.SHA256 == l.SHA256 && p.Size == l.TotalBytes }) {
		t.Errorf("no payload in the vault is the log %s of %d bytes", l.SHA256, l.TotalBytes)
	}
	if len(b.Approvals) != 1 || b.Approvals[0].Person.Login != "cleo" || b.Approvals[0].State != "approved" || b.Approvals[0].Environments[0] != "production" || !b.Approvals[0].At.IsZero() {
		t.Errorf("approvals are %+v", b.Approvals)
	}
	if len(b.Tests) != 1 || b.Tests[0].Tests != 2 || b.Tests[0].Failures != 1 || b.Tests[0].Failed[0].Message != "no" || b.Tests[0].Artifact != "junit" {
		t.Errorf("tests are %+v", b.Tests)
	}
	for _, p := range item.Provenance {
		if strings.Contains(p.URL, "signedSignedSigned") {
			t.Errorf("the provenance %s holds the signature of a storage address", p.URL)
		}
	}
}

func TestChecks(t *testing.T) {
	item, gaps := collectOne(t, world(t), ref(evidence.KindChecks, "acme/api@"+sha("b")))
	wantGaps(t, gaps)
	c := item.Checks
	if len(c.Runs) != 2 || c.Runs[0].ID != "31" || c.Runs[0].Conclusion != "failure" || c.Runs[1].App != "GitHub Actions" || c.Runs[1].SuiteID != "30" {
		t.Errorf("runs are %+v", c.Runs)
	}
	if len(c.Statuses) != 3 || c.Statuses[0].State != "pending" || c.Statuses[1].State != "failure" || c.Statuses[2].State != "success" {
		t.Errorf("statuses are %+v, want the oldest first", c.Statuses)
	}
}

func TestBranchRules(t *testing.T) {
	item, gaps := collectOne(t, world(t), ref(evidence.KindBranchRules, "acme/api:main"))
	wantGaps(t, gaps)
	b := item.BranchRules
	if !b.Protected || !strings.Contains(string(b.Protection), "required_approving_review_count") {
		t.Errorf("protection is %s", b.Protection)
	}
	if len(b.Rules) != 2 || b.Rules[0].Type != "merge_queue" || b.Rules[0].Ruleset != "5" || b.Rules[1].Type != "rule_of_tomorrow" {
		t.Errorf("rules are %+v", b.Rules)
	}
	if b.OwnersPath != "CODEOWNERS" || b.Codeowners.Source != "* @acme/payments\n" {
		t.Errorf("CODEOWNERS at %q are %q", b.OwnersPath, b.Codeowners.Source)
	}
}

func TestBranchProtectionThatIsNotThereOrHidden(t *testing.T) {
	path := "/repos/acme/api/branches/main/protection"
	for name, c := range map[string]struct {
		answer any
		gaps   []string
	}{
		"not protected": {func(w http.ResponseWriter, _ *http.Request) { fail(w, 404, "Branch not protected") }, nil},
		"hidden":        {func(w http.ResponseWriter, _ *http.Request) { fail(w, 404, "Not Found") }, []string{"classic protection: ambiguous"}},
		"denied":        {func(w http.ResponseWriter, _ *http.Request) { fail(w, 403, "Resource not accessible") }, []string{"classic protection: denied"}},
	} {
		t.Run(name, func(t *testing.T) {
			item, gaps := collectOne(t, with(world(t), map[string]any{path: c.answer, "/repos/acme/api/rules/branches/main": `[]`, "/repos/acme/api/branches/main": `{"name":"main","protected":false}`}), ref(evidence.KindBranchRules, "acme/api:main"))
			wantGaps(t, gaps, c.gaps...)
			if item.BranchRules.Protected || item.BranchRules.Protection != nil {
				t.Errorf("rules are %+v", item.BranchRules)
			}
		})
	}
}

func TestEnvironment(t *testing.T) {
	item, gaps := collectOne(t, world(t), ref(evidence.KindEnvironment, "acme/api/environments/production"))
	wantGaps(t, gaps)
	want := &evidence.Environment{Repository: "acme/api", Name: "production", URL: "https://github.example/x", Reviewers: []string{"cleo", "ops"}, PreventsSelf: true, WaitMinutes: 30, AdminsBypass: true, BranchPolicies: []string{"main"}}
	if diff := cmp.Diff(want, item.Environment); diff != "" {
		t.Errorf("environment (-want +got):\n%s", diff)
	}
}

func TestIssue(t *testing.T) {
	item, gaps := collectOne(t, world(t), ref(evidence.KindTicket, "acme/api#12"))
	wantGaps(t, gaps)
	k := item.Ticket
	if k.Key != "acme/api#12" || k.Status != "closed" || k.Resolution != "completed" || k.Requested != "" {
		t.Errorf("ticket is %+v", k)
	}
	if len(k.History) != 2 || k.History[1].Field != "status" || k.History[1].To != "closed" {
		t.Errorf("history is %+v", k.History)
	}
	if diff := cmp.Diff([]evidence.Ref{ref(evidence.KindPullRequest, "acme/api#7")}, item.Links); diff != "" {
		t.Errorf("links (-want +got):\n%s", diff)
	}
}

func TestMention(t *testing.T) {
	item, gaps := collectOne(t, world(t), ref(evidence.KindMention, "PAY-1"))
	wantGaps(t, gaps)
	want := &evidence.Mention{Text: "PAY-1", Query: `"PAY-1" type:pr repo:acme/api`, Found: []evidence.Ref{ref(evidence.KindPullRequest, "acme/api#7")}, Total: 1}
	if diff := cmp.Diff(want, item.Mention); diff != "" {
		t.Errorf("mention (-want +got):\n%s", diff)
	}
}

func utc(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		panic(err)
	}
	return t
}
