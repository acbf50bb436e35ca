package control

import (
	"fmt"
	"strings"
	"testing"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// crowded is a change whose description is of a megabyte, on one line and on
// many, and names 5,000 tickets that are not there beside 50 issues that are.
func crowded(t testing.TB) *world {
	w := good(t)
	var b strings.Builder
	for i := range 5000 {
		key := fmt.Sprintf("PAY-%d", 1000+i)
		fmt.Fprintf(&b, "%s %s", key, strings.Repeat("word ", 36))
		if i%2 == 0 {
			b.WriteString("\n")
		}
		w.Gaps = append(w.Gaps, evidence.Gap{Ref: ref(evidence.KindTicket, key), Reason: evidence.NotFound})
	}
	for i := range 50 {
		fmt.Fprintf(&b, "Fixes #%d and acme/web#%d\n", 100+i, 100+i)
		r := evidence.Ref{Kind: evidence.KindTicket, System: "github", ID: fmt.Sprintf("%s#%d", repo, 100+i)}
		w.Items = append(w.Items, evidence.Item{Ref: r, Ticket: &evidence.Ticket{Key: r.ID, Created: clock("01 09:00")}})
	}
	b.WriteString(strings.Repeat("PAY-8 ", 20000)) // a line of nothing else
	w.pr.Body = text(b.String())
	return w
}

// A description is read once, and what it names is kept: asking for one more
// ticket reads nothing.
func TestDescriptionIsReadOnce(t *testing.T) {
	w := crowded(t)
	x := newExam(&w.Change, Options{Policy: w.policy, People: w.people})
	if n := len(x.missingTickets()); n != 5000 {
		t.Fatalf("%d tickets are named and missing", n)
	}
	w.pr.Body, w.pr.Title, w.pr.Commits = text(""), "", nil
	for i := range 50 {
		r := evidence.Ref{Kind: evidence.KindTicket, System: "github", ID: fmt.Sprintf("%s#%d", repo, 100+i)}
		if l := x.linkOf(r); !l.strong {
			t.Fatalf("%s is read anew: %+v", r, l)
		}
	}
	if n := len(x.missingTickets()); n != 5000 {
		t.Errorf("%d tickets are missing when they are asked for again", n)
	}
	body := strings.Repeat("INC-1 ", 100) + "INC-3"
	if !x.speaksOf(body, "INC-3") || len(x.keysOfText) == 0 {
		t.Error("a text is read, and what it names is not kept")
	}
}

// manyReviewers is a pull request with n reviewers, each with an id, a login and
// an address.
func manyReviewers(t testing.TB, n int) *world {
	w := good(t)
	for i := range n {
		p := &evidence.Person{System: "github", ID: fmt.Sprint(1000 + i), Login: fmt.Sprintf("u%d", i), Email: fmt.Sprintf("u%d@acme.example", i), Type: "User"}
		w.pr.Reviews = append(w.pr.Reviews, evidence.Review{ID: fmt.Sprint(i), Author: p, State: "APPROVED", Submitted: clock("10:05"), CommitID: c2})
	}
	return w
}

// Who is tied to whom is found once for all accounts; to identify one asks for
// no other.
func TestAccountsAreTiedOnce(t *testing.T) {
	w := manyReviewers(t, 1000)
	r := newRegister(w.people, &w.Change)
	for k, root := range r.parent { // what is asked for now takes one step
		if r.parent[root] != root {
			t.Fatalf("%s leads to %s, which leads on to %s", k, root, r.parent[root])
		}
	}
	got := r.closure([]string{"github#1007", "github@u7"})
	want := []string{"github#1007", "github@u7", "mail u7@acme.example"}
	if strings.Join(got, " ") != strings.Join(want, " ") {
		t.Errorf("the keys of one account are %q", got)
	}
	if n := len(r.groups["github#1007"]); n != 3 {
		t.Errorf("the group of one account has %d keys", n)
	}
}

func BenchmarkCrowdedDescription(b *testing.B) {
	w := crowded(b)
	for b.Loop() {
		w.evaluate()
	}
}

func BenchmarkManyReviewers(b *testing.B) {
	w := manyReviewers(b, 1000)
	for b.Loop() {
		w.evaluate()
	}
}
