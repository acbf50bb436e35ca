package xlsx

import (
	"iter"
	"runtime/metrics"
	"sync"
	"testing"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
	"github.com/tickmark-dev/tickmark/render/rendertest"
)

// population is a package with a log of n changes and two samples, and nothing
// of the population but its size.
func population(n int, log iter.Seq2[evidence.Dossier, error]) evidence.Package {
	p := rendertest.AuditPackage()
	p.Log, p.Selection, p.Files = log, nil, nil
	p.Population.Size, p.Population.Orphans, p.Population.Releases = n, nil, nil
	return p
}

// BenchmarkWorkbook prints how long the workbook of a population takes, the
// most that the heap held meanwhile, and the size of the file.
func BenchmarkWorkbook(b *testing.B) {
	for _, size := range []struct {
		name string
		n    int
	}{{"1000", 1000}, {"10000", 10_000}, {"100000", 100_000}} {
		b.Run(size.name, func(b *testing.B) {
			for b.Loop() {
				start, stop := time.Now(), watchHeap()
				data, err := Workbook(population(size.n, rendertest.Changes(size.n)))
				if err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(float64(stop())/(1<<20), "MiB-peak-heap")
				b.ReportMetric(float64(len(data))/(1<<20), "MiB-file")
				b.ReportMetric(time.Since(start).Seconds(), "s")
			}
		})
	}
}

// watchHeap looks at the heap until stop is called, which gives the most that
// its live and not yet swept objects took.
func watchHeap() (stop func() uint64) {
	done := make(chan struct{})
	var most uint64
	var watching sync.WaitGroup
	watching.Go(func() {
		sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
		tick := time.NewTicker(5 * time.Millisecond)
		defer tick.Stop()
		for {
			metrics.Read(sample)
			most = max(most, sample[0].Value.Uint64())
			select {
			case <-done:
				return
			case <-tick.C:
			}
		}
	})
	return func() uint64 {
		close(done)
		watching.Wait()
		return most
	}
}
