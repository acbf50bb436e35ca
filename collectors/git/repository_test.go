package git_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tickmark-dev/tickmark/collectors/git"
	"github.com/tickmark-dev/tickmark/internal/evidence"
)

func TestTrueMerge(t *testing.T) {
	r := newRepo(t)
	base := r.commit("start", "a.txt", "one\n")
	r.run("checkout", "-q", "-b", "feature")
	first := r.commit("PAY-7: first step", "b.txt", "b\n")
	second := r.commit("second step\n\nCo-authored-by: Dora <dora@example.invalid>", "c.txt", "c\n")
	r.run("checkout", "-q", "main")
	r.run("merge", "-q", "--no-ff", "-m", "Merge pull request #12 from acme/feature/pay-8\n\nAdd payments\n\nLong text.", "feature")
	merge := r.run("rev-parse", "HEAD")
	g := r.collector()
	it, gaps := pullRequest(t, g, "shop#12")
	pr := it.PullRequest
	if pr.Title != "Add payments" || pr.Body.Source != "\nLong text." && pr.Body.Source != "Long text." {
		t.Errorf("title %q, body %q", pr.Title, pr.Body.Source)
	}
	if pr.MergeCommit != merge || pr.Head.SHA != second || pr.Head.Ref != "feature/pay-8" || pr.Base.SHA != base || pr.Base.Ref != "main" {
		t.Errorf("merge %s, head %+v, base %+v", pr.MergeCommit, pr.Head, pr.Base)
	}
	var shas, paths []string
	for _, c := range pr.Commits {
		shas = append(shas, c.SHA)
	}
	for _, f := range pr.Files {
		paths = append(paths, f.Status+" "+f.Path)
	}
	if !cmp.Equal(shas, []string{first, second}) || pr.CommitsTotal != 2 {
		t.Errorf("commits %v of %d, want %v", shas, pr.CommitsTotal, []string{first, second})
	}
	if !cmp.Equal(paths, []string{"added b.txt", "added c.txt"}) || pr.Additions != 2 {
		t.Errorf("files %v", paths)
	}
	if _, ok := gapOf(gaps, "author"); pr.Author != nil || !ok {
		t.Errorf("the merge's author %v stands for the pull request's; gaps %+v", pr.Author, gaps)
	}
	want := []evidence.Ref{
		{Kind: evidence.KindCommit, System: "code", ID: "shop@" + merge},
		{Kind: evidence.KindTicket, System: "jira", ID: "PAY-8"},
		{Kind: evidence.KindTicket, System: "jira", ID: "PAY-7"},
	}
	if diff := cmp.Diff(want, it.Links); diff != "" {
		t.Error(diff)
	}
	// A commit that the merge brought leads to the pull request as well.
	c, _ := commit(t, g, "shop@"+first[:9])
	if c.Ref.ID != "shop@"+first || len(c.Commit.PullRequests) != 1 || c.Commit.PullRequests[0].ID != "shop#12" {
		t.Errorf("commit %v brought by %v", c.Ref, c.Commit.PullRequests)
	}
}

func TestConventions(t *testing.T) {
	tests := map[string]struct {
		message string
		number  int // 0: the message names none
		title   string
	}{
		"squash":                        {"Add cache (#5)\n\nWhy.", 5, "Add cache"},
		"squash with CRLF":              {"Add cache (#5)\r\n\r\nWhy.", 5, "Add cache"},
		"backport names its own":        {"Add cache (#4) (#5)", 5, "Add cache (#4)"},
		"revert names its own":          {"Revert \"Add cache (#4)\" (#5)", 5, "Revert \"Add cache (#4)\""},
		"revert without a number":       {"Revert \"Add cache (#5)\"", 0, ""},
		"revert of a merge":             {"Revert \"Merge pull request #5 from acme/x\"\n\nThis reverts commit abc.", 0, ""},
		"number within the subject":     {"Fix (#5) for real", 0, ""},
		"number without parentheses":    {"Fix #5", 0, ""},
		"number in the text only":       {"Fix\n\nsee (#5)", 0, ""},
		"squashed title about a merge":  {"Merge pull request #4 from acme/x (#5)", 5, "Merge pull request #4 from acme/x"},
		"GitHub":                        {"Merge pull request #5 from acme/x\n\nTitle here", 5, "Title here"},
		"GitHub without a title":        {"Merge pull request #5 from acme/x", 5, "Merge pull request #5 from acme/x"},
		"GitLab merge":                  {"Merge branch 'x' into 'main'\n\nTitle here\n\nText\n\nSee merge request acme/shop!5", 5, "Title here"},
		"GitLab squash":                 {"Title here\n\nText\n\nSee merge request acme/shop!5", 5, "Title here"},
		"GitLab old":                    {"Merge branch 'x'\n\nTitle here\n\nSee merge request !5", 5, "Title here"},
		"GitLab mentioned in passing":   {"Title\n\nSee merge request acme/shop!5 for more", 0, ""},
		"Bitbucket":                     {"Merged in feature/x (pull request #5)\n\nTitle here\n\nApproved-by: Bo", 5, "Title here"},
		"Bitbucket Server":              {"Merge pull request #5 in PROJ/shop from feature/x to main\n\n* commit 'abc':\n  Text", 5, "Merge pull request #5 in PROJ/shop from feature/x to main"},
		"Bitbucket Server, newer":       {"Pull request #5: Title here\n\nMerge in PROJ/shop from feature/x to main\n\n* commit 'abc':", 5, "Title here"},
		"Azure":                         {"Merged PR 5: Title here\n\nText", 5, "Title here"},
		"Gitea":                         {"Merge pull request 'Title here' (#5) from x into main", 5, "Title here"},
		"number too large":              {"Fix (#99999999999999999999)", 0, ""},
		"number zero":                   {"Fix (#0)", 0, ""},
		"nothing but the number":        {"(#5)", 0, ""},
		"subject over two lines":        {"A long\ntitle (#5)\n\nText", 5, "A long title"},
		"title and trailers, no blank":  {"Title (#5)\nReviewed-by: Bo", 5, "Title"},
		"a very long subject":           {strings.Repeat("x", 9000) + " (#5)", 5, ""},
		"a merge of main into a branch": {"Merge branch 'main' into feature", 0, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			r := newRepo(t)
			sha := r.commit(tt.message, "a", "a")
			g := r.collector()
			if tt.number == 0 {
				items, gaps := collect(t, g, evidence.KindPullRequest, "shop#5")
				only(t, items, gaps, evidence.NotFound, "#5", "among the 1 first-parent commits of branch main in shop", "rebase")
				c, gaps := commit(t, g, "shop@"+sha)
				if g, ok := gapOf(gaps, "pull requests of the commit"); !ok || len(c.Commit.PullRequests) != 0 || g.Reason != evidence.NotConfigured {
					t.Errorf("pull requests %v, gaps %+v", c.Commit.PullRequests, gaps)
				}
				return
			}
			it, _ := pullRequest(t, g, fmt.Sprintf("shop#%d", tt.number))
			if tt.title != "" && it.PullRequest.Title != tt.title {
				t.Errorf("title %q, want %q", it.PullRequest.Title, tt.title)
			}
		})
	}
}

func TestTwoCommitsWithOneNumberAreNotGuessed(t *testing.T) {
	r := newRepo(t)
	one := r.commit("First half (#5)", "a", "a")
	two := r.commit("Second half (#5)", "a", "b")
	items, gaps := collect(t, r.collector(), evidence.KindPullRequest, "shop#5")
	only(t, items, gaps, evidence.Ambiguous, one, two, "2 commits")
}

func TestOctopus(t *testing.T) {
	r := newRepo(t)
	r.commit("start", "a", "a")
	for _, b := range []string{"x", "y"} {
		r.run("checkout", "-q", "-b", b, "main")
		r.commit("work on "+b, b, b)
	}
	r.run("checkout", "-q", "main")
	r.run("merge", "-q", "--no-ff", "-m", "Merge pull request #9 from acme/both", "x", "y")
	it, _ := pullRequest(t, r.collector(), "shop#9")
	pr := it.PullRequest
	if len(pr.Commits) != 2 || pr.Head.SHA != "" || len(pr.Files) != 2 {
		t.Errorf("commits %d, head %q, files %+v", len(pr.Commits), pr.Head.SHA, pr.Files)
	}
}

func TestRevertAndRebase(t *testing.T) {
	r := newRepo(t)
	r.commit("Feature (#1)", "a", "a\n")
	r.run("revert", "--no-edit", "HEAD")
	r.commit("Rebased work", "b", "b\n")
	g := r.collector()
	it, _ := pullRequest(t, g, "shop#1")
	if it.PullRequest.Title != "Feature" || it.PullRequest.Files[0].Status != "added" {
		t.Errorf("the revert stands for the change: %+v", it.PullRequest)
	}
}

func TestEmptyRepository(t *testing.T) {
	r := newRepo(t)
	g := r.collector()
	if _, err := g.Preflight(t.Context()); !isGap(err, evidence.NotFound) || !strings.Contains(err.Error(), "no commits on branch main") {
		t.Errorf("preflight: %v", err)
	}
	items, gaps := collect(t, g, evidence.KindPullRequest, "shop#1")
	only(t, items, gaps, evidence.NotFound, "among the 0 first-parent commits")
	items, gaps = collect(t, g, evidence.KindCommit, "shop@"+strings.Repeat("a", 40))
	only(t, items, gaps, evidence.NotFound, "has no commit")
}

func TestWhereTheRepositoryIsNot(t *testing.T) {
	folder := t.TempDir()
	file := filepath.Join(folder, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	r := newRepo(t)
	r.commit("x", "sub/a", "a")
	tests := map[string]struct{ path, says string }{
		"missing":                   {filepath.Join(folder, "none"), "cannot be opened"},
		"a file":                    {file, "not a folder"},
		"a plain folder":            {folder, "not a git repository"},
		"a folder of a repository ": {filepath.Join(r.dir, "sub"), "not a git repository"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			g := r.collector(func(c *git.Config) { c.Path = tt.path })
			p, err := g.Preflight(t.Context())
			if err == nil || !strings.Contains(err.Error(), tt.says) || !cmp.Equal(p.Hidden, []string{"shop"}) {
				t.Errorf("preflight: %+v, %v", p, err)
			}
			items, gaps := collect(t, g, evidence.KindPullRequest, "shop#1")
			only(t, items, gaps, evidence.Unreachable, tt.says)
		})
	}
}

func TestBranches(t *testing.T) {
	r := newRepo(t)
	r.commit("On main (#1)", "a", "a")
	r.run("checkout", "-q", "--orphan", "other")
	r.commit("On other (#2)", "a", "b")
	tip := r.run("rev-parse", "HEAD")
	r.run("update-ref", "refs/heads/--output=stolen", tip)
	r.run("update-ref", "refs/remotes/origin/deployed", tip)
	r.run("checkout", "-q", "main")
	for name, branch := range map[string]string{"plain": "other", "like an option": "--output=stolen", "of a remote": "origin/deployed", "of origin": "deployed"} {
		t.Run(name, func(t *testing.T) {
			g := r.collector(func(c *git.Config) { c.Branch = branch })
			it, _ := pullRequest(t, g, "shop#2")
			if it.PullRequest.Base.Ref != branch {
				t.Errorf("base %q", it.PullRequest.Base.Ref)
			}
			items, gaps := collect(t, g, evidence.KindPullRequest, "shop#1")
			only(t, items, gaps, evidence.NotFound, "branch "+branch)
		})
	}
	t.Run("missing", func(t *testing.T) {
		g := r.collector(func(c *git.Config) { c.Branch = "prod" })
		if _, err := g.Preflight(t.Context()); !isGap(err, evidence.NotFound) || !strings.Contains(err.Error(), `no branch "prod"`) {
			t.Errorf("preflight: %v", err)
		}
	})
	t.Run("on no branch", func(t *testing.T) {
		r.run("checkout", "-q", "--detach", tip)
		it, _ := pullRequest(t, r.collector(), "shop#2")
		if it.PullRequest.Base.Ref != "" || !strings.Contains(it.PullRequest.Statement, "on no branch") {
			t.Errorf("base %q, %s", it.PullRequest.Base.Ref, it.PullRequest.Statement)
		}
	})
	t.Run("not on the branch", func(t *testing.T) {
		c, gaps := commit(t, r.collector(func(c *git.Config) { c.Branch = "main" }), "shop@"+tip)
		if g, ok := gapOf(gaps, "pull requests of the commit"); !ok || g.Reason != evidence.NotFound || len(c.Commit.PullRequests) != 0 {
			t.Errorf("gaps %+v", gaps)
		}
	})
	for name, branch := range map[string]string{"newline": "a\nb", "parent": "main^", "range": "a..b", "reflog": "a@{1}"} {
		t.Run("refused: "+name, func(t *testing.T) {
			if _, err := git.New(git.Config{Name: "code", Path: r.dir, Repository: "shop", Branch: branch}, nil, "test"); err == nil {
				t.Error("accepted")
			}
		})
	}
}

func TestShallowClone(t *testing.T) {
	r := newRepo(t)
	r.commit("Old (#1)", "a", "a\n")
	r.commit("Middle (#2)", "b", "b\n")
	r.commit("New (#3)", "c", "c\n")
	clone := repo{t, filepath.Join(t.TempDir(), "clone")}
	clone.run("clone", "-q", "--depth", "2", "file://"+filepath.ToSlash(r.dir), clone.dir)
	g := clone.collector()
	p, err := g.Preflight(t.Context())
	if err != nil || !strings.Contains(strings.Join(p.Notes, " "), "shallow clone") {
		t.Errorf("preflight: %+v, %v", p, err)
	}
	items, gaps := collect(t, g, evidence.KindPullRequest, "shop#1")
	only(t, items, gaps, evidence.Truncated, "shallow clone", "--unshallow")
	it, gaps := pullRequest(t, g, "shop#2")
	if gap, ok := gapOf(gaps, "files"); !ok || gap.Reason != evidence.Truncated || len(it.PullRequest.Files) != 0 {
		t.Errorf("at the edge: files %+v, gaps %+v", it.PullRequest.Files, gaps)
	}
	it, gaps = pullRequest(t, g, "shop#3")
	if _, ok := gapOf(gaps, "files"); ok || len(it.PullRequest.Files) != 1 {
		t.Errorf("inside: files %+v, gaps %+v", it.PullRequest.Files, gaps)
	}
}

func TestSHA256Repository(t *testing.T) {
	r := newRepo(t, "--object-format=sha256")
	sha := r.commit("Start (#1)", "a", "a\n")
	r.commit("Next (#2)", "a", "b\n")
	if len(sha) != 64 {
		t.Fatalf("commit id %q", sha)
	}
	g := r.collector()
	it, _ := pullRequest(t, g, "shop#1")
	if it.PullRequest.MergeCommit != sha || it.PullRequest.Files[0].Status != "added" {
		t.Errorf("%+v", it.PullRequest)
	}
	if it, _ := pullRequest(t, g, "shop#2"); it.PullRequest.Files[0].Status != "modified" || it.PullRequest.Files[0].Deletions != 1 {
		t.Errorf("%+v", it.PullRequest.Files)
	}
}

func TestBareRepository(t *testing.T) {
	r := newRepo(t)
	r.commit("Start (#1)", "a", "a\n")
	bare := repo{t, filepath.Join(t.TempDir(), "bare.git")}
	bare.run("clone", "-q", "--bare", r.dir, bare.dir)
	pullRequest(t, bare.collector(), "shop#1")
	pullRequest(t, r.collector(func(c *git.Config) { c.Path = filepath.Join(r.dir, ".git") }), "shop#1")
}

func TestReferencesThatAreNotOurs(t *testing.T) {
	r := newRepo(t)
	r.commit("Start (#1)", "a", "a")
	g := r.collector()
	for _, id := range []string{"other#1", "shop#", "shop#x", "shop#0", "shop#-1", "shop#99999999999", "shop@1", ""} {
		items, gaps := collect(t, g, evidence.KindPullRequest, id)
		only(t, items, gaps, evidence.NotFound, "shop")
	}
	for _, id := range []string{"other@abcdefa", "shop@", "shop@abc", "shop@--output", "shop@HEAD", "shop@" + strings.Repeat("a", 65)} {
		items, gaps := collect(t, g, evidence.KindCommit, id)
		only(t, items, gaps, evidence.NotFound, "shop")
	}
	items, gaps := collect(t, g, evidence.KindDeployment, "shop/deployments/1")
	only(t, items, gaps, evidence.NotConfigured, "deployment")
}

func TestSignatureAndCharset(t *testing.T) {
	r := newRepo(t)
	tree := r.run("write-tree")
	raw := "tree " + tree + "\nauthor J\xfcrgen <j@example.invalid> 1760000000 +0530\ncommitter J\xfcrgen <j@example.invalid> 1760000000 -0330\n" +
		"gpgsig -----BEGIN SSH SIGNATURE-----\n abc\n -----END SSH SIGNATURE-----\nencoding ISO-8859-1\n\nGr\xfc\xdfe (#3)\n"
	file := filepath.Join(t.TempDir(), "raw")
	if err := os.WriteFile(file, []byte(raw), 0o600); err != nil {
		t.Fatal(err)
	}
	sha := r.run("hash-object", "-t", "commit", "-w", file)
	r.run("update-ref", "refs/heads/main", sha)
	c, _ := commit(t, r.collector(), "shop@"+sha)
	if c.Commit.Message != "Grüße (#3)\n" || c.Commit.Author.Name != "Jürgen" {
		t.Errorf("%q by %q", c.Commit.Message, c.Commit.Author.Name)
	}
	if got := c.Commit.Author.Date.Format("2006-01-02T15:04:05Z07:00"); got != "2025-10-09T14:23:20+05:30" {
		t.Errorf("date %s", got)
	}
	if c.Commit.Verified || !strings.Contains(c.Commit.VerifiedAs, "not checked") {
		t.Errorf("verified %t as %q", c.Commit.Verified, c.Commit.VerifiedAs)
	}
	if it, _ := pullRequest(t, r.collector(), "shop#3"); it.PullRequest.Title != "Grüße" {
		t.Errorf("title %q", it.PullRequest.Title)
	}
}
