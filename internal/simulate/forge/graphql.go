package forge

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
)

// graph is GitHub's GraphQL as far as it is known here: by type and field,
// how a value of the type answers. The field's type follows from the value
// that the resolver gives (see typeOf), so that a new field is one line.
type graph map[string]map[string]resolver

type resolver func(q *asker, of any, a args) any

// on turns resolvers for one Go type into a type of the graph.
func on[T any](fields map[string]func(q *asker, of T, a args) any) map[string]resolver {
	out := map[string]resolver{}
	for name, f := range fields {
		out[name] = func(q *asker, of any, a args) any { return f(q, of.(T), a) }
	}
	return out
}

// args are the arguments of a field.
type args map[string]any

func (a args) text(name string) string { s, _ := a[name].(string); return s }

func (a args) number(name string) (int, bool) {
	switch v := a[name].(type) {
	case int64:
		return int(v), true
	case float64:
		return int(v), true
	case json.Number:
		n, err := strconv.Atoi(v.String())
		return n, err == nil
	}
	return 0, false
}

// texts reads a list of words; one word alone is a list too.
func (a args) texts(name string) []string {
	switch v := a[name].(type) {
	case string:
		return []string{v}
	case []any:
		var out []string
		for _, x := range v {
			if s, ok := x.(string); ok {
				out = append(out, s)
			}
		}
		return out
	}
	return nil
}

func (a args) time(name string) time.Time {
	t, _ := time.Parse(time.RFC3339, a.text(name)) // GitHub refuses it; the validation of queries finds it
	return t
}

// asker is one query being answered.
type asker struct {
	*call
	doc    *ast.QueryDocument
	vars   map[string]any
	errors []any
	broken bool // the query itself is wrong: there is no data
	path   []any
}

func (q *asker) fault(kind, message string, pos *ast.Position) {
	e := object{"message": message, "path": slices.Clone(q.path)}
	if kind != "" {
		e["type"] = kind
	}
	if pos != nil {
		e["locations"] = []any{object{"line": pos.Line, "column": pos.Column}}
	}
	q.errors = append(q.errors, e)
}

func (s *server) serveGraphQL(c *call) {
	if c.r.Method != http.MethodPost {
		c.fail(notFound())
		return
	}
	if c.anon {
		c.fail(&failure{status: http.StatusUnauthorized, message: "This endpoint requires you to be authenticated.", doc: "https://docs.github.com/graphql/guides/forming-calls-with-graphql#authenticating-with-graphql"})
		return
	}
	c.w.Header().Set("X-GitHub-Media-Type", "github.v4; format=json")
	var in struct {
		Query         string         `json:"query"`
		OperationName string         `json:"operationName"`
		Variables     map[string]any `json:"variables"`
	}
	body, err := io.ReadAll(io.LimitReader(c.r.Body, 1<<20))
	if err == nil {
		d := json.NewDecoder(bytes.NewReader(body))
		d.UseNumber()
		err = d.Decode(&in)
	}
	if err != nil {
		c.fail(&failure{status: http.StatusBadRequest, message: "Problems parsing JSON"})
		return
	}
	answer, err := marshal(c.ask(in.Query, in.OperationName, in.Variables))
	if err != nil {
		c.fail(err)
		return
	}
	c.send("application/json; charset=utf-8", answer)
}

func (c *call) ask(text, name string, vars map[string]any) any {
	refuse := func(message string) any { return object{"errors": []any{object{"message": message}}} }
	doc, err := parser.ParseQuery(&ast.Source{Input: text})
	if err != nil {
		return refuse("Parse error: " + err.Error())
	}
	op := doc.Operations.ForName(name)
	if op == nil {
		return refuse("No operation named \"" + name + "\"")
	}
	if op.Operation != ast.Query {
		return refuse("Only queries are answered here.")
	}
	all := map[string]any{}
	for _, v := range op.VariableDefinitions {
		given, ok := vars[v.Variable]
		switch {
		case ok:
			all[v.Variable] = given
		case v.DefaultValue != nil:
			all[v.Variable], _ = v.DefaultValue.Value(nil)
		case v.Type.NonNull:
			return refuse(fmt.Sprintf("Variable $%s of type %s was provided invalid value", v.Variable, v.Type))
		}
	}
	q := &asker{call: c, doc: doc, vars: all}
	data := q.answer(root{}, []ast.SelectionSet{op.SelectionSet})
	out := object{}
	if !q.broken {
		out["data"] = data
	}
	if len(q.errors) > 0 {
		out["errors"] = q.errors
	}
	return out
}

// root is what a query starts from.
type root struct{}

// members is a JSON object in the order of the query.
type members []member
type member struct {
	key   string
	value any
}

func (m members) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, x := range m {
		if i > 0 {
			b.WriteByte(',')
		}
		key, err := marshal(x.key)
		if err != nil {
			return nil, err
		}
		value, err := marshal(x.value)
		if err != nil {
			return nil, err
		}
		b.Write(key)
		b.WriteByte(':')
		b.Write(value)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// wanted is one field of an answer: what was asked for under one key, in
// however many places.
type wanted struct {
	field *ast.Field
	sets  []ast.SelectionSet
}

// collect goes through selections, fragments included, and gathers the fields
// that a value of the type has to answer, in order.
func (q *asker) collect(typ string, sets []ast.SelectionSet) (keys []string, fields map[string]*wanted) {
	fields = map[string]*wanted{}
	var walk func(ast.SelectionSet)
	walk = func(set ast.SelectionSet) {
		for _, sel := range set {
			switch s := sel.(type) {
			case *ast.Field:
				if q.skipped(s.Directives) {
					continue
				}
				key := or(s.Alias, s.Name)
				if fields[key] == nil {
					keys = append(keys, key)
					fields[key] = &wanted{field: s}
				}
				fields[key].sets = append(fields[key].sets, s.SelectionSet)
			case *ast.InlineFragment:
				if !q.skipped(s.Directives) && (s.TypeCondition == "" || is(typ, s.TypeCondition)) {
					walk(s.SelectionSet)
				}
			case *ast.FragmentSpread:
				def := q.doc.Fragments.ForName(s.Name)
				if def == nil {
					q.broken = true
					q.fault("", "Fragment "+s.Name+" was used, but not defined", s.Position)
				} else if !q.skipped(s.Directives) && is(typ, def.TypeCondition) {
					walk(def.SelectionSet)
				}
			}
		}
	}
	for _, set := range sets {
		walk(set)
	}
	return keys, fields
}

func (q *asker) skipped(list ast.DirectiveList) bool {
	for _, d := range list {
		arg := d.Arguments.ForName("if")
		if arg == nil {
			continue
		}
		v, _ := arg.Value.Value(q.vars)
		if yes, _ := v.(bool); d.Name == "skip" && yes || d.Name == "include" && !yes {
			return true
		}
	}
	return false
}

// answer resolves the fields asked of an object.
func (q *asker) answer(of any, sets []ast.SelectionSet) any {
	typ := typeOf(of)
	keys, fields := q.collect(typ, sets)
	out := make(members, 0, len(keys))
	for _, key := range keys {
		w := fields[key]
		q.path = append(q.path, key)
		out = append(out, member{key, q.field(typ, of, w)})
		q.path = q.path[:len(q.path)-1]
	}
	return out
}

func (q *asker) field(typ string, of any, w *wanted) any {
	if w.field.Name == "__typename" {
		return typ
	}
	a := args{}
	for _, arg := range w.field.Arguments {
		v, err := arg.Value.Value(q.vars)
		if err != nil {
			q.fault("", err.Error(), arg.Position)
			continue
		}
		a[arg.Name] = v
	}
	known := typ
	if _, ok := of.(edge); ok {
		known = anyEdge
	}
	var v any
	if c, ok := of.(*connection); ok {
		v, ok = c.field(w.field.Name)
		if !ok {
			q.unknown(typ, w.field)
		}
	} else if resolve, ok := q.graph[known][w.field.Name]; ok {
		v = resolve(q, of, a)
	} else {
		q.unknown(typ, w.field)
	}
	return q.value(v, w)
}

func (q *asker) unknown(typ string, f *ast.Field) {
	q.broken = true
	q.fault("", fmt.Sprintf("Field '%s' doesn't exist on type '%s'", f.Name, typ), f.Position)
	q.errors[len(q.errors)-1].(object)["extensions"] = object{"code": "undefinedField", "typeName": typ, "fieldName": f.Name}
}

// value turns what a resolver gave into JSON.
func (q *asker) value(v any, w *wanted) any {
	switch v := v.(type) {
	case nil:
		return nil
	case *failure:
		q.fault(v.kind(), v.message, w.field.Position)
		return nil
	case time.Time:
		return at(v)
	case string, bool, int, float64, []string:
		return v
	case int64: // Int has 32 bits; GitHub has fullDatabaseId for what does not fit
		if v > math.MaxInt32 {
			return nil
		}
		return v
	case []any:
		out := make([]any, 0, len(v))
		for i, x := range v {
			q.path = append(q.path, i)
			out = append(out, q.value(x, w))
			q.path = q.path[:len(q.path)-1]
		}
		return out
	case *connection:
		if err := v.cut(w.field.Name); err != nil {
			q.fault(err.kind(), err.message, w.field.Position)
			return nil
		}
	}
	return q.answer(v, w.sets)
}

func (e *failure) kind() string {
	if e.doc != "" {
		return e.doc
	}
	return "NOT_FOUND"
}
