package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"time"
)

// stamp is how times stand in the tables: UTC, and text sorts as time.
const stamp = "2006-01-02T15:04:05.000Z"

// when gives a time as it is stored; nil, which is NULL, for none.
func when(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UTC().Format(stamp)
}

// moment reads a stored time.
type moment struct{ time.Time }

// Scan implements sql.Scanner.
func (m *moment) Scan(v any) error {
	switch v := v.(type) {
	case nil:
		m.Time = time.Time{}
	case time.Time:
		m.Time = v.UTC()
	case string:
		t, err := time.Parse(stamp, v)
		if err != nil {
			return fmt.Errorf("a stored time is %q", v)
		}
		m.Time = t
	default:
		return fmt.Errorf("a stored time is a %T", v)
	}
	return nil
}

// scan reads one row's columns.
type scan func(dest ...any) error

// rows gives what a query finds, one after another; memory does not grow with
// their number. After an error nothing follows.
func rows[T any](ctx context.Context, l *Ledger, query string, args []any, read func(scan) (T, error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var zero T
		found, err := l.db.QueryContext(ctx, query, args...)
		if err != nil {
			yield(zero, l.damaged(ctx, err))
			return
		}
		defer found.Close() //nolint:errcheck // Err is looked at
		for found.Next() {
			v, err := read(found.Scan)
			if err != nil {
				yield(zero, l.damaged(ctx, err))
				return
			}
			if !yield(v, nil) {
				return
			}
		}
		if err := found.Err(); err != nil {
			yield(zero, l.damaged(ctx, err))
		}
	}
}

// writer writes a file that is being made. The first error sticks, and what
// comes after it does nothing.
type writer struct {
	db       *sql.DB
	tx       *sql.Tx
	prepared map[string]*sql.Stmt
	err      error
}

func newWriter(db *sql.DB) (*writer, error) {
	tx, err := db.Begin()
	if err != nil {
		return nil, fmt.Errorf("write the ledger: %w", err)
	}
	return &writer{db: db, tx: tx, prepared: map[string]*sql.Stmt{}}, nil
}

func (w *writer) fail(err error) {
	if w.err == nil && err != nil {
		w.err = fmt.Errorf("write the ledger: %w", err)
	}
}

func (w *writer) stmt(query string) *sql.Stmt {
	if s := w.prepared[query]; s != nil {
		return s
	}
	s, err := w.tx.Prepare(query)
	if err != nil {
		w.fail(fmt.Errorf("%w in %s", err, query))
		return nil
	}
	w.prepared[query] = s
	return s
}

// do runs a statement and gives how many rows it changed.
func (w *writer) do(query string, args ...any) int64 {
	if w.err != nil {
		return 0
	}
	s := w.stmt(query)
	if s == nil {
		return 0
	}
	r, err := s.Exec(args...)
	if err != nil {
		w.fail(fmt.Errorf("%w in %s", err, query))
		return 0
	}
	n, err := r.RowsAffected()
	w.fail(err)
	return n
}

// insert runs an INSERT and gives the row's number.
func (w *writer) insert(query string, args ...any) int64 {
	if w.err != nil {
		return 0
	}
	s := w.stmt(query)
	if s == nil {
		return 0
	}
	r, err := s.Exec(args...)
	if err != nil {
		w.fail(fmt.Errorf("%w in %s", err, query))
		return 0
	}
	id, err := r.LastInsertId()
	w.fail(err)
	return id
}

// one reads one row; it reports false where there is none.
func (w *writer) one(query string, args []any, dest ...any) bool {
	if w.err != nil {
		return false
	}
	s := w.stmt(query)
	if s == nil {
		return false
	}
	err := s.QueryRow(args...).Scan(dest...)
	if errors.Is(err, sql.ErrNoRows) {
		return false
	}
	if err != nil {
		w.fail(fmt.Errorf("%w in %s", err, query))
	}
	return err == nil
}

// each calls do for each row that a query finds. do may write, but not into
// what the query reads.
func (w *writer) each(query string, args []any, do func(scan) error) {
	if w.err != nil {
		return
	}
	found, err := w.tx.Query(query, args...)
	if err != nil {
		w.fail(fmt.Errorf("%w in %s", err, query))
		return
	}
	defer found.Close() //nolint:errcheck // Err is looked at
	for w.err == nil && found.Next() {
		if err := do(found.Scan); err != nil {
			w.fail(fmt.Errorf("%w in %s", err, query))
		}
	}
	w.fail(found.Err())
}
