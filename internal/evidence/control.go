package evidence

import "strings"

// Attribute is one lettered property that is tested for each change: what the
// legend says of it.
type Attribute struct {
	Letter    string `json:"letter"` // "A" to "Z"
	Title     string `json:"title"`
	Text      string `json:"text"`      // what is asserted, in one sentence
	Criterion string `json:"criterion"` // "CC8.1"
	Focus     []int  `json:"focus"`     // points of focus of the criterion, by number
	Procedure string `json:"procedure"` // how it is tested, for somebody who does it again by hand
	Version   int    `json:"version"`   // of the rule: grows when outcomes may differ
	Key       bool   `json:"key"`       // an exception to it is an exception to the change
	// Thresholds are what the policy sets for it.
	Thresholds []Fact `json:"thresholds,omitempty"`
}

// PolicyRef names the policy that changes were tested by.
type PolicyRef struct {
	Name    string `json:"name"` // its file's own name, or "starter policy"
	Version string `json:"version"`
	SHA256  string `json:"sha256"` // of its text
}

// String gives name, version and the beginning of the hash.
func (p PolicyRef) String() string {
	if p.SHA256 == "" {
		return ""
	}
	return p.Name + " " + p.Version + " (" + p.SHA256[:min(12, len(p.SHA256))] + ")"
}

// Response is what people say to one result: management's answer to an
// exception, and what somebody concluded on a result that the test left open.
// It never changes an outcome.
type Response struct {
	Change       string `json:"change"`    // ID of the change
	Attribute    string `json:"attribute"` // its letter
	Condition    string `json:"condition,omitempty"`
	Criteria     string `json:"criteria,omitempty"`
	Cause        string `json:"cause,omitempty"`
	Effect       string `json:"effect,omitempty"`
	Compensating string `json:"compensating_control,omitempty"`
	Response     string `json:"management_response,omitempty"`
	Owner        string `json:"owner,omitempty"`
	Due          string `json:"due,omitempty"` // a day
	Status       string `json:"status,omitempty"`
	By           string `json:"by,omitempty"` // who wrote it
	At           string `json:"at,omitempty"` // when, a day or a moment

	// A conclusion on a result that needs review or could not be tested.
	Conclusion  string `json:"conclusion,omitempty"`   // of Conclusions; "" for none
	Basis       string `json:"basis,omitempty"`        // what the person looked at
	Code        string `json:"code,omitempty"`         // of the result that they concluded on; "" where the file does not say
	Why         string `json:"why,omitempty"`          // its sentence
	ConcludedBy string `json:"concluded_by,omitempty"` // who
	ConcludedAt string `json:"concluded_at,omitempty"` // when, a day or a moment
}

// Conclusions lists what a person may conclude on a result that the test left
// open.
func Conclusions() []string {
	return []string{string(Met), string(Exception), string(NotApplicable)}
}

// Open reports whether the test left the result to a person: it needs review,
// or could not be tested.
func (r Result) Open() bool { return r.Outcome == NeedsReview || r.Outcome == Unable }

// notObtained begins the codes that say why a record was not obtained, and not
// which one.
const notObtained = "EVIDENCE_"

// Settles reports whether the response holds a conclusion on a result as it
// stands. One that was reached on another result of the same attribute, before
// more was known or the policy changed, is still shown and settles nothing; and
// so is one that does not say on which result it was reached.
func (r Response) Settles(res Result) bool {
	return r.Conclusion != "" && res.Open() && r.Unsettled(res) == ""
}

// Unsettled says why a conclusion does not settle an open result of its
// attribute, to be read behind "concluded met by Ada, "; "" where it does.
func (r Response) Unsettled(res Result) string {
	switch generic := strings.HasPrefix(res.Code, notObtained); {
	case r.Code == "":
		return "without the code of the result; write `code: " + res.Code + "` from `tickmark respond --list`"
	case r.Code != res.Code:
		return "when the result was " + r.Code
	case !generic || r.Why == res.Why:
		return ""
	case r.Why == "":
		return "without the sentence of the result, which a code of many records needs; write `why:` from `tickmark respond --list`"
	}
	return "when the result read: " + strings.TrimSuffix(r.Why, ".")
}

// Answers reports whether the response says something to an exception.
func (r Response) Answers() bool {
	return r.Condition+r.Criteria+r.Cause+r.Effect+r.Compensating+r.Response+r.Owner+r.Due+r.Status != ""
}

// Identity is one human, or one account that is nobody's alone, with all the
// accounts and roles that the organisation says they have.
type Identity struct {
	Name     string       `json:"name"`
	Kind     string       `json:"kind"` // "human", "bot" or "service"
	Accounts []Person     `json:"accounts"`
	Roles    []RolePeriod `json:"roles,omitempty"`
}

// RolePeriod is a role that a human had for a time; empty days are open ends.
type RolePeriod struct {
	Role string `json:"role"`
	From string `json:"from,omitempty"` // first day
	To   string `json:"to,omitempty"`   // first day that no longer counts
}

// emergencyLetter is the attribute that tests emergencies.
const emergencyLetter = "P"

// Emergency says whether a change was an emergency, as its test found. Known is
// false where it was not tested, where what would decide it was not obtained,
// and where it was only called one after its deployment.
func Emergency(results []Result) (is, known bool) {
	for _, r := range results {
		if r.Attribute != emergencyLetter {
			continue
		}
		called := false
		for _, f := range r.Read {
			called = called || strings.HasPrefix(f.Name, "called an emergency")
		}
		switch {
		case r.Outcome == NotApplicable:
			return false, true
		case r.Code == "CALLED_EMERGENCY_AFTERWARDS", r.Outcome == Unable && !called:
			return false, false
		}
		return true, true
	}
	return false, false
}
