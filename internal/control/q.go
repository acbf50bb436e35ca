package control

import (
	"slices"
	"strings"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// deployerSeparate is Q: nobody who wrote the change deployed it alone. It was
// deployed by somebody else, or let pass by somebody else at a gate, or by the
// pipeline on the merge of what somebody else had approved.
func deployerSeparate(x *exam) verdict {
	switch {
	case x.tdep.lack != nil:
		return unable(x.tdep.lack)
	case x.tdep.none:
		return x.undeployed()
	case x.lane == byTicket:
		return x.ticketDeployer()
	}
	gates, gateLack := x.gateApprovals()
	if ok := pick(gates, independent); len(ok) > 0 {
		return met("GATE_PASSED_BY_OTHER", "%s, who had no hand in the change, let its deployment pass.", ok[0].by.shown).on(ok[0].ref, x.prRef).on(x.tdep.basis...)
	}
	by, l := x.deployer()
	if l != nil {
		return unable(l)
	}
	v := x.deployedBy(by, gates, gateLack)
	if ex := x.exhibits("approval"); v.code == "AUTHOR_DEPLOYED" && len(ex) > 0 && ex[0].Supports == "approval" {
		v = review("COMPENSATED_BY_EXHIBIT", "The author deployed the change without a gate, which may be compensated: %s.", attached(ex[0])).facts(v)
	}
	return v.with("deployed by", by.shown).with("started by", by.event).on(x.subjectRef(), by.ref).on(x.tdep.basis...)
}

// starter is who or what started the deployment.
type starter struct {
	party
	event    string // of the run: "push", "workflow_dispatch", …; "" where there is none
	pipeline bool   // by the merge itself
	ref      evidence.Ref
}

// deployer finds who started the deployment: of a run that a person started,
// that person; else the deployment's creator.
func (x *exam) deployer() (starter, *lack) {
	d := x.first.Deployment
	if !d.Build.IsZero() {
		if l := x.lacks(d.Build, "the run that carried the deployment out"); l != nil {
			return starter{}, l
		}
		if it, _ := x.c.Find(d.Build); it.Build != nil {
			b := it.Build
			who := b.TriggeringActor
			if who == nil {
				who = b.Actor
			}
			return starter{x.who.identify(who), b.Event, b.Attempt <= 1 && slices.Contains(onMerge, b.Event), it.Ref}, nil
		}
	}
	return starter{x.who.identify(d.Creator), "", false, x.first.Ref}, nil
}

// onMerge are the events with which a merge, or the clock, starts a pipeline.
var onMerge = []string{"push", "merge_group", "workflow_run", "schedule"}

func (x *exam) deployedBy(by starter, gates []approval, gateLack *lack) verdict {
	authors, missing := x.authors(x.tdep.hi)
	isAuthor := slices.ContainsFunc(authors, func(a author) bool { return x.who.compare(by.party, a.party) == same })
	own := pick(gates, byAuthor) // an author let it pass, and nobody else did
	if by.pipeline || by.machine {
		if len(own) == 0 {
			v := x.pipelined(by)
			if v.outcome == evidence.Met && gateLack != nil { // an author may have let it pass
				return unable(gateLack)
			}
			return v
		}
		if !isAuthor {
			return review("GATE_PASSED_BY_AUTHOR", "%s, who wrote the change, let its deployment pass, and nobody else did.", own[0].by.shown).on(own[0].ref)
		}
	}
	for _, a := range authors {
		if x.who.compare(by.party, a.party) == same {
			switch {
			case gateLack != nil:
				return unable(gateLack)
			case len(pick(gates, unresolved)) > 0:
				g := pick(gates, unresolved)[0]
				return review(g.code, "The author started the deployment, and it is not certain that who let it pass is somebody else: %s.", g.why)
			}
			return exception("AUTHOR_DEPLOYED", "%s wrote the change and deployed it, and nobody else let it pass.", by.shown)
		}
	}
	if missing != nil {
		return unable(missing)
	}
	j := x.judge(approval{by: by.party}, authors)
	if j.kind != independent {
		return review(j.code, "%s deployed the change, and it is not certain that they had no hand in it: %s.", by.shown, j.why)
	}
	if len(own) > 0 {
		return review("GATE_PASSED_BY_AUTHOR", "%s deployed the change, and %s, who wrote it, let that pass.", by.shown, own[0].by.shown).on(own[0].ref)
	}
	return met("DEPLOYED_BY_OTHER", "%s, who had no hand in the change, deployed it.", by.shown)
}

// pipelined judges a deployment that the pipeline made by itself.
func (x *exam) pipelined(by starter) verdict {
	if x.p.Deployment.FullyAutomated {
		return notApplicable("AUTOMATED_BY_POLICY", "The policy accepts delivery without a person, with a compensating control that is kept elsewhere.")
	}
	e := x.outcome("E")
	switch {
	case e.outcome == evidence.Exception:
		return exception("UNAPPROVED_AND_AUTOMATED", "The pipeline deployed by itself what nobody else had approved.").facts(e)
	case e.outcome == evidence.Unable:
		return e
	case e.outcome != evidence.Met:
		return review("APPROVAL_NOT_CERTAIN", "The pipeline deployed the change by itself, and whether somebody else had approved it is not certain (attribute E).").facts(e)
	case !by.pipeline:
		return review("STARTED_BY_MACHINE", "A bot or service account deployed the change, and the source does not say that the merge started it.").facts(e)
	}
	ref := evidence.Ref{Kind: evidence.KindEnvironment, System: x.first.Ref.System, ID: x.first.Deployment.Repository + "/environments/" + x.first.Deployment.Environment}
	if l := x.lacks(ref, "how the environment "+quote(x.first.Deployment.Environment)+" is protected", "reviewers", "branch policies"); l != nil {
		return unable(l)
	}
	it, _ := x.c.Find(ref)
	if it.Environment == nil {
		return unable(&lack{ref, "how the environment " + quote(x.first.Deployment.Environment) + " is protected", "the record is no environment", "EVIDENCE_ABSENT"})
	}
	if len(it.Environment.Reviewers) == 0 && len(it.Environment.BranchPolicies) == 0 {
		return review("ENVIRONMENT_NOT_PROTECTED", "The merge started the deployment, and the environment %s has no protection as of retrieval.", quote(x.first.Deployment.Environment)).facts(e).on(ref)
	}
	return met("PIPELINE_ON_MERGE", "The merge of what somebody else had approved started the pipeline, which deployed to a protected environment.").
		with("protection, as of retrieval", strings.Join(slices.Concat(it.Environment.Reviewers, it.Environment.BranchPolicies), ", ")).facts(e).on(ref)
}

// ticketDeployer judges who carried out a change by ticket alone.
func (x *exam) ticketDeployer() verdict {
	t := x.main.t
	if t.DeployedBy == nil {
		return review("DEPLOYER_NOT_LOGGED", "The ticket does not say who carried the change out.").on(x.main.ref).on(x.tdep.basis...)
	}
	by := x.who.identify(t.DeployedBy)
	e := x.outcome("E")
	v := verdict{}
	switch {
	case e.outcome == evidence.Unable:
		return e
	case by.machine:
		v = review("STARTED_BY_MACHINE", "A bot or service account carried the change out.")
	case e.outcome == evidence.Met:
		v = met("APPROVED_BY_OTHER", "%s carried the change out, and somebody else approved it.", by.shown)
	case e.outcome == evidence.Exception:
		v = exception("CARRIED_OUT_UNAPPROVED", "%s carried the change out, and nobody else had approved it.", by.shown)
	default:
		v = review("APPROVAL_NOT_CERTAIN", "%s carried the change out, and whether somebody else had approved it is not certain (attribute E).", by.shown)
	}
	return v.facts(e).on(x.main.ref).on(x.tdep.basis...)
}
