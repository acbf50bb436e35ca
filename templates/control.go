package templates

import _ "embed"

//go:embed policy.yaml
var policyText []byte

//go:embed people.yaml
var peopleText []byte

// ControlPolicy gives the starter policy.yaml, by which changes are tested
// where the configuration names no other. The caller may change the bytes.
func ControlPolicy() []byte { return append([]byte(nil), policyText...) }

// ControlPeople gives the starter people.yaml, which names nobody. The caller
// may change the bytes.
func ControlPeople() []byte { return append([]byte(nil), peopleText...) }
