package simulate

import (
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/tickmark-dev/tickmark/templates"
)

// The company's policy is the starter with few differences, each of which says
// why; Policy panics where the starter no longer has the place.
func TestPolicyIsTheStarterWithFewDifferences(t *testing.T) {
	text := Policy()
	if text != Policy() {
		t.Error("the policy differs from call to call")
	}
	if err := yaml.Unmarshal([]byte(text), new(map[string]any)); err != nil {
		t.Fatal(err)
	}
	starter := map[string]bool{}
	for line := range strings.Lines(string(templates.ControlPolicy())) {
		starter[line] = true
	}
	changed, ours := 0, 0
	for line := range strings.Lines(text) {
		switch {
		case strings.Contains(line, "# Ours:"):
			ours++
		case !starter[line]:
			changed++
		}
	}
	if ours < 8 || changed > 35 {
		t.Errorf("%d lines differ, and %d comments say why", changed, ours)
	}
}
