package control

import (
	"cmp"
	"slices"
	"strings"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// T_dep is when the first successful production deployment that contains the
// change succeeded; of a change by ticket alone, when the ticket says that it
// went live.
//
// It is only known where every deployment that contains the change is: an
// earlier one that was not obtained would be the first.
func (x *exam) findTDep() moment {
	if x.lane == byTicket {
		return x.ticketDeployed()
	}
	if x.m == "" && x.mLack != nil {
		return moment{lack: x.mLack}
	}
	if l := x.lacks(x.landedRef, "which production deployments contain the change", "deployment"); l != nil {
		return moment{lack: l}
	}
	var first evidence.Item
	for _, in := range x.landed.ContainedIn {
		if !in.Contains() {
			continue
		}
		if l := x.lacks(in.Deployment, "the deployment "+in.Deployment.ID, "statuses"); l != nil {
			return moment{lack: l}
		}
		it, _ := x.c.Find(in.Deployment)
		if it.Deployment == nil || !it.Deployment.Production {
			continue
		}
		x.containing = append(x.containing, it)
		at := it.Deployment.SucceededAt()
		if !at.IsZero() && (first.Deployment == nil || at.Before(first.Deployment.SucceededAt())) {
			first = it
		}
	}
	slices.SortStableFunc(x.containing, func(a, b evidence.Item) int {
		return cmp.Or(a.Deployment.Created.Compare(b.Deployment.Created), a.Ref.Compare(b.Ref))
	})
	if first.Deployment != nil {
		x.first = first
		return x.band(first.Deployment.SucceededAt(), x.landedRef, first.Ref)
	}
	for _, g := range x.c.Gaps {
		if g.Ref.Kind == evidence.KindDeployment && g.Reason != evidence.NotFound {
			return moment{lack: lackOf(g, "the production deployment")}
		}
	}
	if _, asked := x.gapOfKind(evidence.KindDeployment); asked || len(x.containing) > 0 {
		return moment{none: true, basis: []evidence.Ref{x.landedRef}}
	}
	return moment{lack: &lack{x.landedRef, "the production deployment", "no source of deployments was asked", "EVIDENCE_ABSENT"}}
}

// ticketDeployed is T_dep of a change by ticket alone.
func (x *exam) ticketDeployed() moment {
	t, ref := x.main.t, x.main.ref
	switch {
	case t.Deployed.IsZero():
		g, ok := x.gap(ref, "deploy")
		if ok && g.Reason == evidence.NotFound && g.Part != "" {
			return moment{none: true, basis: []evidence.Ref{ref}}
		}
		if ok {
			return moment{lack: lackOf(g, "when the change went live")}
		}
		return moment{lack: &lack{ref, "when the change went live", "the ticket does not say, by a configured field or status", "EVIDENCE_ABSENT"}}
	case strings.HasPrefix(t.DeployedBasis, "status"):
		if l := x.lacks(ref, "the history of ticket "+t.Key, "history"); l != nil {
			return moment{lack: l} // an earlier change of status may be missing
		}
	}
	if t.DeployedDay {
		return x.day(t.Deployed, ref)
	}
	return x.band(t.Deployed, ref)
}

// undeployed is the verdict of an attribute that speaks of the deployment,
// where the source was asked and knows none.
func (x *exam) undeployed() verdict {
	says := ""
	for _, t := range x.tickets {
		if t.strong && !t.t.Deployed.IsZero() {
			says = t.t.Key
		}
	}
	switch {
	case len(x.containing) > 0:
		v := review("DEPLOYMENT_NEVER_SUCCEEDED", "%s to production contains the change, and none is reported successful.", count(len(x.containing), "deployment"))
		for _, d := range x.containing {
			v = v.on(d.Ref)
		}
		return v
	case says != "":
		return exception("NO_DEPLOYMENT_RECORD", "Ticket %s says that the change went live, and no record of a deployment that contains it exists.", says).on(x.tdep.basis...)
	}
	return review("NOT_DEPLOYED", "No successful production deployment contains the change: either it has not reached production, or its deployment is not logged.").on(x.tdep.basis...)
}
