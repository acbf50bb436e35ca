package rendertest

import (
	"bytes"
	"encoding/json"
	"image"
	"image/color"
	"image/png"
	"math"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

func checks() evidence.Item {
	c := &evidence.Checks{Repository: repo, SHA: HeadSHA}
	run := func(id, name, conclusion, from, to string) {
		c.Runs = append(c.Runs, evidence.CheckRun{ID: id, Name: name, Status: "completed", Conclusion: conclusion, App: "GitHub Actions", SuiteID: "31",
			Started: At(from), Completed: At(to), URL: "https://github.com/acme/payments/runs/" + id})
	}
	run("9001", "unit", "success", "02 10:03:00", "02 10:07:41")
	run("9002", "integration", "failure", "02 10:03:00", "02 10:12:10")
	run("9003", "integration", "success", "02 10:20:00", "02 10:29:30")
	run("9004", "docs", "skipped", "02 10:03:00", "02 10:03:01")
	c.Runs = append(c.Runs, evidence.CheckRun{ID: "9005", Name: "code scanning", Status: "completed", Conclusion: "neutral", App: "CodeQL", Started: At("02 10:03:00"), Completed: At("02 10:09:00"),
		Title: "No new alerts", Summary: "0 alerts in **1** file.\n\n- `mfa.go`: scanned"})
	c.Statuses = []evidence.CommitStatus{
		{Context: "ci/legacy", State: "pending", Description: "queued", Creator: bot, Created: At("02 10:02:00")},
		{Context: "ci/legacy", State: "success", Description: "build 4711 passed", Creator: bot, Created: At("02 10:10:00"), URL: "https://ci.acme.example/4711"},
	}
	c.Suites = []evidence.CheckSuite{{ID: "31", App: "GitHub Actions", Branch: "feature/PAY-77-mfa", Status: "completed", Conclusion: "success", Created: At("02 10:02:00"), Updated: At("02 10:30:00")}}
	return evidence.Item{Ref: ref(evidence.KindChecks, forgeName, repo+"@"+HeadSHA), Checks: c,
		Provenance: []evidence.Provenance{source(forgeName, "https://api.github.com/repos/acme/payments/commits/"+HeadSHA+"/check-runs?filter=all", "20 07:58:20")}}
}

func checksOnMerge() evidence.Item {
	c := &evidence.Checks{Repository: repo, SHA: MergeSHA, Runs: []evidence.CheckRun{{ID: "9100", Name: "unit", Status: "completed", Conclusion: "success", App: "GitHub Actions", Started: At("02 14:21:00"), Completed: At("02 14:25:00")}}}
	return evidence.Item{Ref: ref(evidence.KindChecks, forgeName, repo+"@"+MergeSHA), Checks: c,
		Provenance: []evidence.Provenance{source(forgeName, "https://api.github.com/repos/acme/payments/commits/"+MergeSHA+"/check-runs?filter=all", "20 07:58:21")}}
}

func build() evidence.Item {
	alice, boris := Person("alice", "Alice Doe"), Person("boris", "Борис Иванов")
	b := &evidence.Build{Repository: repo, ID: "88001", Number: 812, Name: "CI", Title: "Add MFA to the admin panel", Path: ".github/workflows/ci.yml", URL: "https://github.com/acme/payments/actions/runs/88001",
		Event: "pull_request", Branch: "feature/PAY-77-mfa", SHA: HeadSHA, Status: "completed", Conclusion: "success", Attempt: 2, Actor: alice, TriggeringActor: boris,
		Created: At("02 10:02:30"), Started: At("02 10:19:50"), Updated: At("02 10:29:40"),
		Attempts: []evidence.BuildAttempt{{Attempt: 1, Status: "completed", Conclusion: "failure", Actor: alice, Started: At("02 10:02:30"), Updated: At("02 10:12:20")},
			{Attempt: 2, Status: "completed", Conclusion: "success", Actor: boris, Started: At("02 10:19:50"), Updated: At("02 10:29:40")}}}
	b.Jobs = []evidence.Job{
		{ID: "1", Name: "unit", Attempt: 1, Status: "completed", Conclusion: "success", Started: At("02 10:03:00"), Completed: At("02 10:07:41"), Runner: "ubuntu-24.04", Steps: []evidence.Step{
			{Number: 1, Name: "Set up job", Status: "completed", Conclusion: "success", Started: At("02 10:03:00"), Completed: At("02 10:03:04")},
			{Number: 2, Name: "go test ./...", Status: "completed", Conclusion: "success", Started: At("02 10:03:04"), Completed: At("02 10:07:40")}},
			Log: &evidence.Log{TotalLines: 1204, TotalBytes: 90000, SHA256: sum("log1"), Parts: []evidence.LogPart{{Title: "tail", FirstLine: 1195, Omitted: 1194, Lines: Lines(10, "ok  \tgithub.com/acme/payments/pkg%02d\t0.012s")}}}},
		{ID: "2", Name: "integration", Attempt: 1, Status: "completed", Conclusion: "failure", Started: At("02 10:03:00"), Completed: At("02 10:12:10"), Steps: []evidence.Step{
			{Number: 1, Name: "Set up job", Status: "completed", Conclusion: "success"}, {Number: 2, Name: "Run tests", Status: "completed", Conclusion: "failure", Started: At("02 10:04:00"), Completed: At("02 10:12:00")}},
			Log: &evidence.Log{TotalLines: 300, SHA256: sum("log2"), Parts: []evidence.LogPart{{Title: "Run tests", FirstLine: 120, Omitted: 119, Lines: append([]string{
				"=== RUN   TestLockout", "    lockout_test.go:31: got 4, want 5 ✗", "--- FAIL: TestLockout (0.02s)",
				"12345678901234567890123456789012345678901234567890123456789012345678901234567890", "long: " + LongWord(260), "日本語 in a log 🚀 {nb}"}, Lines(20, "step %03d: waiting for the database to come up …")...)},
				{Title: "whole log", FirstLine: 291, Omitted: 145, Lines: Lines(10, "cleanup %d")}}}},
		{ID: "3", Name: "integration", Attempt: 2, Status: "completed", Conclusion: "success", Started: At("02 10:20:00"), Completed: At("02 10:29:30")},
	}
	b.Tests = []evidence.TestReport{{Artifact: "junit", File: "report.xml", Name: "auth", Tests: 214, Skipped: 3, Duration: 9 * time.Second},
		{Artifact: "junit-attempt-1", File: "report.xml", Name: "integration", Tests: 38, Failures: 1, Duration: time.Minute, Failed: []evidence.TestFailure{{Class: "lockout", Name: "TestLockout", Message: "got 4, want 5"}}}}
	b.Artifacts = []evidence.Artifact{{ID: "5", Name: "junit", Size: 20480, Digest: "sha256:" + sum("artifact"), Created: At("02 10:08:00"), Expires: At("09 10:08:00"), Expired: true}}
	return evidence.Item{Ref: ref(evidence.KindBuild, forgeName, repo+"/runs/88001"), Build: b,
		Provenance: []evidence.Provenance{source(forgeName, "https://api.github.com/repos/acme/payments/actions/runs/88001", "20 07:58:30")}}
}

func deployBuild() evidence.Item {
	b := &evidence.Build{Repository: repo, ID: "88050", Number: 99, Name: "Deploy", Path: ".github/workflows/deploy.yml", URL: "https://github.com/acme/payments/actions/runs/88050", Event: "workflow_run", Branch: "main", SHA: MergeSHA,
		Status: "completed", Conclusion: "success", Attempt: 1, Actor: bot, Created: At("02 15:00:00"), Started: At("02 15:00:00"), Updated: At("02 15:20:00"),
		Jobs: []evidence.Job{{ID: "7", Name: "production", Attempt: 1, Status: "completed", Conclusion: "success", Started: At("02 15:10:00"), Completed: At("02 15:15:00"),
			Log: &evidence.Log{TotalLines: 12, SHA256: sum("log3"), Parts: []evidence.LogPart{{Title: "whole log", FirstLine: 1, Lines: Lines(12, "helm: release payments-%d upgraded")}}}}},
		Approvals: []evidence.GateApproval{{Person: Person("dana", "Dana Smith"), State: "approved", Comment: "Go for **production**", Environments: []string{"production"}, At: At("02 15:09:12")}}}
	return evidence.Item{Ref: ref(evidence.KindBuild, forgeName, repo+"/runs/88050"), Build: b,
		Provenance: []evidence.Provenance{source(forgeName, "https://api.github.com/repos/acme/payments/actions/runs/88050", "20 07:58:31")}}
}

func deploymentItem(id, sha, created string, states ...evidence.DeploymentStatus) evidence.Item {
	d := &evidence.Deployment{Repository: repo, ID: id, URL: "https://github.com/acme/payments/deployments/" + id, Environment: "production", Production: true, Branch: "main", SHA: sha,
		Task: "deploy", Creator: bot, Created: At(created), Statuses: states}
	return evidence.Item{Ref: dep(id), Deployment: d, Provenance: []evidence.Provenance{source(forgeName, "https://api.github.com/repos/acme/payments/deployments/"+id, "20 07:58:40")}}
}

func status(state, at string) evidence.DeploymentStatus {
	return evidence.DeploymentStatus{ID: state + at, State: state, Creator: bot, Created: At(at), LogURL: "https://github.com/acme/payments/actions/runs/88050"}
}

func oldDeployment() evidence.Item {
	return deploymentItem("54", BaseSHA, "01 08:00:00", status("success", "01 08:05:00"), status("inactive", "02 15:15:10"))
}

func deployment() evidence.Item {
	it := deploymentItem("55", MergeSHA, "02 15:00:10", status("queued", "02 15:00:12"), status("in_progress", "02 15:10:01"), status("success", "02 15:15:05"))
	d := it.Deployment
	d.Description = "Release 2026.03.02"
	d.Build = ref(evidence.KindBuild, forgeName, repo+"/runs/88050")
	d.Previous = dep("54")
	d.Range = &evidence.DeploymentRange{Base: BaseSHA, Head: MergeSHA, Status: "ahead", Total: 2, Commits: []evidence.Commit{
		{SHA: "aaaa111122223333444455556666777788889999", Message: "Raise rate limits (#1230)", Author: sig("Chen", "chen@acme.example", "02 09:00:00", nil), PullRequests: []evidence.Ref{ref(evidence.KindPullRequest, forgeName, repo+"#1230")}},
		{SHA: MergeSHA, Message: "Add MFA to the admin panel (#1234)", Author: sig("Alice Doe", "alice@acme.example", "02 14:20:31", nil), PullRequests: []evidence.Ref{ref(evidence.KindPullRequest, forgeName, repo+"#1234")}}}}
	it.Links = []evidence.Ref{d.Build}
	return it
}

func redeployment() evidence.Item {
	it := deploymentItem("56", MergeSHA, "03 09:00:00", status("success", "03 09:04:00"))
	it.Deployment.Previous = dep("55")
	it.Deployment.Range = &evidence.DeploymentRange{Base: MergeSHA, Head: MergeSHA, Status: "identical"}
	return it
}

func environment() evidence.Item {
	return evidence.Item{Ref: ref(evidence.KindEnvironment, forgeName, repo+"/environments/production"), Environment: &evidence.Environment{Repository: repo, Name: "production",
		Reviewers: []string{"acme/release-managers"}, PreventsSelf: true, AdminsBypass: true, WaitMinutes: 5, BranchPolicies: []string{"main"}},
		Provenance: []evidence.Provenance{source(forgeName, "https://api.github.com/repos/acme/payments/environments/production", "20 07:58:50")}}
}

func branchRules() evidence.Item {
	return evidence.Item{Ref: ref(evidence.KindBranchRules, forgeName, repo+":main"), BranchRules: &evidence.BranchRules{Repository: repo, Branch: "main", Protected: true, OwnersPath: ".github/CODEOWNERS",
		Protection: json.RawMessage(`{"required_pull_request_reviews":{"required_approving_review_count":1},"enforce_admins":{"enabled":false}}`),
		Rules:      []evidence.BranchRule{{Type: "required_status_checks", Ruleset: "main", Source: "acme/payments", Parameters: json.RawMessage(`{"required_status_checks":[{"context":"unit"}]}`)}}},
		Provenance: []evidence.Provenance{source(forgeName, "https://api.github.com/repos/acme/payments/branches/main/protection", "20 07:58:51")}}
}

func ruleHistory() evidence.Item {
	ada := &evidence.Person{System: forgeName, Login: "admin-ada", ID: "77"}
	return evidence.Item{Ref: ref(evidence.KindRuleHistory, forgeName, repo+":main"), RuleHistory: &evidence.RuleHistory{Repository: repo, Branch: "main",
		URL: "https://github.com/organizations/acme/settings/audit-log?q=repo%3Aacme%2Fpayments",
		Log: evidence.Reach{Read: true, Oldest: At("01 00:00:00").AddDate(-1, 0, 0), Keeps: 180 * 24 * time.Hour}, Insights: evidence.Reach{Read: true, Keeps: 28 * 24 * time.Hour},
		Events: []evidence.RuleEvent{
			{ID: "e0", Kind: evidence.PolicyOverride, Actor: ada, At: At("01 09:00:00"), Branch: "main", After: BaseSHA},
			{ID: "e1", Kind: evidence.PolicyOverride, Actor: ada, At: At("02 14:20:32"), Branch: "main", Before: BaseSHA, After: MergeSHA, Codes: []string{"review_policy_not_satisfied"}, Message: "At least 1 approving review is required by reviewers with write access."},
			{ID: "e2", Kind: "repository_ruleset.update", Actor: ada, At: At("05 10:00:00"), Ruleset: "884201", RulesetName: "main", Enforcement: "active", WasEnforcement: "disabled",
				Changed: []evidence.Fact{{Name: "ruleset_rules_added", Value: `[{"type":"deletion"}]`}}},
		},
		Suites:   []evidence.RuleSuite{{ID: "9", Actor: ada, At: At("02 14:20:31"), Before: BaseSHA, After: MergeSHA, Result: "bypass", Failed: []evidence.FailedRule{{Type: "pull_request", Source: "protected_branch", Details: "At least 1 approving review is required."}}}},
		Rulesets: []evidence.Ruleset{{ID: "884201", Name: "main", SourceType: "Repository", Source: repo, Enforcement: "active", Created: At("01 08:00:00"), Updated: At("05 10:00:00"), Bypass: []string{"RepositoryRole 5 (pull_request)"}}}},
		Provenance: []evidence.Provenance{source(forgeName, "https://api.github.com/orgs/acme/audit-log?include=all&order=asc&phrase=repo%3Aacme%2Fpayments+action%3Aprotected_branch", "20 07:58:52")}}
}

func signal(name, unit string, base, threshold float64) evidence.Item {
	at := At("02 15:15:05")
	window := func(from time.Time, bump float64) evidence.Window {
		w := evidence.Window{From: from, To: from.Add(time.Hour), Step: 30 * time.Second}
		for _, l := range []string{`{pod="a"}`, `{pod="b"}`} {
			s := evidence.Series{Labels: l}
			for i := range 121 {
				v := base * (1 + 0.25*math.Sin(float64(i)/9+float64(len(l)))) * (1 + bump*math.Exp(-math.Pow(float64(i-12)/5, 2)))
				if l == `{pod="b"}` {
					v *= 0.8
					if i > 60 && i < 66 {
						v = math.NaN()
					}
				}
				s.Points = append(s.Points, evidence.Point{At: from.Add(time.Duration(i) * 30 * time.Second), Value: v})
			}
			w.Series = append(w.Series, s)
		}
		return w
	}
	s := &evidence.Signal{Service: "payments", Name: name, Query: `sum by (pod) (rate(http_requests_total{service="payments",code=~"5.."}[5m])) / sum by (pod) (rate(http_requests_total{service="payments"}[5m])) * 100`,
		Unit: unit, At: at, Threshold: evidence.Threshold{Op: "<=", Value: threshold}, Before: window(at.Add(-time.Hour), 0), After: window(at, 1.9), URL: "https://prometheus.acme.example/graph?g0.expr=x"}
	return evidence.Item{Ref: ref(evidence.KindSignal, "prometheus", "payments@"+at.Format(time.RFC3339)+"#"+name), Signal: s,
		Provenance: []evidence.Provenance{source("prometheus", "http://127.0.0.1:9090/api/v1/query_range?query="+name, "20 07:59:00")}}
}

func emptySignal() evidence.Item {
	at := At("02 15:15:05")
	s := &evidence.Signal{Service: "payments", Name: "queue depth", Query: "queue_depth", At: at, Before: evidence.Window{From: at.Add(-time.Hour), To: at, Step: time.Minute}, After: evidence.Window{From: at, To: at.Add(time.Hour), Step: time.Minute}}
	return evidence.Item{Ref: ref(evidence.KindSignal, "prometheus", "payments@queue"), Signal: s,
		Provenance: []evidence.Provenance{source("prometheus", "http://127.0.0.1:9090/api/v1/query_range?query=queue_depth", "20 07:59:02")}}
}

func exhibit() evidence.Item {
	content := Picture(640, 280)
	return evidence.Item{Ref: ref(evidence.KindExhibit, "files", "PR 1234"), Exhibit: &evidence.Exhibit{Change: "PR 1234", Shows: "Dashboard an hour after the deployment", Supports: "monitoring", By: "Dana Smith", At: At("03 08:00:00"),
		File: "dashboard.png", MediaType: "image/png", Size: int64(len(content)), SHA256: sum(string(content)), Content: content},
		Provenance: []evidence.Provenance{source("files", "file:evidence/dashboard.png", "20 07:59:05")}}
}

// Picture gives a PNG.
func Picture(w, h int) []byte {
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			img.Set(x, y, color.NRGBA{uint8(40 + x*160/w), uint8(90 + y*120/h), 160, 255})
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		panic(err)
	}
	return b.Bytes()
}
