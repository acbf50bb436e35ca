package control

import (
	"slices"
	"strings"

	"github.com/tickmark-dev/tickmark/internal/evidence"
	"github.com/tickmark-dev/tickmark/internal/policy"
)

// preProductionFirst is N: the same code was verified before production.
func preProductionFirst(x *exam) verdict {
	tier, l := x.tier()
	if l != nil {
		return unable(l)
	}
	if slices.Contains(x.p.PreProduction.NotFor, tier) {
		return notApplicable("TIER_NOT_ASKED", "The policy asks for no verification before production at tier %s.", tier).with("tier", tier).on(x.subjectRef())
	}
	return x.staging().with("tier", tier).on(x.subjectRef())
}

// staging looks for a deployment or a job before production with the same
// commit.
func (x *exam) staging() verdict {
	switch {
	case x.tdep.lack != nil:
		return unable(x.tdep.lack)
	case x.tdep.none:
		return x.undeployed()
	case x.lane == byTicket:
		return x.stagingNotes()
	}
	v := exception("NOT_VERIFIED_FIRST", "Nothing shows that the change was verified before it was deployed to production.")
	for _, it := range x.ofRepository(evidence.KindDeployment) {
		if w := x.stagingDeployment(it); w.code != "" && (v.code == "NOT_VERIFIED_FIRST" || better(w, v)) {
			v = w
		}
	}
	for _, it := range x.builds() {
		if w := x.stagingJob(it); w.code != "" && (v.code == "NOT_VERIFIED_FIRST" || better(w, v)) {
			v = w
		}
	}
	if v.code == "NOT_VERIFIED_FIRST" {
		// A claim is worth a look only where the forge's own record could not
		// tell: where it records such deployments, it shows that there was none;
		// and where a list holds none of them, collecting the change tells.
		l, said := x.runsLack(), x.stagingSaid()
		if l != nil {
			v = unable(l)
		}
		if len(said) > 0 && l != nil && l.code != notRead {
			v = review("VERIFICATION_CLAIMED", "Somebody says that the change was verified before production, and a person must look at what shows it.").with("said", strings.Join(said, "; "))
		}
	}
	return v.with("deployed", x.tdep.String()).on(x.tdep.basis...)
}

// better orders verdicts of several records for the same question: one that
// answers it counts.
func better(a, b verdict) bool { return rankOf(a) > rankOf(b) }

func rankOf(v verdict) int {
	return 1 + slices.Index([]evidence.Outcome{evidence.Exception, evidence.Unable, evidence.NeedsReview, evidence.Met}, v.outcome)
}

func (x *exam) stagingDeployment(it evidence.Item) verdict {
	d := it.Deployment
	if d == nil || d.Production || !policy.MatchAny(x.p.PreProduction.Environments, d.Environment) {
		return verdict{}
	}
	if l := x.lacks(it.Ref, "how the deployment "+it.Ref.ID+" went", "statuses"); l != nil {
		return unable(l)
	}
	at := d.SucceededAt()
	v := verdict{}
	switch same := x.landedAs(d.SHA); {
	case at.IsZero():
		return verdict{}
	case x.tdep.order(at) > 0:
		v = exception("VERIFIED_AFTER_PRODUCTION", "The change was deployed to %s only after it was in production.", quote(d.Environment))
	case x.tdep.order(at) == 0:
		v = review("WITHIN_CLOCK_SKEW", "The change was deployed to %s and to production so close to each other that the clocks do not say which came first.", quote(d.Environment))
	case !same:
		return review("VERIFIED_OTHER_COMMIT", "Commit %s was deployed to %s before production, which is another than what was deployed to production.", short(d.SHA), quote(d.Environment)).on(it.Ref)
	default:
		v = met("VERIFIED_FIRST", "The same commit was deployed to %s before it was deployed to production.", quote(d.Environment))
	}
	return v.at("deployed to "+d.Environment, at).with("commit", d.SHA).on(it.Ref)
}

// landedAs reports whether a commit is what landed, or what was deployed with it.
// The head of a pull request is neither where the forge made a commit of its own
// of it: on a base that moved its content is another.
func (x *exam) landedAs(sha string) bool {
	return sha != "" && (sha == x.m || sha == x.first.Deployment.SHA)
}

func (x *exam) stagingJob(it evidence.Item) verdict {
	b := it.Build
	if x.gapOf(it.Ref) || !x.landedAs(b.SHA) && (b.SHA == "" || b.SHA != x.h) {
		return verdict{}
	}
	v := verdict{}
	for _, j := range b.Jobs {
		if !policy.MatchAny(x.p.PreProduction.Jobs, j.Name) || !lastOf(b, j) || j.Completed.IsZero() {
			continue
		}
		w := verdict{}
		switch {
		case j.Conclusion != "success":
			w = exception("VERIFICATION_FAILED", "The job %s had not passed: %s.", quote(j.Name), j.Conclusion)
		case x.tdep.order(j.Completed) > 0:
			w = exception("VERIFIED_AFTER_PRODUCTION", "The job %s ended only after the change was in production.", quote(j.Name))
		case x.tdep.order(j.Completed) == 0 && (x.first.Deployment.Build != it.Ref || j.Completed.After(x.tdep.at)):
			w = review("WITHIN_CLOCK_SKEW", "The job %s and the deployment are so close to each other that the clocks do not say which came first.", quote(j.Name))
		case !x.landedAs(b.SHA):
			w = review("VERIFIED_OTHER_COMMIT", "The job %s passed before production for the head of the pull request, and another commit was deployed.", quote(j.Name))
		default:
			w = met("VERIFIED_FIRST", "The job %s passed for the same commit before the change was deployed to production.", quote(j.Name))
		}
		if w = w.at("ended", j.Completed).on(it.Ref); v.code == "" || better(w, v) {
			v = w
		}
	}
	return v
}

// lastOf reports whether a job was not run again: a later attempt of a run need
// not repeat what had passed.
func lastOf(b *evidence.Build, j evidence.Job) bool {
	return !slices.ContainsFunc(b.Jobs, func(o evidence.Job) bool { return o.Name == j.Name && o.Attempt > j.Attempt })
}

func (x *exam) gapOf(ref evidence.Ref) bool {
	_, gap := x.gap(ref, "jobs")
	return gap
}

// stagingSaid gives what people state about an environment before production.
func (x *exam) stagingSaid() []string {
	return x.testNotes(x.judged(), false, func(text string) bool { return policy.MatchAny(x.p.PreProduction.Environments, text) })
}

// runsLack says that runs in which the verification could have been are
// missing: only where the runs of what landed were read do they show that
// there was none.
func (x *exam) runsLack() *lack {
	const what = "the runs and deployments before production"
	for _, g := range x.c.Gaps { // what a run concluded is known without its log
		if g.Ref.Kind == evidence.KindBuild && (g.Part == "" || names(g.Part, "jobs") || names(g.Part, "attempt") && !names(g.Part, "log of")) {
			return lackOf(g, what)
		}
	}
	for _, ref := range []evidence.Ref{x.prRef, x.landedRef} {
		if l := x.partial(ref, what, "workflow runs"); l != nil {
			return l
		}
	}
	for _, it := range x.builds() {
		if len(it.Build.Jobs) > 0 && len(it.Unread) == 0 {
			return nil
		}
	}
	for _, it := range x.ofRepository(evidence.KindDeployment) {
		if !it.Deployment.Production {
			return nil
		}
	}
	if l := x.listedRuns(what); l != nil {
		return l
	}
	return &lack{x.landedRef, what, "no such record was collected", "EVIDENCE_ABSENT"}
}

// stagingNotes is N of a change by ticket alone, which only people can tell.
func (x *exam) stagingNotes() verdict {
	said := x.stagingSaid()
	if len(said) > 0 {
		return review("VERIFICATION_CLAIMED", "The ticket says that the change was verified before production, and a person must look at what shows it.").with("said", strings.Join(said, "; ")).on(x.main.ref)
	}
	if l := x.lacks(x.main.ref, "the ticket's notes on testing", "field testing", "attachments", "comments"); l != nil {
		return unable(l)
	}
	return exception("NOT_VERIFIED_FIRST", "Nothing on the ticket shows that the change was verified before production.").on(x.main.ref).on(x.tdep.basis...)
}
