package ledger

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// Which changes a ticket stands for is told with each of them: those that name
// it and those to which it links; of many the first ones, and how many there are.
// Where a pull request of before or after the lists could name it, that is unread.
func TestChangesOfATicket(t *testing.T) {
	tests := map[string]struct {
		tell   func(w *world, k *evidence.Ticket)
		want   string
		total  int
		unread bool
	}{
		"one": {func(*world, *evidence.Ticket) {}, "o/r#1", 1, false},
		"another names it": {func(w *world, _ *evidence.Ticket) {
			w.pull(2, "c2", march(2, 9)).Title = "OPS-1: the other half"
		}, "o/r#1 o/r#2", 2, false},
		"it links to another, which was not merged": {func(w *world, k *evidence.Ticket) {
			p := w.pull(2, "", time.Time{})
			p.State, p.URL = "open", "https://gh.example/o/r/pull/2"
			k.Remote = []evidence.RemoteLink{{URL: p.URL}}
		}, "o/r#1 o/r#2", 2, false},
		"a commit that no pull request brought names it": {func(w *world, _ *evidence.Ticket) {
			w.items[2].Commit.Message = "OPS-1: by hand"
		}, "o/r@c2 o/r#1", 2, false},
		"it is named by the key that it had before": {func(w *world, k *evidence.Ticket) {
			k.History = []evidence.HistoryEntry{{Field: "Key", From: "OPS-900", To: "OPS-1"}}
			w.pull(2, "c2", march(2, 9)).Title = "OPS-900: the other half"
		}, "o/r#1 o/r#2", 2, false},
		"many": {func(w *world, _ *evidence.Ticket) {
			for i := range 40 {
				w.pull(10+i, "", march(2, 9)).Title = "OPS-1: more"
			}
		}, "o/r#1 o/r#10 o/r#11 o/r#12 o/r#13 o/r#14 o/r#15 o/r#16 o/r#17 o/r#18 o/r#19 o/r#20 o/r#21 o/r#22 o/r#23 o/r#24 o/r#25 o/r#26 o/r#27 o/r#28", 41, false},
		"it is older than the lists": {func(_ *world, k *evidence.Ticket) { k.Created = march(-9, 9) }, "o/r#1", 1, true},
		"nobody says how old it is":  {func(_ *world, k *evidence.Ticket) { k.Created = time.Time{} }, "o/r#1", 1, true},
		"it is not done":             {func(_ *world, k *evidence.Ticket) { k.Resolved = time.Time{} }, "o/r#1", 1, true},
		"it is not done, and the period was not over": {func(w *world, k *evidence.Ticket) {
			k.Resolved = time.Time{}
			w.items[len(w.items)-1].Provenance[0].RetrievedAt = march(20, 9)
		}, "o/r#1", 1, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			w := new(world).line(4)
			w.deploy(1, "c0", march(-2, 9))
			w.deploy(2, "c3", march(4, 9))
			w.pull(1, "c1", march(1, 9)).Title = "OPS-1: one half"
			k := w.ticket("OPS-1", time.Time{})
			k.Created, k.Resolved, k.DeployedBasis = march(1, 0), march(6, 9), ""
			w.items[len(w.items)-1].Provenance = []evidence.Provenance{{RetrievedAt: march(60, 9)}}
			test.tell(w, k)
			l := w.load(t)
			for _, searched := range []string{"gh", "other"} {
				l.about.Scope.Searched = []string{searched}
				for _, e := range changes(t, l, Filter{ID: "o/r#1"}) {
					c, err := l.Assemble(context.Background(), e)
					if err != nil {
						t.Fatal(err)
					}
					it, ok := c.Find(evidence.Ref{Kind: evidence.KindMention, System: "gh", ID: "OPS-1"})
					if !ok {
						t.Fatal("it is not said which changes name the ticket")
					}
					var names []string
					for _, r := range it.Mention.Found {
						names = append(names, r.ID)
					}
					// A source that cannot be asked has nothing to be read.
					if got := strings.Join(names, " "); got != test.want || it.Mention.Total != test.total || (len(it.Unread) > 0) != (test.unread && searched == "gh") {
						t.Errorf("%s: %s, in all %d, unread %v", searched, got, it.Mention.Total, it.Unread)
					}
				}
			}
		})
	}
}
