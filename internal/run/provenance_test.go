package run

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tickmark-dev/tickmark/internal/config"
	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// emitter emits fixed items.
type emitter []evidence.Item

func (emitter) Name() string           { return "emitter" }
func (emitter) Kinds() []evidence.Kind { return nil }
func (e emitter) Collect(_ context.Context, _ evidence.Ref, emit func(evidence.Item) error) error {
	for _, it := range e {
		if err := emit(it); err != nil {
			return err
		}
	}
	return nil
}

// A collector that emits several items for one ref, or reads something once
// for all of them, says itself which payloads are whose.
func TestOwnProvenanceIsKept(t *testing.T) {
	own := []evidence.Provenance{{SHA256: "a"}}
	var got []evidence.Item
	c := recorded{emitter{{Provenance: own}, {}}, "emitter 1"}
	err := c.Collect(t.Context(), evidence.Ref{}, func(it evidence.Item) error { got = append(got, it); return nil })
	if err != nil || len(got) != 2 || len(got[0].Provenance) != 1 || got[0].Provenance[0].SHA256 != "a" {
		t.Errorf("error %v, items %+v", err, got)
	}
}

// A policy may be a link into a checkout; the starter must not stand in for it.
func TestLinkedPolicy(t *testing.T) {
	dir := t.TempDir()
	file, policies := filepath.Join(dir, "text"), filepath.Join(dir, "policies")
	if err := os.WriteFile(file, []byte("# Ours\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(policies, 0o700); err != nil {
		t.Fatal(err)
	}
	starters, err := (&Run{cfg: &config.Config{}}).policies()
	if err != nil || len(starters) == 0 {
		t.Fatalf("%d starters, error %v", len(starters), err)
	}
	if err := os.Symlink(file, filepath.Join(policies, starters[0].name+".md")); err != nil {
		t.Skip("links cannot be made here: ", err)
	}
	r := &Run{cfg: &config.Config{Policies: policies}}
	all, err := r.policies()
	if err != nil || len(all) != len(starters) || all[0].method == methodTemplate || string(all[0].data) != "# Ours\n" {
		t.Errorf("%d policies, error %v, the first is %q", len(all), err, all[0].method)
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	if _, err := r.policies(); err == nil || !strings.Contains(err.Error(), "reading the policies") {
		t.Errorf("a link to nothing: error is %v", err)
	}
}
