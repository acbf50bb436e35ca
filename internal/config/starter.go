package config

import (
	"bytes"

	"github.com/tickmark-dev/tickmark/templates"
)

// Answers are what a first configuration is made from.
type Answers = templates.Starter

// Starter gives the text of a first, commented configuration.
func Starter(a Answers) ([]byte, error) {
	var b bytes.Buffer
	err := a.Write(&b)
	return b.Bytes(), err
}

// StarterPolicy gives the text of a first policy.yaml, whose days are counted
// in the answers' zone.
func StarterPolicy(a Answers) []byte {
	return bytes.Replace(templates.ControlPolicy(), []byte("\ntime_zone: UTC\n"), []byte("\ntime_zone: "+a.TimeZone+"\n"), 1)
}

// StarterPeople gives the text of a first people.yaml, which names nobody.
func StarterPeople() []byte { return templates.ControlPeople() }
