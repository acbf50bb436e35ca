package schematest

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
)

// rest is GitHub's OpenAPI description.
type rest struct {
	doc      map[string]any
	routes   []restRoute // the most literal first
	mu       sync.Mutex
	compiler *jsonschema.Compiler
	compiled map[string]*jsonschema.Schema
}

type restRoute struct {
	path    string
	match   *regexp.Regexp
	literal int
	params  map[string]bool // of the query
}

const resource = "https://tickmark.dev/api.github.com.json"

func loadREST(file string, more ...correction) (*rest, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	doc, ok := v.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("%s: not an object", file)
	}
	if err := correct(doc, append(corrections(), more...)); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	r := &rest{doc: doc, compiled: map[string]*jsonschema.Schema{}}
	r.readRoutes()
	translate(doc)
	r.compiler = jsonschema.NewCompiler()
	r.compiler.DefaultDraft(jsonschema.Draft2020)
	r.compiler.AssertFormat()
	if err := r.compiler.AddResource(resource, doc); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return r, nil
}

func dig(v any, keys ...string) any {
	for _, k := range keys {
		m, _ := v.(map[string]any)
		v = m[k]
	}
	return v
}

// wide are the path parameters that may have slashes in them.
var wide = regexp.MustCompile(`\\{(path|basehead|ref|branch)\\}`)
var narrow = regexp.MustCompile(`\\{[a-z_]+\\}`)

func (r *rest) readRoutes() {
	paths, _ := r.doc["paths"].(map[string]any)
	for path, item := range paths {
		get, ok := dig(item, "get").(map[string]any)
		if !ok {
			continue
		}
		expr := regexp.QuoteMeta(path)
		expr = wide.ReplaceAllString(expr, `.+`)
		expr = narrow.ReplaceAllString(expr, `[^/]+`)
		route := restRoute{path: path, match: regexp.MustCompile("^" + expr + "$"), literal: len(narrow.ReplaceAllString(regexp.QuoteMeta(path), "")), params: map[string]bool{}}
		for _, p := range append(list(item, "parameters"), list(get, "parameters")...) {
			if ref, ok := dig(p, "$ref").(string); ok {
				p = dig(r.doc, strings.Split(strings.TrimPrefix(ref, "#/"), "/")...)
			}
			if name, ok := dig(p, "name").(string); ok && dig(p, "in") == "query" {
				route.params[name] = true
			}
		}
		r.routes = append(r.routes, route)
	}
	slices.SortFunc(r.routes, func(a, b restRoute) int {
		return cmp.Or(cmp.Compare(b.literal, a.literal), cmp.Compare(a.path, b.path))
	})
}

func list(v any, key string) []any { l, _ := dig(v, key).([]any); return l }

func (r *rest) check(method, path string, query url.Values, status int, header http.Header, body []byte) error {
	if method != http.MethodGet {
		return fmt.Errorf("only GET is expected")
	}
	i := slices.IndexFunc(r.routes, func(x restRoute) bool { return x.match.MatchString(path) })
	if i < 0 {
		return fmt.Errorf("GitHub's description has no such route")
	}
	route := r.routes[i]
	for name := range query {
		if !route.params[name] {
			return fmt.Errorf("%s has no parameter %q", route.path, name)
		}
	}
	switch {
	case status == http.StatusNotModified || status == http.StatusFound:
		if len(body) > 0 {
			return fmt.Errorf("a body where there must be none")
		}
		return nil
	case status == http.StatusUnauthorized || status == http.StatusForbidden && header.Get("X-RateLimit-Remaining") == "0":
		return r.validate(pointer("components", "schemas", "basic-error"), body) // allowed everywhere, described hardly anywhere
	}
	if typ := header.Get("Content-Type"); !strings.HasPrefix(typ, "application/json") {
		return rawAllowed(route, typ)
	}
	at, err := r.schemaOf(route, status)
	if err != nil {
		return err
	}
	return r.validate(at, body)
}

// rawAllowed accepts a file's bytes where a client asked for them.
func rawAllowed(route restRoute, typ string) error {
	if strings.HasSuffix(route.path, "/contents/{path}") && strings.HasPrefix(typ, "application/vnd.github.raw") {
		return nil
	}
	return fmt.Errorf("content type %q", typ)
}

// schemaOf finds where the description says what a response looks like.
func (r *rest) schemaOf(route restRoute, status int) (string, error) {
	code := strconv.Itoa(status)
	response := dig(r.doc, "paths", route.path, "get", "responses", code)
	at := []string{"paths", route.path, "get", "responses", code}
	if ref, ok := dig(response, "$ref").(string); ok {
		at = strings.Split(strings.TrimPrefix(ref, "#/"), "/")
		response = dig(r.doc, at...)
	}
	if dig(response, "content", "application/json", "schema") == nil {
		if status < 400 {
			return "", fmt.Errorf("%s is not described to answer %d with JSON", route.path, status)
		}
		return pointer("components", "schemas", "basic-error"), nil // what every error is that is not described
	}
	return pointer(append(at, "content", "application/json", "schema")...), nil
}

func pointer(keys ...string) string {
	var b strings.Builder
	b.WriteString(resource + "#")
	for _, k := range keys {
		b.WriteString("/" + url.PathEscape(strings.NewReplacer("~", "~0", "/", "~1").Replace(k)))
	}
	return b.String()
}

func (r *rest) validate(at string, body []byte) error {
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("not JSON: %w", err)
	}
	r.mu.Lock()
	schema := r.compiled[at]
	if schema == nil {
		if schema, err = r.compiler.Compile(at); err == nil {
			r.compiled[at] = schema
		}
	}
	r.mu.Unlock()
	if err != nil {
		return fmt.Errorf("the description itself: %w", err)
	}
	if err := schema.Validate(v); err != nil {
		short := fmt.Sprintf("%#v", err)
		if e, ok := err.(*jsonschema.ValidationError); ok {
			short = strings.Join(leaves(e), "\n  ")
		}
		return fmt.Errorf("against %s:\n  %s", strings.TrimPrefix(at, resource), short)
	}
	return nil
}

// leaves lists what is at the bottom of an error, as far as a person reads.
// Of several alternatives it follows the one that fits best.
func leaves(e *jsonschema.ValidationError) []string {
	if len(e.Causes) == 0 {
		b, _ := json.Marshal(e.BasicOutput().Error) // a text
		return []string{fmt.Sprintf("/%s: %s (%s)", strings.Join(e.InstanceLocation, "/"), b, strings.TrimPrefix(e.SchemaURL, resource))}
	}
	var all [][]string
	for _, c := range e.Causes {
		all = append(all, leaves(c))
	}
	switch e.ErrorKind.(type) {
	case *kind.AnyOf, *kind.OneOf:
		return slices.MinFunc(all, func(a, b []string) int { return cmp.Compare(len(a), len(b)) })
	}
	out := slices.Concat(all...)
	return out[:min(len(out), 40)]
}
