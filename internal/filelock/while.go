package filelock

import (
	"errors"
	"os"
	"time"
)

// pause is how long While waits before it tries again.
const pause = 10 * time.Millisecond

// tries bounds how often While tries: for half a minute.
const tries = 3000

// While does something that one process at a time may do, and waits for its
// turn; ErrLocked where that does not come within half a minute. It makes the
// file, and takes it away again: nobody else holds what has lost its name, since
// a lock is only taken for held when its file still has the name.
func While(name string, do func() error) error {
	for range tries {
		f, err := os.OpenFile(name, os.O_CREATE|os.O_RDWR, 0o600)
		if err != nil {
			if os.IsPermission(err) && mayBeLeaving(name) {
				time.Sleep(pause)
				continue
			}
			return err
		}
		switch err := Try(f); {
		case err == nil && named(f, name):
			return errors.Join(do(), release(f, name))
		case err != nil && !errors.Is(err, ErrLocked):
			return errors.Join(err, f.Close())
		}
		if err := f.Close(); err != nil {
			return err
		}
		time.Sleep(pause)
	}
	return ErrLocked
}

// named reports whether an open file still has its name.
func named(f *os.File, name string) bool {
	mine, err := f.Stat()
	if err != nil {
		return false
	}
	theirs, err := os.Stat(name)
	return err == nil && os.SameFile(mine, theirs)
}
