//go:build unix

package filelock

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// Try takes the lock of an open file, until that is closed.
func Try(f *os.File) error {
	err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	if errors.Is(err, unix.EWOULDBLOCK) {
		return ErrLocked
	}
	return err
}

// release takes the name away while the lock is still held.
func release(f *os.File, name string) error { return errors.Join(os.Remove(name), f.Close()) }

// mayBeLeaving is for systems where a file that is being removed cannot be opened.
func mayBeLeaving(string) bool { return false }
