package engine

import (
	"slices"
	"strings"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// absent gives the gaps that only the whole change shows: evidence that every
// change needs, that no record was found for or nothing is configured to give.
func (l Links) absent(c *evidence.Change) []evidence.Gap {
	var gaps []evidence.Gap
	gap := func(kind evidence.Kind, part string, reason evidence.Reason, detail string) {
		ref := evidence.Ref{Kind: kind, System: c.Sample.Ref.System, ID: c.Sample.Ref.ID}
		gaps = append(gaps, evidence.Gap{Ref: ref, Part: part, Reason: reason, Detail: detail})
	}
	if ticket, ok := c.Find(c.Sample.Ref); ok && ticket.Ticket != nil {
		l.absentFromTicket(c, ticket.Ticket, gap)
	} else if c.DeployedAt().IsZero() && landed(c) && !hasGap(c, evidence.KindDeployment) {
		gap(evidence.KindDeployment, "", evidence.NotFound, "the change was merged, and no successful production deployment that contains it was found")
	}
	switch {
	case c.DeployedAt().IsZero() || hasGap(c, evidence.KindSignal):
	case !slices.ContainsFunc(l.Services, func(s Service) bool { return len(s.Metrics) > 0 && s.concerns(c) }):
		gap(evidence.KindSignal, "", evidence.NotConfigured,
			"no configured service with queries covers this change, so nothing was measured around its deployment (services in tickmark.yaml)")
	case c.DeployedDayOnly():
		gap(evidence.KindSignal, "", evidence.Ambiguous,
			"the ticket names the day of the deployment and not the time, so nothing was measured around it")
	}
	return gaps
}

type addGap func(kind evidence.Kind, part string, reason evidence.Reason, detail string)

// absentFromTicket looks at a change by ticket alone: its approvals and its
// deployment are what the ticket says, if anything was set up to be read.
func (l Links) absentFromTicket(c *evidence.Change, t *evidence.Ticket, gap addGap) {
	tracker := Tracker{}
	if i := slices.IndexFunc(l.Trackers, func(t Tracker) bool { return t.System == c.Sample.Ref.System }); i >= 0 {
		tracker = l.Trackers[i]
	}
	if !tracker.Approvals && len(t.Approvals) == 0 {
		gap(evidence.KindTicket, "approvals", evidence.NotConfigured,
			"the approvals of a service desk were not asked for (service_desk in tickmark.yaml)")
	}
	switch {
	case !t.Deployed.IsZero():
	case !tracker.Deployed:
		gap(evidence.KindTicket, "deployment", evidence.NotConfigured,
			"the configuration names no field or status by which a ticket tells that its change went live (deployed in tickmark.yaml)")
	case !slices.ContainsFunc(c.GapsOf(c.Sample.Ref), func(g evidence.Gap) bool { return strings.Contains(g.Part, "deploy") }):
		gap(evidence.KindTicket, "deployment", evidence.NotFound,
			"the ticket says neither by the configured field nor by a configured status that its change went live")
	}
}

// landed reports whether the change is known to be on its base branch.
func landed(c *evidence.Change) bool {
	if pr, ok := c.Subject(); ok {
		return pr.PullRequest.State == "merged"
	}
	_, ok := c.Landed()
	return ok
}

func hasGap(c *evidence.Change, kind evidence.Kind) bool {
	return slices.ContainsFunc(c.Gaps, func(g evidence.Gap) bool { return g.Ref.Kind == kind })
}
