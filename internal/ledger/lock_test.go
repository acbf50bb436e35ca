package ledger

import (
	"bufio"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A run that opens a ledger while another makes it sees no part of it, and
// takes nothing away from it.
func TestOpeningDisturbsNoLoad(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.sqlite")
	first, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer first.Close() //nolint:errcheck // only read
	ld, err := first.Begin(t.Context(), fiveYears(), time.UTC, syntheticScope())
	if err != nil {
		t.Fatal(err)
	}
	if err := synthetic(104, ld.Item); err != nil {
		t.Fatal(err)
	}
	second, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer second.Close() //nolint:errcheck // only read
	if second.Loaded() || len(changes(t, second, Filter{})) != 0 {
		t.Error("half a ledger was read")
	}
	// Nor may it make one of its own meanwhile.
	soon, cancel := context.WithTimeout(t.Context(), 3*lockPause)
	defer cancel()
	if _, err := second.Begin(soon, fiveYears(), time.UTC, syntheticScope()); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a second load began: %v", err)
	}
	if err := Wait(soon, path); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("nobody was waited for: %v", err)
	}
	if err := ld.Finish(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := len(changes(t, first, Filter{InPopulation: true})); n != 104 {
		t.Errorf("%d changes, want 104", n)
	}
	// Who waited takes its turn.
	again, err := second.Begin(t.Context(), fiveYears(), time.UTC, syntheticScope())
	if err != nil {
		t.Fatal(err)
	}
	if err := again.Discard(); err != nil {
		t.Fatal(err)
	}
	if err := Wait(t.Context(), path); err != nil {
		t.Errorf("the lock was not given back: %v", err)
	}
}

// A run that is killed in the middle of a load leaves neither a broken ledger
// nor a lock.
func TestKilledLoad(t *testing.T) {
	if path := os.Getenv("TICKMARK_TEST_LEDGER"); path != "" { // the run that is killed
		l, err := Open(path)
		if err != nil {
			t.Fatal(err)
		}
		ld, err := l.Begin(t.Context(), fiveYears(), time.UTC, syntheticScope())
		if err != nil {
			t.Fatal(err)
		}
		if err := synthetic(48, ld.Item); err != nil {
			t.Fatal(err)
		}
		_, _ = os.Stdout.WriteString("half of it is written\n")
		time.Sleep(time.Minute)
		return
	}
	l := open(t)
	loadSynthetic(t, l, 24)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, "-test.run=^TestKilledLoad$")
	cmd.Env = append(os.Environ(), "TICKMARK_TEST_LEDGER="+l.path)
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err := errors.Join(err, cmd.Process.Kill()); err != nil || !strings.HasPrefix(line, "half of it") {
		t.Fatalf("the run that is to be killed said %q, %v", line, err)
	}
	_ = cmd.Wait()
	if _, err := os.Stat(l.path + partSuffix); err != nil {
		t.Fatalf("the run was killed when it had written nothing: %v", err)
	}
	again, err := Open(l.path)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close() //nolint:errcheck // only read
	if n := len(changes(t, again, Filter{InPopulation: true})); n != 24 || again.Rebuilt() != "" {
		t.Errorf("%d changes, want the 24 that were there; %q", n, again.Rebuilt())
	}
	soon, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if err := Wait(soon, l.path); err != nil {
		t.Errorf("the killed run still has the lock: %v", err)
	}
	loadSynthetic(t, again, 32)
	if n := len(changes(t, again, Filter{InPopulation: true})); n != 32 {
		t.Errorf("%d changes after the next load, want 32", n)
	}
	if _, err := os.Stat(l.path + partSuffix); err == nil {
		t.Error("what the killed run left is still there")
	}
}
