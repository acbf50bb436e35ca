package xlsx

import (
	"fmt"
	"strings"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// legendSheet says what each letter and each tick mark means, and by which
// policy was tested.
func legendSheet(b *book) error {
	s := b.open(sheetLegend, layout{printed: 9, parts: true, labels: 2, columns: []column{
		{title: "Letter", width: 8, core: true},
		{title: "Title", width: 25, core: true},
		{title: "What is asserted", width: 36, core: true},
		{title: "Criterion", width: 11, core: true},
		{title: "Points of focus", width: 26, core: true},
		{title: "Procedure", width: 48, core: true},
		{title: "Rule version", width: 9, core: true},
		{title: "Thresholds", width: 30, core: true},
		{title: "Key", width: 7, core: true},
	}, lead: "What each letter of the sheet Attribute Testing means, how it is tested, and what the policy sets for it. Points of focus are guidance, not requirements."})
	s.section("Tick marks")
	for _, m := range []struct {
		outcome evidence.Outcome
		mark    string
		means   string
	}{
		{evidence.Met, tickMet, "Attribute met: agreed to the evidence in the sample's folder."},
		{evidence.Exception, tickException + "n", "Exception: the attribute is not met. n is the number on the sheet " + sheetExceptions + "."},
		{evidence.NotApplicable, tickNotApplicable, "Not applicable to this change; the reason's code is in the last column of the sheet " + sheetTesting + "."},
		{evidence.NeedsReview, tickReview, "Needs review: the evidence is there and does not decide it; a person has to look."},
		{evidence.Unable, tickUnable, "Unable: the evidence that would decide it was not obtained. It is never taken for met."},
		{"", tickUntested, "Not tested."},
	} {
		sign := mark(evidence.Result{Outcome: m.outcome}, nil)
		if m.outcome == "" {
			sign.look = lookMark
		}
		sign.value = m.mark
		s.row(sign, lookingLike(lookLabel, or(string(m.outcome), notTested)), wide(text(m.means), s.printed-2))
	}
	s.row(lookingLike(lookMark, "PBC"), lookingLike(lookLabel, "prepared by client"), wide(text("Everything in this workbook is prepared by management from its own systems' records; tests are management's self-assessment."), s.printed-2))
	s.section("Overall, the gravest first")
	for _, o := range evidence.Overalls() {
		s.row(wide(lookingLike(lookLabel, overallName(o)), 2), wide(text(overallMeans(o)), s.printed-2))
	}
	s.section("Policy that was tested by")
	if b.p.Policy == (evidence.PolicyRef{}) {
		s.silent("No policy was named for this package.")
	} else {
		s.fact("Policy", text(said(b.p.Policy.Name)))
		s.fact("Version", text(said(b.p.Policy.Version)))
		s.fact("SHA-256 of its text", text(said(b.p.Policy.SHA256)))
	}
	s.section("Attributes")
	if len(b.p.Attributes) == 0 {
		s.silent("Nothing was tested: no attribute was given to this package.")
		return s.close()
	}
	s.header()
	for _, a := range b.p.Attributes {
		key := text("no")
		if a.Key {
			key = lookingLike(lookStrong, "key")
		}
		s.row(lookingLike(lookStrong, a.Letter), text(said(a.Title)), text(said(a.Text)), text(said(a.Criterion)), text(said(focusNames(a.Focus))), text(said(a.Procedure)),
			ordinal(a.Version), text(orNone(thresholds(a))), key)
	}
	s.gap()
	s.note("Key: which attributes are key is set by the policy; what that means for a change stands above under Overall. Rule version grows when outcomes may differ from those of an earlier version.")
	return s.close()
}

func overallName(o evidence.Overall) string { return strings.ToUpper(string(o[:1])) + string(o[1:]) }

// overallMeans says when a change has an overall result.
func overallMeans(o evidence.Overall) string {
	switch o {
	case evidence.KeyException:
		return "At least one attribute that the policy calls key is not met. Exceptions to other attributes are named behind it."
	case evidence.OtherException:
		return "No key attribute has an exception, and another attribute has. It is an exception all the same, and comes before any review; key attributes that are not decided are named behind it."
	case evidence.Undecided:
		return "No attribute has an exception, and at least one key attribute needs review, could not be tested or was not. It is not known what the change comes to."
	case evidence.OtherUndecided:
		return "No exception was identified, and every key attribute is met or does not apply; at least one other attribute needs review, could not be tested or was not: its mark " + tickReview + " or " + tickUnable + " stands in the row."
	case evidence.NoExceptions:
		return "Every attribute is met or does not apply: none has an exception, and none is open. It is no conclusion; that is the auditor's."
	}
	return "No attribute of the change was tested."
}

func thresholds(a evidence.Attribute) string {
	var lines []string
	for _, t := range a.Thresholds {
		lines = append(lines, t.Name+": "+t.Value)
	}
	return strings.Join(lines, "\n")
}

func focusNames(numbers []int) string {
	var lines []string
	points := focusPoints()
	for _, n := range numbers {
		if n < 1 || n > len(points) {
			lines = append(lines, fmt.Sprint(n))
			continue
		}
		lines = append(lines, fmt.Sprintf("%d %s", n, points[n-1].title))
	}
	return strings.Join(lines, "\n")
}
