package control

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// deploymentLogged is R: a record says when, by whom and what was deployed,
// and that it succeeded.
func deploymentLogged(x *exam) verdict {
	switch {
	case x.tdep.lack != nil:
		return unable(x.tdep.lack)
	case x.tdep.none:
		return x.undeployed()
	case x.lane == byTicket:
		return x.ticketLog()
	}
	d := x.first.Deployment
	var lacking []string
	by := d.Creator
	for _, s := range d.Statuses {
		if by == nil {
			by = s.Creator
		}
	}
	if x.who.identify(by).ghost {
		lacking = append(lacking, "who deployed")
	}
	if d.SHA == "" {
		lacking = append(lacking, "which commit")
	}
	v := met("DEPLOYMENT_LOGGED", "The deployment is recorded with time, actor, commit and success.")
	failed, failures := x.failures()
	switch {
	case len(lacking) > 0:
		v = review("RECORD_INCOMPLETE", "The record of the deployment does not say %s.", list(lacking))
	case failures > 0:
		v = review("REDEPLOYED_AFTER_FAILURE", "The change reached production after %s: %s.", count(failures, "failed attempt"), failed)
	}
	return v.with("deployment", x.first.Ref.ID).with("environment", d.Environment).with("commit", d.SHA).with("by", by.String()).with("succeeded", x.tdep.String()).on(x.tdep.basis...)
}

// failures gives the attempts that failed before the first success.
func (x *exam) failures() (string, int) {
	var out []string
	for _, it := range x.containing {
		d := it.Deployment
		bad := ""
		for _, s := range d.Statuses {
			if (s.State == "failure" || s.State == "error") && s.Created.Before(x.tdep.at) {
				bad = s.State
			}
		}
		if bad == "" && it.Ref != x.first.Ref && d.SucceededAt().IsZero() && d.Created.Before(x.tdep.at) && len(d.Statuses) > 0 {
			bad = d.Statuses[len(d.Statuses)-1].State
		}
		if bad != "" {
			out = append(out, fmt.Sprintf("deployment %s (%s)", it.Ref.ID, bad))
		}
	}
	return strings.Join(out, ", "), len(out)
}

// ticketLog is R of a change by ticket alone: the ticket is its log.
func (x *exam) ticketLog() verdict {
	t := x.main.t
	v := met("DEPLOYMENT_LOGGED", "The ticket records when the change went live and who carried it out.")
	what, _ := x.failedOutcome()
	switch {
	case what != "":
		v = review("DEPLOYED_AND_FAILED", "The ticket records when the change went live, and that it failed (%s).", what)
	case x.tdep.dayOnly:
		v = review("DAY_ONLY", "The ticket names the day on which the change went live, and not the time.")
	case x.who.identify(t.DeployedBy).ghost:
		v = review("RECORD_INCOMPLETE", "The ticket says when the change went live, and not who carried it out.")
	}
	by := ""
	if t.DeployedBy != nil {
		by = t.DeployedBy.String()
	}
	return v.with("by", by).with("went live", x.tdep.String()).with("as told by", t.DeployedBasis).on(x.main.ref).on(x.tdep.basis...)
}

// failedOutcome says whether the deployment failed after it had succeeded, or the
// records call the change failed or taken back.
func (x *exam) failedOutcome() (what string, refs []evidence.Ref) {
	if d := x.first.Deployment; d != nil {
		for _, s := range d.Statuses {
			if (s.State == "failure" || s.State == "error") && s.Created.After(x.tdep.at) {
				return "the deployment was reported as " + s.State + " after its success", []evidence.Ref{x.first.Ref}
			}
		}
	}
	if t := x.main.t; t != nil && x.main.strong {
		for _, s := range []string{t.Resolution, t.Status} {
			if unsuccessful.MatchString(s) {
				return "ticket " + t.Key + " says " + quote(s), []evidence.Ref{x.main.ref}
			}
		}
	}
	if s := x.saidFailed(); s != "" {
		return "a remark on the ticket says " + quote(s), []evidence.Ref{x.main.ref}
	}
	if d, ok := x.takenOut(); ok {
		return "deployment " + d.ID + " took it out of production again", []evidence.Ref{d}
	}
	return "", nil
}

// failing is how people write that what they carried out failed. Words alone,
// such as "failed requests", would be in many good reports.
var failing = regexp.MustCompile(`(?im)^\W*(it |the change )?failed\b\s*[:.,;!]|\b(is|are|was|were) (still )?(red|broken|failing)\b|❌`)

// saidFailed gives the remark on a change by ticket alone that says that it
// failed.
func (x *exam) saidFailed() string {
	if x.lane != byTicket {
		return ""
	}
	for _, m := range x.main.t.Comments {
		if text := plain(m.Body); m.Created.After(x.tdep.at) && failing.MatchString(text) {
			return oneLine(text)
		}
	}
	return ""
}

// takenOut finds a later production deployment that does not contain the change
// any more.
func (x *exam) takenOut() (evidence.Ref, bool) {
	if x.landed == nil || x.first.Deployment == nil {
		return evidence.Ref{}, false
	}
	after := false
	for _, in := range x.landed.ContainedIn {
		if in.Deployment == x.first.Ref {
			after = true
		} else if it, _ := x.c.Find(in.Deployment); after && !in.Contains() && it.Deployment != nil && it.Deployment.Production && it.Deployment.Environment == x.first.Deployment.Environment && it.Deployment.SucceededAt().After(x.tdep.at) {
			return in.Deployment, true
		}
	}
	for _, it := range x.ofRepository(evidence.KindDeployment) {
		d := it.Deployment
		if d.Production && d.Environment == x.first.Deployment.Environment && d.SucceededAt().After(x.tdep.at) &&
			d.Range != nil && d.Range.Status == "behind" && d.Range.Base == x.first.Deployment.SHA {
			return it.Ref, true
		}
	}
	return evidence.Ref{}, false
}
