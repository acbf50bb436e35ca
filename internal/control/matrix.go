package control

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tickmark-dev/tickmark/internal/policy"
)

// requirement gives the line of the approval matrix for the change: that of
// its tier with those of its categories; of an emergency one approval by whom
// the policy names.
type requirement struct {
	count int
	oneOf [][]string
	each  []string
	says  string
}

func (x *exam) requirement(tier string) requirement {
	if x.emergency().is {
		return requirement{count: 1, oneOf: [][]string{x.p.Emergency.Approvers}, says: "emergency"}
	}
	r := requirement{says: "tier " + tier}
	add := func(q policy.Requirement) {
		r.count = max(r.count, q.Count)
		if len(q.OneOf) > 0 {
			r.oneOf = append(r.oneOf, q.OneOf)
		}
		for _, role := range q.Each {
			if !slices.Contains(r.each, role) {
				r.each = append(r.each, role)
			}
		}
	}
	add(x.p.Approvals.Tiers[tier])
	for _, c := range x.categories(x.judged()) {
		if q, ok := x.p.Approvals.Categories[c]; ok {
			add(q)
			r.says += ", " + c
		}
	}
	return r
}

func (r requirement) String() string { return r.words() + " (" + r.says + ")" }

// words says what is required: "2 approvals, by engineering manager, by dba".
func (r requirement) words() string {
	var parts []string
	if r.count > 0 {
		parts = append(parts, count(r.count, "approval"))
	}
	for _, any := range r.oneOf {
		parts = append(parts, "by "+strings.Join(any, " or "))
	}
	for _, role := range r.each {
		parts = append(parts, "by "+role)
	}
	return strings.Join(parts, ", ")
}

// tally is how approvals compare with a requirement.
type tally struct {
	short   []string // what is missing for certain
	unknown []string // what depends on roles that nobody has stated
}

func (t tally) met() bool { return len(t.short) == 0 && len(t.unknown) == 0 }

// tally counts different humans, and finds their roles at the time when they
// approved. Without a time of its own an approval has that of the deployment.
func (x *exam) tally(r requirement, approvals []approval) tally {
	var t tally
	var who []string
	for _, a := range approvals {
		id := a.by.id
		if a.by.ghost {
			id = a.String()
		}
		if !slices.Contains(who, id) {
			who = append(who, id)
		}
	}
	if len(who) < r.count {
		t.short = append(t.short, fmt.Sprintf("%s (%d of %d given)", count(r.count-len(who), "approval"), len(who), r.count))
	}
	need := func(roles []string) {
		known := true
		for _, a := range approvals {
			at := a.at
			if at.IsZero() {
				at = x.judged()
			}
			has, sure := x.roleOf(a.by, at, roles)
			if has {
				return
			}
			known = known && sure
		}
		what := "an approval by " + strings.Join(roles, " or ")
		if known {
			t.short = append(t.short, what)
		} else {
			t.unknown = append(t.unknown, what)
		}
	}
	for _, any := range r.oneOf {
		need(any)
	}
	for _, role := range r.each {
		need([]string{role})
	}
	return t
}

// ofChange gives the approvals of the change itself as of a cut-off: the
// reviews of its pull request, or the approvals of the ticket that it was made
// by. Who let a deployment pass its gate has released it, which stands in for
// no approval of what it brought: attribute Q looks at that.
func (x *exam) ofChange(cut time.Time) ([]approval, *lack) {
	if x.lane == byTicket {
		return x.ticketApprovals(cut)
	}
	return x.reviewApprovals(cut)
}

// anywhere gives the approvals of the change and of its change request, for
// questions that either answers.
func (x *exam) anywhere(cut time.Time) ([]approval, *lack) {
	reviews, l1 := x.reviewApprovals(cut)
	tickets, l2 := x.ticketApprovals(cut)
	return slices.Concat(reviews, tickets), first(l1, l2)
}
