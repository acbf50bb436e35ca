package engine

import (
	"cmp"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// Links knows how records of different systems name each other.
type Links struct {
	Forges   []Forge
	Trackers []Tracker
	Services []Service
	Exhibits []string // names of the systems that hold manual exhibits
}

// Forge is a system that keeps pull requests.
type Forge struct {
	System       string
	WebURL       *url.URL // nil for a local repository
	Repositories []string
	Searches     bool // it can be asked which pull requests name a text
	Issues       bool // it keeps issues, which may be tickets
}

// Tracker is a system that keeps tickets.
type Tracker struct {
	System    string
	Projects  []string
	Approvals bool // its approvals are read
	Deployed  bool // the configuration says how a ticket tells that its change went live
}

// Service is one deployable thing and the systems that measure it.
type Service struct {
	Name         string
	Repositories []string
	TicketNames  []string
	Metrics      []string
}

// start gives the refs that collection begins with: the sample's record, and
// the exhibits that a person may have attached to it.
func (l Links) start(s evidence.Sample) []evidence.Ref {
	return append([]evidence.Ref{s.Ref}, l.exhibits(s.Ref.ID)...)
}

func (l Links) exhibits(change string) []evidence.Ref {
	var refs []evidence.Ref
	for _, system := range l.Exhibits {
		refs = append(refs, evidence.Ref{Kind: evidence.KindExhibit, System: system, ID: change})
	}
	return refs
}

// follow gives what to collect next because of one item: what the item itself
// points at, and what its texts name.
//
// A sample is one change. A ticket's or deployment's other pull requests are
// other changes; only a commit that was asked for leads to its own.
func (l Links) follow(s evidence.Sample, it evidence.Item) []evidence.Ref {
	var refs []evidence.Ref
	for _, ref := range it.Links {
		if ref.Kind != evidence.KindPullRequest || it.Commit != nil && it.Ref == s.Ref {
			refs = append(refs, ref)
		}
	}
	switch {
	case it.PullRequest != nil:
		refs = append(refs, l.tickets(it.Ref.System, it.PullRequest)...)
		if it.Ref != s.Ref {
			refs = append(refs, l.exhibits(it.Ref.ID)...)
		}
	case it.Commit != nil && it.Ref == s.Ref:
		refs = append(refs, l.keys(it.Commit.Message)...)
	case it.Ticket != nil:
		if it.Ref == s.Ref { // of a change by ticket alone the incident that asked for it is known by its links only
			refs = append(refs, l.Mentions(it.Ticket)...)
			refs = append(refs, l.related(it.Ticket)...)
		}
		if it.Ticket.Key != s.Ref.ID {
			refs = append(refs, l.exhibits(it.Ticket.Key)...)
		}
	}
	return refs
}

// tickets gives the tickets that a pull request names.
func (l Links) tickets(system string, pr *evidence.PullRequest) []evidence.Ref {
	var refs []evidence.Ref
	for _, t := range l.Trackers {
		for _, key := range pr.TicketKeys(t.Projects) {
			refs = append(refs, evidence.Ref{Kind: evidence.KindTicket, System: t.System, ID: key})
		}
	}
	i := slices.IndexFunc(l.Forges, func(f Forge) bool { return f.System == system && f.Issues })
	if i < 0 {
		return refs
	}
	text := pr.Body.Source
	for _, c := range pr.Commits {
		text += "\n" + c.Message
	}
	for _, id := range evidence.ClosingIssues(text, pr.Repository) {
		repository, number, _ := strings.Cut(id, "#")
		for _, configured := range l.Forges[i].Repositories {
			if strings.EqualFold(configured, repository) {
				refs = append(refs, evidence.Ref{Kind: evidence.KindTicket, System: system, ID: configured + "#" + number})
			}
		}
	}
	return refs
}

func (l Links) keys(text string) []evidence.Ref {
	var refs []evidence.Ref
	for _, t := range l.Trackers {
		for _, key := range evidence.TicketKeys(text, t.Projects, false) {
			refs = append(refs, evidence.Ref{Kind: evidence.KindTicket, System: t.System, ID: key})
		}
	}
	return refs
}

// related gives the tickets that a ticket links to, but for the parts that it
// was split into and the whole that it is a part of.
func (l Links) related(t *evidence.Ticket) []evidence.Ref {
	var refs []evidence.Ref
	for _, r := range t.Related {
		if r.Relation != "parent" && r.Relation != "sub-task" {
			refs = append(refs, l.keys(r.Key)...)
		}
	}
	return refs
}

// Addressed gives the pull requests whose web addresses stand in a ticket's
// remote links.
func (l Links) Addressed(t *evidence.Ticket) []evidence.Ref {
	var refs []evidence.Ref
	for _, f := range l.Forges {
		for _, r := range t.Remote {
			for _, ref := range f.addressed(r.URL) {
				if !slices.Contains(refs, ref) {
					refs = append(refs, ref)
				}
			}
		}
	}
	return refs
}

// Mentions gives the question, at each forge that can answer it, which pull
// requests name the ticket.
func (l Links) Mentions(t *evidence.Ticket) []evidence.Ref {
	var refs []evidence.Ref
	for _, f := range l.Forges {
		if f.Searches {
			refs = append(refs, evidence.Ref{Kind: evidence.KindMention, System: f.System, ID: t.Key})
		}
	}
	return refs
}

// addressed gives the pull requests of the configured repositories whose web
// addresses stand in a text.
func (f Forge) addressed(text string) []evidence.Ref {
	if f.WebURL == nil {
		return nil
	}
	var refs []evidence.Ref
	base := strings.TrimSuffix(f.WebURL.String(), "/")
	for _, repository := range f.Repositories {
		address := regexp.MustCompile("(?i)" + regexp.QuoteMeta(base+"/"+repository) + `/pull/([1-9][0-9]*)`)
		for _, m := range address.FindAllStringSubmatch(text, -1) {
			refs = append(refs, evidence.Ref{Kind: evidence.KindPullRequest, System: f.System, ID: repository + "#" + m[1]})
		}
	}
	return refs
}

// signals gives the measurements around the time at which the change went
// live, once that is known. A day is no time to measure around.
func (l Links) signals(c *evidence.Change) []evidence.Ref {
	at := c.DeployedAt()
	if at.IsZero() || c.DeployedDayOnly() {
		return nil
	}
	var refs []evidence.Ref
	for _, s := range l.Services {
		if !s.concerns(c) {
			continue
		}
		for _, system := range s.Metrics {
			refs = append(refs, evidence.Ref{Kind: evidence.KindSignal, System: system, ID: s.Name + "@" + at.UTC().Format(time.RFC3339)})
		}
	}
	return refs
}

// concerns reports whether a change touches the service: by its repository,
// or by what its ticket says of the systems affected.
func (s Service) concerns(c *evidence.Change) bool {
	if pr, ok := c.Subject(); ok {
		return slices.Contains(s.Repositories, pr.PullRequest.Repository)
	}
	if landed, ok := c.Landed(); ok {
		return slices.Contains(s.Repositories, landed.Commit.Repository)
	}
	it, ok := c.Find(c.Sample.Ref)
	if !ok || it.Ticket == nil {
		return false
	}
	systems, _ := it.Ticket.Field("systems")
	named := append(strings.FieldsFunc(systems.Value.Source, func(r rune) bool { return strings.ContainsRune(",;\n", r) }), it.Ticket.Components...)
	for _, n := range named {
		n = strings.TrimSpace(n)
		if strings.EqualFold(n, s.Name) || slices.ContainsFunc(s.TicketNames, func(t string) bool { return strings.EqualFold(t, n) }) {
			return true
		}
	}
	return false
}

func compareGaps(a, b evidence.Gap) int {
	return cmp.Or(a.Ref.Compare(b.Ref), cmp.Compare(a.Part, b.Part), cmp.Compare(a.Reason, b.Reason), cmp.Compare(a.Detail, b.Detail))
}
