package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"strings"
	"time"
)

// prompt asks a person on a terminal.
type prompt struct {
	in  <-chan string // closed where no more comes
	out io.Writer
}

// lines reads lines as they are typed, so that whoever waits for one can be
// interrupted.
func lines(in io.Reader) <-chan string {
	out := make(chan string)
	go func() {
		defer close(out)
		for s := bufio.NewScanner(in); s.Scan(); {
			out <- s.Text()
		}
	}()
	return out
}

// ask puts one question until it has an answer that makes a valid
// configuration with those before it.
func (p prompt) ask(ctx context.Context, q question, g given) error {
	for {
		if q.preset != "" {
			fmt.Fprintf(p.out, "%s [%s]: ", q.text, q.preset)
		} else {
			fmt.Fprintf(p.out, "%s: ", q.text)
		}
		var text string
		var more bool
		select {
		case <-ctx.Done():
			fmt.Fprintln(p.out)
			return ctx.Err()
		case text, more = <-p.in:
		}
		if !more {
			return errors.New("the answers ended before the questions did; nothing was written")
		}
		if text = strings.TrimSpace(text); text == "" {
			text = q.preset
		}
		delete(g, q.flag)
		switch {
		case text == "" && q.required:
			fmt.Fprintln(p.out, "  this one is needed")
			continue
		case text == "":
			return nil
		case q.list:
			g[q.flag] = strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' })
		default:
			g[q.flag] = []string{text}
		}
		if wrong := q.wrong(g); wrong != "" {
			fmt.Fprintf(p.out, "  %s\n", wrong)
			continue
		}
		return nil
	}
}

// wrong says what is wrong with the answer, or "". Those before it are right,
// and those after it are taken as what is offered for them.
func (q question) wrong(g given) string {
	g = maps.Clone(g)
	for _, later := range questions(time.Now()) {
		if len(g[later.flag]) == 0 && later.preset != "" {
			g[later.flag] = []string{later.preset}
		}
	}
	for _, p := range g.problems("answers") {
		last := p.Key[strings.LastIndexByte(p.Key, '.')+1:]
		if name, _, _ := strings.Cut(last, "["); name == q.key || q.key == "to" && name == "period" {
			return p.Text
		}
	}
	return ""
}
