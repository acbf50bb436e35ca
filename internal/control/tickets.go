package control

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
	"github.com/tickmark-dev/tickmark/internal/policy"
)

// linked is a ticket that the change names.
type linked struct {
	ref    evidence.Ref
	t      *evidence.Ticket
	places []string // where it is named, the most direct first
	strong bool     // named as what the change is for, and not in passing
	rank   int      // of the first place
}

// findTickets gives the tickets that the change names, the most direct first.
// Incidents are not change requests.
func (x *exam) findTickets() []linked {
	var out []linked
	for _, it := range x.c.All(evidence.KindTicket) {
		if it.Ticket == nil || x.isIncident(it.Ticket) {
			continue
		}
		l := x.linkOf(it.Ref, it.Ticket.Key, it.Ticket.Requested)
		l.ref, l.t = it.Ref, it.Ticket
		if x.pr != nil && slices.ContainsFunc(it.Ticket.Remote, func(r evidence.RemoteLink) bool { return x.pr.URL != "" && sameAddress(r.URL, x.pr.URL) }) {
			l.name("link of the ticket", true, 3)
		}
		if x.lane == byTicket && it.Ref == x.c.Sample.Ref {
			l.name("the change itself", true, 0)
		}
		if len(l.places) > 0 {
			out = append(out, l)
		}
	}
	slices.SortStableFunc(out, func(a, b linked) int {
		switch {
		case a.strong != b.strong && a.strong:
			return -1
		case a.strong != b.strong:
			return 1
		}
		return cmp.Or(cmp.Compare(a.rank, b.rank), a.ref.Compare(b.ref))
	})
	return out
}

func (x *exam) isIncident(t *evidence.Ticket) bool {
	return slices.Contains(x.p.Emergency.IncidentTypes, policy.Fold(t.Type))
}

func sameAddress(a, b string) bool {
	trim := func(s string) string {
		s, _, _ = strings.Cut(s, "#")
		return strings.ToLower(strings.TrimSuffix(s, "/"))
	}
	a, b = trim(a), trim(b)
	return a == b || strings.HasPrefix(a, b+"/")
}

func (l *linked) name(place string, strong bool, rank int) {
	if len(l.places) == 0 || strong && !l.strong {
		l.rank = rank
	}
	l.strong = l.strong || strong
	if !slices.Contains(l.places, place) {
		l.places = append(l.places, place)
	}
}

// inPassing is how people name a ticket that the change is not for.
var inPassing = regexp.MustCompile(`(?i)\b(see also|see|related( to)?|relates to|cf\.?|compare|similar to|like in|follow-?up( to| of)?|depends on|blocked by|unlike|not part of|separate from|duplicate of|introduced (by|in))\b`)

func (x *exam) repository() string {
	switch {
	case x.pr != nil:
		return x.pr.Repository
	case x.landed != nil:
		return x.landed.Repository
	}
	return ""
}

// missingTickets gives the gaps of tickets that the change names.
func (x *exam) missingTickets() []evidence.Gap {
	if x.missing == nil {
		x.missing = []evidence.Gap{}
		for _, g := range x.c.Gaps {
			if g.Ref.Kind != evidence.KindTicket || g.Part != "" || !x.linkOf(g.Ref).strong {
				continue
			}
			if _, there := x.c.Find(g.Ref); !there {
				x.missing = append(x.missing, g)
			}
		}
	}
	return x.missing
}

// lostTicket says that a ticket which the change names was not obtained: what
// it holds of the change is then not known. A ticket that the tracker knows not
// to be there holds nothing; that it is named is attribute A's question.
func (x *exam) lostTicket() *lack {
	for _, g := range x.missingTickets() {
		if g.Reason != evidence.NotFound {
			return lackOf(g, "the ticket "+g.Ref.ID)
		}
	}
	return nil
}

// isField reports whether an entry of a ticket's history is of a field, by its
// lasting id or its name.
func isField(h evidence.HistoryEntry, name, id string) bool {
	if id != "" && h.FieldID != "" {
		return strings.EqualFold(h.FieldID, id)
	}
	return strings.EqualFold(h.Field, name) || strings.EqualFold(h.FieldID, name)
}

// value is a field of a ticket as it stood at a cut-off.
type value struct {
	text   string
	set    time.Time // when it last changed before the cut-off; the ticket's creation where it never did
	by     *evidence.Person
	edited time.Time // when it first changed after the cut-off; zero: it did not
}

// fieldAt undoes what the history says happened after the cut-off.
func fieldAt(t *evidence.Ticket, now evidence.Text, name, id string, cut time.Time) value {
	v := value{text: plain(now), set: t.Created, by: t.Creator}
	later := false
	for _, h := range t.History {
		if !isField(h, name, id) {
			continue
		}
		if !h.At.After(cut) {
			v.set, v.by = h.At, h.Author
			continue
		}
		if !later {
			v.text, v.edited, later = plain(evidence.Text{Markup: now.Markup, Source: h.From}), h.At, true
		}
	}
	if t.Created.After(cut) {
		return value{edited: t.Created}
	}
	return v
}

// statusAt gives the ticket's status at a cut-off, from its history.
func statusAt(t *evidence.Ticket, cut time.Time) string {
	return fieldAt(t, evidence.Text{Markup: evidence.Plain, Source: t.Status}, "status", "status", cut).text
}
