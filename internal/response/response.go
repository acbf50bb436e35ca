// Package response keeps what people say to results, in a file that they may
// edit: responses.yaml. It holds management's answers to exceptions, and what
// somebody concluded on results that need review or could not be tested.
// Nothing in it changes an outcome.
package response

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/tickmark-dev/tickmark/internal/evidence"
	"github.com/tickmark-dev/tickmark/internal/yamlfile"
)

// what names the file in sentences.
const what = "file of responses"

// Statuses lists what a response can stand at.
func Statuses() []string { return []string{"open", "in progress", "accepted", "closed"} }

// Load reads the responses of a file, in order of change and attribute; none
// where there is no file.
func Load(file string) ([]evidence.Response, error) {
	data, err := yamlfile.Load(file, what)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return Parse(file, data)
}

// Parse is Load for a file already read.
func Parse(file string, data []byte) ([]evidence.Response, error) {
	var all []evidence.Response
	err := yamlfile.Read(file, "file of responses", data, "delete it, or write `schema_version: 1`", func(root yamlfile.Value) {
		root.Mapping(yamlfile.Keys{
			"schema_version": func(v yamlfile.Value) { v.Integer(1, 1) },
			"responses": func(v yamlfile.Value) {
				v.List(func(v yamlfile.Value) {
					r := read(v)
					if i := slices.IndexFunc(all, func(o evidence.Response) bool { return o.Change == r.Change && o.Attribute == r.Attribute }); i >= 0 && r.Change != "" {
						v.Problem("attribute %s of %s has a response already; write both in one", r.Attribute, r.Change)
					}
					all = append(all, r)
				})
			},
		}, "schema_version")
	})
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(all, compare)
	return all, nil
}

var letter = regexp.MustCompile(`^[A-Z]$`)

func read(v yamlfile.Value) evidence.Response {
	var r evidence.Response
	allowed := yamlfile.Keys{
		"attribute": func(v yamlfile.Value) {
			if r.Attribute = v.Text(); r.Attribute != "" && !letter.MatchString(r.Attribute) {
				v.Problem("%q is no attribute; write its letter, A to Z", r.Attribute)
			}
		},
		"status":     func(v yamlfile.Value) { r.Status = v.OneOf(Statuses()...) },
		"due":        func(v yamlfile.Value) { r.Due = v.Day() },
		"conclusion": func(v yamlfile.Value) { r.Conclusion = v.OneOf(evidence.Conclusions()...) },
	}
	for key, field := range fields(&r) {
		if allowed[key] == nil {
			allowed[key] = func(v yamlfile.Value) { *field = v.Text() }
		}
	}
	v.Mapping(allowed, "change", "attribute")
	if r.Conclusion != "" { // whoever writes nothing else may write by and at
		r.ConcludedBy, r.ConcludedAt = cmp.Or(r.ConcludedBy, r.By), cmp.Or(r.ConcludedAt, r.At)
	}
	if lack := lacking(r); lack != "" && (r.Conclusion != "" || v.Child("conclusion") == nil) { // else its mistake was named
		v.Problem("%s", lack)
	}
	return r
}

// lacking says what a conclusion must have besides, or what stands without one;
// "" where nothing is wrong.
func lacking(r evidence.Response) string {
	switch {
	case r.Conclusion == "" && r.Basis+r.Code+r.Why+r.ConcludedBy+r.ConcludedAt != "":
		return "says on what somebody concluded, and not what; add conclusion: met, exception or not applicable"
	case r.Conclusion == "":
		return ""
	case strings.TrimSpace(r.Basis) == "":
		return "has a conclusion without its basis; add basis: what the person looked at"
	case strings.TrimSpace(r.ConcludedBy) == "" || strings.TrimSpace(r.ConcludedAt) == "":
		return "has a conclusion, and does not say whose and when; add by and at"
	case r.Conclusion != string(evidence.Exception) && r.Answers():
		return fmt.Sprintf("answers an exception, and concludes %q; leave one of both out", r.Conclusion)
	}
	return ""
}

// fields gives the fields of a response by their keys.
func fields(r *evidence.Response) map[string]*string {
	return map[string]*string{
		"change": &r.Change, "attribute": &r.Attribute, "condition": &r.Condition, "criteria": &r.Criteria, "cause": &r.Cause, "effect": &r.Effect,
		"compensating_control": &r.Compensating, "management_response": &r.Response, "owner": &r.Owner, "due": &r.Due, "status": &r.Status, "by": &r.By, "at": &r.At,
		"conclusion": &r.Conclusion, "basis": &r.Basis, "code": &r.Code, "why": &r.Why, "concluded_by": &r.ConcludedBy, "concluded_at": &r.ConcludedAt,
	}
}

// keys are those of a response in the order in which they are written.
func keys() []string {
	return []string{"change", "attribute", "condition", "criteria", "cause", "effect", "compensating_control", "management_response", "owner", "due", "status", "by", "at",
		"conclusion", "basis", "code", "why", "concluded_by", "concluded_at"}
}

func compare(a, b evidence.Response) int {
	return cmp.Or(cmp.Compare(a.Change, b.Change), cmp.Compare(a.Attribute, b.Attribute))
}

// check refuses a response that the file's reader would refuse.
func check(r evidence.Response) error {
	switch {
	case r.Change == "":
		return errors.New("the response names no change")
	case !letter.MatchString(r.Attribute):
		return fmt.Errorf("%q is no attribute; write its letter, A to Z", r.Attribute)
	case r.Status != "" && !slices.Contains(Statuses(), r.Status):
		return fmt.Errorf("the status %q is not known; it is one of %s", r.Status, strings.Join(Statuses(), ", "))
	case r.Conclusion != "" && !slices.Contains(evidence.Conclusions(), r.Conclusion):
		return fmt.Errorf("the conclusion %q is not known; it is one of %s", r.Conclusion, strings.Join(evidence.Conclusions(), ", "))
	}
	values := fields(&r)
	for _, key := range keys() {
		// YAML would keep other bytes as a number code that nobody can read.
		if !utf8.ValidString(*values[key]) {
			return fmt.Errorf("%s is not valid UTF-8 text; type it again in a terminal that uses UTF-8", strings.ReplaceAll(key, "_", " "))
		}
	}
	return nil
}
