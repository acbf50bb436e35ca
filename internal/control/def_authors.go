package control

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// author is one of AUTHORS, with what they did.
type author struct {
	party
	did []string // "opened the pull request", "author of 0123456789ab", …
	// mergesOnly is set where all that they did is bringing the base branch in.
	mergesOnly bool
	// asked is set where all that they did is asking for the change: they did
	// not make it, and are not independent of it either.
	asked bool
}

// AUTHORS is everybody who had a hand in the code: who opened the pull request,
// the authors of its commits, their committers but the forge itself, those
// whom a commit names as co-authors, and who pushed over it. Of a change by
// ticket alone it is who carried it out, with who asked for it.
//
// Events after the cut-off do not count. Lack says that somebody may be missing.
func (x *exam) authors(cut time.Time) (list []author, l *lack) {
	a := &authorList{x: x}
	switch x.lane {
	case byPullRequest:
		l = first(
			x.lacks(x.prRef, "the commits of the pull request", "commits", "author", "opening"),
			x.lacks(x.prRef, "the timeline of the pull request, which says who pushed last", "timeline", "force-push"))
		if len(x.pr.Commits) == 0 || len(x.pr.Commits) < x.pr.CommitsTotal {
			l = first(l, &lack{x.prRef, "the commits of the pull request", "not all of them came", "EVIDENCE_TRUNCATED"})
		}
		if len(x.pr.Timeline) == 0 { // a forge notes at least the merge
			l = first(l, &lack{x.prRef, "the timeline of the pull request, which says who pushed last", "it holds nothing", "EVIDENCE_ABSENT"})
		}
		a.add(x.who.identify(x.pr.Author), "opened the pull request", false)
		for _, c := range x.pr.Commits {
			a.commit(c, x.baseMerge(c))
		}
		for _, e := range x.pr.Timeline {
			if e.Kind == "head_ref_force_pushed" && !e.At.After(cut) {
				a.add(x.who.identify(e.Actor), "pushed over the branch at "+moment{at: e.At}.String(), false)
			}
		}
		if x.landed != nil {
			a.coAuthors(*x.landed) // a squash names those whom the single commits do
		} else {
			l = first(l, x.mLack)
		}
	case byCommit:
		a.commit(*x.landed, false)
	case byTicket:
		a.ticket(x.main.t, cut)
	}
	return a.list, l
}

// authorsLack says that AUTHORS may not be whole: who seems independent may then
// be one of them.
func (x *exam) authorsLack(cut time.Time) *lack {
	_, l := x.authors(cut)
	return l
}

type authorList struct {
	x    *exam
	list []author
}

func (a *authorList) add(p party, did string, merge bool) {
	i := slices.IndexFunc(a.list, func(o author) bool { return !p.ghost && !o.ghost && o.id == p.id })
	if i < 0 {
		a.list = append(a.list, author{party: p, did: []string{did}, mergesOnly: merge})
		return
	}
	if len(a.list[i].did) < 3 {
		a.list[i].did = append(a.list[i].did, did)
	}
	a.list[i].mergesOnly = a.list[i].mergesOnly && merge
	a.list[i].asked = false
}

// ask adds somebody who asked for the change. Whoever made it stays an author.
func (a *authorList) ask(p *evidence.Person, did string) {
	if p == nil { // who asked is attribute C's question
		return
	}
	by := a.x.who.identify(p)
	i := slices.IndexFunc(a.list, func(o author) bool { return !by.ghost && !o.ghost && o.id == by.id })
	switch {
	case i < 0:
		a.list = append(a.list, author{party: by, did: []string{did}, asked: true})
	case a.list[i].asked && len(a.list[i].did) < 3:
		a.list[i].did = append(a.list[i].did, did)
	case a.list[i].mergesOnly: // two small parts are still no code
		a.list[i].asked, a.list[i].mergesOnly = true, false
		a.list[i].did = append(a.list[i].did, did)
	}
}

// askers adds to AUTHORS whoever asked for the change: those who reported or
// created its tickets. They do not approve it, though they did not make it.
func (x *exam) askers(authors []author) ([]author, *lack) {
	a := &authorList{x: x, list: slices.Clone(authors)}
	var l *lack
	for _, t := range x.tickets {
		if t.strong {
			l = first(l, x.partial(t.ref, "who asked for the change on ticket "+t.t.Key, "reporter", "creator"))
			a.ask(t.t.Reporter, "reported ticket "+t.t.Key)
			a.ask(t.t.Creator, "created ticket "+t.t.Key)
		}
	}
	return a.list, first(l, x.lostTicket())
}

func (a *authorList) commit(c evidence.Commit, merge bool) {
	a.signed(c.Author, "author of "+short(c.SHA), merge)
	if !webFlow(c.Committer) {
		a.signed(c.Committer, "committer of "+short(c.SHA), merge)
	}
	a.coAuthors(c)
}

func (a *authorList) signed(s evidence.Signature, did string, merge bool) {
	p := evidence.Person{System: a.x.subjectRef().System, Name: s.Name, Email: s.Email}
	if s.Account != nil {
		p = *s.Account
		p.Email = s.Email
	}
	if p.Login == "" && p.ID == "" && p.Email == "" && p.Name == "" {
		a.add(party{shown: "somebody whom the commit does not name", ghost: true}, did, merge)
		return
	}
	a.add(a.x.who.identify(&p), did, merge)
}

// webFlow reports whether the forge itself committed, on somebody's click.
func webFlow(s evidence.Signature) bool {
	return s.Account != nil && s.Account.Login == "web-flow" || strings.EqualFold(s.Email, "noreply@github.com")
}

var mailbox = regexp.MustCompile(`^\s*(.*?)\s*<([^<>\s]+)>\s*$`)

func (a *authorList) coAuthors(c evidence.Commit) {
	for _, t := range c.Trailers {
		if !strings.EqualFold(t.Key, "Co-authored-by") {
			continue
		}
		p := evidence.Person{System: a.x.subjectRef().System, Name: t.Value}
		if m := mailbox.FindStringSubmatch(t.Value); m != nil {
			p.Name, p.Email = m[1], m[2]
		}
		a.add(a.x.who.identify(&p), "co-author of "+short(c.SHA), false)
	}
}

// ticket adds who asked for the change and who carried it out.
func (a *authorList) ticket(t *evidence.Ticket, cut time.Time) {
	if t.Reporter == nil && t.Creator == nil {
		a.add(a.x.who.identify(nil), "asked for the change", false)
	}
	a.ask(t.Reporter, "reported the ticket")
	a.ask(t.Creator, "created the ticket")
	if t.DeployedBy != nil {
		a.add(a.x.who.identify(t.DeployedBy), "carried the change out", false)
	}
	// The history gives names, not accounts; the assignee of today is one.
	moved := slices.ContainsFunc(t.History, func(h evidence.HistoryEntry) bool { return isField(h, "assignee", "") && h.At.After(cut) })
	if t.Assignee != nil && !moved {
		a.add(a.x.who.identify(t.Assignee), "is the ticket's assignee", false)
	}
}

// shownAuthors writes AUTHORS as a value that was read.
func shownAuthors(list []author) string {
	var out []string
	for _, a := range list {
		out = append(out, a.shown+" ("+strings.Join(a.did, ", ")+")")
	}
	return strings.Join(out, "; ")
}
