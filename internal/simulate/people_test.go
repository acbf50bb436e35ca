package simulate

import (
	"slices"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/tickmark-dev/tickmark/internal/simulate/company"
)

// peopleFile is a people.yaml as anybody would read it.
type peopleFile struct {
	SchemaVersion int `yaml:"schema_version"`
	People        []member
	Bots          []member
	Services      []member
}

type member struct {
	Name     string
	Accounts map[string][]string
	Roles    []struct{ Role, From, To string }
}

func readPeople(t *testing.T, s *Servers) peopleFile {
	t.Helper()
	var f peopleFile
	d := yaml.NewDecoder(strings.NewReader(People(s)))
	d.KnownFields(true)
	if err := d.Decode(&f); err != nil {
		t.Fatal(err)
	}
	return f
}

func TestPeopleAreListedOnce(t *testing.T) {
	f := readPeople(t, serve(t))
	if f.SchemaVersion != 1 || len(f.People) != 22 || len(f.Bots) != 5 || len(f.Services) != 2 {
		t.Fatalf("version %d: %d people, %d bots, %d services", f.SchemaVersion, len(f.People), len(f.Bots), len(f.Services))
	}
	owner := map[string]string{}
	for _, m := range slices.Concat(f.People, f.Bots, f.Services) {
		if m.Name == "" || len(m.Accounts) == 0 {
			t.Errorf("%+v has no name or no account", m)
		}
		for system, ids := range m.Accounts {
			if !slices.Contains([]string{"github", "jira", "email"}, system) {
				t.Errorf("%s has an account in %q", m.Name, system)
			}
			for _, id := range ids {
				if other := owner[system+" "+id]; other != "" {
					t.Errorf("%s %s belongs to %s and to %s", system, id, other, m.Name)
				}
				owner[system+" "+id] = m.Name
			}
		}
	}
	if owner["github robin-marlow"] == "" || owner["github tanaka-yui"] != "田中 結衣" || owner["email 41015838+sbaran@users.noreply.github.com"] != "Szymon Barański" {
		t.Error("an account is missing, or somebody else's")
	}
}

// TestEverybodyButOneIsListed finds who takes part in changes and is not listed.
func TestEverybodyButOneIsListed(t *testing.T) {
	s := serve(t)
	listed := map[string]bool{"": true}
	f := readPeople(t, s)
	for _, m := range slices.Concat(f.People, f.Bots, f.Services) {
		for _, login := range m.Accounts["github"] {
			listed[login] = true
		}
		for _, id := range m.Accounts["jira"] {
			listed[id] = true
		}
	}
	var missing []string
	for _, r := range s.Company.Forge.Repos {
		for _, p := range r.PullRequests {
			for _, rv := range p.Reviews {
				if !rv.Author.Deleted && !listed[rv.Author.Login] {
					missing = append(missing, rv.Author.Login)
				}
			}
			if !p.Author.Deleted && !listed[p.Author.Login] {
				missing = append(missing, p.Author.Login)
			}
		}
	}
	slices.Sort(missing)
	if missing = slices.Compact(missing); !slices.Equal(missing, []string{"priya-raman"}) {
		t.Errorf("not listed are %v, want one colleague", missing)
	}
	for _, is := range s.Company.Tracker.Issues {
		if u := is.Reporter; !u.Deleted && !listed[u.AccountID] && u.Name != "Priya Raman" {
			t.Errorf("%s: %s is not listed", is.Key, u.Name)
		}
	}
}

func TestRolesAreOfTheVocabulary(t *testing.T) {
	known := []string{"developer", "senior engineer", "technical lead", "engineering manager", "security", "dba", "devops lead", "incident commander", "product owner", "qa", "change advisory board"}
	day := func(s string) time.Time {
		if s == "" {
			return time.Time{}
		}
		d, err := time.Parse(time.DateOnly, s)
		if err != nil {
			t.Error(err)
		}
		return d
	}
	seen := map[string]bool{}
	for _, m := range readPeople(t, serve(t)).People {
		for _, r := range m.Roles {
			seen[r.Role] = true
			if !slices.Contains(known, r.Role) || r.To != "" && !day(r.From).Before(day(r.To)) {
				t.Errorf("%s: %+v", m.Name, r)
			}
		}
		if len(m.Roles) == 0 {
			t.Errorf("%s has no role", m.Name)
		}
	}
	if len(seen) != len(known) {
		t.Errorf("%d roles occur, want all %d", len(seen), len(known))
	}
}

func TestPeopleOfEqualSeedsAreEqual(t *testing.T) {
	a, b := &Servers{Company: company.New(7)}, &Servers{Company: company.New(7)}
	if People(a) != People(b) {
		t.Error("the lists differ")
	}
}
