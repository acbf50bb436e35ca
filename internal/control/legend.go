package control

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/tickmark-dev/tickmark/internal/evidence"
	"github.com/tickmark-dev/tickmark/internal/policy"
	"github.com/tickmark-dev/tickmark/templates"
)

// Legend says what each attribute asserts and how it is tested, with what the
// policy sets for it: in order of letter.
func Legend(p *policy.Policy) []evidence.Attribute {
	if p == nil {
		p = policy.Starter()
	}
	list := templates.Controls()
	for i := range list {
		list[i].Key = p.IsKey(list[i].Letter)
		list[i].Thresholds = thresholds(p, list[i].Letter)
	}
	return list
}

// thresholds gives what the policy sets for one attribute.
func thresholds(p *policy.Policy, letter string) []evidence.Fact {
	var out []evidence.Fact
	add := func(name, value string) {
		if value != "" {
			out = append(out, evidence.Fact{Name: name, Value: value})
		}
	}
	skew := func() { add("clock skew", p.Skew.String()) }
	switch letter {
	case "A":
		add("a pull request may stand for a ticket", yes(p.Request.PullRequest))
	case "B":
		skew()
		add("before the work begins", yes(p.Request.BeforeWork))
	case "C":
		add("required fields", joined(p.Request.Fields))
		for _, kind := range slices.Sorted(maps.Keys(p.Request.ByType)) {
			add("besides for tickets of type "+kind, joined(p.Request.ByType[kind]))
		}
		add("least words", fmt.Sprint(p.Request.LeastWords))
	case "D":
		for _, t := range p.Risk.Tiers {
			add("tier "+t.Name, joined(t.Categories))
		}
		add("where nothing is declared or derived", p.Risk.Default)
	case "E":
		skew()
		for _, c := range p.Exempt {
			add("exempt class", c.Name+" ("+c.Record+")")
		}
	case "F":
		for _, t := range p.Risk.Tiers {
			add("tier "+t.Name, requirementWord(p.Approvals.Tiers[t.Name]))
		}
		for _, c := range slices.Sorted(maps.Keys(p.Approvals.Categories)) {
			add("category "+c, requirementWord(p.Approvals.Categories[c]))
		}
	case "G":
		skew()
		add("gate", p.Approvals.Gate)
	case "H", "I":
		skew()
	case "K":
		add("required checks", requiredWord(p.Checks.Required))
		add("not asked for", joined(p.Checks.NotFor))
	case "L":
		for _, t := range p.Risk.Tiers {
			add("tier "+t.Name, joined(p.Testing.Tiers[t.Name]))
		}
		for _, c := range slices.Sorted(maps.Keys(p.Testing.Categories)) {
			add("category "+c, joined(p.Testing.Categories[c]))
		}
		add("without code", joined(p.Testing.WithoutCode))
		add("without code are also", joined(p.Testing.NoCodeFor))
	case "M":
		add("analyses", patterns(p.Analysis.Checks))
		add("off for", joined(p.Analysis.OffFor))
	case "N":
		add("environments", patterns(p.PreProduction.Environments))
		add("jobs", patterns(p.PreProduction.Jobs))
		add("not asked for at tier", joined(p.PreProduction.NotFor))
	case "P":
		add("time allowed", hours(p.Emergency.Within)+", "+hoursWord(p.Emergency.BusinessHours))
		add("may authorize", joined(p.Emergency.Authorizers))
		add("approve afterwards", joined(p.Emergency.Approvers))
		add("limits", fmt.Sprintf("%d %% of all changes; %d a quarter", p.Emergency.LimitPercent, p.Emergency.LimitQuarter))
	case "Q":
		add("delivery without a person is accepted", yes(p.Deployment.FullyAutomated))
	case "S":
		add("time allowed", hours(p.Validation.Within))
		add("not asked for at tier", joined(p.Validation.NotFor))
		for _, t := range slices.Sorted(maps.Keys(p.Validation.SignOff)) {
			add("signature at tier "+t, p.Validation.SignOff[t])
		}
		add("checklist at tier", joined(p.Validation.ChecklistFor))
	case "T":
		add("automated revert is the plan for", joined(p.Rollback.Automated))
		add("to revert is no plan for", joined(p.Rollback.Irreversible))
	case "U":
		add("tolerance", hours(p.Windows.Tolerance))
		add("weekly windows", fmt.Sprint(len(p.Windows.Weekly)))
		add("freezes", fmt.Sprint(len(p.Windows.Freezes)))
	case "V":
		add("closed", joined(p.Lifecycle.Closed))
		add("to be closed within", hours(p.Lifecycle.CloseWithin))
	case "X":
		add("may judge it", joined(p.Privacy.Reviewers))
	}
	return out
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

func joined(words []string) string { return strings.ReplaceAll(strings.Join(words, ", "), "_", " ") }

func patterns(all []policy.Pattern) string {
	var out []string
	for _, p := range all {
		out = append(out, p.Text)
	}
	return strings.Join(out, ", ")
}

func requirementWord(r policy.Requirement) string {
	q := requirement{count: r.Count, each: r.Each}
	if len(r.OneOf) > 0 {
		q.oneOf = [][]string{r.OneOf}
	}
	return q.words()
}
