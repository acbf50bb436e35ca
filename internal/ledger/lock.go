package ledger

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/tickmark-dev/tickmark/internal/filelock"
)

// lockSuffix names the file whose lock is the right to make the ledger anew.
const lockSuffix = ".lock"

// lockPause is how long to wait before the lock is tried again.
const lockPause = 100 * time.Millisecond

// hold takes the right to make the file at path, and waits for it while another
// run makes one. Closing what it gives, and the end of the process, ends it.
// Readers need none: a new file takes the old one's name when it is whole.
func hold(ctx context.Context, path string) (*os.File, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("make the ledger's folder: %w", err)
	}
	f, err := os.OpenFile(path+lockSuffix, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("the ledger cannot be made: %w; it is made beside the vault, where this program must be able to write", err)
	}
	for {
		err := filelock.Try(f)
		if err == nil {
			return f, nil
		}
		if !errors.Is(err, filelock.ErrLocked) {
			return nil, errors.Join(fmt.Errorf("lock the ledger %s: %w; if it lies on a network drive, use a local one", path, err), f.Close())
		}
		select {
		case <-ctx.Done():
			return nil, errors.Join(ctx.Err(), f.Close())
		case <-time.After(lockPause):
		}
	}
}

// Wait returns when no run makes the ledger at path. Whoever would make it
// waits first and looks again: the other may have made what is wanted.
func Wait(ctx context.Context, path string) error {
	f, err := hold(ctx, path)
	if err != nil {
		return fmt.Errorf("ledger: %w", err)
	}
	return f.Close()
}
