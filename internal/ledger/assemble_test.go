package ledger

import (
	"context"
	"testing"

	"github.com/tickmark-dev/tickmark/internal/simulate/company"
)

// A change that is put together from the lists says the same of its way to
// production as the population does.
func TestAssembledChanges(t *testing.T) {
	c := company.New(company.DefaultSeed)
	l := loadCompany(t, c)
	ctx := context.Background()
	n := 0
	for _, e := range changes(t, l, Filter{InPopulation: true}) {
		got, err := l.Assemble(ctx, e)
		if err != nil {
			t.Fatal(err)
		}
		if !got.DeployedAt().Equal(e.Deployed) {
			t.Errorf("%s: put together it was deployed %s, in the population %s", e.ID, got.DeployedAt(), e.Deployed)
		}
		if _, ok := got.Find(e.Ref); !ok {
			t.Errorf("%s: its own record %s is not among its %d records", e.ID, e.Ref, len(got.Items))
		}
		for _, key := range e.Tickets {
			found := false
			for _, it := range got.Items {
				found = found || it.Ticket != nil && it.Ticket.Key == key
			}
			if !found {
				t.Errorf("%s: ticket %s is not among its records", e.ID, key)
			}
		}
		for _, sha := range e.Commits {
			if id, ok, err := l.ChangeOf(ctx, e.Ref.System, e.Repository, sha); err != nil || !ok || id != e.ID {
				t.Errorf("%s: commit %s belongs to %q, %v", e.ID, sha, id, err)
			}
		}
		n++
	}
	if n < 200 {
		t.Errorf("%d changes were put together", n)
	}
	if id, ok, err := l.ChangeOf(ctx, "github", "harbourline/ledger-api", "0000000000000000000000000000000000000000"); ok || err != nil {
		t.Errorf("an unknown commit belongs to %q, %v", id, err)
	}
}
