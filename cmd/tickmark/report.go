package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"github.com/tickmark-dev/tickmark/internal/evidence"
	runner "github.com/tickmark-dev/tickmark/internal/run"
)

// report says what was written, on stdout, and on stderr what is missing from
// it.
func report(t terminal, res runner.Result) {
	fmt.Fprintf(t.out, "%s\n", res.Folder)
	width := 0
	for _, s := range res.Samples {
		width = max(width, utf8.RuneCountInString(s.Folder))
	}
	for _, s := range res.Samples {
		line := fmt.Sprintf("  %-*s  %s", width, s.Folder, plural(s.Documents, "document"))
		if s.Gaps > 0 {
			line += ", " + plural(s.Gaps, "gap")
		}
		fmt.Fprintln(t.out, tame(line))
	}
	if res.Open > 0 {
		for _, line := range wrap(openText(res.Open, res.Settled), columns-2) {
			fmt.Fprintf(t.out, "  %s\n", line)
		}
	}
	if res.Zip != "" {
		fmt.Fprintf(t.out, "%s\n", res.Zip)
	}
	if res.Supersedes != "" {
		fmt.Fprintf(t.err, "tickmark: note: this package supersedes %q, which is kept as it was\n", res.Supersedes)
	}
	for _, u := range res.Unmatched {
		warnUnmatched(t, u)
	}
	if res.Gaps > 0 {
		fmt.Fprintf(t.err, "tickmark: note: %s; Change Log.xlsx, sheet Gaps, says which and why\n", plural(res.Gaps, "gap"))
	}
	leftovers(t, res.Folder)
}

// openText says how many results the test left to a person, and how many of
// them stand without a conclusion.
func openText(open, settled int) string {
	said := plural(open, "result") + " to review or not testable; "
	switch settled {
	case 0:
		return said + "none has a person's conclusion yet"
	case open:
		return said + "each has a person's conclusion"
	}
	return said + fmt.Sprintf("%d with a person's conclusion, %d without", settled, open-settled)
}

// warnUnmatched says of one line of the request why it is no sample.
func warnUnmatched(t terminal, u evidence.Unmatched) {
	what := "this line"
	if u.Requested != "" {
		what = fmt.Sprintf("%q", u.Requested)
	}
	text := fmt.Sprintf("%s: %s is no sample: %s", u.Where, what, strings.ReplaceAll(string(u.Reason), "_", " "))
	for _, tried := range u.Tried {
		text += "\n  " + tried
	}
	fmt.Fprintln(t.err, "tickmark: warning:", tame(text))
}

// leftovers points at what a run left that was killed outright while it wrote
// to the same place: it had no moment to clean up.
func leftovers(t terminal, folder string) {
	parent, base := filepath.Split(folder)
	if i := strings.LastIndex(base, " ("); i > 0 && strings.HasSuffix(base, ")") {
		base = base[:i]
	}
	entries, err := os.ReadDir(parent)
	if err != nil {
		return // nothing of the package depends on it
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), "."+base) && strings.Contains(e.Name(), ".partial-") {
			fmt.Fprintf(t.err, "tickmark: note: %s is left from a run that was killed; delete it if no other run is writing there\n", tame(filepath.Join(parent, e.Name())))
		}
	}
}
