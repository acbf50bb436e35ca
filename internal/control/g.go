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
	if l != nil {
		return unable(l)
	}
	req := x.requirement(tier)
	if x.tdep.lack != nil {
		return unable(x.tdep.lack)
	}
	if x.tdep.none {
		return x.undeployed()
	}
	if x.lane == byTicket {
		return asOf(x.tdep, func(cut time.Time) verdict { return x.timely(req, cut, cut) })
	}
	if x.tmerge.lack != nil {
		return unable(x.tmerge.lack)
	}
	return x.mergedInTime(req)
}

// mergedInTime judges a pull request at its two gates.
func (x *exam) mergedInTime(req requirement) verdict {
	// A counted approval of the code is there by the merge, one of the release
	// by the deployment.
	merge := asOf(x.tmerge, func(cut time.Time) verdict {
		return x.timely(req, cut, x.tdep.lo)
	})
	deploy := asOf(x.tdep, func(cut time.Time) verdict { return x.timely(req, cut, cut) })
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
	case merge.outcome == evidence.Exception && deploy.outcome == evidence.Met && x.p.Approvals.Gate == "deploy":
		v = deploy
	case merge.outcome == evidence.Exception && deploy.outcome == evidence.Met:
		v = review("APPROVED_AFTER_MERGE", "The change was approved after it was merged and before it was deployed; the policy asks for approval before the merge.").facts(deploy)
	case merge.outcome == evidence.Exception:
		v = deploy
	}
	return v.at("merged", x.tmerge.at).with("deployed", x.tdep.String()).on(x.prRef).on(x.tdep.basis...)
}

// timely judges whether the required approvals were there at two cut-offs.
// Roles that nobody has stated are F's question.
func (x *exam) timely(req requirement, code, release time.Time) verdict {
	all, l := x.counted(code, release)
	if l != nil && !x.tally(req, pick(all, independent)).met() {
		return unable(l)
	}
	sure, hopeful := pick(all, independent), pick(all, independent, unresolved)
	v := met("APPROVED_IN_TIME", "The required approvals were given before the merge and before the deployment.")
	if missing := x.tally(req, hopeful).short; len(missing) > 0 {
		v = exception("NOT_APPROVED_IN_TIME", "When the change was deployed it did not have the required approvals: it had no more than %s.", countedWord(hopeful))
		if late := x.lateApprovals(release); late != "" {
			v = exception("APPROVED_AFTER_DEPLOYMENT", "When the change was deployed it did not have the required approvals; somebody approved afterwards.").with("approved afterwards", late)
		}
		v = v.with("missing", list(missing))
	} else if len(x.tally(req, sure).short) > 0 {
		open := pick(all, unresolved)[0]
		v = review(open.code, "Approvals were given in time, and it is not certain that they count: %s.", open.why)
	}
	for _, a := range sure {
		v = v.on(a.ref)
	}
	return v.with("required", req.String()).with("approvals", shownApprovals(all))
}

func countedWord(all []approval) string {
	if len(all) == 0 {
		return "no approval"
	}
	return count(len(all), "approval") + " that may count"
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
