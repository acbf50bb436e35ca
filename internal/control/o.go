package control

import (
	"slices"
	"strings"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// deployedIsApproved is O: what was deployed is M, or M with nothing but other
// changes that the population knows.
func deployedIsApproved(x *exam) verdict {
	switch {
	case x.lane == byTicket:
		return notApplicable("NOT_IN_VERSION_CONTROL", "The change was not made in version control; attribute W looks at its difference.").on(x.main.ref)
	case x.mLack != nil:
		return unable(x.mLack)
	case x.tdep.lack != nil:
		return unable(x.tdep.lack)
	case x.tdep.none:
		return x.undeployed()
	}
	d := x.first.Deployment
	v := verdict{}
	switch {
	case d.SHA == "":
		v = review("DEPLOYED_COMMIT_NOT_LOGGED", "The deployment does not say which commit was deployed.")
	case d.SHA == x.m:
		v = met("DEPLOYED_AS_MERGED", "Exactly the commit that was merged was deployed.")
	default:
		v = x.batch(d)
	}
	return v.with("merged commit", x.m).with("deployed commit", d.SHA).with("asked for", d.Branch).on(x.tdep.basis...)
}

// batch judges a deployment that brought other commits on top of the change.
func (x *exam) batch(d *evidence.Deployment) verdict {
	if l := x.lacks(x.first.Ref, "which commits the deployment brought", "range", "previous"); l != nil {
		return unable(l)
	}
	if d.Range == nil || len(d.Range.Commits) < d.Range.Total || d.Range.Head != d.SHA {
		return unable(&lack{x.first.Ref, "which commits the deployment brought", "the source compared it with none before it, or not wholly", "EVIDENCE_ABSENT"})
	}
	at := slices.IndexFunc(d.Range.Commits, func(c evidence.Commit) bool { return c.SHA == x.m })
	if at < 0 {
		return review("COMMIT_NOT_IN_RANGE", "The deployment contains the change, and the commits that it brought do not name it; what came between is not known.")
	}
	if x.o.ChangeOf == nil {
		return unable(&lack{x.first.Ref, "to which changes the other commits of the deployment belong", "the population was not enumerated", "POPULATION_NOT_KNOWN"})
	}
	var others []string
	under := ancestors(d.Range.Commits, x.m)
	for _, c := range d.Range.Commits {
		if under[c.SHA] || x.ofPull(c.SHA) {
			continue // M stands on it: it was there when the change was merged
		}
		change, known := x.o.ChangeOf(d.Repository, c.SHA)
		switch {
		case !known:
			return review("COMMIT_NOT_ATTRIBUTED", "The deployment also brought commit %s, which the population attributes to no change.", short(c.SHA)).with("commit", c.SHA)
		case strings.Contains(change, "@"):
			return exception("UNREVIEWED_COMMIT_DEPLOYED", "The deployment also brought commit %s, which no pull request brought.", short(c.SHA)).with("commit", c.SHA).with("change", change)
		case !slices.Contains(others, change):
			others = append(others, change)
		}
	}
	slices.Sort(others)
	return x.othersApproved(others).with("other changes", strings.Join(others, ", "))
}

// othersApproved judges a batch by whether the other changes in it were
// approved: what was deployed with this one is only then what was approved.
func (x *exam) othersApproved(others []string) verdict {
	var unapproved, unknown []string
	for _, change := range others {
		outcome, known := evidence.Unable, false
		if x.o.Approved != nil {
			outcome, known = x.o.Approved(change)
		}
		switch {
		case known && (outcome == evidence.Met || outcome == evidence.NotApplicable): // a class that the policy exempts was approved as one
		case known && outcome == evidence.Exception:
			unapproved = append(unapproved, change)
		default:
			unknown = append(unknown, change)
		}
	}
	switch {
	case len(unapproved) > 0:
		return review("DEPLOYED_WITH_UNAPPROVED", "The change was deployed together with what nobody had rightly approved (attribute E): %s.", list(unapproved))
	case len(unknown) > 0:
		return review("DEPLOYED_WITH_UNCERTAIN", "The change was deployed together with others of which it is not certain that they were approved (attribute E): %s.", list(unknown))
	}
	return met("DEPLOYED_IN_BATCH", "The change was deployed together with others that the population knows and that were approved, and with nothing else.")
}

// ancestors gives a commit of a range and all that it stands on.
func ancestors(commits []evidence.Commit, sha string) map[string]bool {
	parents := map[string][]string{}
	for _, c := range commits {
		parents[c.SHA] = c.Parents
	}
	out := map[string]bool{}
	for todo := []string{sha}; len(todo) > 0; {
		next := todo[0]
		if todo = todo[1:]; !out[next] {
			out[next] = true
			todo = append(todo, parents[next]...)
		}
	}
	return out
}
