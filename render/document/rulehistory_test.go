package document_test

import (
	"strings"
	"testing"

	"github.com/tickmark-dev/tickmark/internal/evidence"
	"github.com/tickmark-dev/tickmark/render/document"
	"github.com/tickmark-dev/tickmark/render/rendertest"
)

// What was read and what it held are different statements: nothing in the log
// is said only of a log that was read.
func TestRuleHistoryIsSaidAsItWasRead(t *testing.T) {
	const none = "In that time the audit log has no entry that the rules of this branch were changed"
	for name, c := range map[string]struct {
		edit func(*evidence.RuleHistory)
		say  []string
		not  []string
	}{
		"as it is":      {func(*evidence.RuleHistory) {}, []string{"Rules bypassed", "disabled, then active", "with other changes in that time: 1.", "**bypass**", "RepositoryRole 5", "source keeps it for 180 days"}, []string{none}},
		"nothing":       {func(h *evidence.RuleHistory) { h.Events, h.Suites = nil, nil }, []string{none}, []string{"Rules bypassed", "was judged by the rules"}},
		"not read":      {func(h *evidence.RuleHistory) { h.Events, h.Log = nil, evidence.Reach{} }, []string{"Audit log: not read"}, []string{none}},
		"by others":     {func(h *evidence.RuleHistory) { h.Events = h.Events[:1] }, []string{none, "with other changes in that time: 1."}, []string{"Rules bypassed"}},
		"bypass hidden": {func(h *evidence.RuleHistory) { h.Rulesets[0].Bypass = nil }, []string{"not told to this login"}, nil},
		"by nobody":     {func(h *evidence.RuleHistory) { h.Rulesets[0].Bypass = []string{} }, []string{"| nobody"}, nil},
		"without commit": {func(h *evidence.RuleHistory) {
			h.Events = h.Events[1:2]
			h.Events[0].After = ""
		}, []string{"Rules bypassed"}, []string{"moved the branch"}},
	} {
		t.Run(name, func(t *testing.T) {
			d := rendertest.Dossier()
			for _, it := range d.Change.Items {
				if it.RuleHistory != nil {
					c.edit(it.RuleHistory)
				}
			}
			s := said(find(t, document.Sample(d, rendertest.Package()), "deployment_log"))
			for _, want := range c.say {
				if !strings.Contains(s, want) {
					t.Errorf("it does not say %q", want)
				}
			}
			for _, bad := range c.not {
				if strings.Contains(s, bad) {
					t.Errorf("it says %q", bad)
				}
			}
		})
	}
}
