package git_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

func TestHostileFileNames(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("these names exist on Linux only")
	}
	r := newRepo(t)
	names := []string{"new\nline\ndiff --git a/x b/x", `quote".txt`, "tab\there", "-rf", ":(top)x", "back\\slash", "näme"}
	var files []string
	for _, n := range names {
		files = append(files, n, "content of "+n+"\n")
	}
	r.commit("Names (#1)", append(files, "bad\xff", "x\n")...)
	g := r.collector()
	it, gaps := pullRequest(t, g, "shop#1")
	if gap, ok := gapOf(gaps, "files"); ok {
		t.Fatalf("gap %+v", gap)
	}
	var got []string
	for _, f := range it.PullRequest.Files {
		got = append(got, f.Path)
		if !strings.HasPrefix(f.Patch, "@@ -0,0 +1") || f.Path != `"bad\377"` && !strings.Contains(f.Patch, "content of "+strings.SplitN(f.Path, "\n", 2)[0]) {
			t.Errorf("%q has the patch %q", f.Path, f.Patch)
		}
	}
	want := append([]string{`"bad\377"`}, names...)
	slices.Sort(got)
	slices.Sort(want)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestKindsOfChange(t *testing.T) {
	r := newRepo(t)
	long := strings.Repeat("line\n", 50)
	r.commit("start", "old.txt", long, "gone.txt", "x\n", "bin", "a\x00b", "type", "file\n", "same", "s\n")
	r.run("mv", "old.txt", "new.txt")
	r.run("rm", "-q", "gone.txt", "type")
	if err := os.Symlink("same", filepath.Join(r.dir, "type")); err != nil {
		t.Skip(err)
	}
	sha := r.commit("Everything (#1)", "new.txt", long+"more\n", "bin", "a\x00c", "added", "a\nb\n")
	c, gaps := commit(t, r.collector(), "shop@"+sha)
	if _, ok := gapOf(gaps, "files"); ok {
		t.Fatalf("gaps %+v", gaps)
	}
	got := map[string]string{}
	for _, f := range c.Commit.Files {
		got[f.Path] = fmt.Sprintf("%s +%d -%d %s %t", f.Status, f.Additions, f.Deletions, f.PreviousPath, f.Patch != "")
	}
	want := map[string]string{
		"added": "added +2 -0  true", "bin": "modified +0 -0  false", "gone.txt": "removed +0 -1  true",
		"new.txt": "renamed +1 -0 old.txt true", "type": "changed +1 -1  true",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestTooMuch(t *testing.T) {
	r := newRepo(t)
	var files []string
	for i := range 3100 {
		files = append(files, fmt.Sprintf("f%04d", i), "x\n")
	}
	many := r.commit("Many (#1)", files...)
	large := r.commit("Large (#2)", "large", strings.Repeat("0123456789abcde\n", 100_000), "small", "s\n")
	g := r.collector()
	c, gaps := commit(t, g, "shop@"+many)
	if gap, ok := gapOf(gaps, "files"); !ok || gap.Reason != evidence.Truncated || len(c.Commit.Files) != 3000 || c.Commit.FilesTotal != 3100 {
		t.Errorf("%d files of %d, gaps %+v", len(c.Commit.Files), c.Commit.FilesTotal, gaps)
	}
	c, gaps = commit(t, g, "shop@"+large)
	if gap, ok := gapOf(gaps, "files"); !ok || gap.Reason != evidence.Truncated || c.Commit.Files[0].Patch != "" || c.Commit.Files[0].Additions != 100_000 || c.Commit.Files[1].Patch == "" {
		t.Errorf("gaps %+v", gaps)
	}
}

// The repository's own configuration names programs for everything that git
// runs; none of them may run.
func TestHostileConfiguration(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the trap is a shell script")
	}
	r := newRepo(t)
	r.commit("Start (#1)", "a.txt", "a\n", ".gitattributes", "* diff=evil filter=evil merge=evil\n")
	sha := r.commit("Next (#2)", "a.txt", "b\n")
	caught := filepath.Join(t.TempDir(), "caught")
	trap := filepath.Join(t.TempDir(), "trap")
	if err := os.WriteFile(trap, []byte("#!/bin/sh\necho \"$@\" >>"+caught+"\ncat\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{
		"core.fsmonitor", "core.pager", "core.sshCommand", "core.gitProxy", "core.editor", "core.askPass", "diff.external", "pager.log", "pager.diff-tree",
		"diff.evil.textconv", "diff.evil.command", "filter.evil.clean", "filter.evil.smudge", "filter.evil.process", "gpg.program", "gpg.ssh.program",
		"credential.helper", "alias.rev-list", "alias.cat-file", "uploadpack.packObjectsHook", "remote.origin.uploadpack", "core.alternateRefsCommand",
	} {
		r.run("config", key, trap)
	}
	r.run("config", "log.showSignature", "true")
	r.run("config", "core.hooksPath", filepath.Dir(trap))
	r.run("config", "protocol.ext.allow", "always")
	r.run("config", "remote.origin.url", "ext::"+trap)
	r.run("config", "remote.origin.promisor", "true")
	r.run("config", "extensions.partialClone", "origin")
	// A blob that is not there would be fetched from the promisor.
	blob := exec.Command("git", "-C", r.dir, "rev-parse", sha+":a.txt")
	out, err := blob.Output()
	if err != nil {
		t.Fatal(err)
	}
	id := strings.TrimSpace(string(out))
	if err := os.Remove(filepath.Join(r.dir, ".git", "objects", id[:2], id[2:])); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(caught); err != nil {
		t.Fatal(err)
	}
	g := r.collector()
	if _, err := g.Preflight(t.Context()); err != nil {
		t.Fatal(err)
	}
	it, gaps := pullRequest(t, g, "shop#1")
	if _, ok := gapOf(gaps, "files"); ok || !strings.Contains(it.PullRequest.Files[1].Patch, "+a") {
		t.Errorf("files %+v, gaps %+v", it.PullRequest.Files, gaps)
	}
	// The commit whose content is missing is reported without its files.
	_, gaps = commit(t, g, "shop@"+sha)
	if gap, ok := gapOf(gaps, "files"); !ok || gap.Reason != evidence.Unreachable {
		t.Errorf("gaps %+v", gaps)
	}
	if out, err := os.ReadFile(caught); err == nil {
		t.Errorf("the repository's programs were run: %s", out)
	}
}

// Replaced objects and grafts change what git shows; the evidence is what was
// committed.
func TestReplacedObjectsAreNotBelieved(t *testing.T) {
	r := newRepo(t)
	r.commit("start", "a", "a")
	real := r.commit("Real (#1)", "a", "b")
	fake := r.run("commit-tree", "HEAD^{tree}", "-p", "HEAD~1", "-m", "Fake (#1)\n\nReviewed-by: Boss <b@example.invalid>")
	r.run("replace", real, fake)
	it, _ := pullRequest(t, r.collector(), "shop#1")
	if it.PullRequest.Title != "Real" || it.PullRequest.MergeCommit != real {
		t.Errorf("%q from %s", it.PullRequest.Title, it.PullRequest.MergeCommit)
	}
}

func TestAnotherUsersRepository(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("only root can give a folder away")
	}
	r := newRepo(t)
	r.commit("Start (#1)", "a", "a")
	err := filepath.WalkDir(r.dir, func(path string, _ os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Lchown(path, 65534, 65534)
	})
	if err != nil {
		t.Fatal(err)
	}
	pullRequest(t, r.collector(), "shop#1")
}
