package run

import (
	"context"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// TestedChange is what the tests of one change came to, for machines.
type TestedChange struct {
	Change     string                     `json:"change"` // as the population calls it
	Sample     int                        `json:"sample,omitempty"`
	Policy     string                     `json:"policy"`
	Overall    string                     `json:"overall"` // exception, other exception, review, other review, no exceptions, not tested
	Why        string                     `json:"why"`
	Attributes map[string]TestedAttribute `json:"attributes"` // by letter
}

// TestedAttribute is the outcome of one attribute.
type TestedAttribute struct {
	Outcome string          `json:"outcome"` // met, exception, n/a, review, unable
	Code    string          `json:"code"`
	Why     string          `json:"why"`
	Read    []evidence.Fact `json:"read,omitempty"`
	Refs    []evidence.Ref  `json:"refs,omitempty"`
	// Conclusion is what a person concluded where the test left the result open.
	Conclusion *Conclusion `json:"conclusion,omitempty"`
}

// Conclusion is what a person concluded on a result. It stands beside the
// outcome, and changes nothing about it.
type Conclusion struct {
	Conclusion string `json:"conclusion"` // met, exception, n/a
	Basis      string `json:"basis"`
	By         string `json:"by"`
	At         string `json:"at"`
	Settles    bool   `json:"settles"` // false where the result is not the one that they concluded on
}

// outcomeWord is the word that machines read.
func outcomeWord(o evidence.Outcome) string {
	switch o {
	case evidence.NotApplicable:
		return "n/a"
	case evidence.NeedsReview:
		return "review"
	}
	return string(o)
}

func (r *Run) testedChange(d evidence.Dossier, legend []evidence.Attribute, said evidence.Said) TestedChange {
	rolled := evidence.RollUpOf(d.Results, legend)
	t := TestedChange{Change: d.Change.ID(), Sample: d.Change.Sample.Number, Policy: r.tests.Policy.Ref().String(),
		Overall: rolled.Overall.Word(), Why: rolled.String(), Attributes: map[string]TestedAttribute{}}
	for _, x := range d.Results {
		a := TestedAttribute{Outcome: outcomeWord(x.Outcome), Code: x.Code, Why: x.Why, Read: x.Read, Refs: x.Basis}
		if s, ok := said.To(&d.Change, x); ok && s.Conclusion != "" {
			a.Conclusion = &Conclusion{outcomeWord(evidence.Outcome(s.Conclusion)), s.Basis, s.ConcludedBy, s.ConcludedAt, s.Settles(x)}
		}
		t.Attributes[x.Attribute] = a
	}
	return t
}

// tell gives the outcome of every change that was tested to whoever asked: of
// the population where there is one, else of the samples.
func (r *Run) tell(_ context.Context, j *job) error {
	if j.request.Each == nil {
		return nil
	}
	said := evidence.NewSaid(j.pkg.Responses)
	if j.pkg.Log == nil {
		for _, d := range j.pkg.Dossiers {
			if err := j.request.Each(r.testedChange(d, j.pkg.Attributes, said)); err != nil {
				return err
			}
		}
		return nil
	}
	for d, err := range j.pkg.Log {
		if err != nil {
			return err
		}
		if err := j.request.Each(r.testedChange(d, j.pkg.Attributes, said)); err != nil {
			return err
		}
	}
	return nil
}
