package policy

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/tickmark-dev/tickmark/internal/yamlfile"
)

// mostApprovals bounds what a matrix may ask for; more is a slip of the hand.
const mostApprovals = 10

// byName reads a mapping whose keys are some of the allowed names.
func byName(v yamlfile.Value, what string, allowed []string, read func(name string, v yamlfile.Value)) {
	v.Entries(func(key string, v yamlfile.Value) {
		name := Fold(key)
		if !slices.Contains(allowed, name) {
			v.Problem("%q is no %s of this policy%s; allowed: %s", key, what, yamlfile.Suggestion(name, allowed), strings.Join(allowed, ", "))
			return
		}
		read(name, v)
	})
}

func (p *Policy) roles(v yamlfile.Value) []string { return each(v, p.Roles) }

func (p *Policy) readApprovals(v yamlfile.Value) {
	a := &p.Approvals
	a.Gate, a.Tiers, a.Categories = "merge", map[string]Requirement{}, map[string]Requirement{}
	v.Mapping(yamlfile.Keys{
		"gate":            func(v yamlfile.Value) { a.Gate = v.OneOf("merge", "deploy") },
		"ticket_statuses": func(v yamlfile.Value) { a.TicketStatuses = folded(v) },
		"tiers": func(v yamlfile.Value) {
			byName(v, "tier", p.tierNames(), func(name string, v yamlfile.Value) { a.Tiers[name] = p.requirement(v, "count") })
			p.rising(v)
		},
		"categories": func(v yamlfile.Value) {
			byName(v, "category", p.categoryNames(), func(name string, v yamlfile.Value) { a.Categories[name] = p.requirement(v) })
		},
	}, "tiers")
}

// rising reports tiers without a line, and a tier that asks for fewer
// approvals than a lower one.
func (p *Policy) rising(v yamlfile.Value) {
	most := 0
	for _, t := range p.Risk.Tiers {
		r, ok := p.Approvals.Tiers[t.Name]
		switch {
		case !ok && v.Child(t.Name) == nil:
			v.At(v.Node, t.Name).Problem("is missing; every tier needs a line")
		case ok && r.Count < most:
			v.At(v.Child(t.Name), t.Name).Problem("asks for %d approvals, and a lower tier for %d", r.Count, most)
		}
		most = max(most, r.Count)
	}
}

func (p *Policy) requirement(v yamlfile.Value, required ...string) Requirement {
	var r Requirement
	v.Mapping(yamlfile.Keys{
		"count":  func(v yamlfile.Value) { r.Count = v.Integer(1, mostApprovals) },
		"one_of": func(v yamlfile.Value) { r.OneOf = p.roles(v) },
		"each":   func(v yamlfile.Value) { r.Each = p.roles(v) },
	}, required...)
	return r
}

func (p *Policy) readExempt(v yamlfile.Value) {
	var c ExemptClass
	v.Mapping(yamlfile.Keys{
		"name":          func(v yamlfile.Value) { c.Name = v.Text() },
		"attributes":    func(v yamlfile.Value) { c.Attributes = exemptible(v) },
		"accounts":      func(v yamlfile.Value) { c.Accounts = readAccounts(v) },
		"paths":         func(v yamlfile.Value) { c.Paths = paths(v) },
		"update":        func(v yamlfile.Value) { c.Update = v.OneOf("patch", "minor") },
		"checks_passed": func(v yamlfile.Value) { c.ChecksPassed = v.Boolean() },
		"approved_by":   func(v yamlfile.Value) { c.ApprovedBy = v.Text() },
		"approved_on":   func(v yamlfile.Value) { c.ApprovedOn = v.Day() },
		"record":        func(v yamlfile.Value) { c.Record = v.Text() },
	}, "name", "attributes", "accounts", "paths", "approved_by", "approved_on", "record")
	for _, o := range p.Exempt {
		if o.Name == c.Name {
			v.Problem("another class has the name %q already", c.Name)
		}
	}
	p.Exempt = append(p.Exempt, c)
}

// exemptible reads the attributes that a class may be exempt from: those of
// approval. Nothing makes tests or a record of the deployment needless.
func exemptible(v yamlfile.Value) []string {
	var out []string
	v.List(func(e yamlfile.Value) { out = append(out, e.OneOf("E", "F", "G", "H")) })
	return out
}

func (p *Policy) readChecks(v yamlfile.Value) {
	v.Mapping(yamlfile.Keys{
		"required": func(v yamlfile.Value) {
			v.List(func(v yamlfile.Value) {
				var c RequiredCheck
				v.Mapping(yamlfile.Keys{
					"name": func(v yamlfile.Value) { c.Name = NamePattern(v.Text()) },
					"app":  func(v yamlfile.Value) { c.App = v.Text() },
				}, "name")
				p.Checks.Required = append(p.Checks.Required, c)
			})
		},
		"not_for": func(v yamlfile.Value) { p.Checks.NotFor = each(v, p.categoryNames()) },
	})
}

func (p *Policy) readTesting(v yamlfile.Value) {
	t := &p.Testing
	t.Evidence, t.Tiers, t.Categories = map[string][]Pattern{}, map[string][]string{}, map[string][]string{}
	var tiers, categories, without yamlfile.Value
	v.Mapping(yamlfile.Keys{
		"evidence": func(v yamlfile.Value) {
			v.Entries(func(kind string, v yamlfile.Value) { t.Evidence[Fold(kind)] = names(v) })
		},
		"tiers":            func(v yamlfile.Value) { tiers = v },
		"categories":       func(v yamlfile.Value) { categories = v },
		"without_code":     func(v yamlfile.Value) { without = v },
		"without_code_for": func(v yamlfile.Value) { t.NoCodeFor = each(v, p.categoryNames()) },
	}, "evidence", "tiers")
	kinds := append(TestKinds(), slices.Sorted(maps.Keys(t.Evidence))...)
	if tiers.Node != nil {
		byName(tiers, "tier", p.tierNames(), func(name string, v yamlfile.Value) { t.Tiers[name] = each(v, kinds) })
		for _, name := range p.tierNames() {
			if tiers.Child(name) == nil {
				tiers.At(tiers.Node, name).Problem("is missing; every tier needs a line")
			}
		}
	}
	if without.Node != nil {
		t.WithoutCode = each(without, kinds)
	}
	if categories.Node != nil {
		byName(categories, "category", p.categoryNames(), func(name string, v yamlfile.Value) { t.Categories[name] = each(v, kinds) })
	}
}

func (p *Policy) readAnalysis(v yamlfile.Value) {
	v.Mapping(yamlfile.Keys{
		"checks":  func(v yamlfile.Value) { p.Analysis.Checks = names(v) },
		"off_for": func(v yamlfile.Value) { p.Analysis.OffFor = folded(v) },
	}, "checks")
}

func (p *Policy) readPreProduction(v yamlfile.Value) {
	v.Mapping(yamlfile.Keys{
		"environments": func(v yamlfile.Value) { p.PreProduction.Environments = names(v) },
		"jobs":         func(v yamlfile.Value) { p.PreProduction.Jobs = names(v) },
		"not_for":      func(v yamlfile.Value) { p.PreProduction.NotFor = each(v, p.tierNames()) },
	}, "environments", "jobs")
}

func (p *Policy) readDeployment(v yamlfile.Value) {
	v.Mapping(yamlfile.Keys{
		"fully_automated":        func(v yamlfile.Value) { p.Deployment.FullyAutomated = v.Boolean() },
		"without_branch_control": func(v yamlfile.Value) { p.Deployment.WithoutBranchControl = v.Texts() },
	})
}

func (p *Policy) readEmergency(v yamlfile.Value) {
	e := &p.Emergency
	keys := rule(&e.Rule)
	delete(keys, "paths")
	maps.Copy(keys, yamlfile.Keys{
		"incident_types":  func(v yamlfile.Value) { e.IncidentTypes = folded(v) },
		"within":          func(v yamlfile.Value) { e.Within = v.Duration(time.Minute, 30*24*time.Hour) },
		"hours":           func(v yamlfile.Value) { e.BusinessHours = v.OneOf("calendar", "business") == "business" },
		"authorizers":     func(v yamlfile.Value) { e.Authorizers = p.roles(v) },
		"approvers":       func(v yamlfile.Value) { e.Approvers = p.roles(v) },
		"limit_percent":   func(v yamlfile.Value) { e.LimitPercent = v.Integer(0, 100) },
		"limit_a_quarter": func(v yamlfile.Value) { e.LimitQuarter = v.Integer(0, 1000) },
	})
	v.Mapping(keys, "within", "authorizers", "approvers", "limit_percent", "limit_a_quarter")
}

func (p *Policy) readBusiness(v yamlfile.Value) {
	b := &p.Business
	span(&b.From, &b.To, &b.Days, yamlfile.Keys{
		"holidays": func(v yamlfile.Value) { v.List(func(e yamlfile.Value) { b.Holidays = append(b.Holidays, e.Day()) }) },
	})(v)
}

func (p *Policy) readValidation(v yamlfile.Value) {
	val := &p.Validation
	val.SignOff = map[string]string{}
	v.Mapping(yamlfile.Keys{
		"within":   func(v yamlfile.Value) { val.Within = v.Duration(time.Minute, 90*24*time.Hour) },
		"not_for":  func(v yamlfile.Value) { val.NotFor = each(v, p.tierNames()) },
		"words":    func(v yamlfile.Value) { val.Words = folded(v) },
		"statuses": func(v yamlfile.Value) { val.Statuses = folded(v) },
		"sign_off": func(v yamlfile.Value) {
			byName(v, "tier", p.tierNames(), func(name string, v yamlfile.Value) {
				if roles := p.roles(v); len(roles) == 1 {
					val.SignOff[name] = roles[0]
				}
			})
		},
		"checklist_for":          func(v yamlfile.Value) { val.ChecklistFor = each(v, p.tierNames()) },
		"other_than_implementer": func(v yamlfile.Value) { val.OtherThanImplementer = v.Boolean() },
	}, "within", "words")
}

func (p *Policy) readRollback(v yamlfile.Value) {
	v.Mapping(yamlfile.Keys{
		"automated_revert_for": func(v yamlfile.Value) { p.Rollback.Automated = each(v, p.categoryNames()) },
		"irreversible":         func(v yamlfile.Value) { p.Rollback.Irreversible = each(v, p.categoryNames()) },
	})
}

func (p *Policy) readWindows(v yamlfile.Value) {
	w := &p.Windows
	v.Mapping(yamlfile.Keys{
		"tolerance": func(v yamlfile.Value) { w.Tolerance = v.Duration(0, 24*time.Hour) },
		"weekly": func(v yamlfile.Value) {
			v.List(func(v yamlfile.Value) {
				var win Window
				span(&win.From, &win.To, &win.Days, nil)(v)
				w.Weekly = append(w.Weekly, win)
			})
		},
		"freezes": func(v yamlfile.Value) {
			v.List(func(v yamlfile.Value) {
				var f Freeze
				v.Mapping(yamlfile.Keys{
					"name": func(v yamlfile.Value) { f.Name = v.Text() },
					"from": func(v yamlfile.Value) { f.From = v.Day() },
					"to":   func(v yamlfile.Value) { f.To = v.Day() },
				}, "name", "from", "to")
				reversed(v, f.From, f.To)
				w.Freezes = append(w.Freezes, f)
			})
		},
	}, "tolerance")
}

// reversed reports days in the wrong order; the last is the first that no
// longer counts.
func reversed(v yamlfile.Value, from, to string) {
	switch {
	case from == "" || to == "" || to > from:
	case to == from:
		v.Problem("holds no day: it begins and ends on %s, and the day in `to` is the first that no longer counts; for one day write the next day in `to`", from)
	default:
		v.Problem("ends (%s) before it begins (%s); the day in `to` is the first that no longer counts", to, from)
	}
}

func (p *Policy) readLifecycle(v yamlfile.Value) {
	v.Mapping(yamlfile.Keys{
		"closed":       func(v yamlfile.Value) { p.Lifecycle.Closed = folded(v) },
		"close_within": func(v yamlfile.Value) { p.Lifecycle.CloseWithin = v.Duration(time.Hour, 365*24*time.Hour) },
	}, "closed", "close_within")
}

func (p *Policy) readPrivacy(v yamlfile.Value) {
	keys := rule(&p.Privacy.Rule)
	maps.Copy(keys, yamlfile.Keys{
		"words":     func(v yamlfile.Value) { p.Privacy.Words = folded(v) },
		"reviewers": func(v yamlfile.Value) { p.Privacy.Reviewers = p.roles(v) },
	})
	v.Mapping(keys, "reviewers")
}
