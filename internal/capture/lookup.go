package capture

import (
	"context"
	"errors"
	"fmt"
)

// lookup answers ask from the vault where the vault may, and by send where
// not. Requests for the same thing that come at once share one send.
func (s *Session) lookup(ctx context.Context, ask *record, send func(context.Context) (*record, error)) (*record, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if s.offline {
		return s.replay(ctx, ask)
	}
	k := ask.key()
	for {
		s.mu.Lock()
		if s.broken != nil {
			err := s.broken
			s.mu.Unlock()
			return nil, err
		}
		if s.closed {
			s.mu.Unlock()
			return nil, fmt.Errorf("%w: the run has ended", ErrVault)
		}
		if loc, ok := s.index.answers[k]; ok && s.index.current(loc) {
			s.mu.Unlock()
			return s.recorded(ask, loc)
		}
		if loc, ok := s.index.success(k); ok && isImmutable(ctx) {
			principal := s.principals[ask.System]
			s.mu.Unlock()
			if rec, err := s.read(ask, loc); err == nil && rec.RetrievedBy == principal && s.vault.has(rec.SHA256) {
				s.stats.replayed.Add(1)
				return rec, nil
			}
			s.mu.Lock()
		}
		if f := s.flights[k]; f != nil {
			s.mu.Unlock()
			select {
			case <-ctx.Done():
				return nil, ctx.Err()
			case <-f.done:
			}
			if f.err == nil {
				s.stats.replayed.Add(1)
				return f.rec, nil
			}
			// What ended the other's context has not ended ours.
			if errors.Is(f.err, context.Canceled) || errors.Is(f.err, context.DeadlineExceeded) {
				continue
			}
			return nil, f.err
		}
		f := &flight{done: make(chan struct{})}
		s.flights[k] = f
		s.mu.Unlock()
		f.rec, f.err = send(ctx)
		s.mu.Lock()
		delete(s.flights, k)
		s.mu.Unlock()
		close(f.done)
		return f.rec, f.err
	}
}

// replay answers from the vault alone.
func (s *Session) replay(ctx context.Context, ask *record) (*record, error) {
	k := ask.key()
	s.mu.Lock()
	loc, ok := s.index.answers[k]
	if success, found := s.index.success(k); found && isImmutable(ctx) {
		loc, ok = success, true
	}
	failure, failed := s.index.failures[k]
	s.mu.Unlock()
	if ok {
		return s.recorded(ask, loc)
	}
	if !failed {
		return nil, fmt.Errorf("%w: %s; run once without offline to get it", ErrNotRecorded, ask.describe())
	}
	rec, err := s.read(ask, failure)
	if err != nil {
		return nil, err
	}
	if rec.SHA256 == "" && rec.Reason != "" {
		// What the run that asked was told, so that its package can be made again.
		return nil, &SourceError{System: ask.System, URL: ask.URL, Reason: rec.Reason, Detail: rec.Error, Err: ErrNotRecorded}
	}
	if rec.SHA256 == "" {
		return nil, fmt.Errorf("%w: %s; the last attempt failed on %s: %s", ErrNotRecorded, ask.describe(), rec.Time.Format("2006-01-02 15:04 UTC"), rec.Error)
	}
	s.stats.replayed.Add(1)
	return rec, nil
}

func (s *Session) recorded(ask *record, loc location) (*record, error) {
	rec, err := s.read(ask, loc)
	if err == nil {
		s.stats.replayed.Add(1)
	}
	return rec, err
}

// read gives the record at loc, which must be of what was asked.
func (s *Session) read(ask *record, loc location) (*record, error) {
	s.mu.Lock()
	run := s.index.runs[loc.run]
	s.mu.Unlock()
	rec, err := readRecord(s.vault.journalPath(run), loc)
	if err != nil {
		return nil, err
	}
	if rec.key() != ask.key() {
		return nil, fmt.Errorf("%w: the journal %s changed while it was in use", ErrVault, run)
	}
	return rec, nil
}
