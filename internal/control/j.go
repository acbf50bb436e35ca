package control

import (
	"slices"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// branchControl is J: the branch's rules were in force, and nobody went round
// them. Rules are collected as they are now, and no source of an audit log is
// read, so that this is never met by what is collected today.
func branchControl(x *exam) verdict {
	switch x.lane {
	case byTicket:
		return notApplicable("NO_CODE", "No code changed, so no branch was concerned.").on(x.main.ref)
	case byCommit:
		return x.pushedDirectly("the branch's rules did not ask for one, or were bypassed")
	}
	for _, e := range x.pr.Timeline {
		if slices.Contains(bypasses, e.Kind) && !e.At.After(x.tmerge.hi) {
			return exception("RULES_BYPASSED", "%s bypassed the rules of the branch.", x.who.identify(e.Actor).shown).at("bypassed", e.At).with("message", e.Message).on(x.prRef)
		}
	}
	if slices.Contains(x.p.Deployment.WithoutBranchControl, x.prRef.System) {
		return notApplicable("NO_BRANCH_CONTROL", "The policy says that %s offers no control of branches.", x.prRef.System).on(x.prRef)
	}
	rules := evidence.Ref{Kind: evidence.KindBranchRules, System: x.prRef.System, ID: x.pr.Repository + ":" + x.pr.Base.Ref}
	it, ok := x.c.Find(rules)
	if !ok || it.BranchRules == nil {
		return unable(x.lacks(rules, "the rules of the branch "+x.pr.Base.Ref))
	}
	if !it.BranchRules.Protected && x.partial(rules, "", "protection") == nil {
		return review("NOT_PROTECTED_NOW", "The branch %s is not protected now; whether it was at the merge is not known.", quote(x.pr.Base.Ref)).on(rules, x.prRef)
	}
	return unable(&lack{rules, "the forge's audit log or rule insights at the merge", "the branch is protected as of retrieval, and no source says that nobody went round its rules", "AUDIT_LOG_NOT_OBTAINED"})
}

// bypasses are the words of sources for going round a branch's rules.
var bypasses = []string{"protected_branch.policy_override", "policy_override", "bypass", "rule_bypass"}
