package control

import (
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// approvedInTime is G: the required approvals were there before the merge and
// before the deployment.
func approvedInTime(x *exam) verdict {
	if v, exempt, _ := x.exempt("G"); exempt {
		return v
	}
	if x.emergency().is {
		return notApplicable("EMERGENCY", "An emergency change may be approved afterwards; attribute P tests that.").with("emergency", x.emergency().where).on(x.subjectRef())
	}
	if x.lane == byCommit {
		return x.pushedDirectly("nothing was approved before it landed")
	}
	tier, l := x.tier()
	switch {
	case l != nil:
		return unable(l)
	case x.tdep.lack != nil:
		return unable(x.tdep.lack)
	case x.tdep.none:
		return x.undeployed()
	case x.lane == byTicket:
		return asOf(x.tdep, x.timely)
	case x.tmerge.lack != nil:
		return unable(x.tmerge.lack)
	}
	return x.mergedInTime(x.requirement(tier))
}

// mergedInTime judges a pull request at its two gates.
func (x *exam) mergedInTime(req requirement) verdict {
	merge, deploy := asOf(x.tmerge, x.timely), asOf(x.tdep, x.timely)
	v := merge
	switch {
	case merge.outcome == evidence.Unable:
		return merge
	case merge.outcome == evidence.Met && x.tdep.order(x.tmerge.at) >= 0:
		v = deploy
		if deploy.outcome == evidence.Met {
			v = review("MERGED_AFTER_DEPLOYMENT", "The change was approved, and the merge does not lie before the deployment: either it was deployed before it was merged, or clocks disagree.").facts(deploy)
		}
	case merge.outcome == evidence.Met:
		v = x.lateRequired(req, merge)
	case merge.outcome == evidence.Exception && deploy.outcome == evidence.Met && x.p.Approvals.Gate == "deploy":
		v = deploy
	case merge.outcome == evidence.Exception && deploy.outcome == evidence.Met:
		v = review("APPROVED_AFTER_MERGE", "The change was approved after it was merged and before it was deployed; the policy asks for approval before the merge.").facts(deploy)
	case merge.outcome == evidence.Exception:
		v = deploy
	}
	return v.at("merged", x.tmerge.at).with("deployed", x.tdep.String()).on(x.prRef).on(x.tdep.basis...)
}

// timely judges whether an approval that counts was there at a cut-off. Whether
// the approvals are those that the matrix asks for is F's question.
func (x *exam) timely(cut time.Time) verdict {
	all, l := x.ofChange(cut)
	sure, open := pick(all, independent), pick(all, unresolved)
	v := met("APPROVED_IN_TIME", "The approvals that count were given before the merge and before the deployment.")
	switch {
	case len(sure) > 0 && l == nil:
	case l != nil && len(sure)+len(open) > 0, l != nil && len(all) == 0:
		return unable(l)
	case len(open) > 0:
		v = review(open[0].code, "An approval was given in time, and it is not certain that it counts: %s.", open[0].why)
	default:
		v = exception("NOT_APPROVED_IN_TIME", "%s the change had no approval that counts.", map[bool]string{true: "When it was merged", false: "When it was deployed"}[x.lane == byPullRequest])
		if late := x.lateApprovals(cut); late != "" {
			v = exception("APPROVED_AFTER_DEPLOYMENT", "When the change was deployed it had no approval that counts; somebody approved afterwards.").with("approved afterwards", late)
		}
	}
	for _, a := range sure {
		v = v.on(a.ref)
	}
	return v.approved(all)
}

// lateRequired looks, where one approval was in time, for others that the
// matrix asks for and that came only after the merge: those came too late.
func (x *exam) lateRequired(req requirement, inTime verdict) verdict {
	lacking := func(cut time.Time) int {
		all, _ := x.ofChange(cut)
		return len(x.tally(req, pick(all, independent)).short)
	}
	atMerge := lacking(x.tmerge.at)
	switch {
	case atMerge == 0:
	case lacking(x.tdep.at) < atMerge && x.p.Approvals.Gate == "deploy":
	case lacking(x.tdep.at) < atMerge:
		return review("APPROVED_AFTER_MERGE", "An approval that the policy asks for came after the merge and before the deployment; the policy asks for approval before the merge.").facts(inTime)
	case lacking(x.c.AsOf) < atMerge:
		return exception("APPROVED_AFTER_DEPLOYMENT", "An approval that the policy asks for came only after the deployment.").with("approved afterwards", x.lateApprovals(x.tdep.at)).facts(inTime)
	}
	return inTime
}

// lateApprovals shows reviews that approved after a cut-off.
func (x *exam) lateApprovals(cut time.Time) string {
	if x.pr == nil {
		return ""
	}
	var late []approval
	for _, r := range x.pr.Reviews {
		if r.State == "APPROVED" && r.Submitted.After(cut) {
			late = append(late, approval{by: x.who.identify(r.Author), at: r.Submitted, from: "review", commit: r.CommitID})
		}
	}
	return shownApprovals(late)
}
