package selection

import "fmt"

// Risk is how much is at stake where the control fails. It matters for large
// populations only.
type Risk string

// The risks.
const (
	Low      Risk = "low"
	Moderate Risk = "moderate"
	High     Risk = "high"
)

// Rule says how large a sample is.
type Rule struct {
	Fixed int  `json:"fixed,omitempty"` // as somebody asked; 0 goes by the population and the risk
	Risk  Risk `json:"risk,omitempty"`  // "" is Low
}

// The table by which a sample is sized, where nobody asks for a size.
const (
	testAll      = 4   // a population up to this is tested whole
	smallMost    = 250 // up to this a tenth is taken,
	smallAtLeast = 5   // and no fewer than this
)

// Size gives the size of a sample of a population of n changes. It is never
// more than n, and 0 only where n is.
//
// Up to 4 changes are all tested; up to 250 a tenth, rounded up, and at least 5;
// above that 25, 40 or 60, by the risk.
func Size(n int, rule Rule) int {
	switch {
	case n <= 0:
		return 0
	case rule.Fixed > 0:
		return min(rule.Fixed, n)
	case n <= testAll:
		return n
	case n <= smallMost:
		return min(n, max(smallAtLeast, (n+9)/10))
	}
	switch rule.Risk {
	case High:
		return 60
	case Moderate:
		return 40
	}
	return 25
}

// String says the rule in words.
func (r Rule) String() string {
	if r.Fixed > 0 {
		return fmt.Sprintf("%d, as asked for", r.Fixed)
	}
	risk := r.Risk
	if risk == "" {
		risk = Low
	}
	return fmt.Sprintf("all of up to %d; a tenth, at least %d, of up to %d; above that %d at %s risk", testAll, smallAtLeast, smallMost, Size(smallMost+1, r), risk)
}

func (r Rule) check() error {
	switch r.Risk {
	case "", Low, Moderate, High:
	default:
		return fmt.Errorf("risk %q is none of low, moderate, high", r.Risk)
	}
	if r.Fixed < 0 {
		return fmt.Errorf("a sample of %d changes is not possible", r.Fixed)
	}
	return nil
}
