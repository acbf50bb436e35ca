package xlsx

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// approval counts what is recorded, without judging it: reviews on the pull
// request, answers at a service desk, answers at a pipeline's gate.
func (f facts) approval() string {
	pr := f.pullRequest()
	if pr == nil {
		return f.ticketApproval()
	}
	it, _ := f.c.Subject()
	name := fmt.Sprintf("PR #%d: ", pr.Number)
	missing := f.cut(it.Ref, "review", "approval")
	trailers := ""
	if n := len(f.trailers()); n > 0 {
		trailers = fmt.Sprintf("; %s in the commit message", plural(n, "reviewer trailer"))
	}
	if missing != "" && len(pr.Reviews) == 0 {
		return name + missing + trailers
	}
	count, gone := map[string]int{}, 0
	for _, r := range pr.Reviews {
		state, late := pr.StateAtMerge(r)
		if count[state]++; late {
			gone++
		}
	}
	said := []string{plural(count["APPROVED"], "approval")}
	for _, other := range [][2]string{{"CHANGES_REQUESTED", "requesting changes"}, {"DISMISSED", "dismissed"}} {
		if n := count[other[0]]; n > 0 {
			said = append(said, fmt.Sprintf("%d %s", n, other[1]))
		}
	}
	if n := len(f.gateApprovals()); n > 0 {
		said = append(said, plural(n, "approval")+" at a deployment gate")
	}
	note := name + strings.Join(said, ", ") + " recorded" + f.timing(pr)
	if gone > 0 {
		note += fmt.Sprintf("; %s after the merge", plural(gone, "review")+" dismissed")
	}
	note += trailers
	return note + restOf(missing)
}

// restOf says that there may be more approvals than those that are counted.
func restOf(missing string) string {
	if missing == "" {
		return ""
	}
	return "; whether there are more: " + missing
}

// timing says of the approvals of a merged pull request which came after the
// merge, and which stand on another head than the one that merged. It counts
// them; what they are worth is not judged here.
func (f facts) timing(pr *evidence.PullRequest) string {
	if pr.Merged.IsZero() {
		return ""
	}
	late, said := 0, ""
	elsewhere := map[string]int{}
	var heads []string
	for _, r := range pr.ApprovedAtMerge() {
		switch {
		case r.Submitted.After(pr.Merged):
			late++
		case r.CommitID != "" && pr.Head.SHA != "" && r.CommitID != pr.Head.SHA:
			if elsewhere[r.CommitID]++; elsewhere[r.CommitID] == 1 {
				heads = append(heads, r.CommitID)
			}
		}
	}
	if late > 0 {
		said += fmt.Sprintf("; %d of them after the merge", late)
	}
	for _, sha := range heads {
		said += fmt.Sprintf("; %d on %s head %s, %s merged", elsewhere[sha], headWord(pr, sha), short(sha), short(pr.Head.SHA))
	}
	return said
}

func (f facts) ticketApproval() string {
	t := f.ticket()
	if t == nil {
		return f.noPR()
	}
	approved := 0
	for _, step := range t.Approvals {
		for _, d := range step.Approvers {
			if strings.EqualFold(d.Decision, "approved") {
				approved++
			}
		}
	}
	missing := f.cut(f.item(t), "approval")
	note := fmt.Sprintf("%s: %s recorded", t.Key, plural(approved, "approval"))
	if missing != "" && approved == 0 {
		note, missing = t.Key+": "+missing, ""
	}
	if h := statusApproval(t); h != nil {
		note += fmt.Sprintf("; status set to %s by %s", oneLine(h.To, 40), person(h.Author))
	}
	return note + restOf(missing)
}

// headWord says what a commit is to a pull request whose head it is not.
func headWord(pr *evidence.PullRequest, sha string) string {
	was := slices.ContainsFunc(pr.Commits, func(c evidence.Commit) bool { return c.SHA == sha }) ||
		slices.ContainsFunc(pr.Timeline, func(e evidence.Event) bool { return e.Before == sha })
	if was {
		return "the older"
	}
	return "another"
}

// statusApproval gives the last move of a ticket into a status that is named
// after an approval.
func statusApproval(t *evidence.Ticket) *evidence.HistoryEntry {
	for i := len(t.History) - 1; i >= 0; i-- {
		h := &t.History[i]
		if to := strings.ToLower(h.To); strings.EqualFold(h.Field, "status") && (strings.HasPrefix(to, "approved") || strings.HasSuffix(to, " approved")) {
			return h
		}
	}
	return nil
}

// gateApprovals gives the approvals of pipelines that waited for one.
func (f facts) gateApprovals() []evidence.GateApproval {
	var gates []evidence.GateApproval
	for _, it := range f.c.All(evidence.KindBuild) {
		for _, a := range it.Build.Approvals {
			if a.State == "approved" {
				gates = append(gates, a)
			}
		}
	}
	return gates
}

// trailers gives the lines of the landed commit's message that name
// reviewers. They are what the committer wrote, not records of reviews.
func (f facts) trailers() []evidence.Trailer {
	landed, ok := f.c.Landed()
	if !ok {
		return nil
	}
	var found []evidence.Trailer
	for _, t := range landed.Commit.Trailers {
		switch strings.ToLower(t.Key) {
		case "reviewed-by", "reviewers", "reviewer", "approved-by", "acked-by":
			found = append(found, t)
		}
	}
	return found
}

// mergedBy names who merged, or says why nobody is named.
func (f facts) mergedBy(pr *evidence.PullRequest) string {
	if pr.MergedBy == nil {
		return f.lacking("merge")
	}
	return person(pr.MergedBy)
}

// lacking says why a part of the pull request is not known.
func (f facts) lacking(part string) string {
	it, _ := f.c.Subject()
	if why := f.cut(it.Ref, part); why != "" {
		return why
	}
	return noneRecorded
}

// approvers names who approved and when, one a line.
func (f facts) approvers() string {
	var lines []string
	if pr := f.pullRequest(); pr != nil {
		for _, r := range pr.ApprovedAtMerge() {
			line := person(r.Author) + ", " + at(r.Submitted)
			if r.CommitID != "" {
				line += ", on " + short(r.CommitID)
			}
			if gone := pr.DismissedAfterMerge(r); !gone.IsZero() {
				line += ", dismissed after the merge, " + at(gone)
			}
			lines = append(lines, line)
		}
	} else if t := f.ticket(); t != nil {
		for _, step := range t.Approvals {
			for _, d := range step.Approvers {
				if strings.EqualFold(d.Decision, "approved") {
					lines = append(lines, person(d.Person)+", "+at(step.Completed))
				}
			}
		}
		if h := statusApproval(t); h != nil {
			lines = append(lines, person(h.Author)+", "+at(h.At)+" (status)")
		}
	}
	for _, t := range f.trailers() {
		lines = append(lines, oneLine(t.Key+": "+t.Value, 200)+" (the committer's statement)")
	}
	for _, g := range f.gateApprovals() {
		lines = append(lines, person(g.Person)+", "+at(g.At)+" (deployment gate)")
	}
	if len(lines) == 0 {
		return f.noApproval()
	}
	return strings.Join(lines, "\n")
}

// approvedAt is the time of the last approval that is recorded.
func (f facts) approvedAt() time.Time {
	var last time.Time
	later := func(t time.Time) {
		if t.After(last) {
			last = t
		}
	}
	if pr := f.pullRequest(); pr != nil {
		for _, r := range pr.ApprovedAtMerge() {
			later(r.Submitted)
		}
		return last
	}
	if t := f.ticket(); t != nil {
		for _, step := range t.Approvals {
			if strings.EqualFold(step.Decision, "approved") {
				later(step.Completed)
			}
		}
		if h := statusApproval(t); h != nil {
			later(h.At)
		}
	}
	return last
}

// noApproval says why no approval is known.
func (f facts) noApproval() string {
	if it, ok := f.c.Subject(); ok {
		if why := f.cut(it.Ref, "review", "approval"); why != "" {
			return why
		}
		return noneRecorded
	}
	if t := f.ticket(); t != nil {
		if why := f.cut(f.item(t), "approval"); why != "" {
			return why
		}
		return noneRecorded
	}
	return f.noPR()
}
