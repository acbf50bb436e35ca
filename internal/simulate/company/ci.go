package company

import (
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/tickmark-dev/tickmark/internal/simulate/forge"
)

// ciJob is one job of the CI workflow.
type ciJob struct {
	name    string
	command string
	low     int // seconds
	high    int
	tests   bool
	heavy   bool // skipped where only documentation is touched
}

func ciJobs(lang string) []ciJob {
	switch lang {
	case "go":
		return []ciJob{{"lint", "golangci-lint run ./...", 45, 95, false, false}, {"unit", "go test -race ./...", 150, 260, true, false}, {"integration", "make test-integration", 240, 400, true, true}, {"vulnerabilities", "govulncheck ./...", 50, 80, false, true}}
	case "ts":
		return []ciJob{{"lint", "npm run lint", 40, 70, false, false}, {"unit", "npm test -- --reporter=junit", 90, 160, true, false}, {"end-to-end", "npx playwright test", 250, 420, true, true}, {"bundle-size", "npm run size", 40, 60, false, true}}
	case "py":
		return []ciJob{{"lint", "ruff check .", 20, 40, false, false}, {"unit", "pytest -q --junitxml=junit.xml", 120, 200, true, false}, {"integration", "make integration", 200, 330, true, true}, {"bandit", "bandit -r payouts", 20, 40, false, true}}
	case "kt":
		return []ciJob{{"detekt", "./gradlew detekt", 80, 140, false, false}, {"unit", "./gradlew test", 160, 280, true, false}, {"integration", "./gradlew integrationTest", 240, 390, true, true}, {"dependency-check", "./gradlew dependencyCheckAnalyze", 90, 150, false, true}}
	}
	return []ciJob{{"fmt", "terraform fmt -check", 15, 25, false, false}, {"validate", "terraform validate", 30, 50, false, false}, {"plan", "terraform plan -lock=false", 90, 150, false, false}, {"policy", "conftest test plan.json", 20, 40, false, true}}
}

// ciOrder says what CI is to run on.
type ciOrder struct {
	event, branch, sha, title string
	pull                      int
	actor                     *Person
	at                        time.Time
	outcome                   string // "success", "failure", "rerun", "cancelled"
	docs, long, quick         bool
	empty                     bool   // the test job runs and finds no test
	skipped, absent           string // a job that is skipped, or not a part of the run
	scan                      string // of the other app: "failure", "waived"; "" it found nothing
}

// runCI tells one run of the CI workflow and gives the time of its end.
func (h *house) runCI(s *story, o ciOrder) time.Time {
	h.numbers[h.ci]++
	r := dice(s.Seed, fmt.Sprintf("ci %s %d", h.name, h.numbers[h.ci]))
	run := &forge.Run{
		ID: forge.ID("run", h.name, "ci", h.numbers[h.ci]), Number: h.numbers[h.ci], Workflow: h.ci, Title: o.title, Event: o.event, Branch: o.branch, SHA: o.sha, Actor: o.actor.GitHub,
		Created: o.at, LogsExpired: o.at.Before(s.Now.AddDate(0, 0, -90)),
	}
	if o.pull > 0 {
		run.PullRequests = []int{o.pull}
	}
	start := o.at
	first := o.outcome
	if first == "rerun" {
		first = "failure"
	}
	a := h.attempt(s, r, run, o, start, first)
	run.Attempts = []*forge.Attempt{a}
	if o.outcome == "rerun" {
		again := h.attempt(s, r, run, o, a.Updated.Add(time.Duration(between(r, 3, 8))*time.Minute), "success")
		run.Attempts = append(run.Attempts, again)
	}
	end := run.Attempts[len(run.Attempts)-1].Updated
	if !o.docs && o.outcome != "cancelled" {
		run.Artifacts = []*forge.Artifact{h.junit(run, end, o.empty)}
		run.Artifacts[0].Expired = run.LogsExpired
	}
	h.repo.Runs = append(h.repo.Runs, run)
	h.otherSuite(s, o, end)
	return end
}

func (h *house) attempt(s *story, r *rand.Rand, run *forge.Run, o ciOrder, start time.Time, outcome string) *forge.Attempt {
	a := &forge.Attempt{Status: "completed", Conclusion: outcome, Actor: o.actor.GitHub, Started: start}
	n := len(run.Attempts) + 1
	for i, j := range ciJobs(h.lang) {
		seconds := between(r, j.low, j.high)
		if j.name == o.absent {
			continue
		}
		if o.quick {
			seconds = seconds / 2
		}
		begin := start.Add(time.Duration(6+i) * time.Second)
		job := &forge.Job{
			ID: forge.ID("job", run.ID, n, j.name), Name: j.name, Status: "completed", Conclusion: "success", Created: start, Started: begin, Completed: begin.Add(time.Duration(seconds) * time.Second),
			Runner: fmt.Sprintf("hb-runner-%02d", between(r, 1, 24)), RunnerGroup: "default", Labels: []string{"hb-linux-x64"}, LogExpired: run.LogsExpired,
		}
		switch {
		case o.docs && j.heavy, j.name == o.skipped:
			job.Conclusion, job.Started, job.Completed, job.Runner, job.RunnerGroup = "skipped", start, start, "", ""
		case outcome == "cancelled" && i >= 2:
			job.Conclusion = "cancelled"
			job.Completed = begin.Add(70 * time.Second)
		case outcome == "failure" && j.name == "unit", outcome == "failure" && j.name == "validate":
			job.Conclusion, job.Annotations = "failure", 1
		}
		if job.Conclusion != "skipped" {
			job.Steps = steps(j, job)
			l := logOf{house: h.name, job: j, run: run.ID, attempt: n, sha: o.sha, at: job.Started, end: job.Completed, outcome: job.Conclusion, seed: s.Seed, long: o.long && j.name == "integration", empty: o.empty}
			job.LogFunc = l.text
		}
		if job.Completed.After(a.Updated) {
			a.Updated = job.Completed
		}
		a.Jobs = append(a.Jobs, job)
	}
	a.Updated = a.Updated.Add(2 * time.Second)
	return a
}

// steps are those of one job, one after another.
func steps(j ciJob, job *forge.Job) []*forge.Step {
	names := []string{"Set up job", "Check out", "Set up the toolchain", "Restore the cache", "Run " + j.command, "Keep the report", "Post Check out", "Complete job"}
	share := []int{2, 3, 6, 4, 80, 2, 2, 1}
	total := job.Completed.Sub(job.Started)
	var out []*forge.Step
	at := job.Started
	for i, name := range names {
		if name == "Keep the report" && !j.tests {
			continue
		}
		end := at.Add(total * time.Duration(share[i]) / 100).Truncate(time.Second)
		if i == len(names)-1 {
			end = job.Completed
		}
		st := &forge.Step{Number: len(out) + 1, Name: name, Status: "completed", Conclusion: "success", Started: at, Completed: end}
		if i == 4 && job.Conclusion != "success" {
			st.Conclusion = job.Conclusion
		}
		out = append(out, st)
		at = end
	}
	return out
}

// junit is the test report that a run leaves.
func (h *house) junit(run *forge.Run, at time.Time, empty bool) *forge.Artifact {
	failed := run.Attempts[len(run.Attempts)-1].Conclusion == "failure"
	lang, sha := h.lang, run.SHA
	return &forge.Artifact{
		ID: forge.ID("artifact", run.ID), Name: "test-report", Created: at.Add(-20 * time.Second), Expires: at.AddDate(0, 0, 90), Size: 2650 + int64(len(h.name))*17,
		FilesFunc: func() []forge.ArtifactFile {
			return []forge.ArtifactFile{{Name: "junit.xml", Content: []byte(junitXML(lang, sha, failed, empty))}}
		},
	}
}

// otherSuite is what an app beside Actions says of the same commit.
func (h *house) otherSuite(s *story, o ciOrder, end time.Time) {
	if o.event != "pull_request" || h.name == "infrastructure" {
		return
	}
	app := s.depGuard()
	conclusion, title, row := "success", "No known vulnerabilities in what was added", "| – | – |"
	switch {
	case o.docs:
		conclusion, title = "neutral", "No dependency was touched"
	case o.scan == "failure":
		conclusion, title, row = "failure", "1 known vulnerability of severity high, not waived", "| compress/flate | GHSA-7q4f-xx2p-9c1m, severity high |"
	case o.scan == "waived":
		conclusion, title, row = "neutral", "1 known vulnerability of severity medium, waived until 30 September by the security team", "| yaml | GHSA-2m9h-41rr-c3vx, severity medium, waived |"
	}
	at := o.at.Add(8 * time.Second)
	h.repo.CheckSuites = append(h.repo.CheckSuites, &forge.CheckSuite{
		ID: forge.ID("suite", h.name, o.sha, o.at.Unix()), SHA: o.sha, Branch: o.branch, App: app, Status: "completed", Conclusion: conclusion, PullRequests: []int{o.pull}, Created: at, Updated: at.Add(25 * time.Second),
		Runs: []*forge.CheckRun{{ID: forge.ID("check", h.name, o.sha, o.at.Unix()), Name: "DepGuard", Status: "completed", Conclusion: conclusion, Started: at, Completed: at.Add(25 * time.Second), Title: title,
			Summary: "| package | advisory |\n|---|---|\n" + row + "\n\n_" + Notice + "_"}},
	})
}

func (s *story) depGuard() *forge.App {
	for _, a := range s.Forge.Apps {
		if a.Slug == "depguard" {
			return a
		}
	}
	a := &forge.App{ID: 240917, Slug: "depguard", Name: "DepGuard", Created: day(2022, 2, 1)}
	s.Forge.Apps = append(s.Forge.Apps, a)
	return a
}
