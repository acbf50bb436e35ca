package response

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

func TestConclusions(t *testing.T) {
	file := filepath.Join(t.TempDir(), "responses.yaml")
	const flat = "schema_version: 1\nresponses:\n  - change: acme/api#12\n    attribute: T\n    conclusion: exception\n    basis: the ticket has no plan\n    by: Marta\n    at: 2026-07-03\n"
	if err := os.WriteFile(file, []byte(flat), 0o600); err != nil {
		t.Fatal(err)
	}
	concluded := evidence.Response{Change: "acme/api#12", Attribute: "T", Conclusion: "exception", Basis: "the ticket has no plan", By: "Marta", At: "2026-07-03", ConcludedBy: "Marta", ConcludedAt: "2026-07-03"}
	got, err := Load(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]evidence.Response{concluded}, got); diff != "" {
		t.Error(diff)
	}
	// Who answers later is not who concluded.
	for _, r := range []evidence.Response{
		{Change: "acme/api#12", Attribute: "T", Cause: "it was forgotten", By: "Ben", At: "2026-07-09"},
		{Change: "acme/api#12", Attribute: "E", Conclusion: "met", Basis: "asked the two reviewers", Code: "APPROVER_UNMAPPED", ConcludedBy: "Marta", ConcludedAt: "2026-07-04"},
	} {
		if err := Save(file, r); err != nil {
			t.Fatal(err)
		}
	}
	answered := concluded
	answered.Cause, answered.By, answered.At = "it was forgotten", "Ben", "2026-07-09"
	want := []evidence.Response{{Change: "acme/api#12", Attribute: "E", Conclusion: "met", Basis: "asked the two reviewers", Code: "APPROVER_UNMAPPED", ConcludedBy: "Marta", ConcludedAt: "2026-07-04"}, answered}
	if got, err = Load(file); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestConclusionMistakes(t *testing.T) {
	for name, tt := range map[string]struct{ keys, want string }{
		"unknown":         {"conclusion: fine, basis: x, by: a, at: 2026-01-01", `"fine" is not known; allowed: met, exception, not applicable`},
		"no basis":        {"conclusion: met, by: a, at: 2026-01-01", "has a conclusion without its basis; add basis"},
		"blank basis":     {"conclusion: met, basis: ' ', by: a, at: 2026-01-01", "responses[0].basis: is empty"},
		"nobody":          {"conclusion: met, basis: x, at: 2026-01-01", "does not say whose and when; add by and at"},
		"no time":         {"conclusion: met, basis: x, by: a", "does not say whose and when; add by and at"},
		"basis alone":     {"basis: x, by: a, at: 2026-01-01", "says on what somebody concluded, and not what"},
		"met with answer": {"conclusion: met, basis: x, by: a, at: 2026-01-01, cause: y", `answers an exception, and concludes "met"`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Parse("f.yaml", []byte("schema_version: 1\nresponses:\n  - {change: a, attribute: G, "+tt.keys+"}\n"))
			if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), "f.yaml:3: ") {
				t.Errorf("%v, want %q", err, tt.want)
			}
		})
	}
}

// What Save writes, Load reads: a file over its limit is not written, and
// neither is text that YAML would keep as a number code.
func TestSaveWritesWhatLoadReads(t *testing.T) {
	file := filepath.Join(t.TempDir(), "responses.yaml")
	r := evidence.Response{Change: "a", Attribute: "G", Cause: "x"}
	if err := Save(file, r); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		change func(*evidence.Response)
		want   string
	}{
		"too large":     {func(r *evidence.Response) { r.Effect = strings.Repeat("text ", 300_000) }, "has at most 1048576; nothing was written"},
		"not UTF-8":     {func(r *evidence.Response) { r.Response = "caf\xe9" }, "management response is not valid UTF-8 text"},
		"its change":    {func(r *evidence.Response) { r.Change = "a\xff" }, "change is not valid UTF-8 text"},
		"no conclusion": {func(r *evidence.Response) { r.Attribute, r.Cause, r.Conclusion = "E", "", "maybe" }, `the conclusion "maybe" is not known`},
		"no basis":      {func(r *evidence.Response) { r.Attribute, r.Cause, r.Conclusion = "E", "", "met" }, "has a conclusion without its basis"},
	} {
		bad := r
		tt.change(&bad)
		if err := Save(file, bad); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", name, err, tt.want)
		}
	}
	after, err := os.ReadFile(file)
	if err != nil || string(after) != string(before) {
		t.Errorf("the file was changed: %v", err)
	}
	if left, err := filepath.Glob(filepath.Join(filepath.Dir(file), ".*")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	// Control characters come back as they were.
	r.Cause = "a\x00b\u202ec\r\nd"
	if err := Save(file, r); err != nil {
		t.Fatal(err)
	}
	if got, err := Load(file); err != nil || len(got) != 1 || got[0].Cause != r.Cause {
		t.Errorf("%q, %v", got, err)
	}
}

// TestSchema holds the editors' schema to the program.
func TestSchema(t *testing.T) {
	path := filepath.Join("..", "..", "docs", "schemas", "responses.schema.json")
	schema, err := jsonschema.NewCompiler().Compile(path)
	if err != nil {
		t.Fatal(err)
	}
	for text, good := range map[string]bool{
		header: true,
		"schema_version: 1\nresponses: [{change: a, attribute: G, cause: x, owner: b, status: in progress}]":                                 true,
		"schema_version: 1\nresponses: [{change: a, attribute: G, conclusion: not applicable, basis: x, by: a, at: noon}]":                   true,
		"schema_version: 1\nresponses: [{change: a, attribute: G, conclusion: met, basis: x, code: C, concluded_by: a, concluded_at: noon}]": true,
		"schema_version: 1\nresponses: [{change: a, attribute: G, conclusion: met, by: a, at: noon}]":                                        false,
		"schema_version: 1\nresponses: [{change: a, attribute: G, conclusion: met, basis: x}]":                                               false,
		"schema_version: 1\nresponses: [{change: a, attribute: G, basis: x}]":                                                                false,
		"schema_version: 1\nresponses: [{change: a, attribute: G, outcome: met}]":                                                            false,
	} {
		var v any
		if err := yaml.Unmarshal([]byte(text), &v); err != nil {
			t.Fatal(err)
		}
		js, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		doc, err := jsonschema.UnmarshalJSON(strings.NewReader(string(js)))
		if err != nil {
			t.Fatal(err)
		}
		_, parsed := Parse("f", []byte(text))
		if valid := schema.Validate(doc); (valid == nil) != good || (parsed == nil) != good {
			t.Errorf("%s\nschema %v\nprogram %v", text, valid, parsed)
		}
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Properties struct {
			Responses struct {
				Items struct {
					Properties map[string]json.RawMessage `json:"properties"`
				} `json:"items"`
			} `json:"responses"`
		} `json:"properties"`
	}
	if err := json.Unmarshal(raw, &doc); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(slices.Sorted(slices.Values(keys())), slices.Sorted(maps.Keys(doc.Properties.Responses.Items.Properties))); diff != "" {
		t.Error(diff)
	}
}

// A conclusion that was reached before the result was an exception does not keep
// anybody from answering that: it becomes a comment, and those of people stay.
func TestAnswerAfterAConclusion(t *testing.T) {
	file := filepath.Join(t.TempDir(), "responses.yaml")
	const before = "schema_version: 1\nresponses:\n  # agreed with the CTO\n  - change: a\n    attribute: G\n    conclusion: not applicable\n    basis: \"read\\nconclusion: met\"\n    code: OLD\n    why: It was so.\n    by: Marta\n    at: 2026-07-03\n" +
		"  - change: b\n    attribute: G\n    conclusion: exception\n    basis: x\n    by: Marta\n    at: 2026-07-03\n"
	if err := os.WriteFile(file, []byte(before), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, change := range []string{"a", "b"} {
		for _, cause := range []string{"first", "on leave"} {
			if err := Save(file, evidence.Response{Change: change, Attribute: "G", Cause: cause, By: "Ben", At: "2026-07-09"}); err != nil {
				t.Fatal(err)
			}
		}
	}
	got, err := Load(file)
	if err != nil {
		t.Fatal(err)
	}
	want := []evidence.Response{{Change: "a", Attribute: "G", Cause: "on leave", By: "Ben", At: "2026-07-09"},
		{Change: "b", Attribute: "G", Cause: "on leave", By: "Ben", At: "2026-07-09", Conclusion: "exception", Basis: "x", ConcludedBy: "Marta", ConcludedAt: "2026-07-03"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	const kept = "  # agreed with the CTO\n  # Before it was an exception: concluded not applicable by Marta, 2026-07-03. Code: OLD Result: It was so. Basis: read conclusion: met\n  - change: a\n"
	if !strings.Contains(string(data), kept) {
		t.Errorf("the conclusion is not kept as a comment:\n%s", data)
	}
}
