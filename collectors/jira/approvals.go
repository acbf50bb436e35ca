package jira

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// approvals reads the approval steps of a service desk. A ticket that is no
// request of a service desk has none, and Jira says so with 404.
func (r *reading) approvals(ctx context.Context) {
	l := listing{path: "rest/servicedeskapi/request/" + r.body.Key + "/approval", key: "values", noun: "approvals", start: "start", limit: "limit"}
	all, err := list(ctx, r.c, l, func(a approval) string { return a.ID })
	var refused *statusError
	if errors.As(err, &refused) && refused.status == http.StatusNotFound && len(all) == 0 && r.c.loginRefused(refused.header) == "" {
		return
	}
	r.failed("approvals", "the approvals of the service desk", err)
	for _, a := range all {
		out := evidence.TicketApproval{
			ID: a.ID, Name: a.Name, Decision: a.FinalDecision,
			Created:   r.time("approvals", a.Created.String()),
			Completed: r.time("approvals", a.Completed.String()),
		}
		for _, who := range a.Approvers {
			out.Approvers = append(out.Approvers, evidence.Decision{Person: r.c.person(who.Approver), Decision: who.Decision})
		}
		r.ticket.Approvals = append(r.ticket.Approvals, out)
	}
	slices.SortStableFunc(r.ticket.Approvals, func(a, b evidence.TicketApproval) int {
		return cmp.Or(a.Created.Compare(b.Created), compareIDs(a.ID, b.ID))
	})
}
