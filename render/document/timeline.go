package document

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// maxMoments bounds what a timeline draws; the documents show everything.
const maxMoments = 40

// timeline draws what happened, in the order of time.
func (v *view) timeline() []Block {
	var moments []Moment
	var refs []evidence.Ref // the record of each moment
	var ref evidence.Ref
	add := func(at time.Time, major bool, tone Tone, who, what string) {
		if !at.IsZero() {
			refs = append(refs, ref)
			moments = append(moments, Moment{At: at, When: v.clock.UTC(at), Local: v.clock.Local(at), What: text(what), Who: who, Tone: tone, Major: major})
		}
	}
	measured := map[time.Time]string{} // names of the signals by the end of their windows
	var ends []time.Time
	for _, it := range v.c.Items {
		ref = it.Ref
		switch {
		case it.Ticket != nil:
			v.ticketMoments(it.Ticket, add)
			if t := it.Ticket; t.DeployedDay && !t.Deployed.IsZero() {
				moments[len(moments)-1].When, moments[len(moments)-1].Local = t.Deployed.UTC().Format(time.DateOnly), ""
			}
		case it.PullRequest != nil:
			v.prMoments(it.PullRequest, add)
		case it.Commit != nil:
			v.commitMoment(it.Commit, add)
		case it.Checks != nil:
			v.checkMoments(it.Checks, add)
		case it.Build != nil:
			buildMoments(it.Build, add)
		case it.Deployment != nil:
			v.deploymentMoments(it, add)
		case it.RuleHistory != nil:
			shown, _ := v.relevant(it.RuleHistory.Events)
			for _, e := range shown {
				if e.Kind == evidence.PolicyOverride {
					add(e.At, true, Bad, e.Actor.String(), "Bypassed the rules of the branch "+it.RuleHistory.Branch)
				}
			}
		case it.Signal != nil:
			if measured[it.Signal.After.To] == "" {
				ends = append(ends, it.Signal.After.To)
			} else {
				measured[it.Signal.After.To] += ", "
			}
			measured[it.Signal.After.To] += it.Signal.Name
		case it.Exhibit != nil:
			add(it.Exhibit.At, false, Neutral, it.Exhibit.By, "Exhibit attached: "+clip(or(it.Exhibit.Shows, it.Exhibit.File), 100))
		}
	}
	ref = evidence.Ref{}
	for _, end := range ends {
		add(end, false, Neutral, "", "End of the measurements: "+clip(measured[end], 200))
	}
	if len(moments) == 0 {
		return []Block{note(GapTone, "No dated event", "None of the collected records has a time.")}
	}
	moments = v.decide(moments, refs)
	slices.SortStableFunc(moments, func(a, b Moment) int { return a.At.Compare(b.At) })
	left := 0
	// What the change is told by stays; of the rest the latest go first.
	for i := len(moments) - 1; i >= 0 && len(moments) > maxMoments; i-- {
		if !moments[i].Major && len(moments[i].Marks) == 0 {
			moments = slices.Delete(moments, i, i+1)
			left++
		}
	}
	if n := len(moments); n > 2*maxMoments {
		left += n - 2*maxMoments
		moments = moments[:2*maxMoments]
	}
	blocks := []Block{{Timeline: &Timeline{Moments: moments}}}
	if slices.ContainsFunc(moments, func(m Moment) bool { return len(m.Marks) > 0 }) {
		blocks = append(blocks, paragraph(Span{Tone: Muted, Text: marksLegend}))
	}
	if left > 0 {
		blocks = append(blocks, paragraph(Span{Tone: Muted, Text: fmt.Sprintf("%s not drawn here; the documents of this sample show all of them.", count(left, "further event"))}))
	}
	return blocks
}

type addMoment func(at time.Time, major bool, tone Tone, who, what string)

func (v *view) ticketMoments(t *evidence.Ticket, add addMoment) {
	add(t.Created, true, Neutral, person(t.Reporter), "Ticket "+t.Key+" created")
	for _, h := range transitions(t) {
		add(h.At, false, Neutral, person(h.Author), t.Key+" moved from "+or(h.From, "(none)")+" to "+or(h.To, "(none)"))
	}
	for _, a := range t.Approvals {
		add(a.Completed, true, conclusionTone(a.Decision), approvers(a), t.Key+": approval step “"+a.Name+"” completed, "+or(a.Decision, "decision not stated"))
	}
	what := t.Key + " says that the change went live"
	if t.DeployedDay {
		what += " on this day; its time is not recorded"
	}
	add(t.Deployed, true, Info, deployedBy(t), what) // stays the last
}

func deployedBy(t *evidence.Ticket) string {
	if t.DeployedBy == nil {
		return ""
	}
	return person(t.DeployedBy)
}

func approvers(a evidence.TicketApproval) string {
	var names []string
	for _, d := range a.Approvers {
		names = append(names, person(d.Person)+" ("+or(d.Decision, "not stated")+")")
	}
	return strings.Join(names, ", ")
}

func (v *view) prMoments(pr *evidence.PullRequest, add addMoment) {
	name := fmt.Sprintf("PR #%d", pr.Number)
	add(pr.Created, true, Neutral, person(pr.Author), name+" opened")
	for _, r := range pr.Reviews {
		action, badge := reviewWords(r.State)
		tone := badge.Tone
		if tone == Muted {
			tone = Neutral
		}
		add(r.Submitted, r.State != "COMMENTED", tone, person(r.Author), name+": "+action+prefixed(", on commit ", short(r.CommitID))+dismissedWord(r.State))
	}
	for _, e := range pr.Timeline {
		switch e.Kind {
		case "review_dismissed", "head_ref_force_pushed", "base_ref_changed", "reopened", "ready_for_review", "added_to_merge_queue":
			words, tone := eventWords(e)
			add(e.At, e.Kind == "review_dismissed" || e.Kind == "head_ref_force_pushed", tone, person(e.Actor), name+": "+plain(words))
		}
	}
	if wasMerged(pr) {
		add(pr.Merged, true, Merged, person(pr.MergedBy), name+" merged into "+pr.Base.Ref+prefixed(" as ", short(pr.MergeCommit)))
	} else {
		add(pr.Closed, true, Bad, "", name+" closed without merge")
	}
}

// commitMoment tells when the change was committed where no source says when
// it was merged.
func (v *view) commitMoment(c *evidence.Commit, add addMoment) {
	landed, ok := v.c.Landed()
	if !ok || landed.Commit != c {
		return
	}
	if pr, ok := v.c.Subject(); ok && !pr.PullRequest.Merged.IsZero() {
		return
	}
	add(c.Committer.Date, true, Merged, plain(signature(c.Committer)), "Commit "+short(c.SHA)+" committed, by its committer's own statement")
}

func dismissedWord(state string) string {
	if state == "DISMISSED" {
		return " (later dismissed)"
	}
	return ""
}

func (v *view) checkMoments(c *evidence.Checks, add addMoment) {
	if len(c.Runs) == 0 {
		return
	}
	words, before, last := latestRuns(c)
	checks := 0
	for _, n := range words {
		checks += n
	}
	role := or(v.commitRole(c.SHA), "commit")
	tone := Neutral
	if words["success"] == checks {
		tone = Good
	}
	if words["failure"] > 0 {
		tone = Bad
	}
	what := fmt.Sprintf("%s on %s %s completed: %s", count(checks, "check"), role, short(c.SHA), tally(words)+runsBefore(before))
	add(last, role != "commit", tone, "", what)
}

func buildMoments(b *evidence.Build, add addMoment) {
	for _, a := range b.Approvals {
		add(a.At, true, conclusionTone(a.State), person(a.Person), "Deployment gate: "+a.State+prefixed(" for ", strings.Join(a.Environments, ", ")))
	}
}

func (v *view) deploymentMoments(it evidence.Item, add addMoment) {
	dep := it.Deployment
	contains := slices.ContainsFunc(v.c.Deployments(), func(o evidence.Item) bool { return o.Ref == it.Ref })
	if !contains {
		return
	}
	first, ok := v.c.FirstDeployment()
	isFirst := ok && first.Ref == it.Ref
	add(dep.Created, false, Neutral, person(dep.Creator), "Deployment "+dep.ID+" to "+dep.Environment+" created")
	for _, s := range dep.Statuses {
		switch s.State {
		case "success":
			what := "Deployment " + dep.ID + " to " + dep.Environment + " reported successful"
			if isFirst && s.Created.Equal(dep.SucceededAt()) {
				what += ": the change is in production"
			}
			add(s.Created, isFirst, Info, "", what)
		case "failure", "error":
			add(s.Created, true, Bad, "", "Deployment "+dep.ID+" to "+dep.Environment+" reported "+s.State)
		}
	}
}
