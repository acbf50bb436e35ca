package control

import (
	"time"
)

// approvalMatrix is F: the approvals that the policy's matrix asks for at the
// change's tier and categories, by number and role.
func approvalMatrix(x *exam) verdict {
	if v, exempt, _ := x.exempt("F"); exempt {
		return v
	}
	if x.emergency().is {
		return notApplicable("EMERGENCY", "Who may authorize and approve an emergency change is for attribute P.").with("emergency", x.emergency().where).on(x.subjectRef())
	}
	if x.lane == byCommit {
		return x.pushedDirectly("nobody approved it")
	}
	tier, l := x.tier()
	if l != nil {
		return unable(l)
	}
	req := x.requirement(tier)
	if req.words() == "" {
		return notApplicable("NOT_IN_POLICY", "The policy asks for no approvals at tier %s.", tier).with("tier", tier).on(x.subjectRef())
	}
	if x.lane == byTicket && x.tdep.none {
		return x.undeployed()
	}
	cut := x.tmerge
	if x.lane == byTicket {
		cut = x.tdep
	}
	v := asOf(cut, func(at time.Time) verdict { return x.matrixAt(req, at) })
	return v.with("tier", tier).on(x.subjectRef())
}

// matrixAt compares the approvals at a cut-off with the matrix.
func (x *exam) matrixAt(req requirement, cut time.Time) verdict {
	all, l := x.ofChange(cut)
	sure := x.tally(req, pick(all, independent))
	hope := x.tally(req, pick(all, independent, unresolved))
	v := met("MATRIX_SATISFIED", "The approvals are those that the policy asks for.")
	switch {
	case l != nil: // somebody who counts may turn out to be an author
		return unable(l)
	case sure.met():
	case len(hope.short) > 0:
		v = exception("MATRIX_SHORT", "The approvals are not those that the policy asks for; missing: %s.", list(hope.short))
	case len(sure.short) > 0:
		open := pick(all, unresolved)[0]
		v = review(open.code, "The approvals may be those that the policy asks for, and it is not certain that all count: %s.", open.why)
	default:
		v = review("ROLE_UNKNOWN", "The people file does not say which roles the approvers had at the time: needed is %s.", list(sure.unknown))
	}
	for _, a := range pick(all, independent) {
		v = v.on(a.ref)
	}
	return v.with("required", req.String()).approved(all)
}
