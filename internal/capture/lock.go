package capture

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/tickmark-dev/tickmark/internal/filelock"
)

// takeLock takes the vault for this process.
func takeLock(path, dir string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, vaultError("lock the vault "+dir, err)
	}
	switch err := filelock.Try(f); {
	case errors.Is(err, filelock.ErrLocked):
		who, _ := io.ReadAll(io.LimitReader(f, 200))
		_ = f.Close()
		by := "another run"
		if s := strings.TrimSpace(string(bytes.ToValidUTF8(who, nil))); s != "" {
			by += " (" + s + ")"
		}
		return nil, fmt.Errorf("%w: %s is in use by %s: wait for it to end, or give this run another vault", ErrInUse, dir, by)
	case err != nil:
		_ = f.Close()
		return nil, vaultError("lock the vault "+dir+" (if it lies on a network drive, use a local one)", err)
	}
	// Who has it is for people to read; the lock holds without.
	if err := f.Truncate(0); err == nil {
		host, err := os.Hostname()
		if err != nil {
			host = "this machine"
		}
		_, _ = f.WriteAt(fmt.Appendf(nil, "process %d on %s\n", os.Getpid(), host), 0)
	}
	return f, nil
}

// releaseLock gives the vault free. The file stays: removing it would let two
// runs hold two locks of one name.
func releaseLock(f *os.File) error {
	return errors.Join(f.Truncate(0), f.Close())
}
