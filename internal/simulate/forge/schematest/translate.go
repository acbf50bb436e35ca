package schematest

import (
	"fmt"
	"slices"
	"strings"
)

// translate turns the schemas of an OpenAPI 3.0 document, in place, into JSON
// Schema of draft 2020-12: "nullable" becomes null among the types (or beside
// a reference), and an object that lists its properties may have no others,
// so that a misspelt property is found out. Parts of an allOf may have what
// the other parts have: they refer to copies that stay open.
func translate(doc map[string]any) {
	components := doc["components"].(map[string]any)
	schemas := components["schemas"].(map[string]any)
	open := map[string]any{}
	for name, s := range schemas {
		open[name] = schemaOf(s, false)
		schemas[name] = schemaOf(s, true)
	}
	components["open"] = open
	for _, r := range components["responses"].(map[string]any) {
		translateResponse(r)
	}
	for _, item := range doc["paths"].(map[string]any) {
		responses, _ := dig(item, "get", "responses").(map[string]any)
		for _, r := range responses {
			translateResponse(r)
		}
	}
}

func translateResponse(response any) {
	content, _ := dig(response, "content").(map[string]any)
	for _, c := range content {
		if m, ok := c.(map[string]any); ok && m["schema"] != nil {
			m["schema"] = schemaOf(m["schema"], true)
		}
	}
}

// schemaOf gives a translated copy. A closed one allows no unknown properties.
func schemaOf(v any, closed bool) any {
	in, ok := v.(map[string]any)
	if !ok {
		return v
	}
	out := map[string]any{}
	for key, value := range in {
		switch key {
		case "properties", "patternProperties":
			props := map[string]any{}
			for name, p := range value.(map[string]any) {
				props[name] = schemaOf(p, true)
			}
			out[key] = props
		case "items", "not", "additionalProperties":
			out[key] = schemaOf(value, true)
		case "oneOf", "anyOf":
			out[key] = each(value, closed)
		case "allOf":
			out[key] = each(value, false)
		case "$ref":
			out[key] = value
			if !closed {
				out[key] = strings.Replace(value.(string), "/components/schemas/", "/components/open/", 1)
			}
		case "nullable", "discriminator", "example", "examples", "x-github-breaking-changes", "xml", "externalDocs", "deprecated":
			// says nothing that JSON Schema checks, or is translated below
		default:
			out[key] = value
		}
	}
	_, lists := in["properties"]
	_, says := in["additionalProperties"]
	_, joins := in["allOf"]
	if closed && !says && (lists || joins) && in["oneOf"] == nil && in["anyOf"] == nil {
		out["unevaluatedProperties"] = false
	}
	if in["nullable"] == true {
		return orNull(out)
	}
	return out
}

func each(v any, closed bool) []any {
	var out []any
	for _, s := range v.([]any) {
		out = append(out, schemaOf(s, closed))
	}
	return out
}

// orNull makes a schema accept null as well.
func orNull(s map[string]any) any {
	typ, ok := s["type"].(string)
	if !ok {
		return map[string]any{"anyOf": []any{s, map[string]any{"type": "null"}}}
	}
	s["type"] = []any{typ, "null"}
	if enum, ok := s["enum"].([]any); ok && !slices.Contains(enum, nil) {
		s["enum"] = append(slices.Clone(enum), nil)
	}
	return s
}

// A correction is where GitHub is known to answer otherwise than it
// describes. Each says why; nothing else is loosened.
type correction struct {
	at   string // below components/schemas
	edit func(map[string]any)
}

// nullable makes a schema accept null.
func nullable(m map[string]any) {
	if ref, ok := m["$ref"]; ok {
		delete(m, "$ref")
		m["anyOf"] = []any{map[string]any{"$ref": ref}}
	}
	m["nullable"] = true
}

// has adds a property.
func has(name, typ string) func(map[string]any) {
	return func(m map[string]any) {
		m["properties"].(map[string]any)[name] = map[string]any{"type": typ}
	}
}

// orEmpty lets a URL be "".
func orEmpty(m map[string]any) {
	m["anyOf"] = []any{map[string]any{"format": m["format"]}, map[string]any{"const": ""}}
	delete(m, "format")
}

func corrections() []correction {
	out := []correction{
		// Lists of a pull request's reviews have a nullable user and commit; the same
		// records in the timeline come from the same accounts and commits.
		{"timeline-reviewed-event/properties/user", nullable},
		{"timeline-reviewed-event/properties/commit_id", nullable},
		// The description gives "" as their default, which is no URI.
		{"deployment-status/properties/environment_url", orEmpty},
		{"deployment-status/properties/target_url", orEmpty},
		{"deployment-status/properties/log_url", orEmpty},
		// Recorded answers have it; the description leaves it out.
		{"environment", has("can_admins_bypass", "boolean")},
		// The timeline's own description lists it; the same events in the list of
		// events are described without it.
		{"issue-event-for-issue", func(m map[string]any) {
			m["anyOf"] = append(m["anyOf"].([]any), map[string]any{"$ref": "#/components/schemas/state-change-issue-event"})
		}},
		// A pull request by itself has labels whose description is nullable; lists
		// have the same labels.
		{"pull-request-simple/properties/labels/items/properties/description", nullable},
		// Errors carry the status as text, as basic-error says, whatever their kind.
		{"validation-error", has("status", "string")},
		{"validation-error-simple", has("status", "string")},
	}
	// Recorded answers have null for a fork, and for its owner, that is no more.
	for _, name := range []string{"pull-request", "pull-request-simple"} {
		for _, of := range []string{"repo", "user", "label"} {
			out = append(out, correction{name + "/properties/head/properties/" + of, nullable})
		}
	}
	// Recorded answers have null for the position and the original line of an
	// outdated comment; its line goes with them.
	for _, name := range []string{"line", "original_line", "position"} {
		out = append(out, correction{"pull-request-review-comment/properties/" + name, nullable})
	}
	// Bots' addresses have brackets, "49699333+dependabot[bot]@users.noreply.github.com",
	// which the format does not allow.
	for _, name := range []string{"simple-commit", "nullable-simple-commit"} {
		for _, of := range []string{"author", "committer"} {
			out = append(out, correction{name + "/properties/" + of + "/properties/email", func(m map[string]any) { delete(m, "format") }})
		}
	}
	// issue-event, which is the same record by itself, has a nullable actor: the
	// account may be no more.
	for _, name := range []string{"labeled", "unlabeled", "assigned", "unassigned", "milestoned", "demilestoned", "renamed", "review-requested", "review-request-removed",
		"review-dismissed", "locked", "converted-note-to-issue", "state-change", "timeline-assigned", "timeline-unassigned"} {
		out = append(out, correction{name + "-issue-event/properties/actor", nullable})
	}
	return out
}

func correct(doc map[string]any, list []correction) error {
	for _, c := range list {
		m, ok := dig(doc, append([]string{"components", "schemas"}, strings.Split(c.at, "/")...)...).(map[string]any)
		if !ok {
			return fmt.Errorf("there is nothing at %s to correct", c.at)
		}
		c.edit(m)
	}
	return nil
}
