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
	Overall    string                     `json:"overall"` // exception, other exception, review, no exceptions, not tested
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

func (r *Run) testedChange(d evidence.Dossier, legend []evidence.Attribute) TestedChange {
	rolled := evidence.RollUpOf(d.Results, legend)
	t := TestedChange{Change: changeName(&d.Change), Sample: d.Change.Sample.Number, Policy: r.tests.Policy.Ref().String(),
		Overall: rolled.Overall.Word(), Why: rolled.String(), Attributes: map[string]TestedAttribute{}}
	for _, x := range d.Results {
		t.Attributes[x.Attribute] = TestedAttribute{outcomeWord(x.Outcome), x.Code, x.Why, x.Read, x.Basis}
	}
	return t
}

// changeName names a change as the population does.
func changeName(c *evidence.Change) string {
	if pr, ok := c.Subject(); ok {
		return pr.Ref.ID
	}
	if it, ok := c.Find(c.Sample.Ref); ok && it.Ticket != nil {
		return it.Ticket.Key
	}
	return c.Sample.Ref.ID
}

// tell gives the outcome of every change that was tested to whoever asked: of
// the population where there is one, else of the samples.
func (r *Run) tell(_ context.Context, j *job) error {
	if j.request.Each == nil {
		return nil
	}
	if j.pkg.Log == nil {
		for _, d := range j.pkg.Dossiers {
			if err := j.request.Each(r.testedChange(d, j.pkg.Attributes)); err != nil {
				return err
			}
		}
		return nil
	}
	for d, err := range j.pkg.Log {
		if err != nil {
			return err
		}
		if err := j.request.Each(r.testedChange(d, j.pkg.Attributes)); err != nil {
			return err
		}
	}
	return nil
}
