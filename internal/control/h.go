package control

import (
	"slices"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// approvalCoversCode is H: what was approved is what was merged, and what was
// merged is what landed.
func approvalCoversCode(x *exam) verdict {
	if v, exempt, _ := x.exempt("H"); exempt {
		return v
	}
	switch x.lane {
	case byCommit:
		return x.pushedDirectly("no approval covers it")
	case byTicket:
		return x.ticketUnchanged()
	}
	v := asOf(x.approvalCutoff(), x.coverage)
	if v.outcome != evidence.Met {
		return v.on(x.prRef)
	}
	if landed := x.landedDiff(); landed.outcome != evidence.Met {
		return landed.facts(v)
	} else {
		return v.facts(landed)
	}
}

// coverage judges the approvals that count against H.
func (x *exam) coverage(cut time.Time) verdict {
	all, l := x.reviewApprovals(cut)
	sure, open := pick(all, independent), pick(all, unresolved)
	switch {
	case l != nil:
		return unable(l)
	case len(sure)+len(open) == 0:
		return exception("NO_COUNTED_APPROVAL", "No approval counts, so none covers the code that was merged.").approved(all)
	case x.h == "":
		return unable(&lack{x.prRef, "the head of the pull request at the merge", "the source does not say", "EVIDENCE_ABSENT"})
	}
	best := verdict{outcome: evidence.Exception}
	for _, a := range sure {
		if w := x.covers(a); best.code == "" || worse(best, w) {
			best = w
		}
	}
	if best.outcome != evidence.Met && len(open) > 0 {
		for _, a := range open {
			w := x.covers(a)
			if w.outcome == evidence.Met {
				w = review(a.code, "An approval covers the code that was merged, and it is not certain that it counts: %s.", a.why)
			}
			if best.code == "" || worse(best, w) {
				best = w
			}
		}
	}
	if best.outcome == evidence.Met {
		best = x.allCover(best, sure)
	}
	return best.with("head at the merge", x.h).approved(all).on(x.prRef)
}

// allCover asks that those approvals which cover the code are by themselves
// what the matrix asks for, as far as all together are: an approval that it
// needs and that came before a later push is worth nothing.
func (x *exam) allCover(v verdict, sure []approval) verdict {
	tier, l := x.tier()
	if l != nil {
		return unable(l)
	}
	var fresh []approval
	worst := v
	for _, a := range sure {
		w := x.covers(a)
		if w.outcome == evidence.Met {
			fresh = append(fresh, a)
		} else if worse(w, worst) {
			worst = w
		}
	}
	req := x.requirement(tier)
	if len(x.tally(req, fresh).short) > len(x.tally(req, sure).short) || len(fresh) < min(req.count, len(sure)) {
		return worst
	}
	return v
}

// covers judges one approval: which commits came after the one it is bound to.
func (x *exam) covers(a approval) verdict {
	if a.commit == "" {
		return unable(&lack{x.prRef, "the commit that " + a.by.shown + " approved", "the source lost it", "EVIDENCE_ABSENT"})
	}
	if a.commit == x.h {
		return met("APPROVED_HEAD", "%s approved exactly the commit that was merged.", a.by.shown)
	}
	if l := x.lacks(x.prRef, "the commits of the pull request", "commits"); l != nil {
		return unable(l)
	}
	if x.samePatch(a.commit) {
		return met("APPROVED_SAME_PATCH", "The branch was rebased after %s approved, and the difference is the same.", a.by.shown)
	}
	i := slices.IndexFunc(x.pr.Commits, func(c evidence.Commit) bool { return c.SHA == a.commit })
	if i < 0 {
		return review("APPROVED_COMMIT_GONE", "%s approved commit %s, which is no longer part of the pull request: the branch was rewritten, and what changed cannot be seen.", a.by.shown, short(a.commit))
	}
	after := x.pr.Commits[i+1:]
	for _, c := range after {
		if !x.baseMerge(c) {
			return exception("CODE_AFTER_APPROVAL", "Code was added after %s had approved: commit %s and the merged head are not what was approved.", a.by.shown, short(c.SHA)).
				with("commits after the approval", shownCommits(after))
		}
	}
	if len(after) == 0 {
		return review("APPROVED_OTHER_HEAD", "%s approved commit %s, and the merged head is %s; the commits between are not known.", a.by.shown, short(a.commit), short(x.h))
	}
	return review("MERGED_BASE_AFTER_APPROVAL", "After %s approved, only the base branch was brought in; whether conflicts were resolved in that cannot be seen.", a.by.shown).
		with("commits after the approval", shownCommits(after))
}

func shownCommits(all []evidence.Commit) string {
	out := ""
	for i, c := range all {
		if i == 5 {
			return out + ", …"
		}
		if i > 0 {
			out += ", "
		}
		out += short(c.SHA)
	}
	return out
}

// ticketUnchanged is H of a change by ticket alone: what was asked for was not
// changed between the approval and the deployment.
func (x *exam) ticketUnchanged() verdict {
	if x.tdep.none {
		return x.undeployed()
	}
	if l := x.lacks(x.main.ref, "the history of the ticket", "history"); l != nil {
		return unable(l)
	}
	until := x.tdep
	if x.emergency().is && x.tdep.known() {
		until = x.approvalCutoff()
	}
	return asOf(until, func(cut time.Time) verdict {
		all, l := x.ticketApprovals(cut)
		sure := pick(all, independent)
		switch {
		case len(sure) == 0 && l != nil:
			return unable(l)
		case len(sure) == 0 && len(pick(all, unresolved)) == 0:
			return exception("NO_COUNTED_APPROVAL", "No approval counts, so none covers what was deployed.").approved(all).on(x.main.ref)
		case len(sure) == 0:
			open := pick(all, unresolved)[0]
			return review(open.code, "The change was approved, and it is not certain that the approval counts: %s.", open.why).on(x.main.ref)
		}
		last := slices.MaxFunc(sure, func(a, b approval) int { return a.at.Compare(b.at) })
		from, to := last.at, x.tdep.at
		if x.emergency().is && to.Before(from) { // it was approved afterwards, and no other text than what was done
			from, to = to, from
		}
		for _, h := range x.main.t.History {
			if h.At.After(from.Add(x.p.Skew)) && !h.At.After(to) && slices.ContainsFunc([]string{"description", "summary"}, func(f string) bool { return isField(h, f, "") }) {
				return review("REQUEST_CHANGED_AFTER_APPROVAL", "The ticket's %s was changed after the approval and before the deployment.", h.Field).at("changed", h.At).at("approved", last.at).on(x.main.ref)
			}
		}
		if !x.bodyDated(x.main, to) { // a forge keeps no history of an issue's text
			return review("TEXT_NOT_DATED", "The source does not say whether the ticket's text was changed between the approval and the deployment.").at("approved", last.at).on(x.main.ref)
		}
		v := met("REQUEST_UNCHANGED", "The ticket's text was not changed between the approval and the deployment.")
		if from.Equal(x.tdep.at) && !to.Equal(from) {
			v = met("REQUEST_UNCHANGED", "The ticket's text was not changed between the deployment of the emergency change and its approval afterwards.")
		}
		return v.at("approved", last.at).on(x.main.ref).on(x.tdep.basis...)
	})
}
