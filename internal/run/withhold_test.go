package run

import (
	"testing"

	"github.com/tickmark-dev/tickmark/internal/config"
	"github.com/tickmark-dev/tickmark/internal/evidence"
	"github.com/tickmark-dev/tickmark/internal/request"
)

// TestWithhold: no document can tell a result that it is not given.
func TestWithhold(t *testing.T) {
	ref := func(id string) evidence.Ref {
		return evidence.Ref{Kind: evidence.KindTicket, System: "jira", ID: id}
	}
	dossier := func(number int, id string) evidence.Dossier {
		return evidence.Dossier{Change: evidence.Change{Sample: evidence.Sample{Number: number, Ref: ref(id)},
			Items: []evidence.Item{{Ref: ref(id), Ticket: &evidence.Ticket{Key: id}}}}, Results: []evidence.Result{{Attribute: "A", Outcome: evidence.Exception}}}
	}
	j := &job{pkg: evidence.Package{
		Dossiers:  []evidence.Dossier{dossier(1, "CHG-1")},
		Responses: []evidence.Response{{Change: "CHG-1", Attribute: "A"}, {Change: "CHG-2", Attribute: "A", Response: "of a change that was not sampled"}},
		Log: func(yield func(evidence.Dossier, error) bool) {
			_ = yield(dossier(1, "CHG-1"), nil) && yield(dossier(0, "CHG-2"), nil)
		},
	}}
	(&Run{}).withhold(j)
	results := map[string]int{}
	for d, err := range j.pkg.Log {
		if err != nil {
			t.Fatal(err)
		}
		results[d.Change.Sample.Ref.ID] = len(d.Results)
	}
	if results["CHG-1"] != 1 || results["CHG-2"] != 0 || len(results) != 2 {
		t.Errorf("results by change: %v", results)
	}
	if len(j.pkg.Responses) != 1 || j.pkg.Responses[0].Change != "CHG-1" {
		t.Errorf("responses: %+v", j.pkg.Responses)
	}
	if len(j.pkg.Dossiers[0].Results) != 1 {
		t.Error("the sample lost its results")
	}
}

// TestRequestHash: the same is asked for whatever file it stood in, and another
// line, period or kind makes another request.
func TestRequestHash(t *testing.T) {
	r := &Run{cfg: &config.Config{Organization: "Acme"}}
	lines := func(texts ...string) wanted {
		var w wanted
		for i, s := range texts {
			w.Lines = append(w.Lines, request.Line{Text: s, Where: "list.csv, line " + itoa(i), Note: "a note"})
		}
		return w
	}
	base := r.requestHash(&job{wanted: lines("#1", "CHG-2")})
	again := lines("#1", "CHG-2")
	again.Lines[0].Where, again.Lines[1].Note = "another.xlsx, cell B7", ""
	if got := r.requestHash(&job{wanted: again}); got != base || len(got) != 64 {
		t.Errorf("the same request is %s, was %s", got, base)
	}
	other := &Run{cfg: &config.Config{Organization: "Acme"}}
	other.cfg.Period.To = other.cfg.Period.To.AddDate(1, 0, 0)
	withheld := lines("#1", "CHG-2")
	withheld.SampleResultsOnly = true
	seen := map[string]string{base: "the request"}
	for name, got := range map[string]string{
		"results withheld": r.requestHash(&job{wanted: withheld}),
		"another line":     r.requestHash(&job{wanted: lines("#1", "CHG-3")}),
		"one line less":    r.requestHash(&job{wanted: lines("#1")}),
		"every change":     r.requestHash(&job{wanted: wanted{All: true}}),
		"the population":   r.requestHash(&job{}),
		"a dry run":        r.requestHash(&job{wanted: lines("#1", "CHG-2"), request: Request{DryRun: true}}),
		"another period":   other.requestHash(&job{wanted: lines("#1", "CHG-2")}),
		"a selection":      r.requestHash(&job{wanted: wanted{Selection: &evidence.Selection{Seed: "7"}}}),
	} {
		if seen[got] != "" {
			t.Errorf("%s is the same request as %s", name, seen[got])
		}
		seen[got] = name
	}
}
