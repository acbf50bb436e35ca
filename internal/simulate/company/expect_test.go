package company

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func outcomes() []Outcome { return []Outcome{Met, Exception, NotApplicable, NeedsReview, Unable} }

// cannot lists, by letter, the outcomes that this company's story cannot show,
// and why.
func cannot() map[string]map[Outcome]string {
	const asked = "what it needs was asked for and is kept"
	list := map[string]map[Outcome]string{
		"A": {NotApplicable: "a change always needs a request"},
		"C": {NotApplicable: "the policy asks for all of its parts"},
		"D": {NotApplicable: "a risk is always to be rated, of an emergency afterwards"},
		"E": {NotApplicable: "the policy exempts no class of changes"},
		"H": {NotApplicable: "an approval always covers something, of a ticket its text"},
		"T": {NotApplicable: "a plan is always asked for, of an emergency afterwards"},
		"L": {NotApplicable: "the policy asks for some test of every change"},
		"R": {Exception: "what no record says was deployed is not known to be a change"},
		"U": {NeedsReview: "the policy has no freeze"},
		"Y": {NeedsReview: "every commit that landed is kept, and no tool writes files into what lands"},
	}
	for _, r := range Letters {
		l := string(r)
		if list[l] == nil {
			list[l] = map[Outcome]string{}
		}
		if l != "J" {
			list[l][Unable] = asked
		}
	}
	return list
}

// TestEveryOutcomeIsExpectedSomewhere prints how often each letter comes to
// each outcome, and sees that each does that can.
func TestEveryOutcomeIsExpectedSomewhere(t *testing.T) {
	counts := map[string]map[Outcome]int{}
	changes := New(DefaultSeed).Truth.Changes
	for _, c := range changes {
		for l, e := range c.Expect {
			if counts[l] == nil {
				counts[l] = map[Outcome]int{}
			}
			counts[l][e.Outcome]++
		}
	}
	table := fmt.Sprintf("%d changes\n%-15s   %s\n", len(changes), "", strings.Join(strings.Split(Letters, ""), "   "))
	for _, o := range outcomes() {
		table += fmt.Sprintf("%-15s", o)
		for _, l := range Letters {
			table += fmt.Sprintf("%4d", counts[string(l)][o])
		}
		table += "\n"
	}
	t.Log(table)
	for _, r := range Letters {
		l := string(r)
		for _, o := range outcomes() {
			why, excused := cannot()[l][o]
			switch n := counts[l][o]; {
			case n == 0 && !excused:
				t.Errorf("%s is never expected to be %q", l, o)
			case n > 0 && excused:
				t.Errorf("%s is %q %d times, which cannot be: %s", l, o, n, why)
			}
		}
	}
}

func TestEveryChangeHasAllExpectations(t *testing.T) {
	for _, seed := range []uint64{DefaultSeed, 1, 2, 3} {
		for _, c := range New(seed).Truth.Changes {
			if len(c.Expect) != len(Letters) {
				t.Errorf("seed %d: %s has %d expectations, want %d", seed, c.ID, len(c.Expect), len(Letters))
			}
			for _, r := range Letters {
				e, ok := c.Expect[string(r)]
				if !ok || !slices.Contains(outcomes(), e.Outcome) || !strings.HasSuffix(e.Because, ".") || len(e.Because) < 12 {
					t.Errorf("seed %d: %s, %c: %+v", seed, c.ID, r, e)
				}
			}
		}
	}
}

func TestWaysTellAllLetters(t *testing.T) {
	for name, list := range ways() {
		var have string
		for _, e := range list {
			have += e.letters
		}
		for _, r := range Letters {
			if !strings.ContainsRune(have, r) {
				t.Errorf("%s says nothing of %c", name, r)
			}
		}
	}
}

// TestSituationsThatDecide counts the kinds of situation that change an
// outcome, and sees that none in the table is a slip of the pen.
func TestSituationsThatDecide(t *testing.T) {
	decide, b := map[string]bool{}, openBook()
	for _, c := range New(DefaultSeed).Truth.Changes {
		plain := b.of(&Change{Kind: c.Kind, Repository: c.Repository, PullRequest: c.PullRequest})
		for _, s := range c.Situations {
			one := b.of(&Change{Kind: c.Kind, Repository: c.Repository, PullRequest: c.PullRequest, Situations: []Situation{s}})
			for l := range one {
				decide[s.ID] = decide[s.ID] || one[l].Outcome != plain[l].Outcome && one[l] == c.Expect[l]
			}
		}
	}
	n := 0
	for _, yes := range decide {
		if yes {
			n++
		}
	}
	t.Logf("%d kinds of situation decide an outcome", n)
	if n < 60 {
		t.Errorf("%d kinds of situation decide an outcome, want at least 60", n)
	}
	for id, list := range effects() {
		if words()[id] == "" {
			t.Errorf("%q has no words", id)
		}
		for _, e := range list {
			if strings.Trim(e.letters, Letters) != "" || e.outcome.weight() < 0 {
				t.Errorf("%q: %+v", id, e)
			}
		}
	}
}

// TestSamplesAreExpectedAsTheyWereTold names what an auditor would see first,
// and one change of each other way and risk.
func TestSamplesAreExpectedAsTheyWereTold(t *testing.T) {
	byID := map[string]*Change{}
	for _, c := range New(DefaultSeed).Truth.Changes {
		byID[c.ID] = c
	}
	for id, want := range map[string]string{
		"ledger-api#1248":       "...........?...-......--.-", // a database migration by the book
		"checkout-web#2232":     ".........0.....-..?.-.--.-", // a small feature
		"payout-worker#676":     ".-...--..0???x.?..?.-.--.-", // an emergency whose logs are gone
		"ledger-api#1257":       ".......x.......-..?.-.--.-", // a push after the only approval
		"identity-gateway#961":  "...?.x....??...-..x.-.--.-", // a test that passed on its second run; sign-in, rated too low
		"checkout-web#2205":     "?.........???..-..?.-.--..", // rolled back
		"CHG-672":               ".........--?-?--......?---", // a firewall, by the board
		"CHG-689":               ".-.?.--..--?-x-?...?-??---", // an emergency by ticket
		"payout-worker@1341087": "xxxxxxxx-x.x.x.-x.?x----x-", // an emergency that no record of the push shows
		"checkout-web#2250":     ".............-.-..-.-.--.-", // a picture, of low risk
		"payout-worker#719":     "..........-.--.-..-.-.--.-", // documentation
		"ledger-api@e4f5a72":    "xxxxxxxx-x-x--.-..-x----x-", // documentation that was pushed
		"ledger-api#1245":       "xxxx...........-..?x----.-", // a bot's update
		"checkout-web#2236":     "....????.0.....-?...-.--.-", // by the colleague who is not on the list
		"infrastructure#315":    "...............-..?....-.-", // infrastructure by pull request
		"CHG-640":               "...?.....--?-?--..?...??--", // logs, which its people call low
		"CHG-645":               "...?.x...--?-?--..x...?---", // access rights, rated too low
		"payout-worker#721":     "xxxx.........------x------", // not deployed yet
	} {
		var got strings.Builder
		for _, r := range Letters {
			if byID[id] == nil {
				t.Fatalf("there is no %s any more", id)
			}
			got.WriteString(map[Outcome]string{Met: ".", Exception: "x", NotApplicable: "-", NeedsReview: "?", Unable: "0"}[byID[id].Expect[string(r)].Outcome])
		}
		if got.String() != want {
			t.Errorf("%s\n got %s\nwant %s", id, got.String(), want)
		}
	}
}
