package control

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
	"github.com/tickmark-dev/tickmark/internal/policy"
)

// register says who is who: accounts of the sources on one side, the humans
// that the organisation names on the other. An account is somebody only where
// the people file says so (docs/adr/0010).
type register struct {
	people  *policy.People
	entries map[string][]*entry // by key of an account
	parent  map[string]string   // keys of one account, as far as the sources tie them; each names its root once group has run
	groups  map[string][]string // all keys of one account, in order, by their root
	kinds   map[string]bool     // keys that the source calls a bot
}

// entry is one human, bot or service of the people file.
type entry struct {
	name    string
	machine bool
	human   policy.Human
}

// party is somebody who had a part in the change.
type party struct {
	shown   string // for people to read
	entry   *entry // nil: nobody has said who this is
	machine bool   // a bot or service account, by the source or the people file
	ghost   bool   // the account no longer exists
	doubt   string // why the people file does not decide; "" where it does or is silent
	keys    []string
	id      string // equal for what is known to be one party; "" for a ghost, who may be anybody
}

// human reports whether the people file says which human this is.
func (p party) human() bool { return p.entry != nil && !p.entry.machine && !p.machine }

var noreply = regexp.MustCompile(`(?i)^(?:([0-9]+)\+)?([a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\[bot\])?)@users\.noreply\.`)

// keysOf gives the names by which an account is the same account: the id that
// stays, the login, the e-mail. An address that a forge made names its login.
func keysOf(p evidence.Person) []string {
	var keys []string
	if p.ID != "" {
		keys = append(keys, p.System+"#"+p.ID)
	} else if p.Login != "" {
		keys = append(keys, p.System+"@"+strings.ToLower(p.Login))
	}
	if p.ID != "" && p.Login != "" {
		keys = append(keys, p.System+"@"+strings.ToLower(p.Login))
	}
	if p.Email != "" {
		keys = append(keys, "mail "+strings.ToLower(p.Email))
		if m := noreply.FindStringSubmatch(p.Email); m != nil {
			if m[1] != "" {
				keys = append(keys, p.System+"#"+m[1])
			}
			keys = append(keys, p.System+"@"+strings.ToLower(m[2]))
		}
	}
	if len(keys) == 0 && p.Name != "" {
		keys = append(keys, p.System+" name "+policy.Fold(p.Name))
	}
	return keys
}

func newRegister(people *policy.People, c *evidence.Change) *register {
	r := &register{people: people, entries: map[string][]*entry{}, parent: map[string]string{}, kinds: map[string]bool{}}
	if people != nil {
		for _, h := range people.Humans {
			r.list(&entry{name: h.Name, human: h}, h.Accounts)
		}
		for _, m := range slices.Concat(people.Bots, people.Services) {
			r.list(&entry{name: m.Name, machine: true}, m.Accounts)
		}
	}
	everybody(c, func(p evidence.Person) {
		keys := keysOf(p)
		for i := 1; i < len(keys); i++ {
			r.tie(keys[0], keys[i])
		}
		if machineType(p.Type) && len(keys) > 0 {
			r.kinds[keys[0]] = true
		}
	})
	r.group()
	return r
}

// list enters the accounts of one entry.
func (r *register) list(e *entry, accounts policy.Accounts) {
	for _, system := range slices.Sorted(maps.Keys(accounts)) {
		for _, a := range accounts[system] {
			low := strings.ToLower(a)
			keys := []string{system + "@" + low, system + "#" + a}
			if system == policy.EmailSystem || strings.Contains(a, "@") {
				keys = append(keys, "mail "+low)
			}
			for _, k := range keys {
				if !slices.Contains(r.entries[k], e) {
					r.entries[k] = append(r.entries[k], e)
				}
			}
		}
	}
}

// machineType reports whether a source's own word for an account means that no
// human is behind it. Names decide nothing: anyone can choose one.
func machineType(t string) bool {
	return strings.EqualFold(t, "bot") || strings.EqualFold(t, "app")
}

func (r *register) root(k string) string {
	for r.parent[k] != "" && r.parent[k] != k {
		if up := r.parent[r.parent[k]]; up != "" {
			r.parent[k] = up // chains of accounts may be of any length
		}
		k = r.parent[k]
	}
	return k
}

func (r *register) tie(a, b string) {
	for _, k := range []string{a, b} {
		if r.parent[k] == "" {
			r.parent[k] = k
		}
	}
	if ra, rb := r.root(a), r.root(b); ra != rb {
		r.parent[max(ra, rb)] = min(ra, rb)
	}
}

// group puts the keys that are tied together, once all accounts were seen. The
// register is only read afterwards, by as many goroutines as there are.
func (r *register) group() {
	r.groups = map[string][]string{}
	for _, k := range slices.Sorted(maps.Keys(r.parent)) {
		root := r.root(k)
		r.parent[k] = root
		r.groups[root] = append(r.groups[root], k)
	}
}

// closure gives all keys that are tied to some, in order.
func (r *register) closure(keys []string) []string {
	out := slices.Clone(keys)
	for _, k := range keys {
		out = append(out, r.groups[r.parent[k]]...) // a key that is tied to none is in no group
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// identify says who an account is. Ghost is GitHub's stand-in for accounts
// that were deleted: it is nobody, and may be anybody.
func (r *register) identify(p *evidence.Person) party {
	if p == nil || strings.EqualFold(p.Login, "ghost") {
		return party{shown: "a deleted account", ghost: true}
	}
	out := party{shown: p.String(), keys: r.closure(keysOf(*p)), machine: machineType(p.Type)}
	if len(out.keys) == 0 { // an account without a name is no account that could be told from another
		return party{shown: "an account that the source does not name", ghost: true}
	}
	out.id = strings.Join(out.keys, " ")
	var found []*entry
	for _, k := range out.keys {
		out.machine = out.machine || r.kinds[k]
		for _, e := range r.entries[k] {
			if !slices.Contains(found, e) {
				found = append(found, e)
			}
		}
	}
	switch {
	case len(found) > 1:
		out.doubt = fmt.Sprintf("the accounts of %s are listed for %s and for %s", out.shown, found[0].name, found[1].name)
	case len(found) == 1:
		out.entry = found[0]
		out.id = "entry " + out.entry.name
		out.machine = out.machine || out.entry.machine
		if policy.Fold(out.entry.name) != policy.Fold(out.shown) {
			out.shown = out.entry.name + " (" + best(p.Login, p.Name, p.Email, out.shown) + ")"
		}
	}
	return out
}

// best gives the first text that is not empty.
func best(texts ...string) string {
	for _, s := range texts {
		if s != "" {
			return s
		}
	}
	return ""
}

// sameness says whether two parties are one.
type sameness int

const (
	undecided sameness = iota // nobody has said
	different
	same
)

func (r *register) compare(a, b party) sameness {
	switch {
	case a.ghost || b.ghost:
		return undecided
	case a.entry != nil && a.entry == b.entry:
		return same
	case slices.ContainsFunc(a.keys, func(k string) bool { return slices.Contains(b.keys, k) }):
		return same
	case a.machine || b.machine: // one account is not another, and a program is no human
		return different
	case a.human() && b.human():
		return different
	}
	return undecided
}

// role says whether a party had a role at a moment; known is false where
// nobody has said.
func (x *exam) role(p party, at time.Time, role string) (has, known bool) {
	if !p.human() {
		return false, p.machine
	}
	roles, known := p.entry.human.RolesAt(at, x.p.Zone)
	return slices.Contains(roles, role), known
}

// roleOf is role for any of several.
func (x *exam) roleOf(p party, at time.Time, roles []string) (has, known bool) {
	for _, r := range roles {
		h, k := x.role(p, at, r)
		has, known = has || h, known || k
	}
	return has, known
}

// everybody walks all accounts of a change, so that what one record says of an
// account (its id beside its login, its type) holds for all.
func everybody(c *evidence.Change, see func(evidence.Person)) {
	one := func(p *evidence.Person) {
		if p != nil && !strings.EqualFold(p.Login, "ghost") {
			see(*p)
		}
	}
	sign := func(s evidence.Signature) {
		if s.Account != nil {
			p := *s.Account
			p.Email = s.Email
			one(&p)
		}
	}
	commit := func(m *evidence.Commit) { sign(m.Author); sign(m.Committer) }
	for _, it := range c.Items {
		switch {
		case it.PullRequest != nil:
			pr := it.PullRequest
			one(pr.Author)
			one(pr.MergedBy)
			for _, r := range pr.Reviews {
				one(r.Author)
			}
			for _, e := range pr.Timeline {
				one(e.Actor)
			}
			for i := range pr.Commits {
				commit(&pr.Commits[i])
			}
			for _, m := range pr.Comments {
				one(m.Author)
			}
		case it.Commit != nil:
			commit(it.Commit)
		case it.Ticket != nil:
			t := it.Ticket
			for _, p := range []*evidence.Person{t.Reporter, t.Creator, t.Assignee, t.DeployedBy} {
				one(p)
			}
			for _, h := range t.History {
				one(h.Author)
			}
			for _, m := range t.Comments {
				one(m.Author)
			}
			for _, a := range t.Approvals {
				for _, d := range a.Approvers {
					one(d.Person)
				}
			}
		case it.Build != nil:
			one(it.Build.Actor)
			one(it.Build.TriggeringActor)
			for _, a := range it.Build.Approvals {
				one(a.Person)
			}
		case it.Deployment != nil:
			one(it.Deployment.Creator)
			for _, s := range it.Deployment.Statuses {
				one(s.Creator)
			}
		}
	}
}
