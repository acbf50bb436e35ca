package control

import (
	"testing"

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
