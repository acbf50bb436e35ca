package evidence

import (
	"slices"
	"strings"
)

// Overall is what all results of one change come to together.
type Overall string

// The classes, the gravest first. They are words for people as they stand.
const (
	KeyException   Overall = "exception to a key attribute"
	OtherException Overall = "exception to another attribute"
	Undecided      Overall = "needs review"
	OtherUndecided Overall = "needs review of other attributes"
	NoExceptions   Overall = "no exceptions identified by management's test"
	Untested       Overall = "not tested"
)

// Overalls lists the classes, the gravest first.
func Overalls() []Overall {
	return []Overall{KeyException, OtherException, Undecided, OtherUndecided, NoExceptions, Untested}
}

// Word is the class in one or two words, for machines and narrow columns.
func (o Overall) Word() string {
	switch o {
	case KeyException:
		return "exception"
	case OtherException:
		return "other exception"
	case Undecided:
		return "review"
	case OtherUndecided:
		return "other review"
	case NoExceptions:
		return "no exceptions"
	}
	return string(o)
}

// RollUp is what the results of one change come to: its class, and the letters
// that put it there or stand beside.
type RollUp struct {
	Overall Overall
	Key     []string // key attributes with an exception
	Other   []string // other attributes with an exception
	Open    []string // key attributes that need review, could not be tested or were not
	Beside  []string // other attributes of which the same is so
}

// RollUpOf rolls the results of one change up. It is the one rule by which
// every document, and every answer to a machine, says what a change came to:
// an exception to a key attribute comes before one to another attribute, which
// is never a pass and never hidden behind a review; then comes a key attribute
// that needs review, could not be tested or was not; then another attribute of
// which that is so. No exceptions are identified only where nothing is open. A
// change without results is untested.
func RollUpOf(results []Result, attributes []Attribute) RollUp {
	if len(results) == 0 {
		return RollUp{Overall: Untested}
	}
	key, tested := map[string]bool{}, map[string]bool{}
	for _, a := range attributes {
		key[a.Letter] = a.Key
	}
	var r RollUp
	for _, x := range results {
		tested[x.Attribute] = true
		switch {
		case x.Outcome == Exception && key[x.Attribute]:
			r.Key = append(r.Key, x.Attribute)
		case x.Outcome == Exception:
			r.Other = append(r.Other, x.Attribute)
		case x.Outcome == Met || x.Outcome == NotApplicable:
		case key[x.Attribute]:
			r.Open = append(r.Open, x.Attribute)
		default:
			r.Beside = append(r.Beside, x.Attribute)
		}
	}
	for _, a := range attributes {
		switch {
		case tested[a.Letter]:
		case a.Key:
			r.Open = append(r.Open, a.Letter)
		default:
			r.Beside = append(r.Beside, a.Letter)
		}
	}
	slices.Sort(r.Open)
	slices.Sort(r.Beside)
	switch {
	case len(r.Key) > 0:
		r.Overall = KeyException
	case len(r.Other) > 0:
		r.Overall = OtherException
	case len(r.Open) > 0:
		r.Overall = Undecided
	case len(r.Beside) > 0:
		r.Overall = OtherUndecided
	default:
		r.Overall = NoExceptions
	}
	return r
}

// String says it in one line with the letters: "Exception to key H; exception
// to S, not key". Attributes that are not key and not decided are named where
// nothing graver is.
func (r RollUp) String() string {
	letters := func(all []string) string { return strings.Join(all, " ") }
	var said []string
	if len(r.Key) > 0 {
		said = append(said, "exception to key "+letters(r.Key))
	}
	if len(r.Other) > 0 {
		said = append(said, "exception to "+letters(r.Other)+", not key")
	}
	if len(r.Open) > 0 {
		said = append(said, "needs review: key "+letters(r.Open))
	}
	if r.Overall == OtherUndecided {
		said = append(said, "needs review: "+letters(r.Beside)+", not key")
	}
	if len(said) == 0 {
		said = append(said, string(r.Overall))
	}
	line := strings.Join(said, "; ")
	return strings.ToUpper(line[:1]) + line[1:]
}
