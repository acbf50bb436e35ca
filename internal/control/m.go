package control

import (
	"regexp"
	"slices"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
	"github.com/tickmark-dev/tickmark/internal/policy"
)

// waived is how analysers say that findings were let pass.
var waived = regexp.MustCompile(`(?i)\b(waive|dismiss|suppress|ignor|accepted risk|allow-?list|baseline)`)

// analysed is M: the static or security analysis ran on what merged, and
// passed.
func analysed(x *exam) verdict {
	switch {
	case x.lane == byTicket:
		return notApplicable("NO_CODE", "No code changed, so there was nothing to analyse.").on(x.main.ref)
	case slices.Contains(x.p.Analysis.OffFor, policy.Fold(x.repository())):
		return notApplicable("OFF_BY_POLICY", "The policy asks for no analysis in %s.", x.repository()).on(x.subjectRef())
	case x.onlyOf(x.p.Checks.NotFor):
		return notApplicable("NO_CODE", "Every file is of a kind for which the policy asks for no checks (%s).", list(x.p.Checks.NotFor)).on(x.subjectRef())
	case x.mLack != nil:
		return unable(x.mLack)
	}
	sha, gate := x.h, x.tmerge
	if x.lane == byCommit {
		sha, gate = x.m, x.tdep
	}
	if sha == "" {
		return unable(&lack{x.prRef, "the head of the pull request at the merge", "the source does not say", "EVIDENCE_ABSENT"})
	}
	if gate.none {
		return x.undeployed()
	}
	ref := x.checksRef(sha)
	if l := x.lacks(ref, "what CI said of commit "+short(sha), "check runs", "statuses"); l != nil {
		return unable(l)
	}
	it, _ := x.c.Find(ref)
	v := asOf(gate, func(at time.Time) verdict {
		return x.judgeAnalysis(x.resultsOf(it.Checks, at), it.Checks)
	}).with("commit", sha).on(ref).on(gate.basis...)
	if l := x.lacks(ref, "every run of the checks of commit "+short(sha), "earlier runs"); l != nil && v.outcome != evidence.Met {
		return unable(l)
	}
	if name := x.unlogged(sha, it.Checks, gate); name != "" && v.outcome == evidence.Met {
		return review("LOG_EXPIRED", "The analysis passed, and the source no longer keeps the log of %s that would show what it did.", quote(name)).facts(v)
	}
	return v
}

// unlogged names an analysis whose log the source has deleted.
func (x *exam) unlogged(sha string, checks *evidence.Checks, gate moment) string {
	for _, r := range x.resultsOf(checks, gate.at) {
		if policy.MatchAny(x.p.Analysis.Checks, r.name) && x.logGone(sha, r.name) {
			return r.name
		}
	}
	return ""
}

func (x *exam) judgeAnalysis(all []checkResult, checks *evidence.Checks) verdict {
	v := exception("NOT_ANALYSED", "No static or security analysis had run on what merged.").with("checks", shownChecks(all))
	for _, r := range all {
		if !policy.MatchAny(x.p.Analysis.Checks, r.name) {
			continue
		}
		w := met("ANALYSED", "The analysis %s ran on what merged and passed.", quote(r.name))
		switch {
		case r.conclusion == "neutral" || r.conclusion == "skipped":
			w = review("ANALYSIS_NOT_DECIDED", "The analysis %s was %s: it neither passed nor failed.", quote(r.name), r.conclusion)
		case r.conclusion != "success":
			w = exception("ANALYSIS_FAILED", "The analysis %s had not passed: %s.", quote(r.name), r.conclusion)
		case r.byUser != "":
			w = review("CHECK_POSTED_BY_PERSON", "The analysis %s was posted by %s and not by a CI system; anybody who may write can do that.", quote(r.name), r.byUser)
		case slices.ContainsFunc(checks.Runs, func(c evidence.CheckRun) bool {
			return c.Name == r.name && waived.MatchString(c.Title+" "+c.Summary)
		}):
			w = review("ALERTS_WAIVED", "The analysis %s passed, and speaks of alerts that were let pass; a person must say who allowed that.", quote(r.name))
		}
		w = w.with("check", r.String())
		if v.code == "NOT_ANALYSED" || worse(w, v) {
			v = w
		}
	}
	return v
}
