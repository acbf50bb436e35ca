package run

import (
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// A book is a ledger's file as any SQLite tool reads it.
type book struct {
	t  *testing.T
	db *sql.DB
}

func openBook(t *testing.T, path string) book {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+path+"?mode=ro")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return book{t, db}
}

// lines gives the rows of a query, each as one text, in order.
func (b book) lines(query string, args ...any) []string {
	b.t.Helper()
	rows, err := b.db.QueryContext(b.t.Context(), query, args...)
	if err != nil {
		b.t.Fatalf("%s: %v", query, err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		b.t.Fatal(err)
	}
	var out []string
	for rows.Next() {
		values := make([]any, len(columns))
		into := make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		if err := rows.Scan(into...); err != nil {
			b.t.Fatal(err)
		}
		texts := make([]string, len(values))
		for i, v := range values {
			if raw, ok := v.([]byte); ok {
				sum := sha256.Sum256(raw)
				v = hex.EncodeToString(sum[:])
			}
			texts[i] = fmt.Sprint(v)
		}
		out = append(out, strings.Join(texts, " "))
	}
	if err := rows.Err(); err != nil {
		b.t.Fatal(err)
	}
	return sorted(out)
}

// records gives the records of a kind as they were loaded, by name.
func (b book) records(kind evidence.Kind) map[string]map[string]any {
	b.t.Helper()
	rows, err := b.db.QueryContext(b.t.Context(), `SELECT name, item FROM records WHERE kind = ?`, kind)
	if err != nil {
		b.t.Fatal(err)
	}
	defer rows.Close()
	unpack, err := zstd.NewReader(nil)
	if err != nil {
		b.t.Fatal(err)
	}
	defer unpack.Close()
	out := map[string]map[string]any{}
	for rows.Next() {
		var name string
		var packed []byte
		if err := rows.Scan(&name, &packed); err != nil {
			b.t.Fatal(err)
		}
		text, err := unpack.DecodeAll(packed, nil)
		if err != nil {
			b.t.Fatal(err)
		}
		var item map[string]any
		if err := json.Unmarshal(text, &item); err != nil {
			b.t.Fatal(err)
		}
		out[name] = item[string(kind)].(map[string]any)
	}
	if err := rows.Err(); err != nil {
		b.t.Fatal(err)
	}
	return out
}

// dump gives every table with its number of rows and the hash of all of them.
func (b book) dump() map[string]string {
	b.t.Helper()
	out := map[string]string{}
	for _, table := range b.lines(`SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite%'`) {
		rows := b.lines(`SELECT * FROM ` + table)
		sum := sha256.Sum256([]byte(strings.Join(rows, "\n")))
		out[table] = fmt.Sprintf("%d rows, %s", len(rows), hex.EncodeToString(sum[:8]))
	}
	return out
}
