package run

import (
	"fmt"
	"testing"

	"github.com/tickmark-dev/tickmark/internal/control"
	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// Each suggestion has its own accounts and the changes that wait on any of them,
// each once, and is made in a time that grows with the number of accounts.
func TestSuggestPeople(t *testing.T) {
	const n = 3000
	var all []*Account
	for i := range n {
		name, mail := fmt.Sprintf("Given%d Family%d", i, i), fmt.Sprintf("g%d@acme.example", i)
		for _, p := range []evidence.Person{{System: "github", Login: fmt.Sprintf("g%d", i), Name: name, Email: mail}, {System: "jira", ID: fmt.Sprint(i), Name: name, Email: mail}} {
			all = append(all, &Account{System: p.System, Account: p.Login + p.ID, keys: p.System + fmt.Sprint(i), shown: []evidence.Person{p, p},
				waiting: map[string]bool{fmt.Sprintf("both %d", i): true, fmt.Sprintf("%s %d", p.System, i): true}})
		}
	}
	got := (&Run{tests: control.Options{}}).SuggestPeople(all)
	if len(got) != n {
		t.Fatalf("%d suggestions, want %d", len(got), n)
	}
	for _, s := range got {
		if len(s.Accounts) != 2 || s.Accounts[0].System != "github" || s.Accounts[1].System != "jira" || s.Accounts[0].Account != "g"+s.Accounts[1].Account || s.Waiting != 3 || s.Written {
			t.Fatalf("%+v", s)
		}
	}
}
