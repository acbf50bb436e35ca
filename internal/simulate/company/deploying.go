package company

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/tickmark-dev/tickmark/internal/simulate/forge"
)

// deploying is one run of the Deploy workflow while it is told.
type deploying struct {
	*story
	h        *house
	rel      *release
	run      *forge.Run
	sha, ref string
	index    int // on main; -1 for what is not on it
	r        *rand.Rand
	clock    time.Time
}

func (d *deploying) tell() {
	d.clock = d.rel.at
	a := d.attempt()
	d.job(a, "Build image", 150, 260, "success", "docker buildx build --push .")
	if !d.rel.has("no-staging") {
		st := d.job(a, "Deploy to staging", 80, 140, "success", "helm upgrade --install "+d.h.name+" deploy --namespace staging")
		d.h.stageDep = d.deployment("staging", st, "success", d.h.stageDep)
		d.job(a, "Smoke tests on staging", 60, 120, "success", "make smoke ENV=staging")
	}
	if d.rel.has("superseded") {
		d.skip(a, "Deploy to production")
		d.skip(a, "Verify production")
		d.end(a, "cancelled")
		return
	}
	d.clock = later(d.clock.Add(d.rel.wait), d.rel.from)
	answer, comment := "approved", pick(d.r, []string{"", "go", "Staging looks good.", "ok, watching the dashboard", "Approved for the 10:00 window"})
	if d.rel.back {
		comment = "Rollback, agreed in the incident call."
	}
	if d.rel.has("rejected") {
		answer, comment = "rejected", "Error rate on staging is up, please look first."
	}
	d.run.Approvals = []*forge.RunApproval{{User: d.rel.second.GitHub, State: answer, Comment: comment, Environments: []*forge.Environment{d.h.production}}}
	switch {
	case d.rel.has("rejected"):
		j := d.skip(a, "Deploy to production")
		j.Conclusion = "failure"
		dep := d.production(j, "failure", "Rejected at the approval of the environment")
		d.end(a, "failure")
		d.record(dep, "rejected")
	case d.rel.has("retry"), d.rel.has("failed"):
		j := d.job(a, "Deploy to production", 140, 260, "failure", d.command())
		dep := d.production(j, "failure", "Deployment failed: readiness probe of 2 of 6 pods did not answer in time")
		d.skip(a, "Verify production")
		d.end(a, "failure")
		d.record(dep, "failure")
		if d.rel.has("failed") {
			return
		}
		d.clock = d.clock.Add(time.Duration(between(d.r, 9, 25)) * time.Minute)
		a = d.attempt()
		d.finish(a)
	default:
		d.finish(a)
	}
}

func (d *deploying) command() string {
	if d.h.name == "infrastructure" {
		return "terraform apply -auto-approve plan.out"
	}
	return "helm upgrade --install " + d.h.name + " deploy --namespace production --wait"
}

// finish deploys to production, this time with success.
func (d *deploying) finish(a *forge.Attempt) {
	j := d.job(a, "Deploy to production", 140, 260, "success", d.command())
	dep := d.production(j, "success", "")
	d.job(a, "Verify production", 60, 90, "success", "make verify ENV=production")
	d.end(a, "success")
	d.record(dep, "success")
}

func (d *deploying) attempt() *forge.Attempt {
	a := &forge.Attempt{Status: "completed", Actor: d.rel.by.GitHub, Started: d.clock}
	d.run.Attempts = append(d.run.Attempts, a)
	return a
}

func (d *deploying) end(a *forge.Attempt, conclusion string) {
	a.Conclusion, a.Updated = conclusion, d.clock.Add(3*time.Second)
}

func (d *deploying) job(a *forge.Attempt, name string, low, high int, conclusion, command string) *forge.Job {
	n := len(d.run.Attempts)
	start := d.clock.Add(5 * time.Second)
	j := &forge.Job{
		ID: forge.ID("job", d.run.ID, n, name), Name: name, Status: "completed", Conclusion: conclusion, Created: d.clock, Started: start,
		Completed: start.Add(time.Duration(between(d.r, low, high)) * time.Second), Runner: fmt.Sprintf("hb-deploy-%02d", between(d.r, 1, 4)), RunnerGroup: "deploy", Labels: []string{"hb-deploy"}, LogExpired: d.run.LogsExpired,
	}
	cj := ciJob{name: name, command: command}
	j.Steps = steps(cj, j)
	l := logOf{house: d.h.name, job: cj, run: d.run.ID, attempt: n, sha: d.sha, at: j.Started, end: j.Completed, outcome: conclusion, seed: d.Seed,
		extra: []string{
			"Release \"" + d.h.name + "\" at " + d.sha, "revision: " + d.ref, "image: registry.harbourline.example/" + d.h.name + "@sha256:" + forge.SHA("image", d.h.name, d.sha) + forge.SHA("image2", d.sha)[:24],
			"requested by " + d.rel.by.called(j.Started), "waiting for rollout: 0 of 6 updated replicas are available...", "waiting for rollout: 3 of 6 updated replicas are available...",
		}}
	if conclusion == "success" {
		l.extra = append(l.extra, "rollout finished: 6 of 6 updated replicas are available", "health check: 200 OK in 41 ms")
	}
	j.LogFunc = l.text
	a.Jobs = append(a.Jobs, j)
	d.clock = j.Completed
	return j
}

func (d *deploying) skip(a *forge.Attempt, name string) *forge.Job {
	j := &forge.Job{ID: forge.ID("job", d.run.ID, len(d.run.Attempts), name), Name: name, Status: "completed", Conclusion: "skipped", Created: d.clock, Started: d.clock, Completed: d.clock, Labels: []string{"hb-deploy"}}
	a.Jobs = append(a.Jobs, j)
	return j
}

// deployment records one deployment; what was there before becomes inactive
// once it has succeeded.
func (d *deploying) deployment(env string, j *forge.Job, outcome string, before *forge.Deployment) *forge.Deployment {
	bot := d.who["actions"].GitHub
	dep := &forge.Deployment{
		ID: forge.ID("deployment", d.h.name, env, d.run.ID, len(d.run.Attempts)), SHA: d.sha, Ref: d.ref, Environment: env, Creator: d.rel.by.GitHub, Created: j.Started, Production: env == "production",
		App: forge.ActionsApp(), Description: Notice,
	}
	url := "https://" + d.h.name + "." + env + ".harbourline.example"
	status := func(state, text string, at time.Time) {
		dep.Statuses = append(dep.Statuses, &forge.DeploymentStatus{ID: forge.ID("status", dep.ID, len(dep.Statuses)), State: state, Description: text, Creator: bot, Created: at, Run: d.run, Job: j, EnvironmentURL: url})
	}
	status("queued", "", j.Started.Add(time.Second))
	if j.Conclusion != "skipped" && j.Completed.After(j.Started) {
		status("in_progress", "", j.Started.Add(4*time.Second))
	}
	status(outcome, "", later(j.Completed, j.Started.Add(2*time.Second)))
	if outcome == "success" && before != nil {
		last := before.Statuses[len(before.Statuses)-1]
		if last.State == "success" {
			before.Statuses = append(before.Statuses, &forge.DeploymentStatus{
				ID: forge.ID("status", before.ID, len(before.Statuses)), State: "inactive", Creator: bot, Created: j.Completed.Add(time.Second), EnvironmentURL: last.EnvironmentURL, Run: last.Run, Job: last.Job,
			})
		}
	}
	d.h.repo.Deployments = append(d.h.repo.Deployments, dep)
	return dep
}

func (d *deploying) production(j *forge.Job, outcome, text string) *forge.Deployment {
	dep := d.deployment("production", j, outcome, d.h.liveDep)
	if text != "" {
		dep.Statuses[len(dep.Statuses)-1].Description = text
	}
	return dep
}

// record writes the release into the truth, and moves what runs.
func (d *deploying) record(dep *forge.Deployment, outcome string) {
	w := words()
	rel := &Release{
		Repository: "harbourline/" + d.h.name, Deployment: dep.ID, SHA: d.sha, Ref: d.ref, Run: d.run.ID, Created: dep.Created, Outcome: outcome,
		Rollback: d.rel.back, Redeployment: d.rel.again,
	}
	d.Truth.Releases = append(d.Truth.Releases, rel)
	bringing := d.bringing()
	if outcome != "success" {
		id := map[string]string{"failure": "deploy-failed", "rejected": "deploy-rejected"}[outcome]
		if d.rel.has("retry") {
			id = "deploy-failed-retried"
		}
		for _, c := range bringing {
			c.note(id, w[id])
		}
		return
	}
	at := dep.Statuses[len(dep.Statuses)-1].Created
	rel.Succeeded = at
	d.h.liveDep = dep
	for _, c := range bringing {
		c.Deployment, c.Deployed = dep.ID, at
		rel.Changes = append(rel.Changes, c.ID)
		d.notes(c, len(bringing))
	}
	switch {
	case d.rel.back:
		for _, l := range d.h.main[d.index+1 : d.h.live+1] {
			if l.plan != nil && l.plan.change != nil && l.plan.change.RolledBack == 0 {
				l.plan.change.RolledBack = dep.ID
				l.plan.change.note("rolled-back", w["rolled-back"])
			}
		}
	case d.rel.again:
		if p := d.h.main[d.index].plan; p != nil && p.change != nil {
			p.change.Later = append(p.change.Later, dep.ID)
			p.change.note("redeployed", w["redeployed"])
		}
	}
	if d.index >= 0 {
		d.h.live = d.index
		d.h.best = max(d.h.best, d.index)
	}
}

// bringing lists the changes that production has not seen and this commit contains.
func (d *deploying) bringing() []*Change {
	var out []*Change
	if d.index < 0 {
		for _, p := range d.h.plans {
			if p.sha == d.sha && p.change != nil && p.change.Deployment == 0 {
				out = append(out, p.change)
			}
		}
		return out
	}
	for _, l := range d.h.main[:d.index+1] {
		if l.plan != nil && l.last && l.plan.change != nil && l.plan.change.Deployment == 0 {
			out = append(out, l.plan.change)
		}
	}
	return out
}

func (d *deploying) notes(c *Change, n int) {
	w := words()
	note := func(when bool, id string) {
		if when {
			c.note(id, w[id])
		}
	}
	note(n > 1, "batch")
	note(d.rel.has("self-approval"), "environment-self-approval")
	author := slices.Contains(c.Authors, d.rel.second.Name)
	note(author && d.rel.by == d.rel.second, "author-deploys-alone")
	note(author && d.rel.by != d.rel.second, "author-opens-gate")
	note(!d.rel.has("self-approval"), "environment-approved")
	note(d.rel.has("no-staging"), "staging-skipped")
	note(!d.rel.has("no-staging"), "staging-first")
	note(n > 1 && d.h.name == "checkout-web" && c.MergeSHA != d.sha, "superseded-deploy")
}

// firstRelease is what production ran when the story begins.
func (s *story) firstRelease(h *house, at time.Time) {
	rel := &release{at: at, by: s.who[h.team[0]], second: s.who["hannah"], wait: 10 * time.Minute, event: "workflow_dispatch"}
	h.live = -1
	s.tellRelease(h, rel)
	s.Truth.Releases = nil
	h.live, h.best = 1, 1
}
