package ledger

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// A query that asks for a hundred records at once is the provenance of them
// all. Its text is kept once; the records name it by its hash.
const (
	longQuery = 200 // bytes of a text that is kept apart
	keptApart = "queries/"
)

// apart gives the record with the names of long queries in place of their texts.
func (ld *Load) apart(it evidence.Item) evidence.Item {
	long := func(p evidence.Provenance) bool { return len(p.Query) > longQuery }
	if !slices.ContainsFunc(it.Provenance, long) {
		return it
	}
	it.Provenance = slices.Clone(it.Provenance)
	for i := range it.Provenance {
		p := &it.Provenance[i]
		if !long(*p) {
			continue
		}
		sum := sha256.Sum256([]byte(p.Query))
		hash := hex.EncodeToString(sum[:])
		if hash != ld.lastQuery { // mostly the records of one answer follow each other
			ld.w.do(`INSERT INTO queries (sha256, text) VALUES (?, ?) ON CONFLICT DO NOTHING`, hash, ld.enc.EncodeAll([]byte(p.Query), nil))
			ld.lastQuery = hash
		}
		p.Query = keptApart + hash
	}
	return it
}

// together puts the texts of queries back in their places.
func (l *Ledger) together(ctx context.Context, it *evidence.Item) error {
	for i := range it.Provenance {
		hash, named := strings.CutPrefix(it.Provenance[i].Query, keptApart)
		if !named || len(hash) != 2*sha256.Size {
			continue
		}
		var packed []byte
		err := l.db.QueryRowContext(ctx, `SELECT text FROM queries WHERE sha256 = ?`, hash).Scan(&packed)
		if errors.Is(err, sql.ErrNoRows) {
			return l.damaged(ctx, fmt.Errorf("%s: malformed: its query is not there", it.Ref))
		}
		if err != nil {
			return l.damaged(ctx, err)
		}
		text, err := l.decoder.DecodeAll(packed, nil)
		if err != nil {
			return l.damaged(ctx, fmt.Errorf("%s: malformed query: %w", it.Ref, err))
		}
		it.Provenance[i].Query = string(text)
	}
	return nil
}
