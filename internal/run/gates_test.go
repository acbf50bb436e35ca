package run

import "testing"

// What gates are read from is opened when it is needed, freed by Close, and
// opened again by whoever asks after that.
func TestGatesOpenLate(t *testing.T) {
	s := newSite(t, "  - {name: github, kind: github, repositories: [acme/api], token: {env: X}}\n", map[string]string{"X": "x"})
	r := s.open(t, false)
	defer r.Close()
	g := r.gates(nil)
	for range 2 {
		if g.offline != nil {
			t.Fatal("it is open, and nobody asked or it was closed")
		}
		if err := g.open(t.Context()); err != nil {
			t.Fatal(err)
		}
		if g.offline == nil || g.offline == r || !g.offline.offline {
			t.Fatal("it does not read from a run that asks no source")
		}
		if err := g.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
