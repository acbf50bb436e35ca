package control

import (
	"testing"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
	"github.com/tickmark-dev/tickmark/internal/policy"
)

func TestK(t *testing.T) {
	require := func(w *world, names ...string) {
		for _, n := range names {
			w.policy.Checks.Required = append(w.policy.Checks.Required, policy.RequiredCheck{Name: policy.NamePattern(n)})
		}
	}
	table(t, "K", map[string]one{
		"passed":                               {nil, nil, ok, "CHECKS_PASSED"},
		"required, passed":                     {nil, func(w *world) { require(w, "unit"); w.head.Runs[1].Conclusion = "failure" }, ok, "CHECKS_PASSED"},
		"required, absent":                     {nil, func(w *world) { require(w, "unit", "lint") }, bad, "CHECKS_ABSENT"},
		"failed":                               {nil, func(w *world) { w.head.Runs[0].Conclusion = "failure"; w.merged.Runs = nil }, bad, "CHECK_NOT_PASSED"},
		"timed out":                            {nil, func(w *world) { w.head.Runs[0].Conclusion = "timed_out"; w.merged.Runs = nil }, bad, "CHECK_NOT_PASSED"},
		"cancelled":                            {nil, func(w *world) { w.head.Runs[0].Conclusion = "cancelled"; w.merged.Runs = nil }, bad, "CHECK_NOT_PASSED"},
		"none on what merged":                  {nil, func(w *world) { w.head.Runs, w.merged.Runs = nil, nil }, bad, "CHECKS_ABSENT"},
		"on what landed alone":                 {nil, func(w *world) { w.head.Runs = nil }, look, "PASSED_AFTER_MERGE"},
		"red, then green on what landed":       {nil, func(w *world) { w.head.Runs[0].Conclusion = "failure"; require(w, "unit") }, bad, "CHECK_NOT_PASSED"},
		"cancelled, then green on what landed": {nil, func(w *world) { w.head.Runs[0].Conclusion = "cancelled"; require(w, "unit") }, bad, "CHECK_NOT_PASSED"},
		"running at the merge, then green on what landed": {nil, func(w *world) { w.head.Runs[0].Completed = clock("12:00"); require(w, "unit") }, look, "PASSED_AFTER_MERGE"},
		"another was red, which is not required": {nil, func(w *world) {
			w.head.Runs[0].Completed, w.head.Runs[1].Conclusion = clock("12:00"), "failure"
			require(w, "unit")
		}, look, "PASSED_AFTER_MERGE"},
		"after the merge": {nil, func(w *world) {
			require(w, "unit")
			w.head.Runs[0] = run("unit", "success", "12:00")
			w.merged.Runs = nil
		}, bad, "CHECKS_ABSENT"},
		"still running at the merge": {nil, func(w *world) { w.head.Runs[0].Completed = clock("12:00"); w.merged.Runs = nil }, bad, "CHECK_NOT_PASSED"},
		"ended within the skew":      {nil, func(w *world) { w.head.Runs[0] = run("unit", "success", "10:29"); w.merged.Runs = nil }, look, "WITHIN_CLOCK_SKEW"},
		// Trap 9.
		"skipped":               {nil, func(w *world) { w.head.Runs[0].Conclusion = "skipped" }, look, "CHECK_SKIPPED"},
		"neutral":               {nil, func(w *world) { w.head.Runs[0].Conclusion = "neutral" }, look, "CHECK_SKIPPED"},
		"run again until green": {nil, func(w *world) { w.head.Runs = append(w.head.Runs, run("unit", "failure", "09:30")) }, look, "RERUN_UNTIL_PASSED"},
		"green, then red": {nil, func(w *world) {
			w.head.Runs = append(w.head.Runs, run("unit", "failure", "10:05"))
			w.merged.Runs = nil
		}, bad, "CHECK_NOT_PASSED"},
		"second attempt of a run": {nil, func(w *world) {
			w.Items = append(w.Items, evidence.Item{Ref: ref(evidence.KindBuild, repo+"/runs/901"), Build: &evidence.Build{Repository: repo, Name: "ci", SHA: c2, Attempt: 2, Conclusion: "success",
				Attempts: []evidence.BuildAttempt{{Attempt: 1, Conclusion: "failure", Started: clock("09:10")}, {Attempt: 2, Conclusion: "success", Started: clock("09:30")}}}})
		}, look, "RERUN_UNTIL_PASSED"},
		"posted by a person": {nil, func(w *world) {
			w.head.Statuses = []evidence.CommitStatus{{Context: "lint", State: "success", Creator: gh("ada"), Created: clock("09:00")}}
		}, look, "CHECK_POSTED_BY_PERSON"},
		"posted by a service account": {nil, func(w *world) {
			w.head.Statuses = []evidence.CommitStatus{{Context: "lint", State: "pending", Creator: gh("acme-release"), Created: clock("09:00")}, {Context: "lint", State: "success", Creator: gh("acme-release"), Created: clock("09:01")}}
		}, ok, "CHECKS_PASSED"},
		"a status that failed, then began again": {nil, func(w *world) {
			for i, state := range []string{"pending", "failure", "pending", "success"} {
				w.head.Statuses = append(w.head.Statuses, evidence.CommitStatus{Context: "lint", State: state, Creator: gh("acme-release"), Created: clock("09:00").Add(time.Duration(i) * time.Minute)})
			}
		}, look, "RERUN_UNTIL_PASSED"},
		"from another app": {nil, func(w *world) {
			w.policy.Checks.Required = []policy.RequiredCheck{{Name: policy.NamePattern("unit"), App: "Jenkins"}}
		}, bad, "CHECKS_ABSENT"},
		// Trap 8.
		"merge queue, other content green":          {nil, func(w *world) { w.queued("failure", "merged") }, bad, "CHECK_NOT_PASSED"},
		"merge queue, green":                        {nil, func(w *world) { w.queued("success", "merged"); w.head.Runs[0].Conclusion = "failure" }, ok, "CHECKS_PASSED"},
		"merge queue, green, as its events call it": {nil, func(w *world) { w.queued("success", "MERGE"); w.head.Runs[0].Conclusion = "failure" }, ok, "CHECKS_PASSED"},
		"merge queue, green, and no reason":         {nil, func(w *world) { w.queued("success", ""); w.head.Runs[0].Conclusion = "failure" }, bad, "CHECK_NOT_PASSED"},
		"merge queue, green, on what landed": {nil, func(w *world) {
			w.queued("success", "")
			w.pr.Timeline[1].At, w.pr.Timeline[1].Before = clock("10:20"), mm
			w.merged.Runs[0] = run("unit", "success", "10:15")
			w.head.Runs[0].Conclusion = "failure"
		}, ok, "CHECKS_PASSED"},
		"merge queue, merged by something else": {nil, func(w *world) { w.queued("success", "already_merged"); w.head.Runs[0].Conclusion = "failure" }, bad, "CHECK_NOT_PASSED"},
		"taken out of the merge queue, then merged red": {nil, func(w *world) {
			w.queued("success", "manual")
			w.pr.Timeline[1].At = clock("09:40")
			w.head.Runs = []evidence.CheckRun{run("unit", "failure", "10:10")}
		}, bad, "CHECK_NOT_PASSED"},
		"the merge queue says merged, long before the merge": {nil, func(w *world) {
			w.queued("success", "merged")
			w.pr.Timeline[1].At = clock("09:40")
			w.head.Runs = []evidence.CheckRun{run("unit", "failure", "10:10")}
		}, bad, "CHECK_NOT_PASSED"},
		"pushed after the merge queue": {nil, func(w *world) {
			w.queued("success", "merged")
			w.pr.Timeline = append(w.pr.Timeline[:2:2], evidence.Event{Kind: "head_ref_force_pushed", Actor: gh("ada"), At: clock("10:30"), Before: c1, After: c2}, w.pr.Timeline[2])
			w.head.Runs[0].Conclusion = "failure"
		}, bad, "CHECK_NOT_PASSED"},
		"pushed after the merge by the queue": {nil, func(w *world) {
			w.queued("success", "merged")
			w.pr.Timeline = append(w.pr.Timeline, evidence.Event{Kind: "head_ref_force_pushed", Actor: gh("ada"), At: clock("10:31"), Before: c2, After: c1})
			w.head.Runs[0].Conclusion = "failure"
		}, ok, "CHECKS_PASSED"},
		"log expired, as a list tells": {nil, func(w *world) { w.head.Runs[0].LogExpired = true }, look, "LOG_EXPIRED"},
		"documentation alone":          {nil, func(w *world) { touch(w, "docs/guide.md"); w.head.Runs = nil }, na, "NO_CODE"},
		"log expired": {nil, func(w *world) {
			w.Items = append(w.Items, evidence.Item{Ref: ref(evidence.KindBuild, repo+"/runs/901"), Build: &evidence.Build{Name: "ci", SHA: c2, Attempt: 1}})
			w.gap(ref(evidence.KindBuild, repo+"/runs/901"), "log of job unit", evidence.Expired)
		}, look, "LOG_EXPIRED"},
		"log of a first attempt expired": {nil, func(w *world) {
			w.Items = append(w.Items, evidence.Item{Ref: ref(evidence.KindBuild, repo+"/runs/901"), Build: &evidence.Build{Name: "ci", SHA: c2, Attempt: 2, Attempts: []evidence.BuildAttempt{{Attempt: 1, Conclusion: "failure"}}}})
			w.gap(ref(evidence.KindBuild, repo+"/runs/901"), "log of job unit (attempt 1)", evidence.Expired)
		}, look, "RERUN_UNTIL_PASSED"},
		"pushed directly, the delivery itself": {direct, func(w *world) {
			deliver := run("deploy to production", "success", "11:05")
			w.run.Jobs[1].ID = deliver.ID
			w.merged.Runs = append(w.merged.Runs, deliver)
		}, ok, "CHECKS_PASSED"},
		"checks lost":                           {nil, func(w *world) { w.lose(headRef, evidence.Expired) }, unsure, "EVIDENCE_EXPIRED"},
		"check runs lost":                       {nil, func(w *world) { w.gap(headRef, "check runs", evidence.Denied) }, unsure, "EVIDENCE_DENIED"},
		"from a list":                           {nil, func(w *world) { w.unread(headRef, "earlier runs") }, unsure, "EVIDENCE_NOT_READ"},
		"run lost":                              {nil, func(w *world) { w.lose(ref(evidence.KindBuild, repo+"/runs/901"), evidence.Denied) }, unsure, "EVIDENCE_DENIED"},
		"by ticket":                             {byHand, nil, na, "NO_CODE"},
		"pushed directly":                       {direct, nil, ok, "CHECKS_PASSED"},
		"pushed directly, after the deployment": {direct, func(w *world) { w.merged.Runs = []evidence.CheckRun{run("unit", "success", "12:00")} }, bad, "CHECKS_ABSENT"},
	})
}

// queued lets the change go through a merge queue, which tested x1 and let it
// go for a reason.
func (w *world) queued(conclusion, reason string) {
	w.pr.Timeline = append([]evidence.Event{{Kind: "added_to_merge_queue", At: clock("10:20")}, {Kind: "removed_from_merge_queue", At: clock("10:30"), Before: x1, Message: reason}}, w.pr.Timeline...)
	w.Items = append(w.Items, evidence.Item{Ref: ref(evidence.KindChecks, repo+"@"+x1), Checks: &evidence.Checks{Repository: repo, SHA: x1, Runs: []evidence.CheckRun{run("unit", conclusion, "10:25")}}})
}

func TestL(t *testing.T) {
	table(t, "L", map[string]one{
		"medium":              {nil, nil, ok, "TESTS_ADEQUATE"},
		"no integration test": {nil, func(w *world) { w.head.Runs = append(w.head.Runs[:1], w.head.Runs[2]) }, bad, "TESTS_MISSING"},
		"only said so": {nil, func(w *world) {
			w.head.Runs = append(w.head.Runs[:1], w.head.Runs[2])
			w.pr.Body = text("## Testing Completed\n- [x] Integration tests passing\n- [ ] Manual testing completed\n")
		}, look, "TESTS_CLAIMED"},
		"box not ticked": {nil, func(w *world) {
			w.head.Runs = append(w.head.Runs[:1], w.head.Runs[2])
			w.pr.Body = text("## Testing Completed\n- [ ] Integration tests passing\n")
		}, bad, "TESTS_MISSING"},
		"CI knows the test, and it did not run": {nil, func(w *world) {
			w.head.Runs[1].Conclusion = "skipped"
			w.pr.Body = text("## Testing Completed\n- [x] Integration tests passing\n")
		}, bad, "TESTS_MISSING"},
		"only in the merge queue": {nil, func(w *world) {
			w.head.Runs = w.head.Runs[:1]
			w.queued("success", "merged")
			group := w.Items[len(w.Items)-1].Checks
			group.Runs = append(group.Runs, run("integration", "success", "10:25"))
		}, ok, "TESTS_ADEQUATE"},
		"only in the merge queue, and taken out of it": {nil, func(w *world) {
			w.head.Runs = w.head.Runs[:1]
			w.queued("success", "manual")
			group := w.Items[len(w.Items)-1].Checks
			group.Runs = append(group.Runs, run("integration", "success", "10:25"))
		}, bad, "TESTS_MISSING"},
		"only on what landed": {nil, func(w *world) {
			w.head.Runs = w.head.Runs[:1]
			w.merged.Runs = append(w.merged.Runs, run("integration", "success", "10:40"))
		}, bad, "TESTS_MISSING"},
		"posted by a person": {nil, func(w *world) {
			w.head.Runs = append(w.head.Runs[:1], w.head.Runs[2])
			w.head.Statuses = []evidence.CommitStatus{{Context: "integration", State: "success", Creator: gh("ada"), Created: clock("09:00")}}
		}, look, "TESTS_CLAIMED"},
		"log expired": {nil, func(w *world) {
			w.ci()
			w.gap(ciRef, "log of job unit", evidence.Expired)
		}, look, "LOG_EXPIRED"},
		"log expired, and one failed": {nil, func(w *world) {
			w.ci()
			w.gap(ciRef, "log of job unit", evidence.Expired)
			w.head.Runs[1].Conclusion = "failure"
		}, bad, "TESTS_MISSING"},
		"green, and nothing executed": {nil, func(w *world) {
			w.ci(evidence.TestReport{File: "junit.xml", Tests: 4, Skipped: 4})
		}, look, "NO_TESTS_EXECUTED"},
		"green, and a report without a test": {nil, func(w *world) { w.ci().Artifacts = []evidence.Artifact{{Name: "test-report"}} }, look, "NO_TESTS_EXECUTED"},
		"another artifact":                   {nil, func(w *world) { w.ci().Artifacts = []evidence.Artifact{{Name: "binaries"}} }, ok, "TESTS_ADEQUATE"},
		"high without acceptance":            {nil, func(w *world) { high(w); w.ci(evidence.TestReport{File: "junit.xml", Tests: 40}) }, bad, "TESTS_MISSING"},
		"high, accepted in a remark": {nil, func(w *world) {
			high(w)
			w.ci(evidence.TestReport{File: "junit.xml", Tests: 40})
			w.ticket.Comments = append(w.ticket.Comments, evidence.Comment{Author: ji("ken"), Created: clock("10:00"), Body: plainly("Tried on staging: as described.")})
		}, look, "TESTS_CLAIMED"},
		"documented":                       {documented, nil, ok, "TESTS_ADEQUATE"},
		"documented, and the tests failed": {documented, func(w *world) { w.suite().Failures = 1 }, bad, "TESTS_MISSING"},
		"documented, with an error":        {documented, func(w *world) { w.suite().Errors = 1 }, bad, "TESTS_MISSING"},
		"documented, and the run failed":   {documented, func(w *world) { w.tests().Conclusion = "failure" }, bad, "TESTS_MISSING"},
		"documented, failed, and said otherwise": {documented, func(w *world) {
			w.suite().Failures = 40
			w.pr.Body = text("## Testing Completed\n- [x] All tests passing\n")
		}, bad, "TESTS_MISSING"},
		"documented, nobody says when": {documented, func(w *world) { w.tests().Artifacts = nil }, bad, "TESTS_MISSING"},
		"documented, and then it failed": {documented, func(w *world) {
			b := w.ci(evidence.TestReport{File: "junit.xml", Tests: 40, Failures: 2})
			b.Created = clock("09:50")
		}, bad, "TESTS_MISSING"},
		"failed, and documented in the end": {documented, func(w *world) {
			w.suite().Failures = 3
			b := w.ci(evidence.TestReport{File: "junit.xml", Tests: 40})
			b.Created = clock("09:50")
		}, ok, "TESTS_ADEQUATE"},
		"high, reports expired": {nil, func(w *world) {
			high(w)
			w.ci()
			w.gap(ciRef, "test reports in artifact junit", evidence.Expired)
			w.head.Runs = append(w.head.Runs, run("uat", "success", "09:40"))
		}, look, "LOG_EXPIRED"},
		"infrastructure, as the policy has it": {nil, func(w *world) {
			w.policy.Testing.NoCodeFor, w.policy.Testing.WithoutCode = []string{"infrastructure"}, []string{"staging"}
			touch(w, "infra/main.tf")
			w.head.Runs = nil
		}, ok, "TESTS_ADEQUATE"},
		"high": {nil, func(w *world) {
			high(w)
			w.ci(evidence.TestReport{File: "junit.xml", Tests: 40})
			w.head.Runs = append(w.head.Runs, run("uat", "success", "09:40"))
		}, ok, "TESTS_ADEQUATE"},
		"a name that only sounds like it": {nil, func(w *world) { w.head.Runs[1].Name = "continuous integration" }, bad, "TESTS_MISSING"},
		"low":                             {nil, func(w *world) { w.ticket.Fields[2].Value = plainly("Low") }, ok, "TESTS_ADEQUATE"},
		"low, not reviewed":               {nil, func(w *world) { w.ticket.Fields[2].Value = plainly("Low"); w.pr.Reviews = nil }, bad, "TESTS_MISSING"},
		"documentation, of low risk": {nil, func(w *world) {
			touch(w, "docs/guide.md")
			w.ticket.Fields[2].Value = plainly("Low")
			w.head.Runs = nil
		}, ok, "TESTS_ADEQUATE"},
		"documentation that was pushed": {direct, func(w *world) { touch(w, "docs/guide.md"); w.ticket.Fields[2].Value = plainly("Low") }, bad, "TESTS_MISSING"},
		"documentation":                 {nil, func(w *world) { touch(w, "docs/guide.md") }, na, "NO_CODE"},
		"checks lost":                   {nil, func(w *world) { w.lose(headRef, evidence.Denied); w.merged.Runs = nil }, unsure, "EVIDENCE_DENIED"},
		"by ticket, nothing":            {byHand, nil, bad, "TESTS_MISSING"},
		"by ticket, with a note":        {byHand, func(w *world) { w.ticket.Body = plainly("Testing: raised on staging, no errors in an hour.") }, look, "TESTS_CLAIMED"},
		"emergency":                     {urgent, nil, ok, "TESTS_ADEQUATE"},
		"security without a security test": {nil, func(w *world) {
			high(w)
			touch(w, "src/auth/a.go")
			w.ci(evidence.TestReport{File: "junit.xml", Tests: 40})
			w.head.Runs = append(w.head.Runs[:2], run("uat", "success", "09:40"))
		}, bad, "TESTS_MISSING"},
	})
}

var ciRef = ref(evidence.KindBuild, repo+"/runs/902")

// ci adds the run that tested the head, with its reports, in an artifact of
// 09:55 where they name none.
func (w *world) ci(reports ...evidence.TestReport) *evidence.Build {
	b := &evidence.Build{Repository: repo, ID: "902", Name: "ci", Event: "pull_request", SHA: c2, Status: "completed", Conclusion: "success", Attempt: 1, Created: clock("09:40"), Tests: reports}
	for i := range reports {
		if reports[i].Artifact == "" {
			reports[i].Artifact = "junit"
			b.Artifacts = []evidence.Artifact{{Name: "junit", Created: clock("09:55")}}
		}
	}
	w.Items = append(w.Items, evidence.Item{Ref: ciRef, Build: b})
	return b
}

// documented is a change of high risk for which the policy asks for a report,
// and there is one.
func documented(t testing.TB) *world {
	w := good(t)
	high(w)
	w.policy.Testing.Tiers = map[string][]string{"high": {"documented"}}
	w.ci(evidence.TestReport{File: "junit.xml", Tests: 40})
	return w
}

// tests is the run that documented adds.
func (w *world) tests() *evidence.Build { return w.Items[len(w.Items)-1].Build }

// suite is its report.
func (w *world) suite() *evidence.TestReport { return &w.tests().Tests[0] }

func TestM(t *testing.T) {
	table(t, "M", map[string]one{
		"passed":        {nil, nil, ok, "ANALYSED"},
		"failed":        {nil, func(w *world) { w.head.Runs[2].Conclusion = "failure" }, bad, "ANALYSIS_FAILED"},
		"did not run":   {nil, func(w *world) { w.head.Runs = w.head.Runs[:2] }, bad, "NOT_ANALYSED"},
		"neutral":       {nil, func(w *world) { w.head.Runs[2].Conclusion = "neutral" }, look, "ANALYSIS_NOT_DECIDED"},
		"waived":        {nil, func(w *world) { w.head.Runs[2].Summary = "2 alerts dismissed as won't fix" }, look, "ALERTS_WAIVED"},
		"documentation": {nil, func(w *world) { touch(w, "docs/guide.md"); w.head.Runs = nil }, na, "NO_CODE"},
		"log expired": {nil, func(w *world) {
			w.ci()
			w.gap(ciRef, "log of job CodeQL", evidence.Expired)
		}, look, "LOG_EXPIRED"},
		"posted by a person": {nil, func(w *world) {
			w.head.Runs = w.head.Runs[:2]
			w.head.Statuses = []evidence.CommitStatus{{Context: "SonarQube", State: "success", Creator: gh("ada"), Created: clock("09:00")}}
		}, look, "CHECK_POSTED_BY_PERSON"},
		"off":             {nil, func(w *world) { w.policy.Analysis.OffFor = []string{"acme/api"} }, na, "OFF_BY_POLICY"},
		"by ticket":       {byHand, nil, na, "NO_CODE"},
		"after the merge": {nil, func(w *world) { w.head.Runs[2] = run("CodeQL", "success", "12:00") }, bad, "NOT_ANALYSED"},
		"checks lost":     {nil, func(w *world) { w.lose(headRef, evidence.Denied) }, unsure, "EVIDENCE_DENIED"},
		"pushed directly": {direct, nil, bad, "NOT_ANALYSED"},
	})
}

// staged adds a deployment before production.
func (w *world) staged(sha, at string) {
	w.run.Jobs = w.run.Jobs[1:]
	w.Items = append(w.Items, evidence.Item{Ref: ref(evidence.KindDeployment, repo+"/deployments/54"), Deployment: &evidence.Deployment{Repository: repo, ID: "54", Environment: "staging", SHA: sha, Created: clock(at),
		Statuses: []evidence.DeploymentStatus{{State: "success", Created: clock(at)}}}})
}

func TestN(t *testing.T) {
	table(t, "N", map[string]one{
		"job of the pipeline":            {nil, nil, ok, "VERIFIED_FIRST"},
		"deployment to staging":          {nil, func(w *world) { w.staged(mm, "10:40") }, ok, "VERIFIED_FIRST"},
		"another commit":                 {nil, func(w *world) { w.staged(x1, "10:40") }, look, "VERIFIED_OTHER_COMMIT"},
		"after production":               {nil, func(w *world) { w.staged(mm, "12:00") }, bad, "VERIFIED_AFTER_PRODUCTION"},
		"within the skew":                {nil, func(w *world) { w.staged(mm, "10:59") }, look, "WITHIN_CLOCK_SKEW"},
		"a job that only sounds like it": {nil, func(w *world) { w.run.Jobs[0].Name = "evaluate stage build" }, bad, "NOT_VERIFIED_FIRST"},
		"job failed":                     {nil, func(w *world) { w.run.Jobs[0].Conclusion = "failure" }, bad, "VERIFICATION_FAILED"},
		"none":                           {nil, func(w *world) { w.run.Jobs = w.run.Jobs[1:] }, bad, "NOT_VERIFIED_FIRST"},
		"only said so": {nil, func(w *world) {
			w.run.Jobs = w.run.Jobs[1:]
			w.pr.Body = text("## Testing Completed\n- [x] Deployed to staging\n")
		}, bad, "NOT_VERIFIED_FIRST"},
		"only said so, and no run is known": {nil, func(w *world) {
			w.drop(runRef)
			w.pr.Body = text("## Testing Completed\n- [x] Deployed to staging\n")
		}, look, "VERIFICATION_CLAIMED"},
		"passed in the first attempt": {nil, func(w *world) { w.run.Attempt, w.run.Jobs[1].Attempt = 2, 2 }, ok, "VERIFIED_FIRST"},
		"failed when it was repeated": {nil, func(w *world) {
			w.run.Attempt = 2
			again := w.run.Jobs[0]
			again.Attempt, again.Conclusion = 2, "failure"
			w.run.Jobs = append(w.run.Jobs, again)
		}, bad, "VERIFICATION_FAILED"},
		"its log expired": {nil, func(w *world) { w.gap(runRef, "log of job deploy to staging", evidence.Expired) }, ok, "VERIFIED_FIRST"},
		"another log expired, and none": {nil, func(w *world) {
			w.run.Jobs = w.run.Jobs[1:]
			w.gap(runRef, "log of job deploy to production", evidence.Expired)
		}, bad, "NOT_VERIFIED_FIRST"},
		"low":                  {nil, func(w *world) { w.ticket.Fields[2].Value = plainly("Low") }, na, "TIER_NOT_ASKED"},
		"runs not obtained":    {nil, func(w *world) { w.lose(runRef, evidence.Expired) }, unsure, "EVIDENCE_EXPIRED"},
		"runs never asked for": {nil, func(w *world) { w.drop(runRef) }, unsure, "EVIDENCE_ABSENT"},
		"not deployed":         {nil, notDeployed, look, "NOT_DEPLOYED"},
		"deployment lost":      {nil, func(w *world) { w.lose(depRef, evidence.Denied) }, unsure, "EVIDENCE_DENIED"},
		"by ticket, nothing":   {byHand, nil, bad, "NOT_VERIFIED_FIRST"},
		"by ticket, a note":    {byHand, func(w *world) { w.ticket.Body = plainly("Testing: raised on staging first.") }, look, "VERIFICATION_CLAIMED"},
		"by ticket, locally":   {byHand, func(w *world) { w.ticket.Body = plainly("Testing: tested locally.") }, bad, "NOT_VERIFIED_FIRST"},
		"by ticket, attached afterwards": {byHand, func(w *world) {
			w.ticket.Attachments = []evidence.Attachment{{File: "staging-test.txt", Created: clock("12:00")}}
		}, bad, "NOT_VERIFIED_FIRST"},
		"by ticket, from a list": {byHand, func(w *world) { w.unread(chgRef, "comments", "attachments") }, unsure, "EVIDENCE_NOT_READ"},
	})
}

// batched deploys another commit that contains the change.
func (w *world) batched(more ...evidence.Commit) {
	w.dep.SHA, w.landed.ContainedIn[0].Status = x2, "ahead"
	commits := []evidence.Commit{{SHA: "before0", Parents: []string{b0}}, {SHA: mm, Parents: []string{"before0"}}}
	commits = append(commits, more...)
	commits = append(commits, evidence.Commit{SHA: x2, Parents: []string{commits[len(commits)-1].SHA}})
	w.dep.Range = &evidence.DeploymentRange{Base: b0, Head: x2, Status: "ahead", Commits: commits, Total: len(commits)}
	w.approved = func(string) (evidence.Outcome, bool) { return evidence.Met, true }
	w.changeOf = func(_, sha string) (string, bool) {
		switch sha {
		case x2:
			return repo + "#13", true
		case x1:
			return repo + "@" + x1, true
		case "before0":
			return repo + "@before0", true
		}
		return "", false
	}
}

// others says what E came to for the other changes of the batch.
func (w *world) others(outcome evidence.Outcome, known bool) {
	w.approved = func(string) (evidence.Outcome, bool) { return outcome, known }
}

func TestO(t *testing.T) {
	table(t, "O", map[string]one{
		"the same":               {nil, nil, ok, "DEPLOYED_AS_MERGED"},
		"in a batch":             {nil, func(w *world) { w.batched() }, ok, "DEPLOYED_IN_BATCH"},
		"with an exempt change":  {nil, func(w *world) { w.batched(); w.others(evidence.NotApplicable, true) }, ok, "DEPLOYED_IN_BATCH"},
		"with an unapproved one": {nil, func(w *world) { w.batched(); w.others(evidence.Exception, true) }, look, "DEPLOYED_WITH_UNAPPROVED"},
		"with a doubtful one":    {nil, func(w *world) { w.batched(); w.others(evidence.NeedsReview, true) }, look, "DEPLOYED_WITH_UNCERTAIN"},
		"with an untested one":   {nil, func(w *world) { w.batched(); w.others(evidence.Met, false) }, look, "DEPLOYED_WITH_UNCERTAIN"},
		"nobody says of others":  {nil, func(w *world) { w.batched(); w.approved = nil }, look, "DEPLOYED_WITH_UNCERTAIN"},
		"with a direct push":     {nil, func(w *world) { w.batched(evidence.Commit{SHA: x1, Parents: []string{mm}}) }, bad, "UNREVIEWED_COMMIT_DEPLOYED"},
		"with what nobody knows": {nil, func(w *world) { w.batched(evidence.Commit{SHA: "who", Parents: []string{mm}}) }, look, "COMMIT_NOT_ATTRIBUTED"},
		"no population":          {nil, func(w *world) { w.batched(); w.changeOf = nil }, unsure, "POPULATION_NOT_KNOWN"},
		"range lost":             {nil, func(w *world) { w.batched(); w.gap(depRef, "range", evidence.Truncated) }, unsure, "EVIDENCE_TRUNCATED"},
		"range not whole":        {nil, func(w *world) { w.batched(); w.dep.Range.Total = 9 }, unsure, "EVIDENCE_ABSENT"},
		"from a list":            {nil, func(w *world) { w.batched(); w.dep.Range = nil; w.unread(depRef, "range") }, unsure, "EVIDENCE_NOT_READ"},
		"commit not logged":      {nil, func(w *world) { w.dep.SHA = "" }, look, "DEPLOYED_COMMIT_NOT_LOGGED"},
		"not in the range":       {nil, func(w *world) { w.batched(); w.dep.Range.Commits[1].SHA = "other" }, look, "COMMIT_NOT_IN_RANGE"},
		"not deployed":           {nil, notDeployed, look, "NOT_DEPLOYED"},
		"not deployed, says the forge; deployed, says the ticket": {nil, func(w *world) { notDeployed(w); w.ticket.Deployed = clock("11:00") }, bad, "NO_DEPLOYMENT_RECORD"},
		"deployment lost": {nil, func(w *world) { w.lose(depRef, evidence.Denied) }, unsure, "EVIDENCE_DENIED"},
		"no deployments configured": {nil, func(w *world) {
			w.landed.ContainedIn = nil
			w.drop(depRef)
			w.gap(landedRef, "deployments that contain the commit", evidence.NotConfigured)
		}, unsure, "EVIDENCE_NOT_CONFIGURED"},
		"by ticket": {byHand, nil, na, "NOT_IN_VERSION_CONTROL"},
	})
}

func TestQ(t *testing.T) {
	manual := func(w *world, who string) {
		w.run.Event, w.run.TriggeringActor = "workflow_dispatch", gh(who)
	}
	table(t, "Q", map[string]one{
		"pipeline":                   {nil, nil, ok, "PIPELINE_ON_MERGE"},
		"pipeline, not protected":    {nil, func(w *world) { w.env.BranchPolicies = nil }, look, "ENVIRONMENT_NOT_PROTECTED"},
		"pipeline, not approved":     {nil, func(w *world) { w.pr.Reviews = nil }, bad, "UNAPPROVED_AND_AUTOMATED"},
		"pipeline, approval unclear": {nil, func(w *world) { w.pr.Reviews[0].Author = gh("alan") }, look, "APPROVAL_NOT_CERTAIN"},
		"pipeline, environment lost": {nil, func(w *world) { w.lose(envRef, evidence.Denied) }, unsure, "EVIDENCE_DENIED"},
		"pipeline, accepted as such": {nil, func(w *world) { w.policy.Deployment.FullyAutomated = true }, na, "AUTOMATED_BY_POLICY"},
		"started again by hand":      {nil, func(w *world) { w.run.Attempt = 2 }, bad, "AUTHOR_DEPLOYED"},
		"by another":                 {nil, func(w *world) { manual(w, "ken") }, ok, "DEPLOYED_BY_OTHER"},
		"by the author":              {nil, func(w *world) { manual(w, "ada") }, bad, "AUTHOR_DEPLOYED"},
		"by the author, gate passed by another": {nil, func(w *world) {
			manual(w, "ada")
			w.run.Approvals = []evidence.GateApproval{{Person: gh("edsger"), State: "approved", Environments: []string{"production"}}}
		}, ok, "GATE_PASSED_BY_OTHER"},
		"by the author, gate passed by the author": {nil, func(w *world) {
			manual(w, "ada")
			w.run.Approvals = []evidence.GateApproval{{Person: gh("ada"), State: "approved", Environments: []string{"production"}}}
		}, bad, "AUTHOR_DEPLOYED"},
		"by the author, gate of another environment": {nil, func(w *world) {
			manual(w, "ada")
			w.run.Approvals = []evidence.GateApproval{{Person: gh("edsger"), State: "approved", Environments: []string{"staging"}}}
		}, bad, "AUTHOR_DEPLOYED"},
		"by the author, gate unknown": {nil, func(w *world) { manual(w, "ada"); w.gap(runRef, "environment approvals", evidence.Denied) }, unsure, "EVIDENCE_DENIED"},
		"by the author, compensated": {nil, func(w *world) {
			manual(w, "ada")
			w.Items = append(w.Items, evidence.Item{Ref: ref(evidence.KindExhibit, repo+"#12"), Exhibit: &evidence.Exhibit{Supports: "approval", File: "review.pdf"}})
		}, look, "COMPENSATED_BY_EXHIBIT"},
		"by somebody unknown": {nil, func(w *world) { manual(w, "alan") }, look, "APPROVER_UNMAPPED"},
		"by a bot":            {nil, func(w *world) { w.run.Event, w.run.TriggeringActor = "workflow_dispatch", bot("deployer") }, look, "STARTED_BY_MACHINE"},
		"run lost":            {nil, func(w *world) { w.lose(runRef, evidence.Expired) }, unsure, "EVIDENCE_EXPIRED"},
		"not deployed":        {nil, notDeployed, look, "NOT_DEPLOYED"},
		"by ticket":           {byHand, nil, ok, "APPROVED_BY_OTHER"},
		"somebody deployed, an author let it pass": {nil, func(w *world) {
			w.run.Event, w.run.TriggeringActor = "workflow_dispatch", gh("grace")
			w.run.Approvals = []evidence.GateApproval{{Person: gh("ada"), State: "approved", Environments: []string{"production"}}}
		}, look, "GATE_PASSED_BY_AUTHOR"},
		"merged and let pass by the author": {nil, func(w *world) {
			w.run.Approvals = []evidence.GateApproval{{Person: gh("ada"), State: "approved", Environments: []string{"production"}}}
		}, bad, "AUTHOR_DEPLOYED"},
		"by ticket, nobody approved": {byHand, func(w *world) { w.ticket.History = w.ticket.History[1:] }, bad, "CARRIED_OUT_UNAPPROVED"},
		"by ticket, by nobody":       {byHand, func(w *world) { w.ticket.DeployedBy = nil }, look, "DEPLOYER_NOT_LOGGED"},
	})
}

func TestR(t *testing.T) {
	table(t, "R", map[string]one{
		"logged":        {nil, nil, ok, "DEPLOYMENT_LOGGED"},
		"without actor": {nil, func(w *world) { w.dep.Creator = nil }, look, "RECORD_INCOMPLETE"},
		"failed, then retried": {nil, func(w *world) {
			w.dep.Statuses = append([]evidence.DeploymentStatus{{State: "failure", Created: clock("10:53")}}, w.dep.Statuses...)
		}, look, "REDEPLOYED_AFTER_FAILURE"},
		// Trap 15.
		"superseded since": {nil, func(w *world) {
			w.dep.Statuses = append(w.dep.Statuses, evidence.DeploymentStatus{State: "inactive", Created: clock("05 09:00")})
		}, ok, "DEPLOYMENT_LOGGED"},
		"never succeeded": {nil, func(w *world) {
			w.dep.Statuses = []evidence.DeploymentStatus{{State: "failure", Created: clock("11:00")}}
		}, look, "DEPLOYMENT_NEVER_SUCCEEDED"},
		"none":                                   {nil, notDeployed, look, "NOT_DEPLOYED"},
		"none, and the ticket says it went live": {nil, func(w *world) { notDeployed(w); w.ticket.Deployed = clock("11:00") }, bad, "NO_DEPLOYMENT_RECORD"},
		"deployment lost":                        {nil, func(w *world) { w.lose(depRef, evidence.Denied) }, unsure, "EVIDENCE_DENIED"},
		"statuses lost":                          {nil, func(w *world) { w.gap(depRef, "statuses", evidence.Denied) }, unsure, "EVIDENCE_DENIED"},
		"staging is no production":               {nil, func(w *world) { w.dep.Production = false }, unsure, "EVIDENCE_ABSENT"},
		"by ticket":                              {byHand, nil, ok, "DEPLOYMENT_LOGGED"},
		"by ticket, and it failed":               {byHand, func(w *world) { w.ticket.Resolution = "Backed out" }, look, "DEPLOYED_AND_FAILED"},
		"by ticket, day alone":                   {byHand, func(w *world) { w.ticket.DeployedDay, w.ticket.DeployedBasis = true, "field" }, look, "DAY_ONLY"},
		"by ticket, by nobody":                   {byHand, func(w *world) { w.ticket.DeployedBy = nil }, look, "RECORD_INCOMPLETE"},
		"by ticket, not said":                    {byHand, func(w *world) { w.ticket.Deployed = time.Time{}; w.gap(chgRef, "deployment", evidence.NotFound) }, look, "NOT_DEPLOYED"},
		"by ticket, not configured":              {byHand, func(w *world) { w.ticket.Deployed = time.Time{}; w.gap(chgRef, "deployment", evidence.NotConfigured) }, unsure, "EVIDENCE_NOT_CONFIGURED"},
	})
}

func TestW(t *testing.T) {
	table(t, "W", map[string]one{
		"code":          {nil, nil, na, "NOT_CONFIGURATION"},
		"configuration": {nil, func(w *world) { touch(w, "deploy/config/limits.yaml") }, ok, "DIFFERENCE_CAPTURED"},
		"binary":        {nil, func(w *world) { touch(w, "infra/image.bin"); w.pr.Files[0].Patch = "" }, look, "DIFFERENCE_NOT_SHOWN"},
		"from a list":   {nil, func(w *world) { touch(w, "infra/a.tf"); w.pr.Files[0].Patch = ""; w.unread(prRef, "patches") }, unsure, "EVIDENCE_NOT_READ"},
		"configuration that was pushed": {direct, func(w *world) {
			touch(w, "deploy/config/limits.yaml")
			w.landed.Message = "Limits"
		}, look, "DIFFERENCE_WITHOUT_REQUEST"},
		"by ticket":              {byHand, nil, bad, "NO_DIFFERENCE"},
		"by ticket, attached":    {byHand, func(w *world) { w.ticket.Attachments = []evidence.Attachment{{File: "limits-before-after.txt"}} }, look, "DIFFERENCE_BY_HAND"},
		"by ticket, in the text": {byHand, func(w *world) { w.ticket.Body = plainly("Before: 100\nAfter: 200") }, look, "DIFFERENCE_BY_HAND"},
		"by ticket, from a list": {byHand, func(w *world) { w.unread(chgRef, "attachments") }, unsure, "EVIDENCE_NOT_READ"},
		"files lost":             {nil, func(w *world) { w.gap(prRef, "files", evidence.Denied) }, unsure, "EVIDENCE_DENIED"},
	})
}

func TestY(t *testing.T) {
	table(t, "Y", map[string]one{
		"traced":             {nil, nil, ok, "COMPONENTS_TRACED"},
		"extra":              {nil, func(w *world) { w.landed.Files = append(w.landed.Files, evidence.File{Path: "x.go"}) }, bad, "COMPONENT_NOT_REVIEWED"},
		"generated":          {nil, func(w *world) { w.landed.Files = append(w.landed.Files, evidence.File{Path: "go.sum"}) }, look, "GENERATED_COMPONENT"},
		"rebased":            {nil, func(w *world) { w.singly() }, look, "REBASED"},
		"rebased, all of it": {nil, func(w *world) { w.singly(); w.commits() }, ok, "COMPONENTS_TRACED"},
		"rebased, with a file more": {nil, func(w *world) {
			w.singly()
			w.commits()
			first := w.Items[len(w.Items)-1].Commit
			first.Files, first.FilesTotal = append(first.Files, evidence.File{Path: "evil.go", Status: "added", Patch: "+x"}), 2
		}, bad, "COMPONENT_NOT_REVIEWED"},
		"rebased, a file that the next commit takes back": {nil, func(w *world) {
			w.singly()
			w.commits()
			for _, i := range []int{len(w.Items) - 3, len(w.Items) - 1} {
				c := w.Items[i].Commit
				c.Files, c.FilesTotal = append(c.Files, evidence.File{Path: "debug.log", Status: "added", Patch: "+x"}), 2
			}
		}, ok, "COMPONENTS_TRACED"},
		"what landed lost": {nil, func(w *world) { w.lose(landedRef, evidence.Denied) }, unsure, "EVIDENCE_DENIED"},
		"nothing in it":    {nil, func(w *world) { w.landed.Files = nil }, unsure, "EVIDENCE_TRUNCATED"},
		"pushed directly":  {direct, nil, bad, "DIRECT_PUSH"},
		"by ticket":        {byHand, nil, na, "NO_CODE"},
		"rebased, a merge of the base last": {nil, func(w *world) {
			w.singly()
			w.pr.Commits = append(w.pr.Commits, evidence.Commit{Repository: repo, SHA: x1, Parents: []string{c2, b0}, Message: "Merge main", Author: sign("ada"), Committer: web()})
			w.pr.CommitsTotal, w.pr.Head.SHA = 3, x1
		}, look, "REBASED"},
	})
}
