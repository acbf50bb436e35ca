package filelock

import (
	"errors"
	"os"
	"path/filepath"

	"golang.org/x/sys/windows"
)

// Try takes the lock of an open file, until that is closed. It locks one byte
// far behind the text of the file, so that others can read it.
func Try(f *os.File) error {
	ol := windows.Overlapped{OffsetHigh: 1 << 30}
	err := windows.LockFileEx(windows.Handle(f.Fd()), windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, &ol)
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) || errors.Is(err, windows.ERROR_IO_PENDING) {
		return ErrLocked
	}
	return err
}

// release removes the file where nobody else has it open; whoever has, holds it
// next and removes it then.
func release(f *os.File, name string) error {
	err := f.Close()
	_ = os.Remove(name)
	return err
}

// mayBeLeaving reports whether a name that cannot be opened may be one that is
// being removed, as long as any has it open.
func mayBeLeaving(name string) bool {
	_, err := os.Stat(filepath.Dir(name))
	return err == nil
}
