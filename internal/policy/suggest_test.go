package policy

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

func TestSuggest(t *testing.T) {
	p, err := ParsePeople("people.yaml", []byte(`schema_version: 1
people:
  - name: Ada Lovelace
    accounts: {github: [adal], email: [ada@x.example]}
  - name: Zoë Noor
    accounts: {jira: [z1]}
`), nil)
	if err != nil {
		t.Fatal(err)
	}
	gh := func(login, name, email string) evidence.Person {
		return evidence.Person{System: "github", Login: login, Name: name, Email: email, Type: "User"}
	}
	jira := func(id, name string) evidence.Person { return evidence.Person{System: "jira", ID: id, Name: name} }
	parties := [][]evidence.Person{
		{gh("rob", "Rob", "rob@x.example"), {System: "jira", ID: "j7", Email: "Rob@x.example", Name: "Robert"}}, // tied by the e-mail
		{jira("j9", "Ada  lovelace")},                  // has no account in Jira by the file
		{gh("ada-2", "Ada Lovelace", "")},              // a second one at GitHub: she or somebody else
		{gh("kim1", "Alex Kim", "")},                   // two people of one name …
		{gh("kim2", "Alex Kim", "k2@x.example")},       //
		{jira("j8", "Alex Kim")},                       // … and nobody knows which of them this is
		{gh("zoe", "Zoe\u0308 Noor", "")},              // the same letters, written otherwise
		{gh("alone", "", "")},                          //
		{gh("bo", "Bo Li", "")}, {jira("j5", "BO li")}, // one name, one account a system
		{{System: "github", Name: "Bo Li", Email: "bo@home.example"}},
	}
	type row struct{ name, strength, because, accounts string }
	rows := func(s []Suggestion) (out []row) {
		for _, s := range s {
			var accounts []string
			for _, a := range s.Accounts {
				system, account := AccountOf(a)
				accounts = append(accounts, system+":"+account)
			}
			out = append(out, row{s.Name, s.Strength, s.Because, strings.Join(accounts, " ")})
		}
		return out
	}
	const may = "has the name of Ada Lovelace, and several accounts of github have: they may be other people"
	const two = "shares its name with another account of github, so they may be two people"
	want := []row{
		{"Ada  lovelace (j9)", Alone, may, "jira:j9"},
		{"Ada Lovelace (ada-2)", Alone, may, "github:ada-2"},
		{"Alex Kim (j8)", Alone, two, "jira:j8"},
		{"Alex Kim (kim1)", Alone, two, "github:kim1"},
		{"Alex Kim (kim2)", Alone, two, "github:kim2"},
		{"Bo Li", Weak, "the same name", "email:bo@home.example github:bo jira:j5"},
		{"Rob", Strong, "the same e-mail", "github:rob jira:j7"},
		{"Zoë Noor", Weak, "the same name as Zoë Noor of the people file", "github:zoe"},
		{"alone", Alone, "no other account is like it", "github:alone"},
	}
	if diff := cmp.Diff(want, rows(Suggest(p, parties)), cmp.AllowUnexported(row{})); diff != "" {
		t.Error(diff)
	}
	slices.Reverse(parties)
	if diff := cmp.Diff(want, rows(Suggest(p, parties)), cmp.AllowUnexported(row{})); diff != "" {
		t.Error("another order gives other suggestions: ", diff)
	}
}

func TestPropose(t *testing.T) {
	const file = `# ours
schema_version: 1
people:
  # the founder
  - name: Ada Lovelace
    accounts: {github: [adal]} # since 2023
`
	person := func(system, login, email string) evidence.Person {
		return evidence.Person{System: system, Login: login, Email: email}
	}
	suggestions := []Suggestion{
		{Name: "Ada Lovelace", Known: true, Accounts: []evidence.Person{person("jira", "ada@x.example", "")}, Because: "the same name", Strength: Weak},
		{Name: "E\u202evil:\n- x", Accounts: []evidence.Person{person("github", "yes", "12+yes@users.noreply.github.com"), person("github", "yes", "y@x.example")}, Because: "b: #", Strength: Strong},
		{Name: "Hidden", Accounts: []evidence.Person{person("github", "a\u200bb", "")}, Because: "x", Strength: Alone},
	}
	text, added, err := Propose("f", []byte(file), suggestions)
	if err != nil || added != 2 {
		t.Fatalf("%d, %v", added, err)
	}
	for _, kept := range []string{"# ours\n", "# the founder\n", "# since 2023\n"} {
		if !strings.Contains(string(text), kept) {
			t.Errorf("%q was lost in\n%s", kept, text)
		}
	}
	p, err := ParsePeople("f", text, nil)
	if err != nil {
		t.Fatal(err)
	}
	// Nothing counts before somebody confirms it.
	if len(p.Humans) != 1 || len(p.Humans[0].Accounts) != 1 || len(p.Identities()) != 1 {
		t.Errorf("a suggestion counts: %+v", p.Humans)
	}
	want := []Human{{Name: "Ada Lovelace", Accounts: Accounts{"jira": {"ada@x.example"}}}, {Name: "Evil: - x", Accounts: Accounts{"github": {"yes"}, "email": {"y@x.example"}}}}
	if diff := cmp.Diff(want, p.Unconfirmed); diff != "" {
		t.Error(diff)
	}
	// Proposed again it is not written again.
	if again, added, err := Propose("f", text, suggestions); err != nil || added != 0 || string(again) != string(text) {
		t.Errorf("%d more, %v", added, err)
	}
	confirmed := strings.ReplaceAll(string(text), "confirmed: false", "confirmed: true")
	if p, err = ParsePeople("f", []byte(confirmed), nil); err != nil {
		t.Fatal(err)
	}
	if len(p.Humans) != 2 || len(p.Unconfirmed) != 0 || p.Humans[0].Accounts["jira"][0] != "ada@x.example" || p.Humans[0].Accounts["github"][0] != "adal" {
		t.Errorf("confirmed: %+v", p)
	}
	if text, added, err := Propose("new", nil, suggestions); err != nil || added != 2 || !strings.HasPrefix(string(text), "# Who is who.") {
		t.Errorf("a new file: %d, %v\n%s", added, err, text)
	}
}

func TestUnconfirmedMistakes(t *testing.T) {
	for text, want := range map[string]string{
		"people: [{name: A, accounts: {g: [x]}}, {name: B, accounts: {g: [X]}, confirmed: false}]":                       `the account "X" of g belongs to "A" already`,
		"people: [{name: A, accounts: {g: [x]}}, {name: A, accounts: {g: [y]}}]":                                         `"A" occurs twice`,
		"people: [{name: A, accounts: {g: [x]}, confirmed: maybe}]":                                                      "expected true or false",
		"people: [{name: A, accounts: {g: [x]}, confirmed: true, roles: [{role: r, from: 2026-02-01, to: 2026-01-01}]}]": "before it begins",
	} {
		if _, err := ParsePeople("f", []byte("schema_version: 1\n"+text+"\n"), nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}

// What a system shows in place of the name of somebody who left is nobody's name.
func TestSuggestNamesNobodyAfterAPlaceholder(t *testing.T) {
	for _, s := range Suggest(nil, [][]evidence.Person{{{System: "jira", ID: "557058:a", Name: "Former user"}}, {{System: "other", ID: "9", Name: "Former user"}}}) {
		if s.Name == "Former user" || s.Strength != Alone || len(s.Accounts) != 1 {
			t.Errorf("%+v", s)
		}
	}
}
