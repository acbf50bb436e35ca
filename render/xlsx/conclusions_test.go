package xlsx

import (
	"slices"
	"strings"
	"testing"

	"github.com/tickmark-dev/tickmark/internal/evidence"
	"github.com/tickmark-dev/tickmark/render/rendertest"
)

// TestConclusions: what a person concluded stands beside the result, and the
// result stays as it was.
func TestConclusions(t *testing.T) {
	p := rendertest.AuditPackage()
	var open []evidence.Result
	var change string
	for _, d := range p.Dossiers {
		for _, res := range d.Results {
			if res.Open() && d.Change.Sample.Number > 0 && len(open) < 2 && (change == "" || change == d.Change.Sample.Ref.ID) {
				open, change = append(open, res), d.Change.Sample.Ref.ID
			}
		}
	}
	if len(open) < 2 {
		t.Fatal("the package has no sample with two open results")
	}
	before := grid(t, workbook(t, p), sheetTesting)
	say := func(res evidence.Result, conclusion, code string) evidence.Response {
		return evidence.Response{Change: change, Attribute: res.Attribute, Conclusion: conclusion, Basis: "=read the chat", Code: code, ConcludedBy: "Marta", ConcludedAt: "2026-07-03"}
	}
	p.Responses = append(p.Responses, say(open[0], "met", open[0].Code), say(open[1], "exception", "SOME_EARLIER_CODE"),
		evidence.Response{Change: "acme/gone#1", Attribute: "S", Conclusion: "met", Basis: "x", ConcludedBy: "Marta", ConcludedAt: "2026-07-03"})
	data := workbook(t, p)
	if after := grid(t, data, sheetTesting); !slices.EqualFunc(before, after, slices.Equal) {
		t.Error("a conclusion changed the sheet of the tests")
	}
	var rows []string
	for _, row := range grid(t, data, sheetExceptions) {
		rows = append(rows, strings.Join(row, "|"))
	}
	text := strings.Join(rows, "\n")
	for _, want := range []string{
		change + "|" + open[0].Attribute, open[0].Why + "|=read the chat|met|Marta, 2026-07-03",
		open[1].Why + "|=read the chat|exception\n(concluded when the result was SOME_EARLIER_CODE; here it is " + open[1].Code + ", which that does not settle)|Marta, 2026-07-03",
		"of which a person has concluded on 1;",
		"A conclusion on attribute S of acme/gone#1 (met, by Marta) stands beside no result of this package that needs one: x",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not on the sheet:\n%s", want, text)
		}
	}
}
