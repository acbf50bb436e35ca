package git

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
	"unicode"
)

const (
	commandTime = 15 * time.Minute // a repository can make git work for ever
	errorBytes  = 4 << 10
)

// A repository runs git on one folder, which is taken for hostile.
type repository struct {
	path string
}

// command prepares git so that nothing which the repository's configuration
// names is run, and nothing outside the folder is read as configuration.
func (r repository) command(ctx context.Context, args ...string) (*exec.Cmd, error) {
	program, err := exec.LookPath("git")
	if err != nil {
		return nil, errors.New("the git program was not found; install git and put it on the PATH")
	}
	path, err := filepath.Abs(r.path)
	if err == nil {
		path, err = filepath.EvalSymlinks(path)
	}
	if err != nil {
		return nil, fmt.Errorf("the repository %s cannot be opened; check its path in the configuration: %w", r.path, errors.Unwrap(err))
	}
	if info, err := os.Stat(path); err != nil || !info.IsDir() {
		return nil, fmt.Errorf("the repository %s is not a folder; check its path in the configuration", r.path)
	}
	safe := []string{
		"--no-pager", "--literal-pathspecs", "--no-optional-locks",
		"-c", "core.fsmonitor=", "-c", "core.hooksPath=" + os.DevNull,
		"-c", "protocol.allow=never", "-c", "safe.directory=" + filepath.ToSlash(path),
		"-c", "log.showSignature=false", "-c", "gpg.program=" + os.DevNull,
		"-c", "core.commitGraph=false", "-c", "i18n.logOutputEncoding=UTF-8",
		"-c", "color.ui=false",
	}
	cmd := exec.CommandContext(ctx, program, append(safe, args...)...)
	cmd.Dir = path
	cmd.WaitDelay = 5 * time.Second
	cmd.Env = []string{
		"LC_ALL=C", "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=" + os.DevNull, "GIT_ATTR_NOSYSTEM=1",
		"GIT_TERMINAL_PROMPT=0", "GIT_OPTIONAL_LOCKS=0", "GIT_NO_REPLACE_OBJECTS=1", "GIT_GRAFT_FILE=" + os.DevNull,
		// protocol.NAME.allow of the repository would go before protocol.allow;
		// this variable goes before both.
		"GIT_NO_LAZY_FETCH=1", "GIT_ALLOW_PROTOCOL=none",
		"GIT_CEILING_DIRECTORIES=" + filepath.Dir(path),
	}
	for _, name := range []string{"PATH", "SystemRoot", "TMPDIR", "TEMP", "TMP"} {
		if v, ok := os.LookupEnv(name); ok {
			cmd.Env = append(cmd.Env, name+"="+v)
		}
	}
	return cmd, nil
}

// stream runs git and gives its output to read while it runs. An error of read
// ends git.
func (r repository) stream(ctx context.Context, stdin []byte, read func(io.Reader) error, args ...string) error {
	ctx, cancel := context.WithTimeout(ctx, commandTime)
	defer cancel()
	cmd, err := r.command(ctx, args...)
	if err != nil {
		return err
	}
	cmd.Stdin = bytes.NewReader(stdin)
	said := &tail{}
	cmd.Stderr = said
	out, err := cmd.StdoutPipe()
	if err != nil {
		return fmt.Errorf("git %s: %w", args[0], err)
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("git could not be started: %w", err)
	}
	readErr := read(out)
	if readErr != nil {
		cancel()
	}
	err = cmd.Wait()
	switch {
	case readErr != nil && !errors.Is(readErr, io.ErrUnexpectedEOF):
		return readErr
	case ctx.Err() != nil && readErr == nil:
		return fmt.Errorf("git %s was stopped: %w", args[0], ctx.Err())
	case err != nil:
		return r.explain(args[0], said.String(), err)
	}
	return readErr
}

// errEnough ends a command whose output has reached its bound.
var errEnough = errors.New("enough")

// output runs git and gives at most limit+1 bytes of its output: more than
// limit means that there was more.
func (r repository) output(ctx context.Context, limit int, stdin []byte, args ...string) ([]byte, error) {
	var out []byte
	err := r.stream(ctx, stdin, func(rd io.Reader) error {
		var err error
		if out, err = io.ReadAll(io.LimitReader(rd, int64(limit)+1)); err == nil && len(out) > limit {
			err = errEnough
		}
		return err
	}, args...)
	if errors.Is(err, errEnough) {
		err = nil
	}
	return out, err
}

func (r repository) explain(command, said string, err error) error {
	var exit *exec.ExitError
	switch {
	case strings.Contains(said, "not a git repository"):
		return fmt.Errorf("%s is not a git repository; name the folder that holds .git, or a bare repository", r.path)
	case strings.Contains(said, "dubious ownership"):
		return fmt.Errorf("the repository %s belongs to another user and this version of git refuses to read it; run tickmark as its owner, or update git", r.path)
	case said != "":
		return fmt.Errorf("git %s failed in %s: %s", command, r.path, said)
	case errors.As(err, &exit):
		return fmt.Errorf("git %s failed in %s: %w", command, r.path, err)
	}
	return fmt.Errorf("git %s failed in %s: %w", command, r.path, err)
}

// A tail keeps the first bytes of what git says on stderr, as one line.
type tail struct{ buf bytes.Buffer }

func (t *tail) Write(p []byte) (int, error) {
	t.buf.Write(p[:min(len(p), max(0, errorBytes-t.buf.Len()))])
	return len(p), nil
}

func (t *tail) String() string {
	clean := strings.Map(func(c rune) rune {
		if unicode.IsControl(c) {
			return ' '
		}
		return c
	}, strings.ToValidUTF8(t.buf.String(), "\uFFFD"))
	clean = strings.Join(strings.Fields(clean), " ")
	if runes := []rune(clean); len(runes) > 400 {
		clean = string(runes[:400]) + "…"
	}
	return clean
}
