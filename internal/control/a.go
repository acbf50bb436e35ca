package control

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// requestLinked is A: a change request exists, and the change names it.
func requestLinked(x *exam) verdict {
	if x.lane == byTicket {
		return met("TICKET_IS_CHANGE", "The change was made by ticket %s itself.", x.main.t.Key).on(x.main.ref)
	}
	if l := x.textsLack(); l != nil {
		return unable(l)
	}
	missing := x.missingTickets()
	if x.main.t != nil && x.main.strong {
		return x.linkedTicket().with("named and not found", shownGaps(missing))
	}
	for _, g := range missing {
		if g.Reason != evidence.NotFound {
			return unable(lackOf(g, "the ticket "+g.Ref.ID)).on(x.subjectRef())
		}
	}
	if x.pullIsRequest() {
		fields, blank := x.pullFields()
		if len(blank) == 0 {
			return met("PULL_REQUEST_IS_REQUEST", "No ticket is named; the policy lets the pull request stand for one, and it holds all that a request must.").with("fields", fields).on(x.prRef)
		}
	}
	switch {
	case len(missing) > 0:
		return exception("TICKET_NOT_FOUND", "The change names %s, and the tracker has no such ticket.", missing[0].Ref.ID).with("named and not found", shownGaps(missing)).on(x.subjectRef(), missing[0].Ref)
	case x.main.t != nil:
		return review("NAMED_IN_PASSING", "Ticket %s is only named in passing; a person must say whether the change is for it.", x.main.t.Key).
			with("named in", strings.Join(x.main.places, ", ")).on(x.subjectRef(), x.main.ref)
	}
	v := exception("NO_TICKET", "Neither title, description, branch nor commits name a ticket of a configured tracker.").on(x.subjectRef())
	if x.pullIsRequest() {
		_, blank := x.pullFields()
		v = exception("NO_TICKET", "No ticket is named, and the pull request lacks what a request must hold: %s.", list(blank)).on(x.prRef)
	}
	return v
}

// linkedTicket judges a ticket that was found and that the change is for.
func (x *exam) linkedTicket() verdict {
	t := x.main.t
	v := met("TICKET_LINKED", "The change names ticket %s, which exists.", t.Key)
	if t.Requested != "" && !strings.EqualFold(t.Requested, t.Key) {
		v = review("TICKET_MOVED", "The change names %s, which the tracker has moved to %s; a person must say whether it is the same request.", t.Requested, t.Key)
	} else if cut := x.namedBy(); !slices.Contains(x.main.places, "link of the ticket") && x.namedOnlyAfter(cut, x.main.ref, t.Key, t.Requested) {
		v = review("NAMED_AFTERWARDS", "The change names %s only since its title or description was changed, after %s; a person must say whether it was made for that ticket.", t.Key, cut.UTC().Format("2006-01-02 15:04 UTC"))
	} else if others, known := x.otherChanges(); known > 1 {
		v = review("TICKET_OF_SEVERAL_CHANGES", "Several changes belong to ticket %s (%d are known); a person must say whether it covers this one.", t.Key, known).with("changes", strings.Join(others, ", "))
	} else if l := x.mentionLack(); l != nil {
		v = unable(l)
	}
	return v.with("ticket", t.Key).with("named in", strings.Join(x.main.places, ", ")).on(x.subjectRef(), x.main.ref)
}

// namedBy is the time up to which the change may name what it was made for:
// the deployment, and for an emergency the end of the time that the policy
// allows for writing it up.
func (x *exam) namedBy() time.Time {
	if x.emergency().is && x.tdep.known() {
		return x.deadline().Add(x.p.Skew)
	}
	return x.judged().Add(x.p.Skew)
}

// otherChanges gives the changes that the ticket stands for, this one among
// them: those that name it, as the forge or the lists found them, and those to
// which the ticket itself links. Known is how many there are; of many not all
// are named.
func (x *exam) otherChanges() (names []string, known int) {
	all := []evidence.Ref{x.subjectRef()}
	for _, it := range x.c.All(evidence.KindMention) {
		if it.Mention == nil || !strings.EqualFold(it.Mention.Text, x.main.t.Key) {
			continue
		}
		all = append(all, it.Mention.Found...)
		if it.Mention.Total > len(it.Mention.Found) {
			known = max(known, it.Mention.Total, 2)
		}
	}
	for _, r := range x.main.t.Remote {
		if id := x.pullAddress(r.URL); id != "" {
			all = append(all, evidence.Ref{Kind: evidence.KindPullRequest, System: x.prRef.System, ID: id})
		}
	}
	slices.SortFunc(all, evidence.Ref.Compare)
	for _, r := range slices.Compact(all) {
		name := r.ID
		if r.System != x.subjectRef().System { // another system may have a repository of that name
			name += " in " + r.System
		}
		names = append(names, name)
	}
	return names, max(known, len(names))
}

// mentionLack says that it is not known which other changes name the ticket.
func (x *exam) mentionLack() *lack {
	for _, it := range x.c.All(evidence.KindMention) {
		if it.Mention == nil || len(it.Unread) == 0 || !strings.EqualFold(it.Mention.Text, x.main.t.Key) {
			continue
		}
		// The whole ticket links to its changes, also to those of other periods.
		if l := x.lacks(x.main.ref, "the changes that ticket "+x.main.t.Key+" links to, of other periods among them", "remote links"); l != nil {
			return l
		}
	}
	for _, g := range x.c.Gaps {
		if g.Ref.Kind == evidence.KindMention && g.Reason != evidence.NotConfigured && strings.EqualFold(g.Ref.ID, x.main.t.Key) {
			return lackOf(g, "which pull requests name ticket "+x.main.t.Key)
		}
	}
	return nil
}

var pullPath = regexp.MustCompile(`^/?([^/]+/[^/]+)/pull/([0-9]+)(?:[/?#].*)?$`)

// pullAddress names the pull request of the same forge that an address leads
// to; "" for any other address.
func (x *exam) pullAddress(address string) string {
	if x.pr == nil {
		return ""
	}
	base, ok := strings.CutSuffix(strings.ToLower(strings.TrimSuffix(x.pr.URL, "/")), strings.ToLower(fmt.Sprintf("%s/pull/%d", x.pr.Repository, x.pr.Number)))
	if !ok || len(address) < len(base) || !strings.EqualFold(address[:len(base)], base) {
		return ""
	}
	m := pullPath.FindStringSubmatch(address[len(base):])
	if m == nil {
		return ""
	}
	return m[1] + "#" + m[2]
}

// textsLack says that a text in which a ticket could be named is missing.
func (x *exam) textsLack() *lack {
	if x.lane == byCommit {
		return x.lacks(x.landedRef, "the commit's message", "message")
	}
	if x.main.t != nil && x.main.strong {
		return x.lacks(x.prRef, "the pull request")
	}
	if l := x.lacks(x.prRef, "the commits of the pull request", "commits", "linked issues"); l != nil {
		return l
	}
	if len(x.pr.Commits) < x.pr.CommitsTotal {
		return &lack{x.prRef, "the commits of the pull request", "not all of them came", "EVIDENCE_TRUNCATED"}
	}
	return nil
}

// pullIsRequest reports whether the policy lets the pull request stand for a
// ticket, and there is none.
func (x *exam) pullIsRequest() bool {
	for _, g := range x.missingTickets() {
		if g.Reason != evidence.NotFound {
			return false // there may well be a ticket
		}
	}
	return x.p.Request.PullRequest && x.lane == byPullRequest && (x.main.t == nil || !x.main.strong)
}

func shownGaps(gaps []evidence.Gap) string {
	var out []string
	for _, g := range gaps {
		out = append(out, g.Ref.ID+" ("+string(g.Reason)+")")
	}
	return strings.Join(out, ", ")
}
