package forge

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/tickmark-dev/tickmark/internal/simulate/forge/schematest"
)

// Every type and field that is answered here is one that GitHub has.
func TestGraphIsGitHubs(t *testing.T) {
	schema := schematest.Load(t).Schema()
	for name, fields := range newGraph() {
		if name == anyEdge {
			continue
		}
		def := schema.Types[name]
		if def == nil {
			t.Errorf("GitHub has no type %s", name)
			continue
		}
		for field := range fields {
			if def.Fields.ForName(field) == nil {
				t.Errorf("GitHub's %s has no field %s", name, field)
			}
		}
	}
}

// What fragments may be about is what GitHub's interfaces and unions have.
func TestFragmentConditions(t *testing.T) {
	schema := schematest.Load(t).Schema()
	graph := newGraph()
	for condition, def := range schema.Types {
		if !def.IsAbstractType() {
			continue
		}
		for name := range graph {
			concrete := schema.Types[name]
			if concrete == nil || name == "Query" {
				continue
			}
			want := slices.Contains(schema.GetPossibleTypes(def), concrete)
			if got := is(name, condition); got && !want {
				t.Errorf("%s is taken for a %s and is none", name, condition)
			} else if want && !got && known(condition) {
				t.Errorf("%s is a %s and is not taken for one", name, condition)
			}
		}
	}
}

// known are the interfaces and unions that the queries we answer meet.
func known(condition string) bool {
	return slices.Contains([]string{"Node", "Actor", "RequestedReviewer", "DeploymentReviewer", "Assignee", "GitObject", "GitSignature", "StatusCheckRollupContext", "Closer",
		"IssueOrPullRequest", "ReferencedSubject", "MilestoneItem", "RenamedTitleSubject", "Closable", "Lockable", "Comment", "PullRequestTimelineItems", "IssueTimelineItems", "UniformResourceLocatable"}, condition)
}

// everythingQuery writes a query that asks for every field that is answered here,
// down to a depth.
func everythingQuery(schema *ast.Schema, depth int) string {
	w := everything{schema: schema, graph: newGraph()}
	var b strings.Builder
	b.WriteString("{ rateLimit { __typename limit cost remaining resetAt used nodeCount } viewer { login } repository(owner: \"acme\", name: \"api\")")
	w.object(&b, schema.Types["Repository"], depth)
	b.WriteString(` more: repository(owner: "acme", name: "api") { object(expression: "main:README.md")`)
	w.object(&b, schema.Types["GitObject"], depth)
	b.WriteString(` ref(qualifiedName: "main") { compare(headRef: "side")`)
	w.object(&b, schema.Types["Comparison"], depth)
	b.WriteString(` } environment(name: "production") { protectionRules(first: 9)`)
	w.object(&b, schema.Types["DeploymentProtectionRuleConnection"], depth)
	b.WriteString(" } }")
	b.WriteString(" search(query: \"repo:acme/api PAY-1\", type: ISSUE, first: 2)")
	w.object(&b, schema.Types["SearchResultItemConnection"], depth)
	b.WriteString("}")
	return b.String()
}

// everythingNode writes one that starts from a record of a type.
func everythingNode(schema *ast.Schema, typ string, depth int) string {
	w := everything{schema: schema, graph: newGraph()}
	var b strings.Builder
	b.WriteString("query($id: ID!) { node(id: $id) { __typename ... on " + typ)
	w.object(&b, schema.Types[typ], depth)
	b.WriteString(" } }")
	return b.String()
}

type everything struct {
	schema *ast.Schema
	graph  graph
}

// arguments are those that fields insist on, or that make them answer more.
func arguments(def *ast.Definition, field *ast.FieldDefinition) string {
	given := map[string]string{
		"ref": `qualifiedName: "main"`, "object": `expression: "main"`, "pullRequest": "number: 1", "issue": "number: 3", "issueOrPullRequest": "number: 1",
		"environment": `name: "production"`, "compare": `headRef: "side"`, "refs": `refPrefix: "refs/heads/", first: 2`,
	}
	if a, ok := given[field.Name]; ok && field.Arguments != nil {
		return "(" + a + ")"
	}
	if field.Arguments.ForName("first") != nil {
		n := 3
		if field.Name == "timelineItems" {
			n = 60
		}
		return fmt.Sprintf("(first: %d)", n)
	}
	return ""
}

// object writes a selection of all that a type answers; fields of another
// type only while there is depth left. Fields get aliases, because one name
// has different types in different members of a union.
func (w everything) object(b *strings.Builder, def *ast.Definition, depth int) {
	b.WriteString(" { __typename")
	defer b.WriteString(" }")
	if def.IsAbstractType() {
		for _, p := range w.schema.GetPossibleTypes(def) {
			if w.graph[p.Name] != nil {
				b.WriteString(" ... on " + p.Name)
				w.object(b, p, depth)
			}
		}
		return
	}
	for _, field := range def.Fields {
		answered := w.graph[def.Name][field.Name] != nil || strings.HasSuffix(def.Name, "Connection") && slices.Contains([]string{"nodes", "edges", "pageInfo", "totalCount", "filteredCount", "checkRunCount", "issueCount"}, field.Name) ||
			strings.HasSuffix(def.Name, "Edge") && (field.Name == "node" || field.Name == "cursor")
		if !answered {
			continue
		}
		of := w.schema.Types[field.Type.Name()]
		name := " " + def.Name + "_" + field.Name + ": " + field.Name + arguments(def, field)
		switch {
		case of.IsLeafType():
			b.WriteString(name)
		case strings.HasSuffix(def.Name, "Connection") || strings.HasSuffix(def.Name, "Edge"):
			b.WriteString(name)
			w.object(b, of, depth)
		case depth > 0:
			b.WriteString(name)
			w.object(b, of, depth-1)
		}
	}
}
