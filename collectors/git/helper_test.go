package git_test

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/tickmark-dev/tickmark/collectors/git"
	"github.com/tickmark-dev/tickmark/internal/capture"
	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// A repo is a repository made for one test.
type repo struct {
	t   *testing.T
	dir string
}

func newRepo(t *testing.T, options ...string) repo {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("the git program is not installed")
	}
	r := repo{t, filepath.Join(t.TempDir(), "repo")}
	r.run(append(append([]string{"init", "-q", "-b", "main"}, options...), r.dir)...)
	return r
}

// run runs git as a developer would, with dates that do not change.
func (r repo) run(args ...string) string {
	r.t.Helper()
	cmd := exec.Command("git", args...)
	if _, err := os.Stat(r.dir); err == nil {
		cmd.Dir = r.dir
	}
	cmd.Env = append(os.Environ(), "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL="+os.DevNull,
		"GIT_AUTHOR_NAME=Ann Author", "GIT_AUTHOR_EMAIL=ann@example.invalid", "GIT_AUTHOR_DATE=2025-10-14T09:00:00+0200",
		"GIT_COMMITTER_NAME=Carl Committer", "GIT_COMMITTER_EMAIL=carl@example.invalid", "GIT_COMMITTER_DATE=2025-10-15T10:00:00+0200")
	out, err := cmd.CombinedOutput()
	if err != nil {
		r.t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(string(out))
}

// commit writes the files, named by pairs, and commits everything.
func (r repo) commit(message string, files ...string) string {
	r.t.Helper()
	for i := 0; i+1 < len(files); i += 2 {
		path := filepath.Join(r.dir, files[i])
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			r.t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(files[i+1]), 0o644); err != nil {
			r.t.Fatal(err)
		}
	}
	r.run("add", "-A")
	r.run("commit", "-q", "--allow-empty", "--cleanup=verbatim", "-m", message)
	return r.run("rev-parse", "HEAD")
}

func openVault(t *testing.T, dir string, offline bool) *capture.Session {
	t.Helper()
	s, err := capture.Open(context.Background(), capture.Options{
		Dir: dir, Offline: offline, Tool: "tickmark test", Log: slog.New(slog.DiscardHandler),
		Now: func() time.Time { return time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC) },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func (r repo) collector(change ...func(*git.Config)) *git.Collector {
	r.t.Helper()
	c := git.Config{Name: "code", Path: r.dir, Repository: "shop", Projects: []string{"PAY", "OPS"}, Trackers: map[string]string{"PAY": "jira"}}
	for _, f := range change {
		f(&c)
	}
	return collector(r.t, c, openVault(r.t, filepath.Join(r.t.TempDir(), "vault"), false))
}

func collector(t *testing.T, c git.Config, s *capture.Session) *git.Collector {
	t.Helper()
	g, err := git.New(c, s, "test")
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// collect gives what was emitted, and the gaps.
func collect(t *testing.T, g *git.Collector, kind evidence.Kind, id string) ([]evidence.Item, []evidence.Gap) {
	t.Helper()
	var items []evidence.Item
	ref := evidence.Ref{Kind: kind, System: g.Name(), ID: id}
	err := g.Collect(context.Background(), ref, func(it evidence.Item) error {
		items = append(items, it)
		return nil
	})
	return items, evidence.Gaps(ref, g.Name(), err, time.Time{})
}

func pullRequest(t *testing.T, g *git.Collector, id string) (evidence.Item, []evidence.Gap) {
	t.Helper()
	items, gaps := collect(t, g, evidence.KindPullRequest, id)
	if len(items) != 1 || items[0].PullRequest == nil {
		t.Fatalf("pull request %s: %d items, gaps %+v", id, len(items), gaps)
	}
	return items[0], gaps
}

func commit(t *testing.T, g *git.Collector, id string) (evidence.Item, []evidence.Gap) {
	t.Helper()
	items, gaps := collect(t, g, evidence.KindCommit, id)
	if len(items) != 1 || items[0].Commit == nil {
		t.Fatalf("commit %s: %d items, gaps %+v", id, len(items), gaps)
	}
	return items[0], gaps
}

func gapOf(gaps []evidence.Gap, part string) (evidence.Gap, bool) {
	for _, g := range gaps {
		if g.Part == part {
			return g, true
		}
	}
	return evidence.Gap{}, false
}

// only checks that nothing was collected, for one reason, in one sentence that
// holds all the words.
func only(t *testing.T, items []evidence.Item, gaps []evidence.Gap, reason evidence.Reason, words ...string) {
	t.Helper()
	if len(items) != 0 || len(gaps) != 1 || gaps[0].Reason != reason {
		t.Fatalf("got %d items and gaps %+v, want one gap: %s", len(items), gaps, reason)
	}
	for _, w := range words {
		if !strings.Contains(gaps[0].Detail, w) {
			t.Errorf("the gap %q does not say %q", gaps[0].Detail, w)
		}
	}
}

func isGap(err error, reason evidence.Reason) bool {
	var g *evidence.GapError
	return errors.As(err, &g) && g.Reason == reason
}
