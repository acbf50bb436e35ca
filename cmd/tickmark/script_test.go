package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/tickmark-dev/tickmark/internal/simulate"
	"github.com/tickmark-dev/tickmark/internal/simulate/company"
	"github.com/tickmark-dev/tickmark/samples"
)

// transcriptVariable names the file that every output of a script goes to.
const transcriptVariable = "TICKMARK_TEST_TRANSCRIPT"

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"tickmark": func() { os.Exit(transcribed()) }})
}

// transcribed is main, with everything that it prints copied to a file.
func transcribed() int {
	t := terminal{in: os.Stdin, out: os.Stdout, err: os.Stderr, getenv: os.LookupEnv, firstPause: time.Millisecond}
	if name := os.Getenv(transcriptVariable); name != "" {
		f, err := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return exitFailed
		}
		defer func() { _ = f.Close() }()
		if !isTerminal(os.Stdout) {
			t.out = io.MultiWriter(os.Stdout, f)
		}
		if !isTerminal(os.Stderr) {
			t.err = io.MultiWriter(os.Stderr, f)
		}
	}
	if os.Getenv("TICKMARK_TEST_TTY") != "" { // a script gives only stdin a terminal
		tty, err := os.OpenFile("/dev/tty", os.O_RDWR, 0)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return exitFailed
		}
		t.err = tty
	}
	code := tickmark(t)
	if name := os.Getenv(transcriptVariable); name != "" {
		if err := os.WriteFile(name+".code", []byte(strconv.Itoa(code)), 0o600); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
	}
	return code
}

// The sample company is served once; what goes wrong on the way to it is each
// script's own.
var theCompany = sync.OnceValues(func() (*simulate.Servers, error) {
	return simulate.Start(context.Background(), company.New(samples.Seed))
})

func serveCompany(t testing.TB) *simulate.Servers {
	s, err := theCompany()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// plantedToken is a credential that no source knows.
const plantedToken = "planted-credential-4f1d9c0a77e2"

func TestScript(t *testing.T) {
	servers := serveCompany(t)
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireUniqueNames:  true,
		RequireExplicitExec: true,
		Setup: func(env *testscript.Env) error {
			env.Setenv(transcriptVariable, filepath.Join(env.WorkDir, ".transcript"))
			env.Setenv("PLANTED", plantedToken)
			env.Setenv("NO_COLOR", "1")
			for name, token := range servers.Environment() {
				env.Setenv(name, token)
			}
			s := &scene{servers: servers, proxies: map[string]*proxy{}}
			env.Values[sceneKey{}] = s
			env.Defer(func() {
				for _, p := range s.proxies {
					p.close()
				}
				defer func() {
					for _, dir := range s.mounts {
						_ = unmount(dir)
					}
				}()
				leaks, err := findSecrets(env.WorkDir, secretsOf(servers))
				if err != nil {
					env.T().Log(err)
					env.T().FailNow()
				}
				for _, leak := range leaks {
					env.T().Log("a credential stands in " + leak)
				}
				if len(leaks) > 0 {
					env.T().FailNow()
				}
			})
			return nil
		},
		Condition: func(cond string) (bool, error) {
			if cond == "mount" {
				return mayMount(), nil
			}
			return false, fmt.Errorf("unknown condition %s", cond)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"answers":  cmdAnswers,
			"company":  cmdCompany,
			"faulty":   cmdFaulty,
			"exits":    cmdExits,
			"code":     cmdCode,
			"list":     cmdList,
			"nothing":  cmdNothing,
			"field":    cmdField,
			"flip":     cmdFlip,
			"cut":      cmdCut,
			"blank":    cmdBlank,
			"pages":    cmdPages,
			"reached":  cmdReached,
			"release":  cmdRelease,
			"counted":  cmdCounted,
			"same":     cmdSame,
			"tiny":     cmdTiny,
			"readonly": cmdReadonly,
			"writable": cmdWritable,
		},
	})
}

// scene is what one script plays on.
type scene struct {
	servers *simulate.Servers
	proxies map[string]*proxy
	mounts  []string
}

type sceneKey struct{}

func sceneOf(ts *testscript.TestScript) *scene { return ts.Value(sceneKey{}).(*scene) }

// configure writes the company's configuration, lists and exhibits.
func (s *scene) configure(ts *testscript.TestScript) {
	dir := ts.MkAbs(".")
	seen := *s.servers
	for system, p := range s.proxies {
		*map[string]*string{"github": &seen.GitHubURL, "jira": &seen.JiraURL, "prometheus": &seen.PrometheusURL}[system] = p.url
	}
	ts.Check(writeSamples(dir))
	ts.Check(writeFile(filepath.Join(dir, simulate.PolicyFile), []byte(simulate.Policy())))
	ts.Check(writeFile(filepath.Join(dir, simulate.PeopleFile), []byte(simulate.People(&seen))))
	ts.Check(os.WriteFile(filepath.Join(dir, "tickmark.yaml"), []byte(simulate.Config(&seen, dir)), 0o600))
}

// writeSamples writes the sample company's lists and exhibits into dir.
func writeSamples(dir string) error {
	return fs.WalkDir(samples.Files, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(samples.Files, path)
		if err != nil {
			return err
		}
		return writeFile(filepath.Join(dir, filepath.FromSlash(path)), data)
	})
}

// company writes what a user of the sample company would have into the
// current folder: tickmark.yaml, requests/ and exhibits/.
func cmdCompany(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) > 0 {
		ts.Fatalf("usage: company")
	}
	sceneOf(ts).configure(ts)
}

// exits CODE PROGRAM ARG... runs a program that must end with that code, and
// whose errors must read like errors for a person.
func cmdExits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE PROGRAM ARG...")
	}
	begun := time.Now()
	err := ts.Exec(args[1], args[2:]...)
	code := 0
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		code = exit.ExitCode()
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if strconv.Itoa(code) != args[0] {
		ts.Fatalf("exit code %d, want %s", code, args[0])
	}
	if took := time.Since(begun); took > 2*time.Minute {
		ts.Fatalf("it took %s", took)
	}
	ts.Check(readsLikeAnError(ts.ReadFile("stderr"), code))
}

var inhuman = regexp.MustCompile(`goroutine \d|panic:|runtime error|%!|<nil>|0x[0-9a-f]{6}|\*?[a-z]+\.[A-Z][A-Za-z]+Error\b|context (canceled|deadline)|Incorrect Usage`)

func readsLikeAnError(stderr string, code int) error {
	if m := inhuman.FindString(stderr); m != "" {
		return fmt.Errorf("%q means nothing to a person, in:\n%s", m, stderr)
	}
	failed := code == exitFailed || code == exitUsage || code == exitInterrupted
	if has := strings.Contains("\n"+stderr, "\ntickmark: error: "); has != failed {
		return fmt.Errorf("exit code %d with this on stderr:\n%s", code, stderr)
	}
	for line := range strings.Lines(stderr) {
		if len(line) > 400 {
			return fmt.Errorf("this line of an error is too long to be read:\n%s", line)
		}
	}
	return nil
}

// code CODE says with what the last run ended, also one in the background.
func cmdCode(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: code CODE")
	}
	if got := ts.ReadFile(ts.Getenv(transcriptVariable) + ".code"); got != args[0] {
		ts.Fatalf("exit code %s, want %s", got, args[0])
	}
	code, err := strconv.Atoi(args[0])
	ts.Check(err)
	ts.Check(readsLikeAnError(ts.ReadFile("stderr"), code))
}

// nothing asserts that the current folder holds no package, no part of one
// and no archive, and that no unfinished body lies in the vault.
func cmdNothing(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) > 1 {
		ts.Fatalf("usage: nothing [FOLDER]")
	}
	dir := ts.MkAbs(strings.Join(append(args, "."), "/"))
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		name := d.Name()
		if strings.Contains(name, ".partial-") || strings.HasPrefix(name, "out") || strings.HasPrefix(name, "SOC 2") ||
			strings.HasSuffix(name, ".zip") || name == "manifest.json" || filepath.Base(filepath.Dir(path)) == "tmp" {
			return fmt.Errorf("%s was left behind", path)
		}
		return nil
	})
	ts.Check(err)
}

// field FILE PATH [VALUE] reads a value of a JSON document; the path has dots.
func cmdField(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) < 2 || len(args) > 3 {
		ts.Fatalf("usage: [!] field FILE PATH [VALUE]")
	}
	var v any
	dec := json.NewDecoder(strings.NewReader(ts.ReadFile(args[0])))
	dec.UseNumber()
	if err := dec.Decode(&v); err != nil {
		ts.Fatalf("%s is no JSON: %v", args[0], err)
	}
	if dec.More() {
		ts.Fatalf("%s holds more than one JSON document", args[0])
	}
	found := true
	for key := range strings.SplitSeq(args[1], ".") {
		switch at := v.(type) {
		case map[string]any:
			v, found = at[key], at[key] != nil
		case []any:
			i, err := strconv.Atoi(key)
			found = err == nil && i < len(at)
			if found {
				v = at[i]
			}
		default:
			found = false
		}
		if !found {
			break
		}
	}
	if got := fmt.Sprint(v); neg == (found && (len(args) == 2 || got == args[2])) {
		ts.Fatalf("%s is %v (there: %v)", args[1], got, found)
	}
}

// flip FILE changes one bit in the middle of a file.
func cmdFlip(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: flip FILE")
	}
	data, err := os.ReadFile(ts.MkAbs(args[0]))
	ts.Check(err)
	data[len(data)/2] ^= 1
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), data, 0o600))
}

// cut FILE leaves the first half of a file.
func cmdCut(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: cut FILE")
	}
	data, err := os.ReadFile(ts.MkAbs(args[0]))
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), data[:len(data)/2], 0o600))
}

// blank FILE puts zeros into the second tenth of a file, as long as it was.
func cmdBlank(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: blank FILE")
	}
	data, err := os.ReadFile(ts.MkAbs(args[0]))
	ts.Check(err)
	clear(data[len(data)/10 : len(data)/5])
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), data, 0o600))
}

var pdfPage = regexp.MustCompile(`/Type /Page\b[^s]`)

// pages FILE MOST holds a PDF to a number of pages.
func cmdPages(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: pages FILE MOST")
	}
	most, err := strconv.Atoi(args[1])
	ts.Check(err)
	n := len(pdfPage.FindAllString(ts.ReadFile(args[0]), -1))
	ts.Logf("%s has %d pages", args[0], n)
	if n < 1 || n > most {
		ts.Fatalf("%s has %d pages", args[0], n)
	}
}

// same A B compares two folders: the same files with the same bytes.
func cmdSame(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: same FOLDER FOLDER")
	}
	a, b := contents(ts, args[0]), contents(ts, args[1])
	for name, data := range a {
		if !bytes.Equal(data, b[name]) {
			ts.Fatalf("%s differs or is missing", name)
		}
	}
	if len(a) != len(b) {
		ts.Fatalf("%d files and %d", len(a), len(b))
	}
}

func contents(ts *testscript.TestScript, dir string) map[string][]byte {
	files := map[string][]byte{}
	root := ts.MkAbs(dir)
	ts.Check(filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		files[name], err = os.ReadFile(path)
		return err
	}))
	return files
}
