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
