package main

import (
	"io"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"
	runner "github.com/tickmark-dev/tickmark/internal/run"
)

// progress draws a bar for each stage on a terminal.
type progress struct {
	mu  sync.Mutex
	out io.Writer
	bar *progressbar.ProgressBar
	off bool
}

// newProgress gives a bar where stderr is a terminal, and silence elsewhere.
func newProgress(t terminal) runner.Progress {
	_, plain := t.getenv("NO_COLOR")
	return &progress{out: t.err, off: !isTerminal(t.err) || plain}
}

func (p *progress) Stage(name string, total int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.off {
		return
	}
	if p.bar != nil {
		_ = p.bar.Finish()
	}
	if total == 0 {
		total = -1
	}
	p.bar = progressbar.NewOptions(total,
		progressbar.OptionSetWriter(p.out),
		progressbar.OptionSetDescription(name),
		progressbar.OptionSetWidth(24),
		progressbar.OptionShowCount(),
		progressbar.OptionSetElapsedTime(false),
		progressbar.OptionSetPredictTime(false),
		progressbar.OptionThrottle(50*time.Millisecond),
		progressbar.OptionClearOnFinish(),
	)
}

func (p *progress) Step(string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.bar != nil {
		_ = p.bar.Add(1)
	}
}

// Done clears the bar before the command's last words.
func (p *progress) Done() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.bar != nil {
		_ = p.bar.Finish()
		p.bar = nil
	}
}
