package main

import (
	"encoding/json"
	"fmt"
	"strings"

	runner "github.com/tickmark-dev/tickmark/internal/run"
	"github.com/urfave/cli/v2"
)

// answeredLine is what a machine reads of one result that awaits somebody.
type answeredLine struct {
	SchemaVersion int    `json:"schema_version"`
	Record        string `json:"record"` // "awaiting"
	runner.Answered
}

// listAwaiting shows what still awaits a response or a conclusion: of one
// change everything, of all changes without what could not be tested, of which
// there may be thousands.
func listAwaiting(c *cli.Context, t terminal, args []string) error {
	for _, name := range said() {
		if c.String(name) != "" {
			return usagef("--list writes nothing down; leave --%s out", name)
		}
	}
	if len(args) > 1 {
		return usagef("--list takes one change, or none")
	}
	r, err := offline(c, t)
	if err != nil {
		return err
	}
	var all []runner.Answered
	if len(args) == 1 {
		all, err = r.ResultsOf(c.Context, args[0])
	} else {
		all, err = r.Results(c.Context)
	}
	r.Done()
	if closed := r.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return err
	}
	return printAwaiting(t, all, len(args) == 1, c.Bool("json"))
}

func printAwaiting(t terminal, all []runner.Answered, whole, asJSON bool) error {
	out := json.NewEncoder(t.out)
	out.SetEscapeHTML(false)
	counts := map[string]int{}
	last := ""
	for _, a := range all {
		if !a.Awaits() {
			continue
		}
		counts[a.Outcome]++
		switch {
		case asJSON:
			if err := out.Encode(answeredLine{schemaVersion, "awaiting", a}); err != nil {
				return err
			}
			continue
		case a.Outcome == "unable" && !whole:
			continue
		}
		if a.Change != last {
			if last != "" {
				fmt.Fprintln(t.out)
			}
			for _, line := range wrap(tame(a.Change+"  "+a.Title), columns) {
				fmt.Fprintln(t.out, line)
			}
			last = a.Change
		}
		printAwaited(t, a)
	}
	fmt.Fprintf(t.err, "tickmark: note: %s without a response; without a conclusion %s to review and %d that could not be tested\n",
		plural(counts["exception"], "exception"), plural(counts["review"], "result"), counts["unable"])
	if counts["unable"] > 0 && !whole && !asJSON {
		fmt.Fprintln(t.err, "tickmark: note: what could not be tested is shown for one change: `tickmark respond --list CHANGE`")
	}
	return nil
}

func printAwaited(t terminal, a runner.Answered) {
	title := a.Name
	if a.Key {
		title += ", key"
	}
	fmt.Fprintf(t.out, "  %s  %s  %s\n", a.Attribute, fitted(outcomeText(a), 15), tame(title))
	row := rows(t.out, 5, 0)
	row("", a.Why)
	if a.Outcome != "exception" {
		row("", "code: "+a.Code)
	}
	if r := a.Response; r != nil && r.Conclusion != "" {
		row("", fmt.Sprintf("So far: concluded %s by %s, %s; it is %s now.", r.Conclusion, r.ConcludedBy, a.Unsettled(), a.Code))
	}
}

// outcomeText says an outcome with its tick mark.
func outcomeText(a runner.Answered) string {
	switch a.Outcome {
	case "exception":
		return "✗ exception"
	case "review":
		return "? needs review"
	case "unable":
		return "∅ not testable"
	}
	return strings.TrimSpace(a.Outcome)
}
