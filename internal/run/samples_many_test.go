package run

import (
	"fmt"
	"testing"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
	"github.com/tickmark-dev/tickmark/internal/request"
)

// Every change of a large population may be asked for. Looking for each among
// all before it would take minutes.
func TestFindingSamplesDoesNotGrowWithTheSquare(t *testing.T) {
	const n = 100_000
	known := map[string]evidence.Ref{}
	lines := make([]request.Line, n)
	for i := range lines {
		lines[i] = request.Line{Where: fmt.Sprintf("population, change %d", i+1), Text: fmt.Sprintf("acme/api#%d", i+1)}
		known[lines[i].Where] = evidence.Ref{Kind: evidence.KindPullRequest, System: "github", ID: lines[i].Text}
	}
	lines = append(lines, request.Line{Where: "argument 1", Text: "acme/api#77"})
	known["argument 1"] = known["population, change 77"]
	r := runOver(t, forge{})
	began := time.Now()
	samples, unmatched, _ := r.findSamples(t.Context(), nil, lines, known)
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("%d samples were found in %s", len(samples), took)
	}
	if len(samples) != n || len(unmatched) != 1 || unmatched[0].Tried[0] != "acme/api#77 is sample 77 already, asked for at population, change 77" {
		t.Errorf("%d samples, unmatched %+v", len(samples), unmatched)
	}
}
