package control

import (
	"slices"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// riskAssessed is D: somebody stated the risk before the deployment, and not
// below what the policy derives from what was touched.
func riskAssessed(x *exam) verdict {
	if l := first(x.filesLack(), x.lostTicket()); l != nil {
		return unable(l)
	}
	if t := x.main.t; t != nil {
		if l := x.lacks(x.main.ref, "the risk of ticket "+t.Key, "field risk", "history"); l != nil {
			return unable(l)
		}
	}
	if x.tdep.none {
		return x.undeployed()
	}
	v := asOf(x.tdep, x.assessed)
	if v.isException() && x.emergency().is {
		if w := x.assessed(x.deadline()); w.outcome == evidence.Met {
			v = review("RISK_STATED_AFTERWARDS", "The risk of the emergency change was stated only after its deployment, in the time that the policy allows for writing it up.").facts(w)
		}
	}
	return v.on(x.subjectRef(), x.main.ref).on(x.tdep.basis...)
}

func (x *exam) assessed(cut time.Time) verdict {
	declared := x.declared(cut)
	derived, because, _ := x.derived(cut)
	if len(declared) == 0 {
		if l := x.riskLack(); l != nil {
			return unable(l)
		}
		if late := x.declared(x.c.AsOf.Add(time.Second)); len(late) > 0 {
			return exception("RISK_SET_AFTER_DEPLOYMENT", "The risk was stated only after the change had been deployed (%s).", late[0].where).with("declared afterwards", late[0].tier)
		}
		return exception("RISK_NOT_ASSESSED", "Nobody stated the risk of the change.").with("derived", derived)
	}
	rank := func(d declaration) int { return x.p.Risk.Rank(d.tier) }
	lowest := slices.MinFunc(declared, func(a, b declaration) int { return rank(a) - rank(b) })
	v := met("RISK_ASSESSED", "The risk was stated as %s before the deployment, which is not below what was touched.", lowest.tier)
	switch sure := slices.IndexFunc(declared, func(d declaration) bool { return d.sure }); {
	case rank(lowest) < x.p.Risk.Rank(derived):
		v = review("DECLARED_BELOW_DERIVED", "The risk was stated as %s, and the policy derives %s from what was touched (%s).", lowest.tier, derived, because)
	case sure < 0:
		if l := x.riskLack(); l != nil {
			return unable(l)
		}
		v = review("TEXT_NOT_DATED", "The risk is stated as %s; the source does not say whether that stood there before the deployment.", lowest.tier)
	}
	for _, d := range declared {
		v = v.with("declared by "+d.where, d.tier)
	}
	return v.with("derived", derived)
}

// riskLack says that the labels, with which the risk could be stated, or their
// times are missing.
func (x *exam) riskLack() *lack {
	if x.pr == nil {
		return nil
	}
	return x.lacks(x.prRef, "the pull request's labels with their times", "timeline", "labels")
}
