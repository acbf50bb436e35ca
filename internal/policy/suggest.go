package policy

import (
	"cmp"
	"slices"
	"strings"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// Suggestion is accounts that may be one human's. It decides nothing: a person
// must confirm it, and write it into people.yaml.
type Suggestion struct {
	Name     string // of the human in the file that it may be; else as a source shows it
	Accounts []evidence.Person
	Because  string // "the same e-mail", "the same name", or "" for an account that stands alone
}

// Suggest groups accounts that nobody has named by their e-mails, and then by
// their names: with each other, and with humans of the file. What sources call
// bots is left out. The order of seen does not matter.
func Suggest(p *People, seen []evidence.Person) []Suggestion {
	var out []Suggestion
	for _, a := range unnamed(p, seen) {
		i := slices.IndexFunc(out, func(s Suggestion) bool { return alike(s, a) != "" })
		if i >= 0 {
			out[i].Because = cmp.Or(out[i].Because, alike(out[i], a))
			out[i].Accounts = append(out[i].Accounts, a)
			continue
		}
		s := Suggestion{Name: a.String(), Accounts: []evidence.Person{a}}
		if p != nil {
			for _, h := range p.Humans {
				if a.Name != "" && Fold(h.Name) == Fold(a.Name) {
					s.Name, s.Because = h.Name, "the same name"
				}
			}
		}
		out = append(out, s)
	}
	slices.SortStableFunc(out, func(a, b Suggestion) int { return cmp.Compare(a.Name, b.Name) })
	return out
}

// alike says by what an account belongs to a group.
func alike(s Suggestion, a evidence.Person) string {
	for _, o := range s.Accounts {
		if a.Email != "" && strings.EqualFold(a.Email, o.Email) {
			return "the same e-mail"
		}
	}
	for _, o := range s.Accounts {
		if a.Name != "" && Fold(a.Name) == Fold(o.Name) {
			return "the same name"
		}
	}
	return ""
}

// unnamed gives each account that the file does not name once, in order.
func unnamed(p *People, seen []evidence.Person) []evidence.Person {
	var out []evidence.Person
	for _, a := range seen {
		if strings.EqualFold(a.Type, "bot") || strings.EqualFold(a.Type, "app") || p.names(a) || slices.Contains(out, a) {
			continue
		}
		out = append(out, a)
	}
	slices.SortFunc(out, func(a, b evidence.Person) int {
		return cmp.Or(cmp.Compare(a.System, b.System), cmp.Compare(a.Login, b.Login), cmp.Compare(a.ID, b.ID), cmp.Compare(a.Email, b.Email), cmp.Compare(a.Name, b.Name))
	})
	return out
}

// names reports whether the file names an account.
func (p *People) names(a evidence.Person) bool {
	if p == nil {
		return false
	}
	has := func(accounts Accounts) bool {
		for system, list := range accounts {
			for _, n := range list {
				if system == a.System && (strings.EqualFold(n, a.Login) || n == a.ID && n != "") || a.Email != "" && strings.EqualFold(n, a.Email) {
					return true
				}
			}
		}
		return false
	}
	return slices.ContainsFunc(p.Humans, func(h Human) bool { return has(h.Accounts) }) ||
		slices.ContainsFunc(slices.Concat(p.Bots, p.Services), func(m Machine) bool { return has(m.Accounts) })
}
