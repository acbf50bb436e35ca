package policy

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"

	"github.com/tickmark-dev/tickmark/internal/evidence"
	"github.com/tickmark-dev/tickmark/internal/yamlfile"
)

// EmailSystem is the name under which people.yaml lists e-mails of commits.
const EmailSystem = "email"

// People is who is who, as the organisation says.
type People struct {
	SHA256   string // of its text, hex
	Humans   []Human
	Bots     []Machine
	Services []Machine
	// Unconfirmed are suggestions that nobody has confirmed: nothing may rest on
	// them, and their accounts are nobody's yet.
	Unconfirmed []Human
}

// Human is one human with all their accounts and roles.
type Human struct {
	Name     string
	Accounts Accounts
	Roles    []evidence.RolePeriod
}

// Machine is an account that is no human's alone.
type Machine struct {
	Name     string
	Accounts Accounts
}

// RolesAt gives the roles that the human had at a moment. Known is false where
// the file says nothing of that time.
func (h Human) RolesAt(t time.Time, zone *time.Location) (roles []string, known bool) {
	day := t.In(zone).Format(time.DateOnly)
	for _, r := range h.Roles {
		if (r.From == "" || r.From <= day) && (r.To == "" || day < r.To) {
			roles = append(roles, r.Role)
		}
	}
	return roles, len(roles) > 0
}

// LoadPeople reads and checks a people file against the roles of a policy. A
// file with mistakes gives yamlfile.Problems.
func LoadPeople(file string, p *Policy) (*People, error) {
	data, err := yamlfile.Load(file, "people file")
	if err != nil {
		return nil, err
	}
	return ParsePeople(file, data, p)
}

// ParsePeople is LoadPeople for a file already read. Without a policy any role
// may be named.
func ParsePeople(file string, data []byte, p *Policy) (*People, error) {
	sum := sha256.Sum256(data)
	out := &People{SHA256: hex.EncodeToString(sum[:])}
	r := &peopleReader{people: out, owner: map[string]string{}, names: map[string]bool{}}
	if p != nil {
		r.roles = p.Roles
	}
	if err := yamlfile.Read(file, "people file", data, "templates/people.yaml is one to start from", r.read); err != nil {
		return nil, err
	}
	return out, nil
}

type peopleReader struct {
	people *People
	roles  []string
	owner  map[string]string // account to who has it
	names  map[string]bool
}

func (r *peopleReader) read(root yamlfile.Value) {
	root.Mapping(yamlfile.Keys{
		"schema_version": func(v yamlfile.Value) {
			if v.Text() != "1" {
				v.Problem("%s is not known to this version of tickmark; allowed: 1", yamlfile.Describe(v.Node))
			}
		},
		"people": func(v yamlfile.Value) { v.List(r.human) },
		"bots":   func(v yamlfile.Value) { v.List(func(v yamlfile.Value) { r.machine(v, &r.people.Bots) }) },
		"services": func(v yamlfile.Value) {
			v.List(func(v yamlfile.Value) { r.machine(v, &r.people.Services) })
		},
	}, "schema_version", "people")
}

func (r *peopleReader) human(v yamlfile.Value) {
	var h Human
	suggested, confirmed := v.Child("confirmed") != nil, true
	v.Mapping(yamlfile.Keys{
		"name": func(v yamlfile.Value) {
			if h.Name = v.Text(); !suggested {
				h.Name = r.name(v)
			}
		},
		"accounts":  func(v yamlfile.Value) { h.Accounts = readAccounts(v) },
		"roles":     func(v yamlfile.Value) { v.List(func(v yamlfile.Value) { h.Roles = append(h.Roles, r.role(v)) }) },
		"confirmed": func(v yamlfile.Value) { confirmed = v.Boolean() },
		"because":   func(v yamlfile.Value) { v.Text() },
	}, "name", "accounts")
	r.own(v, h.Name, h.Accounts)
	if !confirmed {
		r.people.Unconfirmed = append(r.people.Unconfirmed, h)
		return
	}
	if known := r.people.named(Fold(norm.NFC.String(h.Name))); suggested && known != nil { // further accounts of a human who is listed
		for system, accounts := range h.Accounts {
			known.Accounts[system] = append(known.Accounts[system], accounts...)
		}
		known.Roles = append(known.Roles, h.Roles...)
		return
	}
	r.names[Fold(h.Name)] = true
	r.people.Humans = append(r.people.Humans, h)
}

func (r *peopleReader) machine(v yamlfile.Value, into *[]Machine) {
	var m Machine
	v.Mapping(yamlfile.Keys{
		"name":     func(v yamlfile.Value) { m.Name = r.name(v) },
		"accounts": func(v yamlfile.Value) { m.Accounts = readAccounts(v) },
	}, "name", "accounts")
	r.own(v, m.Name, m.Accounts)
	*into = append(*into, m)
}

// name reads a name. Two humans of one name are told apart in the file, so
// that documents can.
func (r *peopleReader) name(v yamlfile.Value) string {
	s := v.Text()
	if s != "" && r.names[Fold(s)] {
		v.Problem("%q occurs twice; put all accounts under one entry, or tell two people of one name apart", s)
	}
	r.names[Fold(s)] = true
	return s
}

func (r *peopleReader) role(v yamlfile.Value) evidence.RolePeriod {
	var p evidence.RolePeriod
	v.Mapping(yamlfile.Keys{
		"role": func(v yamlfile.Value) {
			if r.roles == nil {
				p.Role = Fold(v.Text())
			} else if known := each(v, r.roles); len(known) == 1 {
				p.Role = known[0]
			}
		},
		"from": func(v yamlfile.Value) { p.From = v.Day() },
		"to":   func(v yamlfile.Value) { p.To = v.Day() },
	}, "role")
	reversed(v, p.From, p.To)
	return p
}

// own reports accounts that somebody else has already.
func (r *peopleReader) own(v yamlfile.Value, name string, accounts Accounts) {
	for _, system := range slices.Sorted(maps.Keys(accounts)) {
		for _, a := range accounts[system] {
			key := system + "\x00" + strings.ToLower(a)
			if strings.Contains(a, "@") {
				key = strings.ToLower(a) // an address is one person's in every system
			}
			if other, taken := r.owner[key]; taken && other != name {
				v.Problem("the account %q of %s belongs to %q already; one account is one human's", a, system, other)
			}
			r.owner[key] = cmp.Or(r.owner[key], name)
		}
	}
}

func readAccounts(v yamlfile.Value) Accounts {
	out := Accounts{}
	v.Entries(func(system string, v yamlfile.Value) { out[system] = v.Texts() })
	if len(out) == 0 {
		v.Problem("names no account")
	}
	return out
}

// Identities gives everybody for the record: by kind, then name.
func (p *People) Identities() []evidence.Identity {
	if p == nil {
		return nil
	}
	var out []evidence.Identity
	add := func(name, kind string, accounts Accounts, roles []evidence.RolePeriod) {
		id := evidence.Identity{Name: name, Kind: kind, Roles: slices.Clone(roles)}
		for _, system := range slices.Sorted(maps.Keys(accounts)) {
			for _, a := range accounts[system] {
				person := evidence.Person{System: system, Login: a}
				if system == EmailSystem || strings.Contains(a, "@") && !strings.Contains(a, "[") {
					person = evidence.Person{System: system, Email: a}
				}
				id.Accounts = append(id.Accounts, person)
			}
		}
		out = append(out, id)
	}
	for _, h := range p.Humans {
		add(h.Name, "human", h.Accounts, h.Roles)
	}
	for _, m := range p.Bots {
		add(m.Name, "bot", m.Accounts, nil)
	}
	for _, m := range p.Services {
		add(m.Name, "service", m.Accounts, nil)
	}
	slices.SortStableFunc(out, func(a, b evidence.Identity) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Kind, b.Kind), cmp.Compare(fmt.Sprint(a.Accounts), fmt.Sprint(b.Accounts)))
	})
	return out
}
