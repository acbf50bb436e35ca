package git_test

import (
	"bufio"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tickmark-dev/tickmark/collectors/git"
	"github.com/tickmark-dev/tickmark/internal/evidence"
)

const population = "../../../shared/data/population"

// A told is one line of the population file: what a real project's main
// branch said, as somebody else extracted it.
type told struct {
	Author        string   `json:"author"`
	AuthorEmail   string   `json:"author_email"`
	AuthorDate    string   `json:"author_date"`
	Committer     string   `json:"committer"`
	CommitterMail string   `json:"committer_email"`
	CommitDate    string   `json:"commit_date"`
	Subject       string   `json:"subject"`
	Body          string   `json:"body"`
	Files         []string `json:"files"`
}

func kafka(t *testing.T) (lines []told, dir string) {
	t.Helper()
	file := filepath.Join(population, "kafka-12m.jsonl")
	f, err := os.Open(file)
	if err != nil {
		t.Skip("the recorded population is not present: " + err.Error())
	}
	defer f.Close()
	sc := bufio.NewScanner(f)
	sc.Buffer(nil, 16<<20)
	for sc.Scan() {
		var l told
		if err := json.Unmarshal(sc.Bytes(), &l); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, l)
	}
	dir = filepath.Join(t.TempDir(), "kafka")
	if out, err := exec.Command("python3", filepath.Join(population, "rebuild"), file, dir).CombinedOutput(); err != nil {
		t.Skipf("the population could not be rebuilt (python3 is needed): %v %s", err, out)
	}
	return lines, dir
}

// spread gives 25 lines with a pull-request number, spread over the year.
func spread(lines []told) map[int]told {
	numbered := regexp.MustCompile(`\(#(\d+)\)\s*$`)
	var with []told
	for _, l := range lines {
		if numbered.MatchString(l.Subject) {
			with = append(with, l)
		}
	}
	picked := map[int]told{}
	for i := range 25 {
		l := with[i*(len(with)-1)/24]
		n, _ := strconv.Atoi(numbered.FindStringSubmatch(l.Subject)[1])
		picked[n] = l
	}
	return picked
}

func TestKafkaByPullRequestNumber(t *testing.T) {
	lines, dir := kafka(t)
	vault := filepath.Join(t.TempDir(), "vault")
	config := git.Config{Name: "kafka-git", Path: dir, Repository: "kafka", Projects: []string{"KAFKA"}, Trackers: map[string]string{"KAFKA": "asf"}}
	samples := spread(lines)
	if len(samples) != 25 {
		t.Fatalf("%d samples, want 25", len(samples))
	}
	online := map[string][]evidence.Item{}
	t.Run("online", func(t *testing.T) {
		g := collector(t, config, openVault(t, vault, false))
		p, err := g.Preflight(t.Context())
		if err != nil || p.Name != "local repository" || !cmp.Equal(p.Visible, []string{"kafka"}) {
			t.Fatalf("preflight: %+v, %v", p, err)
		}
		if !strings.Contains(strings.Join(p.Notes, " "), "2234 first-parent commits on branch main") {
			t.Errorf("notes %q", p.Notes)
		}
		for n, want := range samples {
			id := "kafka#" + strconv.Itoa(n)
			it, gaps := pullRequest(t, g, id)
			checkKafka(t, n, want, it, gaps)
			c, _ := commit(t, g, it.Links[0].ID)
			checkKafkaCommit(t, n, want, c)
			online[id] = []evidence.Item{it, c}
		}
	})
	t.Run("offline, without the repository", func(t *testing.T) {
		if err := os.RemoveAll(dir); err != nil {
			t.Fatal(err)
		}
		t.Setenv("PATH", t.TempDir())
		g := collector(t, config, openVault(t, vault, true))
		if _, err := g.Preflight(t.Context()); err != nil {
			t.Fatal(err)
		}
		for id, want := range online {
			it, _ := pullRequest(t, g, id)
			c, _ := commit(t, g, it.Links[0].ID)
			if diff := cmp.Diff(want, []evidence.Item{it, c}); diff != "" {
				t.Errorf("%s differs offline:\n%s", id, diff)
			}
		}
	})
}

func checkKafka(t *testing.T, n int, want told, it evidence.Item, gaps []evidence.Gap) {
	t.Helper()
	pr := it.PullRequest
	title := strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(want.Subject), "(#"+strconv.Itoa(n)+")"))
	if pr.Number != n || pr.Title != title || pr.State != "merged" || pr.Repository != "kafka" {
		t.Errorf("#%d: got #%d %q %s, want %q", n, pr.Number, pr.Title, pr.State, title)
	}
	if got := strings.Join(strings.Fields(pr.Body.Source), " "); got != strings.Join(strings.Fields(want.Body), " ") {
		t.Errorf("#%d: body\n%q, want\n%q", n, pr.Body.Source, want.Body)
	}
	if pr.Author.Name != want.Author || pr.Author.Email != want.AuthorEmail {
		t.Errorf("#%d: author %+v, want %s <%s>", n, pr.Author, want.Author, want.AuthorEmail)
	}
	if !pr.Merged.IsZero() || !pr.Created.IsZero() || pr.MergedBy != nil || len(pr.Reviews) != 0 {
		t.Errorf("#%d: says what git cannot know: %+v", n, pr)
	}
	if !strings.Contains(pr.Statement, "pieced together from the commit "+pr.MergeCommit) {
		t.Errorf("#%d: statement %q", n, pr.Statement)
	}
	for _, part := range []string{"head", "opening", "merge", "reviews", "approvals", "comments", "timeline"} {
		if g, ok := gapOf(gaps, part); !ok || g.Reason != evidence.NotConfigured {
			t.Errorf("#%d: no gap for %s in %+v", n, part, gaps)
		}
	}
	for _, kind := range []evidence.Kind{evidence.KindChecks, evidence.KindDeployment, evidence.KindSignal} {
		if !slices.ContainsFunc(gaps, func(g evidence.Gap) bool { return g.Ref.Kind == kind && g.Reason == evidence.NotConfigured }) {
			t.Errorf("#%d: no gap for %s in %+v", n, kind, gaps)
		}
	}
	var keys []string
	for _, key := range regexp.MustCompile(`\bKAFKA-\d+\b`).FindAllString(want.Subject+"\n"+want.Body, -1) {
		if !slices.Contains(keys, key) {
			keys = append(keys, key)
		}
	}
	var got []string
	for _, l := range it.Links[1:] {
		if l.Kind != evidence.KindTicket || l.System != "asf" {
			t.Errorf("#%d: link %v", n, l)
		}
		got = append(got, l.ID)
	}
	if !cmp.Equal(got, keys) {
		t.Errorf("#%d: tickets %v, want %v", n, got, keys)
	}
	if len(it.Provenance) < 3 || !strings.HasPrefix(it.Provenance[0].URL, "git:kafka cat-file commit "+pr.MergeCommit) {
		t.Errorf("#%d: provenance %+v", n, it.Provenance)
	}
	checkKafkaFiles(t, n, want, pr.Files, pr.FilesTotal)
}

func checkKafkaFiles(t *testing.T, n int, want told, files []evidence.File, total int) {
	t.Helper()
	// The rebuilt repository has one line a file, so a file that was touched
	// before is modified and none is ever removed.
	paths := map[string]bool{}
	for _, f := range want.Files {
		paths[f] = true
	}
	if len(files) != len(paths) || total != len(paths) {
		t.Errorf("#%d: %d files of %d, want %d", n, len(files), total, len(paths))
	}
	for _, f := range files {
		if !paths[f.Path] || f.Additions != 1 || !strings.HasPrefix(f.Patch, "@@ ") {
			t.Errorf("#%d: file %+v", n, f)
		}
	}
}

func checkKafkaCommit(t *testing.T, n int, want told, it evidence.Item) {
	t.Helper()
	c := it.Commit
	check := func(what string, got evidence.Signature, name, mail, date string) {
		at, err := time.Parse(time.RFC3339, date)
		if err != nil {
			t.Fatal(err)
		}
		if got.Name != name || got.Email != mail || !got.Date.Equal(at) || got.Date.Format(time.RFC3339) != at.Format(time.RFC3339) {
			t.Errorf("#%d: %s %+v, want %s <%s> %s", n, what, got, name, mail, date)
		}
	}
	check("author", c.Author, want.Author, want.AuthorEmail, want.AuthorDate)
	check("committer", c.Committer, want.Committer, want.CommitterMail, want.CommitDate)
	if len(c.PullRequests) != 1 || c.PullRequests[0].ID != "kafka#"+strconv.Itoa(n) {
		t.Errorf("#%d: pull requests %v", n, c.PullRequests)
	}
	// Every address below a line that begins a list of people, read without
	// regard to blocks.
	var people []string
	for _, m := range regexp.MustCompile(`(?mi)^(?:Reviewers?|Co-authored-by|Signed-off-by):.*$`).FindAllString(want.Body, -1) {
		people = append(people, regexp.MustCompile(`<[^>]+>`).FindAllString(m, -1)...)
	}
	var got []string
	for _, tr := range c.Trailers {
		got = append(got, regexp.MustCompile(`<[^>]+>`).FindAllString(tr.Value, -1)...)
		if strings.Count(tr.Value, "@") > 1 {
			t.Errorf("#%d: trailer %+v names several people", n, tr)
		}
	}
	if !cmp.Equal(got, people) {
		t.Errorf("#%d: trailers %v, want %v", n, c.Trailers, people)
	}
	checkKafkaFiles(t, n, want, c.Files, c.FilesTotal)
}
