package control

import (
	"slices"
	"strings"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
	"github.com/tickmark-dev/tickmark/internal/policy"
)

// checksPassed is K: the required checks passed on what merged, before it did:
// on H or on what the merge queue tested; of a commit that no pull request
// brought, on M before the deployment. A check that had failed on H makes an
// exception, whatever passed on M afterwards: the code was merged in spite of it.
// Where none had failed and none had ended, those that passed on M after the
// merge are for a person to judge.
func checksPassed(x *exam) verdict {
	switch {
	case x.lane == byTicket:
		return notApplicable("NO_CODE", "No code changed, so no check had to run.").on(x.main.ref)
	case x.onlyOf(x.p.Checks.NotFor):
		return notApplicable("NO_CODE", "Every file is of a kind for which the policy asks for no checks (%s).", list(x.p.Checks.NotFor)).on(x.subjectRef())
	case x.mLack != nil:
		return unable(x.mLack)
	}
	required := x.p.Checks.Required
	var v verdict
	if x.lane == byCommit {
		v = x.checksOn(x.m, x.tdep, required)
	} else {
		v = x.pullChecks(required)
	}
	if v.outcome == evidence.Met || v.outcome == evidence.NeedsReview {
		if w, ok := x.reruns(); ok {
			v = w.facts(v)
		}
	}
	return v.with("required", requiredWord(required))
}

// pullChecks judges the commits on which the checks of a pull request count.
func (x *exam) pullChecks(required []policy.RequiredCheck) verdict {
	if x.h == "" {
		return unable(&lack{x.prRef, "the head of the pull request at the merge", "the source does not say", "EVIDENCE_ABSENT"})
	}
	head := x.checksOn(x.h, x.tmerge, required)
	if queued := x.queued(); queued != "" {
		// What the queue tested is what merged; the pull request's own checks
		// ran on other content.
		if group := x.checksOn(queued, x.tmerge, required); group.outcome != evidence.Unable {
			return group.with("tested by the merge queue", queued)
		}
	}
	if head.outcome != evidence.Exception || x.h == x.m || x.failedBefore(x.h, required) {
		return head // what had failed when it was merged is no better for what passed afterwards
	}
	merged := x.checksOn(x.m, x.tdep, required)
	if merged.outcome == evidence.Met {
		return review("PASSED_AFTER_MERGE", "The required checks had not ended before the merge, and none had failed; they passed on what landed, before the deployment.").facts(head).facts(merged)
	}
	if merged.outcome == evidence.Unable && head.code == "CHECKS_ABSENT" {
		return merged
	}
	return head
}

// failedBefore reports whether a required check of a commit had ended without
// success when the pull request was merged.
func (x *exam) failedBefore(sha string, required []policy.RequiredCheck) bool {
	it, _ := x.c.Find(x.checksRef(sha))
	if it.Checks == nil || !x.tmerge.known() {
		return false
	}
	return slices.ContainsFunc(x.resultsOf(it.Checks, x.tmerge.at), func(r checkResult) bool {
		wanted := required == nil || slices.ContainsFunc(required, func(q policy.RequiredCheck) bool { return asks(q, r) })
		return wanted && r.conclusion != "pending" && !passed(r.conclusion)
	})
}

// queued gives the commit that the merge queue tested and merged: the one that
// landed, or the one with which the queue let the pull request go at the merge,
// because it had merged it. One that was taken out for another reason was merged
// past the queue, and what was pushed since no queue has tested.
func (x *exam) queued() string {
	pushed := false
	for _, e := range slices.Backward(x.pr.Timeline) {
		switch {
		case e.At.After(x.tmerge.hi):
		case e.Kind == "head_ref_force_pushed":
			pushed = pushed || !e.At.After(x.tmerge.at) // the branch may be used again after the merge
		case e.Kind != "removed_from_merge_queue" || e.Before == "":
		case e.Before == x.m, mergedIt(e.Message) && x.tmerge.order(e.At) == 0 && !pushed:
			return e.Before
		}
	}
	return ""
}

// mergedIt reports whether a queue let a pull request go because it merged it;
// GitHub writes "merged" in the timeline and "MERGE" in its events. Any other
// reason, "already_merged" too, says that something else came between.
func mergedIt(reason string) bool {
	return strings.EqualFold(reason, "merged") || strings.EqualFold(reason, "merge")
}

func requiredWord(required []policy.RequiredCheck) string {
	if required == nil {
		return "every check that ran, as the policy names none"
	}
	var names []string
	for _, r := range required {
		n := r.Name.Text
		if r.App != "" {
			n += " from " + r.App
		}
		names = append(names, n)
	}
	return strings.Join(names, ", ")
}

// checkResult is what one check said last before a cut-off.
type checkResult struct {
	name, app  string
	conclusion string // "success", "failure", …; "pending" while it ran
	failed     bool   // an earlier run of the same name did not pass
	byUser     string
}

func (r checkResult) String() string {
	s := r.name + ": " + r.conclusion
	if r.app != "" {
		s += " (" + r.app + ")"
	}
	return s
}

// checksOn judges the required checks of one commit, as of a cut-off.
func (x *exam) checksOn(sha string, cut moment, required []policy.RequiredCheck) verdict {
	ref := x.checksRef(sha)
	if l := x.lacks(ref, "what CI said of commit "+short(sha), "check runs", "commit statuses", "statuses", "earlier runs"); l != nil {
		return unable(l)
	}
	if cut.none {
		return x.undeployed()
	}
	it, _ := x.c.Find(ref)
	return asOf(cut, func(at time.Time) verdict {
		return x.judgeChecks(x.resultsOf(it.Checks, at), required).with("commit", sha).on(ref).on(cut.basis...)
	})
}

// asks reports whether a check is the one that the policy requires.
func asks(q policy.RequiredCheck, r checkResult) bool {
	return q.Name.Match(r.name) && (q.App == "" || strings.EqualFold(q.App, r.app))
}

func (x *exam) judgeChecks(all []checkResult, required []policy.RequiredCheck) verdict {
	wanted := all
	if required != nil {
		wanted = nil
		for _, q := range required {
			found := slices.DeleteFunc(slices.Clone(all), func(r checkResult) bool { return !asks(q, r) })
			if len(found) == 0 {
				return exception("CHECKS_ABSENT", "The required check %s had not run on what merged.", quote(q.Name.Text)).with("checks", shownChecks(all))
			}
			wanted = append(wanted, found...)
		}
	}
	if len(wanted) == 0 {
		return exception("CHECKS_ABSENT", "No check had run on what merged.")
	}
	v := met("CHECKS_PASSED", "Every required check had passed on what merged.")
	for _, r := range wanted {
		var w verdict
		switch {
		case r.conclusion == "skipped" || r.conclusion == "neutral":
			w = review("CHECK_SKIPPED", "The required check %s was %s: it neither passed nor failed.", quote(r.name), r.conclusion)
		case r.conclusion != "success":
			w = exception("CHECK_NOT_PASSED", "The required check %s had not passed: %s.", quote(r.name), r.conclusion)
		case r.byUser != "":
			w = review("CHECK_POSTED_BY_PERSON", "The check %s was posted by %s and not by a CI system; anybody who may write can do that.", quote(r.name), r.byUser)
		case r.failed:
			w = review("RERUN_UNTIL_PASSED", "The check %s passed after it had failed on the same commit; a person must say why it was run again.", quote(r.name))
		default:
			continue
		}
		if worse(w, v) {
			v = w
		}
	}
	return v.with("checks", shownChecks(wanted))
}

func shownChecks(all []checkResult) string {
	var out []string
	for i, r := range all {
		if i == 12 {
			out = append(out, "…")
			break
		}
		out = append(out, r.String())
	}
	return strings.Join(out, "; ")
}

// resultsOf gives the last word of each check before a cut-off, by name and
// app. A run that had not ended says nothing yet.
func (x *exam) resultsOf(c *evidence.Checks, cut time.Time) []checkResult {
	var out []checkResult
	add := func(r checkResult) {
		i := slices.IndexFunc(out, func(o checkResult) bool { return o.name == r.name && o.app == r.app })
		if i < 0 {
			out = append(out, r)
			return
		}
		r.failed = out[i].failed || !passed(out[i].conclusion)
		out[i] = r
	}
	runs := slices.Clone(c.Runs)
	slices.SortStableFunc(runs, func(a, b evidence.CheckRun) int { return ended(a).Compare(ended(b)) })
	for _, r := range runs {
		if !r.Started.IsZero() && r.Started.After(cut) || x.delivers(r) {
			continue
		}
		conclusion := strings.ToLower(r.Conclusion)
		if r.Completed.IsZero() || r.Completed.After(cut) || conclusion == "" {
			conclusion = "pending"
		}
		add(checkResult{name: r.Name, app: r.App, conclusion: conclusion})
	}
	for _, s := range c.Statuses {
		if s.Created.After(cut) {
			continue
		}
		r := checkResult{name: s.Context, conclusion: strings.ToLower(s.State)}
		if s.Created.IsZero() && r.conclusion == "success" {
			r.conclusion = "pending" // nobody says that it had been posted by then
		}
		if by := x.who.identify(s.Creator); !by.machine {
			r.byUser = by.shown
		}
		i := slices.IndexFunc(out, func(o checkResult) bool { return o.name == r.name && o.app == "" })
		if i >= 0 && out[i].conclusion == "pending" {
			r.failed = out[i].failed
			out[i] = r // pending is how a status begins, and not what it came to
			continue
		}
		add(r)
	}
	return out
}

// delivers reports whether a check is a part of the delivery and no check of
// the code: the job that deploys to production, and what waits for it. Neither
// can have passed before the deployment.
func (x *exam) delivers(r evidence.CheckRun) bool {
	for _, it := range x.containing {
		if slices.ContainsFunc(it.Deployment.Statuses, func(s evidence.DeploymentStatus) bool { return s.LogURL != "" && s.LogURL == r.URL }) {
			return true
		}
		b, ok := x.c.Find(it.Deployment.Build)
		if ok && b.Build != nil && !r.Started.Before(it.Deployment.Created) && slices.ContainsFunc(b.Build.Jobs, func(j evidence.Job) bool { return j.ID == r.ID }) {
			return true
		}
	}
	return false
}

// ended orders runs: one that has not ended comes last.
func ended(r evidence.CheckRun) time.Time {
	if r.Completed.IsZero() {
		return r.Started.Add(1000 * time.Hour)
	}
	return r.Completed
}

func passed(conclusion string) bool {
	return conclusion == "success" || conclusion == "skipped" || conclusion == "neutral"
}

// reruns finds runs of the tested commits that passed only at a later attempt,
// and logs that their source has deleted.
func (x *exam) reruns() (verdict, bool) {
	gate := x.tmerge
	if x.lane == byCommit {
		gate = x.tdep
	}
	delivery := evidence.Ref{}
	if x.first.Deployment != nil {
		delivery = x.first.Deployment.Build
	}
	for _, g := range x.c.Gaps {
		if g.Ref.Kind == evidence.KindBuild && g.Ref != delivery && (g.Part == "" || names(g.Part, "attempt") && !names(g.Part, "log of")) {
			return unable(lackOf(g, "the CI run "+g.Ref.ID+", which says how often it ran")), true
		}
	}
	for _, it := range x.builds() {
		b := it.Build
		if b.SHA == "" || b.SHA != x.h && b.SHA != x.m || it.Ref == delivery {
			continue
		}
		earlier := 0
		for _, a := range b.Attempts {
			if a.Attempt < b.Attempt {
				earlier++
			}
			if a.Attempt < b.Attempt && !passed(strings.ToLower(a.Conclusion)) && !a.Started.After(gate.hi) {
				return review("RERUN_UNTIL_PASSED", "The run %s passed only when it was run again; a person must say why.", quote(b.Name)).
					with("attempts", shownAttempts(b)).on(it.Ref), true
			}
		}
		if earlier < b.Attempt-1 && !b.Created.After(gate.hi) {
			return unable(first(x.lacks(it.Ref, "how the earlier attempts of the run "+it.Ref.ID+" ended", "attempt"),
				&lack{it.Ref, "how the earlier attempts of the run " + it.Ref.ID + " ended", "not all of them came", "EVIDENCE_TRUNCATED"})), true
		}
		if x.logGone(b.SHA, "") {
			return review("LOG_EXPIRED", "The checks passed, and the source no longer keeps the log of %s that would show what they did.", quote(b.Name)).on(it.Ref), true
		}
	}
	return x.listedReruns()
}

// logGone reports whether the source no longer keeps the log of a job that ran
// on a commit: what it concluded is then known, and not what it did. Without a
// name it is that of any job, but for those of the delivery.
func (x *exam) logGone(sha, job string) bool {
	for _, it := range x.builds() {
		if sha == "" || it.Build.SHA != sha || x.first.Deployment != nil && it.Ref == x.first.Deployment.Build {
			continue
		}
		for _, g := range x.c.GapsOf(it.Ref) {
			if g.Reason == evidence.Expired && (names(g.Part, "log of job "+job) || job == "" && names(g.Part, "log")) {
				return true
			}
		}
	}
	return x.listedLogGone(sha, job)
}

func shownAttempts(b *evidence.Build) string {
	var out []string
	for _, a := range b.Attempts {
		out = append(out, a.Conclusion)
	}
	return strings.Join(out, ", then ")
}
