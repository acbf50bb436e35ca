package main

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
)

// logHandler prints what happens during a run as lines for a person, between
// the bars of the progress.
type logHandler struct {
	least    slog.Level
	mu       *sync.Mutex
	t        terminal
	progress *progress
	attrs    []slog.Attr
}

func (h *logHandler) Enabled(_ context.Context, l slog.Level) bool { return l >= h.least }

func (h *logHandler) Handle(_ context.Context, r slog.Record) error {
	label := "warning"
	if r.Level < slog.LevelWarn {
		label = "verbose"
	}
	var details []string
	add := func(a slog.Attr) bool {
		details = append(details, a.Key+" "+a.Value.String())
		return true
	}
	for _, a := range h.attrs {
		add(a)
	}
	r.Attrs(add)
	text := r.Message
	if len(details) > 0 {
		text += " (" + strings.Join(details, ", ") + ")"
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.progress.above(func() { fmt.Fprintf(h.t.err, "tickmark: %s: %s\n", label, tame(text)) })
	return nil
}

func (h *logHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	more := *h
	more.attrs = append(append([]slog.Attr(nil), h.attrs...), attrs...)
	return &more
}

// WithGroup keeps the names as they are: there are too few to be mistaken.
func (h *logHandler) WithGroup(string) slog.Handler { return h }
