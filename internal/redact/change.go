package redact

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// Change redacts every text of a change, in place, and says where. Record
// numbers, hashes and people lose nothing but the run's own credentials.
// A record that two changes share is redacted for both, and the hit stands
// with the first; so do not call it for such changes at the same time.
func (r *Redactor) Change(c *evidence.Change) []Hit {
	var hits []Hit
	for i := range c.Items {
		hits = append(hits, r.Value(c.Items[i].Ref.String(), &c.Items[i])...)
	}
	for i := range c.Gaps {
		hits = append(hits, r.Value("gap "+c.Gaps[i].Ref.String(), &c.Gaps[i])...)
	}
	return merge(append(hits, r.Value("sample", &c.Sample)...))
}

// Value redacts, in place, every text that v, a pointer, leads to. The place
// of a hit is where, a space, and the way to the text in the names of the JSON
// form. A file's content is redacted where it is text; where it is not, it is
// left as it is.
func (r *Redactor) Value(where string, v any) []Hit {
	w := walker{r: r, where: where}
	w.walk(reflect.ValueOf(v), "", false)
	return merge(w.hits)
}

type walker struct {
	r     *Redactor
	where string
	hits  []Hit
}

// walk goes through v. With exact set, only the run's own credentials are taken out.
func (w *walker) walk(v reflect.Value, path string, exact bool) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() && (v.Kind() == reflect.Pointer || v.Elem().Kind() == reflect.Pointer) {
			w.walk(v.Elem(), path, exact)
		}
	case reflect.Struct:
		w.structure(v, path, exact)
	case reflect.Slice, reflect.Array:
		w.list(v, path, exact)
	case reflect.Map:
		w.table(v, path, exact)
	case reflect.String:
		if v.CanSet() {
			w.text(v, path, exact)
		}
	}
}

func (w *walker) structure(v reflect.Value, path string, exact bool) {
	switch v.Interface().(type) {
	case time.Time:
		return
	case evidence.Ref, evidence.Person:
		exact = true
	}
	for i := range v.NumField() {
		f := v.Type().Field(i)
		if !f.IsExported() {
			continue
		}
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "" || name == "-" {
			name = strings.ToLower(f.Name)
		}
		if path != "" {
			name = path + "." + name
		}
		w.walk(v.Field(i), name, exact || isIdentifier(f.Name))
	}
}

// isIdentifier reports whether a field of that name holds a number or hash
// that evidence is found again by.
func isIdentifier(field string) bool {
	for _, end := range []string{"ID", "SHA", "SHA256"} {
		if strings.HasSuffix(field, end) {
			return true
		}
	}
	return slices.Contains([]string{"MergeCommit", "Parents", "Base", "Head", "Digest"}, field)
}

func (w *walker) list(v reflect.Value, path string, exact bool) {
	switch list := v.Interface().(type) {
	case json.RawMessage:
		w.payload(v, list, path)
		return
	case []byte:
		if utf8.Valid(list) && !slices.Contains(list, 0) {
			w.payload(v, list, path)
		}
		return
	case []string:
		if clean, hits := w.r.Lines(list); !exact && len(hits) > 0 && v.CanSet() {
			v.Set(reflect.ValueOf(clean))
			w.found(path, hits)
			return
		}
	}
	for i := range v.Len() {
		w.walk(v.Index(i), fmt.Sprintf("%s[%d]", path, i), exact)
	}
}

func (w *walker) payload(v reflect.Value, data []byte, path string) {
	if clean, hits := w.r.Bytes(data); len(hits) > 0 && v.CanSet() {
		v.SetBytes(clean)
		w.found(path, hits)
	}
}

func (w *walker) table(v reflect.Value, path string, exact bool) {
	keys := v.MapKeys()
	slices.SortFunc(keys, func(a, b reflect.Value) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
	for _, k := range keys {
		elem := reflect.New(v.Type().Elem()).Elem()
		elem.Set(v.MapIndex(k))
		w.walk(elem, fmt.Sprintf("%s.%v", path, k), exact)
		v.SetMapIndex(k, elem)
	}
}

func (w *walker) text(v reflect.Value, path string, exact bool) {
	if !exact {
		if clean, hits := w.r.Text(v.String()); len(hits) > 0 {
			v.SetString(clean)
			w.found(path, hits)
		}
		return
	}
	if spans := resolve(literalSpans(v.String(), w.r.literals)); len(spans) > 0 {
		v.SetString(splice(v.String(), spans, false))
		w.found(path, tally(spans))
	}
}

func (w *walker) found(path string, hits []Hit) {
	for _, h := range hits {
		h.Where = strings.TrimSpace(w.where + " " + path)
		w.hits = append(w.hits, h)
	}
}
