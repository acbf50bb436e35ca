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
	r := newRegister(people, &evidence.Change{})
	for _, p := range accounts {
		keys := keysOf(p)
		for i := 1; i < len(keys); i++ {
			r.tie(keys[0], keys[i])
		}
		if machineType(p.Type) && len(keys) > 0 {
			r.kinds[keys[0]] = true
		}
	}
	return &Who{r}
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
