package control

import (
	"testing"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

func TestClassify(t *testing.T) {
	ordinary, hotfix, late := good(t), urgent(t), good(t)
	late.pr.Labels = []string{"emergency"}
	late.pr.Timeline = append(late.pr.Timeline, evidence.Event{Kind: "labeled", At: clock("13:00"), Subject: "emergency"})
	for name, tt := range map[string]struct {
		w         *world
		emergency bool
	}{"ordinary": {ordinary, false}, "emergency": {hotfix, true}, "called one only since it was deployed": {late, true}} {
		if got := Classify(&tt.w.Change, tt.w.options()); got.Emergency != tt.emergency {
			t.Errorf("%s: %+v", name, got)
		}
	}
	risky := good(t)
	risky.pr.Files[0].Path = "db/migrations/0042_drop.sql"
	if got := Classify(&risky.Change, risky.options()); !got.HighRisk || got.Tier == "" {
		t.Errorf("a migration: %+v", got)
	}
	if got := Classify(&ordinary.Change, ordinary.options()); got.HighRisk {
		t.Errorf("ordinary: %+v", got)
	}
}
