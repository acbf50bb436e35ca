package git_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tickmark-dev/tickmark/collectors/git"
	"github.com/tickmark-dev/tickmark/internal/evidence"
)

func period(t *testing.T, from, to string) evidence.Period {
	t.Helper()
	var p evidence.Period
	for text, at := range map[string]*time.Time{from: &p.From, to: &p.To} {
		var err error
		if *at, err = time.Parse(time.RFC3339, text); err != nil {
			t.Fatal(err)
		}
	}
	return p
}

func list(t *testing.T, g *git.Collector, p evidence.Period) ([]evidence.Item, evidence.IPE, error) {
	t.Helper()
	var items []evidence.Item
	ipes, err := g.List(t.Context(), p, func(it evidence.Item) error {
		items = append(items, it)
		return nil
	})
	if len(ipes) != 1 {
		t.Fatalf("%d datasets, want 1; error %v", len(ipes), err)
	}
	return items, ipes[0], err
}

// byShell does what a person can do with the query of the dataset and the
// tools that everybody has.
func byShell(t *testing.T, dir, query string) (ids []string, hash string) {
	t.Helper()
	cmd := exec.Command("sh", "-c", query)
	cmd.Dir = dir
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	ids = strings.Fields(string(out))
	slices.Sort(ids)
	return ids, fmt.Sprintf("%x", sha256.Sum256([]byte(strings.Join(append(ids, ""), "\n"))))
}

func TestListKafka(t *testing.T) {
	lines, dir := kafka(t)
	vault := filepath.Join(t.TempDir(), "vault")
	config := git.Config{Name: "kafka-git", Path: dir, Repository: "kafka", Projects: []string{"KAFKA"}, Trackers: map[string]string{"KAFKA": "asf"}}
	periods := map[string]evidence.Period{
		"the whole year":      period(t, "2023-10-25T00:00:00Z", "2024-10-26T00:00:00Z"),
		"a quarter in a zone": period(t, "2024-01-01T00:00:00+09:00", "2024-04-01T00:00:00+09:00"),
		"nothing":             period(t, "2022-01-01T00:00:00Z", "2023-01-01T00:00:00Z"),
	}
	online := map[string][]evidence.Item{}
	t.Run("online", func(t *testing.T) {
		g := collector(t, config, openVault(t, vault, false))
		for name, p := range periods {
			items, ipe, err := list(t, g, p)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			ids, hash := byShell(t, dir, ipe.Queries[0].Text)
			sameAsTold(t, name, lines, p, items)
			if ipe.Rows != len(items) || ipe.Received != len(items) || len(ipe.Truncations) > 0 || ipe.Queries[0].Received != len(ids) || len(ids) != len(items) {
				t.Errorf("%s: %+v for %d items, the query gives %d", name, ipe, len(items), len(ids))
			}
			if ipe.Totals.IDsSHA256 != hash || len(ids) > 0 && (ipe.Totals.MinID != ids[0] || ipe.Totals.MaxID != ids[len(ids)-1]) {
				t.Errorf("%s: totals %+v, the query gives %s", name, ipe.Totals, hash)
			}
			if !strings.Contains(strings.Join(ipe.Notes, " "), "the committers' statements") {
				t.Errorf("%s: the notes %q do not say whose the dates are", name, ipe.Notes)
			}
			online[name] = items
		}
	})
	t.Run("offline, without the repository", func(t *testing.T) {
		if err := os.RemoveAll(dir); err != nil {
			t.Fatal(err)
		}
		t.Setenv("PATH", t.TempDir())
		g := collector(t, config, openVault(t, vault, true))
		for name, p := range periods {
			items, _, err := list(t, g, p)
			if diff := cmp.Diff(online[name], items); err != nil || diff != "" {
				t.Errorf("%s differs offline: %v\n%s", name, err, diff)
			}
		}
	})
}

// sameAsTold counts the lines of the population file by itself and compares.
func sameAsTold(t *testing.T, name string, lines []told, p evidence.Period, items []evidence.Item) {
	t.Helper()
	// "KAFKA-17532-2: Move …" is one commit's subject: not a whole word, and so no key.
	number, key := regexp.MustCompile(`\(#(\d+)\)\s*$`), regexp.MustCompile(`(?:^|[^\w-])KAFKA-\d+(?:[^\w-]|$)`)
	type counts struct{ commits, numbered, keyed, both, neither, reverts, reviewers, paths int }
	var want, got counts
	add := func(c *counts, numbered, keyed, revert, reviewed bool, paths int) {
		c.commits++
		c.paths += paths
		for flag, n := range map[*int]bool{&c.numbered: numbered, &c.keyed: keyed, &c.both: numbered && keyed,
			&c.neither: !numbered && !keyed, &c.reverts: revert, &c.reviewers: reviewed} {
			if n {
				*flag++
			}
		}
	}
	var subjects []string
	for _, l := range lines {
		at, err := time.Parse(time.RFC3339, l.CommitDate)
		if err != nil {
			t.Fatal(err)
		}
		if at.Before(p.From) || !at.Before(p.To) {
			continue
		}
		subjects = append(subjects, l.Subject)
		paths := map[string]bool{}
		for _, f := range l.Files {
			paths[f] = true
		}
		add(&want, number.MatchString(l.Subject), key.MatchString(l.Subject+"\n"+l.Body), strings.HasPrefix(l.Subject, "Revert "),
			regexp.MustCompile(`(?m)^Reviewers?:`).MatchString(l.Body), len(paths))
	}
	seen := map[string]bool{}
	for i, it := range items {
		if seen[it.Ref.ID] || it.Commit == nil || it.Ref.ID != "kafka@"+it.Commit.SHA {
			t.Fatalf("%s: item %d is %v", name, i, it.Ref)
		}
		seen[it.Ref.ID] = true
		subject, _, _ := strings.Cut(it.Commit.Message, "\n")
		if i < len(subjects) && subject != subjects[i] {
			t.Fatalf("%s: commit %d is %q, want %q", name, i, subject, subjects[i])
		}
		keyed := slices.ContainsFunc(it.Links, func(r evidence.Ref) bool { return r.Kind == evidence.KindTicket && r.System == "asf" })
		reviewed := slices.ContainsFunc(it.Commit.Trailers, func(tr evidence.Trailer) bool { return strings.HasPrefix(tr.Key, "Reviewer") })
		add(&got, len(it.Commit.PullRequests) == 1, keyed, strings.HasPrefix(subject, "Revert "), reviewed, len(it.Commit.Files))
		if len(it.Provenance) < 2 || !slices.Contains(it.Unread, "patches") {
			t.Fatalf("%s: %s has the provenance %v and unread %v", name, it.Ref, it.Provenance, it.Unread)
		}
	}
	// Who is a reviewer is the trailers' own test; here their count may differ
	// where the line stands in the middle of a message.
	if d := want.reviewers - got.reviewers; d < 0 || d > want.commits/100 {
		t.Errorf("%s: %d commits with reviewers, the lines have %d", name, got.reviewers, want.reviewers)
	}
	want.reviewers, got.reviewers = 0, 0
	if want != got {
		t.Errorf("%s: got %+v, the lines say %+v", name, got, want)
	}
	t.Logf("%s: %+v", name, got)
}

// at makes commits at dates of their own.
func (r repo) at(date, message string) string {
	r.t.Helper()
	cmd := exec.Command("git", "-C", r.dir, "commit", "-q", "--allow-empty", "-m", message)
	cmd.Env = append(os.Environ(), "GIT_AUTHOR_NAME=A", "GIT_AUTHOR_EMAIL=a@example.invalid", "GIT_COMMITTER_NAME=C", "GIT_COMMITTER_EMAIL=c@example.invalid",
		"GIT_AUTHOR_DATE="+date, "GIT_COMMITTER_DATE="+date)
	if out, err := cmd.CombinedOutput(); err != nil {
		r.t.Fatalf("%v %s", err, out)
	}
	return r.run("rev-parse", "HEAD")
}

func TestListBounds(t *testing.T) {
	r := newRepo(t)
	r.at("2025-12-31T23:59:59Z", "before")
	var want []string
	want = append(want, r.at("2026-01-01T00:00:00Z", "PAY-1 at the start (#4)"))
	want = append(want, r.at("2025-11-03T10:00:00Z", "made early, pushed late"))
	want = append(want, r.at("2026-03-31T23:59:59Z", "the last second"))
	r.at("2026-04-01T00:00:00Z", "at the end")
	items, ipe, err := list(t, r.collector(), period(t, "2026-01-01T00:00:00Z", "2026-04-01T00:00:00Z"))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, it := range items {
		got = append(got, it.Commit.SHA)
	}
	if !slices.Equal(got, want) {
		t.Errorf("listed %v, want %v", got, want)
	}
	links := fmt.Sprint(items[0].Links)
	if links != "[pull_request:code:shop#4 ticket:jira:PAY-1]" {
		t.Errorf("links %s", links)
	}
	notes := strings.Join(ipe.Notes, "\n")
	if !strings.Contains(notes, "1 commits are dated outside the period and stand between commits of it") || !strings.Contains(notes, want[1]) {
		t.Errorf("notes %s", notes)
	}
	ids, _ := byShell(t, r.dir, ipe.Queries[0].Text)
	if ipe.Rows != 3 || ipe.Queries[0].Received != 2 || len(ids) != 2 {
		t.Errorf("%+v; the query gives %v", ipe, ids)
	}
	if !ipe.Totals.MinTime.Equal(items[1].Commit.Committer.Date) || !ipe.Totals.MaxTime.Equal(items[2].Commit.Committer.Date) {
		t.Errorf("totals %+v", ipe.Totals)
	}
}

func TestListMergesAndFiles(t *testing.T) {
	r := newRepo(t)
	r.commit("Start", "a.txt", "one\ntwo\nthree\n")
	r.run("checkout", "-q", "-b", "feature")
	r.commit("on the side", "b.txt", "b\n")
	r.run("mv", "a.txt", "c.txt")
	r.commit("moved")
	r.run("checkout", "-q", "main")
	r.run("merge", "-q", "--no-ff", "-m", "Merge pull request #2 from acme/feature\n\nTitle", "feature")
	r.commit("nothing")
	g := r.collector()
	items, _, err := list(t, g, period(t, "2025-10-15T00:00:00Z", "2025-10-16T00:00:00Z"))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, it := range items {
		// The list and Collect agree on the files.
		collected, _ := commit(t, g, it.Ref.ID)
		var whole []string
		for _, f := range collected.Commit.Files {
			whole = append(whole, f.Status+" "+f.PreviousPath+" "+f.Path)
		}
		var files []string
		for _, f := range it.Commit.Files {
			files = append(files, f.Status+" "+f.PreviousPath+" "+f.Path)
		}
		if !slices.Equal(files, whole) {
			t.Errorf("%s: files %q, Collect gives %q", it.Ref, files, whole)
		}
		got = append(got, fmt.Sprintf("%d files, %d pull requests", len(it.Commit.Files), len(it.Commit.PullRequests)))
	}
	want := []string{"1 files, 0 pull requests", "2 files, 1 pull requests", "0 files, 0 pull requests"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestListStops(t *testing.T) {
	r := newRepo(t)
	r.commit("one")
	r.commit("two")
	p := period(t, "2025-10-15T00:00:00Z", "2025-10-16T00:00:00Z")
	stop, n := errors.New("stop"), 0
	ipes, err := r.collector().List(t.Context(), p, func(evidence.Item) error { n++; return stop })
	if !errors.Is(err, stop) || n != 1 || len(ipes) != 1 || ipes[0].Rows != 0 || len(ipes[0].Truncations) != 1 {
		t.Errorf("%d items, %+v, %v", n, ipes, err)
	}
	if _, err := r.collector().List(t.Context(), evidence.Period{From: p.To, To: p.From}, nil); err == nil {
		t.Error("a reversed period is accepted")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	ipes, err = r.collector().List(ctx, p, func(evidence.Item) error { return nil })
	if err == nil || len(ipes) != 1 || len(ipes[0].Truncations) != 1 {
		t.Errorf("canceled: %+v, %v", ipes, err)
	}
	items, ipe, err := list(t, newRepo(t).collector(), p)
	if err != nil || len(items) != 0 || ipe.Rows != 0 || ipe.Totals.IDsSHA256 != fmt.Sprintf("%x", sha256.Sum256(nil)) {
		t.Errorf("an empty repository: %d items, %+v, %v", len(items), ipe, err)
	}
}

func TestListShallow(t *testing.T) {
	r := newRepo(t)
	r.at("2026-01-10T00:00:00Z", "one")
	r.at("2026-01-20T00:00:00Z", "two")
	r.at("2026-01-30T00:00:00Z", "three")
	for name, test := range map[string]struct {
		from        string
		truncations int
		cut         string
	}{
		"cut in the period":     {"2026-01-01T00:00:00Z", 2, "this is a shallow clone that begins with a commit dated 2026-01-20T00:00:00Z"},
		"cut before the period": {"2026-01-25T00:00:00Z", 0, ""},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "shallow")
			r.run("clone", "-q", "--depth", "2", "file://"+r.dir, dir)
			g := r.collector(func(c *git.Config) { c.Path = dir })
			items, ipe, err := list(t, g, period(t, test.from, "2026-02-01T00:00:00Z"))
			if len(ipe.Truncations) != test.truncations || !strings.Contains(strings.Join(ipe.Truncations, "; "), test.cut) || (err != nil) != (test.truncations > 0) {
				t.Errorf("truncations %q, error %v", ipe.Truncations, err)
			}
			if test.truncations > 0 && (len(items) != 2 || !slices.Equal(items[0].Unread, []string{"files"})) {
				t.Errorf("%d items, %v", len(items), items)
			}
		})
	}
}

// A hundred thousand commits are listed batch by batch.
func TestListLongHistory(t *testing.T) {
	if testing.Short() {
		t.Skip("makes a large repository")
	}
	const commits = 100_000
	r := newRepo(t)
	var in bytes.Buffer
	for n := 1; n <= commits; n++ {
		message := fmt.Sprintf("PAY-%d: change (#%d)", n, n)
		fmt.Fprintf(&in, "commit refs/heads/main\ncommitter A <a@example.invalid> %d +0000\ndata %d\n%s\n", 1_700_000_000+n, len(message), message)
	}
	cmd := exec.Command("git", "-C", r.dir, "fast-import", "--quiet")
	cmd.Stdin = &in
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v %s", err, out)
	}
	var n int
	seen := map[string]bool{}
	ipes, err := r.collector().List(t.Context(), evidence.Period{From: time.Unix(1_700_000_001, 0), To: time.Unix(1_700_100_000, 0)}, func(it evidence.Item) error {
		n++
		if want := fmt.Sprintf("shop#%d", n); it.Links[0].ID != want || seen[it.Ref.ID] {
			return fmt.Errorf("commit %d links %v", n, it.Links)
		}
		seen[it.Ref.ID] = true
		return nil
	})
	if err != nil || n != 99_999 || ipes[0].Rows != n {
		t.Errorf("%d commits, %v", n, err)
	}
}
