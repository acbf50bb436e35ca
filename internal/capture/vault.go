package capture

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/klauspost/compress/zstd"
)

// The layout of a vault; the package comment describes it.
const (
	markerFile = "vault.json"
	lockFile   = "lock"
	objectDir  = "objects"
	journalDir = "journal"
	tempDir    = "tmp" // unfinished files; emptied when a run begins
)

const vaultFormat = 1

type marker struct {
	Format  string `json:"format"`
	Version int    `json:"version"`
}

// A vault is the folder that everything recorded lies in.
type vault struct {
	dir      string
	readOnly bool
	lock     *os.File
	encoders sync.Pool
	decoders sync.Pool
	placing  [256]sync.Mutex       // by the first byte of an object's hash
	inject   func(op string) error // tests make it fail like a disk; nil otherwise
}

// openVault opens the vault in dir. Unless readOnly it makes it where it is
// not there, takes it for this process, and clears what a killed run left.
func openVault(dir string, readOnly bool) (*vault, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return nil, vaultError("find the folder "+dir, err)
	}
	v := &vault{dir: abs, readOnly: readOnly}
	if readOnly {
		if _, err := os.Stat(abs); errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("%w: there is no vault at %s: run online first, or name the folder of the vault", ErrVault, abs)
		}
		return v, v.checkMarker()
	}
	if err := os.MkdirAll(abs, 0o700); err != nil {
		return nil, vaultError("make the vault "+abs, err)
	}
	if err := v.refuseForeign(); err != nil {
		return nil, err
	}
	if v.lock, err = takeLock(v.path(lockFile), abs); err != nil {
		return nil, err
	}
	if err := v.prepare(); err != nil {
		return nil, errors.Join(err, v.close())
	}
	return v, nil
}

// refuseForeign keeps the vault out of a folder that holds something else.
func (v *vault) refuseForeign() error {
	entries, err := os.ReadDir(v.dir)
	if err != nil {
		return vaultError("read the vault "+v.dir, err)
	}
	ours := []string{markerFile, lockFile, objectDir, journalDir, tempDir}
	for _, e := range entries {
		if e.Name() == markerFile {
			return nil
		}
	}
	for _, e := range entries {
		if !slices.Contains(ours, e.Name()) {
			return fmt.Errorf("%w: %s is not a vault and holds other files (%s): name an empty folder, or one that does not exist yet", ErrVault, v.dir, e.Name())
		}
	}
	return nil
}

func (v *vault) prepare() error {
	if err := v.private(); err != nil {
		return vaultError("make the vault "+v.dir+" private", err)
	}
	for _, d := range []string{objectDir, journalDir, tempDir} {
		if err := os.MkdirAll(v.path(d), 0o700); err != nil {
			return vaultError("make the vault", err)
		}
	}
	left, err := os.ReadDir(v.path(tempDir))
	if err != nil {
		return vaultError("read the vault", err)
	}
	for _, e := range left {
		if err := os.Remove(v.path(tempDir, e.Name())); err != nil {
			return vaultError("clear what an interrupted run left", err)
		}
	}
	switch err := v.checkMarker(); {
	case err == nil:
		return nil
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	b, err := json.Marshal(marker{Format: "tickmark vault", Version: vaultFormat})
	if err != nil {
		return err
	}
	return v.writeFile(markerFile, append(b, '\n'))
}

// private takes everybody else's rights to the vault away, where a person made
// the folder.
func (v *vault) private() error {
	info, err := os.Stat(v.dir)
	if err != nil || info.Mode().Perm()&0o077 == 0 || runtime.GOOS == "windows" {
		return err
	}
	return os.Chmod(v.dir, 0o700)
}

func (v *vault) checkMarker() error {
	b, err := os.ReadFile(v.path(markerFile))
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%w: %s is not a vault: it has no %s: %w", ErrVault, v.dir, markerFile, err)
	}
	if err != nil {
		return vaultError("read the vault", err)
	}
	var m marker
	if err := json.Unmarshal(b, &m); err != nil || m.Format != "tickmark vault" {
		return fmt.Errorf("%w: %s is not a vault: its %s is not one that this program writes", ErrVault, v.dir, markerFile)
	}
	if m.Version != vaultFormat {
		return fmt.Errorf("%w: %s is a vault of version %d, and this program reads version %d: use the newer program", ErrVault, v.dir, m.Version, vaultFormat)
	}
	return nil
}

// writeFile writes a small file of the vault's own, whole or not at all.
func (v *vault) writeFile(name string, b []byte) error {
	f, err := os.CreateTemp(v.path(tempDir), "file-*")
	if err != nil {
		return vaultError("write "+name, err)
	}
	_, err = f.Write(b)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), v.path(name))
	}
	if err == nil {
		err = v.syncDir(v.dir)
	}
	if err != nil {
		_ = os.Remove(f.Name())
		return vaultError("write "+name, err)
	}
	return nil
}

func (v *vault) path(elem ...string) string {
	return filepath.Join(append([]string{v.dir}, elem...)...)
}

func (v *vault) journalPath(run string) string { return v.path(journalDir, run+".jsonl") }

var runName = regexp.MustCompile(`^[0-9]{6,}-[0-9]{8}T[0-9]{6}Z$`)

func runNumber(run string) int {
	n, _, _ := strings.Cut(run, "-")
	i, err := strconv.Atoi(n)
	if err != nil {
		return 0
	}
	return i
}

// runs gives the names of all runs, oldest first. Their numbers count up, so
// the order does not depend on any clock.
func (v *vault) runs() ([]string, error) {
	entries, err := os.ReadDir(v.path(journalDir))
	if err != nil {
		if v.readOnly && errors.Is(err, fs.ErrNotExist) {
			return nil, nil
		}
		return nil, vaultError("read the journals", err)
	}
	var runs []string
	for _, e := range entries {
		run, ok := strings.CutSuffix(e.Name(), ".jsonl")
		if !ok || !runName.MatchString(run) || runNumber(run) == 0 {
			return nil, fmt.Errorf("%w: %s is not a journal: move it out of the vault", ErrVault, v.path(journalDir, e.Name()))
		}
		runs = append(runs, run)
	}
	slices.SortFunc(runs, func(a, b string) int { return runNumber(a) - runNumber(b) })
	return runs, nil
}

func (v *vault) close() error {
	for {
		d, ok := v.decoders.Get().(*zstd.Decoder)
		if !ok {
			break
		}
		d.Close()
	}
	if v.lock == nil {
		return nil
	}
	l := v.lock
	v.lock = nil
	return releaseLock(l)
}

func (v *vault) fault(op string) error {
	if v.inject == nil {
		return nil
	}
	return v.inject(op)
}

// syncDir makes the names in a folder durable. Windows does it by itself and
// cannot be asked to.
func (v *vault) syncDir(dir string) error {
	if err := v.fault("syncdir"); err != nil {
		return err
	}
	if runtime.GOOS == "windows" {
		return nil
	}
	return syncFile(dir)
}

func syncFile(path string) error {
	f, err := os.OpenFile(path, os.O_RDONLY, 0)
	if err != nil {
		return err
	}
	err = f.Sync()
	if runtime.GOOS == "windows" && errors.Is(err, fs.ErrPermission) {
		err = nil // FlushFileBuffers wants a handle for writing
	}
	return errors.Join(err, f.Close())
}
