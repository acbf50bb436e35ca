package ledger

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	_ "modernc.org/sqlite" // the driver "sqlite"
)

var errDamaged = errors.New("damaged")

// open opens the file for reading. Where there is none, or only a damaged one,
// the ledger is empty, and a load makes the file.
func (l *Ledger) open() error {
	err := l.read()
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case errors.Is(err, errDamaged):
		aside, moved := moveAside(l.path)
		if moved != nil {
			return fmt.Errorf("%s is damaged and could not be moved aside: %w; a new one is made from the vault once that is possible", l.path, moved)
		}
		l.rebuilt = fmt.Sprintf("the ledger %s was damaged (%s); it was moved to %s, and a new one is made from the vault", l.path, strings.TrimPrefix(err.Error(), errDamaged.Error()+": "), aside)
	case errors.Is(err, errOlder):
		if err := os.Remove(l.path); err != nil {
			return fmt.Errorf("%s was made by an older version of tickmark and could not be replaced: %w; delete it and run again", l.path, err)
		}
		l.rebuilt = fmt.Sprintf("the ledger %s was made by an older version of tickmark; a new one is made from the vault", l.path)
	default:
		return err
	}
	if err == nil {
		return nil
	}
	return l.empty()
}

// empty reads from a ledger without rows, which is in no file: one that others
// could take for a ledger counts only when it is whole.
func (l *Ledger) empty() error {
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		return fmt.Errorf("make the ledger: %w", err)
	}
	db.SetMaxOpenConns(1) // each connection would have tables of its own
	if _, err := db.Exec(tables + derived + finals); err != nil {
		return errors.Join(fmt.Errorf("make the ledger's tables: %w", err), db.Close())
	}
	l.db, l.about = db, about{}
	return nil
}

const partSuffix = ".part"

var errOlder = errors.New("older version")

// read opens an existing file.
func (l *Ledger) read() error {
	if err := whole(l.path); err != nil {
		return err
	}
	db, err := sql.Open("sqlite", address(l.path, "mode=ro", "_pragma=query_only(1)", "_pragma=busy_timeout(5000)"))
	if err != nil {
		return fmt.Errorf("open %s: %w", l.path, err)
	}
	a, err := check(db, l.path)
	if err != nil {
		return errors.Join(err, db.Close())
	}
	l.db, l.about = db, a
	return nil
}

// address gives the driver's name of a file. The path is escaped, since it may
// hold anything that a URL gives a meaning to.
func address(path string, options ...string) string {
	abs, err := filepath.Abs(path)
	if err != nil {
		abs = path
	}
	slashed := filepath.ToSlash(abs)
	if !strings.HasPrefix(slashed, "/") {
		slashed = "/" + slashed // a drive's letter
	}
	return "file://" + (&url.URL{Path: slashed}).EscapedPath() + "?" + strings.Join(options, "&")
}

// whole looks at a file before SQLite does: it must be as long as its header
// says, since a file that was cut opens well and fails later.
func whole(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("open the ledger: %w", err)
	}
	defer f.Close() //nolint:errcheck // it was only read
	info, err := f.Stat()
	if err != nil {
		return fmt.Errorf("open the ledger: %w", err)
	}
	if info.IsDir() {
		return fmt.Errorf("%s is a folder, and the ledger is a file; name another place", path)
	}
	var head [100]byte
	if n, err := f.ReadAt(head[:], 0); err != nil {
		return fmt.Errorf("%w: it ends after %d bytes", errDamaged, n)
	}
	if !bytes.HasPrefix(head[:], []byte("SQLite format 3\x00")) {
		return fmt.Errorf("%w: it is no SQLite file", errDamaged)
	}
	page := int64(head[16])<<8 | int64(head[17])
	if page == 1 {
		page = 65536
	}
	count := int64(head[28])<<24 | int64(head[29])<<16 | int64(head[30])<<8 | int64(head[31])
	if want := page * count; want != info.Size() {
		return fmt.Errorf("%w: it is %d bytes long where its header says %d", errDamaged, info.Size(), want)
	}
	return nil
}

// check reads what the file says of itself.
func check(db *sql.DB, path string) (a about, err error) {
	var id, made int
	if err := db.QueryRow(`PRAGMA application_id`).Scan(&id); err != nil {
		return a, fmt.Errorf("%w: %w", errDamaged, err)
	}
	if err := db.QueryRow(`PRAGMA user_version`).Scan(&made); err != nil {
		return a, fmt.Errorf("%w: %w", errDamaged, err)
	}
	switch {
	case id != applicationID:
		return a, fmt.Errorf("%s is a SQLite file, but no ledger of tickmark; name another place for the ledger", path)
	case made > version:
		return a, fmt.Errorf("%s was made by a newer version of tickmark (its tables are version %d, this program knows %d); use that version, or delete the file and run `tickmark population --rebuild`", path, made, version)
	case made < version:
		return a, errOlder
	}
	var found string
	if err := db.QueryRow(`PRAGMA quick_check(1)`).Scan(&found); err != nil || found != "ok" {
		if err != nil {
			found = err.Error()
		}
		// What SQLite says of it has several lines.
		return a, fmt.Errorf("%w: %s", errDamaged, strings.Join(strings.Fields(strings.ReplaceAll(found, "*** in database main ***", "")), " "))
	}
	var text string
	err = db.QueryRow(`SELECT value FROM meta WHERE name = 'about'`).Scan(&text)
	if errors.Is(err, sql.ErrNoRows) {
		return a, nil
	}
	if err == nil {
		err = json.Unmarshal([]byte(text), &a)
	}
	if err != nil {
		return a, fmt.Errorf("%w: %w", errDamaged, err)
	}
	return a, nil
}

// moveAside renames a damaged file to the first free name.
func moveAside(path string) (string, error) {
	for n := 1; ; n++ {
		to := path + ".damaged"
		if n > 1 {
			to = fmt.Sprintf("%s.damaged-%d", path, n)
		}
		if _, err := os.Lstat(to); err == nil {
			continue
		}
		return to, os.Rename(path, to)
	}
}

// create makes a file that only this process writes, since it holds the lock,
// and that counts for nothing until it is whole: it needs neither a journal nor
// syncing on the way.
func create(path string) (*sql.DB, error) {
	// What an interrupted load left. Where it cannot be removed, nothing can be made either.
	_ = os.Remove(path)
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("the ledger cannot be made: %w; it is made beside the vault, where this program must be able to write", err)
	}
	if err := f.Close(); err != nil {
		return nil, fmt.Errorf("make the ledger: %w", err)
	}
	db, err := sql.Open("sqlite", address(path, "_pragma=journal_mode(off)", "_pragma=synchronous(off)", "_pragma=locking_mode(exclusive)",
		"_pragma=temp_store(file)", "_pragma=cache_size(-65536)"))
	if err != nil {
		return nil, fmt.Errorf("make the ledger: %w", err)
	}
	db.SetMaxOpenConns(1)
	if _, err := db.Exec(fmt.Sprintf("PRAGMA application_id = %d; PRAGMA user_version = %d;", applicationID, version) + tables); err != nil {
		return nil, errors.Join(fmt.Errorf("make the ledger's tables: %w", err), db.Close())
	}
	return db, nil
}

// put closes a new file, makes sure that it is on the disk, and gives it its name.
func put(db *sql.DB, path string) error {
	if err := db.Close(); err != nil {
		return fmt.Errorf("write the ledger: %w", err)
	}
	if err := syncFile(path + partSuffix); err != nil {
		return fmt.Errorf("write the ledger: %w", err)
	}
	if err := os.Rename(path+partSuffix, path); err != nil {
		return fmt.Errorf("write the ledger: %w", err)
	}
	return nil
}

func syncFile(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// swap puts a finished load in the place of what was there.
func (l *Ledger) swap(db *sql.DB) error {
	if err := l.db.Close(); err != nil { // where an open file cannot be replaced
		return errors.Join(err, db.Close())
	}
	if err := put(db, l.path); err != nil {
		return errors.Join(err, l.open())
	}
	l.rebuilt = ""
	return l.read()
}

// damaged words an error that a query met.
func (l *Ledger) damaged(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	for _, word := range []string{"malformed", "not a database", "disk I/O error", "no such table", "no such column"} {
		if strings.Contains(err.Error(), word) {
			return fmt.Errorf("the ledger %s is damaged (%w); run `tickmark population --rebuild`", l.path, err)
		}
	}
	return fmt.Errorf("ledger: %w", err)
}
