package jira

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"

	gojira "github.com/andygrunwald/go-jira"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// maxNamesShown bounds the field names that a gap lists.
const maxNamesShown = 30

// fields reads the configured fields. Names are looked up among the fields of
// the ticket first: where two fields of this Jira share a name and one of them
// is on the ticket, that one is meant. A field that exists but is not on this
// ticket is left out; one that does not exist is a gap.
func (r *reading) fields(ctx context.Context) {
	list := r.lazyFieldList(ctx)
	for _, name := range sortedKeys(r.c.config.Fields) {
		want, part := r.c.config.Fields[name], "field "+name
		found := match(r.fieldsOnTicket(), want)
		var everywhere []gojira.Field
		if len(found) == 0 {
			var err error
			if everywhere, err = list(); err != nil {
				r.failed(part, fmt.Sprintf("the list of fields, to find %q", want), err)
				continue
			}
			found = match(everywhere, want)
		}
		switch len(found) {
		case 0:
			r.note(unknownField(part, want, everywhere))
		case 1:
			f := found[0]
			raw, ok := r.body.Fields[f.ID]
			if !ok {
				continue
			}
			if !r.c.config.Cloud && r.body.Schema == nil {
				// Without a schema wiki markup cannot be told from plain text.
				if all, err := list(); err == nil {
					for _, known := range match(all, f.ID) {
						f.Schema = known.Schema
					}
				}
			}
			r.ticket.Fields = append(r.ticket.Fields, evidence.Field{Name: name, Title: f.Name, ID: f.ID, Value: r.c.value(raw, f.Schema)})
		default:
			r.note(ambiguousField(part, want, found))
		}
	}
}

// fieldsOnTicket gives the fields that Jira names in the ticket itself.
func (r *reading) fieldsOnTicket() []gojira.Field {
	var all []gojira.Field
	for _, id := range sortedKeys(r.body.Names) {
		all = append(all, gojira.Field{ID: id, Name: r.body.Names[id], Schema: r.body.Schema[id]})
	}
	return all
}

// lazyFieldList asks for the list of all fields when it is first needed.
func (r *reading) lazyFieldList(ctx context.Context) func() ([]gojira.Field, error) {
	return sync.OnceValues(func() ([]gojira.Field, error) { return r.c.fieldList(ctx) })
}

// match gives the fields that want names: by id, else by exact name, else by
// name in any case.
func match(fields []gojira.Field, want string) []gojira.Field {
	for _, same := range []func(gojira.Field) bool{
		func(f gojira.Field) bool { return f.ID == want },
		func(f gojira.Field) bool { return f.Name == want },
		func(f gojira.Field) bool { return strings.EqualFold(f.Name, want) },
	} {
		var found []gojira.Field
		for _, f := range fields {
			if same(f) {
				found = append(found, f)
			}
		}
		if len(found) > 0 {
			return found
		}
	}
	return nil
}

// fieldList asks for all fields of this Jira, in order of their ids.
func (c *Collector) fieldList(ctx context.Context) ([]gojira.Field, error) {
	var all []gojira.Field
	if _, err := c.get(ctx, c.api+"field", nil, &all); err != nil {
		return nil, err
	}
	slices.SortFunc(all, func(a, b gojira.Field) int { return compareIDs(a.ID, b.ID) })
	return all, nil
}

func ambiguousField(part, want string, found []gojira.Field) *evidence.GapError {
	ids := make([]string, len(found))
	for i, f := range found {
		ids[i] = f.ID
	}
	return &evidence.GapError{Part: part, Reason: evidence.Ambiguous,
		Detail: fmt.Sprintf("Jira has %d fields named %q; configure one of them by its id: %s", len(ids), want, strings.Join(ids, ", "))}
}

func unknownField(part, want string, known []gojira.Field) *evidence.GapError {
	var near, custom, system []string
	for _, f := range known {
		label := fmt.Sprintf("%q (%s)", f.Name, f.ID)
		switch {
		case alike(f.Name, want):
			near = append(near, label)
		case strings.HasPrefix(f.ID, "customfield_"):
			custom = append(custom, label)
		default:
			system = append(system, label)
		}
	}
	for _, group := range [][]string{near, custom, system} {
		slices.Sort(group)
	}
	allowed := slices.Concat(near, custom, system)
	detail := fmt.Sprintf("Jira shows this login no field %q", want)
	switch {
	case len(allowed) > maxNamesShown:
		detail += fmt.Sprintf("; allowed are %s and %d more", strings.Join(allowed[:maxNamesShown], ", "), len(allowed)-maxNamesShown)
	case len(allowed) > 0:
		detail += "; allowed are " + strings.Join(allowed, ", ")
	}
	return &evidence.GapError{Part: part, Reason: evidence.NotFound, Detail: detail}
}

// alike reports whether two names share a word, to show likely ones first.
func alike(a, b string) bool {
	words := strings.Fields(strings.ToLower(b))
	for _, w := range strings.Fields(strings.ToLower(a)) {
		if slices.Contains(words, w) {
			return true
		}
	}
	return false
}

// value gives a field's value as text, as a person sees it in Jira. A shape
// that is not known is given as Jira's JSON.
func (c *Collector) value(raw json.RawMessage, schema gojira.FieldSchema) evidence.Text {
	if isNull(raw) {
		return evidence.Text{}
	}
	if isDocument(raw) {
		return document(raw)
	}
	text := plain(raw)
	if text == "" {
		return evidence.Text{}
	}
	long := strings.HasSuffix(schema.Custom, ":textarea") || schema.System == "description" || schema.System == "environment"
	if long && !c.config.Cloud {
		return evidence.Text{Markup: evidence.Wiki, Source: text}
	}
	return evidence.Text{Markup: evidence.Plain, Source: text}
}

// plain gives a value as text: options by value, a cascade as "parent > child",
// people and named things by name, lists with commas between.
func plain(raw json.RawMessage) string {
	raw = json.RawMessage(strings.TrimSpace(string(raw)))
	if isNull(raw) {
		return ""
	}
	switch raw[0] {
	case '"':
		var s string
		_ = json.Unmarshal(raw, &s) // part of a decoded document, so valid
		return s
	case '[':
		var parts []json.RawMessage
		_ = json.Unmarshal(raw, &parts)
		texts := make([]string, 0, len(parts))
		for _, p := range parts {
			if t := plain(p); t != "" {
				texts = append(texts, t)
			}
		}
		return strings.Join(texts, ", ")
	case '{':
		return plainObject(raw)
	}
	return string(raw) // a number, exactly as written; true or false
}

func plainObject(raw json.RawMessage) string {
	var o struct {
		Value       json.RawMessage `json:"value"`
		Child       json.RawMessage `json:"child"`
		DisplayName string          `json:"displayName"`
		Name        string          `json:"name"`
		Key         string          `json:"key"`
		AccountID   string          `json:"accountId"`
		Fields      *struct {
			Summary string `json:"summary"`
		} `json:"fields"`
	}
	if isDocument(raw) || json.Unmarshal(raw, &o) != nil {
		return compact(raw)
	}
	switch {
	case !isNull(o.Value):
		if child := plain(o.Child); child != "" {
			return plain(o.Value) + " > " + child
		}
		return plain(o.Value)
	case o.DisplayName != "":
		return o.DisplayName
	case o.Key != "" && o.Fields != nil && o.Fields.Summary != "":
		return o.Key + " " + o.Fields.Summary
	case o.Name != "":
		return o.Name
	case o.Key != "":
		return o.Key
	case o.AccountID != "":
		return "account " + o.AccountID
	}
	return compact(raw)
}
