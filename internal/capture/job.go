package capture

import (
	"cmp"
	"context"
	"sync"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// A Job ties what the transport records to the record being collected. It is
// safe for use by several goroutines; requests that are made at once are
// listed in the order in which they were begun, so a collector whose output
// must not depend on timing makes them one after another.
type Job struct {
	collector string

	mu    sync.Mutex
	slots []evidence.Provenance // zero until answered
}

// NewJob begins a job of a collector ("github 0.1.0").
func NewJob(collector string) *Job { return &Job{collector: collector} }

type jobKey struct{}

// WithJob gives a context whose requests are recorded for the job.
func WithJob(ctx context.Context, j *Job) context.Context {
	return context.WithValue(ctx, jobKey{}, j)
}

// JobFrom gives the job of a context, or nil.
func JobFrom(ctx context.Context) *Job {
	j, _ := ctx.Value(jobKey{}).(*Job)
	return j
}

// Provenance gives what was recorded for the job so far, in order of request,
// each payload once: a request that is repeated within the job is listed where
// it was first made. Requests that got no response are not listed.
func (j *Job) Provenance() []evidence.Provenance {
	j.mu.Lock()
	defer j.mu.Unlock()
	var out []evidence.Provenance
	seen := map[evidence.Provenance]bool{{}: true}
	for _, p := range j.slots {
		if !seen[p] {
			seen[p] = true
			out = append(out, p)
		}
	}
	return out
}

// name is the collector's, or "" where there is no job.
func (j *Job) name() string {
	if j == nil {
		return ""
	}
	return j.collector
}

// begin takes the next place in the order.
func (j *Job) begin() int {
	if j == nil {
		return -1
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	j.slots = append(j.slots, evidence.Provenance{})
	return len(j.slots) - 1
}

// done fills the place that begin gave.
func (j *Job) done(slot int, p evidence.Provenance) {
	if j == nil {
		return
	}
	p.Collector = cmp.Or(p.Collector, j.collector)
	j.mu.Lock()
	defer j.mu.Unlock()
	j.slots[slot] = p
}

type immutableKey struct{}

// Immutable gives a context whose requests name things that cannot change
// once they were had (the log of a finished job, a commit by its hash). Where
// such a request was answered with a success in any run, under the same
// principal, it is answered from the vault and the source is not asked: its
// retention may have deleted the thing since.
func Immutable(ctx context.Context) context.Context {
	return context.WithValue(ctx, immutableKey{}, true)
}

func isImmutable(ctx context.Context) bool {
	v, _ := ctx.Value(immutableKey{}).(bool)
	return v
}
