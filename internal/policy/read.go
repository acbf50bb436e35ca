package policy

import (
	"slices"
	"strings"
	"time"

	"github.com/tickmark-dev/tickmark/internal/yamlfile"
)

// Letters are those of the attributes, in order.
func Letters() []string { return strings.Split("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "") }

// RequestFields are the fields that a policy may ask a change request for.
func RequestFields() []string {
	return []string{"category", "description", "impact", "implementation_plan", "justification", "planned_start", "requester", "risk", "rollback_plan", "systems", "testing"}
}

// TestKinds are the kinds of test evidence that need no names of checks.
func TestKinds() []string { return []string{"review", "basic", "staging", "documented"} }

func (p *Policy) read(root yamlfile.Value) {
	p.Zone = time.UTC
	// Roles, categories and tiers are named all over the file, so they are read first.
	var later []func()
	after := func(read func(yamlfile.Value)) func(yamlfile.Value) {
		return func(v yamlfile.Value) { later = append(later, func() { read(v) }) }
	}
	root.Mapping(yamlfile.Keys{
		"schema_version": func(v yamlfile.Value) {
			if v.Text() != "1" {
				v.Problem("%s is not known to this version of tickmark; allowed: 1", yamlfile.Describe(v.Node))
			}
		},
		"name":      func(v yamlfile.Value) { p.Name = v.Text() },
		"version":   func(v yamlfile.Value) { p.Version = v.Text() },
		"time_zone": func(v yamlfile.Value) { p.zone(v) },
		"clock_skew": func(v yamlfile.Value) {
			p.Skew = v.Duration(0, 2*time.Hour)
		},
		"roles":          func(v yamlfile.Value) { p.Roles = folded(v) },
		"key_attributes": func(v yamlfile.Value) { p.Key = letters(v) },
		"request":        p.readRequest,
		"categories":     func(v yamlfile.Value) { p.readCategories(v) },
		"risk":           after(p.readRisk),
		"approvals":      after(func(v yamlfile.Value) { later = append(later, func() { p.readApprovals(v) }) }),
		"exempt":         after(func(v yamlfile.Value) { v.List(p.readExempt) }),
		"checks":         after(p.readChecks),
		"testing":        after(func(v yamlfile.Value) { later = append(later, func() { p.readTesting(v) }) }),
		"analysis":       p.readAnalysis,
		"preproduction":  after(func(v yamlfile.Value) { later = append(later, func() { p.readPreProduction(v) }) }),
		"deployment":     p.readDeployment,
		"emergency":      after(p.readEmergency),
		"business_hours": func(v yamlfile.Value) { p.readBusiness(v) },
		"validation":     after(func(v yamlfile.Value) { later = append(later, func() { p.readValidation(v) }) }),
		"rollback":       after(p.readRollback),
		"windows":        p.readWindows,
		"lifecycle":      p.readLifecycle,
		"privacy":        after(p.readPrivacy),
		"components": func(v yamlfile.Value) {
			v.Mapping(yamlfile.Keys{"generated": func(v yamlfile.Value) { p.Components.Generated = paths(v) }})
		},
	}, "schema_version", "name", "version", "clock_skew", "roles", "key_attributes", "request", "categories", "risk", "approvals", "checks", "testing",
		"analysis", "preproduction", "emergency", "validation", "windows", "lifecycle", "privacy")
	for i := 0; i < len(later); i++ {
		later[i]()
	}
	if p.Emergency.BusinessHours && len(p.Business.Days) == 0 {
		root.At(root.Node, "business_hours").Problem("is missing, and emergency.hours counts business hours")
	}
}

func (p *Policy) zone(v yamlfile.Value) {
	if z := v.Zone(); z != nil {
		p.Zone = z
	}
}

func (p *Policy) readRequest(v yamlfile.Value) {
	r := &p.Request
	v.Mapping(yamlfile.Keys{
		"pull_request_is_request": func(v yamlfile.Value) { r.PullRequest = v.Boolean() },
		"before_work":             func(v yamlfile.Value) { r.BeforeWork = v.Boolean() },
		"fields":                  func(v yamlfile.Value) { r.Fields = each(v, RequestFields()) },
		"fields_by_type": func(v yamlfile.Value) {
			r.ByType = map[string][]string{}
			v.Entries(func(kind string, v yamlfile.Value) { r.ByType[Fold(kind)] = each(v, RequestFields()) })
		},
		"least_words": func(v yamlfile.Value) { r.LeastWords = v.Integer(1, 100) },
		"boilerplate": func(v yamlfile.Value) { r.Boilerplate = folded(v) },
	}, "fields", "least_words")
}

// rule gives the keys of a rule.
func rule(r *Rule) yamlfile.Keys {
	return yamlfile.Keys{
		"paths":        func(v yamlfile.Value) { r.Paths = paths(v) },
		"labels":       func(v yamlfile.Value) { r.Labels = folded(v) },
		"ticket_types": func(v yamlfile.Value) { r.Types = folded(v) },
		"values":       func(v yamlfile.Value) { r.Values = folded(v) },
	}
}

func (p *Policy) readCategories(v yamlfile.Value) {
	v.List(func(v yamlfile.Value) {
		var c Category
		keys := rule(&c.Rule)
		keys["name"] = func(v yamlfile.Value) { c.Name = Fold(v.Text()) }
		v.Mapping(keys, "name")
		if c.Name != "" && slices.Contains(p.categoryNames(), c.Name) {
			v.Problem("another category has the name %q already", c.Name)
		}
		p.Categories = append(p.Categories, c)
	})
}

func (p *Policy) categoryNames() []string {
	var names []string
	for _, c := range p.Categories {
		names = append(names, c.Name)
	}
	return names
}

func (p *Policy) tierNames() []string {
	var names []string
	for _, t := range p.Risk.Tiers {
		names = append(names, t.Name)
	}
	return names
}

func (p *Policy) readRisk(v yamlfile.Value) {
	var standard yamlfile.Value
	v.Mapping(yamlfile.Keys{
		"default": func(v yamlfile.Value) { standard = v },
		"tiers":   func(v yamlfile.Value) { v.List(p.readTier) },
	}, "default", "tiers")
	if standard.Node != nil {
		p.Risk.Default = standard.OneOf(p.tierNames()...)
	}
}

func (p *Policy) readTier(v yamlfile.Value) {
	var t Tier
	keys := rule(&t.Rule)
	delete(keys, "values")
	keys["name"] = func(v yamlfile.Value) { t.Name = Fold(v.Text()) }
	keys["words"] = func(v yamlfile.Value) { t.Words = folded(v) }
	keys["categories"] = func(v yamlfile.Value) { t.Categories = each(v, p.categoryNames()) }
	v.Mapping(keys, "name", "words")
	for _, o := range p.Risk.Tiers {
		if o.Name == t.Name {
			v.Problem("another tier has the name %q already", t.Name)
		}
		overlap(v, o.Name, "word", o.Words, t.Words)
		overlap(v, o.Name, "category", o.Categories, t.Categories)
		overlap(v, o.Name, "label", o.Rule.Labels, t.Rule.Labels)
		overlap(v, o.Name, "ticket type", o.Rule.Types, t.Rule.Types)
		overlap(v, o.Name, "path", texts(o.Rule.Paths), texts(t.Rule.Paths))
	}
	p.Risk.Tiers = append(p.Risk.Tiers, t)
}

// overlap reports what two tiers both claim: which of them is meant could not
// be told.
func overlap(v yamlfile.Value, other, what string, a, b []string) {
	for _, s := range b {
		if slices.Contains(a, s) {
			v.Problem("the tiers overlap: the %s %q belongs to the tier %q already", what, s, other)
		}
	}
}

func texts(patterns []Pattern) []string {
	var out []string
	for _, p := range patterns {
		out = append(out, p.Text)
	}
	return out
}

// folded reads words whose case does not count.
func folded(v yamlfile.Value) []string {
	var out []string
	for _, s := range v.Texts() {
		out = append(out, Fold(s))
	}
	return out
}

// each reads a list of words, each of them one of the allowed.
func each(v yamlfile.Value, allowed []string) []string {
	var out []string
	v.List(func(e yamlfile.Value) {
		s := Fold(e.Text())
		switch {
		case s == "":
			return
		case !slices.Contains(allowed, s):
			e.Problem("%q is not known%s; allowed: %s", s, yamlfile.Suggestion(s, allowed), strings.Join(allowed, ", "))
			return
		case slices.Contains(out, s):
			e.Problem("%q occurs twice", s)
			return
		}
		out = append(out, s)
	})
	return out
}

func letters(v yamlfile.Value) []string {
	var out []string
	v.List(func(e yamlfile.Value) {
		s := e.OneOf(Letters()...)
		if s != "" && slices.Contains(out, s) {
			e.Problem("%s occurs twice", s)
		}
		out = append(out, s)
	})
	slices.Sort(out)
	return out
}

func paths(v yamlfile.Value) []Pattern {
	var out []Pattern
	for _, s := range v.Texts() {
		out = append(out, PathPattern(s))
	}
	return out
}

// names reads names of checks, jobs or environments.
func names(v yamlfile.Value) []Pattern {
	var out []Pattern
	v.List(func(e yamlfile.Value) {
		s := e.Text()
		if s != "" && strings.IndexFunc(s, func(r rune) bool { return !notWord(r) }) < 0 {
			e.Problem("%q holds no word", s)
			return
		}
		out = append(out, WordPattern(s))
	})
	return out
}
