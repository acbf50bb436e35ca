package capture

import (
	"bytes"
	"context"
	"fmt"
	"strconv"
	"unicode/utf8"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// Fetch is the transport for what is not HTTP (git, files): online it calls do
// and records what it read under name; offline it gives back what was recorded
// last. Name says what was asked for ("git log -1 abc", "file:evidence/x.png")
// and is the provenance's URL.
//
// What was read once in a run is not read again in it. An error of do is
// returned as it is, and nothing is recorded. The bytes are the caller's own.
func (s *Session) Fetch(ctx context.Context, system, name string, do func(context.Context) ([]byte, error)) ([]byte, error) {
	ask := &record{System: system, Method: methodFetch, URL: s.secrets.clean(legible(name))}
	job := JobFrom(ctx)
	ask.Collector = job.name()
	slot := job.begin()
	rec, err := s.lookup(ctx, ask, func(ctx context.Context) (*record, error) {
		b, err := do(ctx)
		if err != nil {
			return nil, err
		}
		return s.keepFetched(ask, b)
	})
	if err != nil {
		return nil, err
	}
	b, err := s.vault.bytes(rec.SHA256, rec.Size)
	if err != nil {
		return nil, &SourceError{System: system, URL: ask.URL, Reason: evidence.Unreachable, Detail: err.Error(), Err: err}
	}
	job.done(slot, rec.provenance())
	return b, nil
}

// Recall gives what was recorded last under name, in this run or an earlier
// one, online as well. The error wraps ErrNotRecorded where nothing was.
func (s *Session) Recall(ctx context.Context, system, name string) ([]byte, error) {
	rec, err := s.replay(ctx, &record{System: system, Method: methodFetch, URL: s.secrets.clean(legible(name))})
	if err != nil {
		return nil, err
	}
	return s.vault.bytes(rec.SHA256, rec.Size)
}

// legible quotes a name that is not UTF-8, which a line of the journal cannot
// hold: names that differ stay different.
func legible(name string) string {
	if utf8.ValidString(name) {
		return name
	}
	return strconv.Quote(name)
}

func (s *Session) keepFetched(ask *record, b []byte) (*record, error) {
	st, err := s.vault.stage(bytes.NewReader(b), int64(len(b)), s.secrets)
	if err != nil {
		return nil, fmt.Errorf("recording %s: %w", ask.describe(), err)
	}
	if err := st.commit(false); err != nil {
		return nil, s.fail(err)
	}
	rec := *ask
	rec.Kind, rec.Time, rec.Attempt = kindAnswer, s.now(), 1
	rec.RetrievedBy = s.Principal(ask.System)
	rec.SHA256, rec.Size = st.sha, st.size
	if _, err := s.append(&rec); err != nil {
		return nil, err
	}
	return &rec, nil
}
