package xlsx

import (
	"fmt"
	"strings"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// said gives what a source says, or that it says nothing.
func said(s string) string {
	if strings.TrimSpace(s) == "" {
		return noneRecorded
	}
	return s
}

func person(p *evidence.Person) string { return oneLine(p.String(), 120) }

// stated names a person where the source names one.
func stated(p *evidence.Person) string {
	if p == nil {
		return noneRecorded
	}
	return person(p)
}

// signed names who a commit says wrote it: the account where the source knows it.
func signed(s evidence.Signature) string {
	if s.Account != nil {
		return person(s.Account)
	}
	return oneLine(said(s.Name), 120)
}

// list joins names, and counts what it leaves out.
func list(names []string, most int, what string) string {
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more %s", strings.Join(names[:most], ", "), len(names)-most, what)
}

// words gives the word for a kind of record that the documents use.
func words(k evidence.Kind) string {
	switch k {
	case evidence.KindBuild:
		return "pipeline run"
	case evidence.KindSignal:
		return "monitoring signal"
	}
	return strings.ReplaceAll(string(k), "_", " ")
}

func short(sha string) string { return sha[:min(7, len(sha))] }

func plural(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	switch {
	case strings.HasSuffix(word, "checks"): // is a plural already
		return fmt.Sprintf("%d %s", n, word)
	case strings.HasSuffix(word, "ch"):
		word += "e"
	}
	return fmt.Sprintf("%d %ss", n, word)
}

func at(t time.Time) string {
	if t.IsZero() {
		return "time not stated"
	}
	return t.UTC().Format("2006-01-02 15:04 UTC")
}
