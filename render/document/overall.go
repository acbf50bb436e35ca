package document

import "github.com/tickmark-dev/tickmark/internal/evidence"

// overallLook gives the sign and the tone of a class of changes.
func overallLook(o evidence.Overall) (sign string, tone Tone) {
	switch o {
	case evidence.KeyException, evidence.OtherException:
		return "✗", Bad
	case evidence.Undecided, evidence.OtherUndecided:
		return "?", Attention
	case evidence.NoExceptions:
		return "✓", Neutral
	}
	return "–", Muted
}

// overall says what all results of a change come to together, with the letters.
func (v *view) overall() []Span {
	r := evidence.RollUpOf(v.d.Results, v.p.Attributes)
	sign, tone := overallLook(r.Overall)
	return []Span{{Text: sign + " " + r.String(), Tone: tone, Bold: true}}
}

// overallRule is the rule by which results of attributes become that of a
// change, for a reader.
const overallRule = "Overall is the change's gravest result: an exception to a key attribute, then an exception to another attribute, then a key attribute that needs review or could not be tested, then another attribute that does, then no exceptions identified by management's test."
