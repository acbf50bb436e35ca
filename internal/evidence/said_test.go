package evidence

import "testing"

func TestSettles(t *testing.T) {
	code := Result{Outcome: NeedsReview, Code: "NOW", Why: "It is so."}
	record := Result{Outcome: Unable, Code: "EVIDENCE_UNREACHABLE", Why: "The ticket CHG-1 was not obtained."}
	for name, tt := range map[string]struct {
		said   Response
		result Result
		want   bool
	}{
		"the same":                      {Response{Conclusion: "met", Code: "NOW"}, code, true},
		"its sentence in other words":   {Response{Conclusion: "met", Code: "NOW", Why: "It was so."}, code, true},
		"another code":                  {Response{Conclusion: "met", Code: "THEN"}, code, false},
		"no code":                       {Response{Conclusion: "met"}, code, false},
		"no code, the sentence":         {Response{Conclusion: "met", Why: code.Why}, code, false},
		"no conclusion":                 {Response{Code: "NOW"}, code, false},
		"decided since":                 {Response{Conclusion: "met", Code: "NOW"}, Result{Outcome: Met, Code: "NOW"}, false},
		"the same record":               {Response{Conclusion: "met", Code: record.Code, Why: record.Why}, record, true},
		"another record":                {Response{Conclusion: "met", Code: record.Code, Why: "The ticket CHG-2 was not obtained."}, record, false},
		"a record that it does not say": {Response{Conclusion: "met", Code: record.Code}, record, false},
	} {
		if got := tt.said.Settles(tt.result); got != tt.want {
			t.Errorf("%s: %v", name, got)
		}
		if got := tt.said.Unsettled(tt.result) == ""; tt.said.Conclusion != "" && tt.result.Open() && got != tt.want {
			t.Errorf("%s: it says %q", name, tt.said.Unsettled(tt.result))
		}
	}
}

// What was said under either name of a change is found, and what fits comes
// first; what was said of a change that it is only tied to is not.
func TestSaidTo(t *testing.T) {
	ref := Ref{Kind: KindTicket, System: "jira", ID: "10001"}
	pull := Ref{Kind: KindPullRequest, System: "github", ID: "acme/api#1"}
	c := &Change{Sample: Sample{Ref: ref}, Items: []Item{{Ref: ref, Ticket: &Ticket{Key: "CHG-1"}}, {Ref: pull, PullRequest: &PullRequest{Number: 1}}}}
	open, exception := Result{Attribute: "G", Outcome: NeedsReview, Code: "NOW"}, Result{Attribute: "G", Outcome: Exception}
	of := func(change string, r Response) Response {
		r.Change, r.Attribute = change, "G"
		return r
	}
	answer, then, now := Response{Cause: "x"}, Response{Conclusion: "met", Code: "THEN"}, Response{Conclusion: "met", Code: "NOW"}
	for name, tt := range map[string]struct {
		said   []Response
		result Result
		want   Response
	}{
		"by the ticket's key":             {[]Response{of("CHG-1", answer)}, exception, of("CHG-1", answer)},
		"by the record's id":              {[]Response{of("10001", answer)}, exception, of("10001", answer)},
		"by a pull request of its own":    {[]Response{of(pull.ID, answer)}, exception, Response{}},
		"of another change":               {[]Response{of("CHG-2", answer)}, exception, Response{}},
		"to another attribute":            {[]Response{{Change: "CHG-1", Attribute: "H", Cause: "x"}}, exception, Response{}},
		"an answer behind a conclusion":   {[]Response{of("CHG-1", now), of("10001", answer)}, exception, of("10001", answer)},
		"a conclusion behind an answer":   {[]Response{of("CHG-1", answer), of("10001", now)}, open, of("10001", now)},
		"one that settles behind another": {[]Response{of("CHG-1", then), of("10001", now)}, open, of("10001", now)},
		"one that settles nothing":        {[]Response{of("10001", then)}, open, of("10001", then)},
		"both fit":                        {[]Response{of("10001", now), of("CHG-1", now)}, open, of("CHG-1", now)},
	} {
		got, ok := NewSaid(tt.said).To(c, tt.result)
		if got != tt.want || ok != (tt.want != Response{}) {
			t.Errorf("%s: %+v, %v", name, got, ok)
		}
	}
}
