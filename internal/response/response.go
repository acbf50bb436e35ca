// Package response keeps what management says to exceptions, in a file that
// people may edit: responses.yaml. A response never changes an outcome.
package response

import (
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"slices"

	"github.com/tickmark-dev/tickmark/internal/evidence"
	"github.com/tickmark-dev/tickmark/internal/yamlfile"
)

// Statuses lists what a response can stand at.
func Statuses() []string { return []string{"open", "in progress", "accepted", "closed"} }

// Load reads the responses of a file, in order of change and attribute; none
// where there is no file.
func Load(file string) ([]evidence.Response, error) {
	data, err := yamlfile.Load(file, "file of responses")
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
		"status": func(v yamlfile.Value) { r.Status = v.OneOf(Statuses()...) },
		"due":    func(v yamlfile.Value) { r.Due = v.Day() },
	}
	for key, field := range fields(&r) {
		if allowed[key] == nil {
			allowed[key] = func(v yamlfile.Value) { *field = v.Text() }
		}
	}
	v.Mapping(allowed, "change", "attribute")
	return r
}

// fields gives the fields of a response by their keys.
func fields(r *evidence.Response) map[string]*string {
	return map[string]*string{
		"change": &r.Change, "attribute": &r.Attribute, "condition": &r.Condition, "criteria": &r.Criteria, "cause": &r.Cause, "effect": &r.Effect,
		"compensating_control": &r.Compensating, "management_response": &r.Response, "owner": &r.Owner, "due": &r.Due, "status": &r.Status, "by": &r.By, "at": &r.At,
	}
}

// keys are those of a response in the order in which they are written.
func keys() []string {
	return []string{"change", "attribute", "condition", "criteria", "cause", "effect", "compensating_control", "management_response", "owner", "due", "status", "by", "at"}
}

func compare(a, b evidence.Response) int {
	if a.Change != b.Change {
		if a.Change < b.Change {
			return -1
		}
		return 1
	}
	switch {
	case a.Attribute < b.Attribute:
		return -1
	case a.Attribute > b.Attribute:
		return 1
	}
	return 0
}

// check refuses a response that the file's reader would refuse.
func check(r evidence.Response) error {
	switch {
	case r.Change == "":
		return errors.New("the response names no change")
	case !letter.MatchString(r.Attribute):
		return fmt.Errorf("%q is no attribute; write its letter, A to Z", r.Attribute)
	case r.Status != "" && !slices.Contains(Statuses(), r.Status):
		return fmt.Errorf("the status %q is not known; it is one of open, in progress, accepted, closed", r.Status)
	}
	return nil
}
