// Package control tests the attributes A to Z of a change: what an auditor
// looks for when testing change management.
//
// Every attribute is a pure function of the change as it was collected, the
// policy and the people. It has no clock: a change is judged as of its cut-off,
// and what happened later never changes the outcome. What was not obtained is
// never met.
//
// The definitions that attributes share stand in files of their own, by the
// names that docs/controls.md uses: T_dep, T_merge, H, M, AUTHORS, EFFECTIVE
// and the cut-offs.
package control

import (
	"strings"

	"github.com/tickmark-dev/tickmark/internal/evidence"
	"github.com/tickmark-dev/tickmark/internal/policy"
)

// Options are what changes are tested by.
type Options struct {
	Policy *policy.Policy // nil: the starter policy
	People *policy.People // nil: nobody has said who is who
	// ChangeOf says to which change a commit belongs (owner/repo#12, or
	// owner/repo@hash for one that no pull request brought); known is false for
	// a commit that the population does not hold. Nil where there is no
	// population.
	ChangeOf func(repository, sha string) (change string, known bool)
	// Approved says what attribute E came to for another change of the
	// population, by the name that ChangeOf gave it; known is false where it
	// was not tested. Nil where there is no population.
	Approved func(change string) (outcome evidence.Outcome, known bool)
}

// attribute is one test.
type attribute struct {
	letter string
	test   func(*exam) verdict
}

// attributes are all tests, one a letter, in order.
func attributes() []attribute {
	return []attribute{
		{"A", requestLinked}, {"B", requestedFirst}, {"C", requestComplete}, {"D", riskAssessed},
		{"E", independentApproval}, {"F", approvalMatrix}, {"G", approvedInTime}, {"H", approvalCoversCode}, {"I", noObjection},
		{"J", branchControl}, {"K", checksPassed}, {"L", testsAdequate}, {"M", analysed}, {"N", preProductionFirst},
		{"O", deployedIsApproved}, {"P", emergencyConditions}, {"Q", deployerSeparate}, {"R", deploymentLogged},
		{"S", validated}, {"T", rollbackPlanned}, {"U", inWindow}, {"V", ticketCoherent}, {"W", differenceCaptured},
		{"X", privacyReviewed}, {"Y", componentsTraceable}, {"Z", outcomeFollowedUp},
	}
}

// Evaluate tests every attribute of one change: a result for each letter, in
// order. It does not change c, and the order of c's items does not matter.
func Evaluate(c *evidence.Change, o Options) []evidence.Result {
	x := newExam(c, o)
	var results []evidence.Result
	for _, a := range attributes() {
		results = append(results, x.outcome(a.letter).result(a.letter, x.p))
	}
	return results
}

// Approved tests attribute E alone: for those who ask whether another change of
// the same deployment was approved.
func Approved(c *evidence.Change, o Options) evidence.Outcome {
	return newExam(c, o).outcome("E").outcome
}

// outcome tests one attribute, once: some rest on others.
func (x *exam) outcome(letter string) verdict {
	if v, ok := x.done[letter]; ok {
		return v
	}
	v, ok := x.nothing()
	for _, a := range attributes() {
		if !ok && a.letter == letter {
			v = x.mention(letter, x.dated(a, a.test(x)))
		}
	}
	x.done[letter] = v
	return v
}

// list joins words as a sentence does.
func list(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " and " + words[len(words)-1]
}

// Identities gives everybody that the people file names, for the record.
func Identities(p *policy.People) []evidence.Identity { return p.Identities() }
