package run

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/tickmark-dev/tickmark/internal/control"
	"github.com/tickmark-dev/tickmark/internal/evidence"
	"github.com/tickmark-dev/tickmark/internal/ledger"
	"github.com/tickmark-dev/tickmark/internal/policy"
)

// directory says who is who, for queries and lists: the people file over all
// accounts of the population.
type directory struct {
	who    *control.Who
	people *policy.People // nil where nobody has said
	known  map[evidence.Person]control.Holder
}

func (r *Run) directory(ctx context.Context, l *ledger.Ledger) (*directory, error) {
	accounts, err := l.People(ctx)
	if err != nil {
		return nil, err
	}
	return &directory{control.NewWho(r.tests.People, accounts), r.tests.People, map[evidence.Person]control.Holder{}}, nil
}

func (d *directory) holder(p evidence.Person) control.Holder {
	h, ok := d.known[p]
	if !ok {
		h = d.who.Holder(p)
		d.known[p] = h
	}
	return h
}

// label names somebody for people to read: as the people file calls them, with
// the account; else as the source shows the account.
func (d *directory) label(p evidence.Person) string {
	h := d.holder(p)
	account := cmp.Or(p.Login, p.Email, p.Name, p.ID)
	if h.Name == "" {
		return p.String()
	}
	if p.Login == "" { // an address or a number says little beside a name
		if account = d.login(h.Name, p.System); account == "" {
			return h.Name
		}
	}
	if policy.Fold(account) == policy.Fold(h.Name) {
		return h.Name
	}
	return h.Name + " (" + account + ")"
}

// login gives the one account that the people file lists for somebody in a
// system where accounts have names; "" where there is none, or several.
func (d *directory) login(name, system string) string {
	for _, e := range d.entries() {
		if e.Name == name && len(e.Accounts[system]) == 1 && !strings.ContainsAny(e.Accounts[system][0], ":@") {
			return e.Accounts[system][0]
		}
	}
	return ""
}

// entries gives everybody in the people file.
func (d *directory) entries() []policy.Machine {
	if d.people == nil {
		return nil
	}
	all := slices.Concat(d.people.Bots, d.people.Services)
	for _, h := range d.people.Humans {
		all = append(all, policy.Machine{Name: h.Name, Accounts: h.Accounts})
	}
	return all
}

// called reports whether an account is somebody whom the people file gives a
// name: a part of theirs, or the whole of any of their accounts.
func (d *directory) called(name string, p evidence.Person) bool {
	h := d.holder(p)
	if h.Name == "" {
		return false
	}
	low := policy.Fold(name)
	if strings.Contains(policy.Fold(h.Name), low) {
		return true
	}
	for _, e := range d.entries() {
		if e.Name != h.Name {
			continue
		}
		for _, system := range slices.Sorted(maps.Keys(e.Accounts)) {
			if slices.ContainsFunc(e.Accounts[system], func(a string) bool { return strings.EqualFold(a, low) }) {
				return true
			}
		}
	}
	return false
}
