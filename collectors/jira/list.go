package jira

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	gojira "github.com/andygrunwald/go-jira"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// List emits every ticket of the configured projects (of all that the login
// sees, where none is configured) that was created before the end of the period
// and changed since its start, and those that the configured field says went
// live in it; so every ticket that was created, resolved, deployed or moved to
// a deployed status in the period is among them. There is one dataset a
// project. Each ticket is emitted once, with its whole history and without
// comments, attachments, remote links and approvals.
//
// What is missing is among the truncations of its dataset, and in the error.
func (c *Collector) List(ctx context.Context, p evidence.Period, emit func(evidence.Item) error) ([]evidence.IPE, error) {
	if !p.From.Before(p.To) {
		return nil, fmt.Errorf("the period from %s to %s is empty", p.From.Format(time.RFC3339), p.To.Format(time.RFC3339))
	}
	return c.lister(p, emit).walk(ctx)
}

var _ evidence.Lister = (*Collector)(nil)

// A lister is one walk over the period.
type lister struct {
	c      *Collector
	period evidence.Period
	emit   func(evidence.Item) error
	size   int             // of a page
	seen   map[string]bool // ids of tickets that were emitted or excluded
	fields []wantedField
	limits []string // truncations that hold for every dataset
	gaps   tally
}

// wantedField is a configured field and what of this Jira's fields may be meant.
type wantedField struct {
	name, want string
	known      []gojira.Field
}

func (c *Collector) lister(p evidence.Period, emit func(evidence.Item) error) *lister {
	return &lister{c: c, period: p, emit: emit, size: pageSize, seen: map[string]bool{}}
}

func (l *lister) walk(ctx context.Context) ([]evidence.IPE, error) {
	projects, err := l.projects(ctx)
	if err != nil {
		gap := l.c.asGap("projects", "the list of projects", err)
		l.gaps.add("", gap)
		l.limits = append(l.limits, "not every project is listed: "+gap.Detail)
		if len(projects) == 0 {
			projects = []string{""} // so that a dataset says what is missing
		}
	}
	l.lookUpFields(ctx)
	var ipes []evidence.IPE
	var stop error
	for _, key := range projects {
		d := l.open(key)
		if stop == nil && key != "" {
			stop = d.list(ctx)
		}
		if stop != nil {
			d.ipe.Truncations = append(d.ipe.Truncations, "the list ended early: "+stop.Error())
		}
		ipes = append(ipes, d.close())
	}
	return ipes, errors.Join(append(l.gaps.errors(), stop)...)
}

// projects gives the keys of the projects in scope, in order.
func (l *lister) projects(ctx context.Context) ([]string, error) {
	if len(l.c.config.Projects) > 0 {
		keys := slices.Clone(l.c.config.Projects)
		for i := range keys {
			keys[i] = strings.ToUpper(keys[i])
		}
		slices.Sort(keys)
		return slices.Compact(keys), nil
	}
	var all []named
	var err error
	if l.c.config.Cloud {
		all, err = list(ctx, l.c, listing{path: l.c.api + "project/search", key: "values", noun: "projects", start: "startAt", limit: "maxResults"},
			func(p named) string { return p.Key })
	} else {
		_, err = l.c.get(ctx, l.c.api+"project", nil, &all)
	}
	var keys []string
	for _, p := range all {
		keys = append(keys, p.Key)
	}
	slices.Sort(keys)
	if err == nil && len(keys) == 0 {
		err = &evidence.GapError{Part: "projects", Reason: evidence.Ambiguous, Detail: "Jira shows this login no project; run doctor"}
	}
	return keys, err
}

// lookUpFields finds the ids of the configured fields. What cannot be found is
// a gap, once for the whole list.
func (l *lister) lookUpFields(ctx context.Context) {
	if len(l.c.config.Fields) == 0 {
		return
	}
	all, err := l.c.fieldList(ctx)
	if err != nil {
		gap := l.c.gap("fields", "the list of fields", err)
		l.gaps.add("", gap)
		l.limits = append(l.limits, "the configured fields were not read: "+gap.Detail)
		return
	}
	for _, name := range sortedKeys(l.c.config.Fields) {
		f := wantedField{name: name, want: l.c.config.Fields[name]}
		for _, k := range all {
			if k.ID == f.want || strings.EqualFold(k.Name, f.want) {
				f.known = append(f.known, k)
			}
		}
		if len(f.known) == 0 {
			gap := unknownField("field "+name, f.want, all)
			l.gaps.add("", gap)
			if name == l.c.config.DeployedField {
				l.limits = append(l.limits, "when tickets were deployed was not read: "+gap.Detail)
			}
		}
		l.fields = append(l.fields, f)
	}
}

// A tally keeps gaps in order, equal ones of several tickets once.
type tally struct {
	order []*evidence.GapError
	count map[string]int
	first map[string]string
}

func (t *tally) add(key string, gap *evidence.GapError) {
	id := strings.Join([]string{gap.Part, string(gap.Reason), gap.Detail}, "\x00")
	if t.count == nil {
		t.count, t.first = map[string]int{}, map[string]string{}
	}
	if t.count[id]++; t.count[id] == 1 {
		t.order, t.first[id] = append(t.order, gap), key
	}
}

func (t *tally) errors() []error {
	var out []error
	for _, gap := range t.order {
		id := strings.Join([]string{gap.Part, string(gap.Reason), gap.Detail}, "\x00")
		if n := t.count[id]; n > 1 && t.first[id] != "" { // "" is for what is of no ticket
			same := *gap
			same.Ref = evidence.Ref{}
			same.Detail += fmt.Sprintf(" (so for %d tickets, the first of them %s)", n, t.first[id])
			gap = &same
		}
		out = append(out, gap)
	}
	return out
}

// compareKeys orders keys by project, then by number.
func compareKeys(a, b string) int {
	pa, na := splitKey(a)
	pb, nb := splitKey(b)
	return cmp.Or(cmp.Compare(pa, pb), cmp.Compare(na, nb), cmp.Compare(a, b))
}

func splitKey(key string) (project string, number int64) {
	i := strings.LastIndexByte(key, '-')
	if i < 0 {
		return key, 0
	}
	number, _ = strconv.ParseInt(key[i+1:], 10, 64) // what is no number comes first
	return key[:i], number
}
