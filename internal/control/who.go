package control

import (
	"slices"

	"github.com/tickmark-dev/tickmark/internal/evidence"
	"github.com/tickmark-dev/tickmark/internal/policy"
)

// Who says who accounts are, by the same rules as the tests, over the accounts
// of many changes. It may be used by several goroutines.
type Who struct{ r *register }

// Holder is who has an account.
type Holder struct {
	Name    string // in the people file; "" where it names nobody, or contradicts itself
	Kind    string // "human", "bot" or "service"; "bot" also where the source says so; "" where nobody has said
	Doubt   string // why the people file does not decide; "" where it does or is silent
	Deleted bool   // the account no longer exists: it is nobody, and may be anybody
	// Keys are the names by which the sources tie what they show to one account;
	// equal for what is one account.
	Keys []string
}

// NewWho reads what the sources tie of some accounts. People may be nil.
func NewWho(people *policy.People, accounts []evidence.Person) *Who {
	// As the signers of one change: its rules for what belongs together hold.
	var signed []evidence.Commit
	for i := range accounts {
		signed = append(signed, evidence.Commit{Author: evidence.Signature{Email: accounts[i].Email, Account: &accounts[i]}})
	}
	return &Who{newRegister(people, &evidence.Change{Items: []evidence.Item{{PullRequest: &evidence.PullRequest{Commits: signed}}}})}
}

// Holder says who has an account.
func (w *Who) Holder(p evidence.Person) Holder {
	by := w.r.identify(&p)
	h := Holder{Doubt: by.doubt, Deleted: by.ghost, Keys: by.keys}
	switch {
	case by.entry != nil:
		h.Name, h.Kind = by.entry.name, "human"
		if by.entry.machine {
			h.Kind = "bot"
			if slices.ContainsFunc(w.r.people.Services, func(m policy.Machine) bool { return m.Name == h.Name }) {
				h.Kind = "service"
			}
		}
	case by.machine:
		h.Kind = "bot"
	}
	return h
}
