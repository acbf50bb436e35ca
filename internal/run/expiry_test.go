package run

import (
	"testing"
	"time"

	"github.com/tickmark-dev/tickmark/internal/config"
	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// Two hosts may have a repository of one name: what one keeps for how long says
// nothing of the other's.
func TestRetentionIsOfItsOwnHost(t *testing.T) {
	r := &Run{cfg: &config.Config{}}
	merged := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	e := evidence.Entry{Ref: evidence.Ref{Kind: evidence.KindPullRequest, System: "github", ID: "acme/api#1"}, Repository: "acme/api", Merged: merged}
	keep := evidence.Retention{What: "CI logs and artifacts", Scope: "acme/api", Keeps: 90 * 24 * time.Hour}
	if at := r.begins("github", keep, e); !at.Equal(merged) {
		t.Errorf("its own host counts from %s, want %s", at, merged)
	}
	if at := r.begins("enterprise", keep, e); !at.IsZero() {
		t.Errorf("another host counts from %s", at)
	}
}
