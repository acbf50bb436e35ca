package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/tickmark-dev/tickmark/internal/config"
	runner "github.com/tickmark-dev/tickmark/internal/run"
	"github.com/tickmark-dev/tickmark/internal/simulate"
	"github.com/tickmark-dev/tickmark/internal/simulate/company"
	"github.com/tickmark-dev/tickmark/samples"
	"github.com/urfave/cli/v2"
)

// demoRequest is the auditor's list that the demo answers.
const demoRequest = "requests/auditor-request.xlsx"

func demoCommand(t terminal) *cli.Command {
	return &cli.Command{
		Name:      "demo",
		Usage:     "makes a package of the sample company, without credentials",
		ArgsUsage: " ",
		Description: "Serves an invented company's GitHub, Jira and Prometheus on this machine alone, and answers an\n" +
			"auditor's list about it as `tickmark package` would. Every page says that the data is simulated.",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "out", Aliases: []string{"o"}, Value: "tickmark-demo", Usage: "the `FOLDER` to write to"},
			&cli.Uint64Flag{Name: "seed", Value: samples.Seed, Usage: "another `NUMBER` tells another company's story", Hidden: true},
		},
		Action: func(c *cli.Context) error {
			if _, err := operands(c, 0, 0); err != nil {
				return err
			}
			if c.String("out") == "" {
				return usagef("--out names no folder")
			}
			return demonstrate(c, t)
		},
	}
}

func demonstrate(c *cli.Context, t terminal) error {
	dir, err := filepath.Abs(c.String("out"))
	if err != nil {
		return fmt.Errorf("the demo's folder cannot be named: %w", err)
	}
	if err := demoMayWrite(dir); err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("the demo's folder cannot be made: %w", err)
	}
	// The story ends on a day of its own, and its systems delete what is old on
	// that day: whoever looks at them lives on it too.
	harbourline, begun := company.New(c.Uint64("seed")), time.Now()
	t.now = func() time.Time { return harbourline.Now.Add(time.Since(begun)) }
	servers, err := simulate.StartAt(c.Context, harbourline, t.now)
	if err != nil {
		return fmt.Errorf("the sample company's servers cannot be started: %w", err)
	}
	defer servers.Close()
	cfg, err := demoFiles(dir, servers)
	if err != nil {
		return err
	}
	tokens := servers.Environment()
	t.getenv = func(name string) (string, bool) { v, ok := tokens[name]; return v, ok }
	found, res, err := demoPackage(c, t, cfg, dir)
	if err != nil {
		return err
	}
	reportPopulation(t, found)
	fmt.Fprintln(t.out)
	report(t, res)
	fmt.Fprintf(t.out, "\nThe sample company is invented, and every page says so. Where to look:\n")
	for _, line := range [][2]string{
		{"what to do before an audit", filepath.Join(found.Folder, "Readiness Report.html")},
		{"the workbook", filepath.Join(res.Folder, "Change Management", "Change Log.xlsx")},
		{"a change by pull request", filepath.Join(res.Folder, "Change Management", res.Samples[0].Folder, "sample_summary.pdf")},
		{"how to verify it", filepath.Join(res.Folder, "README.txt")},
	} {
		fmt.Fprintf(t.out, "  %-28s %s\n", line[0], line[1])
	}
	// Not %q, which would double the backslashes of Windows.
	fmt.Fprintf(t.out, "\nTry: tickmark verify \"%s\"\n     tickmark render --config \"%s\"\n", res.Folder, filepath.Join(dir, config.DefaultFile))
	return nil
}

// demoMayWrite keeps the demo out of a folder that holds a configuration of
// the user's own.
func demoMayWrite(dir string) error {
	text, err := os.ReadFile(filepath.Join(dir, config.DefaultFile))
	if err == nil && !strings.HasPrefix(string(text), simulate.ConfigTitle) {
		return fmt.Errorf("%s holds a %s of your own; name another folder with --out", dir, config.DefaultFile)
	}
	return nil
}

// demoPackage finds the population and answers the sample request. Gaps are a
// part of the story and no failure of the demo.
func demoPackage(c *cli.Context, t terminal, cfg *config.Config, dir string) (found runner.PopulationResult, res runner.Result, err error) {
	r, err := open(c, t, runner.Options{Config: cfg})
	if err != nil {
		return found, res, err
	}
	found, err = r.Population(c.Context, runner.PopulationRequest{Out: filepath.Join(dir, runner.DefaultReadiness)})
	if err == nil {
		res, err = demoRequested(c, r, dir)
	}
	r.Done()
	if closed := r.Close(); err == nil {
		err = closed
	}
	return found, res, err
}

func demoRequested(c *cli.Context, r *runner.Run, dir string) (runner.Result, error) {
	return r.Package(c.Context, runner.Request{
		Files: []string{filepath.Join(dir, filepath.FromSlash(demoRequest))},
		Out:   filepath.Join(dir, runner.DefaultOut),
	})
}

// demoFiles writes what a user would have: the configuration, the policy, who is
// who, the auditor's list, and the exhibits that people attached. Files that are there already
// are written anew; the packages of earlier demos stay.
func demoFiles(dir string, servers *simulate.Servers) (*config.Config, error) {
	err := fs.WalkDir(samples.Files, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(samples.Files, path)
		if err != nil {
			return err
		}
		return writeFile(filepath.Join(dir, filepath.FromSlash(path)), data)
	})
	if err != nil {
		return nil, fmt.Errorf("writing the demo's files: %w", err)
	}
	file := filepath.Join(dir, config.DefaultFile)
	if err := writeFile(file, []byte(simulate.Config(servers, dir))); err != nil {
		return nil, fmt.Errorf("writing the demo's configuration: %w", err)
	}
	if err := writeFile(filepath.Join(dir, simulate.PolicyFile), []byte(simulate.Policy())); err != nil {
		return nil, fmt.Errorf("writing the demo's policy: %w", err)
	}
	if err := writeFile(filepath.Join(dir, simulate.PeopleFile), []byte(simulate.People(servers))); err != nil {
		return nil, fmt.Errorf("writing the demo's list of people: %w", err)
	}
	return config.Load(file)
}

func writeFile(path string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, data, 0o644) //nolint:gosec // invented data, to be looked at
}
