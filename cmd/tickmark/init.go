package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"time"

	"github.com/tickmark-dev/tickmark/internal/config"
	"github.com/urfave/cli/v2"
)

// question is one thing that init asks, or takes from a flag.
type question struct {
	flag, text, usage string
	list, required    bool
	preset            string // offered where a person may just press Enter
	needs             string // asked only where that flag's answer is not empty
}

func questions(now time.Time) []question {
	lastYear := now.AddDate(-1, 0, 0)
	return []question{
		{flag: "organization", text: "Name of your organisation", required: true},
		{flag: "time-zone", text: "Time zone in which your days are counted", preset: zoneName(), required: true},
		{flag: "from", text: "First day of the audit's period", preset: lastYear.Format("2006-01") + "-01", required: true},
		{flag: "to", text: "First day after the period", preset: now.Format("2006-01") + "-01", required: true},
		{flag: "repository", text: "GitHub repositories, as owner/name, with commas (empty for none)", usage: "a GitHub repository, `OWNER/NAME`; may be given several times", list: true},
		{flag: "github-url", text: "GitHub address (empty for github.com)", needs: "repository"},
		{flag: "jira-url", text: "Jira address, such as https://acme.atlassian.net (empty for none)"},
		{flag: "jira-user", text: "E-mail of the Jira account (Cloud; empty on Data Center)", needs: "jira-url"},
		{flag: "jira-project", text: "Jira project keys, with commas", usage: "a Jira project `KEY`; may be given several times", list: true, needs: "jira-url"},
		{flag: "prometheus-url", text: "Prometheus address (empty for none)"},
		{flag: "git-path", text: "Local git repository (empty for none)"},
	}
}

func initCommand(t terminal) *cli.Command {
	var flags []cli.Flag
	for _, q := range questions(time.Now()) {
		usage := q.usage
		if usage == "" {
			usage = strings.ToLower(q.text[:1]) + q.text[1:]
		}
		if q.list {
			flags = append(flags, &cli.StringSliceFlag{Name: q.flag, Usage: usage})
		} else {
			flags = append(flags, &cli.StringFlag{Name: q.flag, Usage: usage})
		}
	}
	return &cli.Command{
		Name:        "init",
		Usage:       "writes a commented tickmark.yaml",
		ArgsUsage:   " ",
		Description: "Asks on a terminal for what no option gives; elsewhere the options are all there is.\nNever overwrites a file.",
		Flags:       flags,
		Action: func(c *cli.Context) error {
			if _, err := operands(c, 0, 0); err != nil {
				return err
			}
			return initialise(c, t)
		},
	}
}

func initialise(c *cli.Context, t terminal) error {
	file := c.String("config")
	if _, err := os.Lstat(file); err == nil {
		return fmt.Errorf("%s exists already and is left as it is; name another with --config FILE", file)
	}
	answers, err := answer(c, t)
	if err != nil {
		return err
	}
	text, err := config.Starter(config.Answers{
		Organization: one(answers["organization"]), TimeZone: one(answers["time-zone"]), From: one(answers["from"]), To: one(answers["to"]),
		GitHubURL: one(answers["github-url"]), Repositories: answers["repository"],
		JiraURL: one(answers["jira-url"]), JiraUser: one(answers["jira-user"]), JiraProjects: answers["jira-project"],
		PrometheusURL: one(answers["prometheus-url"]), GitPath: one(answers["git-path"]),
	})
	if err != nil {
		return err
	}
	if _, err := config.Parse(file, text); err != nil {
		return usageError{fmt.Errorf("these answers make no valid configuration, nothing was written:\n%w", err)}
	}
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return fmt.Errorf("writing the configuration: %w", err)
	}
	_, err = io.Copy(f, bytes.NewReader(text))
	if err := errors.Join(err, f.Close()); err != nil {
		return errors.Join(fmt.Errorf("writing the configuration: %w", err), os.Remove(file))
	}
	fmt.Fprintf(t.out, "%s\n", file)
	fmt.Fprintln(t.err, "tickmark: note: set the tokens that the file names, then run `tickmark doctor`")
	return nil
}

// answer gives each question's answer: the option's, or a person's.
func answer(c *cli.Context, t terminal) (map[string][]string, error) {
	in := bufio.NewScanner(t.in)
	ask := isTerminal(t.in) && isTerminal(t.err)
	answers := map[string][]string{}
	var missing []string
	for _, q := range questions(time.Now()) {
		switch {
		case c.IsSet(q.flag) && q.list:
			answers[q.flag] = c.StringSlice(q.flag)
		case c.IsSet(q.flag):
			answers[q.flag] = []string{c.String(q.flag)}
		case q.needs != "" && len(answers[q.needs]) == 0:
		case ask:
			a, err := put(q, in, t.err)
			if err != nil {
				return nil, err
			}
			answers[q.flag] = a
		case q.required && q.flag == "organization":
			missing = append(missing, "--"+q.flag)
		case q.preset != "":
			answers[q.flag] = []string{q.preset}
		}
	}
	if len(missing) > 0 {
		return nil, usagef("init needs %s where it cannot ask", strings.Join(missing, ", "))
	}
	return answers, nil
}

// put asks one question until it has an answer.
func put(q question, in *bufio.Scanner, out io.Writer) ([]string, error) {
	for {
		if q.preset != "" {
			fmt.Fprintf(out, "%s [%s]: ", q.text, q.preset)
		} else {
			fmt.Fprintf(out, "%s: ", q.text)
		}
		if !in.Scan() {
			if err := in.Err(); err != nil {
				return nil, err
			}
			return nil, fmt.Errorf("the answers ended before the questions did; nothing was written: %w", fs.ErrClosed)
		}
		text := strings.TrimSpace(in.Text())
		if text == "" {
			text = q.preset
		}
		switch {
		case text == "" && q.required:
			fmt.Fprintln(out, "  this one is needed")
		case text == "":
			return nil, nil
		case q.list:
			return strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' }), nil
		default:
			return []string{text}, nil
		}
	}
}

func one(values []string) string {
	if len(values) == 0 {
		return ""
	}
	return values[0]
}

// zoneName is the machine's zone where it has a name that means the same elsewhere.
func zoneName() string {
	if name := time.Local.String(); name != "Local" && name != "" {
		return name
	}
	return "UTC"
}
