package policy

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// The strengths of a suggestion. None of them decides anything.
const (
	Strong = "strong" // the same e-mail, or an address that names the account
	Weak   = "weak"   // the same name alone
	Alone  = "alone"  // nothing says whose it is
)

// Suggestion is accounts that may be one human's. It decides nothing: a person
// must confirm it.
type Suggestion struct {
	Name     string            // of the human in the file that it may be; else as a source shows it
	Known    bool              // the file has a human of that name already
	Accounts []evidence.Person // in order
	Because  string            // one reason, or why there is none
	Strength string
}

// Suggest groups accounts that nobody has named. Each party is what sources
// show of accounts that they tie together by ids and e-mails; parties of one
// name are put together too, with each other and with humans of the file. Two
// accounts of one system are never put together for their name, since two
// people may share it: each then stands alone, and says so. The order of
// parties does not matter.
func Suggest(p *People, parties [][]evidence.Person) []Suggestion {
	var all []party
	for _, accounts := range parties {
		if len(accounts) > 0 {
			all = append(all, newParty(accounts))
		}
	}
	slices.SortFunc(all, func(a, b party) int { return cmp.Compare(a.order, b.order) })
	var out []Suggestion
	done := make([]bool, len(all))
	for i, a := range all {
		if done[i] {
			continue
		}
		alike := []int{i}
		for j := i + 1; j < len(all); j++ {
			if !done[j] && a.name != "" && all[j].name == a.name {
				alike = append(alike, j)
			}
		}
		human := p.named(a.name)
		group := make([]party, len(alike))
		for n, j := range alike {
			done[j], group[n] = true, all[j]
		}
		if system := contested(group, human); system != "" {
			for _, one := range group {
				out = append(out, apart(one, human, system))
			}
			continue
		}
		out = append(out, together(group, human))
	}
	slices.SortStableFunc(out, func(a, b Suggestion) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(fmt.Sprint(a.Accounts), fmt.Sprint(b.Accounts)))
	})
	return out
}

// party is accounts that the sources tie together.
type party struct {
	accounts []evidence.Person
	name     string // folded; "" where no source shows one
	shown    string
	order    string
	tied     bool // of accounts of several systems or addresses
}

func newParty(accounts []evidence.Person) party {
	p := party{accounts: slices.Clone(accounts)}
	slices.SortFunc(p.accounts, func(a, b evidence.Person) int {
		return cmp.Or(cmp.Compare(a.System, b.System), cmp.Compare(a.Login, b.Login), cmp.Compare(a.ID, b.ID), cmp.Compare(a.Email, b.Email), cmp.Compare(a.Name, b.Name))
	})
	names := map[string]bool{}
	for _, a := range p.accounts {
		if n := Fold(norm.NFC.String(a.Name)); n != "" && p.name == "" && !placeholder(n) {
			p.name, p.shown = n, a.Name
		}
		if system, account := AccountOf(a); account != "" {
			names[system+" "+strings.ToLower(account)] = true
		}
	}
	p.tied = len(names) > 1
	if p.shown == "" {
		p.shown = p.accounts[0].String()
		if _, account := AccountOf(p.accounts[0]); account != "" {
			p.shown = account
		}
	}
	p.order = fmt.Sprint(p.accounts)
	return p
}

// placeholder reports whether a name is what a system shows in place of one: of
// somebody who left, or who is not known. It is nobody's.
func placeholder(folded string) bool {
	return slices.Contains([]string{"former user", "deleted user", "unknown user", "ghost", "anonymous", "unassigned"}, folded)
}

// AccountOf gives the name by which the people file lists an account, and under
// which system.
func AccountOf(a evidence.Person) (system, account string) {
	switch {
	case a.Login != "":
		return a.System, a.Login
	case a.ID != "":
		return a.System, a.ID
	case a.Email != "":
		return EmailSystem, a.Email
	}
	return a.System, ""
}

// systems are those where the party has an account. Anyone may have several
// addresses.
func (p party) systems() []string {
	var all []string
	for _, a := range p.accounts {
		if system, account := AccountOf(a); account != "" && system != EmailSystem && !slices.Contains(all, system) {
			all = append(all, system)
		}
	}
	return all
}

// contested gives a system in which more than one of a group, or of a group and
// the human of that name, has an account; "" for none.
func contested(group []party, human *Human) string {
	seen := map[string]bool{}
	if human != nil {
		for system, accounts := range human.Accounts {
			seen[system] = system != EmailSystem && len(accounts) > 0
		}
	}
	for _, p := range group {
		for _, system := range p.systems() {
			if seen[system] {
				return system
			}
		}
		for _, system := range p.systems() {
			seen[system] = true
		}
	}
	return ""
}

// together makes one suggestion of a group.
func together(group []party, human *Human) Suggestion {
	s := Suggestion{Name: group[0].shown, Strength: Alone, Because: "no other account is like it"}
	for _, p := range group {
		s.Accounts = append(s.Accounts, p.accounts...)
		if p.tied {
			s.Strength, s.Because = Strong, "the same e-mail"
		}
	}
	switch {
	case human != nil:
		s.Name, s.Known, s.Strength, s.Because = human.Name, true, Weak, "the same name as "+human.Name+" of the people file"
	case len(group) > 1:
		s.Strength, s.Because = Weak, "the same name"
	}
	return s
}

// apart makes a suggestion of one of several who share a name.
func apart(p party, human *Human, system string) Suggestion {
	s := Suggestion{Name: p.shown, Accounts: p.accounts, Strength: Alone,
		Because: "shares its name with another account of " + system + ", so they may be two people"}
	if human != nil {
		s.Because = "has the name of " + human.Name + ", and several accounts of " + system + " have: they may be other people"
	}
	if p.tied {
		s.Strength, s.Because = Strong, "the same e-mail; "+s.Because
	}
	if _, account := AccountOf(p.accounts[0]); account != "" && account != p.shown {
		s.Name += " (" + account + ")" // two people of one name are told apart in the file
	}
	return s
}

// named gives the human of a folded name; nil for none.
func (p *People) named(name string) *Human {
	if p == nil || name == "" {
		return nil
	}
	for i := range p.Humans {
		if Fold(norm.NFC.String(p.Humans[i].Name)) == name {
			return &p.Humans[i]
		}
	}
	return nil
}
