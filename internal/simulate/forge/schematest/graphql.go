package schematest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"
)

// graphQL is GitHub's GraphQL schema.
type graphQL struct{ schema *ast.Schema }

func loadGraphQL(file string) (*graphQL, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	doc, err := parser.ParseSchemas(validator.Prelude, &ast.Source{Name: file, Input: string(b)})
	if err != nil {
		return nil, err
	}
	for _, def := range doc.Definitions {
		seen := map[string]bool{}
		// GitHub publishes two fields of EnterpriseOwnerInfo twice, which no
		// reader of schemas accepts; the repetition is left out.
		def.Fields = slices.DeleteFunc(def.Fields, func(f *ast.FieldDefinition) bool {
			again := seen[f.Name]
			seen[f.Name] = true
			return again && def.Name == "EnterpriseOwnerInfo"
		})
	}
	s, err := validator.ValidateSchemaDocument(doc)
	if err != nil {
		return nil, err
	}
	return &graphQL{s}, nil
}

// Schema gives GitHub's GraphQL schema.
func (s *Schemas) Schema() *ast.Schema { return s.graph.schema }

func (g *graphQL) check(asked []byte, status int, body []byte) error {
	if status == http.StatusUnauthorized || status == http.StatusNotModified {
		return nil
	}
	var q struct {
		Query         string         `json:"query"`
		OperationName string         `json:"operationName"`
		Variables     map[string]any `json:"variables"`
	}
	if err := json.Unmarshal(asked, &q); err != nil {
		return fmt.Errorf("the query is not JSON: %w", err)
	}
	doc, errs := gqlparser.LoadQuery(g.schema, q.Query)
	if errs != nil {
		return fmt.Errorf("GitHub's schema refuses the query: %w", errs)
	}
	op := doc.Operations.ForName(q.OperationName)
	if op == nil {
		return fmt.Errorf("the query has no operation %q", q.OperationName)
	}
	for _, v := range op.VariableDefinitions {
		if _, ok := q.Variables[v.Variable]; !ok && v.Type.NonNull && v.DefaultValue == nil {
			return fmt.Errorf("the query is not given $%s", v.Variable)
		}
	}
	var answer struct {
		Data   map[string]any   `json:"data"`
		Errors []map[string]any `json:"errors"`
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	if err := d.Decode(&answer); err != nil {
		return fmt.Errorf("the answer is not JSON: %w", err)
	}
	for _, e := range answer.Errors {
		if m, _ := e["message"].(string); m == "" {
			return fmt.Errorf("an error without a message: %v", e)
		}
	}
	if answer.Data == nil {
		if len(answer.Errors) == 0 {
			return fmt.Errorf("neither data nor errors")
		}
		return nil
	}
	w := walker{schema: g.schema, vars: q.Variables, failed: map[string]bool{}}
	for _, e := range answer.Errors {
		if path, ok := e["path"].([]any); ok {
			w.failed["data."+joined(path)] = true
		}
	}
	return w.object("data", answer.Data, g.schema.Query, []ast.SelectionSet{op.SelectionSet})
}

func joined(path []any) string {
	var b strings.Builder
	for i, p := range path {
		switch v := p.(type) {
		case json.Number:
			fmt.Fprintf(&b, "[%s]", v)
		default:
			if i > 0 {
				b.WriteByte('.')
			}
			fmt.Fprint(&b, v)
		}
	}
	return b.String()
}

// walker compares an answer with the query and the schema.
type walker struct {
	schema *ast.Schema
	vars   map[string]any
	failed map[string]bool // paths that an error accounts for
}

// object checks that an object has exactly the fields that were asked of its type.
func (w *walker) object(path string, got map[string]any, def *ast.Definition, sets []ast.SelectionSet) error {
	want := map[string]*ast.Field{}
	under := map[string][]ast.SelectionSet{}
	concrete := def
	if name, ok := typename(got, sets); ok {
		concrete = w.schema.Types[name]
		if concrete == nil {
			return fmt.Errorf("%s: the schema has no type %q", path, name)
		}
		if !w.possible(def, concrete) {
			return fmt.Errorf("%s: a %s where there must be a %s", path, name, def.Name)
		}
	} else if def.IsAbstractType() {
		return nil // without __typename nobody can tell what it must have
	}
	var collect func(ast.SelectionSet)
	collect = func(set ast.SelectionSet) {
		for _, s := range set {
			switch s := s.(type) {
			case *ast.Field:
				if w.skipped(s.Directives) {
					continue
				}
				want[s.Alias] = s
				under[s.Alias] = append(under[s.Alias], s.SelectionSet)
			case *ast.InlineFragment:
				if !w.skipped(s.Directives) && w.applies(s.TypeCondition, concrete) {
					collect(s.SelectionSet)
				}
			case *ast.FragmentSpread:
				if !w.skipped(s.Directives) && w.applies(s.Definition.TypeCondition, concrete) {
					collect(s.Definition.SelectionSet)
				}
			}
		}
	}
	for _, s := range sets {
		collect(s)
	}
	for key := range got {
		if want[key] == nil {
			return fmt.Errorf("%s.%s was not asked for", path, key)
		}
	}
	for key, field := range want {
		v, ok := got[key]
		if !ok {
			return fmt.Errorf("%s.%s is missing", path, key)
		}
		if err := w.value(path+"."+key, v, field.Definition.Type, under[key]); err != nil {
			return err
		}
	}
	return nil
}

// typename reads an object's type where the query asked for it.
func typename(got map[string]any, sets []ast.SelectionSet) (string, bool) {
	for _, set := range sets {
		for _, s := range set {
			if f, ok := s.(*ast.Field); ok && f.Name == "__typename" {
				name, ok := got[f.Alias].(string)
				return name, ok
			}
		}
	}
	return "", false
}

func (w *walker) possible(def, concrete *ast.Definition) bool {
	if def == concrete {
		return true
	}
	for _, p := range w.schema.GetPossibleTypes(def) {
		if p == concrete {
			return true
		}
	}
	return false
}

func (w *walker) applies(condition string, concrete *ast.Definition) bool {
	def := w.schema.Types[condition]
	return condition == "" || def != nil && w.possible(def, concrete)
}

func (w *walker) skipped(list ast.DirectiveList) bool {
	for _, d := range list {
		arg := d.Arguments.ForName("if")
		if arg == nil {
			continue
		}
		v, _ := arg.Value.Value(w.vars) // the validation of the query has seen it
		if yes, _ := v.(bool); d.Name == "skip" && yes || d.Name == "include" && !yes {
			return true
		}
	}
	return false
}

func (w *walker) value(path string, v any, t *ast.Type, sets []ast.SelectionSet) error {
	if v == nil {
		if t.NonNull && !w.failed[path] {
			return fmt.Errorf("%s is null and must not be", path)
		}
		return nil
	}
	if t.Elem != nil {
		items, ok := v.([]any)
		if !ok {
			return fmt.Errorf("%s is no list", path)
		}
		for i, x := range items {
			if err := w.value(fmt.Sprintf("%s[%d]", path, i), x, t.Elem, sets); err != nil {
				return err
			}
		}
		return nil
	}
	def := w.schema.Types[t.NamedType]
	switch def.Kind {
	case ast.Object, ast.Interface, ast.Union:
		got, ok := v.(map[string]any)
		if !ok {
			return fmt.Errorf("%s is no object", path)
		}
		return w.object(path, got, def, sets)
	case ast.Enum:
		if s, ok := v.(string); !ok || def.EnumValues.ForName(s) == nil {
			return fmt.Errorf("%s: %v is not among the values of %s", path, v, def.Name)
		}
		return nil
	}
	return scalar(path, v, def.Name)
}

// scalar checks what a scalar of GitHub's looks like.
func scalar(path string, v any, name string) error {
	s, isText := v.(string)
	switch name {
	case "Int":
		n, ok := v.(json.Number)
		if i, err := n.Int64(); !ok || err != nil || i > 1<<31-1 || i < -1<<31 {
			return fmt.Errorf("%s: %v is no Int", path, v)
		}
		return nil
	case "Float":
		if _, ok := v.(json.Number); !ok {
			return fmt.Errorf("%s: %v is no Float", path, v)
		}
		return nil
	case "Boolean":
		if _, ok := v.(bool); !ok {
			return fmt.Errorf("%s: %v is no Boolean", path, v)
		}
		return nil
	}
	if !isText {
		return fmt.Errorf("%s: %v is no %s", path, v, name)
	}
	switch name {
	case "DateTime", "GitTimestamp":
		if _, err := time.Parse(time.RFC3339, s); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
	case "URI":
		if s == "" || strings.ContainsAny(s, " \n") {
			return fmt.Errorf("%s: %q is no URI", path, s)
		}
	case "GitObjectID":
		if len(s) != 40 {
			return fmt.Errorf("%s: %q is no id of a git object", path, s)
		}
	}
	return nil
}
