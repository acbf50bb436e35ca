package filelock

import (
	"errors"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
)

// A lock is one opening's at a time, and free when that is closed.
func TestTry(t *testing.T) {
	name := filepath.Join(t.TempDir(), "lock")
	open := func() *os.File {
		f, err := os.OpenFile(name, os.O_CREATE|os.O_RDWR, 0o600)
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	first, second := open(), open()
	defer second.Close()
	if err := Try(first); err != nil {
		t.Fatal(err)
	}
	if err := Try(second); !errors.Is(err, ErrLocked) {
		t.Errorf("the second opening got %v, want that it is locked", err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	if err := Try(second); err != nil {
		t.Errorf("after the first was closed: %v", err)
	}
}

// One at a time does something, and the file is gone afterwards.
func TestWhile(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, ".lock")
	var inside, done atomic.Int64
	var all sync.WaitGroup
	for range 16 {
		all.Go(func() {
			for range 5 {
				if err := While(name, func() error {
					if n := inside.Add(1); n != 1 {
						t.Errorf("%d are at it", n)
					}
					inside.Add(-1)
					done.Add(1)
					return nil
				}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	if n := done.Load(); n != 80 {
		t.Errorf("done %d times, want 80", n)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	failed := errors.New("failed")
	if err := While(name, func() error { return failed }); !errors.Is(err, failed) {
		t.Errorf("got %v, want what was done to say why it failed", err)
	}
	if err := While(filepath.Join(dir, "none", "lock"), func() error { return nil }); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("in a folder that is not there: %v", err)
	}
}
