package main

import (
	"io"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"
)

// progress draws a bar for each stage on a terminal.
type progress struct {
	mu  sync.Mutex
	out io.Writer
	bar *progressbar.ProgressBar
	off bool
}

// newProgress gives a bar where stderr is a terminal that can redraw a line
// and nothing else is written there, and silence elsewhere. The bar has no
// colours, so NO_COLOR changes nothing about it.
func newProgress(t terminal, verbose bool) *progress {
	kind, _ := t.getenv("TERM")
	return &progress{out: t.err, off: verbose || kind == "dumb" || !isTerminal(t.err)}
}

func (p *progress) Stage(name string, total int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.off {
		return
	}
	p.clear()
	options := []progressbar.Option{
		progressbar.OptionSetWriter(p.out),
		progressbar.OptionSetDescription(name),
		progressbar.OptionSetWidth(24),
		progressbar.OptionSetElapsedTime(false),
		progressbar.OptionSetPredictTime(false),
		progressbar.OptionThrottle(50 * time.Millisecond),
		progressbar.OptionClearOnFinish(),
		progressbar.OptionSetRenderBlankState(true),
	}
	if total == 0 {
		total = -1
		options = append(options, progressbar.OptionSpinnerType(14))
	} else {
		options = append(options, progressbar.OptionShowCount())
	}
	p.bar = progressbar.NewOptions(total, options...)
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
	p.clear()
}

// above prints something in place of the bar, which comes back below it.
func (p *progress) above(write func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.bar != nil {
		_ = p.bar.Clear()
	}
	write()
	if p.bar != nil {
		_ = p.bar.RenderBlank()
	}
}

func (p *progress) clear() {
	if p.bar != nil {
		_ = p.bar.Clear()
		_ = p.bar.Exit()
		p.bar = nil
	}
}
