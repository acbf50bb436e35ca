package ledger

import (
	"bufio"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

const kafkaFile = "../../../shared/data/population/kafka-12m.jsonl"

// kafkaCounts counts in another language, without anything of ours.
const kafkaCounts = `
import json, re, sys
n = pr = key = rev = neither = rv = 0
paths = set()
for line in open(sys.argv[1], encoding="utf-8"):
    c = json.loads(line)
    text = c["subject"] + "\n" + c["body"]
    has_pr = re.search(r"\(#[0-9]+\)$", c["subject"].strip()) is not None
    has_key = re.search(r"(?<![A-Za-z0-9_-])KAFKA-[1-9][0-9]*(?![A-Za-z0-9_-]|\.[0-9])", text) is not None
    n += 1; pr += has_pr; key += has_key
    rev += any(l.strip().lower().startswith(("reviewers:", "reviewer:", "reviewed-by:")) and l.split(":", 1)[1].strip() != "" for l in c["body"].split("\n"))
    neither += not has_pr and not has_key
    rv += c["subject"].lower().startswith("revert") or re.search(r"(?im)^this reverts commit [0-9a-f]{7,}", c["body"]) is not None
    paths.update(c["files"])
print(json.dumps([n, pr, key, rev, neither, rv, len(paths)]))
`

func kafkaItems(t *testing.T) []evidence.Item {
	t.Helper()
	f, err := os.Open(kafkaFile)
	if err != nil {
		t.Skip("the recorded population of Kafka is not here: " + kafkaFile)
	}
	defer f.Close() //nolint:errcheck // only read
	var out []evidence.Item
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var c struct {
			SHA, Author, Committer, Subject, Body string
			Parents, Files                        []string
			AuthorEmail                           string    `json:"author_email"`
			AuthorDate                            time.Time `json:"author_date"`
			CommitterEmail                        string    `json:"committer_email"`
			CommitDate                            time.Time `json:"commit_date"`
		}
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		e := evidence.Commit{Repository: "apache/kafka", SHA: c.SHA, Parents: c.Parents, Message: c.Subject + "\n\n" + c.Body, Branch: "trunk",
			Author:    evidence.Signature{Name: c.Author, Email: c.AuthorEmail, Date: c.AuthorDate},
			Committer: evidence.Signature{Name: c.Committer, Email: c.CommitterEmail, Date: c.CommitDate}}
		for _, p := range c.Files {
			e.Files = append(e.Files, evidence.File{Path: p})
		}
		out = append(out, evidence.Item{Ref: evidence.Ref{Kind: evidence.KindCommit, System: "git", ID: "apache/kafka@" + c.SHA}, Commit: &e})
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestKafkaCountsEqualAnIndependentCount(t *testing.T) {
	items := kafkaItems(t)
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("python3, which counts independently, is not installed")
	}
	printed, err := exec.Command(python, "-c", kafkaCounts, kafkaFile).Output()
	if err != nil {
		t.Fatal(err)
	}
	var want [7]int
	if err := json.Unmarshal(printed, &want); err != nil {
		t.Fatalf("%s: %v", printed, err)
	}
	l := open(t)
	load(t, l, evidence.Period{From: time.Date(2023, 10, 25, 0, 0, 0, 0, time.UTC), To: time.Date(2024, 10, 26, 0, 0, 0, 0, time.UTC)}, time.UTC,
		Scope{Repositories: []Repository{{"git", "apache/kafka", "trunk"}}, Projects: []Project{{"asf", "KAFKA"}}}, items)
	counts, err := l.Messages(context.Background())
	if err != nil || len(counts) != 1 {
		t.Fatal(counts, err)
	}
	m := counts[0]
	paths := map[string]bool{}
	n := 0
	for _, c := range changes(t, l, Filter{}) {
		n++
		for _, p := range c.Components {
			paths[p] = true
		}
		if c.InPopulation {
			t.Fatalf("%s is in the population, and no deployment is known", c.ID)
		}
	}
	if got := [7]int{m.Commits, m.PullRequest, m.Ticket, m.Reviewers, m.Neither, m.Reverts, len(paths)}; got != want {
		t.Errorf("counted %v, want %v (commits, pull request numbers, keys, reviewers, neither, reverts, paths)", got, want)
	}
	if want[0] != 2234 || n != 2234 {
		t.Errorf("%d commits in the file and %d changes, want 2,234", want[0], n)
	}
	t.Logf("commits %d, with number %d, with key %d, with reviewers %d, with neither %d, reverts %d", m.Commits, m.PullRequest, m.Ticket, m.Reviewers, m.Neither, m.Reverts)
	// The line is in the file's order: oldest first.
	var wrong int
	at := 0
	for name, err := range rows(context.Background(), l, `SELECT sha FROM line ORDER BY pos`, nil, func(s scan) (v string, err error) { return v, s(&v) }) {
		if err != nil {
			t.Fatal(err)
		}
		if items[at].Commit.SHA != name {
			wrong++
		}
		at++
	}
	if wrong != 0 {
		t.Errorf("%d of %d commits are not at their place", wrong, at)
	}
	notes, err := l.Notes(context.Background())
	if err != nil || len(notes) != 1 || !strings.Contains(notes[0], "no successful production deployment is listed") {
		t.Errorf("notes %q, %v", notes, err)
	}
	// People and paths, as an independent search of the file finds them.
	by := 0
	for _, it := range items {
		if strings.Contains(strings.ToLower(it.Commit.Author.Name+it.Commit.Committer.Name+it.Commit.Message), "chia-ping tsai") {
			by++
		}
	}
	if got := len(changes(t, l, Filter{Person: "Chia-Ping Tsai"})); got == 0 || got > by {
		t.Errorf("%d changes of one person, want at most %d", got, by)
	}
	raft := 0
	for _, it := range items {
		for _, f := range it.Commit.Files {
			if strings.HasPrefix(f.Path, "raft/src/main/") {
				raft++
				break
			}
		}
	}
	if got := len(changes(t, l, Filter{Component: "/raft/src/main/**"})); got != raft {
		t.Errorf("%d changes of a folder, want %d", got, raft)
	}
}
