package ledger

import (
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tickmark-dev/tickmark/internal/simulate/company"
)

// written makes a ledger of a few synthetic changes and gives its path, closed.
func written(t *testing.T) string {
	t.Helper()
	l := open(t)
	loadSynthetic(t, l, 200)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	return l.path
}

func TestDamagedFileIsMovedAside(t *testing.T) {
	tests := map[string]func(b []byte) []byte{
		"cut in the middle": func(b []byte) []byte { return b[:len(b)/2] },
		"cut by one byte":   func(b []byte) []byte { return b[:len(b)-1] },
		"cut to a page":     func(b []byte) []byte { return b[:4096] },
		"empty":             func([]byte) []byte { return nil },
		"no SQLite file":    func([]byte) []byte { return []byte(strings.Repeat("not a ledger ", 100)) },
		"a page of noise": func(b []byte) []byte {
			for i := 4096; i < 8192; i++ {
				b[i] = 0xa5
			}
			return b
		},
	}
	for name, spoil := range tests {
		t.Run(name, func(t *testing.T) {
			path := written(t)
			whole, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			spoiled := spoil(whole)
			if err := os.WriteFile(path, spoiled, 0o600); err != nil {
				t.Fatal(err)
			}
			for _, aside := range []string{path + ".damaged", path + ".damaged-2"} {
				l, err := Open(path)
				if err != nil {
					t.Fatal(err)
				}
				if !strings.Contains(l.Rebuilt(), "damaged") || !strings.Contains(l.Rebuilt(), aside) {
					t.Errorf("it says %q, want that it was damaged and moved to %s", l.Rebuilt(), aside)
				}
				if kept, err := os.ReadFile(aside); err != nil || string(kept) != string(spoiled) {
					t.Errorf("what was damaged is not kept: %v", err)
				}
				if l.Loaded() || len(changes(t, l, Filter{})) != 0 {
					t.Error("the new ledger is not empty")
				}
				loadSynthetic(t, l, 200)
				if n := len(changes(t, l, Filter{InPopulation: true})); n != 200 {
					t.Errorf("%d changes after loading again, want 200", n)
				}
				if err := l.Close(); err != nil {
					t.Fatal(err)
				}
				if again, err := Open(path); err != nil || again.Rebuilt() != "" {
					t.Fatalf("opening again: %v, %q", err, again.Rebuilt())
				} else if err := again.Close(); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path, spoiled, 0o600); err != nil { // the same once more
					t.Fatal(err)
				}
			}
		})
	}
}

func edit(t *testing.T, path, statement string) {
	t.Helper()
	db, err := sql.Open("sqlite", address(path))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec(statement); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestFilesOfOthersAreLeftAlone(t *testing.T) {
	tests := map[string]struct{ statement, want string }{
		"newer version":    {"PRAGMA user_version = 99", "newer version of tickmark"},
		"another database": {"PRAGMA application_id = 7", "no ledger of tickmark"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			path := written(t)
			edit(t, path, test.statement)
			before, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			_, err = Open(path)
			if err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "\n") {
				t.Fatalf("error %v, want one sentence with %q", err, test.want)
			}
			if after, err := os.ReadFile(path); err != nil || string(after) != string(before) {
				t.Errorf("the file was touched: %v", err)
			}
		})
	}
}

func TestOlderVersionIsMadeAgain(t *testing.T) {
	path := written(t)
	edit(t, path, "PRAGMA user_version = 0")
	l, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close() //nolint:errcheck // only read
	if !strings.Contains(l.Rebuilt(), "older version") || l.Loaded() {
		t.Errorf("it says %q, loaded %t", l.Rebuilt(), l.Loaded())
	}
}

func TestFolderIsNoLedger(t *testing.T) {
	if _, err := Open(t.TempDir()); err == nil || !strings.Contains(err.Error(), "folder") {
		t.Errorf("error %v", err)
	}
}

func TestBrokenOffLoadLeavesWhatWasThere(t *testing.T) {
	c := company.New(company.DefaultSeed)
	l := loadCompany(t, c)
	want := len(changes(t, l, Filter{}))
	ld, err := l.Begin(t.Context(), l.about.Period, c.Zone, companyScope(c))
	if err != nil {
		t.Fatal(err)
	}
	if err := synthetic(20, ld.Item); err != nil {
		t.Fatal(err)
	}
	if got := len(changes(t, l, Filter{})); got != want {
		t.Errorf("%d changes while a load is under way, want %d", got, want)
	}
	if err := ld.Discard(); err != nil {
		t.Fatal(err)
	}
	// A killed load leaves its file behind; the next one takes no notice of it.
	if err := os.WriteFile(l.path+partSuffix, []byte("half of it"), 0o600); err != nil {
		t.Fatal(err)
	}
	load(t, l, l.about.Period, c.Zone, companyScope(c), companyItems(c))
	if got := len(changes(t, l, Filter{})); got != want {
		t.Errorf("%d changes, want %d", got, want)
	}
	names, err := filepath.Glob(filepath.Dir(l.path) + "/*")
	if err != nil || len(names) != 2 || names[1] != l.path+lockSuffix {
		t.Errorf("files left behind: %v, %v", names, err)
	}
	if info, err := os.Stat(l.path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v, want 0600: a ledger holds what the vault holds", info.Mode(), err)
	}
}
