// Package filelock takes a file for one process. The system gives a lock free
// when its process ends, however it ends, so a lock is never stale.
//
// The file of a lock that Try takes stays after it: removing it would let two
// processes hold two locks of one name. While removes its own, and sees to that.
package filelock

import "errors"

// ErrLocked is what Try gives where another process, or another opening of the
// file in this one, has the lock.
var ErrLocked = errors.New("locked")
