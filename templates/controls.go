package templates

import (
	"bytes"
	_ "embed"

	"go.yaml.in/yaml/v3"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

//go:embed controls.yaml
var controlsText []byte

// Controls gives what the legend says of each attribute, in order of letter.
// What the policy decides (thresholds, which are key) is left out.
func Controls() []evidence.Attribute {
	var rows []struct {
		Letter    string
		Title     string
		Text      string
		Criterion string
		Focus     []int
		Procedure string
		Version   int
	}
	dec := yaml.NewDecoder(bytes.NewReader(controlsText))
	dec.KnownFields(true)
	if err := dec.Decode(&rows); err != nil {
		panic(err) // the file is part of the program: a test reads it
	}
	var out []evidence.Attribute
	for _, r := range rows {
		out = append(out, evidence.Attribute{Letter: r.Letter, Title: r.Title, Text: r.Text, Criterion: r.Criterion, Focus: r.Focus, Procedure: r.Procedure, Version: r.Version})
	}
	return out
}
