package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/rivo/uniseg"
	runner "github.com/tickmark-dev/tickmark/internal/run"
	"github.com/urfave/cli/v2"
)

func peopleCommand(t terminal) *cli.Command {
	return &cli.Command{
		Name:      "people",
		Usage:     "lists the accounts of the population, and whose they are",
		ArgsUsage: " ",
		UsageText: "tickmark people [--unresolved]\n" +
			"tickmark people --suggest [--write people.yaml]",
		Description: "Shows each account by system: which human of people.yaml has it, in what\n" +
			"parts it appears and how often, and how many changes wait until somebody\n" +
			"says who it is. Answers from the population that `tickmark population` read,\n" +
			"and from the gates of deployments that were collected; no system is asked.\n\n" +
			"--suggest says whose the unresolved accounts may be: strong where they share\n" +
			"an e-mail, weak where only the name is the same. A suggestion decides\n" +
			"nothing. --write adds it to a people file as an entry with `confirmed:\n" +
			"false`, which counts for nothing until a person has checked it and writes\n" +
			"true.",
		Flags: shared(
			&cli.BoolFlag{Name: "unresolved", Usage: "only accounts that nobody has named", DisableDefaultText: true},
			&cli.BoolFlag{Name: "suggest", Usage: "say whose the unresolved accounts may be, and why", DisableDefaultText: true},
			&cli.StringFlag{Name: "write", Usage: "with --suggest, add them to this people `FILE`"},
			&cli.BoolFlag{Name: "json", Usage: "print a line of JSON for each account, or suggestion", DisableDefaultText: true},
		),
		Action: func(c *cli.Context) error {
			if _, err := operands(c, 0, 0); err != nil {
				return err
			}
			switch suggest := c.Bool("suggest"); {
			case c.IsSet("write") && !suggest:
				return usagef("--write keeps suggestions; add --suggest")
			case c.IsSet("write") && strings.TrimSpace(c.String("write")) == "":
				return usagef("--write names no file; write it as --write people.yaml")
			case suggest && c.Bool("unresolved"):
				return usagef("--suggest is about unresolved accounts in any case; leave --unresolved out")
			}
			r, err := offline(c, t)
			if err != nil {
				return err
			}
			err = people(c, t, r)
			r.Done()
			if closed := r.Close(); err == nil {
				err = closed
			}
			return err
		},
	}
}

func people(c *cli.Context, t terminal, r *runner.Run) error {
	all, waiting, err := r.Accounts(c.Context)
	if err != nil {
		return err
	}
	if c.Bool("suggest") {
		return suggestPeople(c, t, r, r.SuggestPeople(all))
	}
	unresolved := 0
	out := json.NewEncoder(t.out)
	out.SetEscapeHTML(false)
	table := accountTable{out: t.out}
	for _, a := range all {
		if a.Unresolved() {
			unresolved++
		} else if c.Bool("unresolved") {
			continue
		}
		if !c.Bool("json") {
			table.add(a)
			continue
		}
		if err := out.Encode(accountLine{schemaVersion, "account", a}); err != nil {
			return err
		}
	}
	switch {
	case unresolved == 0:
		fmt.Fprintf(t.err, "tickmark: note: of %s each has somebody\n", plural(len(all), "account"))
	default:
		fmt.Fprintf(t.err, "tickmark: note: nobody has said who %d of %s are; %s for it\n", unresolved, plural(len(all), "account"), waits(waiting))
		fmt.Fprintln(t.err, "tickmark: note: `tickmark people --suggest` says whose they may be")
	}
	return nil
}

func waits(changes int) string {
	if changes == 1 {
		return "1 change waits"
	}
	return fmt.Sprintf("%d changes wait", changes)
}

// accountLine is what a machine reads of one account.
type accountLine struct {
	SchemaVersion int    `json:"schema_version"`
	Record        string `json:"record"` // "account"
	*runner.Account
}

// suggestionLine is what a machine reads of one suggestion.
type suggestionLine struct {
	SchemaVersion int    `json:"schema_version"`
	Record        string `json:"record"` // "suggestion"
	runner.SuggestedPerson
}

// accountTable prints accounts below each other, by system: the account beside
// who has it, and below them what it did.
type accountTable struct {
	out    io.Writer
	system string
}

// accountWidth fits the numbers that Jira gives to accounts.
const accountWidth = 34

func (tab *accountTable) add(a *runner.Account) {
	if a.System != tab.system {
		if tab.system != "" {
			fmt.Fprintln(tab.out)
		}
		tab.system = a.System
		fmt.Fprintf(tab.out, "  %s who\n", fitted(tame(a.System), accountWidth))
	}
	mark := "  "
	if a.Unresolved() {
		mark = "? "
	}
	account := wrapCut(tame(a.Account), columns-2)
	if uniseg.StringWidth(account[len(account)-1]) > accountWidth {
		account = append(account, "")
	}
	for i, line := range account {
		if i < len(account)-1 {
			fmt.Fprintln(tab.out, mark+line)
			mark = "  "
			continue
		}
		for _, who := range wrapCut(tame(whoOf(a)), columns-accountWidth-3) {
			fmt.Fprintln(tab.out, mark+fitted(line, accountWidth)+" "+who)
			mark, line = "  ", ""
		}
	}
	var names []string
	for _, n := range a.Names {
		if n != a.Account && n != a.Who {
			names = append(names, n)
		}
	}
	below := rows(tab.out, 4, 0)
	if len(names) > 0 {
		below("", "as "+strings.Join(names, ", "))
	}
	below("", partsOf(a))
}

// whoOf says who has an account.
func whoOf(a *runner.Account) string {
	switch {
	case a.Deleted:
		return "deleted: it may be anybody"
	case a.Doubt != "" && a.Kind == "":
		return "contradictory: " + a.Doubt + "; " + waits(a.Waiting)
	case a.Who != "" && a.Kind != "human":
		return a.Who + " (" + a.Kind + ")"
	case a.Who != "":
		return a.Who
	case a.Kind != "":
		return a.Kind + ", as the source says"
	}
	return "nobody has said; " + waits(a.Waiting)
}

func partsOf(a *runner.Account) string {
	var all []string
	for _, p := range a.Parts {
		all = append(all, fmt.Sprintf("%s %d", p.Role, p.Records))
	}
	return strings.Join(all, ", ")
}

// suggestPeople prints suggestions, those on which most changes wait first, and
// keeps them where a file is named.
func suggestPeople(c *cli.Context, t terminal, r *runner.Run, all []runner.SuggestedPerson) error {
	out := json.NewEncoder(t.out)
	out.SetEscapeHTML(false)
	for i, s := range all {
		if c.Bool("json") {
			if err := out.Encode(suggestionLine{schemaVersion, "suggestion", s}); err != nil {
				return err
			}
			continue
		}
		if i > 0 {
			fmt.Fprintln(t.out)
		}
		printSuggestion(t.out, s)
	}
	if len(all) == 0 {
		fmt.Fprintln(t.err, "tickmark: note: there is nothing to suggest: somebody has said who each account is, or it cannot be named")
		return nil
	}
	file := c.String("write")
	if file == "" {
		fmt.Fprintln(t.err, "tickmark: note: a suggestion counts for nothing; --write FILE adds them to a people file, for a person to confirm")
		return nil
	}
	added, err := r.WriteSuggestions(file, all)
	if err != nil {
		return err
	}
	if added == 0 {
		fmt.Fprintf(t.err, "tickmark: note: %s holds them already; each counts once somebody has checked it and writes confirmed: true\n", tame(file))
		return nil
	}
	fmt.Fprintf(t.err, "tickmark: note: %s added to %s; each counts once somebody has checked it and writes confirmed: true\n", plural(added, "suggestion"), tame(file))
	if r.PeopleFile() == "" {
		fmt.Fprintf(t.err, "tickmark: note: name the file in the configuration, so that it is read: `people: %s`\n", tame(file))
	}
	return nil
}

func printSuggestion(w io.Writer, s runner.SuggestedPerson) {
	for _, line := range wrapCut(tame(oneWord(s.Name)), columns) {
		fmt.Fprintln(w, line)
	}
	row := rows(w, 2, 9)
	for _, a := range s.Accounts {
		row(a.System, a.Account)
	}
	row(s.Strength, s.Because)
	if s.Known {
		row("", "people.yaml has this human; the accounts would be further ones of theirs")
	}
	if s.Written {
		row("written", "the people file holds this, and nobody has confirmed it")
	}
	if s.Waiting > 0 {
		row("waiting", plural(s.Waiting, "change"))
	}
}
