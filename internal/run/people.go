package run

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/tickmark-dev/tickmark/internal/evidence"
	"github.com/tickmark-dev/tickmark/internal/ledger"
	"github.com/tickmark-dev/tickmark/internal/policy"
	"github.com/tickmark-dev/tickmark/internal/yamlfile"
)

// Account is one account as the sources show it, and who has it.
type Account struct {
	System  string   `json:"system"` // "email" for an address without an account
	Account string   `json:"account"`
	ID      string   `json:"id,omitempty"` // what stays when the account is renamed
	Names   []string `json:"names,omitempty"`
	Emails  []string `json:"emails,omitempty"`
	Type    string   `json:"type,omitempty"` // as the source says

	Who     string     `json:"who,omitempty"`  // by the people file
	Kind    string     `json:"kind,omitempty"` // "human", "bot" or "service"; "" where nobody has said
	Doubt   string     `json:"doubt,omitempty"`
	Deleted bool       `json:"deleted,omitempty"`
	Parts   []RolePart `json:"parts"`
	// Changes are those of the population in which it had any part. Waiting are
	// those of them where it had one that a test compares, while nobody has said
	// who it is.
	Changes int `json:"changes"`
	Waiting int `json:"waiting"`

	shown   []evidence.Person
	keys    string
	changes map[string]bool
	waiting map[string]bool
	records map[string]map[int64]bool
}

// RolePart counts the records in which an account had a role.
type RolePart struct {
	Role    string `json:"role"`
	Records int    `json:"records"`
}

// Unresolved reports whether nobody has said who it is.
func (a *Account) Unresolved() bool { return a.Kind == "" }

// comparedRoles are those of which a test asks whether two are one human.
func comparedRoles() []string {
	return []string{"author", "committer", "requester", "implementer", "deployer", "approver", roleGate}
}

const roleGate = "gate approver"

// Accounts gives every account that had a part in the population, or let a
// collected deployment pass its gate: by system, the unresolved ones on which
// most changes wait first. Waiting counts the changes that wait on any of them.
func (r *Run) Accounts(ctx context.Context) (all []*Account, waiting int, err error) {
	l, err := r.required(ctx)
	if err != nil {
		return nil, 0, err
	}
	who, err := r.directory(ctx, l)
	if err != nil {
		return nil, 0, err
	}
	b := &accounts{who: who, by: map[string]*Account{}}
	for p, err := range l.Parts(ctx) {
		if err != nil {
			return nil, 0, err
		}
		b.part(p)
	}
	passed := r.gates(l)
	if err := errors.Join(b.gates(ctx, passed), passed.Close()); err != nil {
		return nil, 0, err
	}
	all, waiting = b.done()
	for _, a := range all { // of people's names only the run's own credentials are taken out
		for i := range a.shown {
			r.redactor.Value("account", &a.shown[i])
		}
		r.redactor.Value("account", a)
	}
	return all, waiting, nil
}

// accounts gathers what accounts did.
type accounts struct {
	who *directory
	by  map[string]*Account
}

func (b *accounts) part(p ledger.Part) {
	h := b.who.holder(p.Person)
	system, account := policy.AccountOf(p.Person)
	keys := strings.Join(h.Keys, "\x00")
	if h.Deleted {
		keys = "deleted " + strings.ToLower(p.Person.Login)
	}
	a := b.by[system+"\x00"+keys]
	if a == nil {
		a = &Account{System: system, Account: cmp.Or(account, p.Person.Name), Type: p.Person.Type, Who: h.Name, Kind: h.Kind, Doubt: h.Doubt, Deleted: h.Deleted,
			keys: keys, changes: map[string]bool{}, waiting: map[string]bool{}, records: map[string]map[int64]bool{}}
		b.by[system+"\x00"+keys] = a
	}
	a.ID = cmp.Or(a.ID, p.Person.ID)
	a.Type = cmp.Or(a.Type, p.Person.Type)
	for _, of := range []struct {
		text string
		into *[]string
	}{{p.Person.Name, &a.Names}, {p.Person.Email, &a.Emails}} {
		if of.text != "" && !slices.Contains(*of.into, of.text) {
			*of.into = append(*of.into, of.text)
		}
	}
	if !slices.Contains(a.shown, p.Person) {
		a.shown = append(a.shown, p.Person)
	}
	if a.records[p.Role] == nil {
		a.records[p.Role] = map[int64]bool{}
	}
	a.records[p.Role][p.Record] = true
	if p.Change == "" {
		return
	}
	a.changes[p.Change] = true
	if a.Unresolved() && slices.Contains(comparedRoles(), p.Role) {
		a.waiting[p.Change] = true
	}
}

// gates adds who let deployments pass. They have no record of their own in the
// ledger; each is counted once.
func (b *accounts) gates(ctx context.Context, g *gates) error {
	n := int64(0)
	for release, err := range g.l.Deployments(ctx) {
		if err != nil {
			return err
		}
		passed, err := g.of(ctx, release.Ref)
		if err != nil {
			return err
		}
		n--
		for _, p := range passed.by {
			b.part(ledger.Part{Person: p, Role: roleGate, Record: n})
			for _, c := range release.Changes {
				b.part(ledger.Part{Person: p, Role: roleGate, Record: n, Change: c})
			}
		}
	}
	return nil
}

func (b *accounts) done() (all []*Account, waiting int) {
	wait := map[string]bool{}
	for _, a := range b.by {
		for role, records := range a.records {
			a.Parts = append(a.Parts, RolePart{role, len(records)})
		}
		slices.SortFunc(a.Parts, func(x, y RolePart) int {
			return cmp.Or(cmp.Compare(y.Records, x.Records), cmp.Compare(x.Role, y.Role))
		})
		slices.Sort(a.Names)
		slices.Sort(a.Emails)
		a.Changes, a.Waiting = len(a.changes), len(a.waiting)
		for c := range a.waiting {
			wait[c] = true
		}
		all = append(all, a)
	}
	slices.SortFunc(all, func(x, y *Account) int {
		return cmp.Or(cmp.Compare(x.System, y.System), cmp.Compare(y.Waiting, x.Waiting), cmp.Compare(strings.ToLower(x.Account), strings.ToLower(y.Account)), cmp.Compare(x.keys, y.keys))
	})
	return all, len(wait)
}

// SuggestedPerson is accounts that may be one human's, and why.
type SuggestedPerson struct {
	Name     string             `json:"name"`
	Known    bool               `json:"known"`    // the people file has a human of that name
	Strength string             `json:"strength"` // "strong", "weak" or "alone"
	Because  string             `json:"because"`
	Written  bool               `json:"written"` // the people file holds it, and nobody has confirmed it
	Accounts []SuggestedAccount `json:"accounts"`
	Waiting  int                `json:"waiting"` // changes that wait on any of them

	suggestion policy.Suggestion
}

// SuggestedAccount is one account of a suggestion.
type SuggestedAccount struct {
	System  string `json:"system"`
	Account string `json:"account"`
}

// SuggestPeople gives, for the accounts that nobody has named, whose they may be.
func (r *Run) SuggestPeople(all []*Account) []SuggestedPerson {
	parties, order := map[string][]evidence.Person{}, []string{}
	for _, a := range all {
		if !a.Unresolved() || a.Deleted || a.Doubt != "" {
			continue
		}
		if parties[a.keys] == nil {
			order = append(order, a.keys)
		}
		for _, p := range a.shown {
			if _, account := policy.AccountOf(p); account != "" { // a name alone can be listed nowhere
				parties[a.keys] = append(parties[a.keys], p)
			}
		}
	}
	var list [][]evidence.Person
	for _, k := range order {
		list = append(list, parties[k])
	}
	has := map[evidence.Person][]int{} // by account as it was shown
	for i, a := range all {
		for _, x := range a.shown {
			has[x] = append(has[x], i)
		}
	}
	written := r.written()
	var out []SuggestedPerson
	for _, s := range policy.Suggest(r.tests.People, list) {
		p := SuggestedPerson{Name: s.Name, Known: s.Known, Strength: s.Strength, Because: s.Because, Written: true, suggestion: s}
		wait := map[string]bool{}
		var of []int
		for _, x := range s.Accounts {
			of = append(of, has[x]...)
		}
		slices.Sort(of)
		for _, i := range slices.Compact(of) {
			a := all[i]
			p.Accounts = append(p.Accounts, SuggestedAccount{a.System, a.Account})
			p.Written = p.Written && written[SuggestedAccount{a.System, strings.ToLower(a.Account)}]
			for c := range a.waiting {
				wait[c] = true
			}
		}
		p.Waiting = len(wait)
		out = append(out, p)
	}
	slices.SortStableFunc(out, func(a, b SuggestedPerson) int { return cmp.Compare(b.Waiting, a.Waiting) })
	return out
}

// written gives the accounts that the people file suggests already, by system, in
// small letters.
func (r *Run) written() map[SuggestedAccount]bool {
	all := map[SuggestedAccount]bool{}
	if r.tests.People == nil {
		return all
	}
	for _, h := range r.tests.People.Unconfirmed {
		for system, accounts := range h.Accounts {
			for _, a := range accounts {
				all[SuggestedAccount{system, strings.ToLower(a)}] = true
			}
		}
	}
	return all
}

// WriteSuggestions adds suggestions to a people file, each as an entry that
// nobody has confirmed, and gives how many it added. A file that is not there is
// begun.
func (r *Run) WriteSuggestions(file string, people []SuggestedPerson) (added int, err error) {
	const what = "people file"
	var list []policy.Suggestion
	for _, p := range people {
		list = append(list, p.suggestion)
	}
	err = yamlfile.Change(file, what, func(data []byte) (text []byte, err error) {
		text, added, err = policy.Propose(file, data, list)
		if err != nil || added == 0 {
			return nil, err
		}
		return text, nil
	})
	if err != nil {
		return 0, err
	}
	return added, nil
}

// PeopleFile gives the people file that the configuration names; "" for none.
func (r *Run) PeopleFile() string { return r.cfg.People }
