package control

import (
	"strings"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// requestedFirst is B: the change was asked for before it was merged and
// deployed.
func requestedFirst(x *exam) verdict {
	if x.emergency().is {
		return notApplicable("EMERGENCY", "An emergency change may be written up afterwards; attribute P tests that.").with("emergency", x.emergency().where).on(x.subjectRef())
	}
	if x.pullIsRequest() {
		if a := x.outcome("A"); a.outcome != evidence.Met {
			return noRequest(a)
		}
		if x.pr.Created.IsZero() {
			return unable(&lack{x.prRef, "when the pull request was opened", "the source does not say", "EVIDENCE_ABSENT"})
		}
		return met("PULL_REQUEST_IS_REQUEST", "The pull request stands for the ticket, and it was opened before it was merged.").at("opened", x.pr.Created).at("merged", x.tmerge.at).on(x.prRef)
	}
	if x.main.t == nil || !x.main.strong {
		return noRequest(x.outcome("A"))
	}
	t := x.main.t
	if t.Created.IsZero() {
		return unable(first(x.partial(x.main.ref, "when ticket "+t.Key+" was created", "created"), &lack{x.main.ref, "when ticket " + t.Key + " was created", "the source does not say", "EVIDENCE_ABSENT"}))
	}
	if x.tdep.none {
		return x.undeployed()
	}
	v := asOf(x.tdep, func(cut time.Time) verdict {
		if t.Created.After(cut) {
			return exception("REQUESTED_AFTER_DEPLOYMENT", "Ticket %s was created after the change was deployed.", t.Key).with("after the deployment", hours(t.Created.Sub(x.tdep.at)))
		}
		return met("REQUESTED_FIRST", "Ticket %s was created before the change was merged and deployed.", t.Key)
	})
	if v.outcome == evidence.Met && x.lane == byPullRequest {
		if merged := asOf(x.tmerge, func(cut time.Time) verdict {
			if t.Created.After(cut) {
				return review("REQUESTED_AFTER_MERGE", "Ticket %s was created after the change was merged and before it was deployed.", t.Key)
			}
			return v
		}); merged.outcome != evidence.Met {
			v = merged
		}
	}
	if v.outcome == evidence.Met {
		if why := x.doubtfulAge(); why.code != "" {
			v = why
		}
	}
	return x.withWork(v).at("ticket created", t.Created).with("merged", x.tmerge.String()).with("deployed", x.tdep.String()).on(x.subjectRef(), x.main.ref).on(x.tdep.basis...)
}

// noRequest is the verdict of an attribute of the change request where A found
// none that counts.
func noRequest(a verdict) verdict {
	if a.outcome == evidence.Met {
		a = review("REQUEST_NOT_CLEAR", "It is not clear which request the change is for.").facts(a)
	}
	v := a
	v.why = "There is no change request that could be tested: " + lower(a.why)
	return v
}

func lower(s string) string {
	if len(s) > 1 && s[0] >= 'A' && s[0] <= 'Z' && s[1] >= 'a' && s[1] <= 'z' {
		return string(s[0]+32) + s[1:]
	}
	return s
}

// doubtfulAge finds signs that the ticket's creation is not that of the request.
func (x *exam) doubtfulAge() verdict {
	t := x.main.t
	for _, l := range t.Labels {
		if low := strings.ToLower(l); strings.Contains(low, "imported") || strings.Contains(low, "migrated") {
			return review("TICKET_IMPORTED", "Ticket %s was imported (label %s), so that its date of creation may not be its own.", t.Key, quote(l))
		}
	}
	for _, r := range t.Related {
		if low := strings.ToLower(r.Relation); strings.Contains(low, "clones") || strings.Contains(low, "cloned from") {
			return review("TICKET_CLONED", "Ticket %s is a copy of %s; a person must say whether it was made for this change.", t.Key, r.Key)
		}
	}
	if x.p.Request.BeforeWork && x.pr != nil && !x.pr.Created.IsZero() && t.Created.After(x.pr.Created) {
		return review("REQUESTED_AFTER_WORK", "Ticket %s was created after the pull request was opened; the policy asks for it before the work begins.", t.Key)
	}
	return verdict{}
}

// withWork reports the ticket's age against the work's first traces. The dates
// of commits are their makers' statements and decide nothing.
func (x *exam) withWork(v verdict) verdict {
	if x.pr == nil {
		return v
	}
	v = v.at("pull request opened", x.pr.Created)
	if len(x.pr.Commits) > 0 {
		v = v.with("first commit, as its author dates it", moment{at: x.pr.Commits[0].Author.Date}.String())
	}
	return v
}
