package run

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"

	"github.com/klauspost/compress/zstd"
	"golang.org/x/sync/errgroup"

	"github.com/tickmark-dev/tickmark/internal/evidence"
	"github.com/tickmark-dev/tickmark/internal/ledger"
)

// changeLog gives every change of the population with its outcomes, as often
// as it is asked: several documents walk over all of them. What the first walk
// worked out is kept in a file, so memory does not grow with the population
// and no change is tested twice. It is for one goroutine. Close it.
type changeLog struct {
	r       *Run
	l       *ledger.Ledger
	samples map[evidence.Ref]*evidence.Dossier // by what they are collected from, as the population's changes are
	scratch string                             // folder for that file
	spool   *os.File                           // nil before the first walk was whole
}

// inBatch is how many changes are tested side by side.
const inBatch = 64

func (r *Run) changeLog(l *ledger.Ledger, scratch string, samples []evidence.Dossier) *changeLog {
	log := &changeLog{r: r, l: l, scratch: scratch, samples: map[evidence.Ref]*evidence.Dossier{}}
	for i := range samples {
		log.samples[samples[i].Change.Sample.Ref] = &samples[i]
	}
	return log
}

// walk gives every change in order: of a sample its own dossier, of every
// other what the lists tell, tested and redacted.
func (log *changeLog) walk(ctx context.Context) iter.Seq2[evidence.Dossier, error] {
	return func(yield func(evidence.Dossier, error) bool) {
		next := log.test
		if log.spool != nil {
			next = log.again
		}
		stopped := false
		err := next(ctx, func(d evidence.Dossier) bool {
			stopped = !yield(d, nil)
			return !stopped
		})
		if err != nil && !stopped { // who has stopped must not be called again
			yield(evidence.Dossier{}, err)
		}
	}
}

// test works the dossiers out, and keeps them where the walk is whole.
func (log *changeLog) test(ctx context.Context, yield func(evidence.Dossier) bool) (err error) {
	keep, err := newSpool(log.scratch)
	if err != nil {
		return err
	}
	defer func() {
		if log.spool == nil {
			err = errors.Join(err, keep.discard())
		}
	}()
	var batch []evidence.Entry
	flush := func() (bool, error) {
		dossiers, err := log.batch(ctx, batch)
		batch = batch[:0]
		if err != nil {
			return false, err
		}
		for _, d := range dossiers {
			if err := keep.add(d); err != nil {
				return false, err
			}
			if !yield(d) {
				return false, nil
			}
		}
		return true, nil
	}
	for e, err := range log.l.Changes(ctx, ledger.Filter{InPopulation: true}) {
		if err != nil {
			return err
		}
		if batch = append(batch, e); len(batch) == inBatch {
			if more, err := flush(); !more {
				return err
			}
		}
	}
	if more, err := flush(); !more {
		return err
	}
	log.spool, err = keep.finish()
	return err
}

// batch works out the dossiers of some changes side by side.
func (log *changeLog) batch(ctx context.Context, entries []evidence.Entry) ([]evidence.Dossier, error) {
	out := make([]evidence.Dossier, len(entries))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(collecting)
	for i, e := range entries {
		if d := log.samples[e.Ref]; d != nil {
			out[i] = *d
			continue
		}
		group.Go(func() error {
			c, err := log.l.Assemble(ctx, e)
			if err != nil {
				return err
			}
			c.AsOf = log.r.session.AsOf()
			out[i], err = log.r.tested(ctx, log.l, c)
			return err
		})
	}
	return out, group.Wait()
}

// again gives what the first walk kept.
func (log *changeLog) again(ctx context.Context, yield func(evidence.Dossier) bool) error {
	if _, err := log.spool.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("reading the tested changes again: %w", err)
	}
	packed, err := zstd.NewReader(bufio.NewReader(log.spool), zstd.WithDecoderConcurrency(1))
	if err != nil {
		return fmt.Errorf("reading the tested changes again: %w", err)
	}
	defer packed.Close()
	for in := json.NewDecoder(packed); ; {
		var d evidence.Dossier
		err := cmp.Or(ctx.Err(), in.Decode(&d))
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("reading the tested changes again: %w", err)
		}
		// The samples' own hold what a file does not: pictures and other exhibits.
		if own := log.samples[d.Change.Sample.Ref]; own != nil {
			d = *own
		}
		if !yield(d) {
			return nil
		}
	}
}

// Close removes what was kept.
func (log *changeLog) Close() error {
	if log == nil || log.spool == nil {
		return nil
	}
	f := log.spool
	log.spool = nil
	return errors.Join(f.Close(), os.Remove(f.Name()))
}

// spool is a file of dossiers while it is written.
type spool struct {
	f      *os.File
	packed *zstd.Encoder
	out    *json.Encoder
}

func newSpool(dir string) (*spool, error) {
	f, err := os.CreateTemp(dir, "tested-*.tmp")
	if err != nil {
		return nil, fmt.Errorf("keeping the tested changes: %w", err)
	}
	packed, err := zstd.NewWriter(f, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1))
	if err != nil {
		return nil, errors.Join(fmt.Errorf("keeping the tested changes: %w", err), f.Close(), os.Remove(f.Name()))
	}
	return &spool{f, packed, json.NewEncoder(packed)}, nil
}

func (s *spool) add(d evidence.Dossier) error {
	if err := s.out.Encode(d); err != nil {
		return fmt.Errorf("keeping the tested changes: %w", err)
	}
	return nil
}

func (s *spool) finish() (*os.File, error) {
	if err := s.packed.Close(); err != nil {
		return nil, fmt.Errorf("keeping the tested changes: %w", err)
	}
	return s.f, nil
}

func (s *spool) discard() error {
	_ = s.packed.Close() // what it holds is not wanted
	return errors.Join(s.f.Close(), os.Remove(s.f.Name()))
}
