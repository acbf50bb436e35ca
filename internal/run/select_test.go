package run

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// A selection that was edited after it was drawn makes no package, whatever was
// edited; as it was drawn it names its changes.
func TestEditedSelectionIsRefused(t *testing.T) {
	s, _ := harbourline(t)
	r := s.open(t, false)
	defer r.Close()
	if err := r.prove(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if err := r.enumerate(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := r.mark(t.Context()); err != nil {
		t.Fatal(err)
	}
	d, err := r.Select(t.Context(), SelectRequest{Seed: "20261015", Size: 10})
	if err != nil {
		t.Fatal(err)
	}
	var spare string // a change that the strata added
	for _, it := range d.Items {
		if it.Stratum != "random" {
			spare = it.ID
		}
	}
	d, err = r.Select(t.Context(), SelectRequest{Seed: "20261015", Size: 10, Void: map[string]string{d.Items[1].ID: "a duplicate", spare: "not production"}})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(s.dir, "selection.json")
	if err := WriteDrawn(file, d); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		edit func(s *evidence.Selection)
		want string
	}{
		"as it was drawn":  {func(*evidence.Selection) {}, ""},
		"an item voided":   {func(s *evidence.Selection) { s.Items[0].Void = "not wanted" }, `is "not wanted", and drawn again none`},
		"an option":        {func(s *evidence.Selection) { s.Options.HighRisk = false }, "it holds "},
		"another policy's": {func(s *evidence.Selection) { s.Options.Policy = "old 1 (abc)"; s.Options.Emergencies = false }, "it lacks "},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := ReadDrawn(file)
			if err != nil {
				t.Fatal(err)
			}
			c.edit(got)
			lines, _, err := r.drawn(t.Context(), &job{wanted: wanted{Selection: got}})
			if c.want == "" {
				if err != nil || len(lines) != len(d.Sample()) {
					t.Errorf("%d lines, want %d; %v", len(lines), len(d.Sample()), err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("error %v, want %q", err, c.want)
			}
			if hinted, _ := errors.AsType[*HintError](err); name == "another policy's" && (hinted == nil || !strings.Contains(hinted.Hint, "it was drawn by the policy old 1 (abc), and the policy is ")) {
				t.Errorf("hint %+v", hinted)
			}
		})
	}
}

// A ticket that gives a day alone belongs to that day's month, west of
// Greenwich too.
func TestDayAloneBelongsToItsMonth(t *testing.T) {
	for _, name := range []string{"America/Los_Angeles", "Pacific/Kiritimati", "UTC"} {
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		s := newSite(t, "  - {name: jira, kind: jira, url: https://jira.example.com, projects: [OPS], token: {env: T}}\n", map[string]string{"T": "t"})
		s.config.Zone = zone
		s.config.Period = evidence.Period{From: time.Date(2025, 3, 1, 0, 0, 0, 0, zone), To: time.Date(2025, 4, 1, 0, 0, 0, 0, zone)}
		r := s.open(t, false)
		defer r.Close()
		l, err := r.openLedger()
		if err != nil {
			t.Fatal(err)
		}
		load, err := l.Begin(t.Context(), r.cfg.Period, zone, ledgerScope(r.cfg))
		if err != nil {
			t.Fatal(err)
		}
		source, err := r.mark(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		load.Source(source)
		for key, day := range map[string]int{"OPS-1": 1, "OPS-31": 31} {
			if err := load.Item(evidence.Item{Ref: evidence.Ref{Kind: evidence.KindTicket, System: "jira", ID: key},
				Ticket: &evidence.Ticket{Key: key, Deployed: time.Date(2025, 3, day, 0, 0, 0, 0, time.UTC), DeployedDay: true}}); err != nil {
				t.Fatal(err)
			}
		}
		if err := load.Finish(t.Context()); err != nil {
			t.Fatal(err)
		}
		d, err := r.Select(t.Context(), SelectRequest{Seed: "1", RandomOnly: true})
		if err != nil {
			t.Fatal(err)
		}
		if len(d.Months) != 1 || d.Months[0] != (evidence.SelectionMonth{Month: "2025-03", Population: 2, Selected: 2}) {
			t.Errorf("%s: months %+v", name, d.Months)
		}
	}
}

// A selection's file is there whole, or not at all, and takes no other's place.
func TestSelectionIsWrittenWhole(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "selection.json")
	d := Drawn{SchemaVersion: drawnVersion, Selection: evidence.Selection{Seed: "1", PopulationSHA256: "00", Options: evidence.SelectionOptions{Risk: "low"}}}
	if err := WriteDrawn(file, d); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(file)
	if err != nil || !json.Valid(before) {
		t.Fatalf("%v: %s", err, before)
	}
	d.Seed = "2"
	if err := WriteDrawn(file, d); err == nil || !strings.Contains(err.Error(), "is there already") {
		t.Errorf("error %v", err)
	}
	if now, _ := os.ReadFile(file); string(now) != string(before) {
		t.Error("what was there was changed")
	}
	if err := os.Symlink(filepath.Join(dir, "elsewhere"), filepath.Join(dir, "link")); err == nil {
		if err := WriteDrawn(filepath.Join(dir, "link"), d); err == nil || !strings.Contains(err.Error(), "is there already") {
			t.Errorf("a link was written through: %v", err)
		}
		if err := os.Remove(filepath.Join(dir, "link")); err != nil {
			t.Fatal(err)
		}
	}
	// What came there meanwhile is left alone; nothing else is left behind.
	whole := filepath.Join(dir, "whole")
	if err := os.WriteFile(whole, []byte("other"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := place(whole, file); !os.IsExist(err) {
		t.Errorf("a file was put over another: %v", err)
	}
	if now, _ := os.ReadFile(file); string(now) != string(before) {
		t.Error("what came meanwhile was written over")
	}
	if err := os.Remove(whole); err != nil {
		t.Fatal(err)
	}
	if err := WriteDrawn(filepath.Join(dir, "no", "such", "folder"), d); err == nil {
		t.Error("it was written into a folder that there is none of")
	}
	names, err := os.ReadDir(dir)
	if err != nil || len(names) != 1 {
		t.Errorf("left behind: %v, %v", names, err)
	}
	if _, err := ReadDrawn(file); err != nil {
		t.Error(err)
	}
	if err := os.WriteFile(file, []byte(strings.Replace(string(before), `"risk": "low"`, `"risk": ""`, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadDrawn(file); err == nil || !strings.Contains(err.Error(), "by which options it was drawn") {
		t.Errorf("error %v", err)
	}
}
