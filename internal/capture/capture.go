// Package capture is the one way in: every byte of evidence passes through
// its transport, which adds the credential for the configured host only,
// retries, keeps to the source's limits, and records each body with its
// provenance in the vault; and the same transport replays what was recorded.
//
// # What is recorded
//
// One request is one line of the run's journal: what was asked, what was
// answered, and the SHA-256 of the body, which lies compressed in the vault.
// The answer that an SDK sees is always made from that line and that body, so
// an online run, an offline run and an answer that was already had in the same
// run take one path and say the same.
//
// # Answers and failures
//
// An answer is what a source says of a record: a success, but also "not
// found", "you may not" and "gone". A failure says nothing of the record: no
// connection, a 5xx, a limit, a rejected login, a web page in place of data.
// Both are journaled. Offline the newest answer is given; where a source never
// answered, its newest failure that came as a response is given again, and
// where there was not even that, the error wraps ErrNotRecorded.
//
// # One run is one snapshot
//
// A request that was answered is not sent again in the same run: it is
// answered from the vault. So a run sees one state of each resource, and a
// package that is made online and made again offline afterwards is the same.
//
// # The vault
//
// A private folder, to which only is added:
//
//	vault.json                     what this folder is, and its version
//	lock                           held by the run that records; its text says who
//	objects/ab/<sha256>.zst        bodies as received, each one zstd frame, by the SHA-256 of the body
//	journal/000001-<time>Z.jsonl   one file a run, numbered; one JSON object a line
//	tmp/                           unfinished bodies and journals
//
// Each line of a journal holds the SHA-256 of the line before it, without its
// newline, and the first line of a run that of the last line of the run before:
// sha256sum and zstd are enough to prove a vault. A line is written when its
// body is on the disk, and an answer is given when its line is; so a run that
// is killed loses nothing that it had reported. At most its last line is torn,
// which has no newline then and is left out.
//
// # Reading only
//
// The transport sends GET, HEAD, and the POSTs that are queries. It refuses
// every other request, so nothing in this program can change a source.
package capture

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// Options opens a session.
type Options struct {
	Dir     string           // of the vault; made if it is not there
	Offline bool             // answer from the vault alone
	Tool    string           // "tickmark 0.1.0"; goes into the journal
	Now     func() time.Time // the clock; required
	Log     *slog.Logger     // required
	// FirstPause is how long to wait before a request that failed is repeated;
	// every further pause is twice as long. 0 means half a second; tests are
	// shorter of patience.
	FirstPause time.Duration
}

// An Endpoint is one configured system, as the transport needs to know it.
type Endpoint struct {
	System    string              // its configured name
	BaseURL   *url.URL            // credentials go to this scheme, host and port and nowhere else, also after redirects
	Authorize func(*http.Request) // adds the credential; nil where there is none
	// Concurrency bounds the requests under way at once; 0 means 8. Clients of
	// one system share the bound of the first.
	Concurrency int
	// MaxBody bounds a response body in bytes; 0 means 64 MiB. A longer one is an error, never cut in silence.
	MaxBody int64
	// Secrets are texts that must not be written anywhere: they read REDACTED
	// in every recorded URL, query, header and error. What Authorize adds is
	// treated so without being named here.
	Secrets []string
}

const (
	defaultConcurrency = 8
	defaultMaxBody     = 64 << 20
)

// A Session is one run over one vault. It is safe for use by several goroutines.
type Session struct {
	offline bool
	agent   string // names this program to the sources
	now     func() time.Time
	log     *slog.Logger
	vault   *vault
	journal *journal // nil offline
	base    *http.Transport
	policy  policy
	stats   counters
	secrets *secrets

	mu         sync.Mutex
	index      *index
	flights    map[key]*flight
	limiters   map[string]*limiter
	principals map[string]string
	broken     error // the first failure to record
	closed     bool
}

// Open opens the vault and begins a run. Close it.
//
// Online it takes the vault for itself: a second run over the same vault gets
// an error that says who has it. Offline it writes nothing, and may run beside
// others; it sees what was recorded before it was opened.
func Open(ctx context.Context, o Options) (*Session, error) {
	if o.Now == nil || o.Log == nil || o.Dir == "" {
		return nil, errors.New("opening the vault: no folder, clock or log was given")
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s := &Session{
		offline:    o.Offline,
		agent:      strings.ReplaceAll(o.Tool, " ", "/"),
		now:        func() time.Time { return o.Now().UTC().Round(0).Truncate(time.Millisecond) },
		log:        o.Log,
		base:       newBaseTransport(),
		policy:     defaultPolicy(o.FirstPause),
		secrets:    newSecrets(),
		flights:    map[key]*flight{},
		limiters:   map[string]*limiter{},
		principals: map[string]string{},
	}
	var err error
	if s.vault, err = openVault(o.Dir, o.Offline); err != nil {
		return nil, err
	}
	runs, err := s.vault.runs()
	if err == nil {
		s.index, err = loadIndex(ctx, s.vault, runs)
	}
	if err == nil && !o.Offline {
		s.journal, err = beginJournal(s.vault, runs, s.index, o.Tool, s.now())
	}
	if err != nil {
		return nil, errors.Join(err, s.vault.close())
	}
	if s.journal != nil {
		s.index.runs = append(s.index.runs, s.journal.run)
		s.index.opened(s.journal.opened)
	} else {
		s.principals = s.index.principals()
	}
	return s, nil
}

// Client gives an HTTP client that speaks to e through the transport. Give it
// to an SDK as it is. It follows redirects itself, so a request gives the
// answer at the end of them; without a response there is an error for
// ReasonOfError. Authorize is called once beforehand, on a request that is not
// sent, to learn what must not be written.
func (s *Session) Client(e Endpoint) *http.Client {
	if e.MaxBody <= 0 {
		e.MaxBody = defaultMaxBody
	}
	s.secrets.add(e.Secrets...)
	s.secrets.probe(e)
	return &http.Client{
		Transport:     &transport{s: s, e: e, limit: s.limiter(e)},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// Authenticated tells the session whom a system takes us for. Everything that
// is recorded of that system afterwards carries it.
func (s *Session) Authenticated(system, principal string) {
	s.mu.Lock()
	known := s.principals[system]
	s.principals[system] = principal
	s.mu.Unlock()
	if s.offline || known == principal {
		return
	}
	// A failure to write is kept and given by Err, Close and the next request.
	_, _ = s.append(&record{Kind: kindPrincipal, System: system, RetrievedBy: principal, Time: s.now()})
}

// Proven reports whether the login at a system is proven: online, whether
// Authenticated was called; offline, whether it was in the newest run that the
// system answered in.
func (s *Session) Proven(system string) bool { return s.Principal(system) != "" }

// Principal is whom a system takes us for, or "" where that is not proven.
func (s *Session) Principal(system string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.principals[system]
}

// AsOf is the time of the last retrieval of this vault, UTC: it stands for
// "now" in everything that is made from it. Offline it is that of the newest
// record; so it is the same after an online run and offline afterwards. In a
// vault where nothing was ever retrieved it is when the last run began.
func (s *Session) AsOf() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.index.asOf()
}

// Blob opens a recorded body by its SHA-256. Close it. Reading fails at the
// end where the bytes are not those of the hash.
func (s *Session) Blob(sha256 string) (io.ReadCloser, error) {
	if !isHash(sha256) {
		return nil, fmt.Errorf("%q is not a SHA-256 in hex", sha256)
	}
	return s.vault.open(sha256, -1)
}

// Err is the first failure to record, or nil. After one the run cannot be
// completed: what was recorded before it is safe.
func (s *Session) Err() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.broken
}

// Close ends the run and gives the vault free. It returns Err, so that a run
// whose recording failed cannot end well.
func (s *Session) Close() error {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return nil
	}
	s.closed = true
	s.mu.Unlock()
	if s.journal != nil {
		_, _ = s.append(&record{Kind: kindEnd, Time: s.now()})
		if err := s.journal.close(); err != nil {
			_ = s.fail(err)
		}
	}
	s.base.CloseIdleConnections()
	err := s.vault.close()
	return errors.Join(s.Err(), err)
}

// append journals r durably and indexes it.
func (s *Session) append(r *record) (location, error) {
	loc, err := s.journal.append(r)
	if err != nil {
		return location{}, s.fail(err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	loc.run = int32(len(s.index.runs) - 1)
	s.index.add(r.note(loc))
	return loc, nil
}

// fail keeps the first failure to record.
func (s *Session) fail(err error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.broken == nil {
		s.broken = err
	}
	return err
}
