package pack

import (
	"context"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func TestDiskFull(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=64k"); err != nil {
		t.Skip("mounting a small tmpfs is not permitted here: ", err)
	}
	defer syscall.Unmount(dir, 0)
	b, err := New(filepath.Join(dir, "out"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Abort()
	_, err = b.Add("large.bin", make([]byte, 1<<20), Meta{})
	if err == nil || !strings.Contains(err.Error(), "the disk is full: large.bin") {
		t.Errorf("got %v", err)
	}
	if err := b.Abort(); err != nil {
		t.Error(err)
	}
	if left := tree(t, dir); len(left) > 0 {
		t.Errorf("left: %v", left)
	}

	// And when only the manifest no longer fits.
	b, err = New(filepath.Join(dir, "out"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Add("most.bin", make([]byte, 40<<10), Meta{}); err != nil {
		t.Fatal(err)
	}
	p := fixture(t)
	p.Organization = strings.Repeat("x", 64<<10)
	if _, err := b.Seal(context.Background(), p, nil); err == nil || !strings.Contains(err.Error(), "the disk is full: manifest.json") {
		t.Errorf("got %v", err)
	}
	if left := tree(t, dir); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
}
