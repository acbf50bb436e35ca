package document

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// nearMerge is how far from the merge a bypass is shown. Those of other merges
// are counted.
const nearMerge = time.Hour

// protectionThen shows what the sources still tell of the past of the branches'
// rules: from when to when they were read, and what there was.
func (v *view) protectionThen(d *Document) []Block {
	var blocks []Block
	for _, it := range v.c.All(evidence.KindRuleHistory) {
		if it.RuleHistory == nil {
			continue
		}
		d.cite(it)
		blocks = append(blocks, v.ruleHistory(it)...)
	}
	if len(blocks) == 0 {
		return nil
	}
	return append([]Block{heading(1, "Branch rules over time")}, blocks...)
}

func (v *view) ruleHistory(it evidence.Item) []Block {
	h := it.RuleHistory
	var f factList
	log, insights := h.Log.Window(it), h.Insights.Window(it)
	f.must("Audit log", v.windowSaid(log))
	f.must("How pushes were judged", v.windowSaid(insights))
	blocks := []Block{heading(2, "Rules of branch "+h.Branch+" of "+h.Repository), f.block()}
	blocks = append(blocks, v.ruleEvents(h, log)...)
	blocks = append(blocks, v.ruleSuites(h)...)
	if len(h.Rulesets) > 0 {
		var rows []Row
		for _, s := range h.Rulesets {
			who := text(or(strings.Join(s.Bypass, ", "), "nobody"))
			if s.Bypass == nil {
				who = muted("not told to this login")
			}
			rows = append(rows, row(text(strings.TrimSpace(s.ID+prefixed(", ", s.Name))), text(s.Enforcement), text(v.clock.Time(s.Updated)), who))
		}
		blocks = append(blocks, table([]Column{{Title: "Ruleset", Weight: 28}, {Title: "Enforcement", Weight: 16}, {Title: "Last changed", Weight: 30}, {Title: "May be bypassed by", Weight: 26}}, rows))
	}
	return blocks
}

// windowSaid says of what stretch of time something was read, and why not of
// more.
func (v *view) windowSaid(w evidence.ReadWindow) []Span {
	if w.From.IsZero() {
		return []Span{{Text: "not read", Tone: Attention}, {Text: ": the gaps say why", Tone: Muted}}
	}
	return []Span{{Text: v.clock.Time(w.From) + " to " + v.clock.Time(w.To)}, {Text: "\nnot before: " + w.Limit, Tone: Muted}}
}

// ruleEvents lists what the audit log tells of the rules, and of bypasses those
// with this change.
func (v *view) ruleEvents(h *evidence.RuleHistory, log evidence.ReadWindow) []Block {
	shown, others := v.relevant(h.Events)
	var blocks []Block
	switch {
	case len(shown) == 0 && log.From.IsZero():
	case len(shown) == 0:
		blocks = append(blocks, para("In that time the audit log has no entry that the rules of this branch were changed, or that they were bypassed with this change."))
	default:
		var rows []Row
		for _, e := range shown {
			kind := []Span{{Text: e.Kind, Code: true}}
			if e.Kind == evidence.PolicyOverride {
				kind = []Span{{Text: "Rules bypassed", Bold: true, Tone: Bad}, {Text: "\n" + e.Kind, Tone: Muted}}
			}
			rows = append(rows, row(text(v.clock.Exact(e.At)), text(e.Actor.String()), kind, text(eventSaid(e))))
		}
		blocks = append(blocks, limited([]Column{{Title: "When", Weight: 24}, {Title: "Who", Weight: 18}, {Title: "What", Weight: 28}, {Title: "Details", Weight: 30}}, rows, "entries")...)
	}
	if others > 0 {
		blocks = append(blocks, para(fmt.Sprintf("Bypasses of this branch's rules with other changes in that time: %d. The record has all of them.", others)))
	}
	return blocks
}

// relevant gives the changes of rules, and the bypasses that may be this
// change's; others counts the rest.
func (v *view) relevant(events []evidence.RuleEvent) (shown []evidence.RuleEvent, others int) {
	landed, merged := v.landedAs()
	for _, e := range events {
		mine := e.After != "" && e.After == landed || e.After == "" && !merged.IsZero() && e.At.Sub(merged).Abs() <= nearMerge
		if e.Kind == evidence.PolicyOverride && !mine {
			others++
			continue
		}
		shown = append(shown, e)
	}
	return shown, others
}

// landedAs gives the commit that brought the change to its branch, and when.
func (v *view) landedAs() (sha string, at time.Time) {
	if pr, ok := v.c.Subject(); ok {
		return pr.PullRequest.MergeCommit, pr.PullRequest.Merged
	}
	if it, ok := v.c.Landed(); ok && it.Commit != nil {
		sha = it.Commit.SHA
	}
	return sha, time.Time{}
}

func eventSaid(e evidence.RuleEvent) string {
	var said []string
	add := func(what, value string) {
		if value != "" {
			said = append(said, strings.TrimSpace(what+" "+clip(value, 400)))
		}
	}
	if e.Branch != "" && e.Kind != evidence.PolicyOverride {
		add("branch", e.Branch)
	}
	add("ruleset", strings.TrimSpace(e.Ruleset+prefixed(", ", e.RulesetName)))
	switch {
	case e.WasEnforcement != "":
		add("enforcement:", e.WasEnforcement+", then "+or(e.Enforcement, notStated))
	case e.Enforcement != "":
		add("enforcement:", e.Enforcement)
	}
	add("", strings.TrimSuffix(e.Message, "."))
	add("codes:", strings.Join(e.Codes, ", "))
	if e.After != "" {
		add("moved the branch to", short(e.After))
	}
	for _, f := range e.Changed {
		add(f.Name+":", clip(f.Value, 200))
	}
	return strings.Join(said, "; ")
}

// ruleSuites lists how the pushes that brought this change were judged.
func (v *view) ruleSuites(h *evidence.RuleHistory) []Block {
	landed, _ := v.landedAs()
	mine := slices.DeleteFunc(slices.Clone(h.Suites), func(s evidence.RuleSuite) bool { return landed == "" || s.After != landed })
	if len(mine) == 0 {
		return nil
	}
	var rows []Row
	for _, s := range mine {
		result, failed := []Span{{Text: s.Result}}, []string{}
		if s.Result == "bypass" {
			result[0].Bold, result[0].Tone = true, Bad
		}
		for _, r := range s.Failed {
			failed = append(failed, strings.TrimSpace(strings.ReplaceAll(r.Type, "_", " ")+prefixed(": ", r.Details)))
		}
		rows = append(rows, row(text(v.clock.Exact(s.At)), text(s.Actor.String()), result, text(strings.Join(failed, "; "))))
	}
	return append([]Block{para("How the push of this change was judged by the rules in force:")},
		limited([]Column{{Title: "When", Weight: 28}, {Title: "Who", Weight: 20}, {Title: "Judged", Weight: 14}, {Title: "Rules not kept", Weight: 38}}, rows, "pushes")...)
}
