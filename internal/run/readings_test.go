package run

import (
	"testing"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// A data set that is made again from the vault was read when the period was,
// whatever a later run asked for again.
func TestReadingsStayThoseOfTheListing(t *testing.T) {
	first, later := time.Date(2026, 7, 3, 7, 0, 0, 0, time.UTC), time.Date(2026, 7, 3, 8, 0, 0, 0, time.UTC)
	mark := listed{Readings: []reading{{"jira", "tickets of project PAY", first, first.Add(time.Minute)}}}
	if from, to := mark.read(evidence.IPE{System: "jira", Dataset: "tickets of project PAY", Started: later, Ended: later}); !from.Equal(first) || !to.Equal(first.Add(time.Minute)) {
		t.Errorf("%s to %s", from, to)
	}
	if from, to := mark.read(evidence.IPE{System: "other", Dataset: "tickets of project PAY", Started: later, Ended: later}); !from.Equal(later) || !to.Equal(later) {
		t.Errorf("of another system: %s to %s", from, to)
	}
	if from, _ := (listed{}).read(evidence.IPE{Started: later}); !from.Equal(later) {
		t.Errorf("without a mark: %s", from)
	}
}
