package evidence

import (
	"slices"
	"testing"
)

func TestRollUp(t *testing.T) {
	attributes := []Attribute{{Letter: "A", Key: true}, {Letter: "E", Key: true}, {Letter: "S"}, {Letter: "T"}}
	of := func(a, e, s, t Outcome) (all []Result) {
		for i, o := range []Outcome{a, e, s, t} {
			if o != "" {
				all = append(all, Result{Attribute: attributes[i].Letter, Outcome: o})
			}
		}
		return all
	}
	for name, tt := range map[string]struct {
		results []Result
		want    Overall
		says    string
	}{
		"all met":                         {of(Met, Met, Met, Met), NoExceptions, "No exceptions identified by management's test"},
		"key not applicable":              {of(NotApplicable, Met, Met, Met), NoExceptions, "No exceptions identified by management's test"},
		"other attribute undecided":       {of(Met, Met, Unable, NeedsReview), OtherUndecided, "Needs review: S T, not key"},
		"other attribute unable":          {of(Met, Met, Met, Unable), OtherUndecided, "Needs review: T, not key"},
		"other attribute untested":        {of(Met, Met, "", Met), OtherUndecided, "Needs review: S, not key"},
		"other attribute not applicable":  {of(Met, Met, NotApplicable, Met), NoExceptions, "No exceptions identified by management's test"},
		"other outcome that is not known": {of(Met, Met, "strange", Met), OtherUndecided, "Needs review: S, not key"},
		"key undecided before another":    {of(Met, NeedsReview, Met, Unable), Undecided, "Needs review: key E"},
		"exception beside an undecided":   {of(Met, Met, Exception, Unable), OtherException, "Exception to S, not key"},
		"key needs review":                {of(Met, NeedsReview, Met, Met), Undecided, "Needs review: key E"},
		"key unable":                      {of(Unable, Met, Met, Met), Undecided, "Needs review: key A"},
		"key untested":                    {of("", Met, Met, Met), Undecided, "Needs review: key A"},
		"an outcome that is not known":    {of("strange", Met, Met, Met), Undecided, "Needs review: key A"},
		"other exception":                 {of(Met, Met, Exception, Met), OtherException, "Exception to S, not key"},
		"other exception before review":   {of(Met, NeedsReview, Exception, Exception), OtherException, "Exception to S T, not key; needs review: key E"},
		"key exception before all":        {of(Exception, NeedsReview, Exception, Met), KeyException, "Exception to key A; exception to S, not key; needs review: key E"},
		"key exceptions":                  {of(Exception, Exception, Met, Met), KeyException, "Exception to key A E"},
		"no results":                      {nil, Untested, "Not tested"},
		"an attribute the legend has not": {append(of(Met, Met, Met, Met), Result{Attribute: "?", Outcome: Exception}), OtherException, "Exception to ?, not key"},
	} {
		t.Run(name, func(t *testing.T) {
			got := RollUpOf(tt.results, attributes)
			if got.Overall != tt.want || got.String() != tt.says {
				t.Errorf("got %q, %q; want %q, %q", got.Overall, got, tt.want, tt.says)
			}
		})
	}
}

// A worse result of one attribute must never give a better class.
func TestRollUpNeverImproves(t *testing.T) {
	attributes := []Attribute{{Letter: "A", Key: true}, {Letter: "E", Key: true}, {Letter: "S"}}
	worse := []Outcome{Met, Unable, Exception}
	rank := func(results []Result) int { return slices.Index(Overalls(), RollUpOf(results, attributes).Overall) }
	for n := range 27 {
		at := []int{n % 3, n / 3 % 3, n / 9}
		results := make([]Result, 3)
		for i, a := range attributes {
			results[i] = Result{Attribute: a.Letter, Outcome: worse[at[i]]}
		}
		before := rank(results)
		for i := range results {
			if at[i] == 2 {
				continue
			}
			was := results[i].Outcome
			results[i].Outcome = worse[at[i]+1]
			if rank(results) > before {
				t.Errorf("%v is better than with %s %s", results, attributes[i].Letter, was)
			}
			results[i].Outcome = was
		}
	}
}

func TestOverallWords(t *testing.T) {
	seen := map[string]bool{}
	for _, o := range Overalls() {
		if o.Word() == "" || seen[o.Word()] {
			t.Errorf("%q has the word %q", o, o.Word())
		}
		seen[o.Word()] = true
	}
}
