package xlsx

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// account is one account as the sources show it, with its parts in changes.
type account struct {
	evidence.Person
	parts map[string]int // changes in which it had that part
}

// key names an account: by what stays when it is renamed, else by its login.
func key(p evidence.Person) string {
	return p.System + "\x00" + cmp.Or(p.ID, p.Login, p.Email, p.Name)
}

// see notes who had a part in a change.
func (s *survey) see(d *evidence.Dossier) {
	seen := map[string]bool{}
	part := func(name string, p *evidence.Person) {
		if p == nil || seen[name+key(*p)] {
			return
		}
		seen[name+key(*p)] = true
		a := s.people[key(*p)]
		if a == nil {
			a = &account{Person: *p, parts: map[string]int{}}
			s.people[key(*p)] = a
		}
		a.parts[name]++
	}
	for _, it := range d.Change.Items {
		switch {
		case it.PullRequest != nil:
			pr := it.PullRequest
			part("author", pr.Author)
			part("merger", pr.MergedBy)
			for _, c := range pr.Commits {
				part("author", c.Author.Account)
			}
			for _, r := range pr.Reviews {
				state, _ := pr.StateAtMerge(r)
				part(reviewPart(state), r.Author)
			}
		case it.Commit != nil:
			part("author", it.Commit.Author.Account)
		case it.Deployment != nil:
			part("deployer", it.Deployment.Creator)
		case it.Build != nil:
			for _, a := range it.Build.Approvals {
				part("gate "+a.State, a.Person)
			}
		case it.Ticket != nil:
			part("requester", it.Ticket.Reporter)
			part("assignee", it.Ticket.Assignee)
			part("implementer", it.Ticket.DeployedBy)
			for _, step := range it.Ticket.Approvals {
				for _, a := range step.Approvers {
					part("ticket "+a.Decision, a.Person)
				}
			}
		}
	}
}

func reviewPart(state string) string {
	if state == "APPROVED" {
		return "approver"
	}
	return "reviewer"
}

func (a *account) said() string {
	var said []string
	for _, name := range slices.Sorted(maps.Keys(a.parts)) {
		said = append(said, fmt.Sprintf("%s of %s", oneLine(name, 60), plural(a.parts[name], "change")))
	}
	return strings.Join(said, ", ")
}

// peopleSheet says who is who: which accounts one human has in all systems,
// with which role and when; and the accounts that nobody has named.
func peopleSheet(b *book) error {
	s := b.open(sheetPeople, layout{printed: 8, paper: 8, frozen: 1, columns: []column{
		{title: "Human or account", width: 24, core: true},
		{title: "Kind", width: 13, core: true},
		{title: "System", width: 12, core: true},
		{title: "Account", width: 24, core: true},
		{title: "Account ID", width: 18, core: true},
		{title: "Type, by the source", width: 14, core: true},
		{title: "Roles, from – to", width: 36, core: true},
		{title: "Part in the changes of this workbook", width: 42, core: true},
		{title: "E-mail", width: 32},
	}, lead: "Whether two accounts are one human decides whether an approval is independent. Names, kinds and roles are what the organisation states; the rest is what the sources show."})
	s.header()
	mapped := map[string]bool{}
	for _, id := range b.p.Identities {
		s.identity(id, mapped)
	}
	unknown := 0
	for _, k := range b.survey.order {
		if mapped[k] {
			continue
		}
		unknown++
		a := b.survey.people[k]
		s.row(lookingLike(lookAbsent, person(&a.Person)), text("nobody said"), text(said(a.System)), text(said(cmp.Or(a.Login, a.Name))), text(said(a.ID)), text(or(a.Type, "not stated")),
			text("nobody said"), text(a.said()), text(said(a.Email)))
	}
	s.gap()
	if len(b.p.Identities) == 0 {
		s.warn("Nobody has stated who is who: the configuration names no people file. Accounts stand as the sources show them, and two of them may be one human.")
	}
	if unknown > 0 {
		s.note(fmt.Sprintf("Named by nobody (\"nobody said\"): %s with a part in a change. Add each to the people file as a human, a bot or a service.", plural(unknown, "account")))
	}
	if len(b.p.Identities)+unknown == 0 {
		s.note("No account had a part in the changes of this package.")
	}
	s.note("Roles count on the days named; \"to\" is the first day that no longer counts. Parts are of the samples, and of every change of the population as far as the lists tell.")
	return s.close()
}

func (s *sheet) identity(id evidence.Identity, mapped map[string]bool) {
	var roles []string
	for _, r := range id.Roles {
		roles = append(roles, fmt.Sprintf("%s, %s – %s", r.Role, or(r.From, "always"), or(r.To, "now")))
	}
	accounts := id.Accounts
	if len(accounts) == 0 {
		accounts = []evidence.Person{{}}
	}
	for _, p := range accounts {
		seen := s.b.find(p)
		did := "none"
		if seen != nil {
			mapped[key(seen.Person)] = true
			did = seen.said()
			p.ID, p.Login, p.Email, p.Type = cmp.Or(p.ID, seen.ID), cmp.Or(p.Login, seen.Login), cmp.Or(p.Email, seen.Email), cmp.Or(p.Type, seen.Type)
		}
		s.row(lookingLike(lookStrong, said(oneLine(id.Name, 120))), text(said(id.Kind)), text(said(p.System)), text(said(cmp.Or(p.Login, p.Name))), text(said(p.ID)), text(or(p.Type, "not stated")),
			text(orNone(strings.Join(roles, "\n"))), text(did), text(said(p.Email)))
	}
}

// find gives the account of the changes that a stated one is.
func (b *book) find(p evidence.Person) *account {
	for _, k := range b.survey.order {
		a := b.survey.people[k]
		if a.System == p.System && (p.ID != "" && p.ID == a.ID || p.Login != "" && strings.EqualFold(p.Login, a.Login) || p.Email != "" && strings.EqualFold(p.Email, a.Email)) {
			return a
		}
	}
	return nil
}

func sorted(set map[string]bool) []string { return slices.Sorted(maps.Keys(set)) }
