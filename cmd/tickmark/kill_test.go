//go:build unix

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/tickmark-dev/tickmark/internal/simulate"
)

// A run that is killed outright, whenever that happens, loses nothing that it
// recorded and spoils nothing: the next run completes, and its package is one.
func TestKilledAtAnyMoment(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the program ten times")
	}
	servers := serveCompany(t)
	dir := t.TempDir()
	if err := writeSamples(dir); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{simulate.PolicyFile: simulate.Policy(), simulate.PeopleFile: simulate.People(servers)} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "tickmark.yaml"), []byte(simulate.Config(servers, dir)), 0o600); err != nil {
		t.Fatal(err)
	}
	command := func(args ...string) *exec.Cmd {
		cmd := exec.CommandContext(t.Context(), mustFind(t, "tickmark"), args...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), transcriptVariable+"="+filepath.Join(dir, ".transcript"))
		for name, token := range servers.Environment() {
			cmd.Env = append(cmd.Env, name+"="+token)
		}
		return cmd
	}
	for _, after := range []time.Duration{30, 120, 250, 400, 550, 700, 900} {
		cmd := command("package", "-o", "out", "--zip", "harbourline/ledger-api#1248")
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(after * time.Millisecond)
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}
	out, err := command("package", "-o", "good", "--zip", "harbourline/ledger-api#1248").CombinedOutput()
	if err != nil {
		t.Fatalf("the run after those that were killed: %v\n%s", err, out)
	}
	for _, path := range []string{"good", "good.zip"} {
		if out, err := command("verify", path).CombinedOutput(); err != nil {
			t.Errorf("verify %s: %v\n%s", path, err, out)
		}
	}
	// What stands under a final name is whole, or is not there.
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	left := 0
	for _, e := range entries {
		switch {
		case strings.Contains(e.Name(), ".partial-"):
			left++
		case strings.HasPrefix(e.Name(), "out"):
			if out, err := command("verify", e.Name()).CombinedOutput(); err != nil {
				t.Errorf("verify %s: %v\n%s", e.Name(), err, out)
			}
		}
	}
	// A run that writes to the same place points at what they left.
	if left > 0 {
		out, err := command("package", "-o", "out", "harbourline/ledger-api#1248").CombinedOutput()
		if n := strings.Count(string(out), "is left from a run that was killed; delete it"); err != nil || n != left {
			t.Errorf("%d of %d leftovers were pointed at: %v\n%s", n, left, err, out)
		}
	}
	// Unfinished bodies of the killed runs were cleared away.
	if tmp, err := os.ReadDir(filepath.Join(dir, ".tickmark", "vault", "tmp")); err != nil || len(tmp) > 0 {
		t.Errorf("the vault holds %d unfinished bodies (%v)", len(tmp), err)
	}
	leaks, err := findSecrets(dir, secretsOf(servers))
	if err != nil || len(leaks) > 0 {
		t.Errorf("a credential stands in %v (%v)", leaks, err)
	}
}

func mustFind(t *testing.T, program string) string {
	path, err := exec.LookPath(program)
	if err != nil {
		t.Fatal(err)
	}
	return path
}
