package ledger

import (
	"testing"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// A record is looked up as the change that the population counts it under: the
// second pull request of one merge, a commit that landed, a ticket's old key.
// Records of another system with the same repository are other records.
func TestOwner(t *testing.T) {
	w := (&world{}).line(4)
	w.pull(1, "c1", march(2, 9))
	w.pull(2, "c1", march(2, 9)).Base.Ref = "topic" // landed with 1
	w.pull(3, "c2", march(2, 10)).Title = "OPS-6 of code"
	w.deploy(1, "c0", march(-3, 9))
	w.deploy(2, "c3", march(3, 9))
	w.ticket("OPS-5", march(4, 9)).History = []evidence.HistoryEntry{{Field: "Key", From: "OLD-2", To: "OPS-5"}}
	w.ticket("OPS-6", march(4, 9)) // carried out by o/r#3
	// The same repository in a second system, with another history.
	other := (&world{}).line(2)
	other.pull(1, "c1", march(5, 9))
	other.deploy(1, "c0", march(-3, 9))
	other.deploy(2, "c1", march(6, 9))
	for _, it := range other.items {
		it.Ref.System = "mirror"
		w.items = append(w.items, it)
	}
	l := open(t)
	zone := time.UTC
	load(t, l, evidence.Period{From: march(1, 0), To: march(31, 0)}, zone,
		Scope{Repositories: []Repository{{"gh", "o/r", "main"}, {"mirror", "o/r", "main"}}, Projects: []Project{{"jira", "OPS"}}}, w.items)
	ref := func(kind evidence.Kind, system, id string) evidence.Ref {
		return evidence.Ref{Kind: kind, System: system, ID: id}
	}
	pull := func(system, id string) evidence.Ref { return ref(evidence.KindPullRequest, system, id) }
	for asked, want := range map[evidence.Ref]evidence.Ref{
		pull("gh", "o/r#1"):                           pull("gh", "o/r#1"),
		pull("gh", "o/r#2"):                           pull("gh", "o/r#1"),
		pull("mirror", "o/r#1"):                       pull("mirror", "o/r#1"),
		pull("mirror", "o/r#2"):                       {},
		ref(evidence.KindCommit, "gh", "o/r@c1"):      pull("gh", "o/r#1"),
		ref(evidence.KindCommit, "gh", "o/r@c3"):      ref(evidence.KindCommit, "gh", "o/r@c3"),
		ref(evidence.KindCommit, "mirror", "o/r@c3"):  {},
		ref(evidence.KindTicket, "jira", "OPS-5"):     ref(evidence.KindTicket, "jira", "OPS-5"),
		ref(evidence.KindTicket, "jira", "OLD-2"):     ref(evidence.KindTicket, "jira", "OPS-5"),
		ref(evidence.KindTicket, "gh", "OLD-2"):       {},
		ref(evidence.KindTicket, "jira", "OPS-6"):     {}, // the change is the pull request
		ref(evidence.KindDeployment, "gh", "o/r/d/1"): {},
	} {
		got, ok, err := l.Owner(t.Context(), asked)
		if err != nil || got.Ref != want || ok == want.IsZero() {
			t.Errorf("%s belongs to %s (%v, %v), want %s", asked, got.Ref, ok, err, want)
		}
	}
	for system, want := range map[string]string{"gh": "o/r@c3", "mirror": ""} {
		if got, _, err := l.ChangeOf(t.Context(), system, "o/r", "c3"); err != nil || got != want {
			t.Errorf("c3 of %s belongs to %q (%v), want %q", system, got, err, want)
		}
	}
}
