package xlsx

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// What stands where a fact is absent: never nothing.
const (
	notObtained   = "not obtained"
	noneRecorded  = "none recorded"
	noPullRequest = "no pull request"
	notMerged     = "none recorded: not merged"
	notCollected  = "not collected" // of a change that is no sample: the lists do not tell
	notTested     = "not tested"
	notSampled    = "not sampled"
)

// facts reads short facts from a change, in the sources' words.
type facts struct {
	c *evidence.Change
	b *book
}

// listed reports whether the change is no sample, so that nothing is known of it
// but what the lists of the population tell.
func (f facts) listed() bool { return f.c.Sample.Number == 0 }

// changeID names the change as the population does.
func (f facts) changeID() string {
	return f.c.ID()
}

func (f facts) pullRequest() *evidence.PullRequest {
	it, _ := f.c.Subject()
	return it.PullRequest
}

// ticket gives the ticket that was asked for, or the first that was found and
// is no incident, or the first.
func (f facts) ticket() *evidence.Ticket {
	if it, ok := f.c.Find(f.c.Sample.Ref); ok && it.Ticket != nil {
		return it.Ticket
	}
	all := f.c.All(evidence.KindTicket)
	for _, it := range all {
		if !isIncident(it.Ticket) {
			return it.Ticket
		}
	}
	if len(all) > 0 {
		return all[0].Ticket
	}
	return nil
}

// isIncident reports whether the tracker calls the ticket an incident.
func isIncident(t *evidence.Ticket) bool {
	return t != nil && strings.Contains(strings.ToLower(t.Type), "incident")
}

// deployment gives the first successful production deployment; where none
// succeeded, the last that was tried; or the one that was asked for.
func (f facts) deployment() *evidence.Deployment {
	if it, ok := f.c.FirstDeployment(); ok {
		return it.Deployment
	}
	if all := f.c.Deployments(); len(all) > 0 {
		return all[len(all)-1].Deployment
	}
	it, _ := f.c.Find(f.c.Sample.Ref)
	return it.Deployment
}

// absent says why there is nothing of these kinds: the first gap's reason, or
// that the sources have none. Where the record that was asked for is itself
// missing, nothing further was asked, and its gap is the reason.
func (f facts) absent(kinds ...evidence.Kind) string {
	_, found := f.c.Find(f.c.Sample.Ref)
	for _, g := range f.c.Gaps {
		if slices.Contains(kinds, g.Ref.Kind) || !found && g.Ref == f.c.Sample.Ref {
			return notObtained + ": " + string(g.Reason) + " (" + strings.TrimSpace(words(g.Ref.Kind)+" "+g.Part) + ")"
		}
	}
	if !found {
		return notObtained + ": the record that was asked for is missing"
	}
	if f.listed() {
		return notCollected
	}
	return noneRecorded
}

// cut says why a part of a record is not whole: the lists do not tell it, or it
// was asked for and not obtained; "" where it is whole.
func (f facts) cut(ref evidence.Ref, parts ...string) string {
	if it, ok := f.c.Find(ref); ok {
		for _, unread := range it.Unread {
			for _, part := range parts {
				if speaksOf(unread, part) {
					return notCollected
				}
			}
		}
	}
	for _, g := range f.c.GapsOf(ref) {
		for _, part := range parts {
			if speaksOf(g.Part, part) {
				return notObtained + ": " + string(g.Reason)
			}
		}
	}
	return ""
}

// speaksOf reports whether what is missing of a record is the part that is
// asked for. Comments on a review are none of its reviews.
func speaksOf(missing, part string) bool {
	missing = strings.ToLower(missing)
	return strings.Contains(missing, part) && (!strings.Contains(missing, "comment") || strings.Contains(part, "comment"))
}

// noTicket says why no ticket is known. Of a change that is no sample, the
// reconciliation of the lists may tell.
func (f facts) noTicket() string {
	if f.listed() && (slices.Contains(f.b.lonely[f.changeID()], "pull request without ticket") || slices.Contains(f.b.lonely[f.changeID()], "commit without ticket")) {
		return noneRecorded + ": no ticket in the lists"
	}
	return f.absent(evidence.KindTicket)
}

func (f facts) noPR() string {
	if _, found := f.c.Find(f.c.Sample.Ref); found && f.listed() {
		return noPullRequest // the lists were reconciled
	}
	if why := f.absent(evidence.KindPullRequest); why != noneRecorded {
		return why
	}
	return noPullRequest
}

// noDeployment says why no deployment is known.
func (f facts) noDeployment() string {
	if f.ticket() != nil && f.pullRequest() == nil {
		return notObtained + ": the ticket does not say when it was deployed"
	}
	if _, found := f.c.Find(f.c.Sample.Ref); !found {
		return f.absent(evidence.KindDeployment, evidence.KindCommit)
	}
	if dep := f.deployment(); dep != nil {
		return notObtained + ": no successful deployment to production is recorded"
	}
	if why := f.absent(evidence.KindDeployment, evidence.KindCommit); why != noneRecorded {
		return why
	}
	return notObtained + ": no production deployment that contains the change was found"
}

func (f facts) description() string {
	it, _ := f.c.Find(f.c.Sample.Ref)
	switch pr := f.pullRequest(); {
	case it.Ticket != nil:
		return oneLine(it.Ticket.Title, 300)
	case pr != nil:
		return oneLine(pr.Title, 300)
	case it.Commit != nil:
		first, _, _ := strings.Cut(it.Commit.Message, "\n")
		return oneLine(first, 300)
	case it.Deployment != nil && it.Deployment.Description != "":
		return oneLine(it.Deployment.Description, 300)
	}
	return f.absent(f.c.Sample.Ref.Kind)
}

func (f facts) repository() string {
	switch pr, t := f.pullRequest(), f.ticket(); {
	case pr != nil:
		return said(oneLine(pr.Repository, 200))
	case t != nil && t.Project != "":
		return oneLine(t.Project, 200)
	}
	return f.c.Sample.Ref.System
}

func (f facts) environment() string {
	if dep := f.deployment(); dep != nil {
		return said(dep.Environment)
	}
	if f.ticket() != nil && f.pullRequest() == nil {
		return f.declared("environment")
	}
	return f.noDeployment()
}

// declared gives the first of these configured fields that the ticket has.
func (f facts) declared(names ...string) string {
	t := f.ticket()
	if t == nil {
		return f.noTicket()
	}
	for _, name := range names {
		if field, ok := t.Field(name); ok && strings.TrimSpace(field.Value.Source) != "" {
			return oneLine(prose(field.Value), 200)
		}
	}
	if why := f.cut(f.item(t), append(names, "field")...); why != "" {
		return why
	}
	return noneRecorded
}

// item gives the ref of a ticket.
func (f facts) item(t *evidence.Ticket) evidence.Ref {
	for _, it := range f.c.All(evidence.KindTicket) {
		if it.Ticket == t {
			return it.Ref
		}
	}
	return evidence.Ref{}
}

// risk gives the ticket's risk field, or else the boxes ticked in the pull
// request's risk assessment.
func (f facts) risk() string {
	level := f.declared("risk", "risk_level")
	pr := f.pullRequest()
	if pr == nil || !isAbsence(level) && f.ticket() != nil {
		return level
	}
	var ticked []string
	for l := range strings.SplitSeq(pr.Body.Source, "\n") {
		l = strings.ToLower(strings.TrimSpace(l))
		for _, tier := range []string{"High", "Medium", "Low"} {
			if strings.HasPrefix(l, "- [x] "+strings.ToLower(tier)+" risk") || strings.HasPrefix(l, "* [x] "+strings.ToLower(tier)+" risk") {
				ticked = append(ticked, tier)
			}
		}
	}
	if len(ticked) == 0 {
		return level
	}
	return strings.Join(ticked, ", ") + " (ticked in the pull request)"
}

func (f facts) tickets() string {
	var keys []string
	for _, it := range f.c.All(evidence.KindTicket) {
		keys = append(keys, it.Ticket.Key)
	}
	if len(keys) == 0 {
		return f.noTicket()
	}
	return oneLine(strings.Join(keys, ", "), 300)
}

func (f facts) requester() string {
	if t := f.ticket(); t != nil {
		return stated(t.Reporter)
	}
	return f.noTicket()
}

// authors names who opened the pull request and, where they are others, who
// wrote its commits.
func (f facts) authors() string {
	pr := f.pullRequest()
	if pr == nil {
		if it, ok := f.c.Find(f.c.Sample.Ref); ok && it.Commit != nil {
			return signed(it.Commit.Author)
		}
		return f.noPR()
	}
	names := []string{person(pr.Author)}
	if pr.Author == nil && pr.Statement != "" {
		names = nil
	}
	for _, c := range pr.Commits {
		if name := signed(c.Author); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return said(list(names, 12, "authors"))
}

// incident gives the incident that the ticket names, and those among the
// tickets of the change.
func (f facts) incident() string {
	t := f.ticket()
	if t == nil {
		return f.noTicket()
	}
	var keys []string
	if field := f.declared("incident"); !isAbsence(field) {
		keys = append(keys, field)
	}
	for _, l := range t.Related {
		if strings.Contains(strings.ToLower(l.Relation), "incident") || strings.Contains(strings.ToLower(l.Relation), "caused by") {
			keys = append(keys, l.Key+" ("+l.Relation+")")
		}
	}
	for _, it := range f.c.All(evidence.KindTicket) {
		if isIncident(it.Ticket) && !slices.ContainsFunc(keys, func(k string) bool { return strings.HasPrefix(k, it.Ticket.Key) }) {
			keys = append(keys, it.Ticket.Key)
		}
	}
	if len(keys) == 0 {
		return noneRecorded
	}
	return list(keys, 10, "links")
}

// components gives the folders that a pull request touches, or the ticket's components.
func (f facts) components() string {
	pr := f.pullRequest()
	if pr == nil {
		t := f.ticket()
		if t == nil {
			return f.noPR()
		}
		if len(t.Components) == 0 {
			return noneRecorded
		}
		return list(t.Components, 40, "components")
	}
	it, _ := f.c.Subject()
	if len(pr.Files) == 0 {
		if why := f.cut(it.Ref, "file"); why != "" {
			return why
		}
		return noneRecorded
	}
	var dirs []string
	for _, file := range pr.Files {
		parts := strings.SplitN(file.Path, "/", 3)
		dir := strings.Join(parts[:min(2, len(parts))], "/")
		if len(parts) > 2 {
			dir += "/"
		}
		dirs = append(dirs, dir)
	}
	slices.Sort(dirs)
	total := fmt.Sprintf("%d files: ", len(pr.Files))
	if len(pr.Files) == 1 {
		total = ""
	}
	if pr.FilesTotal > len(pr.Files) {
		total = fmt.Sprintf("%d of %d files: ", len(pr.Files), pr.FilesTotal)
	}
	return total + list(slices.Compact(dirs), 25, "places")
}

// label gives the auditor's own words for the sample.
func (f facts) label() string {
	s := f.c.Sample
	if f.listed() {
		return notSampled
	}
	if s.Label == "" || s.Label == fmt.Sprint(s.Number) || s.Label == s.Requested {
		return said(oneLine(s.Requested, 300))
	}
	return oneLine(s.Label+": "+s.Requested, 300)
}
