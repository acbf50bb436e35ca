package control

import "github.com/tickmark-dev/tickmark/internal/evidence"

// Class is what kind of a change it is, for drawing samples.
type Class struct {
	Emergency bool   // it is called one, be it only since its deployment: who draws a sample wants to see that too
	Tier      string // of risk, as the policy names it
	HighRisk  bool   // the tier is the policy's highest
}

// Classify says what kind of a change it is, as far as its records tell.
func Classify(c *evidence.Change, o Options) Class {
	x := newExam(c, o)
	if x.lane == byNothing {
		return Class{}
	}
	tier, _ := x.tier()
	e := x.emergency()
	return Class{Emergency: e.is || e.late, Tier: tier, HighRisk: tier != "" && x.p.Risk.Rank(tier) == len(x.p.Risk.Tiers)-1}
}
