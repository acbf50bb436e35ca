package ledger

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/klauspost/compress/zstd"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// Load is one filling of the ledger. Its methods are called from one
// goroutine. Finish puts what was loaded into the ledger's place; until then,
// and where Finish fails or Discard is called instead, the ledger stays as it was.
type Load struct {
	l      *Ledger
	w      *writer
	about  about
	zone   *time.Location
	enc    *zstd.Encoder
	keys   []string // of the projects
	repos  map[[2]string]int64
	people map[evidence.Person]int64
	parts  map[[2]string]int64
	lock   *os.File // held until the load is done
	done   bool

	lastQuery string // hash of the one that was kept last
}

// Begin starts a load. Everything that belongs to the population has to be
// given to it: what an earlier load held counts no more. It waits while another
// run loads.
func (l *Ledger) Begin(ctx context.Context, period evidence.Period, zone *time.Location, scope Scope) (*Load, error) {
	if zone == nil {
		return nil, errors.New("ledger: a load needs the zone in which days are counted")
	}
	if !period.From.Before(period.To) {
		return nil, fmt.Errorf("ledger: the period from %s to %s is empty or reversed", period.From.Format(time.RFC3339), period.To.Format(time.RFC3339))
	}
	enc, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(zstd.SpeedFastest))
	if err != nil {
		return nil, fmt.Errorf("ledger: %w", err)
	}
	lock, err := hold(ctx, l.path)
	if err != nil {
		return nil, fmt.Errorf("ledger: %w", err)
	}
	db, err := create(l.path + partSuffix)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("ledger: %w", err), lock.Close())
	}
	w, err := newWriter(db)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("ledger: %w", err), db.Close(), lock.Close())
	}
	ld := &Load{l: l, w: w, lock: lock, zone: zone, enc: enc, repos: map[[2]string]int64{}, people: map[evidence.Person]int64{}, parts: map[[2]string]int64{},
		about: about{Period: evidence.Period{From: period.From.UTC(), To: period.To.UTC()}, Zone: zone.String(), Scope: scope}}
	ld.begin(scope)
	if w.err != nil {
		return nil, errors.Join(fmt.Errorf("ledger: %w", w.err), ld.Discard())
	}
	return ld, nil
}

func (ld *Load) begin(scope Scope) {
	const configured = `INSERT INTO visible (system, kind, name, configured) VALUES (?, ?, ?, 1) ON CONFLICT DO UPDATE SET configured = 1`
	for _, r := range scope.Repositories {
		ld.w.do(configured, r.System, "repository", r.Name)
		if r.Branch != "" {
			ld.w.do(`UPDATE repositories SET branch = ? WHERE id = ?`, r.Branch, ld.repository(r.System, r.Name))
		} else {
			ld.repository(r.System, r.Name)
		}
	}
	for _, p := range scope.Projects {
		ld.w.do(configured, p.System, "project", p.Key)
		ld.keys = append(ld.keys, strings.ToUpper(p.Key))
	}
	for _, key := range scope.Keys {
		if key = strings.ToUpper(key); !slices.Contains(ld.keys, key) {
			ld.keys = append(ld.keys, key)
		}
	}
}

// Dataset adds how a data set was obtained. Of two that say different things of
// one, the worse news counts: the one with more signs of incompleteness.
func (ld *Load) Dataset(d evidence.IPE) error {
	text, err := json.Marshal(d)
	if err != nil {
		return fmt.Errorf("ledger: data set %q: %w", d.Dataset, err)
	}
	ld.w.do(`INSERT INTO datasets (system, dataset, scope, rows, truncations, ipe) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT DO UPDATE SET rows = excluded.rows, truncations = excluded.truncations, ipe = excluded.ipe WHERE excluded.truncations > truncations OR excluded.truncations = truncations AND excluded.ipe > ipe`,
		d.System, d.Dataset, d.Scope, d.Rows, len(d.Truncations), string(text))
	for _, e := range d.Exclusions {
		for _, id := range e.IDs {
			repository, number, ok := strings.Cut(id, "#")
			if n, err := strconv.Atoi(number); ok && err == nil { // it explains what that number is
				ld.w.do(`INSERT INTO other_numbers (system, repository, number, what) VALUES (?, ?, ?, ?)
					ON CONFLICT DO UPDATE SET what = max(what, excluded.what)`, d.System, repository, n, e.Rule)
			}
		}
	}
	return ld.failed()
}

// Principal adds what a source lets us see.
func (ld *Load) Principal(p evidence.Principal) error {
	const state = `UPDATE visible SET state = ? WHERE system = ? AND name = ?`
	for _, n := range p.Visible {
		ld.w.do(state, "visible", p.System, n)
	}
	for _, n := range p.Hidden {
		ld.w.do(state, "hidden", p.System, n)
	}
	return ld.failed()
}

// Source says of which listing the load is, so that a later reader can tell
// whether the ledger is of the vault's newest one.
func (ld *Load) Source(text string) { ld.about.Source = text }

// Note adds a remark on how complete the population can be.
func (ld *Load) Note(text string) error {
	ld.note("%s", text)
	return ld.failed()
}

func (ld *Load) note(format string, args ...any) {
	ld.w.do(`INSERT INTO notes (text) VALUES (?) ON CONFLICT DO NOTHING`, fmt.Sprintf(format, args...))
}

// Item adds one record. The same record a second time changes nothing; of two
// versions of a record the one that was retrieved last counts.
func (ld *Load) Item(it evidence.Item) error {
	if ld.done {
		return errors.New("ledger: the load is finished")
	}
	if it.Ref.Kind == "" || it.Ref.System == "" || it.Ref.ID == "" {
		return fmt.Errorf("ledger: a record without a reference: %q", it.Ref)
	}
	if err := ld.item(it, false); err != nil {
		return err
	}
	return ld.failed()
}

func (ld *Load) failed() error {
	if ld.w.err != nil {
		return fmt.Errorf("ledger: %w", ld.w.err)
	}
	return nil
}

// item stores a record. Nested ones are those that another record tells of;
// the record itself counts more.
func (ld *Load) item(it evidence.Item, nested bool) error {
	text, err := encode(ld.apart(it))
	if err != nil {
		return fmt.Errorf("ledger: %s: %w", it.Ref, err)
	}
	sum := sha256.Sum256(text)
	hash, asOf := hex.EncodeToString(sum[:]), retrieved(it)
	var id int64
	var oldNested bool
	var oldHash, oldAsOf string
	known := ld.w.one(`SELECT id, nested, as_of, sha256 FROM records WHERE kind = ? AND system = ? AND name = ?`,
		[]any{it.Ref.Kind, it.Ref.System, it.Ref.ID}, &id, &oldNested, &oldAsOf, &oldHash)
	if known && !newer(nested, oldNested, asOf, oldAsOf, hash, oldHash) {
		return nil
	}
	about := describe(it)
	packed := ld.enc.EncodeAll(text, nil)
	if known {
		ld.forget(id)
		ld.w.do(`UPDATE records SET url = ?, title = ?, at = ?, text = ?, nested = ?, as_of = ?, sha256 = ?, item = ? WHERE id = ?`,
			about.url, about.title, when(about.at), fold(about.text), nested, asOf, hash, packed, id)
	} else {
		id = ld.w.insert(`INSERT INTO records (kind, system, name, url, title, at, text, nested, as_of, sha256, item) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			it.Ref.Kind, it.Ref.System, it.Ref.ID, about.url, about.title, when(about.at), fold(about.text), nested, asOf, hash, packed)
	}
	switch {
	case it.PullRequest != nil:
		ld.pullRequest(id, it)
	case it.Commit != nil:
		ld.commit(id, it)
	case it.Deployment != nil:
		return ld.deployment(id, it)
	case it.Ticket != nil:
		ld.ticket(id, it)
	case it.Build != nil:
		ld.build(id, it)
	}
	return nil
}

// newer reports whether a version of a record counts more than the one that is
// there. It orders all versions, so that the order of loading does not matter.
func newer(nested, oldNested bool, asOf, oldAsOf, hash, oldHash string) bool {
	switch {
	case nested != oldNested:
		return oldNested
	case asOf != oldAsOf:
		return asOf > oldAsOf
	}
	return hash > oldHash
}

// retrieved is when the record was last retrieved or confirmed.
func retrieved(it evidence.Item) string {
	var last time.Time
	for _, p := range it.Provenance {
		for _, t := range []time.Time{p.RetrievedAt, p.ConfirmedAt} {
			if t.After(last) {
				last = t
			}
		}
	}
	if last.IsZero() {
		return ""
	}
	return last.UTC().Format(stamp)
}

func encode(it evidence.Item) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(it); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// forget takes out what a record's earlier version brought.
func (ld *Load) forget(id int64) {
	for _, table := range []string{"pull_requests", "pull_request_commits", "commits", "commit_pull_requests", "deployments", "tickets",
		"ticket_keys", "ticket_links", "named_tickets", "record_people", "record_components"} {
		ld.w.do(`DELETE FROM `+table+` WHERE record = ?`, id)
	}
}

// Discard gives the load up; the ledger stays as it was.
func (ld *Load) Discard() error {
	if ld.done {
		return nil
	}
	ld.done = true
	_ = ld.enc.Close()
	return errors.Join(ld.w.tx.Rollback(), ld.w.db.Close(), os.Remove(ld.l.path+partSuffix), ld.lock.Close())
}

// Finish works out the links, changes and orphans, and puts the load in the
// ledger's place. Nobody may be reading the ledger meanwhile.
func (ld *Load) Finish(ctx context.Context) error {
	if ld.done {
		return errors.New("ledger: the load is finished")
	}
	err := ld.failed()
	if err == nil {
		err = ld.derive(ctx)
	}
	if err != nil {
		return errors.Join(err, ld.Discard())
	}
	ld.done = true
	_ = ld.enc.Close()
	if err = ld.w.tx.Commit(); err != nil {
		err = errors.Join(err, ld.w.db.Close())
	} else {
		err = ld.l.swap(ld.w.db)
	}
	if err := errors.Join(err, ld.lock.Close()); err != nil {
		return fmt.Errorf("ledger: %w", err)
	}
	return nil
}

// derive carries out the steps one after another; each reads what those before
// it have written.
func (ld *Load) derive(ctx context.Context) error {
	// The order of joins that matters is written as CROSS JOIN, which SQLite keeps to.
	ld.exec(derived)
	for _, step := range []func(){
		ld.lines, ld.courses, ld.landings, ld.owners,
		ld.pullRequestChanges, ld.unlistedChanges, ld.commitChanges, ld.besideChanges, ld.linkTickets, ld.shareTickets, ld.ticketChanges,
		ld.orphans, ld.numbers, ld.remember,
	} {
		if err := ctx.Err(); err != nil {
			return err
		}
		step()
		if err := ld.failed(); err != nil {
			return err
		}
	}
	ld.exec(finals + `ANALYZE;`)
	return ld.failed()
}

// exec runs several statements.
func (ld *Load) exec(script string) {
	if ld.w.err != nil {
		return
	}
	_, err := ld.w.tx.Exec(script)
	ld.w.fail(err)
}

func (ld *Load) remember() {
	text, err := json.Marshal(ld.about)
	ld.w.fail(err)
	ld.w.do(`INSERT INTO meta (name, value) VALUES ('about', ?), ('from', ?), ('to', ?), ('zone', ?)`,
		string(text), when(ld.about.Period.From), when(ld.about.Period.To), ld.about.Zone)
}
