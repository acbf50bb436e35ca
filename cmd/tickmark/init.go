package main

import (
	"errors"
	"fmt"
	"io/fs"
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
		Usage:       "writes a commented tickmark.yaml, policy.yaml and people.yaml",
		ArgsUsage:   " ",
		Description: "Asks on a terminal for what no option gives; elsewhere the options are all there is.\nBeside it stand the policy that changes are tested by, a list of who is who that names nobody\nyet, and a folder for exhibits. Never overwrites a file, and asks for no token: tokens stay\noutside the files.",
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
	// The configuration comes last: where it stands, what it names stands too.
	folder := filepath.Dir(file)
	var written []string
	for _, f := range []starterFile{{filepath.Join(folder, "policy.yaml"), config.StarterPolicy(given.answers()), true}, {filepath.Join(folder, "people.yaml"), config.StarterPeople(), true}, {file, text, false}} {
		kept, err := f.write()
		switch {
		case err != nil:
			return errors.Join(fmt.Errorf("writing %s: %w", f.name, err), removeAll(written))
		case kept:
			fmt.Fprintf(t.err, "tickmark: note: %s was there already and is left as it is\n", f.name)
		default:
			written = append(written, f.name)
		}
	}
	// The file names this folder, and the next command looks for it.
	if err := os.MkdirAll(filepath.Join(folder, exhibitsFolder), 0o755); err != nil {
		return fmt.Errorf("%s was written, but not the folder for exhibits: %w", file, err)
	}
	for _, name := range written {
		fmt.Fprintf(t.out, "%s\n", name)
	}
	fmt.Fprintln(t.err, "tickmark: note: set the tokens that "+file+" names, then run `tickmark doctor`; read policy.yaml and write down who is who in people.yaml before you test changes")
	return nil
}

// starterFile is a file that init writes; one that may stay is kept where
// there is one already.
type starterFile struct {
	name    string
	text    []byte
	mayStay bool
}

// write never writes over a file, and leaves none that is cut short.
func (s starterFile) write() (kept bool, err error) {
	f, err := os.OpenFile(s.name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, fs.ErrExist) && s.mayStay {
		return true, nil
	}
	if err != nil {
		return false, err
	}
	_, err = f.Write(s.text)
	if err := errors.Join(err, f.Close()); err != nil {
		return false, errors.Join(err, os.Remove(s.name))
	}
	return false, nil
}

func removeAll(files []string) error {
	var errs []error
	for _, name := range files {
		errs = append(errs, os.Remove(name))
	}
	return errors.Join(errs...)
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
