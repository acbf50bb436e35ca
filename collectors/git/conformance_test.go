package git_test

import (
	"bufio"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tickmark-dev/tickmark/collectors/collectortest"
	"github.com/tickmark-dev/tickmark/collectors/git"
	"github.com/tickmark-dev/tickmark/internal/capture"
	"github.com/tickmark-dev/tickmark/internal/evidence"
)

func TestConformance(t *testing.T) {
	r := newRepo(t)
	r.commit("Start (#1)", "a.txt", "a\n")
	r.run("checkout", "-q", "-b", "feature")
	r.commit("PAY-3 step", "b.txt", "b\n")
	r.run("checkout", "-q", "main")
	r.run("merge", "-q", "--no-ff", "-m", "Merge pull request #2 from acme/feature\n\nTitle", "feature")
	merge := r.run("rev-parse", "HEAD")
	r.commit("One (#3)", "c", "1")
	r.commit("Two (#3)", "c", "2")
	at := func(dir string) func(*capture.Session) evidence.Collector {
		return func(s *capture.Session) evidence.Collector {
			return collector(t, git.Config{Name: "code", Path: dir, Repository: "shop", Projects: []string{"PAY"}}, s)
		}
	}
	ref := func(kind evidence.Kind, id string) evidence.Ref {
		return evidence.Ref{Kind: kind, System: "code", ID: id}
	}
	collectortest.Run(t, collectortest.Options{
		New:         at(r.dir),
		Unreachable: at(filepath.Join(t.TempDir(), "none")),
		Refs: []evidence.Ref{ref(evidence.KindPullRequest, "shop#1"), ref(evidence.KindPullRequest, "shop#2"),
			ref(evidence.KindCommit, "shop@"+merge)},
		Missing: []evidence.Ref{ref(evidence.KindPullRequest, "shop#3"), ref(evidence.KindPullRequest, "shop#9"),
			ref(evidence.KindCommit, "shop@"+strings.Repeat("0", 40))},
	})
}

// A hundred thousand commits are indexed without holding their messages.
func TestLongHistory(t *testing.T) {
	if testing.Short() {
		t.Skip("makes a large repository")
	}
	const commits = 100_000
	r := newRepo(t)
	cmd := exec.Command("git", "-C", r.dir, "fast-import", "--quiet")
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	w := bufio.NewWriter(in)
	text := strings.Repeat("All about this change. ", 40)
	for n := 1; n <= commits; n++ {
		message := fmt.Sprintf("PAY-%d: change (#%d)\n\n%s", n, n, text)
		fmt.Fprintf(w, "commit refs/heads/main\ncommitter A <a@example.invalid> %d +0000\ndata %d\n%s\n", 1_700_000_000+n, len(message), message)
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	if err := in.Close(); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	g := r.collector()
	for _, n := range []int{1, 50_000, commits} {
		it, _ := pullRequest(t, g, fmt.Sprintf("shop#%d", n))
		if want := fmt.Sprintf("PAY-%d: change", n); it.PullRequest.Title != want {
			t.Errorf("title %q, want %q", it.PullRequest.Title, want)
		}
	}
}
