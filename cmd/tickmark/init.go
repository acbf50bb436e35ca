package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/tickmark-dev/tickmark/internal/config"
	"github.com/urfave/cli/v2"
)

// exhibitsFolder is what the starter configuration calls it.
const exhibitsFolder = "exhibits"

// question is one thing that init asks, or takes from a flag.
type question struct {
	flag, text, usage string
	key               string // the last part of the configuration's key that the answer goes to
	list, required    bool
	preset            string // offered where a person may just press Enter
	needs             string // asked only where that flag's answer is not empty
}

func questions(now time.Time) []question {
	lastYear := now.AddDate(-1, 0, 0)
	return []question{
		{flag: "organization", key: "organization", text: "Name of your organisation", required: true},
		{flag: "time-zone", key: "time_zone", text: "Time zone in which your days are counted", preset: zoneName(), required: true},
		{flag: "from", key: "from", text: "First day of the audit's period", preset: lastYear.Format("2006-01") + "-01", required: true},
		{flag: "to", key: "to", text: "First day after the period", preset: now.Format("2006-01") + "-01", required: true},
		{flag: "repository", key: "repositories", text: "GitHub repositories, as owner/name, with commas (empty for none)", usage: "a GitHub repository, `OWNER/NAME`; may be given several times", list: true},
		{flag: "github-url", key: "url", text: "GitHub address (empty for github.com)", needs: "repository"},
		{flag: "jira-url", key: "url", text: "Jira address, such as https://acme.atlassian.net (empty for none)"},
		{flag: "jira-user", key: "user", text: "E-mail of the Jira account (Cloud; empty on Data Center)", needs: "jira-url"},
		{flag: "jira-project", key: "projects", text: "Jira project keys, with commas", usage: "a Jira project `KEY`; may be given several times", list: true, needs: "jira-url", required: true},
		{flag: "prometheus-url", key: "url", text: "Prometheus address (empty for none)"},
		{flag: "git-path", key: "path", text: "Local git repository (empty for none)"},
	}
}

func initCommand(t terminal) *cli.Command {
	var flags []cli.Flag
	for _, q := range questions(time.Now()) {
		usage := q.usage
		if usage == "" {
			usage = q.text
			if !strings.HasPrefix(usage, "Git") && !strings.HasPrefix(usage, "Jira") && !strings.HasPrefix(usage, "Prometheus") {
				usage = strings.ToLower(usage[:1]) + usage[1:]
			}
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
		Description: "Asks on a terminal for what no option gives; elsewhere the options are all there is.\nMakes the folder for exhibits beside it. Never overwrites a file, and asks for no token: tokens\nstay outside the file.",
		Flags:       shared(flags...),
		Action: func(c *cli.Context) error {
			if _, err := operands(c, 0, 0); err != nil {
				return err
			}
			return initialise(c, t)
		},
	}
}

func initialise(c *cli.Context, t terminal) error {
	file := configFile(c)
	if _, err := os.Lstat(file); err == nil {
		return fmt.Errorf("%s exists already and is left as it is; name another with --config FILE", file)
	}
	given, err := answer(c, t)
	if err != nil {
		return err
	}
	if problems := given.problems(file); len(problems) > 0 {
		text := "these answers make no valid configuration, and nothing was written:"
		for _, p := range problems {
			text += fmt.Sprintf("\n  %s: %s", p.Key, p.Text)
			if strings.HasSuffix(p.Key, ".projects") {
				text += "; give --jira-project"
			}
		}
		return usagef("%s", text)
	}
	text, err := config.Starter(given.answers())
	if err != nil {
		return err
	}
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return fmt.Errorf("writing the configuration: %w", err)
	}
	_, err = io.Copy(f, bytes.NewReader(text))
	if err := errors.Join(err, f.Close()); err != nil {
		return errors.Join(fmt.Errorf("writing the configuration: %w", err), os.Remove(file))
	}
	// The file names this folder, and the next command looks for it.
	if err := os.MkdirAll(filepath.Join(filepath.Dir(file), exhibitsFolder), 0o755); err != nil {
		return fmt.Errorf("%s was written, but not the folder for exhibits: %w", file, err)
	}
	fmt.Fprintf(t.out, "%s\n", file)
	fmt.Fprintln(t.err, "tickmark: note: set the tokens that the file names, then run `tickmark doctor`")
	return nil
}

// given holds the answers by their flags.
type given map[string][]string

func (g given) answers() config.Answers {
	one := func(flag string) string {
		if len(g[flag]) == 0 {
			return ""
		}
		return g[flag][0]
	}
	return config.Answers{
		Organization: one("organization"), TimeZone: one("time-zone"), From: one("from"), To: one("to"),
		GitHubURL: one("github-url"), Repositories: g["repository"],
		JiraURL: one("jira-url"), JiraUser: one("jira-user"), JiraProjects: g["jira-project"],
		PrometheusURL: one("prometheus-url"), GitPath: one("git-path"),
	}
}

// problems gives what the configuration made of the answers would have wrong.
func (g given) problems(file string) config.Problems {
	text, err := config.Starter(g.answers())
	if err != nil {
		return config.Problems{{Key: "answers", Text: err.Error()}}
	}
	var problems config.Problems
	_, err = config.Parse(file, text)
	errors.As(err, &problems)
	return problems
}

// answer gives each question's answer: the option's, or a person's.
func answer(c *cli.Context, t terminal) (given, error) {
	ask := isTerminal(t.in) && isTerminal(t.err)
	if c.String("organization") == "" && !ask {
		return nil, usagef("init needs --organization NAME where it cannot ask; `tickmark help init` shows the other options")
	}
	p := prompt{out: t.err}
	if ask {
		p.in = lines(t.in)
	}
	g := given{}
	for _, q := range questions(time.Now()) {
		switch {
		case c.IsSet(q.flag) && q.list:
			g[q.flag] = c.StringSlice(q.flag)
		case c.IsSet(q.flag):
			g[q.flag] = []string{c.String(q.flag)}
		case q.needs != "" && len(g[q.needs]) == 0:
		case ask:
			if err := p.ask(c.Context, q, g); err != nil {
				return nil, err
			}
		case q.preset != "":
			g[q.flag] = []string{q.preset}
		}
	}
	return g, nil
}

// zoneName is the machine's zone where it has a name that means the same elsewhere.
func zoneName() string {
	if name := time.Local.String(); name != "Local" && name != "" {
		return name
	}
	return "UTC"
}
