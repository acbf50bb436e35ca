package control

import (
	"fmt"
	"sync"
	"testing"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// Several goroutines may ask at once: nothing is written once the accounts were
// read. Run it with -race, which sees a write that happens to do no harm.
func TestWhoIsOnlyRead(t *testing.T) {
	var accounts []evidence.Person
	for i := range 50 { // each is tied to the one before by an address
		accounts = append(accounts, evidence.Person{System: "github", ID: fmt.Sprint(i), Email: fmt.Sprintf("a%d@acme.example", i)},
			evidence.Person{System: "github", ID: fmt.Sprint(i), Email: fmt.Sprintf("a%d@acme.example", i+1)})
	}
	w := NewWho(people(t), accounts)
	want := len(w.Holder(accounts[0]).Keys)
	if want != 101 {
		t.Errorf("one account has %d keys, want 101", want)
	}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for _, p := range accounts {
				if got := len(w.Holder(p).Keys); got != want {
					t.Errorf("%s has %d keys, want %d", p.ID, got, want)
				}
			}
		})
	}
	all.Wait()
}
