package policy

import (
	"encoding/json"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"

	"github.com/tickmark-dev/tickmark/internal/yamlfile"
	"github.com/tickmark-dev/tickmark/templates"
)

func TestStarter(t *testing.T) {
	p := Starter()
	if p.Name != StarterName || len(p.SHA256) != 64 || p.Skew != 2*time.Minute || strings.Join(p.Key, "") != "AEGHKOPR" {
		t.Errorf("%+v", p.Ref())
	}
	// The matrices of the source documents.
	if r := p.Approvals.Tiers["high"]; r.Count != 2 || !slices.Equal(r.Each, []string{"engineering manager"}) {
		t.Errorf("high: %+v", r)
	}
	if r := p.Approvals.Tiers["medium"]; r.Count != 1 || !slices.Equal(r.OneOf, []string{"technical lead", "senior engineer"}) {
		t.Errorf("medium: %+v", r)
	}
	if e := p.Emergency; e.Within != 24*time.Hour || e.BusinessHours || e.LimitPercent != 10 || e.LimitQuarter != 2 {
		t.Errorf("emergencies: %+v", e)
	}
	if p.Validation.Within != 24*time.Hour || p.Approvals.Gate != "merge" {
		t.Error("validation or gate")
	}
	for path, want := range map[string]string{"src/auth/login.go": "security", "db/migrations/7.sql": "database", "README.md": "documentation", "infra/main.tf": "infrastructure",
		"force-app/main/Admin.profile-meta.xml": "security", "Src/Auth/x.go": "security", "docs/a/b.txt": "documentation"} {
		if !slices.ContainsFunc(p.Categories, func(c Category) bool { return c.Name == want && c.Rule.Path(path) }) {
			t.Errorf("%s is not of the category %s", path, want)
		}
	}
	for _, path := range []string{"src/author/x.go", "src/authority.go", "payments/round.go"} {
		if slices.ContainsFunc(p.Categories, func(c Category) bool { return c.Rule.Path(path) }) {
			t.Errorf("%s is of a category", path)
		}
	}
	if people, err := ParsePeople("people.yaml", templates.ControlPeople(), p); err != nil || len(people.Humans) != 0 {
		t.Errorf("the starter people file: %+v, %v", people, err)
	}
}

func TestMistakes(t *testing.T) {
	good := string(templates.ControlPolicy())
	tests := map[string]struct{ old, new, want string }{
		"unknown key":               {"clock_skew: 2m", "clock_skw: 2m", "clock_skw: unknown key (did you mean clock_skew?); allowed here:"},
		"unknown role":              {"each: [engineering manager]", "each: [enginering manager]", `approvals.tiers.high.each[0]: "enginering manager" is not known (did you mean engineering manager?); allowed: developer,`},
		"unknown role of emergency": {"approvers: [engineering manager]", "approvers: [cto]", `emergency.approvers[0]: "cto" is not known`},
		"overlapping words":         {"words: [medium, moderate, normal]", "words: [medium, low]", `risk.tiers[1]: the tiers overlap: the word "low" belongs to the tier "low" already`},
		"overlapping categories":    {"categories: [infrastructure, configuration, api, performance]", "categories: [documentation]", `the tiers overlap: the category "documentation"`},
		"no approvals":              {"low: {count: 1}", "low: {count: 0}", "approvals.tiers.low.count: expected a whole number from 1 to 10, found \"0\""},
		"too many approvals":        {"low: {count: 1}", "low: {count: 99}", "approvals.tiers.low.count: expected a whole number from 1 to 10"},
		"fewer for more":            {"high: {count: 2,", "high: {count: 1,", ""}, // one is as many as for medium
		"fewer for higher":          {"medium: {count: 1,", "medium: {count: 3,", "approvals.tiers.high: asks for 2 approvals, and a lower tier for 3"},
		"tier without a line":       {"    low: {count: 1}\n", "", "approvals.tiers.low: is missing; every tier needs a line"},
		"unknown tier":              {"low: {count: 1}", "lowest: {count: 1}", `approvals.tiers.lowest: "lowest" is no tier of this policy`},
		"unknown category":          {"categories: [documentation, user interface]", "categories: [documentation, ui]", `risk.tiers[0].categories[1]: "ui" is not known`},
		"unknown default":           {"default: medium", "default: middle", `risk.default: "middle" is not known`},
		"unknown letter":            {"key_attributes: [A,", "key_attributes: [AA,", `key_attributes[0]: "AA" is not known`},
		"unknown field":             {"fields: [description,", "fields: [descripton,", `request.fields[0]: "descripton" is not known (did you mean description?)`},
		"fields of a type":          {"  least_words: 3", "  fields_by_type: {Change: [rollback_plan]}\n  least_words: 3", ""},
		"unknown field of a type":   {"  least_words: 3", "  fields_by_type: {Change: [rollback]}\n  least_words: 3", `request.fields_by_type.Change[0]: "rollback" is not known`},
		"without code":              {"  without_code:", "  without_code_for: [configuration]\n  without_code:", ""},
		"unknown without code":      {"  without_code:", "  without_code_for: [config]\n  without_code:", `testing.without_code_for[0]: "config" is not known`},
		"unknown kind of test":      {"low: [review, basic]", "low: [review, taste]", `testing.tiers.low[1]: "taste" is not known`},
		"hours":                     {"hours: calendar", "hours: working", `emergency.hours: "working" is not known; allowed: calendar, business`},
		"percent":                   {"limit_percent: 10", "limit_percent: 110", "emergency.limit_percent: expected a whole number from 0 to 100"},
		"skew":                      {"clock_skew: 2m", "clock_skew: 2", "clock_skew: expected a duration from"},
		"times of day":              {`from: "00:00"`, `from: "25:00"`, `business_hours.from: "25:00" is not a time of day`},
		"freeze reversed":           {"  tolerance: 30m", "  tolerance: 30m\n  freezes: [{name: x, from: 2026-02-01, to: 2026-01-01}]", "windows.freezes[0]: ends (2026-01-01) before it begins (2026-02-01)"},
		"freeze of no day":          {"  tolerance: 30m", "  tolerance: 30m\n  freezes: [{name: x, from: 2026-01-01, to: 2026-01-01}]", "windows.freezes[0]: holds no day: it begins and ends on 2026-01-01"},
		"window of no length":       {"  tolerance: 30m", "  tolerance: 30m\n  weekly: [{days: [mon], from: \"18:00\", to: \"18:00\"}]", "windows.weekly[0]: is of no length"},
		"window reversed":           {"  tolerance: 30m", "  tolerance: 30m\n  weekly: [{days: [mon], from: \"18:00\", to: \"06:00\"}]", "windows.weekly[0]: ends before it begins"},
		"zone":                      {"time_zone: UTC", "time_zone: CEST", `"CEST" is not a known time zone`},
		"business hours missing":    {"hours: calendar", "hours: business", ""},
		"exempt without a record":   {"checks:\n", "exempt:\n  - {name: x, attributes: [E], accounts: {github: [a]}, paths: [a], approved_by: b, approved_on: 2025-01-01}\nchecks:\n", "exempt[0].record: is missing"},
		"exempt from tests":         {"checks:\n", "exempt:\n  - {name: x, attributes: [K], accounts: {github: [a]}, paths: [a], approved_by: b, approved_on: 2025-01-01, record: C}\nchecks:\n", `exempt[0].attributes[0]: "K" is not known; allowed: E, F, G, H`},
		"two categories of a name":  {"- name: network", "- name: security", `another category has the name "security" already`},
		"newer":                     {"schema_version: 1", "schema_version: 2", "is not known to this version"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			text := strings.Replace(good, tt.old, tt.new, 1)
			if text == good {
				t.Fatalf("%q does not occur in the policy", tt.old)
			}
			_, err := Parse("policy.yaml", []byte(text))
			switch {
			case tt.want == "" && err != nil:
				t.Errorf("a good policy is refused: %v", err)
			case tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)):
				t.Errorf("got  %v\nwant …%s…", err, tt.want)
			}
		})
	}
	var ps yamlfile.Problems
	_, err := Parse("policy.yaml", []byte(strings.NewReplacer("hours: calendar", "hours: x", "gate: merge", "gate: x", "default: medium", "default: x").Replace(good)))
	if !errors.As(err, &ps) || len(ps) != 3 || ps[0].Line == 0 {
		t.Errorf("want three problems with their lines, got %v", err)
	}
	for _, text := range []string{"", "a: [", "- x", "x", "schema_version: 1\n---\na: 1"} {
		if _, err := Parse("policy.yaml", []byte(text)); err == nil {
			t.Errorf("%q is taken for a policy", text)
		}
	}
}

const somePeople = `schema_version: 1
people:
  - name: Ada Lovelace
    accounts: {github: [adal], jira: [ada@x.example], git: [ada@x.example]}
    roles: [{role: engineering manager, from: 2025-01-01, to: 2026-04-01}]
  - name: Grace Hopper
    accounts: {github: grace}
bots:     [{name: Dependabot, accounts: {github: ["dependabot[bot]"]}}]
services: [{name: Release robot, accounts: {github: [harbourline-release]}}]
`

func TestPeople(t *testing.T) {
	p, err := ParsePeople("people.yaml", []byte(somePeople), Starter())
	if err != nil {
		t.Fatal(err)
	}
	for day, want := range map[string]bool{"2024-12-31": false, "2025-01-01": true, "2026-03-31": true, "2026-04-01": false} {
		at, _ := time.Parse(time.DateOnly, day)
		roles, known := p.Humans[0].RolesAt(at.Add(12*time.Hour), time.UTC)
		if known != want || known && roles[0] != "engineering manager" {
			t.Errorf("%s: %q, %v", day, roles, known)
		}
	}
	// A day is one of the policy's zone.
	sydney, err := time.LoadLocation("Australia/Sydney")
	if err != nil {
		t.Fatal(err)
	}
	if _, known := p.Humans[0].RolesAt(time.Date(2024, 12, 31, 20, 0, 0, 0, time.UTC), sydney); !known {
		t.Error("in Sydney the first day has begun")
	}
	tests := map[string]struct{ old, new, want string }{
		"one account, two humans":    {"{github: grace}", "{github: ADAL}", `people[1]: the account "ADAL" of github belongs to "Ada Lovelace" already`},
		"one address, two humans":    {"{github: grace}", "{email: Ada@x.example}", `the account "Ada@x.example" of email belongs to "Ada Lovelace" already`},
		"a human's account, a bot's": {`github: ["dependabot[bot]"]`, "github: [grace]", `bots[0]: the account "grace" of github belongs to "Grace Hopper" already`},
		"dates reversed":             {"to: 2026-04-01", "to: 2024-04-01", "people[0].roles[0]: ends (2024-04-01) before it begins (2025-01-01)"},
		"unknown role":               {"role: engineering manager", "role: boss", `people[0].roles[0].role: "boss" is not known; allowed: developer,`},
		"no date":                    {"from: 2025-01-01", "from: last year", `people[0].roles[0].from: "last year" is not a date`},
		"one name twice":             {"name: Grace Hopper", "name: Ada  lovelace", "occurs twice; put all accounts under one entry"},
		"no account":                 {"{github: grace}", "{}", "people[1].accounts: names no account"},
		"unknown key":                {"bots: ", "robots: ", "robots: unknown key"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			text := strings.Replace(somePeople, tt.old, tt.new, 1)
			if text == somePeople {
				t.Fatalf("%q does not occur", tt.old)
			}
			if _, err := ParsePeople("people.yaml", []byte(text), Starter()); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got  %v\nwant …%s…", err, tt.want)
			}
		})
	}
}

func TestElapsed(t *testing.T) {
	p := Starter()
	saturday := time.Date(2026, 2, 28, 2, 14, 0, 0, time.UTC)
	monday := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	tests := map[string]struct {
		from, to time.Time
		business bool
		office   bool // nine to five
		want     time.Duration
	}{
		"the source documents' example":      {saturday, monday, false, false, 54*time.Hour + 46*time.Minute},
		"the same in business hours":         {saturday, monday, true, false, 9 * time.Hour},
		"the same from nine to five":         {saturday, monday, true, true, 0},
		"a day and a half from nine to five": {monday, monday.Add(28 * time.Hour), true, true, 12 * time.Hour},
		"backwards":                          {monday, saturday, true, false, -54*time.Hour - 46*time.Minute},
		"over a weekend, from nine to five":  {time.Date(2026, 2, 27, 16, 0, 0, 0, time.UTC), monday.Add(time.Hour), true, true, 2 * time.Hour},
	}
	for name, tt := range tests {
		p.Business.From, p.Business.To = 0, 24*time.Hour
		if tt.office {
			p.Business.From, p.Business.To = 9*time.Hour, 17*time.Hour
		}
		if got := p.Elapsed(tt.from, tt.to, tt.business); got != tt.want {
			t.Errorf("%s: %s, want %s", name, got, tt.want)
		}
	}
	p.Business.Holidays = []string{"2026-03-02"}
	p.Business.From, p.Business.To = 0, 24*time.Hour
	if got := p.Elapsed(saturday, monday, true); got != 0 {
		t.Errorf("on a holiday %s count", got)
	}
}

func TestPatterns(t *testing.T) {
	for _, tt := range []struct {
		pattern, path string
		want          bool
	}{
		{"*.sql", "a/b/c.sql", true}, {"*.sql", "c.sqlx", false}, {"docs/**", "docs/a/b.md", true}, {"docs/**", "x/docs/a.md", false}, {"**/docs/**", "docs/a.md", true},
		{"**/auth/**", "auth/x.go", true}, {"**/auth/**", "src/auth/x.go", true}, {"**/auth/**", "src/author/x.go", false}, {"a/*/c", "a/b/c", true}, {"a/*/c", "a/b/d/c", false},
		{"go.mod", "tools/go.mod", true}, {"/go.mod", "go.mod", true}, {"a?c", "abc", true}, {"[x]", "[x]", true}, {"a+b", "a+b", true},
	} {
		if got := PathPattern(tt.pattern).Match(tt.path); got != tt.want {
			t.Errorf("%s and %s: %v", tt.pattern, tt.path, got)
		}
	}
	for _, tt := range []struct {
		pattern, name string
		want          bool
	}{
		{"uat", "deploy-uat", true}, {"uat", "evaluate", false}, {"load test", "Load_Test (eu)", true}, {"load test", "upload test", false}, {"=test", "test", true}, {"=test", "test integration", false},
		{"integration tests", "CI / integration-tests", true}, {"unit", "community", false}, {"sast", "disaster", false},
	} {
		if got := WordPattern(tt.pattern).Match(tt.name); got != tt.want {
			t.Errorf("%s and %s: %v", tt.pattern, tt.name, got)
		}
	}
	if !NamePattern("*unit*").Match("CI / Unit tests") || NamePattern("unit").Match("unit tests") || (Pattern{}).Match("") {
		t.Error("names")
	}
}

// TestSchemas holds the editors' schemas to the program: the starters fit, and
// each mapping has the same keys.
func TestSchemas(t *testing.T) {
	for file, text := range map[string][]byte{"policy": templates.ControlPolicy(), "people": []byte(somePeople)} {
		path := filepath.Join("..", "..", "docs", "schemas", file+".schema.json")
		schema, err := jsonschema.NewCompiler().Compile(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(instance(t, text)); err != nil {
			t.Errorf("%s: the schema refuses a good file: %v", file, err)
		}
		if err := schema.Validate(instance(t, append([]byte("nonsense: 1\n"), text...))); err == nil {
			t.Errorf("%s: the schema takes an unknown key", file)
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var doc struct {
			Properties map[string]json.RawMessage `json:"properties"`
		}
		if err := json.Unmarshal(raw, &doc); err != nil {
			t.Fatal(err)
		}
		allowed := func(data string) string {
			_, err := Parse("f", []byte(data))
			if file == "people" {
				_, err = ParsePeople("f", []byte(data), nil)
			}
			_, after, _ := strings.Cut(err.Error(), "nonsense: unknown key; allowed here: ")
			keys, _, _ := strings.Cut(after, "\n")
			return keys
		}
		if got, want := allowed("nonsense: 1"), strings.Join(slices.Sorted(maps.Keys(doc.Properties)), ", "); got != want {
			t.Errorf("%s:\nprogram %s\nschema  %s", file, got, want)
		}
		for key, raw := range doc.Properties {
			var p struct {
				Properties map[string]json.RawMessage `json:"properties"`
				Items      struct {
					Properties map[string]json.RawMessage `json:"properties"`
				} `json:"items"`
			}
			if err := json.Unmarshal(raw, &p); err != nil {
				t.Fatal(err)
			}
			for form, props := range map[string]map[string]json.RawMessage{key + ": {nonsense: 1}": p.Properties, key + ": [{nonsense: 1}]": p.Items.Properties} {
				if props == nil {
					continue
				}
				if got, want := allowed(form), strings.Join(slices.Sorted(maps.Keys(props)), ", "); got != want {
					t.Errorf("%s.%s:\nprogram %s\nschema  %s", file, key, got, want)
				}
			}
		}
	}
}

// instance reads YAML as JSON has it: days are text.
func instance(t *testing.T, text []byte) any {
	t.Helper()
	var v any
	if err := yaml.Unmarshal(text, &v); err != nil {
		t.Fatal(err)
	}
	js, err := json.Marshal(plainDays(v))
	if err != nil {
		t.Fatal(err)
	}
	inst, err := jsonschema.UnmarshalJSON(strings.NewReader(string(js)))
	if err != nil {
		t.Fatal(err)
	}
	return inst
}

func plainDays(v any) any {
	switch v := v.(type) {
	case time.Time:
		return v.Format(time.DateOnly)
	case map[string]any:
		for k := range v {
			v[k] = plainDays(v[k])
		}
	case []any:
		for i := range v {
			v[i] = plainDays(v[i])
		}
	}
	return v
}
